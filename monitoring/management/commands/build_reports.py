"""Builds the month's report for each kelurahan and the kecamatan: XLSX, PDF and CSV."""

import json
import time

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from bansos import jobs, periods
from bansos.models import Job, Region
from monitoring import reports
from monitoring.models import MonthlyReport

DONE = (Job.State.SELESAI, MonthlyReport.Status.FINAL)
WAIT_SECONDS = 600  # for a job that a worker has taken before us


class Command(BaseCommand):
    help = "Membuat laporan bulanan setiap kelurahan dan kecamatan (XLSX, PDF, CSV)."

    def add_arguments(self, parser):
        parser.add_argument("--period", required=True, metavar="YYYY-MM", help="Bulan laporan, misalnya 2026-11.")
        parser.add_argument("--region", metavar="CODE", help="Hanya satu wilayah, misalnya 31.75.07.1003.")
        parser.add_argument("--json", action="store_true", help="Jawab dengan satu objek JSON.")

    def handle(self, *, period, region, json: bool, **options):
        started = time.monotonic()
        try:
            month = periods.parse(period)
            wanted = reports.request(period=month, region=_region(region), by=None)
        except ValueError as error:
            raise CommandError(str(error)) from error
        done = _final(month) if region is None else []
        done += [_outcome(_finished(job)) for job in wanted]
        self._answer(period, done, round(time.monotonic() - started, 2), json)
        if failed := [row for row in done if row["status"] not in DONE]:
            raise CommandError(failed[0]["message"] or failed[0]["status"])

    def _answer(self, period: str, done: list[dict], seconds: float, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps({"period": period, "reports": done, "seconds": seconds}, indent=2))
            return
        for row in done:
            self.stdout.write(f"{row['region']}  {row['name']:<22} {row['message'] or row['status']}")
        self.stdout.write(_("{count} laporan, {seconds} detik.").format(count=len(done), seconds=seconds))


def _region(code: str | None) -> Region | None:
    """Returns the region with `code`. Raises ReportError for an unknown one."""
    if code is None:
        return None
    region = Region.objects.filter(pk=code).first()
    if region is None:
        raise reports.ReportError(
            _("Wilayah {code} tidak ada. Tulis kodenya, misalnya 31.75.07.1003.").format(code=code)
        )
    return region


def _final(month) -> list[dict]:
    """Returns the reports of the month that are final and stay as they are."""
    final = MonthlyReport.objects.filter(period=month, status=MonthlyReport.Status.FINAL).select_related("region")
    return [_row(report.region, report.status, "", report.hashes) for report in final]


def _finished(job: Job) -> Job:
    """Does the job here, or waits for the worker that has it. Returns the job as it ended."""
    jobs.run(job_id=job.pk)
    until = time.monotonic() + WAIT_SECONDS
    job.refresh_from_db()
    while job.state in Job.OPEN and time.monotonic() < until:
        time.sleep(0.5)
        job.refresh_from_db()
    return job


def _outcome(job: Job) -> dict:
    assert job.region, "a report job names it"
    message = "" if job.state == Job.State.SELESAI else job.message
    return _row(job.region, job.state, message, job.result.get("files", {}))


def _row(region: Region, status: str, message: str, files: dict) -> dict:
    return {
        "region": region.pk, "name": reports.place_name(region), "status": status, "message": message, "files": files,
    }  # fmt: skip
