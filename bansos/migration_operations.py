"""Operations of migrations that Django and pgtrigger do not have."""

from django.db.migrations import RunSQL
from django.db.migrations.operations.base import Operation
from pgtrigger.migrations import AddTrigger

from bansos.plain_numbers import TOLD


class AddTriggers(Operation):
    """Adds the triggers of one app's new tables.

    An `AddTrigger` by itself makes Django build all related models anew, a tenth of a second each time; a first start
    has two hundred of them. A trigger changes no model, so nothing needs to be built anew.
    """

    def __init__(self, triggers: list[AddTrigger]) -> None:
        self.triggers = triggers

    def state_forwards(self, app_label, state) -> None:
        for added in self.triggers:
            options = state.models[app_label, added.model_name.lower()].options
            options["triggers"] = [*options.get("triggers", []), added.trigger]

    def database_forwards(self, app_label, schema_editor, from_state, to_state) -> None:
        for added in self.triggers:
            added.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state) -> None:
        for added in reversed(self.triggers):
            added.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Create {len(self.triggers)} triggers"


def masked(table: str, *columns: str) -> RunSQL:
    """Masks the identity and telephone numbers in older texts, before a rule forbids them.

    A row that the table's own triggers hold as it is stays so, with a warning: it never changes again, and the rule is
    asked only when a row is written.
    """
    masks = [f"{column} = regexp_replace({column}, '{TOLD}', '[nomor disamarkan]', 'g')" for column in columns]
    tells = [f"{column} ~ '{TOLD}'" for column in columns]
    return RunSQL(
        f"""
        DO $do$ DECLARE key bigint; BEGIN
            FOR key IN SELECT id FROM {table} WHERE {" OR ".join(tells)} LOOP
                BEGIN
                    UPDATE {table} SET {", ".join(masks)} WHERE id = key;
                EXCEPTION WHEN raise_exception OR integrity_constraint_violation OR check_violation THEN
                    RAISE WARNING '{table} % keeps a number: %', key, SQLERRM;
                END;
            END LOOP;
        END $do$;
        SET CONSTRAINTS ALL IMMEDIATE
        """,  # noqa: S608  names of tables and a pattern, written in this code
        RunSQL.noop,
    )
