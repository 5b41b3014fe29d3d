"""Who may be entitled to KLJ, KPDJ or KAJ: against plain Python, and what officers note."""

import random
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.db.models import prefetch_related_objects

from beneficiaries import facts, person_conditions, person_facts
from beneficiaries.models import Household, Person, PersonAid, PersonCondition, PersonRule
from beneficiaries.person_conditions import HELD, INDICATED, RECEIVES, PersonConditionError
from tests import make, people, plain_scoring
from tests.random_cases import SEED, TODAY, random_register

pytestmark = pytest.mark.django_db
K = PersonRule.Kind


def condition(*rules, code="UJI", starts_on=date(2026, 1, 1)) -> PersonCondition:
    made = PersonCondition.objects.create(code=code, name="Uji", legal_basis="Uji", starts_on=starts_on)
    for bit, (kind, fact, operator, value) in enumerate(rules):
        PersonRule.objects.create(
            condition=made, bit=bit, kind=kind, fact=fact, operator=operator, value=value, met=f"Butir {bit}."
        )
    return made


def states(chosen: PersonCondition, **options) -> dict[int, str]:
    return {person.pk: person.state for person in person_conditions.found(condition=chosen, on=TODAY, **options)}


def _random_rule(rng: random.Random) -> tuple:
    fact = rng.choice(list(person_facts.FACTS.values()))
    operator = rng.choice(fact.operators)
    if fact.kind == facts.BOOL:
        value = rng.random() < 0.5
    elif fact.kind == facts.CHOICE:
        codes = [code for code, _label in fact.choices]
        value = rng.choice(codes) if operator == facts.Op.EQ else rng.sample(codes, rng.randint(1, len(codes)))
    else:
        value = rng.choice([0, 1, 4, 6, 7, 18, 59, 60, 61, 450, 900, 500_000, 1_000_000, facts.LARGEST])
    return fact.name, operator, value


def test_the_query_agrees_with_plain_python():
    """Sixty random conditions over random people, many a day from a birthday, with facts that are unknown."""
    rng, seen = random.Random(SEED), set()
    random_register(rng, 150)
    everyone = list(Person.objects.select_related("household"))
    for number in range(60):
        rules = [
            (K.WANTS if place == 0 else rng.choice(list(K)), *_random_rule(rng)) for place in range(rng.randint(1, 4))
        ]
        chosen = condition(*rules, code=f"U{number}")
        prefetch_related_objects([chosen], "rules")
        wanted = {p.pk: plain_scoring.person_state(chosen, p, TODAY) for p in everyone}
        wanted = {pk: state for pk, state in wanted.items() if state}
        assert states(chosen) == wanted, (SEED, number, rules)
        seen |= set(wanted.values())
    assert seen == {INDICATED, HELD}


def test_the_three_cards_of_jakarta():
    made = {one.code: one for one in person_conditions.load_default()}
    assert set(made) == {"KLJ", "KPDJ", "KAJ"} and person_conditions.load_default() == []
    family = make.household(decile=2, head={"born_on": date(1966, 11, 25)})
    child = make.person(household=family, born_on=date(2019, 11, 26))
    make.person(household=family, born_on=date(2019, 11, 25))  # seven today
    disabled = make.person(household=family, born_on=date(1966, 11, 26), disability=True)  # not yet sixty
    head = family.people.get(relation="kepala")
    assert states(made["KLJ"]) == {head.pk: INDICATED}
    assert states(made["KPDJ"]) == {disabled.pk: INDICATED}
    assert states(made["KAJ"]) == {child.pk: INDICATED}
    Household.objects.filter(pk=family.pk).update(receives_pkh=True)
    assert states(made["KLJ"]) == {head.pk: HELD}
    (flag,) = person_conditions.flags(people=Person.objects.filter(pk=head.pk), on=TODAY)
    assert flag.why == ["Berumur 60 tahun atau lebih.", "Keluarganya menerima PKH. Bantuan sejenis tidak digabung."]
    assert flag.label == "Perlu pemeriksaan"


