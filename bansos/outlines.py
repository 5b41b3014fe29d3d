"""The kelurahan as outlines for inline SVG, without script and without inline style."""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

WIDTH = 360
BOUNDARIES = Path(__file__).parent / "data" / "kelurahan.geojson"
# Two narrow neighbours whose centroids are closer than their names are wide.
NUDGES = {"31.75.07.1005": -4, "31.75.07.1006": 1}


class Outline(NamedTuple):
    """One kelurahan: its path, the place of its label, and the words of its name."""

    path: str
    x: int
    y: int
    lines: list[str]


@cache
def boundaries() -> dict:
    """Returns the kelurahan as GeoJSON (WGS 84)."""
    return json.loads(BOUNDARIES.read_text(encoding="utf-8"))


@cache
def _projection() -> tuple:
    """Returns the map's west edge, north edge, scale and height. At this size a degree is as wide everywhere."""
    points = [point for feature in boundaries()["features"] for point in feature["geometry"]["coordinates"][0]]
    west, east = min(x for x, _y in points), max(x for x, _y in points)
    south, north = min(y for _x, y in points), max(y for _x, y in points)
    scale = (WIDTH - 4) / (east - west)
    return west, north, scale, round((north - south) * scale) + 4


def height() -> int:
    """The height of a map of WIDTH."""
    return _projection()[3]


def _at(lon: float, lat: float) -> tuple[int, int]:
    west, north, scale, _height = _projection()
    return round((lon - west) * scale) + 2, round((north - lat) * scale) + 2


@cache
def outlines() -> dict[str, Outline]:
    """Returns the outline of every kelurahan by its code."""
    found = {}
    for feature in boundaries()["features"]:
        points = [_at(*point) for point in feature["geometry"]["coordinates"][0]]
        path = "M" + "L".join(f"{x} {y}" for x, y in dict.fromkeys(points)) + "z"
        (x, y), lines = _at(*feature["properties"]["centroid"]), feature["properties"]["name"].split(" ")
        found[feature["id"]] = Outline(path, x + NUDGES.get(feature["id"], 0), y - 6 * len(lines), lines)
    return found
