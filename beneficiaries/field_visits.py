"""Verbs of the field visit: the kelurahan's desk orders one, another officer makes it, and the case returns."""

import pghistory
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from bansos import notifications
from bansos.attachments import Content
from bansos.models import Notification, Role, User
from bansos.privacy import PRIVATE, tells_number
from bansos.refusals import constraint
from bansos.scope import covers
from beneficiaries import applications, deadlines, deliberations, kinship, photos, places, verification
from beneficiaries.doubts import AT_THE_DESK
from beneficiaries.models import Application, FieldVisit, Verification
from beneficiaries.models.application import ApplicationStatus

S, Ground, Result, Presence = ApplicationStatus, FieldVisit.Ground, Verification.Result, Verification.Presence
ORDER, VISIT = "beneficiaries.decide_application", "beneficiaries.visit_application"
# Why a family was not met, for a visit that did not find it.
ABSENCES = (Presence.TIDAK_DITEMUKAN, Presence.PINDAH, Presence.MENINGGAL, Presence.GANDA, Presence.MENOLAK)

MAY_NOT_ORDER = _("Akun Anda tidak boleh meminta kunjungan. Minta lurah atau staf kelurahan.")
MAY_NOT_VISIT = _("Akun Anda tidak boleh mencatat kunjungan. Minta staf kelurahan.")
OUTSIDE = _("Keluarga ini di luar wilayah Anda. Minta kelurahan setempat mengurusnya.")
NOT_AT_THE_DESK = _("Permohonan ini tidak sedang di meja kelurahan. Muat ulang halaman.")
VERIFIED_BEFORE = _("Anda sudah memeriksa permohonan ini di langkah lain. Minta rekan lain.")
GROUND_ODD = _("Pilih sebabnya dari daftar.")
NOTE_MISSING = _("Tulis apa yang perlu dilihat. Petugas yang berkunjung membacanya.")
NOT_WAITING = _("Permohonan ini tidak sedang menunggu kunjungan. Muat ulang halaman.")
OWN_ORDER = _("Anda yang meminta kunjungan ini. Rekan lain yang berkunjung, supaya ada dua pasang mata.")
SIGHT_ODD = _("Pilih apa yang Anda temukan di rumah itu.")
SEEN_MISSING = _("Tulis apa yang Anda lihat. Yang memutuskan membacanya.")
ABSENCE_ODD = _("Pilih mengapa keluarga tidak ditemukan.")
FACTS_ODD = _("Centang data yang berbeda hanya bila keadaannya berbeda dari yang tertulis.")

# What the database says when it refuses, by the name of the constraint or trigger.
REFUSALS = verification.REFUSALS | {
    "field_visit_in_region": OUTSIDE,
    "field_visit_ordered_at_the_desk": NOT_AT_THE_DESK,
    "field_visit_ordered_by_no_verifier": VERIFIED_BEFORE,
    "verification_visit_by_another": OWN_ORDER,
    "verification_one_step_per_person": VERIFIED_BEFORE,
}


class FieldVisitError(ValueError):
    """The visit cannot be ordered or recorded like this; its sentence says what to do."""


# --- ordering


def may_order(*, application: Application, by: User) -> bool:
    """Tells whether this officer may send somebody to the family's house now."""
    return not _why_not_order(application, by)


def _why_not_order(case: Application, by: User) -> str:
    meeting = deliberations.list_of(case)
    for fine, sentence in (
        (by.has_perm(ORDER), MAY_NOT_ORDER),
        (covers(by, case.region_id), OUTSIDE),
        (case.status in AT_THE_DESK, NOT_AT_THE_DESK),
        (meeting is None, deliberations.ON_A_LIST % {"meeting": meeting}),
        (not kinship.is_kin(by, case.kk_index), kinship.OWN_FAMILY),
        (not case.verifications.filter(by=by).exists(), VERIFIED_BEFORE),
    ):
        if not fine:
            return str(sentence)
    return ""


def order(*, application: Application, ground: str, note: str, by: User) -> FieldVisit:
    """Sends somebody to look at a family's house, and returns the order; the case waits for the visit.

    The colleagues who may make it, and the family, are told in the same transaction. Raises FieldVisitError.
    """
    note = " ".join(note.split())
    for fine, sentence in (
        (ground in Ground.values, GROUND_ODD),
        (note, NOTE_MISSING),
        (not tells_number(note), PRIVATE),
    ):
        if not fine:
            raise FieldVisitError(str(sentence))
    try:
        with transaction.atomic(), pghistory.context(user=by.pk):
            locked = Application.objects.select_for_update(of=["self"]).select_related("region").get(pk=application.pk)
            if refusal := _why_not_order(locked, by):
                raise FieldVisitError(refusal)
            made = locked.field_visits.create(region_id=locked.region_id, ground=ground, note=note, by=by)
            locked.status, locked.due_on = S.KUNJUNGAN, deadlines.due_on(S.KUNJUNGAN)
            locked.save(update_fields=["status", "due_on"])
            _tell(made, locked)
    except IntegrityError as error:
        raise FieldVisitError(_sentence(error)) from error
    return made


