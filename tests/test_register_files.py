"""Files that are broken, hostile, or odd: refused with a sentence, or reported row by row; nothing half done."""

import io
import zipfile
from itertools import islice

import pytest
from django.core.files.base import ContentFile

from bansos.jobs import JobError
from beneficiaries import register
from beneficiaries.models import Household, RegisterImport
from beneficiaries.register import archive, asked, reading
from beneficiaries.register.archive import FileError
from beneficiaries.register.columns import HOUSEHOLDS, PEOPLE, columns
from beneficiaries.register.reading import open_register
from tests import people
from tests.workbooks import SAMPLE, household_row, person_row, rezipped, workbook

TITLES = {sheet: [column.title for column in columns(sheet)] for sheet in (HOUSEHOLDS, PEOPLE)}
GOOD = workbook([household_row()], [person_row()])


@pytest.fixture
def opened(tmp_path):
    def run(body: bytes, name="register.xlsx"):
        path = tmp_path / name
        path.write_bytes(body)
        return open_register(path)

    return run


def sheet_xml(change):
    """Returns GOOD with the people's sheet changed as text."""
    return rezipped(
        GOOD, lambda name, data: change(data.decode()).encode() if name == "xl/worksheets/sheet2.xml" else data
    )


def renamed(body: bytes, *sheets: str) -> bytes:
    """Returns the workbook with these sheets under names of no meaning."""

    def change(name: str, data: bytes) -> bytes:
        for sheet in sheets if name == "xl/workbook.xml" else ():
            data = data.replace(f'"{sheet}"'.encode(), f'"Lembar {len(sheet)}"'.encode())
        return data

    return rezipped(body, change)


def without(sheet: str, title: str) -> bytes:
    return workbook(headings={sheet: [t for t in TITLES[sheet] if t != title]})


