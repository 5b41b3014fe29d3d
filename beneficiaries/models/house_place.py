import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from bansos.fields import EncryptedField
from bansos.models import Region
from bansos.scope import ScopedQuerySet
from beneficiaries.models.application import Application


@pghistory.track()
class HousePlace(models.Model):
    """Where an RT or RW stood when answering about a family, if they chose to say so. Never changed, only erased.

    `place` is "latitude,longitude" in degrees, rounded to about ten metres; `accuracy` is the phone's own, in metres.
    """

    application = models.ForeignKey(Application, models.PROTECT, related_name="places", verbose_name=_("permohonan"))
    region = models.ForeignKey(Region, models.PROTECT, related_name="+", verbose_name=_("RT/RW"))
    place = EncryptedField(_("tempat"), null=True)
    accuracy = models.PositiveSmallIntegerField(_("ketelitian (meter)"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("oleh"))
    at = models.DateTimeField(_("waktu"), auto_now_add=True)

    objects = ScopedQuerySet.as_manager()

    ERASED = {"place": None}

    class Meta:
        verbose_name = _("tempat rumah")
        verbose_name_plural = _("tempat rumah")
        ordering = ["-at"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"{self.application.name}, {self.region.label}"
