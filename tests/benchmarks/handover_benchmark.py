"""Handing aid over, one family after the other, as a desk does.

Ours: `handovers.record`. Usual: the same rows written by plain ORM calls, each committed by itself, without a lock.
Limit: one transaction of two bare statements, the handover's INSERT and the entitlement's UPDATE.
"""

from collections.abc import Callable
from itertools import islice

from django.db import connection, transaction

from bansos.models import Role
from beneficiaries.models import Person
from distribution import handovers
from distribution.models import Entitlement, Fund, FundEntry, Handover, Round
from distribution.models.round import HANDED_OVER
from tests import people
from tests.benchmarks import Benchmark, IncorrectError
from tests.benchmarks.aid import approved_round

_INSERT = """
    INSERT INTO distribution_handover
        (entitlement_id, region_id, recipient_id, method, value, identity_seen, note, by_id, at)
    VALUES (%s, %s, %s, 'sendiri', %s, true, '', %s, now())
"""
_UPDATE = "UPDATE distribution_entitlement SET status = 'diserahkan' WHERE id = %s AND status = 'dialokasikan'"


def build(*, small: bool) -> Benchmark:
    households, places, a_turn, repeats = (900, 70, 3, 2) if small else (30_000, 7_000, 300, 5)
    planned = approved_round(households=households, places=places)
    giver = people.either("penyalur", Role.KESRA)
    waiting = iter(_waiting(planned))
    _check(planned, waiting, giver, a_turn)
    arms = [_turns(hand, waiting, giver, a_turn) for hand in (_ours, _plainly, _barely)]
    return Benchmark(
        unit="penyerahan/detik",
        ours=arms[0],
        usual=arms[1],
        limit=arms[2],
        extra=lambda: {"lost": _lost()},
        goal={"ours_over_usual": 1.0, "ours_over_limit": 0.2},
        at_most={"lost": 0},
        repeats=repeats,
    )


def _waiting(planned: Round) -> list[tuple[Entitlement, Person]]:
    """Each entitlement with the head of its family, or its first living member."""
    found = {}
    for person in Person.objects.living().order_by("-relation", "pk").defer("nik"):
        found.setdefault(person.household_id, person)
    return [(aid, found[aid.household_id]) for aid in planned.entitlements.select_related("round")]


def _turns(hand: Callable, waiting, giver, count: int) -> Callable[[], int]:
    def turn() -> int:
        for entitlement, recipient in islice(waiting, count):
            hand(entitlement, recipient, giver)
        return count

    return turn


def _ours(entitlement: Entitlement, recipient: Person, giver) -> None:
    handovers.record(entitlement=entitlement, recipient=recipient, identity_seen=True, by=giver)


def _plainly(entitlement: Entitlement, recipient: Person, giver) -> None:
    aid = Entitlement.objects.get(pk=entitlement.pk)
    round_ = Round.objects.get(pk=aid.round_id)
    if aid.status != Entitlement.Status.DIALOKASIKAN or not round_.is_handing_over or round_.approved_by == giver:
        raise ValueError("not to be handed over")
    if not Entitlement.objects.for_officer(giver).filter(pk=aid.pk).exists():
        raise ValueError("elsewhere")
    made = Handover.objects.create(
        entitlement=aid, region_id=aid.region_id, recipient=recipient, method="sendiri", value=aid.value,
        identity_seen=True, by=giver,
    )  # fmt: skip
    aid.status = Entitlement.Status.DISERAHKAN
    aid.save(update_fields=["status"])
    fund = Fund.objects.get(pk=round_.fund_id)
    fund.spent += aid.value
    fund.save()
    FundEntry.objects.create(fund=fund, kind="salur", amount=aid.value, round=round_, handover=made, by=giver)


def _barely(entitlement: Entitlement, recipient: Person, giver) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_UPDATE, [entitlement.pk])
        cursor.execute(_INSERT, [entitlement.pk, entitlement.region_id, recipient.pk, entitlement.value, giver.pk])


def _check(planned: Round, waiting, giver, count: int) -> None:
    """Each is handed over once, a second try is refused, and the fund knows the money, or IncorrectError."""
    for entitlement, recipient in islice(waiting, count):
        _ours(entitlement, recipient, giver)
        try:
            _ours(entitlement, recipient, giver)
        except handovers.HandoverError:
            continue
        raise IncorrectError("one entitlement was handed over twice")
    fund = Fund.objects.get(pk=planned.fund_id)
    if (fund.spent, Handover.objects.count(), _lost()) != (count * planned.unit_value, count, 0):
        raise IncorrectError(f"{Handover.objects.count()} handovers, {fund.spent} rupiah, {_lost()} lost")


def _lost() -> int:
    """Entitlements that count as handed over without a handover, and the reverse."""
    handed = set(Entitlement.objects.filter(status__in=HANDED_OVER).values_list("pk", flat=True))
    return len(handed ^ set(Handover.objects.values_list("entitlement", flat=True)))
