"""Verbs of verification: which families wait for an RT or RW, and what they found."""

import pghistory
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos.models import Role
from bansos.refusals import constraint
from bansos.scope import covers
from beneficiaries.answers import QUESTIONS, label
from beneficiaries.applications import deadline
from beneficiaries.models import Application, Household, Verification
from beneficiaries.models.application import ApplicationStatus

S, Step = ApplicationStatus, Verification.Step
# Whose turn it is, by role: the step, the status that waits for it, the status that follows.
TURNS = {
    Role.RT: (Step.RT, S.DIAJUKAN, S.VERIFIKASI_LAPANGAN),
    Role.RW: (Step.RW, S.VERIFIKASI_LAPANGAN, S.VERIFIKASI_ADMINISTRASI),
}
# What a verifier can mark as wrong: the answers, and what stands on the family card.
PAPER_FACTS = {"name": _("Nama"), "address": _("Alamat"), "members": _("Jumlah anggota")}

NOT_A_VERIFIER = _("Hanya RT dan RW yang memverifikasi. Minta RT atau RW setempat.")
OUTSIDE = _("Keluarga ini di luar wilayah Anda. Pilih keluarga dari daftar tugas.")
TWICE = _("Langkah ini sudah diverifikasi. Lanjutkan ke rumah berikutnya.")
OTHER_STEP = _("Anda sudah memverifikasi keluarga ini di langkah lain. Minta orang lain.")
HELPED = _("Anda yang membantu keluarga ini mendaftar. Orang lain yang memverifikasi.")
NOT_YOUR_TURN = _("Keluarga ini tidak sedang menunggu Anda. Muat ulang daftar tugas.")
REASON_MISSING = _("Pilih atau tulis alasannya.")
PRESENCE_ODD = _("Jawab dulu apakah keluarga ini tinggal di sini.")
RESULT_ODD = _("Pilih Layak, Tidak layak, atau Ragu.")
NOT_HERE = _("Keluarga yang tidak tinggal di sini belum dapat dinilai layak. Pilih Tidak layak atau Ragu.")
FACT_ODD = _("Ada data salah yang tidak dikenal. Ulangi dari daftar tugas.")

# What the database says when it refuses, by the name of the constraint or trigger.
REFUSALS = {
    "verification_one_per_step": TWICE,
    "verification_one_step_per_person": OTHER_STEP,
    "verification_not_by_the_helper": HELPED,
    "verifier_in_region": OUTSIDE,
    "verification_doubt_has_a_reason": REASON_MISSING,
}


class VerificationError(ValueError):
    """The finding cannot be taken; its sentence says what to do."""


def tasks_for(user):
    """The applications that wait for this RT or RW, by RT and then by age; none for anybody else."""
    if user.role not in TURNS:
        return Application.objects.none()
    waiting = TURNS[user.role][1]
    return Application.objects.for_officer(user).filter(status=waiting).order_by("region_id", "submitted_at", "pk")


def fact_labels() -> dict[str, str]:
    """Returns the facts a verifier can mark as wrong, by name."""
    paper = {name: str(word) for name, word in PAPER_FACTS.items()}
    return paper | {name: label(name) for name in (*QUESTIONS, *Household.FACTS)}


def record(
    *, application: Application, presence: str, result: str, reason: str = "", wrong_facts=(), by
) -> Verification:
    """Notes what an RT or RW found and moves the application on; the RT comes first, then the RW.

    Returns the finding. Raises VerificationError. The row is locked, so of two findings at once one is told that
    the step is done; the database holds the same rules once more.
    """
    reason = reason.strip()
    _check(application, presence, result, reason, wrong_facts, by)
    step, waiting, following = TURNS[by.role]
    try:
        with transaction.atomic(), pghistory.context(user=by.pk):
            locked = Application.objects.select_for_update().get(pk=application.pk)
            if locked.verifications.filter(step=step).exists():
                raise VerificationError(str(TWICE))
            if locked.status != waiting:
                raise VerificationError(str(NOT_YOUR_TURN))
            found = locked.verifications.create(
                region_id=locked.region_id, step=step, presence=presence, result=result, reason=reason,
                wrong_facts=list(wrong_facts), by=by,
            )  # fmt: skip
            locked.status, locked.due_on = following, deadline(following)
            locked.save(update_fields=["status", "due_on"])
    except IntegrityError as error:
        raise VerificationError(str(_sentence(error))) from error
    return found


def _check(application, presence, result, reason, wrong_facts, by) -> None:
    """Raises VerificationError for what can be told before the row is locked."""
    for fine, sentence in (
        (by.role in TURNS and by.has_perm("beneficiaries.verify_application"), NOT_A_VERIFIER),
        (covers(by, application.region_id), OUTSIDE),
        (presence in Verification.Presence.values, PRESENCE_ODD),
        (result in Verification.Result.values, RESULT_ODD),
        (reason or result == Verification.Result.LAYAK, REASON_MISSING),
        (presence == Verification.Presence.DITEMUKAN or result != Verification.Result.LAYAK, NOT_HERE),
        (set(wrong_facts) <= set(fact_labels()), FACT_ODD),
    ):
        if not fine:
            raise VerificationError(str(sentence))


def _sentence(error: IntegrityError):
    """Returns the sentence for a refusal of the database. Raises it again when it is not one of ours."""
    if constraint(error) not in REFUSALS:
        raise error
    return REFUSALS[constraint(error)]


def done_this_month(user):
    """The findings this verifier has sent since the first of the month, newest first."""
    first = timezone.localdate().replace(day=1)
    return (
        Verification.objects.filter(by=user, at__date__gte=first).select_related("application__region").order_by("-at")
    )
