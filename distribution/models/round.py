from functools import reduce
from operator import or_

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from bansos.fields import RupiahField
from bansos.models import Region
from bansos.plain_numbers import tells_no_number
from bansos.scope import ScopedQuerySet, around_q
from beneficiaries.models import CriteriaSet, Household, Person
from distribution.models.catalogue import Fund, Programme


class RoundStatus(models.TextChoices):
    """Statuses of shared/domain.md 10.5 that this portal uses."""

    RENCANA = "rencana", _("Rencana")
    DISUSUN = "daftar_disusun", _("Daftar disusun")
    DIKUNCI = "daftar_dikunci", _("Daftar dikunci")
    DISAHKAN = "disahkan", _("Disahkan")
    PENYALURAN = "penyaluran", _("Penyaluran")
    DITUTUP = "ditutup", _("Ditutup")
    DIBATALKAN = "dibatalkan", _("Dibatalkan")


R = RoundStatus
ROUND_TRANSITIONS: list[tuple[str, str]] = [
    (R.RENCANA, R.DISUSUN),
    (R.DISUSUN, R.DIKUNCI),
    (R.DIKUNCI, R.DISAHKAN),
    (R.DISAHKAN, R.PENYALURAN),
    (R.DISAHKAN, R.DITUTUP),
    (R.PENYALURAN, R.DITUTUP),
    (R.RENCANA, R.DIBATALKAN),
    (R.DISUSUN, R.DIBATALKAN),
    (R.DIKUNCI, R.DIBATALKAN),
]
# From here on nobody changes the list.
FROZEN = [R.DIKUNCI, R.DISAHKAN, R.PENYALURAN, R.DITUTUP]
FIXED_ONCE_FROZEN = (
    "programme", "fund", "period", "region", "unit_value", "budget", "criteria_set", "cutoff", "list_hash",
    "proposed_by", "proposed_at", "frozen_by", "frozen_at",
)  # fmt: skip


def changes_of(*fields: str) -> pgtrigger.Q:
    """Returns the trigger condition that one of `fields` gets another value."""
    return reduce(or_, (pgtrigger.Q(**{f"old__{field}__df": pgtrigger.F(f"new__{field}")}) for field in fields))


class RoundQuerySet(ScopedQuerySet):
    def for_officer(self, user):
        """The rounds of the officer's region and those of a region around it; the lists inside are scoped apart."""
        return self.filter(around_q(user))

    def handing_over(self):
        return self.filter(status__in=[R.DISAHKAN, R.PENYALURAN])


