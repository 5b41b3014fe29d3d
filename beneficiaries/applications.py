"""Verbs of applications: submit, find, decide, complete."""

from collections.abc import Sequence
from datetime import date

import pghistory
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos import attachments, codes, crypto, notifications
from bansos.attachments import Content
from bansos.models import Notification, Region, Role
from bansos.privacy import mask_numbers, mask_told, refuse_told
from bansos.refusals import constraint
from bansos.scope import covers
from beneficiaries import acceptance, applicant, deadlines, following, kinship
from beneficiaries import answers as questions
from beneficiaries.models import Application, Household, Person, Verification
from beneficiaries.models.application import TRANSITIONS, ApplicationStatus, Consent
from beneficiaries.reasons import REASONS

S = ApplicationStatus
HELPED_CONSENTS = (Consent.TERTULIS, Consent.CAP_JEMPOL, Consent.LISAN)
DECISIONS = (S.DITETAPKAN_LAYAK, S.DITOLAK, S.PERLU_PERBAIKAN, S.DUPLIKAT)
MOST_MEMBERS = 30

ALREADY_OPEN = _("Keluarga ini sudah punya permohonan yang sedang berjalan. Lihat kabarnya di Cek status.")
NOT_AN_RT = _("Pilih RT tempat Anda tinggal.")
NAME_MISSING = _("Tulis nama lengkap sesuai KTP.")
SEX_MISSING = _("Pilih jenis kelamin.")
ADDRESS_MISSING = _("Tulis alamat rumah, misalnya nama jalan dan nomor rumah.")
MEMBERS_ODD = _("Jumlah anggota keluarga 1 sampai 30 orang.")
ANSWERS_INCOMPLETE = _("Ada pertanyaan yang belum dijawab. Lengkapi dulu: %(names)s.")
BORN_AHEAD = _("Tanggal lahir belum terjadi. Periksa tahunnya.")
OUTSIDE = _("Permohonan ini di luar wilayah Anda. Minta kelurahan setempat mengurusnya.")
NOT_WAITING = _("Permohonan ini tidak sedang menunggu kelengkapan. Muat ulang halaman.")
MAY_NOT_DECIDE = _("Akun Anda tidak boleh memutuskan permohonan. Minta lurah atau staf kelurahan.")
NO_DECISION = _("Pilih keputusannya: layak, belum disetujui, perlu dilengkapi, atau duplikat.")
REASON_MISSING = _("Tulis alasannya. Pemohon akan membacanya.")
CODE_MISSING = _("Pilih sebab penolakan dari daftar.")
NOT_ITS_TURN = _("Permohonan ini berstatus %(status)s, jadi belum atau tidak lagi menunggu keputusan ini.")
HELPED = _("Anda yang membantu keluarga ini mendaftar. Minta rekan lain yang memutuskan.")
HELPER_ODD = _("Akun Anda tidak boleh membantu warga mendaftar. Minta ketua RT, kader, atau staf kelurahan.")
HELPED_OUTSIDE = _("Rumah ini di luar wilayah Anda. Pilih RT di wilayah Anda, atau minta petugas setempat membantu.")
CONSENT_MISSING = _("Pilih bagaimana keluarga ini setuju. Persetujuan lisan perlu nama saksi.")
NO_CONSENT_PAPER = _("Persetujuan keluarga ini tidak di atas kertas.")
CONSENT_PAPER = _("Surat persetujuan")
VERIFIED_BEFORE = _("Anda sudah memverifikasi permohonan ini. Minta rekan lain yang memutuskan.")
WAITS_FOR_A_MEETING = _("Keluarga ini menunggu musyawarah. Putuskan di sana, atau ambil kembali ke meja dulu.")
ON_A_LIST = _("Keluarga ini ada di daftar musyawarah. Putuskan di sana, atau keluarkan dulu dari daftarnya.")
NOT_ALLOWED = _("Akun Anda tidak boleh mengurus permohonan. Minta staf kelurahan.")


class ApplicationError(ValueError):
    """The application cannot be taken or changed; its sentence says what to do."""


class AlreadyOpen(ApplicationError):
    """The family already has an application under way."""


