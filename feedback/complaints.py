"""Verbs of complaints: submit, find, take, say, answer, refer, confirm, reopen (shared/domain.md 5 and 10.8)."""

from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bansos import codes, limits, workdays
from bansos.models import Region
from bansos.privacy import NUMBER_TOLD, holds_number, mask_numbers, refuse_told
from bansos.told_numbers import taken_out
from feedback.models import Complaint, Reply
from feedback.models.complaint import OPEN, ComplaintStatus

VERIFY_DAYS = 3  # working days until somebody has looked at it
REOPEN_DAYS = 10  # working days after the answer
DAYS_INFORMATION, DAYS_ORDINARY, DAYS_SERIOUS = 5, 14, 60
_C = Complaint.Category
# Those that may accuse the kelurahan itself: examined by the kecamatan, never seen by the kelurahan.
SERIOUS = frozenset({_C.PUNGLI, _C.FIKTIF, _C.KURANG, _C.PERILAKU, _C.TIDAK_DIBAGIKAN})

NOT_A_KELURAHAN = gettext_lazy("Pilih kelurahan tempat kejadian.")
EMPTY = gettext_lazy("Tulis dulu pesannya.")
TOO_MANY = gettext_lazy("Terlalu banyak jawaban keliru. Tunggu satu jam, lalu coba lagi.")
NOT_YOURS = gettext_lazy("Pengaduan ini bukan untuk kantor Anda. Minta kecamatan menanganinya.")
NOT_ALLOWED = gettext_lazy("Peran Anda tidak boleh menanggapi pengaduan. Hubungi kantor kecamatan.")
NOT_NOW = gettext_lazy("Status pengaduan sudah berubah. Muat ulang halaman ini, lalu periksa lagi.")
CLOSED_TO_MESSAGES = gettext_lazy("Pengaduan ini sudah ditanggapi. Buka lagi bila masalah belum selesai.")
NO_FINDING = gettext_lazy("Pilih kesimpulan pemeriksaan Anda.")
NO_REMEDY = gettext_lazy("Tulis tindakan yang sudah diambil.")
REOPENED_BEFORE = gettext_lazy("Pengaduan hanya bisa dibuka lagi satu kali. Buat pengaduan baru.")
REOPEN_TOO_LATE = gettext_lazy("Batas membuka lagi sudah lewat. Buat pengaduan baru.")
TAKEN_SENTENCE = gettext_lazy("Laporan Anda sedang kami periksa.")


class ComplaintError(ValueError):
    """The complaint cannot be handled so; the sentence says how to mend it."""


class TooManyGuesses(ComplaintError):
    """The code is closed for an hour after too many wrong PINs."""


def submit(
    *, region: Region, category: str, story: str, name: str = "", phone: str = "", by=None, form_key: UUID | None = None
) -> tuple[Complaint, str]:
    """Files a complaint and returns it with its PIN, which is kept only as a hash.

    A second submit with the same `form_key` returns the same complaint and PIN (the PIN is derived from the key).
    Raises ComplaintError for a region above or below the kelurahan, or without a story.
    """
    if region.level != Region.Level.KELURAHAN:
        raise ComplaintError(NOT_A_KELURAHAN)
    if not story.strip():
        raise ComplaintError(EMPTY)
    pin = _pin_for(form_key) if form_key else codes.new_pin()
    serious = category in SERIOUS
    story, numbers = taken_out(story)
    try:
        with transaction.atomic():
            complaint = Complaint.objects.create(
                code=codes.new(),
                pin_hash=make_password(pin),
                region=region,
                category=category,
                serious=serious,
                story=story,
                numbers=numbers,
                name=mask_numbers(name.strip()),
                phone=phone or None,
                submitted_by=by,
                form_key=form_key,
                submitted_at=timezone.now(),
                due_on=workdays.add(timezone.localdate(), answer_days(category)),
            )
    except IntegrityError:
        sent_before = Complaint.objects.filter(form_key=form_key).first() if form_key else None
        if sent_before is None:
            raise
        return sent_before, pin
    return complaint, pin


def answer_days(category: str) -> int:
    """Returns within how many working days a complaint of this category is answered."""
    if category in SERIOUS:
        return DAYS_SERIOUS
    return DAYS_INFORMATION if category == _C.INFORMASI else DAYS_ORDINARY


def verify_by(complaint: Complaint) -> date:
    """Returns the day by which somebody has looked at a new or reopened complaint."""
    return workdays.add(timezone.localdate(complaint.reopened_at or complaint.submitted_at), VERIFY_DAYS)


def _pin_for(form_key: UUID) -> str:
    digest = salted_hmac("feedback.pin", form_key.hex, algorithm="sha256").digest()
    return f"{int.from_bytes(digest) % 1_000_000:06d}"


@cache
def _nobodys_hash() -> str:
    """A hash that no PIN opens, so that an unknown code costs as much as a wrong PIN."""
    return make_password(codes.new())


def find(*, code: str, pin: str) -> Complaint | None:
    """Returns the complaint with this code and PIN. Raises TooManyGuesses, for known and unknown codes alike."""
    code = codes.normalise(code)
    if limits.hit("pengaduan", code, settings.LOOKUP_ATTEMPTS_PER_CODE, 3600):
        raise TooManyGuesses(TOO_MANY)
    complaint = Complaint.objects.filter(code=code).first()
    if not check_password(pin, complaint.pin_hash if complaint else _nobodys_hash()):
        return None
    limits.forget("pengaduan", code)
    return complaint


