"""Reads an XLSX row by row, as text, while it is unpacked: no sheet is ever held whole, only the table of its words.

Most rows of a register are alike but for their values. What a row looks like without them is worked out once (`_Shape`)
and tells where each value belongs; a row of any other kind goes to an XML parser. ECMA-376 part 1: 18.3.1 (sheets),
18.4 (shared strings), 18.8.30 (number formats). Why not a library: docs/adr/0035.
"""

import html
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import cached_property
from itertools import repeat
from operator import itemgetter
from pathlib import Path
from typing import IO, NamedTuple
from xml.etree import ElementTree

from openpyxl.styles.numbers import builtin_format_code, is_date_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from beneficiaries.register import archive
from beneficiaries.register.archive import BROKEN, CUT_OFF, SCATTERED, TOO_LARGE, FileError
from beneficiaries.register.asked import Asked

PIECE = 1 << 18
LONGEST = 1 << 23  # bytes of one row, or of what follows the last
MAX_PART_BYTES = 1 << 23  # of the list of sheets, or of the styles
MAX_ROWS, MAX_COLUMNS = 1 << 20, 1_000  # rows as in Excel
MAX_SHAPES = 1_000  # where every row looks otherwise, none is worth keeping

_ROOT = re.compile(rb"<((?:\w+:)?)(worksheet|sst)\b[^>]*>")
_split = re.compile(">([^<]+)<").split  # tags and values in turn
# A cell without its value, which stood where "<v/v>" or "<t/t>" now is, and with "#" for the number of its row: the
# letters of its column, its style, its kind, and which of the two.
_CELL = re.compile(
    r'<c r="([A-Z]{1,3})#"(?: s="(\d+)")?(?: t="(s|n|inlineStr)")?'
    r'(?:/>|></c>|>(?:<(v)/v>|<is><(t)(?: xml:space="preserve")?/t></is>'
    r"|<v ?/>|<v></v>|<is><t ?/></is>|<is><t></t></is>)</c>)"  # nothing in it
)
_KINDS = {("s", "v"): "word", ("n", "v"): "number", ("inlineStr", "t"): "text"}
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # a character that XML has no place for, 22.4.2.4
_PRESERVE = ' xml:space="preserve"'


class _Shape(NamedTuple):
    """Where the values of a row belong."""

    values: int
    words: Callable[[list[str]], tuple[str, ...]] | None  # picks the values that are numbers of words
    cells: Callable[[list[str]], tuple[str, ...]]  # picks the cells from the values, "" and the words
    numbers: list[tuple[int, int]]  # column and style of the cells that are numbers


class Workbook:
    """An XLSX that is safe to read. `heights` tells of each sheet about how many rows it has."""

    def __init__(self, path: Path):
        """Raises FileError for what `archive.check_workbook` refuses, or for a workbook that lacks a part."""
        archive.check_workbook(path)
        self.path = path
        with _sentence_for_what_is_broken(), zipfile.ZipFile(path) as file:
            self._links, book = _links(_element(file, "xl/_rels/workbook.xml.rels")), _element(file, "xl/workbook.xml")
            entries = set(file.namelist())
            self._parts = {name: part for name, link in _sheets(book) if (part := self._links.get(link)) in entries}
            self.heights = {name: _height(file, part) for name, part in self._parts.items()}
            self._epoch = MAC_EPOCH if _counts_from_1904(book) else WINDOWS_EPOCH

    def rows(self, sheet: str, only: Asked | None = None) -> Iterator[list[str]]:
        """Gives the cells of each row from the first on, formulas as typed; none of rows that `only` does not ask
        for, and of rows that the file leaves out.

        Raises FileError for a row that is broken.
        """
        last, asked = 0, only(1) if only else repeat(True)
        with _sentence_for_what_is_broken(), self._open(self._parts[sheet]) as file:
            read = _Rows(self._words, self._date_styles, self._epoch)
            for number, row in read.raw(file):
                number = number or last + 1
                if not last < number <= MAX_ROWS:
                    raise FileError(str(SCATTERED))
                yield from ([] for _gap, _asked in zip(range(last + 1, number), asked, strict=False))
                yield read.cells(row, number) if next(asked) else []
                last = number

    @contextmanager
    def _open(self, part: str) -> Iterator[IO[bytes]]:
        with zipfile.ZipFile(self.path) as file, file.open(part) as entry:
            yield entry

    @cached_property
    def _words(self) -> list[str]:
        part = self._links.get("sharedStrings")
        if part is None:
            return []
        with self._open(part) as file:
            return list(_words(file))

    @cached_property
    def _date_styles(self) -> set[int]:
        part = self._links.get("styles")
        with zipfile.ZipFile(self.path) as file:
            return _date_styles(_element(file, part)) if part else set()


