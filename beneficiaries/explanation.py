"""Why a household has its score: the bits of `Score.hits` read back as sentences. Pure; touches no table of people."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

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
    weighed: int = 0  # what all weighed criteria could give together

    @property
    def total(self) -> int:
        return sum(line.points for line in self.added)

    @property
    def most(self) -> int:
        """The score that this one is out of; a gate can give more than all weighed criteria."""
        return max(self.weighed, self.total)

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
    met = {c.bit for c in criteria if c.times(hits)}
    holds = [Line(c.met, 0, c.reason_code) for c in criteria if c.kind == K.HOLD and c.bit in met]
    gates = [c for c in criteria if c.kind == K.GATE and c.bit in met]
    weighed = [c for c in criteria if c.kind == K.POINTS]
    most = sum(c.points * c.most for c in weighed)
    if gates:
        gate = max(gates, key=lambda c: c.points)
        return Explanation([Line(gate.met, gate.points)], [], holds, criteria_set.threshold, most)
    return Explanation(
        added=[Line(_told(c, c.times(hits)), c.points * c.times(hits)) for c in weighed if c.bit in met],
        not_added=[Line(c.unmet, c.points * c.most) for c in weighed if c.bit not in met],
        holds=holds,
        threshold=criteria_set.threshold,
        weighed=most,
    )


def _told(rule: Criterion, times: int) -> str:
    """The sentence of a rule that is met; of an amount with how often its points count."""
    if not rule.graded:
        return rule.met
    return _("{text}: {times} × {points}.").format(text=rule.met.rstrip("."), times=times, points=rule.points)


def contributions(*, hits: int, criteria: list[Criterion]) -> dict[int, int]:
    """The points that each met criterion gives, by its bit; they sum to the score, as the lines of `explain` do."""
    met = [c for c in criteria if c.times(hits)]
    gates = [c for c in met if c.kind == K.GATE]
    if gates:
        gate = max(gates, key=lambda c: c.points)
        return {gate.bit: gate.points}
    return {c.bit: c.points * c.times(hits) for c in met if c.kind == K.POINTS}
