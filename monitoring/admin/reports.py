from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from bansos.admin_base import ReadOnlyAdmin, ScopedAdmin
from monitoring.models import MonthlyReport
from monitoring.reports import FORMATS, place_name


@admin.register(MonthlyReport)
class MonthlyReportAdmin(ReadOnlyAdmin, ScopedAdmin):
    """The reports as they were built; building and finishing happen at `/laporan/`."""

    list_display = ["month", "place", "status", "built_at", "built_by", "downloads"]
    list_filter = ["status", "period"]
    list_select_related = ["region", "built_by"]
    search_fields = ["region__name", "region__code"]
    fields = ["month", "place", "status", "built_at", "built_by", "downloads", "fingerprints"]
    readonly_fields = fields

    def get_list_display(self, request):
        may = request.user.has_perm("monitoring.download_reports")
        return [name for name in self.list_display if may or name != "downloads"]

    def get_fields(self, request, obj=None):
        may = request.user.has_perm("monitoring.download_reports")
        return [name for name in self.fields if may or name != "downloads"]

    @admin.display(description=_("bulan"), ordering="period")
    def month(self, report: MonthlyReport) -> str:
        return f"{report.period:%m-%Y}"

    @admin.display(description=_("wilayah"), ordering="region")
    def place(self, report: MonthlyReport) -> str:
        return place_name(report.region)

    @admin.display(description=_("unduh"))
    def downloads(self, report: MonthlyReport) -> str:
        if not report.built_at:
            return "-"
        links = [(reverse("laporan-unduh", args=[report.pk, kind]), kind.upper()) for kind in FORMATS]
        return format_html_join(" · ", '<a class="underline text-primary-600" href="{}">{}</a>', links)

    @admin.display(description=_("sidik SHA-256"))
    def fingerprints(self, report: MonthlyReport) -> str:
        lines = format_html_join("", "<div>{} {}</div>", sorted(report.hashes.items()))
        return format_html('<div class="font-mono break-all">{}</div>', lines)
