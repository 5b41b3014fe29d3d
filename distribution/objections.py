"""What a family reads about its own objection on the page of its case."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from beneficiaries import appeals
from beneficiaries.models import Appeal
from beneficiaries.models.appeal import OPEN_APPEALS, AppealStatus


@dataclass(frozen=True)
class Objection:
    """What became of the family's newest objection."""

    code: str
    title: str
    meaning: str
    answer: str
    due_on: date | None  # until when the answer comes, while it is awaited


def tell(appeal: Appeal) -> Objection:
    """Returns the words for a family's appeal."""
    titles = {
        AppealStatus.DIAJUKAN: _("Keberatan Anda sudah kami terima"),
        AppealStatus.DIPROSES: _("Keberatan Anda sedang diperiksa"),
        AppealStatus.DITERIMA: _("Keberatan Anda diterima"),
        AppealStatus.DITOLAK: _("Keberatan Anda tidak diterima"),
    }
    awaited = appeal.status in OPEN_APPEALS
    meaning = _("Kecamatan menjawab paling lambat %(day)s.") % {"day": date_format(appeal.due_on)}
    if appeals.is_late(appeal, timezone.localdate()):
        meaning = _("Jawaban terlambat, seharusnya %(day)s. Camat sudah diberi tahu.") % {
            "day": date_format(appeal.due_on)
        }
    if not awaited:
        meaning = _("Dijawab kecamatan, %(day)s.") % {"day": date_format(timezone.localdate(appeal.decided_at))}
    reopened = appeal.status == AppealStatus.DITERIMA and appeal.about == Appeal.About.DITOLAK
    if reopened:
        meaning += " " + _("Permohonan Anda diperiksa dan diputuskan lagi.")
    return Objection(
        appeal.code, titles[AppealStatus(appeal.status)], meaning, appeal.answer, appeal.due_on if awaited else None
    )
