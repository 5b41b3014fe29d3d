"""Rules of `Person` that the database holds once a statement, since a load writes many people at once."""

from collections.abc import Iterator

import pgtrigger


def with_family() -> Iterator[pgtrigger.Trigger]:
    """A person is of a family that exists, and stands in its RT.

    A foreign key checks each row by itself, a fifth of the time of a large load. Like one, this holds the families
    until the transaction ends, and `family_stays` looks again when one is deleted. They are looked up one by one: where
    the server took a table for empty that a load is just filling, it would compare each family with each person.
    """
    return _after_writing(
        "with_family",
        "(fresh.household_id, fresh.region_id) IS DISTINCT FROM (before.household_id, before.region_id)",
        """
        PERFORM FROM beneficiaries_household
        WHERE id = ANY (ARRAY(SELECT DISTINCT household_id FROM {rows})) ORDER BY id FOR KEY SHARE;
        IF EXISTS (
            SELECT FROM (SELECT DISTINCT household_id, region_id FROM {rows}) stated
            WHERE stated.region_id IS DISTINCT FROM (
                SELECT h.region_id FROM beneficiaries_household h WHERE h.id = stated.household_id
            )
        ) THEN
            RAISE EXCEPTION 'no such family there' USING ERRCODE = 'foreign_key_violation',
                CONSTRAINT = 'person_with_family';
        END IF;
        """,
    )


def words_noted() -> Iterator[pgtrigger.Trigger]:
    """Every new word of a name is noted in `NameWord`, whatever way the name came."""
    return _after_writing(
        "words",
        "fresh.spelt <> before.spelt",
        """
        INSERT INTO beneficiaries_nameword (word)
        SELECT word FROM (SELECT DISTINCT unnest(string_to_array(fresh.spelt, ' ')) AS word FROM {rows}) named
        WHERE NOT EXISTS (SELECT FROM beneficiaries_nameword known WHERE known.word = named.word);
        """,
    )


def family_stays() -> list[pgtrigger.Trigger]:
    """A family with people is not deleted, and keeps its id."""
    deleted = pgtrigger.Trigger(
        name="deleted_of_nobody",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Delete,
        referencing=pgtrigger.Referencing(old="gone"),
        func="""
            IF EXISTS (SELECT FROM beneficiaries_person p JOIN gone ON gone.id = p.household_id) THEN
                RAISE EXCEPTION 'people of the family are left' USING ERRCODE = 'foreign_key_violation',
                    CONSTRAINT = 'person_with_family';
            END IF;
            RETURN NULL;
        """,
    )
    return [deleted, pgtrigger.Protect(name="id_stays", operation=pgtrigger.UpdateOf("id"))]


def _after_writing(name: str, changed: str, work: str) -> Iterator[pgtrigger.Trigger]:
    """Makes the two triggers that do `work` with the rows (`fresh`) that are new, or `changed` against `before`."""
    fresh, before = pgtrigger.Referencing(new="fresh"), pgtrigger.Referencing(old="before", new="fresh")
    updated = f"(SELECT fresh.* FROM fresh JOIN before USING (id) WHERE {changed}) fresh"  # noqa: S608  our own words
    for when, operation, seen, rows in (
        ("insert", pgtrigger.Insert, fresh, "fresh"),
        ("update", pgtrigger.Update, before, updated),
    ):
        yield pgtrigger.Trigger(
            name=f"{name}_at_{when}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=seen,
            func=work.format(rows=rows) + "RETURN NULL;",
        )
