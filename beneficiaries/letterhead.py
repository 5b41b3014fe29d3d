"""What every letter begins with: the office whose letterhead it bears, its title, its day and whom it is about."""

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bansos.models import Region

KECAMATAN = "Kecamatan "


def of_kelurahan(region: Region) -> dict:
    """Returns the letterhead of a kelurahan."""
    office = _kecamatan()
    return office | {
        "above": f"{office['city']} · {office['name']}",
        "issuer": f"{_('Kelurahan')} {region.name}",
        "kelurahan": region.name,
        "place": region.name,
    }


def of_kecamatan() -> dict:
    """Returns the letterhead of the kecamatan, which answers appeals."""
    office = _kecamatan()
    above = f"{office['city']} · {settings.OFFICE['province']}"
    return office | {"above": above, "issuer": office["name"], "place": office["name"].removeprefix(KECAMATAN)}


def _kecamatan() -> dict:
    return {name: str(settings.OFFICE[name]) for name in ("name", "city", "address", "phone")}


def sheet(*, title: str, office: dict, holder: str, facts: list[list[str]]) -> dict:
    """Returns what stands above the words of a letter; `holder` is whom it is about, "" for nobody named."""
    day = date_format(timezone.localdate(), "j F Y")
    return {"title": title, "office": office, "day": day, "holder": holder, "facts": facts, "lists": []}
