"""Takes a loaded file out of the register again, as long as nothing has used what it brought.

What it wrote is read from the history: rows that its events inserted go, rows that they changed get the values of the
event before. Scores of the families that go, and duplicate pairs nobody has settled, go along.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pghistory
import pghistory.models
from django.db import connection, models, transaction
from django.db.models.fields.reverse_related import ManyToOneRel
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from bansos import jobs
from bansos.fields import EncryptedField
from bansos.models import Job
from beneficiaries import scoring
from beneficiaries.models import DuplicatePair, Household, Person, RegisterImport, Score, ScoringRun
from beneficiaries.register import turns, uploads

NOT_LOADED = _("Hanya impor yang sudah dimuat yang dapat diurungkan. Muat ulang halaman ini.")
USED = _("Impor ini tidak dapat diurungkan, karena datanya sudah dipakai: {uses}.")
CHANGED_LATER = _("{name} yang diubah sesudahnya")

# The rows that an import wrote, locked so that nobody begins to use or change them meanwhile.
WROTE = """
CREATE TEMP TABLE {undo} ON COMMIT DROP AS
SELECT e.pgh_obj_id AS id, min(e.pgh_id) AS first_event, max(e.pgh_id) AS last_event,
    bool_or(e.pgh_label = 'insert') AS made
