"""What a criteria set would do before it is released: one statement over the register, and nothing is stored.

The set and the one in force are evaluated side by side in the same reading of households and people. The statement
answers every table of the page at once: a row of counts for each place, decile, kind of household, decision and level.
A set that cannot be scored with stops the simulation with its sentence; nobody is counted in by mistake.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from beneficiaries import changes, criteria, facts, statements
from beneficiaries.models import (
    Application,
    CriteriaSet,
    Criterion,
    Deliberation,
    DeliberationCase,
    Household,
    Person,
)
from beneficiaries.statements import Statement, compose

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    from beneficiaries.models.household import HeadName

K = Criterion.Kind
RT_LENGTH = 21  # "31.75.07.1003.008.002"
NEXT_LENGTH = {8: 13, 13: 17, 17: RT_LENGTH, RT_LENGTH: RT_LENGTH}  # the places one step below a region's
ALWAYS, NEVER = 2_147_483_647, -1  # levels of those that a gate admits and of those that are held
PER_PAGE = 50
ENTERS, LEAVES = "masuk", "keluar"


class Counts(NamedTuple):
    """One row of a simulation. `_now` is under the set in force."""

    households: int = 0
    eligible: int = 0
    eligible_now: int = 0
    held: int = 0
    held_now: int = 0
    changed: int = 0
    enters: int = 0
    leaves: int = 0

    @property
    def net(self) -> int:
        return self.eligible - self.eligible_now

    @property
    def rate(self) -> float:
        """Percent of the households that the new set finds eligible."""
        return 100 * self.eligible / self.households if self.households else 0.0

    @property
    def rate_now(self) -> float:
        return 100 * self.eligible_now / self.households if self.households else 0.0


# Each groups the register once. `level` is the highest threshold under which a household is still eligible; `moved` are
# the bits of those that enter or leave, before and after ("5:7").
DIMENSIONS = (
    "place", "rt", "decile", "head", "alone", "small_children", "disabled", "approved", "deliberated", "moved",
    "level", "level_now",
)  # fmt: skip


@dataclass(frozen=True)
class Simulation:
    """What `criteria_set` would change against `in_force`: the whole, and rows of counts by each of DIMENSIONS."""

    criteria_set: CriteriaSet
    in_force: CriteriaSet | None
    whole: Counts = Counts()
    by: dict[str, dict[Any, Counts]] = field(default_factory=lambda: {name: {} for name in DIMENSIONS})

    def eligible_at(self, threshold: int) -> int:
        """How many households the new set would find eligible under another threshold."""
        return sum(row.households for level, row in self.by["level"].items() if level >= threshold)

    def eligible_now_at(self, threshold: int) -> int:
        """The same under the set in force; nobody without one."""
        if self.in_force is None:
            return 0
        return sum(row.households for level, row in self.by["level_now"].items() if level >= threshold)


class Move(NamedTuple):
    """One household that enters or leaves."""

    household: "WithAnnotations[Household, HeadName]"
    points_now: int
    points: int
    reasons: list[str]

    @property
    def difference(self) -> int:
        return self.points - self.points_now


_TABLES = """
    SELECT GROUPING({dimensions}), {dimensions},
        count(*),
        count(*) FILTER (WHERE verdict = {eligible}),
        count(*) FILTER (WHERE verdict_now = {eligible}),
        count(*) FILTER (WHERE verdict = {held}),
        count(*) FILTER (WHERE verdict_now = {held}),
        count(*) FILTER (WHERE (points, verdict) IS DISTINCT FROM (points_now, verdict_now)),
        count(*) FILTER (WHERE verdict = {eligible} AND verdict_now <> {eligible}),
        count(*) FILTER (WHERE verdict <> {eligible} AND verdict_now = {eligible})
    FROM (
        SELECT scored.*, left(region_id, {length}) AS place, region_id AS rt, approved, deliberated,
            CASE WHEN (verdict = {eligible}) <> (verdict_now = {eligible}) THEN hits_now || ':' || hits END AS moved,
            {level} AS level, {level_now} AS level_now
        FROM ({scored}) AS scored
        LEFT JOIN ({decisions}) AS decided (household_id, approved) USING (household_id)
        LEFT JOIN ({meetings}) AS met (household_id, deliberated) USING (household_id)
    ) AS household
    GROUP BY GROUPING SETS ((), {sets})
