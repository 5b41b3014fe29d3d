"""XLSX of every maker read as openpyxl reads it, in pieces of any size, and odd rows by their XML."""

import io
import random
import tracemalloc
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from beneficiaries.register import workbook
from beneficiaries.register.archive import FileError
from beneficiaries.register.asked import among
from beneficiaries.register.workbook import Workbook, to_text
from tests.workbooks import SAMPLE, rezipped

TEXTS = ["Siti", "a & b < c > d", " dua  spasi ", "baris\nbaru", "“kutip”", "3175070101209001", ">", "é😀", "0", ""]
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
)


def table(seed: int) -> list[list]:
    """Rows of texts, numbers, dates and gaps, as an office might have them."""
    dice = random.Random(seed)
    makers = [
        lambda: dice.choice(TEXTS), lambda: dice.randrange(10**9), lambda: dice.choice([1.5, 0.1, -3, 1e-7, 36.0]),
        lambda: date(1900 + dice.randrange(130), 3, 1 + dice.randrange(28)), lambda: dice.random() < 0.5,
        lambda: None, lambda: datetime.fromisoformat("2026-07-01T10:30"), lambda: dice.randrange(10**15, 10**17),
    ]  # fmt: skip
    plain = [dice.choice(makers[:2]) for _column in range(6)]  # most rows are alike
    odd = [[dice.choice(makers)() for _column in range(dice.randrange(9))] for _row in range(40)]
    return [["Judul", "Kedua"], *([make() for make in plain] for _row in range(80)), *odd, [None], ["akhir"]]


def by_openpyxl(rows, *, write_only: bool) -> bytes:
    book = openpyxl.Workbook(write_only=write_only)
    sheet = book.create_sheet("Isi") if write_only else book.active
    sheet.title = "Isi"
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def by_xlsxwriter(rows, *, constant_memory: bool, old_days: bool = False) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": constant_memory, "date_1904": old_days}) as book:
        day, money = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_format({"num_format": '"Rp" #,##0'})
        sheet = book.add_worksheet("Isi")
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(number, place, cell, day)
                else:
                    sheet.write(number, place, cell, money if place % 2 else None)
    return out.getvalue()


MAKERS = {
    "openpyxl": lambda rows: by_openpyxl(rows, write_only=False),
    "inline": lambda rows: by_openpyxl(rows, write_only=True),
    "xlsxwriter": lambda rows: by_xlsxwriter(rows, constant_memory=False),
    "constant": lambda rows: by_xlsxwriter(rows, constant_memory=True),
    "1904": lambda rows: by_xlsxwriter(rows, constant_memory=False, old_days=True),
}


@pytest.fixture
def opened(tmp_path):
    def run(body: bytes) -> Workbook:
        path = tmp_path / "isi.xlsx"
        path.write_bytes(body)
        return Workbook(path)

    return run


def as_read_by_openpyxl(body: bytes) -> list[list[str]]:
    sheet = openpyxl.load_workbook(io.BytesIO(body))["Isi"]
    return trimmed(["" if cell is None else text_of(cell) for cell in row] for row in sheet.values)


def text_of(cell) -> str:
    return cell if isinstance(cell, str) else to_text(cell)


def trimmed(rows) -> list[list[str]]:
    """The rows without empty cells at their end, and without empty rows at the end of all."""
    kept = []
    for row in rows:
        cells = list(row)
        while cells and not cells[-1]:
            cells.pop()
        kept.append(cells)
    while kept and not kept[-1]:
        kept.pop()
    return kept


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("piece", [700, 1 << 18])
def test_a_workbook_reads_as_openpyxl_reads_it(opened, monkeypatch, maker, piece):
    monkeypatch.setattr(workbook, "PIECE", piece)
    for seed in range(4):
        body = MAKERS[maker](table(seed))
        assert trimmed(opened(body).rows("Isi")) == as_read_by_openpyxl(body)


@pytest.mark.parametrize("maker", MAKERS)
def test_rows_that_are_alike_read_as_by_their_xml(opened, monkeypatch, maker):
    body = MAKERS[maker](table(7))
    parsed = []
    monkeypatch.setattr(workbook._Rows, "_parsed", lambda self, row: parsed.append(row) or [])
    alike = list(opened(body).rows("Isi"))
    assert len(parsed) < len(alike) // 2
    monkeypatch.undo()
    monkeypatch.setattr(workbook, "_forms_of", lambda *row: set())
    by_xml = trimmed(opened(body).rows("Isi"))
    monkeypatch.undo()
    assert trimmed(opened(body).rows("Isi")) == by_xml == as_read_by_openpyxl(body)


