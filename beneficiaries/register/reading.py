"""Reads a register file: finds the sheets and the columns by name, gives rows of text."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache, partial
from itertools import chain, compress, count, islice, repeat
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from beneficiaries.register import archive, letters, mapping
from beneficiaries.register.archive import CUT_OFF, EMPTY, LOCKED, NOT_A_REGISTER, FileError
from beneficiaries.register.asked import Asked
from beneficiaries.register.columns import HOUSEHOLDS, PEOPLE, columns, squeeze
from beneficiaries.register.letters import Opener
from beneficiaries.register.workbook import Workbook

SHEETS = (HOUSEHOLDS, PEOPLE)
LONGEST_LINE = 100_000  # characters; the reader of a CSV refuses a longer cell

NO_SHEET = _("Lembar {sheet} tidak ada. Samakan nama lembar dengan contoh berkas.")
NO_COLUMN = _("Kolom {column} tidak ada di lembar {sheet}. Tambahkan kolom itu, lalu unggah lagi.")
TWO_COLUMNS = _("Kolom {column} ada dua kali di lembar {sheet}. Hapus salah satunya.")
BROKEN_ROW = _('Baris {row} rusak atau terpotong. Periksa tanda kutip (") di baris itu, lalu unggah lagi.')
NO_ROWS = _("Berkas ini tidak berisi baris data. Isi baris di bawah judul kolom, lalu unggah lagi.")
NO_TABLE = _("Tabel keluarga atau warga tidak ditemukan. Judul kolomnya harus ada di 20 baris pertama.")
NO_FILE = _("Berkas {name} tidak ada.")
OTHER_HEADINGS = _("Judul kolom berkas ini berbeda dari contoh. Cocokkan dulu kolomnya.")
MAPPING_OUTDATED = _("Kolom {column} tidak ada lagi di berkas ini. Cocokkan kolomnya sekali lagi.")
SAMPLES = 3
FEWEST_COLUMNS = 5  # of a table that can be a register
TOP = 20  # rows in which a heading is looked for
LOOK_AT = 5_000  # rows looked through for samples and unknown words


class OtherHeadings(FileError):
    """The file can be read, but its columns are not ours: somebody must say which is which."""


class Row(NamedTuple):
    """One row: its number in the file (the heading is 1), and the cells in the order of `columns(sheet)`."""

    number: int
    cells: list[str]


class Register:
    """A file that was found readable. `rows(sheet)` can be asked again and again."""

    def __init__(self, path: Path, plan: dict | None = None):
        """`plan` says how foreign columns become ours (`mapping`). Raises FileError, OtherHeadings."""
        self.path, self.plan = path, plan
        # For each sheet a function that gives its rows from the heading on, and about how many. A table that can
        # spares itself the rows that are not asked for, and gives empty ones.
        tables = _tables(path)
        self.doubtful: set[int] = set()  # marks of the families of whom several rows tell different things
        self._retold: Callable[[], Iterator[list[str]]] | None = None
        if plan:
            tables = self._mapped_tables(tables, plan)
        elif any(_is_foreign(sheet, next(table(), [])) for sheet, (table, _size) in tables.items()):
            _refuse_without_rows(table for table, _size in tables.values())
            raise OtherHeadings(str(OTHER_HEADINGS))
        self._tables = tables
        self._places = {sheet: _places(sheet, next(table(), [])) for sheet, (table, _size) in tables.items()}

    def rows(self, sheet: str, only: Asked | None = None) -> Iterator[Row]:
        """Gives the rows that hold more than spaces, or of these those that `only` asks for.

        Raises FileError for a file that breaks off.
        """
        if sheet not in self._tables:
            return
        places = self._places[sheet]
        pick, width = itemgetter(*places), max(places) + 1
        in_order = places == list(range(width))
        table = self._tables[sheet][0](only)
        next(table, None)
        numbered = enumerate(table, 2)
        for number, cells in compress(numbered, only(2)) if only else numbered:
            if len(cells) < width:
                cells = cells + [""] * (width - len(cells))
            picked = cells[:width] if in_order else list(pick(cells))
            if picked[0].strip() or any(map(str.strip, picked)):
                yield Row(number, picked)

    def retold(self) -> Iterator[Row]:
        """Gives the family's part of every row of the families found doubtful when their rows were read last."""
        if self._retold and self.doubtful:
            for number, cells in enumerate(islice(self._retold(), 1, None), 2):
                if cells and _mark(cells) in self.doubtful:
                    yield Row(number, cells)

    def _mapped_tables(self, tables: dict, plan: dict) -> dict:
        made = {}
        for sheet in SHEETS:
            part = plan[sheet]
            if part["from"] not in tables:
                raise FileError(NO_SHEET.format(sheet=part["from"]))
            table, size = tables[part["from"]]
            try:
                turn = mapping.apply(part, sheet, next(table(), []))
            except KeyError as error:
                raise FileError(MAPPING_OUTDATED.format(column=error.args[0])) from error
            made[sheet] = (partial(_mapped, table, turn, sheet), size)
        if plan[HOUSEHOLDS]["from"] == plan[PEOPLE]["from"]:
            self._retold, size = made[HOUSEHOLDS]
            made[HOUSEHOLDS] = (partial(_once, self._retold, self.doubtful), size)
        return made

    def size(self) -> int:
        """Returns about how many rows there are, quickly, for the progress."""
        return sum(size for _table, size in self._tables.values())


