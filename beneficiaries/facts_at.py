"""What the register held about a family at a moment, read from its history, and the score that follows from it.

The statements of `facts` and `statements` run unchanged: names given by WITH stand before tables of the same name, so
for one statement the rows of that moment take the place of `beneficiaries_household` and `beneficiaries_person`. A
history follows when a change was written, not the day on which something happened.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.db import connection
from django.db.models import F, Model, Value
from django.utils import timezone

from beneficiaries import facts, statements
from beneficiaries.models import CriteriaSet, Household, Person
from beneficiaries.statements import Statement, compose

_THEN = """
WITH beneficiaries_household AS (
    SELECT {household_columns} FROM (
        SELECT DISTINCT ON (pgh_obj_id) * FROM beneficiaries_householdevent
        WHERE pgh_obj_id = {household} AND pgh_created_at <= {at} ORDER BY pgh_obj_id, pgh_id DESC
    ) AS newest WHERE pgh_label <> 'delete'
), beneficiaries_person AS (
    SELECT {person_columns} FROM (
        SELECT DISTINCT ON (pgh_obj_id) * FROM beneficiaries_personevent
        WHERE pgh_obj_id IN (SELECT pgh_obj_id FROM beneficiaries_personevent WHERE household_id = {household})
            AND pgh_created_at <= {at}
        ORDER BY pgh_obj_id, pgh_id DESC
    ) AS newest WHERE pgh_label <> 'delete' AND household_id = {household}
)
{query}
"""


class Member(NamedTuple):
    """Somebody who lived in a family at a moment."""

    person_id: int
    name: str
    relation: str


class Points(NamedTuple):
    """What a criteria set gives for the facts of a moment, as `Score` holds it."""

    hits: int
    points: int
    verdict: str


def end_of(day: date) -> datetime:
    """The last moment of a day in Jakarta."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min)) - timedelta(microseconds=1)


def members(*, household_id: int, at: datetime) -> list[Member]:
    """Returns who lived in the family at that moment, by number; nobody when the register did not know it yet."""
    living = Person.objects.living().filter(household=household_id).order_by("pk")
    return [Member(*row) for row in _rows(living.values_list("pk", "name", "relation"), household_id, at)]


def known(*, household_id: int, at: datetime, names: Iterable[str], on: date | None = None) -> dict | None:
    """Returns the facts with these names as the register had them at a moment, or None when it had no such family.

    Ages are those of the day `on` (the day of the moment). An unknown fact is None. Raises facts.FactError.
    """
    wanted, day = [facts.get(name) for name in names], on or timezone.localdate(at)
    home, counted = [f for f in wanted if not f.counted], [f for f in wanted if f.counted]
    told = _told(home, Household.objects.order_by(), household_id, at)
    if told is None:
        return None
    people = facts.with_counted(Person.objects.living().order_by().values("household_id"), names, day)
    nobody = facts.with_nobody(Household.objects.order_by(), names)
    told |= _told(counted, people, household_id, at) or _told(counted, nobody, household_id, at) or {}
    return {fact.name: told[fact.name] for fact in wanted}


def _told(group: list[facts.Fact], rows, household_id: int, at: datetime) -> dict | None:
    """The values of some facts that `rows` hold, by name; None without a row."""
    columns = {f"known_{place}": F(fact.alias) for place, fact in enumerate(group)}
    found = _rows(rows.annotate(known=Value(1), **columns).values_list("known", *columns), household_id, at)
    return {fact.name: value for fact, value in zip(group, found[0][1:], strict=True)} if found else None


def points(*, household_id: int, at: datetime, criteria_set: CriteriaSet, on: date | None = None) -> Points | None:
    """Returns what the set gives for the facts of a moment, or None when the register had no such family."""
    rules = statements.rules_of(criteria_set)
    scored = statements.scored(rules, households=Household.objects.all(), on=on or timezone.localdate(at))
    found = _fetch(compose("SELECT hits, points, verdict FROM ({scored}) AS s", scored=scored), household_id, at)
    return Points(*found[0]) if found else None


def _rows(queryset, household_id: int, at: datetime) -> list[tuple]:
    return _fetch(statements.compiled(queryset), household_id, at)


def _fetch(query: Statement, household_id: int, at: datetime) -> list[tuple]:
    columns = {"household_columns": _columns(Household), "person_columns": _columns(Person)}
    with connection.cursor() as cursor:
        cursor.execute(*compose(_THEN, query=query, household=household_id, at=at, **columns))
        return cursor.fetchall()


def _columns(model: type[Model]) -> Statement:
    """The columns that both the table and its history have."""
    own = {field.column for field in model._meta.local_concrete_fields}
    history = [f.column for f in model.pgh_event_model._meta.local_concrete_fields]  # type: ignore[attr-defined]
    return Statement(", ".join(name for name in history if name in own))
