import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos.fields import RupiahField
from bansos.models import Region
from bansos.plain_numbers import tells_no_number
from bansos.scope import ScopedQuerySet
from beneficiaries.models import Person
from beneficiaries.models.kinship import kin_rule
from distribution.models.round import Entitlement

# SQL: the family's KK index of the entitlement that is handed over.
_KK_OF_ENTITLEMENT = """
    SELECT h.kk_index FROM distribution_entitlement e JOIN beneficiaries_household h ON h.id = e.household_id
    WHERE e.id = NEW.entitlement_id
"""


class Handover(models.Model):
    """Aid given into somebody's hands, once for each entitlement. Append-only (BAST, shared/domain.md 7.1-7.2)."""

    class Method(models.TextChoices):
        SENDIRI = "sendiri", _("Diambil sendiri")
        PERWAKILAN = "perwakilan", _("Diwakili anggota KK")

    entitlement = models.OneToOneField(Entitlement, models.PROTECT, related_name="handover", verbose_name=_("hak"))
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("RT/RW"))
    recipient = models.ForeignKey(Person, models.PROTECT, verbose_name=_("penerima"), related_name="+")
    method = models.CharField(_("cara"), max_length=12, choices=Method)
    value = RupiahField(_("nilai (Rp)"))
    identity_seen = models.BooleanField(_("KTP dan KK asli dilihat"))
    note = models.CharField(_("catatan"), max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("petugas"), related_name="+")
    at = models.DateTimeField(_("waktu"), default=timezone.now)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("penyerahan")
        verbose_name_plural = _("penyerahan")
        ordering = ["-at"]
        constraints = [
            tells_no_number("handover_tells_no_number", "note"),
            models.CheckConstraint(
                name="handover_needs_identity_seen",
                condition=Q(identity_seen=True),
                violation_error_message=_("Lihat KTP dan KK asli lebih dulu."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="recipient_lives_and_belongs",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM beneficiaries_person p
                        JOIN distribution_entitlement e ON e.household_id = p.household_id
                        JOIN beneficiaries_household h ON h.id = p.household_id AND h.status = 'aktif'
                        WHERE p.id = NEW.recipient_id AND e.id = NEW.entitlement_id AND p.died_on IS NULL
                            AND p.left_on IS NULL AND p.merged_into_id IS NULL
                    ) THEN
                        RAISE EXCEPTION 'recipient died or is of another household' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'recipient_lives_and_belongs';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="giver_is_not_the_approver",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM distribution_entitlement e JOIN distribution_round r ON r.id = e.round_id
                        WHERE e.id = NEW.entitlement_id AND r.approved_by_id = NEW.by_id
                    ) THEN
                        RAISE EXCEPTION 'who approved the round hands nothing over' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'giver_is_not_the_approver';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="giver_is_no_relative",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=kin_rule("NEW.by_id", _KK_OF_ENTITLEMENT) + "RETURN NEW;",
            ),
        ]

    def __str__(self):
        return f"{self.entitlement} {self.at:%d-%m-%Y}"

    @property
    def number(self) -> str:
        """The number on the handover paper (berita acara serah terima)."""
        return f"BAST-{timezone.localtime(self.at):%Y%m%d}-{self.pk:06d}"
