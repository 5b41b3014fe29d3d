"""What a family reads on the page of its case about its own objection, and about a neighbour's."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from beneficiaries import appeal_texts, appeals
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
    elif appeal.status == AppealStatus.DITERIMA:
        meaning += " " + _("Kelurahan memeriksa lagi data keluarga Anda.")
    return Objection(
        appeal.code, titles[AppealStatus(appeal.status)], meaning, appeal.answer, appeal.due_on if awaited else None
    )


@dataclass(frozen=True)
class Spoken:
    """What a family reads about a neighbour's objection: what is held against it and what came of it, never who spoke.

    It holds nothing that the neighbour wrote: no number, no words, no name for the family, no day.
    """

    title: str
    meaning: str
    said: list[str]
    answer: str
    due_on: date | None  # until when the answer comes, while it is awaited


def tell_about(appeal: Appeal) -> Spoken:
    """Returns the words about a neighbour's appeal for the family that it is about."""
    said = appeal_texts.held_against(appeal)
    if appeal.status in OPEN_APPEALS:
        meaning = _("Kecamatan memeriksanya. Anda boleh menjelaskan atau membawa bukti ke kantor kecamatan.")
        return Spoken(_("Ada keberatan warga tentang keluarga Anda"), meaning, said, "", appeal.due_on)
    day = date_format(timezone.localdate(appeal.decided_at))
    meaning = _("%(outcome)s Dijawab kecamatan, %(day)s.") % {"outcome": appeal_texts.outcome(appeal), "day": day}
    return Spoken(_("Keberatan warga tentang keluarga Anda"), meaning, said, appeal.notice, None)
