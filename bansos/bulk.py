"""Acts on many rows: shown first, done once on exactly the rows that were shown, taken back within ten minutes.

What can be done is an `Action` of the app that owns the rows, named in `settings.BULK_ACTIONS`.
"""

from collections.abc import Iterable
from datetime import timedelta
from itertools import batched
from typing import Any

import pghistory
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from bansos import jobs, privacy
from bansos.models import BulkAction, BulkRow, Job, Role
from bansos.scope import covers

UNDO = timedelta(minutes=10)
SHOWN_FOR = timedelta(hours=1)
AT_ONCE = 200  # rows that are acted on while the person waits; more become a job
CHUNK = 100
MOST = 50_000
State, RowState = BulkAction.State, BulkRow.State

REASON_MISSING = _("Tulis alasannya, paling sedikit lima huruf.")
NOTHING = _("Pilih barisnya dulu.")
TOO_MANY = _("Paling banyak 50.000 baris sekali jalan. Saring dulu daftarnya.")
MAY_NOT = _("Akun Anda tidak boleh melakukan tindakan ini.")
NOT_YOURS = _("Hanya yang menyiapkannya yang dapat menjalankan tindakan ini.")
TOO_OLD = _("Pratinjau ini sudah lebih dari satu jam. Pilih barisnya lagi.")
UNDO_OVER = _("Tindakan hanya dapat dikembalikan dalam sepuluh menit setelah selesai.")
UNDO_NOT_YOURS = _("Hanya yang menjalankannya, atau lurah, yang dapat mengembalikan.")
RETRY_NOT_YOURS = _("Hanya yang menjalankannya, atau lurah, yang dapat mencoba lagi.")
NOT_HALTED = _("Tindakan ini tidak terhenti. Muat ulang halaman ini.")
BACK = _("Dikembalikan: %(reason)s")
GONE = _("Baris ini tidak ada lagi di wilayah Anda.")


class BulkError(ValueError):
    """The act cannot be shown, done or taken back; the sentence says what to do."""


class Action:
    """What can be done to many rows. `asks` are pairs of a name and a label of what the person must say."""

    label: object = ""
    permission = ""
    asks: tuple = ()
    model: Any = None

    def rows(self, by):
        """The rows that an officer may act on."""
        return self.model.objects.for_officer(by)

    def name(self, row) -> str:
        """How the page calls a row, for as long as the row has a name."""
        return str(row)

    def family(self, row) -> int | None:
        """The number of the family that the page names with this row."""
        return row.household_id

    def params(self, said: dict, by) -> dict:
        """What was asked, as plain values. Raises BulkError."""
        return {}

    def told(self, params: dict) -> str:
        """What is done to each row, in one sentence of the page."""
        raise NotImplementedError

    def refusal(self, row, params: dict, by) -> str:
        """Why this row cannot be acted on, or nothing."""
        return ""

    def do(self, row, params: dict, by) -> dict:
        """Acts on a row and returns what it was before. Raises ValueError with a sentence."""
        raise NotImplementedError

    def undo(self, row, before: dict, by) -> None:
        """Puts a row back. Raises ValueError with a sentence when something has used it since."""
        raise NotImplementedError

    def follow(self, ids: list[int], by) -> None:
        """What follows, once a transaction, for the rows that were acted on or put back in it."""


def action_of(key: str) -> Action:
    """Returns the action named so in the settings. Raises BulkError."""
    if key not in settings.BULK_ACTIONS:
        raise BulkError(str(MAY_NOT))
    return import_string(settings.BULK_ACTIONS[key])()


def preview(*, action: str, ids: list[int], said: dict, reason: str, by) -> BulkAction:
    """Freezes the chosen rows and says of each whether it can be acted on; nothing is done. Raises BulkError."""
    act, reason = action_of(action), " ".join(reason.split())
    if not by.has_perm(act.permission):
        raise BulkError(str(MAY_NOT))
    if len(reason) < 5:
        raise BulkError(str(REASON_MISSING))
    privacy.refuse_told(BulkError, reason, *said.values())
    if not ids or len(ids) > MOST:
        raise BulkError(str(TOO_MANY if ids else NOTHING))
    params = act.params(said, by)
    with transaction.atomic(), pghistory.context(user=by.pk):
        made = BulkAction.objects.create(action=action, params=params, reason=reason, by=by, region_id=by.region_id)
        for chunk in batched(act.rows(by).filter(pk__in=ids).order_by("pk"), 1000, strict=False):
            BulkRow.objects.bulk_create([_shown(made, act, row, params, by) for row in chunk])
        if not made.rows.exists():
            raise BulkError(str(NOTHING))
    return made


