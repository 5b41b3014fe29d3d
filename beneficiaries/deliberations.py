"""Verbs of the musyawarah kelurahan: plan, invite, list the cases, decide each, close with a minutes number."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import pghistory
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from bansos import attachments, workdays
from bansos.attachments import Content
from bansos.models import Region
from bansos.privacy import PRIVATE, tells_number
from bansos.refusals import constraint
from bansos.scope import covers
from beneficiaries import (
    appeal_outcomes,
    applications,
    criteria,
    deadlines,
    deputies,
    doubts,
    invitations,
    kinship,
    letters,
    minutes,
)
from beneficiaries.models import (
    Appeal,
    Application,
    Deliberation,
    DeliberationAttendance,
    DeliberationCase,
    Household,
    Score,
    Verification,
)
from beneficiaries.models.deliberation import DeliberationStatus

S, Decision = DeliberationStatus, DeliberationCase.Decision
CHANGE, CLOSE = "beneficiaries.change_deliberation", "beneficiaries.close_deliberation"
CLEARED_DAYS = 183  # how long a verdict about a held family counts: six months
SCAN_DAYS = 3  # working days after a meeting is closed until its signed minutes are there
NOTICE_DAYS = 14  # how long the public notice can be read
REFUSED_BY_NEIGHBOURS = "R05"  # of beneficiaries.reasons

MAY_NOT = _("Akun Anda tidak boleh mengurus musyawarah. Minta lurah atau staf kelurahan.")
MAY_NOT_CLOSE = _("Hanya lurah yang menutup musyawarah. Minta lurah masuk dengan akunnya.")
OUTSIDE = _("Musyawarah ini di luar wilayah Anda. Minta kelurahan setempat mengurusnya.")
NOT_A_KELURAHAN = _("Pilih kelurahan tempat musyawarah.")
WORD_MISSING = _("Isi jam, tempat, pimpinan, dan notulis.")
QUORUM_ODD = _("Kuorum paling sedikit 1 orang.")
CLOSED = _("Musyawarah ini sudah ditutup dan tidak dapat diubah. Adakan musyawarah baru.")
NAME_MISSING = _("Tulis nama orang yang diundang.")
ELEMENT_ODD = _("Pilih unsur dari daftar.")
INVITED_TWICE = _("%(name)s sudah ada di daftar undangan untuk unsur ini.")
STRANGERS = _("Ada pilihan yang tidak lagi menunggu musyawarah. Muat ulang halaman.")
UNINVITE_REASON_MISSING = _("Tulis alasan undangan ini dibatalkan, paling sedikit lima huruf.")
UNINVITED = _("Undangan ini sudah dibatalkan. Muat ulang halaman.")
GUEST_CAME = _("%(name)s tercatat hadir, jadi undangannya tetap. Betulkan daftar hadir lebih dulu bila keliru.")
GUEST_IS_CHAIR = _("%(name)s memimpin musyawarah ini. Tunjuk pimpinan lain di Ubah rencana lebih dulu.")
REPLANNED = _("Rencana musyawarah berubah. Undangan baru menyusul.")
NOBODY_INVITED = _("Isi daftar undangan lebih dulu.")
NO_CASES = _("Pilih keluarga yang dibahas lebih dulu.")
TOO_EARLY = _("Musyawarah ini direncanakan %(day)s. Ubah tanggalnya bila dimulai hari ini.")
STARTED = _("Musyawarah ini sudah dimulai.")
NOT_STARTED = _("Musyawarah belum dimulai. Tekan Mulai musyawarah lebih dulu.")
DECISION_ODD = _("Pilih layak, tidak layak, atau perlu diperiksa lagi.")
REASON_MISSING = _("Tulis alasannya. Alasan masuk berita acara.")
RANK_ODD = _("Urutan hanya untuk keluarga yang layak. Kosongkan urutannya.")
RANK_TAKEN = _("Urutan %(rank)s sudah dipakai keluarga lain. Pilih angka lain.")
NUMBER_MISSING = _("Isi nomor berita acara. Tanpa nomor, keputusan tidak berlaku.")
NUMBER_TAKEN = _("Nomor berita acara ini sudah dipakai. Periksa nomornya.")
NO_QUORUM = _("Kuorum belum tercapai: hadir %(present)s, perlu %(quorum)s. Isi daftar hadir atau jadwalkan lagi.")
UNDECIDED = _("Masih ada %(count)s keluarga tanpa keputusan. Putuskan dulu semuanya.")
OWN_FAMILY_LISTED = _("Ada keluarga Anda sendiri atau kerabat dalam daftar. Tunjuk pengganti lurah untuk menutup.")
NOT_CLOSED = _("Berita acara bertanda tangan diunggah setelah musyawarah ditutup.")
SIGNED = _("Berita acara bertanda tangan")
ON_A_LIST = _("Keluarga ini ada di daftar musyawarah %(meeting)s. Bahas di sana, atau keluarkan dulu dari daftarnya.")
MAY_NOT_REFER = _("Akun Anda tidak boleh membawa permohonan ke musyawarah. Minta lurah atau staf kelurahan.")
REFER_OUTSIDE = _("Permohonan ini di luar wilayah Anda. Minta kelurahan setempat mengurusnya.")
RECALL_REASON_MISSING = _("Tulis mengapa permohonan ini tidak jadi dibahas di musyawarah.")
DROP_REASON_MISSING = _("Musyawarah sudah dimulai. Tulis mengapa keluarga ini keluar dari daftar.")
NOT_WAITING = _("Permohonan ini tidak sedang menunggu musyawarah. Muat ulang halaman.")
NOT_FOR_A_MEETING = _("Hanya yang dinilai layak atau ragu dan menunggu kelurahan dibawa ke musyawarah.")
VISIT_FIRST = _("%(name)s perlu dikunjungi dulu. Sebabnya: %(ground)s. Minta kunjungan di halaman permohonannya.")
NO_EFFECT = _("Musyawarah belum ditutup dan belum ada yang berlaku. %(name)s: %(sentence)s")


class DeliberationError(ValueError):
    """The deliberation cannot go on like this; its sentence says what to do."""


def may_close(user, region_id: str) -> bool:
    """Tells whether `user` closes meetings of this kelurahan: its lurah, or who stands in for the lurah today."""
    return user.has_perm(CLOSE) or deputies.is_acting_lurah(user, region_id)


def _check_officer(region_id: str, by, permission: str = CHANGE) -> None:
    if not (by.has_perm(permission) or (permission == CLOSE and may_close(by, region_id))):
        raise DeliberationError(str(MAY_NOT if permission == CHANGE else MAY_NOT_CLOSE))
    if not covers(by, region_id):
        raise DeliberationError(str(OUTSIDE))


def _locked(deliberation: Deliberation, by, permission: str = CHANGE) -> Deliberation:
    """Returns the row locked and still open, for an officer of its region. Raises DeliberationError."""
    _check_officer(deliberation.region_id, by, permission)
    row = Deliberation.objects.select_for_update().select_related("region").get(pk=deliberation.pk)
    if row.status == S.DIPUTUSKAN:
        raise DeliberationError(str(CLOSED))
    return row


def _checked(region: Region, hours: str, place: str, chair: str, note_taker: str, quorum: int | None) -> dict:
    words = {"hours": hours, "place": place, "chair": chair, "note_taker": note_taker}
    words = {name: " ".join(text.split()) for name, text in words.items()}
    for fine, sentence in (
        (region.level == Region.Level.KELURAHAN, NOT_A_KELURAHAN),
        (all(words.values()), WORD_MISSING),
        (quorum is None or quorum > 0, QUORUM_ODD),
    ):
        if not fine:
            raise DeliberationError(str(sentence))
    return words | {"quorum": quorum}


def plan(*, region: Region, held_on: date, hours, place, chair, note_taker, quorum=None, by) -> Deliberation:
    """Plans a meeting of a kelurahan and returns it; its chair is invited at once. Raises DeliberationError."""
    _check_officer(region.pk, by)
    values = _checked(region, hours, place, chair, note_taker, quorum)
    with transaction.atomic(), pghistory.context(user=by.pk):
        made = Deliberation.objects.create(region=region, held_on=held_on, planned_by=by, **values)
        made.attendances.create(name=made.chair, element=DeliberationAttendance.Element.LURAH)
    return made


def replan(
    *, deliberation: Deliberation, held_on: date, hours, place, chair, note_taker, quorum=None, by
) -> Deliberation:
    """Changes the plan of a meeting that has not begun, and returns it. Raises DeliberationError.

    Invitations to another day, hour, place or chair are revoked: the next print gives new ones. A new chair is invited.
    """
    with transaction.atomic(), pghistory.context(user=by.pk):
        row = _locked(deliberation, by)
        if row.status != S.DRAF:
            raise DeliberationError(str(STARTED))
        values = _checked(row.region, hours, place, chair, note_taker, quorum) | {"held_on": held_on}
        moved = any(getattr(row, name) != values[name] for name in ("held_on", "hours", "place", "chair"))
        for name, value in values.items():
            setattr(row, name, value)
        row.save(update_fields=list(values))
        if moved:
            invitations.withdraw(deliberation=row, reason=str(REPLANNED), by=by)
        if not row.attendances.standing().filter(name=row.chair).exists():
            row.attendances.create(name=row.chair, element=DeliberationAttendance.Element.LURAH)
    return row


def invite(*, deliberation: Deliberation, name: str, element: str, by) -> DeliberationAttendance:
    """Invites one person for an element of the community. Raises DeliberationError."""
    name = " ".join(name.split())
    if not name:
        raise DeliberationError(str(NAME_MISSING))
    if element not in DeliberationAttendance.Element.values:
        raise DeliberationError(str(ELEMENT_ODD))
    try:
        with transaction.atomic():
            row = _locked(deliberation, by)
            return row.attendances.create(name=name, element=element)
    except IntegrityError as error:
        raise DeliberationError(INVITED_TWICE % {"name": name}) from error


def uninvite(*, guest: DeliberationAttendance, reason: str, by) -> DeliberationAttendance:
    """Withdraws one invitation together with its letter, and returns it. Raises DeliberationError.

    The row, the letter and its number stay on record. Who came, and the chair, stay invited.
    """
    reason = _reason(reason, UNINVITE_REASON_MISSING)
    if len(reason) < letters.SHORTEST_REASON:
        raise DeliberationError(str(UNINVITE_REASON_MISSING))
    with transaction.atomic(), pghistory.context(user=by.pk, reason=reason):
        meeting = _locked(guest.deliberation, by)
        row = meeting.attendances.get(pk=guest.pk)
        for fine, sentence in (
            (row.withdrawn_at is None, UNINVITED),
            (not row.present, GUEST_CAME),
            (row.name != meeting.chair, GUEST_IS_CHAIR),
        ):
            if not fine:
                raise DeliberationError(sentence % {"name": row.name})
        row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = timezone.now(), by, reason
        row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
        invitations.withdraw(deliberation=meeting, guest=row, reason=reason, by=by)
    return row


def record_attendance(*, deliberation: Deliberation, present: Iterable[int], by) -> int:
    """Notes who came, by the numbers of the invitations; everybody else did not. Returns how many came.

    Raises DeliberationError before the meeting has begun, and for a number that is no invitation to it.
    """
    came = set(present)
    with transaction.atomic():
        row = _locked(deliberation, by)
        if row.status != S.BERLANGSUNG:
            raise DeliberationError(str(NOT_STARTED))
        invited = row.attendances.standing()
        if came - set(invited.values_list("pk", flat=True)):
            raise DeliberationError(str(STRANGERS))
        invited.filter(pk__in=came).update(present=True)
        invited.exclude(pk__in=came).update(present=False)
    return len(came)


# --- the list of cases


def refer(*, application: Application, by) -> Application:
    """Says that the next meeting hears an application; it waits for a list, with a deadline. Returns it.

    One that asks for a field visit is visited first. Raises DeliberationError.
    """
    if not by.has_perm("beneficiaries.decide_application"):
        raise DeliberationError(str(MAY_NOT_REFER))
    with transaction.atomic(), pghistory.context(user=by.pk):
        row = Application.objects.select_for_update(of=["self"]).select_related("region").get(pk=application.pk)
        waits = row.status == Application.Status.VERIFIKASI_ADMINISTRASI
        for fine, sentence in (
            (covers(by, row.region_id), REFER_OUTSIDE),
            (waits and _recommended(Application.objects.filter(pk=row.pk)).exists(), NOT_FOR_A_MEETING),
            (not kinship.is_kin(by, row.kk_index), kinship.OWN_FAMILY),
        ):
            if not fine:
                raise DeliberationError(str(sentence))
        _check_visited([row])
        _wait_for_meeting(row)
    return row


def may_refer(*, application: Application, by) -> bool:
    """Tells whether `by` may bring this application to the next meeting now."""
    return (
        by.has_perm("beneficiaries.decide_application")
        and covers(by, application.region_id)
        and application.status == Application.Status.VERIFIKASI_ADMINISTRASI
        and not kinship.is_kin(by, application.kk_index)
        and _recommended(Application.objects.filter(pk=application.pk)).exists()
        and not doubts.of(application)
    )


def may_recall(*, application: Application, by) -> bool:
    """Tells whether `by` may take this application back from the musyawarah to the desk now."""
    return not _why_not_recall(application, by)


def _why_not_recall(case: Application, by) -> str:
    meeting = list_of(case)
    for fine, sentence in (
        (by.has_perm("beneficiaries.decide_application"), MAY_NOT_REFER),
        (covers(by, case.region_id), REFER_OUTSIDE),
        (case.status == Application.Status.MUSYAWARAH, NOT_WAITING),
        (meeting is None, ON_A_LIST % {"meeting": meeting}),
        (not kinship.is_kin(by, case.kk_index), kinship.OWN_FAMILY),
    ):
        if not fine:
            return str(sentence)
    return ""


def recall(*, application: Application, reason: str, by) -> Application:
    """Takes an application that waits for a musyawarah, on no list yet, back to the desk, and returns it.

    The reason is kept in its history. Raises DeliberationError.
    """
    reason = _reason(reason, RECALL_REASON_MISSING)
    with transaction.atomic(), pghistory.context(user=by.pk, reason=reason):
        row = Application.objects.select_for_update().get(pk=application.pk)
        if refusal := _why_not_recall(row, by):
            raise DeliberationError(refusal)
        _back_to_the_desk(row)
    return row


def _reason(text: str, missing) -> str:
    """Returns a reason for the history, which is never erased: it names no number. Raises DeliberationError."""
    reason = " ".join(text.split())
    for fine, sentence in ((reason, missing), (not tells_number(reason), PRIVATE)):
        if not fine:
            raise DeliberationError(str(sentence))
    return reason


def _recommended(rows):
    seen = Verification.objects.filter(application=OuterRef("pk"), result__in=["layak", "perlu_verifikasi_ulang"])
    return rows.filter(Exists(seen))


def _wait_for_meeting(row: Application) -> None:
    """Moves a locked application to the musyawarah's step; one that waits there keeps its date."""
    if row.status != Application.Status.MUSYAWARAH:
        row.status, row.due_on = Application.Status.MUSYAWARAH, deadlines.due_on(Application.Status.MUSYAWARAH)
        row.save(update_fields=["status", "due_on"])


