"""How many likely duplicates a file brings: counted before it is loaded, and after, with the same measure."""

from django.db import connection

from beneficiaries.duplicates import LIKE, PAIRS

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

OPEN = """
SELECT count(*) FROM beneficiaries_duplicatepair d
WHERE d.status = 'terbuka' AND (d.first_id IN (SELECT id FROM staged) OR d.second_id IN (SELECT id FROM staged))
"""  # noqa: S608  our own expressions

AFTER = f"""
WITH staged AS (
    SELECT p.id FROM judged_person j JOIN stage_person s ON s.row = j.row
    JOIN beneficiaries_person p ON p.nik_index = s.nik_index AND p.died_on IS NULL
        AND p.merged_into_id IS NULL
    WHERE j.fate <> 'refused'
) {OPEN}
"""  # noqa: S608  our own expressions


def open_pairs() -> int:
    """Returns how many unsettled pairs hold somebody of the staged file who is in the register."""
    with connection.cursor() as cursor:
        cursor.execute(AFTER)
        return cursor.fetchone()[0]


def expected_pairs() -> int:
    """Returns how many unsettled pairs there would be after loading what is staged and judged."""
    with connection.cursor() as cursor:
        cursor.execute(EXPECTED, {"like": LIKE})
        return cursor.fetchone()[0] + open_pairs()
