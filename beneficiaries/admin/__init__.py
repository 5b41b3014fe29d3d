from beneficiaries.admin import (
    appeal,
    application,
    column_mapping,
    criteria,
    deliberation,
    duplicate,
    household,
    letter,
    offline,
    outside,
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
    "household",
    "letter",
    "offline",
    "outside",
    "register_import",
    "score",
]
