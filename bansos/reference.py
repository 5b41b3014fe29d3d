"""Loads what every office needs before work begins: regions, and the holidays that deadlines count."""

import csv
from datetime import date
from pathlib import Path

import holidays
from django.conf import settings
from django.db import transaction

from bansos.models import Holiday, Region

DATA = Path(__file__).parent / "data"
YEARS = (2026, 2027)  # years with a decree (SKB 3 Menteri)


def load() -> dict[str, int]:
    """Adds missing regions of the office's kecamatan and missing holidays. Returns how many there are now."""
    with transaction.atomic():
        load_regions()
        load_holidays(YEARS)
    return {"regions": Region.objects.count(), "holidays": Holiday.objects.count()}


def load_regions() -> None:
    """Adds the kecamatan with its ancestors, kelurahan, RW and RT from the files in `bansos/data`."""
    own = settings.KECAMATAN
    with (DATA / "wilayah.csv").open(encoding="utf-8") as lines:
        rows = [
            row
            for row in csv.DictReader(lines)
            if f"{own}.".startswith(f"{row['code']}.") or row["code"].startswith(f"{own}.")
        ]
    regions = [
        Region(code=r["code"], parent_id=r["parent_code"] or None, level=_level(r["code"]), name=r["name"])
        for r in rows
    ]
    names = {region.code: region for region in regions}
    with (DATA / "rt_rw.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            if kelurahan := names.get(row["kelurahan"]):
                kelurahan.postal_code = row["postal_code"]
                regions += _neighbourhoods(kelurahan, row["rw"], int(row["rt_count"]))
    Region.objects.bulk_create(sorted(regions, key=lambda r: r.code), ignore_conflicts=True)


def _level(code: str) -> str:
    return ["provinsi", "kota", "kecamatan", "kelurahan"][code.count(".")]


def _neighbourhoods(kelurahan: Region, rw: str, rt_count: int) -> list[Region]:
    rw_code = f"{kelurahan.code}.{rw}"
    common = {"name": kelurahan.name, "postal_code": kelurahan.postal_code}
    found = [Region(code=rw_code, parent_id=kelurahan.code, level=Region.Level.RW, **common)]
    for rt in range(1, rt_count + 1):
        found.append(Region(code=f"{rw_code}.{rt:03d}", parent_id=rw_code, level=Region.Level.RT, **common))
    return found


def load_holidays(years: tuple[int, ...]) -> None:
    """Adds national holidays and collective leave of `years`; an office may edit them afterwards."""
    days: dict[date, str] = holidays.country_holidays(
        "ID", years=years, categories=("public", "government"), language="id"
    )
    Holiday.objects.bulk_create([Holiday(on=on, name=name) for on, name in days.items()], ignore_conflicts=True)
