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


def paragraphs(*, hits: int, criteria_set: CriteriaSet) -> list[str]:
    """The explanation as a letter tells it: the score, what added and what did not, the threshold, what one can do."""
    why = explain(hits=hits, criteria_set=criteria_set)
    weighed = sum(c.points for c in criteria_set.criteria.all() if c.kind == K.POINTS)
    told = [
        _("Skor prioritas keluarga Anda {points} dari {most}. Skor ini bukan desil DTSEN.").format(
            points=why.total, most=max(weighed, why.total)
        )
    ]
    if why.added:
        told.append(_("Yang menambah: {lines}").format(lines=" ".join(map(_with_points, why.added))))
    if why.not_added:
        told.append(_("Yang tidak menambah: {lines}").format(lines=" ".join(line.text for line in why.not_added)))
    if why.holds:
        told.append(_("Yang perlu diperiksa: {lines}").format(lines=" ".join(line.text for line in why.holds)))
    told.append(_("Batas nilai: {threshold}.").format(threshold=criteria_set.threshold))
    told.append(
        _(
            "Yang dapat Anda lakukan: bila ada yang keliru, bawa KTP dan KK ke kelurahan. "
            "Petugas memeriksa datanya lagi."
        )
    )
    return told


def _with_points(line: Line) -> str:
    return _("{text} (nilai {points})").format(text=line.text.rstrip("."), points=line.points) + "."


def contributions(*, hits: int, criteria: list[Criterion]) -> dict[int, int]:
    """The points that each met criterion gives, by its bit; they sum to the score, as the lines of `explain` do."""
    met = [c for c in criteria if hits >> c.bit & 1]
    gates = [c for c in met if c.kind == K.GATE]
    if gates:
        gate = max(gates, key=lambda c: c.points)
        return {gate.bit: gate.points}
    return {c.bit: c.points for c in met if c.kind == K.POINTS}
