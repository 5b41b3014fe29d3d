"""How a foreign file's columns become ours: a plain plan of sheets, headings, fixed cells and words. Pure.

A plan is JSON: for each of our sheets `{"from": their sheet, "columns": {our title: their heading}, "fixed": {our
title: text}, "for_all": [our title], "words": {our title: {their word: our word}}}`. A fixed text is for families and
people that are new, or for all of them (`for_all`, see `standing`). It is made on the mapping page and kept by office.
"""

import hashlib
import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from functools import cache
from typing import NamedTuple

from beneficiaries.register.columns import HOUSEHOLDS, PEOPLE, Column, columns

SHEETS = (HOUSEHOLDS, PEOPLE)
YES_NO = ("Ya", "Tidak")  # what columns of yes and no offer
LIKE = 0.82  # of a heading to one of ours: "Nama Lngkp" still is "Nama Lengkap"
# Nobody can say these for all rows at once.
PLACE = {"kelurahan", "rw", "rt"}  # an empty one is no fault of the cell, yet no place either
NEVER_FIXED = {"kk", "nik", "name", "born_on"}
# Headings of SIKS-NG, DTSEN, Carik and the usual BNBA lists for our titles (shared/domain.md 1.1, 1.2).
SYNONYMS = {
    "Nomor KK": "no kk,nokk,nomor kartu keluarga,no kartu keluarga,kk,nkk",
    "NIK": "no nik,nomor nik,no ktp,nomor ktp,nik ktp,nik art,nik individu",
    "Nama Lengkap": "nama,nama art,nama anggota,nama krt,nama kpm,nama penerima,nama individu,nama sesuai ktp",
    "Tempat Lahir": "tmp lahir,tmpt lahir,tpt lahir",
    "Tanggal Lahir": "tgl lahir,tanggal lhr,tgllahir,lahir",
    "Jenis Kelamin": "jk,jenkel,kelamin,l p,sex,jns kelamin",
    "Hubungan Keluarga": "shdk,hubungan,status hubungan dalam keluarga,hubungan dengan krt,hub krt,hub keluarga",
    "Status Kawin": "status perkawinan,kawin,sta kawin,status pernikahan",
    "Pendidikan": "ijazah,ijazah tertinggi,jenjang pendidikan,pendidikan terakhir",
    "Pekerjaan": "jenis pekerjaan,lapangan usaha,status pekerjaan",
    "Penghasilan per Bulan": "penghasilan,pendapatan,pendapatan per bulan,pendapatan bulanan,penghasilan bulanan,gaji",
    "Disabilitas": "jenis disabilitas,cacat,penyandang disabilitas",
    "Penyakit Kronis": "penyakit menahun,penyakit kronis menahun",
    "Hamil": "status kehamilan,kehamilan",
    "Masih Sekolah": "partisipasi sekolah,sekolah,bersekolah",
    "Kode Kelurahan": "kelurahan,kode kel,kode desa,desa kelurahan,nama kelurahan,kel,kode wilayah",
    "Kelurahan": "nama kelurahan,desa kelurahan,kel",
    "RW": "no rw,nomor rw,rt rw,rw rt",
    "RT": "no rt,nomor rt,rt rw,rw rt",
    "Alamat": "alamat lengkap,alamat rumah,jalan,alamat domisili,alamat ktp",
    "Nomor HP": "no hp,hp,telepon,no telepon,no telp,handphone,nomor telepon,wa",
    "Status Tempat Tinggal": "status bangunan,sta bangunan,status kepemilikan,status kepemilikan bangunan,status rumah,"
    "status kepemilikan rumah,penguasaan bangunan",
    "Luas Lantai (m2)": "luas lantai,luas bangunan,luas rumah",
    "Jenis Lantai": "lantai,lantai terluas,jenis lantai terluas",
    "Jenis Dinding": "dinding,dinding terluas,jenis dinding terluas",
    "Fasilitas BAB": "fasbab,fas bab,fasilitas tempat buang air besar,jamban,kepemilikan jamban,bab",
    "Sumber Air Minum": "air minum,sumber air,sumber air minum utama",
    "Daya Listrik (VA)": "daya listrik,daya,daya terpasang,listrik",
    "Bahan Bakar Masak": "bahan bakar,bb masak,bahan bakar memasak,bahan bakar utama memasak",
    "Desil DTSEN": "desil,desil nasional,peringkat desil,desil kesejahteraan",
    "Tanggal Desil": "tgl desil,tanggal pemutakhiran,tgl pemutakhiran,periode desil",
    "Menerima PKH": "pkh,bansos pkh,penerima pkh",
    "Menerima Sembako": "sembako,bpnt,bansos sembako,penerima sembako,program sembako",
    "Pengeluaran per Bulan": "pengeluaran,konsumsi per bulan",
}


