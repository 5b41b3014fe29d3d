"""Whom aid reaches: poor or eligible families who got nothing for months, and families who got several in one month.

"Got" means handed over by this portal. PKH and Sembako from outside are facts of the register and are shown beside it.
"""

import calendar
from datetime import date, datetime, time

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, StringAgg, Subquery, Sum, Value
from django.db.models.functions import Substr
from django.utils import timezone

from bansos import periods
from beneficiaries.criteria import DEFAULT_CODE
from beneficiaries.models import CriteriaSet, Household, Person, Score
from beneficiaries.models.household import HouseholdQuerySet
from distribution.models import Handover

MONTHS = 3
POOREST = (1, 2, 3, 4)  # deciles that assistance is meant for (shared/domain.md 1.1)
V = Score.Verdict


def months_before(day: date, months: int) -> date:
    """Returns the same day `months` earlier, or the last day of that month when it is shorter."""
    whole = day.year * 12 + day.month - 1 - months
    year, month = divmod(whole, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def unreached(*, by, months: int = MONTHS, today: date | None = None) -> HouseholdQuerySet:
    """Returns the poor or eligible families of the officer's region to whom nothing was handed over for `months`.

    Poor is decile 1 to 4; eligible is a verdict of "layak" under the criteria in force,
    or of "ditahan" with points enough: a flag may be wrong, and it holds back somebody who is poor.
    """
    since = _start(months_before(today or timezone.localdate(), months))
    got = Handover.objects.filter(entitlement__household=OuterRef("pk"), at__gte=since)
    in_force = CriteriaSet.objects.released().filter(code=DEFAULT_CODE).values("pk")[:1]
    score = Score.objects.filter(household=OuterRef("pk"), criteria_set=Subquery(in_force))
    enough = Q(verdict=V.DITAHAN, points__gte=F("criteria_set__threshold"))
    worthy = Exists(score.filter(Q(verdict=V.LAYAK) | enough))
    return (
        Household.objects.active()
        .for_officer(by)
        .filter(Q(decile__in=POOREST) | worthy, Exists(_living()))
        .exclude(Exists(got))
        .annotate(points=Subquery(score.values("points")[:1]), verdict=Subquery(score.values("verdict")[:1]))
        .order_by("region", "pk")
    )


def several(*, by, period: date, months: int = 1) -> HouseholdQuerySet:
    """Returns the families of the officer's region who got more than one thing in the `months` up to `period`.

    Each carries `times`, `total` in rupiah and `programmes`, the names of what they got.
    """
    start = _start(months_before(period, months - 1))
    end = _start(periods.following(period))
    given = Q(entitlements__handover__at__gte=start, entitlements__handover__at__lt=end)
    return (
        Household.objects.for_officer(by)
        .filter(given)
        .annotate(
            times=Count("entitlements__handover"),
            total=Sum("entitlements__handover__value"),
            programmes=StringAgg("entitlements__round__programme__name", Value(", "), distinct=True),
        )
        .filter(times__gt=1)
        .order_by("-times", "region", "pk")
    )


def shown(households: HouseholdQuerySet) -> HouseholdQuerySet:
    """Adds what a list shows of each family: head, place and last aid. For one page or one export."""
    given = Handover.objects.filter(entitlement__household=OuterRef("pk")).order_by()
    last = given.values("entitlement__household").annotate(at=Max("at")).values("at")
    return households.with_head_name().annotate(last_aid_at=Subquery(last)).select_related("region")


def by_place(households: HouseholdQuerySet, *, parent: str) -> list[tuple[str, dict]]:
    """Returns (code, counts) for each place one level inside `parent`; counts are `families` and `decile_1` to 4.

    A family without decile, or above the fourth, counts among `families` alone.
    """
    length = CODE_LENGTHS[len(parent)]
    counted = (
        Household.objects.filter(pk__in=households.inside(parent).order_by().values("pk"))
        .values(place=Substr("region_id", 1, length))
        .annotate(families=Count("pk"), **_deciles())
        .order_by("place")
        .values_list("place", "families", *_deciles())
    )
    return [(code, dict(zip(("families", *_deciles()), counts, strict=True))) for code, *counts in counted]


# "31.75.07" holds kelurahan of 13 characters, they RW of 17, those RT of 21; an RT holds itself.
CODE_LENGTHS = {8: 13, 13: 17, 17: 21, 21: 21}


def _deciles() -> dict[str, Count]:
    return {f"decile_{n}": Count("pk", filter=Q(decile=n)) for n in POOREST}


def _living() -> QuerySet[Person]:
    return Person.objects.living().filter(household=OuterRef("pk"))


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=timezone.get_default_timezone())
