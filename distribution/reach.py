"""Whom aid reaches: poor or eligible families who got nothing for months, families who got several in one month, and
those about whom score and decile say the contrary.

"Got" means handed over by this portal. PKH and Sembako from outside are facts of the register without a month: they are
shown beside it, and asked for by `Central`.
"""

import calendar
from datetime import date, datetime, time

from django.db import models
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, StringAgg, Subquery, Sum, Value
from django.db.models.functions import Substr
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos import periods
from bansos.scope import ScopedQuerySet
from beneficiaries import criteria
from beneficiaries.models import Household, Person, Score
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


class Among(models.TextChoices):
    """Whose lack of aid is asked for."""

    SEMUA = "semua", _("Miskin atau layak")
    MISKIN = "miskin", _("Desil 1 sampai 4")
    LAYAK = "layak", _("Indikasi layak")


class Central(models.TextChoices):
    """Whether aid of the central government, PKH or Sembako, is asked for beside that of this portal."""

    SEMUA = "semua", _("Semua")
    TANPA = "tanpa", _("Tanpa PKH dan Sembako")
    DENGAN = "dengan", _("Dengan PKH atau Sembako")

    def of(self, prefix: str = "") -> Q:
        """The condition on families; `prefix` leads to the family."""
        got = Q(**{f"{prefix}receives_pkh": True}) | Q(**{f"{prefix}receives_sembako": True})
        return {Central.TANPA: ~got, Central.DENGAN: got}.get(self, Q())

    @property
    def least(self) -> int:
        """How many things of this portal make several: beside PKH or Sembako one is enough."""
        return 1 if self == Central.DENGAN else 2


def unreached(
    *, by, months: int = MONTHS, among: Among = Among.SEMUA, central: Central = Central.SEMUA, today: date | None = None
) -> HouseholdQuerySet:
    """Returns the poor or eligible families of the officer's region to whom nothing was handed over for `months`.

    Poor is decile 1 to 4; eligible is a verdict of "layak" under the criteria in force,
    or of "ditahan" with points enough: a flag may be wrong, and it holds back somebody who is poor.
    """
    since = start(months_before(today or timezone.localdate(), months))
    got = Handover.objects.filter(entitlement__household=OuterRef("pk"), at__gte=since)
    score = _score()
    enough = Q(verdict=V.DITAHAN, points__gte=F("criteria_set__threshold"))
    poor, worthy = Q(decile__in=POOREST), Q(Exists(score.filter(Q(verdict=V.LAYAK) | enough)))
    asked = {Among.MISKIN: poor, Among.LAYAK: worthy}.get(among, poor | worthy)
    return (
        Household.objects.active()
        .for_officer(by)
        .filter(asked, central.of(), Exists(_living()))
        .exclude(Exists(got))
        .annotate(points=Subquery(score.values("points")[:1]), verdict=Subquery(score.values("verdict")[:1]))
        .order_by("region", "pk")
    )


def contrary(*, by) -> HouseholdQuerySet:
    """Returns the families of the officer's region whose score under the criteria in force says the contrary of their
    decile (`Score.objects.far_from_decile`): one of the two is wrong, so somebody has to go and see.
    """
    score = _score()
    return (
        Household.objects.active()
        .for_officer(by)
        .filter(Exists(score.far_from_decile()), Exists(_living()))
        .annotate(points=Subquery(score.values("points")[:1]), verdict=Subquery(score.values("verdict")[:1]))
        .order_by("region", "pk")
    )


def _score():
    """A family's scores under the criteria by which aid is given, the best first."""
    return Score.objects.filter(household=OuterRef("pk"), criteria_set__in=criteria.in_use()).order_by("-points")


def several(*, by, period: date, months: int = 1, central: Central = Central.SEMUA) -> HouseholdQuerySet:
    """Returns the families of the officer's region who got more than one thing in the `months` up to `period`.

    With Central.DENGAN those who got one thing beside PKH or Sembako. Each carries `times`, `total` in rupiah and
    `programmes`, the names of what they got.
    """
    first, end = span(period, months)
    given = Q(entitlements__handover__at__gte=first, entitlements__handover__at__lt=end)
    return (
        Household.objects.for_officer(by)
        .filter(given, central.of())
        .annotate(
            times=Count("entitlements__handover"),
            total=Sum("entitlements__handover__value"),
            programmes=StringAgg("entitlements__round__programme__name", Value(", "), distinct=True),
        )
        .filter(times__gte=central.least)
        .order_by("-times", "region", "pk")
    )


def shown(households: HouseholdQuerySet) -> HouseholdQuerySet:
    """Adds what a list shows of each family: head, place and last aid. For one page or one export."""
    given = Handover.objects.filter(entitlement__household=OuterRef("pk")).order_by()
    last = given.values("entitlement__household").annotate(at=Max("at")).values("at")
    return households.with_head_name().annotate(last_aid_at=Subquery(last)).select_related("region")


def by_place(found: ScopedQuerySet, *, parent: str) -> list[tuple[str, dict]]:
    """Returns (code, counts) for each place one level inside `parent`; counts are `all` and `decile_1` to 4.

    `found` are families, or people, who count under the decile of their family.
    One without decile, or above the fourth, counts among `all` alone.
    """
    length, deciles = CODE_LENGTHS[len(parent)], _deciles(decile_of(found))
    counted = (
        found.model.objects.filter(pk__in=found.inside(parent).order_by().values("pk"))
        .values(place=Substr("region_id", 1, length))
        .annotate(all=Count("pk"), **deciles)
        .order_by("place")
        .values_list("place", "all", *deciles)
    )
    return [(code, dict(zip(("all", *deciles), counts, strict=True))) for code, *counts in counted]


def decile_of(found: ScopedQuerySet) -> str:
    """Returns the name under which families, or people, are filtered by decile."""
    return "decile" if found.model is Household else "household__decile"


# "31.75.07" holds kelurahan of 13 characters, they RW of 17, those RT of 21; an RT holds itself.
CODE_LENGTHS = {8: 13, 13: 17, 17: 21, 21: 21}


def _deciles(field: str) -> dict[str, Count]:
    return {f"decile_{n}": Count("pk", filter=Q(**{field: n})) for n in POOREST}


def _living() -> QuerySet[Person]:
    return Person.objects.living().filter(household=OuterRef("pk"))


def span(period: date, months: int) -> tuple[datetime, datetime]:
    """Returns when the `months` up to `period` begin and end."""
    return start(months_before(period, months - 1)), start(periods.following(period))


def start(day: date) -> datetime:
    """Returns when a day begins in Jakarta."""
    return datetime.combine(day, time(), tzinfo=timezone.get_default_timezone())
