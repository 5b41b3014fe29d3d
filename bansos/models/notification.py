import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bansos.models.region import Region
from bansos.plain_numbers import NUMBER
from bansos.scope import ScopedQuerySet


class NotificationQuerySet(ScopedQuerySet):
    def unread(self):
        return self.filter(read_at=None)

    def about(self, subject: str, number: int):
        """The messages about one case."""
        return self.filter(subject=subject, subject_id=number)


class Notification(models.Model):
    """One sentence for one officer, or for the family of a case when `recipient` is empty. Told once.

    `occasion` says which happening it tells ("diajukan 2026-11-25"), so that a job that runs twice tells it once.
    The database refuses a run of sixteen figures in the sentence, and a link in a family's message.
    """

    class Kind(models.TextChoices):
        PENGINGAT = "pengingat", _("Segera jatuh tempo")
        HARI_INI = "hari_ini", _("Jatuh tempo hari ini")
        TERLAMBAT = "terlambat", _("Terlambat")
        DIKEMBALIKAN = "dikembalikan", _("Dikembalikan")
        PENGGANTI = "pengganti", _("Pengganti")
        KERABAT = "kerabat", _("Keluarga petugas")
        KONFLIK = "konflik", _("Beda jawaban")
        KUNJUNGAN = "kunjungan", _("Kunjungan lapangan")
        KEPUTUSAN = "keputusan", _("Kabar permohonan")

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("untuk"), related_name="notifications"
    )
    kind = models.CharField(_("jenis"), max_length=12, choices=Kind)
    sentence = models.CharField(_("pesan"), max_length=300)
    link = models.CharField(_("tautan"), max_length=200, blank=True)  # a path of ours
    subject = models.CharField(_("tentang"), max_length=40)  # the name of a table above this app
    subject_id = models.BigIntegerField(_("nomor"))
    occasion = models.CharField(_("kejadian"), max_length=60)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("wilayah"), related_name="+")
    created_at = models.DateTimeField(_("dibuat"), auto_now_add=True)
    read_at = models.DateTimeField(_("dibaca"), null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("pesan")
        verbose_name_plural = _("pesan")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="notification_once",
                fields=["recipient", "kind", "subject", "subject_id", "occasion"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="notification_without_identity_number", condition=~Q(sentence__regex=NUMBER)),
            models.CheckConstraint(
                name="notification_to_a_family_has_no_link",
                condition=Q(recipient__isnull=False) | (Q(link="") & ~Q(sentence__contains="://")),
            ),
        ]
        indexes = [
            models.Index(name="notification_unread", fields=["recipient"], condition=Q(read_at=None)),
            models.Index(name="notification_subject", fields=["subject", "subject_id"]),
        ]
        triggers = [
            # What was told stays told; only reading it is noted, once.
            pgtrigger.ReadOnly(name="told", exclude=["read_at"]),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self):
        return self.sentence
