"""What happened to one row, read from its history: when, by whom, and which fields changed."""

from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.utils.translation import gettext as _

from bansos.fields import EncryptedField, IndexField

BOOKKEEPING = {"updated_at", "created_at"}


@dataclass(frozen=True)
class Change:
    """One event: `what` is the row, `change` names the fields, never the values of a number."""

    at: datetime
    user_id: int | None
    what: str
    change: str
    reason: str


def of(row) -> list[Change]:
    """Returns the changes of `row`, the oldest first."""
    model = apps.get_model(row._meta.app_label, f"{row._meta.object_name}Event")
    fields = [f for f in model._meta.local_concrete_fields if not f.name.startswith("pgh_")]
    found, before = [], None
    for event in model._base_manager.filter(pgh_obj_id=row.pk).select_related("pgh_context").order_by("pgh_id"):
        told = _("dicatat") if before is None else _difference(before, event, fields)
        before = event
        if told:
            metadata = event.pgh_context.metadata if event.pgh_context else {}
            what, reason = str(row._meta.verbose_name), str(metadata.get("reason", ""))
            found.append(Change(event.pgh_created_at, metadata.get("user"), what, told, reason))
    return found


def _difference(before, after, fields) -> str:
    parts = []
    for each in fields:
        if each.name in BOOKKEEPING or isinstance(each, IndexField) or each.name == "id":
            continue
        old, new = (getattr(event, each.attname) for event in (before, after))
        if old != new:
            secret = isinstance(each, EncryptedField)
            parts.append(f"{each.verbose_name}{'' if secret else f': {_plain(old)} → {_plain(new)}'}")
    return "; ".join(parts)


def _plain(value) -> str:
    return "-" if value in (None, "") else str(value)
