"""One at a time: whatever writes many rows of the register waits for its turn."""

from django.db import connection


def lock() -> None:
    """Waits for the write that is under way; `unlock`, or the end of the connection, lets the next one in."""
    _call("pg_advisory_lock")


def try_lock() -> bool:
    """Takes the turn when nobody has it; whether it did."""
    return _call("pg_try_advisory_lock")


def unlock() -> None:
    _call("pg_advisory_unlock")


def lock_until_commit() -> None:
    """Waits for the write that is under way; the end of the transaction lets the next one in."""
    _call("pg_advisory_xact_lock")


def _call(function: str):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtext('register'))")
        return cursor.fetchone()[0]
