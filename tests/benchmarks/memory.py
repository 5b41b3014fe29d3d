"""The peak memory of one register load, in a process of its own."""

import os
import resource
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import connection

_CHILD = f"import django; django.setup(); from {__name__} import child; child()"


def megabytes_of_a_load(folder: Path) -> tuple[float, float]:
    """Loads `folder` into the present database in a new process. Returns its peak resident memory, and that of its
    second reader, 0 where it had none.
    """
    place = connection.settings_dict
    command = [sys.executable, "-c", _CHILD, place["HOST"], place["NAME"], str(folder)]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "bansos.settings"}
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    own, second = map(int, done.stdout.split())
    return own / 1024, second / 1024


def child() -> None:
    from beneficiaries import register
    from tests.benchmarks import point_at

    socket, database, folder = sys.argv[1:]
    point_at(socket, database)
    register.import_file(path=folder)
    peaks = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    sys.stdout.write(" ".join(map(str, peaks)))
