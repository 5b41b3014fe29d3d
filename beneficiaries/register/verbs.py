"""Verbs of the register import: receive, inspect, confirm, cancel, load; and the same at once for the command line.

Inspecting and loading stage and judge alike (`_judged`); the preview counts the fates, the load acts on them.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from functools import partial
from itertools import count, groupby
from pathlib import Path, PurePath

import pghistory
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos import jobs
from bansos.models import Job
from bansos.privacy import mask_told
from beneficiaries import duplicates, scoring
from beneficiaries.models import RegisterImport, ScoringRun
from beneficiaries.register import (
    checks,
    differences,
    disagreements,
    findings,
    mappings,
    pace,
    staging,
    turns,
    uploads,
    writing,
)
from beneficiaries.register.archive import EMPTY, NOT_A_REGISTER, TOO_LARGE, FileError
from beneficiaries.register.pairs import COMPARED, expected_pairs, open_pairs
from beneficiaries.register.reading import NO_ROWS, OtherHeadings, Register, open_register
from beneficiaries.register.spoiled import refuse_rounded
from beneficiaries.register.standing import keep_known
from beneficiaries.register.undoing import source_of

NOT_READY = _("Impor ini sudah diputuskan. Muat ulang halaman ini.")
CHANGED_MEANWHILE = _("Register berubah saat berkas dimuat. Tidak ada yang dimuat. Coba muat sekali lagi.")
CHANGED_HALFWAY = _("Register berubah saat berkas dimuat. Yang sudah dimuat tetap ada. Coba lagi untuk meneruskan.")

TEXTS = {".csv", ".txt"}  # Excel's "Unicode Text" is a .txt

Status = RegisterImport.Status


class RegisterError(ValueError):
    """The import cannot go on; its sentence says what to do."""


def receive(*, file, filename: str, by) -> RegisterImport:
    """Stores an uploaded file and makes the job that inspects it; the caller starts `.job`.

    Raises RegisterError for what is plainly no register.
    """
    kind = PurePath(filename).suffix.lower()
    if file.size > settings.REGISTER_MAX_BYTES:
        raise RegisterError(str(TOO_LARGE))
    head = file.read(4)
    file.seek(0)
    if not head:
        raise RegisterError(str(EMPTY))
    if told := uploads.closed(head, kind):
        raise RegisterError(told)
    if kind not in {".xlsx", ".zip"} | TEXTS or (kind not in TEXTS) != head.startswith(b"PK"):
        raise RegisterError(str(NOT_A_REGISTER))
    with transaction.atomic():
        made = RegisterImport(
            region_id=by.region_id or settings.KECAMATAN,
            filename=mask_told(PurePath(filename).name[:200]),
            uploaded_by=by,
        )
        made.file.save(f"{secrets.token_hex(16)}{kind}", file, save=False)  # a name tells nothing and meets no other
        made.save()
        _enqueue(made, "register.inspect", by)
    return made


def _enqueue(register_import: RegisterImport, kind: str, by) -> Job:
    job = jobs.enqueue(kind=kind, by=by, region=register_import.region, subject=register_import.pk)
    register_import.job = job
    register_import.save(update_fields=["job"])
    return job


def inspect(*, job: Job, pulse) -> dict:
    """Job: counts what loading would do, and stores the findings. Raises jobs.JobError for an unreadable file."""
    made = RegisterImport.objects.select_related("uploaded_by").get(pk=job.subject or 0)
    if made.status != Status.DIPERIKSA:
        return made.preview
    try:
        path = uploads.path_of(made)
        made.mapping = made.mapping or mappings.known_plan(path, made.region_id)
        register = open_register(path, made.mapping)
        with transaction.atomic():
            made.preview = _judged(register, pulse.report) | {"duplicates": expected_pairs()}
            if changed := differences.by_column():
                made.preview["by_column"] = changed
            made.changes = differences.read()
            findings.save(made, findings.read(register))
            made.status = Status.SIAP
            made.save(update_fields=["preview", "changes", "mapping", "status"])
    except OtherHeadings:
        made.status = Status.COCOKKAN
        made.save(update_fields=["status"])
    except FileError as error:
        made.status, made.refusal = Status.DITOLAK, str(error)
        made.save(update_fields=["status", "refusal"])
        uploads.forget(made)
        raise jobs.JobError(str(error)) from error
    finally:
        staging.clear()
    return made.preview


def confirm(*, register_import: RegisterImport, by, takes_conflicts: bool = False) -> Job:
    """Makes the job that loads what was inspected; the caller starts it. What conflicts is kept unless told to take it.

    Raises RegisterError when not ready."""
    with transaction.atomic():
        made = _ready(register_import)
        made.status, made.confirmed_by, made.confirmed_at = Status.DIMUAT, by, timezone.now()
        made.takes_conflicts = takes_conflicts
        made.save(update_fields=["status", "confirmed_by", "confirmed_at", "takes_conflicts"])
        return _enqueue(made, "register.load", by)


def cancel(*, register_import: RegisterImport, by) -> RegisterImport:
    """Drops an inspected file: nothing was loaded. Raises RegisterError when not ready."""
    with transaction.atomic():
        made = _ready(register_import, or_unmapped=True)
        made.status, made.confirmed_by, made.confirmed_at = Status.BATAL, by, timezone.now()
        made.save(update_fields=["status", "confirmed_by", "confirmed_at"])
        made.changes = []
        made.save(update_fields=["changes"])
        made.rows.all().delete()  # people's data that nobody needs any more
    uploads.forget(made)
    return made


def retry(*, register_import: RegisterImport, by) -> Job:
    """Makes the job anew that failed by no fault of the file; the caller starts it. Raises RegisterError."""
    with transaction.atomic():
        made = RegisterImport.objects.select_for_update(of=("self",)).select_related("job").get(pk=register_import.pk)
        job = made.job
        if job is None or job.state != Job.State.GAGAL or made.status not in {Status.DIPERIKSA, Status.DIMUAT}:
            raise RegisterError(str(NOT_READY))
        return _enqueue(made, job.kind, by)


def map_columns(*, register_import: RegisterImport, plan: dict, name: str, by) -> Job:
    """Notes which foreign columns are ours, remembers it for the office, and makes the job that inspects the file.

    The caller starts the job. Raises RegisterError for a plan that leaves a needed column open.
    """
    try:
        mappings.checked(plan)
    except mappings.MappingError as error:
        raise RegisterError(str(error)) from error
    with transaction.atomic(), _history(by=by, source="column_mapping"):
        made = RegisterImport.objects.select_for_update(of=("self",)).get(pk=register_import.pk)
        if made.status != Status.COCOKKAN:
            raise RegisterError(str(NOT_READY))
        mappings.remember(made, plan, name=name, by=by)
        made.mapping, made.status = plan, Status.DIPERIKSA
        made.save(update_fields=["mapping", "status"])
        return _enqueue(made, "register.inspect", by)


def _ready(register_import: RegisterImport, *, or_unmapped: bool = False) -> RegisterImport:
    made = RegisterImport.objects.select_for_update(of=("self",)).get(pk=register_import.pk)
    if made.status != Status.SIAP and not (or_unmapped and made.status == Status.COCOKKAN):
        raise RegisterError(str(NOT_READY))
    return made


def load(*, job: Job, pulse) -> dict:
    """Job: loads a confirmed file, a chunk a transaction. After a crash it goes on where it was: what was written is
    found unchanged, and what it tells is what was counted before anything was written.

    Raises jobs.JobError when the file is gone or the register changed under it.
    """
    made = RegisterImport.objects.select_related("confirmed_by").get(pk=job.subject or 0)
    with _sentence_for_a_race(made), _alone(), pace.gentle():
        made.refresh_from_db()
        if made.status in {Status.SELESAI, Status.DIURUNGKAN}:
            return made.outcome
        register = open_register(uploads.path_of(made), made.mapping)
        history = partial(_history, by=made.confirmed_by, source=source_of(made))
        counts = _judged(register, pulse.report, kind=staging.SHARED, keeps=not made.takes_conflicts)
        with _together_if_small() as chunks:
            if not made.outcome:
                made.outcome = counts | {"duplicates": made.preview.get("duplicates", 0)}
                made.save(update_fields=["outcome"])
            _write(chunks, since=made.confirmed_at or timezone.now(), history=history, report=pulse.report)
            with transaction.atomic(), history():
                findings.save(made, findings.read(register))
                made.outcome |= {"duplicates": open_pairs()}
                made.status = Status.SELESAI
                made.save(update_fields=["outcome", "status"])
                scoring.request_all(by=made.confirmed_by, reason=ScoringRun.Reason.DATA)
                transaction.on_commit(lambda: uploads.forget(made))
    return made.outcome


@contextmanager
def _sentence_for_a_race(made: RegisterImport) -> Iterator[None]:
    """A family entered by hand between judging and writing: back to the preview, or to be gone on with when a part is
    in the register already. An unreadable file: refused.
    """
    ours = RegisterImport.objects.filter(pk=made.pk)
    try:
        yield
    except IntegrityError as error:
        if ours.filter(outcome={}).exists():
            ours.update(status=Status.SIAP)
            raise jobs.JobError(str(CHANGED_MEANWHILE)) from error
        raise jobs.JobError(str(CHANGED_HALFWAY)) from error
    except FileError as error:
        if ours.filter(outcome={}).exists():
            ours.update(status=Status.DITOLAK, refusal=str(error))
        raise jobs.JobError(str(error)) from error


def import_file(
    *, path, by=None, dry_run: bool = False, takes_conflicts: bool = False
) -> tuple[dict, list[findings.Finding]]:
    """Does it all at once, for the command line. Returns the counts and the findings.

    What is loaded is noted as an import of the whole kecamatan, whose number is `counts["import"]`: it is looked at
    and undone like any other. Raises FileError, RegisterError.
    """
    try:
        with _alone():
            started = _now()
            register = open_register(path, mappings.known_plan(Path(path), settings.KECAMATAN))
            counts = _judged(register, _silent, kind=staging.SHARED, keeps=not takes_conflicts)
            if dry_run:
                return counts | {"duplicates": expected_pairs()}, list(findings.read(register))
            with _together_if_small() as chunks:
                made = _noted(Path(path), counts, by=by, takes_conflicts=takes_conflicts)
                history = partial(_history, by=by, source=source_of(made))
                _write(chunks, since=started, history=history, report=_silent)
                found = list(findings.read(register))
                with transaction.atomic(), history():
                    findings.save(made, found)
                    made.outcome |= {"duplicates": open_pairs()}
                    made.status = Status.SELESAI
                    made.save(update_fields=["outcome", "status"])
            return made.outcome | {"import": made.pk}, found
    except IntegrityError as error:
        raise RegisterError(str(CHANGED_MEANWHILE)) from error


def _noted(path: Path, counts: dict, *, by, takes_conflicts: bool) -> RegisterImport:
    return RegisterImport.objects.create(
        region_id=settings.KECAMATAN, filename=mask_told(path.name[:200]), status=Status.DIMUAT, outcome=counts,
        uploaded_by=by, confirmed_by=by, confirmed_at=timezone.now(), takes_conflicts=takes_conflicts,
    )  # fmt: skip


def tidy() -> bool:
    """Drops what a load that died has staged; whether it could, which it cannot while a load is under way."""
    if not turns.try_lock():
        return False
    try:
        staging.clear(staging.SHARED)
    finally:
        turns.unlock()
    return True


def _silent(done: int, total: int, message: str = "") -> None:
    pass


def _judged(register: Register, report: Callable, *, kind: str = staging.OWN, keeps: bool = True) -> dict:
    """Stages and judges, in tables of this `kind`. Takes the first 60 of 100 steps of the progress.

    Raises FileError for a file whose numbers a spreadsheet has rounded, or which has no row.
    """
    refuse_rounded(register)
    rows = max(register.size(), 1)
    report(0, 100, str(_("Membaca baris")))
    staging.stage(register, report=lambda done: report(min(60, 60 * done // rows), 100), kind=kind)
    keep_known(register.plan)
    disagreements.tell(register)
    report(60, 100, str(_("Memeriksa baris")))
    counts = checks.judge(kecamatan=settings.KECAMATAN, kind=kind, keeps=keeps)
    if not any(counts["households"].values()) and not any(counts["people"].values()):
        raise FileError(str(NO_ROWS))
    return counts


@contextmanager
def _together_if_small() -> Iterator[list[writing.Chunk]]:
    """Gives the chunks to write. A small file is written whole or not at all."""
    chunks = writing.chunks()
    small = sum(sum(chunk.fates.values()) for chunk in chunks) <= writing.CHUNK
    with transaction.atomic() if small else nullcontext():
        yield chunks


def _write(chunks: list[writing.Chunk], *, since: datetime, history: Callable, report: Callable) -> None:
    """Writes the chunks, families first, then looks for duplicates among the people changed since then."""
    report(70, 100, str(_("Menulis ke register")))
    done = count(1)
    for _table, some in groupby(chunks, lambda chunk: chunk.table):
        writing.write_all(list(some), history=history, report=lambda: report(70 + 20 * next(done) // len(chunks), 100))
    report(90, 100, str(_("Mencari warga ganda")))
    with history():
        changes = any(chunk.fates["changed"] for chunk in chunks)
        duplicates.find(changed_since=min(since, _now()), compared=COMPARED if changes else "")


def _now() -> datetime:
    """The database's time, of which writing leaves a later one in what it touches."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        return cursor.fetchone()[0]


@contextmanager
def _alone() -> Iterator[None]:
    """Lets one load at a time through, and leaves nothing staged; one that dies lets the next in by its connection."""
    turns.lock()
    try:  # inside a caller's transaction what fails is rolled back first, so that the turn can be given up
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            yield
    finally:
        staging.clear(staging.SHARED)
        turns.unlock()


def _history(*, by, source: str):
    return pghistory.context(user=by.pk if by else None, source=source)
