"""Reads which rule of the database refused a statement, so that verbs can say it in words."""

from django.db import DatabaseError


def constraint(error: DatabaseError) -> str:
    """Returns the name of the constraint (or of a trigger's own) that raised `error`, or an empty string."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
