"""Operations of migrations that Django and pgtrigger do not have."""

from django.db.migrations.operations.base import Operation
from pgtrigger.migrations import AddTrigger


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