def open_register(path, plan: dict | None = None) -> Register:
    """Opens an XLSX, a CSV, a ZIP or a folder with keluarga.csv and anggota.csv.

    `plan` maps foreign columns (`mapping`). Raises FileError, or OtherHeadings for a file that needs a plan.
    """
    return Register(Path(path), plan)


def _tables(path: Path) -> dict:
    if path.is_dir():
        files = {HOUSEHOLDS: path / "keluarga.csv", PEOPLE: path / "anggota.csv"}
        for sheet, part in files.items():
            if not part.is_file():
                raise FileError(NO_SHEET.format(sheet=f"{sheet} ({part.name})"))
        return {sheet: _csv_table(part.open) for sheet, part in files.items()}
    if not path.is_file():
        raise FileError(NO_FILE.format(name=path.name))
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise FileError(EMPTY)
    if head.startswith(b"PK"):
        return _pair_tables(path) if archive.is_pair(path) else _workbook_tables(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):  # an old container: a locked XLSX, or XLS
        raise FileError(LOCKED)
    return _lone_csv(path, head)


def first_table(path: Path) -> Iterator[list[str]]:
    """Gives the rows of a file's first table from the heading on, whatever its columns. Raises FileError."""
    if not path.is_file():
        raise FileError(NO_FILE.format(name=path.name))
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise FileError(EMPTY)
    if head.startswith(b"PK"):
        tables = _workbook_tables(path)
    else:
        _refuse_binary(head)
        tables = {"": _csv_table(path.open)}
    table, _size = next(iter(tables.values()))
    return table()


def headings(path) -> dict[str, list[mapping.Heading]]:
    """Returns the columns of each sheet of a foreign file with a few cells of each. Raises FileError."""
    found = {}
    for sheet, (table, _size) in _tables(Path(path)).items():
        rows = table()
        titles = mapping.told_apart(squeeze(cell) for cell in next(rows, []))
        samples: list[list[str]] = [[] for _title in titles]
        for cells in islice(rows, 50):
            for kept, cell in zip(samples, cells, strict=False):
                if cell.strip() and cell not in kept and len(kept) < SAMPLES:
                    kept.append(cell)
        found[sheet] = [mapping.Heading(sheet, t, s) for t, s in zip(titles, samples, strict=True) if t]
    return {sheet: titles for sheet, titles in found.items() if titles}


def unknown_words(path, plan: dict) -> dict[str, dict[str, list[str]]]:
    """Returns for each of our sheets and titles the words that its list does not know, at most thirty each."""
    register, found = open_register(path, plan), {}
    for sheet in SHEETS:
        lists = [(n, c) for n, c in enumerate(columns(sheet)) if mapping.words_of(c)]
        odd: dict[str, dict[str, None]] = {column.title: {} for _n, column in lists}
        for row in islice(register.rows(sheet), LOOK_AT):
            for place, column in () if mapping.is_of_nobody(row.cells[0]) else lists:
                word = squeeze(row.cells[place])
                if word not in odd[column.title] and len(odd[column.title]) < 30 and not mapping.is_known(column, word):
                    odd[column.title][word] = None
        found[sheet] = {title: list(words) for title, words in odd.items() if words}
    return found


