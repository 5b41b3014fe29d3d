"""People entered into the register a second time, with the mistakes that clerks make.

Two generators that share nothing: `practise` is what the weights of `beneficiaries.duplicates` were chosen on, and
`held_out` is what the benchmark reports. Both take living people and give second entries.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db import connection

from beneficiaries.models import Person


@dataclass(frozen=True)
class Entry:
    """A person as somebody wrote them down: `pk` of whom, and in which family."""

    pk: int
    name: str
    born_on: date
    home: int
    kind: str = ""


# The same person again: another number, since a register holds each number once.
_ENTER = """
    INSERT INTO beneficiaries_person (household_id, region_id, nik, nik_index, name, birth_place, born_on, sex,
        relation, marital, education, occupation, income, disability, chronic_illness, pregnant, in_school,
        created_at, updated_at)
    SELECT home.id, home.region_id, p.nik, sha256(('again' || p.id)::bytea), again.name, '', again.born_on,
        p.sex, 'lainnya', p.marital, '', p.occupation, 0, false, false, false, false, now(), clock_timestamp()
    FROM unnest(%(ids)s::bigint[], %(names)s::text[], %(dates)s::date[], %(homes)s::bigint[])
        AS again (id, name, born_on, home)
    JOIN beneficiaries_person p ON p.id = again.id JOIN beneficiaries_household home ON home.id = again.home
"""
_TWINS = """
    SELECT chosen, p.id FROM unnest(%(ids)s::bigint[]) AS chosen
    JOIN beneficiaries_person p ON p.nik_index = sha256(('again' || chosen)::bytea)
