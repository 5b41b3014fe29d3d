"""Looks through an XLSX or a ZIP before it is read: what would break the reader is refused."""

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

NO_PAIR = _("Berkas ZIP harus berisi keluarga.csv dan anggota.csv, tanpa yang lain. XLSX diunggah tanpa ZIP.")

PAIR = {"keluarga.csv": HOUSEHOLDS, "anggota.csv": PEOPLE}
MAX_ENTRIES = 2_000
MAX_RATIO = 400  # honest sheets unpack to some 10 times their size
CHUNK = 1 << 20

# What Python raises for an archive that is broken, or lacks an entry that a workbook has.
BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, KeyError, ElementTree.ParseError,
)  # fmt: skip


class FileError(ValueError):
    """The file as a whole cannot be read. Its sentence says how to mend it."""


def check_workbook(path: Path) -> None:
    """Raises FileError for an archive that is broken, locked, no workbook, or larger inside than we take."""
    try:
        with zipfile.ZipFile(path) as archive:
            _check_size(archive)
            if "xl/workbook.xml" not in archive.namelist():
                raise FileError(str(NO_PAIR if path.suffix.lower() == ".zip" else NOT_A_REGISTER))
    except BROKEN as error:
        raise FileError(str(CUT_OFF)) from error


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


def _read_through(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Unpacks an entry once, in pieces, which checks its sum and true size."""
    with archive.open(entry) as file:
        while file.read(CHUNK):
            pass
