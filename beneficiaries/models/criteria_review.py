import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bansos.plain_numbers import tells_no_number
from beneficiaries.models.criteria import CriteriaSet


class CriteriaReview(models.Model):
    """One move between the authors of a draft and its reviewers: asked to look, or sent back. Append-only.

    A draft is with the reviewers while its newest row asks. The rows outlive a draft that is thrown away.
    """

    class Kind(models.TextChoices):
        MINTA = "minta", _("Diminta diperiksa")
        KEMBALI = "kembali", _("Dikembalikan")

    criteria_set = models.ForeignKey(
        CriteriaSet, models.DO_NOTHING, db_constraint=False, related_name="reviews", verbose_name=_("kriteria")
    )
    kind = models.CharField(_("jenis"), max_length=8, choices=Kind)
    note = models.CharField(_("catatan"), max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("oleh"), related_name="+")
    at = models.DateTimeField(_("waktu"), auto_now_add=True)

    class Meta:
        verbose_name = _("pemeriksaan kriteria")
        verbose_name_plural = _("pemeriksaan kriteria")
        ordering = ["pk"]
        constraints = [
            tells_no_number("criteria_review_tells_no_number", "note"),
            models.CheckConstraint(
                name="criteria_review_sent_back_with_a_reason", condition=Q(kind="minta") | ~Q(note="")
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="in_turn",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                declare=[("newest", "text"), ("wrote", "boolean")],
                func="""
                    -- The lock lets two moves of one draft wait for each other, and for a release.
                    PERFORM 1 FROM beneficiaries_criteriaset
                    WHERE id = NEW.criteria_set_id AND status = 'draf' FOR NO KEY UPDATE;
                    IF NOT FOUND THEN
                        RAISE EXCEPTION 'no draft' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'criteria_review_of_a_draft';
                    END IF;
                    SELECT r.kind INTO newest FROM beneficiaries_criteriareview r
                    WHERE r.criteria_set_id = NEW.criteria_set_id ORDER BY r.id DESC LIMIT 1;
                    IF (NEW.kind = 'minta') = (newest IS NOT DISTINCT FROM 'minta') THEN
                        RAISE EXCEPTION 'not in turn' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'criteria_review_in_turn';
                    END IF;
                    wrote := EXISTS (
                        SELECT FROM beneficiaries_criteriasetevent
                        WHERE pgh_obj_id = NEW.criteria_set_id AND drafted_by_id = NEW.by_id
                    );
                    IF (NEW.kind = 'minta') <> wrote THEN
                        RAISE EXCEPTION 'authors ask, others send back' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'criteria_review_by_the_right_side';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.at:%d-%m-%Y}"
