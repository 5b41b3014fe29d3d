"""Celery tasks: each takes an id, or nothing, and calls one verb."""

from celery import shared_task
from django.core.management import call_command

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


def start(job: Job) -> Job:
    """Sends a job to the worker once the present transaction has committed."""
    run_job.delay_on_commit(job.pk)
    return job
