import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _


@pghistory.track()
class Holiday(models.Model):
    """A day on which offices are closed: national holiday or collective leave. Deadlines read this table only."""

    on = models.DateField(_("tanggal"), primary_key=True)
    name = models.CharField(_("nama"), max_length=200)

    class Meta:
        verbose_name = _("hari libur")
        verbose_name_plural = _("hari libur")
        ordering = ["on"]

    def __str__(self):
        return f"{self.on:%d-%m-%Y} {self.name}"