def zipped(**entries: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, body in entries.items():
            file.writestr(name.replace("__", "/"), body)
    return out.getvalue()


def lying(body: bytes) -> bytes:
    """Returns the archive with its sheets' sizes understated in the directory."""
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        size = file.getinfo("xl/worksheets/sheet2.xml").file_size
    return body.replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little"))


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "kosong"),
        (b"%PDF-1.7 " + bytes(100), "bukan lembar kerja"),
        (b"halo dunia\n1,2,3\n", "bukan lembar kerja"),
        (zipped(word__document=b"x"), "bukan lembar kerja"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "kata sandi"),
        (GOOD[: len(GOOD) // 2], "terpotong"),
        (GOOD[:-40], "terpotong"),
        (lying(GOOD), "terpotong"),
        (rezipped(GOOD, lambda n, d: d[: len(d) // 2] if "sheet2" in n else d), "terpotong"),
        (rezipped(GOOD, lambda n, d: b"<a" if n == "xl/workbook.xml" else d), "terpotong"),
        (
            renamed(workbook([household_row()], headings={PEOPLE: ["Rekap", "Jumlah"]}), PEOPLE),
            "Lembar Anggota tidak ada",
        ),
        (without(PEOPLE, "NIK"), "Kolom NIK tidak ada di lembar Anggota"),
        (without(HOUSEHOLDS, "Desil DTSEN"), "Kolom Desil DTSEN tidak ada di lembar Keluarga"),
        (workbook(headings={PEOPLE: [*TITLES[PEOPLE], "nama  lengkap"]}), "Kolom Nama Lengkap ada dua kali"),
        (zipped(**{"xl__workbook.xml": b"<a/>"}), "terpotong"),
        (sheet_xml(lambda x: x.replace('r="A2"', 'r="XFD2"')), "jauh dari tabel"),
        (sheet_xml(lambda x: x.replace('<row r="2"', '<row r="1048577"')), "jauh dari tabel"),
        ("NIK;Nomor KK;Nama Lengkap\n".encode("utf-16"), "bukan lembar kerja"),
        (",".join(TITLES[PEOPLE]).encode() + b"\n\xff\x81,1\n", "UTF-8"),
    ],
)
def test_a_bad_file_is_refused_with_a_sentence(opened, body, sentence):
    with pytest.raises(FileError, match=sentence):
        for sheet in (HOUSEHOLDS, PEOPLE):
            list(opened(body).rows(sheet))


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0"])
def test_a_row_of_spaces_is_no_row(opened, blank):
    """Left by somebody who emptied cells with the space bar."""
    spaces = [blank] * len(TITLES[PEOPLE])
    body = workbook([household_row()], [spaces, person_row(), ["", *spaces[1:]]])
    assert [row.number for row in opened(body).rows(PEOPLE)] == [3]


def test_a_row_far_below_is_read_where_it_stands(opened):
    body = sheet_xml(lambda xml: xml.replace('<row r="2"', '<row r="1048576"'))
    assert [row.number for row in opened(body).rows(PEOPLE)] == [1_048_576]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(opened, settings, monkeypatch):
    bomb = rezipped(GOOD, lambda name, data: data + b" " * 20_000_000 if "sheet2" in name else data)
    assert len(bomb) < 100_000
    many = zipped(**{f"a{number}": b"" for number in range(archive.MAX_ENTRIES + 1)})
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("unpacked"))
    with pytest.raises(FileError, match="terlalu besar"):
        opened(bomb)
    settings.REGISTER_MAX_UNPACKED_BYTES = 1000
    with pytest.raises(FileError, match="terlalu besar"):
        opened(GOOD)
    with pytest.raises(FileError, match="terlalu besar"):
        opened(many)


def test_columns_are_found_by_name_in_any_order_with_others_between(opened):
    turned = [*reversed(TITLES[PEOPLE]), "Catatan"]
    body = workbook(people=[[*reversed(person_row()), "x"]], headings={PEOPLE: turned})
    assert [row.cells for row in opened(body).rows(PEOPLE)] == [person_row()]


def test_a_formula_is_what_was_typed_not_its_result(opened):
    def formula(xml: str) -> str:
        import re

        return re.sub(r'<c r="C2"[^>]*>.*?</c>', '<c r="C2"><f>1&amp;"x"</f><v>Citra</v></c>', xml)

    assert next(opened(sheet_xml(formula)).rows(PEOPLE)).cells[2] == '=1&"x"'


def test_empty_rows_are_skipped_and_rows_keep_their_numbers(opened):
    rows = opened(workbook(people=[person_row(), [""] * 15, person_row()])).rows(PEOPLE)
    assert [row.number for row in rows] == [2, 4]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_a_lone_csv_is_known_by_its_heading(opened, mark):
    body = "\ufeff" + mark.join(TITLES[PEOPLE]) + "\r\n" + mark.join(person_row()) + "\r\n\r\n"
    assert [row.cells for row in opened(body.encode(), "a.csv").rows(PEOPLE)] == [person_row()]


@pytest.mark.parametrize("odd", ['"Achmad', '"Ach"mad"', "x" * 140_000])
def test_a_row_that_breaks_a_csv_is_named(opened, odd):
    row = ",".join([*person_row()[:2], odd, *person_row()[3:]])
    body = "\r\n".join([",".join(TITLES[PEOPLE]), *[",".join(person_row())] * 3, row, ",".join(person_row()), ""])
    with pytest.raises(FileError, match="Baris 5 rusak atau terpotong"):
        list(opened(body.encode(), "a.csv").rows(PEOPLE))


def test_sheets_are_known_in_any_case(opened):
    body = rezipped(GOOD, lambda n, d: d.replace(b'"Anggota"', b'"ANGGOTA "') if "workbook.xml" in n else d)
    assert [row.cells for row in opened(body).rows(PEOPLE)] == [person_row()]


@pytest.mark.parametrize("names", [[PEOPLE], [HOUSEHOLDS, PEOPLE]])
def test_sheets_of_other_names_are_known_by_their_headings(opened, names):
    found = opened(renamed(GOOD, *names))
    assert [[row.cells for row in found.rows(sheet)] for sheet in (HOUSEHOLDS, PEOPLE)] == [
        [household_row()], [person_row()]
    ]  # fmt: skip


def test_a_lone_sheet_of_another_name_is_one_of_ours(opened):
    other = workbook(people=[person_row()], headings={HOUSEHOLDS: ["Rekap", "Jumlah"]})
    found = opened(renamed(other, HOUSEHOLDS, PEOPLE))
    assert not list(found.rows(HOUSEHOLDS)) and [row.cells for row in found.rows(PEOPLE)] == [person_row()]


def test_a_sheet_that_could_be_both_is_foreign(opened):
    both = workbook(people=[["x"] * 40], headings={HOUSEHOLDS: [], PEOPLE: [*TITLES[PEOPLE], *TITLES[HOUSEHOLDS][1:]]})
    with pytest.raises(reading.OtherHeadings):
        opened(renamed(both, HOUSEHOLDS, PEOPLE))


def test_a_zip_with_a_workbook_is_told_what_a_zip_holds(opened):
    with pytest.raises(FileError, match="XLSX diunggah tanpa ZIP"):
        opened(zipped(register__xlsx=GOOD), "a.zip")


@pytest.mark.parametrize(
    ("lines", "plain"),
    [
        (["a,b", '"a, b",c', '"a ""b"" c",d', '"",e', ""], True),
        (["a,b", '"dua\nbaris",c', "d,e"], False),
        (["a,b", '"dua\rbaris",c', "d,e"], False),
        (["a,b", 'a"b,"c', 'd",e"f', "g,h"], False),  # as many quotes in each line, and yet one row of two lines
        (["a,b", "x" * 100_000 + ",c"], False),
    ],
)
def test_two_readers_of_a_csv_read_what_one_does(opened, monkeypatch, lines, plain):
    monkeypatch.setattr(asked, "BLOCK", 1), monkeypatch.setattr(asked, "TURNS", 2)
    monkeypatch.setattr(reading, "TOP", 1)
    assert reading._is_plain([f"{line}\r\n" for line in "\n".join(lines).split("\n")], ",") is plain
    cells = ["" for _title in TITLES[PEOPLE][2:]]
    body = "\r\n".join([",".join(TITLES[PEOPLE]), *(",".join([line, *cells]) if line else "" for line in lines)])
    register = opened(body.encode(), "a.csv")
    alone = list(register.rows(PEOPLE))
    both = [row for turn in (0, 1) for row in register.rows(PEOPLE, asked.blocks(turn))]
    assert sorted(both) == alone and len(alone) >= 2


@pytest.mark.django_db
def test_a_csv_that_breaks_off_leaves_nothing(tmp_path):
    for name in ("keluarga.csv", "anggota.csv"):
        (tmp_path / name).write_bytes((SAMPLE / name).read_bytes())
    (tmp_path / "anggota.csv").write_bytes((SAMPLE / "anggota.csv").read_bytes()[:200_000] + b',"terbuka')
    with pytest.raises(FileError, match="terpotong"):
        register.import_file(path=tmp_path)
    assert not Household.objects.exists()


@pytest.mark.django_db
def test_an_upload_that_cannot_be_read_says_why_and_is_forgotten(django_capture_on_commit_callbacks):
    made = register.receive(file=ContentFile(GOOD[:-40]), filename="../register.xlsx", by=people.ani())
    with pytest.raises(JobError, match="terpotong"):
        register.inspect(job=made.job, pulse=None)
    made = RegisterImport.objects.get()
    assert (made.status, made.filename, bool(made.file)) == (made.Status.DITOLAK, "register.xlsx", False)
    assert "terpotong" in made.refusal


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "name"), [(b"", "a.xlsx"), (b"x", "a.xlsx"), (GOOD, "a.csv"), (GOOD, "a.exe"), (b"%PDF", "a.pdf")]
)
def test_what_is_plainly_no_register_is_not_even_stored(body, name):
    with pytest.raises(register.RegisterError):
        register.receive(file=ContentFile(body), filename=name, by=people.ani())
    assert not RegisterImport.objects.exists()


@pytest.mark.django_db
def test_too_large_an_upload(settings):
    settings.REGISTER_MAX_BYTES = 10
    with pytest.raises(register.RegisterError, match="terlalu besar"):
        register.receive(file=ContentFile(GOOD), filename="a.xlsx", by=people.ani())


@pytest.mark.parametrize("first", [1, 2, 999, 1_000, 1_001, 8_999, 9_000, 12_345])
def test_each_row_is_asked_of_one_of_two_readers_wherever_one_begins(first):
    mine, others = (list(islice(asked.blocks(turn)(first), 20_000)) for turn in (0, 1))
    assert [not theirs for theirs in others] == mine
    assert mine == list(islice(asked.blocks(0)(1), first - 1, first - 1 + 20_000))
    assert list(islice(asked.among({first + 1})(first), 3)) == [False, True, False]
