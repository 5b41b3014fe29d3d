from beneficiaries.admin import (
    appeal,
    application,
    criteria,
    deliberation,
    duplicate,
    household,
    offline,
    person_condition,
    register_import,
    score,
)

__all__ = [
    "appeal",
    "application",
    "criteria",
    "deliberation",
    "duplicate",
    "household",
    "offline",
    "person_condition",
    "register_import",
    "score",
]
