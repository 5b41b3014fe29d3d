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
from bansos.refusals import constraint
from bansos.scope import covers
from beneficiaries import appeals, letter_texts
from beneficiaries.models import Application, Letter
from beneficiaries.models.letter import LetterKind

ISSUE = "beneficiaries.issue_letter"
NUMBER = "{serial:04d}/{kind}/{place}/{month}/{year}"
SHORT = {
    LetterKind.KEPUTUSAN: "SKP", LetterKind.SKTM: "SKTM", LetterKind.KUASA: "SKU", LetterKind.SPTJM: "SPTJM",
    LetterKind.JAWABAN: "SJK",
}  # fmt: skip
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")

MAY_NOT = _("Akun Anda tidak boleh menerbitkan surat. Minta staf kelurahan.")
OUTSIDE = _("Permohonan ini di luar wilayah Anda.")
UNDECIDED = _("Permohonan ini belum diputuskan. Surat keputusan ada setelah keputusan.")
UNANSWERED = _("Keberatan permohonan ini belum dijawab. Surat jawaban ada setelah jawaban.")
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
    return _issue(application, LetterKind(kind), details or {}, by)


def own_decision(*, application: Application) -> Letter:
    """Returns the decision letter for the applicant, issued at the first call. Raises LetterError when undecided."""
    return _issue(application, LetterKind.KEPUTUSAN, {}, None)


def own_answer(*, application: Application) -> Letter:
    """Returns the letter that answers the family's own appeal, issued at the first call. Raises LetterError."""
    return _issue(application, LetterKind.JAWABAN, {}, None)


def _issue(application: Application, kind: LetterKind, details: dict[str, str], by) -> Letter:
    decision_at = _decided_at(application, kind)
    if decision_at and (again := _of_decision(application, kind, decision_at)):
        return again
    try:
        content = letter_texts.content(application=application, kind=kind, details=details)
    except letter_texts.DetailError as error:
        raise LetterError(str(error)) from error
    try:
        with transaction.atomic(), pghistory.context(user=by and by.pk):
            return _numbered(application, kind, content, decision_at, by)
    except IntegrityError as error:
        if constraint(error) == "letter_one_per_decision" and (again := _of_decision(application, kind, decision_at)):
            return again  # two at once: the first stands
        raise


def is_decided(application: Application) -> bool:
    """Whether an application has a decision that a letter can tell."""
    told = {Application.Status.DITETAPKAN_LAYAK, Application.Status.DITOLAK}
    return application.status in told and application.decided_at is not None


def _decided_at(application: Application, kind: LetterKind) -> datetime | None:
    """When what the letter tells was decided; None for a letter that tells no decision. Raises LetterError."""
    if kind == LetterKind.KEPUTUSAN:
        if not is_decided(application):
            raise LetterError(str(UNDECIDED))
        return application.decided_at
    if kind == LetterKind.JAWABAN:
        appeal = appeals.answered(application)
        if appeal is None:
            raise LetterError(str(UNANSWERED))
        return appeal.decided_at
    return None


def _of_decision(application: Application, kind: LetterKind, decision_at: datetime | None) -> Letter | None:
    return application.letters.filter(kind=kind, decision_at=decision_at, revoked_at=None).first()


def _numbered(application: Application, kind: LetterKind, content: dict, decision_at, by) -> Letter:
    today = timezone.localdate()
    place = Region.objects.get(code=kelurahan_of(application.region_id))
    with connection.cursor() as cursor:  # the same lock as the trigger's: the next number is ours alone
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtext('letter ' || %s::text || %s::text || %s::text))",
            [place.pk, kind.value, str(today.year)],
        )
    last = Letter.objects.filter(region=place, kind=kind, year=today.year).order_by("-serial").first()
    serial = last.serial + 1 if last else 1
    number = NUMBER.format(
        serial=serial, kind=SHORT[kind], place=place.name, month=ROMAN[today.month - 1], year=today.year
    )
    return Letter.objects.create(
        kind=kind, region=place, year=today.year, serial=serial, number=number, code=codes.new(),
        application=application, decision_at=decision_at, content=content, digest=digest(content), issued_by=by,
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
    if len(reason) < 5:
        raise LetterError(str(REASON_MISSING))
    with transaction.atomic(), pghistory.context(user=by.pk):
        row = Letter.objects.select_for_update().get(pk=letter.pk)
        if row.revoked_at:
            raise LetterError(str(REVOKED))
        row.revoked_at, row.revoked_by, row.revoked_reason = timezone.now(), by, reason
        row.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
    return row


def find(code: str) -> Letter | None:
    """Returns the letter with this code, however it was typed."""
    return Letter.objects.select_related("region").filter(code=codes.normalise(code)).first()