FROM {event} e JOIN pghistory_context c ON c.id = e.pgh_context_id
WHERE c.metadata ->> 'source' = {source} GROUP BY e.pgh_obj_id
"""
LOCK = "SELECT FROM {live} live JOIN {undo} u ON u.id = live.id ORDER BY live.id FOR UPDATE OF live"
# A change that was taken back since is none: what counts is what the row says now.
LATER = """
SELECT count(*) FROM {undo} u JOIN {event} e ON e.pgh_id = u.last_event JOIN {live} live ON live.id = u.id
WHERE ({now}) IS DISTINCT FROM ({then})
"""
USES = "SELECT count(*) FROM {table} t JOIN {undo} u ON u.id = t.{column} AND u.made"
NEWCOMERS = USES + " WHERE NOT EXISTS (SELECT FROM undo_beneficiaries_person p WHERE p.id = t.id)"
SETTLED_PAIRS = USES + " WHERE t.status <> 'terbuka'"
RESTORE = """
UPDATE {live} live SET updated_at = now(), {values}
FROM (
    SELECT DISTINCT ON (e.pgh_obj_id) e.* FROM {event} e JOIN {undo} u ON u.id = e.pgh_obj_id AND NOT u.made
    WHERE e.pgh_id < u.first_event ORDER BY e.pgh_obj_id, e.pgh_id DESC
) before WHERE live.id = before.pgh_obj_id
"""
REMOVE = "DELETE FROM {live} live USING {undo} u WHERE u.id = live.id AND u.made"
REMOVE_SCORES = """
DELETE FROM beneficiaries_score s USING undo_beneficiaries_household u WHERE u.id = s.household_id AND u.made
"""
REMOVE_PAIRS = """
DELETE FROM beneficiaries_duplicatepair d WHERE d.status = 'terbuka' AND (
    d.id IN (
        SELECT e.pgh_obj_id FROM beneficiaries_duplicatepairevent e JOIN pghistory_context c ON c.id = e.pgh_context_id
        WHERE e.pgh_label = 'insert' AND c.metadata ->> 'source' = {source}
    )
    OR EXISTS (SELECT FROM undo_beneficiaries_person u WHERE u.made AND u.id IN (d.first_id, d.second_id))
)
"""


class UndoError(ValueError):
    """The import stays; its sentence says what has used it."""


@dataclass
class Plan:
    """What undoing would do: rows that go and rows that get their former values, by kind; and who stands against it."""

    removed: dict[str, int] = field(default_factory=dict)
    restored: dict[str, int] = field(default_factory=dict)
    uses: dict[str, int] = field(default_factory=dict)

    @property
    def refusal(self) -> str:
        """The sentence against it, empty when nothing has used the import."""
        uses = ", ".join(f"{number} {name}" for name, number in self.uses.items())
        return str(USED).format(uses=uses) if uses else ""


def source_of(register_import: RegisterImport) -> str:
    """What the history says of the rows that an import wrote."""
    return f"register_import:{register_import.pk}"


def plan_undo(register_import: RegisterImport) -> Plan:
    """Tells what undoing would do, and leaves everything as it is."""
    with transaction.atomic():
        found = _planned(source_of(register_import))
        _forget()
    return found


def request_undo(*, register_import: RegisterImport, by) -> Job:
    """Makes the job that undoes a loaded import; the caller starts it. Raises UndoError."""
    with transaction.atomic():
        made = _loaded(register_import)
        if refusal := plan_undo(made).refusal:
            raise UndoError(refusal)
        made.job = jobs.enqueue(kind="register.undo", by=by, region=made.region, subject=made.pk)
        made.save(update_fields=["job"])
        return made.job


def undo_job(*, job: Job, pulse) -> dict:
    """Job: undoes the import. Raises jobs.JobError with what has used it meanwhile."""
    made = RegisterImport.objects.get(pk=job.subject or 0)
    if made.status == RegisterImport.Status.DIURUNGKAN:
        return job.result
    pulse.report(10, 100, gettext("Mengembalikan register"))
    try:
        done = undo(register_import=made, by=job.created_by)
    except UndoError as error:
        raise jobs.JobError(str(error)) from error
    return {"removed": done.removed, "restored": done.restored}


def undo(*, register_import: RegisterImport, by) -> Plan:
    """Takes out what an import brought and gives back what it changed, all or nothing. Returns what was done.

    All families are then scored anew, by jobs that the janitor starts.

    Raises UndoError when somebody uses a new row (an application, an entitlement …) or changed any of the rows since.
    """
    with transaction.atomic():
        turns.lock_until_commit()  # ahead of the row, which a load that is under way writes last
        made = _loaded(register_import)
        source = source_of(made)
        with pghistory.context(user=by.pk if by else None, source=f"register_undo:{made.pk}"):
            found = _planned(source)
            if found.refusal:
                raise UndoError(found.refusal)
            _take_out(source)
            made.status = RegisterImport.Status.DIURUNGKAN
            made.save(update_fields=["status"])
            scoring.request_all(by=by, reason=ScoringRun.Reason.DATA)
        _forget()
        transaction.on_commit(lambda: uploads.forget(made))
    return found


def may_undo(register_import: RegisterImport) -> bool:
    """Whether an import is loaded, or was cut off halfway so that what it wrote can go again."""
    if register_import.status == RegisterImport.Status.DIMUAT:
        return register_import.job is None or register_import.job.state == Job.State.GAGAL
    return register_import.status == RegisterImport.Status.SELESAI


def _loaded(register_import: RegisterImport) -> RegisterImport:
    locked = RegisterImport.objects.select_for_update(of=("self",)).select_related("job")
    made = locked.get(pk=register_import.pk)
    if not may_undo(made):
        raise UndoError(str(NOT_LOADED))
    return made


def _names(model: type[models.Model]) -> dict[str, sql.Composable]:
    table = model._meta.db_table
    event = model.pgh_event_model._meta.db_table  # type: ignore[attr-defined]
    return {
        "live": sql.Identifier(table), "event": sql.Identifier(event), "undo": sql.Identifier(f"undo_{table}"),
    }  # fmt: skip


def _run(cursor, statement: str, model: type[models.Model], **names) -> None:
    composed = sql.SQL(statement).format(**_names(model), **names)
    cursor.execute(composed.as_string())  # the history looks into the text


def _count(cursor, statement: str, model: type[models.Model], **names) -> int:
    _run(cursor, statement, model, **names)
    return cursor.fetchone()[0]


def _planned(source: str) -> Plan:
    """Locks what the import wrote, in tables `undo_…` until `_forget` or the end, and counts."""
    found = Plan()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")  # as in `checks.judge`
        for model in (Household, Person):
            _run(cursor, WROTE, model, source=sql.Literal(source))
            _run(cursor, LOCK, model)
            _run(cursor, "ANALYZE {undo}", model)
            name = str(model._meta.verbose_name)
            _run(cursor, "SELECT count(*) FILTER (WHERE made), count(*) FILTER (WHERE NOT made) FROM {undo}", model)
            found.removed[name], found.restored[name] = cursor.fetchone()
        for name, number in _uses(cursor):
            if number:
                found.uses[name] = found.uses.get(name, 0) + number
    return found


def _uses(cursor) -> Iterator[tuple[str, int]]:
    for model in (Household, Person):
        later = _count(cursor, LATER, model, now=_plain_values(model, "live"), then=_plain_values(model, "e"))
        yield CHANGED_LATER.format(name=str(model._meta.verbose_name)), later
        for user, column in _references(model):
            names = {"table": sql.Identifier(user._meta.db_table), "column": sql.Identifier(column)}
            statement = {Person: NEWCOMERS, DuplicatePair: SETTLED_PAIRS}.get(user, USES)
            yield str(user._meta.verbose_name), _count(cursor, statement, model, **names)


def _references(model: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    """Yields every (model, column) that names a row of `model`, of whatever app, but history and scores."""
    for relation in model._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel):
            user = relation.related_model
            if user is not Score and not issubclass(user, pghistory.models.Event):
                yield user, relation.field.column


def _take_out(source: str) -> None:
    with connection.cursor() as cursor:
        _run(cursor, REMOVE_PAIRS, DuplicatePair, source=sql.Literal(source))
        cursor.execute(REMOVE_SCORES)
        for model in (Household, Person):
            _run(cursor, RESTORE, model, values=_former_values(model))
        for model in (Person, Household):
            _run(cursor, REMOVE, model)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what still names a row that went is told here, not later


def _columns(model: type[models.Model]) -> list:
    fields = model._meta.local_concrete_fields
    return [f for f in fields if f.column not in {"id", "updated_at"} and not f.generated]


def _former_values(model: type[models.Model]) -> sql.Composable:
    names = [sql.Identifier(f.column) for f in _columns(model)]
    return sql.SQL(", ").join([sql.SQL("{0} = before.{0}").format(name) for name in names])


def _plain_values(model: type[models.Model], alias: str) -> sql.Composable:
    """What a row says; an encrypted value speaks by its index, since new keys change its text."""
    fields = [f for f in _columns(model) if not isinstance(f, EncryptedField)]
    return sql.SQL(", ").join([sql.Identifier(alias, f.column) for f in fields])


def _forget() -> None:
    with connection.cursor() as cursor:
        for model in (Household, Person):
            _run(cursor, "DROP TABLE {undo}", model)
