"""What happened to one row, read from its history: when, by whom, and which fields changed."""

from dataclasses import dataclass
from datetime import date, datetime

from django.apps import apps
from django.db.models import Field
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bansos.fields import EncryptedField, IndexField
from bansos.history import SessionUser
from bansos.models import Region

BOOKKEEPING = {"updated_at", "created_at"}


@dataclass(frozen=True)
class Change:
    """One event: `what` is the row, `change` names the fields, never the values of a number.

    `login` is who wrote it past the portal: the database's own user, such as a technician with psql.
    """

    at: datetime
    user_id: int | None
    what: str
    change: str
    reason: str
    source: str = ""
    login: str = ""


def of(row) -> list[Change]:
    """Returns the changes of `row`, the oldest first."""
    model = apps.get_model(row._meta.app_label, f"{row._meta.object_name}Event")
    fields = [f for f in model._meta.local_concrete_fields if not f.name.startswith("pgh_")]
    found, before = [], None
    events = model._base_manager.filter(pgh_obj_id=row.pk).annotate(portal=SessionUser())
    for event in events.select_related("pgh_context").order_by("pgh_id"):
        told = _("dicatat") if before is None else _difference(before, event, fields)
        before = event
        if told:
            metadata = event.pgh_context.metadata if event.pgh_context else {}
            what, reason = str(row._meta.verbose_name), str(metadata.get("reason", ""))
            source = str(metadata.get("source") or "")
            login = "" if event.pgh_login == event.portal else event.pgh_login
            found.append(Change(event.pgh_created_at, metadata.get("user"), what, told, reason, source, login))
    return found


def past_the_portal(login: str) -> str:
    """Returns how a page names a user of the database who is no officer; nothing without one."""
    return _("Langsung di basis data (%(login)s)") % {"login": login} if login else ""


def _difference(before, after, fields) -> str:
    parts = []
    for each in fields:
        if each.name in BOOKKEEPING or isinstance(each, IndexField) or each.name == "id":
            continue
        if each.name.endswith("_by"):  # who stands beside the change already
            continue
        old, new = (getattr(event, each.attname) for event in (before, after))
        if old != new:
            place = each.related_model is Region
            if place:
                old, new = _place(old), _place(new)
            silent = isinstance(each, EncryptedField) or (each.is_relation and not place)
            parts.append(str(each.verbose_name) + ("" if silent else f": {plain(each, old)} → {plain(each, new)}"))
    return "; ".join(parts)


def _place(code: str | None) -> str:
    """Returns how an office writes the place with this code; one that is gone by its code."""
    found = Region.objects.filter(pk=code).first()
    return found.label if found else code or ""


def plain(each: Field, value) -> str:
    """Returns a field's value as an office writes it."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "Ya" if value else "Tidak"
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return date_format(value, "j F Y")
    return str(dict(each.flatchoices).get(value, value) if each.choices else value)


def moment(at: datetime | None) -> str:
    """Returns "17 Mei 2026 09.30", or "-"."""
    return date_format(timezone.localtime(at), "j F Y H.i") if at else "-"
