import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos.fields import EncryptedField, IndexField
from bansos.models import Region
from bansos.plain_numbers import NUMBER, tells_no_number
from bansos.scope import ScopedQuerySet
from bansos.told_numbers import put_back
from beneficiaries.models import Household


class ComplaintStatus(models.TextChoices):
    """Statuses of shared/domain.md 10.8 that this portal uses."""

    DITERIMA = "diterima", _("Menunggu")
    PROSES = "proses", _("Proses")
    TANGGAPAN_DIKIRIM = "tanggapan_dikirim", _("Ditanggapi")
    SELESAI = "selesai", _("Selesai")
    DIBUKA_KEMBALI = "dibuka_kembali", _("Dibuka kembali")
    BUKAN_WEWENANG = "bukan_wewenang", _("Bukan wewenang")


C = ComplaintStatus
COMPLAINT_TRANSITIONS: list[tuple[str, str]] = [
    (C.DITERIMA, C.PROSES),
    (C.DITERIMA, C.TANGGAPAN_DIKIRIM),
    (C.DITERIMA, C.BUKAN_WEWENANG),
    (C.PROSES, C.TANGGAPAN_DIKIRIM),
    (C.PROSES, C.BUKAN_WEWENANG),
    (C.TANGGAPAN_DIKIRIM, C.SELESAI),
    (C.TANGGAPAN_DIKIRIM, C.DIBUKA_KEMBALI),
    (C.SELESAI, C.DIBUKA_KEMBALI),
    (C.DIBUKA_KEMBALI, C.PROSES),
    (C.DIBUKA_KEMBALI, C.TANGGAPAN_DIKIRIM),
]
OPEN = [C.DITERIMA, C.PROSES, C.DIBUKA_KEMBALI]


class ComplaintQuerySet(ScopedQuerySet):
    def for_officer(self, user):
        """The officer's region; a serious complaint never reaches the kelurahan that may be its subject."""
        found = super().for_officer(user)
        code = user.region_id or ""
        return found.exclude(serious=True) if code.count(".") > 2 else found

    def open(self):
        return self.filter(status__in=OPEN)


@pghistory.track()
class Complaint(models.Model):
    """What a resident complains of, asks or suggests; followed with a code and a PIN."""

    Status = ComplaintStatus

    class Category(models.TextChoices):
        """KPK JAGA's seven and those of shared/domain.md 5.3."""

        TIDAK_MENERIMA = "tidak_menerima", _("Terdaftar tetapi tidak menerima")
        TIDAK_DIBAGIKAN = "tidak_dibagikan", _("Bantuan tidak dibagikan petugas")
        KURANG = "kurang", _("Jumlah bantuan kurang")
        PUNGLI = "pungli", _("Diminta membayar")
        FIKTIF = "fiktif", _("Penerima fiktif")
        GANDA = "ganda", _("Menerima ganda")
        KUALITAS = "kualitas", _("Barang rusak atau buruk")
        SALAH_SASARAN = "salah_sasaran", _("Salah sasaran")
        DATA_SALAH = "data_salah", _("Data saya keliru")
        PERILAKU = "perilaku", _("Perilaku petugas")
        INFORMASI = "informasi", _("Pertanyaan atau saran")
        LAINNYA = "lainnya", _("Lainnya")

    class Finding(models.TextChoices):
        TERBUKTI = "terbukti", _("Terbukti")
        SEBAGIAN = "sebagian", _("Terbukti sebagian")
        TIDAK_TERBUKTI = "tidak_terbukti", _("Tidak terbukti")

    code = models.CharField(_("kode"), max_length=10, unique=True, editable=False)
    pin_hash = models.CharField(max_length=128, editable=False)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("kelurahan"))
    status = models.CharField(_("status"), max_length=20, choices=ComplaintStatus, default=C.DITERIMA)
    category = models.CharField(_("jenis"), max_length=20, choices=Category)
    serious = models.BooleanField(_("berkadar pengawasan"), default=False)
    story = models.TextField(_("cerita"), max_length=3000)
    numbers = EncryptedField(_("nomor HP di dalam cerita"), null=True, blank=True)
    name = models.CharField(_("nama pelapor"), max_length=150, blank=True)  # blank: anonymous
    phone = EncryptedField(_("nomor HP"), null=True, blank=True)
    phone_index = IndexField(of="phone", kind="phone", null=True)
    household = models.ForeignKey(Household, models.PROTECT, null=True, blank=True, verbose_name=_("keluarga"))
    form_key = models.UUIDField(unique=True, null=True, blank=True, editable=False)  # a second submit is the same row
    submitted_at = models.DateTimeField(_("masuk"), default=timezone.now)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("dibantu oleh"),
        related_name="+",
    )
    due_on = models.DateField(_("batas jawaban"))
    answered_at = models.DateTimeField(_("ditanggapi"), null=True, blank=True)
    closed_at = models.DateTimeField(_("selesai"), null=True, blank=True)
    reopened_at = models.DateTimeField(_("dibuka kembali"), null=True, blank=True)  # once only
    finding = models.CharField(_("kesimpulan"), max_length=16, choices=Finding, blank=True)
    remedy = models.CharField(_("tindakan"), max_length=500, blank=True)

    objects = ComplaintQuerySet.as_manager()

    ERASED = {"name": "", "phone": None, "phone_index": None, "numbers": None}

    class Meta:
        verbose_name = _("pengaduan")
        verbose_name_plural = _("pengaduan")
        ordering = ["due_on", "pk"]
        constraints = [
            tells_no_number("complaint_tells_no_number", "remedy"),
            models.CheckConstraint(
                name="complaint_answered_has_a_time",
                condition=~Q(status__in=["tanggapan_dikirim", "selesai"]) | Q(answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="complaint_closed_at_when_closed",
                condition=Q(status__in=["selesai", "bukan_wewenang"], closed_at__isnull=False)
                | (~Q(status__in=["selesai", "bukan_wewenang"]) & Q(closed_at=None)),
            ),
        ]
        triggers = [pgtrigger.FSM(name="status_transitions", field="status", transitions=COMPLAINT_TRANSITIONS)]
        permissions = [("answer_complaint", _("Boleh menanggapi pengaduan"))]

    def __str__(self):
        from bansos.codes import pretty

        return pretty(self.code)

    @property
    def full_story(self) -> str:
        """The story with the telephone numbers that stand in it."""
        return put_back(self.story, self.numbers)


class Reply(models.Model):
    """One message in the conversation about a complaint; without `by` the resident wrote it. Append-only."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="replies", verbose_name=_("pengaduan"))
    body = models.TextField(_("pesan"), max_length=3000)
    numbers = EncryptedField(_("nomor HP di dalam pesan"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("oleh"), related_name="+"
    )
    at = models.DateTimeField(_("waktu"), default=timezone.now)

    class Meta:
        verbose_name = _("tanggapan")
        verbose_name_plural = _("tanggapan")
        ordering = ["at", "pk"]
        # Either side may tell where to call.
        constraints = [tells_no_number("reply_tells_no_identity_number", "body", told=NUMBER)]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return self.body[:60]

    @property
    def full_body(self) -> str:
        """The message with the telephone numbers that stand in it."""
        return put_back(self.body, self.numbers)
