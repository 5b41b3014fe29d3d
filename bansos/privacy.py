"""Masks, and the verb that shows an identity number and leaves its trace."""

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
    DataAccess.objects.create(
        user=by,
        region_id=getattr(obj, "region_id", None),
        subject=f"{obj._meta.label_lower}:{obj.pk}",
        fields=", ".join(fields),
        reason=reason.strip(),
        address=address,
    )
    return {field: getattr(obj, field) or "" for field in fields}


def client_address(request) -> str | None:
    """Returns the address a request came from; behind our own proxy the last forwarded one."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    return (forwarded.split(",")[-1].strip() or request.META.get("REMOTE_ADDR")) or None
