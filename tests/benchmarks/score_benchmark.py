"""The nightly re-score of a million families, of whom a quarter changed.

Ours: `scoring.run`, history on. Usual: load each family with its people, evaluate in Python, `bulk_update` all of them
by thousands, on a subset. Limit: one process reads the same tables once and aggregates the same expression, writing
nothing. Beside them: nothing changed, the first scoring, one family, the simulation of a draft with every table of
its page, and HOPE's way (a source text compiled and executed anew for each family, written by thousands) on the same
subset.
"""

import importlib
import statistics
import time
from functools import partial
from itertools import cycle

from django.db import connection, transaction
from django.db.models import Prefetch
from django.utils import timezone

from beneficiaries import criteria, facts, scoring, simulation, statements
from beneficiaries.models import CriteriaSet, Criterion, Household, Person, Score
from tests import plain_scoring
from tests.benchmarks import Benchmark, IncorrectError, checkpoint, register

FACTS_OF_PEOPLE = ("household", "born_on", "died_on", "relation", "occupation", "income", "disability")
_LIMIT = "SELECT count(*), sum(points), count(*) FILTER (WHERE verdict = {eligible}) FROM ({scored}) AS scored"


def build(*, small: bool) -> Benchmark:
    households, subset = (300, 300) if small else (1_000_000, 5_000)
    register.fill(households, history=False)
    criteria.load_default()
    first = _first(households)
    check(sample=min(households, 5_000))
    quarters = cycle(range(4))
    return Benchmark(
        unit="keluarga/detik",
        ours=lambda: scoring.run().households,
        usual=lambda: _one_by_one(subset),
        limit=read_once,
        prepare=lambda: _change(next(quarters)),
        extra=lambda: first | _unchanged(turns=2 if small else 5) | _hope(subset) | _one_family() | _simulation(),
        goal={
            "ours_over_usual": 200.0,
            "ours_over_limit": 0.5,
            "unchanged_over_limit": 0.7,
            "first_over_copy": 0.4,
            "ours_over_hope": 100.0,
        },
        at_most={"unchanged_wal_mb": 1.0, "one_family_ms": 20.0, "simulation_over_rescoring": 2.0},
        repeats=2 if small else 5,
    )


def timed(work) -> float:
    checkpoint()
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _first(households: int) -> dict[str, float]:
    """The first scoring of all families, beside COPY of its rows into the same table, history on for both."""
    taken = timed(scoring.run)
    columns = "household_id, criteria_set_id, run_id, region_id, points, hits, verdict, scored_at"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE scored ON COMMIT DROP AS SELECT {columns} FROM beneficiaries_score")
        with cursor.copy("COPY scored TO STDOUT") as out:
            rows = b"".join(bytes(block) for block in out)
        cursor.execute("SELECT count(*) FROM scored")
        if cursor.fetchone()[0] != households:
            raise IncorrectError("the first scoring left families out")
    copied = timed(lambda: _copy(rows, columns))
    return {"first_over_copy": copied / taken}


def _copy(rows: bytes, columns: str) -> None:
    """Writes the rows as those of a retired set, then takes them away again outside the time that counts."""
    rows = rows.replace(b"\t%d\t" % _default().pk, b"\t0\t")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        with cursor.copy(f"COPY beneficiaries_score ({columns}) FROM STDIN") as copy:
            copy.write(rows)
        transaction.set_rollback(True)


def _unchanged(turns: int) -> dict[str, float]:
    """Nothing changed since the last scoring: its speed beside the limit, and the most WAL that one of them wrote."""
    scoring.run()
    _vacuum("beneficiaries_score")
    ratios, wal = [], []
    for _ in range(turns):
        before = _written()
        ours = timed(scoring.run)
        wal.append(_written() - before)
        ratios.append(timed(read_once) / ours)
    return {"unchanged_over_limit": statistics.median(ratios), "unchanged_wal_mb": max(wal) / 1e6}


