"""CSV as Excel saves it: UTF-8, UTF-16 with tabs, Windows-1252; what is none of them is refused before it is read."""

import csv
import io
import zipfile

import pytest
from django.core.files.base import ContentFile

from beneficiaries import register
from beneficiaries.models import RegisterImport
from beneficiaries.register import letters
from beneficiaries.register.archive import FileError
from beneficiaries.register.asked import blocks
from beneficiaries.register.columns import HOUSEHOLDS, PEOPLE, columns
from beneficiaries.register.reading import first_table, open_register
from tests import people
from tests.workbooks import household_row, person_row

NAME = "Zoë D’Arcy"
PERSON = person_row(**{"Nama Lengkap": NAME})


def table(sheet: str, *rows, mark: str = ",", end: str = "\r\n") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator=end).writerows([[c.title for c in columns(sheet)], *rows])
    return out.getvalue()


PLAIN = table(PEOPLE, *[person_row()] * 3)


@pytest.fixture
def opened(tmp_path):
    def run(body: bytes, name="anggota.csv"):
        path = tmp_path / name
        path.write_bytes(body)
        return open_register(path)

    return run


@pytest.mark.parametrize(
    ("encoding", "mark", "end"),
    [
        ("utf-8", ",", "\r\n"), ("utf-8-sig", ";", "\r\n"), ("utf-16", "\t", "\r\n"), ("cp1252", ";", "\r\n"),
        ("cp1252", ",", "\n"), ("cp1252", ",", "\r"), ("utf-16", "\t", "\r"),
    ],
)  # fmt: skip
def test_every_way_in_which_excel_saves_text_is_read(opened, encoding, mark, end):
    rows = [person_row()] * 3
    found = opened(table(PEOPLE, *rows, PERSON, mark=mark, end=end).encode(encoding))
    assert [row.cells[2] for row in found.rows(PEOPLE)][-1] == NAME and found.size() == 5
    assert [row.number for row in found.rows(PEOPLE)] == [2, 3, 4, 5]


def test_utf_16_of_the_other_order(opened):
    body = b"\xfe\xff" + table(PEOPLE, PERSON, mark="\t").encode("utf-16-be")
    assert next(opened(body).rows(PEOPLE)).cells[2] == NAME


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_only_the_last_letter_tells(opened, monkeypatch, encoding):
    monkeypatch.setattr(letters, "PIECE", 7)  # letters of several bytes lie across the pieces
    found = opened(table(PEOPLE, *[person_row()] * 200, PERSON).encode(encoding))
    assert [row.cells[2] for row in found.rows(PEOPLE)][-1] == NAME


@pytest.mark.parametrize(
    ("body", "row"),
    [
        (PLAIN.encode() + b"a,\x81\r\n", 5),  # no letter of Windows
        (PLAIN.encode() + "Zoë\n".encode() + b"\x93,\n", 6),  # of both: it would be read as nonsense
        (b"\xef\xbb\xbf" + PLAIN.encode() + b"\xeb,\n", 5),  # says that it is UTF-8, and is not
        (PLAIN.encode("utf-16") + b"\x00", 5),  # cut off within a letter
    ],
)
def test_what_is_none_of_them_is_refused_before_a_row_is_read(opened, body, row):
    with pytest.raises(FileError, match=f"baris {row} .*UTF-8"):
        opened(body)


def test_both_readers_and_both_files_know_the_letters(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        address = household_row(**{"Alamat": "Gang “Melati” 1"})
        file.writestr("keluarga.csv", table(HOUSEHOLDS, address, mark=";").encode("cp1252"))
        file.writestr("anggota.csv", table(PEOPLE, *[person_row()] * 2_000, PERSON).encode("utf-8"))
    found = open_register(path)
    assert next(found.rows(HOUSEHOLDS)).cells[5] == "Gang “Melati” 1"
    both = [row for turn in (0, 1) for row in found.rows(PEOPLE, blocks(turn))]
    assert sorted(both) == list(found.rows(PEOPLE)) and max(both).cells[2] == NAME


def test_a_list_of_another_office_too(tmp_path):
    path = tmp_path / "desil.csv"
    for encoding in ("cp1252", "utf-16"):
        path.write_bytes("NIK;Nama;Desil\n1;Zoë;2\n".encode(encoding))
        assert list(first_table(path))[1] == ["1", "Zoë", "2"]


@pytest.mark.django_db
def test_unicode_text_of_excel_can_be_uploaded():
    body = table(PEOPLE, PERSON, mark="\t").encode("utf-16")
    made = register.receive(file=ContentFile(body), filename="Anggota.txt", by=people.ani())
    register.inspect(job=made.job, pulse=_Silent())
    assert RegisterImport.objects.get().preview["people"]["refused"] == 1  # its KK is nowhere, but it was read


class _Silent:
    def report(self, *_):
        pass
