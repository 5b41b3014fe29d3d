"""The peak memory of one register load, in a process of its own."""

import os
import resource
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.db import connection

_CHILD = f"import django; django.setup(); from {__name__} import child; child()"


def megabytes_of_a_load(folder: Path) -> float:
    """Loads `folder` into the present database in a new process. Returns its peak resident memory."""
    place = connection.settings_dict
    command = [sys.executable, "-c", _CHILD, place["HOST"], place["NAME"], str(folder)]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "bansos.settings"}
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return int(done.stdout) / 1024


def child() -> None:
    from beneficiaries import register
    from tests.benchmarks import point_at

    socket, database, folder = sys.argv[1:]
    point_at(socket, database)
    register.import_file(path=folder)
    sys.stdout.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
