"""Foreign keys point down the house, as imports do (import-linter holds those)."""

import pghistory.models
import pgtrigger
from django.apps import apps

FLOORS = ["bansos", "beneficiaries", "distribution", "feedback", "monitoring"]


def test_no_foreign_key_points_up():
    upward = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for floor, app in enumerate(FLOORS)
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.concrete and field.related_model._meta.app_label in FLOORS[floor + 1 :]
    ]
    assert upward == []


# Neither a decision nor a fact: the machine's own bookkeeping, and what is derived or told from tracked rows.
BOOKKEEPING = {"Job", "ImportRow", "NameWord", "Notification", "ScoringChunk", "ScoringRun"}


def test_every_decision_and_fact_keeps_its_history():
    """A table is tracked, or its rows can never change, or it is named above."""
    ours = [model for app in FLOORS for model in apps.get_app_config(app).get_models()]
    events = [model for model in ours if issubclass(model, pghistory.models.Event)]
    tracked = {model.pgh_tracked_model for model in events}
    loose = {
        model.__name__ for model in ours if model not in tracked and model not in events and not _is_append_only(model)
    }
    assert loose == BOOKKEEPING


def _is_append_only(model) -> bool:
    return any(
        isinstance(trigger, pgtrigger.Protect) and str(trigger.operation) == "UPDATE OR DELETE"
        for owner, trigger in pgtrigger.registered()
        if owner is model
    )
