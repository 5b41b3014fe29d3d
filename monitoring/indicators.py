"""Every figure of the portal comes from here: pages, dashboard and the three report files show the same ones.

Set-based queries only, each grouped by place: kelurahan for the kecamatan, RW for a kelurahan. A Kemendagri code is
the path of its place and every level has a fixed width, so a place is the first characters of a region code.
"""

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce, Left, TruncMonth
from django.db.models.lookups import GreaterThanOrEqual
from django.utils import timezone

from bansos import periods
from bansos.models import Region
from bansos.snapshot import one_state
from beneficiaries import criteria
from beneficiaries.models import Application, FamilyEvent, Household, Person, Score, Verification
from beneficiaries.models.application import OPEN_STATUSES
from distribution.models import Enrolment, Entitlement, Fund, FundEntry, Handover, Programme, Round
from feedback.models import Complaint
from feedback.models.complaint import OPEN as OPEN_COMPLAINTS
from monitoring.definitions import CODES, COMPLAINT_COLUMNS, FUND_COLUMNS, MONTHLY, PROGRAMME_COLUMNS

WIDTH_OF_KELURAHAN, WIDTH_OF_RW = 13, 17  # "31.75.07.1003", "31.75.07.1003.008"
TREND_MONTHS = 12
# Rounds whose list somebody has approved; earlier ones are proposals that may still change.
IN_FORCE = [Round.Status.DISAHKAN, Round.Status.PENYALURAN, Round.Status.DITUTUP]
IN_REGISTER = Q(household__status=Household.Status.AKTIF)


class Month:
    """One month in one region: the bounds of time in Jakarta and how wide a place's code is."""

    def __init__(self, period: date, region_code: str):
        self.period, self.code = period, region_code
        self.start, self.end = midnight(period), midnight(periods.following(period))
        self.width = WIDTH_OF_RW if region_code.count(".") == 3 else WIDTH_OF_KELURAHAN
        # Deadlines count up to today, or to the end of a month that is over.
        self.today = min(timezone.localdate(), periods.following(period))

    def within(self, field: str) -> Q:
        return Q(**{f"{field}__gte": self.start, f"{field}__lt": self.end})

    def grouped(self, queryset, *keys: str, region: str = "region__code", **counts) -> list[dict]:
        """Returns one row a place (and `keys`) of what lies in the region."""
        inside = Q(**{region: self.code}) | Q(**{f"{region}__startswith": f"{self.code}."})
        rows = queryset.filter(inside).order_by().annotate(place=Left(region, self.width))
        return list(rows.values("place", *keys).annotate(**counts))


def midnight(day: date) -> datetime:
    """Returns the first moment of a day in Jakarta."""
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_default_timezone())


def of(*, period: date, region_code: str) -> dict:
    """Returns all figures of one month and region, as JSON knows them.

    `period` is the first of a month, `region_code` a kecamatan or a kelurahan. Raises Region.DoesNotExist.
    Everything is read in one snapshot, so that a handover in between cannot make two tables disagree.
    """
    with one_state():
        region = Region.objects.get(code=region_code)
        month, before = Month(period, region_code), Month(periods.preceding(period), region_code)
        tables = _Tables(month)
        places = _places(region, tables.places)
        is_district = region.level == Region.Level.KECAMATAN
        return {
            "period": f"{period:%Y-%m}",
            "region": {"code": region.code, "name": region.name, "level": region.level},
            "as_of": timezone.localtime().isoformat(timespec="seconds"),
            "places": places,
            "totals": _sums(places, CODES),
            "previous": {
                "period": f"{before.period:%Y-%m}",
                "totals": _sums(_Tables(before).places.values(), MONTHLY),
                "fund_remaining": _sums(_funds(before), ["remaining"])["remaining"] if is_district else None,
            },
            "programmes": _programmes(tables.programmes),
            "funds": _funds(month) if is_district else None,
            "complaints": _complaints(tables.categories),
            "oversight": _oversight(month) if is_district else None,
            "trend": _trend(month),
        }


def at_a_glance(*, period: date, region: Region) -> dict:
    """Returns of the same figures what an officer's first page shows: places, totals and funds of one month."""
    with one_state():
        month = Month(period, region.code)
        places = _places(region, _Tables(month).places)
        return {
            "period": f"{period:%Y-%m}",
            "places": places,
            "totals": _sums(places, CODES),
            "funds": _funds(month) if region.level == Region.Level.KECAMATAN else None,
        }