def _mapped(table, turn, sheet: str, only: Asked | None = None) -> Iterator[list[str]]:
    """A foreign table as ours."""
    yield [column.title for column in columns(sheet)]
    rows = table(only)
    next(rows, None)
    for cells in rows:
        yield turn(cells) if any(cells) else []


def _once(table, doubtful: set[int], only: Asked | None = None) -> Iterator[list[str]]:
    """The families of a table in which a row is a person: a family's first row stands for it. Families of whom another
    row tells something else are marked in `doubtful`. A row without a KK is no family; it is refused as a person.

    Reads every row, whatever `only` says, since it cannot know which is a family's first.
    """
    rows = table()
    yield next(rows)
    seen: dict[int, int] = {}
    for cells in rows:
        if not cells or mapping.is_of_nobody(cells[0]):
            yield []
            continue
        mark, facts = _mark(cells), hash(tuple(cells))
        if mark not in seen:
            seen[mark] = facts
            yield cells
        else:
            if seen[mark] != facts:
                doubtful.add(mark)
            yield []


def _mark(cells: list[str]) -> int:
    """Returns what a family of our columns is known by, in less room than its number."""
    return hash(cells[0].strip())


def _pair_tables(path: Path) -> dict:
    """The two CSV files of a ZIP, read as they are unpacked."""
    found = archive.pair(path)
    return {sheet: _csv_table(partial(archive.open_entry, path, name)) for sheet, name in found.items()}


def _workbook_tables(path: Path) -> dict:
    """The sheets of a workbook that are ours, by name or else by heading; all of them where none is."""
    book = Workbook(path)
    table = cache(lambda name: _from_heading(partial(book.rows, name)))
    theirs = {squeeze(name).casefold(): name for name in book.heights}
    ours = {sheet: theirs[sheet.casefold()] for sheet in SHEETS if sheet.casefold() in theirs}
    if len(ours) < len(SHEETS):
        ours = _by_heading({name: table(name) for name in book.heights if name not in ours.values()}) | ours
        if len(ours) == 1 and next(iter(ours)).casefold() in theirs:
            raise FileError(NO_SHEET.format(sheet=next(sheet for sheet in SHEETS if sheet not in ours)))
    taken = ours or {name: name for name in book.heights}
    return {sheet: (table(name), book.heights[name]) for sheet, name in taken.items()}


def _by_heading(tables: dict) -> dict[str, str]:
    """Returns which of these sheets, by its heading, is which of ours. One that could be both is neither: foreign."""
    found: dict[str, str] = {}
    for name, table in tables.items():
        titles = {squeeze(cell).casefold() for cell in next(table(), [])}
        fits = [s for s in SHEETS if 2 * sum(c.title.casefold() in titles for c in columns(s)) >= len(columns(s))]
        if len(fits) == 1:
            found.setdefault(fits[0], name)
    return found


def _from_heading(table):
    """The table without what stands above its heading, with a heading of two lines as one, and without a row that only
    numbers the columns. Row numbers stay those that a person sees: empty rows follow the heading for those left out.
    """
    top = list(islice(table(), TOP))
    above = mapping.above_heading(top)
    first: list[list[str]] = [*top[above : above + 3], [], [], []]
    heading, joined = first[0], mapping.joined(first[0], first[1])
    numbered = mapping.only_numbers(first[2] if joined else first[1])
    left_out = above + bool(joined) + numbered

    def begun(only=None):
        rows = table(only)
        skipped = len(list(islice(rows, left_out + 1))) - 1
        yield joined or heading
        yield from repeat([], skipped)
        yield from rows

    return begun if left_out else table


