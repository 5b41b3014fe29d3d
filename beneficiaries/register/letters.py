"""In which letters a CSV is written, told by all its bytes before a line of it is read.

Excel writes three kinds: UTF-8 with a mark, UTF-16 with a mark ("Unicode Text"), and Windows-1252 without one ("CSV
(Comma delimited)"). Only the whole file tells the last from UTF-8: the first odd letter may stand in its last row.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import IO, NamedTuple

from django.utils.translation import gettext_lazy as _

from beneficiaries.register.archive import FileError

Opener = Callable[..., AbstractContextManager[IO[bytes]]]

UNREADABLE = _("Huruf di baris {row} berkas CSV ini rusak. Simpan berkasnya sebagai CSV UTF-8, lalu unggah lagi.")

PIECE = 1 << 20
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
UTF_8, WINDOWS = "utf-8-sig", "cp1252"
# What no text in Windows-1252 has: its five free places, and the control characters but those of lines and cells.
_NO_LETTER = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x81\x8d\x8f\x90\x9d]")


class Letters(NamedTuple):
    """The encoding of a file, and about how many lines it has."""

    encoding: str
    lines: int


def is_utf_16(head: bytes) -> bool:
    return head.startswith(UTF_16)


def survey(opener: Opener) -> Letters:
    """Looks through a file once, in pieces, and once more when it is not UTF-8; `opener("rb")` opens it.

    Raises FileError for a file that is in none of the three, with the first row that is not.
    """
    with opener("rb") as file:
        head = file.read(3)
    encoding = "utf-16" if is_utf_16(head) else UTF_8
    try:
        return Letters(encoding, _lines_of(opener, encoding))
    except _Broken as broken:
        if encoding == UTF_8 and not head.startswith(codecs.BOM_UTF8) and _is_windows(opener):
            return Letters(WINDOWS, sum(map(_line_ends, _pieces(opener))))
        raise FileError(str(UNREADABLE).format(row=broken.row)) from broken


class _Broken(ValueError):
    """A row that is not in the encoding."""

    def __init__(self, row: int):
        super().__init__(row)
        self.row = row


def _pieces(opener: Opener) -> Iterator[bytes]:
    with opener("rb") as file:
        yield from iter(lambda: file.read(PIECE), b"")


def _lines_of(opener: Opener, encoding: str) -> int:
    """Returns how many lines a file has. Raises _Broken for one that is not in this encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, waits = 0, encoding != UTF_8
    try:
        for piece in _pieces(opener):
            # Most pieces hold plain letters alone, which tell of no encoding; unless one was cut off before it ended.
            if waits or not piece.isascii():
                decoder.decode(piece)
                waits = encoding != UTF_8 or bool(decoder.getstate()[0])
            lines += _line_ends(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise _Broken(lines + _line_ends(error.object[: error.start]) + 1) from error
    return lines


def _line_ends(piece: bytes) -> int:
    return piece.count(b"\n") or piece.count(b"\r")  # a lone CR ends the lines of old Macs


def _is_windows(opener: Opener) -> bool:
    """Whether a file that is not UTF-8 can be Windows-1252. One with letters in UTF-8 as well is a damaged file: read
    so, its names would be nonsense.
    """
    decoder = codecs.getincrementaldecoder("utf-8")(errors="ignore")
    return all(not _NO_LETTER.search(piece) and decoder.decode(piece).isascii() for piece in _pieces(opener))
