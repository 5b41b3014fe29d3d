"""Holding an entitlement while something is looked into, and letting it go again."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bansos.privacy import refuse_told
from distribution.models import Entitlement

REASON = _("Tulis alasannya, paling sedikit lima huruf.")
NOT_READY = _("Hanya bantuan yang siap diambil yang dapat ditahan.")
NOT_HELD = _("Bantuan ini tidak sedang ditahan.")
SHORTEST = 5

E = Entitlement.Status


class HoldError(ValueError):
    """Why an entitlement is not held or let go, as a sentence for the officer."""


@transaction.atomic
def hold(*, entitlement: Entitlement, reason: str, by) -> Entitlement:
    """Keeps an entitlement from being handed over, for a stated reason. Raises HoldError."""
    if len(reason.strip()) < SHORTEST:
        raise HoldError(REASON)
    refuse_told(HoldError, reason)
    return _move(entitlement, E.DIALOKASIKAN, E.DITAHAN, reason.strip(), NOT_READY)


@transaction.atomic
def release(*, entitlement: Entitlement, by) -> Entitlement:
    """Lets a held entitlement be handed over again. Raises HoldError."""
    return _move(entitlement, E.DITAHAN, E.DIALOKASIKAN, "", NOT_HELD)


def _move(entitlement: Entitlement, before: str, after: str, reason: str, refusal) -> Entitlement:
    locked = Entitlement.objects.select_for_update(no_key=True).get(pk=entitlement.pk)
    if locked.status != before:
        raise HoldError(refusal)
    locked.status, locked.status_reason = after, reason
    locked.save(update_fields=["status", "status_reason"])
    return locked
