"""The printed report: typst sets the page from the same figures; charts and map are drawn on the server."""

import json
from functools import cache
from pathlib import Path

import typst
from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bansos import periods
from monitoring import charts, report_tables
from monitoring.report_tables import Table

TEMPLATE = Path(__file__).parent / "typst" / "laporan.typ"
PLACE_COLUMNS = ("households", "people", "received", "approved", "waiting", "planned", "handed", "value_realised")


@cache
def _fonts() -> typst.Fonts:
    """The fonts that typst carries, so that a report looks the same on every machine."""
    return typst.Fonts(include_system_fonts=False)


def render(figures: dict, status: str, *, image: bool = False) -> bytes:
    """Returns the PDF of `figures`; `status` is the report's. `image` gives the first page as PNG instead."""
    data = json.dumps(_content(figures, status))
    inputs, fonts = {"data": data}, _fonts()
    if image:
        made = typst.compile(TEMPLATE, format="png", ppi=90, sys_inputs=inputs, font_paths=fonts)
        return made[0] if isinstance(made, list) else made
    return typst.compile(TEMPLATE, format="pdf", sys_inputs=inputs, font_paths=fonts)


def _content(figures: dict, status: str) -> dict:
    """Returns what the template sets: text, tables of text and two pictures. Every number is already written."""
    is_district = figures["region"]["level"] == "kecamatan"
    tables = [report_tables.programmes(figures)]
    if is_district:
        tables += [report_tables.funds(figures)]
    tables += [report_tables.complaints(figures)]
    if is_district:
        tables += [report_tables.oversight(figures)]
    return {
        "office": settings.OFFICE,
        "heading": report_tables.heading(figures, status),
        "draft": _("SEMENTARA") if status != "final" else "",
        "summary": _written(report_tables.summary(figures)),
        "places": _written(report_tables.places(figures, PLACE_COLUMNS), skip=1),
        "tables": [_written(table) for table in tables if table.rows],
        "meanings": _written(report_tables.meanings()),
        "pictures": _pictures(figures, is_district),
        "signers": _signers(figures, is_district),
        "words": {
            "number": _("Nomor"),
            "data": _("Data per"),
            "page": _("Halaman"),
            "of": _("dari"),
            "places": _("Angka per wilayah"),
            "meanings": _("Arti angka"),
            "no_complaint": _("Pengaduan hanya dihitung. Nama dan cerita warga tidak ada di laporan ini."),
        },
    }


def _written(table: Table, skip: int = 0) -> dict:
    """Returns a table whose cells are text as an office writes it."""
    heads = table.columns[skip:]
    rows = [*table.rows, *([table.total] if table.total else [])]
    return {
        "title": table.title,
        "heads": [label for label, _unit in heads],
        "units": [unit for _label, unit in heads],
        "rows": [
            [
                written(cell, row[-1] if unit == "mixed" else unit)
                for cell, (_l, unit) in zip(row[skip:], heads, strict=False)
            ]
            for row in rows
        ],
        "has_total": bool(table.total),
    }


def written(value, unit: str) -> str:
    """Returns a cell as text: 1234 as "1.234", rupiah with "Rp", nothing as "-"."""
    if value is None:
        return "–"
    if unit == "text":
        return str(value)
    number = f"{abs(value):,}".replace(",", ".")
    return f"{'−' if value < 0 else ''}{'Rp' if unit == 'rupiah' else ''}{number}"


def _pictures(figures: dict, is_district: bool) -> list[dict]:
    own = figures["region"]["code"]
    handed = [
        (place["name"], place["handed"]) for place in figures["places"] if place["handed"] or place["code"] != own
    ]
    trend = [(date_format(periods.parse(row["period"]), "M"), row["handed"]) for row in figures["trend"]]
    area = {
        "title": _("Sudah menerima, per kelurahan"),
        "svg": charts.area({place["code"]: place["handed"] for place in figures["places"]}),
    }
    rows = {"title": _("Sudah menerima, per RW"), "svg": charts.bars(handed)}
    line = {"title": _("Sudah menerima, dua belas bulan"), "svg": charts.months(trend)}
    return [area if is_district else rows, line]


def _signers(figures: dict, is_district: bool) -> list[str]:
    if is_district:
        return [_("Kasi Kesejahteraan Rakyat"), _("Camat")]
    return [_("Lurah {name}").format(name=figures["region"]["name"]), _("Kasi Kesejahteraan Rakyat")]
