import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos.models.region import Region


class SavedFilterQuerySet(models.QuerySet):
    def seen_by(self, user):
        """Those a user made, and those that colleagues of the same office share."""
        return self.filter(Q(owner=user) | Q(shared=True, region=user.region_id))


@pghistory.track()
class SavedFilter(models.Model):
    """A filter of one of the admin's lists that somebody named, for the owner or for the whole office."""

    list = models.CharField(_("daftar"), max_length=80)  # the model's label, such as beneficiaries.household
    name = models.CharField(_("nama"), max_length=60)
    query = models.CharField(_("saringan"), max_length=500)  # of the address, without page and order
    region = models.ForeignKey(Region, models.PROTECT, null=True, verbose_name=_("wilayah"), related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("pembuat"), related_name="+")
    shared = models.BooleanField(_("untuk seluruh kantor"), default=False)
    saved_at = models.DateTimeField(_("disimpan"), default=timezone.now)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = _("saringan tersimpan")
        verbose_name_plural = _("saringan tersimpan")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="saved_filter_one_per_name",
                fields=["owner", "list", "name"],
                violation_error_message=_("Anda sudah punya saringan dengan nama itu."),
            ),
            models.CheckConstraint(
                name="saved_filter_says_something",
                condition=~Q(query="") & ~Q(name=""),
                violation_error_message=_("Saring daftarnya dulu, lalu beri nama."),
            ),
        ]

    def __str__(self):
        return self.name
