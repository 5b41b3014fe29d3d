"""Verbs of visits at which nobody was met: noting one, and the history of the visits to a house."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

import pghistory
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bansos.models import User
from bansos.refusals import constraint
from beneficiaries import kinship, verification
from beneficiaries.models import Application, MissedVisit, Verification
from beneficiaries.verification import TURNS, VerificationError

WHY_ODD = _("Pilih sebabnya dari daftar.")
OTHER_VISIT = _("Kami sudah menerima kunjungan lain dengan nomor ini. Catat lagi kunjungan rumah ini.")

# What the database says when it refuses, by the name of the constraint or trigger.
REFUSALS = verification.REFUSALS | {"missed_visit_once": OTHER_VISIT}


def record(
    *, application: Application, by: User, why: str = "", uuid: UUID | None = None, phone_time: datetime | None = None
) -> MissedVisit:
    """Notes that an RT or RW came to a house and met nobody; the application goes on waiting. Returns the visit.

    A house has one a day: a visit sent again, or of a day that has one, is the known one. `uuid` and `phone_time` are
    the phone's, for a visit that waited there; the phone's day counts if it lies between the application and now, else
    today does. A late one is taken also when the case has moved on. Raises VerificationError.
    """
    fitting = [seat for seat in verification.seats(by) if seat.holds(application.region_id)]
    for fine, sentence in (
        (by.role in TURNS and by.has_perm("beneficiaries.verify_application"), verification.NOT_A_VERIFIER),
        (fitting, verification.OUTSIDE),
        (not kinship.is_kin(by, application.kk_index), kinship.OWN_FAMILY),
        (application.submitted_by_id != by.pk, verification.HELPED),
        (why in {"", *MissedVisit.Why.values}, WHY_ODD),
    ):
        if not fine:
            raise VerificationError(str(sentence))
    try:
        with transaction.atomic(), pghistory.context(user=by.pk):
            locked = Application.objects.select_for_update().get(pk=application.pk)
            day = _day(locked, phone_time)
            if known := locked.missed_visits.filter(Q(uuid=uuid) | Q(visited_on=day)).first():
                return known
            seat = next((one for one in fitting if one.waiting == locked.status), fitting[0])
            return locked.missed_visits.create(
                uuid=uuid or uuid4(), region_id=locked.region_id, step=seat.step, why=why, visited_on=day, by=by,
                deputy=seat.deputy,
            )  # fmt: skip
    except IntegrityError as error:
        if constraint(error) not in REFUSALS:
            raise
        raise VerificationError(str(REFUSALS[constraint(error)])) from error


def _day(case: Application, phone_time: datetime | None) -> date:
    today = timezone.localdate()
    stated = timezone.localdate(phone_time) if phone_time else today
    return stated if timezone.localdate(case.submitted_at) <= stated <= today else today


# --- the history of a house


@dataclass(frozen=True)
class Visit:
    """One line of "Riwayat kunjungan"; `met` tells a finding from a visit in vain."""

    day: date
    who: str
    words: str
    met: bool


def history(case: Application) -> list[Visit]:
    """Returns who came to a house, when, and with what result, the newest first."""
    found = case.verifications.select_related("by")
    missed = case.missed_visits.select_related("by")
    lines = [
        *(Visit(timezone.localdate(one.at), who(one), found_in_words(one), met=True) for one in found),
        *(Visit(one.visited_on, who(one), in_words(one), met=False) for one in missed),
    ]
    return sorted(lines, key=lambda line: (line.day, line.met), reverse=True)


def in_vain(case: Application) -> list[Visit]:
    """Returns the visits at which nobody was met alone, the newest first."""
    return [line for line in history(case) if not line.met]


def who(one: MissedVisit | Verification) -> str:
    """Returns who came, with the role."""
    return f"{one.by}, {one.by.get_role_display()}"


def in_words(one: MissedVisit) -> str:
    """Returns what a visit in vain says: that nobody was met, and why if it was told."""
    return _spoken(gettext("Tidak bertemu"), one.get_why_display())


def found_in_words(one: Verification) -> str:
    """Returns what a finding says: where the family is, what was thought of it, and why."""
    return _spoken(one.get_presence_display(), one.get_result_display(), one.reason)


def _spoken(*parts: str) -> str:
    """Joins parts into sentences; what a person wrote may end with a full stop already."""
    return " ".join(f"{part.rstrip('. ')}." for part in parts if part)
