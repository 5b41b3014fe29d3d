"""How much of the machine a load takes: all of it from the command line, while a job leaves room for the pages."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection

FEW = 2  # cores: with more there is room for both
_is_gentle = ContextVar("is_gentle", default=False)


def hands() -> int:
    """Returns how many may read or write at a time."""
    return 1 if _is_gentle.get() else 2


@contextmanager
def gentle() -> Iterator[None]:
    """On a machine with few cores one reader, one writer, and statements on one core. For a session of its own."""
    if (os.cpu_count() or 1) > FEW or connection.in_atomic_block:
        yield
        return
    before = _is_gentle.set(True)
    _statements_use("max_parallel_workers_per_gather = 0")
    try:
        yield
    finally:
        _is_gentle.reset(before)
        _statements_use("max_parallel_workers_per_gather = DEFAULT")


def _statements_use(setting: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET {setting}")
