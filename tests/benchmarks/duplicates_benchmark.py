"""Finding the people who are most likely twice in the register, all of it at once.

Ours: `duplicates.find`. Usual: for each person a trigram query over the names, on a subset. Limit: the bare join of
the pairs that ours compares, likening nothing. The mistakes to find are `mistakes.held_out`, which the weights were
not chosen on. Told besides: what splink reaches on the same register, where it is installed (group `bench`).
"""

import time

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection, transaction

from beneficiaries import duplicates
from beneficiaries.models import DuplicatePair, Person
from tests.benchmarks import Benchmark, IncorrectError, mistakes, register, splink_arm

LIKE = 0.6  # of the usual way; trigrams alone tell no better
PROBABLE = 0.5  # from which splink's pairs count; of those tried the one with the best of recall and precision
FEW = 1000

_BARE_JOIN = """
    WITH crowd AS NOT MATERIALIZED (
        SELECT id, spelt, born_on, sex, region_id FROM beneficiaries_person
        WHERE died_on IS NULL AND merged_into_id IS NULL
    ), fresh AS NOT MATERIALIZED (SELECT *, {exchanged} AS exchanged FROM crowd)
    SELECT count(*) FROM fresh a JOIN crowd b ON a.sex = b.sex AND a.id < b.id AND {block}
"""
_TOUCH = """
    UPDATE beneficiaries_person SET updated_at = clock_timestamp()
    WHERE id IN (SELECT id FROM beneficiaries_person ORDER BY id DESC LIMIT %s)
"""


def build(*, small: bool) -> Benchmark:
    households, subset, count = (300, 20, 40) if small else (100_000, 6, 6_000)
    register.fill(households)
    twins = mistakes.enter(mistakes.held_out(count))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE beneficiaries_person")
    duplicates.find()
    reached = _reached(twins, set(DuplicatePair.objects.values_list("first", "second")))
    if min(reached.values()) < 0.8:
        raise IncorrectError(f"most mistakes are missed or most pairs are wrong: {reached}")
    return Benchmark(
        unit="warga/detik",
        ours=_find,
        usual=lambda: _one_by_one(subset),
        limit=_bare_join,
        before=_forget,
        extra=lambda: reached | _seconds() | ({} if small else _splink(twins)),
        goal={"ours_over_limit": 0.125, "recall": 0.95, "precision": 0.93},
        at_most={"seconds_1000": 0.3},
        repeats=2 if small else 3,
    )


def _reached(twins, found: set[tuple[int, int]]) -> dict[str, float]:
    right = len(found & set(twins))
    return {"recall": right / len(twins), "precision": right / len(found) if found else 0.0}


def _forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE beneficiaries_duplicatepair, beneficiaries_duplicatepairevent")


def _find() -> int:
    duplicates.find()
    return Person.objects.living().count()


def _one_by_one(count: int) -> int:
    for person in Person.objects.living().order_by("pk").only("name", "born_on", "sex")[:count]:
        likely = Person.objects.living().exclude(pk=person.pk).annotate(likeness=TrigramSimilarity("name", person.name))
        list(likely.filter(likeness__gte=LIKE).values_list("pk", "born_on", "sex"))
    return count


def _bare_join() -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL random_page_cost = 1.1")
        for block in duplicates.BLOCKS:
            cursor.execute(_BARE_JOIN.format(exchanged=duplicates.EXCHANGED, block=block))
    return Person.objects.living().count()


def _seconds() -> dict[str, float]:
    """Of the whole search, and of one for people who just came in; the middle of three."""
    _forget()
    started = time.perf_counter()
    duplicates.find()
    told = {"seconds": time.perf_counter() - started}
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        since = cursor.fetchone()[0]
        cursor.execute(_TOUCH, [FEW])
        cursor.execute("VACUUM ANALYZE beneficiaries_person")
    spent = []
    for _ in range(3):
        _forget()
        started = time.perf_counter()
        duplicates.find(changed_since=since)
        spent.append(time.perf_counter() - started)
    return told | {f"seconds_{FEW}": sorted(spent)[1]}


def _splink(twins) -> dict[str, float]:
    if not splink_arm.AVAILABLE:
        return {}
    found, seconds = splink_arm.find(at=(PROBABLE,))
    reached = _reached(twins, found[PROBABLE])
    return {f"splink_{key}": value for key, value in reached.items()} | {"splink_seconds": seconds}