def _back_to_the_desk(row: Application) -> None:
    """Gives an application that no meeting decided back to the desk."""
    if row.status == Application.Status.MUSYAWARAH:
        row.status = Application.Status.VERIFIKASI_ADMINISTRASI
        row.due_on = deadlines.due_on(row.status)
        row.save(update_fields=["status", "due_on"])


def _check_visited(rows: Iterable[Application]) -> None:
    """Raises DeliberationError for the first that asks for a field visit."""
    for row in rows:
        if grounds := doubts.of(row):
            raise DeliberationError(VISIT_FIRST % {"name": row.name, "ground": grounds[0].label})


def list_of(application: Application) -> Deliberation | None:
    """Returns the meeting, not closed yet, on whose list an application stands."""
    return Deliberation.objects.filter(cases__application=application).exclude(status=S.DIPUTUSKAN).first()


def waiting_applications(region: Region):
    """Applications of a kelurahan that RT or RW found worthy or in doubt, and that wait for the kelurahan."""
    rows = _recommended(Application.objects.inside(region.pk)).filter(status__in=doubts.AT_THE_DESK)
    rows = rows.exclude(deliberation_cases__in=_open_cases())
    return rows.exclude(pk__in=to_be_visited(region).values("pk")).order_by("region_id", "name")


