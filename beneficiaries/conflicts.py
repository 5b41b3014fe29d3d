"""Verbs of conflicting answers: a phone sent one, the server knew another; a person of the kelurahan settles it."""

import pghistory
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from bansos import notifications
from bansos.models import Notification, Role, User
from bansos.scope import covers
from beneficiaries import kinship, verification
from beneficiaries.models import Application, Settlement, VerificationEvent
from beneficiaries.models.application import ApplicationStatus

S, Stands = ApplicationStatus, Settlement.Stands
SETTLE = "beneficiaries.decide_application"

MAY_NOT = _("Beda jawaban diselesaikan lurah atau staf kelurahan.")
OUTSIDE = _("Jawaban ini di luar wilayah Anda.")
NO_CONFLICT = _("Jawaban ini tidak berbeda dari yang tercatat.")
SETTLED = _("Beda jawaban ini sudah diselesaikan. Muat ulang halaman.")
STANDS_ODD = _("Pilih jawaban yang dipakai.")
NOTE_MISSING = _("Tulis alasannya, misalnya siapa yang Anda tanyai.")
VERIFIED_BEFORE = _("Anda sudah memutuskan permohonan ini. Minta rekan lain.")
TOO_LATE = _("Jawaban dari HP tidak dapat dipakai lagi, langkahnya sudah lewat. Pakai yang di server.")


class ConflictError(ValueError):
    """The conflict cannot be settled like this; its sentence says what to do."""


def tell(event: VerificationEvent) -> None:
    """Tells the kelurahan's staff that two answers differ, in the transaction of the event."""
    case = event.application
    staff = User.objects.filter(role=Role.STAF, region=case.region.kelurahan_code, is_active=True)
    sentence = _("Jawaban {who} tentang {name} berbeda dari yang tercatat. Bandingkan keduanya.")
    notifications.tell(
        notifications.Message(
            recipient=user, kind=Notification.Kind.KONFLIK, sentence=sentence.format(who=event.by, name=case.name),
            subject="verificationevent", subject_id=event.pk, occasion="diterima", region_id=case.region_id,
            link=f"/admin/beneficiaries/verificationevent/{event.pk}/change/",
        )
        for user in staff
    )  # fmt: skip


def may_use_phone(event: VerificationEvent) -> bool:
    """Tells whether the phone's answer can still take effect: the step is open, or can be done anew by the RT."""
    case = event.application
    if case.status not in {S.DIAJUKAN, S.VERIFIKASI_LAPANGAN, S.VERIFIKASI_ADMINISTRASI}:
        return False
    if kinship.is_kin(event.by, case.kk_index):
        return False
    return verification.tasks_for(event.by).filter(pk=case.pk).exists() or event.by.role == Role.RT


def settle(*, event: VerificationEvent, stands: str, note: str, by) -> Settlement:
    """Settles a conflict: the server's answer stands, or the phone's takes effect. Returns the settlement.

    The phone's answer is recorded in the name of who gave it. Where the step was done meanwhile the case first goes
    back to the RT with the note, so that the RW looks anew. Raises ConflictError, and then nothing has changed.
    """
    note = " ".join(note.split())
    for fine, sentence in (
        (by.has_perm(SETTLE), MAY_NOT),
        (covers(by, event.region_id), OUTSIDE),
        (event.outcome == VerificationEvent.Outcome.KONFLIK, NO_CONFLICT),
        (stands in Stands.values, STANDS_ODD),
        (note, NOTE_MISSING),
    ):
        if not fine:
            raise ConflictError(str(sentence))
    try:
        with transaction.atomic(), pghistory.context(user=by.pk):
            case = Application.objects.select_for_update(of=["self"]).get(pk=event.application_id)
            _check_settler(event, case, by)
            if stands == Stands.HP:
                _use_phone(event, case, note, by)
            made = Settlement.objects.create(event=event, stands=stands, note=note, by=by)
            _tell_author(made)
    except verification.VerificationError as error:
        raise ConflictError(str(error)) from error
    except IntegrityError as error:
        raise ConflictError(str(SETTLED)) from error
    return made


def _check_settler(event: VerificationEvent, case: Application, by) -> None:
    """Raises ConflictError unless the locked case's conflict is open, and open to this person."""
    if Settlement.objects.filter(event=event).exists():
        raise ConflictError(str(SETTLED))
    if kinship.is_kin(by, case.kk_index):
        raise ConflictError(str(kinship.OWN_FAMILY))
    if case.verifications.filter(by=by).exists():
        raise ConflictError(str(VERIFIED_BEFORE))


def _use_phone(event: VerificationEvent, case: Application, note: str, by) -> None:
    event.application = case
    if not may_use_phone(event):
        raise ConflictError(str(TOO_LATE))
    if not verification.tasks_for(event.by).filter(pk=case.pk).exists():
        verification.hand_back(locked=case, note=note, by=by)
    verification.record(application=case, by=event.by, **event.contents)


def _tell_author(made: Settlement) -> None:
    event = made.event
    word = _("jawaban Anda dari HP") if made.stands == Stands.HP else _("yang tercatat di server")
    sentence = _("Beda jawaban tentang {name} selesai. Yang dipakai: {word}. {note}").format(
        name=event.application.name, word=word, note=made.note
    )
    notifications.tell([
        notifications.Message(
            recipient=event.by, kind=Notification.Kind.KONFLIK, sentence=sentence[:300], subject="verificationevent",
            subject_id=event.pk, occasion="selesai", region_id=event.region_id, link="/verifikasi/",
        )
    ])  # fmt: skip
