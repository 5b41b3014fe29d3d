import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class CriteriaSetQuerySet(models.QuerySet):
    def released(self):
        return self.filter(status=CriteriaSet.Status.RILIS)

    def waiting(self):
        """Released for a day that has not come yet."""
        return self.filter(status=CriteriaSet.Status.SIAP)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class CriteriaSet(models.Model):
    """A versioned set of criteria. A released set never changes; the next version begins as a copy."""

    class Status(models.TextChoices):
        DRAF = "draf", _("Draf")
        SIAP = "siap", _("Menunggu tanggal mulai")
        RILIS = "rilis", _("Berlaku")
        PENSIUN = "pensiun", _("Tidak berlaku lagi")

    code = models.CharField(_("kode"), max_length=40)
    version = models.PositiveIntegerField(_("versi"), default=1)
    name = models.CharField(_("nama"), max_length=120)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.DRAF)
    legal_basis = models.CharField(_("dasar hukum"), max_length=300)
    threshold = models.PositiveIntegerField(_("batas nilai"), help_text=_("Nilai paling kecil untuk indikasi layak."))
    starts_on = models.DateField(_("berlaku mulai"), null=True, blank=True)
    # Who wrote the draft last; whoever ever did, as its history tells, leaves the release to somebody else. Nobody for
    # the set that comes with the portal.
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("disusun oleh"),
        related_name="+",
    )
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("dirilis oleh"),
        related_name="+",
    )
    released_at = models.DateTimeField(_("dirilis"), null=True, blank=True)

    objects = CriteriaSetQuerySet.as_manager()

    class Meta:
        verbose_name = _("kriteria")
        verbose_name_plural = _("kriteria")
        ordering = ["code", "-version"]
        constraints = [
            models.UniqueConstraint(name="criteria_set_version_once", fields=["code", "version"]),
            models.UniqueConstraint(name="criteria_set_one_in_force", fields=["code"], condition=Q(status="rilis")),
            models.UniqueConstraint(name="criteria_set_one_waiting", fields=["code"], condition=Q(status="siap")),
            models.CheckConstraint(
                name="criteria_set_released_by_another_than_the_author",
                condition=Q(released_by=None) | Q(drafted_by=None) | ~Q(released_by=F("drafted_by")),
                violation_error_message=_("Kriteria dirilis oleh orang lain daripada yang menyusunnya."),
            ),
        ]
        permissions = [("release_criteriaset", _("Boleh merilis kriteria"))]
        triggers = [
            pgtrigger.FSM(
                name="status_transitions",
                field="status",
                transitions=[
                    ("draf", "rilis"),
                    ("draf", "siap"),
                    ("siap", "rilis"),
                    ("siap", "draf"),
                    ("rilis", "pensiun"),
                ],
            ),
            pgtrigger.Trigger(
                name="released_by_none_of_its_authors",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Condition("NEW.released_by_id IS DISTINCT FROM OLD.released_by_id"),
                func="""
                    IF EXISTS (
                        SELECT 1 FROM beneficiaries_criteriasetevent
                        WHERE pgh_obj_id = NEW.id AND drafted_by_id = NEW.released_by_id
                    ) THEN
                        RAISE EXCEPTION 'an author does not release' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'released_by_none_of_its_authors';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(  # not pgtrigger.ReadOnly, which pays no heed to a condition
                name="released_is_immutable",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    IF TG_OP = 'DELETE' AND OLD.status = 'draf' THEN RETURN OLD; END IF;
                    IF TG_OP = 'UPDATE' AND (
                        OLD.status = 'draf' OR (OLD.status = 'siap' AND NEW.status = 'draf')
                        OR to_jsonb(OLD) - 'status' = to_jsonb(NEW) - 'status'
                    ) THEN RETURN NEW;
                    END IF;
                    RAISE EXCEPTION 'released criteria are immutable' USING ERRCODE = 'check_violation',
                        CONSTRAINT = 'released_is_immutable';
                """,
            ),
        ]

    def __str__(self):
        return f"{self.name} versi {self.version}"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Criterion(models.Model):
    """One rule of a set: a fact compared with a value. Data, never code."""

    class Kind(models.TextChoices):
        GATE = "gerbang", _("Langsung layak")  # met: full points at once (262/HUK/2022, homeless)
        POINTS = "nilai", _("Menambah nilai")
        HOLD = "tahan", _("Perlu pemeriksaan")  # met: held for a visit, never refused by the system

    class Operator(models.TextChoices):
        EQ = "sama", _("sama dengan")
        IN = "salah_satu", _("salah satu dari")
        LTE = "paling_banyak", _("paling banyak")
        GTE = "paling_sedikit", _("paling sedikit")
        EACH = "tiap", _("nilai untuk tiap …")
        BELOW = "tiap_kurang", _("nilai untuk tiap … yang kurang")

    # These weigh an amount instead of asking yes or no: `value` is [step, most], the points count for each step.
    GRADED = (Operator.EACH, Operator.BELOW)

    criteria_set = models.ForeignKey(CriteriaSet, models.PROTECT, related_name="criteria", verbose_name=_("kriteria"))
    bit = models.PositiveSmallIntegerField(_("nomor"))  # first place in Score.hits, 0 to 62
    kind = models.CharField(_("jenis"), max_length=8, choices=Kind)
    fact = models.CharField(_("data"), max_length=40)  # a name in beneficiaries.facts.FACTS
    operator = models.CharField(_("perbandingan"), max_length=16, choices=Operator)
    value = models.JSONField(_("pembanding"))
    points = models.PositiveIntegerField(_("nilai"), default=0)
    reason_code = models.CharField(_("kode alasan"), max_length=4, blank=True)
    question = models.CharField(_("syarat"), max_length=200)  # as the public reads it
    met = models.CharField(_("kalimat bila terpenuhi"), max_length=200)
    unmet = models.CharField(_("kalimat bila tidak"), max_length=200)

    class Meta:
        verbose_name = _("butir kriteria")
        verbose_name_plural = _("butir kriteria")
        ordering = ["bit"]
        constraints = [
            models.UniqueConstraint(
                name="criterion_bit_once_per_set",
                fields=["criteria_set", "bit"],
                violation_error_message=_("Nomor ini sudah dipakai butir lain. Kosongkan untuk nomor berikutnya."),
            ),
            models.CheckConstraint(
                name="criterion_bit_fits_bigint",
                condition=Q(bit__lte=62),
                violation_error_message=_("Nomor butir paling besar 62. Kosongkan untuk nomor berikutnya."),
            ),
            models.CheckConstraint(
                name="criterion_hold_gives_no_points",
                condition=~Q(kind="tahan") | Q(points=0),
                violation_error_message=_("Butir yang menahan tidak memberi nilai. Isi nilainya 0."),
            ),
            models.CheckConstraint(
                name="criterion_amount_gives_points",
                condition=Q(kind="nilai") | ~Q(operator__in=["tiap", "tiap_kurang"]),
                violation_error_message=_("Nilai untuk tiap jumlah hanya untuk butir yang menambah nilai."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="released_is_immutable",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func="""
                    -- The lock makes a release and an edit wait for each other; the edit then sees the release.
                    PERFORM 1 FROM beneficiaries_criteriaset
                    WHERE id IN (OLD.criteria_set_id, NEW.criteria_set_id) FOR SHARE;
                    IF EXISTS (
                        SELECT 1 FROM beneficiaries_criteriaset
                        WHERE id IN (OLD.criteria_set_id, NEW.criteria_set_id) AND status <> 'draf'
                    ) THEN
                        RAISE EXCEPTION 'released criteria are immutable' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'released_is_immutable';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self):
        return self.question

    def get_inline_title(self) -> str:
        """Its name above the closed fields of a draft (Unfold): what is asked, and what that gives."""
        if self.kind == self.Kind.HOLD:
            return f"{self.question} ({self.get_kind_display().lower()})"
        times = f"1–{self.most} × " if self.graded else ""
        return _("%(question)s (nilai %(points)s)") % {"question": self.question, "points": f"{times}{self.points}"}

    @property
    def graded(self) -> bool:
        return self.operator in self.GRADED

    @property
    def most(self) -> int:
        """How many times its points can count."""
        return int(self.value[1]) if self.graded else 1

    @property
    def width(self) -> int:
        """How many bits of `Score.hits` it takes, from `bit` on."""
        return self.most.bit_length()

    def times(self, hits: int) -> int:
        """How many times its points count in a score with these bits: 0 or 1, or the steps of an amount."""
        return hits >> self.bit & (1 << self.width) - 1
