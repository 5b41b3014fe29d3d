"""A family's request that its data rest for a while (UU 27/2022, article 41), and the end of it.

While it stands the family keeps the score it had, and no list takes it in; the pages that would have shown it say so.
"""

import pghistory
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos.scope import covers
from beneficiaries.models import Household

OUTSIDE = _("Keluarga ini tinggal di luar wilayah Anda. Minta kelurahannya yang mencatat.")
ALREADY = _("Data keluarga ini sudah dibatasi.")
NOT_LIMITED = _("Data keluarga ini tidak sedang dibatasi.")
REASON = _("Tulis alasannya, paling sedikit lima huruf.")
SHORTEST = 5


class LimitingError(ValueError):
    """Why the mark is not set or taken off, as a sentence for the officer."""


def limit(*, household: Household, reason: str, by) -> Household:
    """Marks a family as limited at its own request and returns it. Raises LimitingError."""
    return _mark(household, reason, by, since=timezone.now(), refusal=ALREADY)


def lift(*, household: Household, reason: str, by) -> Household:
    """Takes the mark off again, for a stated reason. Raises LimitingError."""
    return _mark(household, reason, by, since=None, refusal=NOT_LIMITED)


def _mark(household: Household, reason: str, by, *, since, refusal) -> Household:
    if len(reason.strip()) < SHORTEST:
        raise LimitingError(str(REASON))
    if not covers(by, household.region_id):
        raise LimitingError(str(OUTSIDE))
    with transaction.atomic(), pghistory.context(user=by.pk, reason=reason.strip()):
        locked = Household.objects.select_for_update(of=("self",)).get(pk=household.pk)
        if (locked.limited_at is None) == (since is None):
            raise LimitingError(str(refusal))
        locked.limited_at, locked.updated_at = since, timezone.now()
        locked.save(update_fields=["limited_at", "updated_at"])
    return locked