def _shown(made: BulkAction, act: Action, row, params: dict, by) -> BulkRow:
    why_not = act.refusal(row, params, by)
    state = RowState.TIDAK if why_not else RowState.MENUNGGU
    return BulkRow(bulk=made, row=row.pk, state=state, note=why_not[:300])


def name_rows(*, bulk: BulkAction, rows: Iterable[BulkRow], by) -> list[BulkRow]:
    """Gives each row its `name` as it stands today, or its number where the officer may not see it, and the number of
    its `family`. Nothing is kept.
    """
    act, rows = action_of(bulk.action), list(rows)
    found = {each.pk: each for each in act.rows(by).filter(pk__in=[row.row for row in rows])}
    for row in rows:
        each = found.get(row.row)
        row.name, row.family = (act.name(each) or str(row), act.family(each)) if each else (str(row), None)
    return rows


def about(*, model: Any, pks: Iterable[int]):
    """Returns the rows of all acts that were about these rows of `model`."""
    keys = [key for key in settings.BULK_ACTIONS if action_of(key).model is model]
    return BulkRow.objects.filter(bulk__action__in=keys, row__in=list(pks))


def confirm(*, bulk: BulkAction, by) -> BulkAction:
    """Does what was shown: at once when it is little, else as the job `bulk.job`, which the caller starts.

    A second confirm changes nothing. Raises BulkError.
    """
    with transaction.atomic(), pghistory.context(user=by.pk):
        row = BulkAction.objects.select_for_update(of=("self",)).get(pk=bulk.pk)
        if row.by_id != by.pk:
            raise BulkError(str(NOT_YOURS))
        if row.state != State.PRATINJAU:
            return row
        if not by.has_perm(action_of(row.action).permission):
            raise BulkError(str(MAY_NOT))
        if timezone.now() - row.made_at > SHOWN_FOR:
            raise BulkError(str(TOO_OLD))
        row.state = State.JALAN
        many = row.rows.filter(state=RowState.MENUNGGU).count() > AT_ONCE
        row.job = jobs.enqueue(kind="bulk.run", by=by, region=row.region, subject=row.pk) if many else None
        row.save(update_fields=["state", "job"])
        if not many:
            _work(row, lambda done: None)
    return row


def run_job(*, job: Job, pulse) -> dict:
    """Job: goes on with a bulk action where it was left; each chunk is a transaction."""
    row = BulkAction.objects.select_related("by").get(pk=job.subject or 0)
    total = row.rows.count()
    _work(row, lambda done: pulse.report(done, total))
    return {"rows": total}


def _work(bulk: BulkAction, report) -> None:
    act, done = action_of(bulk.action), 0
    while True:
        with transaction.atomic(), pghistory.context(user=bulk.by_id, reason=bulk.reason, bulk=bulk.pk):
            waiting = bulk.rows.select_for_update().filter(state=RowState.MENUNGGU).order_by("pk")[:CHUNK]
            rows = list(waiting)
            for row in rows:
                _act(act, row, bulk)
            act.follow([row.row for row in rows if row.state == RowState.SELESAI], bulk.by)
        done += len(rows)
        report(done)
        if not rows:
            break
    with transaction.atomic(), pghistory.context(user=bulk.by_id):
        bulk.state, bulk.done_at = State.SELESAI, timezone.now()
        bulk.save(update_fields=["state", "done_at"])


def _act(act: Action, row: BulkRow, bulk: BulkAction) -> None:
    """Acts on one row; what changed since the preview, so that it no longer fits, is passed over and said."""
    found = act.rows(bulk.by).filter(pk=row.row).first()
    why_not = str(GONE) if found is None else act.refusal(found, bulk.params, bulk.by)
    if not why_not:
        try:
            with transaction.atomic():
                row.before = act.do(found, bulk.params, bulk.by)
        except ValueError as error:
            why_not = str(error)
    row.state, row.note = (RowState.DILEWATI, why_not[:300]) if why_not else (RowState.SELESAI, "")
    row.save(update_fields=["state", "note", "before"])


