"""The CSV of a monthly report: one tidy table, a figure a line (UTF-8 with BOM, comma)."""

import csv
from io import StringIO

from django.utils.translation import gettext as _

from monitoring.definitions import COMPLAINT_COLUMNS, FUND_COLUMNS, PROGRAMME_COLUMNS, counted

HEADER = ["periode", "kode_wilayah", "wilayah", "bagian", "butir", "kode", "indikator", "satuan", "nilai"]
UNITS = {"number": _("jumlah"), "rupiah": _("rupiah")}


def render(figures: dict, status: str) -> bytes:
    """Returns the lines of `figures`; `status` is the report's and stands in the first part's item."""
    stream = StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(HEADER)
    for line in _lines(figures, status):
        writer.writerow([safe(cell) if isinstance(cell, str) else cell for cell in line])
    return stream.getvalue().encode("utf-8-sig")


def safe(text: str) -> str:
    """Returns a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _lines(figures: dict, status: str):
    region = figures["region"]
    columns = [(i.label, i.code, i.unit) for i in counted(figures)]
    for place in figures["places"]:
        yield from _figures(figures, place, _("wilayah"), status, place, columns)
    yield from _figures(figures, region, _("jumlah"), status, figures["totals"], columns)
    for programme in figures["programmes"]:
        yield from _figures(figures, region, _("program"), programme["name"], programme, PROGRAMME_COLUMNS)
    for fund in figures["funds"] or []:
        yield from _figures(figures, region, _("dana"), fund["name"], fund, FUND_COLUMNS)
    for row in figures["complaints"]:
        yield from _figures(figures, region, _("pengaduan"), row["label"], row, COMPLAINT_COLUMNS)
    if figures["oversight"]:
        name = _("Berkadar pengawasan")
        yield from _figures(figures, region, _("pengawasan"), name, figures["oversight"], COMPLAINT_COLUMNS)


def _figures(figures: dict, place: dict, part: str, item: str, counts: dict, columns):
    for label, code, unit in columns:
        yield [
            figures["period"], place["code"], place["name"], part, item, code, str(label), UNITS[unit], counts[code],
        ]  # fmt: skip
