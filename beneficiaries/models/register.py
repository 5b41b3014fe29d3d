import pghistory
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos.fields import EncryptedField
from bansos.models import Job, Region
from bansos.scope import ScopedQuerySet


@pghistory.track()
class RegisterImport(models.Model):
    """One file of families and people: uploaded, inspected, then loaded once somebody confirms the preview."""

    class Status(models.TextChoices):
        DIPERIKSA = "diperiksa", _("Sedang diperiksa")
        COCOKKAN = "cocokkan", _("Perlu dicocokkan kolomnya")
        SIAP = "siap", _("Siap dimuat")
        DIMUAT = "dimuat", _("Sedang dimuat")
        SELESAI = "selesai", _("Selesai")
        DITOLAK = "ditolak", _("Berkas tidak dapat dibaca")
        BATAL = "batal", _("Dibatalkan")
        DIURUNGKAN = "diurungkan", _("Dimuat, lalu diurungkan")

    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("wilayah"))
    file = models.FileField(_("berkas"), upload_to="register/%Y/%m/")
    filename = models.CharField(_("nama berkas"), max_length=200)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DIPERIKSA)
    refusal = models.CharField(_("alasan"), max_length=500, blank=True)
    # What `register.inspect` counts: households, people, errors, warnings, duplicates.
    preview = models.JSONField(_("pratinjau"), default=dict, blank=True)
    changes = models.JSONField(_("contoh perubahan"), default=list, blank=True)  # register.differences, old and new
    outcome = models.JSONField(_("hasil"), default=dict, blank=True)
    mapping = models.JSONField(_("pencocokan kolom"), null=True, blank=True)  # the plan as it was used
    job = models.ForeignKey(Job, models.PROTECT, null=True, blank=True, verbose_name=_("pekerjaan"))
    uploaded_by = models.ForeignKey(  # nobody, when the command line loads for nobody in particular
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("diunggah oleh"), related_name="+"
    )
    uploaded_at = models.DateTimeField(_("diunggah"), auto_now_add=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("disetujui oleh"),
        related_name="+",
    )
    confirmed_at = models.DateTimeField(_("disetujui"), null=True, blank=True)

    takes_conflicts = models.BooleanField(_("memakai isi berkas yang bentrok"), default=False, db_default=False)

    objects = ScopedQuerySet.as_manager()

    ERASED: dict[str, list] = {"changes": []}

    class Meta:
        verbose_name = _("impor register")
        verbose_name_plural = _("impor register")
        ordering = ["-uploaded_at"]

    def __str__(self):
        return self.filename


@pghistory.track()
class ColumnMapping(models.Model):
    """Which columns of a foreign file are ours, kept by office: next month's file goes straight through."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("wilayah"), related_name="+")
    name = models.CharField(_("nama"), max_length=80, help_text=_("Contoh: Ekspor SIKS-NG."))
    fingerprint = models.CharField(_("sidik judul kolom"), max_length=64, editable=False)
    plan = models.JSONField(_("pencocokan"))  # beneficiaries.register.mapping
    headings = models.JSONField(_("judul di berkas"), default=dict, db_default={})  # {sheet: [heading, …]}
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("disimpan oleh"), related_name="+"
    )
    saved_at = models.DateTimeField(_("disimpan"), default=timezone.now)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("pencocokan kolom")
        verbose_name_plural = _("pencocokan kolom")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                name="column_mapping_one_per_office_and_file",
                fields=["region", "fingerprint"],
                violation_error_message=_("Kantor Anda sudah punya pencocokan untuk berkas ini."),
            ),
        ]

    def __str__(self):
        return self.name


class ImportRow(models.Model):
    """One finding about one row of a file: a reason to refuse it, or a warning."""

    class Level(models.TextChoices):
        ERROR = "error", _("Ditolak")
        WARNING = "warning", _("Peringatan")

    register_import = models.ForeignKey(RegisterImport, models.CASCADE, related_name="rows", verbose_name=_("impor"))
    sheet = models.CharField(_("lembar"), max_length=20)
    row = models.PositiveIntegerField(_("baris"))
    column = models.CharField(_("kolom"), max_length=60, blank=True)
    level = models.CharField(_("tingkat"), max_length=8, choices=Level)
    code = models.CharField(_("kode"), max_length=40)
    value = models.CharField(_("isi"), max_length=200, blank=True)  # NIK and KK masked
    sentence = models.CharField(_("penjelasan"), max_length=400)
    family = models.BigIntegerField(_("keluarga"), null=True)  # its number in the register, to tell who was shown
    raw = EncryptedField(_("baris asli"), null=True)  # JSON list of the refused row's cells, to mend and load again

    class Meta:
        verbose_name = _("baris impor")
        verbose_name_plural = _("baris impor")
        ordering = ["sheet", "row", "pk"]

    def __str__(self):
        return f"{self.sheet} {self.row}: {self.code}"
