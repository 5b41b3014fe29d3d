"""Seals over the history: a chain of digests that shows an event changed, added or taken away after it was sealed.

Every seal is a SHA-256 over the seal before it and the events since; the digest of the newest one stands for all. Who
could write the whole database could also write all seals anew, so that digest belongs on paper or with the auditor
(`seal_audit` prints it, `verify_audit --head` compares it).

Ciphertexts are not sealed, only whether there is one: keys rotate. Their blind indexes are, and no event can get
another value without another index; a phone or account number is held by its index alike.

What names a person (`ERASED` of the tracked model) has a digest of its own inside the event's. When the time to keep it
is over, `bansos.erasure` empties it and keeps that digest: everything else in the event is proved by the seal as
before, and what was emptied must still be empty. The digest is keyed, so that nobody guesses a name from it.

An append-only table that keeps no history is sealed row by row: what never changes is its own event. So a look at
somebody's data that is taken away is named like an event.
"""

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import pghistory.models
import pgtrigger
from django.apps import apps
from django.db import connection, transaction
from psycopg import sql

from bansos import crypto, emptied
from bansos.fields import EncryptedField
from bansos.models import AuditSeal, DataAccess, Erasure

FIRST = b"bansos"  # what the first seal follows
CONTEXT = ["user", "reason", "source"]  # what is sealed of who did it and why
PRINT = 16
KEPT = 40  # bytes of one event in Erasure.prints
Kept = dict[int, bytes]  # the digest of an erased event's identity, by its number


@dataclass
class Check:
    """What `check` found: `tampered` names events ("beneficiaries.householdevent:12") and broken seals."""

    count: int = 0
    erasures: int = 0
    tampered: list[str] = field(default_factory=list)
    head: str = ""


def seal() -> list[AuditSeal]:
    """Seals the events of every table since its last seal. Returns the seals that were made.

    Sealers wait for each other. Raises django.db.OperationalError when a writer holds a table for over ten seconds.
    """
    return _seal(sealed_models(), patience=10_000)


def seal_looks() -> list[AuditSeal]:
    """Seals who looked, several times a day: a look that is taken away before the night is missed too.

    Officers' pages write there, so it gives way at once: raises django.db.OperationalError when it is written just now.
    """
    return _seal([DataAccess], patience=200)


def _seal(models: list[Any], *, patience: int) -> list[AuditSeal]:
    made = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('seals'))")
        for model in sorted(models, key=lambda m: m._meta.db_table):
            if sealed := _seal_table(model, patience):
                made.append(sealed)
    return made


def head() -> str:
    """Returns the digest of the newest seal as hex, or an empty string."""
    newest = AuditSeal.objects.order_by("pk").only("digest").last()
    return bytes(newest.digest).hex() if newest else ""


def check() -> Check:
    """Computes every seal anew and compares."""
    found, previous = Check(), FIRST
    found.erasures, found.tampered = _check_erasures()
    tables = {model._meta.db_table: model for model in apps.get_models() if model._meta.managed}
    ends: dict[str, int] = {}
    for each in AuditSeal.objects.order_by("pk").iterator(chunk_size=20):
        found.count += 1
        model = tables.get(each.table)
        if model is None or each.after != ends.get(each.table, 0) or not _has(model, each.columns):
            found.tampered.append(f"bansos.auditseal:{each.pk}")
        else:
            _rows, prints, digest = _compute(model, each, previous)
            named = _differing(model, bytes(each.prints), prints)
            if digest != bytes(each.digest):
                found.tampered += named or [f"bansos.auditseal:{each.pk}"]
        ends[each.table], previous = each.upto, bytes(each.digest)
    found.head = previous.hex() if found.count else ""
    return found


