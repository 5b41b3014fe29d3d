"""Jobs: one open per work, progress, failure in words, and the janitor."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from bansos import jobs
from bansos.models import Job
from tests import people

pytestmark = pytest.mark.django_db


def handler(*, job, pulse):
    pulse.report(5, 10, "Setengah jalan")
    return {"counted": 10}


def refusing(*, job, pulse):
    raise jobs.JobError("Berkas tidak ada. Unggah lagi.")


@pytest.fixture
def work(settings):
    def make(name: str = "handler", **fields) -> Job:
        settings.JOB_HANDLERS = {"test": f"tests.test_jobs.{name}"}
        return jobs.enqueue(kind="test", by=people.ani(), **fields)

    return make


def stale(job: Job, **fields) -> None:
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - timedelta(seconds=40), **fields)


def test_the_same_work_is_queued_once(settings):
    settings.JOB_HANDLERS = {"test": "tests.test_jobs.handler"}
    ani = people.ani()
    first = jobs.enqueue(kind="test", by=ani, subject=1)
    assert jobs.enqueue(kind="test", by=ani, subject=1) == first
    assert jobs.enqueue(kind="test", by=ani, subject=2) != first


def test_without_its_constraint_the_same_work_is_queued_twice(settings):
    settings.JOB_HANDLERS = {"test": "tests.test_jobs.handler"}
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX job_one_open_per_kind_region_period_subject")
    ani = people.ani()
    assert jobs.enqueue(kind="test", by=ani, subject=1) != jobs.enqueue(kind="test", by=ani, subject=1)


def test_a_job_runs_once_and_keeps_its_result(work):
    job = work()
    done = jobs.run(job_id=job.pk)
    assert (done.state, done.result, done.percent) == ("selesai", {"counted": 10}, 100)
    assert jobs.run(job_id=job.pk) is None


def test_a_refusal_is_kept_as_a_sentence(work):
    done = jobs.run(job_id=work("refusing").pk)
    assert (done.state, done.message) == ("gagal", "Berkas tidak ada. Unggah lagi.")


def test_a_beating_job_is_left_to_its_worker(work):
    job = work()
    Job.objects.filter(pk=job.pk).update(state="jalan")
    assert jobs.run(job_id=job.pk) is None
    assert jobs.requeue_orphans() == []


def test_an_orphan_is_queued_again_and_done(work):
    job = work()
    stale(job, state="jalan", attempts=1)
    assert jobs.requeue_orphans() == [job.pk]
    assert jobs.run(job_id=job.pk).state == "selesai"


def test_the_third_crash_gives_up_with_a_reason(work):
    job = work()
    stale(job, state="jalan", attempts=3)
    assert jobs.requeue_orphans() == []
    job.refresh_from_db()
    assert job.state == "gagal" and "tiga kali" in job.message


def test_progress_is_seen_by_its_owner_and_region_only(client, work):
    job = work()
    client.force_login(job.created_by)
    assert client.get(f"/pekerjaan/{job.pk}/").json()["state"] == "antre"
    client.force_login(people.budi())
    assert client.get(f"/pekerjaan/{job.pk}/").status_code == 404


def test_only_known_kinds_are_queued(settings):
    with pytest.raises(ValueError, match="Unknown kind"):
        jobs.enqueue(kind="nonsense", by=people.ani())


def test_the_database_names_the_rule(work):
    job = work(subject=1)
    with pytest.raises(IntegrityError, match="job_one_open"):
        Job.objects.create(kind="test", subject=1, created_by=job.created_by)