class _Tables:
    """The counts by place, by programme and by category of complaint, all from the same rows."""

    def __init__(self, month: Month):
        self.places: dict[str, dict] = defaultdict(lambda: dict.fromkeys(CODES, 0))
        self.programmes: dict[int, dict] = defaultdict(lambda: dict.fromkeys(_codes(PROGRAMME_COLUMNS), 0))
        self.categories: dict[str, dict] = defaultdict(lambda: dict.fromkeys(_codes(COMPLAINT_COLUMNS), 0))
        for rows in (_register, _family_events, _applications, _scores, _training):
            for row in rows(month):
                _add(self.places[row.pop("place")], row)
        for row in _aid(month):
            _add(self.programmes[row.pop("programme")], row | {"place": None})
            _add(self.places[row.pop("place")], row)
        for row in _voices(month, serious=False):
            _add(self.categories[row.pop("category")], row | {"place": None})
            _add(self.places[row.pop("place")], row)


def _codes(columns) -> list[str]:
    return [code for _label, code, _unit in columns]


def _add(counts: dict, row: dict) -> None:
    for code, value in row.items():
        if value:
            counts[code] += int(value)


def _sums(rows, codes) -> dict[str, int]:
    rows = list(rows)
    return {code: sum(row[code] for row in rows) for code in codes}


def _register(month: Month):
    yield from month.grouped(Household.objects.active(), households=Count("pk"))
    yield from month.grouped(Person.objects.living().filter(IN_REGISTER), people=Count("pk"))


def _family_events(month: Month):
    """Counted by the month of recording, in the RT of then: a month that is over keeps its figures."""
    kept = FamilyEvent.objects.filter(month.within("recorded_at"), corrected_by=None)
    yield from month.grouped(
        kept,
        births=Count("pk", filter=Q(kind=FamilyEvent.Kind.LAHIR)),
        deaths=Count("pk", filter=Q(kind=FamilyEvent.Kind.MENINGGAL)),
        moves=Count("pk", filter=Q(kind__in=FamilyEvent.MOVES)),
        cards=Count("pk", filter=Q(other__isnull=False)),
    )


def _applications(month: Month):
    Status = Application.Status
    decided = month.within("decided_at")
    yield from month.grouped(
        Application.objects.all(),
        received=Count("pk", filter=month.within("submitted_at")),
        approved=Count("pk", filter=decided & Q(status=Status.DITETAPKAN_LAYAK)),
        refused=Count("pk", filter=decided & Q(status=Status.DITOLAK)),
        waiting=Count("pk", filter=Q(status__in=OPEN_STATUSES, submitted_at__lt=month.end)),
    )
    done = Verification.objects.filter(month.within("at"), step=Verification.Step.RW)
    yield from month.grouped(done, region="application__region__code", verified=Count("pk"))


def _scores(month: Month):
    # A household may have a score under several criteria in force; it counts once.
    Verdict, family = Score.Verdict, "household_id"
    yield from month.grouped(
        Score.objects.filter(IN_REGISTER, criteria_set__in=criteria.in_use()),
        scored=Count(family, distinct=True),
        eligible=Count(family, distinct=True, filter=Q(verdict=Verdict.LAYAK)),
        held=Count(family, distinct=True, filter=Q(verdict=Verdict.DITAHAN)),
    )


def _aid(month: Month):
    """Rows of place and programme: what the approved rounds of the month promise, and what was handed over in it."""
    Status, Method = Entitlement.Status, Handover.Method
    promised = Entitlement.objects.filter(round__period=month.period, round__status__in=IN_FORCE)
    yield from month.grouped(
        promised.exclude(status=Status.DIBATALKAN).annotate(programme=F("round__programme_id")),
        "programme",
        planned=Count("pk"),
        value_planned=Sum("value"),
        failed=Count("pk", filter=Q(status=Status.GAGAL_SALUR)),
    )
    given = Handover.objects.filter(month.within("at"))
    yield from month.grouped(
        given.annotate(programme=F("entitlement__round__programme_id")),
        "programme",
        handed_self=Count("pk", filter=Q(method=Method.SENDIRI)),
        handed_other=Count("pk", filter=Q(method=Method.PERWAKILAN)),
        handed=Count("pk"),
        value_realised=Sum("value"),
    )


def _training(month: Month):
    last_day = periods.following(month.period) - timedelta(days=1)
    running = Q(course__starts_on__lte=last_day, course__ends_on__gte=month.period)
    yield from month.grouped(
        Enrolment.objects.all(),
        trainees=Count("pk", filter=running & ~Q(status=Enrolment.Status.MENGUNDURKAN_DIRI)),
        graduates=Count("pk", filter=Q(status=Enrolment.Status.LULUS, completed_on__range=(month.period, last_day))),
    )


