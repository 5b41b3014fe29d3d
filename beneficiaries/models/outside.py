from zoneinfo import ZoneInfo

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos.plain_numbers import tells_no_number
from bansos.scope import ScopedQuerySet
from beneficiaries.models.household import Household


class OutsideFactQuerySet(ScopedQuerySet):
    region_field = "household__region__code"


class OutsideFact(models.Model):
    """What a list of another office says about a family on a date. Never computed here, never changed afterwards.

    The newest one of a kind stands in the household's own column; `beneficiaries.outside` writes both.
    """

    class Kind(models.TextChoices):
        DESIL = "desil", _("Desil DTSEN")
        PKH = "pkh", _("Penerima PKH")
        SEMBAKO = "sembako", _("Penerima Sembako")

    household = models.ForeignKey(Household, models.PROTECT, related_name="outside_facts", verbose_name=_("keluarga"))
    kind = models.CharField(_("jenis"), max_length=8, choices=Kind)
    value = models.PositiveSmallIntegerField(_("nilai"))  # the decile; 1 or 0 for receiving or not
    as_of = models.DateField(_("tanggal acuan"))
    source = models.CharField(_("sumber"), max_length=120)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("diimpor oleh"),
        related_name="+",
    )
    imported_at = models.DateTimeField(_("diimpor"), default=timezone.now)

    objects = OutsideFactQuerySet.as_manager()

    class Meta:
        verbose_name = _("data dari luar")
        verbose_name_plural = _("data dari luar")
        ordering = ["-as_of", "-pk"]
        indexes = [models.Index(name="outside_fact_newest", fields=["household", "kind", "-as_of"])]
        constraints = [
            tells_no_number("outside_fact_tells_no_number", "source"),
            models.CheckConstraint(
                name="outside_fact_does_not_lie_ahead",
                condition=Q(as_of__lte=TruncDate("imported_at", tzinfo=ZoneInfo("Asia/Jakarta"))),
                violation_error_message=_("Tanggal acuan belum terjadi."),
            ),
            models.CheckConstraint(
                name="outside_fact_value_of_its_kind",
                condition=Q(kind="desil", value__range=(1, 10)) | (~Q(kind="desil") & Q(value__lte=1)),
                violation_error_message=_("Desil 1 sampai 10; penerima 1 atau 0."),
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"{self.get_kind_display()} {self.as_of}"
