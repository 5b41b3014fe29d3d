"""`verify_audit` finds a row that was changed behind the triggers' back, and a guard that was taken off."""

import json
from datetime import date

import pghistory.trigger
import pgtrigger
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from bansos import audit, seals
from bansos.migration_operations import noted_deletions
from bansos.models import DataAccess, Holiday, SavedFilter
from distribution.models import Entitlement
from tests import make, people

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


def test_every_way_a_tracked_row_changes_leaves_an_event():
    written: dict = {}
    for model, trigger in pgtrigger.registered():
        if isinstance(trigger, pghistory.trigger.Event):
            written.setdefault(model, set()).add(str(trigger.operation))
    tracked = {event.pgh_tracked_model for event in seals.event_models()}
    assert {model._meta.label: found for model, found in written.items() if len(found) < 3} == {}
    assert tracked == set(written) and len(tracked) > 40


# Rows that change and leave no event, since nobody is told or decided by them.
PASSING = {
    "bansos.Job": "how far a work in the background is; what it writes has its own history",
    "bansos.Notification": "whether a message was read; its words are fixed",
    "beneficiaries.ImportRow": "what a file held that was refused; the file itself goes too",
    "beneficiaries.NameWord": "words of names, for the search",
    "beneficiaries.ScoringRun": "when scores were counted; the scores have their history",
    "beneficiaries.ScoringChunk": "which part of a run is done",
    "bansos.User_groups": "unused: permissions come from the role",
    "bansos.User_user_permissions": "unused: permissions come from the role",
}


def test_every_table_of_ours_keeps_its_history_or_says_why_not():
    kept = {seals.AuditSeal, *seals.sealed_models(), *(event.pgh_tracked_model for event in seals.event_models())}
    ours = {"bansos", "beneficiaries", "distribution", "feedback", "monitoring"}
    models = (m for m in apps.get_models(include_auto_created=True) if m._meta.app_label in ours and m._meta.managed)
    assert {m._meta.label for m in models if m not in kept and not m._meta.proxy} == set(PASSING)


def test_what_an_officer_deletes_is_on_record_and_the_record_stays_whole(client):
    """Twin below: without the event nobody knows who did it, and an honest deletion is called tampering."""
    ani = people.ani()
    client.force_login(ani)
    keep = {"query": "decile=2", "name": "Desil dua"}
    client.post("/admin/beneficiaries/household/saringan/", keep)
    saved = SavedFilter.objects.get()
    client.post(f"/admin/beneficiaries/household/saringan/{saved.pk}/hapus/")
    event = SavedFilter.pgh_event_model.objects.latest("pgh_id")
    assert (event.pgh_label, event.name, event.pgh_context.metadata["user"]) == ("delete", "Desil dua", ani.pk)
    assert not SavedFilter.objects.exists() and audit.verify().whole


def test_a_row_deleted_by_raw_sql_leaves_who_and_what_it_was():
    family = make.household()
    round_ = make.plan_round(family)
    run("DELETE FROM distribution_entitlement WHERE round_id = %s", round_.pk)
    event = Entitlement.pgh_event_model.objects.latest("pgh_id")
    assert (event.pgh_label, event.household_id) == ("delete", family.pk) and event.pgh_login
    assert audit.verify().whole
    other = make.plan_round(family, period=date(2026, 12, 1))
    make.without_trigger("distribution_entitlement", "delete_delete")  # the twin
    row = other.entitlements.get()
    run("DELETE FROM distribution_entitlement WHERE id = %s", row.pk)
    assert f"distribution.entitlement:{row.pk}" in audit.verify().changed


def test_what_was_deleted_before_is_noted_once_and_the_record_is_whole_again():
    """An office of before: its saved filters, holidays and redrawn lists were gone without an event."""
    family = make.household()
    round_ = make.plan_round(family)
    SavedFilter.objects.create(list="x", name="A", query="decile=1", owner=people.ani())
    Holiday.objects.create(on=date(2027, 12, 30), name="Hari uji")
    kept = SavedFilter.objects.create(list="x", name="B", query="decile=1", owner=people.dewi())
    for table in ("bansos_savedfilter", "bansos_holiday", "distribution_entitlement"):
        make.without_trigger(table, "delete_delete")
    run("DELETE FROM bansos_savedfilter WHERE id <> %s", kept.pk)
    run("DELETE FROM bansos_holiday WHERE name = 'Hari uji'")
    run("DELETE FROM distribution_entitlement WHERE round_id = %s", round_.pk)
    assert len(audit.verify().changed) == 3
    noted = noted_deletions(bansos_savedfilter="id", bansos_holiday="on", distribution_entitlement="id")
    for _twice in range(2):
        with connection.cursor() as cursor:
            for statement in noted.sql:
                cursor.execute(statement)
        assert audit.verify().changed == []
    events = SavedFilter.pgh_event_model.objects.filter(pgh_label="delete")
    assert [event.name for event in events] == ["A"]
    assert "siapa yang menghapus tidak diketahui" in events.get().pgh_context.metadata["reason"]


def test_events_cannot_be_changed():
    make.household()
    with pytest.raises(DatabaseError, match="Cannot update"):
        run("UPDATE beneficiaries_householdevent SET address = 'x'")