def may_undo(bulk: BulkAction, user) -> str:
    """Returns why `user` cannot take the act back now, or nothing."""
    if bulk.state != State.SELESAI or bulk.done_at is None or timezone.now() - bulk.done_at > UNDO:
        return str(UNDO_OVER)
    return "" if _answers_for(user, bulk) else str(UNDO_NOT_YOURS)


def _answers_for(user, bulk: BulkAction) -> bool:
    is_head = user.role == Role.LURAH and covers(user, bulk.region_id)
    return user.pk in {bulk.by_id, bulk.undone_by_id} or is_head


def may_retry(bulk: BulkAction, user) -> str:
    """Returns why `user` cannot let a halted act go on, or nothing."""
    if not bulk.halted:
        return str(NOT_HALTED)
    return "" if _answers_for(user, bulk) else str(RETRY_NOT_YOURS)


def retry(*, bulk: BulkAction, by) -> BulkAction:
    """Lets an act whose job failed go on where it was left, as the job `bulk.job`, which the caller starts.

    What was confirmed, or asked back in time, stays so: neither the hour nor the ten minutes count again.
    Raises BulkError.
    """
    with transaction.atomic(), pghistory.context(user=by.pk):
        row = BulkAction.objects.select_for_update(of=("self",)).select_related("job").get(pk=bulk.pk)
        if why_not := may_retry(row, by):
            raise BulkError(why_not)
        if not by.has_perm(action_of(row.action).permission):
            raise BulkError(str(MAY_NOT))
        kind = "bulk.undo" if row.state == State.MUNDUR else "bulk.run"
        row.job = jobs.enqueue(kind=kind, by=by, region=row.region, subject=row.pk)
        row.save(update_fields=["job"])
    return row


def undo(*, bulk: BulkAction, by) -> BulkAction:
    """Takes an act back: at once when it is little, else as the job `bulk.job`, which the caller starts.

    What has been used since stays and is said. Raises BulkError.
    """
    with transaction.atomic(), pghistory.context(user=by.pk):
        row = BulkAction.objects.select_for_update(of=("self",)).get(pk=bulk.pk)
        if why_not := may_undo(row, by):
            raise BulkError(why_not)
        row.state, row.undone_at, row.undone_by = State.MUNDUR, timezone.now(), by
        many = _standing(row).count() > AT_ONCE
        row.job = jobs.enqueue(kind="bulk.undo", by=by, region=row.region, subject=row.pk) if many else None
        row.save(update_fields=["state", "undone_at", "undone_by", "job"])
        if not many:
            _work_back(row, lambda done: None)
    return row


def undo_job(*, job: Job, pulse) -> dict:
    """Job: goes on taking an act back where it was left; each chunk is a transaction."""
    row = BulkAction.objects.select_related("undone_by").get(pk=job.subject or 0)
    total = _standing(row).count()
    _work_back(row, lambda done: pulse.report(done, total))
    return {"rows": total}


def _standing(bulk: BulkAction):
    """The rows that were acted on and of which nobody has said yet why they stay."""
    return bulk.rows.filter(state=RowState.SELESAI, note="").order_by("pk")


def _work_back(bulk: BulkAction, report) -> None:
    act, done = action_of(bulk.action), 0
    while True:
        with (
            transaction.atomic(),
            pghistory.context(user=bulk.undone_by_id, reason=str(BACK % {"reason": bulk.reason})),
        ):
            rows = list(_standing(bulk).select_for_update()[:CHUNK])
            for row in rows:
                _act_back(act, row, bulk.undone_by)
            act.follow([row.row for row in rows if row.state == RowState.DIKEMBALIKAN], bulk.undone_by)
        done += len(rows)
        report(done)
        if not rows:
            break
    with transaction.atomic(), pghistory.context(user=bulk.undone_by_id):
        bulk.state = State.DIKEMBALIKAN
        bulk.save(update_fields=["state"])


def _act_back(act: Action, row: BulkRow, by) -> None:
    """Puts one row back, or says why it stays."""
    found = act.rows(by).filter(pk=row.row).first()
    try:
        if found is None:
            raise BulkError(str(GONE))
        with transaction.atomic():
            act.undo(found, row.before, by)
        row.state = RowState.DIKEMBALIKAN
    except ValueError as error:
        row.note = (str(error) or str(GONE))[:300]
    row.save(update_fields=["state", "note"])
