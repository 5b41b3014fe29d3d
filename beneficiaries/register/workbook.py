"""Reads an XLSX row by row, as text, while it is unpacked: no sheet is ever held whole, only the table of its words.

The cells of a column are mostly written in one form, and so are the rows: the forms that were seen make one pattern
that reads a row at once. A row of any other kind goes to an XML parser. ECMA-376 part 1: 18.3.1 (sheets), 18.4 (shared
strings), 18.8.30 (number formats). Why not a library: docs/adr/0035.
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
MAX_FORMS, MAX_PATTERNS = 600, 50  # where every row looks otherwise, a pattern is not worth making

_ROOT = re.compile(rb"<((?:\w+:)?)(worksheet|sst)\b[^>]*>")
_END = "</row>"
_ROW_NUMBER = re.compile(r'\sr="(\d+)"')
# A cell: the letters of its column, style, kind, and whether a value, a text or nothing is in it.
_CELL = re.compile(
    r'<c r="([A-Z]{1,3})\d+"( s="(\d+)")?( t="(s|n|str|inlineStr)")?'
    r'(?:>(?:(<v>)[^<]*</v>|<is>(<t)(?: xml:space="preserve")?>[^<]*</t></is>)</c>'
    r"|(/>|></c>|><v ?/></c>|><is><t ?/></is></c>))"
)
_VALUE, _TEXT = "><v>([^<]*)</v></c>", '><is><t(?: xml:space="preserve")?>([^<]*)</t></is></c>'
# What a cell holds, and the pattern of it, by the cell's kind and by how its value is written.
_KINDS = {
    ("s", "<v>"): ("word", r"><v>(\d+)</v></c>"),
    ("n", "<v>"): ("number", _VALUE),
    ("", "<v>"): ("number", _VALUE),
    ("str", "<v>"): ("text", _VALUE),
    ("inlineStr", "<t"): ("text", _TEXT),
}
_NO_WORD = "\v-1"  # the number of the last word, which is "", in letters that no XML has
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # a character that XML has no place for, 22.4.2.4
_PRESERVE = ' xml:space="preserve"'


class _Form(NamedTuple):
    """One way in which cells of a column are written. In its pattern, group 1 is the number of the row."""

    column: int
    kind: str  # "word", "number", "text", or "" where nothing is in it
    style: int
    pattern: str


class _Look(NamedTuple):
    """What rows look like: one group for each form, and what is to be done with the groups.

    The values of a row are the groups from the row's number on, "", and the words of the groups that are words.
    """

    match: Callable[[str, int], re.Match[str] | None]
    absent: str  # the group of a form that no cell has
    words: Callable[[list[str]], tuple[str, ...]] | None  # picks the groups that are words
    texts: list[int]
    numbers: list[tuple[int, int, bool]]  # value, style, and whether that shows a date
    same: list[tuple[int, int]]  # values of one column, of which one at most is filled
    cells: Callable[[list[str]], tuple[str, ...]]  # picks the cells from the values


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
        with _sentence_for_what_is_broken(), self._open(self._parts[sheet]) as file:
            read = _Rows(self._words, self._date_styles, self._epoch)
            yield from read.all(file, only(1) if only else repeat(True))

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
            return [*_words(file), ""]

    @cached_property
    def _date_styles(self) -> set[int]:
        part = self._links.get("styles")
        with zipfile.ZipFile(self.path) as file:
            return _date_styles(_element(file, part)) if part else set()


class _Rows:
    """Turns the rows of one sheet into text."""

    def __init__(self, words: list[str], date_styles: set[int], epoch: datetime):
        self._words, self._date_styles, self._epoch = words, date_styles, epoch
        self._forms: set[_Form] = set()
        self._look = _look_of(self._forms, date_styles)
        self._patterns = 0
        self._root = ""

    def all(self, file: IO[bytes], asked: Iterator[bool]) -> Iterator[list[str]]:
        """Gives the cells of each row; none of those that are not asked for or that the file leaves out."""
        last = 0
        for self._root, block in _blocks(file, b"row"):
            escapes, at, size = "&" in block or "_x" in block, 0, len(block)
            while at < size:
                if row := self._look.match(block, at):
                    begin, at, number = at, row.end(), int(row[1])
                else:
                    begin, at, number = _bounds(block, at)
                    row = self._look.match(block, begin) or self._match_anew(block, begin, at)
                    number = number or last + 1
                if not last < number <= MAX_ROWS:
                    raise FileError(str(SCATTERED))
                if number > last + 1:
                    yield from ([] for _gap, _asked in zip(range(last + 1, number), asked, strict=False))
                if not next(asked):
                    yield []
                else:
                    yield self._cells(row, escapes) if row else self._parsed(block[begin:at])
                last = number

    def _cells(self, row: re.Match[str], escapes: bool) -> list[str]:
        """Returns the cells of a row from the first on. `escapes` tells whether "&lt;" or "_x000D_" may occur."""
        _match, absent, words, texts, numbers, same, pick = self._look
        values = [*row.groups(absent), ""]
        if words:
            values += map(self._words.__getitem__, map(int, words(values)))
        for place in texts if escapes or words else ():
            values[place] = "" if values[place] is absent else _unescaped(values[place])
        for place, style, is_date in numbers:
            value = values[place]
            if is_date or len(value) > 15 or not value.isdigit():
                values[place] = "" if value is absent or not value else self._number(value, style)
        for place, other in same:
            values[place] = values[place] or values[other]
        return list(pick(values))

    def _match_anew(self, block: str, at: int, end: int) -> re.Match[str] | None:
        """Adds the forms of this row's cells to the look of rows and tries again; None where only a parser can tell."""
        forms = _forms_of(block, block.index(">", at) + 1, end) - self._forms
        if not forms or self._patterns >= MAX_PATTERNS or len(self._forms) + len(forms) > MAX_FORMS:
            return None
        self._patterns += 1
        self._forms |= forms
        self._look = _look_of(self._forms, self._date_styles)
        return self._look.match(block, at)

    def _parsed(self, row: str) -> list[str]:
        """Reads any row by its XML."""
        cells: list[str] = []
        at = -1
        for cell in ElementTree.fromstring(f"{self._root}{row}</worksheet>")[0]:
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
        value = (parts["v"].text or "") if "v" in parts else ""
        if cell.get("t") == "str":
            return _ESCAPED.sub(_letter, value)
        value = value.strip()
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
            case _:  # an error such as #N/A
                return value

    def _number(self, value: str, style: int) -> str:
        if style in self._date_styles:
            try:
                return to_text(from_excel(float(value), self._epoch))
            except (OverflowError, ValueError):  # no day: "-1" shown as a date
                return to_text(float(value))
        return value if len(value) < 16 and value.isdigit() else to_text(float(value))


