"""Charts and the map for web pages: plain numbers for inline SVG, without script and without inline style."""

from dataclasses import dataclass
from itertools import count, takewhile

from bansos import outlines
from bansos.outlines import WIDTH
from monitoring.suppression import Shown

BAR_STEP = 46
LINE_HEIGHT = 270
SHADES = ("k1", "k2", "k3", "k4")


@dataclass(frozen=True)
class Area:
    """One kelurahan on the map: its outline, the lines of its name, its number and shade."""

    path: str
    x: int
    y: int
    lines: list[str]
    text: str
    shade: str


def area_map(values: dict[str, Shown]) -> dict:
    """Returns the map of `values` by code of kelurahan, with its key: four shades of equal steps."""
    step = _shade_step(max((value.low for value in values.values()), default=0))
    areas = []
    for code, outline in outlines.outlines().items():
        value = values.get(code, Shown(0, 0))
        areas.append(Area(*outline, value.short, SHADES[min(3, value.low // step)]))
    edges = [step * n for n in range(4)]
    labels = [f"{low}–{low + step - 1}" if step > 1 else str(low) for low in edges[:3]] + [f"{edges[3]} ke atas"]
    return {
        "areas": areas, "key": list(zip(SHADES, labels, strict=True)), "width": WIDTH, "height": outlines.height(),
    }  # fmt: skip


def _round_numbers():
    """Gives 1, 2, 5, 10, 20, 50, …"""
    return (digit * 10**power for power in count() for digit in (1, 2, 5))


def _grid_step(highest: int) -> int:
    """Returns the smallest round number that four steps of hold `highest`."""
    return next(step for step in _round_numbers() if step * 4 > highest)


def _shade_step(highest: int) -> int:
    """Returns the largest round number such that `highest` has the darkest of four shades; at least 1."""
    fitting = takewhile(lambda step: step * 3 <= max(3, highest), _round_numbers())
    return max(fitting)


def bars(rows: list[tuple[str, Shown]]) -> dict:
    """Returns horizontal bars, the longest first. Widths are percentages of the widest."""
    rows = sorted(rows, key=lambda row: -row[1].low)
    top = max((value.low for _name, value in rows), default=0) or 1
    drawn = [
        {
            "name": name,
            "text": value.short,
            "y": 15 + n * BAR_STEP,
            "bar": 22 + n * BAR_STEP,
            "width": _percent(value.low, top),
        }
        for n, (name, value) in enumerate(rows)
    ]
    return {"rows": drawn, "height": len(rows) * BAR_STEP}


def _percent(part: int, whole: int) -> str:
    return f"{part * 100 / whole:.1f}"


def line(rows: list[tuple[str, Shown]]) -> dict:
    """Returns a line through the months (short name and number), with a grid of round numbers."""
    step = _grid_step(max((value.low for _name, value in rows), default=0))
    top = step * 4
    gaps = max(1, len(rows) - 1)
    points: list[dict] = [
        {"x": f"{4 + 92 * n / gaps:.1f}", "y": f"{_height(value.low, top):.1f}", "name": name, "text": value.short}
        for n, (name, value) in enumerate(rows)
    ]
    last = len(points) - 1
    for n, point in enumerate(points):
        point["label"] = (last - n) % 3 == 0
        point["anchor"] = "start" if n == 0 else "end" if n == last else "middle"
        point["text_y"] = f"{float(point['y']) - 12:.1f}"
    grid = [
        {"text": Shown(step * n, step * n).short, "y": round(height), "text_y": round(height) - 4}
        for n, height in ((n, _height(step * n, top)) for n in range(4))
    ]
    return {"points": points, "grid": grid, "last": points[-1] if points else None}


def _height(value: int, top: int) -> float:
    return LINE_HEIGHT - value * (LINE_HEIGHT - 30) / top
