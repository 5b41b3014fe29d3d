"""The columns of a register file, and how each cell becomes a value. Pure.

A cleaner takes the cell's text and returns the value, or raises ValueError with the code of the fault.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache

from django.utils import timezone
from django.utils.translation import override

from bansos.privacy import holds_number, tells_number
from beneficiaries import nik
from beneficiaries.models import Household, Person

HOUSEHOLDS, PEOPLE = "Keluarga", "Anggota"
_AS_WRITTEN = re.compile(r"[A-Z][a-z]+(?: [A-Z][a-z]+)*")
_DIGITS = re.compile(r"\d{4}")  # no name, but a number; a stray "2" is somebody's namesake


@dataclass(frozen=True)
class Column:
    """One column: its heading in the file, the field it fills, and whether an empty cell keeps the register's value."""

    title: str
    field: str
    clean: Callable
    optional: bool = False


def squeeze(text: str) -> str:
    return " ".join(text.split())


def proper_name(text: str) -> str:
    """Returns a name without stray spaces, words all in one case written with a capital ("SITI" as "Siti")."""
    text = squeeze(text)
    if text.istitle() or not text.replace("'", "").replace(".", "").replace(" ", "").isalpha():
        return text
    return " ".join(word.capitalize() if word.islower() or word.isupper() else word for word in text.split())


def number_of(kind: str) -> Callable:
    """Makes the cleaner of a NIK or KK; faults are `<kind>_not_16_digits` and `<kind>_spoiled_by_excel`."""

    def clean(cell: str) -> str:
        try:
            return nik.clean(cell)
        except nik.NumberError as error:
            raise ValueError(f"{kind}_{error}") from error

    return clean


EXCEL_ERRORS = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#####"}  # pasted as values


def name(cell: str) -> str:
    if _AS_WRITTEN.fullmatch(cell) and len(cell) <= 150:
        return cell  # as most are
    found = proper_name(cell)
    if not found.strip("="):  # a formula whose text the file does not give is "="
        raise ValueError("name_missing")
    if found in EXCEL_ERRORS:
        raise ValueError("excel_error")
    if len(found) > 150:
        raise ValueError("text_too_long")
    if _DIGITS.search(found):
        raise ValueError("number_in_words")
    return found


def may_call(words: str) -> bool:
    """Whether a telephone number may stand in a text: told at once, since most addresses hold none."""
    return "08" in words or "62" in words


def text(longest: int, optional: bool = True) -> Callable:
    """Makes a cleaner of free text; an empty optional cell is None."""

    def clean(cell: str) -> str | None:
        found = squeeze(cell)
        if not found and not optional:
            raise ValueError("text_missing")
        if len(found) > longest or "\x00" in found:
            raise ValueError("text_too_long")
        if (len(found) > 15 and holds_number(found)) or (may_call(found) and tells_number(found)):
            raise ValueError("number_in_words")
        return found or None

    return lru_cache(maxsize=10_000)(clean) if longest < 100 else clean  # places and jobs repeat, addresses do not


def one_of(table: dict) -> Callable:
    """Makes the cleaner of a list of words, in any case and spacing."""
    folded = {word.casefold(): value for word, value in table.items()}

    @lru_cache(maxsize=256)  # a few spellings make up the file
    def clean(cell: str):
        try:
            return folded[squeeze(cell).casefold()]
        except KeyError:
            raise ValueError("unknown_choice") from None

    clean.words = tuple(table)  # type: ignore[attr-defined]  # what a person chooses from
    return clean


def choice(choices) -> Callable:
    """Makes the cleaner of a model's choices: takes label or code."""
    with override("id"):
        clean = one_of({str(word): value for value, label in choices.choices for word in (label, value)})
        clean.words = tuple(str(label) for _value, label in choices.choices)  # type: ignore[attr-defined]
    return clean


