"""Celery tasks of the register and its scores: each calls verbs."""

from celery import shared_task
from django.db import transaction

from bansos import tasks
from beneficiaries import criteria, register, reminders, scoring
from beneficiaries.models import CriteriaSet, ScoringRun


@shared_task(acks_late=False)
def rescore(reason: str = ScoringRun.Reason.MALAM) -> None:
    """Asks for a scoring with every set in force. A job that is open already is the same job, so twice is harmless."""
    for criteria_set in CriteriaSet.objects.released():
        start_scoring(criteria_set=criteria_set, by=None, reason=reason)


@shared_task(acks_late=False)
def begin_criteria() -> None:
    """Puts criteria in force whose day has come, and scores all families with them."""
    with transaction.atomic():
        for criteria_set in criteria.begin():
            start_scoring(criteria_set=criteria_set, by=None, reason=ScoringRun.Reason.RILIS)


def start_scoring(*, criteria_set: CriteriaSet, by, reason: str) -> None:
    """Sends a scoring to the workers, with a helper when it has chunks to share. Raises ScoringError as `request`."""
    job = tasks.start(scoring.request(criteria_set=criteria_set, by=by, reason=reason))
    if helper := scoring.helper(job=job):
        tasks.start(helper)


@shared_task(acks_late=False)
def remind() -> None:
    """Asks for tonight's reminders. Twice is harmless: each message is told once."""
    tasks.start(reminders.request())


@shared_task(acks_late=False)
def tidy_register() -> None:
    """Drops what a load that died has staged."""
    register.tidy()
