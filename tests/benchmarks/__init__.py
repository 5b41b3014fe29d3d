"""Benchmarks: ours, the usual way and the limit of the machine, interleaved in one call on a fresh durable cluster.

A benchmark is a module here with `build(*, small) -> Benchmark`. It fills the database, checks that ours is correct
before any time counts, and gives three arms. Speeds are compared within one call only; never across calls.
"""

import importlib
import os
import pkgutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.test.utils import override_settings
from psycopg import sql

from bansos import reference
from bansos.embedded import Postgres, Valkey

NAMES = ("import", "million", "duplicates", "search", "score", "simulate", "propose", "handover", "report", "status")
NOISY = 1.5  # the fastest repeat over the slowest
ARMS = ("ours", "usual", "limit")


class IncorrectError(AssertionError):
    """Ours gives a wrong answer, so its speed does not matter."""


class Speed(float):
    """Units a second that an arm measured itself, where the mean over its time is not what is asked (p95)."""


@dataclass
class Benchmark:
    """Three arms. Each does its work and returns how many units it did, or its Speed; `before` runs untimed ahead of
    each, `prepare` ahead of ours alone. `extra` measures more, once, after the arms.
    """

    unit: str
    ours: Callable[[], int]
    usual: Callable[[], int]
    limit: Callable[[], int]
    goal: dict[str, float]  # the least `ours_over_usual`, `ours_over_limit` and what `extra` tells
    at_most: dict[str, float] = field(default_factory=dict)  # the most of what `extra` tells
    before: Callable[[], None] = lambda: None
    prepare: Callable[[], None] = lambda: None
    extra: Callable[[], dict[str, float]] = dict
    repeats: int = 5


def module_of(name: str) -> str:
    """The module of a benchmark; `import` is a word of Python's, so modules end in `_benchmark`."""
    return f"{name}_benchmark"


def available() -> list[str]:
    """The names that have a benchmark, in the order of the month."""
    modules = {module.name for module in pkgutil.iter_modules(__path__)}
    return [name for name in NAMES if module_of(name) in modules]


def measure(names: list[str], *, small: bool) -> Iterator[dict]:
    """Runs benchmarks one by one, each in a database of its own on a cluster made for this call.

    Raises IncorrectError before any time counts.
    """
    with fresh_cluster() as fresh_database:
        for name in names:
            fresh_database(f"bench_{name}")
            benchmark = importlib.import_module(f"{__name__}.{module_of(name)}").build(small=small)
            rounds = [_round(benchmark) for _ in range(benchmark.repeats)]
            yield _summary(name, benchmark, rounds, benchmark.extra())


def _round(benchmark: Benchmark) -> dict[str, float]:
    """One turn of each arm, in units a second."""
    speeds = {}
    for arm in ARMS:
        benchmark.before()
        if arm == "ours":
            benchmark.prepare()
        checkpoint()
        started = time.perf_counter()
        done = getattr(benchmark, arm)()
        speeds[arm] = done if isinstance(done, Speed) else done / (time.perf_counter() - started)
    return speeds


def _summary(name: str, benchmark: Benchmark, rounds: list[dict[str, float]], extra: dict[str, float]) -> dict:
    speeds = {arm: [turn[arm] for turn in rounds] for arm in ARMS}
    over = {
        f"ours_over_{other}": statistics.median(turn["ours"] / turn[other] for turn in rounds)
        for other in ("usual", "limit")
    }
    told = over | extra
    return {
        "name": name,
        "unit": benchmark.unit,
        **{arm: round(statistics.median(values), 1) for arm, values in speeds.items()},
        **{key: round(ratio, 3) for key, ratio in over.items()},
        "goal": benchmark.goal | {f"{key}_at_most": most for key, most in benchmark.at_most.items()},
        "met": all(told[key] >= least for key, least in benchmark.goal.items())
        and all(told[key] <= most for key, most in benchmark.at_most.items()),
        "noisy": any(max(values) / min(values) > NOISY for values in speeds.values()),
        **{key: round(value, 3) for key, value in extra.items()},
    }


def checkpoint() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")


@contextmanager
def fresh_cluster():
    """Starts an empty cluster with fsync on, and a cache; database, cache and files of the office are not touched.

    Gives a function that makes a database with tables and regions under a name, and points Django at it.
    """
    with tempfile.TemporaryDirectory(prefix="bansos-") as folder:
        os.chmod(folder, 0o711)  # where PostgreSQL runs as nobody it must pass through
        server = Postgres(Path(folder) / "data", Path(folder) / "socket", durable=True).start()
        valkey = Valkey(Path(folder)).start()
        office = connection.settings_dict
        caches = {"default": settings.CACHES["default"] | {"LOCATION": f"unix://{folder}/valkey.sock"}}
        elsewhere = override_settings(CACHES=caches, MEDIA_ROOT=f"{folder}/media")
        elsewhere.enable()
        try:
            with server._connect(autocommit=True) as admin:
                admin.execute("GRANT pg_checkpoint TO bansos")
            point_at(server.socket_dir, "bansos")
            call_command("migrate", verbosity=0)
            reference.load()
            yield lambda name: _copy_database(server, name)
        finally:
            connection.close()
            connection.settings_dict = office
            elsewhere.disable()
            valkey.stop()
            server.stop()


def point_at(socket_dir: Path | str, name: str) -> None:
    """Lets Django use another database from now on, with the office's options of the session."""
    connection.close()
    place = {"HOST": str(socket_dir), "PORT": "", "USER": "bansos", "PASSWORD": "", "NAME": name}
    options = {"options": settings.DATABASES["default"]["OPTIONS"]["options"]}
    connection.settings_dict = connection.settings_dict | place | {"OPTIONS": options}
    connections.settings[DEFAULT_DB_ALIAS] = connection.settings_dict  # for threads, which have their own


def _copy_database(server: Postgres, name: str) -> None:
    connection.close()
    with server._connect(autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE bansos OWNER bansos").format(sql.Identifier(name)))
    point_at(server.socket_dir, name)
