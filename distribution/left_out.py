"""Which approved list left a family out: the decision that it may object to (`settings.APPEAL_SOURCE`)."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bansos.models.region import kelurahan_of
from beneficiaries.appeals import Contested
from beneficiaries.models import Appeal, Application
from distribution.models import Round
from distribution.models.round import EntitlementStatus, RoundStatus


def decision_for(application: Application) -> Contested | None:
    """Returns the newest approved list of the family's kelurahan, if the family is not on it; else None.

    Only a family that was scored by the criteria of that list can have been left out by it.
    """
    household = application.household
    if household is None or not household.people.living().filter(nik_index=application.nik_index).exists():
        return None
    lists = Round.objects.filter(
        status__in=[RoundStatus.DISAHKAN, RoundStatus.PENYALURAN, RoundStatus.DITUTUP],
        approved_at__gt=application.decided_at,
        quotas__region=kelurahan_of(household.region_id),
        criteria_set__in=household.scores.values("criteria_set"),
    )
    newest = lists.select_related("programme").order_by("-approved_at").first()
    if newest is None or newest.approved_at is None:
        return None
    on_list = newest.entitlements.filter(household=household).exclude(status=EntitlementStatus.DIBATALKAN)
    if on_list.exists():
        return None
    words = _("%(aid)s, %(month)s") % {"aid": newest.programme.name, "month": date_format(newest.period, "F Y")}
    return Contested(Appeal.About.DAFTAR, words, newest.approved_at, newest.approved_by_id)
