import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from bansos.models import Attachment
from beneficiaries.models.application import Verification
from beneficiaries.models.offline import VerificationEvent


class HousePhoto(models.Model):
    """The photo of a house that came with one answer of an RT or RW; with a conflict it waits beside it. Append-only.

    The file itself belongs to the application, so it goes when the application's time is over.
    """

    attachment = models.OneToOneField(Attachment, models.PROTECT, related_name="+", verbose_name=_("lampiran"))
    verification = models.OneToOneField(
        Verification, models.PROTECT, null=True, blank=True, related_name="photo", verbose_name=_("verifikasi")
    )
    event = models.OneToOneField(
        VerificationEvent,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="photo",
        verbose_name=_("jawaban dari HP"),
    )

    class Meta:
        verbose_name = _("foto rumah")
        verbose_name_plural = _("foto rumah")
        constraints = [
            models.CheckConstraint(
                name="house_photo_of_one_answer",
                condition=models.Q(verification=None, event__isnull=False)
                | models.Q(event=None, verification__isnull=False),
            )
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return str(self.attachment)
