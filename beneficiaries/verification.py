"""Verbs of verification: which families wait for an RT or RW, what they found, and sending back with a note."""

from dataclasses import dataclass

import pghistory
from django.db import IntegrityError, transaction
from django.db.models import Case, CharField, Exists, OuterRef, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos import notifications
from bansos.models import Notification, Role, User
from bansos.privacy import PRIVATE, refuse_told, tells_number
from bansos.refusals import constraint
from bansos.scope import covers
from beneficiaries import deadlines, kinship
from beneficiaries.answers import QUESTIONS, label
from beneficiaries.models import Application, Deputy, Handback, Household, Verification, VerificationEvent
from beneficiaries.models.application import ApplicationStatus
from beneficiaries.models.handback import MOST_RETURNS

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
NOTE_MISSING = _("Tulis apa yang perlu dilihat lagi. Ketua RT akan membacanya.")
MAY_NOT_SEND_BACK = _("Hanya ketua RW dan kelurahan yang mengembalikan ke RT.")
NOT_HERE_NOW = _("Permohonan ini tidak sedang di tangan Anda. Muat ulang halaman.")
SENT_BACK_ENOUGH = _("Permohonan ini sudah tiga kali dikembalikan. Putuskan, atau bahas di musyawarah.")

# What the database says when it refuses, by the name of the constraint or trigger.
REFUSALS = {
    "verification_one_per_step": TWICE,
    "verification_one_step_per_person": OTHER_STEP,
    "verification_not_by_the_helper": HELPED,
    "verifier_in_region": OUTSIDE,
    "verification_doubt_has_a_reason": REASON_MISSING,
    kinship.REFUSAL: kinship.OWN_FAMILY,
}


class VerificationError(ValueError):
    """The finding cannot be taken; its sentence says what to do."""


@dataclass(frozen=True)
class Seat:
    """A place whose step an officer does, as its head or as `deputy` of the head."""

    step: str
    waiting: str
    following: str
    place: str
    deputy: Deputy | None = None

    def holds(self, region_id: str) -> bool:
        return region_id == self.place or region_id.startswith(f"{self.place}.")

    @property
    def inside(self) -> Q:
        return Q(region__code=self.place) | Q(region__code__startswith=f"{self.place}.")


def seats(user: User) -> list[Seat]:
    """Returns the seats an RT or RW fills today: the own one first, then those as a deputy."""
    if user.role not in TURNS or not user.region_id:
        return []
    stands_in = user.stands_in.active().select_related("region").filter(region__level__in=TURNS)
    own = Seat(*TURNS[Role(user.role)], user.region_id)
    return [own, *(Seat(*TURNS[Role(d.region.level)], d.region_id, d) for d in stands_in.order_by("region_id", "pk"))]


def tasks_for(user):
    """The applications that wait for this RT or RW, by RT and then by age; none for anybody else.

    Those of the places where the officer is a deputy are among them. Left out are the own and relatives' families,
    those that the officer helped to apply, and those verified by the officer at the other step.
    """
    turn = Q(pk__in=[])
    for seat in seats(user):
        other = Verification.objects.filter(application=OuterRef("pk"), by=user).exclude(step=seat.step)
        turn |= Q(seat.inside, ~Exists(other), status=seat.waiting)
    waiting = Application.objects.filter(turn).exclude(kinship.kin_q(user)).exclude(submitted_by=user)
    return waiting.order_by("region_id", "submitted_at", "pk")


def in_reach(user):
    """The applications of an RT's or RW's own place and of those where the officer is a deputy."""
    places = Q(pk__in=[])
    for seat in seats(user):
        places |= seat.inside
    return Application.objects.filter(places)


def with_tag(cases):
    """Adds `tag` to applications: "konflik", "ulang" (sent back) or "baru"."""
    conflict = VerificationEvent.objects.unsettled().filter(application=OuterRef("pk"))
    again = Handback.objects.filter(application=OuterRef("pk"))
    words = Case(
        When(Exists(conflict), then=Value("konflik")), When(Exists(again), then=Value("ulang")), default=Value("baru"),
        output_field=CharField(),
    )  # fmt: skip
    return cases.annotate(tag=words)


def fact_labels() -> dict[str, str]:
    """Returns the facts a verifier can mark as wrong, by name."""
    paper = {name: str(word) for name, word in PAPER_FACTS.items()}
    return paper | {name: label(name) for name in (*QUESTIONS, *Household.FACTS)}


def record(
    *, application: Application, presence: str, result: str, reason: str = "", wrong_facts=(), by
) -> Verification:
    """Notes what an RT or RW found and moves the application on; the RT comes first, then the RW.

    Returns the finding, which names the deputy's appointment if `by` stands in. Raises VerificationError. The row is
    locked, so of two findings at once one is told that the step is done; the database holds the same rules once more.
    """
    reason = reason.strip()
    fitting = [seat for seat in seats(by) if seat.holds(application.region_id)]
    _check(fitting, application, presence, result, reason, wrong_facts, by)
    try:
        with transaction.atomic(), pghistory.context(user=by.pk):
            locked = Application.objects.select_for_update().get(pk=application.pk)
            seat, turn = _seat(locked, fitting)
            found = locked.verifications.create(
                region_id=locked.region_id, step=seat.step, presence=presence, result=result, reason=reason,
                wrong_facts=list(wrong_facts), by=by, deputy=seat.deputy, turn=turn,
            )  # fmt: skip
            locked.status, locked.due_on = seat.following, deadlines.due_on(seat.following)
            locked.save(update_fields=["status", "due_on"])
    except IntegrityError as error:
        raise VerificationError(str(_sentence(error))) from error
    return found


