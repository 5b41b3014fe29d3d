"""Celery tasks of monitoring: each calls verbs."""

from celery import shared_task

from bansos import tasks
from beneficiaries import duplicates
from monitoring import data_request_reminders, retention


@shared_task(acks_late=False)
def anonymise() -> None:
    """Asks for the nightly erasure. A job that is open already is the same job, so twice is harmless."""
    tasks.start(retention.request())


@shared_task(acks_late=False)
def remind_of_data_requests() -> None:
    """Tells of requests about personal data that wait for an answer. Twice is harmless: each message is told once."""
    data_request_reminders.send()


@shared_task(acks_late=False)
def search_duplicates() -> None:
    """Asks for tonight's look at all people. A job that is open already is the same job, so twice is harmless."""
    tasks.start(duplicates.request())
