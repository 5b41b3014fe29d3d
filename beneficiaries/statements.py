"""The SQL that scores: criteria sets compiled to one statement over the register, for a run and for a simulation.

The ORM compiles each set to the bits that a household meets (`hits`); the statement around it turns bits into points
and verdict. Values are parameters throughout. Several sets share one reading of the households and one of the people.
"""

from collections.abc import Iterable
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache, reduce
from operator import add, or_
from string import Formatter
from typing import NamedTuple

from django.contrib.postgres.aggregates import BoolOr
from django.contrib.postgres.fields import ArrayField
from django.db import connection, transaction
from django.db.models import BigIntegerField, BooleanField, Case, Expression, F, Func, Q, Value, When

from beneficiaries import facts
from beneficiaries.models import CriteriaSet, Criterion, Household, Person, Score

K = Criterion.Kind
V = Score.Verdict
WORK_MEM = "128MB"  # a million families, by hash
VERDICTS = {"eligible": V.LAYAK.value, "held": V.DITAHAN.value, "below": V.TIDAK_LAYAK.value}


class Statement(NamedTuple):
    """SQL text with its parameters, in their order."""

    text: str
    params: tuple = ()


class Rules(NamedTuple):
    """The criteria of one set as the statement needs them; `suffix` ends the names of its columns."""

    criteria: list[Criterion]
    threshold: int
    suffix: str = ""

    def of_kind(self, kind: str) -> list[Criterion]:
        return [rule for rule in self.criteria if rule.kind == kind]


NOBODY = facts.LARGEST  # a threshold that no sum of points reaches


def rules_of(criteria_set: CriteriaSet | None, suffix: str = "") -> Rules:
    """The rules of a set; without a set, rules that nobody meets."""
    if criteria_set is None:
        return Rules([], NOBODY, suffix)
    return Rules(list(criteria_set.criteria.all()), criteria_set.threshold, suffix)


def compose(template: str, **parts) -> Statement:
    """Fills a template: a Statement with its text and parameters, anything else as one parameter."""
    text: list[str] = []
    params: list = []
    for literal, name, _spec, _conversion in Formatter().parse(template):
        text.append(literal)
        if name is not None:
            part = parts[name] if isinstance(parts[name], Statement) else Statement("%s", (parts[name],))
            text.append(part.text)
            params.extend(part.params)
    return Statement("".join(text), tuple(params))


def joined(glue: str, parts: Iterable[Statement]) -> Statement:
    """Puts statements one after the other."""
    listed = list(parts)
    return Statement(glue.join(part.text for part in listed), tuple(p for part in listed for p in part.params))


def mask(rules: list[Criterion]) -> int:
    """The bits of `rules`."""
    return reduce(or_, (1 << rule.bit for rule in rules), 0)


@contextmanager
def room():
    """A cursor in a transaction with memory enough to join a register without spilling it to disk."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', %s, true)", [WORK_MEM])
        yield cursor


def compiled(queryset) -> Statement:
    """The statement of a queryset."""
    return Statement(*queryset.query.get_compiler(connection=connection, elide_empty=False).as_sql())


# `OFFSET 0` keeps the planner from working out the bits anew for points and for verdict.
_SCORED = "SELECT *, {verdicts} FROM (SELECT *, {points} FROM ({met} OFFSET 0) AS met) AS counted"
_POINTS = "(CASE WHEN {hits} & {gates} <> 0 THEN {gate_points} ELSE {points} END)::integer AS {name}"
_VERDICT = """
    CASE
        WHEN {hits} & {gates} <> 0 THEN {eligible}
        WHEN {hits} & {holds} <> 0 THEN {held}
        WHEN {points} >= {threshold} THEN {eligible}
        ELSE {below}
    END AS {name}
"""


def scored(*sets: Rules, households=None, on: date, kinds: bool = False) -> Statement:
    """The statement that scores `households` (a queryset; without it all that may be) under each of `sets` on a day.

    Columns: household_id, region_id, and hits, points, verdict with each set's suffix. With `kinds`, also decile,
    head ("L", "P", NULL without a living head), alone (one elderly person), small_children, disabled.
    """
    return compose(
        _SCORED,
        met=_met(sets, households=households, on=on, kinds=kinds),
        points=joined(", ", map(_points, sets)),
        verdicts=joined(", ", map(_verdict, sets)),
    )


_HERE = [-1]  # where the families stand in a statement that is kept


class _Among(Func):
    """True for a row whose key is in a list: one parameter, however many families."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


def scored_few(criteria_set: CriteriaSet, *, ids: Iterable[int], on: date) -> Statement:
    """The statement of `scored` for families by their keys, under a set that has been released.

    The ORM takes longer to put it together than PostgreSQL to run it, and a released set never changes, so it is kept.
    """
    kept = _kept(criteria_set.pk, criteria_set.released_at, on)
    chosen = sorted(ids)
    return Statement(kept.text, tuple(chosen if param == _HERE else param for param in kept.params))


@lru_cache(maxsize=16)
def _kept(set_id: int, released_at: datetime, on: date) -> Statement:
    chosen = CriteriaSet.objects.prefetch_related("criteria").get(pk=set_id)
    few = Household.objects.to_score().filter(_Among(F("pk"), Value(_HERE, ArrayField(BigIntegerField()))))
    return scored(rules_of(chosen), households=few, on=on)


def _points(rules: Rules) -> Statement:
    gates = rules.of_kind(K.GATE)
    return compose(
        _POINTS,
        hits=_column("hits", rules),
        gates=mask(gates),
        gate_points=_sum("greatest(", ", ", gates, rules),
        points=_sum("(", " + ", rules.of_kind(K.POINTS), rules),
        name=_column("points", rules),
    )


