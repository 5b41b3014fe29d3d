"""The spreadsheet of a monthly report: real numbers, no formula, no text that a spreadsheet could run."""

from io import BytesIO

from django.conf import settings
from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from monitoring import report_tables
from monitoring.report_tables import Table

FORMATS = {"number": "#,##0", "rupiah": '"Rp"#,##0', "text": "@"}
FIRST_ROW = 6  # below the title block
OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def render(figures: dict, status: str) -> bytes:
    """Returns the workbook of `figures`; `status` is the report's ("sementara", "final")."""
    stream = BytesIO()
    with Workbook(stream, OPTIONS) as book:
        book.set_properties({"title": _("Laporan bulanan"), "author": settings.OFFICE["name"]})
        book.set_calc_mode("auto")
        writer = _Writer(book, report_tables.heading(figures, status))
        writer.sheet(_("Ringkasan"), [report_tables.summary(figures)], first_width=34, width=22)
        writer.sheet(_("Per wilayah"), [report_tables.places(figures)], first_width=18, width=16)
        tables = [report_tables.programmes(figures)]
        writer.sheet(_("Program"), tables + ([report_tables.funds(figures)] if figures["funds"] is not None else []))
        voices = [report_tables.complaints(figures)]
        writer.sheet(_("Pengaduan"), voices + ([report_tables.oversight(figures)] if figures["oversight"] else []))
        writer.sheet(_("Keterangan"), [report_tables.meanings()], first_width=34, width=90)
    return stream.getvalue()


class _Writer:
    """Writes tables below a title block, each sheet with the same one."""

    def __init__(self, book: Workbook, heading: dict[str, str]):
        self.book, self.heading = book, heading
        self.title = book.add_format({"bold": True, "font_size": 14, "font_color": "#0F5C4D"})
        self.head = book.add_format(
            {"bold": True, "bg_color": "#0F5C4D", "font_color": "#FFFFFF", "text_wrap": True, "valign": "top"}
        )
        line = {"bottom": 1, "bottom_color": "#D5DBD7", "valign": "top"}
        total = {"bold": True, "top": 2, "top_color": "#0F5C4D"}
        self.cell = {u: book.add_format(line | {"num_format": f, "text_wrap": u == "text"}) for u, f in FORMATS.items()}
        self.total = {unit: book.add_format(total | {"num_format": form}) for unit, form in FORMATS.items()}

    def sheet(self, name: str, tables: list[Table], first_width: int = 38, width: int = 20) -> None:
        sheet = self.book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, first_width)
        sheet.set_column(1, max(len(table.columns) for table in tables), width)
        words = self.heading
        sheet.write_string(0, 0, words["title"], self.title)
        for row, text in enumerate((words["place"], words["month"], words["status"]), start=1):
            sheet.write_string(row, 0, text)
        sheet.write_string(4, 0, _("Data per {moment}").format(moment=words["as_of"]))
        row = FIRST_ROW
        for number, table in enumerate(tables):
            if number:
                sheet.write_string(row, 0, table.title, self.title)
                row += 1
            row = self._table(sheet, row, table) + 2
        sheet.freeze_panes(FIRST_ROW + 1, 1)
        sheet.repeat_rows(FIRST_ROW)

    def _table(self, sheet, row: int, table: Table) -> int:
        for column, (label, _unit) in enumerate(table.columns):
            sheet.write_string(row, column, label, self.head)
        for cells in table.rows:
            row += 1
            self._row(sheet, row, table, cells, self.cell)
        if table.total:
            row += 1
            self._row(sheet, row, table, table.total, self.total)
        return row

    def _row(self, sheet, row: int, table: Table, cells: list, formats: dict) -> None:
        for column, (_label, unit) in enumerate(table.columns):
            kind, value = cells[-1] if unit == "mixed" else unit, cells[column]
            if value is None:
                sheet.write_blank(row, column, None, formats["text"])
            elif kind == "text":
                sheet.write_string(row, column, str(value), formats["text"])
            else:
                sheet.write_number(row, column, value, formats[kind])
