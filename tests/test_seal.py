"""Seals name an event that was changed behind every guard, and a dump of the database tells nobody's number."""

import json
import threading
from datetime import date

import pghistory
import pghistory.models
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from bansos import audit, crypto, erasure, privacy, rotation, row_history, seals, tasks
from bansos.fields import ERASED_NAME
from bansos.models import AuditSeal, DataAccess
from beneficiaries.models import FamilyEvent, Household
from tests import make, people
from tests.at_once import until_somebody_waits

pytestmark = pytest.mark.django_db


def unguarded(table: str, statement: str, *params) -> None:
    """Runs a statement as somebody would who takes all triggers off and puts them back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, params)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def events(family: Household) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pgh_id FROM beneficiaries_householdevent WHERE pgh_obj_id = %s ORDER BY 1", [family.pk])
        return [pk for (pk,) in cursor.fetchall()]


def changed_family() -> Household:
    family = make.household()
    family.address = "Jalan Baru"
    family.save()
    return family


def test_an_untouched_history_is_whole_and_sealed_once():
    changed_family()
    made = seals.seal()
    assert {each.table for each in made} >= {"beneficiaries_householdevent", "beneficiaries_personevent"}
    assert seals.seal() == []
    found = audit.verify()
    assert found.whole and found.seals == len(made) and found.head == seals.head() != ""


def test_later_events_get_a_seal_that_follows():
    family = changed_family()
    seals.seal()
    first = seals.head()
    family.address = "Jalan Lain"
    family.save()
    (made,) = seals.seal()
    assert made.after == events(family)[-2] and made.upto == events(family)[-1] and made.rows == 1
    assert audit.verify().whole and seals.head() != first


def test_row_and_event_changed_alike_are_named():
    """The twin: what compares rows with events alone sees nothing here."""
    family = changed_family()
    seals.seal()
    unguarded("beneficiaries_household", "UPDATE beneficiaries_household SET decile = 1 WHERE id = %s", family.pk)
    unguarded(
        "beneficiaries_householdevent",
        "UPDATE beneficiaries_householdevent SET decile = 1 WHERE pgh_obj_id = %s",
        family.pk,
    )
    found = audit.verify()
    assert not found.changed and not found.missing_guards
    assert found.tampered == [f"beneficiaries.householdevent:{pk}" for pk in events(family)] and not found.whole
    with pytest.raises(CommandError, match=f"householdevent:{events(family)[0]}"):
        call_command("verify_audit")


@pytest.mark.parametrize("column", ["address", "kk_index", "pgh_created_at", "status", "pgh_label"])
def test_any_sealed_column_counts(column):
    family = changed_family()
    seals.seal()
    value = {"kk_index": "'\\x00'::bytea", "pgh_created_at": "pgh_created_at + interval '1 second'"}.get(
        column, "'bubar'"
    )
    unguarded(
        "beneficiaries_householdevent",
        f"UPDATE beneficiaries_householdevent SET {column} = {value} WHERE pgh_id = %s",
        events(family)[0],
    )
    assert audit.verify().tampered == [f"beneficiaries.householdevent:{events(family)[0]}"]


def test_an_event_taken_away_or_slipped_in_is_named():
    family, other = changed_family(), make.household()
    seals.seal()
    gone = events(family)[0]
    unguarded("beneficiaries_householdevent", "DELETE FROM beneficiaries_householdevent WHERE pgh_id = %s", gone)
    assert audit.verify().tampered == [f"beneficiaries.householdevent:{gone}"]
    unguarded(
        "beneficiaries_householdevent",
        "UPDATE beneficiaries_householdevent SET pgh_id = %s WHERE pgh_id = %s",
        gone,
        events(other)[0],
    )
    assert f"beneficiaries.householdevent:{gone}" in audit.verify().tampered


def test_a_seal_taken_away_or_changed_is_named():
    changed_family()
    seals.seal()
    first, *_rest = AuditSeal.objects.order_by("pk")
    unguarded("bansos_auditseal", "UPDATE bansos_auditseal SET digest = '\\x00' WHERE id = %s", first.pk)
    assert f"bansos.auditseal:{first.pk}" in audit.verify().tampered
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        first.delete()


def rewritten(family: Household, **said) -> None:
    """Writes over who did it and why, as the owner of the database could."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pghistory_context SET metadata = metadata || %s RETURNING 1", [json.dumps(said)])
        assert cursor.fetchall()


