"""Verbs of letters: issue, revoke, find. A letter keeps its words as issued; its number comes without a gap."""

import hashlib
import json
from datetime import datetime

import pghistory
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos import codes
from bansos.models import Region
from bansos.models.region import kelurahan_of
from bansos.privacy import refuse_told
from bansos.refusals import constraint
from bansos.scope import covers
from beneficiaries import appeal_families, appeal_texts, appeals, letter_texts
from beneficiaries.models import Appeal, Application, Letter
from beneficiaries.models.appeal import ANSWERED
from beneficiaries.models.letter import LetterKind

ISSUE = "beneficiaries.issue_letter"
NUMBER = "{serial:04d}/{kind}/{place}/{month}/{year}"
SHORT = {
    LetterKind.KEPUTUSAN: "SKP", LetterKind.SKTM: "SKTM", LetterKind.KUASA: "SKU", LetterKind.SPTJM: "SPTJM",
    LetterKind.JAWABAN: "SJK", LetterKind.PEMBERITAHUAN: "SPB", LetterKind.UNDANGAN: "UND",
}  # fmt: skip
SHORTEST_REASON = 5  # letters of why one is revoked
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")

MAY_NOT = _("Akun Anda tidak boleh menerbitkan surat. Minta staf kelurahan.")
OUTSIDE = _("Permohonan ini di luar wilayah Anda.")
UNDECIDED = _("Permohonan ini belum diputuskan. Surat keputusan ada setelah keputusan.")
UNANSWERED = _("Keberatan ini belum dijawab. Suratnya ada setelah jawaban.")
FAMILY_UNKNOWN = _("Keluarga yang dimaksud pengaju tidak ditunjuk, jadi tidak ada surat untuknya.")
REASON_MISSING = _("Tulis alasan pencabutan, paling sedikit lima huruf.")
REVOKED = _("Surat ini sudah dicabut.")


class LetterError(ValueError):
    """The letter cannot be issued or revoked; its sentence says what to do."""


def issue(*, application: Application, kind: str, details: dict[str, str] | None = None, by) -> Letter:
    """Issues a letter about an application for an officer and returns it.

    `details` are what `letter_texts.QUESTIONS` asks for this kind. A decision that has its letter keeps it. Raises
    LetterError.
    """
    if not by.has_perm(ISSUE):
        raise LetterError(str(MAY_NOT))
    if not covers(by, application.region_id):
        raise LetterError(str(OUTSIDE))
    refuse_told(LetterError, *(details or {}).values())
    return _issue(application, LetterKind(kind), details or {}, by)


def own_decision(*, application: Application) -> Letter:
    """Returns the decision letter for the applicant, issued at the first call. Raises LetterError when undecided."""
    return _issue(application, LetterKind.KEPUTUSAN, {}, None)


def own_answer(*, application: Application) -> Letter:
    """Returns the letter that answers the family's own appeal, issued at the first call. Raises LetterError."""
    return _issue(application, LetterKind.JAWABAN, {}, None)


def to_neighbour(*, appeal: Appeal) -> Letter:
    """Returns the letter that answers a neighbour, who has the appeal's number, issued at the first call.

    Raises LetterError while it is unanswered.
    """
    return _issue(appeal, LetterKind.JAWABAN, {}, None)


def to_family(*, appeal: Appeal) -> Letter:
    """Returns the letter that tells a family of a neighbour's answered appeal, issued at the first call.

    Raises LetterError while it is unanswered, and when nobody knows which family it means.
    """
    return _issue(appeal, LetterKind.PEMBERITAHUAN, {}, None)


def may_issue_about(appeal: Appeal, kind: LetterKind, by) -> bool:
    """Tells whether an officer hands out a letter about an answered appeal; a neighbour's is the kecamatan's alone."""
    if appeal.status not in ANSWERED or kind not in _kinds_about(appeal) or not covers(by, appeal.region_id):
        return False
    hands_out = by.has_perm(ISSUE) and (appeal.is_own or kind == LetterKind.PEMBERITAHUAN)
    return by.has_perm(appeals.DECIDE) or hands_out


def _kinds_about(appeal: Appeal) -> list[LetterKind]:
    told = [LetterKind.PEMBERITAHUAN] if appeal.kk_index else []
    return [LetterKind.JAWABAN, *told]


def issue_about(*, appeal: Appeal, kind: str, by) -> Letter:
    """Issues a letter about an answered appeal for an officer and returns it. Raises LetterError."""
    if not may_issue_about(appeal, LetterKind(kind), by):
        raise LetterError(str(MAY_NOT))
    return _issue(appeal.application or appeal, LetterKind(kind), {}, by)


