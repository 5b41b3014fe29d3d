"""Criteria evaluated one household at a time in plain Python: the reference that the one statement must agree with."""

import math
from datetime import date
from fractions import Fraction

from beneficiaries.models import CriteriaSet, Criterion, Household, Person, PersonCondition, Score

K, Op, V = Criterion.Kind, Criterion.Operator, Score.Verdict
IDLE = ("", "tidak bekerja", "belum bekerja", "belum/tidak bekerja")
PRIMARY = (
    "sd",
    "belum sekolah",
    "tidak sekolah",
    "tidak/belum sekolah",
    "belum tamat sd/sederajat",
    "tamat sd/sederajat",
)


def age(born_on: date, on: date) -> int:
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def _idle_head(living: list[Person]) -> bool:
    return any(p.relation == "kepala" and p.occupation.strip().lower() in IDLE for p in living)


def _heads(living: list[Person]) -> list[Person]:
    return [p for p in living if p.relation == "kepala"]


COUNTED = {
    "members": lambda living, on: len(living),
    "elderly": lambda living, on: sum(age(p.born_on, on) >= 60 for p in living),
    "small_children": lambda living, on: sum(age(p.born_on, on) <= 6 for p in living),
    "school_age_children": lambda living, on: sum(7 <= age(p.born_on, on) <= 18 for p in living),
    "disabled": lambda living, on: sum(p.disability for p in living),
    "chronically_ill": lambda living, on: sum(p.chronic_illness for p in living),
    "pregnant": lambda living, on: sum(p.pregnant for p in living),
    "income_per_head": lambda living, on: Fraction(sum(p.income for p in living), len(living)) if living else None,
    "head_not_working": lambda living, on: _idle_head(living),
    "head_income": lambda living, on: max((p.income for p in _heads(living)), default=None),
    "head_at_most_primary": lambda living, on: any(p.education.strip().lower() in PRIMARY for p in _heads(living)),
}


def value_of(name: str, household: Household, on: date):
    living = [p for p in household.people.all() if p.died_on is None and p.left_on is None]
    if name == "floor_per_head":
        return None if household.floor_area is None or not living else household.floor_area // len(living)
    if name in COUNTED:
        return COUNTED[name](living, on)
    return getattr(household, name)


def holds(rule: Criterion, fact) -> bool:
    if fact is None:
        return False
    if rule.operator == Op.EQ:
        return fact == rule.value
    if rule.operator == Op.IN:
        return fact in (rule.value if isinstance(rule.value, list) else [rule.value])
    return fact <= rule.value if rule.operator == Op.LTE else fact >= rule.value


def times(rule: Criterion, fact) -> int:
    """How many times the points of a rule count."""
    if rule.operator not in ("tiap", "tiap_kurang"):
        return int(holds(rule, fact))
    if fact is None:
        return 0
    step, most = rule.value
    steps = math.floor(Fraction(fact) / step) if rule.operator == "tiap" else most - math.ceil(Fraction(fact) / step)
    return min(max(steps, 0), most)


def score(criteria_set: CriteriaSet, household: Household, on: date) -> tuple[int, int, str]:
    """Returns bits, points and verdict of a household with its prefetched people."""
    found = [(rule, times(rule, value_of(rule.fact, household, on))) for rule in criteria_set.criteria.all()]
    met = [rule for rule, count in found if count]
    hits = sum(count << rule.bit for rule, count in found)
    gates = [rule.points for rule in met if rule.kind == K.GATE]
    if gates:
        return hits, max(gates), V.LAYAK.value
    points = sum(rule.points * count for rule, count in found if rule.kind == K.POINTS)
    if any(rule.kind == K.HOLD for rule in met):
        return hits, points, V.DITAHAN.value
    return hits, points, (V.LAYAK if points >= criteria_set.threshold else V.TIDAK_LAYAK).value


def _value_of_person(name: str, person: Person, on: date):
    if name == "age":
        return age(person.born_on, on)
    return getattr(person, name) if hasattr(person, name) else getattr(person.household, name)


def person_state(condition: PersonCondition, person: Person, on: date, receives: bool = False) -> str | None:
    """Returns the state of one person under a condition, None when it does not point to the person."""
    if person.died_on or person.left_on or person.merged_into_id or person.household.status != "aktif":
        return None
    met = {rule.pk: holds(rule, _value_of_person(rule.fact, person, on)) for rule in condition.rules.all()}
    if not all(met[rule.pk] for rule in condition.rules.all() if rule.kind == "syarat"):
        return None
    if receives:
        return "menerima"
    return "periksa" if any(met[rule.pk] for rule in condition.rules.all() if rule.kind == "tahan") else "mungkin"