@pytest.fixture
def explained():
    """A family that Ani changed, for a reason and by a list."""
    family, ani = make.household(), people.ani()
    with pghistory.context(user=ani.pk, reason="Pindah rumah", source="outside:desil"):
        family.address = "Jalan Baru"
        family.save()
    return family


@pytest.mark.parametrize("said", [{"user": 999}, {"reason": "Lain"}, {"source": "register_import:1"}])
def test_who_did_it_and_why_are_sealed(explained, said):
    seals.seal()
    assert audit.verify().whole
    rewritten(explained, **said)
    assert audit.verify().tampered == [f"beneficiaries.householdevent:{events(explained)[-1]}"]


def test_a_seal_from_before_reasons_were_sealed_still_proves_who(explained, monkeypatch):
    monkeypatch.setattr(seals, "CONTEXT", ["user"])
    seals.seal()
    monkeypatch.undo()
    assert audit.verify().whole
    rewritten(explained, reason="Lain")
    assert audit.verify().whole
    rewritten(explained, user=999)
    assert audit.verify().tampered == [f"beneficiaries.householdevent:{events(explained)[-1]}"]


def two_reasons_with_a_seal_between() -> list[str | None]:
    """One long job with two reasons, sealed after the first; returns the reason of each change."""
    family = make.household()
    with pghistory.context(user=people.ani().pk):
        for reason in ("Pertama", "Kedua"):
            with pghistory.context(reason=reason):
                family.address = f"Jalan {reason}"
                family.save()
            seals.seal()
    return [change.reason for change in row_history.of(family)[1:]]


def test_a_job_with_two_reasons_keeps_both_and_its_seals_whole():
    assert two_reasons_with_a_seal_between() == ["Pertama", "Kedua"]
    assert audit.verify().whole


def test_a_note_that_is_written_over_cries_wolf():
    """The twin: with pghistory's own function the second reason takes the place of the first."""
    pghistory.models.Context.install_pgh_attach_context_func()
    assert two_reasons_with_a_seal_between() == ["Kedua", "Kedua"]
    assert not audit.verify().whole


def test_a_look_that_was_taken_away_or_changed_is_named():
    person, ani = make.household().people.get(), people.ani()
    for reason in ("Mencocokkan KTP", "Menelepon"):
        privacy.reveal(obj=person, fields=["nik"], reason=reason, by=ani)
    seals.seal()
    assert audit.verify().whole
    first, second = DataAccess.objects.order_by("pk")
    unguarded("bansos_dataaccess", "DELETE FROM bansos_dataaccess WHERE id = %s", first.pk)
    assert audit.verify().tampered == [f"bansos.dataaccess:{first.pk}"]
    unguarded("bansos_dataaccess", "UPDATE bansos_dataaccess SET reason = 'Lain-lain' WHERE id = %s", second.pk)
    assert f"bansos.dataaccess:{second.pk}" in audit.verify().tampered


def test_looks_are_sealed_by_day_and_alone():
    """One that is taken away before the night is named; what else happened that day waits for the night."""
    person, ani = make.household().people.get(), people.ani()
    privacy.reveal(obj=person, fields=["nik"], reason="Mencocokkan KTP", by=ani)
    tasks.seal_looks()
    assert list(AuditSeal.objects.values_list("table", flat=True)) == ["bansos_dataaccess"]
    look = DataAccess.objects.get()
    unguarded("bansos_dataaccess", "DELETE FROM bansos_dataaccess WHERE id = %s", look.pk)
    assert audit.verify().tampered == [f"bansos.dataaccess:{look.pk}"]
    tasks.seal_looks()
    assert AuditSeal.objects.count() == 1  # nothing new, no seal


@pytest.mark.django_db(transaction=True)
def test_sealing_looks_gives_way_to_who_writes():
    privacy.reveal(obj=make.household(), fields=["kk"], reason="Mencocokkan KK", by=people.ani())
    writer = connection.copy()
    try:
        with writer.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("LOCK TABLE bansos_dataaccess IN ROW EXCLUSIVE MODE")  # as an insert that has not committed
        tasks.seal_looks()
        assert not AuditSeal.objects.exists()
    finally:
        writer.close()
    tasks.seal_looks()
    assert AuditSeal.objects.get().table == "bansos_dataaccess"


