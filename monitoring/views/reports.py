"""`/laporan/`: the month's figures for district officials, and the reports to build, to finish and to download."""

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import FileResponse, Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from bansos import exports, privacy, tasks
from bansos.models import Job, Region
from monitoring import district_page, reports
from monitoring.models import MonthlyReport
from monitoring.public_figures import chosen_month, months_to_choose

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
}
_may_read = permission_required("monitoring.download_reports", raise_exception=True)
_may_build = permission_required("monitoring.build_reports", raise_exception=True)


def _to_month(period: date) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('laporan')}?bulan={period:%Y-%m}")


@login_required
@_may_read
@never_cache
@require_GET
def overview(request):
    today = timezone.localdate()
    period, region = chosen_month(request.GET.get("bulan"), today), district_page.own_region(request.user)
    jobs = Job.objects.for_officer(request.user).filter(kind=reports.JOB_KIND, period=period)
    context = {
        "period": period,
        "months": months_to_choose(today),
        "region": region,
        "reports": district_page.report_rows(request.user, period),
        "running": list(jobs.open().select_related("region")),
        "failed": district_page.failed_jobs(jobs),
        "can_finish": period < today.replace(day=1),
    } | district_page.figures(period, region)
    return render(request, "monitoring/laporan.html", context)


@login_required
@_may_build
@require_POST
def build(request):
    period, region = (
        chosen_month(request.POST.get("bulan"), timezone.localdate()),
        district_page.own_region(request.user),
    )
    try:
        wanted = reports.request(
            period=period,
            region=None if region.level == Region.Level.KECAMATAN else region,
            by=request.user,
        )
    except reports.ReportError as error:
        messages.error(request, str(error))
        return _to_month(period)
    for job in wanted:
        tasks.start(job)
    if wanted:
        messages.success(request, _("{count} laporan sedang dibuat.").format(count=len(wanted)))
    else:
        messages.info(request, _("Semua laporan bulan ini sudah final."))
    return _to_month(period)


@login_required
@_may_build
@require_POST
def make_final(request, report_id: int):
    report = get_object_or_404(MonthlyReport.objects.for_officer(request.user), pk=report_id)
    try:
        reports.finalise(report=report, by=request.user)
    except reports.ReportError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Laporan {region} sudah final.").format(region=reports.place_name(report.region)))
    return _to_month(report.period)


@login_required
@_may_read
@never_cache
@require_GET
def download(request, report_id: int, kind: str):
    """Sends one file of a report in the officer's region as the office keeps it, and records who took it.

    It names nobody, and the fingerprint on the page proves it, which a mark inside would break.
    """
    report = get_object_or_404(MonthlyReport.objects.for_officer(request.user).select_related("region"), pk=report_id)
    if kind not in reports.FORMATS or not getattr(report, kind):
        raise Http404
    name = f"laporan-{report.period:%Y-%m}-{slugify(reports.place_name(report.region))}.{kind}"
    try:
        file = getattr(report, kind).open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    exports.record_plain(
        by=request.user, subject=f"{report._meta.label_lower}:{report.pk}", fields="report", what=name,
        reason=_("Mengunduh laporan bulanan"), region=report.region, address=privacy.client_address(request),
    )  # fmt: skip
    return FileResponse(file, as_attachment=True, filename=name, content_type=TYPES[kind])