"""
_LEVEL = """
    CASE WHEN {hits} & {gates} <> 0 THEN {always} WHEN verdict{suffix} = {held} THEN {never} ELSE points{suffix} END
"""
_MOVES = """
    SELECT household_id, points_now, points, hits_now, hits FROM ({scored}) AS scored
    WHERE (verdict = {eligible}) = {enters} AND (verdict_now = {eligible}) <> {enters}
    ORDER BY region_id, household_id LIMIT {limit} OFFSET {offset}
"""
_ONE = "SELECT points, verdict, hits, points_now, verdict_now, hits_now FROM ({scored}) AS scored"


def simulate(*, criteria_set: CriteriaSet, households=None, region: str = "") -> Simulation:
    """Returns what `criteria_set`, draft or not, would do to `households` (all scored ones) against the set in force.

    `households` is a queryset, such as those of an officer; `region` says whose places are told apart. Stores nothing.
    Raises CriteriaError when the set cannot be scored with.
    """
    chosen, in_force = _checked(criteria_set)
    rules = statements.rules_of(chosen), statements.rules_of(in_force, "_now")
    scored = statements.scored(*rules, households=_active(households), on=timezone.localdate(), kinds=True)
    statement = compose(
        _TABLES,
        dimensions=Statement(", ".join(DIMENSIONS)),
        sets=Statement(", ".join(f"({name})" for name in DIMENSIONS)),
        scored=scored,
        length=NEXT_LENGTH.get(len(region), 13),
        decisions=_decisions(),
        meetings=_meetings(),
        level=_level(rules[0]),
        level_now=_level(rules[1]),
        **statements.VERDICTS,
    )
    return Simulation(chosen, in_force, *_read(statement))


def _read(statement: Statement) -> tuple[Counts, dict[str, dict[Any, Counts]]]:
    """The whole and the rows by dimension: GROUPING tells by its bits which dimensions a row leaves out."""
    whole = Counts()
    by: dict[str, dict[Any, Counts]] = {name: {} for name in DIMENSIONS}
    every = (1 << len(DIMENSIONS)) - 1
    places = {every ^ 1 << len(DIMENSIONS) - 1 - place: place for place in range(len(DIMENSIONS))}
    with statements.room() as cursor:
        cursor.execute(*statement)
        for grouping, *row in cursor.fetchall():
            counts = Counts(*row[len(DIMENSIONS) :])
            if grouping == every:
                whole = counts
            else:
                by[DIMENSIONS[places[grouping]]][row[places[grouping]]] = counts
    return whole, by


def moves(*, criteria_set: CriteriaSet, direction: str, households=None, page: int | None = 1) -> list[Move]:
    """Returns who would enter ("masuk") or leave ("keluar") with the reasons, a page of PER_PAGE or all (page None)."""
    chosen, in_force = _checked(criteria_set)
    statement = compose(
        _MOVES,
        scored=_both(chosen, in_force, households),
        enters=direction == ENTERS,
        limit=PER_PAGE if page else None,
        offset=(page - 1) * PER_PAGE if page else 0,
        **statements.VERDICTS,
    )
    with statements.room() as cursor:
        cursor.execute(*statement)
        rows = cursor.fetchall()
    families = Household.objects.with_head_name().select_related("region").in_bulk([row[0] for row in rows])
    compared = changes.Comparison(in_force, chosen)
    return [
        Move(families[pk], points_now, points, compared.reasons(hits_now=hits_now, hits=hits))
        for pk, points_now, points, hits_now, hits in rows
        if pk in families
    ]


def unknown(*, criteria_set: CriteriaSet, households=None) -> list[tuple[facts.Fact, int]]:
    """Returns the facts that a set asks for and that are unknown for some families, with how many, the most first.

    An unknown fact meets no criterion: it neither gives points nor holds.
    """
    everyone = (Household.objects.all() if households is None else households).to_score().order_by()
    asked = {rule.fact: facts.get(rule.fact) for rule in criteria_set.criteria.all()}
    nullable = [fact for fact in asked.values() if fact.nullable]
    of_home = [fact for fact in nullable if not fact.counted]
    counts = everyone.aggregate(
        every=Count("pk"), **{fact.name: Count("pk", filter=Q(**{f"{fact.alias}__isnull": True})) for fact in of_home}
    )
    living = Person.objects.living().filter(household__in=everyone.values("pk")).order_by().values("household_id")
    for fact in nullable:
        if fact.counted:
            known = facts.with_counted(living, [fact.name], timezone.localdate())
            counts[fact.name] = counts["every"] - known.filter(**{f"{fact.alias}__isnull": False}).count()
    told = [(fact, counts[fact.name]) for fact in nullable if counts[fact.name]]
    return sorted(told, key=lambda pair: (-pair[1], pair[0].name))


class Trial(NamedTuple):
    """One household's result under a set and under the one in force."""

    points: int
    verdict: str
    hits: int
    points_now: int
    verdict_now: str
    hits_now: int