def test_an_erased_row_that_is_its_own_history_keeps_its_seal(monkeypatch):
    monkeypatch.setattr(FamilyEvent, "ERASED", {"note": ERASED_NAME}, raising=False)
    family, ani = make.household(), people.ani()
    made = FamilyEvent.objects.create(
        household=family, region_id=family.region_id, kind="pindah", happened_on=date(2026, 11, 2), paper="474/9",
        note="Gang Lama 4", recorded_by=ani,
    )  # fmt: skip
    assert erasure.erase(model=FamilyEvent, pks=[made.pk], rule="uji", reason="Masa simpan berakhir")
    made.refresh_from_db()
    assert made.note == ERASED_NAME and audit.verify().whole
    unguarded("beneficiaries_familyevent", "UPDATE beneficiaries_familyevent SET paper = 'x' WHERE id = %s", made.pk)
    assert audit.verify().tampered == [f"beneficiaries.familyevent:{made.pk}"]


def test_every_append_only_table_is_sealed():
    own = {model.__name__ for model in seals.sealed_models() if not issubclass(model, pghistory.models.Event)}
    assert own >= {"DataAccess", "FamilyEvent", "FamilyEventPerson", "Handover", "OutsideFact", "Verification"}
    assert "AuditSeal" not in own


def test_a_new_column_leaves_old_seals_whole():
    changed_family()
    seals.seal()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE beneficiaries_householdevent ADD COLUMN later text DEFAULT 'x'")
    assert audit.verify().whole


def test_the_session_time_zone_does_not_matter():
    changed_family()
    seals.seal()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'Asia/Tokyo'")
    assert not seals.check().tampered


def test_keys_rotate_under_the_seals(settings):
    changed_family()
    seals.seal()
    settings.PERSONAL_DATA_KEYS = "2:" + "ab" * 32 + "," + settings.PERSONAL_DATA_KEYS
    crypto.forget_keys()
    rotation.rotate()
    assert audit.verify().whole


@pytest.fixture(autouse=True)
def _keys():
    yield
    crypto.forget_keys()


def test_the_nightly_task_and_the_commands(capsys):
    changed_family()
    tasks.seal_audit()
    call_command("seal_audit", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["seals"] == 0 and told["head"] == seals.head()
    call_command("verify_audit", "--json", "--head", told["head"])
    assert json.loads(capsys.readouterr().out)["whole"]
    with pytest.raises(CommandError, match="auditseal"):
        call_command("verify_audit", "--head", "00")


def _slow_writer(family, started, go) -> threading.Thread:
    """Starts a transaction that takes an event's number at once and commits when told."""

    def write():
        with transaction.atomic():
            Household.objects.filter(pk=family.pk).update(address="Jalan Pelan")
            started.set()
            go.wait(30)
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    return thread


def _once_somebody_waits(go) -> None:
    try:
        until_somebody_waits()
    finally:
        go.set()
        connection.close()


def _seal_beside_a_slow_writer(*, waits: bool) -> list[str]:
    """Seals while a transaction with an earlier number is open, lets it commit, and returns what differs."""
    slow, quick = make.household(), make.household()
    started, go = threading.Event(), threading.Event()
    writer = _slow_writer(slow, started, go)
    assert started.wait(30)
    Household.objects.filter(pk=quick.pk).update(address="Jalan Cepat")
    if waits:
        threading.Thread(target=_once_somebody_waits, args=[go]).start()
    seals.seal()
    go.set()
    writer.join()
    return audit.verify().tampered


@pytest.mark.django_db(transaction=True)
def test_a_slow_writer_is_waited_for():
    assert _seal_beside_a_slow_writer(waits=True) == []


@pytest.mark.django_db(transaction=True)
def test_a_seal_that_does_not_wait_cries_wolf(monkeypatch):
    """The twin: sealed up to the newest number, an earlier one that commits later looks slipped in."""

    def newest(model, patience) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT coalesce(max({model._meta.pk.column}), 0) FROM {model._meta.db_table}")
            return cursor.fetchone()[0]

    monkeypatch.setattr(seals, "_settled", newest)
    assert _seal_beside_a_slow_writer(waits=False)
