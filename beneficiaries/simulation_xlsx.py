"""A simulation as a spreadsheet: its tables, then who enters and who leaves, with names and places, no identity number,
no formula."""

from collections.abc import Callable, Iterable
from io import BytesIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from xlsxwriter import Workbook

from bansos import exports
from beneficiaries.simulation import Move
from beneficiaries.simulation_tables import Sheet

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
# By the names of `bansos.exports`: the title of each column, its width, and what stands in it.
COLUMNS: dict[str, list[tuple[object, int, Callable[[str, Move], str | int]]]] = {
    "head": [(gettext_lazy("Kepala keluarga"), 28, lambda way, move: move.household.head_name or "-")],
    "place": [(gettext_lazy("RT/RW"), 26, lambda way, move: move.household.region.label)],
    "moves": [(gettext_lazy("Akan"), 10, lambda way, move: way)],
    "points": [
        (gettext_lazy("Nilai sekarang"), 14, lambda way, move: move.points_now),
        (gettext_lazy("Nilai nanti"), 14, lambda way, move: move.points),
        (gettext_lazy("Selisih"), 10, lambda way, move: move.difference),
    ],
    "why": [(gettext_lazy("Sebab"), 90, lambda way, move: " ".join(move.reasons))],
}
FIELDS = tuple(COLUMNS)


def render(
    sheets: list[tuple[str, list[Move]]],
    *,
    fields: Iterable[str],
    tables: list[Sheet],
    title: str,
    stamp: exports.Stamp,
) -> bytes:
    """Returns the workbook: a sheet for each table, one for those who enter and one for those who leave; those two
    hold the columns that `fields` names.
    """
    stream = BytesIO()
    columns = [column for name in fields for column in COLUMNS[name]]
    with Workbook(stream, OPTIONS) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "bottom": 1})
        for table in tables:
            _write(book.add_worksheet(table.name), table, title=title, bold=bold)
        for way, moves in sheets:
            sheet = book.add_worksheet(_("Akan {way}").format(way=way))
            sheet.write_string(0, 0, title, bold)
            sheet.freeze_panes(3, 0)
            for place, (name, width, _read) in enumerate(columns):
                sheet.set_column(place, place, width)
                sheet.write_string(2, place, str(name), bold)
            for row, move in enumerate(moves, start=3):
                for place, (_name, _width, read) in enumerate(columns):
                    sheet.write(row, place, read(way, move))
        exports.mark_book(book, stamp)
    return stream.getvalue()


def _write(sheet, table: Sheet, *, title: str, bold) -> None:
    sheet.write_string(0, 0, title, bold)
    sheet.freeze_panes(3, 1)
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, len(table.head), 14)
    for column, name in enumerate(table.head):
        sheet.write_string(2, column, name, bold)
    for row, (label, *values) in enumerate(table.rows, start=3):
        sheet.write_string(row, 0, label)
        for column, value in enumerate(values, start=1):
            if value is not None:
                sheet.write_number(row, column, value)