yes_no = one_of({"Ya": True, "Tidak": False, "Y": True, "T": False, "1": True, "0": False})
yes_no.words = ("Ya", "Tidak")  # type: ignore[attr-defined]
sex = one_of(
    {"L": "L", "P": "P", "Laki-laki": "L", "Laki laki": "L", "Perempuan": "P", "Pria": "L", "Wanita": "P"},
)
sex.words = ("L", "P")  # type: ignore[attr-defined]


# "Rp 1.500.000,-", "1.500.000,00", "900 VA", "36 m2", and the "36.0" of a table that was worked on elsewhere.
_AMOUNT = re.compile(
    r"(?:Rp\.?)?\s*(\d{1,3}(?:\.\d{3})+|\d+)(?:,-|[.,]0{1,2}(?!\d))?\s*(?:VA|watt|m2|m²)?", re.IGNORECASE | re.ASCII
)


def whole(limit: int, optional: bool = False) -> Callable:
    """Makes the cleaner of a whole number of 0 to `limit`; takes "Rp2.600.000"."""

    @lru_cache(maxsize=1_000)
    def worded(cell: str) -> int | None:
        found = _AMOUNT.fullmatch(cell.strip())
        digits = found[1].replace(".", "") if found else ""
        if not cell.strip() and optional:
            return None
        if not (digits and len(digits) < 16 and int(digits) <= limit):
            raise ValueError("not_a_number")
        return int(digits)

    def clean(cell: str) -> int | None:
        if cell.isdigit() and cell.isascii() and len(cell) < 16 and (number := int(cell)) <= limit:
            return number
        return worded(cell)

    return clean


_YEAR_FIRST = re.compile(r"(\d{4})[/. -](\d{1,2})[/. -](\d{1,2})")
# What stands around a date, and the spaces about its marks: "Senin, 17 / 05 / 1980 00:00".
_AROUND = re.compile(
    r"^(?:senin|selasa|rabu|kamis|jum'?at|sabtu|minggu),?\s+|[ T]\d{1,2}[.:]\d\d(?:[.:]\d\d)?(?:\.0+)?$"
    r"|(?<=[/.-])\s+|\s+(?=[/.-])", re.IGNORECASE | re.ASCII,
)  # fmt: skip
_DAY_FIRST = re.compile(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{4})")
_MONTH_IN_WORDS = re.compile(r"(\d{1,2})[ /.-]+([a-z]{3,9})\.?[ /.-]+(\d{4})", re.IGNORECASE)
_SERIAL = re.compile(r"[1-5]\d{4}")
SERIAL_START = date(1899, 12, 30)  # day 0 of a spreadsheet's date shown as a number
MONTHS = {
    month: number
    for number, names in enumerate(
        "jan januari january;feb peb februari pebruari february;mar maret march;apr april;mei may;jun juni june;"
        "jul juli july;agu agt agustus aug august;sep sept september;okt oktober oct october;"
        "nov nop november nopember;des desember dec december".split(";"), 1,
    )
    for month in names.split()
}  # fmt: skip


def read_date(cell: str) -> date:
    """Returns the date of "1990-12-31", "1990/12/31", "31/12/1990", "31 Desember 1990" or a spreadsheet's 33238.

    Raises ValueError; a year of two digits is one of two and therefore refused.
    """
    cell = cell.strip()
    if len(cell) == 10 and cell[4] == "-" == cell[7]:
        return date.fromisoformat(cell)
    if " " in cell or "T" in cell:
        cell = _AROUND.sub("", cell)
    if found := _DAY_FIRST.fullmatch(cell):
        day, month, year = map(int, found.groups())
        return date(year, month, day)
    if found := _YEAR_FIRST.fullmatch(cell):
        year, month, day = map(int, found.groups())
        return date(year, month, day)
    if found := _MONTH_IN_WORDS.fullmatch(cell):
        if found[2].lower() not in MONTHS:
            raise ValueError(cell)
        return date(int(found[3]), MONTHS[found[2].lower()], int(found[1]))
    if _SERIAL.fullmatch(cell):
        return SERIAL_START + timedelta(days=int(cell))
    return date.fromisoformat(cell[:10])


