"""Exports of personal data: which columns a role may take out, the record of each, and the mark in the file.

Every list that leaves names its columns; `columns_for` gives those of the officer's role. The officer reads before the
download which columns come and which stay, and so do the file and the record.
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

from bansos.bits import bits
from bansos.models import DataAccess, Role
from bansos.privacy import mask_numbers, refuse_number, refuse_told

PRIVATE_DATA = _("Data pribadi, jangan disebarkan.")
REASON = _("Tulis untuk apa unduhan ini, paling sedikit lima huruf.")
_KELURAHAN: frozenset[str] = frozenset({Role.STAF, Role.LURAH})  # they mend the register
_CARE = _KELURAHAN | {Role.KESRA}  # they visit the families and look after them
_READERS = _CARE | {Role.CAMAT, Role.AUDITOR}  # they see who gets what, and check it
# The rule, the only one: who takes out which column. A role that is not named gets the file without the column, and a
# column that is not named leaves with nobody. An evaluator is in none: evaluators read sums, in the monthly reports.
COLUMNS: dict[str, frozenset[str]] = {
    # The last four digits, so that rows of two files can be matched. In full they leave only through `privacy.reveal`.
    **dict.fromkeys(("kk", "nik"), _READERS),
    # Who, where, and what was decided.
    **dict.fromkeys(
        (
            "head", "name", "place", "status", "decile", "decile_on", "points", "verdict", "condition", "moves", "pkh",
            "sembako", "families", "times", "total", "programmes", "last_aid", "minutes",
        ),
        _READERS,
    ),
    # What tells of home, age, kin, illness and income.
    **dict.fromkeys(("address", "born", "age", "relation", "why"), _CARE),
    # The rows of a file that were refused; their NIK, KK and telephone numbers in full, to mend and load again.
    "refused_rows": _CARE,
    "refused_numbers": _KELURAHAN,
}  # fmt: skip
MASKED = {"kk", "nik"}
EXPORT = "beneficiaries.export_household"


class ExportError(ValueError):
    """Nothing is exported; the sentence says what is missing."""


@dataclass(frozen=True)
class Columns:
    """The columns of a file for one role, in the file's order: those it takes, and those it leaves out."""

    taken: tuple[str, ...]
    left_out: tuple[str, ...]
    role: str

    def __str__(self):
        """What the officer reads before the download."""
        told = _t("Berkas Anda memuat: %(names)s.") % {"names": _named(self.taken)}
        if masked := [name for name in self.taken if name in MASKED]:
            told += " " + _t("Dari %(names)s hanya empat angka terakhir.") % {"names": _named(masked)}
        return " ".join(filter(None, [told, self.without]))

    @property
    def without(self) -> str:
        """What is left out, in a sentence; empty when nothing is."""
        if not self.left_out:
            return ""
        told = {"role": Role(self.role).label, "names": _named(self.left_out)}
        return _t("Tidak ikut untuk peran %(role)s: %(names)s.") % told


@dataclass(frozen=True)
class Stamp:
    """The mark of one export: its number, who took it, when, a sentence on the columns it was made without, and what
    whoever finds the file should know.
    """

    number: str
    who: str
    at: datetime
    without: str = ""
    note: object = PRIVATE_DATA

    def __str__(self):
        at = date_format(timezone.localtime(self.at), "j F Y H.i")
        told = _t("Diunduh oleh %(who)s pada %(at)s WIB, nomor %(number)s.")
        return f"{told % {'who': self.who, 'at': at, 'number': self.number}} {self.note}".strip()


def pdf_mark(stamp: Stamp | None) -> dict[str, str]:
    """Returns what a typst template sets across each page and at its foot; empty words without a stamp."""
    if stamp is None:
        return {"across": "", "foot": ""}
    return {"across": f"{stamp.number} · {stamp.who}", "foot": " ".join(filter(None, [str(stamp), stamp.without]))}


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


