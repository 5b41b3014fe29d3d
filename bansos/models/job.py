from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from bansos.models.region import Region
from bansos.scope import ScopedQuerySet


class JobQuerySet(ScopedQuerySet):
    def open(self):
        return self.filter(state__in=Job.OPEN)


class Job(models.Model):
    """Work done in the background. This row is the truth; Celery carries its id."""

    class State(models.TextChoices):
        ANTRE = "antre", _("Antre")
        JALAN = "jalan", _("Berjalan")
        SELESAI = "selesai", _("Selesai")
        GAGAL = "gagal", _("Gagal")

    OPEN = (State.ANTRE, State.JALAN)

    kind = models.CharField(_("jenis"), max_length=40)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, verbose_name=_("wilayah"))
    period = models.DateField(_("periode"), null=True, blank=True)
    subject = models.BigIntegerField(_("nomor objek"), null=True, blank=True)
    state = models.CharField(_("keadaan"), max_length=8, choices=State, default=State.ANTRE)
    progress = models.BigIntegerField(_("selesai"), default=0)
    total = models.BigIntegerField(_("jumlah"), default=0)
    message = models.CharField(_("pesan"), max_length=300, blank=True)
    result = models.JSONField(_("hasil"), default=dict, blank=True)
    attempts = models.PositiveSmallIntegerField(_("percobaan"), default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("oleh"), related_name="+"
    )
    created_at = models.DateTimeField(_("dibuat"), auto_now_add=True)
    heartbeat_at = models.DateTimeField(_("denyut"), auto_now_add=True)
    started_at = models.DateTimeField(_("mulai"), null=True, blank=True)
    finished_at = models.DateTimeField(_("berakhir"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("pekerjaan")
        verbose_name_plural = _("pekerjaan")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                name="job_one_open_per_kind_region_period_subject",
                fields=["kind", "region", "period", "subject"],
                condition=models.Q(state__in=["antre", "jalan"]),
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(
                name="job_open_heartbeat", fields=["heartbeat_at"], condition=models.Q(state__in=["antre", "jalan"])
            )
        ]

    def __str__(self):
        return f"{self.label} #{self.pk}"

    LABELS = {
        "bulk.run": _("Menjalankan tindakan massal"),
        "bulk.undo": _("Mengembalikan tindakan massal"),
        "duplicates.search": _("Mencari warga ganda"),
        "register.inspect": _("Memeriksa berkas register"),
        "register.load": _("Memuat register"),
        "register.undo": _("Mengurungkan impor"),
        "reminders.send": _("Mengingatkan tenggat"),
        "scoring.run": _("Menghitung skor"),
        "scoring.help": _("Membantu menghitung skor"),
        "reports.build": _("Membuat laporan"),
        "retention.run": _("Menghapus identitas yang habis masa simpannya"),
    }

    @property
    def label(self) -> str:
        return str(self.LABELS.get(self.kind, self.kind))

    @property
    def percent(self) -> int:
        if self.state == self.State.SELESAI:
            return 100
        return min(99, self.progress * 100 // self.total) if self.total else 0
