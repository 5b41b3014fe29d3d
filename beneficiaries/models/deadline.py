import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from beneficiaries.models.application import ApplicationStatus

STEPS = {
    ApplicationStatus.DIAJUKAN: _("Kunjungan RT"),
    ApplicationStatus.VERIFIKASI_LAPANGAN: _("Pemeriksaan RW"),
    ApplicationStatus.VERIFIKASI_ADMINISTRASI: _("Keputusan kelurahan"),
    ApplicationStatus.KUNJUNGAN: _("Kunjungan lapangan"),
    ApplicationStatus.MUSYAWARAH: _("Musyawarah kelurahan"),
    ApplicationStatus.PERLU_PERBAIKAN: _("Warga melengkapi berkas"),
}


@pghistory.track()
class StepDeadline(models.Model):
    """How many working days a step may take from a date on. The newest row that has begun counts.

    A date that a family was told stays: a new row counts for steps that begin under it.
    """

    step = models.CharField(_("langkah"), max_length=24, choices=[(s.value, label) for s, label in STEPS.items()])
    starts_on = models.DateField(_("berlaku sejak"))
    days = models.PositiveSmallIntegerField(_("hari kerja"), validators=[MinValueValidator(1), MaxValueValidator(90)])
    remind_days = models.PositiveSmallIntegerField(
        _("diingatkan sebelum"), default=1, help_text=_("Hari kerja sebelum tenggat.")
    )
    escalate_days = models.PositiveSmallIntegerField(
        _("naik setiap"),
        default=2,
        validators=[MinValueValidator(1)],
        help_text=_("Bila terlambat, tiap sekian hari kerja kabar naik satu tingkat."),
    )
    source = models.CharField(_("dasar"), max_length=200)

    class Meta:
        verbose_name = _("tenggat langkah")
        verbose_name_plural = _("tenggat langkah")
        ordering = ["step", "-starts_on"]
        constraints = [
            models.UniqueConstraint(
                name="step_deadline_once_per_day",
                fields=["step", "starts_on"],
                violation_error_message=_("Langkah ini sudah punya tenggat sejak tanggal itu."),
            ),
            models.CheckConstraint(
                name="step_deadline_sensible",
                condition=Q(days__range=(1, 90), escalate_days__gte=1, remind_days__lt=models.F("days")),
                violation_error_message=_("Tenggat 1 sampai 90 hari kerja. Pengingat lebih pendek dari tenggatnya."),
            ),
        ]

    def __str__(self):
        return f"{self.get_step_display()}, {date_format(self.starts_on, 'j F Y')}"
