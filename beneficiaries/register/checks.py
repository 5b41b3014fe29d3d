"""Judges the staged rows against each other and against the register: one statement a table, one CASE a rule.

The result is `judged_household` and `judged_person`: for each row its errors, its warnings, and its fate
("new", "changed", "conflicting", "unchanged", "refused"). A row conflicts when the file would change what a person
decided later than the file's date; the register keeps its values. The preview counts these fates and the load acts on
them.
"""

from django.db import connection, transaction

from beneficiaries.register.columns import HOUSEHOLDS, PEOPLE, columns
from beneficiaries.register.staging import OWN

UNLIKE = 0.4  # of two names, by their trigrams: "Citra" is like "Citra Lestari", "Siti Aminah" not like "Siti Rahayu"
# Faults of a row that is no data, as a signature below the table: told once, not cell by cell.
NO_FAMILY = ["kk_not_16_digits:kk", "text_missing:address"]
NO_PERSON = ["nik_not_16_digits:nik", "kk_not_16_digits:kk", "name_missing:name"]
OPTIONAL = {c.field for sheet in (HOUSEHOLDS, PEOPLE) for c in columns(sheet) if c.optional}
TEXTS = {"birth_place", "education"} | {"occupation"}  # empty text in the register, never NULL


def taken(field: str) -> str:
    """SQL of the value a row leaves in `field`: an empty cell keeps what the register has, so does an older decile."""
    if field in {"decile", "decile_on"}:
        return f"CASE WHEN s.decile_on >= COALESCE(h.decile_on, s.decile_on) THEN s.{field} ELSE h.{field} END"
    live = "h" if field in HOUSEHOLD_FIELDS else "p"
    if field in TEXTS:
        return f"COALESCE(s.{field}, p.{field}, '')"
    return f"COALESCE(s.{field}, {live}.{field})" if field in OPTIONAL else f"s.{field}"


HOUSEHOLD_FIELDS = [c.field for c in columns(HOUSEHOLDS) if c.field not in {"", "kk", "kelurahan", "rw", "rt", "phone"}]
PERSON_FIELDS = [c.field for c in columns(PEOPLE) if c.field not in {"nik", "kk"}]


def _both(fields: list[str], live: str) -> tuple[str, str]:
    return ", ".join(map(taken, fields)), ", ".join(f"{live}.{field}" for field in fields)


# Rows that a person wrote after the file's date (its newest decile), by hand or by deciding: `decided_household`,
# `decided_person`. A file without a decile does not say how old it is, so everything a person wrote is later.
DECIDED = """
CREATE {kind} TABLE decided_{name} AS
SELECT DISTINCT e.pgh_obj_id AS id
FROM pghistory_context c JOIN beneficiaries_{name}event e ON e.pgh_context_id = c.id
WHERE c.created_at >= COALESCE((SELECT max(decile_on) + 1 FROM stage_household), '-infinity'::date)
    AND c.metadata ->> 'user' IS NOT NULL
    AND COALESCE(c.metadata ->> 'source', '') !~ '^(import_register|register_(import|undo):)'
    AND %(keeps)s
"""


def _told(fields: list[str], live: str) -> str:
    """SQL of the conflicts of a row: "decided_later:field:what the register has", one for each field that differs."""
    return ", ".join(
        f"CASE WHEN {taken(f)} IS DISTINCT FROM {live}.{f} "
        f"THEN 'decided_later:{f}:' || COALESCE({live}.{f}::text, '') END"
        for f in fields
    )


_new_household, _old_household = _both(HOUSEHOLD_FIELDS, "h")
_new_person, _old_person = _both(PERSON_FIELDS, "p")