@contextmanager
def _locked(complaint: Complaint, by=None):
    """Holds the row while a verb works on it. Raises ComplaintError when `by` may not, or the status forbids it."""
    if by is not None and not by.has_perm("feedback.answer_complaint"):
        raise ComplaintError(NOT_ALLOWED)
    rows = Complaint.objects.select_for_update()
    try:
        with transaction.atomic():
            row = (rows.for_officer(by) if by is not None else rows).filter(pk=complaint.pk).first()
            if row is None:
                raise ComplaintError(NOT_YOURS)
            yield row
    except ProgrammingError as error:
        if "Invalid transition" not in str(error):
            raise
        raise ComplaintError(NOT_NOW) from error


def _move(row: Complaint, status: str, **fields) -> None:
    row.status = status
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(update_fields=["status", *fields])


def _reply(row: Complaint, body: str, by) -> Reply:
    """Adds a message; the same words sent twice in a row are one message."""
    body = body.strip()
    if not body:
        raise ComplaintError(EMPTY)
    if by is not None and holds_number(body):
        raise ComplaintError(NUMBER_TOLD)
    body, numbers = taken_out(body)
    last = row.replies.filter(at__gt=timezone.now() - timedelta(minutes=5)).order_by("-pk").first()
    if last and (last.body, last.numbers, last.by_id) == (body, numbers, by and by.pk):
        return last
    return Reply.objects.create(complaint=row, body=body, numbers=numbers, by=by, at=timezone.now())


def take(*, complaint: Complaint, by) -> Complaint:
    """An officer begins to work on it; the resident reads that. Raises ComplaintError."""
    with _locked(complaint, by) as row:
        if row.status == ComplaintStatus.PROSES:
            raise ComplaintError(NOT_NOW)
        _move(row, ComplaintStatus.PROSES)
        _reply(row, str(TAKEN_SENTENCE), by)
    return row


def say(*, complaint: Complaint, body: str, by=None) -> Reply:
    """Adds a message of the resident (`by` empty) or a question of an officer, while the complaint is open.

    An officer's question takes a waiting complaint into work. Raises ComplaintError.
    """
    with _locked(complaint, by) as row:
        if row.status not in OPEN:
            raise ComplaintError(CLOSED_TO_MESSAGES)
        if by is not None and row.status != ComplaintStatus.PROSES:
            _move(row, ComplaintStatus.PROSES)
        return _reply(row, body, by)


def answer(*, complaint: Complaint, body: str, finding: str = "", remedy: str = "", by) -> Complaint:
    """Answers with what was found and what was done. A question or suggestion needs neither. Raises ComplaintError."""
    with _locked(complaint, by) as row:
        if row.category != _C.INFORMASI and finding not in Complaint.Finding.values:
            raise ComplaintError(NO_FINDING)
        if row.category != _C.INFORMASI and not remedy.strip():
            raise ComplaintError(NO_REMEDY)
        refuse_told(ComplaintError, remedy)
        if row.status not in OPEN:
            raise ComplaintError(NOT_NOW)
        _move(
            row,
            ComplaintStatus.TANGGAPAN_DIKIRIM,
            answered_at=timezone.now(),
            finding=finding,
            remedy=remedy.strip(),
        )
        _reply(row, body, by)
    return row


def refer(*, complaint: Complaint, body: str, by) -> Complaint:
    """Closes what another office must handle; `body` says which office and how to reach it. Raises ComplaintError."""
    with _locked(complaint, by) as row:
        if row.status not in OPEN:
            raise ComplaintError(NOT_NOW)
        now = timezone.now()
        _move(row, ComplaintStatus.BUKAN_WEWENANG, answered_at=now, closed_at=now)
        _reply(row, body, by)
    return row


def confirm(*, complaint: Complaint) -> Complaint:
    """The resident says that it is settled. Raises ComplaintError when it has not been answered."""
    with _locked(complaint) as row:
        if row.status != ComplaintStatus.SELESAI:  # a second press of the same button changes nothing
            _move(row, ComplaintStatus.SELESAI, closed_at=timezone.now())
    return row


def reopen_until(complaint: Complaint) -> date | None:
    """Returns the last day on which the resident may reopen it; None when there is nothing to reopen."""
    answered = complaint.status in {ComplaintStatus.TANGGAPAN_DIKIRIM, ComplaintStatus.SELESAI}
    if not answered or complaint.reopened_at:
        return None
    return workdays.add(timezone.localdate(complaint.answered_at), REOPEN_DAYS)


def reopen(*, complaint: Complaint, body: str) -> Complaint:
    """The resident says what is still wrong; the clock begins anew. Once, within ten working days of the answer.

    Raises ComplaintError when it was reopened before, too late, or not answered.
    """
    with _locked(complaint) as row:
        if row.reopened_at:
            raise ComplaintError(REOPENED_BEFORE)
        until = reopen_until(row)
        if until and timezone.localdate() > until:
            raise ComplaintError(REOPEN_TOO_LATE)
        _move(
            row,
            ComplaintStatus.DIBUKA_KEMBALI,
            reopened_at=timezone.now(),
            answered_at=None,
            closed_at=None,
            finding="",
            remedy="",
            due_on=workdays.add(timezone.localdate(), answer_days(row.category)),
        )
        _reply(row, body, None)
    return row


def office_of(user) -> str:
    """Returns how a resident reads an officer: the office and role, never the name."""
    place = user.region.name if user.region else settings.OFFICE["name"]
    return {
        "camat": _("Camat %(place)s"),
        "kesra": _("Kepala Seksi Kesejahteraan Rakyat Kecamatan"),
        "lurah": _("Lurah %(place)s"),
        "staf": _("Petugas Kelurahan %(place)s"),
    }.get(user.role, _("Petugas")) % {"place": place}
