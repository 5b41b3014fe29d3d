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


def noted_deletions(**tables: str) -> RunSQL:
    """Notes as deleted what officers deleted before deletions left an event, so that `verify_audit` does not call each
    of them tampering for good. Who did it is not known, and the note says so.

    `tables` are those with a page that deletes, each with the name of its key.
    """
    why = '{"reason": "Dihapus sebelum penghapusan dicatat; siapa yang menghapus tidak diketahui"}'
    return RunSQL(
        [
            f"""
            DO $do$ DECLARE names text; note uuid := gen_random_uuid(); BEGIN
                SELECT string_agg(quote_ident(column_name), ', ') INTO names FROM information_schema.columns
                WHERE table_schema = 'public' AND table_name = '{table}event' AND column_name NOT LIKE 'pgh\\_%';
                CREATE TEMP TABLE gone ON COMMIT DROP AS
                SELECT e.* FROM (SELECT DISTINCT ON (pgh_obj_id) * FROM {table}event ORDER BY pgh_obj_id, pgh_id DESC) e
                WHERE e.pgh_label <> 'delete' AND NOT EXISTS (SELECT FROM {table} r WHERE r."{key}" = e.pgh_obj_id);
                IF EXISTS (SELECT FROM gone) THEN
                    INSERT INTO pghistory_context (id, metadata, created_at, updated_at)
                    VALUES (note, '{why}', now(), now());
                    EXECUTE format('INSERT INTO {table}event (pgh_created_at, pgh_label, pgh_obj_id, pgh_context_id, '
                        '%1$s) SELECT now(), ''delete'', pgh_obj_id, %2$L, %1$s FROM gone', names, note);
                END IF;
                DROP TABLE gone;
            END $do$
            """  # noqa: S608  names of tables, written in this code
            for table, key in tables.items()
        ],
        RunSQL.noop,
    )