def submit(
    *, region, nik, kk, name, born_on, sex, address, phone, members, answers, needs="", by=None, consent="",
    witness="", consent_text="", code=None,
) -> Application:  # fmt: skip
    """Takes a family's application and returns it.

    `code` may be chosen beforehand: a repeated submit with it returns the application it made the first time.
    `by` is the officer who helped, if any, with how the family agreed (`consent`, `witness`); what an RT brings in
    counts as proposed by the RT, so the RW comes next. Raises ApplicationError, or AlreadyOpen: the database decides
    that, so two submits at once cannot both pass.
    """
    values = _checked(region, nik, kk, name, born_on, sex, address, phone, members, answers, needs)
    values |= {"code": code or codes.new(), "consent_text": consent_text} | _first_step(by)
    values |= _help(by, region, values["kk"], consent, witness) if by else {}
    values["household"] = _household_of(values["nik"], values["kk"])
    try:
        with transaction.atomic(), pghistory.context(user=by and by.pk):
            return Application.objects.create(**values)
    except IntegrityError as error:
        mine = code and Application.objects.filter(code=code, nik_index=crypto.blind_index(values["nik"], "nik"))
        if mine and (again := mine.first()):
            return again
        if constraint(error) == "application_one_open_per_household":
            raise AlreadyOpen(str(ALREADY_OPEN)) from error
        if constraint(error) == kinship.REFUSAL:
            raise ApplicationError(str(kinship.OWN_FAMILY)) from error
        raise


def _first_step(by) -> dict:
    """The status an application begins with: a proposer does not verify (shared/domain.md 1.5)."""
    status = S.VERIFIKASI_LAPANGAN if by and by.role == Role.RT else S.DIAJUKAN
    return {"status": status, "due_on": deadlines.due_on(status)}


def _help(by, region: Region, kk: str, consent: str, witness: str) -> dict:
    """Who helped the family with this number, no relative, and how it agreed. Raises ApplicationError."""
    witness = mask_numbers(" ".join(witness.split()))
    for fine, sentence in (
        (may_help(by), HELPER_ODD),
        (covers(by, region.pk), HELPED_OUTSIDE),
        (not kinship.is_kin(by, crypto.blind_index(kk, "kk")), kinship.OWN_FAMILY),
        (consent in HELPED_CONSENTS and (witness or consent != Consent.LISAN), CONSENT_MISSING),
    ):
        if not fine:
            raise ApplicationError(str(sentence))
    return {"submitted_by": by, "consent": consent, "witness": witness}


def attach_consent(*, application: Application, papers: Sequence[Content], by) -> None:
    """Keeps the paper on which a helped family agreed in writing. Raises ApplicationError."""
    mine = by.pk == application.submitted_by_id or by.has_perm("beneficiaries.change_application")
    for fine, sentence in (
        (mine, NOT_ALLOWED),
        (covers(by, application.region_id), HELPED_OUTSIDE),
        (has_consent_paper(application), NO_CONSENT_PAPER),
    ):
        if not fine:
            raise ApplicationError(str(sentence))
    attachments.keep(contents=papers, about=application, title=str(CONSENT_PAPER), by=by)


def has_consent_paper(application: Application) -> bool:
    """Whether the family agreed on paper, by its name or its thumb."""
    return application.consent in {Consent.TERTULIS, Consent.CAP_JEMPOL}


def may_help(user) -> bool:
    """Whether an officer may enter an application for a family."""
    return user.is_authenticated and user.has_perm("beneficiaries.assist_application")


def helped_by(user) -> QuerySet[Application]:
    """Returns the applications that an officer entered for a family, the newest first."""
    return Application.objects.filter(submitted_by=user).select_related("region").order_by("-submitted_at")


