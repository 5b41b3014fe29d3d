import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bansos.plain_numbers import tells_no_number
from beneficiaries.models.application import KK_OF_APPLICATION, Application
from beneficiaries.models.kinship import kin_rule

MOST_RETURNS = 3


class Handback(models.Model):
    """A verification sent back to the RT with a note, after which RT and RW verify anew (turn `turn`). Append-only."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="handbacks", verbose_name=_("permohonan"))
    turn = models.PositiveSmallIntegerField(_("pengembalian ke-"))
    note = models.CharField(_("catatan"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("oleh"), related_name="+")
    at = models.DateTimeField(_("waktu"), auto_now_add=True)

    class Meta:
        verbose_name = _("pengembalian")
        verbose_name_plural = _("pengembalian")
        ordering = ["turn"]
        constraints = [
            tells_no_number("handback_tells_no_number", "note"),
            models.UniqueConstraint(name="handback_turn_once", fields=["application", "turn"]),
            models.CheckConstraint(name="handback_at_most_three", condition=Q(turn__range=(1, MOST_RETURNS))),
            models.CheckConstraint(name="handback_with_a_note", condition=~Q(note="")),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="handed_back_by_no_relative",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=kin_rule("NEW.by_id", KK_OF_APPLICATION) + "RETURN NEW;",
            ),
        ]

    def __str__(self):
        return self.note
