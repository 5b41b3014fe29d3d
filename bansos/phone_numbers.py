"""Mobile numbers as people type them."""

import re

from django.utils.translation import gettext as _


class PhoneNumberError(ValueError):
    """This is no mobile number; its sentence says how to mend it."""


def clean(text: str) -> str:
    """Returns a mobile number as 08…, typed as 08…, 62… or +62…; "" for nothing. Raises PhoneNumberError."""
    digits = re.sub(r"[\s.\-()+]", "", text)
    if not digits:
        return ""
    if digits.startswith("62"):
        digits = "0" + digits[2:]
    if not re.fullmatch(r"08[0-9]{8,11}", digits):
        raise PhoneNumberError(_("Nomor HP diawali 08 dan berisi 10 sampai 13 angka. Contoh: 081234567890."))
    return digits
