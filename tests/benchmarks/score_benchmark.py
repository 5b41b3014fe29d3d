"""The monthly re-score when a quarter of the families changed.

Ours: `scoring.run`. Usual: load each family with its people, evaluate in Python, `bulk_update` all of them by
thousands, on a subset. Limit: one process reads the same tables once and aggregates the same expression, writing
nothing. History triggers are on for ours and for the usual way.
"""

from itertools import cycle

from django.db import connection, transaction
from django.db.models import Prefetch
from django.utils import timezone

from beneficiaries import criteria, facts, scoring, statements
from beneficiaries.models import CriteriaSet, Household, Person, Score
from tests import plain_scoring
from tests.benchmarks import Benchmark, IncorrectError, register

FACTS_OF_PEOPLE = ("household", "born_on", "died_on", "relation", "occupation", "income", "disability")
_LIMIT = "SELECT count(*), sum(points), count(*) FILTER (WHERE verdict = {eligible}) FROM ({scored}) AS scored"


def build(*, small: bool) -> Benchmark:
    households, subset = (300, 300) if small else (100_000, 2_000)
    register.fill(households)
    criteria.load_default()
    scoring.run()
    check(sample=min(households, 5_000))
    quarters = cycle(range(4))
    return Benchmark(
        unit="keluarga/detik",
        ours=lambda: scoring.run().households,
        usual=lambda: _one_by_one(subset),
        limit=read_once,
        before=lambda: _change(next(quarters)),
        goal={"ours_over_usual": 200.0, "ours_over_limit": 0.5},
        repeats=2 if small else 5,
    )


def check(*, sample: int) -> None:
    """The statement agrees with plain Python on `sample` families, or IncorrectError."""
    chosen, today = _default(), timezone.localdate()
    stored = {s.household_id: (s.hits, s.points, s.verdict) for s in Score.objects.filter(criteria_set=chosen)}
    found = list(families(sample))
    wrong = [family.pk for family in found if stored[family.pk] != plain_scoring.score(chosen, family, today)]
    if wrong or len(found) != sample:
        raise IncorrectError(f"{len(wrong)} of {len(found)} scores differ from plain Python, first {wrong[:3]}")


def _default() -> CriteriaSet:
    return CriteriaSet.objects.released().prefetch_related("criteria").get()


def families(count: int):
    """The first families with what scoring needs of their people, as a careful programmer would load them."""
    people = Person.objects.only(*FACTS_OF_PEOPLE)
    columns = ("region", *(name for name in facts.FACTS if not facts.FACTS[name].counted))
    chosen = Household.objects.active().only(*columns).order_by("pk")[:count]
    return chosen.prefetch_related(Prefetch("people", people))


def _one_by_one(count: int) -> int:
    chosen, today = _default(), timezone.localdate()
    with transaction.atomic():
        scores = {s.household_id: s for s in Score.objects.filter(household__in=families(count).values("pk"))}
        for family in families(count):
            score = scores[family.pk]
            score.hits, score.points, score.verdict = plain_scoring.score(chosen, family, today)
            score.scored_at = timezone.now()
        Score.objects.bulk_update(scores.values(), ["hits", "points", "verdict", "scored_at"], batch_size=1000)
    return count


def read_once(processes: int = 1) -> int:
    """Reads once and aggregates what ours computes, writing nothing."""
    rules, households = statements.rules_of(criteria.in_force()), Household.objects.active()
    scored = statements.scored(rules, households=households, on=timezone.localdate())
    statement = statements.compose(_LIMIT, scored=scored, **statements.VERDICTS)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = %s", [processes - 1])
        cursor.execute(*statement)
        return cursor.fetchone()[0]


def _change(quarter: int) -> None:
    """A quarter of the families, and no other, answers one question the other way since the last scoring."""
    scoring.run()
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")  # as in `scoring.run`
        cursor.execute(
            "UPDATE beneficiaries_household SET feared_hunger = NOT feared_hunger WHERE mod(id, 4) = %s", [quarter]
        )
