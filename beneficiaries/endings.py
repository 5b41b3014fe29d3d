"""How an application ends without a decision: the family takes it back, or its day to complete it passes.

A family takes it back at the desk, or by itself on its status page; the same applications may be taken back there.
"""

from datetime import date, datetime

import pghistory
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos import notifications
from bansos.models import Notification, Role, User
from bansos.privacy import refuse_told
from bansos.scope import covers
from beneficiaries import applications, kinship, verification
from beneficiaries.applications import ApplicationError
from beneficiaries.models import Application
from beneficiaries.models.application import OPEN_STATUSES, ApplicationStatus

S = ApplicationStatus
NOT_OPEN = _("Permohonan ini sudah selesai. Muat ulang halaman.")
WHY_MISSING = _("Tulis mengapa keluarga ini membatalkan. Keluarga membacanya.")
WHY_ODD = _("Pilih mengapa Anda membatalkan.")
ENDED = _("Permohonan ini sudah selesai, jadi tidak ada yang dibatalkan.")
BEFORE_A_MEETING = _("Permohonan Anda masuk daftar musyawarah. Ingin membatalkan? Hubungi kantor kelurahan.")
BY_THE_FAMILY = "cek-status"  # the source that the history names
TOLD_CANCELLED = _("Permohonan Anda dibatalkan atas permintaan Anda. Anda boleh mendaftar lagi kapan saja.")
TOLD_LAPSED = _("Batas waktu melengkapi berkas sudah lewat, jadi permohonan ini ditutup. Anda boleh mendaftar lagi.")


class Why(models.TextChoices):
    """What a family answers when it takes its application back by itself."""

    MEMBAIK = "membaik", _("Keadaan keluarga kami sudah lebih baik")
    BANTUAN_LAIN = "bantuan_lain", _("Kami sudah menerima bantuan lain")
    PINDAH = "pindah", _("Kami pindah rumah")
    KELIRU = "keliru", _("Ada isian yang keliru, kami ingin mendaftar lagi")
    LAIN = "lain", _("Sebab lain")


def may_cancel(*, application: Application, by) -> bool:
    """Whether `by` may note today that the family takes its application back."""
    return not _refusal(application, by)


def cancel(*, application: Application, reason: str, by) -> Application:
    """Notes that the family takes its application back, and why. Raises ApplicationError."""
    if not (reason := " ".join(reason.split())):
        raise ApplicationError(str(WHY_MISSING))
    refuse_told(ApplicationError, reason)
    with transaction.atomic(), pghistory.context(user=by.pk):
        locked = Application.objects.select_for_update().get(pk=application.pk)
        if sentence := _refusal(locked, by):
            raise ApplicationError(sentence)
        return _taken_back(locked, reason, by)


def why_not_take_back(application: Application) -> str:
    """Returns why a family cannot take its application back by itself now, "" when it can."""
    if application.status not in OPEN_STATUSES:
        return str(ENDED)
    return str(BEFORE_A_MEETING) if _on_a_list(application) else ""


def take_back(*, application: Application, why: str) -> Application:
    """Takes an application back for its family, who has just told code and birth date or both numbers.

    No officer stands behind it: the history names the status page. Raises ApplicationError.
    """
    if why not in Why.values:
        raise ApplicationError(str(WHY_ODD))
    with transaction.atomic(), pghistory.context(user=None, source=BY_THE_FAMILY):
        locked = Application.objects.select_for_update().get(pk=application.pk)
        if sentence := why_not_take_back(locked):
            raise ApplicationError(sentence)
        return _taken_back(locked, str(Why(why).label))


def ended_at(application: Application) -> datetime | None:
    """Returns when a finished application got its last status, from its history; None while it is open."""
    if application.status in OPEN_STATUSES:
        return None
    return _last_event(application).pgh_created_at


def by_the_family(application: Application) -> bool:
    """Tells whether the family took its application back by itself, on its status page."""
    event = _last_event(application)
    told = event.pgh_context.metadata if event.pgh_context else {}
    return application.status == S.DIBATALKAN and told.get("source") == BY_THE_FAMILY


def _last_event(application: Application):
    """The event with which the present status began."""
    history = Application.pgh_event_model.objects  # type: ignore[attr-defined]
    events = history.filter(pgh_obj_id=application.pk, status=application.status)
    return events.select_related("pgh_context").earliest("pgh_id")


def _taken_back(locked: Application, reason: str, by: User | None = None) -> Application:
    """Ends a locked application, and tells who would go on with it, so that nobody visits the house in vain."""
    sentence = _("%(name)s membatalkan permohonannya. Tidak perlu dikunjungi atau diperiksa lagi.")
    seats = {S.DIAJUKAN: (Role.RT, locked.region_id), S.VERIFIKASI_LAPANGAN: (Role.RW, locked.region.parent_id or "")}
    waits = seats.get(S(locked.status))
    told = [(user, "/verifikasi/") for user in verification.holders(*waits)] if waits else []
    staff = User.objects.filter(role=Role.STAF, region=locked.region.kelurahan_code, is_active=True)
    told += [(user, f"/admin/beneficiaries/application/{locked.pk}/change/") for user in staff]
    notifications.tell(
        notifications.Message(
            recipient=user, kind=Notification.Kind.KEPUTUSAN, sentence=(str(sentence) % {"name": locked.name})[:300],
            subject="application", subject_id=locked.pk, occasion="dibatalkan", region_id=locked.region_id, link=link,
        )
        for user, link in told
        if by is None or user.pk != by.pk
    )  # fmt: skip
    locked.reason = reason
    return _end(locked, S.DIBATALKAN, TOLD_CANCELLED)


def _on_a_list(case: Application) -> bool:
    return case.deliberation_cases.exclude(deliberation__status="diputuskan").exists()


def _refusal(case: Application, by) -> str:
    for fine, sentence in (
        (by.has_perm("beneficiaries.change_application"), applications.NOT_ALLOWED),
        (covers(by, case.region_id), applications.OUTSIDE),
        (case.status in OPEN_STATUSES, NOT_OPEN),
        (not kinship.is_kin(by, case.kk_index), kinship.OWN_FAMILY),
        (not _on_a_list(case), applications.ON_A_LIST),
    ):
        if not fine:
            return str(sentence)
    return ""


def lapse(today: date | None = None) -> int:
    """Closes what its family has not completed by the day it was told, and returns how many that is.

    A night that was missed is made up by the next. The database refuses to close before that day is over.
    """
    today, closed = today or timezone.localdate(), 0
    late = Application.objects.filter(status=S.PERLU_PERBAIKAN, due_on__lt=today)
    for number in late.values_list("pk", flat=True):
        with transaction.atomic():
            case = late.select_for_update(of=["self"]).filter(pk=number).first()
            if case:
                _end(case, S.KEDALUWARSA, TOLD_LAPSED)
                closed += 1
    return closed


def _end(locked: Application, status: str, told) -> Application:
    locked.status, locked.due_on = status, None
    locked.save(update_fields=["status", "due_on", "reason"])
    applications.tell_family(locked, Notification.Kind.KEPUTUSAN, str(told))
    return locked