@pghistory.track()
class Round(models.Model):
    """One distribution of one programme in one month (putaran)."""

    Status = RoundStatus

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="rounds", verbose_name=_("program"))
    fund = models.ForeignKey(Fund, models.PROTECT, related_name="rounds", verbose_name=_("dana"))
    period = models.DateField(_("periode"), help_text=_("Tanggal 1 bulan penyaluran."))
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("wilayah"))
    status = models.CharField(_("status"), max_length=16, choices=RoundStatus, default=R.RENCANA)
    unit_value = RupiahField(_("nilai per keluarga (Rp)"))
    budget = RupiahField(_("anggaran putaran (Rp)"))
    criteria_set = models.ForeignKey(CriteriaSet, models.PROTECT, null=True, blank=True, verbose_name=_("kriteria"))
    cutoff = models.IntegerField(_("nilai terendah yang masuk"), null=True, blank=True, editable=False)
    place = models.CharField(_("tempat penyerahan"), max_length=200, blank=True)
    hands_over_on = models.DateField(_("tanggal penyerahan"), null=True, blank=True)
    hours = models.CharField(_("jam"), max_length=60, blank=True)
    list_hash = models.CharField(_("sidik daftar"), max_length=64, blank=True, editable=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("disusun oleh"),
        related_name="+",
    )
    proposed_at = models.DateTimeField(_("disusun"), null=True, blank=True, editable=False)
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("dikunci oleh"),
        related_name="+",
    )
    frozen_at = models.DateTimeField(_("dikunci"), null=True, blank=True, editable=False)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        verbose_name=_("disahkan oleh"),
        related_name="+",
    )
    approved_at = models.DateTimeField(_("disahkan"), null=True, blank=True, editable=False)
    closed_at = models.DateTimeField(_("ditutup"), null=True, blank=True, editable=False)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("putaran")
        verbose_name_plural = _("putaran")
        ordering = ["-period", "programme__order"]
        constraints = [
            models.UniqueConstraint(
                name="round_one_per_programme_and_period",
                fields=["programme", "period", "region"],
                condition=~Q(status="dibatalkan"),
                violation_error_message=_("Program ini sudah punya putaran di bulan itu."),
            ),
            models.CheckConstraint(
                name="round_period_is_first_of_month",
                condition=Q(period__day=1),
                violation_error_message=_("Periode ditulis sebagai tanggal 1."),
            ),
            models.CheckConstraint(
                name="round_amounts_are_positive",
                condition=Q(unit_value__gt=0, budget__gt=0),
                violation_error_message=_("Nilai per keluarga dan anggaran harus lebih dari nol."),
            ),
            models.CheckConstraint(
                name="round_approved_by_another_than_the_proposer",
                condition=Q(approved_by=None) | (~Q(approved_by=F("proposed_by")) & ~Q(approved_by=F("frozen_by"))),
                violation_error_message=_("Putaran disahkan oleh orang lain daripada yang menyusun."),
            ),
            models.CheckConstraint(
                name="round_approved_by_and_at_together",
                condition=Q(approved_by=None, approved_at=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(
                name="round_frozen_by_and_at_together",
                condition=Q(frozen_by=None, frozen_at=None) | Q(frozen_by__isnull=False, frozen_at__isnull=False),
            ),
            models.CheckConstraint(
                name="round_in_force_is_approved",
                condition=~Q(status__in=["disahkan", "penyaluran", "ditutup"]) | Q(approved_by__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="status_transitions", field="status", transitions=ROUND_TRANSITIONS),
            # pgtrigger.ReadOnly would ignore the condition on the status.
            pgtrigger.Protect(
                name="frozen_round_is_fixed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status__in=FROZEN) & changes_of(*FIXED_ONCE_FROZEN),
            ),
        ]
        permissions = [
            ("propose_round", _("Boleh menyusun daftar putaran")),
            ("approve_round", _("Boleh mengesahkan putaran")),
        ]

    def __str__(self):
        return f"{self.programme}, {date_format(self.period, 'F Y')}"

    @property
    def is_frozen(self) -> bool:
        return self.status in FROZEN

    @property
    def is_handing_over(self) -> bool:
        return self.status in {R.DISAHKAN, R.PENYALURAN}


@pghistory.track()
class Quota(models.Model):
    """How many households of one kelurahan a round may serve."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="quotas", verbose_name=_("putaran"))
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("kelurahan"))
    households = models.PositiveIntegerField(_("kuota keluarga"))

    class Meta:
        verbose_name = _("kuota")
        verbose_name_plural = _("kuota")
        ordering = ["region"]
        constraints = [models.UniqueConstraint(name="quota_once_per_round_and_region", fields=["round", "region"])]

    def __str__(self):
        return f"{self.region}: {self.households}"


class EntitlementStatus(models.TextChoices):
    """Statuses of shared/domain.md 10.6 that this portal uses."""

    DIRENCANAKAN = "direncanakan", _("Direncanakan")
    DIALOKASIKAN = "dialokasikan", _("Siap diambil")
    DISERAHKAN = "diserahkan", _("Diserahkan")
    DISERAHKAN_PERWAKILAN = "diserahkan_perwakilan", _("Diserahkan ke wakil")
    DITAHAN = "ditahan", _("Ditahan")
    GAGAL_SALUR = "gagal_salur", _("Gagal salur")
    DIBATALKAN = "dibatalkan", _("Dibatalkan")


E = EntitlementStatus
HANDED_OVER = [E.DISERAHKAN, E.DISERAHKAN_PERWAKILAN]
ENTITLEMENT_TRANSITIONS: list[tuple[str, str]] = [
    (E.DIRENCANAKAN, E.DIALOKASIKAN),
    (E.DIALOKASIKAN, E.DISERAHKAN),
    (E.DIALOKASIKAN, E.DISERAHKAN_PERWAKILAN),
    (E.DIALOKASIKAN, E.DITAHAN),
    (E.DITAHAN, E.DIALOKASIKAN),
    (E.DIALOKASIKAN, E.GAGAL_SALUR),
    (E.DITAHAN, E.GAGAL_SALUR),
    (E.DIRENCANAKAN, E.DIBATALKAN),
]


class EntitlementQuerySet(ScopedQuerySet):
    def with_head_name(self):
        """Adds `head_name`, the name of the head of family."""
        heads = Person.objects.heads().filter(household=models.OuterRef("household"))
        return self.annotate(head_name=models.Subquery(heads.values("name")[:1]))


@pghistory.track()
class Entitlement(models.Model):
    """What one household gets in one round. Points and criteria are copied from the score, so that last month can
    be explained next year."""

    Status = EntitlementStatus

    round = models.ForeignKey(Round, models.PROTECT, related_name="entitlements", verbose_name=_("putaran"))
    household = models.ForeignKey(Household, models.PROTECT, related_name="entitlements", verbose_name=_("keluarga"))
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("RT/RW"))
    status = models.CharField(
        _("status"), max_length=24, choices=EntitlementStatus, default=E.DIRENCANAKAN, db_default="direncanakan"
    )
    code = models.CharField(_("kode ambil"), max_length=10, unique=True)
    value = RupiahField(_("nilai (Rp)"))
    points = models.IntegerField(_("nilai skor"))
    hits = models.BigIntegerField(_("butir terpenuhi"))
    criteria_set = models.ForeignKey(CriteriaSet, models.PROTECT, verbose_name=_("kriteria"))
    rank = models.PositiveIntegerField(_("urutan di kelurahan"))
    status_reason = models.CharField(_("alasan status"), max_length=300, blank=True)

    objects = EntitlementQuerySet.as_manager()

    class Meta:
        verbose_name = _("hak penerima")
        verbose_name_plural = _("hak penerima")
        ordering = ["round", "region", "rank"]
        constraints = [
            tells_no_number("entitlement_tells_no_number", "status_reason"),
            models.UniqueConstraint(name="entitlement_once_per_round_and_household", fields=["round", "household"]),
            models.CheckConstraint(name="entitlement_value_is_positive", condition=Q(value__gt=0)),
        ]
        triggers = [
            pgtrigger.FSM(name="status_transitions", field="status", transitions=ENTITLEMENT_TRANSITIONS),
            pgtrigger.Trigger(
                name="frozen_list_is_fixed",
                operation=pgtrigger.Insert
                | pgtrigger.Delete
                | pgtrigger.UpdateOf(
                    "round_id",
                    "household_id",
                    "region_id",
                    "code",
                    "value",
                    "points",
                    "hits",
                    "criteria_set_id",
                    "rank",
                ),
                when=pgtrigger.Before,
                declare=[("state", "text")],
                func="""
                    SELECT status INTO state FROM distribution_round
                    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.round_id ELSE NEW.round_id END;
                    IF state NOT IN ('rencana', 'daftar_disusun') THEN
                        RAISE EXCEPTION 'the list is frozen' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'frozen_list_is_fixed';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            ),
        ]
        permissions = [("hand_over", _("Boleh menyerahkan bantuan"))]

    def __str__(self):
        from bansos.codes import pretty

        return pretty(self.code)
