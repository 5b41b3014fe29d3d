"""Keys rotate while the old one still reads; afterwards the old one is gone and everything is read."""

import json
from dataclasses import replace

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from bansos import audit, crypto, phone_keys, rotation
from bansos.models import Region
from beneficiaries import appeals, places
from beneficiaries.models import Appeal, Household, ImportRow, Person, RegisterImport
from feedback import complaints
from monitoring import data_requests
from tests import cases, make, people

pytestmark = pytest.mark.django_db
OLD, NEW = "1:" + "01" * 32, "2:" + "ab" * 32


@pytest.fixture(autouse=True)
def ring(settings):
    """Returns a function that puts another ring in force, as a restart with other settings does."""

    def use(*keys: str) -> None:
        settings.PERSONAL_DATA_KEYS = ",".join(keys)
        crypto.forget_keys()

    use(OLD)
    yield use
    use(OLD)


def filled() -> dict[str, str]:
    """Makes one of everything that is encrypted, some of it changed once; returns what was planted."""
    family = make.household(phone="081200009001", account="1234509001")
    family.phone = "081200009002"
    family.save()
    family.address = "Jalan Baru"
    family.save(update_fields=["address"])  # an event with the same ciphertext as the one before
    case = cases.application(phone="081200009003")
    complaint, _pin = complaints.submit(
        region=Region.objects.get(code=people.KLENDER), category="kurang", story="Diminta uang oleh 081200009008",
        phone="081200009004",
    )  # fmt: skip
    complaints.say(complaint=complaint, body="Telepon 081200009009")
    appeals.submit_by_neighbour(
        region=Region.objects.get(code=people.RT), name="Bambang", about=Appeal.About.TIDAK_PANTAS,
        ground=Appeal.Ground.MAMPU, same_kelurahan=True, story="Tanya 081200009010", contact_name="Wati",
        contact_phone="081200009005",
    )  # fmt: skip
    file = RegisterImport.objects.create(region_id=people.KLENDER, filename="x", uploaded_by=people.ani())
    ImportRow.objects.create(
        register_import=file, sheet="x", row=1, level="error", code="x", sentence="x", raw='["3175079001"]'
    )
    data_requests.submit(
        person=family.people.get(), kind="perbaikan", datum="household.phone", wanted="081200009006", story="HP hilang"
    )
    places.note(application=case, stated="-6.22,106.91,12", by=people.rt())
    phone_keys.make_code(officer=people.rw(), phone="081200009007", by=people.user("lurah2", "lurah", people.KLENDER))
    return {"phone": "081200009002", "account": "1234509001"}


def everything() -> dict[str, list]:
    """Reads every encrypted value of every table, histories too."""
    labels = {column.table: column for column in rotation.columns()}
    models = [m for m in apps.get_models() if m._meta.db_table in labels]
    return {
        f"{m._meta.label}.{c.name}": list(m._base_manager.order_by("pk").values_list(c.name, flat=True))
        for m in models
        for c in rotation.columns()
        if c.table == m._meta.db_table
    }


def events() -> int:
    return sum(m._base_manager.count() for m in apps.get_models() if rotation._is_event(m))


def test_every_encrypted_column_is_known_with_its_history():
    known = {(column.table, column.name): column.history for column in rotation.columns()}
    assert known["beneficiaries_person", "nik"] == "beneficiaries_personevent"
    assert known["beneficiaries_householdevent", "account"] is None and ("beneficiaries_importrow", "raw") in known
    assert len(known) >= 15


def test_after_a_rotation_the_old_key_is_not_needed(ring):
    planted = filled()
    before, count = everything(), events()
    assert all(len(values) for values in before.values())
    ring(NEW, OLD)
    assert everything() == before  # both read while the rotation has not run
    done = rotation.rotate(batch=2)
    assert done.left == 0 and sum(done.rewritten.values()) == 21  # eighteen live values, three of an older state
    ring(NEW)
    assert everything() == before
    family = Household.objects.get()
    assert {name: getattr(family, name) for name in planted} == planted
    assert events() == count and audit.verify().whole
    assert Person.objects.get(nik_index=crypto.blind_index(family.people.get().nik, "nik"))


def test_web_and_worker_read_each_other_while_they_restart_one_after_the_other(ring):
    """First the new key stands behind the old one everywhere; the twin puts it first at once."""
    ring(NEW, OLD)
    written = crypto.encrypt("3175070101209001", "t.nik")  # who restarted already
    ring(OLD, NEW)
    assert crypto.decrypt(written, "t.nik") == "3175070101209001"  # who has not: the new key stands behind
    ring(OLD)
    with pytest.raises(crypto.CannotDecrypt):
        crypto.decrypt(written, "t.nik")


def test_without_the_rotation_the_old_key_is_needed(ring):
    """The twin."""
    filled()
    ring(NEW)
    with pytest.raises(crypto.CannotDecrypt):
        everything()


def test_a_rotation_goes_on_where_it_was_stopped(ring, monkeypatch):
    filled()
    ring(NEW, OLD)
    total, write, calls = rotation.left(), rotation._write, []

    def stumbling(column, tokens, fresh):
        calls.append(column)
        if len(calls) == 3:
            raise ConnectionError
        write(column, tokens, fresh)

    monkeypatch.setattr(rotation, "_write", stumbling)
    with pytest.raises(ConnectionError):
        rotation.rotate(batch=1)
    monkeypatch.setattr(rotation, "_write", write)
    assert 0 < rotation.left() < total
    assert rotation.rotate(batch=1).left == 0
    assert sum(rotation.rotate().rewritten.values()) == 0
    assert audit.verify().whole


def test_copies_left_behind_would_break_the_record(ring, monkeypatch):
    """The twin of writing a row's events with it: each event with a ciphertext of its own differs from its row."""
    filled()
    ring(NEW, OLD)
    with monkeypatch.context() as patch:
        alone = rotation.columns()
        patch.setattr(rotation, "columns", lambda: [replace(column, history=None) for column in alone])
        rotation.rotate()
    assert audit.verify().changed


def test_guards_hold_again_after_a_rotation(ring):
    filled()
    ring(NEW, OLD)
    rotation.rotate()
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE beneficiaries_personevent SET name = 'x'")
    before = events()
    Household.objects.update(address="Jalan Lain")
    assert events() == before + 1


def test_the_command_counts_and_says_which_key_is_missing(ring, capsys):
    filled()
    ring(NEW, OLD)
    call_command("rotate_keys", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["left"] == 0 and found["rewritten"]["beneficiaries_person.nik"] == 1
    call_command("rotate_keys")
    assert "0 nilai disandi ulang, sisa 0." in capsys.readouterr().out
    ring("3:" + "cd" * 32)
    with pytest.raises(CommandError, match="Kembalikan kunci lama"):
        call_command("rotate_keys")
