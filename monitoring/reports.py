"""Verbs of the monthly report: ask for it, build it, make it final."""

import hashlib
import secrets
from datetime import date

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bansos import jobs, periods
from bansos.models import Job, Region
from monitoring import indicators, report_csv, report_pdf, report_xlsx
from monitoring.models import MonthlyReport

JOB_KIND = "reports.build"
# In the order in which people are offered them.
FORMATS = {"xlsx": report_xlsx.render, "pdf": report_pdf.render, "csv": report_csv.render}
Status = MonthlyReport.Status


class ReportError(ValueError):
    """The report cannot be made; the sentence says why and what to do."""


def place_name(region: Region) -> str:
    """Returns "Kecamatan Duren Sawit" or "Duren Sawit": a kelurahan has the kecamatan's name here."""
    return f"Kecamatan {region.name}" if region.level == Region.Level.KECAMATAN else region.name


def _is_final(report: MonthlyReport) -> ReportError:
    return ReportError(
        _("Laporan {month} {region} sudah final dan tidak dapat dibuat ulang.").format(
            month=date_format(report.period, "F Y"), region=place_name(report.region)
        )
    )


def _wrong_region() -> ReportError:
    return ReportError(_("Laporan dibuat untuk kecamatan ini atau salah satu kelurahannya. Pilih salah satu."))


def _too_early(period: date) -> ReportError:
    return ReportError(
        _("{month} belum mulai. Pilih bulan yang sudah berjalan.").format(month=date_format(period, "F Y"))
    )


def _not_over(period: date) -> ReportError:
    return ReportError(
        _("{month} belum berakhir. Jadikan final mulai {day}.").format(
            month=date_format(period, "F Y"), day=date_format(periods.following(period), "j F Y")
        )
    )


def _not_built() -> ReportError:
    return ReportError(_("Berkas laporan ini belum ada. Buat laporannya dulu."))


def regions():
    """Returns the regions that get a report: each kelurahan, and the kecamatan last."""
    own = Region.objects.inside(settings.KECAMATAN)
    return [*own.kelurahan(), own.get(level=Region.Level.KECAMATAN)]


def request(*, period: date, region: Region | None = None, by) -> list[Job]:
    """Returns a job for the report of `region`, or of every kelurahan and the kecamatan. The caller starts them.

    Reports that are final are left out when no region is named. Raises ReportError.
    """
    _check(period, region)
    final = MonthlyReport.objects.filter(period=period, status=Status.FINAL).select_related("region")
    if region and (report := final.filter(region=region).first()):
        raise _is_final(report)
    done = set(final.values_list("region_id", flat=True))
    wanted = [region] if region else [each for each in regions() if each.pk not in done]
    return [jobs.enqueue(kind=JOB_KIND, by=by, region=each, period=period) for each in wanted]


def _check(period: date, region: Region | None) -> None:
    if period > timezone.localdate():
        raise _too_early(period)
    if region and region.pk not in {each.pk for each in regions()}:
        raise _wrong_region()


def build_job(*, job: Job, pulse) -> dict:
    """Builds the report that a job names. Returns its id and the files' SHA-256. Raises JobError."""
    assert job.period and job.region, "a report job names both"
    pulse.report(0, len(FORMATS) + 1, _("Menghitung angka"))
    try:
        report = build(period=job.period, region=job.region, by=job.created_by, job=job, pulse=pulse)
    except ReportError as error:
        raise jobs.JobError(str(error)) from error
    return {"report": report.pk, "files": report.hashes}


def build(*, period: date, region: Region, by=None, job: Job | None = None, pulse=None) -> MonthlyReport:
    """Counts the figures of a month and a region, freezes them in the report and writes its three files.

    A report that is not final is replaced, and its old files are deleted once the new ones are in force.
    Raises ReportError.
    """
    _check(period, region)
    if report := MonthlyReport.objects.filter(period=period, region=region, status=Status.FINAL).first():
        raise _is_final(report)
    with translation.override(settings.LANGUAGE_CODE):  # whatever the language of who asked
        figures = indicators.of(period=period, region_code=region.pk)
        files = _rendered(figures, Status.SEMENTARA, pulse)
    with transaction.atomic():
        report, _made = MonthlyReport.objects.get_or_create(period=period, region=region)
        report = MonthlyReport.objects.select_for_update().get(pk=report.pk)
        if report.status == Status.FINAL:
            raise _is_final(report)
        report.figures, report.job = figures, job
        report.built_at, report.built_by = timezone.now(), by
        return _store(report, files)


def finalise(*, report: MonthlyReport, by) -> MonthlyReport:
    """Makes a report final: its files are written once more from the same figures, then nothing changes any more.

    Raises ReportError while the month runs, without files, or when it is final already.
    """
    if timezone.localdate() < periods.following(report.period):
        raise _not_over(report.period)
    with transaction.atomic():
        report = MonthlyReport.objects.select_for_update().get(pk=report.pk)
        if report.status == Status.FINAL:
            raise _is_final(report)
        if not report.built_at:
            raise _not_built()
        report.status, report.built_by = Status.FINAL, by
        with translation.override(settings.LANGUAGE_CODE):
            return _store(report, _rendered(report.figures, Status.FINAL))


def _rendered(figures: dict, status: str, pulse=None) -> dict[str, bytes]:
    files = {}
    for number, (kind, render) in enumerate(FORMATS.items(), start=1):
        if pulse:
            pulse.report(number, len(FORMATS) + 1, _("Menulis berkas {kind}").format(kind=kind.upper()))
        files[kind] = render(figures, status)
    return files


def _store(report: MonthlyReport, files: dict[str, bytes]) -> MonthlyReport:
    """Saves the files under names nobody can guess, and the row. Old files go when the transaction has committed."""
    old = [(getattr(report, kind).storage, getattr(report, kind).name) for kind in files if getattr(report, kind)]
    written = []
    try:
        for kind, content in files.items():
            field = getattr(report, kind)
            field.save(f"{secrets.token_urlsafe(24)}.{kind}", ContentFile(content), save=False)
            written.append((field.storage, field.name))
        report.hashes = {kind: hashlib.sha256(content).hexdigest() for kind, content in files.items()}
        report.save()
    except BaseException:
        _delete(written)
        raise
    transaction.on_commit(lambda: _delete(old))
    return report


def _delete(files: list) -> None:
    for storage, name in files:
        storage.delete(name)
