"""Celery tasks of the register and its scores: each calls verbs."""

from celery import shared_task

from bansos import tasks
from beneficiaries import reminders, scoring
from beneficiaries.models import CriteriaSet


@shared_task(acks_late=False)
def rescore() -> None:
    """Asks for a scoring with every set in force. A job that is open already is the same job, so twice is harmless."""
    for criteria_set in CriteriaSet.objects.released():
        tasks.start(scoring.request(criteria_set=criteria_set, by=None))


@shared_task(acks_late=False)
def remind() -> None:
    """Asks for tonight's reminders. Twice is harmless: each message is told once."""
    tasks.start(reminders.request())
