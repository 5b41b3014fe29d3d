from uuid import uuid4

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from bansos.models import Region
from beneficiaries.models.application import KK_OF_APPLICATION, SEATED, SEATED_DECLARES, Application, Verification
from beneficiaries.models.deputy import Deputy
from beneficiaries.models.handback import Handback
from beneficiaries.models.kinship import kin_rule


class MissedVisitQuerySet(models.QuerySet):
    def counting(self):
        """Those since the case was last sent back: that asks to look anew."""
        later = Handback.objects.filter(application=OuterRef("application"), at__date__gt=OuterRef("visited_on"))
        return self.filter(~Exists(later))


class MissedVisit(models.Model):
    """A visit of an RT or RW at which nobody was met, once a day a house. Append-only.

    `uuid` comes from the phone if it waited there. `visited_on` is the day of the visit: the server's, or the phone's
    where that day is possible; the database refuses one before the application or after the row (ADR 33).
    """

    class Why(models.TextChoices):
        KOSONG = "rumah_kosong", _("Rumah kosong")
        BEKERJA = "sedang_bekerja", _("Sedang bekerja")
        ALAMAT = "alamat_belum_ketemu", _("Alamat belum ketemu")
        LAIN = "lain", _("Sebab lain")

    Step = Verification.Step

    uuid = models.UUIDField(_("nomor"), default=uuid4)
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="missed_visits", verbose_name=_("permohonan")
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("RT/RW"))
    step = models.CharField(_("langkah"), max_length=10, choices=Step)
    why = models.CharField(_("sebab"), max_length=20, choices=Why, blank=True)
    visited_on = models.DateField(_("didatangi"))
    deputy = models.ForeignKey(
        Deputy, models.PROTECT, null=True, blank=True, verbose_name=_("sebagai pengganti"), related_name="+"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("oleh"), related_name="+")
    at = models.DateTimeField(_("dicatat"), auto_now_add=True)

    objects = MissedVisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("kunjungan tanpa bertemu")
        verbose_name_plural = _("kunjungan tanpa bertemu")
        ordering = ["visited_on"]
        constraints = [
            models.UniqueConstraint(name="missed_visit_once", fields=["uuid"]),
            models.UniqueConstraint(name="missed_visit_once_a_day", fields=["application", "visited_on"]),
            models.CheckConstraint(name="missed_visit_by_rt_or_rw", condition=models.Q(step__in=["rt", "rw"])),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="missed_by_who_fills_the_seat",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                declare=SEATED_DECLARES,
                func=SEATED + "RETURN NEW;",
            ),
            pgtrigger.Trigger(
                name="missed_by_no_relative",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=kin_rule("NEW.by_id", KK_OF_APPLICATION) + "RETURN NEW;",
            ),
            pgtrigger.Trigger(
                name="missed_on_a_possible_day",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NEW.visited_on > (NEW.at AT TIME ZONE 'Asia/Jakarta')::date OR NEW.visited_on < (
                        SELECT (a.submitted_at AT TIME ZONE 'Asia/Jakarta')::date
                        FROM beneficiaries_application a WHERE a.id = NEW.application_id
                    ) THEN
                        RAISE EXCEPTION 'no such day' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'missed_visit_on_a_possible_day';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self):
        return self.get_why_display() or str(_("Tidak bertemu"))
