import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bansos.fields import RupiahField
from beneficiaries.models import CriteriaSet


@pghistory.track()
class Partner(models.Model):
    """Who gives: government, company, NGO, donor."""

    class Kind(models.TextChoices):
        PEMERINTAH = "pemerintah", _("Pemerintah")
        SWASTA = "swasta", _("Perusahaan")
        LSM = "lsm", _("Lembaga swadaya masyarakat")
        PERORANGAN = "perorangan", _("Perorangan")

    name = models.CharField(_("nama"), max_length=120, unique=True)
    kind = models.CharField(_("jenis"), max_length=12, choices=Kind)

    class Meta:
        verbose_name = _("mitra")
        verbose_name_plural = _("mitra")
        ordering = ["name"]

    def __str__(self):
        return self.name


@pghistory.track()
class Fund(models.Model):
    """Money or goods set aside for aid. What is committed never exceeds what the fund holds."""

    class Source(models.TextChoices):
        APBD = "apbd", _("APBD")
        CSR = "csr", _("CSR perusahaan")
        LSM = "lsm", _("LSM")
        DONASI = "donasi", _("Donasi")

    name = models.CharField(_("nama"), max_length=120, unique=True)
    source = models.CharField(_("sumber dana"), max_length=8, choices=Source)
    partner = models.ForeignKey(Partner, models.PROTECT, null=True, blank=True, verbose_name=_("mitra"))
    year = models.PositiveSmallIntegerField(_("tahun anggaran"))
    amount = RupiahField(_("pagu (Rp)"))
    committed = RupiahField(_("terikat (Rp)"), default=0, editable=False)  # approved rounds
    spent = RupiahField(_("tersalur (Rp)"), default=0, editable=False)  # handed over

    class Meta:
        verbose_name = _("dana")
        verbose_name_plural = _("dana")
        ordering = ["-year", "name"]
        permissions = [
            ("export_fund", _("Boleh mengunduh dana")),
            ("import_fund", _("Boleh mengimpor dana")),
        ]
        constraints = [
            models.CheckConstraint(
                name="fund_commits_no_more_than_it_holds",
                condition=Q(committed__gte=0) & Q(committed__lte=F("amount")),
                violation_error_message=_("Dana ini tidak cukup."),
            ),
            models.CheckConstraint(
                name="fund_spends_no_more_than_committed", condition=Q(spent__gte=0) & Q(spent__lte=F("committed"))
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def remaining(self) -> int:
        """Rupiah that no approved round has claimed."""
        return self.amount - self.committed


class FundEntry(models.Model):
    """One line of a fund's ledger. Append-only: a mistake is mended by an opposite line."""

    class Kind(models.TextChoices):
        KOMITMEN = "komitmen", _("Diikat oleh putaran")
        PELEPASAN = "pelepasan", _("Dilepas dari putaran")
        SALUR = "salur", _("Disalurkan")

    fund = models.ForeignKey(Fund, models.PROTECT, related_name="entries", verbose_name=_("dana"))
    kind = models.CharField(_("jenis"), max_length=10, choices=Kind)
    amount = RupiahField(_("jumlah (Rp)"))
    round = models.ForeignKey("distribution.Round", models.PROTECT, verbose_name=_("putaran"))
    handover = models.OneToOneField(
        "distribution.Handover", models.PROTECT, null=True, blank=True, verbose_name=_("penyerahan")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("oleh"), related_name="+")
    at = models.DateTimeField(_("waktu"), auto_now_add=True)

    class Meta:
        verbose_name = _("buku dana")
        verbose_name_plural = _("buku dana")
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(name="fund_entry_is_positive", condition=Q(amount__gt=0))]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"{self.get_kind_display()} {self.amount}"


@pghistory.track()
class Programme(models.Model):
    """One kind of aid in the catalogue."""

    class Kind(models.TextChoices):
        UANG = "uang", _("Uang")
        BARANG = "barang", _("Barang")
        PELATIHAN = "pelatihan", _("Pelatihan")

    code = models.SlugField(_("kode"), max_length=40, unique=True)
    name = models.CharField(_("nama"), max_length=120)
    kind = models.CharField(_("bentuk"), max_length=10, choices=Kind)
    summary = models.CharField(_("ringkasan"), max_length=300)
    contents = models.CharField(_("isi bantuan"), max_length=300)  # "Beras 10 kg, minyak goreng 2 liter, …"
    unit_value = RupiahField(_("nilai per keluarga (Rp)"))
    frequency = models.CharField(_("seberapa sering"), max_length=120)
    who = models.TextField(_("siapa yang boleh"), blank=True)
    papers = models.TextField(_("berkas"), blank=True)  # one a line
    steps = models.TextField(_("langkah"), blank=True)  # one a line
    criteria_code = models.CharField(_("kode kriteria"), max_length=40, default="prioritas-lokal")
    legal_basis = models.CharField(_("dasar hukum"), max_length=300, blank=True)
    is_open = models.BooleanField(_("dibuka"), default=True)
    order = models.PositiveSmallIntegerField(_("urutan"), default=0)

    class Meta:
        verbose_name = _("program")
        verbose_name_plural = _("program")
        ordering = ["order", "name"]
        permissions = [
            ("export_programme", _("Boleh mengunduh program")),
            ("import_programme", _("Boleh mengimpor program")),
        ]
        constraints = [models.CheckConstraint(name="programme_value_is_not_negative", condition=Q(unit_value__gte=0))]

    def __str__(self):
        return self.name

    def criteria_in_force(self) -> CriteriaSet | None:
        return CriteriaSet.objects.released().filter(code=self.criteria_code).first()
