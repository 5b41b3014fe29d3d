"""Random registers and random criteria sets, the same for one seed; many stand on a boundary or lack a fact."""

import random
from datetime import date, timedelta

from django.db import connection

from beneficiaries import facts
from beneficiaries.models import CriteriaSet, Criterion, Household, Person
from tests import make, people

K, Op = Criterion.Kind, Criterion.Operator
TODAY = date(2026, 11, 25)
SEED = 20261125


def made_set(*rules, threshold=50, code="uji", status="rilis") -> CriteriaSet:
    """Makes a set from (kind, fact, operator, value, points)."""
    made = CriteriaSet.objects.create(code=code, name="Uji", legal_basis="Uji", threshold=threshold)
    bit = 0
    for kind, fact, operator, value, points in rules:
        rule = Criterion.objects.create(
            criteria_set=made, bit=bit, kind=kind, fact=fact, operator=operator, value=value, points=points,
            question=f"Syarat {bit}", met=f"Butir {bit} ya.", unmet=f"Butir {bit} tidak.",
        )  # fmt: skip
        bit += rule.width
    CriteriaSet.objects.filter(pk=made.pk).update(status=status)
    made.refresh_from_db()
    return made


def _random_household(rng: random.Random) -> Household:
    pick = {
        f.name: rng.choice([c for c, _label in f.choices]) for f in map(Household._meta.get_field, Household.FACTS)
        if f.choices
    }  # fmt: skip
    yes = {n: rng.random() < 0.4 for n in Household.FACTS if facts.FACTS[n].kind == facts.BOOL}
    decile = rng.choice([None, *range(1, 11)])
    return Household(
        kk=make.kk(), region_id=rng.choice([people.RT, "31.75.07.1007.001.001"]), address="Gang Uji",
        floor_area=rng.choice([None, 0, 8, 20, 45]), electricity_va=rng.choice([0, 450, 451, 900, 1300]),
        spending=rng.choice([None, 0, 1_000_000, 2_500_000]), decile=decile, decile_on=decile and TODAY, **pick, **yes,
    )  # fmt: skip


def _random_person(rng: random.Random, household: Household, head: bool) -> Person:
    years, shift = rng.choice([0, 6, 7, 18, 19, 40, 59, 60, 61]), rng.choice([-1, 0, 1])
    born_on = TODAY.replace(year=TODAY.year - years) + timedelta(days=min(shift, 0) if years == 0 else shift)
    return Person(
        household=household, region_id=household.region_id, nik=make.nik(born_on), name="Uji Coba", born_on=born_on,
        sex="P", relation="kepala" if head else "anak", marital="kawin",
        occupation=rng.choice(["", "Tidak bekerja", " BELUM BEKERJA ", "Sopir", "BELUM/TIDAK BEKERJA"]),
        education=rng.choice(["", "SD", " sd ", "SMP", "Tamat SD/Sederajat", "Tidak sekolah"]),
        income=rng.choice([0, 500_000, 1_000_000, 999_999]), disability=rng.random() < 0.3,
        chronic_illness=rng.random() < 0.3, pregnant=rng.random() < 0.3,
        died_on=TODAY if rng.random() < 0.1 else None, left_on=TODAY if rng.random() < 0.1 else None,
    )  # fmt: skip


def random_rule(rng: random.Random) -> tuple:
    fact = rng.choice(list(facts.FACTS.values()))
    if fact.weighable and rng.random() < 0.4:
        steps = [rng.choice([1, 2, 3, 8, 450, 333_333, 500_000, 1_000_000]), rng.choice([1, 2, 3, 4, 7])]
        return K.POINTS, fact.name, rng.choice(Criterion.GRADED), steps, rng.randint(0, 60)
    operator = rng.choice(fact.operators)
    if fact.kind == facts.BOOL:
        value = rng.random() < 0.5
    elif fact.kind == facts.CHOICE:
        codes = [code for code, _label in fact.choices]
        value = rng.choice(codes) if operator == Op.EQ else rng.sample(codes, rng.randint(1, len(codes)))
    else:
        value = rng.choice([0, 1, 2, 4, 8, 450, 900, 500_000, 1_000_000, 2_500_000, facts.LARGEST])
    kind = rng.choices([K.GATE, K.POINTS, K.HOLD], [1, 8, 1])[0]
    return kind, fact.name, operator, value, 0 if kind == K.HOLD else rng.randint(0, 60)


def random_register(rng: random.Random, size: int) -> list[Household]:
    made = Household.objects.bulk_create(_random_household(rng) for _ in range(size))
    Person.objects.bulk_create(
        _random_person(rng, household, head=place == 0)
        for household in made
        for place in range(rng.choice([0, 1, 1, 2, 4]))
    )
    with connection.cursor() as cursor:
        # As a load does. Tests before this one leave tables that were counted while empty: hundreds of rows are then
        # joined one by one, for a minute.
        cursor.execute("ANALYZE beneficiaries_household, beneficiaries_person")
    return list(Household.objects.prefetch_related("people"))
