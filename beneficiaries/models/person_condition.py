import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bansos.fields import RupiahField
from bansos.plain_numbers import tells_no_number
from bansos.scope import ScopedQuerySet
from beneficiaries.models.criteria import Criterion
from beneficiaries.models.household import Person


class PersonConditionQuerySet(models.QuerySet):
    def in_force(self, day):
        """The version of each code that holds on a day."""
        held = self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)
        newest = held.order_by("code", "-starts_on").distinct("code")
        return self.filter(pk__in=newest.values("pk")).order_by("code")


@pghistory.track()
class PersonCondition(models.Model):
    """When one person may be entitled to an aid of another office (KLJ, KPDJ, KAJ), from a day on.

    A dated row, since sources contradict each other by year. It points people out; Dinas Sosial decides.
    """

    code = models.CharField(_("kode"), max_length=8)
    name = models.CharField(_("nama"), max_length=80)
    amount = RupiahField(_("besar sebulan (Rp)"), null=True, blank=True)
    legal_basis = models.CharField(_("dasar hukum"), max_length=300)
    starts_on = models.DateField(_("berlaku mulai"))
    ends_on = models.DateField(_("berlaku sampai"), null=True, blank=True)

    objects = PersonConditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("syarat perorangan")
        verbose_name_plural = _("syarat perorangan")
        ordering = ["code", "-starts_on"]
        constraints = [
            models.UniqueConstraint(
                name="person_condition_once_per_code_and_day",
                fields=["code", "starts_on"],
                violation_error_message=_("Syarat dengan kode dan tanggal mulai ini sudah ada."),
            ),
            models.CheckConstraint(
                name="person_condition_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("Tanggal berakhir tidak boleh sebelum tanggal mulai."),
            ),
        ]

    def __str__(self):
        return f"{self.code} ({self.name})"


# A person has a fact or has it not; amounts are weighed for families only.
_COMPARISONS = [(op.value, op.label) for op in Criterion.Operator if op not in Criterion.GRADED]


@pghistory.track()
class PersonRule(models.Model):
    """One question of a condition, about a person or the person's home. Data, never code."""

    class Kind(models.TextChoices):
        WANTS = "syarat", _("Harus terpenuhi")
        HOLD = "tahan", _("Perlu pemeriksaan")

    condition = models.ForeignKey(PersonCondition, models.CASCADE, related_name="rules", verbose_name=_("syarat"))
    bit = models.PositiveSmallIntegerField(_("nomor"))
    kind = models.CharField(_("jenis"), max_length=8, choices=Kind)
    fact = models.CharField(_("data"), max_length=40)  # a name in beneficiaries.person_facts.FACTS
    operator = models.CharField(_("perbandingan"), max_length=16, choices=_COMPARISONS)
    value = models.JSONField(_("pembanding"))
    met = models.CharField(_("kalimat bila terpenuhi"), max_length=200)

    class Meta:
        verbose_name = _("butir syarat")
        verbose_name_plural = _("butir syarat")
        ordering = ["bit"]
        constraints = [
            models.UniqueConstraint(name="person_rule_bit_once_per_condition", fields=["condition", "bit"]),
            models.CheckConstraint(name="person_rule_bit_fits_bigint", condition=Q(bit__lte=62)),
        ]

    def __str__(self):
        return self.met


class PersonAidQuerySet(ScopedQuerySet):
    region_field = "person__region__code"

    def open(self):
        return self.filter(ended_on=None)


@pghistory.track()
class PersonAid(models.Model):
    """That a person already receives an aid of another office, as an officer was told."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="aids", verbose_name=_("warga"))
    code = models.CharField(_("bantuan"), max_length=8)  # as in PersonCondition
    source = models.CharField(_("sumber keterangan"), max_length=120)
    since_on = models.DateField(_("sejak"))
    ended_on = models.DateField(_("sampai"), null=True, blank=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("oleh"))
    noted_at = models.DateTimeField(_("dicatat"), auto_now_add=True)

    objects = PersonAidQuerySet.as_manager()

    class Meta:
        verbose_name = _("bantuan perorangan")
        verbose_name_plural = _("bantuan perorangan")
        constraints = [
            tells_no_number("person_aid_tells_no_number", "source"),
            models.UniqueConstraint(
                name="person_aid_one_open_per_code", fields=["person", "code"], condition=Q(ended_on=None)
            ),
            models.CheckConstraint(
                name="person_aid_ends_after_it_starts", condition=Q(ended_on=None) | Q(ended_on__gte=F("since_on"))
            ),
        ]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)]

    def __str__(self):
        return self.code
