"""People who are most likely in the register twice: found by one statement, settled by a person.

Compared are people of one sex who share a birth date (also with day and month exchanged), or the RT and the year of
birth, or the RT and the whole name. Names are compared as `names.spelt` writes them, so that spelling, titles and the
order of words make no difference; then by trigrams, by edits, and once more by the words that they do not share.

A birth date that is nearly the same, or another RT, makes a pair less likely. The weights were chosen on
`tests.benchmarks.mistakes.practise`; what they reach on mistakes of another make stands in docs/adr/0009.
"""

from collections.abc import Iterable
from datetime import datetime

import pghistory
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos import jobs
from bansos.models import Job
from beneficiaries.models import DuplicatePair

JOB_KIND = "duplicates.search"
PATIENCE = 3  # seconds that a change waits for another search to end
LIKE = 0.7  # of 1, from which a pair is noted
DOUBT = 0.35  # trigram likeness of the names under which a pair is not looked at closer
OTHER_DATE, OTHER_PLACE = 0.15, 0.05  # taken off for a birth date that is nearly the same; for another RT
SWAPPED, INITIAL, MISSING = 0.9, 0.8, 0.7  # likeness of words: letters in another order, one letter for a word, none

APART = _("Diperiksa berdampingan: dua orang yang berbeda")
SETTLED = _("Pasangan ini sudah diputuskan. Muat ulang halaman ini.")


class DuplicateError(ValueError):
    """The pair cannot be settled; its sentence says why."""


_YEAR = "EXTRACT(YEAR FROM {}.born_on)"
_SAME_YEAR = f"{_YEAR.format('b')} = {_YEAR.format('a')}"

# The birth date with day and month exchanged, NULL where that is no other date.
EXCHANGED = """
    CASE WHEN EXTRACT(DAY FROM born_on) <= 12 AND EXTRACT(DAY FROM born_on) <> EXTRACT(MONTH FROM born_on) THEN
        make_date(EXTRACT(YEAR FROM born_on)::int, EXTRACT(DAY FROM born_on)::int, EXTRACT(MONTH FROM born_on)::int)
    END
"""
# Where a pair is looked for: equalities that indexes serve.
BLOCKS = (
    "b.born_on = a.born_on",
    "b.born_on = a.exchanged",
    f"b.region_id = a.region_id AND {_SAME_YEAR} AND b.born_on <> a.born_on",
    f"b.region_id = a.region_id AND b.spelt = a.spelt AND NOT {_SAME_YEAR}",
)
_BLOCK = f"""
    SELECT a.key AS a_key, b.key AS b_key, a.person_id AS a_id, b.person_id AS b_id, a.spelt AS a_name,
        b.spelt AS b_name, a.born_on AS a_born, b.born_on AS b_born, a.region_id = b.region_id AS neighbours,
        CASE WHEN a.spelt = b.spelt THEN 1 ELSE similarity(a.spelt, b.spelt) END AS trigrams
    FROM fresh a JOIN crowd b ON b.sex = a.sex AND b.key <> a.key AND (a.key < b.key OR NOT b.focus) AND {{block}}
    WHERE CASE WHEN a.spelt = b.spelt THEN true ELSE similarity(a.spelt, b.spelt) >= {DOUBT} END
"""  # noqa: S608  our own expressions

_LEVENSHTEIN = "1 - levenshtein({a}, {b})::float / greatest(length({a}), length({b}), 1)"
_LETTERS = "(SELECT string_agg(letter, '' ORDER BY letter) FROM string_to_table({}, NULL) AS letter)"
_WITHOUT = """array_to_string(ARRAY(
            SELECT word FROM unnest(string_to_array({a}, ' ')) AS word WHERE word <> ALL (string_to_array({b}, ' '))
        ), ' ')"""

