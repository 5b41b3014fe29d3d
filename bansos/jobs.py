"""Verbs of background work: enqueue, run, requeue what an ended worker left behind."""

import logging
import threading
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string

from bansos.models import Job

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 2
STALE = timedelta(seconds=30)
MAX_ATTEMPTS = 3


class JobError(Exception):
    """The work cannot be done; its sentence is shown to the person who asked for it."""


def enqueue(*, kind: str, by, region=None, period=None, subject: int | None = None) -> Job:
    """Returns the open job for this work, made now if there is none. The caller sends its id to Celery."""
    if kind not in settings.JOB_HANDLERS:
        raise ValueError(f"Unknown kind of job: {kind}")
    work = {"kind": kind, "region": region, "period": period, "subject": subject}
    try:
        with transaction.atomic():
            return Job.objects.create(**work, created_by=by)
    except IntegrityError:
        return Job.objects.open().get(**work)


def _claim(job_id: int) -> Job | None:
    """Takes the job for this worker; None when it is done or another worker's heart still beats."""
    now = timezone.now()
    free = Q(state=Job.State.ANTRE) | Q(state=Job.State.JALAN, heartbeat_at__lt=now - STALE)
    with transaction.atomic():
        job = Job.objects.select_for_update(skip_locked=True).filter(free, pk=job_id).first()
        if job is None:
            return None
        job.state, job.attempts, job.heartbeat_at = Job.State.JALAN, job.attempts + 1, now
        job.started_at = job.started_at or now
        job.save(update_fields=["state", "attempts", "heartbeat_at", "started_at"])
    return job


class Pulse:
    """Writes a running job's heartbeat and progress from a connection of its own, outside the work's transaction."""

    def __init__(self, job: Job):
        self.job = job
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def report(self, progress: int, total: int, message: str = "") -> None:
        """Notes how far the work is; seen on the page within two seconds. Never goes backwards."""
        if total == self.job.total:
            progress = max(progress, self.job.progress)
        self.job.progress, self.job.total = progress, total
        self.job.message = message or self.job.message

    def write(self) -> None:
        job = self.job
        Job.objects.filter(pk=job.pk, state=Job.State.JALAN).update(
            heartbeat_at=timezone.now(), progress=job.progress, total=job.total, message=job.message
        )

    def _beat(self) -> None:
        try:
            while not self._ended.wait(HEARTBEAT_SECONDS):
                self.write()
        finally:
            connection.close()

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc):
        self._ended.set()
        self._thread.join()


def run(*, job_id: int) -> Job | None:
    """Does the work of one job with its handler and writes the outcome. Returns the job, or None if not ours.

    A handler is a verb `handler(*, job, pulse)` that returns the result, a dict for `Job.result`.
    """
    job = _claim(job_id)
    if job is None:
        return None
    handler = import_string(settings.JOB_HANDLERS[job.kind])
    try:
        with Pulse(job) as pulse:
            result = handler(job=job, pulse=pulse)
    except JobError as error:
        return _finish(job, Job.State.GAGAL, message=str(error))
    except Exception:
        logger.exception("job %s failed", job.pk)
        _finish(job, Job.State.GAGAL, message="Pekerjaan gagal karena kesalahan program. Hubungi admin sistem.")
        raise
    return _finish(job, Job.State.SELESAI, result=result or {})


def _finish(job: Job, state: str, *, message: str | None = None, result: dict | None = None) -> Job:
    job.state, job.finished_at = state, timezone.now()
    job.message = job.message if message is None else message
    job.result = result or job.result
    job.save(update_fields=["state", "finished_at", "message", "result", "progress", "total"])
    return job


def requeue_orphans() -> list[int]:
    """Puts back jobs whose worker fell silent; gives up on the third crash. Returns ids to send to Celery again."""
    stale = Job.objects.open().filter(heartbeat_at__lt=timezone.now() - STALE)
    requeued = []
    with transaction.atomic():
        for job in stale.select_for_update(skip_locked=True):
            if job.state == Job.State.JALAN and job.attempts >= MAX_ATTEMPTS:
                _finish(job, Job.State.GAGAL, message="Berhenti tiga kali di tengah jalan. Hubungi admin sistem.")
                continue
            job.state, job.heartbeat_at = Job.State.ANTRE, timezone.now()
            job.save(update_fields=["state", "heartbeat_at"])
            requeued.append(job.pk)
    return requeued