def _tell(made: FieldVisit, case: Application) -> None:
    """Tells the kelurahan's other staff what to look at, and the family that somebody comes."""
    sentence = _("Kunjungi {name}, {place}: {note}").format(name=case.name, place=case.region.label, note=made.note)
    staff = User.objects.filter(role=Role.STAF, region=case.region.kelurahan_code, is_active=True)
    notifications.tell(
        notifications.Message(
            recipient=user, kind=Notification.Kind.KUNJUNGAN, sentence=sentence[:300], subject="application",
            subject_id=case.pk, occasion=f"kunjungan {made.pk}", region_id=case.region_id,
            link=f"/admin/beneficiaries/application/{case.pk}/change/",
        )
        for user in staff.exclude(pk=made.by_id)
        if not kinship.is_kin(user, case.kk_index)
    )  # fmt: skip
    word = _("Petugas kelurahan akan berkunjung ke rumah Anda. Kunjungan ini gratis.")
    applications.tell_family(case, Notification.Kind.KEPUTUSAN, str(word), f"kunjungan {made.pk}")


# --- visiting


def waiting_visit(application: Application) -> FieldVisit | None:
    """Returns the order that an application waits on, if any."""
    return application.field_visits.filter(finding=None).select_related("by").last()


def ordered_by() -> dict[int, int]:
    """Returns who ordered the visit that each waiting application waits on, by the application's number."""
    waiting = FieldVisit.objects.filter(finding=None, application__status=S.KUNJUNGAN)
    return dict(waiting.values_list("application", "by"))


def tasks_for(user: User):
    """Returns the applications whose house this officer may visit now, the most pressing first."""
    waiting = Application.objects.for_officer(user).filter(status=S.KUNJUNGAN).exclude(kinship.kin_q(user))
    own = FieldVisit.objects.filter(finding=None, by=user)
    seen = Verification.objects.filter(by=user)
    mine = waiting.exclude(pk__in=own.values("application")).exclude(pk__in=seen.values("application"))
    return mine.exclude(submitted_by=user).order_by("due_on", "pk")


def may_visit(*, application: Application, by: User) -> bool:
    """Tells whether this officer may make the visit that the application waits on."""
    return not _why_not_visit(application, waiting_visit(application), by)


def why_not_visit(*, application: Application, by: User) -> str:
    """Returns the sentence for an officer who may not make the visit; empty for one who may."""
    return _why_not_visit(application, waiting_visit(application), by)


def _why_not_visit(case: Application, visit: FieldVisit | None, by: User) -> str:
    for fine, sentence in (
        (by.has_perm(VISIT), MAY_NOT_VISIT),
        (covers(by, case.region_id), OUTSIDE),
        (case.status == S.KUNJUNGAN and visit, NOT_WAITING),
        (visit is None or visit.by_id != by.pk, OWN_ORDER),
        (case.submitted_by_id != by.pk, verification.HELPED),
        (not kinship.is_kin(by, case.kk_index), kinship.OWN_FAMILY),
        (not case.verifications.filter(by=by).exists(), VERIFIED_BEFORE),
    ):
        if not fine:
            return str(sentence)
    return ""


def record(
    *, application: Application, sight: str, note: str, by: User, absence: str = "", wrong_facts=(),
    photo: Content | None = None, place: str = "",
) -> Verification:  # fmt: skip
    """Notes what a visitor saw; the case returns to the kelurahan's desk. Returns the finding.

    `sight` is one of `Verification.SIGHTINGS`; `absence` says why a family was not found, `wrong_facts` names what
    differs from what was stated (it then does not overwrite the register). `place` is where the visitor stood, as
    `places.read` takes it. Raises FieldVisitError.
    """
    note = " ".join(note.split())
    for fine, sentence in (
        (sight in Verification.SIGHTINGS, SIGHT_ODD),
        (note, SEEN_MISSING),
        (not tells_number(note), PRIVATE),
        (sight != Result.TIDAK_ADA or absence in ABSENCES, ABSENCE_ODD),
        (sight == Result.BERBEDA or not wrong_facts, FACTS_ODD),
        (set(wrong_facts) <= set(verification.fact_labels()), verification.FACT_ODD),
    ):
        if not fine:
            raise FieldVisitError(str(sentence))
    try:
        with transaction.atomic(), pghistory.context(user=by.pk):
            locked = Application.objects.select_for_update().get(pk=application.pk)
            visit = waiting_visit(locked)
            if refusal := _why_not_visit(locked, visit, by):
                raise FieldVisitError(refusal)
            found = locked.verifications.create(
                region_id=locked.region_id, step=Verification.Step.KUNJUNGAN, visit=visit, result=sight, reason=note,
                presence=absence if sight == Result.TIDAK_ADA else Presence.DITEMUKAN, by=by,
                wrong_facts=list(wrong_facts), turn=locked.handbacks.count(),
            )  # fmt: skip
            locked.status, locked.due_on = S.VERIFIKASI_ADMINISTRASI, deadlines.due_on(S.VERIFIKASI_ADMINISTRASI)
            locked.save(update_fields=["status", "due_on"])
            places.note(application=locked, stated=place, by=by)
            if photo:
                photos.add(about=found, content=photo, by=by)
    except IntegrityError as error:
        raise FieldVisitError(_sentence(error)) from error
    return found


def _sentence(error: IntegrityError) -> str:
    """Returns the sentence for a refusal of the database. Raises it again when it is not one of ours."""
    if constraint(error) not in REFUSALS:
        raise error
    return str(REFUSALS[constraint(error)])