class _Rows:
    """Turns the rows of one sheet into text."""

    def __init__(self, words: list[str], date_styles: set[int], epoch: datetime):
        self._words, self._date_styles, self._epoch = words, date_styles, epoch
        self._shapes: dict[str, _Shape | None] = {}
        self._root = b""

    def raw(self, file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
        """Gives the number of each row, 0 where it says none, and the row without its end."""
        for self._root, rows in _blocks(file, b"row"):
            for row in rows:
                row = row[row.rindex(b"<row") :]  # an empty row before it has no end of its own
                yield _number_of(row), row

    def cells(self, row: bytes, number: int) -> list[str]:
        """Returns the cells from the first column on."""
        tags, *rest = _split(row[row.index(b">") + 1 :].decode())
        values, tags = rest[::2], "".join([tags, *rest[1::2]])
        look = tags.replace(f'{number}"', '#"')
        try:
            shape = self._shapes[look]
        except KeyError:
            shape = _shape_of(look)
            if len(self._shapes) < MAX_SHAPES:
                self._shapes[look] = shape
        if shape is None or len(values) != shape.values:
            return self._parsed(row)
        if b"&" in row or b"_x" in row:
            values = list(map(_unescaped, values))
        values.append("")
        if shape.words:
            values += map(self._words.__getitem__, map(int, shape.words(values)))
        cells = list(shape.cells(values))
        for column, style in shape.numbers:
            if style in self._date_styles or len(cells[column]) > 15 or not cells[column].isdigit():
                cells[column] = self._number(cells[column], style)
        return cells

    def _parsed(self, row: bytes) -> list[str]:
        """Reads any row by its XML."""
        cells: list[str] = []
        at = -1
        for cell in ElementTree.fromstring(self._root + row + b"</row></worksheet>")[0]:
            if _tag(cell) != "c":
                continue
            place = cell.get("r")
            at = _column(place.rstrip("0123456789")) if place else at + 1
            if text := self._text(cell):
                cells += [""] * (at + 1 - len(cells))
                cells[at] = text
        return cells

    def _text(self, cell: ElementTree.Element) -> str:
        parts = {_tag(part): part for part in cell}
        if "f" in parts:  # what counts is what somebody typed: the result may be old, empty or a lie
            return f"={parts['f'].text or ''}"
        if "is" in parts:
            return _joined(parts["is"])
        value = (parts["v"].text or "").strip() if "v" in parts else ""
        match cell.get("t", "n") if value else "":
            case "":
                return ""
            case "s":
                return self._words[int(value)]
            case "b":
                return to_text(value in {"1", "true"})
            case "d":
                return value[:10]
            case "n":
                return self._number(value, int(cell.get("s", -1)))
            case _:  # a formula's text, or an error such as #N/A
                return value

    def _number(self, value: str, style: int) -> str:
        if style in self._date_styles:
            try:
                return to_text(from_excel(float(value), self._epoch))
            except (OverflowError, ValueError):  # no day: "-1" shown as a date
                return to_text(float(value))
        return value if len(value) < 16 and value.isdigit() else to_text(float(value))


def _blocks(file: IO[bytes], tag: bytes) -> Iterator[tuple[bytes, list[bytes]]]:
    """Gives the file's opening tag and some elements of this `tag` without their ends, all names without a prefix.

    What stands before an element comes with it. Raises FileError for a file that ends early, or has an endless element.
    """
    piece = file.read(PIECE)
    root = _ROOT.search(piece)
    if root is None:
        raise FileError(str(CUT_OFF))
    prefix, name = root.groups()
    end, tail = b"</" + prefix + tag + b">", b""
    while piece:
        *whole, tail = (tail + piece).split(end)
        if whole:
            yield _unprefixed(root[0], prefix), [_unprefixed(part, prefix) for part in whole] if prefix else whole
        elif len(tail) > LONGEST:
            raise FileError(str(SCATTERED))
        piece = file.read(PIECE)
    if not root[0].endswith(b"/>") and not tail.rstrip().endswith(b"</" + prefix + name + b">"):
        raise FileError(str(CUT_OFF))


def _unprefixed(xml: bytes, prefix: bytes) -> bytes:
    return xml.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</") if prefix else xml


def _number_of(row: bytes) -> int:
    if row.startswith(b'<row r="'):  # as all write it
        return int(row[8 : row.index(b'"', 8)])
    found = re.search(rb'\sr="(\d+)"', row[: row.index(b">")])
    return int(found[1]) if found else 0


def _shape_of(look: str) -> _Shape | None:
    """Returns where the values of rows of this look belong, or None where only a parser can tell."""
    at = 0
    found: list[tuple[int, str | None, int]] = []  # column, kind and style of each value
    while cell := _CELL.match(look, at):
        at = cell.end()
        letters, style, kind, value, text = cell.groups()
        if value or text:
            found.append((_column(letters), _KINDS.get((kind or "n", value or text)), int(style or -1)))
    if at < len(look) or any(kind is None for _column, kind, _style in found):
        return None
    words = [place for place, (_column, kind, _style) in enumerate(found) if kind == "word"]
    empty = len(found)
    places = {
        column: empty + 1 + words.index(place) if kind == "word" else place
        for place, (column, kind, _style) in enumerate(found)
    }
    return _Shape(
        values=len(found),
        words=_picker(words) if words else None,
        cells=_picker([places.get(column, empty) for column in range(max(places, default=-1) + 1)]),
        numbers=[(column, style) for column, kind, style in found if kind == "number"],
    )


def _picker(places: list[int]) -> Callable[[list[str]], tuple[str, ...]]:
    if len(places) > 1:
        return itemgetter(*places)
    return lambda values: tuple(values[place] for place in places)


def _column(letters: str) -> int:
    """Returns the place of a column, from 0. Raises FileError for one far from the others."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    if not 0 < place <= MAX_COLUMNS:
        raise FileError(str(SCATTERED))
    return place - 1


def _words(file: IO[bytes]) -> Iterator[str]:
    for root, items in _blocks(file, b"si"):
        items[0] = items[0][items[0].index(b"<si") :]
        plain = b"".join(items).decode().replace(_PRESERVE, "")
        some = plain.removeprefix("<si><t>").removesuffix("</t>").split("</t><si><t>")
        if plain.count("<") == 3 * len(items) == 3 * len(some):
            yield from map(_unescaped, some) if "&" in plain or "_x" in plain else some
        else:  # words of several letterings, or none at all
            yield from map(_joined, ElementTree.fromstring(root + b"</si>".join([*items, b"</sst>"])))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(_letter, html.unescape(text))


def _letter(escaped: re.Match) -> str:
    """Returns the character meant, or nothing for one that no text of the database can hold."""
    letter = chr(int(escaped[1], 16))
    return "" if letter == "\0" or "\ud800" <= letter <= "\udfff" else letter


def _joined(item: ElementTree.Element) -> str:
    """Returns the text of a string in one or several letterings, without the reading aids of East Asian scripts."""
    runs = [item, *(run for run in item if _tag(run) == "r")]
    text = "".join(part.text or "" for run in runs for part in run if _tag(part) == "t")
    return _ESCAPED.sub(_letter, text)


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _element(file: zipfile.ZipFile, part: str) -> ElementTree.Element:
    """Returns an entry's XML, held whole. Raises FileError for one that is larger than any office's."""
    if file.getinfo(part).file_size > MAX_PART_BYTES:
        raise FileError(str(TOO_LARGE))
    return ElementTree.fromstring(file.read(part))


def _links(links: ElementTree.Element) -> dict[str, str]:
    """Returns the archive's entry for each link of the workbook, by its number and by its kind."""
    found = {}
    for link in links:
        target = link.get("Target", "")
        part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        found[link.get("Id", "")] = found[link.get("Type", "").rpartition("/")[2]] = part
    return found


def _sheets(book: ElementTree.Element) -> Iterator[tuple[str, str]]:
    for element in book.iter():
        if _tag(element) == "sheet":
            link = next((value for key, value in element.items() if key.endswith("}id")), "")
            yield element.get("name", ""), link


def _height(file: zipfile.ZipFile, part: str) -> int:
    """Returns about how many rows a sheet has, by those of its beginning; what it says of itself may be a lie."""
    with file.open(part) as sheet:
        piece = sheet.read(PIECE)
    return piece.count(b"row>") * file.getinfo(part).file_size // max(len(piece), 1)


def _counts_from_1904(book: ElementTree.Element) -> bool:
    return any(_tag(part) == "workbookPr" and part.get("date1904") in {"1", "true"} for part in book)


def _date_styles(styles: ElementTree.Element) -> set[int]:
    """Returns the numbers of the cell styles that show a number as a date."""
    parts = {_tag(part): part for part in styles}
    own = {int(found.get("numFmtId", -1)): found.get("formatCode") for found in parts.get("numFmts", ())}
    formats = (int(style.get("numFmtId", 0)) for style in parts.get("cellXfs", ()))
    return {
        number for number, found in enumerate(formats) if is_date_format(own.get(found) or builtin_format_code(found))
    }


@contextmanager
def _sentence_for_what_is_broken() -> Iterator[None]:
    try:
        yield
    except FileError:
        raise
    except (*BROKEN, ValueError, IndexError) as error:
        raise FileError(str(CUT_OFF)) from error


def to_text(cell) -> str:
    """Returns a cell as a person typed it. A number of 16 digits has lost its last one and shows it (3,17507E+15)."""
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
    return str(cell)
