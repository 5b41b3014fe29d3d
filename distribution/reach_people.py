"""The two lists of `reach` for people: whom no aid has reached, and who took over several things, each by NIK.

A person is reached when something was handed to the family they live in or into their own hands, for whatever family,
or when they passed a course. A row merged into another speaks for the one who stays.
"""

from datetime import date, datetime

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from beneficiaries.models import Person
from beneficiaries.models.household import PersonQuerySet
from distribution import reach
from distribution.models import Enrolment, Handover


def unreached(
    *, by, months: int = reach.MONTHS, among: reach.Among = reach.Among.SEMUA,
    central: reach.Central = reach.Central.SEMUA, today: date | None = None,
) -> PersonQuerySet:  # fmt: skip
    """Returns the living members of the families of `reach.unreached` who got nothing themselves either."""
    today = today or timezone.localdate()
    since = reach.months_before(today, months)
    took = _taken(reach.start(since))
    passed = Enrolment.objects.filter(status=Enrolment.Status.LULUS, completed_on__gte=since)
    families = reach.unreached(by=by, months=months, among=among, central=central, today=today).order_by()
    return (
        Person.objects.living()
        .for_officer(by)
        .filter(household__in=families.values("pk"))
        .exclude(Q(pk__in=took.values("recipient")) | Q(pk__in=_of_merged(took)))
        .exclude(Exists(passed.filter(person=OuterRef("pk"))))
        .order_by("region", "household", "pk")
    )


def several(*, by, period: date, months: int = 1, central: reach.Central = reach.Central.SEMUA) -> PersonQuerySet:
    """Returns the people of the officer's region who took over more than one thing in the `months` up to `period`.

    With Central.DENGAN those who took one thing and whose family gets PKH or Sembako.
    Each carries `times`, `families`, the number of families it was for, and `total` in rupiah. A course is no handover.
    """
    took = _taken(*reach.span(period, months))
    many = _by_taker(took).annotate(times=Count("pk")).filter(times__gte=central.least)
    return (
        Person.objects.living()
        .for_officer(by)
        .filter(central.of("household__"), pk__in=many.values("who"))
        .annotate(
            times=_own(took, Count("pk")),
            families=_own(took, Count("entitlement__household", distinct=True)),
            total=_own(took, Sum("value")),
        )
        .order_by("-times", "region", "pk")
    )


def shown(people: PersonQuerySet) -> PersonQuerySet:
    """Adds what a list shows of each person: place, family and last aid. For one page or one export."""
    given = Handover.objects.order_by()
    of_family = given.filter(entitlement__household=OuterRef("household")).values("entitlement__household")
    last = Greatest(Subquery(of_family.annotate(at=Max("at")).values("at")), _own(given, Max("at")))
    return people.annotate(last_aid_at=last).select_related("region", "household")


def _taken(since: datetime, until: datetime | None = None) -> QuerySet[Handover]:
    found = Handover.objects.filter(at__gte=since).order_by()
    return found.filter(at__lt=until) if until else found


def _of_merged(took: QuerySet[Handover]) -> QuerySet:
    """Returns the people who took something under a row that was merged into theirs since."""
    return took.exclude(recipient__merged_into=None).values("recipient__merged_into")


def _own(took: QuerySet[Handover], figure) -> Subquery:
    """Returns a figure over what a person took, under whatever row."""
    rows = Person.objects.filter(Q(pk=OuterRef(OuterRef("pk"))) | Q(merged_into=OuterRef(OuterRef("pk"))))
    mine = took.filter(recipient__in=rows.values("pk"))
    return Subquery(_by_taker(mine).annotate(figure=figure).values("figure"))


def _by_taker(took: QuerySet[Handover]):
    """Groups by the person who took it, `who`: the row that stayed, if theirs was merged into another."""
    return took.values(who=Coalesce("recipient__merged_into", "recipient"))
