"""Writes what was judged: changed rows are updated, new rows inserted, unchanged rows cost no write.

No ON CONFLICT: a changed row is compared once, and each row is written once (performance.md, section 1). The history
triggers record the events by themselves.
"""

from django.db import connection

from beneficiaries.register.checks import HOUSEHOLD_FIELDS, PERSON_FIELDS, taken


def _assignments(fields: list[str]) -> str:
    return ", ".join(f"{field} = {taken(field)}" for field in fields)


def _fresh(fields: list[str]) -> str:
    """A new row has nothing to keep; an empty text is ''."""
    return ", ".join(
        f"COALESCE(s.{field}, '')" if field in {"birth_place", "education", "occupation"} else f"s.{field}"
        for field in fields
    )


UPDATE_HOUSEHOLDS = f"""
UPDATE beneficiaries_household live SET
    region_id = j.region_id,
    phone = CASE WHEN s.phone_index IS DISTINCT FROM h.phone_index THEN COALESCE(s.phone, h.phone) ELSE h.phone END,
    phone_index = COALESCE(s.phone_index, h.phone_index),
    updated_at = now(), {_assignments(HOUSEHOLD_FIELDS)}
FROM judged_household j
JOIN stage_household s ON s.row = j.row
JOIN beneficiaries_household h ON h.id = j.household_id
WHERE j.fate = 'changed' AND live.id = h.id
"""  # noqa: S608  our own column names

INSERT_HOUSEHOLDS = f"""
INSERT INTO beneficiaries_household
    (kk, kk_index, region_id, phone, phone_index, created_at, updated_at, {", ".join(HOUSEHOLD_FIELDS)})
SELECT s.kk, s.kk_index, j.region_id, s.phone, s.phone_index, now(), now(), {_fresh(HOUSEHOLD_FIELDS)}
FROM judged_household j JOIN stage_household s ON s.row = j.row
WHERE j.fate = 'new' ORDER BY s.kk_index
"""  # noqa: S608  our own column names

UPDATE_PEOPLE = f"""
UPDATE beneficiaries_person live SET
    household_id = h.id, region_id = j.region_id, updated_at = now(), {_assignments(PERSON_FIELDS)}
FROM judged_person j
JOIN stage_person s ON s.row = j.row
JOIN beneficiaries_person p ON p.id = j.person_id
JOIN beneficiaries_household h ON h.kk_index = j.kk_index
WHERE j.fate = 'changed' AND live.id = p.id
"""  # noqa: S608  our own column names

INSERT_PEOPLE = f"""
INSERT INTO beneficiaries_person
    (nik, nik_index, household_id, region_id, created_at, updated_at, {", ".join(PERSON_FIELDS)})
SELECT s.nik, s.nik_index, h.id, j.region_id, now(), now(), {_fresh(PERSON_FIELDS)}
FROM judged_person j
JOIN stage_person s ON s.row = j.row
JOIN beneficiaries_household h ON h.kk_index = j.kk_index
WHERE j.fate = 'new' ORDER BY s.nik_index
"""  # noqa: S608  our own column names

# Members who are not in the file move with their family.
FOLLOW = """
UPDATE beneficiaries_person p SET region_id = h.region_id, updated_at = now()
FROM judged_household j JOIN beneficiaries_household h ON h.id = j.household_id
WHERE j.fate = 'changed' AND p.household_id = h.id AND p.region_id <> h.region_id
"""

STEPS = (UPDATE_HOUSEHOLDS, INSERT_HOUSEHOLDS, "ANALYZE beneficiaries_household", UPDATE_PEOPLE, INSERT_PEOPLE, FOLLOW)


def write() -> None:
    """Acts on the judged rows inside the caller's transaction."""
    with connection.cursor() as cursor:
        for step in STEPS:
            cursor.execute(step)
        cursor.execute("ANALYZE beneficiaries_person")
