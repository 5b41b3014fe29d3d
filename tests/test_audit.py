"""`verify_audit` finds a row that was changed behind the triggers' back, and a guard that was taken off."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from bansos import audit
from bansos.models import DataAccess
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


HOLLOW = {
    "another function": """CREATE OR REPLACE FUNCTION {guard}() RETURNS trigger AS $$ BEGIN RETURN NEW; END; $$
        LANGUAGE plpgsql""",
    "never": """CREATE OR REPLACE TRIGGER {guard} BEFORE UPDATE OR DELETE ON bansos_dataaccess FOR EACH ROW WHEN (false)
        EXECUTE FUNCTION {guard}()""",
    "another event": """CREATE OR REPLACE TRIGGER {guard} BEFORE UPDATE ON bansos_dataaccess FOR EACH ROW
        EXECUTE FUNCTION {guard}()""",
}  # fmt: skip


@pytest.mark.parametrize("way", HOLLOW)
def test_a_guard_left_hollow_behind_its_name_is_named(way):
    """pgtrigger goes by the digest in the comment, which stays: it finds such a guard as it should be."""
    guard = next(t for t in DataAccess._meta.triggers if t.name == "append_only")
    assert audit.verify().whole
    run(HOLLOW[way].format(guard=guard.get_pgid(DataAccess)))
    assert guard.get_installation_status(DataAccess)[:2] == ("INSTALLED", True)
    assert audit.verify().missing_guards == ["bansos.dataaccess:append_only"]


@pytest.mark.parametrize(
    ("name", "told"),
    [("_pgh_attach_context()", "uuid AS $$ BEGIN RETURN NULL; END"),
     ("_pgtrigger_should_ignore(trigger_name name)", "boolean AS $$ BEGIN RETURN true; END")],
)  # fmt: skip
def test_what_stands_behind_every_guard_is_compared_too(name, told):
    """Without the first nobody is named; by the second every trigger is passed over."""
    run(f"CREATE OR REPLACE FUNCTION {name} RETURNS {told}; $$ LANGUAGE plpgsql")
    assert audit.verify().missing_guards == [name.split("(")[0]]


def test_events_cannot_be_changed():
    make.household()
    with pytest.raises(DatabaseError, match="Cannot update"):
        run("UPDATE beneficiaries_householdevent SET address = 'x'")
