"""Reads a register file: finds the sheets and the columns by name, gives rows of text."""

import csv
from collections.abc import Container, Iterator
from datetime import date, datetime
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import python_calamine
from django.utils.translation import gettext_lazy as _

from beneficiaries.register import archive
from beneficiaries.register.archive import CUT_OFF, EMPTY, LOCKED, NOT_A_REGISTER, FileError
from beneficiaries.register.columns import HOUSEHOLDS, PEOPLE, columns, squeeze

SHEETS = (HOUSEHOLDS, PEOPLE)
CHUNK = 1 << 20

NO_SHEET = _("Lembar {sheet} tidak ada. Samakan nama lembar dengan contoh berkas.")
NO_COLUMN = _("Kolom {column} tidak ada di lembar {sheet}. Tambahkan kolom itu, lalu unggah lagi.")
TWO_COLUMNS = _("Kolom {column} ada dua kali di lembar {sheet}. Hapus salah satunya.")
NOT_UTF8 = _("Huruf di berkas CSV ini tidak terbaca. Simpan sebagai CSV UTF-8.")
NO_FILE = _("Berkas {name} tidak ada.")


class Row(NamedTuple):
    """One row: its number in the file (the heading is 1), and the cells in the order of `columns(sheet)`."""

    number: int
    cells: list[str]


class Register:
    """A file that was found readable. `rows(sheet)` can be asked again and again."""

    def __init__(self, tables: dict):
        """`tables`: for each sheet a function that gives its rows from the heading on, and about how many."""
        self._tables = tables
        self._places = {sheet: _places(sheet, next(table(), [])) for sheet, (table, _size) in tables.items()}

    def rows(self, sheet: str, only: Container[int] | None = None) -> Iterator[Row]:
        """Gives the rows that are not empty, or of these those with numbers in `only`.

        Raises FileError for a CSV that breaks off.
        """
        if sheet not in self._tables:
            return
        places = self._places[sheet]
        pick, width = itemgetter(*places), max(places) + 1
        table = self._tables[sheet][0]()
        next(table, None)
        for number, cells in enumerate(table, 2):
            if only is not None and number not in only:
                continue
            if len(cells) < width:
                cells = cells + [""] * (width - len(cells))
            picked = pick(cells)
            if any(picked):
                yield Row(number, list(picked))

    def size(self) -> int:
        """Returns about how many rows there are, quickly, for the progress."""
        return sum(size for _table, size in self._tables.values())


def open_register(path) -> Register:
    """Opens an XLSX, a CSV, or a folder with keluarga.csv and anggota.csv. Raises FileError."""
    path = Path(path)
    if path.is_dir():
        files = {HOUSEHOLDS: path / "keluarga.csv", PEOPLE: path / "anggota.csv"}
        for sheet, file in files.items():
            if not file.is_file():
                raise FileError(NO_SHEET.format(sheet=f"{sheet} ({file.name})"))
        return Register({sheet: (_csv_table(file), _lines(file)) for sheet, file in files.items()})
    if not path.is_file():
        raise FileError(NO_FILE.format(name=path.name))
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise FileError(EMPTY)
    if head.startswith(b"PK"):
        return Register(_workbook_tables(path))
    if head.startswith(b"\xd0\xcf\x11\xe0"):  # an old container: a locked XLSX, or XLS
        raise FileError(LOCKED)
    return Register(_lone_csv(path, head))


def _workbook_tables(path: Path) -> dict:
    formulas = archive.inspect(path)
    try:
        book = python_calamine.load_workbook(str(path))
        missing = [sheet for sheet in SHEETS if sheet not in book.sheet_names]
        if missing:
            raise FileError(NO_SHEET.format(sheet=missing[0]))
        found = {sheet: book.get_sheet_by_name(sheet) for sheet in SHEETS}
    except python_calamine.PasswordError as error:
        raise FileError(LOCKED) from error
    except (python_calamine.CalamineError, python_calamine.ZipError, python_calamine.XmlError, OSError) as error:
        raise FileError(CUT_OFF) from error
    return {
        sheet: (partial(_from_first_row, table, formulas.get(sheet, {})), table.total_height)
        for sheet, table in found.items()
    }


def _from_first_row(table, formulas: dict[int, dict[int, str]]) -> Iterator[list[str]]:
    """Rows from the sheet's first one, so that row numbers are those that a person sees, formulas as typed."""
    if table.start is None:
        return
    above, left = table.start
    yield from ([] for _row in range(above))
    for number, cells in enumerate(table.iter_rows(), above + 1):
        cells = [""] * left + [to_text(cell) for cell in cells]
        for place, typed in formulas.get(number, {}).items():
            cells += [""] * (place + 1 - len(cells))
            cells[place] = typed
        yield cells


def _csv_table(path: Path):
    def table():
        with path.open(encoding="utf-8-sig", newline="") as file:
            try:
                mark = _delimiter(file.readline())
                file.seek(0)
                yield from csv.reader((line.replace("\0", "") for line in file), delimiter=mark, strict=True)
            except UnicodeDecodeError as error:
                raise FileError(NOT_UTF8) from error
            except csv.Error as error:
                raise FileError(CUT_OFF) from error

    return table


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(CHUNK), b""))


def _delimiter(heading: str) -> str:
    """Spreadsheets set to Indonesian write CSV with semicolons."""
    return max(",;\t", key=heading.count)


def _lone_csv(path: Path, head: bytes) -> dict:
    """Tells by its heading which of the two sheets a single CSV is."""
    if b"\x00" in head:
        raise FileError(NOT_A_REGISTER)
    table = _csv_table(path)
    titles = {squeeze(cell).casefold() for cell in next(table(), [])}
    known = {sheet: sum(c.title.casefold() in titles for c in columns(sheet)) for sheet in SHEETS}
    sheet = max(SHEETS, key=known.__getitem__)
    if known[sheet] < 3:
        raise FileError(NOT_A_REGISTER)
    return {sheet: (table, _lines(path))}


def _places(sheet: str, heading: list) -> list[int]:
    """Returns where each column stands. Raises FileError for one that is missing or there twice."""
    titles = [squeeze(cell).casefold() for cell in heading]
    places = []
    for column in columns(sheet):
        title = column.title.casefold()
        if title not in titles:
            raise FileError(NO_COLUMN.format(column=column.title, sheet=sheet))
        if titles.count(title) > 1:
            raise FileError(TWO_COLUMNS.format(column=column.title, sheet=sheet))
        places.append(titles.index(title))
    return places


def to_text(cell) -> str:
    """Returns a cell as a person typed it. A number of 16 digits has lost its last one and shows it (3,17507E+15)."""
    if type(cell) is str:
        return cell
    if isinstance(cell, bool):
        return "Ya" if cell else "Tidak"
    if isinstance(cell, int | float):
        if not abs(cell) < 1e15:  # also what is no number at all
            return f"{cell:.5E}".replace(".", ",")
        return str(int(cell)) if cell == int(cell) else str(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)