def _written() -> int:
    """The bytes of WAL that this session wrote so far; autovacuum's are not ours."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT wal_bytes FROM pg_stat_get_backend_wal(pg_backend_pid())")
        return int(cursor.fetchone()[0])


def _one_family() -> dict[str, float]:
    """Milliseconds from an edit of one family to its new score, the 95th of 100."""
    taken = []
    for pk in Household.objects.order_by("pk").values_list("pk", flat=True)[:100]:
        Household.objects.filter(pk=pk).update(feared_hunger=True)
        started = time.perf_counter()
        scoring.run(household_ids=[pk])
        taken.append(time.perf_counter() - started)
    return {"one_family_ms": 1000 * sorted(taken)[94]}


def _simulation() -> dict[str, float]:
    draft = criteria.draft(source=_default(), by=None)
    return {"simulation_over_rescoring": time_of_simulation(draft)}


def time_of_simulation(draft: CriteriaSet) -> float:
    """The seconds of a simulation by those of a rescoring that finds nothing changed: the median of five pairs."""
    simulate = partial(simulation.simulate, criteria_set=draft)
    return statistics.median(timed(simulate) / timed(scoring.run) for _ in range(5))


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


def _hope(count: int) -> dict[str, float]:
    """How much faster ours is than HOPE's way (unicef/hope, `steficon` and `payment`, read and imitated)."""
    _change(0)
    ours = Household.objects.active().count() / timed(scoring.run)
    hope = count / timed(lambda: _by_source(count))
    if wrong := scoring.run().changed:
        raise IncorrectError(f"HOPE's way gives {wrong} other scores")
    return {"ours_over_hope": ours / hope}


def _by_source(count: int) -> None:
    source, today = _source(_default()), timezone.localdate()
    with transaction.atomic():
        scores = {s.household_id: s for s in Score.objects.filter(household__in=families(count).values("pk"))}
        written = []
        for family in families(count):
            names = {"household": family, "value_of": plain_scoring.value_of, "today": today, "result": {}}
            names["Verdict"] = importlib.import_module("beneficiaries.models").Score.Verdict
            exec(source, names)  # noqa: S102  what is measured
            score = scores[family.pk]
            score.hits, score.points, score.verdict = (names["result"][k] for k in ("hits", "points", "verdict"))
            written.append(score)
            if len(written) == 1000:
                Score.objects.bulk_update(written, ["hits", "points", "verdict"])
                written = []
        Score.objects.bulk_update(written, ["hits", "points", "verdict"])


_OPERATORS = {"sama": "==", "salah_satu": "in", "paling_banyak": "<=", "paling_sedikit": ">="}


def _source(criteria_set: CriteriaSet) -> str:
    """The criteria as the program that a person would write into HOPE's rule."""
    lines = ["hits = points = gate = 0", "held = False"]
    for rule in criteria_set.criteria.all():
        lines += [f"fact = value_of({rule.fact!r}, household, today)"]
        lines += [
            f"if fact is not None and fact {_OPERATORS[rule.operator]} {rule.value!r}:",
            f"    hits |= {1 << rule.bit}",
        ]
        lines += {
            Criterion.Kind.GATE: [f"    gate = max(gate, {rule.points})"],
            Criterion.Kind.POINTS: [f"    points += {rule.points}"],
            Criterion.Kind.HOLD: ["    held = True"],
        }[Criterion.Kind(rule.kind)]
    lines += [f"enough = points >= {criteria_set.threshold}"]
    lines += [
        "verdict = Verdict.LAYAK if gate or (enough and not held) else Verdict.DITAHAN if held else Verdict.TIDAK_LAYAK"
    ]
    lines += ["result.update(hits=hits, points=gate or points, verdict=verdict)"]
    return "\n".join(lines)


def read_once(processes: int = 1) -> int:
    """Reads once and aggregates what ours computes, writing nothing."""
    scored = statements.scored(statements.rules_of(criteria.in_force()), on=timezone.localdate())
    statement = statements.compose(_LIMIT, scored=scored, **statements.VERDICTS)
    with statements.room() as cursor:
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
    _vacuum("beneficiaries_household")  # as autovacuum has done before the night comes


def _vacuum(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM ANALYZE {table}")
