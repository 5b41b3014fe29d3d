"""One way to write a name: every rule, and that Python and the database follow the same ones."""

import random

import pgtrigger
import pytest
from django.db import connection

from bansos.audit import verify
from beneficiaries import names
from beneficiaries.models import NameWord, Person
from tests import make, people


def spelt_by_database(texts: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT bansos_spelt(t) FROM unnest(%s::text[]) WITH ORDINALITY AS u (t, n) ORDER BY n", [texts])
        return [text for (text,) in cursor.fetchall()]


SAME = [
    *(("Muhammad Yusuf", f"{short} Yusuf") for short in "Moh. M. Muh. Mochamad Muchamad Mohamed Mhd Mohd. Md.".split()),
    *(("Siti Aminah", f"{short} Aminah") for short in "St. Sitti SITI St".split()),
    *(("Ahmad Fauzi", f"{short} Fauzi") for short in "Achmad Akhmad Ahmed Ahmat".split()),
    *(("Abdul Rahman", other) for other in ("Abd. Rahman", "Abdurrahman", "Abdulrahman", "ABDUL RACHMAN")),
    ("Nurul Huda", "Noerul Hoeda"),
    ("Nur Aini", "Nor Aini"),
    ("Sukarno", "Soekarno"),
    ("Joko Susilo", "Djoko Soesilo"),
    ("Yusuf", "Jusuf"),
    ("Rudi Yanti", "Rudy Yanty"),
    ("Cokro", "Tjokro"),
    ("Syarifah", "Sjarifah"),
    ("Khairul", "Chairul"),
    ("Sinta", "Shinta"),
    ("Fatimah", "Fathimah"),
    ("Ramadan", "Ramadhan"),
    ("Vina", "Fina"),
    ("Iqbal", "Ikbal"),
    ("Zainal", "Zaenal"),
    ("Nurhaliza", "Nurhalizza"),
    ("Ma'ruf Amin", "Maruf Amin"),
    ("Ma’ruf Amin", "Maruf Amin"),
    ("José Andrés", "Jose Andres"),
    ("Siti-Aminah", "SITI  AMINAH "),
    ("Ahmad Fauzi", "Fauzi Ahmad"),
    *(("Ahmad Fauzi", other) for other in (
        "H. Ahmad Fauzi", "Drs. H. Ahmad Fauzi, M.Si", "Dr. Ahmad Fauzi", "Ahmad Fauzi, S.Pd., M.M.", "Ir. Ahmad Fauzi",
        "Ahmad Fauzi SH", "KH. Ahmad Fauzi", "Alm. Ahmad Fauzi", "Ust. Ahmad bin Fauzi", "Ahmad Fauzi S.Kom",
    )),
    ("Siti Aminah", "Hj. Siti Aminah"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_ways_to_write_a_name_are_one(one, other):
    assert names.spelt(one) == names.spelt(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("Siti Aminah", "Siti Aminih"), ("A. Fauzi", "Ahmad Fauzi"), ("Abdullah", "Abdul"), ("Dewi", "Dwi"), ("Budi", "")],
)
def test_two_names_stay_two(one, other):
    assert names.spelt(one) != names.spelt(other)


def test_a_title_alone_is_a_name_and_no_letter_is_none():
    assert names.spelt("Haji") == "haji" and names.spelt("H.") == "h"
    assert names.spelt("") == names.spelt(" ., 12 ") == names.spelt("張偉") == ""


@pytest.mark.parametrize("old", [old for old, _ in names.SOUNDS])
def test_no_sound_is_left_in_an_old_spelling(old):
    assert old not in names.spelt(f"Ba{old}an {old}ati")


def test_what_is_spelt_stays_as_it_is():
    for one, other in SAME:
        assert names.spelt(names.spelt(one)) == names.spelt(one) and names.spelt(names.spelt(other)) == names.spelt(one)


PIECES = [
    *names.TITLES.split(), *names.FORMS, *" ".join(names.FORMS.values()).split(), *(old for old, _ in names.SOUNDS),
    "abdurr", "abdul", "S.Pd", "M.", "m.si", ",", ", ", ".", " ", "  ", "-", "'", "’", "é", "Ñ", "ß", "İ", "ı", "張",
    "\t", "\u00a0", "_", "1", "aa", "LL", "Zz", "a", "b", "K", "nur", "\\", "%", "(", "oE", "DJ",
]  # fmt: skip


@pytest.mark.django_db
def test_the_database_spells_as_python_does():
    chance = random.Random(5)
    texts = ["".join(chance.choices(PIECES, k=chance.randrange(1, 9))) for _ in range(5000)]
    texts += [text for pair in SAME for text in pair] + ["", " "]
    texts += [
        "".join(chr(chance.choice([chance.randrange(1, 0x250), chance.randrange(1, 0xD800)])) for _ in range(12))
        for _ in range(1000)
    ]
    assert spelt_by_database(texts) == [names.spelt(text) for text in texts]


@pytest.mark.django_db
def test_the_database_knows_the_keys_that_python_knows():
    words = ["siti", "rahaju", "sri", "a", "muhamad"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT tsvector_to_array(bansos_name_keys(%s))", [" ".join(words)])
        assert set(cursor.fetchone()[0]) == set.union(*map(names.keys, words))
    assert names.keys("siti") == {"siti", "iti", "sti", "sii", "sit"} and names.keys("sri") == {"sri"}


@pytest.mark.django_db
@pytest.mark.parametrize(("function", "sql"), [("bansos_spelt", names.SPELT_SQL), ("bansos_name_keys", names.KEYS_SQL)])
def test_the_functions_in_the_database_are_those_of_the_code(function, sql):
    """Who changes a rule also adds a migration that makes the function anew and writes every name again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [function])
        assert cursor.fetchone()[0] == sql.split("$$")[1]


@pytest.mark.django_db
def test_a_name_is_spelt_however_it_comes_in():
    person = make.person(household=make.household(), name="Moch. Soekarno")
    assert person.spelt == "muhamad sukarno"
    person.name = "Djoko"
    person.save(update_fields=["name"])
    assert person.spelt == "joko"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE beneficiaries_person SET name = 'St. Aminah' WHERE id = %s", [person.pk])
    assert Person.objects.get(pk=person.pk).spelt == "aminah siti"
    assert verify().whole


def named(text: str) -> list[str]:
    return [person.name for person in Person.objects.named(text)]


@pytest.fixture
def register(db):
    family = make.household(head={"name": "Siti Rahayu"})
    for name in ("Siti Rahayu Ningsih", "Rahayu Siti", "Slamet Riyadi", "Moch. Soekarno", "Sri Rahayu", "Dewi Lestari"):
        make.person(household=family, name=name)


@pytest.mark.parametrize(
    "text",
    [
        "Siti Rahayu", "siti rahaju", "Sit Rahayu", "Siti Rahyu", "Siri Rahayu", "Stii Rahayu", "Siti Rahhayu",
        "Siti Rahsyu", "St. Rahayu", "  SITI   RAHAYU ", "Hj. Siti Rahayu",
    ],
)  # fmt: skip
def test_one_wrong_letter_is_forgiven_and_the_likeliest_comes_first(register, text):
    found = named(text)
    assert found[0] in {"Siti Rahayu", "Rahayu Siti"} and "Siti Rahayu" in found[:2]
    assert "Siti Rahayu Ningsih" in found and "Slamet Riyadi" not in found and "Dewi Lestari" not in found


def test_as_it_was_typed_comes_before_another_order(register):
    assert named("Siti Rahayu")[:3] == ["Siti Rahayu", "Rahayu Siti", "Siti Rahayu Ningsih"]
    assert named("Rahayu Siti")[0] == "Rahayu Siti"


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Slam", "Slamet Riyadi"),
        ("Slamet Ri", "Slamet Riyadi"),
        ("M. Soek", "Moch. Soekarno"),
        ("de", "Dewi Lestari"),
    ],
)
def test_a_name_is_found_before_it_is_typed_to_its_end(register, text, who):
    assert named(text)[0] == who


@pytest.mark.parametrize("text", ["", " ", "...", "张", "& | !", "'; --", "Xaverius", "siti:*", "\\"])
def test_what_is_no_name_finds_nobody_and_breaks_nothing(register, text):
    assert [name for name in named(text) if "Siti" not in name] == []


def test_the_region_is_narrowed_before_the_names(register, monkeypatch):
    """However many bear a name elsewhere, an officer finds those of the own region."""
    monkeypatch.setattr(names, "MOST", 1)
    there = make.household(region="31.75.07.1001.001.001", head={"name": "Siti Rahayu"})
    budi = people.user("cici", "staf", "31.75.07.1001")
    assert [p.household for p in Person.objects.for_officer(budi).named("Siti Rahayu")] == [there]


@pytest.mark.parametrize("way", ["save", "sql"])
def test_a_new_word_is_known_whatever_way_it_came(register, way):
    _rename("Xaverius Wibisono", way)
    assert named("Xaverus Wibisno") == ["Xaverius Wibisono"]
    assert NameWord.objects.filter(word="wibisono").count() == 1


def test_without_its_trigger_a_new_word_is_unknown(register):
    with pgtrigger.ignore("beneficiaries.Person:words_at_update"):
        _rename("Xaverius Wibisono", "sql")
    assert named("Xaverus Wibisno") == []


def _rename(name: str, way: str) -> None:
    person = Person.objects.get(name="Dewi Lestari")
    if way == "save":
        person.name = name
        person.save(update_fields=["name"])
    else:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE beneficiaries_person SET name = %s WHERE id = %s", [name, person.pk])


def test_an_unfinished_last_word_is_forgiven_too(register):
    assert named("Slamet Ryadi")[0] == named("Slamet Ryad")[0] == "Slamet Riyadi"


@pytest.mark.parametrize("text", ["Indh Lestari", "Lestari Indh", "Indh"])
def test_a_slip_that_makes_a_foreign_sound_is_forgiven(register, text):
    """What is left of Indah reads like the old spelling of "ind", too short to forgive anything in it."""
    make.person(household=make.household(), name="Indah Lestari")
    assert named(text)[0] == "Indah Lestari"