def _verdict(rules: Rules) -> Statement:
    columns = {name: _column(name, rules) for name in ("hits", "points")}
    masks = {"gates": mask(rules.of_kind(K.GATE)), "holds": mask(rules.of_kind(K.HOLD))}
    name = _column("verdict", rules)
    return compose(_VERDICT, **columns, **masks, threshold=rules.threshold, name=name, **VERDICTS)


def _column(name: str, rules: Rules) -> Statement:
    return Statement(name + rules.suffix)


def _sum(opening: str, glue: str, criteria: list[Criterion], rules: Rules) -> Statement:
    hits = _column("hits", rules)
    term = "(({hits} >> {bit}) & {most}) * {points}"
    terms = [
        compose(term, hits=hits, bit=rule.bit, most=(1 << rule.width) - 1, points=rule.points) for rule in criteria
    ]
    return compose(opening + "{terms})", terms=joined(glue, [Statement("0"), *terms]))


_HOME = "SELECT {columns} FROM ({home}) AS home ({columns})"
# People are grouped by themselves and joined afterwards: grouping the home's columns costs twice as much.
_HOME_AND_PEOPLE = """
    SELECT {taken}, {both}
    FROM ({home}) AS home ({home_columns}) LEFT JOIN ({people}) AS people ({people_columns}) USING (household_id)
"""
_BOTH = "home.{name} | coalesce(people.{name}, ({nobody})) AS {name}"


def _met(sets: tuple[Rules, ...], *, households, on: date, kinds: bool) -> Statement:
    """The statement for household, region and bits; people are counted only when something asks for it."""
    bits = [f"hits{rules.suffix}" for rules in sets]
    own = ["region_id", "decile"] if kinds else ["region_id"]
    everyone = Household.objects.to_score() if households is None else households
    home = _home(sets, ["pk", *own], households=everyone)
    home_columns = ["household_id", *own, *bits]
    if not kinds and not any(_of_people(rules) for rules in sets):
        return compose(_HOME, home=home, columns=_names(home_columns))
    extra = _kinds() if kinds else {}
    return compose(
        _HOME_AND_PEOPLE,
        taken=joined(", ", [_names(["household_id", *own]), *map(_kind, extra)]),
        both=joined(", ", [_both(rules) for rules in sets]),
        home=home,
        home_columns=_names(home_columns),
        people=_people(sets, households=households, on=on, extra=extra),
        people_columns=_names(["household_id", *bits, *extra]),
    )


def _both(rules: Rules) -> Statement:
    """The bits of the home with those of its people, or with those of a home where nobody lives."""
    return compose(_BOTH, name=_column("hits", rules), nobody=_nobody(rules))


def _kind(name: str) -> Statement:
    return Statement("people.head" if name == "head" else f"coalesce(people.{name}, false) AS {name}")


def _names(columns: Iterable[str]) -> Statement:
    return Statement(", ".join(columns))


def _of_people(rules: Rules) -> list[Criterion]:
    return [rule for rule in rules.criteria if facts.get(rule.fact).counted]


def _home(sets, fields: list[str], *, households) -> Statement:
    """The bits of those rules that speak of the home. An unknown fact meets no rule."""
    bits = {f"hits{s.suffix}": _bits(rule for rule in s.criteria if not facts.get(rule.fact).counted) for s in sets}
    return compiled(households.order_by().values(*fields).annotate(**bits).values_list(*fields, *bits))


def _people(sets, *, households, on: date, extra: dict) -> Statement:
    """The bits of those rules that speak of people, by household; all people are read unless `households` narrows."""
    used = {rule.fact for rules in sets for rule in _of_people(rules)} | (set(_KIND_FACTS) if extra else set())
    living = Person.objects.living()
    if households is not None:
        living = living.filter(household__in=households.order_by().values("pk"))
    columns = {f"hits{rules.suffix}": _bits(_of_people(rules)) for rules in sets} | extra
    rows = facts.with_counted(living.order_by().values("household_id"), used, on)
    return compiled(rows.annotate(**columns).values_list("household_id", *columns))


def _nobody(rules: Rules) -> Statement:
    """The bits that the rules about people give where nobody lives: one number, worked out once."""
    of_people = _of_people(rules)
    rows = facts.with_nobody(Household.objects.order_by(), [rule.fact for rule in of_people])
    return compiled(rows.annotate(hits=_bits(of_people)).values_list("hits")[:1])


def _bits(criteria: Iterable[Criterion]) -> Expression:
    return reduce(add, map(_bit, criteria), _zero())


def _zero() -> Expression:
    return Value(0, output_field=BigIntegerField())


def _bit(rule: Criterion) -> Expression:
    """The bits of one rule: one for yes, and for an amount its steps as a number."""
    if rule.graded:
        steps = facts.get(rule.fact).steps(rule.operator, rule.value)
        return steps * Value(1 << rule.bit, output_field=BigIntegerField())
    condition = facts.get(rule.fact).condition(rule.operator, rule.value)
    return Case(When(condition, then=Value(1 << rule.bit)), default=Value(0), output_field=BigIntegerField())


_KIND_FACTS = ("members", "elderly", "small_children", "disabled")


def _kinds() -> dict[str, Expression]:
    """What a household is, beside its score: expressions over the counted facts."""
    woman = BoolOr(Q(sex=Person.Sex.P), filter=facts.HEAD)
    return {
        "head": Case(When(woman, then=Value("P")), When(~Q(woman), then=Value("L")), default=None),
        "alone": _is(counted_members=1, counted_elderly=1),
        "small_children": _is(counted_small_children__gte=1),
        "disabled": _is(counted_disabled__gte=1),
    }


def _is(**conditions) -> Case:
    return Case(When(Q(**conditions), then=Value(True)), default=Value(False), output_field=BooleanField())
