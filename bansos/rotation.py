"""Key rotation: every encrypted value is written anew with the first key of the ring, while the portal works on.

A rotation says nothing new about anybody, so it leaves no event: the history triggers of the tables and the append-only
guards of the event tables are passed over for these statements alone (`pgtrigger.ignore`). A row and those of its
events that hold the same ciphertext get the same new one, so `verify_audit` finds the record as whole as before, and
the seals (`bansos.seals`) do not cover ciphertexts. Each batch is one transaction and a value under the first key is
not touched again: a rotation that was stopped goes on where it was.

Order of a rotation: put the new key behind the old one in PERSONAL_DATA_KEYS and restart web and worker one after the
other, so that each can read it before any writes with it; put it first and restart again; run `rotate_keys`; take the
old key away once `left` is 0 and the sessions of the day (drafts of /daftar/) have ended.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pghistory.models
import pghistory.trigger
import pgtrigger
from django.apps import apps
from django.db import connection, transaction
from psycopg import sql

from bansos import crypto
from bansos.fields import EncryptedField

BATCH = 1000


@dataclass
class Rotation:
    """What a rotation did: values written anew by "table.column", and how many still hang on another key."""

    rewritten: dict[str, int] = field(default_factory=dict)
    left: int = 0


@dataclass(frozen=True)
class Column:
    """An encrypted column; `history` is the event table with its copies, `is_history` tells that it is one itself."""

    table: str
    name: str
    pk: str
    aad: str
    history: str | None
    is_history: bool

    @property
    def label(self) -> str:
        return f"{self.table}.{self.name}"


def rotate(*, batch: int = BATCH) -> Rotation:
    """Writes every encrypted value of every table with the first key of the ring.

    Raises crypto.CannotDecrypt when a value's key is missing; what was done until then stays done.
    """
    done = Rotation()
    with pgtrigger.ignore(*_guards()):
        for column in columns():
            done.rewritten[column.label] = _rotate_column(column, batch)
    done.left = left()
    return done


def left() -> int:
    """Counts the values that another key than the first of the ring encrypts."""
    return sum(_count(column) for column in columns())


def columns() -> list[Column]:
    """Returns every encrypted column, tables before their histories."""
    models: list[Any] = [model for model in apps.get_models() if model._meta.managed and not model._meta.proxy]
    histories = {m.pgh_tracked_model: m for m in models if _is_event(m)}
    found = []
    for model in sorted(models, key=_is_event):
        copy = histories.get(model)
        for each in model._meta.local_concrete_fields:
            if not isinstance(each, EncryptedField):
                continue
            assert each.column, "a concrete field has its column"
            history = None
            if copy and any(f.column == each.column for f in copy._meta.local_concrete_fields):
                history = copy._meta.db_table
            table, pk = model._meta.db_table, model._meta.pk.column
            found.append(Column(table, each.column, pk, each.aad, history, _is_event(model)))
    return found


def _is_event(model: Any) -> bool:
    return issubclass(model, pghistory.models.Event)


def _guards() -> Iterator[str]:
    """Yields the triggers to pass over: those that would write an event, and those that keep rows as they are."""
    encrypted, passed = {column.table for column in columns()}, (pghistory.trigger.Event, pgtrigger.Protect)
    for model, trigger in pgtrigger.registry.registered():
        if model._meta.db_table in encrypted and (_is_event(model) or isinstance(trigger, passed)):
            yield trigger.get_uri(model)


def _rotate_column(column: Column, batch: int) -> int:
    """Goes through the table once, by primary key; a value under the first key is passed over."""
    count, last = 0, 0
    while True:
        with transaction.atomic():
            tokens = _next(column, batch, last)
            if not tokens:
                return count
            fresh = {
                token: crypto.encrypt(crypto.decrypt(token, column.aad), column.aad) for token in set(tokens.values())
            }
            _write(column, tokens, fresh)
        count, last = count + len(tokens), max(tokens)


def _next(column: Column, batch: int, after: int) -> dict[int, bytes]:
    """Locks the next rows under another key and returns their ciphertexts by primary key.

    A row that somebody is writing is waited for, so that no event with the old ciphertext comes after it.
    """
    query = sql.SQL(
        "SELECT {pk}, {name} FROM {table} WHERE {pk} > %s AND get_byte({name}, 0) <> %s"
        " ORDER BY {pk} LIMIT %s FOR NO KEY UPDATE"
    ).format(**_names(column))
    with connection.cursor() as cursor:
        cursor.execute(query, [after, crypto.first_key(), batch])
        return {pk: bytes(token) for pk, token in cursor.fetchall()}


def _write(column: Column, tokens: dict[int, bytes], fresh: dict[bytes, bytes]) -> None:
    params: list[Any] = [list(tokens), list(tokens.values()), [fresh[token] for token in tokens.values()]]
    values = sql.SQL("unnest(%s::bigint[], %s::bytea[], %s::bytea[]) AS v (id, old, new)")
    own = sql.SQL("UPDATE {table} t SET {name} = v.new FROM {values} WHERE t.{pk} = v.id AND t.{name} = v.old")
    copies = sql.SQL(
        "UPDATE {history} t SET {name} = v.new FROM {values} WHERE t.pgh_obj_id = v.id AND t.{name} = v.old"
    )
    names = _names(column) | {"values": values, "history": sql.Identifier(column.history or "")}
    with connection.cursor() as cursor:
        cursor.execute(own.format(**names), params)
        if column.history:
            cursor.execute(copies.format(**names), params)


def _count(column: Column) -> int:
    query = sql.SQL("SELECT count(*) FROM {table} WHERE get_byte({name}, 0) <> %s").format(**_names(column))
    with connection.cursor() as cursor:
        cursor.execute(query, [crypto.first_key()])
        return cursor.fetchone()[0]


def _names(column: Column) -> dict[str, sql.Composable]:
    return {name: sql.Identifier(getattr(column, name)) for name in ("table", "name", "pk")}
