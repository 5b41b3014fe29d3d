"""What a load would change: old and new values of some changed rows, for the preview."""

import json

from django.db import connection
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from beneficiaries.models import Household, Person
from beneficiaries.register.checks import HOUSEHOLD_FIELDS, PERSON_FIELDS, taken
from beneficiaries.register.columns import HOUSEHOLDS, PEOPLE, columns

SHOWN = 20


def _pairs(fields: list[str], live: str) -> str:
    """SQL of the changed fields as JSON: `[[field, old, new], …]`."""
    pairs = ", ".join(
        f"CASE WHEN ({taken(f)}) IS DISTINCT FROM {live}.{f} "
        f"THEN jsonb_build_array('{f}', to_jsonb({live}.{f}), to_jsonb({taken(f)})) END"
        for f in fields
    )
    return f"to_jsonb(array_remove(ARRAY[{pairs}], NULL))"


def _differing(fields: list[str], live: str) -> dict[str, str]:
    """SQL conditions: whether a row changes each field."""
    return {field: f"({taken(field)}) IS DISTINCT FROM {live}.{field}" for field in fields}


_PLACE_AND_PHONE = {
    "rt": "j.region_id IS DISTINCT FROM h.region_id",
    "phone": "s.phone_index IS DISTINCT FROM h.phone_index AND s.phone_index IS NOT NULL",
}
_FAMILY = {"kk": "own.kk_index IS DISTINCT FROM j.kk_index"}
_CHANGED_HOUSEHOLDS = """
FROM judged_household j JOIN stage_household s ON s.row = j.row JOIN beneficiaries_household h ON h.id = j.household_id
WHERE j.fate = 'changed'
"""
_CHANGED_PEOPLE = """
FROM judged_person j JOIN stage_person s ON s.row = j.row JOIN beneficiaries_person p ON p.id = j.person_id
JOIN beneficiaries_household own ON own.id = p.household_id
WHERE j.fate = 'changed'
"""
_HOUSEHOLDS = f"""
SELECT j.row, h.id, h.address, {_pairs(HOUSEHOLD_FIELDS, "h")} || CASE WHEN {_PLACE_AND_PHONE["rt"]}
        THEN jsonb_build_array(jsonb_build_array('rt', h.region_id, j.region_id)) ELSE '[]' END
    || CASE WHEN {_PLACE_AND_PHONE["phone"]}
        THEN jsonb_build_array(jsonb_build_array('phone', NULL, NULL)) ELSE '[]' END
{_CHANGED_HOUSEHOLDS} ORDER BY j.row LIMIT {SHOWN}
"""  # noqa: S608  our own column names
_PEOPLE = f"""
SELECT j.row, p.household_id, p.name, {_pairs(PERSON_FIELDS, "p")} || CASE WHEN {_FAMILY["kk"]}
        THEN jsonb_build_array(jsonb_build_array('kk', NULL, NULL)) ELSE '[]' END
{_CHANGED_PEOPLE} ORDER BY j.row LIMIT {SHOWN}
"""  # noqa: S608  our own column names
SECRET = {"kk", "phone"}


def read() -> list[dict]:
    """Returns up to twenty changed rows of each sheet: sheet, row, who, the number of the family in the register, and
    the changed columns with old and new.
    """
    return [
        {
            "sheet": sheet,
            "row": row,
            "family": family,
            "who": who,
            "changes": [_told(sheet, model, *change) for change in changes],
        }  # fmt: skip
        for sheet, model, sql in ((HOUSEHOLDS, Household, _HOUSEHOLDS), (PEOPLE, Person, _PEOPLE))
        for row, family, who, changes in _rows(sql)
    ]


def by_column() -> list[list]:
    """Returns [sheet, column, changed rows] for each column that the file changes, the most of a sheet first."""
    told = []
    for sheet, joined, differ in (
        (HOUSEHOLDS, _CHANGED_HOUSEHOLDS, _differing(HOUSEHOLD_FIELDS, "h") | _PLACE_AND_PHONE),
        (PEOPLE, _CHANGED_PEOPLE, _differing(PERSON_FIELDS, "p") | _FAMILY),
    ):
        counted = ", ".join(f"count(*) FILTER (WHERE {condition})" for condition in differ.values())
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {counted} {joined}")
            found = zip(differ, cursor.fetchone(), strict=True)
        changed = sorted(((field, count) for field, count in found if count), key=lambda each: -each[1])
        told += [[sheet, _title(sheet, field), count] for field, count in changed]
    return told


def _rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [
            (*told, json.loads(changes) if isinstance(changes, str) else changes)
            for *told, changes in cursor.fetchall()
        ]


def _told(sheet: str, model, field: str, old, new) -> list[str]:
    """Returns [title, old, new] in words; a number of a person is only said to differ."""
    title = _title(sheet, field)
    if field in SECRET:
        return [title, _("tercatat"), _("berbeda")]
    return [title, _word(model, field, old), _word(model, field, new)]


def _title(sheet: str, field: str) -> str:
    return next(column.title for column in columns(sheet) if column.field == field)


def _word(model, field: str, value) -> str:
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return _("Ya") if value else _("Tidak")
    if field == "rt":
        return "RT {5}/RW {4}".format(*str(value).split("."))
    kind = model._meta.get_field(field)
    if choices := dict(kind.flatchoices):
        return str(choices.get(value, value))
    if kind.get_internal_type() == "DateField":
        return date_format(kind.to_python(value), "j F Y")
    return f"{value:,}".replace(",", ".") if isinstance(value, int) else str(value)
