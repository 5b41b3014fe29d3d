"""Seals over the history: a chain of digests that shows an event changed, added or taken away after it was sealed.

Every seal is a SHA-256 over the seal before it and the events since; the digest of the newest one stands for all. Who
could write the whole database could also write all seals anew, so that digest belongs on paper or with the auditor
(`seal_audit` prints it, `verify_audit --head` compares it).

Ciphertexts are not sealed, only whether there is one: keys rotate. Their blind indexes are, and no event can get
another value without another index; a phone or account number is held by its index alike.
"""

from dataclasses import dataclass, field
from typing import Any

import pghistory.models
from django.apps import apps
from django.db import connection, transaction
from psycopg import sql

from bansos.fields import EncryptedField
from bansos.models import AuditSeal

FIRST = b"bansos"  # what the first seal follows
PRINT = 16


@dataclass
class Check:
    """What `check` found: `tampered` names events ("beneficiaries.householdevent:12") and broken seals."""

    count: int = 0
    tampered: list[str] = field(default_factory=list)
    head: str = ""


def seal() -> list[AuditSeal]:
    """Seals the events of every table since its last seal. Returns the seals that were made.

    Sealers wait for each other. Raises django.db.OperationalError when a writer holds a table for over ten seconds.
    """
    made = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('seals'))")
        for model in sorted(event_models(), key=lambda m: m._meta.db_table):
            if sealed := _seal_table(model):
                made.append(sealed)
    return made


def head() -> str:
    """Returns the digest of the newest seal as hex, or an empty string."""
    newest = AuditSeal.objects.order_by("pk").only("digest").last()
    return bytes(newest.digest).hex() if newest else ""


def check() -> Check:
    """Computes every seal anew and compares."""
    found, previous = Check(), FIRST
    tables = {model._meta.db_table: model for model in event_models()}
    ends: dict[str, int] = {}
    for each in AuditSeal.objects.order_by("pk").iterator(chunk_size=20):
        found.count += 1
        model = tables.get(each.table)
        if model is None or each.after != ends.get(each.table, 0) or not _has(model, each.columns):
            found.tampered.append(f"bansos.auditseal:{each.pk}")
        else:
            _rows, prints, digest = _compute(model, each.columns, each.after, each.upto, previous)
            named = _differing(model, bytes(each.prints), prints)
            if digest != bytes(each.digest):
                found.tampered += named or [f"bansos.auditseal:{each.pk}"]
        ends[each.table], previous = each.upto, bytes(each.digest)
    found.head = previous.hex() if found.count else ""
    return found


def _seal_table(model) -> AuditSeal | None:
    table = model._meta.db_table
    last = AuditSeal.objects.filter(table=table).order_by("pk").only("upto").last()
    after, upto = last.upto if last else 0, _settled(table)
    if upto <= after:
        return None
    newest = AuditSeal.objects.order_by("pk").only("digest").last()
    previous = bytes(newest.digest) if newest else FIRST
    columns = [f.column for f in model._meta.local_concrete_fields]
    rows, prints, digest = _compute(model, columns, after, upto, previous)
    return AuditSeal.objects.create(
        table=table, columns=columns, after=after, upto=upto, rows=rows, prints=prints, digest=digest
    )


def _settled(table: str) -> int:
    """Returns the number of the newest event before which no other can appear any more.

    A transaction takes its numbers before it commits. The lock waits for those who write the table and is given back
    at once, so that nobody waits for the sealing.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        point = sql.Identifier("settled")
        cursor.execute(sql.SQL("SAVEPOINT {}").format(point))
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        cursor.execute(sql.SQL("LOCK TABLE {} IN SHARE MODE").format(sql.Identifier(table)))
        cursor.execute(sql.SQL("SELECT coalesce(max(pgh_id), 0) FROM {}").format(sql.Identifier(table)))
        found = cursor.fetchone()[0]
        cursor.execute(sql.SQL("ROLLBACK TO SAVEPOINT {}").format(point))
    return found


def _compute(model, columns: list[str], after: int, upto: int, previous: bytes) -> tuple[int, bytes, bytes]:
    """Returns how many events lie in (after, upto], their prints and the digest; one statement reads them all.

    The time zone is fixed, since a moment is written in the session's.
    """
    encrypted = {f.column for f in model._meta.local_concrete_fields if isinstance(f, EncryptedField)}
    query = sql.SQL(
        """
        SELECT count(*), coalesce(string_agg(int8send(pgh_id) || substr(digest, 1, 8), ''::bytea ORDER BY pgh_id), ''),
            sha256(%s::bytea || convert_to(%s, 'UTF8')
                || coalesce(string_agg(int8send(pgh_id) || digest, ''::bytea ORDER BY pgh_id), ''))
        FROM (
            SELECT e.pgh_id,
                sha256(convert_to(jsonb_build_array({values}, c.metadata -> 'user')::text, 'UTF8')) AS digest
            FROM {table} e LEFT JOIN pghistory_context c ON c.id = e.pgh_context_id
            WHERE e.pgh_id > %s AND e.pgh_id <= %s
        ) AS sealed
        """
    ).format(
        table=sql.Identifier(model._meta.db_table),
        values=sql.SQL(", ").join(_value(column, column in encrypted) for column in columns),
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        cursor.execute(query, [previous, f"{model._meta.db_table}:{','.join(columns)}", after, upto])
        rows, prints, digest = cursor.fetchone()
    return rows, bytes(prints), bytes(digest)


def _value(column: str, is_encrypted: bool) -> sql.Composable:
    name = sql.Identifier("e", column)
    return sql.SQL("({} IS NOT NULL)").format(name) if is_encrypted else name


def _differing(model, sealed: bytes, now: bytes) -> list[str]:
    """Names the events whose print is another than it was, those that are gone and those that came between."""
    before, after = _by_number(sealed), _by_number(now)
    changed = {number for number in before.keys() | after.keys() if before.get(number) != after.get(number)}
    return [f"{model._meta.label_lower}:{number}" for number in sorted(changed)]


def _by_number(prints: bytes) -> dict[int, bytes]:
    parts = (prints[start : start + PRINT] for start in range(0, len(prints), PRINT))
    return {int.from_bytes(part[:8], "big", signed=True): part[8:] for part in parts}


def _has(model, columns: list[str]) -> bool:
    return set(columns) <= {f.column for f in model._meta.local_concrete_fields}


def event_models() -> list[Any]:
    """Returns the models of the event tables."""
    return [
        model
        for model in apps.get_models()
        if issubclass(model, pghistory.models.Event) and not model._meta.abstract and model._meta.managed
    ]
