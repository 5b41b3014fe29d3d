"""Foreign keys point down the house, as imports do (import-linter holds those)."""

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