# What is asked of every row is worked out once and kept, since each process of a parallel plan would work it out anew.
# `kk_twice`, `nik_twice`: numbers that several rows of the file have. `dead`: numbers of the dead. `stands_for`: the
# number of a row that was merged stands for the person who stayed, unless somebody else bears it now or the file has
# that person too.
NUMBERS = """
CREATE {kind} TABLE kk_twice AS
SELECT kk_index, min(row) AS first_row FROM stage_household
WHERE kk_index IS NOT NULL GROUP BY kk_index HAVING count(*) > 1;
CREATE {kind} TABLE dead AS SELECT DISTINCT nik_index FROM beneficiaries_person WHERE died_on IS NOT NULL;
CREATE {kind} TABLE nik_twice AS
SELECT nik_index, min(row) AS first_row,
    CASE WHEN 'nik_disagrees_with_birth_date:nik' = ANY((array_agg(warnings[1] ORDER BY row))[1:1])
         THEN ':doubt' ELSE '' END AS doubt,
    (array_agg(kk_index ORDER BY row))[1] AS first_kk
FROM stage_person JOIN (
    SELECT nik_index FROM stage_person WHERE nik_index IS NOT NULL GROUP BY nik_index HAVING count(*) > 1
) several USING (nik_index) GROUP BY nik_index;
CREATE {kind} TABLE stands_for AS
WITH merged AS MATERIALIZED (
    SELECT gone.nik_index, gone.id, kept.id AS kept_id, kept.nik_index AS kept_index
    FROM beneficiaries_person gone JOIN beneficiaries_person kept ON kept.id = gone.merged_into_id
    WHERE gone.merged_into_id IS NOT NULL AND kept.died_on IS NULL
)
SELECT DISTINCT ON (nik_index) nik_index, kept_id FROM merged
WHERE NOT EXISTS (SELECT FROM stage_person o WHERE o.nik_index = merged.kept_index) AND NOT EXISTS (
    SELECT FROM beneficiaries_person o
    WHERE o.nik_index = merged.nik_index AND o.died_on IS NULL AND o.merged_into_id IS NULL
) ORDER BY nik_index, id DESC
"""

# `headless`: families of which the file has members but no head, and the register has none besides. A head who stands
# next to them with a KK that nobody knows is told there, once. `extra_head`: a second head of a KK in the file, or one
# beside a head whom only the register has.
HEADS = """
CREATE {kind} TABLE registered_head AS
SELECT h.kk_index FROM beneficiaries_household h JOIN beneficiaries_person p ON p.household_id = h.id
WHERE p.relation = 'kepala' AND p.died_on IS NULL AND p.left_on IS NULL AND p.merged_into_id IS NULL
    AND EXISTS (SELECT 1 FROM stage_person s WHERE s.kk_index = h.kk_index)
    AND NOT EXISTS (SELECT 1 FROM stage_person s WHERE s.nik_index = p.nik_index);
CREATE {kind} TABLE extra_head AS
SELECT row FROM (
    SELECT s.row, s.nik_index <> first_value(s.nik_index) OVER (PARTITION BY s.kk_index ORDER BY s.row)
        OR EXISTS (SELECT 1 FROM registered_head r WHERE r.kk_index = s.kk_index) AS extra
    FROM stage_person s WHERE s.relation = 'kepala' AND s.kk_index IS NOT NULL
) heads WHERE extra;
CREATE {kind} TABLE headless AS
WITH lone AS (
    SELECT row FROM stage_person s
    WHERE relation = 'kepala' AND kk_index IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM stage_household o WHERE o.kk_index = s.kk_index)
        AND NOT EXISTS (SELECT 1 FROM beneficiaries_household o WHERE o.kk_index = s.kk_index)
)
SELECT kk_index FROM (
    SELECT kk_index, min(row) AS first_row, max(row) AS last_row FROM stage_person s
    WHERE kk_index IS NOT NULL AND NOT EXISTS (
        SELECT FROM stage_person o WHERE o.kk_index = s.kk_index AND o.relation = 'kepala'
    ) GROUP BY kk_index
) family
WHERE kk_index NOT IN (SELECT kk_index FROM registered_head)
    AND first_row - 1 NOT IN (SELECT row FROM lone) AND last_row + 1 NOT IN (SELECT row FROM lone)
"""

ASIDE = (
    "decided_household", "decided_person", "registered_head", "extra_head", "headless", "kk_twice", "nik_twice", "dead",
    "stands_for",
)  # fmt: skip

JUDGE_HOUSEHOLDS = f"""
CREATE {{kind}} TABLE judged_household AS
SELECT j.*, CASE WHEN conflicts <> '{{}}' THEN here END AS kept_region_id, CASE
        WHEN errors <> '{{}}' THEN 'refused'
        WHEN household_id IS NULL THEN 'new'
        WHEN conflicts <> '{{}}' THEN 'conflicting'
        WHEN differs THEN 'changed'
        ELSE 'unchanged'
    END AS fate
FROM (
    SELECT s.row, s.kk_index, s.kelurahan, h.id AS household_id, h.region_id AS here, place.code AS region_id,
        s.warnings || array_remove(ARRAY[
            CASE WHEN headless.kk_index IS NOT NULL THEN 'head_missing:kk' END,
            CASE WHEN h.status <> 'aktif' THEN 'family_left:kk' END
        ], NULL) AS warnings,
        CASE WHEN decided.id IS NULL THEN '{{}}' ELSE array_remove(ARRAY[
            CASE WHEN place.code <> h.region_id THEN 'decided_later:rt:' || h.region_id END,
            CASE WHEN s.phone_index <> h.phone_index THEN 'decided_later:phone:' END,
            {_told(HOUSEHOLD_FIELDS, "h")}
        ], NULL) END AS conflicts,
        CASE WHEN s.errors <> '{{}}' AND s.errors @> ARRAY{NO_FAMILY} THEN ARRAY['no_family:kk'] ELSE s.errors END
            || array_remove(ARRAY[
            CASE WHEN twice.first_row < s.row THEN 'kk_twice_in_file:kk:' || twice.first_row END,
            CASE WHEN town.code IS NULL AND NOT s.errors @> ARRAY{NO_FAMILY} THEN 'unknown_kelurahan:kelurahan' END,
            CASE WHEN town.code IS NOT NULL AND place.code IS NULL THEN 'unknown_rt_rw:rt' END
        ], NULL) AS errors,
        (place.code, COALESCE(s.phone_index, h.phone_index), {_new_household})
            IS DISTINCT FROM (h.region_id, h.phone_index, {_old_household}) AS differs
    FROM stage_household s
    LEFT JOIN kk_twice twice ON twice.kk_index = s.kk_index
    LEFT JOIN bansos_region town ON town.code = s.kelurahan AND town.level = 'kelurahan'
        AND town.code LIKE %(kecamatan)s || '.%%'
    LEFT JOIN bansos_region place ON place.code = town.code || '.' || s.rw || '.' || s.rt AND place.level = 'rt'
    LEFT JOIN beneficiaries_household h ON h.kk_index = s.kk_index
    LEFT JOIN decided_household decided ON decided.id = h.id
    LEFT JOIN headless ON headless.kk_index = s.kk_index
) j
"""  # noqa: S608  our own column names

FAMILIES = """
CREATE {kind} TABLE family AS
SELECT kk_index, bool_or(fate <> 'refused') AS accepted,
    max(COALESCE(kept_region_id, region_id)) FILTER (WHERE fate <> 'refused') AS region_id
FROM judged_household WHERE kk_index IS NOT NULL GROUP BY kk_index
"""

JUDGE_PEOPLE = f"""
CREATE {{kind}} TABLE judged_person AS
SELECT row, kk_index, person_id, region_id, conflicts, same_person,
    CASE WHEN errors = '{{}}' AND family_refused THEN ARRAY['family_refused:kk'] ELSE errors END AS errors,
    CASE WHEN errors = '{{}}' AND NOT family_refused THEN warnings ELSE '{{}}' END AS warnings,
    CASE
        WHEN errors <> '{{}}' OR family_refused THEN 'refused'
        WHEN person_id IS NULL THEN 'new'
        WHEN conflicts <> '{{}}' THEN 'conflicting'
        WHEN differs THEN 'changed'
        ELSE 'unchanged'
    END AS fate
FROM (
    SELECT s.row, s.kk_index, p.id AS person_id, COALESCE(family.region_id, h.region_id) AS region_id,
        COALESCE(NOT family.accepted, false) AS family_refused,
        -- By what duplicates are found: a row that differs in other facts alone has been compared before.
        (s.name, s.born_on, s.sex, COALESCE(family.region_id, h.region_id))
            IS NOT DISTINCT FROM (p.name, p.born_on, p.sex, p.region_id) AS same_person,
        CASE WHEN decided.id IS NULL THEN '{{}}' ELSE array_remove(ARRAY[
            CASE WHEN h.id IS DISTINCT FROM p.household_id THEN 'decided_later:kk:' END, {_told(PERSON_FIELDS, "p")}
        ], NULL) END AS conflicts,
        -- One wrong number is told once: at the row that repeats it.
        CASE WHEN twice.first_row IS NULL THEN s.warnings
             ELSE array_remove(s.warnings, 'nik_disagrees_with_birth_date:nik') END || array_remove(ARRAY[
            CASE WHEN extra_head.row IS NOT NULL THEN 'head_twice:relation' END,
            CASE WHEN p.household_id IS DISTINCT FROM h.id AND p.id IS NOT NULL AND decided.id IS NULL
                 THEN 'moves_family:kk' END,
            -- Spelling is dear: of nobody's row it must not be asked.
            CASE WHEN p.id IS NULL OR decided.id IS NOT NULL OR s.born_on = p.born_on THEN NULL
                 WHEN s.born_on <> p.born_on AND bansos_spelt(s.name) <> p.spelt THEN 'other_person:nik' END
        ], NULL) AS warnings,
        CASE WHEN s.errors <> '{{}}' AND s.errors @> ARRAY{NO_PERSON} THEN ARRAY['no_person:nik'] ELSE s.errors END
            || array_remove(ARRAY[
            CASE WHEN twice.first_row < s.row THEN 'nik_twice_in_file:nik:' || twice.first_row || twice.doubt
                || CASE WHEN twice.first_kk <> s.kk_index THEN ':elsewhere' ELSE '' END END,
            -- A number that cannot be read is told as such.
            CASE WHEN s.kk_index IS NOT NULL AND family.kk_index IS NULL AND h.id IS NULL THEN 'unknown_kk:kk' END,
            CASE WHEN p.id IS NULL AND dead.nik_index IS NOT NULL THEN 'person_deceased:nik' END,
            CASE WHEN p.left_on IS NOT NULL THEN 'person_left:nik' END,
            -- Loaded, one person would become another, with the history and the aid of the first. What repeats a number
            -- of the file is told so, and would come here once it is loaded alone.
            CASE WHEN p.id IS NULL OR decided.id IS NOT NULL OR s.born_on = p.born_on OR twice.first_row < s.row
                 THEN NULL
                 WHEN s.born_on <> p.born_on AND similarity(bansos_spelt(s.name), p.spelt) < {UNLIKE}
                 THEN 'nik_of_other_person:nik' END
        ], NULL) AS errors,
        (h.id, COALESCE(family.region_id, h.region_id), {_new_person})
            IS DISTINCT FROM (p.household_id, p.region_id, {_old_person}) AS differs
    FROM stage_person s
    LEFT JOIN nik_twice twice ON twice.nik_index = s.nik_index
    LEFT JOIN family ON family.kk_index = s.kk_index
    LEFT JOIN beneficiaries_household h ON h.kk_index = s.kk_index
    LEFT JOIN (
        SELECT p.nik_index AS number, p.* FROM beneficiaries_person p
        WHERE p.died_on IS NULL AND p.merged_into_id IS NULL
        UNION ALL
        SELECT stands_for.nik_index, p.* FROM stands_for JOIN beneficiaries_person p ON p.id = stands_for.kept_id
    ) p ON p.number = s.nik_index
    LEFT JOIN decided_person decided ON decided.id = p.id
    LEFT JOIN extra_head ON extra_head.row = s.row
    LEFT JOIN dead ON dead.nik_index = s.nik_index
) j
"""  # noqa: S608  our own column names

