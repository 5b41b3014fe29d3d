import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bansos.models import Region
from bansos.scope import ScopedQuerySet, region_q
from beneficiaries.models.household import Person


class DuplicatePairQuerySet(ScopedQuerySet):
    def for_officer(self, user):
        """Pairs with at least one of the two in the officer's region: either office can see and settle them."""
        return self.filter(region_q(user, "first__region__code") | region_q(user, "second__region__code"))

    def inside(self, code: str):
        """Pairs with at least one of the two in the region with `code`."""
        parts = [
            Q(**{f"{side}__region__code": code}) | Q(**{f"{side}__region__code__startswith": f"{code}."})
            for side in ("first", "second")
        ]
        return self.filter(parts[0] | parts[1])

    def open(self):
        return self.filter(status=DuplicatePair.Status.TERBUKA)

    def of(self, person):
        """The pairs in which `person` is one of the two."""
        return self.filter(Q(first=person) | Q(second=person))


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class DuplicatePair(models.Model):
    """Two people who are most likely one. A person settles the pair; "different" never comes back."""

    class Status(models.TextChoices):
        TERBUKA = "terbuka", _("Perlu diputuskan")
        SAMA = "sama", _("Orang yang sama")
        BEDA = "beda", _("Orang berbeda")
        GUGUR = "gugur", _("Salah satu sudah digabung")

    first = models.ForeignKey(Person, models.CASCADE, related_name="+", verbose_name=_("orang pertama"))
    second = models.ForeignKey(Person, models.CASCADE, related_name="+", verbose_name=_("orang kedua"))
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("wilayah"))
    likeness = models.FloatField(_("kemiripan"))  # 0 to 1, trigram similarity of the names
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.TERBUKA, db_default="terbuka")
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("diputuskan oleh"),
        related_name="+",
    )
    settled_at = models.DateTimeField(_("diputuskan"), null=True, blank=True)

    objects = DuplicatePairQuerySet.as_manager()

    class Meta:
        verbose_name = _("kemungkinan ganda")
        verbose_name_plural = _("kemungkinan ganda")
        ordering = ["-likeness", "pk"]
        constraints = [
            models.UniqueConstraint(name="duplicate_pair_once", fields=["first", "second"]),
            models.CheckConstraint(name="duplicate_pair_ordered", condition=Q(first__lt=F("second"))),
            models.CheckConstraint(
                name="duplicate_pair_settled_by_and_at",
                condition=Q(status="terbuka", settled_by=None, settled_at=None)
                | (~Q(status="terbuka") & Q(settled_by__isnull=False, settled_at__isnull=False)),
            ),
        ]

    def __str__(self):
        return f"{self.first} / {self.second}"