def _blocks(file: IO[bytes], tag: bytes) -> Iterator[tuple[str, str]]:
    """Gives the file's opening tag and some whole elements of this `tag`, all names without a prefix.

    What stands before an element comes with it. Raises FileError for a file that ends early, or has an endless element.
    """
    piece = file.read(PIECE)
    root = _ROOT.search(piece)
    if root is None:
        raise FileError(str(CUT_OFF))
    prefix, name = root.groups()
    end, tail = b"</" + prefix + tag + b">", b""
    while piece:
        whole, found, tail = (tail + piece).rpartition(end)
        if found:
            yield _unprefixed(root[0], prefix), _unprefixed(whole + end, prefix)
        elif len(tail) > LONGEST:
            raise FileError(str(SCATTERED))
        piece = file.read(PIECE)
    if not root[0].endswith(b"/>") and not tail.rstrip().endswith(b"</" + prefix + name + b">"):
        raise FileError(str(CUT_OFF))


def _unprefixed(xml: bytes, prefix: bytes) -> str:
    return (xml.replace(b"<" + prefix, b"<").replace(b"</" + prefix, b"</") if prefix else xml).decode()


def _bounds(block: str, at: int) -> tuple[int, int, int]:
    """Returns where the next row begins and ends, and its number, 0 where it says none; the last one ended `at`."""
    end = block.index(_END, at) + len(_END)
    begin = block.rindex("<row", at, end)  # past what stands before it: an empty row has no end of its own
    number = _ROW_NUMBER.search(block, begin, block.index(">", begin))
    return begin, end, int(number[1]) if number else 0


def _forms_of(block: str, at: int, end: int) -> set[_Form]:
    """Returns the forms of the cells of a row; none where a cell has one that only a parser can tell."""
    forms = set()
    while at < end - len(_END):
        cell = _CELL.match(block, at)
        if cell is None:
            return set()
        letters, style, style_number, kind, kind_name, value, text, nothing = cell.groups("")
        known = ("", re.escape(nothing) + "()") if nothing else _KINDS.get((kind_name, value or text))
        if known is None:
            return set()
        begin = rf'<c r="{letters}\1"{style}{kind}'
        forms.add(_Form(_column(letters), known[0], int(style_number or -1), begin + known[1]))
        at = cell.end()
    return forms


def _look_of(forms: set[_Form], date_styles: set[int]) -> _Look:
    """Returns the look of rows in which each cell has one of these forms or is left out."""
    order = sorted(forms)
    columns: dict[int, list[int]] = {}
    groups: dict[str, list[int]] = {"word": [], "number": [], "text": [], "": []}
    for place, form in enumerate(order, 1):  # after the row's number
        columns.setdefault(form.column, []).append(place)
        groups[form.kind].append(place)
    # `?+`: a cell that was read is not read again where a later one does not fit
    cells = "".join(f"(?:{'|'.join(order[place - 1].pattern for place in found)})?+" for found in columns.values())
    empty = len(order) + 1
    words = {place: empty + 1 + number for number, place in enumerate(groups["word"])}  # by group, where its word is
    places = {column: [words.get(place, place) for place in found] for column, found in columns.items()}
    numbers = [(place, order[place - 1].style) for place in groups["number"]]
    return _Look(
        match=re.compile(rf'<row r="(\d+)"[^>]*(?<!/)>{cells}{_END}').match,
        absent=_NO_WORD if groups["word"] else "",
        words=_picker(groups["word"]) if groups["word"] else None,
        texts=groups["text"] + groups[""],
        numbers=[(place, style, style in date_styles) for place, style in numbers],
        same=[(found[0], other) for found in places.values() for other in found[1:]],
        cells=_picker([places.get(column, [empty])[0] for column in range(max(places, default=-1) + 1)]),
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
    for root, block in _blocks(file, b"si"):
        block = block[block.index("<si") :]
        plain = block.replace(_PRESERVE, "")
        some = plain.removeprefix("<si><t>").removesuffix("</t></si>").split("</t></si><si><t>")
        if plain.count("<") == 4 * len(some):
            yield from map(_unescaped, some) if "&" in plain or "_x" in plain else some
        else:  # words of several letterings, or none at all
            yield from map(_joined, ElementTree.fromstring(f"{root}{block}</sst>"))


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