_LONG_PAST = timezone.localdate()  # when this process started; to ask for today costs as much as to read the date


@lru_cache(maxsize=50_000)  # dates repeat, and one that is possible stays so
def birth_date(cell: str) -> date:
    try:
        born_on = read_date(cell)
    except ValueError:
        raise ValueError("impossible_birth_date") from None
    if born_on < date(1900, 1, 1) or (born_on > _LONG_PAST and born_on > timezone.localdate()):
        raise ValueError("impossible_birth_date")
    return born_on


@lru_cache(maxsize=1_000)  # a date that lies ahead is refused, which is not kept
def past_date(cell: str) -> date | None:
    """Returns a date up to today: one that lies ahead would outrank every later list."""
    if not cell.strip():
        return None
    try:
        found = read_date(cell)
    except ValueError:
        raise ValueError("impossible_date") from None
    if found > timezone.localdate():
        raise ValueError("impossible_date")
    return found


@lru_cache(maxsize=100)
def decile(cell: str) -> int | None:
    cell = cell.strip()
    if not cell:
        return None
    if not (cell.isascii() and cell.isdigit() and len(cell) < 4 and 1 <= int(cell) <= 10):
        raise ValueError("decile_out_of_range")
    return int(cell)


@lru_cache(maxsize=1_000)
def kelurahan(cell: str) -> str:
    digits = cell.strip().replace(".", "")
    return f"{digits[:2]}.{digits[2:4]}.{digits[4:6]}.{digits[6:]}" if len(digits) == 10 else cell.strip()[:24]


_PLACE = re.compile(r"RT|RW|\d+", re.ASCII)
# Which place each number of a cell is (T of RT, W of RW), by the order of its labels and numbers (n). Where a number
# has no label, no other word may stand there; of two bare numbers the first is the RT, as addresses are written.
_LABELLED = {"Tn": "T", "Wn": "W", "TnWn": "TW", "WnTn": "WT"}
_BARE = {"TWnn": "TW", "WTnn": "WT", "nn": "TW", "Tnn": "TW", "Wnn": "WT", "nWn": "TW", "nTn": "WT"}


def place_number(word: str) -> Callable:
    """Makes the cleaner of an RT or RW number in any spelling: "2", "RT.002", "002/008", "RT 02 RW 08", "RT/RW 2/8".

    A cell that does not say it comes back as it is, to be refused as an unknown place.
    """

    @lru_cache(maxsize=1_000)
    def clean(cell: str) -> str:
        cell = cell.strip()
        if re.fullmatch(r"[0-9]+(\.0+)?", cell):  # "2.0" of a table that was worked on elsewhere
            return cell.partition(".")[0].lstrip("0").zfill(3)[:12]
        text = cell.upper().replace("R.T", "RT").replace("R.W", "RW")
        found = _PLACE.findall(text)
        order = "".join("n" if part.isdigit() else part[1] for part in found)
        alone = not any(map(str.isalpha, _PLACE.sub("", text)))
        known = _LABELLED.get(order) or (_BARE.get(order) if alone else None)
        places = dict(zip(known or "", filter(str.isdigit, found), strict=False))
        return places.get(word[1], cell).lstrip("0").zfill(3)[:12]

    return clean


