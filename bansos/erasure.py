"""Erasure: what names a person is taken out of rows and of their history for good, when the time to keep it is over.

This is the one way in which an event ever changes in its words. The rows are written as usual, so that the erasure
itself is an event; the events before it are emptied with their append-only guard passed over for that statement alone.
For every sealed event the digest of what was erased is kept (`bansos.seals`), so `verify_audit` proves the rest of it
as before. Counts, money, places, dates of decisions and who decided stay.

Which fields, and what stands in them afterwards, is said by the model's own `ERASED`.
"""

import json
import os
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pghistory
import pgtrigger
from django.db import connection, transaction
from django.db.models import JSONField
from psycopg import sql

from bansos import crypto, emptied, seals
from bansos.fields import ERASED_NAME, FIRST_OF_YEAR, EncryptedField, IndexField
from bansos.models import Erasure


def erase(*, model: Any, pks: list[int], rule: str, reason: str, by=None) -> Erasure | None:
    """Empties the identity of these rows and of their history; returns the record of it, None without rows.

    `model` has `ERASED` and is tracked, or append-only and so its own history. Raises
    django.db.OperationalError when a writer holds its history for over ten seconds.
    """
    event = event_of(model)
    with transaction.atomic(), pghistory.context(user=by and by.pk, reason=reason):
        seals.seal()
        pks = _lock(model, pks)
        if not pks:
            return None
        kept = seals.identity_digests(event, pks)
        with pgtrigger.ignore(*_guards(model, event)):
            fresh = _fresh(model, pks)
            _empty(model, model._meta.pk.column, pks, fresh)
            if event is not model:
                _empty(event, "pgh_obj_id", pks, fresh)
        prints = seals.packed(kept)
        return Erasure.objects.create(
            table=event._meta.db_table, rows=len(pks), rule=rule, reason=reason, by=by, prints=prints,
            digest=sha256(prints).digest(),
        )  # fmt: skip


def event_of(model: Any) -> Any:
    """Returns the model of the history of `model`; an append-only one without any is its own."""
    return next((event for event in seals.event_models() if event.pgh_tracked_model is model), model)


def _lock(model: Any, pks: list[int]) -> list[int]:
    """Locks those of the rows that are not empty yet."""
    rows = model._base_manager.filter(pk__in=pks).exclude(emptied.q(model)).order_by("pk")
    return list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))


def _guards(model: Any, event: Any) -> Iterator[str]:
    """Yields the guards to pass over: those that keep events as they are, and those that fix a closed row."""
    named = getattr(model, "ERASURE_PASSES", ())  # triggers of the model's own that fix it like a Protect
    for owner, trigger in pgtrigger.registry.registered():
        fixes = isinstance(trigger, pgtrigger.Protect) or (owner is model and trigger.name in named)
        if owner in {model, event} and fixes:
            yield trigger.get_uri(owner)


def _fresh(model: Any, pks: list[int]) -> dict[str, list[bytes]]:
    """Returns new bytes for each row: for encrypted fields that cannot be NULL and their indexes."""
    fresh: dict[str, list[bytes]] = {}
    for name in model.ERASED:
        each: Any = model._meta.get_field(name)
        if isinstance(each, EncryptedField) and not each.null:
            fresh[str(each.column)] = [crypto.encrypt("", each.aad) for _pk in pks]
        elif isinstance(each, IndexField) and not each.null:
            fresh[str(each.column)] = [os.urandom(32) for _pk in pks]
    return fresh


def _empty(model: Any, key: str, pks: list[int], fresh: dict[str, list[bytes]]) -> None:
    """Writes what `ERASED` says into the rows of `model` (a table or its history) whose `key` is one of `pks`."""
    tracked = getattr(model, "pgh_tracked_model", None) or model
    own = {f.column for f in model._meta.local_concrete_fields}
    parts = []
    for name, value in tracked.ERASED.items():
        each = tracked._meta.get_field(name)
        if each.column in own:
            parts.append(_assignment(each, value, fresh))
    query = sql.SQL("UPDATE {table} t SET {parts} FROM unnest({arrays}) AS v ({names}) WHERE t.{key} = v.pk").format(
        table=sql.Identifier(model._meta.db_table),
        parts=sql.SQL(", ").join(parts),
        arrays=sql.SQL(", ").join([sql.SQL("%s::bigint[]"), *[sql.SQL("%s::bytea[]")] * len(fresh)]),
        names=sql.SQL(", ").join([sql.Identifier("pk"), *(sql.Identifier(f"new_{c}") for c in fresh)]),
        key=sql.Identifier(key),
    )
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")
        cursor.execute(query.as_string(), [pks, *fresh.values()])


def _assignment(each: Any, value: Any, fresh: dict) -> sql.Composed:
    column = sql.Identifier(each.column)
    if each.column in fresh:
        return sql.SQL("{} = v.{}").format(column, sql.Identifier(f"new_{each.column}"))
    if isinstance(each, (EncryptedField, IndexField)):
        return sql.SQL("{} = NULL").format(column)
    if value == FIRST_OF_YEAR:
        return sql.SQL("{0} = date_trunc('year', t.{0})::date").format(column)
    if value == ERASED_NAME:  # what was never filled in stays so
        return sql.SQL("{0} = CASE WHEN t.{0} = '' THEN '' ELSE {1} END").format(column, sql.Literal(value))
    text = json.dumps(value) if isinstance(each, JSONField) else value
    return sql.SQL("{} = {}").format(column, sql.Literal(text))
