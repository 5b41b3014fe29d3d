"""Why a household has its score: the bits of `Score.hits` read back as sentences. Pure; touches no table of people."""

from dataclasses import dataclass, field

from beneficiaries.models import CriteriaSet, Criterion

K = Criterion.Kind


@dataclass(frozen=True)
class Line:
    """One criterion as a sentence. `points` are those it added, or would have added."""

    text: str
    points: int = 0
    reason_code: str = ""


@dataclass(frozen=True)
class Explanation:
    """The lines of a score. The points of `added` sum to `total`."""

    added: list[Line] = field(default_factory=list)
    not_added: list[Line] = field(default_factory=list)
    holds: list[Line] = field(default_factory=list)
    threshold: int = 0

    @property
    def total(self) -> int:
        return sum(line.points for line in self.added)

    @property
    def sentences(self) -> list[str]:
        """What a resident reads: words without points, what counted first."""
        return [line.text for line in (*self.added, *self.holds, *self.not_added)]


def explain(*, hits: int, criteria_set: CriteriaSet) -> Explanation:
    """Reads the bits of a score with the set that made it (criteria are read once when prefetched).

    A gate that is met gives its points alone, as Kepmensos 262/HUK/2022 asks no further question then; of several
    the one with the most points counts.
    """
    criteria = list(criteria_set.criteria.all())
    met = {c.bit for c in criteria if hits >> c.bit & 1}
    holds = [Line(c.met, 0, c.reason_code) for c in criteria if c.kind == K.HOLD and c.bit in met]
    gates = [c for c in criteria if c.kind == K.GATE and c.bit in met]
    if gates:
        gate = max(gates, key=lambda c: c.points)
        return Explanation([Line(gate.met, gate.points)], [], holds, criteria_set.threshold)
    weighed = [c for c in criteria if c.kind == K.POINTS]
    return Explanation(
        added=[Line(c.met, c.points) for c in weighed if c.bit in met],
        not_added=[Line(c.unmet, c.points) for c in weighed if c.bit not in met],
        holds=holds,
        threshold=criteria_set.threshold,
    )


def contributions(*, hits: int, criteria: list[Criterion]) -> dict[int, int]:
    """The points that each met criterion gives, by its bit; they sum to the score, as the lines of `explain` do."""
    met = [c for c in criteria if hits >> c.bit & 1]
    gates = [c for c in met if c.kind == K.GATE]
    if gates:
        gate = max(gates, key=lambda c: c.points)
        return {gate.bit: gate.points}
    return {c.bit: c.points for c in met if c.kind == K.POINTS}