def to_be_visited(region: Region):
    """Those that a field visit must look at before a meeting hears them."""
    rows = _recommended(Application.objects.inside(region.pk)).exclude(deliberation_cases__in=_open_cases())
    return doubts.asking(rows).order_by("region_id", "name")


def held_households(region: Region):
    """Active households of a kelurahan that the criteria in force hold and no deliberation has judged lately.

    With them, those that an accepted appeal is about and no deliberation has heard since. Those with the most points
    come first.
    """
    score = Score.objects.filter(
        household=OuterRef("pk"), verdict=Score.Verdict.DITAHAN, criteria_set__in=criteria.in_use()
    )
    rows = Household.objects.active().inside(region.pk).with_head_name()
    rows = rows.annotate(
        points=Subquery(score.order_by("-points").values("points")[:1]), contested=appeal_outcomes.of_household()
    )
    held = Q(points__isnull=False) & ~Exists(_recent_cases().filter(household=OuterRef("pk")))
    rows = rows.filter(held | Q(contested=True)).exclude(deliberation_cases__in=_open_cases())
    return rows.order_by(F("points").desc(nulls_last=True), "pk")


def waiting_appeals(region: Region):
    """Open appeals of a kelurahan that the kecamatan wants to hear the meeting about."""
    rows = Appeal.objects.inside(region.pk).open().filter(asks_meeting=True)
    return rows.exclude(deliberation_cases__isnull=False).order_by("region_id", "name")


