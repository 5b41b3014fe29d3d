"""Verbs of data subjects' requests: ask, verify identity, fulfil, refuse (UU 27/2022, articles 6 to 9, 30 to 33, 41,
43).

An answer changes data only through the verbs of those data, so that their history says why.
"""

from contextlib import contextmanager
from datetime import date
from uuid import UUID

import pghistory
from django.db import IntegrityError, ProgrammingError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos import codes
from bansos.privacy import refuse_told
from bansos.scope import covers
from beneficiaries import corrections, limiting
from beneficiaries.corrections import CorrectionError
from beneficiaries.limiting import LimitingError
from beneficiaries.models import Application, Person
from monitoring import retention, subject_access
from monitoring.models import DataRequest
from monitoring.models.data_request import OPEN_REQUESTS, WITHIN, DataRequestStatus

S, K = DataRequestStatus, DataRequest.Kind

NO_KIND = _("Pilih apa yang Anda minta.")
NO_DATUM = _("Pilih data yang keliru dan tulis isinya yang benar.")
ALREADY_OPEN = _("Permintaan yang sama masih kami kerjakan. Lihat kabarnya di daftar.")
OUTSIDE = _("Permintaan ini dari luar wilayah Anda. Minta kelurahannya menjawab.")
NOT_ALLOWED = _("Akun Anda tidak boleh menjawab permintaan data. Minta staf kelurahan.")
NOT_NOW = _("Status permintaan sudah berubah. Muat ulang halaman ini, lalu periksa lagi.")
NO_PROOF = _("Pilih bukti identitas yang Anda lihat.")
NOT_VERIFIED = _("Cocokkan identitasnya lebih dulu.")
NO_ANSWER = _("Tulis jawabannya, paling sedikit lima huruf. Warga akan membacanya.")
NO_REFUSAL = _("Pilih sebab penolakan dari daftar.")
NOT_IN_REGISTER = _("Orang ini tidak ada di register, jadi tidak ada penilaian yang dihentikan. Tolak dengan alasan.")
SHORTEST = 5


class DataRequestError(ValueError):
    """The request cannot be taken or answered so; the sentence says how to mend it."""


def submit(
    *, person: Person | None = None, application: Application | None = None, kind: str, datum: str = "",
    wanted: str = "", story: str = "", by=None, form_key: UUID | None = None,
) -> DataRequest:  # fmt: skip
    """Takes a request about a person of the register or about an application, and returns it.

    `by` is the officer who wrote it down at the desk, if any. A second submit with the same `form_key` returns the
    first one's request. Raises DataRequestError; the database decides whether one of that kind is open.
    """
    if kind not in K.values:
        raise DataRequestError(str(NO_KIND))
    subject = person or application
    assert subject is not None, "a request is about somebody"
    if by is not None:
        _check_officer(by, subject.region_id)
    if kind == K.PERBAIKAN:
        _check_datum(datum, wanted, person, application)
    else:
        datum, wanted = "", ""
    if form_key and (sent := DataRequest.objects.filter(form_key=form_key).first()):
        return sent
    now = timezone.now()
    try:
        with transaction.atomic(), pghistory.context(user=by and by.pk):
            return DataRequest.objects.create(
                code=codes.new(), person=person, application=application, region_id=subject.region_id, kind=kind,
                datum=datum, wanted=wanted.strip() or None, story=story.strip() or None, form_key=form_key,
                taken_by=by, asked_at=now, due_at=now + WITHIN,
            )  # fmt: skip
    except IntegrityError as error:
        raise DataRequestError(str(ALREADY_OPEN)) from error


def _check_datum(datum: str, wanted: str, person, application) -> None:
    if not datum or not wanted.strip():
        raise DataRequestError(str(NO_DATUM))
    try:
        corrections.field_of(datum)
        corrections.row_of(datum, person=person, application=application)
    except CorrectionError as error:
        raise DataRequestError(str(error)) from error


def find(*, code: str, born_on: date) -> DataRequest | None:
    """Returns the request with this code, if the person it is about was born on that day. One query, hit or miss."""
    found = DataRequest.objects.select_related("person", "application").filter(code=codes.normalise(code)).first()
    subject = (found.person or found.application) if found else None
    return found if subject and subject.born_on == born_on else None


