"""Who has how much: the tasks of each RT and RW, what is late, and how they judged.

For finding stalled or favoured corners, never a ranking: rows stand in the order of their numbers, and few cases give
no rate.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import (
    Aggregate,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    Min,
    OuterRef,
    Q,
    Subquery,
)
from django.db.models.functions import Extract
from django.utils import timezone

from bansos.models import Region, Role, User
from beneficiaries import kinship
from beneficiaries.models import Application, Deputy, Verification, VerificationEvent
from beneficiaries.models.application import ApplicationStatus

S, Step = ApplicationStatus, Verification.Step
WINDOW = timedelta(days=90)
FEW = 5  # under so many findings a share says nothing
DAY = 24 * 60 * 60


class Median(Aggregate):
    """The middle value."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)%(filter)s"
    output_field = FloatField()


@dataclass
class Load:
    """The work of one RT or RW. Findings and waiting days are those of the last ninety days."""

    region: Region
    heads: list[str] = field(default_factory=list)
    deputies: list[str] = field(default_factory=list)
    waiting: int = 0
    late: int = 0
    oldest_days: int | None = None  # since the oldest waiting family applied
    kin: int = 0  # waiting families that are a head's own or a relative's
    helped: int = 0  # waiting families that a head helped to apply
    conflicts: int = 0
    done: int = 0
    worthy: int = 0
    unworthy: int = 0
    doubt: int = 0
    median_days: float | None = None
    approved: int = 0  # the kelurahan's decisions about its families
    refused: int = 0

    @property
    def done_percent(self) -> int | None:
        total = self.done + self.waiting
        return round(100 * self.done / total) if total else None

    @property
    def is_few(self) -> bool:
        return self.done < FEW

    @property
    def few_decided(self) -> bool:
        return 0 < self.approved + self.refused < FEW

    @property
    def worthy_percent(self) -> int | None:
        return None if self.is_few else round(100 * self.worthy / self.done)

    @property
    def needs_somebody(self) -> bool:
        """Whether work waits that nobody may do: no head and no deputy, or the head's own case."""
        return not self.deputies and bool(self.kin or self.helped or (self.waiting and not self.heads))


def of(*, region: Region, today: date | None = None) -> dict[str, list[Load]]:
    """Returns the loads inside `region` that have work or had some lately: {"rw": […], "rt": […]}, by number."""
    today = today or timezone.localdate()
    return {"rw": _loads(region, Step.RW, today), "rt": _loads(region, Step.RT, today)}


# By step: who does it, the status that waits for it, the path from a row's region to the seat's.
_STEPS = {Step.RT: (Role.RT, S.DIAJUKAN, "region_id"), Step.RW: (Role.RW, S.VERIFIKASI_LAPANGAN, "region__parent_id")}


def _loads(region: Region, step: str, today: date) -> list[Load]:
    role, status, seat = _STEPS[Step(step)]
    cases = Application.objects.inside(region.pk)
    found: dict[str, dict] = defaultdict(dict)
    waiting = cases.filter(status=status).order_by().values(place=F(seat))
    for row in waiting.annotate(
        waiting=Count("pk"), late=Count("pk", Q(due_on__lt=today)), oldest=Min("submitted_at"),
        kin=Count("pk", kinship.kin_of_seat(role, seat)),
        helped=Count("pk", Q(submitted_by__role=role, submitted_by__is_active=True, submitted_by__region=F(seat))),
    ):  # fmt: skip
        found[row.pop("place")] |= row
    for rows in (_findings(region, step, seat, today), _decisions(cases, seat, today), _conflicts(region, role, seat)):
        for row in rows:
            found[row.pop("place")] |= row
    heads, deputies = _officers(role, region, today)
    return [
        Load(
            region=place, heads=heads[place.pk], deputies=deputies[place.pk],
            **_as_days(found[place.pk], today),
        )
        for place in Region.objects.filter(code__in=found).order_by("code")
    ]  # fmt: skip


def _as_days(row: dict, today: date) -> dict:
    oldest = row.pop("oldest", None)
    days = {"oldest_days": (today - timezone.localdate(oldest)).days} if oldest else {}
    return row | days


def _findings(region: Region, step: str, seat: str, today: date):
    """Yields how a step was judged lately, and the middle of the days from the step's beginning to its finding."""
    before = Verification.objects.filter(application=OuterRef("application"), turn=OuterRef("turn"), step=Step.RT)
    begun = F("application__submitted_at") if step == Step.RT else Subquery(before.values("at")[:1])
    waited = ExpressionWrapper(F("at") - begun, output_field=DurationField())
    rows = Verification.objects.filter(
        Q(region=region.pk) | Q(region__code__startswith=f"{region.pk}."), step=step, at__date__gt=today - WINDOW
    )
    return (
        rows.order_by()
        .annotate(days=Extract(waited, "epoch") / DAY)
        .values(place=F(seat))
        .annotate(
            done=Count("pk"),
            worthy=Count("pk", Q(result="layak")),
            unworthy=Count("pk", Q(result="tidak_layak")),
            doubt=Count("pk", Q(result="perlu_verifikasi_ulang")),
            median_days=Median("days", filter=Q(turn=0)),
        )
    )


def _decisions(cases, seat: str, today: date):
    decided = cases.filter(decided_at__date__gt=today - WINDOW).order_by().values(place=F(seat))
    return decided.annotate(
        approved=Count("pk", Q(status=S.DITETAPKAN_LAYAK)), refused=Count("pk", Q(status=S.DITOLAK))
    )


def _conflicts(region: Region, role: str, seat: str):
    rows = VerificationEvent.objects.inside(region.pk).unsettled().filter(by__role=role)
    return rows.order_by().values(place=F(seat)).annotate(conflicts=Count("pk"))


def _officers(role: str, region: Region, today: date) -> tuple[dict, dict]:
    heads, deputies = defaultdict(list), defaultdict(list)
    for user in User.objects.filter(role=role, is_active=True, region__code__startswith=region.pk).order_by("name"):
        heads[user.region_id].append(user.name)
    for row in Deputy.objects.inside(region.pk).active(today).select_related("deputy"):
        deputies[row.region_id].append(row.deputy.name)
    return heads, deputies