class Heading(NamedTuple):
    """One column of a foreign file: its sheet, its title, and a few cells to look at."""

    sheet: str
    title: str
    samples: list[str]


class PlanError(ValueError):
    """The plan leaves columns open; `columns` are our titles."""

    def __init__(self, open_columns: list[str]):
        super().__init__(*open_columns)
        self.columns = open_columns


def folded(title: str) -> str:
    """Returns a heading as it is compared: letters and digits in lower case, one space between words."""
    return " ".join("".join(c if c.isalnum() else " " for c in title.casefold()).split())


def told_apart(titles: Iterable[str]) -> list[str]:
    """Returns headings of which none is there twice: the second "Nama" is "Nama (2)". Empty ones stay."""
    found: list[str] = []
    known = {""}
    for title in titles:
        name, number = title, 1
        while folded(name) in known and folded(title):
            number += 1
            name = f"{title} ({number})"
        known.add(folded(name))
        found.append(name)
    return found


def fingerprint(sheets: dict[str, list[str]]) -> str:
    """Returns what makes next month's file the same as this one: the SHA-256 of its sheets' headings."""
    text = "\n".join(f"{sheet}\t" + "\t".join(folded(title) for title in titles) for sheet, titles in sheets.items())
    return hashlib.sha256(text.encode()).hexdigest()


def names_of(title: str, *more: str) -> tuple[str, ...]:
    """Returns the folded headings under which other offices have a column of ours, its own title first."""
    return (folded(title), *filter(None, SYNONYMS.get(title, "").split(",")), *more)


@cache
def known_headings() -> frozenset[str]:
    """Returns every folded heading under which we know a column."""
    return frozenset(name for sheet in SHEETS for column in columns(sheet) for name in names_of(column.title))


def named(cells: Iterable[str]) -> int:
    """Returns how many of these cells are headings that we know."""
    return sum(folded(cell) in known_headings() for cell in cells)


def above_heading(rows: Iterable[list[str]]) -> int:
    """Returns how many of a table's first rows stand above its heading: titles, periods, empty ones.

    The heading is the row that names the most of our columns, at least two; where none does, it is the first.
    """
    found = [named(cells) for cells in rows]
    most = max(found, default=0)
    return found.index(most) if most > 1 and found[0] < 2 else 0


def joined(heading: list[str], below: Iterable[str] = ()) -> list[str]:
    """Returns a heading of two lines as one, "Kelahiran" over "Tempat" and "Tanggal" as "Kelahiran Tempat" and
    "Kelahiran Tanggal"; nothing where the row below is no second line.

    A second line has no digit, says less than the first, and names a column that the first leaves to its neighbour.
    """
    second = [cell.strip() for cell in below]
    first = [cell.strip() for cell in heading] + [""] * (len(second) - len(heading))
    second += [""] * (len(first) - len(second))
    shared = any(more and not title for title, more in zip(first, second, strict=True))
    if not shared or any(map(str.isdigit, "".join(second))) or sum(map(bool, second)) >= sum(map(bool, first)):
        return []
    found, above = [], ""
    for title, more in zip(first, second, strict=True):
        above = title or above
        found.append(f"{above} {more}".strip() if more else title)
    return found


