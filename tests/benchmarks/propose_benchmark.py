"""Making a round's list from the scores of the whole register.

Ours: `rounds.propose`. Usual: a loop over the eligible families with the ORM, one entitlement each, on a subset.
Limit: COPY of the same entitlements into the same table. The guards and the history of the table are on for all three.
"""

from io import BytesIO

from django.db import connection, transaction

from bansos import codes
from bansos.models import Region, Role
from beneficiaries.models import DuplicatePair, Person, Score
from distribution import rounds
from distribution.models import Entitlement, Round
from tests import people
from tests.benchmarks import Benchmark, IncorrectError
from tests.benchmarks.aid import planned_round

TABLE = "distribution_entitlement"


def build(*, small: bool) -> Benchmark:
    households, places, subset = (300, 14, 10) if small else (100_000, 20_000, 500)
    planned = planned_round(households=households, places=places)
    proposer = people.either("penyusun", Role.KESRA)
    rounds.propose(round=planned, by=proposer)
    _check(planned)
    kept = _keep()
    return Benchmark(
        unit="hak/detik",
        ours=lambda: rounds.propose(round=planned, by=proposer).entitlements.count(),
        usual=lambda: _one_by_one(planned, subset),
        limit=lambda: _copy_in(kept),
        before=_empty,
        goal={"ours_over_usual": 100.0, "ours_over_limit": 0.5},
        repeats=2 if small else 5,
    )


def _check(planned: Round) -> None:
    """The list is what plain sorting gives, within quotas and budget, or IncorrectError."""
    within = []
    for quota in planned.quotas.all():
        scores = Score.objects.eligible().filter(region__code__startswith=f"{quota.region_id}.")
        living = scores.filter(household__in=Person.objects.living().values("household"))
        within += sorted((-score.points, score.household_id) for score in living)[: quota.households]
    wanted = [household for _points, household in sorted(within)][: planned.budget // planned.unit_value]
    found = list(planned.entitlements.order_by("-points", "household").values_list("household", flat=True))
    if not wanted or found != wanted:
        raise IncorrectError(f"the list has {len(found)} families, plain sorting gives {len(wanted)} or others")


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLE}, distribution_entitlementevent CASCADE")


def _keep() -> bytes:
    out = BytesIO()
    with connection.cursor() as cursor, cursor.copy(f"COPY {TABLE} TO STDOUT (FORMAT binary)") as copy:
        for piece in copy:
            out.write(piece)
    return out.getvalue()


def _copy_in(kept: bytes) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")
        with cursor.copy(f"COPY {TABLE} FROM STDIN (FORMAT binary)") as copy:
            copy.write(kept)
        return cursor.rowcount


def _one_by_one(planned: Round, count: int) -> int:
    made, each = 0, -(-count // planned.quotas.count())
    criteria_set = planned.programme.criteria_in_force()
    with transaction.atomic():
        for region in Region.objects.kelurahan():
            scores = Score.objects.eligible().filter(
                region__code__startswith=f"{region.code}.", criteria_set=criteria_set
            )
            for rank, score in enumerate(scores.order_by("-points", "household")[:each], 1):
                members = Person.objects.living().filter(household=score.household_id)
                doubt = DuplicatePair.objects.open().filter(first__household=score.household_id)
                if members.exists() and not doubt.exists():
                    Entitlement.objects.get_or_create(
                        round=planned, household_id=score.household_id,
                        defaults={
                            "region_id": score.region_id, "code": codes.new(), "value": planned.unit_value,
                            "points": score.points, "hits": score.hits, "criteria_set": criteria_set, "rank": rank,
                        },
                    )  # fmt: skip
                    made += 1
    return made
