"""How many likely duplicates a file brings: counted before it is loaded, and after, with the same measure."""

from django.db import connection

from beneficiaries.duplicates import LIKE, PAIRS

# People whom the file changes, but not in what duplicates are found by. Of a load that was cut off and judged anew they
# are no longer those that were written: these are compared once more.
COMPARED = "SELECT person_id FROM judged_person WHERE fate = 'changed' AND same_person"
STAGED = "SELECT person_id FROM judged_person WHERE fate <> 'refused'"

# The register as it would be: people of the file as the file has them, and everybody else.
EXPECTED = f"""
WITH staged AS ({STAGED}), crowd AS MATERIALIZED (
    SELECT p.id AS key, p.id AS person_id, p.spelt, p.born_on, p.sex, p.region_id, false AS focus
    FROM beneficiaries_person p
    WHERE p.died_on IS NULL AND p.merged_into_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM staged WHERE staged.person_id = p.id)
    UNION ALL
    SELECT COALESCE(j.person_id, -j.row), j.person_id, bansos_spelt(s.name), s.born_on, s.sex, j.region_id,
        j.fate IN ('new', 'changed')
    FROM judged_person j JOIN stage_person s ON s.row = j.row WHERE j.fate <> 'refused'
), {PAIRS}
SELECT count(*) FROM pairs
WHERE likeness >= %(like)s AND NOT EXISTS (
    SELECT 1 FROM beneficiaries_duplicatepair d
    WHERE d.first_id = least(pairs.first_id, pairs.second_id)
        AND d.second_id = greatest(pairs.first_id, pairs.second_id)
        AND pairs.first_id IS NOT NULL AND pairs.second_id IS NOT NULL
)
"""  # noqa: S608  our own expressions

# Begins with the few open pairs, not with the many rows.
OPEN = """
WITH one_of_two AS (
    SELECT d.id, unnest(ARRAY[d.first_id, d.second_id]) AS person_id
    FROM beneficiaries_duplicatepair d WHERE d.status = 'terbuka'
)
SELECT count(DISTINCT o.id) FROM one_of_two o
JOIN beneficiaries_person p ON p.id = o.person_id AND p.died_on IS NULL AND p.merged_into_id IS NULL
JOIN stage_person s ON s.nik_index = p.nik_index
JOIN judged_person j ON j.row = s.row AND j.fate <> 'refused'
"""


def open_pairs() -> int:
    """Returns how many unsettled pairs hold somebody of the staged file who is in the register."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN)
        return cursor.fetchone()[0]


def expected_pairs() -> int:
    """Returns how many unsettled pairs there would be after loading what is staged and judged."""
    with connection.cursor() as cursor:
        cursor.execute(EXPECTED, {"like": LIKE})
        return cursor.fetchone()[0] + open_pairs()
