"""Small register files for tests: rows that are right until a test spoils one cell."""

import io
import zipfile
from pathlib import Path

import xlsxwriter

from beneficiaries.register.columns import HOUSEHOLDS, PEOPLE, columns
from beneficiaries.register.spreadsheet import EXAMPLES

SAMPLE = Path(__file__).parent.parent / "beneficiaries/data/register_contoh"
SAMPLE_NIK, SAMPLE_KK = "3175075705809001", "3175070101209001"  # of the family below


def _row(sheet: str, cells: dict) -> list:
    titles = [column.title for column in columns(sheet)]
    assert set(cells) <= set(titles), set(cells) - set(titles)
    return list((dict(zip(titles, EXAMPLES[sheet], strict=True)) | cells).values())


def household_row(**cells) -> list:
    """Returns a right family row; `cells` by heading replace its cells."""
    return _row(HOUSEHOLDS, cells)


def person_row(**cells) -> list:
    return _row(PEOPLE, cells)


def workbook(households=(), people=(), headings: dict | None = None) -> bytes:
    """Returns an XLSX of both sheets; `headings` replaces a sheet's headings."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for title, rows in ((HOUSEHOLDS, households), (PEOPLE, people)):
            sheet = book.add_worksheet(title)
            top = (headings or {}).get(title, [column.title for column in columns(title)])
            for number, cells in enumerate([top, *rows]):
                for place, cell in enumerate(cells):
                    if hasattr(cell, "year"):
                        sheet.write_datetime(number, place, cell, day)
                    elif isinstance(cell, str):
                        sheet.write_string(number, place, cell)
                    else:
                        sheet.write(number, place, cell)
    return out.getvalue()


def rezipped(body: bytes, change) -> bytes:
    """Returns the XLSX with each entry's bytes passed through `change(name, data)`."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, change(entry.filename, old.read(entry)))
    return out.getvalue()
