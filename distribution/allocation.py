"""Who gets a place on a round's list: sets and one statement, no loop over families.

Families stand in one order: most points first, then the lower household number. A family that the criteria hold but
a closed deliberation found worthy comes after them, if its points reach the same limit. Within each kelurahan the first
`quota` of them are taken, and of all those together as many as the budget pays for.
"""

from dataclasses import dataclass

from django.db import connection

from bansos.codes import ALPHABET
from beneficiaries import deliberations
from distribution.models import Round

# A kelurahan's code is the first 13 characters of every code inside it ("31.75.07.1003").
_ELIGIBLE = """
    SELECT s.household_id, h.region_id, q.region_id AS kelurahan, q.households AS quota, s.points, s.hits,
        EXISTS (SELECT FROM beneficiaries_person p WHERE p.household_id = h.id AND p.died_on IS NULL
            AND p.left_on IS NULL AND p.merged_into_id IS NULL) AS lives,
        h.id IN (
            SELECT p.household_id FROM beneficiaries_duplicatepair d
            JOIN beneficiaries_person p ON p.id = ANY (ARRAY[d.first_id, d.second_id]) WHERE d.status = 'terbuka'
        ) AS doubtful,
        h.limited_at IS NOT NULL AS limited,
        s.verdict = 'ditahan' AS cleared
    FROM beneficiaries_score s
    JOIN beneficiaries_household h ON h.id = s.household_id AND h.status = 'aktif'
    JOIN distribution_quota q ON q.round_id = %(round)s AND q.region_id = left(h.region_id, 13)
    JOIN beneficiaries_criteriaset c ON c.id = s.criteria_set_id
    WHERE s.criteria_set_id = %(criteria_set)s AND (s.verdict = 'indikasi_layak'
            OR (s.verdict = 'ditahan' AND h.id = ANY (%(cleared)s) AND s.points >= c.threshold))
        AND h.region_id LIKE %(region)s || '.%%'
"""

_RANKED = f"""
    SELECT *, row_number() OVER (PARTITION BY kelurahan ORDER BY cleared, points DESC, household_id) AS rank
    FROM ({_ELIGIBLE}) AS eligible WHERE lives AND NOT doubtful AND NOT limited
"""  # noqa: S608  built from the constants above alone

# Every place costs the same, so the running total ends where LIMIT does. The random bytes are those of a version 4
# UUID that carry no version or variant; PostgreSQL draws them from the system's strong source.
_FILL = f"""
    WITH ranked AS ({_RANKED}),
    chosen AS MATERIALIZED (
        SELECT *, uuid_send(gen_random_uuid()) AS random FROM (
            SELECT * FROM ranked WHERE rank <= quota
            ORDER BY cleared, points DESC, household_id LIMIT %(places)s
        ) AS paid
    )
    INSERT INTO distribution_entitlement
        (round_id, household_id, region_id, status, code, value, points, hits, criteria_set_id, rank, status_reason)
    SELECT %(round)s, household_id, region_id, 'direncanakan',
        (SELECT string_agg(substr(%(alphabet)s, (get_byte(random, place) & 31) + 1, 1), '')
            FROM unnest(ARRAY[0, 1, 2, 3, 4, 5, 9, 10, 11, 12]) AS place),
        %(value)s, points, hits, %(criteria_set)s, rank, ''
    FROM chosen
"""  # noqa: S608

_COUNT = f"""
    SELECT kelurahan, count(*) FILTER (WHERE lives AND NOT doubtful AND NOT limited),
        count(*) FILTER (WHERE doubtful), count(*) FILTER (WHERE NOT lives), count(*) FILTER (WHERE limited)
    FROM ({_ELIGIBLE}) AS eligible GROUP BY kelurahan ORDER BY kelurahan
"""  # noqa: S608

_WAITING = f"""
    SELECT household_id FROM ({_RANKED}) AS ranked
    WHERE kelurahan = %(kelurahan)s
        AND NOT EXISTS (
            SELECT FROM distribution_entitlement e
            WHERE e.round_id = %(round)s AND e.household_id = ranked.household_id
        )
    ORDER BY cleared, points DESC, household_id LIMIT %(limit)s
"""  # noqa: S608


@dataclass(frozen=True)
class Candidates:
    """How many eligible families a kelurahan has, and how many stay out: an open duplicate, a death, a limit
    asked for.
    """

    kelurahan: str
    eligible: int
    doubtful: int
    without_living: int
    limited: int


def _values(round: Round, criteria_set_id: int | None, **more) -> dict:
    cleared = list(deliberations.cleared_households().values_list("pk", flat=True))
    scope = {"round": round.pk, "region": round.region_id, "criteria_set": criteria_set_id}
    return scope | {"cleared": cleared} | more


def fill(*, round: Round, criteria_set_id: int) -> int:
    """Writes the entitlements of `round` from the scores under `criteria_set_id`. Returns how many."""
    values = _values(
        round,
        criteria_set_id,
        value=round.unit_value,
        places=round.budget // round.unit_value,
        alphabet=ALPHABET,
    )
    with connection.cursor() as cursor:
        cursor.execute(_FILL, values)
        return cursor.rowcount


def candidates(*, round: Round, criteria_set_id: int | None) -> list[Candidates]:
    """Counts the eligible families by kelurahan, for those kelurahan that have a quota."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, _values(round, criteria_set_id))
        return [Candidates(*row) for row in cursor.fetchall()]


def waiting(*, round: Round, criteria_set_id: int | None, kelurahan: str, limit: int = 5) -> list[int]:
    """Returns the household ids that come next in a kelurahan, below the line."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, _values(round, criteria_set_id, kelurahan=kelurahan, limit=limit))
        return [row[0] for row in cursor.fetchall()]