# `crowd` has key, person_id, spelt, born_on, sex, region_id, focus: at least one of a pair is in focus.
# What the two names do not share counts as much as the whole: two people of one family share most of a name.
PAIRS = f"""
fresh AS NOT MATERIALIZED (
    SELECT *, {EXCHANGED} AS exchanged FROM crowd WHERE focus AND spelt <> ''
), candidates AS MATERIALIZED (
    {" UNION ALL ".join(_BLOCK.format(block=block) for block in BLOCKS)}
), near AS (
    SELECT *, a_born = b_born AS same_date, to_char(a_born, 'YYYYDDMM') = to_char(b_born, 'YYYYMMDD') AS exchanged
    FROM candidates
), dated AS MATERIALIZED (
    SELECT * FROM near
    WHERE same_date OR exchanged OR (neighbours AND (
        abs(a_born - b_born) = 1 OR levenshtein(to_char(a_born, 'YYYYMMDD'), to_char(b_born, 'YYYYMMDD')) = 1
    ))
), remainders AS MATERIALIZED (
    SELECT *, {_WITHOUT.format(a="a_name", b="b_name")} AS a_rest, {_WITHOUT.format(a="b_name", b="a_name")} AS b_rest
    FROM dated
), weighed AS (
    SELECT *, greatest(trigrams, {_LEVENSHTEIN.format(a="a_name", b="b_name")}) AS whole, CASE
            WHEN a_rest = b_rest THEN 1
            WHEN '' IN (a_rest, b_rest) THEN {MISSING}
            WHEN 1 IN (length(a_rest), length(b_rest)) AND left(a_rest, 1) = left(b_rest, 1) THEN {INITIAL}
            WHEN {_LETTERS.format("a_rest")} = {_LETTERS.format("b_rest")} THEN {SWAPPED}
            ELSE {_LEVENSHTEIN.format(a="a_rest", b="b_rest")}
        END AS rest
    FROM remainders
), pairs AS (
    SELECT DISTINCT least(a_key, b_key) AS first_key, greatest(a_key, b_key) AS second_key,
        CASE WHEN a_key < b_key THEN a_id ELSE b_id END AS first_id,
        CASE WHEN a_key < b_key THEN b_id ELSE a_id END AS second_id,
        (whole + rest) / 2 - CASE WHEN same_date THEN 0 ELSE {OTHER_DATE} END
            - CASE WHEN neighbours THEN 0 ELSE {OTHER_PLACE} END AS likeness
    FROM weighed
)
"""  # noqa: S608  our own expressions

# A table made anew is filled by all cores; rows put into one that exists are not.
FIND = f"""
CREATE TEMP TABLE likely_pair ON COMMIT DROP AS
WITH crowd AS NOT MATERIALIZED (
    SELECT id AS key, id AS person_id, spelt, born_on, sex, region_id, {{focus}} AS focus
    FROM beneficiaries_person WHERE died_on IS NULL AND merged_into_id IS NULL
), {PAIRS}
SELECT first_id, second_id, likeness FROM pairs WHERE likeness >= %(like)s
"""  # noqa: S608  our own expressions

NOTE = """
INSERT INTO beneficiaries_duplicatepair (first_id, second_id, region_id, likeness)
SELECT first_id, second_id, second.region_id, likeness
FROM likely_pair JOIN beneficiaries_person second ON second.id = second_id
WHERE NOT EXISTS (
    SELECT 1 FROM beneficiaries_duplicatepair d
    WHERE d.first_id = likely_pair.first_id AND d.second_id = likely_pair.second_id
)
"""

EVER = datetime(1900, 1, 1, tzinfo=timezone.get_default_timezone())


def find(*, changed_since: datetime = EVER, compared: str = "", families: list[int] | None = None) -> int:
    """Notes the pairs of living people who are most likely one, at least one of them changed since then.

    With `families`, numbers of households, at least one is of these, changed or not. `compared` is a query for the keys
    of people whose change makes no difference here, so that they are left out. A pair that was ever noted, settled or
    not, is not noted again. Returns how many are new.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('duplicates'))")
        cursor.execute("SET LOCAL random_page_cost = 1.1")  # the register lies in memory: a few rows by the indexes
        cursor.execute("SET LOCAL work_mem = '64MB'")  # for joining all the people with themselves
        cursor.execute("DROP TABLE IF EXISTS pg_temp.likely_pair")
        focus = "updated_at >= %(since)s" if families is None else "household_id = ANY(%(families)s)"
        but = f" AND id NOT IN ({compared})" if compared else ""  # the callers' own text
        values = {"since": changed_since, "families": families, "like": LIKE}
        cursor.execute(FIND.format(focus=focus + but), values)
        cursor.execute(NOTE)
        return cursor.rowcount


def follow(*, household_ids: Iterable[int]) -> None:
    """Looks for the people of these families, once the change of their data has been committed.

    Never inside the change itself: there it would hold rows that another search needs, and wait for that search. A
    search of all, as after an import, is not waited out; the nightly one makes up for it.
    """
    ids = sorted(household_ids)
    transaction.on_commit(lambda: _look_at(ids), robust=True)


def _look_at(household_ids: list[int]) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {round(PATIENCE * 1000)}")
        find(families=household_ids)


def request(*, by=None) -> Job:
    """Returns the job that looks at all people; the caller starts it."""
    return jobs.enqueue(kind=JOB_KIND, by=by)


def run_job(*, job: Job, pulse) -> dict:
    """Runs the job; its result holds how many pairs are new."""
    return {"pairs": find()}


def tell_apart(*, pair: DuplicatePair, by) -> DuplicatePair:
    """Notes that a pair is two people. That it is one is noted by `merging.merge` alone, which makes one row of two.

    Raises DuplicateError when already settled.
    """
    with transaction.atomic(), pghistory.context(user=by.pk, reason=str(APART)):
        pair = DuplicatePair.objects.select_for_update(of=("self",)).get(pk=pair.pk)
        if pair.status != DuplicatePair.Status.TERBUKA:
            raise DuplicateError(str(SETTLED))
        pair.status = DuplicatePair.Status.BEDA
        pair.settled_by, pair.settled_at = by, timezone.now()
        pair.save(update_fields=["status", "settled_by", "settled_at"])
    return pair
