"""NIK and KK numbers as people and spreadsheets write them. Pure.

A NIK is PPKKCC DDMMYY SSSS: the place of first registration, the birth date (women: day + 40), a serial that is never
0000 (shared/domain.md, section 4). The place may lie anywhere in Indonesia, so it is not checked.
"""

import re
from datetime import date

_SEPARATORS = str.maketrans("", "", "'’‘`\" \t\n\r\u00a0.-")
_DAYS_OF_WOMEN = {f"{day:02d}": str(day + 40) for day in range(1, 32)}
_EXCEL = re.compile(r"\d([.,]\d+)?E\+?\d+", re.IGNORECASE)


class NumberError(ValueError):
    """The text is no 16-digit number. Its argument says why: "not_16_digits" or "spoiled_by_excel"."""


def clean(text: str) -> str:
    """Returns the 16 digits of a NIK or KK. Raises NumberError."""
    if len(text) == 16 and text.isascii() and text.isdigit() and not text.endswith("0000"):
        return text
    # ="3175…" keeps a CSV's number text in Excel; ".0" is of a table that was worked on elsewhere.
    text = text.strip().removeprefix("=").removesuffix(".0")
    if _EXCEL.fullmatch(text):
        raise NumberError("spoiled_by_excel")
    digits = text.translate(_SEPARATORS)
    if not (len(digits) == 16 and digits.isascii() and digits.isdigit()):
        raise NumberError("not_16_digits")
    if digits.endswith("0000"):  # no office issues it: a spreadsheet keeps 15 digits at most
        raise NumberError("spoiled_by_excel")
    return digits


def agrees(nik: str, born_on: date, sex: str) -> bool:
    """Tells whether the birth date inside a clean `nik` is `born_on`; for women ("P") the day carries 40."""
    return tells(nik, born_on.isoformat(), sex)


def tells(nik: str, born_on: str, sex: str) -> bool:
    """The same for a birth date as ISO 8601 writes it."""
    day = _DAYS_OF_WOMEN[born_on[8:]] if sex == "P" else born_on[8:]
    return nik[6:12] == day + born_on[5:7] + born_on[2:4]
