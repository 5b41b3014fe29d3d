"""The deadline of a complaint in words, the same for the resident and for the office."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from bansos import workdays
from feedback.models import Complaint
from feedback.models.complaint import OPEN


@dataclass(frozen=True)
class Deadline:
    """`title` and `sentence` in words; `late` when the day has passed without an answer, or the answer came after."""

    on: date
    title: str
    sentence: str
    late: bool


def of(complaint: Complaint, today: date | None = None) -> Deadline:
    """Returns the deadline as it stands today, or as it was kept."""
    return of_many([complaint], today)[complaint.pk]


def of_many(complaints: list[Complaint], today: date | None = None) -> dict[int, Deadline]:
    """Returns the deadline of each complaint by its number; answered ones and open ones alike, in few queries."""
    today = today or timezone.localdate()
    waiting = [c for c in complaints if c.status in OPEN]
    left = workdays.between_many(today, {c.due_on for c in waiting}) if waiting else {}
    found = {c.pk: _open(c, today, left[c.due_on]) for c in waiting}
    return found | {c.pk: _answered(c) for c in complaints if c.status not in OPEN}


def _open(complaint: Complaint, today: date, left: int) -> Deadline:
    if today > complaint.due_on:
        late = _("Terlambat %(n)s hari kerja") % {"n": -left} if left else _("Terlambat")
        return Deadline(complaint.due_on, late, _("Maaf, kami melewati batas. Telepon kami bila mendesak."), True)
    if today == complaint.due_on:
        return Deadline(complaint.due_on, _("Batasnya hari ini"), _("Kami menjawab hari ini."), False)
    return Deadline(
        complaint.due_on,
        _("%(n)s hari kerja lagi") % {"n": left},
        _("Kami menjawab paling lambat pada tanggal ini."),
        False,
    )


def _answered(complaint: Complaint) -> Deadline:
    if complaint.answered_at is None:
        return Deadline(complaint.due_on, _("Ditutup"), _("Pengaduan ini ditutup tanpa tanggapan."), False)
    answered_on = timezone.localdate(complaint.answered_at)
    early = workdays.between(answered_on, complaint.due_on)
    if answered_on > complaint.due_on:
        words = _("Kami terlambat %(n)s hari kerja. Kami mohon maaf.") % {"n": -early or 1}
        return Deadline(complaint.due_on, _("Dijawab terlambat"), words, True)
    words = _("Kami menjawab %(n)s hari kerja lebih cepat.") % {"n": early} if early else _("Dijawab di hari terakhir.")
    return Deadline(complaint.due_on, _("Dijawab tepat waktu"), words, False)
