"""Masks, and the verbs that leave a trace of who looked at whose data."""

from django.utils import timezone
from django.utils.translation import gettext as _

from bansos.models import DataAccess


def mask(number: str | None) -> str:
    """Returns all but the last four characters as stars. The first six would narrow a person down."""
    return "*" * (len(number) - 4) + number[-4:] if number else ""


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


def note_page(*, obj, by, address: str | None = None) -> None:
    """Records that somebody opened the page of `obj`, once a day for each who does."""
    subject, today = f"{obj._meta.label_lower}:{obj.pk}", timezone.localdate()
    if not DataAccess.objects.filter(subject=subject, user=by, fields="page", at__date=today).exists():
        _note(obj, by, fields="page", reason=_("Membuka halaman datanya"), address=address)


def _note(obj, by, *, fields: str, reason: str, address: str | None) -> None:
    DataAccess.objects.create(
        user=by, region_id=getattr(obj, "region_id", None), subject=f"{obj._meta.label_lower}:{obj.pk}",
        fields=fields, reason=reason, address=address,
    )  # fmt: skip


def client_address(request) -> str | None:
    """Returns the address a request came from; behind our own proxy the last forwarded one."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return (forwarded.split(",")[-1].strip() or request.META.get("REMOTE_ADDR")) or None
