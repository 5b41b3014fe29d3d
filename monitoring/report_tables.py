"""The tables of a report, made from its figures: the spreadsheet, the PDF and the page write the same ones."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bansos import periods
from monitoring.definitions import (
    BY_CODE,
    CODES,
    COMPLAINT_COLUMNS,
    FUND_COLUMNS,
    INDICATORS,
    OTHER_MEANINGS,
    PROGRAMME_COLUMNS,
    counted,
)
from monitoring.indicators import fund_totals


@dataclass(frozen=True)
class Table:
    """Rows under columns of (label, unit), and the last row if there is one.

    A unit is "text", "number", "rupiah", or "mixed": then each row ends in its own unit.
    """

    title: str
    columns: list[tuple[str, str]]
    rows: list[list]
    total: list | None = None


def heading(figures: dict, status: str) -> dict[str, str]:
    """Returns the words at the top of a report."""
    region, period = figures["region"], periods.parse(figures["period"])
    place = region["name"] if region["level"] == "kecamatan" else _("Kelurahan {name}").format(name=region["name"])
    return {
        "title": _("Laporan Bulanan Bantuan Sosial"),
        "place": place if region["level"] != "kecamatan" else settings.OFFICE["name"],
        "month": date_format(period, "F Y"),
        "number": f"LB/{region['code']}/{period:%Y/%m}",
        "status": _("Final") if status == "final" else _("Sementara, angka masih dapat berubah"),
        "as_of": moment(figures["as_of"]),
    }


def moment(text: str) -> str:
    """Returns an ISO time of Jakarta as "25 November 2026, 08.00 WIB"."""
    return date_format(datetime.fromisoformat(text), r"j F Y, H.i \W\I\B")


def summary(figures: dict) -> Table:
    """Returns every total beside the month before and the difference; states have no month before."""
    before = figures["previous"]["totals"]
    rows = [
        _compared(str(i.label), i.unit, figures["totals"][i.code], before[i.code] if i.monthly else None)
        for i in counted(figures)
    ]
    if figures["funds"] is not None:
        for label, code, unit in FUND_COLUMNS:
            last = figures["previous"]["fund_remaining"] if code == "remaining" else None
            rows.append(_compared(str(label), unit, fund_totals(figures)[code], last))
    columns = [(_("Angka"), "text"), (_("Bulan ini"), "mixed"), (_("Bulan lalu"), "mixed"), (_("Perubahan"), "mixed")]
    return Table(_("Ringkasan"), columns, rows)


def _compared(label: str, unit: str, now: int, before: int | None) -> list:
    return [label, now, before, None if before is None else now - before, unit]


def places(figures: dict, codes: tuple[str, ...] = CODES) -> Table:
    """Returns the indicators with `codes` for every place, and their total."""
    codes = tuple(code for code in codes if code in figures["totals"])
    columns = [(_("Kode"), "text"), (_("Wilayah"), "text")]
    columns += [(str(BY_CODE[code].label), BY_CODE[code].unit) for code in codes]
    rows = [[place["code"], place["name"], *(place[code] for code in codes)] for place in figures["places"]]
    return Table(_("Per wilayah"), columns, rows, ["", _("Jumlah"), *(figures["totals"][code] for code in codes)])


def programmes(figures: dict) -> Table:
    return _named(_("Program"), _("Program"), figures["programmes"], "name", PROGRAMME_COLUMNS)


def funds(figures: dict) -> Table:
    return _named(_("Dana"), _("Dana"), figures["funds"] or [], "name", FUND_COLUMNS)


def complaints(figures: dict) -> Table:
    return _named(_("Pengaduan"), _("Jenis"), figures["complaints"], "label", COMPLAINT_COLUMNS)


def oversight(figures: dict) -> Table:
    rows = [{"label": _("Berkadar pengawasan")} | figures["oversight"]] if figures["oversight"] else []
    return _named(_("Pengaduan berkadar pengawasan"), _("Jenis"), rows, "label", COMPLAINT_COLUMNS, total=False)


def _named(title: str, first: str, items: list[dict], name: str, columns, *, total: bool = True) -> Table:
    rows = [[item[name], *(item[code] for _label, code, _unit in columns)] for item in items]
    sums = [sum(column) for column in zip(*(row[1:] for row in rows), strict=True)] or [0] * len(columns)
    heads = [(first, "text"), *((str(label), unit) for label, _code, unit in columns)]
    return Table(title, heads, rows, [_("Jumlah"), *sums] if total else None)


def meanings() -> Table:
    rows = [[str(i.label), str(i.meaning)] for i in INDICATORS]
    rows += [[str(label), str(meaning)] for label, meaning in OTHER_MEANINGS]
    return Table(_("Keterangan"), [(_("Angka"), "text"), (_("Arti"), "text")], rows)
