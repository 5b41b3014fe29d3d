"""The register import: a file of families and people, inspected, then loaded with sets (docs/adr/0006)."""

from beneficiaries.register.archive import FileError
from beneficiaries.register.undoing import NOT_LOADED, UndoError, may_undo, plan_undo, request_undo, undo, undo_job
from beneficiaries.register.verbs import (
    RegisterError,
    cancel,
    confirm,
    import_file,
    inspect,
    load,
    map_columns,
    receive,
    retry,
    tidy,
)

__all__ = [
    "NOT_LOADED", "FileError", "RegisterError", "UndoError", "cancel", "confirm", "import_file", "inspect", "load",
    "map_columns", "may_undo", "plan_undo", "receive", "request_undo", "retry", "tidy", "undo", "undo_job",
]  # fmt: skip
