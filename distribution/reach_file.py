"""The two lists of `reach` as a spreadsheet: numbers masked, every text a string, so that nothing runs as a formula."""

import io
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING

import xlsxwriter
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from bansos import exports
from bansos.exports import Stamp
from bansos.privacy import mask
from beneficiaries.models import Household, Score
from beneficiaries.models.household import HeadName
from beneficiaries.register.spreadsheet import harmless

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class Listed(HeadName):
    """What `reach` adds to a family: to all `last_aid_at`, to each list its own."""

    last_aid_at: datetime | None
    points: int | None
    verdict: str | None
    times: int
    total: int
    programmes: str


def day(on: date | None) -> str:
    """Returns "5 November 2026", or "-"."""
    return date_format(on, "j F Y") if on else "-"


def _last_aid(family) -> str:
    return day(timezone.localdate(family.last_aid_at)) if family.last_aid_at else "-"


def _yes(value: bool) -> str:
    return "Ya" if value else "Tidak"


COLUMNS: "dict[str, tuple[object, Callable[[WithAnnotations[Household, Listed]], object]]]" = {
    "kk": (_("Nomor KK"), lambda family: mask(family.kk)),
    "head": (_("Kepala keluarga"), lambda family: family.head_name or "-"),
    "place": (_("RT/RW"), lambda family: family.region.label),
    "address": (_("Alamat"), lambda family: family.address),
    "decile": (_("Desil DTSEN"), lambda family: family.decile),
    "points": (_("Nilai"), lambda family: family.points),
    "verdict": (_("Hasil"), lambda family: str(Score.Verdict(family.verdict).label) if family.verdict else "-"),
    "pkh": (_("PKH dari pusat"), lambda family: _yes(family.receives_pkh)),
    "sembako": (_("Sembako dari pusat"), lambda family: _yes(family.receives_sembako)),
    "times": (_("Berapa kali"), lambda family: family.times),
    "total": (_("Jumlah (Rp)"), lambda family: family.total),
    "programmes": (_("Program"), lambda family: family.programmes),
    "last_aid": (_("Terakhir menerima"), _last_aid),
}
_BOTH = ("kk", "head", "place", "address", "decile")
FIELDS = {
    "belum": (*_BOTH, "points", "verdict", "pkh", "sembako", "last_aid"),
    "ganda": (*_BOTH, "pkh", "sembako", "times", "total", "programmes", "last_aid"),
}


def render(households, *, kind: str, heading: str, stamp: Stamp) -> bytes:
    """Returns the workbook of a list made by `reach.shown`; `kind` is a key of FIELDS."""
    columns = [COLUMNS[name] for name in FIELDS[kind]]
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        head = book.add_format({"bold": True, "bg_color": "#d6e8e1"})
        sheet = book.add_worksheet("Keluarga")
        sheet.set_column(0, len(columns) - 1, 20)
        sheet.freeze_panes(3, 0)
        sheet.write_string(0, 0, heading)
        for place, (title, _read) in enumerate(columns):
            sheet.write_string(2, place, str(title), head)
        for row, family in enumerate(households.iterator(chunk_size=1000), start=3):
            for place, (_title, read) in enumerate(columns):
                _write(sheet, row, place, read(family))
        exports.mark_book(book, stamp)
    return out.getvalue()


def _write(sheet, row: int, place: int, value) -> None:
    if isinstance(value, int):
        sheet.write_number(row, place, value)
    elif value is not None:
        sheet.write_string(row, place, harmless(str(value)))
