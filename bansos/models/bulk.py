import pghistory
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bansos.fields import ERASED_NAME
from bansos.models.job import Job
from bansos.models.region import Region
from bansos.plain_numbers import NUMBER
from bansos.scope import ScopedQuerySet


class BulkActionQuerySet(ScopedQuerySet):
    def halted(self):
        """Acts whose job failed, so that nothing goes on until somebody tries again."""
        return self.filter(state__in=BulkAction.RUNNING, job__state=Job.State.GAGAL)


@pghistory.track()
class BulkAction(models.Model):
    """One act on many rows: the rows are frozen when it is shown, and exactly these are acted on, once."""

    class State(models.TextChoices):
        PRATINJAU = "pratinjau", _("Menunggu persetujuan Anda")
        JALAN = "jalan", _("Sedang dikerjakan")
        SELESAI = "selesai", _("Selesai")
        MUNDUR = "mundur", _("Sedang dikembalikan")
        DIKEMBALIKAN = "kembali", _("Dikembalikan")

    RUNNING = (State.JALAN, State.MUNDUR)

    action = models.CharField(_("tindakan"), max_length=20)  # a key of settings.BULK_ACTIONS
    params = models.JSONField(_("isian"), default=dict)
    reason = models.CharField(_("alasan"), max_length=300)
    state = models.CharField(_("keadaan"), max_length=10, choices=State, default=State.PRATINJAU)
    region = models.ForeignKey(Region, models.PROTECT, null=True, verbose_name=_("wilayah"), related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("oleh"), related_name="+")
    job = models.ForeignKey(Job, models.PROTECT, null=True, verbose_name=_("pekerjaan"), related_name="+")
    made_at = models.DateTimeField(_("dibuat"), default=timezone.now)
    done_at = models.DateTimeField(_("selesai pada"), null=True)
    undone_at = models.DateTimeField(_("dikembalikan pada"), null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("dikembalikan oleh"), related_name="+"
    )

    objects = BulkActionQuerySet.as_manager()

    class Meta:
        verbose_name = _("tindakan massal")
        verbose_name_plural = _("tindakan massal")
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                name="bulk_action_has_a_reason",
                condition=~models.Q(reason=""),
                violation_error_message=_("Tulis alasannya."),
            ),
            models.CheckConstraint(
                name="bulk_action_tells_no_number",
                condition=~models.Q(reason__regex=NUMBER),
                violation_error_message=_("Jangan menulis NIK atau nomor KK di sini."),
            ),
            models.CheckConstraint(
                name="bulk_action_undone_by_and_at",
                condition=models.Q(undone_at=None, undone_by=None)
                | models.Q(undone_at__isnull=False, undone_by__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.action} #{self.pk}"

    @property
    def halted(self) -> bool:
        """Whether its job failed, so that nothing goes on until somebody tries again."""
        return self.state in self.RUNNING and self.job is not None and self.job.state == Job.State.GAGAL

    @property
    def told(self) -> str:
        """The state as a person reads it."""
        if not self.halted:
            return self.get_state_display()
        return gettext("Terhenti saat dikembalikan") if self.state == self.State.MUNDUR else gettext("Terhenti")


@pghistory.track()
class BulkRow(models.Model):
    """One row of a bulk action: what it was, whether it may be acted on, and what came of it."""

    class State(models.TextChoices):
        MENUNGGU = "menunggu", _("Menunggu")
        TIDAK = "tidak", _("Tidak memenuhi")
        SELESAI = "selesai", _("Selesai")
        DILEWATI = "dilewati", _("Dilewati")
        DIKEMBALIKAN = "kembali", _("Dikembalikan")

    bulk = models.ForeignKey(BulkAction, models.PROTECT, related_name="rows", verbose_name=_("tindakan"))
    row = models.BigIntegerField(_("nomor"))
    label = models.CharField(_("apa"), max_length=200, blank=True)  # a name, of acts from before names were left out
    state = models.CharField(_("keadaan"), max_length=10, choices=State, default=State.MENUNGGU)
    note = models.CharField(_("keterangan"), max_length=300, blank=True)
    before = models.JSONField(_("semula"), default=dict)

    name: str  # what `bansos.bulk.name_rows` adds
    family: int | None

    ERASED = {"label": ERASED_NAME}

    class Meta:
        verbose_name = _("baris tindakan massal")
        verbose_name_plural = _("baris tindakan massal")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(name="bulk_row_once", fields=["bulk", "row"])]

    def __str__(self):
        return gettext("Nomor %(pk)s") % {"pk": self.row}
