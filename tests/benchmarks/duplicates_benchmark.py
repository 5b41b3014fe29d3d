"""Finding the people who are most likely twice in the register, all of it at once.

Ours: `duplicates.find`. Usual: for each person a trigram query over the names, on a subset. Limit: the bare join of
the pairs that ours compares, likening nothing. The mistakes to find are this module's own; the threshold was chosen
on the sample register, never on these.
"""

import random
from datetime import timedelta

from django.contrib.postgres.search import TrigramSimilarity
from django.db import connection, transaction

from beneficiaries import duplicates
from beneficiaries.models import DuplicatePair, Person
from tests.benchmarks import Benchmark, IncorrectError, register

# Who was entered a second time in another RT, with a name or a birth date written otherwise.
_SECOND_ENTRY = """
    INSERT INTO beneficiaries_person (household_id, region_id, nik, nik_index, name, birth_place, born_on, sex,
        relation, marital, education, occupation, income, disability, chronic_illness, pregnant, in_school,
        created_at, updated_at)
    SELECT elsewhere.id, elsewhere.region_id, p.nik, sha256(('again' || p.id)::bytea), again.name, '', again.born_on,
        p.sex, 'lainnya', p.marital, '', p.occupation, 0, false, false, false, false, now(), now()
    FROM unnest(%(ids)s::bigint[], %(names)s::text[], %(dates)s::date[], %(homes)s::bigint[])
        AS again (id, name, born_on, home)
    JOIN beneficiaries_person p ON p.id = again.id JOIN beneficiaries_household elsewhere ON elsewhere.id = again.home
"""
_TWINS = """
    SELECT chosen, p.id FROM unnest(%(ids)s::bigint[]) AS chosen
    JOIN beneficiaries_person p ON p.nik_index = sha256(('again' || chosen)::bytea)
"""
_BARE_JOIN = """
    SELECT count(*) FROM beneficiaries_person a JOIN beneficiaries_person b USING (born_on, sex)
    WHERE a.id < b.id AND a.died_on IS NULL AND b.died_on IS NULL
"""


def build(*, small: bool) -> Benchmark:
    households, subset, mistakes = (300, 20, 30) if small else (100_000, 60, 2_000)
    register.fill(households)
    twins = _enter_twice(mistakes)
    duplicates.find()
    accuracy = _accuracy(twins)
    if min(accuracy.values()) < 0.5:
        raise IncorrectError(f"most mistakes are missed or most pairs are wrong: {accuracy}")
    return Benchmark(
        unit="warga/detik",
        ours=_find,
        usual=lambda: _one_by_one(subset),
        limit=_bare_join,
        before=_forget,
        extra=lambda: accuracy,
        goal={"ours_over_limit": 0.125},
        repeats=2 if small else 5,
    )


def _enter_twice(count: int) -> set[tuple[int, int]]:
    """Enters `count` living people again with one mistake each. Returns the pairs of their ids."""
    chance = random.Random(17)
    living = list(Person.objects.living().order_by("pk").values_list("pk", "name", "born_on", "household"))
    chosen = chance.sample(living, count)
    homes = [person[3] for person in chance.sample(living, count)]
    names, dates = [], []
    for number, (_pk, name, born_on, _home) in enumerate(chosen):
        moved = number % 10 == 0  # every tenth has a birth date that is a day off
        names.append(name if moved else _misspelt(name, chance))
        dates.append(born_on + timedelta(days=1) if moved else born_on)
    values = {"ids": [person[0] for person in chosen], "names": names, "dates": dates, "homes": homes}
    with connection.cursor() as cursor:
        cursor.execute(_SECOND_ENTRY, values)
        cursor.execute(_TWINS, values)
        pairs = set(cursor.fetchall())
        cursor.execute("VACUUM ANALYZE beneficiaries_person")
    return pairs


def _misspelt(name: str, chance: random.Random) -> str:
    """Writes a name with one of the mistakes that clerks make."""
    words = name.split()
    place = chance.randrange(len(words))
    word = words[place]
    spot = chance.randrange(1, len(word) - 1)
    words[place] = chance.choice(
        [
            word[:spot] + word[spot + 1] + word[spot] + word[spot + 2 :],  # two letters swapped
            word[:spot] + word[spot + 1 :],  # one left out
            word[:spot] + word[spot] * 2 + word[spot + 1 :],  # one doubled
            word[:spot] + chance.choice("aeiours") + word[spot + 1 :],  # a wrong one
        ]
    )
    if chance.random() < 0.2:
        words.reverse()
    elif chance.random() < 0.2:
        words[0] = words[0][0] + "."
    return " ".join(words).upper() if chance.random() < 0.3 else " ".join(words)


def _accuracy(twins: set[tuple[int, int]]) -> dict[str, float]:
    found = set(DuplicatePair.objects.values_list("first", "second"))
    right = len(found & twins)
    return {"recall": right / len(twins), "precision": right / len(found) if found else 0.0}


def _forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE beneficiaries_duplicatepair, beneficiaries_duplicatepairevent")


def _find() -> int:
    duplicates.find()
    return Person.objects.living().count()


def _one_by_one(count: int) -> int:
    for person in Person.objects.living().order_by("pk").only("name", "born_on", "sex")[:count]:
        likely = Person.objects.living().exclude(pk=person.pk).annotate(likeness=TrigramSimilarity("name", person.name))
        list(likely.filter(likeness__gte=duplicates.LIKE).values_list("pk", "born_on", "sex"))
    return count


def _bare_join() -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        cursor.execute(_BARE_JOIN)
    return Person.objects.living().count()
