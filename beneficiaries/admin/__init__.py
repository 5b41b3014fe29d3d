from beneficiaries.admin import (
    appeal,
    application,
    criteria,
    deliberation,
    duplicate,
    household,
    letter,
    offline,
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
    "letter",
    "offline",
    "register_import",
    "score",
]