def only_numbers(cells: Iterable[str] = ()) -> bool:
    """Whether a row only numbers its columns, "1 2 3 …" or "(1) (2) (3) …", as printed tables do below the heading."""
    found = [cell.strip(" ().") for cell in cells if cell.strip()]
    return len(found) > 2 and found == [str(number) for number in range(1, len(found) + 1)]


def is_of_nobody(number: str) -> bool:
    """Whether a row is no data, by its cell for the NIK or KK: empty, or words as in a signature below the table."""
    return not number.strip() or number.strip()[0].isalpha()


def suggest(column: Column, titles: list[str]) -> str:
    """Returns the heading that most likely holds a column of ours, or nothing."""
    names = names_of(column.title)
    by_name = {folded(title): title for title in reversed(titles)}
    for name in names:
        if name in by_name:
            return by_name[name]
    likeness = {title: SequenceMatcher(None, folded(column.title), folded(title)).ratio() for title in titles}
    best = max(likeness, key=likeness.__getitem__, default="")
    return best if best and likeness[best] >= LIKE else ""


def suggest_sheet(sheet: str, sheets: dict[str, list[str]]) -> str:
    """Returns the sheet of a file that most likely holds one of ours."""
    return max(sheets, key=lambda name: sum(bool(suggest(c, sheets[name])) for c in columns(sheet)))


def check(plan: dict) -> None:
    """Raises PlanError for the columns that are neither in the file nor fixed, and must be."""
    found = [
        column.title
        for sheet in SHEETS
        for column in columns(sheet)
        if not plan[sheet]["columns"].get(column.title)
        and not plan[sheet]["fixed"].get(column.title)
        and is_needed(column)
    ]
    if found:
        raise PlanError(list(dict.fromkeys(found)))


def is_needed(column: Column) -> bool:
    """Whether a row without this cell is refused."""
    if column.optional or not column.field:
        return False
    if column.field in PLACE:
        return True
    try:
        column.clean("")
    except ValueError:
        return True
    return False


def words_of(column: Column) -> tuple[str, ...]:
    """Returns the words that a column takes, when it takes a list of words."""
    return getattr(column.clean, "words", ())


def is_known(column: Column, word: str) -> bool:
    try:
        column.clean(word)
    except ValueError:
        return False
    return True


def apply(part: dict, sheet: str, heading: list[str]):
    """Returns a function from a foreign row's cells to the cells of our columns, in their order.

    Raises KeyError with the heading that the file lacks.
    """
    places = {folded(title): place for place, title in enumerate(told_apart(heading))}
    steps = []
    for column in columns(sheet):
        theirs = part["columns"].get(column.title)
        if theirs and folded(theirs) not in places:
            raise KeyError(theirs)
        words = {word.casefold().strip(): ours for word, ours in part["words"].get(column.title, {}).items()}
        place = places[folded(theirs)] if theirs else None
        steps.append((place, part["fixed"].get(column.title, ""), words, _said_by(theirs, column)))

    def turn(cells: list[str]) -> list[str]:
        found = []
        for place, fixed, words, said in steps:
            cell = cells[place] if place is not None and place < len(cells) else ""
            cell = words.get(cell.casefold().strip(), cell) or fixed
            found.append(f"{said} {cell}" if said and _BARE.fullmatch(cell) else cell)
        return found

    return turn


_BARE = re.compile(r"\s*\d+\s*[/\\-]\s*\d+\s*", re.ASCII)  # two numbers of which only the heading says which is which


def _said_by(heading: str | None, column: Column) -> str:
    """Returns what a heading adds to the bare numbers under it: "RW/RT" tells that the RW stands first."""
    return "RW/RT" if heading and column.field in {"rt", "rw"} and folded(heading).startswith("rw rt") else ""
