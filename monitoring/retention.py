"""Retention: what names people is erased once its time is over, by dated rules; sums and decisions stay.

`due` says which rows of a rule are over their time. What an open matter needs is never among them: a running
application, an unanswered appeal or complaint, aid that still waits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import DateTimeField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos import attachments, bulk, emptied, erasure, jobs, notifications, phone_keys
from bansos.fields import ERASED_NAME
from bansos.models import BulkRow, Job, PhoneKey
from beneficiaries.models import (
    Appeal,
    Application,
    DeliberationCase,
    FamilyEvent,
    FamilyEventPerson,
    Household,
    HousePlace,
    ImportRow,
    Letter,
    Person,
    RegisterImport,
    VerificationEvent,
)
from beneficiaries.models.appeal import ANSWERED, OPEN_APPEALS
from beneficiaries.models.application import ApplicationStatus
from distribution.models import Entitlement
from distribution.reach import months_before
from feedback.models import Complaint
from monitoring.models import DataRequest, RetentionRule
from monitoring.models.data_request import CLOSED
from monitoring.models.retention import RetentionSubject

BATCH = 500
QUOTES = "decided_later"  # the finding whose sentence says what the register holds
JOB_KIND = "retention.run"
S = RetentionSubject
_ENDED = (
    ApplicationStatus.DITOLAK, ApplicationStatus.DIBATALKAN, ApplicationStatus.DUPLIKAT, ApplicationStatus.KEDALUWARSA,
)  # fmt: skip
_WAITING = (Entitlement.Status.DIRENCANAKAN, Entitlement.Status.DIALOKASIKAN, Entitlement.Status.DITAHAN)

STILL_OPEN = _(
    "Permohonan ini masih berjalan atau sudah disetujui, jadi datanya masih diperlukan. Tolak dengan alasan."
)
STILL_ACTIVE = _("Keluarga ini masih aktif di register. Ubah dulu statusnya, atau tolak dengan alasan.")
AID_ON_RECORD = _("Keluarga ini ada di daftar bantuan. Catatannya wajib disimpan, jadi tolak dengan alasan.")

# What an office begins with; it puts its own archive schedule (JRA) in their place.
DEFAULTS: dict[str, tuple[int, str]] = {
    S.PERMOHONAN: (24, "UU 27/2022 Pasal 43; jadwal retensi arsip kecamatan"),
    S.PENGADUAN: (24, "UU 27/2022 Pasal 43; jadwal retensi arsip kecamatan"),
    S.KEBERATAN: (24, "UU 27/2022 Pasal 43; jadwal retensi arsip kecamatan"),
    S.IMPOR: (6, "UU 27/2022 Pasal 16 ayat (2)"),
    S.GABUNGAN: (12, "UU 27/2022 Pasal 29"),
    S.KELUARGA: (60, "UU 43/2009 tentang Kearsipan; jadwal retensi arsip kecamatan"),
    S.MENINGGAL: (60, "UU 43/2009 tentang Kearsipan; jadwal retensi arsip kecamatan"),
    S.KELUAR: (60, "UU 43/2009 tentang Kearsipan; jadwal retensi arsip kecamatan"),
    S.PERMINTAAN: (24, "UU 27/2022 Pasal 31"),
    S.HP_PETUGAS: (6, "UU 27/2022 Pasal 43"),
}


class RetentionError(ValueError):
    """The data cannot be erased now; the sentence says why."""


@dataclass(frozen=True)
class Plan:
    """One rule in force with what it would erase today and within the next month."""

    rule: RetentionRule
    now: int
    soon: int


def load_default(*, on: date) -> int:
    """Adds the rules an office begins with where it has none of that kind. Returns how many."""
    missing = [subject for subject in DEFAULTS if not RetentionRule.objects.filter(subject=subject).exists()]
    made = [
        RetentionRule(subject=subject, months=DEFAULTS[subject][0], legal_basis=DEFAULTS[subject][1], starts_on=on)
        for subject in missing
    ]
    return len(RetentionRule.objects.bulk_create(made))


def in_force(today: date) -> list[RetentionRule]:
    """Returns the newest rule of each kind that has begun."""
    begun = RetentionRule.objects.filter(starts_on__lte=today).order_by("subject", "-starts_on").distinct("subject")
    return list(begun)


def due(rule: RetentionRule, today: date) -> QuerySet:
    """Returns the rows that name somebody and whose time under `rule` is over on `today`."""
    day = months_before(today, rule.months)
    moment = timezone.make_aware(datetime.combine(day, time.min))
    return _ROWS[rule.subject](day, moment)


def _applications(day: date, moment: datetime) -> QuerySet:
    appeal = Appeal.objects.filter(application=OuterRef("pk"), status__in=OPEN_APPEALS)
    ended = Coalesce("decided_at", "submitted_at", output_field=DateTimeField())
    rows = Application.objects.filter(status__in=_ENDED).alias(ended=ended).filter(ended__lt=moment)
    return _named(rows.exclude(Exists(appeal)))


def _households(day: date, moment: datetime) -> QuerySet:
    waiting = Entitlement.objects.filter(household=OuterRef("pk"), status__in=_WAITING)
    gone = Household.objects.filter(status__in=[Household.Status.PINDAH, Household.Status.BUBAR], updated_at__lt=moment)
    return _named(gone.exclude(Exists(waiting)))


def _imports(day: date, moment: datetime) -> QuerySet:
    names = Q(raw__isnull=False) | ~Q(value="") | (Q(code=QUOTES) & ~Q(sentence=""))
    rows = ImportRow.objects.filter(names, register_import=OuterRef("pk"))
    old = RegisterImport.objects.filter(uploaded_at__lt=moment)
    return old.filter(~Q(file="") | ~emptied.q(RegisterImport) | Exists(rows))


def _named(rows: QuerySet) -> QuerySet:
    return rows.exclude(emptied.q(rows.model))


_ROWS: dict[str, Callable[[date, datetime], QuerySet]] = {
    S.PERMOHONAN: _applications,
    S.PENGADUAN: lambda day, moment: _named(Complaint.objects.filter(closed_at__lt=moment)),
    S.KEBERATAN: lambda day, moment: _named(Appeal.objects.filter(status__in=ANSWERED, decided_at__lt=moment)),
    S.IMPOR: _imports,
    S.GABUNGAN: lambda day, moment: _named(Person.objects.filter(merged_into__isnull=False, updated_at__lt=moment)),
    S.KELUARGA: _households,
    S.MENINGGAL: lambda day, moment: _named(Person.objects.filter(died_on__lt=day)),
    S.KELUAR: lambda day, moment: _named(Person.objects.filter(left_on__lt=day, died_on=None, merged_into=None)),
    S.PERMINTAAN: lambda day, moment: _named(DataRequest.objects.filter(status__in=CLOSED, closed_at__lt=moment)),
    S.HP_PETUGAS: lambda day, moment: _named(phone_keys.of_ended_work(since=moment)),
}


def plans(today: date) -> list[Plan]:
    """Returns what the rules in force would erase on `today`, and what comes within a month."""
    month = months_before(today, -1)
    found = []
    for rule in in_force(today):
        now = due(rule, today).count()
        found.append(Plan(rule, now, due(rule, month).count() - now))
    return found


def run(*, today: date, by=None, report=None) -> dict[str, int]:
    """Erases everything that is over its time and returns how many rows of each kind. Stopped, it goes on where it was.

    `report` is called with the rows done and their number.
    """
    todo = [(rule, list(due(rule, today).order_by("pk").values_list("pk", flat=True))) for rule in in_force(today)]
    total, done = sum(len(pks) for _rule, pks in todo), 0
    for rule, pks in todo:
        for start in range(0, len(pks), BATCH):
            part = pks[start : start + BATCH]
            _erase(rule.subject, part, reason=rule.legal_basis, by=by)
            done += len(part)
            if report:
                report(done, total)
    attachments.sweep()
    return {rule.subject: len(pks) for rule, pks in todo}


@transaction.atomic
def _erase(subject: str, pks: list[int], *, reason: str, by) -> None:
    """Erases rows with what hangs on them: a family with its people and applications, an application or an appeal
    with its letters.
    """
    why = {"rule": subject, "reason": reason, "by": by}
    if subject == S.KELUARGA:
        _empty_people(list(Person.objects.filter(household__in=pks).values_list("pk", flat=True)), **why)
        _empty_homes(pks, **why)
        _empty_applications(list(Application.objects.filter(household__in=pks).values_list("pk", flat=True)), **why)
    elif subject == S.PERMOHONAN:
        _empty_applications(pks, **why)
    elif subject in {S.GABUNGAN, S.MENINGGAL, S.KELUAR}:
        _empty_people(pks, **why)
    elif subject == S.IMPOR:
        _empty(RegisterImport, pks, **why)
        _empty_import(pks)
    elif subject == S.KEBERATAN:
        _empty(Appeal, pks, **why)
        heard = DeliberationCase.objects.filter(appeal__in=pks)
        _empty(DeliberationCase, list(heard.values_list("pk", flat=True)), **why)
        _empty(Letter, list(Letter.objects.filter(appeal__in=pks).values_list("pk", flat=True)), **why)
    else:
        models = {S.PENGADUAN: Complaint, S.PERMINTAAN: DataRequest, S.HP_PETUGAS: PhoneKey}
        _empty(models[S(subject)], pks, **why)


def _empty_applications(pks: list[int], **why: Any) -> None:
    """Empties applications with their letters, places and appeals, and their lines in minutes."""
    heard = DeliberationCase.objects.filter(Q(application__in=pks) | Q(appeal__application__in=pks))
    _empty(DeliberationCase, list(heard.values_list("pk", flat=True)), **why)
    _empty(Application, pks, **why)
    answers = VerificationEvent.objects.filter(application__in=pks).values_list("pk", flat=True)
    notifications.forget(subject="verificationevent", numbers=answers)
    for model in (Letter, HousePlace, Appeal):
        _empty(model, list(model.objects.filter(application__in=pks).values_list("pk", flat=True)), **why)


def _empty_people(pks: list[int], **why: Any) -> None:
    """Empties people, the papers of what happened to them alone, and the lines of bulk acts that called their family
    by the name of its head.
    """
    _empty(Person, pks, **why)
    named = FamilyEventPerson.objects.filter(event=OuterRef("pk"), subject=True).exclude(person__name=ERASED_NAME)
    alone = FamilyEvent.objects.filter(people__person__in=pks, people__subject=True).exclude(Exists(named))
    _empty(FamilyEvent, list(alone.values_list("pk", flat=True).distinct()), **why)
    homes = list(Person.objects.filter(pk__in=pks).values_list("household", flat=True))
    aid = Entitlement.objects.filter(household__in=homes).values_list("pk", flat=True)
    for rows in (bulk.about(model=Household, pks=homes), bulk.about(model=Entitlement, pks=aid)):
        _empty(BulkRow, list(rows.values_list("pk", flat=True)), **why)


def _empty_homes(pks: list[int], **why: Any) -> None:
    """Empties families with what happened to them, their lines in minutes and the letters that told of an appeal."""
    told = _told(pks)
    _empty(Household, pks, **why)
    heard = DeliberationCase.objects.filter(household__in=pks)
    _empty(DeliberationCase, list(heard.values_list("pk", flat=True)), **why)
    _empty(FamilyEvent, list(FamilyEvent.objects.filter(household__in=pks).values_list("pk", flat=True)), **why)
    _empty(Letter, told, **why)


def _told(households: list[int]) -> list[int]:
    """Returns the letters that told these families of a neighbour's appeal."""
    indexes = Household.objects.filter(pk__in=households).values("kk_index")
    letters = Letter.objects.filter(kind=Letter.Kind.PEMBERITAHUAN, appeal__kk_index__in=indexes)
    return list(letters.values_list("pk", flat=True))


