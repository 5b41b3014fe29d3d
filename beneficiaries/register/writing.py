"""Writes what was judged, a chunk a transaction: changed rows are updated, new rows inserted, unchanged ones untouched.

A load that was cut off needs no mark of how far it came: judged anew, what was written is unchanged.

No ON CONFLICT: a changed row is compared once, and each row is written once (performance.md, section 1). The history
triggers record the events by themselves.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from beneficiaries.models.application import OPEN_STATUSES
from beneficiaries.register import pace
from beneficiaries.register.checks import HOUSEHOLD_FIELDS, PERSON_FIELDS, taken


def _assignments(fields: list[str]) -> str:
    return ", ".join(f"{field} = {taken(field)}" for field in fields)


def _fresh(fields: list[str]) -> str:
    """A new row has nothing to keep; an empty text is ''."""
    return ", ".join(
        f"COALESCE(s.{field}, '')" if field in {"birth_place", "education", "occupation"} else f"s.{field}"
        for field in fields
    )


UPDATE_HOUSEHOLDS = f"""
UPDATE beneficiaries_household h SET
    region_id = j.region_id,
    phone = CASE WHEN s.phone_index IS DISTINCT FROM h.phone_index THEN COALESCE(s.phone, h.phone) ELSE h.phone END,
    phone_index = COALESCE(s.phone_index, h.phone_index),
    updated_at = now(), {_assignments(HOUSEHOLD_FIELDS)}
FROM judged_household j
JOIN stage_household s ON s.row = j.row AND s.row BETWEEN %(first)s AND %(last)s
WHERE j.fate = 'changed' AND j.row BETWEEN %(first)s AND %(last)s AND h.id = j.household_id
"""  # noqa: S608  our own column names

INSERT_HOUSEHOLDS = f"""
INSERT INTO beneficiaries_household
    (kk, kk_index, region_id, phone, phone_index, created_at, updated_at, {", ".join(HOUSEHOLD_FIELDS)})
SELECT s.kk, s.kk_index, j.region_id, s.phone, s.phone_index, now(), now(), {_fresh(HOUSEHOLD_FIELDS)}
FROM judged_household j JOIN stage_household s ON s.row = j.row AND s.row BETWEEN %(first)s AND %(last)s
WHERE j.fate = 'new' AND j.row BETWEEN %(first)s AND %(last)s ORDER BY s.kk_index
"""  # noqa: S608  our own column names

UPDATE_PEOPLE = f"""
UPDATE beneficiaries_person p SET
    household_id = h.id, region_id = j.region_id, updated_at = now(), {_assignments(PERSON_FIELDS)}
FROM judged_person j
JOIN stage_person s ON s.row = j.row AND s.row BETWEEN %(first)s AND %(last)s
JOIN beneficiaries_household h ON h.kk_index = j.kk_index
WHERE j.fate = 'changed' AND j.row BETWEEN %(first)s AND %(last)s AND p.id = j.person_id
"""  # noqa: S608  our own column names

INSERT_PEOPLE = f"""
INSERT INTO beneficiaries_person
    (nik, nik_index, household_id, region_id, created_at, updated_at, {", ".join(PERSON_FIELDS)})
SELECT s.nik, s.nik_index, h.id, j.region_id, now(), now(), {_fresh(PERSON_FIELDS)}
FROM judged_person j
JOIN stage_person s ON s.row = j.row AND s.row BETWEEN %(first)s AND %(last)s
JOIN beneficiaries_household h ON h.kk_index = j.kk_index
WHERE j.fate = 'new' AND j.row BETWEEN %(first)s AND %(last)s ORDER BY s.nik_index
"""  # noqa: S608  our own column names

# Members whom the file does not change move with their family.
FOLLOW = """
UPDATE beneficiaries_person p SET region_id = h.region_id, updated_at = now()
FROM judged_household j JOIN beneficiaries_household h ON h.id = j.household_id
WHERE j.fate = 'changed' AND j.row BETWEEN %(first)s AND %(last)s AND p.household_id = h.id
    AND p.region_id <> h.region_id
    AND NOT EXISTS (SELECT FROM judged_person m WHERE m.person_id = p.id AND m.fate = 'changed')
"""

# So does what is open about a family: the RT of the new place verifies it, as in `moving.move`.
FOLLOW_OPEN = f"""
UPDATE beneficiaries_application a SET region_id = h.region_id
FROM judged_household j JOIN beneficiaries_household h ON h.id = j.household_id
WHERE j.fate = 'changed' AND j.row BETWEEN %(first)s AND %(last)s AND a.kk_index = h.kk_index
    AND a.region_id <> h.region_id AND a.status IN ({", ".join(f"'{status}'" for status in OPEN_STATUSES)})
