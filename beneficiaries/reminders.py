"""Reminders before a deadline, on its day, and word to the next officer when it has passed. Each is told once."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bansos import jobs, notifications, workdays
from bansos.models import Job, Notification, Region, Role, User
from bansos.notifications import Message
from beneficiaries import appeal_reminders, deadlines, endings, field_visits, kinship
from beneficiaries.models import Application, Deputy
from beneficiaries.models.application import ApplicationStatus
from beneficiaries.models.deadline import STEPS
from beneficiaries.models.deputy import SEATS

S, Kind = ApplicationStatus, Notification.Kind
LADDER = (Role.RT, Role.RW, Role.STAF, Role.LURAH, Role.KESRA)
# How many parts of a region's code name the place of each rung: 31.75.07.1003.008.002.
PARTS = {Role.RT: 6, Role.RW: 5, Role.STAF: 4, Role.LURAH: 4, Role.KESRA: 3}
# The rung whose step it is.
HOLDS = {
    S.DIAJUKAN: 0, S.VERIFIKASI_LAPANGAN: 1, S.VERIFIKASI_ADMINISTRASI: 2, S.KUNJUNGAN: 2, S.MUSYAWARAH: 2,
    S.PERLU_PERBAIKAN: 2,
}  # fmt: skip
KIND = "reminders.send"


def request(*, by=None) -> Job:
    """Asks for tonight's reminders; the caller starts the job."""
    return jobs.enqueue(kind=KIND, by=by, region=Region.objects.get(code=settings.KECAMATAN))


def send_job(*, job: Job, pulse) -> dict:
    """The handler of the nightly job: reminds, then closes what was reminded in vain."""
    return {"messages": send(), "lapsed": endings.lapse()}


@transaction.atomic
def send(today: date | None = None) -> int:
    """Writes what is due to be told `today`, and returns how many messages that is, told before or not.

    A night that was missed is made up by the next. Running twice tells nothing twice: the database holds it.
    """
    today = today or timezone.localdate()
    cases = list(Application.objects.open().exclude(due_on=None).select_related("region"))
    left = workdays.between_many(today, {case.due_on for case in cases})
    limits, officers, kin = deadlines.limits(today), _officers(today), kinship.pairs()
    ordered = field_visits.ordered_by()
    of_cases = notifications.tell(
        message
        for case in cases
        for ladder in [_Ladder(case, officers, kin, ordered.get(case.pk))]
        for message in _of(case, left[case.due_on], limits[S(case.status)], ladder, today)
    )
    return of_cases + notifications.tell(appeal_reminders.messages(today))


def _officers(today: date) -> dict[tuple[str, str], list[User]]:
    """Returns who fills each rung of each place: heads, and on that day's deputies."""
    found: dict[tuple[str, str], list[User]] = defaultdict(list)
    for user in User.objects.filter(role__in=LADDER, is_active=True).exclude(region=None):
        found[user.role, user.region_id or ""].append(user)
    for stand_in in Deputy.objects.active(today).filter(deputy__is_active=True).select_related("deputy", "region"):
        rung = found[SEATS[Region.Level(stand_in.region.level)], stand_in.region_id]
        if stand_in.deputy not in rung:
            rung.append(stand_in.deputy)
    return found


@dataclass(frozen=True)
class _Ladder:
    """Who is told about one case, rung by rung; relatives of the family and who ordered its visit are left out."""

    case: Application
    officers: dict[tuple[str, str], list[User]]
    kin: set[tuple[int, bytes]]
    ordered_by: int | None = None

    def at(self, rung: int) -> list[User]:
        """Returns who fills a rung; where nobody does, the next one up."""
        family = bytes(self.case.kk_index)
        for role in LADDER[rung:]:
            place = ".".join(self.case.region_id.split(".")[: PARTS[role]])
            found = [user for user in self.officers.get((role, place), []) if self._may(user, family)]
            if found:
                return found
        return []

    def _may(self, user: User, family: bytes) -> bool:
        return (user.pk, family) not in self.kin and user.pk != self.ordered_by


def _of(case: Application, left: int, limit: deadlines.Limit, ladder: _Ladder, today: date) -> Iterator[Message]:
    """Yields what is to be told about one case; `left` is in working days, negative when late."""
    if case.status == S.PERLU_PERBAIKAN:
        yield from _of_papers(case, left, limit, ladder, today)
        return
    holder = HOLDS[S(case.status)]
    if case.due_on == today or 0 < left <= limit.remind_days:
        kind = Kind.HARI_INI if case.due_on == today else Kind.PENGINGAT
        yield from (_message(case, user, kind) for user in ladder.at(holder))
    elif left < 0:
        top = min(holder + 1 + (-left - 1) // limit.escalate_days, len(LADDER) - 1)
        seen = set()
        for rung in range(holder + 1, top + 1):
            for user in ladder.at(rung):
                if user.pk not in seen:
                    seen.add(user.pk)
                    yield _message(case, user, Kind.TERLAMBAT)


def _of_papers(case: Application, left: int, limit: deadlines.Limit, ladder: _Ladder, today: date) -> Iterator[Message]:
    """Yields what the family is told, and on the last day its kelurahan: what is late by then is closed at night."""
    if case.due_on == today:
        yield _message(case, None, Kind.HARI_INI)
        yield from (_message(case, user, Kind.HARI_INI) for user in ladder.at(HOLDS[S.PERLU_PERBAIKAN]))
    elif 0 < left <= limit.remind_days:
        yield _message(case, None, Kind.PENGINGAT)


def _message(case: Application, user: User | None, kind: str) -> Message:
    assert case.due_on, "only steps with a deadline are told"
    on, step = date_format(case.due_on, "j F Y"), STEPS[S(case.status)]
    if user is None and kind == Kind.HARI_INI:
        sentence = _("Hari ini hari terakhir melengkapi berkas Anda. Sesudahnya permohonan ini ditutup.")
    elif user is None:
        sentence = _("Lengkapi berkas Anda paling lambat %(on)s.") % {"on": on}
    elif kind == Kind.TERLAMBAT:
        sentence = _("%(name)s, %(place)s: %(step)s lewat tenggat %(on)s.")
    else:
        sentence = _("%(name)s, %(place)s: %(step)s paling lambat %(on)s.")
    words = {"name": case.name, "place": case.region.label, "step": step, "on": on}
    return Message(
        recipient=user, kind=kind, sentence=sentence if user is None else sentence % words, subject="application",
        subject_id=case.pk, occasion=f"{case.status} {case.due_on}", region_id=case.region_id,
        link=_link(case, user) if user else "",
    )  # fmt: skip


def _link(case: Application, user: User) -> str:
    if user.role in {Role.RT, Role.RW}:
        return f"/verifikasi/{case.pk}/"
    return f"/admin/beneficiaries/application/{case.pk}/change/"
