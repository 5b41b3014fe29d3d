import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RetentionSubject(models.TextChoices):
    """What is kept for a time only; `monitoring.retention` says which rows that are and from when the time counts."""

    PERMOHONAN = "permohonan", _("Permohonan yang ditolak, dibatalkan, atau ganda")
    PENGADUAN = "pengaduan", _("Nama dan nomor HP pelapor pengaduan")
    KEBERATAN = "keberatan", _("Nama dan nomor HP pengaju keberatan")
    IMPOR = "impor", _("Berkas register dan baris yang ditolak")
    GABUNGAN = "gabungan", _("Catatan ganda yang sudah digabung")
    KELUARGA = "keluarga", _("Keluarga yang pindah atau tidak ada lagi")
    MENINGGAL = "meninggal", _("Warga yang meninggal")
    KELUAR = "keluar", _("Warga yang pindah dari keluarga yang masih ada")
    PERMINTAAN = "permintaan", _("Isi permintaan data pribadi")
    HP_PETUGAS = "hp_petugas", _("Nomor HP dan PIN petugas lapangan yang tugasnya selesai")


@pghistory.track()
class RetentionRule(models.Model):
    """How long something is kept after its end, from a date on, and by which law. A newer row replaces an older one."""

    Subject = RetentionSubject

    subject = models.CharField(_("data"), max_length=12, choices=RetentionSubject)
    months = models.PositiveSmallIntegerField(_("disimpan (bulan)"), help_text=_("Dihitung sejak urusannya selesai."))
    starts_on = models.DateField(_("berlaku mulai"))
    legal_basis = models.CharField(_("dasar hukum"), max_length=200)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True,
        blank=True, editable=False, verbose_name=_("ditetapkan oleh"),
        related_name="+",
    )  # fmt: skip

    class Meta:
        verbose_name = _("masa simpan")
        verbose_name_plural = _("masa simpan")
        ordering = ["subject", "-starts_on"]
        constraints = [
            models.UniqueConstraint(
                name="retention_rule_one_per_subject_and_date",
                fields=["subject", "starts_on"],
                violation_error_message=_("Data ini sudah punya masa simpan mulai tanggal itu."),
            ),
            models.CheckConstraint(
                name="retention_rule_at_least_a_month",
                condition=Q(months__gte=1),
                violation_error_message=_("Paling sedikit satu bulan."),
            ),
            models.CheckConstraint(
                name="retention_rule_has_a_legal_basis",
                condition=~Q(legal_basis=""),
                violation_error_message=_("Tulis dasar hukumnya."),
            ),
        ]

    def __str__(self):
        return f"{self.get_subject_display()}: {self.months}"
