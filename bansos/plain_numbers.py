"""How an identity or telephone number is told in plain words, for Python and for the checks of the database alike."""

from django.db import models

# 16 digits in one run, or grouped by single spaces, dots or dashes; an RT code has 16 too (31.75.07.1003.008.003).
NUMBER = (
    r"[0-9]{16}"
    r"|(?<![0-9])(?!([0-9]{2}[.]){3}[0-9]{4}[.])([0-9][ .-]?){15}[0-9](?![0-9])"
)
# A mobile number as people write it: 0812-3456-7890, 62812 3456 7890. A date such as 08-11-2026 is none.
PHONE = r"(?<![0-9])([+]?62[ .-]?|0)8[0-9]{2}([ .-]?[0-9]){6,9}(?![0-9])"
TOLD = rf"{NUMBER}|{PHONE}"


def tells_no_number(name: str, *fields: str, told: str = TOLD) -> models.CheckConstraint:
    """Returns the constraint that no NIK, KK or telephone number stands in these texts, which officers write.

    `told` is the pattern: NUMBER where a telephone number may be told, as in a reply. Verbs refuse first, with a
    sentence (`bansos.privacy.refuse_told`).
    """
    held = models.Q()
    for field in fields:
        held |= models.Q(**{f"{field}__regex": told})
    return models.CheckConstraint(name=name, condition=~held)
