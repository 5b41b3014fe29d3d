"""The portal's own database role: two months of work can be done with it, and it cannot rewrite what happened."""

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from bansos import audit, erasure, rotation, seals
from beneficiaries.models import Person
from distribution.models import Handover
from monitoring.demo import life
from tests import make

ROLE = "bansos_portal_uji"
pytestmark = pytest.mark.django_db


def run(query: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(query)


def _keep_autovacuum_away() -> None:
    """The grants are not committed here, so an ANALYZE would wait for this test, and a seal's lock for the ANALYZE."""
    tables = connection.introspection.table_names()
    run(f"LOCK TABLE {', '.join(map(connection.ops.quote_name, tables))} IN SHARE UPDATE EXCLUSIVE MODE")


@pytest.fixture
def portal():
    """What follows has the rights of the portal's role. The role goes with the test's transaction."""
    _keep_autovacuum_away()
    run(f"CREATE ROLE {ROLE}")
    run(f"GRANT {ROLE} TO CURRENT_USER WITH SET TRUE, INHERIT FALSE")
    call_command("grant_role", ROLE)
    run(f"SET LOCAL ROLE {ROLE}")
    yield
    run("RESET ROLE")


ATTACKS = [
    "UPDATE beneficiaries_householdevent SET pgh_label = 'x'",
    "UPDATE beneficiaries_householdevent SET decile = 1",
    "DELETE FROM beneficiaries_householdevent",
    "TRUNCATE beneficiaries_householdevent CASCADE",
    "ALTER TABLE beneficiaries_householdevent DISABLE TRIGGER ALL",
    "ALTER TABLE beneficiaries_household DISABLE TRIGGER USER",
    "ALTER TABLE beneficiaries_household DROP COLUMN decile",
    "DELETE FROM distribution_handover",
    "UPDATE distribution_handover SET at = now()",
    "DELETE FROM bansos_dataaccess",
    "DELETE FROM pghistory_context",
    """UPDATE pghistory_context SET metadata = '{"user": 1, "reason": "x"}'""",
    "DELETE FROM beneficiaries_familyevent",
    "UPDATE beneficiaries_outsidefact SET value = 1",
    "UPDATE bansos_auditseal SET digest = ''",
    "DELETE FROM bansos_erasure",
    "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'y', now())",
]
GUARDS = ("beneficiaries.HouseholdEvent:append_only", "distribution.Handover:append_only")


def attempt(query: str) -> str:
    """Tries a statement with the guards passed over; returns what the database said against it."""
    try:
        with pgtrigger.ignore(*GUARDS), transaction.atomic():
            run(query)
    except ProgrammingError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("query", ATTACKS)
def test_the_portal_cannot_rewrite_what_happened(query, portal):
    make.household()
    said = attempt(query)
    assert "permission denied" in said or "must be owner" in said


def test_without_the_role_passing_over_a_guard_rewrites_history():
    make.household()
    assert attempt("UPDATE beneficiaries_householdevent SET decile = 7") == ""
    assert not audit.verify().whole


def test_two_months_of_work_with_the_portal_role(portal):
    life.live(households=60, say=lambda message: None)
    assert Handover.objects.exists()
    person = Person.objects.order_by("pk")[0]
    person.name = "Nama Baru"
    person.save()
    assert erasure.erase(model=Person, pks=[person.pk], rule="uji", reason="Masa simpan berakhir")
    assert seals.seal() is not None and rotation.rotate().left == 0
    assert audit.verify().whole
    with connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_USER")
        assert cursor.fetchone() == (ROLE,)


def test_a_role_that_no_grant_binds_is_refused():
    with pytest.raises(CommandError, match="belum ada"):
        call_command("grant_role", "tidak_ada")
    owner = connection.settings_dict["USER"]
    with pytest.raises(CommandError, match="memiliki tabel"):
        call_command("grant_role", owner)


def test_the_role_is_made_with_a_password_that_is_not_typed(monkeypatch, capsys):
    with pytest.raises(CommandError, match="UJI_SANDI"):
        call_command("grant_role", ROLE, create="UJI_SANDI")
    monkeypatch.setenv("UJI_SANDI", "rahasia")
    call_command("grant_role", ROLE, create="UJI_SANDI")
    call_command("grant_role", ROLE, create="UJI_SANDI")
    assert "Riwayat hanya dapat ditambahnya" in capsys.readouterr().out