def _checked(region, nik, kk, name, born_on, sex, address, phone, members, answers, needs) -> dict:
    """Returns the application's values, normalised. Raises ApplicationError for the first that cannot be."""
    try:
        numbers = {
            "nik": applicant.number(nik, "NIK"),
            "kk": applicant.number(kk, str(_("Nomor KK"))),
            "phone": applicant.phone(phone) or None,
        }
    except applicant.ApplicantError as error:
        raise ApplicationError(str(error)) from error
    name, address = (mask_numbers(" ".join(text.split())) for text in (name, address))
    for fine, sentence in (
        (region.level == Region.Level.RT, NOT_AN_RT),
        (name, NAME_MISSING),
        (address, ADDRESS_MISSING),
        (1 <= members <= MOST_MEMBERS, MEMBERS_ODD),
        (born_on <= timezone.localdate(), BORN_AHEAD),
        (sex in Person.Sex.values, SEX_MISSING),
    ):
        if not fine:
            raise ApplicationError(str(sentence))
    if bad := questions.wrong(answers):
        raise ApplicationError(ANSWERS_INCOMPLETE % {"names": ", ".join(map(questions.label, bad))})
    return numbers | {
        "region": region, "name": name, "born_on": born_on, "sex": sex, "address": address, "members": members,
        "answers": answers, "needs": mask_told(needs),
    }  # fmt: skip


def _household_of(nik: str, kk: str) -> Household | None:
    """Returns the register's household with this KK, if this NIK lives in it."""
    return Household.objects.filter(
        kk_index=crypto.blind_index(kk, "kk"),
        people__nik_index=crypto.blind_index(nik, "nik"),
        people__died_on=None,
        people__left_on=None,
        people__merged_into=None,
    ).first()


def find(*, code: str, born_on: date) -> Application | None:
    """Returns the application with this code, however it was typed, if its applicant was born on that day."""
    return Application.objects.filter(code=codes.normalise(code), born_on=born_on).first()


def find_by_identity(*, nik: str, kk: str) -> Application | None:
    """Returns the newest application of the person with this NIK and this KK; neither alone ever answers."""
    try:
        nik, kk = applicant.number(nik, "NIK"), applicant.number(kk, "KK")
    except applicant.ApplicantError:
        return None
    return (
        Application.objects.filter(nik_index=crypto.blind_index(nik, "nik"), kk_index=crypto.blind_index(kk, "kk"))
        .order_by("-submitted_at")
        .first()
    )


def decide(
    *, application: Application, status: str, reason: str = "", reason_code: str = "", in_meeting: bool = False, by
) -> Application:
    """Decides an application for the kelurahan and returns it.

    DITETAPKAN_LAYAK writes the answers into the register; DITOLAK needs a reason code of `reasons` and a reason;
    PERLU_PERBAIKAN and DUPLIKAT need a reason. A final decision leaves a Verification of the kelurahan's step, so
    the database too refuses a decider who verified before. What waits for a musyawarah, or is on the list of one, is
    decided `in_meeting` alone: by a closed meeting with a case that says so. Raises ApplicationError, and then
    nothing has changed.
    """
    status, reason = ApplicationStatus(status), reason.strip()
    _check_decision(application, status, reason, reason_code, by)
    try:
        with transaction.atomic(), pghistory.context(user=by.pk):
            locked = Application.objects.select_for_update().get(pk=application.pk)
            _check_turn(locked, status, by)
            if not in_meeting:
                _check_no_meeting(locked)
            if status == S.DITETAPKAN_LAYAK:
                locked.household = acceptance.write(application=locked, by=by)
                following.follow(household_ids={locked.household.pk}, by=by)
            if status != S.PERLU_PERBAIKAN:
                _leave_finding(locked, status, reason, by)
                locked.decided_at, locked.decided_by = timezone.now(), by
            locked.status, locked.reason, locked.due_on = status, reason, deadlines.due_on(status)
            locked.reason_code = reason_code if status == S.DITOLAK else ""
            locked.save()
            _tell_family(locked)
    except acceptance.AcceptanceError as error:
        raise ApplicationError(str(error)) from error
    except IntegrityError as error:
        if constraint(error) == kinship.REFUSAL:
            raise ApplicationError(str(kinship.OWN_FAMILY)) from error
        raise
    return locked


def _tell_family(locked: Application) -> None:
    """Leaves the family a message on its status page, in the transaction of the decision."""
    sentences = {
        S.DITETAPKAN_LAYAK: _("Permohonan Anda disetujui kelurahan. Berikutnya keluarga Anda dinilai."),
        S.DITOLAK: _("Permohonan Anda belum disetujui. Baca alasannya. Anda boleh keberatan dalam 14 hari."),
        S.PERLU_PERBAIKAN: _("Permohonan Anda perlu dilengkapi. Baca apa yang kurang dan batas waktunya."),
        S.DUPLIKAT: _("Keluarga Anda sudah tercatat lewat permohonan lain."),
    }
    tell_family(locked, Notification.Kind.KEPUTUSAN, str(sentences[S(locked.status)]))