def _open_cases():
    return DeliberationCase.objects.exclude(deliberation__status=S.DIPUTUSKAN)


def _recent_cases():
    since = timezone.now() - timedelta(days=CLEARED_DAYS)
    return DeliberationCase.objects.filter(deliberation__status=S.DIPUTUSKAN, deliberation__decided_at__gte=since)


def add_cases(*, deliberation: Deliberation, applications=(), households=(), appeals=(), by) -> int:
    """Puts the rows with these numbers on the list and returns how many. Raises DeliberationError.

    Only what waits in the meeting's own kelurahan is taken, and no application that asks for a field visit.
    """
    with transaction.atomic(), pghistory.context(user=by.pk):
        row, wanted = _locked(deliberation, by), set(applications)
        locked = list(Application.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))
        _check_visited(to_be_visited(row.region).filter(pk__in=wanted))
        chosen = [
            ("application", waiting_applications(row.region), wanted),
            ("household", held_households(row.region), set(households)),
            ("appeal", waiting_appeals(row.region), set(appeals)),
        ]
        made = []
        for field, waiting, numbers in chosen:
            found = list(waiting.filter(pk__in=numbers)) if numbers else []
            if len(found) != len(numbers):
                raise DeliberationError(str(STRANGERS))
            made += [
                DeliberationCase(
                    deliberation=row, region_id=one.region_id, name=getattr(one, "name", None) or one.head_name or "-",
                    **{field: one},
                )
                for one in found
            ]  # fmt: skip
        for case in made:
            case.save()
        for application in locked:
            _wait_for_meeting(application)
    return len(made)