def _seat(locked: Application, fitting: list[Seat]) -> tuple[Seat, int]:
    """Returns the seat whose turn it is, and how often the case was sent back. Raises VerificationError."""
    turn = locked.handbacks.count()
    for seat in fitting:
        if seat.waiting == locked.status and not locked.verifications.filter(step=seat.step, turn=turn).exists():
            return seat, turn
    done = locked.verifications.filter(step__in=[seat.step for seat in fitting], turn=turn).exists()
    raise VerificationError(str(TWICE if done else NOT_YOUR_TURN))


def _check(fitting, application, presence, result, reason, wrong_facts, by) -> None:
    """Raises VerificationError for what can be told before the row is locked."""
    for fine, sentence in (
        (by.role in TURNS and by.has_perm("beneficiaries.verify_application"), NOT_A_VERIFIER),
        (fitting, OUTSIDE),
        (not kinship.is_kin(by, application.kk_index), kinship.OWN_FAMILY),
        (presence in Verification.Presence.values, PRESENCE_ODD),
        (result in Verification.JUDGEMENTS, RESULT_ODD),
        (reason or result == Verification.Result.LAYAK, REASON_MISSING),
        (not tells_number(reason), PRIVATE),
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


# --- sending back


def may_send_back(*, application: Application, by) -> bool:
    """Tells whether the case is in the hands of this RW, or of the kelurahan's officer, to be sent back."""
    return not _why_not_send_back(application, by)


def _why_not_send_back(case: Application, by) -> str:
    in_office = by.has_perm("beneficiaries.decide_application")
    places = [seat for seat in seats(by) if seat.step == Step.RW]
    for fine, sentence in (
        (in_office or places, MAY_NOT_SEND_BACK),
        (covers(by, case.region_id) if in_office else any(seat.holds(case.region_id) for seat in places), OUTSIDE),
        (case.status == (S.VERIFIKASI_ADMINISTRASI if in_office else S.VERIFIKASI_LAPANGAN), NOT_HERE_NOW),
        (not kinship.is_kin(by, case.kk_index), kinship.OWN_FAMILY),
        (not case.verifications.filter(by=by).exists(), OTHER_STEP),
        (case.handbacks.count() < MOST_RETURNS, SENT_BACK_ENOUGH),
    ):
        if not fine:
            return str(sentence)
    return ""


def send_back(*, application: Application, note: str, by) -> Handback:
    """Sends a case back to the RT with a note; RT and RW then verify anew. Returns the handback.

    The RW sends back what waits for the RW, the kelurahan what waits for its decision. The RT and its deputies are
    told in the same transaction. Raises VerificationError.
    """
    note = " ".join(note.split())
    if not note:
        raise VerificationError(str(NOTE_MISSING))
    refuse_told(VerificationError, note)
    with transaction.atomic(), pghistory.context(user=by.pk):
        locked = Application.objects.select_for_update().get(pk=application.pk)
        if sentence := _why_not_send_back(locked, by):
            raise VerificationError(sentence)
        return hand_back(locked=locked, note=note, by=by)


def hand_back(*, locked: Application, note: str, by) -> Handback:
    """Writes the handback of a locked application inside the caller's transaction, and returns it."""
    made = locked.handbacks.create(turn=locked.handbacks.count() + 1, note=note, by=by)
    locked.status, locked.due_on = S.DIAJUKAN, deadlines.due_on(S.DIAJUKAN)
    locked.save(update_fields=["status", "due_on"])
    _tell_handed_back(made, locked)
    return made


def _tell_handed_back(made: Handback, case: Application) -> None:
    """Tells the RT and its deputies; where only who helped the family fills the seat, those who name a deputy."""
    words = {"name": case.name, "who": made.by.get_role_display(), "note": made.note}
    sentence = _("{name} dikembalikan {who}: {note}").format(**words)
    told = [(user, f"/verifikasi/{case.pk}/") for user in holders(Role.RT, case.region_id) if _may_look(user, case)]
    if not told and case.submitted_by_id:
        sentence = _("{name} kembali ke RT yang membantunya mendaftar. Tunjuk pengganti RT. {note}").format(**words)
        staff = User.objects.filter(role=Role.STAF, region=case.region.kelurahan_code, is_active=True)
        told = [(user, "/verifikasi/pengganti/") for user in holders(Role.RW, case.region.parent_id or "")]
        told += [(user, f"/admin/beneficiaries/application/{case.pk}/change/") for user in staff]
    notifications.tell(
        notifications.Message(
            recipient=user, kind=Notification.Kind.DIKEMBALIKAN, sentence=sentence[:300], subject="application",
            subject_id=case.pk, occasion=f"giliran {made.turn}", region_id=case.region_id, link=link,
        )
        for user, link in told
    )  # fmt: skip


def _may_look(user: User, case: Application) -> bool:
    return user.pk != case.submitted_by_id and not kinship.is_kin(user, case.kk_index)


def holders(role: str, place: str) -> list[User]:
    """Returns who fills the seat of an RT or RW today: its active heads and their deputies."""
    heads = Q(role=role, region=place)
    deputies = Q(pk__in=Deputy.objects.active().filter(region=place).values("deputy"))
    return list(User.objects.filter(heads | deputies, is_active=True))


# --- done


def done_this_month(user):
    """The findings this verifier has sent since the first of the month, newest first."""
    first = timezone.localdate().replace(day=1)
    return (
        Verification.objects.filter(by=user, at__date__gte=first).select_related("application__region").order_by("-at")
    )
