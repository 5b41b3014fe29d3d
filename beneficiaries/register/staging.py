"""Puts a file's rows into temporary tables with COPY: cleaned, typed, identity numbers encrypted and indexed.

A full NIK never reaches the database, not even here: an error message of COPY may be logged with its line.
"""

from collections.abc import Callable, Iterable

from django.db import connection

from beneficiaries.register import second_reader
from beneficiaries.register.asked import FIRST_HAS, TURNS, Asked, blocks
from beneficiaries.register.columns import HOUSEHOLDS, PEOPLE
from beneficiaries.register.lines import HOUSEHOLD_FACTS, PERSON_FACTS, lines
from beneficiaries.register.reading import Register, Row

REPORT_EVERY = 10  # batches

TABLES = tuple(f"{step}_{kind}" for step in ("stage", "decided", "judged") for kind in ("household", "person"))
TABLES += ("registered_head", "extra_head", "headless", "kk_twice", "nik_twice", "dead", "stands_for", "family")
# The staging tables take the types of the live columns, without their rules. They live as long as the session, since
# a load writes in several transactions.
CREATE = """
CREATE {kind} TABLE stage_household AS
    SELECT 0 AS row, kk_index, kk, ''::text AS kelurahan, ''::text AS rw, ''::text AS rt, address, phone_index, phone,
        {household_facts}, ARRAY[]::text[] AS errors, ARRAY[]::text[] AS warnings
    FROM beneficiaries_household LIMIT 0;
CREATE {kind} TABLE stage_person AS
    SELECT 0 AS row, nik_index, nik, nik_index AS kk_index,
        {person_facts}, ARRAY[]::text[] AS errors, ARRAY[]::text[] AS warnings
    FROM beneficiaries_person LIMIT 0;
"""
OWN, SHARED = "TEMP", "UNLOGGED"
# What the statements join and filter by; the rest needs no statistics.
ANALYZE = """
ANALYZE stage_household (row, kk_index, kelurahan, rw, rt);
ANALYZE stage_person (row, nik_index, kk_index)
"""


def stage(register: Register, *, report: Callable[[int], None], kind: str = OWN) -> None:
    """Fills `stage_household` and `stage_person`; `report` hears how many rows are in.

    OWN tables are seen by this session only and hide SHARED ones, which several connections of one load read.
    """
    with connection.cursor() as cursor:
        clear(kind)
        cursor.execute(
            CREATE.format(kind=kind, household_facts=", ".join(HOUSEHOLD_FACTS), person_facts=", ".join(PERSON_FACTS))
        )
        if kind == SHARED and second_reader.is_worth_it(register):
            with second_reader.reading(register):
                fill(register, report=lambda done: report(_of_all(done)), only=blocks(0))
        else:
            fill(register, report=report)
        cursor.execute(ANALYZE)


def fill(register: Register, *, report: Callable[[int], None], only: Asked | None = None) -> None:
    """Copies the rows, or of each sheet those that `only` asks for, into the staging tables."""
    with connection.cursor() as cursor:
        done = _copy(cursor, "stage_household", register.rows(HOUSEHOLDS, only), HOUSEHOLDS, report, 0)
        _copy(cursor, "stage_person", register.rows(PEOPLE, only), PEOPLE, report, done)


def _of_all(done: int) -> int:
    """About how many rows both readers have read when the first has read `done`."""
    return done * TURNS // FIRST_HAS


def clear(kind: str = OWN) -> None:
    """Drops what was staged and judged, also by a load that died."""
    schema = "pg_temp" if kind == OWN else "public"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS " + ", ".join(f"{schema}.{table}" for table in TABLES))


def _copy(cursor, table: str, rows: Iterable[Row], sheet: str, report: Callable, done: int) -> int:
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for number, made in enumerate(lines(sheet, rows), 1):
            copy.write("".join(made))
            done += len(made)
            if number % REPORT_EVERY == 0:
                report(done)
    return done
