"""The map of a simulation: which kelurahan gain and which lose. Its figures stand in the table by place as well."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from bansos import outlines
from beneficiaries.simulation import Simulation

STEPS = 3  # shades each way


class Area(NamedTuple):
    """One kelurahan: its outline, its label, its figures ("+12 −3") and its shade."""

    path: str
    x: int
    y: int
    lines: list[str]
    text: str
    shade: str


def draw(simulation: Simulation) -> dict | None:
    """The kelurahan shaded by who enters less who leaves; None unless the places of the simulation are kelurahan."""
    places = {code: counts for code, counts in simulation.by["place"].items() if code in outlines.outlines()}
    if not places:
        return None
    most = max([abs(counts.enters - counts.leaves) for counts in places.values()], default=0)
    areas = []
    for code, outline in outlines.outlines().items():
        counts = places.get(code)
        net = counts.enters - counts.leaves if counts else 0
        text = f"+{counts.enters} −{counts.leaves}" if counts else ""
        areas.append(Area(*outline, text, _shade(net, most)))
    return {"areas": areas, "width": outlines.WIDTH, "height": outlines.height(), "key": _key()}


def _shade(net: int, most: int) -> str:
    if net == 0:
        return "m0"
    step = -(-abs(net) * STEPS // most)
    return f"{'in' if net > 0 else 'out'}{step}"


def _key() -> list[tuple[str, str]]:
    return [
        ("out3", _("Lebih banyak keluar")),
        ("m0", _("Sama banyak")),
        ("in3", _("Lebih banyak masuk")),
    ]
