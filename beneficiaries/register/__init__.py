"""The register import: a file of families and people, inspected, then loaded with sets (docs/adr/0006)."""

from beneficiaries.register.archive import FileError
from beneficiaries.register.undoing import NOT_LOADED, UndoError, plan_undo, request_undo, undo, undo_job
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
)

__all__ = [
    "NOT_LOADED", "FileError", "RegisterError", "UndoError", "cancel", "confirm", "import_file", "inspect", "load",
    "map_columns", "plan_undo", "receive", "request_undo", "retry", "undo", "undo_job",
]  # fmt: skip
