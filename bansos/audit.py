"""Proof that the record is whole: every row equals its newest event, and no guard has been taken off."""

from dataclasses import dataclass, field

from django.db import connection
from psycopg import sql

from bansos import guards, seals


@dataclass
class Audit:
    """What `verify` found. `changed` names rows that differ from their last recorded state."""

    tables: int = 0
    rows: int = 0
    changed: list[str] = field(default_factory=list)
    missing_guards: list[str] = field(default_factory=list)
    seals: int = 0
    erasures: int = 0  # identity taken out of the history on record (bansos.erasure)
    tampered: list[str] = field(
        default_factory=list
    )  # events that differ from their seal, and seals that do not follow
    head: str = ""  # digest of the newest seal

    @property
    def whole(self) -> bool:
        return not self.changed and not self.missing_guards and not self.tampered


def verify() -> Audit:
    """Compares every tracked row with its newest event, and the database's triggers with those the models ask for.

    A row changed while the triggers were off, or an event taken away, shows as a difference. Events that were sealed
    (`bansos.seals`) are compared with their seals, so that a change of row and event alike shows too.
    """
    audit = Audit(missing_guards=guards.missing())
    for event in seals.event_models():
        audit.tables += 1
        audit.rows += event.pgh_tracked_model._base_manager.count()
        audit.changed += _changed_rows(event)
    sealed = seals.check()
    audit.seals, audit.erasures, audit.tampered, audit.head = (
        sealed.count, sealed.erasures, sealed.tampered, sealed.head,
    )  # fmt: skip
    return audit


def _changed_rows(event) -> list[str]:
    tracked = event.pgh_tracked_model
    own = {f.column for f in tracked._meta.local_concrete_fields}
    columns = [f.column for f in event._meta.local_concrete_fields if f.column in own]
    query = sql.SQL(
        """
        SELECT coalesce(r.{pk}, e.pgh_obj_id)
        FROM {row} r
        FULL JOIN (SELECT DISTINCT ON (pgh_obj_id) * FROM {event} ORDER BY pgh_obj_id, pgh_id DESC) e
          ON e.pgh_obj_id = r.{pk}
        WHERE (r.{pk} IS NULL) <> (e.pgh_label = 'delete') OR e.pgh_obj_id IS NULL
            OR (r.{pk} IS NOT NULL AND ({live}) IS DISTINCT FROM ({recorded}))
        ORDER BY 1
        """
    ).format(
        row=sql.Identifier(tracked._meta.db_table),
        event=sql.Identifier(event._meta.db_table),
        pk=sql.Identifier(tracked._meta.pk.column),
        live=_columns("r", columns),
        recorded=_columns("e", columns),
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [f"{tracked._meta.label_lower}:{pk}" for (pk,) in cursor.fetchall()]


def _columns(alias: str, columns: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(alias, column) for column in columns)
