"""The two lists of `reach` as a spreadsheet: numbers masked, every text a string, so that nothing runs as a formula."""

import io
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, TypedDict

import xlsxwriter
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from bansos import exports
from bansos.exports import Stamp
from bansos.privacy import mask
from beneficiaries.models import Household, Person, Score
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


class ListedPerson(TypedDict):
    """What `reach_people` adds to a person."""

    last_aid_at: datetime | None
    times: int
    families: int
    total: int


def day(on: date | None) -> str:
    """Returns "5 November 2026", or "-"."""
    return date_format(on, "j F Y") if on else "-"


def _last_aid(row) -> str:
    return day(timezone.localdate(row.last_aid_at)) if row.last_aid_at else "-"


def _yes(value: bool) -> str:
    return "Ya" if value else "Tidak"


FAMILY: "dict[str, tuple[object, Callable[[WithAnnotations[Household, Listed]], object]]]" = {
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
PERSON: "dict[str, tuple[object, Callable[[WithAnnotations[Person, ListedPerson]], object]]]" = {
    "nik": (_("NIK"), lambda person: mask(person.nik)),
    "name": (_("Nama"), lambda person: person.name),
    "relation": (_("Hubungan keluarga"), lambda person: person.get_relation_display()),
    "born": (_("Tahun lahir"), lambda person: person.born_on.year),
    "kk": (_("Nomor KK"), lambda person: mask(person.household.kk)),
    "place": (_("RT/RW"), lambda person: person.region.label),
    "decile": (_("Desil DTSEN keluarga"), lambda person: person.household.decile),
    "times": (_("Berapa kali"), lambda person: person.times),
    "families": (_("Untuk berapa keluarga"), lambda person: person.families),
    "total": (_("Jumlah (Rp)"), lambda person: person.total),
    "last_aid": (_("Terakhir menerima"), _last_aid),
}
_FAMILY = ("kk", "head", "place", "address", "decile")
_PERSON = ("nik", "name", "relation", "born", "kk", "place", "decile")
FIELDS = {
    ("keluarga", "belum"): (*_FAMILY, "points", "verdict", "pkh", "sembako", "last_aid"),
    ("keluarga", "ganda"): (*_FAMILY, "pkh", "sembako", "times", "total", "programmes", "last_aid"),
    ("keluarga", "beda"): (*_FAMILY, "points", "verdict", "pkh", "sembako", "last_aid"),
    ("orang", "belum"): (*_PERSON, "last_aid"),
    ("orang", "ganda"): (*_PERSON, "times", "families", "total", "last_aid"),
}


def render(rows, *, per: str, fields: Iterable[str], heading: str, stamp: Stamp) -> bytes:
    """Returns the workbook of a list made by `shown` of families or people (`per`), with the columns that `fields`
    names, some of those in FIELDS.
    """
    titled: dict = PERSON if per == "orang" else FAMILY
    columns = [titled[name] for name in fields]
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        head = book.add_format({"bold": True, "bg_color": "#d6e8e1"})
        sheet = book.add_worksheet(per.title())
        sheet.set_column(0, len(columns) - 1, 20)
        sheet.freeze_panes(3, 0)
        sheet.write_string(0, 0, heading)
        for place, (title, _read) in enumerate(columns):
            sheet.write_string(2, place, str(title), head)
        for row, each in enumerate(rows.iterator(chunk_size=1000), start=3):
            for place, (_title, read) in enumerate(columns):
                _write(sheet, row, place, read(each))
        exports.mark_book(book, stamp)
    return out.getvalue()


def _write(sheet, row: int, place: int, value) -> None:
    if isinstance(value, int):
        sheet.write_number(row, place, value)
    elif value is not None:
        sheet.write_string(row, place, value if value == "-" else harmless(str(value)))
