from zoneinfo import ZoneInfo

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bansos.fields import ERASED_NAME
from bansos.models import Region
from bansos.plain_numbers import tells_no_number
from bansos.scope import ScopedQuerySet, region_q
from beneficiaries.models.household import Household, Person


class FamilyEventQuerySet(ScopedQuerySet):
    def for_officer(self, user):
        """The events of the officer's region, and the moves into it."""
        return self.filter(region_q(user) | region_q(user, "to_region__code"))

    def of(self, household_id: int):
        """The events of a family, those included in which people left it or came to it."""
        return self.filter(Q(household=household_id) | Q(other=household_id))


class FamilyEvent(models.Model):
    """Something that happened to a family on a day: a birth, a death, a move, a new Kartu Keluarga. Append-only.

    What the register holds now is in `Household` and `Person`; what it held on a day is in their history. A mistake is
    put right by an event of kind `koreksi` that names the one it takes back.
    """

    class Kind(models.TextChoices):
        LAHIR = "lahir", _("Kelahiran")
        MENINGGAL = "meninggal", _("Kematian")
        PINDAH = "pindah", _("Pindah rumah dalam kecamatan")
        KELUAR = "keluar", _("Pindah ke luar kecamatan")
        KEMBALI = "kembali", _("Pindah masuk kembali")
        MASUK = "masuk", _("Pindah masuk ke keluarga ini")
        PISAH = "pisah", _("Pisah Kartu Keluarga")
        GABUNG = "gabung", _("Gabung ke keluarga lain")
        KAWIN = "kawin", _("Perkawinan")
        CERAI = "cerai", _("Perceraian")
        KEPALA = "kepala", _("Ganti kepala keluarga")
        KOREKSI = "koreksi", _("Koreksi catatan keliru")

    MOVES = (Kind.PINDAH, Kind.KELUAR, Kind.KEMBALI, Kind.MASUK)

    kind = models.CharField(_("peristiwa"), max_length=10, choices=Kind)
    household = models.ForeignKey(Household, models.PROTECT, verbose_name=_("keluarga"), related_name="family_events")
    other = models.ForeignKey(
        Household,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("keluarga lain"),
        related_name="other_family_events",
    )
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("RT/RW"), related_name="+")
    to_region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, verbose_name=_("RT/RW tujuan"), related_name="+"
    )
    happened_on = models.DateField(_("tanggal peristiwa"))
    paper = models.CharField(_("surat"), max_length=120)
    note = models.CharField(_("catatan"), max_length=300, blank=True)
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, verbose_name=_("mengoreksi"), related_name="corrected_by"
    )
    recorded_at = models.DateTimeField(_("dicatat"), default=timezone.now)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("dicatat oleh"), related_name="+"
    )

    objects = FamilyEventQuerySet.as_manager()

    # The note holds an address, and the number of a deed leads to the person at the civil registry.
    ERASED = {"note": ERASED_NAME, "paper": ERASED_NAME}

    class Meta:
        verbose_name = _("peristiwa keluarga")
        verbose_name_plural = _("peristiwa keluarga")
        ordering = ["-happened_on", "-pk"]
        permissions = [("record_familyevent", _("Boleh mencatat peristiwa keluarga"))]
        constraints = [
            tells_no_number("family_event_tells_no_number", "paper", "note"),
            models.CheckConstraint(
                name="family_event_has_a_paper",
                condition=~Q(paper=""),
                violation_error_message=_("Tulis nomor suratnya."),
            ),
            models.CheckConstraint(
                name="family_event_does_not_lie_ahead",
                condition=Q(happened_on__lte=TruncDate("recorded_at", tzinfo=ZoneInfo("Asia/Jakarta"))),
                violation_error_message=_("Tanggal peristiwa belum terjadi."),
            ),
            models.CheckConstraint(
                name="family_event_corrects_another",
                condition=Q(kind="koreksi", corrects__isnull=False) | (~Q(kind="koreksi") & Q(corrects=None)),
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.happened_on:%d-%m-%Y}"

    @property
    def names(self) -> str:
        """Who it is about; the whole family when nobody is named. Read from `people`, prefetched or not."""
        return ", ".join(row.person.name for row in self.people.all() if row.subject) or gettext("Satu keluarga")


class FamilyEventPerson(models.Model):
    """A person whom an event is about, or (`subject` False) whose relation or marital status changed by it.

    Append-only; who has no row here was not touched by the event.
    """

    event = models.ForeignKey(FamilyEvent, models.PROTECT, related_name="people", verbose_name=_("peristiwa"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="family_events", verbose_name=_("warga"))
    subject = models.BooleanField(_("pokok peristiwa"), default=True)
    relation_before = models.CharField(_("hubungan semula"), max_length=12, choices=Person.Relation, blank=True)
    marital_before = models.CharField(_("status kawin semula"), max_length=12, choices=Person.Marital, blank=True)

    class Meta:
        verbose_name = _("warga dalam peristiwa")
        verbose_name_plural = _("warga dalam peristiwa")
        constraints = [models.UniqueConstraint(name="family_event_person_once", fields=["event", "person"])]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"{self.person}: {self.event}"
