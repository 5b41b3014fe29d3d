"""A register uploaded and loaded by the jobs of the portal, in a process with the priority of a worker."""

import json
import os
import subprocess
import sys
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.db import connection

_CHILD = f"import django; django.setup(); from {__name__} import child; child()"


def load(path: Path, *, officer) -> dict:
    """Returns the counts of the finished import. Raises CalledProcessError for one that fails."""
    place = connection.settings_dict
    command = [sys.executable, "-c", _CHILD, place["HOST"], place["NAME"], str(path), str(officer.pk)]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "bansos.settings"}
    done = subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout)


def child() -> None:
    from bansos import jobs
    from bansos.celery import NICENESS
    from bansos.models import Job, User
    from beneficiaries import register
    from tests.benchmarks import point_at

    socket, database, path, officer = sys.argv[1:]
    point_at(socket, database)
    os.nice(NICENESS)
    by = User.objects.get(pk=officer)
    with Path(path).open("rb") as file:
        made = register.receive(file=File(file), filename="register.zip", by=by)
    jobs.run(job_id=made.job_id)
    jobs.run(job_id=register.confirm(register_import=made, by=by).pk)
    made.refresh_from_db()
    if made.job.state != Job.State.SELESAI:
        raise RuntimeError(made.job.message)
    sys.stdout.write(json.dumps(made.outcome))
