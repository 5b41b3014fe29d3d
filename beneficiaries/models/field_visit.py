import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from bansos.models import Region
from bansos.plain_numbers import tells_no_number
from beneficiaries.models.application import KK_OF_APPLICATION, Application
from beneficiaries.models.kinship import kin_rule


class FieldVisit(models.Model):
    """The kelurahan's order to look at a family's house, and why. Append-only; `finding` is what the visitor saw.

    The database refuses an order by somebody outside the region, who verified the case before or is a relative, an
    order while the case is not at the kelurahan's desk, and a second one before the first was carried out.
    """

    class Ground(models.TextChoices):
        """What asks for a visit: a flag of the system, or a person's doubt."""

        TAHAN = "tahan", _("Ada yang perlu diperiksa menurut kriteria")
        DESIL = "desil", _("Penilaian RT atau RW berbeda jauh dari desil DTSEN")
        KONFLIK = "konflik", _("Jawaban dari HP berbeda dari yang tercatat")
        RAGU = "ragu", _("RT atau RW ragu, atau berbeda penilaian")
        MUSYAWARAH = "musyawarah", _("Musyawarah minta diperiksa lagi")
        LAIN = "lain", _("Hal lain yang diragukan")

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="field_visits", verbose_name=_("permohonan")
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("RT/RW"))
    ground = models.CharField(_("sebab"), max_length=10, choices=Ground)
    note = models.CharField(_("yang perlu dilihat"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("diminta oleh"))
    at = models.DateTimeField(_("diminta"), auto_now_add=True)

    class Meta:
        verbose_name = _("kunjungan lapangan")
        verbose_name_plural = _("kunjungan lapangan")
        ordering = ["at"]
        constraints = [
            tells_no_number("field_visit_tells_no_number", "note"),
            models.CheckConstraint(name="field_visit_with_a_note", condition=~models.Q(note="")),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="ordered_at_the_desk",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                declare=[("own", "text"), ("place", "text"), ("state", "text")],
                func="""
                    SELECT region_id INTO own FROM bansos_user WHERE id = NEW.by_id;
                    SELECT region_id, status INTO place, state
                        FROM beneficiaries_application WHERE id = NEW.application_id FOR NO KEY UPDATE;
                    IF own IS NULL OR NEW.region_id <> place OR NOT (place = own OR place LIKE own || '.%') THEN
                        RAISE EXCEPTION 'ordered from outside' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'field_visit_in_region';
                    END IF;
                    IF state NOT IN ('verifikasi_administrasi', 'menunggu_muskel') OR EXISTS (
                        SELECT FROM beneficiaries_fieldvisit f WHERE f.application_id = NEW.application_id
                            AND NOT EXISTS (SELECT FROM beneficiaries_verification v WHERE v.visit_id = f.id)
                    ) THEN
                        RAISE EXCEPTION 'not at the desk' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'field_visit_ordered_at_the_desk';
                    END IF;
                    IF EXISTS (
                        SELECT FROM beneficiaries_verification v
                        WHERE v.application_id = NEW.application_id AND v.by_id = NEW.by_id
                    ) THEN
                        RAISE EXCEPTION 'verified another step' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'field_visit_ordered_by_no_verifier';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="ordered_by_no_relative",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=kin_rule("NEW.by_id", KK_OF_APPLICATION) + "RETURN NEW;",
            ),
        ]

    def __str__(self):
        return self.note
