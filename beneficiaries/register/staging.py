"""Puts a file's rows into temporary tables with COPY: cleaned, typed, identity numbers encrypted and indexed.

A full NIK never reaches the database, not even here: an error message of COPY may be logged with its line.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from operator import itemgetter

from django.db import connection

from bansos.crypto import encryptor, indexer
from beneficiaries import nik
from beneficiaries.register import second_reader
from beneficiaries.register.columns import HOUSEHOLDS, PEOPLE, Column, columns
from beneficiaries.register.reading import Register, Row

HOUSEHOLD_FACTS = [
    c.field for c in columns(HOUSEHOLDS) if c.field not in {"", "kk", "kelurahan", "rw", "rt", "phone", "address"}
]
PERSON_FACTS = [c.field for c in columns(PEOPLE) if c.field not in {"nik", "kk"}]
WARNINGS = {"phone_unreadable", "nik_disagrees_with_birth_date"}
REPORT_EVERY = 2_000
NO_FAULTS = ("{}", "{}")

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
                fill(register, report=lambda done: report(_of_all(done)), only=second_reader.Blocks(0))
        else:
            fill(register, report=report)
        cursor.execute(ANALYZE)


def fill(register: Register, *, report: Callable[[int], None], only: Container[int] | None = None) -> None:
    """Copies the rows, or of each sheet those with numbers in `only`, into the staging tables."""
    with connection.cursor() as cursor:
        done = _copy(cursor, "stage_household", register.rows(HOUSEHOLDS, only), HOUSEHOLDS, report, 0)
        _copy(cursor, "stage_person", register.rows(PEOPLE, only), PEOPLE, report, done)


def _of_all(done: int) -> int:
    """About how many rows both readers have read when the first has read `done`."""
    return done * second_reader.TURNS // second_reader.FIRST_HAS


def clear(kind: str = OWN) -> None:
    """Drops what was staged and judged, also by a load that died."""
    schema = "pg_temp" if kind == OWN else "public"
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS " + ", ".join(f"{schema}.{table}" for table in TABLES))


def _copy(cursor, table: str, rows: Iterable[Row], sheet: str, report: Callable, done: int) -> int:
    shape, make = columns(sheet), _household_maker() if sheet == HOUSEHOLDS else _person_maker()
    cleaners = [column.clean for column in shape]
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        write = copy.write_row
        faults: list[str]
        for number, cells in rows:
            try:  # most rows are right, and cost one turn
                values, faults = [clean(cell) for clean, cell in zip(cleaners, cells, strict=True)], []
            except ValueError:
                values, faults = _with_faults(shape, cells)
            write((number, *make(values, faults), *(_sorted_faults(faults) if faults else NO_FAULTS)))
            done += 1
            if done % REPORT_EVERY == 0:
                report(done)
    return done


def judge(shape: Sequence[Column], cells: Sequence[str]) -> tuple[dict, list[str]]:
    """Returns a row's values by field (None where wrong) and its faults as "code:field"."""
    values, faults = _with_faults(shape, cells)
    return dict(zip((column.field for column in shape), values, strict=True)), faults


def _with_faults(shape: Sequence[Column], cells: Sequence[str]) -> tuple[list, list[str]]:
    values: list = []
    faults: list[str] = []
    for column, cell in zip(shape, cells, strict=True):
        try:
            values.append(column.clean(cell))
        except ValueError as error:
            values.append(None)
            faults.append(f"{error}:{column.field}")
    return values, faults


def _sorted_faults(faults: list[str]) -> tuple[str, str]:
    """Returns errors and warnings as the text of PostgreSQL arrays; codes and fields need no quoting."""
    warnings = [fault for fault in faults if fault.partition(":")[0] in WARNINGS]
    errors = [fault for fault in faults if fault not in warnings]
    return "{" + ",".join(errors) + "}", "{" + ",".join(warnings) + "}"


def _places(sheet: str, fields: Sequence[str]) -> Callable[[list], tuple]:
    """Returns what takes the values of `fields` out of a row."""
    order = [column.field for column in columns(sheet)]
    return itemgetter(*map(order.index, fields))


def _household_maker() -> Callable[[list, list[str]], tuple]:
    encrypt_kk, encrypt_phone = encryptor("beneficiaries_household.kk"), encryptor("beneficiaries_household.phone")
    index_kk, index_phone = indexer("kk"), indexer("phone")
    head = _places(HOUSEHOLDS, ["kk", "phone", "decile", "decile_on"])
    place, facts = _places(HOUSEHOLDS, ["kelurahan", "rw", "rt", "address"]), _places(HOUSEHOLDS, HOUSEHOLD_FACTS)
    date_place = [column.field for column in columns(HOUSEHOLDS)].index("decile_on")

    def make(values: list, faults: list[str]) -> tuple:
        kk, phone, decile, decile_on = head(values)
        if decile is None:
            values[date_place] = None
        elif decile_on is None and not faults:
            faults.append("decile_without_date:decile_on")
        return (
            kk and index_kk(kk),
            kk and encrypt_kk(kk),
            *place(values),
            phone and index_phone(phone),
            phone and encrypt_phone(phone),
            *facts(values),
        )

    return make


def _person_maker() -> Callable[[list, list[str]], tuple]:
    encrypt_nik, index_nik, index_kk = encryptor("beneficiaries_person.nik"), indexer("nik"), indexer("kk")
    head, facts = _places(PEOPLE, ["nik", "kk", "born_on", "sex"]), _places(PEOPLE, PERSON_FACTS)
    last_kk, last_index = None, None  # members of a family mostly stand together

    def make(values: list, faults: list[str]) -> tuple:
        nonlocal last_kk, last_index
        number, kk, born_on, sex = head(values)
        if number and born_on and sex and not nik.agrees(number, born_on, sex):
            faults.append("nik_disagrees_with_birth_date:nik")
        if kk != last_kk:
            last_kk, last_index = kk, kk and index_kk(kk)
        return (number and index_nik(number), number and encrypt_nik(number), last_index, *facts(values))

    return make
