"""Puts a file's rows into temporary tables with COPY: cleaned, typed, identity numbers encrypted and indexed.

A full NIK never reaches the database, not even here: an error message of COPY may be logged with its line.
"""

from collections.abc import Callable, Sequence
from operator import itemgetter

from django.db import connection

from bansos.crypto import blind_index, encryptor
from beneficiaries import nik
from beneficiaries.register.columns import HOUSEHOLDS, PEOPLE, Column, columns
from beneficiaries.register.reading import Register

HOUSEHOLD_FACTS = [
    c.field for c in columns(HOUSEHOLDS) if c.field not in {"", "kk", "kelurahan", "rw", "rt", "phone", "address"}
]
PERSON_FACTS = [c.field for c in columns(PEOPLE) if c.field not in {"nik", "kk"}]
_household_facts, _person_facts = itemgetter(*HOUSEHOLD_FACTS), itemgetter(*PERSON_FACTS)
WARNINGS = {"phone_unreadable", "nik_disagrees_with_birth_date"}
REPORT_EVERY = 2_000

# The staging tables take the types of the live columns, without their rules.
CREATE = """
DROP TABLE IF EXISTS stage_household, stage_person, judged_household, judged_person;
CREATE TEMP TABLE stage_household ON COMMIT DROP AS
    SELECT 0 AS row, kk_index, kk, ''::text AS kelurahan, ''::text AS rw, ''::text AS rt, address, phone_index, phone,
        {household_facts}, ARRAY[]::text[] AS errors, ARRAY[]::text[] AS warnings
    FROM beneficiaries_household LIMIT 0;
CREATE TEMP TABLE stage_person ON COMMIT DROP AS
    SELECT 0 AS row, nik_index, nik, nik_index AS kk_index,
        {person_facts}, ARRAY[]::text[] AS errors, ARRAY[]::text[] AS warnings
    FROM beneficiaries_person LIMIT 0;
"""


def stage(register: Register, *, report: Callable[[int], None]) -> None:
    """Fills `stage_household` and `stage_person` for this transaction; `report` hears how many rows are in."""
    with connection.cursor() as cursor:
        cursor.execute(CREATE.format(household_facts=", ".join(HOUSEHOLD_FACTS), person_facts=", ".join(PERSON_FACTS)))
        done = _copy(cursor, "stage_household", register, HOUSEHOLDS, _household_maker(), report, 0)
        _copy(cursor, "stage_person", register, PEOPLE, _person_maker(), report, done)
        cursor.execute("ANALYZE stage_household, stage_person")


def _copy(cursor, table: str, register: Register, sheet: str, make: Callable, report: Callable, done: int) -> int:
    shape = columns(sheet)
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in register.rows(sheet):
            values, faults = judge(shape, row.cells)
            copy.write_row((row.number, *make(values, faults), *_sorted_faults(faults)))
            done += 1
            if done % REPORT_EVERY == 0:
                report(done)
    return done


def judge(shape: Sequence[Column], cells: Sequence[str]) -> tuple[dict, list[str]]:
    """Returns a row's values by field (None where wrong) and its faults as "code:field"."""
    try:  # most rows are right, and cost one turn
        return {column.field: column.clean(cell) for column, cell in zip(shape, cells, strict=True)}, []
    except ValueError:
        return _with_faults(shape, cells)


def _with_faults(shape: Sequence[Column], cells: Sequence[str]) -> tuple[dict, list[str]]:
    values, faults = {}, []
    for column, cell in zip(shape, cells, strict=True):
        try:
            values[column.field] = column.clean(cell)
        except ValueError as error:
            values[column.field] = None
            faults.append(f"{error}:{column.field}")
    return values, faults


def _sorted_faults(faults: list[str]) -> tuple[str, str]:
    """Returns errors and warnings as the text of PostgreSQL arrays; codes and fields need no quoting."""
    if not faults:
        return "{}", "{}"
    warnings = [fault for fault in faults if fault.partition(":")[0] in WARNINGS]
    errors = [fault for fault in faults if fault not in warnings]
    return "{" + ",".join(errors) + "}", "{" + ",".join(warnings) + "}"


def _household_maker() -> Callable[[dict, list[str]], tuple]:
    encrypt_kk, encrypt_phone = encryptor("beneficiaries_household.kk"), encryptor("beneficiaries_household.phone")

    def make(values: dict, faults: list[str]) -> tuple:
        kk, phone = values["kk"], values["phone"]
        if values["decile"] is None:
            values["decile_on"] = None
        elif values["decile_on"] is None and not faults:
            faults.append("decile_without_date:decile_on")
        return (
            kk and blind_index(kk, "kk"),
            kk and encrypt_kk(kk),
            values["kelurahan"],
            values["rw"],
            values["rt"],
            values["address"],
            phone and blind_index(phone, "phone"),
            phone and encrypt_phone(phone),
            *_household_facts(values),
        )

    return make


def _person_maker() -> Callable[[dict, list[str]], tuple]:
    encrypt_nik = encryptor("beneficiaries_person.nik")

    def make(values: dict, faults: list[str]) -> tuple:
        number, kk, born_on, sex = values["nik"], values["kk"], values["born_on"], values["sex"]
        if number and born_on and sex and not nik.agrees(number, born_on, sex):
            faults.append("nik_disagrees_with_birth_date:nik")
        return (
            number and blind_index(number, "nik"),
            number and encrypt_nik(number),
            kk and blind_index(kk, "kk"),
            *_person_facts(values),
        )

    return make
