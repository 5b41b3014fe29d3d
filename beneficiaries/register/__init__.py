"""The register import: a file of families and people, inspected, then loaded with sets (docs/adr/0006)."""

from beneficiaries.register.archive import FileError
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
    "FileError",
    "RegisterError",
    "cancel",
    "confirm",
    "import_file",
    "inspect",
    "load",
    "map_columns",
    "receive",
    "retry",
]
