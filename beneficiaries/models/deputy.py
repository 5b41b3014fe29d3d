from datetime import timedelta

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos.models import Region, Role
from bansos.plain_numbers import tells_no_number
from bansos.scope import ScopedQuerySet

LONGEST = timedelta(days=92)
# Whose seat the head of each place is.
SEATS = {Region.Level.RT: Role.RT, Region.Level.RW: Role.RW, Region.Level.KELURAHAN: Role.LURAH}


class DeputyQuerySet(ScopedQuerySet):
    def active(self, on=None):
        """Those who stand in on that day (today)."""
        on = on or timezone.localdate()
        return self.filter(starts_on__lte=on, ends_on__gte=on, ended_at=None)


@pghistory.track()
class Deputy(models.Model):
    """Somebody who stands in for the head of an RT, RW or kelurahan for some days, in the own name (pengganti)."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("menggantikan ketua"), related_name="+")
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("pengganti"), related_name="stands_in"
    )
    starts_on = models.DateField(_("mulai"))
    ends_on = models.DateField(_("sampai"))
    reason = models.CharField(_("sebab"), max_length=200)
    named_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("ditunjuk oleh"), related_name="+"
    )
    named_at = models.DateTimeField(_("ditunjuk"), auto_now_add=True)
    ended_at = models.DateTimeField(_("diakhiri"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("diakhiri oleh"), related_name="+"
    )

    objects = DeputyQuerySet.as_manager()

    class Meta:
        verbose_name = _("pengganti")
        verbose_name_plural = _("pengganti")
        ordering = ["-starts_on", "-pk"]
        constraints = [
            tells_no_number("deputy_tells_no_number", "reason"),
            models.CheckConstraint(
                name="deputy_for_at_most_three_months",
                condition=Q(ends_on__gte=F("starts_on"), ends_on__lte=F("starts_on") + LONGEST),
                violation_error_message=_("Tanggal akhir sesudah tanggal mulai, paling lama tiga bulan."),
            ),
            models.CheckConstraint(name="deputy_for_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="deputy_ended_by_and_at_together",
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{_('pengganti')} {self.seat}"

    @property
    def seat(self) -> str:
        """The office that is filled: "Ketua RT 002/RW 008 Klender"."""
        return seat(self.region)

    @property
    def is_open(self) -> bool:
        """Whether it counts today or later."""
        return self.ended_at is None and self.ends_on >= timezone.localdate()


def seat(region: Region) -> str:
    """Returns how the head of a place is called."""
    return f"{_('Lurah') if region.level == Region.Level.KELURAHAN else _('Ketua')} {region.label}"
