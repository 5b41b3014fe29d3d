import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _


def user_alone() -> list[str]:
    """What was sealed of the context before `reason` and `source` were."""
    return ["user"]


class AuditSeal(models.Model):
    """The history of one table up to one event, sealed: each digest covers the seal before it. Append-only.

    `prints` holds 16 bytes for each event: its number, and eight bytes of its own digest, so that a
    changed event can be named. `columns` are those that were sealed; columns that come later do not break old seals.
    `identity` are those of them that an erasure may empty; they have a digest of their own inside an event's.
    `context` names what was sealed of who did it and why; a seal from before tells of who alone.
    """

    sealed_at = models.DateTimeField(_("waktu"), auto_now_add=True)
    table = models.CharField(_("tabel"), max_length=63)
    columns = models.JSONField(_("kolom"))
    identity = models.JSONField(_("kolom identitas"), default=list)
    context = models.JSONField(_("siapa dan mengapa"), default=user_alone)
    after = models.BigIntegerField(_("sesudah nomor"))
    upto = models.BigIntegerField(_("sampai nomor"))
    rows = models.PositiveBigIntegerField(_("jumlah baris"))
    prints = models.BinaryField(_("sidik baris"))
    digest = models.BinaryField(_("segel"), max_length=32)

    class Meta:
        verbose_name = _("segel riwayat")
        verbose_name_plural = _("segel riwayat")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(name="audit_seal_follows_once", fields=["table", "after"]),
            models.CheckConstraint(name="audit_seal_goes_forward", condition=models.Q(upto__gt=models.F("after"))),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"{self.table} {self.upto}"