def drop_case(*, case: DeliberationCase, reason: str = "", by) -> None:
    """Takes a case off the list of a meeting that is not closed; an application is back at the desk.

    Once the meeting has begun that needs a reason, which the history keeps. Raises DeliberationError.
    """
    with transaction.atomic():
        row = _locked(case.deliberation, by)
        told = {"reason": _reason(reason, DROP_REASON_MISSING)} if row.status == S.BERLANGSUNG else {}
        with pghistory.context(user=by.pk, **told):
            case.delete()
            if case.application:
                _back_to_the_desk(Application.objects.select_for_update().get(pk=case.application.pk))


# --- the meeting


def start(*, deliberation: Deliberation, by) -> Deliberation:
    """Opens the meeting; a quorum left empty becomes more than half of the invited. Raises DeliberationError."""
    with transaction.atomic(), pghistory.context(user=by.pk):
        row = _locked(deliberation, by)
        invited = row.attendances.standing().count()
        for fine, sentence in (
            (row.status == S.DRAF, STARTED),
            (row.held_on <= timezone.localdate(), TOO_EARLY % {"day": date_format(row.held_on, "j F Y")}),
            (invited, NOBODY_INVITED),
            (row.cases.exists(), NO_CASES),
        ):
            if not fine:
                raise DeliberationError(str(sentence))
        row.quorum = row.quorum or invited // 2 + 1
        row.status = S.BERLANGSUNG
        row.save(update_fields=["quorum", "status"])
    return row