def _voices(month: Month, *, serious: bool):
    """Rows of place and category. Serious complaints are counted apart: the kelurahan may be their subject."""
    answered, overdue = month.within("answered_at"), Q(answered_at__date__gt=F("due_on"))
    waiting = Q(status__in=OPEN_COMPLAINTS, submitted_at__lt=month.end)
    yield from month.grouped(
        Complaint.objects.filter(serious=serious),
        "category",
        complaints=Count("pk", filter=month.within("submitted_at")),
        answered=Count("pk", filter=answered),
        on_time=Count("pk", filter=answered & ~overdue),
        late=Count("pk", filter=(answered & overdue) | (waiting & Q(due_on__lt=month.today))),
        open=Count("pk", filter=waiting),
    )


def _places(region: Region, counts: dict[str, dict]) -> list[dict]:
    """Returns every place of the region in the order of its code; what belongs to no place of it comes last."""
    is_district = region.level == Region.Level.KECAMATAN
    level = Region.Level.KELURAHAN if is_district else Region.Level.RW
    inside = Region.objects.inside(region.code).filter(level=level)
    rows = [{"code": place.code, "name": _short(place)} | counts[place.code] for place in inside]
    if any(counts[region.code].values()):
        rows.append({"code": region.code, "name": f"Tingkat {region.level}"} | counts[region.code])
    return rows


def _short(place: Region) -> str:
    return f"RW {place.code[-3:]}" if place.level == Region.Level.RW else place.name


def _programmes(counts: dict[int, dict]) -> list[dict]:
    return [
        {"code": programme.code, "name": programme.name, "kind": programme.kind} | counts[programme.pk]
        for programme in Programme.objects.exclude(kind=Programme.Kind.PELATIHAN)  # counted as trainees
        if programme.is_open or any(counts[programme.pk].values())
    ]


def _complaints(counts: dict[str, dict]) -> list[dict]:
    return [
        {"category": value, "label": str(label)} | counts[value]
        for value, label in Complaint.Category.choices
        if any(counts[value].values())
    ]


def _oversight(month: Month) -> dict[str, int]:
    return _sums(_voices(month, serious=True), _codes(COMPLAINT_COLUMNS))


def _funds(month: Month) -> list[dict]:
    """Returns the funds of the year as they stood at the end of the month: today's state without what came after."""
    Kind = FundEntry.Kind
    funds = Fund.objects.filter(year=month.period.year).annotate(
        promised_later=_moved_after(month, Kind.KOMITMEN, "entries__round__approved_at"),
        released_later=_moved_after(month, Kind.PELEPASAN, "entries__round__closed_at"),
        spent_later=_moved_after(month, Kind.SALUR, "entries__handover__at"),
    )
    rows = []
    for fund in funds:
        committed = fund.committed - fund.promised_later + fund.released_later
        rows.append(
            {
                "name": fund.name,
                "source": fund.get_source_display(),
                "amount": fund.amount,
                "committed": committed,
                "spent": fund.spent - fund.spent_later,
                "remaining": fund.amount - committed,
            }
        )
    return rows


def _moved_after(month: Month, kind: str, moment: str) -> Sum:
    """Returns the sum of a fund's entries after the month. Money moves at `moment`, not when its line was booked."""
    later = GreaterThanOrEqual(Coalesce(moment, F("entries__at")), month.end)
    return Sum("entries__amount", filter=Q(later, entries__kind=kind), default=0)


def fund_totals(figures: dict) -> dict[str, int]:
    """Returns the sums of a kecamatan's funds."""
    return _sums(figures["funds"] or [], _codes(FUND_COLUMNS))


def handed_by_month(month: Month, months: int = TREND_MONTHS) -> dict[str, dict[str, dict]]:
    """Returns handovers and their rupiah by month ("2026-11") and place, for the months up to and including this."""
    first = month.period
    for _step in range(months - 1):
        first = periods.preceding(first)
    given = Handover.objects.filter(at__gte=midnight(first), at__lt=month.end)
    found: dict[str, dict[str, dict]] = {}
    while first <= month.period:
        found[f"{first:%Y-%m}"] = {}
        first = periods.following(first)
    rows = month.grouped(given.annotate(month=TruncMonth("at")), "month", handed=Count("pk"), value=Sum("value"))
    for row in rows:
        found[f"{row['month']:%Y-%m}"][row["place"]] = {"handed": row["handed"], "value_realised": int(row["value"])}
    return found


def _trend(month: Month) -> list[dict]:
    return [
        {"period": period} | _sums(places.values(), ["handed", "value_realised"])
        for period, places in handed_by_month(month).items()
    ]
