"""Masks, what tells an identity number in plain words, and the verbs that leave a trace of who looked at whose data."""

import re
from collections.abc import Iterable
from datetime import datetime, time

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos.bits import bits, holds
from bansos.models import DataAccess
from bansos.plain_numbers import NUMBER, PHONE, TOLD

NUMBER_TOLD = _("Jangan menulis NIK atau nomor KK di sini. Tulis namanya atau nomor suratnya saja.")
PRIVATE = _("Jangan menulis NIK, nomor KK, atau nomor HP di sini. Tulis namanya atau nomor suratnya saja.")
SHOWN = _("Membuka daftar")
MISTYPED = 4  # digits that may differ between two numbers for their difference to be shown
REMEMBERED = 10  # looks at a list that are compared with the next one: what bounds its cost
_NUMBER, _TOLD = re.compile(NUMBER), re.compile(TOLD)
_LONG = re.compile(rf"{NUMBER}|[0-9]{{12,}}|{PHONE}|(?<![0-9])(\+?62|0)8[0-9]{{8,}}")


def mask(number: str | None) -> str:
    """Returns all but the last four characters as stars. The first six would narrow a person down."""
    return "*" * (len(number) - 4) + number[-4:] if number else ""


def mask_apart(first: str, second: str) -> tuple[str, str]:
    """Returns two numbers masked so that two that differ never look the same: most NIK end in 0001, 0002 or 0003.

    Up to four digits that differ are shown, as of a number that was mistyped; of two quite different ones that end
    alike, the first digit that differs.
    """
    masked = mask(first), mask(second)
    if len(first) != len(second):
        return masked
    differ = [place for place, (one, other) in enumerate(zip(first, second, strict=True)) if one != other]
    shown = differ if len(differ) <= MISTYPED else differ[:1] if masked[0] == masked[1] else []
    return _unmasked(first, masked[0], shown), _unmasked(second, masked[1], shown)


def _unmasked(number: str, masked: str, places: list[int]) -> str:
    return "".join(number[place] if place in places else sign for place, sign in enumerate(masked))


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
    """A validator of form fields. Raises ValidationError for an identity or telephone number."""
    if tells_number(text):
        raise ValidationError(PRIVATE)


def mask_numbers(text: str) -> str:
    """Returns a text with every identity and telephone number in it masked."""
    return _LONG.sub(lambda found: mask(found[0]), text)


def mask_told(text: str) -> str:
    """Returns a text with every NIK, KK and telephone number in it masked; a long number such as a moment stays."""
    return _TOLD.sub(lambda found: mask(found[0]), text)


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
    known = set(_today(request, page).filter(subject__in=shown).values_list("subject", flat=True))
    for row in (row for subject, row in shown.items() if subject not in known):
        reason, address = str(_("Membuka halaman datanya")), client_address(request)
        _note(row, request.user, fields=page, reason=reason, address=address)


def note_list(
    request, *, subject: str, families: Iterable[int] = (), applications: Iterable[int] = (), page: str = "list_page",
    what: object = "", reason: object = SHOWN,
) -> None:  # fmt: skip
    """Records that the officer was shown a list, with the numbers of the families and applications that it named.

    `subject` is the list ("beneficiaries.household:daftar"), `what` its name in words. One row names all of them, and
    none that the officer's last looks at this list today have named.
    """
    seen = {"families": set(families), "applications": set(applications)}
    if any(seen.values()):
        for held in _today(request, page).filter(subject=subject).order_by("-at")[:REMEMBERED].values(*seen):
            seen = {kind: {n for n in new if not holds(held[kind] or b"", n)} for kind, new in seen.items()}
    if not any(seen.values()):
        return
    DataAccess.objects.create(
        user=request.user, region_id=request.user.region_id, subject=subject, fields=page, what=str(what),
        reason=str(reason), rows=sum(map(len, seen.values())), address=client_address(request),
        **{kind: bits(new) if new else None for kind, new in seen.items()},
    )  # fmt: skip


def _today(request, page: str):
    """Returns today's looks of the officer at pages of this kind."""
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(), time.min))
    return DataAccess.objects.filter(user=request.user, fields=page, at__gte=midnight)


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
