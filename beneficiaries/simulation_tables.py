"""A simulation read as tables, cost, curve, errors and fairness: what its page and its download show."""

from dataclasses import dataclass
from itertools import cycle
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from beneficiaries import changes
from beneficiaries.facts import Fact
from beneficiaries.simulation import Counts, Simulation

POOREST = range(1, 5)  # deciles 1 to 4: the reference of DTSEN, one reference among others, not the truth
SMALLEST = 10  # a rate of fewer families tells more of them than of fairness
SHOWN_PLACES = 5  # of the RT with the lowest and the highest rates
MOST_MARKS = 41  # of the curve, beside those at the two thresholds
MOST_TICKS = 12


class Row(NamedTuple):
    """One line of a table: what it counts, and the counts."""

    label: str
    counts: Counts
    code: str = ""


def by_place(simulation: Simulation, names: dict[str, str]) -> list[Row]:
    """The places one step below, in the order of their codes."""
    return [Row(names.get(str(code), str(code)), row, str(code)) for code, row in _sorted(simulation.by["place"])]


def by_length(simulation: Simulation, length: int, names: dict[str, str]) -> list[Row]:
    """The places whose codes have `length` letters (kelurahan 13, RW 17, RT 21), in the order of their codes."""
    groups: dict[str, list[Counts]] = {}
    for code, row in simulation.by["rt"].items():
        groups.setdefault(str(code)[:length], []).append(row)
    return [Row(names.get(code, code), _sum(rows), code) for code, rows in sorted(groups.items())]


def by_decile(simulation: Simulation) -> list[Row]:
    known = [Row(_("Desil {n}").format(n=n), row) for n, row in _sorted(simulation.by["decile"]) if n is not None]
    unknown = simulation.by["decile"].get(None)
    return known + ([Row(_("Desil belum ada"), unknown)] if unknown else [])


def by_kind(simulation: Simulation) -> list[Row]:
    """Kinds of household; one household may be of several."""
    kinds = [
        (_("Kepala keluarga perempuan"), "head", "P"),
        (_("Lansia yang tinggal sendiri"), "alone", True),
        (_("Ada anak 0 sampai 6 tahun"), "small_children", True),
        (_("Ada anggota dengan disabilitas"), "disabled", True),
    ]
    return [Row(label, simulation.by[name].get(key, Counts())) for label, name, key in kinds]


@dataclass(frozen=True)
class Error:
    """How often a set and a reference disagree, in percent; None where there is nobody to compare."""

    label: str
    included: float | None
    included_now: float | None
    excluded: float | None
    excluded_now: float | None
    compared: int


def errors(simulation: Simulation) -> list[Error]:
    """Inclusion and exclusion error against the decile, the musyawarah, and what officers decided."""
    deciles = simulation.by["decile"].items()
    poor = _sum(row for decile, row in deciles if decile in POOREST)
    others = _sum(row for decile, row in deciles if decile is not None and decile not in POOREST)
    told = [_error(_("Desil DTSEN 1 sampai 4"), poor, others)]
    for label, name in (
        (_("Keputusan musyawarah kelurahan"), "deliberated"),
        (_("Keputusan atas permohonan"), "approved"),
    ):
        decided = simulation.by[name]
        told.append(_error(label, decided.get(True, Counts()), decided.get(False, Counts())))
    return told


class Cause(NamedTuple):
    """One reason for which families enter or leave. A family may have several."""

    text: str
    enters: int
    leaves: int


def causes(simulation: Simulation) -> list[Cause]:
    """What pushed families in or out, each reason with how many of them, the most frequent first."""
    compared = changes.Comparison(simulation.in_force, simulation.criteria_set)
    counted: dict[str, list[int]] = {}
    for bits, row in simulation.by["moved"].items():
        if bits is not None:
            now, then = map(int, str(bits).split(":"))
            for text, way in compared.pushes(hits_now=now, hits=then):
                found = counted.setdefault(text, [0, 0])
                found[0] += row.enters if way > 0 else 0
                found[1] += row.leaves if way < 0 else 0
    rows = [Cause(text, *found) for text, found in counted.items() if any(found)]
    return sorted(rows, key=lambda cause: (-cause.enters - cause.leaves, cause.text))


def _error(label: str, wanted: Counts, unwanted: Counts) -> Error:
    return Error(
        label,
        included=_percent(unwanted.eligible, unwanted.eligible + wanted.eligible),
        included_now=_percent(unwanted.eligible_now, unwanted.eligible_now + wanted.eligible_now),
        excluded=_percent(wanted.households - wanted.eligible, wanted.households),
        excluded_now=_percent(wanted.households - wanted.eligible_now, wanted.households),
        compared=wanted.households + unwanted.households,
    )