def tell_family(case: Application, kind: str, sentence: str, occasion: str = "") -> None:
    """Leaves a message for the family of `case`, once for each occasion (the present moment)."""
    notifications.tell([
        notifications.Message(
            recipient=None, kind=kind, sentence=sentence, subject="application", subject_id=case.pk,
            occasion=occasion or f"{case.status} {timezone.now():%Y-%m-%d %H:%M:%S.%f}", region_id=case.region_id,
        )
    ])  # fmt: skip


def messages_for(case: Application):
    """Returns the messages for the family of an application, newest first."""
    return Notification.objects.filter(recipient=None).about("application", case.pk)


def _check_decision(application, status, reason, reason_code, by) -> None:
    """Raises ApplicationError for what can be told without looking at the row again."""
    if not by.has_perm("beneficiaries.decide_application"):
        raise ApplicationError(str(MAY_NOT_DECIDE))
    if not covers(by, application.region_id):
        raise ApplicationError(str(OUTSIDE))
    if status not in DECISIONS:
        raise ApplicationError(str(NO_DECISION))
    if status != S.DITETAPKAN_LAYAK and not reason:
        raise ApplicationError(str(REASON_MISSING))
    refuse_told(ApplicationError, reason)
    if status == S.DITOLAK and reason_code not in REASONS:
        raise ApplicationError(str(CODE_MISSING))


def _check_turn(locked: Application, status: str, by) -> None:
    """Raises ApplicationError unless the locked application waits for this decision by this person."""
    if (locked.status, status) not in TRANSITIONS:
        raise ApplicationError(NOT_ITS_TURN % {"status": locked.get_status_display()})
    if locked.submitted_by_id == by.pk and status != S.PERLU_PERBAIKAN:
        raise ApplicationError(str(HELPED))
    if locked.verifications.filter(by=by).exists():
        raise ApplicationError(str(VERIFIED_BEFORE))
    if kinship.is_kin(by, locked.kk_index):
        raise ApplicationError(str(kinship.OWN_FAMILY))


def _check_no_meeting(locked: Application) -> None:
    """Raises ApplicationError where a meeting decides, not the desk."""
    if locked.deliberation_cases.exclude(deliberation__status="diputuskan").exists():
        raise ApplicationError(str(ON_A_LIST))
    if locked.status == S.MUSYAWARAH:
        raise ApplicationError(str(WAITS_FOR_A_MEETING))


def _leave_finding(locked: Application, status: str, reason: str, by) -> None:
    """Notes the kelurahan's step; whether the family lives there is what the last verifier found."""
    last = locked.verifications.last()
    presence = Verification.Presence.GANDA if status == S.DUPLIKAT or last is None else last.presence
    granted = status == S.DITETAPKAN_LAYAK
    locked.verifications.create(
        region_id=locked.region_id,
        step=Verification.Step.KELURAHAN,
        presence=presence,
        result=Verification.Result.LAYAK if granted else Verification.Result.TIDAK_LAYAK,
        reason=reason,
        turn=locked.handbacks.count(),
        by=by,
    )


def complete(*, application: Application, by) -> Application:
    """Notes that the missing papers have come; the kelurahan decides again. Raises ApplicationError."""
    if not by.has_perm("beneficiaries.change_application"):
        raise ApplicationError(str(NOT_ALLOWED))
    if not covers(by, application.region_id):
        raise ApplicationError(str(OUTSIDE))
    with transaction.atomic(), pghistory.context(user=by.pk):
        locked = Application.objects.select_for_update().get(pk=application.pk)
        if locked.status != S.PERLU_PERBAIKAN:
            raise ApplicationError(str(NOT_WAITING))
        if kinship.is_kin(by, locked.kk_index):
            raise ApplicationError(str(kinship.OWN_FAMILY))
        locked.status, locked.due_on = S.VERIFIKASI_ADMINISTRASI, deadlines.due_on(S.VERIFIKASI_ADMINISTRASI)
        locked.save(update_fields=["status", "due_on"])
    return locked
