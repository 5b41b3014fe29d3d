"""Verb of places: where an RT or RW stood, noted only on their own tap, coarse, encrypted (ADR 0022)."""

import re

from beneficiaries.models import Application, HousePlace

_STATED = re.compile(r"(-?\d{1,2}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?),(\d{1,5})")
DECIMALS = 4  # about ten metres in Jakarta
WORST = 9999  # metres


def read(stated: str) -> tuple[str, int] | None:
    """Returns the rounded place and its accuracy in metres; None when `stated` is no place, which costs no answer."""
    found = _STATED.fullmatch(stated)
    if not found:
        return None
    latitude, longitude, accuracy = float(found[1]), float(found[2]), int(found[3])
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None
    return f"{latitude:.{DECIMALS}f},{longitude:.{DECIMALS}f}", min(accuracy, WORST)


def note(*, application: Application, stated: str, by) -> HousePlace | None:
    """Keeps the place beside the application, in the transaction of the answer. Returns it, or None without one."""
    if not (found := read(stated)):
        return None
    place, accuracy = found
    return HousePlace.objects.create(
        application=application, region_id=application.region_id, place=place, accuracy=accuracy, by=by
    )