def decide(
    *, case: DeliberationCase, decision: str, rank: int | None = None, objection: str = "", reason: str = "", by
) -> DeliberationCase:
    """Notes what the meeting agreed about one family, and returns the case. Raises DeliberationError.

    Nothing takes effect before the meeting is closed.
    """
    reason, objection = reason.strip(), objection.strip()
    for fine, sentence in (
        (decision in Decision.values, DECISION_ODD),
        (reason or decision == Decision.LAYAK, REASON_MISSING),
        (not tells_number(reason, objection), PRIVATE),
        (rank is None or (decision == Decision.LAYAK and rank > 0), RANK_ODD),
    ):
        if not fine:
            raise DeliberationError(str(sentence))
    try:
        with transaction.atomic(), pghistory.context(user=by.pk):
            row = _locked(case.deliberation, by)
            if row.status != S.BERLANGSUNG:
                raise DeliberationError(str(NOT_STARTED))
            case.decision, case.rank, case.objection, case.reason = decision, rank, objection, reason
            case.noted_by = by
            case.save(update_fields=["decision", "rank", "objection", "reason", "noted_by"])
    except IntegrityError as error:
        if constraint(error) == kinship.REFUSAL:
            raise DeliberationError(str(kinship.OWN_FAMILY)) from error
        if constraint(error) == "deliberation_case_rank_once":
            raise DeliberationError(RANK_TAKEN % {"rank": rank}) from error
        raise
    return case


def close(*, deliberation: Deliberation, minutes_number: str, by) -> Deliberation:
    """Closes the meeting under a minutes number; only now do its decisions take effect. Returns it.

    An application is decided by `applications.decide`, in the name of whoever closes, so its separation of duties
    holds here too. The verdict about a held household or an appeal is what the case says. Raises DeliberationError,
    and then nothing has changed.
    """
    number = " ".join(minutes_number.split())
    with transaction.atomic(), pghistory.context(user=by.pk):
        row = _locked(deliberation, by, CLOSE)
        _check_closing(row, number)
        _keep_addresses(row)
        row.minutes_number, row.status, row.decided_by, row.decided_at = number, S.DIPUTUSKAN, by, timezone.now()
        try:
            with transaction.atomic():
                row.save(update_fields=["minutes_number", "status", "decided_by", "decided_at"])
        except IntegrityError as error:
            if constraint(error) == kinship.REFUSAL:
                raise DeliberationError(str(OWN_FAMILY_LISTED)) from error
            if constraint(error) == "deliberation_minutes_number_once":
                raise DeliberationError(str(NUMBER_TAKEN)) from error
            raise
        for case in row.cases.exclude(application=None).select_related("application"):
            try:
                take_effect(case, by)
            except applications.ApplicationError as error:
                raise DeliberationError(NO_EFFECT % {"name": case.name, "sentence": error}) from error
        row.refresh_from_db(fields=["present"])
    return row


