"""Masks, what tells an identity number in plain words, and the verbs that leave a trace of who looked at whose data."""

import re

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos.models import DataAccess
from bansos.plain_numbers import NUMBER, PHONE, TOLD

NUMBER_TOLD = _("Jangan menulis NIK atau nomor KK di sini. Tulis namanya atau nomor suratnya saja.")
PRIVATE = _("Jangan menulis NIK, nomor KK, atau nomor HP di sini. Tulis namanya atau nomor suratnya saja.")
_NUMBER, _TOLD = re.compile(NUMBER), re.compile(TOLD)
_LONG = re.compile(rf"{NUMBER}|[0-9]{{12,}}|{PHONE}|(?<![0-9])(\+?62|0)8[0-9]{{8,}}")


def mask(number: str | None) -> str:
    """Returns all but the last four characters as stars. The first six would narrow a person down."""
    return "*" * (len(number) - 4) + number[-4:] if number else ""


def holds_number(*words: str) -> bool:
    """Whether an identity number stands in any of these texts, however it is spaced."""
    return any(_NUMBER.search(text) for text in words)


def tells_number(*words: str) -> bool:
    """Whether an identity or telephone number stands in any of these texts."""
    return any(_TOLD.search(text) for text in words)


def refuse_told(error: type[ValueError], *words: str) -> None:
    """Raises `error` with a sentence when a text that an officer writes tells an identity or telephone number.

    Every verb that keeps such a text asks this; the constraint `tells_no_number` of its table holds it.
    """
    if tells_number(*words):
        raise error(str(PRIVATE))


def refuse_number(text: str) -> None:
    """A validator of form fields. Raises ValidationError for an identity number."""
    if holds_number(text):
        raise ValidationError(NUMBER_TOLD)


def mask_numbers(text: str) -> str:
    """Returns a text with every identity and telephone number in it masked."""
    return _LONG.sub(lambda found: mask(found[0]), text)


def mask_identity(text: str) -> str:
    """Returns a resident's own words with every NIK and KK in them masked; a telephone number to call stays."""
    return _NUMBER.sub(lambda found: mask(found[0]), text.strip())


def short_name(name: str) -> str:
    """Returns a name as the public sees it: "Siti Rahayu" as "Siti R."."""
    first, *rest = name.split()
    return " ".join([first, *(f"{word[0]}." for word in rest[:1])])


def reveal(*, obj, fields: list[str], reason: str, by, address: str | None = None) -> dict[str, str]:
    """Returns the full values of the encrypted `fields` of `obj` and records who looked and why.

    Raises django.db.IntegrityError when the reason has fewer than five characters.
    """
    _note(obj, by, fields=", ".join(fields), reason=reason.strip(), address=address)
    return {field: getattr(obj, field) or "" for field in fields}


def note_page(request, *rows, page: str = "page") -> None:
    """Records that the officer opened a page that shows these rows' data, once a day for each row and page.

    `page` is one of `DataAccess.LABELS`. A row that is None is passed over, so that a page need not ask.
    """
    shown = {_subject(row): row for row in rows if row is not None}
    today = DataAccess.objects.filter(user=request.user, fields=page, at__date=timezone.localdate())
    known = set(today.filter(subject__in=shown).values_list("subject", flat=True))
    for row in (row for subject, row in shown.items() if subject not in known):
        reason, address = str(_("Membuka halaman datanya")), client_address(request)
        _note(row, request.user, fields=page, reason=reason, address=address)


def _note(obj, by, *, fields: str, reason: str, address: str | None) -> None:
    DataAccess.objects.create(
        user=by, region_id=getattr(obj, "region_id", None), subject=_subject(obj), fields=fields, reason=reason,
        address=address,
    )  # fmt: skip


def _subject(obj) -> str:
    return f"{obj._meta.label_lower}:{obj.pk}"


def client_address(request) -> str | None:
    """Returns the address a request came from; behind our own proxy the last forwarded one."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return (forwarded.split(",")[-1].strip() or request.META.get("REMOTE_ADDR")) or None
