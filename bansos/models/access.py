import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _

from bansos.models.region import Region
from bansos.scope import ScopedQuerySet


class DataAccess(models.Model):
    """One look at somebody's identity number, or one export: who, whose, which, why (UU 27/2022, article 31).

    Text rather than foreign keys, so that the row outlives what it describes.
    """

    at = models.DateTimeField(_("waktu"), auto_now_add=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("pengguna"), related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, null=True, verbose_name=_("wilayah"))
    subject = models.CharField(_("objek"), max_length=80)  # "beneficiaries.person:17"
    fields = models.CharField(_("data"), max_length=200)
    reason = models.CharField(_("alasan"), max_length=300)
    address = models.GenericIPAddressField(_("alamat IP"), null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("akses data pribadi")
        verbose_name_plural = _("akses data pribadi")
        ordering = ["-at"]
        indexes = [models.Index(name="data_access_subject", fields=["subject"])]
        constraints = [
            models.CheckConstraint(
                name="data_access_has_a_reason",
                condition=GreaterThanOrEqual(Length("reason"), 5),
                violation_error_message=_("Tulis alasannya, paling sedikit lima huruf."),
            )
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"{self.user} · {self.subject}"
