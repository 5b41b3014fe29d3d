"""Verbs of appeals (keberatan): who may object to what, until when, and how the kecamatan answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import pghistory
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from bansos import attachments, codes
from bansos.attachments import Content
from bansos.models import Notification, Region, Role, User
from bansos.privacy import mask_numbers, refuse_told
from bansos.refusals import constraint
from bansos.scope import covers
from bansos.told_numbers import taken_out
from beneficiaries import appeal_families, appeal_outcomes, applicant, applications, deadlines, kinship
from beneficiaries.models import Appeal, Application, Household
from beneficiaries.models.appeal import ANSWERED, OPEN_APPEALS, AppealStatus

S, About, Ground = AppealStatus, Appeal.About, Appeal.Ground
DECIDE = "beneficiaries.decide_appeal"
OBJECTION_DAYS = 14  # days to object after a decision, and days to answer (shared/domain.md 1.2, 10.1)
OWN_GROUNDS = (Ground.DATA_KELIRU, Ground.BERUBAH, Ground.TIDAK_DIKUNJUNGI, Ground.ALASAN_KELIRU, Ground.LAIN)
NEIGHBOUR_GROUNDS = {
    About.TIDAK_PANTAS: (Ground.MAMPU, Ground.PINDAH, Ground.DATA_KELIRU, Ground.LAIN),
    About.TERLEWAT: (Ground.KESULITAN, Ground.TIDAK_DIKUNJUNGI, Ground.DATA_KELIRU, Ground.LAIN),
}
PAIRS = {(about.value, ground.value) for about, grounds in NEIGHBOUR_GROUNDS.items() for ground in grounds}

EVIDENCE = _("Bukti keberatan")
NOTHING_DECIDED = _("Belum ada keputusan yang dapat diajukan keberatan.")
TOO_LATE = _("Waktu mengajukan keberatan sudah lewat. Anda boleh mendaftar lagi.")
TWICE = _("Keberatan untuk keputusan ini sudah kami terima. Lihat kabarnya di Cek status.")
GROUND_ODD = _("Pilih alasan keberatan Anda.")
NAME_MISSING = _("Tulis nama kepala keluarga yang Anda maksud.")
NOT_AN_RT = _("Pilih RT keluarga itu.")
ABOUT_ODD = _("Pilih apa yang ingin Anda sampaikan.")
NOT_A_NEIGHBOUR = _("Keberatan ini hanya untuk warga kelurahan yang sama.")
MAY_NOT = _("Akun Anda tidak boleh menjawab keberatan. Kecamatan yang menjawabnya.")
OUTSIDE = _("Keberatan ini di luar wilayah Anda.")
TAKEN = _("Keberatan ini sudah diproses. Muat ulang halaman.")
NOT_TAKEN = _("Ambil keberatan ini lebih dulu, lalu jawab.")
ANSWER_MISSING = _("Tulis jawabannya. Warga akan membacanya.")
DECIDED_FIRST = _("Anda yang memutuskan hal ini sebelumnya. Minta rekan lain di kecamatan menjawab.")
FOR_THE_CAMAT = _("Keberatan ini lewat 14 hari. Sekarang camat yang menjawab.")
OWN_FAMILY = _("Ini keluarga Anda sendiri atau kerabat Anda. Rekan lain di kecamatan yang menjawab.")
APPLIED_AGAIN = _("Keluarga ini sudah mendaftar lagi. Tunggu keputusan permohonan yang baru.")


class AppealError(ValueError):
    """The appeal cannot be taken or answered; its sentence says what to do."""


@dataclass(frozen=True)
class Contested:
    """A decision that a family may object to."""

    about: str
    words: str
    at: datetime
    by_id: int | None

    @property
    def until(self) -> date:
        return timezone.localdate(self.at) + timedelta(days=OBJECTION_DAYS)


def contested(application: Application) -> Contested | None:
    """Returns the decision this application's family may object to, however old; None when there is none.

    What lists left the family out is known above this app: `settings.APPEAL_SOURCE` names who tells.
    """
    if application.status == Application.Status.DITOLAK and application.decided_at:
        words = str(_("Permohonan belum disetujui"))
        return Contested(About.DITOLAK, words, application.decided_at, application.decided_by_id)
    if application.status == Application.Status.DITETAPKAN_LAYAK:
        return import_string(settings.APPEAL_SOURCE)(application)
    return None


def of_decision(application: Application, decision: Contested) -> Appeal | None:
    """Returns the appeal already made against this decision."""
    return application.appeals.filter(decision_at=decision.at).first()


def open_to(application: Application) -> Contested | None:
    """Returns the decision that can be objected to today: within fourteen days, and not objected to before."""
    decision = contested(application)
    if decision is None or decision.until < timezone.localdate() or of_decision(application, decision):
        return None
    return decision


def why_not(application: Application) -> str:
    """Returns the sentence for an application that nothing can be objected about now."""
    decision = contested(application)
    if decision is None:
        return str(NOTHING_DECIDED)
    return str(TWICE if of_decision(application, decision) else TOO_LATE)


def submit(
    *, application: Application, ground: str, story: str = "", evidence: Sequence[Content] = (),
    form_key: UUID | None = None,
) -> Appeal:  # fmt: skip
    """Takes a family's objection to the decision about it, and returns it. Raises AppealError.

    `evidence` are photos or papers that show it, opened by whoever sees the appeal.
    A repeated submit with the same `form_key` returns the appeal it made the first time.
    """
    if form_key and (again := Appeal.objects.filter(form_key=form_key, application=application).first()):
        return again
    if ground not in OWN_GROUNDS:
        raise AppealError(str(GROUND_ODD))
    decision = open_to(application)
    if decision is None:
        raise AppealError(why_not(application))
    story, numbers = taken_out(story)
    try:
        with transaction.atomic():
            made = Appeal.objects.create(
                code=codes.new(), about=decision.about, application=application, region_id=application.region_id,
                name=application.name, decision=decision.words, decision_at=decision.at, decision_by_id=decision.by_id,
                ground=ground, story=story, numbers=numbers, form_key=form_key, due_on=_answer_by(),
            )  # fmt: skip
            attachments.keep(contents=evidence, about=made, title=str(EVIDENCE), by=None)
            return made
    except IntegrityError as error:  # two at once
        if constraint(error) == "appeal_once_per_decision":
            raise AppealError(str(TWICE)) from error
        raise


def _answer_by() -> date:
    return timezone.localdate() + timedelta(days=OBJECTION_DAYS)


def submit_by_neighbour(
    *, region: Region, name: str, about: str, ground: str, same_kelurahan: bool, story: str = "",
    contact_name: str = "", contact_phone: str = "", evidence: Sequence[Content] = (), form_key: UUID | None = None,
) -> Appeal:  # fmt: skip
    """Takes a neighbour's objection about a family in the RT `region`, and returns it. Raises AppealError.

    Name and phone number of the neighbour are optional and kept encrypted, for the kecamatan alone. So is the
    evidence: a photo tells from where it was taken.
    """
    if form_key and (again := Appeal.objects.filter(form_key=form_key, application=None).first()):
        return again
    name = mask_numbers(" ".join(name.split()))
    for fine, sentence in (
        (region.level == Region.Level.RT, NOT_AN_RT),
        (name, NAME_MISSING),
        (about in NEIGHBOUR_GROUNDS, ABOUT_ODD),
        ((about, ground) in PAIRS, GROUND_ODD),
        (same_kelurahan, NOT_A_NEIGHBOUR),
    ):
        if not fine:
            raise AppealError(str(sentence))
    try:
        phone = applicant.phone(contact_phone) or None
    except applicant.ApplicantError as error:
        raise AppealError(str(error)) from error
    story, numbers = taken_out(story)
    with transaction.atomic():
        made = Appeal.objects.create(
            code=codes.new(), about=about, region=region, name=name, ground=ground, story=story, numbers=numbers,
            contact_name=" ".join(contact_name.split()) or None, contact_phone=phone, form_key=form_key,
            due_on=_answer_by(),
        )  # fmt: skip
        attachments.keep(contents=evidence, about=made, title=str(EVIDENCE), by=None, permission=DECIDE)
    return made


def answered(application: Application) -> Appeal | None:
    """Returns the family's own appeal that was answered last; a neighbour's is never among them."""
    return application.appeals.filter(status__in=ANSWERED).order_by("-decided_at").first()


def answered_to_neighbour(code: str) -> Appeal | None:
    """Returns a neighbour's appeal by its number, which the neighbour alone was given; None for any other number."""
    return Appeal.objects.filter(code=code, application=None).first()