def verify(*, request: DataRequest, proof: str, by) -> DataRequest:
    """The officer has seen the papers. An applicant whom the register knows is joined to that person.

    Raises DataRequestError.
    """
    if proof not in DataRequest.Proof.values:
        raise DataRequestError(str(NO_PROOF))
    with _locked(request, by, reason=str(DataRequest.Proof(proof).label)) as row:
        if row.status != S.DITERIMA:
            raise DataRequestError(str(NOT_NOW))
        row.status, row.proof, row.identity_by, row.identity_at = S.VERIFIKASI, proof, by, timezone.now()
        if row.person is None and row.application is not None:
            known = Person.objects.living().for_officer(by).filter(nik_index=row.application.nik_index)
            same = DataRequest.objects.open().filter(kind=row.kind, person=OuterRef("pk"))
            row.person = known.filter(~Exists(same), born_on=row.application.born_on).first()
        row.save(update_fields=["status", "proof", "identity_by", "identity_at", "person"])
    return row


def fulfil(*, request: DataRequest, answer: str, by, value=None, address: str | None = None) -> bytes | None:
    """Does what was asked and closes the request; for a copy, returns the ZIP to hand over.

    `value` is the corrected datum as the officer read it on the papers. Raises DataRequestError.
    """
    answer = _words(answer)
    with _locked(request, by, reason=answer) as row:
        if row.status != S.VERIFIKASI:
            raise DataRequestError(str(NOT_VERIFIED if row.status == S.DITERIMA else NOT_NOW))
        try:
            made = _do(row, by, value, address)
        except _REFUSALS as error:
            raise DataRequestError(str(error)) from error
        _close(row, S.DIPENUHI, answer, by)
    return made


_REFUSALS = (CorrectionError, LimitingError, subject_access.SubjectAccessError, retention.RetentionError)


def _do(row: DataRequest, by, value, address: str | None) -> bytes | None:
    reason = str(_("Permintaan data %(code)s") % {"code": row})
    if row.kind == K.SALINAN:
        return subject_access.package(
            person=row.person, application=row.application, reason=reason, by=by, address=address
        )
    if row.kind == K.PERBAIKAN:
        target = corrections.row_of(row.datum, person=row.person, application=row.application)
        name = row.datum.partition(".")[2]
        corrections.correct(row=target, name=name, value=row.wanted if value is None else value, reason=reason, by=by)
    elif row.kind == K.PEMBATASAN:
        if row.person is None:
            raise DataRequestError(str(NOT_IN_REGISTER))
        limiting.limit(household=row.person.household, reason=reason, by=by)
    else:
        retention.erase(person=row.person, application=row.application, reason=reason, by=by)
    return None


def refuse(*, request: DataRequest, refusal: str, answer: str, by) -> DataRequest:
    """Closes a request with a reason of the list and words for the person. Raises DataRequestError."""
    answer = _words(answer)
    if refusal not in DataRequest.Refusal.values:
        raise DataRequestError(str(NO_REFUSAL))
    with _locked(request, by, reason=answer) as row:
        if row.status not in OPEN_REQUESTS:
            raise DataRequestError(str(NOT_NOW))
        row.refusal = refusal
        _close(row, S.DITOLAK, answer, by)
    return row


def of(*, person: Person | None, application: Application | None):
    """Returns the requests about this person, or about this application, the newest first."""
    rows = DataRequest.objects.filter(person=person) if person else DataRequest.objects.filter(application=application)
    return rows.order_by("-asked_at", "-pk")


def _close(row: DataRequest, status: str, answer: str, by) -> None:
    row.status, row.answer, row.closed_by, row.closed_at = status, answer, by, timezone.now()
    row.save(update_fields=["status", "refusal", "answer", "closed_by", "closed_at"])


def _words(answer: str) -> str:
    if len(answer.strip()) < SHORTEST:
        raise DataRequestError(str(NO_ANSWER))
    refuse_told(DataRequestError, answer)
    return answer.strip()


def _check_officer(by, region: str) -> None:
    if not by.has_perm("monitoring.answer_datarequest"):
        raise DataRequestError(str(NOT_ALLOWED))
    if not covers(by, region):
        raise DataRequestError(str(OUTSIDE))


@contextmanager
def _locked(request: DataRequest, by, reason: str):
    """Holds the row while a verb works on it; its history says who and why. Raises DataRequestError."""
    _check_officer(by, request.region_id)
    rows = DataRequest.objects.select_for_update(of=("self",)).select_related("person__household", "application")
    try:
        with transaction.atomic(), pghistory.context(user=by.pk, reason=reason):
            yield rows.get(pk=request.pk)
    except ProgrammingError as error:
        if "Invalid transition" not in str(error):
            raise
        raise DataRequestError(str(NOT_NOW)) from error