class Fairness(NamedTuple):
    """Rates of eligibility: by sex of the head, and the RT at both ends; `hidden` RT are too small to tell."""

    heads: list[Row]
    lowest: list[Row]
    highest: list[Row]
    hidden: int


def fairness(simulation: Simulation, names: dict[str, str]) -> Fairness:
    heads = [
        Row(label, simulation.by["head"].get(key, Counts()))
        for label, key in ((_("Kepala keluarga perempuan"), "P"), (_("Kepala keluarga laki-laki"), "L"))
    ]
    places = simulation.by["rt"]
    told = sorted(
        (Row(names.get(str(code), str(code)), row, str(code)) for code, row in places.items() if _is_told(row)),
        key=lambda row: (row.counts.rate, row.code),
    )
    ends = min(SHOWN_PLACES, len(told) // 2)
    return Fairness(
        heads=[row for row in heads if _is_told(row.counts)],
        lowest=told[:ends],
        highest=told[len(told) - ends :][::-1],
        hidden=len(places) - len(told),
    )


def _is_told(row: Counts) -> bool:
    return row.households >= SMALLEST


class Cost(NamedTuple):
    """What the set costs when each eligible family gets `value` rupiah."""

    now: int
    then: int
    budget: int
    served: int  # families that the budget reaches
    enough_at: int | None  # the lowest threshold under which the budget reaches everybody who is eligible

    @property
    def left(self) -> int:
        return self.budget - self.then

    @property
    def short(self) -> int:
        return max(0, -self.left)


def cost(simulation: Simulation, *, value: int, budget: int) -> Cost:
    levels = sorted({level for level in map(_number, simulation.by["level"]) if 0 <= level <= _highest(simulation)})
    enough = [level + 1 for level in [-1, *levels] if simulation.eligible_at(level + 1) * value <= budget]
    return Cost(
        now=simulation.whole.eligible_now * value,
        then=simulation.whole.eligible * value,
        budget=budget,
        served=min(budget // value, simulation.whole.eligible),
        enough_at=enough[0] if enough else None,
    )


class Mark(NamedTuple):
    """One threshold of the curve: how many would be eligible under it, and of how many percent."""

    threshold: int
    eligible: int
    percent: float
    eligible_now: int
    percent_now: float


def curve(simulation: Simulation) -> list[Mark]:
    """Coverage at rising thresholds, at most MOST_MARKS of them, from 0 to just above the highest points.

    The thresholds of both sets have marks of their own, so that the curve and its table hold the figures of the page.
    """
    own = {each.threshold for each in (simulation.criteria_set, simulation.in_force) if each}
    top = max(_highest(simulation), *own)
    step = _step(top, MOST_MARKS)
    whole = max(1, simulation.whole.households)
    marks = []
    for threshold in sorted({*range(0, top + step, step), top + 1, *own}):
        new, old = simulation.eligible_at(threshold), simulation.eligible_now_at(threshold)
        marks.append(Mark(threshold, new, 100 * new / whole, old, 100 * old / whole))
    return marks


def _step(top: int, most: int) -> int:
    """The least of 1, 2, 5, 10, 20, 50, … that goes from 0 to `top` in fewer than `most` marks."""
    step, factors = 1, cycle((2, 2.5, 2))
    while top // step + 2 > most:
        step = int(step * next(factors))
    return step


def _highest(simulation: Simulation) -> int:
    """The most points that weighed criteria give anybody; gates stand above every threshold."""
    levels = [level for name in ("level", "level_now") for level in map(_number, simulation.by[name])]
    return max([level for level in levels if level < 2**31 - 1], default=0)


def _number(level: object) -> int:
    return level if isinstance(level, int) else 0


def _sorted(rows: dict) -> list[tuple]:
    return sorted(rows.items(), key=lambda item: (item[0] is None, item[0]))


def _sum(rows) -> Counts:
    return Counts(*map(sum, zip(Counts(), *rows, strict=True)))


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


@dataclass(frozen=True)
class Drawing:
    """The curve as coordinates of an SVG of 640 by 260."""

    line: str
    line_now: str
    threshold_x: float
    threshold: int
    ticks_x: list[tuple[float, int]]
    ticks_y: list[tuple[float, int]]


LEFT, RIGHT, TOP, BOTTOM = 44, 628, 14, 226


def draw(marks: list[Mark], threshold: int) -> Drawing:
    last = marks[-1].threshold or 1
    tick = _step(last, MOST_TICKS)

    def x(points: int) -> float:
        return round(LEFT + (RIGHT - LEFT) * points / last, 1)

    def y(percent: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * percent / 100, 1)

    return Drawing(
        line=" ".join(f"{x(m.threshold)},{y(m.percent)}" for m in marks),
        line_now=" ".join(f"{x(m.threshold)},{y(m.percent_now)}" for m in marks),
        threshold_x=x(threshold),
        threshold=threshold,
        ticks_x=[(x(points), points) for points in range(0, last + 1, tick)],
        ticks_y=[(y(percent), percent) for percent in (0, 25, 50, 75, 100)],
    )


class Sheet(NamedTuple):
    """One table as a spreadsheet holds it; the first column is text."""

    name: str
    head: list[str]
    rows: list[tuple]


PLACES = ((13, gettext_lazy("Kelurahan")), (17, gettext_lazy("RW")), (21, gettext_lazy("RT")))


def sheets(
    simulation: Simulation, names: dict[str, str], *, unknown: list[tuple[Fact, int]], spent: Cost | None = None
) -> list[Sheet]:
    """Every table of the page, places by all three levels; `names` tells the labels of their codes."""
    fair = fairness(simulation, names)
    counted = [
        *((str(label), by_length(simulation, length, names)) for length, label in PLACES),
        (_("Desil"), by_decile(simulation)),
        (_("Keadaan keluarga"), by_kind(simulation)),
        (_("Kepala keluarga"), fair.heads),
    ]
    summary = [
        (_("Keluarga dihitung"), simulation.whole.households, simulation.whole.households),
        (_("Indikasi layak"), simulation.whole.eligible_now, simulation.whole.eligible),
        (_("Perlu pemeriksaan"), simulation.whole.held_now, simulation.whole.held),
        (_("Akan masuk"), None, simulation.whole.enters),
        (_("Akan keluar"), None, simulation.whole.leaves),
    ]
    return [
        Sheet(_("Ringkasan"), [_("Hal"), _("Sekarang"), _("Nanti")], summary),
        Sheet(_("Yang berubah"), [_("Yang berubah pada kriteria")], [(line,) for line in _differences(simulation)]),
        *([_cost_sheet(spent)] if spent else []),
        Sheet(_("Sebab"), [_("Sebab"), _("Masuk"), _("Keluar")], [tuple(cause) for cause in causes(simulation)]),
        *(_counts_sheet(label, rows) for label, rows in counted),
        Sheet(
            _("Batas nilai"),
            [_("Batas nilai"), _("Layak nanti"), _("Persen nanti"), _("Layak sekarang"), _("Persen sekarang")],
            [(str(m[0]), m[1], round(m[2], 1), m[3], round(m[4], 1)) for m in curve(simulation)],
        ),
        Sheet(
            _("Belum diketahui"),
            [_("Data"), _("Keluarga"), _("Persen")],
            [(str(f.label), n, _rounded(_percent(n, simulation.whole.households))) for f, n in unknown],
        ),
        Sheet(
            _("Pembanding"),
            [
                _("Pembanding"), _("Keluarga"), _("Layak di sini saja (persen)"), _("sekarang"),
                _("Layak menurut pembanding saja (persen)"), _("sekarang"),
            ],
            [
                (e.label, e.compared, *map(_rounded, (e.included, e.included_now, e.excluded, e.excluded_now)))
                for e in errors(simulation)
            ],
        ),
    ]  # fmt: skip


def _differences(simulation: Simulation) -> list[str]:
    return changes.differences(simulation.in_force, simulation.criteria_set)


def _cost_sheet(spent: Cost) -> Sheet:
    rows = [
        (_("Biaya sekarang (Rp)"), spent.now),
        (_("Biaya nanti (Rp)"), spent.then),
        (_("Anggaran (Rp)"), spent.budget),
        (_("Anggaran kurang (Rp)"), spent.short),
        (_("Keluarga yang tercukupi"), spent.served),
        (_("Batas nilai yang tercukupi anggaran"), spent.enough_at),
    ]
    return Sheet(_("Biaya"), [_("Hal"), _("Jumlah")], rows)


def _counts_sheet(label: str, rows: list[Row]) -> Sheet:
    head = [
        label, _("Keluarga"), _("Layak sekarang"), _("Layak nanti"), _("Masuk"), _("Keluar"),
        _("Perlu pemeriksaan sekarang"), _("Perlu pemeriksaan nanti"), _("Persen layak sekarang"),
        _("Persen layak nanti"),
    ]  # fmt: skip
    return Sheet(label, head, [_counted(row.label, row.counts) for row in rows])


def _counted(label: str, counts: Counts) -> tuple:
    told = (counts.households, counts.eligible_now, counts.eligible, counts.enters, counts.leaves)
    return (label, *told, counts.held_now, counts.held, round(counts.rate_now, 1), round(counts.rate, 1))


def _rounded(percent: float | None) -> float | None:
    return None if percent is None else round(percent, 1)
