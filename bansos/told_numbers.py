"""Telephone numbers in what people write in their own words: masked in the text, kept encrypted beside it, put back
where the text is read. Whom to call, or who asked for money, is part of a story; a copy of the database need not tell.
"""

import re

from bansos.plain_numbers import PHONE
from bansos.privacy import mask_identity

_PHONE = re.compile(PHONE)
COVER = "•"  # no star: a NIK in the same story is masked with those, and may end alike


def taken_out(words: str) -> tuple[str, str | None]:
    """Returns a text with every number in it masked, and its telephone numbers for an encrypted column, or None.

    A NIK or KK is masked for good.
    """
    words = mask_identity(words)
    numbers = [found[0] for found in _PHONE.finditer(words)]
    return _PHONE.sub(lambda found: _covered(found[0]), words), "\n".join(numbers) or None


def put_back(words: str, numbers: str | None) -> str:
    """Returns a text as it was before `taken_out`, but for NIK and KK."""
    done, rest = "", words
    for number in (numbers or "").splitlines():
        before, masked, rest_after = rest.partition(_covered(number))
        if masked:
            done, rest = done + before + number, rest_after
    return done + rest


def _covered(number: str) -> str:
    return COVER * (len(number) - 4) + number[-4:]
