"""Celery tasks: each takes an id, or nothing, and calls one verb."""

from contextlib import suppress

from celery import shared_task
from django.core.management import call_command
from django.db import OperationalError

from bansos import jobs, seals
from bansos.models import Job


@shared_task
def run_job(job_id: int) -> None:
    jobs.run(job_id=job_id)


@shared_task(acks_late=False)
def requeue_orphans() -> None:
    for job_id in jobs.requeue_orphans():
        run_job.delay(job_id)


@shared_task(acks_late=False)
def clear_sessions() -> None:
    """Deletes ended sessions, and with them the encrypted drafts of /daftar/."""
    call_command("clearsessions")


@shared_task(acks_late=False)
def seal_audit() -> None:
    """Seals the day's history; a night that fails is made up by the next."""
    seals.seal()


@shared_task(acks_late=False)
def seal_looks() -> None:
    """Seals who looked since the last seal; when somebody writes just then, the next time makes up for it."""
    with suppress(OperationalError):
        seals.seal_looks()


def start(job: Job) -> Job:
    """Sends a job to the worker once the present transaction has committed."""
    run_job.delay_on_commit(job.pk)
    return job
