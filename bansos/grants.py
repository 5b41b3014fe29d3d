"""The rights of the portal's own database role, which owns no table.

With a role that owns the tables a stolen password of the portal takes the guards off: the owner may disable a trigger,
empty a table, or drop the history. The role granted here can do none of that. What happened is only ever added to:
history, who did it and why, and append-only tables take INSERT, and UPDATE of nothing but the columns that name
somebody, which erasure empties and rotation encrypts anew under the seals (`bansos.erasure`, `bansos.rotation`).
PostgreSQL checks column privileges before any trigger, so `pgtrigger.ignore` opens nothing.

MAINTAIN (PostgreSQL 17) lets an import ANALYZE what it wrote and lets sealing wait for writers. CREATE on the schema is
for the staging tables of an import.
"""

import os
from collections.abc import Iterator
from typing import Any

import pghistory.models
import pgtrigger
from django.apps import apps
from django.db import connection, transaction
from psycopg import sql

from bansos.fields import EncryptedField

READ, ADD, CHANGE, REMOVE = "SELECT", "INSERT", "UPDATE", "DELETE"
FOUNDATION = ("django_migrations",)  # read alone: only the owner migrates


class GrantError(ValueError):
    """No rights were given; the sentence says why."""


def create(role: str, *, password_from: str) -> None:
    """Makes the login with the password in the environment variable `password_from`, or gives it that password.

    Raises GrantError when the variable is empty.
    """
    password = os.environ.get(password_from)
    if not password:
        raise GrantError(f"Isi variabel {password_from} dengan kata sandi untuk {role}.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        verb = sql.SQL("ALTER" if cursor.fetchone() else "CREATE")
        cursor.execute(_text("{} ROLE {} LOGIN PASSWORD {}", verb, sql.Identifier(role), sql.Literal(password)))


def grant(role: str) -> int:
    """Gives `role` what the portal needs and takes away all else. Returns how many tables it may use.

    Runs as the owner of the tables after each migration; twice is harmless. Raises GrantError when the role does not
    exist or is the owner or a superuser, which no grant could bind.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        _check(cursor, role)
        who = sql.Identifier(role)
        for every in ("TABLES", "SEQUENCES"):
            cursor.execute(_text("REVOKE ALL ON ALL {} IN SCHEMA public FROM {}", sql.SQL(every), who))
        cursor.execute(_text("GRANT USAGE, CREATE ON SCHEMA public TO {}", who))
        cursor.execute(_text("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}", who))
        for table in FOUNDATION:
            cursor.execute(_text("GRANT SELECT ON {} TO {}", sql.Identifier(table), who))
        models = list(_tables())
        for model in models:
            for rights in _rights(model):
                cursor.execute(_text("GRANT {} ON {} TO {}", rights, sql.Identifier(model._meta.db_table), who))
    return len(models)


def _check(cursor, role: str) -> None:
    cursor.execute(
        "SELECT rolsuper, pg_has_role(rolname, current_user, 'MEMBER') FROM pg_roles WHERE rolname = %s", [role]
    )
    found = cursor.fetchone()
    if found is None:
        raise GrantError(f"Peran basis data \"{role}\" belum ada. Buat dulu: CREATE ROLE {role} LOGIN PASSWORD '...'.")
    if any(found):
        raise GrantError(
            f'"{role}" memiliki tabel atau superuser. Portal memerlukan peran lain yang tidak memiliki tabel.'
        )


def _tables() -> Iterator[Any]:
    """Yields a model for each table, those between two models included."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            yield model


def _rights(model: Any) -> Iterator[sql.Composable]:
    """Yields what the portal may do with a table: all, all but delete, or add alone and empty identity."""
    guarded: set[str] = set()
    for owner, trigger in pgtrigger.registry.registered():
        if owner is model and isinstance(trigger, pgtrigger.Protect) and trigger.condition is None:
            guarded |= set(str(trigger.operation).split(" OR "))
    if issubclass(model, (pghistory.models.Event, pghistory.models.Context)):
        guarded |= {CHANGE, REMOVE}
    kept = [right for right in (READ, ADD, CHANGE, REMOVE) if right not in guarded]
    yield sql.SQL(", ").join(sql.SQL(right) for right in [*kept, "MAINTAIN"])
    if CHANGE in guarded and (columns := _identity(model)):
        yield sql.SQL("UPDATE ({})").format(sql.SQL(", ").join(map(sql.Identifier, columns)))


def _identity(model: Any) -> list[str]:
    """Returns the columns that name somebody: those that erasure empties and those that are encrypted."""
    erased = getattr(getattr(model, "pgh_tracked_model", model), "ERASED", {})
    return [f.column for f in model._meta.local_concrete_fields if f.name in erased or isinstance(f, EncryptedField)]


def _text(query: str, *parts: sql.Composable) -> str:
    return sql.SQL(query).format(*parts).as_string()
