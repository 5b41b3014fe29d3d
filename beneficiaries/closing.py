"""What stands in the way of closing a musyawarah, told for each family before anybody closes it.

The closing is rehearsed and taken back, so the answer is that of the verbs and the database themselves: also of two
families of one list that stand in each other's way.
"""

from dataclasses import dataclass

import pghistory
from django.db import transaction
from django.utils import timezone

from beneficiaries import deliberations, kinship
from beneficiaries.applications import ApplicationError
from beneficiaries.models import Deliberation, DeliberationCase
from beneficiaries.models.deliberation import DeliberationStatus as S


@dataclass(frozen=True)
class Obstacle:
    """One family of a meeting whose decision cannot take effect, and why."""

    case: DeliberationCase
    sentence: str


def obstacles(*, deliberation: Deliberation, by) -> list[Obstacle]:
    """Returns what would keep decided cases from taking effect if `by` closed now, in the order of the list.

    Nothing is left behind. Before anybody has come nothing can be told but whose relatives they are.
    """
    with transaction.atomic(), pghistory.context(user=by.pk):
        row = Deliberation.objects.select_for_update().get(pk=deliberation.pk)
        found = _rehearse(row, by) if row.status == S.BERLANGSUNG else []
        transaction.set_rollback(True)
    return found


def _rehearse(row: Deliberation, by) -> list[Obstacle]:
    related = ("region", "application", "household", "appeal__application")
    cases = list(row.cases.exclude(decision="").select_related(*related))
    kin = [case for case in cases if (index := _kk_index(case)) is not None and kinship.is_kin(by, index)]
    found = {case.pk: str(kinship.OWN_FAMILY) for case in kin}
    heard = [case for case in cases if case.pk not in found]
    came = row.attendances.filter(present=True).count()
    if heard and came:
        row.cases.exclude(pk__in=[case.pk for case in heard]).delete()  # what is not decided does not matter here
        row.quorum, row.minutes_number = min(row.quorum or came, came), f"?{row.pk}"
        row.status, row.decided_by, row.decided_at = S.DIPUTUSKAN, by, timezone.now()
        row.save()
        for case in heard:
            try:
                with transaction.atomic():
                    deliberations.take_effect(case, by)
            except ApplicationError as error:
                found[case.pk] = str(error)
    return [Obstacle(case, found[case.pk]) for case in cases if case.pk in found]


def _kk_index(case: DeliberationCase):
    """Returns the KK index of a case's family; None while nobody knows whom a neighbour's appeal means."""
    appeal = case.appeal
    known = case.application or case.household or (appeal.application if appeal else None) or appeal
    return known.kk_index if known else None
