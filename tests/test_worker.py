"""A real Celery worker: it does queued work, and what a killed worker left is picked up by the next one."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from bansos import embedded
from bansos.models import Job
from tests import people

pytestmark = pytest.mark.django_db(transaction=True)


def count_slowly(*, job, pulse):
    """The work: half a minute on the first attempt, at once on the next."""
    for step in range(300 if job.attempts == 1 else 1):
        pulse.report(step, 300)
        time.sleep(0.1)
    return {"attempts": job.attempts}


@pytest.fixture
def log(tmp_path):
    return tmp_path / "workers.log"


@pytest.fixture
def worker(tmp_path, log):
    """Starts a worker with its beat; every one is killed at the end."""
    started = []

    def start() -> subprocess.Popen:
        command = [sys.executable, "-m", "celery", "-A", "bansos", "worker", "-B", "-c", "1", "-l", "info"]
        command += ["-s", str(tmp_path / f"beat{len(started)}"), "--without-gossip", "--without-mingle"]
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.worker_settings", "C_FORCE_ROOT": "1", "PYTHONWARNINGS": "ignore"
        }  # fmt: skip
        with log.open("ab") as said:
            process = subprocess.Popen(
                command, env=environment, start_new_session=True, cwd=embedded.BASE_DIR, stdout=said, stderr=said
            )
        started.append(process)
        return process

    yield start
    for process in started:
        kill(process)


def kill(process: subprocess.Popen) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def until(job: Job, log: Path, **wanted) -> Job:
    """Waits until the job's row has the wanted values; tells what the workers said if it never has."""
    for _ in range(1200):  # a message lost on the way is sent anew after half a minute of silence
        job.refresh_from_db()
        if all(getattr(job, name) == value for name, value in wanted.items()):
            return job
        time.sleep(0.1)
    raise AssertionError(f"job is {job.state} after {job.attempts} attempts: {job.message}\n{log.read_text()}")


def test_a_killed_workers_job_is_picked_up_and_done(worker, log):
    job = Job.objects.create(kind="test", created_by=people.ani())
    overdue = timezone.now() - timedelta(seconds=31)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=overdue)  # its message got lost: the janitor finds it
    first = worker()
    until(job, log, state="jalan", attempts=1)
    assert os.getpriority(os.PRIO_PROCESS, first.pid) > min(os.getpriority(os.PRIO_PROCESS, 0), 18)  # pages come first
    kill(first)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=overdue)  # as after half a minute of silence
    worker()
    assert until(job, log, state="selesai").result == {"attempts": 2}
