"""Verbs of conflicting answers: a phone sent one, the server knew another.

Those who verify look at both and may comment; a person of the kelurahan settles it.
"""

import pghistory
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bansos import notifications
from bansos.models import Notification, Role, User
from bansos.privacy import PRIVATE, tells_number
from bansos.refusals import constraint
from bansos.scope import covers
from beneficiaries import kinship, verification
from beneficiaries.models import Application, ConflictComment, Settlement, Verification, VerificationEvent
from beneficiaries.models.application import ApplicationStatus
from beneficiaries.models.handback import MOST_RETURNS

S, Stands = ApplicationStatus, Settlement.Stands
SETTLE = "beneficiaries.decide_application"
MOST_COMMENTS = 5  # of one officer on one conflict

OWN_ANSWER = _("Ini jawaban Anda sendiri. Minta rekan lain yang memilih.")
MAY_NOT = _("Beda jawaban diselesaikan lurah atau staf kelurahan.")
OUTSIDE = _("Jawaban ini di luar wilayah Anda.")
NO_CONFLICT = _("Jawaban ini tidak berbeda dari yang tercatat.")
SETTLED = _("Beda jawaban ini sudah diselesaikan. Muat ulang halaman.")
STANDS_ODD = _("Pilih jawaban yang dipakai.")
NOTE_MISSING = _("Tulis alasannya, misalnya siapa yang Anda tanyai.")
COMMENT_MISSING = _("Tulis komentar Anda, misalnya apa yang Anda lihat di rumah itu.")
ENOUGH_SAID = _("Anda sudah menulis lima komentar. Telepon kelurahan bila masih ada yang penting.")
VERIFIED_BEFORE = _("Anda sudah memutuskan permohonan ini. Minta rekan lain.")
BACK_ENOUGH = _("Permohonan ini sudah tiga kali dikembalikan, jadi tidak dapat diulang lagi. Pakai yang di server.")
TOO_LATE = _("Jawaban dari HP tidak dapat dipakai sekarang, langkahnya sudah lewat. Pakai yang di server.")

# What the database says when it refuses a settlement, by the name of the constraint or trigger.
REFUSALS = {
    "beneficiaries_settlement_event_id_key": SETTLED,  # two settle at once
    "settlement_of_a_conflict_by_another": OWN_ANSWER,
    "handback_at_most_three": BACK_ENOUGH,
    kinship.REFUSAL: kinship.OWN_FAMILY,
}


class ConflictError(ValueError):
    """The conflict cannot be settled like this; its sentence says what to do."""


def tell(event: VerificationEvent) -> None:
    """Tells the kelurahan's staff that two answers differ, in the transaction of the event."""
    sentence = _("Jawaban {who} tentang {name} berbeda dari yang tercatat. Bandingkan keduanya.")
    _tell_staff(event, sentence.format(who=event.by, name=event.application.name), "diterima")


def _tell_staff(event: VerificationEvent, sentence: str, occasion: str) -> None:
    case = event.application
    staff = User.objects.filter(role=Role.STAF, region=case.region.kelurahan_code, is_active=True)
    notifications.tell(
        notifications.Message(
            recipient=user, kind=Notification.Kind.KONFLIK, sentence=sentence, subject="verificationevent",
            subject_id=event.pk, occasion=occasion, region_id=case.region_id,
            link=f"/admin/beneficiaries/verificationevent/{event.pk}/change/",
        )
        for user in staff
    )  # fmt: skip


def in_reach(user):
    """Returns the conflicts an RT or RW may read: those of the families in reach, and of the own answers."""
    conflicts = VerificationEvent.objects.filter(outcome=VerificationEvent.Outcome.KONFLIK)
    return conflicts.filter(Q(application__in=verification.in_reach(user)) | Q(by=user))


def compare(event: VerificationEvent, known: list[Verification]) -> list[tuple]:
    """Returns each part of an answer as (label, the phone's word, [(step, the server's word) of each finding])."""
    sent = Verification(**event.contents, by=event.by, at=event.received_at)
    labels = verification.fact_labels()
    parts = (
        (_("Rumah"), lambda one: one.get_presence_display()),
        (_("Penilaian"), lambda one: one.get_result_display()),
        (_("Alasan"), lambda one: one.reason or "-"),
        (_("Data keliru"), lambda one: ", ".join(labels.get(name, name) for name in one.wrong_facts) or "-"),
        (_("Oleh"), lambda one: f"{one.by}, {one.by.get_role_display()}"),
        (_("Diterima server"), lambda one: date_format(timezone.localtime(one.at), "j F Y, H.i")),
    )
    return [(label, word(sent), [(one.get_step_display(), word(one)) for one in known]) for label, word in parts]


def comment(*, event: VerificationEvent, text: str, by) -> ConflictComment:
    """Adds a comment of an RT or RW to an open conflict and tells the kelurahan's staff. Returns it.

    A comment decides nothing. Raises ConflictError, and then nothing has changed.
    """
    text = " ".join(text.split())
    for fine, sentence in (
        (event.outcome == VerificationEvent.Outcome.KONFLIK, NO_CONFLICT),
        (in_reach(by).filter(pk=event.pk).exists(), OUTSIDE),
        (not kinship.is_kin(by, event.application.kk_index), kinship.OWN_FAMILY),
        (text, COMMENT_MISSING),
        (not tells_number(text), PRIVATE),
        (event.comments.filter(by=by).count() < MOST_COMMENTS, ENOUGH_SAID),
    ):
        if not fine:
            raise ConflictError(str(sentence))
    try:
        with transaction.atomic(), pghistory.context(user=by.pk):
            made = ConflictComment.objects.create(event=event, text=text, by=by)
            words = {"who": by.get_role_display(), "name": event.application.name, "text": text}
            told = gettext("Komentar {who} tentang beda jawaban {name}: {text}").format(**words)
            _tell_staff(event, told[:300], f"komentar {made.pk}")
    except IntegrityError as error:
        raise ConflictError(str(SETTLED)) from error
    return made


def may_use_phone(event: VerificationEvent) -> bool:
    """Tells whether the phone's answer can still take effect: the step is open, or can be done anew by the RT."""
    case = event.application
    if case.status not in {S.DIAJUKAN, S.VERIFIKASI_LAPANGAN, S.VERIFIKASI_ADMINISTRASI}:
        return False
    if kinship.is_kin(event.by, case.kk_index) or case.submitted_by_id == event.by_id:
        return False
    return _waits_for(event.by, case) or (event.by.role == Role.RT and _may_go_back(case))


def _waits_for(author: User, case: Application) -> bool:
    return verification.tasks_for(author).filter(pk=case.pk).exists()


def _may_go_back(case: Application) -> bool:
    return case.handbacks.count() < MOST_RETURNS


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
        (not tells_number(note), PRIVATE),
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
        if constraint(error) not in REFUSALS:
            raise
        raise ConflictError(str(REFUSALS[constraint(error)])) from error
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
        raise ConflictError(str(TOO_LATE if _may_go_back(case) else BACK_ENOUGH))
    if not _waits_for(event.by, case):
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
            subject_id=event.pk, occasion="selesai", region_id=event.region_id,
            link=f"/verifikasi/beda-jawaban/{event.pk}/",
        )
    ])  # fmt: skip