def _seal_table(model, patience: int) -> AuditSeal | None:
    table = model._meta.db_table
    last = AuditSeal.objects.filter(table=table).order_by("pk").only("upto").last()
    after, upto = last.upto if last else 0, _settled(model, patience)
    if upto <= after:
        return None
    newest = AuditSeal.objects.order_by("pk").only("digest").last()
    previous = bytes(newest.digest) if newest else FIRST
    columns = [f.column for f in model._meta.local_concrete_fields]
    context = CONTEXT if _is_event(model) else []
    made = AuditSeal(table=table, columns=columns, identity=identity_of(model), context=context, after=after, upto=upto)
    made.rows, made.prints, made.digest = _compute(model, made, previous)
    made.save(force_insert=True)
    return made


def identity_of(model) -> list[str]:
    """Returns the columns of a sealed table that name somebody, as the `ERASED` of the model or the tracked says."""
    erased = getattr(getattr(model, "pgh_tracked_model", model), "ERASED", {})
    return [f.column for f in model._meta.local_concrete_fields if f.name in erased]


def _settled(model, patience: int) -> int:
    """Returns the number of the newest event before which no other can appear any more; waits `patience` milliseconds.

    A transaction takes its numbers before it commits. The lock waits for those who write the table and is given back
    at once, so that nobody waits for the sealing.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        point = sql.Identifier("settled")
        cursor.execute(sql.SQL("SAVEPOINT {}").format(point).as_string())
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{patience}ms"])
        name, pk = sql.Identifier(model._meta.db_table), sql.Identifier(model._meta.pk.column)
        cursor.execute(sql.SQL("LOCK TABLE {} IN SHARE MODE").format(name).as_string())
        cursor.execute(sql.SQL("SELECT coalesce(max({}), 0) FROM {}").format(pk, name).as_string())
        found = cursor.fetchone()[0]
        cursor.execute(sql.SQL("ROLLBACK TO SAVEPOINT {}").format(point).as_string())
    return found


def _compute(model, each: AuditSeal, previous: bytes) -> tuple[int, bytes, bytes]:
    """Returns how many events lie in (after, upto], their prints and the digest; one statement reads them all."""
    query = sql.SQL(
        """
        SELECT count(*), coalesce(string_agg(int8send(pgh_id) || substr(digest, 1, 8), ''::bytea ORDER BY pgh_id), ''),
            sha256(%(previous)s::bytea || convert_to(%(head)s, 'UTF8')
                || coalesce(string_agg(int8send(pgh_id) || digest, ''::bytea ORDER BY pgh_id), ''))
        FROM ({events}) AS sealed
        """
    ).format(events=_events(model, each))
    head = f"{each.table}:{','.join(each.columns)}" + (f":{','.join(each.identity)}" if each.identity else "")
    rows, prints, digest = _read(query, {"previous": previous, "head": head} | _params(each, kept_of(each.table)))[0]
    return rows, bytes(prints), bytes(digest)


def identity_digests(model, pks: list[int]) -> Kept:
    """Returns the digest of the identity in every sealed event of these rows, by the event's number.

    What was erased before has the digest that was kept then.
    """
    found: Kept = {}
    known = kept_of(model._meta.db_table)
    for each in AuditSeal.objects.filter(table=model._meta.db_table).defer("prints").order_by("pk").iterator():
        query = sql.SQL("SELECT pgh_id, identity FROM ({events}) AS sealed WHERE pgh_obj_id = ANY (%(pks)s)").format(
            events=_events(model, each)
        )
        found |= {number: bytes(digest) for number, digest in _read(query, _params(each, known) | {"pks": pks})}
    return found


def kept_of(table: str) -> Kept:
    """Returns what the erasures of a table keep of its sealed events."""
    found: Kept = {}
    for prints in Erasure.objects.filter(table=table).order_by("pk").values_list("prints", flat=True):
        found |= unpacked(bytes(prints))
    return found


def packed(kept: Kept) -> bytes:
    """Returns the digests as `Erasure.prints` holds them."""
    return b"".join(number.to_bytes(8, "big") + digest for number, digest in sorted(kept.items()))


def unpacked(prints: bytes) -> Kept:
    parts = (prints[start : start + KEPT] for start in range(0, len(prints), KEPT))
    return {int.from_bytes(part[:8], "big"): part[8:] for part in parts}


def _params(each: AuditSeal, kept: Kept) -> dict[str, Any]:
    inside = {number: digest for number, digest in kept.items() if each.after < number <= each.upto}
    pepper = crypto.blind_index("identity", "seal")
    numbers = {"numbers": list(inside), "kept": list(inside.values())}
    return {"after": each.after, "upto": each.upto, "pepper": pepper} | numbers


def _read(query: sql.Composed, params: dict) -> list[tuple]:
    """Runs a query under a fixed time zone, since a moment is written in the session's."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        cursor.execute(query.as_string(), params)  # pghistory's context reads statements as text
        return cursor.fetchall()