def _empty(model: Any, pks: list[int], **why: Any) -> None:
    """Erases rows together with the photos and scans that belong to them, and their names in what was said of them:
    the messages to officers and the admin's own log, which calls a row by its name.
    """
    erasure.erase(model=model, pks=pks, **why)
    attachments.erase(model=model, pks=pks, **why)
    notifications.forget(subject=model._meta.model_name, numbers=pks)
    kind = ContentType.objects.get_for_model(model)
    LogEntry.objects.filter(content_type=kind, object_id__in=map(str, pks)).update(object_repr=ERASED_NAME)


def _empty_import(pks: list[int]) -> None:
    """Empties the refused rows of files and what findings quote, and takes the files themselves from the disk."""
    rows = ImportRow.objects.filter(register_import__in=pks)
    rows.update(raw=None, value="")
    rows.filter(code=QUOTES).update(sentence="")
    for made in RegisterImport.objects.filter(pk__in=pks).exclude(file=""):
        storage, name = made.file.storage, made.file.name
        RegisterImport.objects.filter(pk=made.pk).update(file="")
        transaction.on_commit(partial(storage.delete, str(name)))


def erase(*, person: Person | None, application: Application | None, reason: str, by) -> None:
    """Erases at the person's own request what no duty keeps (UU 27/2022, article 43). Raises RetentionError."""
    why = {"rule": "permintaan_warga", "reason": reason, "by": by}
    applications = _applications_of(person, application)
    if person is not None:
        _check_free(person)
        _empty_people([person.pk], **why)
        if not person.household.people.living().exclude(pk=person.pk).exists():
            _empty_homes([person.household_id], **why)
    _empty_applications(applications, **why)


def _applications_of(person: Person | None, application: Application | None) -> list[int]:
    """Returns the application and those in the person's own name; afterwards nothing would lead to them.

    An approved one is needed as long as its family is in the register. Raises RetentionError.
    """
    mine = Q(pk=application and application.pk)
    mine |= Q(nik_index=person and person.nik_index)
    found = Application.objects.filter(mine).order_by("pk")
    needed = found.open() if person else found.exclude(status__in=_ENDED)
    if needed.exists():
        raise RetentionError(str(STILL_OPEN))
    return list(found.values_list("pk", flat=True))


def _check_free(person: Person) -> None:
    if person.household.status == Household.Status.AKTIF:
        raise RetentionError(str(STILL_ACTIVE))
    if Entitlement.objects.filter(household=person.household_id).exists():
        raise RetentionError(str(AID_ON_RECORD))


def request(*, by=None) -> Job:
    """Returns the job that erases what is over its time; the caller starts it."""
    return jobs.enqueue(kind=JOB_KIND, by=by)


def run_job(*, job: Job, pulse) -> dict:
    """Runs the job; its result holds how many rows of each kind were erased."""
    return run(today=timezone.localdate(), by=job.created_by, report=pulse.report)
