"""The desk searches a person by a part of a name; what 95 of 100 searches do not exceed.

Ours: `Person.objects.named`, one page of it. Usual: `name__icontains` without a trigram index. Limit: the bare scan of
the trigram index for the same text. Each turn searches the same names; every second name holds a mistake, which the
usual way does not find at all.
"""

import statistics
import time
from collections.abc import Callable

from django.db import connection

from beneficiaries.models import Person
from tests.benchmarks import Benchmark, IncorrectError, Speed, register

PAGE = 100
_SCAN = "SELECT count(*) FROM beneficiaries_person WHERE upper(name) LIKE '%%' || %s || '%%'"


def build(*, small: bool) -> Benchmark:
    households, count = (300, 10) if small else (100_000, 60)
    register.fill(households)
    names = _names(count)
    _check(names)
    return Benchmark(
        unit="pencarian/detik pada p95",
        ours=lambda: _at_p95(_named, names),
        usual=lambda: _without_index(names),
        limit=lambda: _at_p95(_scan, names),
        extra=lambda: {"p95_ms": 1000 / _at_p95(_named, names)},
        goal={"ours_over_usual": 3.0, "ours_over_limit": 0.5},
        repeats=2 if small else 5,
    )


def _names(count: int) -> list[str]:
    """Names of the register, every second one with a letter doubled."""
    found = Person.objects.order_by("nik_index").values_list("name", flat=True)[:count]
    return [name if number % 2 else name[:-2] + name[-2] + name[-2:] for number, name in enumerate(found)]


def _check(names: list[str]) -> None:
    """Whoever bears exactly the name is found, and for a misspelt one somebody, or IncorrectError."""
    for name in names:
        found = Person.objects.named(name)
        bearers = Person.objects.filter(name=name).count()
        if found.filter(name=name).count() != bearers or not found.exists():
            raise IncorrectError(f"the search for {name} misses somebody")


def _named(name: str) -> list[int]:
    return list(Person.objects.named(name).order_by("name", "pk").values_list("pk", flat=True)[:PAGE])


def _holding(name: str) -> list[int]:
    return list(Person.objects.filter(name__icontains=name).order_by("name", "pk").values_list("pk", flat=True)[:PAGE])


def _without_index(names: list[str]) -> Speed:
    """Our trigram index would serve the usual way too, which has none."""
    with connection.cursor() as cursor:
        cursor.execute("SET enable_bitmapscan = off")
        speed = _at_p95(_holding, names)
        cursor.execute("RESET enable_bitmapscan")
    return speed


def _scan(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SCAN, [name.upper()])
        cursor.fetchone()


def _at_p95(search: Callable, names: list[str]) -> Speed:
    spent = []
    for name in names:
        started = time.perf_counter()
        search(name)
        spent.append(time.perf_counter() - started)
    return Speed(1 / statistics.quantiles(spent, n=20)[-1])
