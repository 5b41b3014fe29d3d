"""What stands in the way of closing a musyawarah, told for each family before anybody closes it.

One look over all families finds those whose decision may not take effect; their closing is rehearsed and taken back,
so the answer is that of the verbs and the database themselves: also of two families of one list that stand in each
other's way. Doubting too many costs only time.
"""

from dataclasses import dataclass

import pghistory
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from bansos.scope import region_q
from beneficiaries import deliberations, kinship
from beneficiaries.applications import ApplicationError
from beneficiaries.models import Application, Deliberation, DeliberationCase, Household, Person
from beneficiaries.models.application import ApplicationStatus as A
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
    families = {case.pk: bytes(index) for case in cases if (index := _kk_index(case)) is not None}
    kin = kinship.among(by, families.values())
    found = {pk: str(kinship.OWN_FAMILY) for pk, index in families.items() if index in kin}
    doubtful = _doubtful([pk for case in cases if (pk := case.application_id) and case.pk not in found], by)
    heard = [case for case in cases if case.application_id in doubtful and case.pk not in found]
    came = row.attendances.filter(present=True).count()
    if heard and came:
        row.cases.exclude(pk__in=[case.pk for case in heard]).delete()  # the others do not matter here
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


def _doubtful(applications: list[int], by) -> set[int]:
    """Returns those of these applications that may not be decided by `by` now, or not be written into the register.

    Not among them is only who waits for a decision, was neither helped nor verified by `by`, shares no NIK with
    another of the list, and is unknown to the register or lives in the family of the own card, here.
    """
    listed = Application.objects.filter(pk__in=applications)
    others = listed.exclude(pk=OuterRef("pk"))
    family = Household.objects.filter(kk_index=OuterRef("kk_index"))
    bearers = Person.objects.filter(nik_index=OuterRef("nik_index"))
    gone = Q(died_on__isnull=False) | Q(left_on__isnull=False) | Q(merged_into__isnull=False)
    doubts = (
        ~Q(status__in=[A.VERIFIKASI_ADMINISTRASI, A.MUSYAWARAH]) | ~region_q(by) | Q(submitted_by=by),
        Q(verifications__by=by),
        Exists(others.filter(nik_index=OuterRef("nik_index"))),
        Exists(family.exclude(region_q(by), status=Household.Status.AKTIF)),
        Exists(bearers.filter(gone | ~Q(household__kk_index=OuterRef("kk_index")))),
    )
    return {pk for doubt in doubts for pk in listed.filter(doubt).values_list("pk", flat=True)}


def _kk_index(case: DeliberationCase):
    """Returns the KK index of a case's family; None while nobody knows whom a neighbour's appeal means."""
    appeal = case.appeal
    known = case.application or case.household or (appeal.application if appeal else None) or appeal
    return known.kk_index if known else None