# --- the kecamatan


def _locked(appeal: Appeal, by) -> Appeal:
    if not by.has_perm(DECIDE):
        raise AppealError(str(MAY_NOT))
    if not covers(by, appeal.region_id):
        raise AppealError(str(OUTSIDE))
    return Appeal.objects.select_for_update().get(pk=appeal.pk)


def is_late(appeal: Appeal, today: date) -> bool:
    """Whether an appeal waits for its answer longer than fourteen days."""
    return appeal.status in OPEN_APPEALS and appeal.due_on < today


def bars_the_camat(appeal: Appeal) -> bool:
    """Whether the camat never answers this appeal: it is about the camat's own decision, or a relative's family."""
    if appeal.decision_by is not None and appeal.decision_by.role == Role.CAMAT:
        return True
    heads = User.objects.filter(role=Role.CAMAT, is_active=True)
    return any(is_kin(appeal, head) for head in heads if covers(head, appeal.region_id))


def is_kin(appeal: Appeal, by) -> bool:
    """Whether it is about the officer's own or a declared relative's family, as far as the family is known."""
    index = appeal.application.kk_index if appeal.application else appeal.kk_index
    return index is not None and kinship.is_kin(by, index)


def barred(appeal: Appeal, by) -> str:
    """Returns why `by` must leave this appeal to colleagues for good, in one sentence; "" for nobody's reason."""
    if not by.has_perm(DECIDE):
        return str(MAY_NOT)
    if appeal.decision_by_id == by.pk:
        return str(DECIDED_FIRST)
    return str(OWN_FAMILY) if is_kin(appeal, by) else ""


