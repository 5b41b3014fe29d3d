"""Looks through an XLSX before it is read: what would break the reader is refused, and formulas are noted as typed.

The reader gives a formula's last result, which may be empty or a lie; what counts is what somebody typed.
"""

import html
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from xml.etree import ElementTree

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from beneficiaries.register.columns import HOUSEHOLDS, PEOPLE

NOT_A_REGISTER = _("Berkas ini bukan lembar kerja. Unggah berkas XLSX atau CSV.")
CUT_OFF = _("Berkas ini rusak atau terpotong. Unggah lagi dari awal.")
TOO_LARGE = _("Isi berkas ini terlalu besar. Bagi menjadi beberapa berkas.")
LOCKED = _("Berkas ini dikunci dengan kata sandi. Simpan tanpa kata sandi, lalu unggah lagi.")
SCATTERED = _("Ada isi yang sangat jauh dari tabel. Salin tabel ke berkas baru, lalu unggah lagi.")
EMPTY = _("Berkas ini kosong. Isi sesuai contoh berkas.")

MAX_ENTRIES = 2_000
MAX_RATIO = 400  # honest sheets unpack to some 10 times their size
MAX_INDEX_BYTES = 1_000_000  # workbook.xml, which names the sheets
CHUNK = 1 << 20
OVERLAP = 1 << 16  # longer than any formula, so that none is cut between two pieces

# A single cell far from the others makes the reader reserve everything between them.
_FAR_COLUMN = re.compile(rb'r="(?:[A-Z]{3}|[B-Z][A-Z])\d')
_FAR_ROW = re.compile(rb'r="[A-Z]{0,3}\d{6,}"')
FAR_ROW = 100_000
_FORMULA = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,2})(\d+)"[^>]*>\s*<(?:\w+:)?f(?:\s[^>]*?)?(?:/>|>([^<]*)<)')

# What Python raises for an archive that is broken, or lacks an entry that a workbook has.
BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, KeyError, ElementTree.ParseError,
)  # fmt: skip

Formulas = dict[int, dict[int, str]]  # row number (from 1), place of the column (from 0), "=…"


class FileError(ValueError):
    """The file as a whole cannot be read. Its sentence says how to mend it."""


def inspect(path: Path) -> dict[str, Formulas]:
    """Returns the formulas of each sheet. Raises FileError for an archive that is broken, locked, no workbook,
    larger inside than we take, or scattered.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_directory(archive)
            found = {entry.filename: _read_through(archive, entry) for entry in archive.infolist()}
            return {name: found.get(part, {}) for name, part in _sheets(archive).items()}
    except BROKEN as error:
        raise FileError(str(CUT_OFF)) from error


PAIR = {"keluarga.csv": HOUSEHOLDS, "anggota.csv": PEOPLE}
NO_PAIR = _("Berkas ZIP harus berisi keluarga.csv dan anggota.csv, tanpa yang lain.")


def is_pair(path: Path) -> bool:
    """Whether an archive holds CSV files. Raises FileError for one that is broken."""
    try:
        with zipfile.ZipFile(path) as archive:
            return any(name.casefold().endswith(".csv") for name in archive.namelist())
    except BROKEN as error:
        raise FileError(str(CUT_OFF)) from error


def pair(path: Path) -> dict[str, str]:
    """Returns the entry of each sheet's CSV in a ZIP; nothing is ever unpacked to a name of the archive's.

    Raises FileError for an archive that is broken, locked, too large inside, or holds anything else.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_size(archive)
            entries = [e for e in archive.infolist() if not e.is_dir() and not _is_of_a_mac(e.filename)]
            found = {PAIR.get(e.filename.rsplit("/", 1)[-1].casefold(), ""): e for e in entries}
            if set(found) != set(PAIR.values()) or len(entries) != len(found):
                raise FileError(str(NO_PAIR))
            for entry in found.values():
                _read_through(archive, entry)
            return {sheet: entry.filename for sheet, entry in found.items()}
    except BROKEN as error:
        raise FileError(str(CUT_OFF)) from error


def _is_of_a_mac(name: str) -> bool:
    return name.startswith("__MACOSX/")


@contextmanager
def open_entry(path: Path, name: str, mode: str) -> Iterator[IO[bytes]]:
    """Opens an entry of a ZIP for reading; `mode` is "rb", as of a file."""
    with zipfile.ZipFile(path) as archive, archive.open(name) as file:
        yield file


def _check_size(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if any(entry.flag_bits & 1 for entry in entries):
        raise FileError(str(LOCKED))
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if (
        len(entries) > MAX_ENTRIES
        or unpacked > settings.REGISTER_MAX_UNPACKED_BYTES
        or unpacked > MAX_RATIO * packed + CHUNK
    ):
        raise FileError(str(TOO_LARGE))


def _check_directory(archive: zipfile.ZipFile) -> None:
    _check_size(archive)
    if "xl/workbook.xml" not in archive.namelist():
        raise FileError(str(NOT_A_REGISTER))
    if archive.getinfo("xl/workbook.xml").file_size > MAX_INDEX_BYTES:
        raise FileError(str(TOO_LARGE))


def _read_through(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Formulas:
    """Unpacks an entry once, in pieces: its sum and true size are checked, a sheet's cells lie together."""
    is_sheet = entry.filename.startswith("xl/worksheets/")
    rows, is_far, tail = 0, False, b""
    formulas: Formulas = {}
    with archive.open(entry) as file:
        while piece := file.read(CHUNK):
            if not is_sheet:
                continue
            rows += (tail[-3:] + piece).count(b"row>")
            piece = tail + piece
            if b"<!DOCTYPE" in piece or _FAR_COLUMN.search(piece):
                raise FileError(str(SCATTERED))
            is_far = is_far or bool(_FAR_ROW.search(piece))
            _note_formulas(piece, formulas)
            tail = piece[-OVERLAP:]
    if is_far and rows < FAR_ROW // 2:
        raise FileError(str(SCATTERED))
    return formulas


def _note_formulas(piece: bytes, formulas: Formulas) -> None:
    if b"f>" not in piece and b"<f " not in piece:
        return
    for letters, row, typed in _FORMULA.findall(piece):
        place = 0
        for letter in letters:
            place = place * 26 + letter - ord("A") + 1
        text = html.unescape(typed.decode(errors="replace"))
        formulas.setdefault(int(row), {})[place - 1] = f"={text}"


def _sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Returns the archive's entry for each sheet's name."""
    parts = {}
    for link in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels")):
        target = link.get("Target", "")
        parts[link.get("Id", "")] = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    sheets = {}
    for element in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if element.tag.endswith("}sheet"):
            part = next((value for key, value in element.items() if key.endswith("}id")), "")
            sheets[element.get("name", "")] = parts.get(part, "")
    return sheets
