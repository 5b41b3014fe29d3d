"""How long each step of an application may take: the one place that a date is computed from."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from bansos import workdays
from beneficiaries.models import StepDeadline
from beneficiaries.models.application import OPEN_STATUSES, ApplicationStatus

S = ApplicationStatus
SOURCE = "Usulan kecamatan: 3 hari kerja verifikasi, 5 kunjungan, 10 musyawarah, 14 melengkapi berkas"


@dataclass(frozen=True)
class Limit:
    """Working days for a step, from when it is reminded of, and how fast word of a late one climbs."""

    days: int
    remind_days: int = 1
    escalate_days: int = 2


# What counts until the kecamatan writes a row of its own (shared/domain.md 10.1; visit and meeting are our proposal).
DEFAULTS: dict[ApplicationStatus, Limit] = {
    S.DIAJUKAN: Limit(3), S.VERIFIKASI_LAPANGAN: Limit(3), S.VERIFIKASI_ADMINISTRASI: Limit(3),
    S.KUNJUNGAN: Limit(5), S.MUSYAWARAH: Limit(10, remind_days=3, escalate_days=3),
    S.PERLU_PERBAIKAN: Limit(14, remind_days=3),
}  # fmt: skip


def limits(on: date | None = None) -> dict[ApplicationStatus, Limit]:
    """Returns the limit of each open step, by its status, as it stands on that day (today)."""
    rows = StepDeadline.objects.filter(starts_on__lte=on or timezone.localdate()).order_by("starts_on")
    written = {S(row.step): Limit(row.days, row.remind_days, row.escalate_days) for row in rows}
    return DEFAULTS | written


def due_on(status: str, start: date | None = None) -> date | None:
    """Returns the last day for the step that `status` waits for, begun on `start` (today); None once decided."""
    if status not in OPEN_STATUSES:
        return None
    start = start or timezone.localdate()
    limit = limits(start).get(S(status))
    return workdays.add(start, limit.days) if limit else None


def load_default(*, starts_on: date) -> None:
    """Writes the defaults as rows that the kecamatan can see and follow with its own; existing rows stay."""
    StepDeadline.objects.bulk_create(
        [
            StepDeadline(step=step, starts_on=starts_on, source=SOURCE, **vars(limit))
            for step, limit in DEFAULTS.items()
        ],
        ignore_conflicts=True,
    )
