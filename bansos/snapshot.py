"""Several readings of one state of the database."""

from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def one_state():
    """Reads one consistent state of the database and writes nothing; inside a transaction its own isolation counts."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield
