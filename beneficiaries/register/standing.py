"""What a foreign file does not tell about whom the register knows stays as it is (docs/adr/0010).

A column that the file lacks is filled with one value, which holds for families and people that are new. For those that
the register has, the staged rows take over what stands there, unless the plan says that the value holds for all.
"""

from django.db import connection

from beneficiaries.register.columns import HOUSEHOLDS, PEOPLE, columns

# What a file says about all its rows: the place, and the date and source of what other offices decide.
ABOUT_THE_FILE = {"", "kk", "nik", "kelurahan", "rw", "rt", "phone", "decile", "decile_on"}

HOUSEHOLD = """
UPDATE stage_household s SET {fields} FROM beneficiaries_household known WHERE known.kk_index = s.kk_index
"""
# The number of a row that was merged stands for the person who stayed.
PERSON = """
UPDATE stage_person s SET {fields}
FROM (
    SELECT DISTINCT ON (born.nik_index) born.nik_index AS number, kept.*
    FROM beneficiaries_person born JOIN beneficiaries_person kept ON kept.id = COALESCE(born.merged_into_id, born.id)
    WHERE kept.died_on IS NULL AND kept.merged_into_id IS NULL
        AND born.nik_index IN (SELECT nik_index FROM stage_person)
    ORDER BY born.nik_index, born.merged_into_id NULLS FIRST
) known WHERE known.number = s.nik_index
"""
STATEMENTS = {HOUSEHOLDS: HOUSEHOLD, PEOPLE: PERSON}


def keep_known(plan: dict | None) -> None:
    """Takes over, into the staged rows, what the register has in columns that the file of this plan lacks."""
    with connection.cursor() as cursor:
        for sheet, statement in STATEMENTS.items():
            if fields := _absent(sheet, (plan or {}).get(sheet)):
                cursor.execute(statement.format(fields=", ".join(f"{field} = known.{field}" for field in fields)))


def may_stand(field: str) -> bool:
    """Whether a fixed value of this column may be for new rows only."""
    return field not in ABOUT_THE_FILE


def _absent(sheet: str, part: dict | None) -> list[str]:
    if not part:
        return []
    return [
        column.field
        for column in columns(sheet)
        if may_stand(column.field)
        and not part["columns"].get(column.title)
        and part["fixed"].get(column.title)
        and column.title not in part.get("for_all", ())
    ]
