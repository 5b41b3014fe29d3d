"""Exports of personal data: which columns a role may take out, the record of each, and the mark in the file.

A full identity number is in none of these columns; it leaves only through `privacy.reveal` or where a permission and a
stated reason are asked for.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import openpyxl
from django import forms
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bansos.models import DataAccess, Role
from bansos.privacy import NUMBER_TOLD, holds_number, mask_numbers, refuse_number

REASON = _("Tulis untuk apa unduhan ini, paling sedikit lima huruf.")
_OFFICE: frozenset[str] = frozenset({Role.STAF, Role.LURAH, Role.KESRA})
# A column that is not named here leaves with nobody.
COLUMNS: dict[str, frozenset[str]] = {
    "minutes": _OFFICE | {Role.CAMAT, Role.AUDITOR},
    **dict.fromkeys(
        (
            "kk", "head", "place", "address", "status", "decile", "decile_on", "points", "verdict", "pkh", "sembako",
            "times", "total", "programmes", "last_aid", "moves", "refused_rows",
            "nik", "name", "relation", "born", "families", "age", "condition", "why",
        ),
        _OFFICE,
    ),
}  # fmt: skip


class ExportError(ValueError):
    """Nothing is exported; the sentence says what is missing."""


@dataclass(frozen=True)
class Stamp:
    """The mark of one export: its number, who took it, when."""

    number: str
    who: str
    at: datetime

    def __str__(self):
        at = date_format(timezone.localtime(self.at), "j F Y H.i")
        return _t("Diunduh oleh %(who)s pada %(at)s WIB, nomor %(number)s. Data pribadi, jangan disebarkan.") % {
            "who": self.who, "at": at, "number": self.number,
        }  # fmt: skip


def pdf_mark(stamp: Stamp | None) -> dict[str, str]:
    """Returns what a typst template sets across each page and at its foot; empty words without a stamp."""
    if stamp is None:
        return {"across": "", "foot": ""}
    return {"across": f"{stamp.number} · {stamp.who}", "foot": str(stamp)}


def reason_field(**kwargs) -> forms.CharField:
    """Returns the form field that asks what an export is for."""
    return forms.CharField(
        label=_("Untuk apa?"), min_length=5, max_length=300, validators=[refuse_number],
        error_messages={"required": REASON, "min_length": REASON}, **kwargs,
    )  # fmt: skip


class ReasonForm(forms.Form):
    """What an export is for."""

    reason = reason_field()


def reason_of(data) -> str:
    """Returns the reason that was posted. Raises ExportError without one."""
    form = ReasonForm(data)
    if not form.is_valid():
        raise ExportError(str(REASON))
    return form.cleaned_data["reason"]


def may_take(user, columns: Iterable[str]) -> bool:
    """Tells whether each of the columns is for the user's role."""
    return all(user.role in COLUMNS.get(name, ()) for name in columns)


def check_columns(user, columns: Iterable[str]) -> None:
    """Raises PermissionDenied when a column is not for the user's role."""
    if not may_take(user, columns):
        raise PermissionDenied


def record(
    *, by, subject: str, columns: Iterable[str], reason: str, rows: int, what: str, families: Iterable[int] = (),
    region=None, address: str | None = None,
) -> Stamp:  # fmt: skip
    """Records an export and returns its mark.

    `what` says which list with which filter, `families` whose rows it holds. Raises ExportError without a reason,
    or for one that holds an identity number.
    """
    if holds_number(reason):
        raise ExportError(str(NUMBER_TOLD))
    try:
        with transaction.atomic():
            made = DataAccess.objects.create(
                user=by, region_id=region.pk if region else by.region_id, subject=subject,
                fields=", ".join(columns)[:200], reason=reason.strip(), address=address, rows=rows,
                what=mask_numbers(what)[:300], families=bits(families),
            )  # fmt: skip
    except IntegrityError as error:
        raise ExportError(str(REASON)) from error
    return Stamp(f"U-{made.pk:06d}", f"{by.name} ({by.username})", made.at)


def bits(numbers: Iterable[int]) -> bytes:
    """Returns a set of numbers as one bit each: a million families in 125 kB, which the database compresses."""
    found = sorted(numbers)
    held = bytearray(found[-1] // 8 + 1 if found else 0)
    for number in found:
        held[number >> 3] |= 1 << (number & 7)
    return bytes(held)


def mark_book(book, stamp: Stamp) -> None:
    """Marks an xlsxwriter workbook before it is closed: printed footers, a last sheet, and the properties."""
    for sheet in book.worksheets():
        sheet.set_footer("&L&8" + str(stamp).replace("&", "&&"))
    sheet = book.add_worksheet(_t("Unduhan"))
    sheet.set_column(0, 0, 110)
    sheet.write_string(0, 0, str(stamp))
    book.set_properties({"title": stamp.number, "author": stamp.who, "comments": str(stamp)})


def marked(body: bytes, stamp: Stamp) -> bytes:
    """Returns an XLSX file of another writer with the same mark."""
    book = openpyxl.load_workbook(io.BytesIO(body))
    for sheet in book.worksheets:
        sheet.oddFooter.left.text = str(stamp).replace("&", "&&")
    book.create_sheet(_t("Unduhan"))["A1"] = str(stamp)
    book.properties.title, book.properties.creator = stamp.number, stamp.who
    book.properties.description = str(stamp)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
