from typing import TypedDict

import pghistory
import pgtrigger
from django.contrib.postgres.indexes import BrinIndex, GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, ExtractYear
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos.fields import ERASED_NAME, FIRST_OF_YEAR, DerivedField, EncryptedField, IndexField, RupiahField
from bansos.models import Region
from bansos.privacy import mask
from bansos.scope import ScopedQuerySet
from beneficiaries import names
from beneficiaries.models import person_rules


class HeadName(TypedDict):
    """What `with_head_name` adds to a household."""

    head_name: str | None


class HouseholdQuerySet(ScopedQuerySet):
    def active(self):
        return self.filter(status=Household.Status.AKTIF)

    def to_score(self):
        """The active families but those that asked that their data rest (`limiting`)."""
        return self.active().filter(limited_at=None)

    def lived_in(self):
        """The active families with somebody living in them."""
        return self.active().filter(models.Exists(Person.objects.living().filter(household=models.OuterRef("pk"))))

    def limited(self):
        """Those who asked that their data rest: neither scored nor put on a list."""
        return self.filter(limited_at__isnull=False)

    def with_head_name(self):
        """Adds `head_name`, the name of the head of family."""
        heads = Person.objects.heads().filter(household=models.OuterRef("pk"))
        return self.annotate(head_name=models.Subquery(heads.values("name")[:1]))


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Household(models.Model):
    """One family with one Kartu Keluarga (KK), and the facts about its home that criteria use.

    The DTSEN decile is a dated outside fact; this portal never computes it (shared/domain.md 1.1).
    """

    class Status(models.TextChoices):
        AKTIF = "aktif", _("Aktif")
        PINDAH = "pindah", _("Pindah")
        BUBAR = "bubar", _("Tidak ada lagi")

    class Tenure(models.TextChoices):
        MILIK = "milik", _("Milik sendiri")
        KONTRAK = "kontrak", _("Kontrak")
        MENUMPANG = "menumpang", _("Menumpang")
        TIDAK_ADA = "tidak_ada", _("Tidak punya tempat tinggal")

    class Floor(models.TextChoices):
        KERAMIK = "keramik", _("Keramik")
        PLESTER = "plester", _("Plester")
        KAYU = "kayu", _("Papan atau kayu")
        TANAH = "tanah", _("Tanah")

    class Wall(models.TextChoices):
        TEMBOK = "tembok", _("Tembok")
        TANPA_PLESTER = "tanpa_plester", _("Tembok tanpa plester")
        PAPAN = "papan", _("Papan")
        SENG = "seng", _("Seng")
        BAMBU = "bambu", _("Bambu")

    class Toilet(models.TextChoices):
        SENDIRI = "sendiri", _("Sendiri")
        BERSAMA = "bersama", _("Bersama")
        UMUM = "umum", _("Umum")
        TIDAK_ADA = "tidak_ada", _("Tidak ada")

    class Water(models.TextChoices):
        LEDENG = "ledeng", _("Ledeng")
        ISI_ULANG = "isi_ulang", _("Air isi ulang")
        SUMUR_BOR = "sumur_bor", _("Sumur bor")
        SUMUR = "sumur", _("Sumur")

    class Fuel(models.TextChoices):
        GAS_3 = "gas_3", _("Gas 3 kg")
        GAS_5 = "gas_5", _("Gas 5,5 kg atau lebih")
        MINYAK_TANAH = "minyak_tanah", _("Minyak tanah")
        KAYU = "kayu", _("Kayu atau arang")
        LISTRIK = "listrik", _("Listrik")

    kk = EncryptedField(_("nomor KK"))
    kk_index = IndexField(of="kk", kind="kk")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("RT/RW"))
    address = models.CharField(_("alamat"), max_length=200)
    phone = EncryptedField(_("nomor HP"), null=True, blank=True)
    phone_index = IndexField(of="phone", kind="phone", null=True)
    account = EncryptedField(_("nomor rekening"), null=True, blank=True)
    account_index = IndexField(of="account", kind="account", null=True)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.AKTIF, db_default="aktif")

    tenure = models.CharField(_("status tempat tinggal"), max_length=12, choices=Tenure)
    floor_area = models.PositiveIntegerField(_("luas lantai (m2)"), null=True, blank=True)
    floor = models.CharField(_("jenis lantai"), max_length=12, choices=Floor)
    wall = models.CharField(_("jenis dinding"), max_length=16, choices=Wall)
    toilet = models.CharField(_("fasilitas BAB"), max_length=12, choices=Toilet)
    water = models.CharField(_("sumber air minum"), max_length=12, choices=Water)
    electricity_va = models.PositiveIntegerField(
        _("daya listrik (VA)"), default=0, help_text=_("0 berarti tanpa listrik.")
    )
    fuel = models.CharField(_("bahan bakar masak"), max_length=12, choices=Fuel)
    feared_hunger = models.BooleanField(_("pernah khawatir tidak makan"), default=False)
    food_over_half = models.BooleanField(_("pengeluaran makan lebih dari setengah"), default=False)
    bought_clothes = models.BooleanField(_("beli pakaian setahun terakhir"), default=True)
    has_car = models.BooleanField(_("punya mobil"), default=False)
    has_motorcycle = models.BooleanField(_("punya motor"), default=False)
    has_fridge = models.BooleanField(_("punya kulkas"), default=False)
    has_ac = models.BooleanField(_("punya AC"), default=False)
    njop_over_1b = models.BooleanField(_("NJOP di atas Rp1 miliar"), default=False)
    branded_water = models.BooleanField(_("air kemasan bermerek"), default=False)
    civil_servant = models.BooleanField(_("ada anggota ASN/TNI/Polri/BUMN"), default=False)
    spending = RupiahField(_("pengeluaran per bulan (Rp)"), null=True, blank=True)
    decile = models.PositiveSmallIntegerField(_("desil DTSEN"), null=True, blank=True)
    decile_on = models.DateField(_("tanggal desil"), null=True, blank=True)
    receives_pkh = models.BooleanField(_("menerima PKH"), default=False)
    receives_sembako = models.BooleanField(_("menerima Sembako"), default=False)

    # Set while the family has asked that its data rest (beneficiaries.limiting).
    limited_at = models.DateTimeField(_("dibatasi sejak"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("dibuat"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("diubah"), default=timezone.now, editable=False)

    objects = HouseholdQuerySet.as_manager()

    # The facts a resident, a verifier or a file may state; the rest is identity and bookkeeping.
    FACTS = (
        "tenure", "floor_area", "floor", "wall", "toilet", "water", "electricity_va", "fuel", "feared_hunger",
        "food_over_half", "bought_clothes", "has_car", "has_motorcycle", "has_fridge", "has_ac", "njop_over_1b",
        "branded_water", "civil_servant", "spending", "receives_pkh", "receives_sembako",
    )  # fmt: skip

    ERASED = {
        "kk": "", "kk_index": None, "phone": None, "phone_index": None, "account": None, "account_index": None,
        "address": ERASED_NAME,
    }  # fmt: skip

    class Meta:
        verbose_name = _("keluarga")
        verbose_name_plural = _("keluarga")
        constraints = [
            models.UniqueConstraint(
                name="household_one_per_kk",
                fields=["kk_index"],
                violation_error_message=_("Nomor KK ini sudah ada di register."),
            ),
            models.CheckConstraint(
                name="household_decile_and_its_date_together",
                condition=Q(decile=None, decile_on=None) | Q(decile__range=(1, 10), decile_on__isnull=False),
                violation_error_message=_("Desil 1 sampai 10 dan tanggalnya diisi bersama."),
            ),
        ]
        triggers = [
            *person_rules.family_stays(),
            # A trigger, since a check may not ask what day it is. Its condition spares every other row the call.
            pgtrigger.Trigger(
                name="decile_of_no_day_ahead",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("decile_on"),
                condition=pgtrigger.Condition("NEW.decile_on > (now() AT TIME ZONE 'Asia/Jakarta')::date"),
                func="""RAISE EXCEPTION 'decile of a day ahead' USING ERRCODE = 'check_violation',
                    CONSTRAINT = 'household_decile_does_not_lie_ahead';""",
            ),
        ]
        permissions = [("export_household", _("Boleh mengunduh keluarga"))]

    def __str__(self):
        return f"KK {mask(self.kk)}"


class PersonQuerySet(ScopedQuerySet):
    def living(self):
        """Those who live in their family: they neither died nor left, nor were merged into another row."""
        return self.filter(died_on=None, left_on=None, merged_into=None)

    def buried(self):
        """Those who died, merged or not: nobody else ever bears their NIK."""
        return self.filter(died_on__isnull=False)

    def heads(self):
        """The heads of families, who lives there first: a head who died or left stays on the old card."""
        kepala = self.filter(relation=Person.Relation.KEPALA, merged_into=None)
        gone = Coalesce("died_on", "left_on")
        return kepala.order_by(gone.desc(nulls_first=True), "pk")

    def named(self, text: str):
        """Those of these rows whose name is like `text`, the likeliest first; one wrong letter a word is forgiven.

        The last word may be unfinished. Narrow the rows first (`for_officer`), then name them: of very many who are
        alike, only `names.MOST` are weighed.
        """
        return names.like(self, text)


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["spelt"],
    meta={"indexes": [models.Index(fields=["household"], name="personevent_household")]},  # for `facts_at`
)  # fmt: skip
class Person(models.Model):
    """A member of a household."""

    class Sex(models.TextChoices):
        L = "L", _("Laki-laki")
        P = "P", _("Perempuan")

    class Relation(models.TextChoices):
        KEPALA = "kepala", _("Kepala Keluarga")
        ISTRI = "istri", _("Istri")
        SUAMI = "suami", _("Suami")
        ANAK = "anak", _("Anak")
        ORANG_TUA = "orang_tua", _("Orang Tua")
        LAINNYA = "lainnya", _("Lainnya")

    class Marital(models.TextChoices):
        BELUM = "belum", _("Belum kawin")
        KAWIN = "kawin", _("Kawin")
        CERAI_HIDUP = "cerai_hidup", _("Cerai hidup")
        CERAI_MATI = "cerai_mati", _("Cerai mati")

    # Both are held by `person_rules`, once a statement.
    household = models.ForeignKey(
        Household, models.PROTECT, db_constraint=False, related_name="people", verbose_name=_("keluarga")
    )
    region = models.ForeignKey(
        Region, models.PROTECT, db_constraint=False, db_index=False, verbose_name=_("RT/RW")
    )  # see person_region_year
    nik = EncryptedField(_("NIK"))
    nik_index = IndexField(of="nik", kind="nik")
    name = models.CharField(_("nama lengkap"), max_length=150)
    spelt = DerivedField(expression=names.Spelt(F("name")), output_field=models.TextField(db_collation="C"))
    birth_place = models.CharField(_("tempat lahir"), max_length=80, blank=True)
    born_on = models.DateField(_("tanggal lahir"))
    sex = models.CharField(_("jenis kelamin"), max_length=1, choices=Sex)
    relation = models.CharField(_("hubungan keluarga"), max_length=12, choices=Relation)
    marital = models.CharField(_("status kawin"), max_length=12, choices=Marital)
    education = models.CharField(_("pendidikan"), max_length=40, blank=True)
    occupation = models.CharField(_("pekerjaan"), max_length=60, blank=True)
    income = RupiahField(_("penghasilan per bulan (Rp)"), default=0)
    disability = models.BooleanField(_("disabilitas"), default=False)
    chronic_illness = models.BooleanField(_("penyakit kronis"), default=False)
    pregnant = models.BooleanField(_("hamil"), default=False)
    in_school = models.BooleanField(_("masih sekolah"), default=False)
    died_on = models.DateField(_("tanggal meninggal"), null=True, blank=True)
    # Left the kecamatan without the family; a family that left as a whole has the status PINDAH.
    left_on = models.DateField(_("tanggal pindah ke luar"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        db_index=False,  # see person_merged_into
        verbose_name=_("digabung ke"),
        related_name="merged_from",
    )
    created_at = models.DateTimeField(_("dibuat"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("diubah"), default=timezone.now, editable=False)

    objects = PersonQuerySet.as_manager()

    ERASED = {"nik": "", "nik_index": None, "name": ERASED_NAME, "birth_place": "", "born_on": FIRST_OF_YEAR}

    class Meta:
        verbose_name = _("warga")
        verbose_name_plural = _("warga")
        constraints = [
            models.UniqueConstraint(
                name="person_one_living_per_nik",
                fields=["nik_index"],
                condition=Q(died_on=None, merged_into=None),
                violation_error_message=_("NIK ini sudah dipakai warga lain yang masih hidup."),
            ),
            models.CheckConstraint(
                name="person_not_merged_into_itself",
                condition=Q(merged_into=None) | ~Q(merged_into=models.F("pk")),
            ),
            models.CheckConstraint(
                name="person_dies_after_birth",
                condition=Q(died_on=None) | Q(died_on__gte=models.F("born_on")),
                violation_error_message=_("Tanggal meninggal tidak boleh sebelum tanggal lahir."),
            ),
            models.CheckConstraint(
                name="person_leaves_after_birth",
                condition=Q(left_on=None) | Q(left_on__gte=models.F("born_on")),
                violation_error_message=_("Tanggal pindah tidak boleh sebelum tanggal lahir."),
            ),
        ]
        indexes = [
            GinIndex(names.Words(F("spelt")), name="person_words"),
            models.Index(fields=["spelt"], name="person_spelt"),
            models.Index(fields=["born_on", "sex"], name="person_born_on"),
            # By the region, by the beginning of its code, and by region and year.
            models.Index(
                OpClass(F("region"), "varchar_pattern_ops"), ExtractYear("born_on"), name="person_region_year"
            ),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="person_merged_into"),
            BrinIndex(fields=["updated_at"], autosummarize=True, name="person_updated_at"),
            models.Index(fields=["nik_index"], name="person_nik_index"),
        ]
        triggers = [*person_rules.with_family(), *person_rules.words_noted()]
        permissions = [("reveal_identity", _("Boleh membuka NIK dan KK lengkap"))]

    def __str__(self):
        return self.name
