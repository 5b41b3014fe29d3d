import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


@pghistory.track(exclude=["prints"])
class Erasure(models.Model):
    """Identity taken out of some rows of one table and out of their history, for good. Append-only.

    `prints` holds 40 bytes for each sealed event: its number, and the digest of the identity that stood there, with
    which its seal is still proved (`bansos.seals`). `digest` is the SHA-256 of the prints and stands in the sealed
    history.
    """

    at = models.DateTimeField(_("waktu"), auto_now_add=True)
    table = models.CharField(_("tabel"), max_length=63)
    rows = models.PositiveIntegerField(_("jumlah baris"))
    rule = models.CharField(_("aturan"), max_length=40)
    reason = models.CharField(_("dasar"), max_length=300)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("oleh"), related_name="+"
    )  # empty: by schedule
    prints = models.BinaryField(_("sidik"))
    digest = models.BinaryField(_("sidik dari sidik"), max_length=32)

    class Meta:
        verbose_name = _("penghapusan identitas")
        verbose_name_plural = _("penghapusan identitas")
        ordering = ["-pk"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"{self.table} {self.at:%d-%m-%Y}"