"""  # noqa: S608  our own statuses

Steps = dict[str, tuple[str, ...]]  # by fate

# Chunks are even, so that no writer waits long for the other.
CHUNKS = """
SELECT min(row), max(row), count(*) FILTER (WHERE fate = 'new'), count(*) FILTER (WHERE fate = 'changed')
FROM (
    SELECT row, fate, (row_number() OVER (ORDER BY row) - 1) * GREATEST(
        ceil(count(*) OVER () / %(most)s::numeric), CASE WHEN count(*) OVER () >= %(shared)s THEN %(hands)s ELSE 1 END
    )::bigint / count(*) OVER () AS chunk
    FROM {table} WHERE fate IN ('new', 'changed')
) numbered GROUP BY chunk ORDER BY chunk
"""

HOUSEHOLD_STEPS: Steps = {"changed": (UPDATE_HOUSEHOLDS, FOLLOW, FOLLOW_OPEN), "new": (INSERT_HOUSEHOLDS,)}
PERSON_STEPS: Steps = {"changed": (UPDATE_PEOPLE,), "new": (INSERT_PEOPLE,)}
CHUNK = 25_000  # rows written in one transaction, at most
SHARED_OUT = 5_000  # rows that are worth a second writer
# What the statements of a load join and filter by. The server gathers the rest by itself a minute later.
JOINED_BY = {
    "beneficiaries_household": "id, kk_index, region_id, status",
    "beneficiaries_person": "id, nik_index, household_id, region_id, spelt, born_on, sex, updated_at, died_on,"
    " left_on, merged_into_id",
}
STALE = 0.2  # of a table's rows: when more are written, what reads next wants new statistics


@dataclass(frozen=True)
class Chunk:
    """Rows `first` to `last` of one sheet, of which `fates` tells how many are to be written."""

    table: str
    steps: Steps
    first: int
    last: int
    fates: dict[str, int]


def chunks() -> list[Chunk]:
    """Returns the judged rows in the order to write them, families first; rows that need no writing are in none."""
    found, most = [], {"most": CHUNK, "shared": SHARED_OUT, "hands": pace.hands()}
    for name, steps in (("household", HOUSEHOLD_STEPS), ("person", PERSON_STEPS)):
        with connection.cursor() as cursor:
            cursor.execute(CHUNKS.format(table=f"judged_{name}"), most)
            found += [
                Chunk(f"beneficiaries_{name}", steps, first, last, {"new": new, "changed": changed})
                for first, last, new, changed in cursor.fetchall()
            ]
    return found


def write(chunk: Chunk) -> None:
    """Writes one chunk inside the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off; SET LOCAL work_mem = '64MB'")  # as in `checks.judge`
        for fate, number in chunk.fates.items():
            for step in chunk.steps[fate] if number else ():
                cursor.execute(step, {"first": chunk.first, "last": chunk.last})


def write_all(chunks: list[Chunk], *, history: Callable[[], AbstractContextManager], report: Callable) -> None:
    """Writes the chunks of one table, each in a transaction of its own, as many at a time as `pace` says.

    Inside a transaction, which nobody else can look into, one after the other. `history` names the writer.
    """
    if connection.in_atomic_block or len(chunks) == 1 or pace.hands() == 1:
        for chunk in chunks:
            with history(), transaction.atomic():
                write(chunk)
            report()
    else:
        model = connection.copy()
        with ThreadPoolExecutor(pace.hands()) as pool:
            for _done in pool.map(lambda chunk: _write_beside(chunk, model.copy(), history), chunks):
                report()
    _refresh_statistics(chunks[0].table, written=sum(sum(chunk.fates.values()) for chunk in chunks))


def _refresh_statistics(table: str, *, written: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
        if written > STALE * cursor.fetchone()[0]:  # -1 where there are none yet
            cursor.execute(f"ANALYZE {table} ({JOINED_BY[table]})")


def _write_beside(chunk: Chunk, own: BaseDatabaseWrapper, history: Callable[[], AbstractContextManager]) -> None:
    """Writes a chunk in a thread, over a connection that goes where the caller's goes."""
    connections[DEFAULT_DB_ALIAS] = own
    try:
        with history(), transaction.atomic():
            write(chunk)
    finally:
        own.close()