def test_the_sample_reads_as_openpyxl_reads_it(tmp_path):
    path = SAMPLE / "register.xlsx"
    if not path.exists():
        path = tmp_path / "register.xlsx"
        path.write_bytes(by_openpyxl(table(3), write_only=True))
    book = openpyxl.load_workbook(path, read_only=True)
    for sheet in Workbook(path).heights:
        theirs = (["" if cell is None else text_of(cell) for cell in row] for row in book[sheet].values)
        assert trimmed(Workbook(path).rows(sheet)) == trimmed(theirs)
    book.close()


def with_sheet(xml: str) -> bytes:
    """Returns a workbook whose sheet is this XML, with the shared strings "nol" and "satu", and dates as style 2."""
    day = [["nol", "satu", date(2026, 7, 1)]]
    body = by_xlsxwriter(day, constant_memory=False)
    return rezipped(body, lambda name, data: xml.encode() if name == "xl/worksheets/sheet1.xml" else data)


def sheet_of(rows: str) -> str:
    return f"{HEAD}><sheetData>{rows}</sheetData></worksheet>"


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ("", []),
        ('<row r="1"/><row r="3"><c r="B3" t="s"><v>1</v></c></row>', [[], [], ["", "satu"]]),
        ('<row r="2" spans="1:2"/>', []),
        ("<row><c><v>5</v></c><c/><c t='s'><v>0</v></c></row><row><c><v>6</v></c></row>", [["5", "", "nol"], ["6"]]),
        ('<row spans="1:1" r="2"><c r="A2"><v> 7 </v></c></row>', [[], ["7"]]),
        ('<row r="1"><c r="A1" s="2"><v>46204</v></c><c r="B1" s="2" t="s"><v>0</v></c></row>',
         [["2026-07-01", "nol"]]),
        ('<row r="1"><c r="A1" s="2"><v>1000000000000</v></c></row>', [["1000000000000"]]),
        ('<row r="1"><c r="A1" s="1"/><c r="B1"><v/></c><c r="C1"><v></v></c></row>', [[]]),
        ('<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f t="shared" si="0"/><v>3</v></c></row>',
         [["=1+1", "="]]),
        ('<row r="1"><c r="A1" t="str"><f>"a"&amp;B1</f><v>x</v></c></row>', [['="a"&B1']]),
        ('<row r="1"><c r="A1" t="e"><v>#N/A</v></c><c r="B1" t="b"><v>1</v></c></row>', [["#N/A", "Ya"]]),
        ('<row r="1"><c r="A1" t="d"><v>2026-07-01T00:00:00</v></c></row>', [["2026-07-01"]]),
        ('<row r="1"><c r="A1"><v>3175070101209001</v></c><c r="B1"><v>3.17507E+15</v></c></row>',
         [["3,17507E+15", "3,17507E+15"]]),
        ('<row r="1"><c r="A1" t="inlineStr"><is><r><t>Si</t></r><r><t>ti</t></r><rPh><t>x</t></rPh></is></c></row>',
         [["Siti"]]),
        ('<row r="1"><c r="A1" t="inlineStr"><is><t>a_x0000_b_xD800_c_x0041_</t></is></c></row>', [["abcA"]]),
        ('<row r="12"><c r="A12" s="12" t="s"><v>1</v></c><c r="B12" t="s"><v>12</v></c></row>', None),
        ('<row r="1"><c r="A1" t="s"><v>99</v></c><c r="B1" t="s"><v>0</v></c></row>', None),
        ('<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>', None),
        ('<row r="1"><c r="A1"><v>1</v></b></row>', None),
        ('<row r="1"><c r="A1"><v>1</></c><c r="B1"><v>2</v></c></row>', None),
    ],
)  # fmt: skip
def test_an_odd_row_is_read_by_its_xml(opened, rows, wanted):
    book = opened(with_sheet(sheet_of(rows)))
    if wanted is None:
        with pytest.raises(FileError):
            list(book.rows("Isi"))
    else:
        assert trimmed(book.rows("Isi")) == trimmed(wanted)


def test_names_with_a_prefix_are_read_too(opened):
    prefixed = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
        '<x:row r="1"><x:c r="A1" t="s"><x:v>0</x:v></x:c><x:c r="B1"><x:f>1</x:f></x:c></x:row>'
        '<x:row r="2"><x:c r="A2" t="s"><x:v>1</x:v></x:c><x:c r="B2"><x:v>8</x:v></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    assert list(opened(with_sheet(prefixed)).rows("Isi")) == [["nol", "=1"], ["satu", "8"]]


def test_a_sheet_without_rows(opened):
    assert list(opened(with_sheet(f"{HEAD}><sheetData/></worksheet>")).rows("Isi")) == []