def _issue(about: Application | Appeal, kind: LetterKind, details: dict[str, str], by) -> Letter:
    decision_at = _decided_at(about, kind)
    if decision_at and (again := _of_decision(about, kind, decision_at)):
        return again
    try:
        with transaction.atomic():
            return number(
                kind=kind, place=_kelurahan(about.region_id), content=_content(about, kind, details), by=by,
                decision_at=decision_at, **_subject(about),
            )  # fmt: skip
    except IntegrityError as error:
        if constraint(error) == "letter_one_per_decision" and (again := _of_decision(about, kind, decision_at)):
            return again  # two at once: the first stands
        raise


def _subject(about: Application | Appeal) -> dict:
    return {"appeal": about} if isinstance(about, Appeal) else {"application": about}


def _content(about: Application | Appeal, kind: LetterKind, details: dict[str, str]) -> dict:
    """Returns the words of a letter. Raises LetterError."""
    if isinstance(about, Application):
        try:
            return letter_texts.content(application=about, kind=kind, details=details)
        except letter_texts.DetailError as error:
            raise LetterError(str(error)) from error
    if kind == LetterKind.JAWABAN:
        return appeal_texts.to_neighbour(about)
    family = appeal_families.named(about)
    if family is None:
        raise LetterError(str(FAMILY_UNKNOWN))
    return appeal_texts.to_family(about, family)


def _kelurahan(code: str) -> Region:
    return Region.objects.get(code=kelurahan_of(code))


def is_decided(application: Application) -> bool:
    """Whether an application has a decision that a letter can tell."""
    told = {Application.Status.DITETAPKAN_LAYAK, Application.Status.DITOLAK}
    return application.status in told and application.decided_at is not None


def _decided_at(about: Application | Appeal, kind: LetterKind) -> datetime | None:
    """When what the letter tells was decided; None for a letter that tells no decision. Raises LetterError."""
    if kind == LetterKind.KEPUTUSAN and isinstance(about, Application):
        if not is_decided(about):
            raise LetterError(str(UNDECIDED))
        return about.decided_at
    if kind in {LetterKind.JAWABAN, LetterKind.PEMBERITAHUAN}:
        appeal = about if isinstance(about, Appeal) else appeals.answered(about)
        if appeal is None or appeal.status not in ANSWERED:
            raise LetterError(str(UNANSWERED))
        return appeal.decided_at
    return None


def _of_decision(about: Application | Appeal, kind: LetterKind, decision_at: datetime | None) -> Letter | None:
    return about.letters.filter(kind=kind, decision_at=decision_at, revoked_at=None).first()


def number(*, kind: LetterKind, place: Region, content: dict, by=None, **subject) -> Letter:
    """Keeps a letter of a kelurahan under its next number, and returns it; the caller holds the transaction.

    `subject` is what it is about: an application, a neighbour's appeal or a guest, and the day of the decision.
    """
    today = timezone.localdate()
    with connection.cursor() as cursor:  # the same lock as the trigger's: the next number is ours alone
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('letter ' || %s::text || %s::text || %s::text))",
            [place.pk, kind.value, str(today.year)],
        )
    last = Letter.objects.filter(region=place, kind=kind, year=today.year).order_by("-serial").first()
    serial = last.serial + 1 if last else 1
    written = NUMBER.format(
        serial=serial, kind=SHORT[kind], place=place.name, month=ROMAN[today.month - 1], year=today.year
    )
    with pghistory.context(user=by and by.pk):
        return Letter.objects.create(
            kind=kind, region=place, year=today.year, serial=serial, number=written, code=codes.new(),
            content=content, digest=digest(content), issued_by=by, **subject,
        )  # fmt: skip


def digest(content: dict) -> str:
    """Returns the SHA-256 of a letter's content, as 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def revoke(*, letter: Letter, reason: str, by) -> Letter:
    """Revokes a letter; whoever checks it reads so. Raises LetterError."""
    if not by.has_perm(ISSUE):
        raise LetterError(str(MAY_NOT))
    if not covers(by, letter.region_id):
        raise LetterError(str(OUTSIDE))
    reason = " ".join(reason.split())
    if len(reason) < SHORTEST_REASON:
        raise LetterError(str(REASON_MISSING))
    refuse_told(LetterError, reason)
    with transaction.atomic(), pghistory.context(user=by.pk):
        row = Letter.objects.select_for_update().get(pk=letter.pk)
        if row.revoked_at:
            raise LetterError(str(REVOKED))
        row.revoked_at, row.revoked_by, row.revoked_reason = timezone.now(), by, reason
        row.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
    return row


def find(code: str) -> Letter | None:
    """Returns the letter with this code, however it was typed."""
    return Letter.objects.select_related("region", "guest").filter(code=codes.normalise(code)).first()