def _events(model, each: AuditSeal) -> sql.Composed:
    """The events of a seal with their digest and that of their identity: kept where it was erased, else computed.

    A seal from before identity had a digest of its own keeps an erased event's whole digest.
    """
    encrypted = {f.column for f in model._meta.local_concrete_fields if isinstance(f, EncryptedField)}
    identity = set(each.identity)
    rest = [_value(column, column in encrypted) for column in each.columns if column not in identity]
    named = [_value(column, column in encrypted) for column in each.columns if column in identity]
    rest += [sql.SQL("c.metadata -> {}").format(sql.Literal(name)) for name in each.context]
    whole = sql.SQL("sha256(convert_to(jsonb_build_array({values})::text, 'UTF8'))").format(
        values=sql.SQL(", ").join(rest)
    )
    if named:
        own = sql.SQL("sha256(%(pepper)s::bytea || convert_to(jsonb_build_array({values})::text, 'UTF8'))").format(
            values=sql.SQL(", ").join(named)
        )
        digest = sql.SQL("sha256({whole} || coalesce(x.kept, {own}))").format(whole=whole, own=own)
    else:
        own, digest = whole, sql.SQL("coalesce(x.kept, {whole})").format(whole=whole)
    return sql.SQL(
        """
        SELECT e.{pk} AS pgh_id, e.{row} AS pgh_obj_id, {digest} AS digest, coalesce(x.kept, {own}) AS identity
        FROM {table} e {context}
        LEFT JOIN unnest(%(numbers)s::bigint[], %(kept)s::bytea[]) AS x (number, kept) ON x.number = e.{pk}
        WHERE e.{pk} > %(after)s AND e.{pk} <= %(upto)s
        """
    ).format(
        digest=digest, own=own, table=sql.Identifier(model._meta.db_table),
        pk=sql.Identifier(model._meta.pk.column),
        row=sql.Identifier("pgh_obj_id" if _is_event(model) else model._meta.pk.column),
        context=sql.SQL("LEFT JOIN pghistory_context c ON c.id = e.pgh_context_id" if each.context else ""),
    )  # fmt: skip


def _check_erasures() -> tuple[int, list[str]]:
    """Returns how many erasures there are, and those changed since, with events that are no longer as empty as
    they were.
    """
    count, wrong = 0, []
    tables = {model._meta.db_table: model for model in sealed_models()}
    for each in Erasure.objects.order_by("pk").iterator(chunk_size=20):
        count += 1
        prints = bytes(each.prints)
        if sha256(prints).digest() != bytes(each.digest) or each.table not in tables:
            wrong.append(f"bansos.erasure:{each.pk}")
        else:
            wrong += emptied.not_empty(tables[each.table], list(unpacked(prints)))
    return count, wrong


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


def sealed_models() -> list[Any]:
    """Returns the models of the event tables, and of the append-only tables that are their own history."""
    events = event_models()
    known = {AuditSeal, *events, *(event.pgh_tracked_model for event in events)}
    return events + [
        model
        for model, trigger in pgtrigger.registered()
        if isinstance(trigger, pgtrigger.Protect) and str(trigger.operation) == "UPDATE OR DELETE"
        if trigger.condition is None and model not in known
    ]


def _is_event(model) -> bool:
    return issubclass(model, pghistory.models.Event)


def event_models() -> list[Any]:
    """Returns the models of the event tables."""
    return [
        model
        for model in apps.get_models()
        if issubclass(model, pghistory.models.Event) and not model._meta.abstract and model._meta.managed
    ]
