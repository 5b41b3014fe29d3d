"""People who are most likely in the register twice: found by one statement, settled by a person.

Two people are compared when they share birth date and sex. Their names are first written the same way (Muhammad, Moh.
and M.; oe and u; dj, j and y; ch, kh and h; doubled letters), then likened by their trigrams, as written and with each
word's letters sorted: a slip of two fingers ("Hartoon") changes the trigrams but not the letters.
"""

from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beneficiaries.models import DuplicatePair

LIKE = 0.65  # of 1; of the sample register the right pairs reach 0.75, the wrong ones at most 0.56

SETTLED = _("Pasangan ini sudah diputuskan. Muat ulang halaman ini.")


class DuplicateError(ValueError):
    """The pair cannot be settled; its sentence says why."""


# Old and new spelling, in this order; each step takes the result of the one before.
_STEPS = (
    (r"[^a-z ]", "", "g"),
    (r"\m(muhammad|mohammad|muhamad|mohamad|mochammad|mochamad|muchammad|moch|moh|muh|mhd|md|m)\M", "muhamad", "g"),
    ("oe", "u", "g"),
    ("dj|y", "j", "g"),
    ("tj", "c", "g"),
    ("[ck]h", "h", "g"),
    ("v", "f", "g"),
    (r"(.)\1+", r"\1", "g"),
)


def _spelt_alike(name: str) -> str:
    for found, put, flags in _STEPS:
        name = f"regexp_replace({name}, '{found}', '{put}', '{flags}')"
    return name


# `crowd` has key, person_id, name, born_on, sex, focus: at least one of a pair is in focus.
PAIRS = f"""
spelt AS MATERIALIZED (
    SELECT key, person_id, born_on, sex, focus, {_spelt_alike("lower(name)")} AS name
    FROM crowd
    WHERE (born_on, sex) IN (SELECT born_on, sex FROM crowd GROUP BY 1, 2 HAVING count(*) > 1 AND bool_or(focus))
), sorted AS MATERIALIZED (
    SELECT *, ARRAY(
        SELECT string_agg(letter, '' ORDER BY letter)
        FROM regexp_split_to_table(name, ' +') WITH ORDINALITY AS word(word, place),
            regexp_split_to_table(word, '') AS letter
        GROUP BY place ORDER BY place
    )::text AS letters FROM spelt
), pairs AS (
    SELECT a.key AS first_key, b.key AS second_key, a.person_id AS first_id, b.person_id AS second_id,
        greatest(similarity(a.name, b.name), similarity(a.letters, b.letters)) AS likeness
    FROM sorted a JOIN sorted b ON a.born_on = b.born_on AND a.sex = b.sex AND a.key < b.key
    WHERE a.focus OR b.focus
)
"""  # noqa: S608  our own expressions

FIND = f"""
WITH crowd AS (
    SELECT id AS key, id AS person_id, name, born_on, sex, updated_at >= %(since)s AS focus
    FROM beneficiaries_person WHERE died_on IS NULL AND merged_into_id IS NULL
), {PAIRS}
INSERT INTO beneficiaries_duplicatepair (first_id, second_id, region_id, likeness)
SELECT first_id, second_id, second.region_id, likeness
FROM pairs JOIN beneficiaries_person second ON second.id = second_id
WHERE likeness >= %(like)s AND NOT EXISTS (
    SELECT 1 FROM beneficiaries_duplicatepair d WHERE d.first_id = pairs.first_id AND d.second_id = pairs.second_id
)
"""  # noqa: S608  our own expressions

EVER = datetime(1900, 1, 1, tzinfo=timezone.get_default_timezone())


def find(*, changed_since: datetime = EVER) -> int:
    """Notes the pairs of living people who are most likely one, at least one of them changed since then.

    A pair that was ever noted, settled or not, is not noted again. Returns how many are new.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('duplicates'))")
        cursor.execute(FIND, {"since": changed_since, "like": LIKE})
        return cursor.rowcount


def settle(*, pair: DuplicatePair, same: bool, by) -> DuplicatePair:
    """Notes that a pair is one person, or two; `merging.merge` also makes one row of the two.

    Raises DuplicateError when already settled.
    """
    with transaction.atomic():
        pair = DuplicatePair.objects.select_for_update(of=("self",)).get(pk=pair.pk)
        if pair.status != DuplicatePair.Status.TERBUKA:
            raise DuplicateError(str(SETTLED))
        pair.status = DuplicatePair.Status.SAMA if same else DuplicatePair.Status.BEDA
        pair.settled_by, pair.settled_at = by, timezone.now()
        pair.save(update_fields=["status", "settled_by", "settled_at"])
    return pair
