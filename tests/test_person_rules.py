"""A person is of a family that exists and stands in its RT; held once a statement, as firmly as a foreign key."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from beneficiaries.models import Household, Person
from tests import cases, make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("change", [{"household_id": 0}, {"region_id": cases.NEXT_RT}, {"region_id": "31.75.07.9999"}])
def test_nobody_stands_without_or_beside_the_family(change):
    person = make.person(household=make.household())
    with pytest.raises(IntegrityError, match="no such family there"), transaction.atomic():
        Person.objects.filter(pk=person.pk).update(**change)
    person.pk, person.nik = None, make.nik()
    for name, value in change.items():
        setattr(person, name, value)
    with pytest.raises(IntegrityError, match="no such family there"), transaction.atomic():
        person.save()


def test_a_family_moves_and_its_people_follow():
    family = make.household()
    Household.objects.filter(pk=family.pk).update(region=cases.NEXT_RT)
    Person.objects.filter(household=family).update(region=cases.NEXT_RT)
    assert {person.region_id for person in family.people.all()} == {cases.NEXT_RT}


def test_a_family_with_people_is_not_deleted_and_keeps_its_id():
    family = make.household()
    for statement in ("DELETE FROM beneficiaries_household WHERE id = %s", _OTHER_ID):
        with pytest.raises(Exception, match="people of the family|Cannot update"), transaction.atomic():
            _execute(statement, family.pk)
    Person.objects.filter(household=family).delete()
    _execute("DELETE FROM beneficiaries_household WHERE id = %s", family.pk)
    assert not Household.objects.filter(pk=family.pk).exists()


@pytest.fixture(params=[True, False], ids=["guarded", "unguarded"])
def guarded(request, transactional_db):
    if not request.param:
        make.without_trigger("beneficiaries_person", "with_family_at_insert")
    yield request.param
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE beneficiaries_person ENABLE TRIGGER USER")


def test_a_family_is_not_deleted_while_somebody_joins_it(guarded):
    """Its twin, without the rule that holds the family, leaves a person of nobody."""
    family = make.household(head=None)
    Person.objects.filter(household=family).delete()
    refused = []

    def delete():
        try:
            _execute("DELETE FROM beneficiaries_household WHERE id = %s", family.pk)
        except IntegrityError as error:
            refused.append(str(error))
        finally:
            connection.close()

    with transaction.atomic():
        make.person(household=family)
        other = threading.Thread(target=delete)
        other.start()
        other.join(timeout=1 if guarded else 30)
        assert other.is_alive() == guarded  # it waits for who joins
    other.join(timeout=30)
    assert bool(refused) == guarded
    assert Household.objects.filter(pk=family.pk).exists() == guarded and Person.objects.count() == 1


_OTHER_ID = "UPDATE beneficiaries_household SET id = id + 1000000 WHERE id = %s"


def _execute(statement: str, pk: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [pk])