def try_one(*, criteria_set: CriteriaSet, household: Household) -> Trial | None:
    """Returns the result of one household; None when it is not scored. Raises CriteriaError as `simulate` does."""
    chosen, in_force = _checked(criteria_set)
    statement = compose(_ONE, scored=_both(chosen, in_force, Household.objects.filter(pk=household.pk)))
    with statements.room() as cursor:
        cursor.execute(*statement)
        row = cursor.fetchone()
    return Trial(*row) if row else None


def _checked(criteria_set: CriteriaSet) -> tuple[CriteriaSet, CriteriaSet | None]:
    """The set and the one in force, with their criteria, once the first can be scored with."""
    sets = CriteriaSet.objects.prefetch_related("criteria")
    chosen = sets.get(pk=criteria_set.pk)
    criteria.check(criteria_set=chosen)
    return chosen, sets.released().filter(code=chosen.code).first()


def _both(chosen: CriteriaSet, in_force: CriteriaSet | None, households) -> Statement:
    rules = statements.rules_of(chosen), statements.rules_of(in_force, "_now")
    return statements.scored(*rules, households=_active(households), on=timezone.localdate())


def _active(households):
    return None if households is None else households.to_score()


def _level(rules: statements.Rules) -> Statement:
    suffix = Statement(rules.suffix)
    gates = statements.mask(rules.of_kind(K.GATE))
    held = statements.VERDICTS["held"]
    hits = Statement(f"hits{rules.suffix}")
    return compose(_LEVEL, hits=hits, gates=gates, suffix=suffix, held=held, always=ALWAYS, never=NEVER)


def _decisions() -> Statement:
    """The last decision of people about each household: approved or refused."""
    decided = Application.objects.filter(
        household__isnull=False, status__in=[Application.Status.DITETAPKAN_LAYAK, Application.Status.DITOLAK]
    )
    last = decided.order_by("household_id", "-decided_at").distinct("household_id")
    return compose(
        "SELECT household_id, status = {approved} FROM ({last}) AS last (household_id, status)",
        approved=Application.Status.DITETAPKAN_LAYAK.value,
        last=statements.compiled(last.values_list("household_id", "status")),
    )


def _meetings() -> Statement:
    """What the last closed deliberation said about each household: worthy or not."""
    said = [DeliberationCase.Decision.LAYAK, DeliberationCase.Decision.TIDAK_LAYAK]
    family = Coalesce("household_id", "application__household_id", "appeal__application__household_id")
    cases = DeliberationCase.objects.annotate(family=family).filter(
        family__isnull=False, decision__in=said, deliberation__in=Deliberation.objects.closed()
    )
    last = cases.order_by("family", "-deliberation__held_on", "-pk").distinct("family")
    return compose(
        "SELECT household_id, decision = {worthy} FROM ({last}) AS last (household_id, decision)",
        worthy=DeliberationCase.Decision.LAYAK.value,
        last=statements.compiled(last.values_list("family", "decision")),
    )