def test_words_in_several_letterings(opened, tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Isi"
    book.active.append(["polos", CellRichText("Si", TextBlock(InlineFont(b=True), "ti & "), "_x0041_")])
    book.save(tmp_path / "a.xlsx")
    assert list(opened((tmp_path / "a.xlsx").read_bytes()).rows("Isi")) == [["polos", "Siti & A"]]


def test_a_text_that_looks_like_an_escaped_letter_stays_so(opened):
    for maker in ("xlsxwriter", "constant"):
        assert list(opened(MAKERS[maker]([["_x0041_", "b"]])).rows("Isi")) == [["_x0041_", "b"]]


def test_rows_not_asked_for_are_not_read(opened, monkeypatch):
    book = opened(MAKERS["openpyxl"]([["a", "b"], ["c", "d"], ["e", "f"]]))
    monkeypatch.setattr(workbook._Rows, "_cells", lambda self, row, escapes: ["read"])
    assert list(book.rows("Isi", only=among({2}))) == [[], ["read"], []]


@pytest.mark.parametrize("limits", [{"MAX_PATTERNS": 1}, {"MAX_FORMS": 3}])
def test_many_kinds_of_rows_are_read_all_the_same(opened, monkeypatch, limits):
    """Once there are too many forms of cells, the rows that have others are parsed."""
    for name, value in limits.items():
        monkeypatch.setattr(workbook, name, value)
    body = MAKERS["xlsxwriter"](table(5))
    assert trimmed(opened(body).rows("Isi")) == as_read_by_openpyxl(body)


def test_a_column_of_several_forms_and_cells_left_out(opened):
    """As an office has them: rows in colours, numbers that somebody typed as text, texts of a program for the web."""
    rows = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>1</v></c><c r="D1" t="str"><v> a&amp;b </v></c></row>'
        '<row r="2"><c r="A2" s="1" t="s"><v>1</v></c><c r="B2" t="s"><v>0</v></c></row>'
        '<row r="3"><c r="B3" s="2"><v>46204</v></c><c r="D3" t="inlineStr"><is><t>c&lt;d</t></is></c></row>'
        '<row r="4"><c r="B4" s="1"/><c r="C4" t="s"><v>1</v></c></row>'
        '<row r="5"><c r="D5"><v>7</v></c><c r="A5" t="s"><v>0</v></c></row>'
        '<row r="6"><c r="A6" t="s"><v>0</v></c></row>'
    )
    assert trimmed(opened(with_sheet(sheet_of(rows))).rows("Isi")) == [
        ["nol", "1", "", " a&b "], ["satu", "nol"], ["", "2026-07-01", "", "c<d"], ["", "", "satu"],
        ["nol", "", "", "7"], ["nol"],
    ]  # fmt: skip


def test_a_sheet_is_never_held_whole(opened):
    """Ten times the rows need no more memory: only the table of words is kept."""
    peaks = []
    for rows in (2_000, 20_000):
        book = opened(MAKERS["xlsxwriter"]([["nama", "jumlah", number % 100] for number in range(rows)]))
        tracemalloc.start()
        assert sum(1 for _row in book.rows("Isi")) == rows
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 2 * peaks[0] + 1_000_000


def test_about_how_many_rows_there_are_is_known_at_once(opened):
    book = opened(MAKERS["inline"]([["nama", number] for number in range(30_000)]))
    assert 24_000 < book.heights["Isi"] < 36_000


@pytest.mark.parametrize("entry", ["xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"])
def test_a_part_that_is_too_large_or_broken_is_refused(opened, monkeypatch, entry):
    body = MAKERS["xlsxwriter"]([["a", date(2026, 7, 1)]])
    with pytest.raises(FileError, match="terpotong"):
        list(opened(rezipped(body, lambda name, data: data[:-30] if name == entry else data)).rows("Isi"))
    if entry != "xl/sharedStrings.xml":
        monkeypatch.setattr(workbook, "MAX_PART_BYTES", 100)
        with pytest.raises(FileError, match="terlalu besar"):
            list(opened(body).rows("Isi"))


def test_an_endless_row_is_refused_early(opened, monkeypatch):
    monkeypatch.setattr(workbook, "LONGEST", 1_000)
    monkeypatch.setattr(workbook, "PIECE", 300)
    with pytest.raises(FileError, match="jauh dari tabel"):
        list(opened(with_sheet(sheet_of('<row r="1">' + '<c r="A1"><v>1</v></c>' * 1_000))).rows("Isi"))


def test_a_sheet_that_is_listed_but_not_there_is_left_out(tmp_path):
    body = MAKERS["openpyxl"]([["a"]])
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(path, "w") as new:
        for entry in old.infolist():
            if entry.filename != "xl/worksheets/sheet1.xml":
                new.writestr(entry.filename, old.read(entry))
    assert Workbook(path).heights == {}