"""


def enter(entries: Sequence[Entry]) -> dict[tuple[int, int], str]:
    """Writes the second entries into the register. Returns the pairs of ids that are one person, and their kinds."""
    values = {
        "ids": [entry.pk for entry in entries],
        "names": [entry.name for entry in entries],
        "dates": [entry.born_on for entry in entries],
        "homes": [entry.home for entry in entries],
    }
    kinds = {entry.pk: entry.kind for entry in entries}
    with connection.cursor() as cursor:
        cursor.execute(_ENTER, values)
        cursor.execute(_TWINS, values)
        return {(first, second): kinds[first] for first, second in cursor.fetchall()}


def _living(count: int, chance: random.Random) -> tuple[list[Entry], list[int]]:
    """`count` living people, and as many families elsewhere."""
    people = [Entry(*row) for row in Person.objects.living().order_by("pk").values_list(*_COLUMNS)]
    return chance.sample(people, count), [person.home for person in chance.sample(people, count)]


_COLUMNS = ("pk", "name", "born_on", "household")


# --- what the weights were chosen on ---------------------------------------------------------------------------------


def practise(count: int, *, seed: int = 17) -> list[Entry]:
    """Everybody in another RT; nine of ten with a misspelt name, the tenth with a birth date that is a day off."""
    chance = random.Random(seed)
    entries = []
    for number, (person, home) in enumerate(zip(*_living(count, chance), strict=True)):
        if number % 10:
            entries.append(replace(person, name=_misspelt(person.name, chance), home=home, kind="nama"))
        else:
            entries.append(replace(person, born_on=person.born_on + timedelta(days=1), kind="tanggal"))
    return entries


def _misspelt(name: str, chance: random.Random) -> str:
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


# --- what is reported ------------------------------------------------------------------------------------------------

_SPELLINGS = {
    "Muhammad": ("Moh.", "M.", "Muh.", "Mochamad", "Mohammad", "Muhamad", "Mohamad"),
    "Ahmad": ("Achmad", "Akhmad", "Ahmat", "A."),
    "Siti": ("St.", "Sitti", "Sity"),
    "Yuni": ("Joeni", "Yunie"),
    "Yusuf": ("Jusuf", "Yusup", "Yoesoef"),
    "Nurul": ("Noerul", "Nuroel"),
    "Aisyah": ("Aisjah", "Aisah", "Aysiah"),
    "Joko": ("Djoko", "Jaka"),
    "Rizki": ("Rizky", "Riski", "Rizqi"),
    "Fitri": ("Fitry", "Fithri"),
    "Zainal": ("Zaenal", "Jainal"),
    "Umar": ("Oemar", "Omar"),
    "Hidayat": ("Hidajat", "Hidayath"),
    "Rahman": ("Rachman", "Rohman"),
    "Wahyu": ("Wahju", "Wahyoe"),
    "Gunawan": ("Goenawan",),
    "Nugroho": ("Noegroho", "Nugraha"),
    "Wijaya": ("Widjaja", "Wijaja"),
    "Rahmawati": ("Rachmawati", "Rahmawaty"),
    "Suryadi": ("Soerjadi", "Surjadi"),
    "Syahputra": ("Sahputra", "Sjahputra"),
    "Ramadhan": ("Ramadan", "Romadhon"),
}
_NEIGHBOURS = {
    "a": "qsz", "b": "vn", "c": "xv", "d": "sf", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "wa", "r": "et", "s": "ad", "t": "ry",
    "u": "yi", "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "xa",
}  # fmt: skip


def _variant(entry: Entry, chance: random.Random) -> Entry:
    """Another spelling of a word, or a title; a name without either is written in capitals."""
    words = entry.name.split()
    places = [place for place, word in enumerate(words) if word in _SPELLINGS]
    places = [place for place in places if place == 0 or "." not in "".join(_SPELLINGS[words[place]])] or places[:1]
    if places and chance.random() < 0.8:
        place = chance.choice(places)
        spellings = _SPELLINGS[words[place]]
        words[place] = chance.choice(spellings if place == 0 else [s for s in spellings if "." not in s] or spellings)
        return replace(entry, name=" ".join(words))
    return replace(
        entry, name=chance.choice(["H. {}", "Hj. {}", "Drs. {}", "{}, S.Pd", "{}, S.E., M.M."]).format(entry.name)
    )


def _typo(entry: Entry, chance: random.Random) -> Entry:
    """One slip on the keyboard, anywhere in the name, its first letter too."""
    spots = [spot for spot, letter in enumerate(entry.name) if letter.isalpha()]
    spot = chance.choice(spots)
    before, letter, after = entry.name[:spot], entry.name[spot], entry.name[spot + 1 :]
    wrong = chance.choice(_NEIGHBOURS[letter.lower()])
    slips = [before + wrong + after, before + letter + wrong + after, before + after]
    if after[:1].isalpha():
        slips.append(before + after[0] + letter + after[1:])
    return replace(entry, name=chance.choice(slips))


def _number(entry: Entry, chance: random.Random) -> Entry:
    """Two digits of the NIK swapped: of the record, all else is the same."""
    return entry


def _day_for_month(entry: Entry, chance: random.Random) -> Entry:
    born_on = entry.born_on
    if born_on.day > 12 or born_on.day == born_on.month:
        return _wrong_date(entry, chance)
    return replace(entry, born_on=born_on.replace(month=born_on.day, day=born_on.month))


def _wrong_date(entry: Entry, chance: random.Random) -> Entry:
    """One digit of the birth date is another one, and the date is still a date."""
    while True:
        text = list(f"{entry.born_on:%Y%m%d}")
        text[chance.randrange(2, 8)] = chance.choice("0123456789")
        try:
            wrong = date.fromisoformat("".join(text))
        except ValueError:
            continue
        if wrong != entry.born_on and wrong <= date(2026, 11, 1):
            return replace(entry, born_on=wrong)


def _reordered(entry: Entry, chance: random.Random) -> Entry:
    words = entry.name.split()
    other = words[:]
    while other == words and len(set(words)) > 1:
        chance.shuffle(other)
    return replace(entry, name=" ".join(other))


_KINDS: dict[str, Callable[[Entry, random.Random], Entry]] = {
    "ejaan": _variant,
    "ketik": _typo,
    "nik": _number,
    "hari_bulan": _day_for_month,
    "tanggal": _wrong_date,
    "pindah": lambda entry, chance: entry,
    "urutan": _reordered,
}


def held_out(count: int, *, seed: int = 2026) -> list[Entry]:
    """An eighth of each kind, an eighth with two of them: spelling, slip, NIK, day for month, date, move, order."""
    chance = random.Random(seed)
    entries = []
    for number, (person, elsewhere) in enumerate(zip(*_living(count, chance), strict=True)):
        kind = [*_KINDS, "campuran"][number % (len(_KINDS) + 1)]
        chosen = chance.sample(list(_KINDS), 2) if kind == "campuran" else [kind]
        entry = replace(person, kind=kind)
        for each in chosen:
            entry = _KINDS[each](entry, chance)
        entries.append(replace(entry, home=elsewhere) if "pindah" in chosen else entry)
    return entries