FATES = """
SELECT fate, count(*) FROM {table} GROUP BY fate
"""
# What warns of a row that is refused for something else is not told (`findings`), so it does not count.
CODES = """
SELECT split_part(fault, ':', 1), count(*) FROM (
    SELECT unnest({kind}) AS fault FROM judged_household WHERE (fate = 'refused') = ('{kind}' = 'errors')
    UNION ALL
    SELECT unnest({kind}) FROM judged_person WHERE (fate = 'refused') = ('{kind}' = 'errors')
) f GROUP BY 1 ORDER BY 1
"""
BY_KELURAHAN = """
SELECT name, sum(families)::int, sum(people)::int FROM (
    SELECT kelurahan AS code, count(*) AS families, 0 AS people FROM judged_household
    WHERE fate <> 'refused' GROUP BY 1
    UNION ALL
    SELECT substring(region_id for 13), 0, count(*) FROM judged_person WHERE fate <> 'refused' GROUP BY 1
) c JOIN bansos_region r ON r.code = c.code GROUP BY r.code, name ORDER BY r.code
"""


def judge(*, kecamatan: str, kind: str = OWN, keeps: bool = True) -> dict:
    """Judges what is staged. Returns the counts: households and people by fate, errors and warnings by code,
    accepted rows by kelurahan. `kind` is that of the staging tables.
    Unless the register `keeps` what people decided, nothing conflicts.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        for name in ("household", "person"):
            cursor.execute(DECIDED.format(kind=kind, name=name), {"keeps": keeps})
        # A planner without statistics would loop for minutes (performance.md, section 1); `writing` analyses what it
        # wrote, so the live tables are known here.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute("SET LOCAL work_mem = '64MB'")  # for joining the file with the register in memory
        cursor.execute(HEADS.format(kind=kind))
        cursor.execute(NUMBERS.format(kind=kind))
        cursor.execute("ANALYZE " + ", ".join(ASIDE))  # most are empty, which the planner would not guess
        cursor.execute(JUDGE_HOUSEHOLDS.replace("{kind}", kind), {"kecamatan": kecamatan})
        cursor.execute(FAMILIES.format(kind=kind) + "; ANALYZE family")
        cursor.execute(JUDGE_PEOPLE.replace("{kind}", kind))
        cursor.execute("ANALYZE judged_household (row, kk_index, fate); ANALYZE judged_person (row, kk_index, fate)")
        return {
            "households": _fates(cursor, "judged_household"),
            "people": _fates(cursor, "judged_person"),
            "errors": _pairs(cursor, CODES.format(kind="errors")),
            "warnings": _pairs(cursor, CODES.format(kind="warnings")),
            "conflicting": _conflicts(cursor),
            "by_kelurahan": _rows(cursor, BY_KELURAHAN),
        }


def _fates(cursor, table: str) -> dict[str, int]:
    """Counts by fate; a row that conflicts stays as it is, so it counts as unchanged too."""
    fates = dict.fromkeys(["new", "changed", "unchanged", "refused"], 0) | _pairs(cursor, FATES.format(table=table))
    fates["unchanged"] += fates.pop("conflicting", 0)
    return fates


def _conflicts(cursor) -> dict[str, int]:
    return {
        key: _pairs(cursor, FATES.format(table=table)).get("conflicting", 0)
        for key, table in (("households", "judged_household"), ("people", "judged_person"))
    }


def _pairs(cursor, sql: str) -> dict[str, int]:
    return dict(_rows(cursor, sql))


def _rows(cursor, sql: str) -> list:
    cursor.execute(sql)
    return [list(row) for row in cursor.fetchall()]
