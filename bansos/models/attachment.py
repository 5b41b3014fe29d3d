import secrets

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from bansos.models.region import Region
from bansos.scope import ScopedQuerySet

FOLDER = "lampiran"


def random_name(attachment: "Attachment", _name: str) -> str:
    """Returns where the file lies; its name tells nothing of the person or the sender's own name for it."""
    return f"{FOLDER}/{secrets.token_hex(16)}.{attachment.kind}"


class AttachmentQuerySet(ScopedQuerySet):
    def kept(self):
        """Those whose file has not been erased."""
        return self.exclude(file="")


@pghistory.track()
class Attachment(models.Model):
    """A photo or a scan that belongs to one row of the portal: signed minutes, evidence, a letter of a family event.

    The row it belongs to is named as text, as in `DataAccess`, so that rows which never change can have papers too.
    Nothing about it changes; only retention empties `file` and takes the bytes from the disk (`attachments.erase`).
    """

    class Kind(models.TextChoices):
        PDF = "pdf", _("PDF")
        JPEG = "jpg", _("Foto")
        PNG = "png", _("Gambar")

    subject = models.CharField(_("milik"), max_length=80)  # "beneficiaries.appeal:17"
    title = models.CharField(_("lampiran"), max_length=120)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("wilayah"), related_name="+")
    permission = models.CharField(_("izin untuk membuka"), max_length=120)  # "beneficiaries.view_appeal"
    kind = models.CharField(_("jenis"), max_length=4, choices=Kind)
    file = models.FileField(_("berkas"), upload_to=random_name, max_length=120, blank=True)
    size = models.PositiveIntegerField(_("ukuran (bita)"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,  # a resident without an account
        blank=True,
        verbose_name=_("diunggah oleh"),
        related_name="+",
    )
    uploaded_at = models.DateTimeField(_("diunggah"), auto_now_add=True)

    objects = AttachmentQuerySet.as_manager()

    ERASED = {"file": ""}

    class Meta:
        verbose_name = _("lampiran")
        verbose_name_plural = _("lampiran")
        ordering = ["pk"]
        indexes = [models.Index(name="attachment_subject", fields=["subject"])]
        constraints = [
            models.CheckConstraint(
                name="attachment_has_bytes", condition=models.Q(size__gt=0, sha256__regex=r"^[0-9a-f]{64}$")
            )
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return self.title
