"""`verify_audit` finds a row that was changed behind the triggers' back, and a guard that was taken off."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from bansos import audit
from tests import make

pytestmark = pytest.mark.django_db


def run(statement: str, *params) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def test_an_honest_record_is_whole(capsys):
    family = make.household()
    family.address = "Jalan Baru"
    family.save()
    call_command("verify_audit", "--json")
    found = json.loads(capsys.readouterr().out)
    assert found["whole"] and found["rows"] >= 2 and found["tables"] >= 10


def test_a_row_changed_with_the_triggers_off_is_named():
    family = make.household()
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run("ALTER TABLE beneficiaries_household DISABLE TRIGGER USER")
    run("UPDATE beneficiaries_household SET decile = 1 WHERE id = %s", family.pk)
    run("ALTER TABLE beneficiaries_household ENABLE TRIGGER USER")
    assert audit.verify().changed == [f"beneficiaries.household:{family.pk}"]
    with pytest.raises(CommandError, match="Riwayat tidak utuh"):
        call_command("verify_audit")


def test_a_guard_taken_off_is_named():
    make.household()
    run("ALTER TABLE beneficiaries_verification DISABLE TRIGGER USER")
    missing = audit.verify().missing_guards
    assert any("verifier_in_region" in guard for guard in missing)


def test_events_cannot_be_changed():
    make.household()
    with pytest.raises(DatabaseError, match="Cannot update"):
        run("UPDATE beneficiaries_householdevent SET address = 'x'")