def refusal(appeal: Appeal, by) -> str:
    """Returns why `by` does not answer this appeal today and who does, in one sentence; "" when `by` may.

    Once late the camat alone answers, save where the camat is barred.
    """
    if sentence := barred(appeal, by):
        return sentence
    late = is_late(appeal, timezone.localdate()) and by.role != Role.CAMAT
    return str(FOR_THE_CAMAT) if late and not bars_the_camat(appeal) else ""


def take(*, appeal: Appeal, by) -> Appeal:
    """Begins the work on an appeal. Raises AppealError."""
    with transaction.atomic(), pghistory.context(user=by.pk):
        row = _locked(appeal, by)
        if row.status != S.DIAJUKAN:
            raise AppealError(str(TAKEN))
        row.status, row.taken_by = S.DIPROSES, by
        row.save(update_fields=["status", "taken_by"])
    return row


def ask_meeting(*, appeal: Appeal, by) -> Appeal:
    """Asks the kelurahan's next deliberation about an appeal under work; the kecamatan still answers it."""
    with transaction.atomic(), pghistory.context(user=by.pk):
        row = _locked(appeal, by)
        if row.status != S.DIPROSES:
            raise AppealError(str(NOT_TAKEN))
        row.asks_meeting = True
        row.save(update_fields=["asks_meeting"])
    return row


def name_family(*, appeal: Appeal, family: Household | Application, by) -> Appeal:
    """Notes which family a neighbour's open appeal is about, and returns the appeal. Raises AppealError.

    From now on that family reads that there is an objection.
    """
    with transaction.atomic(), pghistory.context(user=by.pk):
        row = _locked(appeal, by)
        try:
            appeal_families.check(row, family, by)
        except appeal_families.FamilyError as error:
            raise AppealError(str(error)) from error
        row.kk_index = bytes(family.kk_index)
        row.save(update_fields=["kk_index"])
    return row


def answer(*, appeal: Appeal, accepted: bool, answer: str, notice: str = "", by) -> Appeal:
    """Answers an appeal for the kecamatan, and returns it. Raises AppealError, and then nothing has changed.

    An answer that is late is the camat's to give. An accepted one against a refusal sends the application back to the
    kelurahan, where somebody else than the first decider decides anew. Of any other accepted one the kelurahan is told,
    and the family, as far as it is known and in the register, waits for the next musyawarah. `notice` is what the
    family reads that a neighbour objected about: without a word that tells who it was.
    """
    answer = " ".join(answer.split())
    if not answer:
        raise AppealError(str(ANSWER_MISSING))
    refuse_told(AppealError, answer, notice)
    with transaction.atomic(), pghistory.context(user=by.pk):
        row = _locked(appeal, by)
        if row.status != S.DIPROSES:
            raise AppealError(str(TAKEN if row.status in ANSWERED else NOT_TAKEN))
        if sentence := refusal(row, by):
            raise AppealError(sentence)
        try:
            row.notice = appeal_families.checked_notice(row, notice)
        except appeal_families.FamilyError as error:
            raise AppealError(str(error)) from error
        row.status = S.DITERIMA if accepted else S.DITOLAK
        row.answer, row.decided_by, row.decided_at = answer, by, timezone.now()
        row.save(update_fields=["status", "answer", "notice", "decided_by", "decided_at"])
        if accepted and row.about == About.DITOLAK:
            _reopen(row)
        if accepted:
            appeal_outcomes.tell(row)
        if row.application:
            told = _("Keberatan Anda diterima.") if accepted else _("Keberatan Anda sudah dijawab, belum diterima.")
            applications.tell_family(row.application, Notification.Kind.KEPUTUSAN, str(told))
    return row


def _reopen(appeal: Appeal) -> None:
    """Lets the kelurahan decide anew. The earlier decision stays in the history and in the appeal."""
    row = Application.objects.select_for_update().get(appeals=appeal)
    if row.status != Application.Status.DITOLAK or row.decided_at != appeal.decision_at:
        raise AppealError(str(APPLIED_AGAIN))
    row.status = Application.Status.VERIFIKASI_ADMINISTRASI
    row.due_on = deadlines.due_on(row.status)
    row.reason, row.reason_code, row.decided_at, row.decided_by = "", "", None, None
    try:
        with transaction.atomic():
            row.save(update_fields=["status", "due_on", "reason", "reason_code", "decided_at", "decided_by"])
    except IntegrityError as error:
        if constraint(error) == "application_one_open_per_household":
            raise AppealError(str(APPLIED_AGAIN)) from error
        raise
