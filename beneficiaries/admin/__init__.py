from beneficiaries.admin import (
    appeal,
    application,
    chain,
    criteria,
    deliberation,
    duplicate,
    household,
    offline,
    register_import,
    score,
)

__all__ = [
    "appeal",
    "application",
    "chain",
    "criteria",
    "deliberation",
    "duplicate",
    "household",
    "offline",
    "register_import",
    "score",
]
