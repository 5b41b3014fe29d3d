"""Celery tasks of monitoring: each calls verbs."""

from celery import shared_task

from bansos import tasks
from beneficiaries import duplicates
from monitoring import retention


@shared_task(acks_late=False)
def anonymise() -> None:
    """Asks for the nightly erasure. A job that is open already is the same job, so twice is harmless."""
    tasks.start(retention.request())


@shared_task(acks_late=False)
def search_duplicates() -> None:
    """Asks for tonight's look at all people. A job that is open already is the same job, so twice is harmless."""
    tasks.start(duplicates.request())
