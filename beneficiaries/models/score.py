import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bansos.models import Job, Region
from bansos.scope import ScopedQuerySet
from beneficiaries.models.criteria import CriteriaSet
from beneficiaries.models.household import Household


class ScoringRunQuerySet(models.QuerySet):
    def whole(self):
        """Runs of the whole register. A run of single families follows a change of their facts and has no job."""
        return self.filter(Q(job__isnull=False) | ~Q(reason=ScoringRun.Reason.DATA))

    def single(self):
        """Runs of the families whose facts changed."""
        return self.filter(job=None, reason=ScoringRun.Reason.DATA)


class ScoringRun(models.Model):
    """One scoring of households under one criteria set."""

    class Reason(models.TextChoices):
        MALAM = "malam", _("Tiap malam")
        TRIWULAN = "triwulan", _("Tiap triwulan")
        RILIS = "rilis", _("Kriteria dirilis")
        DIMINTA = "diminta", _("Diminta petugas")
        DATA = "data", _("Data keluarga berubah")

    reason = models.CharField(_("sebab"), max_length=8, choices=Reason, default=Reason.DIMINTA)
    criteria_set = models.ForeignKey(CriteriaSet, models.PROTECT, verbose_name=_("kriteria"))
    job = models.ForeignKey(Job, models.PROTECT, null=True, blank=True, verbose_name=_("pekerjaan"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("oleh"), related_name="+"
    )
    started_at = models.DateTimeField(_("mulai"), auto_now_add=True)
    finished_at = models.DateTimeField(_("selesai"), null=True, blank=True)
    households = models.PositiveIntegerField(_("keluarga dinilai"), default=0)
    changed = models.PositiveIntegerField(_("berubah"), default=0)
    eligible = models.PositiveIntegerField(_("indikasi layak"), default=0)
    held = models.PositiveIntegerField(_("ditahan"), default=0)
    entered = models.PositiveIntegerField(_("masuk"), default=0)  # became eligible
    left = models.PositiveIntegerField(_("keluar"), default=0)  # ceased to be

    COUNTS = ("households", "changed", "eligible", "held", "entered", "left")

    objects = ScoringRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("penilaian")
        verbose_name_plural = _("penilaian")
        ordering = ["-started_at"]

    def __str__(self):
        return f"#{self.pk}"


class ScoringChunk(models.Model):
    """The families of one place within a run: scored in one transaction, which sets the mark `finished_at` too."""

    run = models.ForeignKey(ScoringRun, models.PROTECT, related_name="chunks")
    place = models.CharField(max_length=21, blank=True)  # the beginning of a region's code; empty for all families
    finished_at = models.DateTimeField(null=True)
    households = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    eligible = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    entered = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="scoring_chunk_once_per_run_and_place", fields=["run", "place"])]

    def __str__(self):
        return f"{self.run} {self.place}"


FAR_ABOVE, FAR_BELOW = 6, 2  # deciles that speak strongly against "eligible" and against "below the threshold"


class ScoreQuerySet(ScopedQuerySet):
    def eligible(self):
        return self.filter(verdict=Score.Verdict.LAYAK)

    def far_from_decile(self):
        """Scores that say the contrary of the decile: eligible in the upper half, or below the threshold in 1 and 2."""
        upper = Q(verdict=Score.Verdict.LAYAK, household__decile__gte=FAR_ABOVE)
        return self.filter(upper | Q(verdict=Score.Verdict.TIDAK_LAYAK, household__decile__lte=FAR_BELOW))


class Score(models.Model):  # type: ignore[django-manager-missing]
    """A household's points under one criteria set, with the criteria that were met as bits.

    No foreign key check to the household: rows are derived by one statement from it, and the check would double
    the cost (shared/performance.md, section 2).
    """

    class Verdict(models.TextChoices):
        """Indications only (shared/domain.md 10.3): people decide."""

        LAYAK = "indikasi_layak", _("Indikasi layak")
        TIDAK_LAYAK = "indikasi_tidak_layak", _("Di bawah batas nilai")
        DITAHAN = "ditahan", _("Perlu pemeriksaan")

    household = models.ForeignKey(
        Household, models.CASCADE, db_constraint=False, related_name="scores", verbose_name=_("keluarga")
    )
    # No index of their own: the unique one begins with the set, and a re-score that changes no indexed column is cheap.
    criteria_set = models.ForeignKey(CriteriaSet, models.PROTECT, db_index=False, verbose_name=_("kriteria"))
    run = models.ForeignKey(
        ScoringRun, models.PROTECT, db_constraint=False, db_index=False, verbose_name=_("penilaian")
    )
    region = models.ForeignKey(Region, models.PROTECT, db_constraint=False, verbose_name=_("RT/RW"))
    points = models.IntegerField(_("nilai"))
    hits = models.BigIntegerField(_("butir terpenuhi"))  # bit n is set when the criterion with bit n is met
    verdict = models.CharField(_("hasil"), max_length=24, choices=Verdict)
    scored_at = models.DateTimeField(_("dinilai"))

    objects = ScoreQuerySet.as_manager()

    class Meta:
        verbose_name = _("skor")
        verbose_name_plural = _("skor")
        constraints = [
            models.UniqueConstraint(name="score_one_per_household_and_set", fields=["criteria_set", "household"])
        ]
        permissions = [("run_scoring", _("Boleh menjalankan penilaian"))]

    def __str__(self):
        return f"{self.points}"

    @property
    def against_decile(self) -> str:
        """A sentence when score and decile disagree strongly, else nothing. Neither of them is the truth."""
        decile = self.household.decile
        if decile is None:
            return ""
        if self.verdict == Score.Verdict.LAYAK and decile >= FAR_ABOVE:
            return gettext("Skor lokal menunjuk layak, tetapi desil DTSEN {decile}. Periksa keadaan rumahnya.").format(
                decile=decile
            )
        if self.verdict == Score.Verdict.TIDAK_LAYAK and decile <= FAR_BELOW:
            return gettext("Skor lokal di bawah batas, tetapi desil DTSEN {decile}. Periksa datanya di rumah.").format(
                decile=decile
            )
        return ""


class ScoreEvent(
    pghistory.create_event_model(  # type: ignore[misc]
        Score,
        pghistory.InsertEvent(),
        # A run writes only rows that differ, so nothing is compared again: joining old and new was a third of a run.
        pghistory.UpdateEvent(condition=None),
        pghistory.DeleteEvent(),  # an import that is undone takes the scores of its families along
        context_field=pghistory.ContextForeignKey(db_index=False),
    )
):
    """The history of scores: what a run moved is found by its run, what befell one score by its row.

    No other index: eight of them cost more than the scores themselves.
    """

    household = models.ForeignKey(
        Household, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", verbose_name=_("keluarga")
    )
    criteria_set = models.ForeignKey(
        CriteriaSet, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    run = models.ForeignKey(ScoringRun, models.DO_NOTHING, db_constraint=False, related_name="+")
    region = models.ForeignKey(Region, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
