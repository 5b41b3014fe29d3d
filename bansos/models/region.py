import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from bansos.scope import region_q


class RegionQuerySet(models.QuerySet):
    def for_officer(self, user):
        """The officer's own region and everything inside it."""
        return self.filter(region_q(user, "code"))

    def kelurahan(self):
        return self.filter(level=Region.Level.KELURAHAN)

    def inside(self, code: str):
        """The region with `code` and everything inside it."""
        return self.filter(models.Q(code=code) | models.Q(code__startswith=f"{code}."))


@pghistory.track()
class Region(models.Model):
    """A place, down to the RT. Its Kemendagri code is its key and its path (Kepmendagri 300.2.2-2138/2025)."""

    class Level(models.TextChoices):
        PROVINSI = "provinsi", _("Provinsi")
        KOTA = "kota", _("Kota/Kabupaten")
        KECAMATAN = "kecamatan", _("Kecamatan")
        KELURAHAN = "kelurahan", _("Kelurahan")
        RW = "rw", _("RW")
        RT = "rt", _("RT")

    code = models.CharField(_("kode"), max_length=24, primary_key=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, verbose_name=_("induk"))
    level = models.CharField(_("tingkat"), max_length=10, choices=Level)
    name = models.CharField(_("nama"), max_length=100)
    postal_code = models.CharField(_("kode pos"), max_length=5, blank=True)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("wilayah")
        verbose_name_plural = _("wilayah")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="region_code_begins_with_its_parent",
                condition=models.Q(parent=None) | models.Q(code__startswith=models.F("parent_id")),
                violation_error_message=_("Kode wilayah harus diawali kode induknya."),
            )
        ]

    def __str__(self):
        return self.label

    @property
    def label(self) -> str:
        """How an office writes the place: "Klender", "RW 008 Klender", "RT 002/RW 008 Klender"."""
        return place_label(self.code, self.name)

    @property
    def kelurahan_code(self) -> str | None:
        return kelurahan_of(self.code)


def kelurahan_of(code: str) -> str | None:
    """Returns the kelurahan part of a region code, or None above the kelurahan."""
    parts = code.split(".")
    return ".".join(parts[:4]) if len(parts) >= 4 else None


def place_label(code: str, kelurahan_name: str) -> str:
    """Returns "RT 002/RW 008 Klender" for a code; rows of RW and RT carry the kelurahan's name."""
    parts = code.split(".")[4:]
    prefix = {0: "", 1: "RW {0} ", 2: "RT {1}/RW {0} "}[len(parts)].format(*parts)
    return prefix + kelurahan_name
