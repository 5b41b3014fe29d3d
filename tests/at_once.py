"""Work done by several threads at the same moment, each with its own connection."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection


def at_once(work, people: list) -> list:
    """Calls `work` with each of `people` at once. Returns what each got: the result, or the sentence of a refusal."""
    start = Barrier(len(people))

    def one(person):
        try:
            start.wait(timeout=20)
            return work(person)
        except ValueError as refusal:
            return str(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(one, people))


def until_somebody_waits() -> None:
    """Returns once a connection to this database waits for a lock that another one holds."""
    for _ in range(1500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # inside a transaction it would show the same for ever
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.02)
    pytest.fail("nobody waited")
