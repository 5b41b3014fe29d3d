"""A scoring in chunks: as one statement gives it, side by side with a helper, and after a worker was killed."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from bansos import embedded, jobs
from bansos.models import Job
from beneficiaries import criteria, scoring, tasks
from beneficiaries.models import CriteriaSet, Household, Score, ScoringChunk, ScoringRun
from tests import make
from tests.at_once import at_once

pytestmark = pytest.mark.django_db
PLACES = ["31.75.07.1003.008.002", "31.75.07.1007.001.001", "31.75.07.1001.001.001"]


class Still:
    """A pulse that nobody reads."""

    def report(self, progress, total, message=""):
        pass


@pytest.fixture(autouse=True)
def _chunks(monkeypatch):
    monkeypatch.setattr(scoring, "CHUNKS_FROM", 1)


@pytest.fixture
def register():
    criteria.load_default()
    return [make.household(region=place, decile=decile) for place in PLACES for decile in (1, 9)]


def stored() -> dict:
    return {s.household_id: (s.hits, s.points, s.verdict, s.region_id) for s in Score.objects.all()}


def asked() -> Job:
    return scoring.request(criteria_set=criteria.in_force(), by=None)


def test_chunks_give_what_one_statement_gives(register):
    job = asked()
    assert [chunk.place for chunk in ScoringChunk.objects.order_by("place")] == sorted(p[:13] for p in PLACES)
    done = jobs.run(job_id=job.pk)
    assert (done.state, done.result["households"], done.result["changed"]) == (Job.State.SELESAI, 6, 6)
    chunked = stored()
    assert scoring.run().changed == 0, "one statement finds nothing to mend"
    assert set(chunked) == {family.pk for family in register}


def test_a_small_register_is_one_chunk(register, monkeypatch):
    monkeypatch.setattr(scoring, "CHUNKS_FROM", 1000)
    job = asked()
    assert [chunk.place for chunk in ScoringChunk.objects.all()] == [""]
    assert scoring.helper(job=job) is None
    assert jobs.run(job_id=job.pk).result["changed"] == 6


def test_a_run_says_who_entered_and_who_left(register):
    first = scoring.run()
    eligible = Score.objects.eligible().count()
    assert (first.entered, first.left) == (eligible, 0)
    Household.objects.filter(pk=register[0].pk).update(decile=9, feared_hunger=False)
    Household.objects.filter(pk=register[1].pk).update(decile=1, feared_hunger=True, floor="tanah", wall="bambu")
    jobs.run(job_id=asked().pk)
    second = ScoringRun.objects.first()
    before, after = first.eligible, second.eligible
    assert second.changed == 2 and second.entered >= 1
    assert second.entered - second.left == after - before


def test_a_new_version_is_compared_with_the_one_before_it(register):
    scoring.run()
    eligible = Score.objects.eligible().count()
    draft = criteria.draft(source=criteria.in_force(), by=None)
    CriteriaSet.objects.filter(pk=draft.pk).update(threshold=1)
    criteria._release(draft, by=None, starts_on=timezone.localdate())
    run = scoring.run()
    assert (run.changed, run.entered, run.left) == (6, run.eligible - eligible, 0)
    assert run.entered > 0
    assert scoring.run().entered == 0


# --- killed
_WORKER = """
import os, sys, time, django
django.setup()
from django.db import connection
from bansos import jobs
from beneficiaries import scoring
apart = sys.argv[2] == "apart"
write, written = scoring._write, []
scoring.CHUNKS_FROM = 1
def slow(made, chosen, households):
    if apart:  # the mark first, in a transaction of its own
        chunk = made.chunks.filter(finished_at=None).order_by("place").first()
        from django.utils import timezone
        import threading
        def mark():
            made.chunks.filter(pk=chunk.pk).update(finished_at=timezone.now())
            connection.close()
        thread = threading.Thread(target=mark); thread.start(); thread.join()
    counts = write(made, chosen, households)
    written.append(1)
    if len(written) == 2:
        print("second", flush=True)
        time.sleep(60)
    return counts
scoring._write = slow
if apart:
    from django.db.models import QuerySet
    QuerySet.select_for_update = lambda self, **options: self
jobs.run(job_id=int(sys.argv[1]))
"""


def _kill_in_the_second_chunk(job: Job, how: str) -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.worker_settings", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-c", _WORKER, str(job.pk), how]
    with subprocess.Popen(command, env=environment, cwd=embedded.BASE_DIR, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"second\n"
        process.send_signal(signal.SIGKILL)
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=1))
    assert jobs.requeue_orphans() == [job.pk]


@pytest.mark.usefixtures("transactional_db")
def test_a_killed_run_goes_on_where_it_was(register):
    job = asked()
    _kill_in_the_second_chunk(job, "whole")
    first = ScoringChunk.objects.order_by("place").first()
    assert [c.finished_at is not None for c in ScoringChunk.objects.order_by("place")] == [True, False, False]
    assert Score.objects.count() == 2, "the second chunk left nothing behind"
    done = jobs.run(job_id=job.pk)
    assert (done.state, done.attempts) == (Job.State.SELESAI, 2)
    assert done.result["households"] == done.result["changed"] == 6
    assert ScoringChunk.objects.get(pk=first.pk).finished_at == first.finished_at, "what was done is not done again"
    assert len(stored()) == 6 and scoring.run().changed == 0


@pytest.mark.usefixtures("transactional_db")
def test_a_mark_apart_from_its_work_loses_families(register):
    """The twin: the mark committed before the scores, so the killed chunk counts as done."""
    job = asked()
    _kill_in_the_second_chunk(job, "apart")
    jobs.run(job_id=job.pk)
    assert len(stored()) == 4
    assert scoring.run().changed == 2


# --- side by side
def _both(job: Job) -> list:
    run = ScoringRun.objects.get(job=job)

    def take_all(_nr) -> int:
        taken = 0
        while scoring.take_chunk(run, Still()):
            taken += 1
        return taken

    return at_once(take_all, [1, 2])


@pytest.mark.usefixtures("transactional_db")
def test_two_workers_take_each_chunk_once(register, monkeypatch):
    job = asked()
    monkeypatch.setattr(scoring, "_write", _slowly(scoring._write))
    taken = _both(job)
    assert sum(taken) == 3 and min(taken) >= 1
    assert jobs.run(job_id=job.pk).result["changed"] == 6
    assert Score.pgh_event_model.objects.count() == 6


@pytest.mark.usefixtures("transactional_db")
def test_without_the_lock_on_a_chunk_both_write_it(register, monkeypatch):
    """The twin."""
    job = asked()
    monkeypatch.setattr(scoring, "_write", _slowly(scoring._write))
    monkeypatch.setattr("django.db.models.QuerySet.select_for_update", lambda self, **options: self)
    with pytest.raises(IntegrityError, match="score_one_per_household_and_set"):
        _both(job)


def _slowly(write):
    def slow(*args):
        counts = write(*args)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.3)")
        return counts

    return slow


def test_the_outermost_caller_sends_run_and_helper(register, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        tasks.rescore("triwulan")
    assert set(Job.objects.values_list("kind", "state")) == {("scoring.run", "selesai"), ("scoring.help", "selesai")}
    assert ScoringRun.objects.get().reason == ScoringRun.Reason.TRIWULAN
    assert Score.objects.count() == 6
