"""Which rows and events no longer name anybody: those whose every field of `ERASED` stands as it says."""

from typing import Any

from django.db.models import Q

from bansos.fields import ERASED_NAME, FIRST_OF_YEAR, EncryptedField, IndexField


def q(model: Any, event: Any = None) -> Q:
    """Returns the condition that a row of `model`, or with `event` an event of its history, is empty.

    An encrypted field that cannot be NULL is told by its neighbours: nothing in the database tells an encrypted
    empty text.
    """
    condition = Q()
    held = {each.name for each in (event or model)._meta.local_concrete_fields}
    for name, value in model.ERASED.items():
        if name not in held:  # the history leaves it out
            continue
        each = model._meta.get_field(name)
        if isinstance(each, (EncryptedField, IndexField)):
            condition &= Q(**{f"{name}__isnull": True}) if each.null else Q()
        elif value == FIRST_OF_YEAR:
            condition &= Q(**{f"{name}__month": 1, f"{name}__day": 1})
        elif value == ERASED_NAME:
            condition &= Q(**{f"{name}__in": ["", ERASED_NAME]})
        else:
            condition &= Q(**{name: value})
    return condition


def not_empty(event: Any, numbers: list[int]) -> list[str]:
    """Returns those of these events in which something erased stands again: "beneficiaries.personevent:12"."""
    empty = event._base_manager.filter(q(getattr(event, "pgh_tracked_model", event), event), pk__in=numbers)
    found = event._base_manager.filter(pk__in=numbers).exclude(pk__in=empty.values("pk")).order_by("pk")
    return [f"{event._meta.label_lower}:{number}" for number in found.values_list("pk", flat=True)]