def phone(cell: str) -> str | None:
    """Returns the digits of a phone number, +62 as 0. Raises ValueError for what nobody can call."""
    cell = cell.strip().removesuffix(".0")  # of a table that was worked on elsewhere
    if not cell.strip():
        return None
    if cell.startswith("08") and cell.isascii() and cell.isdigit() and 8 <= len(cell) <= 14:
        return cell
    digits = re.sub(r"[\s().'-]", "", cell).removeprefix("+")
    digits = digits.removeprefix("00") if digits.startswith("0062") else digits
    digits = "0" + digits[2:].removeprefix("0") if digits.startswith("62") else digits
    digits = "0" + digits if digits.startswith("8") else digits  # a spreadsheet drops the first zero
    if not (digits.isascii() and digits.isdigit() and 8 <= len(digits) <= 14):
        raise ValueError("phone_unreadable")
    return digits


@cache
def columns(sheet: str) -> tuple[Column, ...]:
    """Returns the columns of a sheet in the file's usual order."""
    return _households() if sheet == HOUSEHOLDS else _people()


def _households() -> tuple[Column, ...]:
    flags = (
        ("Pernah Khawatir Tidak Makan", "feared_hunger"),
        ("Pengeluaran Makan Lebih dari Setengah", "food_over_half"),
        ("Beli Pakaian Setahun Terakhir", "bought_clothes"),
        ("Punya Mobil", "has_car"),
        ("Punya Motor", "has_motorcycle"),
        ("Punya Kulkas", "has_fridge"),
        ("Punya AC", "has_ac"),
        ("NJOP di Atas Rp1 Miliar", "njop_over_1b"),
        ("Air Kemasan Bermerek", "branded_water"),
        ("Anggota ASN/TNI/Polri/BUMN", "civil_servant"),
    )
    return (
        Column("Nomor KK", "kk", number_of("kk")),
        Column("Kode Kelurahan", "kelurahan", kelurahan),
        Column("Kelurahan", "", str.strip),  # for the reader's eye; the code counts
        Column("RW", "rw", place_number("RW")),
        Column("RT", "rt", place_number("RT")),
        Column("Alamat", "address", text(200, optional=False)),
        Column("Nomor HP", "phone", phone),
        Column("Status Tempat Tinggal", "tenure", choice(Household.Tenure)),
        Column("Luas Lantai (m2)", "floor_area", whole(100_000, optional=True), optional=True),
        Column("Jenis Lantai", "floor", choice(Household.Floor)),
        Column("Jenis Dinding", "wall", choice(Household.Wall)),
        Column("Fasilitas BAB", "toilet", choice(Household.Toilet)),
        Column("Sumber Air Minum", "water", choice(Household.Water)),
        Column("Daya Listrik (VA)", "electricity_va", whole(1_000_000)),
        Column("Bahan Bakar Masak", "fuel", choice(Household.Fuel)),
        *(Column(title, field, yes_no) for title, field in flags),
        Column("Pengeluaran per Bulan", "spending", whole(10**12, optional=True), optional=True),
        Column("Desil DTSEN", "decile", decile, optional=True),
        Column("Tanggal Desil", "decile_on", past_date, optional=True),
        Column("Menerima PKH", "receives_pkh", yes_no),
        Column("Menerima Sembako", "receives_sembako", yes_no),
    )


def _people() -> tuple[Column, ...]:
    return (
        Column("NIK", "nik", number_of("nik")),
        Column("Nomor KK", "kk", number_of("kk")),
        Column("Nama Lengkap", "name", name),
        Column("Tempat Lahir", "birth_place", text(80), optional=True),
        Column("Tanggal Lahir", "born_on", birth_date),
        Column("Jenis Kelamin", "sex", sex),
        Column("Hubungan Keluarga", "relation", choice(Person.Relation)),
        Column("Status Kawin", "marital", choice(Person.Marital)),
        Column("Pendidikan", "education", text(40), optional=True),
        Column("Pekerjaan", "occupation", text(60), optional=True),
        Column("Penghasilan per Bulan", "income", whole(10**12)),
        Column("Disabilitas", "disability", yes_no),
        Column("Penyakit Kronis", "chronic_illness", yes_no),
        Column("Hamil", "pregnant", yes_no),
        Column("Masih Sekolah", "in_school", yes_no),
    )
