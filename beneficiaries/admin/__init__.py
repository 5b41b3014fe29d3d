from beneficiaries.admin import (
    appeal,
    application,
    column_mapping,
    criteria,
    deliberation,
    duplicate,
    family_event,
    household,
    letter,
    offline,
    register_import,
    score,
)

__all__ = [
    "appeal",
    "application",
    "column_mapping",
    "criteria",
    "deliberation",
    "duplicate",
    "family_event",
    "household",
    "letter",
    "offline",
    "register_import",
    "score",
]
