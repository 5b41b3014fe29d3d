import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bansos.models import Job, Region
from bansos.scope import ScopedQuerySet


@pghistory.track()
class MonthlyReport(models.Model):
    """The report of one month and one region: its figures, frozen when final, and its three files."""

    class Status(models.TextChoices):
        SEMENTARA = "sementara", _("Sementara")
        FINAL = "final", _("Final")

    class Kind(models.TextChoices):
        BULANAN = "bulanan", _("Laporan bulanan")

    kind = models.CharField(_("jenis"), max_length=10, choices=Kind, default=Kind.BULANAN)
    period = models.DateField(_("periode"))
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("wilayah"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.SEMENTARA)
    figures = models.JSONField(_("angka"), default=dict)
    xlsx = models.FileField(_("XLSX"), upload_to="laporan/%Y/", blank=True)
    pdf = models.FileField(_("PDF"), upload_to="laporan/%Y/", blank=True)
    csv = models.FileField(_("CSV"), upload_to="laporan/%Y/", blank=True)
    hashes = models.JSONField(_("sidik SHA-256"), default=dict)  # by kind of file
    job = models.ForeignKey(Job, models.PROTECT, null=True, blank=True, verbose_name=_("pekerjaan"))
    built_at = models.DateTimeField(_("dibuat"), null=True, blank=True)
    built_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("dibuat oleh"), related_name="+"
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("laporan bulanan")
        verbose_name_plural = _("laporan bulanan")
        ordering = ["-period", "region"]
        constraints = [
            models.UniqueConstraint(name="report_one_per_kind_period_region", fields=["kind", "period", "region"]),
            models.CheckConstraint(name="report_period_is_first_of_month", condition=Q(period__day=1)),
        ]
        triggers = [
            pgtrigger.Protect(
                name="final_is_kept", operation=pgtrigger.Delete, condition=pgtrigger.Q(old__status="final")
            ),
            pgtrigger.Protect(
                name="final_is_fixed", operation=pgtrigger.Update, condition=pgtrigger.Q(old__status="final")
            ),
        ]
        permissions = [
            ("build_reports", _("Boleh membuat laporan")),
            ("download_reports", _("Boleh mengunduh laporan")),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.period:%m-%Y} {self.region}"