def _csv_table(opener: Opener):
    """Makes the table of a CSV file and about how many lines it has; `opener("rb")` opens it. Raises FileError."""
    encoding, lines = letters.survey(opener)

    @cache
    def is_plain(delimiter: str) -> bool:
        with opener("rb") as raw, io.TextIOWrapper(raw, encoding, newline="") as file:
            return _is_plain(file, delimiter)

    def table(only=None):
        with opener("rb") as raw, io.TextIOWrapper(raw, encoding, newline="") as file:
            try:
                top = list(islice(file, TOP))
                delimiter = _delimiter(top)
                lines: Iterable[str] = chain(top, file)
                if only and is_plain(delimiter):
                    asked = chain(repeat(True, TOP), islice(only(1), TOP, None))
                    lines = (line if wanted else "\n" for line, wanted in zip(lines, asked, strict=False))
                lines = (line.replace("\0", "") for line in lines)
                yield from csv.reader(lines, delimiter=delimiter, strict=True)
            except UnicodeDecodeError as error:
                raise FileError(CUT_OFF) from error  # it was another file when we looked through it
            except csv.Error as error:
                raise FileError(BROKEN_ROW.format(row=broken_row(delimiter))) from error

    def broken_row(delimiter: str) -> int:
        with opener("rb") as raw, io.TextIOWrapper(raw, encoding, newline="") as file:
            whole = count(1)
            with suppress(csv.Error):
                for _cells in csv.reader(file, delimiter=delimiter, strict=True):
                    next(whole)
            return next(whole)

    return _from_heading(table), lines


def _is_plain(lines: Iterable[str], delimiter: str) -> bool:
    """Whether each line is a row, so that one can be passed over unread: no quoted text goes on in the next line, and
    no stray quote could make it so.
    """
    cell = f'(?:[^"{delimiter}]*|"(?:[^"\r\n]|"")*")'
    row = re.compile(f"{cell}(?:{re.escape(delimiter)}{cell})*[\r\n]*")
    return all(len(line) < LONGEST_LINE and ('"' not in line or row.fullmatch(line)) for line in lines)


def _delimiter(top: list[str]) -> str:
    """Spreadsheets set to Indonesian write CSV with semicolons: told by the line of headings, or by the first."""
    first = top[0] if top else ""
    return max(",;\t|", key=lambda mark: (max((mapping.named(line.split(mark)) for line in top), default=0),
                                         first.count(mark)))  # fmt: skip


def _lone_csv(path: Path, head: bytes) -> dict:
    """Tells by its heading which of the two sheets a single CSV is."""
    _refuse_binary(head)
    table, lines = _csv_table(path.open)
    titles = {squeeze(cell).casefold() for cell in next(table(), [])}
    known = {sheet: sum(c.title.casefold() in titles for c in columns(sheet)) for sheet in SHEETS}
    sheet = max(SHEETS, key=known.__getitem__)
    if len(titles) < FEWEST_COLUMNS:
        raise FileError(NOT_A_REGISTER)
    if known[sheet] < 3:
        return {path.stem: (table, lines)}  # foreign: a plan says what it is
    return {sheet: (table, lines)}


def _refuse_binary(head: bytes) -> None:
    if b"\x00" in head and not letters.is_utf_16(head):
        raise FileError(NOT_A_REGISTER)


def _refuse_without_rows(tables) -> None:
    """Raises FileError for a foreign file in which there is nothing to match: no heading, or no row below it."""
    found = [table() for table in tables]
    wide = [rows for rows in found if sum(bool(cell.strip()) for cell in next(rows, [])) >= FEWEST_COLUMNS]
    if not wide:
        raise FileError(NO_TABLE)
    if not any(cell.strip() for rows in wide for cells in rows for cell in cells):
        raise FileError(NO_ROWS)


def _is_foreign(sheet: str, heading: list) -> bool:
    """Whether hardly any column is ours; one that lacks a few is told which."""
    if sheet not in SHEETS:
        return True
    titles = {squeeze(cell).casefold() for cell in heading}
    ours = {column.title.casefold() for column in columns(sheet)}
    return len(titles) >= FEWEST_COLUMNS and len(titles & ours) < len(ours) // 2


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