def test_the_dead_the_merged_and_those_who_moved_are_not_pointed_out():
    chosen = condition((K.WANTS, "age", facts.Op.GTE, 0))
    stays, died, gone = make.household(), make.household(), make.household()
    died.people.update(died_on=TODAY)
    Household.objects.filter(pk=gone.pk).update(status="pindah")
    assert set(states(chosen)) == set(stays.people.values_list("pk", flat=True))


def test_the_newest_version_that_has_begun_holds():
    condition(code="KLJ", starts_on=date(2022, 1, 1))
    now = condition(code="KLJ", starts_on=date(2026, 1, 1))
    condition(code="KLJ", starts_on=date(2027, 1, 1))
    assert list(PersonCondition.objects.in_force(TODAY)) == [now]
    PersonCondition.objects.filter(pk=now.pk).update(ends_on=date(2026, 2, 1))
    assert PersonCondition.objects.in_force(TODAY).get().starts_on == date(2022, 1, 1)


def test_a_condition_that_wants_nothing_points_to_nobody():
    """Without this refusal everybody would be pointed out."""
    for rules in ([], [(K.HOLD, "has_car", facts.Op.EQ, True)]):
        with pytest.raises(PersonConditionError, match="paling sedikit satu"):
            states(condition(*rules, code=f"K{len(rules)}"))
    with pytest.raises(PersonConditionError, match="Butir 0: Data “kasta” tidak dikenal"):
        states(condition((K.WANTS, "kasta", facts.Op.EQ, True), code="X"))


# --- who receives already
def test_who_receives_already_is_told_apart():
    chosen = condition((K.WANTS, "age", facts.Op.GTE, 18), code="KLJ")
    person, officer = make.household().people.get(), people.ani()
    note = {"person": person, "code": "KLJ", "source": "Kartu KLJ", "since_on": date(2026, 1, 1), "by": officer}
    person_conditions.note_receiving(**note)
    assert states(chosen) == {person.pk: RECEIVES}
    with pytest.raises(PersonConditionError, match="sudah tercatat menerima KLJ"):
        person_conditions.note_receiving(**note)
    person_conditions.end_receiving(person=person, code="KLJ", by=officer)
    assert states(chosen) == {person.pk: INDICATED}
    with pytest.raises(PersonConditionError, match="tidak tercatat menerima"):
        person_conditions.end_receiving(person=person, code="KLJ", by=officer)


def test_nobody_is_noted_without_a_source_or_after_death():
    person, officer = make.household().people.get(), people.ani()
    with pytest.raises(PersonConditionError, match="dari mana"):
        person_conditions.note_receiving(person=person, code="KLJ", source=" ", since_on=TODAY, by=officer)
    person.died_on = TODAY
    person.save()
    with pytest.raises(PersonConditionError, match="meninggal"):
        person_conditions.note_receiving(person=person, code="KLJ", source="Kartu", since_on=TODAY, by=officer)


def test_the_database_holds_what_was_noted():
    person, officer = make.household().people.get(), people.ani()
    aid = person_conditions.note_receiving(person=person, code="KAJ", source="Kartu", since_on=TODAY, by=officer)
    with pytest.raises(Exception, match="Cannot delete"), transaction.atomic():
        aid.delete()
    with pytest.raises(IntegrityError, match="person_aid_one_open_per_code"), transaction.atomic():
        PersonAid.objects.create(person=person, code="KAJ", source="x", since_on=TODAY, noted_by=officer)


def test_counts_by_place():
    chosen = condition((K.WANTS, "age", facts.Op.GTE, 18), (K.HOLD, "has_car", facts.Op.EQ, True))
    make.household(), make.household(has_car=True), make.household(region="31.75.07.1007.001.001")
    counted = person_conditions.by_place(person_conditions.found(condition=chosen, on=TODAY), length=21)
    assert [tuple(row) for row in counted] == [(people.RT, 1, 1, 0), ("31.75.07.1007.001.001", 1, 0, 0)]
