"""Leaves the database as the first test found it, in place of Django's flush.

A flush cuts all of some two hundred tables and makes content types and permissions anew, after every test that
commits; here only the rows that a test left are taken out. Triggers and foreign keys rest meanwhile, which is for the
server's superuser.
"""

import psycopg
from django.db import connection
from psycopg import sql

_TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
        AND relname <> 'django_migrations'
    ORDER BY relname
"""
_HOLDS_ROWS = "SELECT %s WHERE EXISTS (SELECT FROM {0})"
_DIFFERS = """
    SELECT %s WHERE EXISTS (TABLE {0} EXCEPT ALL TABLE kept.{0}) OR EXISTS (TABLE kept.{0} EXCEPT ALL TABLE {0})
"""


class CleanTables:
    """The tables of this process's database, and a copy of those that hold rows."""

    def __init__(self) -> None:
        ours = connection.get_connection_params()
        where = {key: ours[key] for key in ("host", "port", "dbname") if key in ours}
        self._server = psycopg.connect(**where, user="postgres", autocommit=True)
        self._server.execute("SET session_replication_role = replica")
        self._server.execute("DROP SCHEMA IF EXISTS kept CASCADE")
        self._server.execute("CREATE SCHEMA kept")
        tables = [name for (name,) in self._server.execute(_TABLES)]
        self._kept = self._asked(_HOLDS_ROWS, tables)
        self._others = [name for name in tables if name not in self._kept]
        for name in self._kept:
            self._server.execute(_of("CREATE TABLE kept.{0} AS TABLE {0}", name))
        every = sql.SQL(", ").join(map(sql.Identifier, tables))
        self._lock = sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(every)

    def restore(self) -> None:
        """Takes out what is new and puts back what was kept; waits for whoever still writes."""
        with self._server.transaction():
            self._server.execute(self._lock)
            for name in self._asked(_HOLDS_ROWS, self._others):
                self._server.execute(_of("DELETE FROM {0}", name))
            for name in self._asked(_DIFFERS, self._kept):
                self._server.execute(_of("DELETE FROM {0}", name))
                self._server.execute(_of("INSERT INTO {0} OVERRIDING SYSTEM VALUE TABLE kept.{0}", name))

    def close(self) -> None:
        self._server.close()

    def _asked(self, select: str, tables: list[str]) -> list[str]:
        """Returns the tables that `select` finds, all of them asked for at once."""
        every = sql.SQL(" UNION ALL ").join(_of(select, name) for name in tables)
        return [name for (name,) in self._server.execute(every, tables)]


def _of(statement: str, table: str) -> sql.Composed:
    return sql.SQL(statement).format(sql.Identifier(table))