def _keep_addresses(row: Deliberation) -> None:
    """Keeps with each case where its family lives today: the minutes tell it ever after, whoever moves."""
    cases = list(row.cases.select_related("application", "household", "appeal__application"))
    for case in cases:
        case.address = minutes.address_of(case)
    DeliberationCase.objects.bulk_update(cases, ["address"])


def _check_closing(row: Deliberation, number: str) -> None:
    present, undecided = row.attendances.filter(present=True).count(), row.cases.filter(decision="").count()
    for fine, sentence in (
        (row.status == S.BERLANGSUNG, NOT_STARTED),
        (number, NUMBER_MISSING),
        (present >= (row.quorum or 1), NO_QUORUM % {"present": present, "quorum": row.quorum}),
        (not undecided, UNDECIDED % {"count": undecided}),
    ):
        if not fine:
            raise DeliberationError(str(sentence))


def take_effect(case: DeliberationCase, by) -> None:
    """Decides the application of a case as the closed meeting did; one to be looked at again is back at the desk.

    Raises ApplicationError; the caller holds the transaction.
    """
    if case.application is None:
        return
    if case.decision == Decision.PERLU_VERIFIKASI:
        _back_to_the_desk(Application.objects.select_for_update().get(pk=case.application.pk))
        return
    worthy = case.decision == Decision.LAYAK
    status = Application.Status.DITETAPKAN_LAYAK if worthy else Application.Status.DITOLAK
    applications.decide(
        application=case.application, status=status, reason=case.reason,
        reason_code="" if worthy else REFUSED_BY_NEIGHBOURS, in_meeting=True, by=by,
    )  # fmt: skip


def attach_signed(*, deliberation: Deliberation, papers: Sequence[Content], by) -> None:
    """Keeps the scan of the signed minutes with a closed meeting. Raises DeliberationError."""
    _check_officer(deliberation.region_id, by)
    if deliberation.status != S.DIPUTUSKAN:
        raise DeliberationError(str(NOT_CLOSED))
    attachments.keep(contents=papers, about=deliberation, title=str(SIGNED), by=by)


# --- what others read


def unsigned(user):
    """The closed meetings of an officer's region whose signed minutes are not there yet, the oldest first."""
    return attachments.without(Deliberation.objects.for_officer(user).closed()).order_by("decided_at")


def signed_by(deliberation: Deliberation) -> date:
    """Returns until when the signed minutes of a closed meeting are to be there."""
    return workdays.add(timezone.localdate(deliberation.decided_at), SCAN_DAYS)


def cleared_households():
    """Households whose newest verdict by a closed deliberation, at most six months old, is "layak".

    The criteria may hold such a family; people who know it have said that it is worthy.
    """
    newest = _recent_cases().filter(household=OuterRef("pk")).order_by("-deliberation__decided_at", "-pk")
    verdict = Subquery(newest.values("decision")[:1])
    return Household.objects.alias(verdict=verdict).filter(verdict=Decision.LAYAK)


def published():
    """The closed meetings whose notice the public may read now."""
    since = timezone.localdate() - timedelta(days=NOTICE_DAYS)  # the last day is a whole one
    return Deliberation.objects.closed().filter(decided_at__date__gte=since)


def public_cases(deliberation: Deliberation):
    """The cases of the public notice. What the meeting advised on an appeal is for the kecamatan alone."""
    return deliberation.cases.filter(Q(appeal=None)).select_related("region")
