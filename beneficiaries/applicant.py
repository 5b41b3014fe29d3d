"""What a resident typed about a person: read tolerantly, checked strictly, never guessed."""

import re
from datetime import date

from django.utils.translation import gettext as _

from bansos import phone_numbers
from beneficiaries import nik

DIGITS = 16
OLDEST_BIRTH_YEAR = 1900


class ApplicantError(ValueError):
    """Something typed cannot be right; its sentence says how to mend it."""


def number(text: str, name: str) -> str:
    """Returns the 16 digits of a NIK or KK typed with spaces, dots or dashes. Raises ApplicantError.

    `name` is how the number is called in the sentence. A number is never refused for its region or its date:
    it keeps the place of first registration, and Dukcapil itself is odd (shared/domain.md 4.1).
    What a spreadsheet made of a number is refused as in a register file (`nik.clean`).
    """
    digits = re.sub(r"[\s.\-]", "", text)
    if not digits.isascii() or not digits.isdigit():
        raise ApplicantError(_("%(name)s hanya berisi angka. Contoh: 3175071705900001.") % {"name": name})
    if len(digits) != DIGITS:
        written = {"name": name, "count": len(digits)}
        raise ApplicantError(_("%(name)s harus 16 angka. Anda menulis %(count)d.") % written)
    try:
        return nik.clean(digits)
    except nik.NumberError as error:
        raise ApplicantError(
            _("%(name)s tidak pernah berakhir 0000. Salin lagi dari kartunya.") % {"name": name}
        ) from error


def phone(text: str) -> str:
    """Returns a mobile number as 08…, typed as 08…, 62… or +62…; "" for nothing. Raises ApplicantError."""
    try:
        return phone_numbers.clean(text)
    except phone_numbers.PhoneNumberError as error:
        raise ApplicantError(str(error)) from error


def birth_date(day, month, year, today: date) -> date:
    """Returns the date of three numbers. Raises ApplicantError for a day that does not exist or lies ahead."""
    try:
        born_on = date(int(year), int(month), int(day))
    except (TypeError, ValueError) as error:
        raise ApplicantError(_("Tanggal itu tidak ada. Tulis tanggal, bulan, dan tahun. Contoh: 8 5 1987.")) from error
    if born_on > today:
        raise ApplicantError(_("Tanggal lahir belum terjadi. Periksa tahunnya."))
    if born_on.year < OLDEST_BIRTH_YEAR:
        raise ApplicantError(_("Tulis tahun lahir dengan empat angka. Contoh: 1987."))
    return born_on
