"""How an application ends without a decision: the family takes it back, or its day to complete it passes."""

from datetime import date

import pghistory
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos.models import Notification
from bansos.privacy import refuse_told
from bansos.scope import covers
from beneficiaries import applications, kinship
from beneficiaries.applications import ApplicationError
from beneficiaries.models import Application
from beneficiaries.models.application import OPEN_STATUSES, ApplicationStatus

S = ApplicationStatus
NOT_OPEN = _("Permohonan ini sudah selesai. Muat ulang halaman.")
WHY_MISSING = _("Tulis mengapa keluarga ini membatalkan. Keluarga membacanya.")
TOLD_CANCELLED = _("Permohonan Anda dibatalkan atas permintaan Anda. Anda boleh mendaftar lagi kapan saja.")
TOLD_LAPSED = _("Batas waktu melengkapi berkas sudah lewat, jadi permohonan ini ditutup. Anda boleh mendaftar lagi.")


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
        locked.reason = reason
        return _end(locked, S.DIBATALKAN, TOLD_CANCELLED)


def _refusal(case: Application, by) -> str:
    on_a_list = case.deliberation_cases.exclude(deliberation__status="diputuskan").exists
    for fine, sentence in (
        (by.has_perm("beneficiaries.change_application"), applications.NOT_ALLOWED),
        (covers(by, case.region_id), applications.OUTSIDE),
        (case.status in OPEN_STATUSES, NOT_OPEN),
        (not kinship.is_kin(by, case.kk_index), kinship.OWN_FAMILY),
        (not on_a_list(), applications.ON_A_LIST),
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