def offered(user, columns: Iterable[str], *, permission: str = EXPORT) -> Columns | None:
    """Returns what a page tells before the download; None without the permission, or when no column is for the role."""
    names = tuple(columns)
    mine = any(user.role in COLUMNS.get(name, ()) for name in names) and user.has_perm(permission)
    return columns_for(user, names) if mine else None


def columns_for(user, columns: Iterable[str]) -> Columns:
    """Returns which of a file's columns the user's role takes out. Raises PermissionDenied when none is for it."""
    names = tuple(columns)
    taken = tuple(name for name in names if user.role in COLUMNS.get(name, ()))
    if not taken:
        raise PermissionDenied
    return Columns(taken, tuple(name for name in names if name not in taken), user.role)


def _named(columns: Iterable[str]) -> str:
    return ", ".join(str(DataAccess.LABELS[name]) for name in columns)


def record(
    *, by, subject: str, columns: Columns, reason: str, rows: int, what: str, families: Iterable[int] = (),
    region=None, address: str | None = None,
) -> Stamp:  # fmt: skip
    """Records an export and returns its mark.

    `what` says which list with which filter, `families` whose rows it holds. Raises ExportError without a reason,
    or for one that tells an identity or telephone number.
    """
    refuse_told(ExportError, reason)
    try:
        with transaction.atomic():
            made = DataAccess.objects.create(
                user=by, region_id=region.pk if region else by.region_id, subject=subject,
                fields=", ".join(columns.taken), left_out=", ".join(columns.left_out), reason=reason.strip(),
                address=address, rows=rows, what=mask_numbers(what)[:300], families=bits(families),
            )  # fmt: skip
    except IntegrityError as error:
        raise ExportError(str(REASON)) from error
    return Stamp(f"U-{made.pk:06d}", f"{by.name} ({by.username})", made.at, columns.without)


def record_plain(
    *, by, subject: str, fields: str, what: str, reason, rows: int | None = None, region=None,
    address: str | None = None,
) -> Stamp:  # fmt: skip
    """Records an export that names no resident, a report or reference data, and returns its mark.

    `fields` is one of `DataAccess.LABELS`.
    """
    made = DataAccess.objects.create(
        user=by, region_id=region.pk if region else by.region_id, subject=subject, fields=fields, reason=str(reason),
        address=address, rows=rows, what=mask_numbers(what)[:300],
    )  # fmt: skip
    return Stamp(f"U-{made.pk:06d}", f"{by.name} ({by.username})", made.at, note="")


def mark_book(book, stamp: Stamp) -> None:
    """Marks an xlsxwriter workbook before it is closed: printed footers, a last sheet, and the properties."""
    for sheet in book.worksheets():
        sheet.set_footer("&L&8" + str(stamp).replace("&", "&&"))
    sheet = book.add_worksheet(_t("Unduhan"))
    sheet.set_column(0, 0, 110)
    for row, told in enumerate(filter(None, [str(stamp), stamp.without])):
        sheet.write_string(row, 0, told)
    book.set_properties({"title": stamp.number, "author": stamp.who, "comments": str(stamp)})


def marked(body: bytes, stamp: Stamp) -> bytes:
    """Returns an XLSX file of another writer with the same mark."""
    book = openpyxl.load_workbook(io.BytesIO(body))
    for sheet in book.worksheets:
        sheet.oddFooter.left.text = str(stamp).replace("&", "&&")
    cover = book.create_sheet(_t("Unduhan"))
    cover["A1"], cover["A2"] = str(stamp), stamp.without or None
    book.properties.title, book.properties.creator = stamp.number, stamp.who
    book.properties.description = str(stamp)
    return _saved(book)


def without_numbers(body: bytes) -> bytes:
    """Returns an XLSX file with every identity and telephone number in its cells masked."""
    book = openpyxl.load_workbook(io.BytesIO(body))
    for cell in (cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row):
        if isinstance(cell.value, str):
            cell.value = mask_numbers(cell.value)
    return _saved(book)


def _saved(book) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
