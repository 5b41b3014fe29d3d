"""A file whose numbers a spreadsheet has rounded: it keeps 15 digits, so the last one of every NIK or KK became 0.

One number that ends in 0 tells nothing, since one in ten does. Where nearly all do, the whole file is refused: its
numbers would be other people's.
"""

from contextlib import suppress
from itertools import islice

from django.utils.translation import gettext_lazy as _

from beneficiaries import nik
from beneficiaries.register.archive import FileError
from beneficiaries.register.columns import HOUSEHOLDS, PEOPLE, columns
from beneficiaries.register.reading import LOOK_AT, Register

FEWEST = 10  # different numbers, of which eight end in 0 by chance once in three million files
SHARE = 0.8
FIRST_INVENTED = "9000"  # with which the serials of invented people begin, of whom a trial register is full
ROUNDED = _(
    "Hampir semua {column} di berkas ini berakhir 0: Excel mengganti angka terakhirnya. "
    "Ekspor lagi dari sumbernya dengan kolom itu sebagai teks."
)


def refuse_rounded(register: Register) -> None:
    """Raises FileError for a file in which nearly every KK, or every NIK, ends in 0."""
    for sheet, field in ((HOUSEHOLDS, "kk"), (PEOPLE, "nik")):
        place, column = next((n, column) for n, column in enumerate(columns(sheet)) if column.field == field)
        found: set[str] = set()
        for row in islice(register.rows(sheet), LOOK_AT):
            with suppress(nik.NumberError):
                found.add(nik.clean(row.cells[place]))
        found = {number for number in found if not number.endswith(FIRST_INVENTED)}
        if len(found) >= FEWEST and sum(number.endswith("0") for number in found) >= SHARE * len(found):
            raise FileError(str(ROUNDED).format(column=column.title))
