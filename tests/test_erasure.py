"""Identity is erased from rows and history for good; counts stay, and the seals still prove everything else."""

import json
import os
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from bansos import audit, bulk, crypto, erasure, notifications, phone_keys, seals
from bansos.models import BulkRow, Erasure, Job, Notification, PhoneKey, Region
from beneficiaries import family_events, minutes, reminders
from beneficiaries.models import Application, Household, ImportRow, Person, RegisterImport
from distribution.models import Entitlement, Handover
from feedback import complaints
from monitoring import indicators, retention, tasks
from monitoring.models import RetentionRule
from tests import busy_month, cases, make, meetings, people
from tests.test_conflict_pages import conflict as a_conflict
from tests.test_dump import dumped
from tests.test_reach import give
from tests.test_seal import unguarded

pytestmark = pytest.mark.django_db
KNOWN = ["Sukmawati Erasia", "Gang Hapusan 9", "Gang Hapusan 12", "SKPWNI 9/2026", "Kampung Hapusan"]
LATER = timezone.localdate() + timedelta(days=366 * 6)


def gone_family() -> Household:
    """A family that received aid, changed its phone, was put right in a bulk act, moved within, and then away."""
    make.criteria()
    family = make.household(
        head={"name": "Sukmawati Erasia"}, phone="081290009001", account="7755009001", address="Gang Hapusan 9"
    )
    give(family)
    family.phone = "081290009002"
    family.save()
    staff, today = cases.officer("staf", "staf", people.KLENDER), timezone.localdate()
    shown = bulk.preview(
        action="rt", ids=[family.pk], said={"kelurahan": "klender", "rw": "8", "rt": "3"}, reason="RT mekar", by=staff
    )
    bulk.confirm(bulk=shown, by=staff)
    family_events.move_within(
        household=family, region=Region.objects.get(code=people.RT), address="Gang Hapusan 12", moved_on=today,
        paper="Surat RT 9/2026", by=staff,
    )  # fmt: skip
    family_events.move_out(household=family, moved_on=today, paper="SKPWNI 9/2026", to="Kampung Hapusan", by=staff)
    family.refresh_from_db()
    return family


def traces(family: Household) -> list[str]:
    """What tells who the family was, in a dump: names, and indexes by which a guessed number would be confirmed."""
    indexes = [family.people.get().nik_index, family.kk_index]
    indexes += [crypto.blind_index(phone, "phone") for phone in ("081290009001", "081290009002")]
    return [*(bytes(index).hex() for index in indexes), *KNOWN]


def dump() -> str:
    return "\n".join(text.decode(errors="replace") for text in dumped().values())


def figures(period=busy_month.PERIOD) -> dict:
    found = indicators.of(period=period, region_code=people.KECAMATAN)
    found.pop("as_of", None)
    return found


def rules(**months: int) -> None:
    for subject, count in months.items():
        RetentionRule.objects.create(
            subject=subject, months=count, starts_on=timezone.localdate() - timedelta(9), legal_basis="UU 27/2022"
        )


def test_minutes_name_a_family_no_longer_than_its_application():
    case = cases.verified(name="Sukmawati Erasia", address="Gang Hapusan 9", answers=cases.CLEAR)
    meeting = meetings.closed("tidak_layak", applications=[case])
    why = {"rule": "permohonan", "reason": "UU 27/2022"}
    retention._empty_applications([case.pk], **why)
    row = minutes.content(meeting)["annexes"][0]["rows"][0]
    assert row[1:3] == ["Data dihapus", "Data dihapus"] and row[5] == "Tidak layak"
    kept = dumped()
    told = [name for name, text in kept.items() if b"Erasia" in text or b"Hapusan" in text]
    assert told == []
    with pytest.raises(DatabaseError), transaction.atomic():  # closed for everybody else as before
        meeting.cases.update(name="Lain")


def test_what_was_told_about_an_application_names_it_no_longer_than_itself():
    """Messages to officers, of a deadline and of answers that differ, call the family by its name."""
    conflict = a_conflict(people.user("rt.hp", "rt", people.RT))
    case = conflict.application
    late = timezone.localdate() - timedelta(days=1)
    Application.objects.filter(pk=case.pk).update(name="Sukmawati Erasia", due_on=late)
    people.ani()
    reminders.send()
    notifications.tell([notifications.Message(
        recipient=people.rw(), kind="konflik", sentence="Beda jawaban tentang Sukmawati Erasia",
        subject="verificationevent", subject_id=conflict.pk, occasion="x", region_id=people.RT,
    )])  # fmt: skip
    assert Notification.objects.filter(sentence__contains="Erasia").count() >= 2
    retention._empty_applications([case.pk], rule="permohonan", reason="UU 27/2022")
    assert [name for name, text in dumped().items() if b"Erasia" in text] == []
    assert Notification.objects.filter(sentence="Data dihapus").exists()
    with pytest.raises(DatabaseError), transaction.atomic():  # what was told stays as it is for everybody else
        Notification.objects.update(sentence="Lain")


def test_the_log_of_the_admin_names_a_person_no_longer_than_the_register(client):
    person = make.household(head={"name": "Sukmawati Erasia"}).people.get()
    boss = people.user("boss", "admin", None, is_superuser=True)
    client.force_login(boss)
    url = reverse("admin:beneficiaries_person_change", args=[person.pk])
    data = {
        "name": person.name, "birth_place": "", "born_on": "1980-05-17", "sex": "P", "relation": "kepala",
        "marital": "kawin", "education": "", "occupation": "Pedagang", "income": 0, "reason": "Sesuai KTP di loket",
    }  # fmt: skip
    assert client.post(url, data).status_code == 302
    assert LogEntry.objects.get().object_repr == "Sukmawati Erasia"
    retention._empty_people([person.pk], rule="meninggal", reason="UU 27/2022")
    assert [name for name, text in dumped().items() if b"Erasia" in text] == []


def test_a_family_that_moved_is_erased_everywhere():
    family = gone_family()
    rules(keluarga=60)
    names = traces(family)
    text = dump()
    assert all(each in text for each in names)
    assert retention.run(today=LATER) == {"keluarga": 1}
    text = dump()
    assert [each for each in names if each in text] == []
    person = family.people.get()
    family.refresh_from_db()
    assert (person.name, person.nik, person.born_on.month, person.born_on.day) == ("Data dihapus", "", 1, 1)
    assert (family.phone, family.account, family.kk) == (None, None, "") and family.status == Household.Status.PINDAH
    assert {e.phone for e in erasure.event_of(Household).objects.filter(pgh_obj_id=family.pk)} == {None}
    assert Handover.objects.get().recipient == person


def left_and_dead() -> Household:
    """An active family that one left, one died in, and a third shares a move to another card with who died."""
    family = make.household(head={"name": "Masih Ada"})
    leaver, dead = (make.person(household=family, name=name) for name in ("Pergi Erasia", "Mati Erasia"))
    home, staff = make.household(head={"name": "Rumah Lain"}), cases.officer("staf", "staf", people.KLENDER)
    third = make.person(household=family, name="Ikut Pindah")
    day = timezone.localdate()
    told = {"by": staff, "happened_on": day}
    family_events.join(people=[dead, third], into=home, relation="lainnya", paper="KK bersama 1/2026", **told)
    family_events.move_out(
        household=family, people=[leaver], moved_on=day, paper="SKPWNI 9/2026", to="Kampung Hapusan", by=staff
    )
    dead.refresh_from_db()
    family_events.record_death(person=dead, died_on=day, paper="Akta mati 9/2026", by=staff)
    return family


def test_who_left_a_family_that_stays_is_erased_too_and_with_each_the_papers_of_their_own():
    family = left_and_dead()
    retention.load_default(on=timezone.localdate() - timedelta(9))
    before = figures(timezone.localdate().replace(day=1))
    assert retention.run(today=timezone.localdate() + timedelta(days=366 * 4))["keluar"] == 0
    done = retention.run(today=LATER)
    assert (done["keluar"], done["meninggal"], done["keluarga"]) == (1, 1, 0)
    text = dump()
    gone = ("Pergi Erasia", "Mati Erasia", "SKPWNI 9/2026", "Kampung Hapusan", "Akta mati 9/2026")
    assert [word for word in gone if word in text] == []
    assert all(word in text for word in ("Masih Ada", "Ikut Pindah", "KK bersama 1/2026")) and family.kk
    assert figures(timezone.localdate().replace(day=1)) == before and audit.verify().whole


def test_without_the_history_the_name_would_still_be_there(monkeypatch):
    """The twin: rows alone are emptied."""
    family = gone_family()
    rules(keluarga=60)
    names, empty = traces(family), erasure._empty
    monkeypatch.setattr(
        erasure, "_empty", lambda m, *rest: None if m._meta.model_name.endswith("event") else empty(m, *rest)
    )
    retention.run(today=LATER)
    assert [each for each in names if each in dump()] == names


def test_every_sum_is_the_same_afterwards():
    busy_month.fill(1)
    retention.load_default(on=timezone.localdate() - timedelta(9))
    Household.objects.filter(pk__in=Household.objects.order_by("pk")[:3].values("pk")).update(status="pindah")
    Entitlement.objects.filter(household__status="pindah", status__in=["dialokasikan", "ditahan"]).delete()
    before = figures()
    assert sum(retention.run(today=LATER).values()) >= 3
    assert figures() == before
    assert Person.objects.filter(name="Data dihapus").exists()


def test_the_seals_still_prove_everything_else():
    family = gone_family()
    seals.seal()
    head = seals.head()
    rules(keluarga=60)
    retention.run(today=LATER)
    found = audit.verify()
    assert found.whole and found.erasures == Erasure.objects.count() >= 2
    seals.seal()
    assert audit.verify().whole and seals.head() != head
    table = "beneficiaries_householdevent"
    first = erasure.event_of(Household).objects.filter(pgh_obj_id=family.pk).order_by("pk").first()
    unguarded(table, f"UPDATE {table} SET decile = 1 WHERE pgh_id = %s", first.pk)
    assert audit.verify().tampered == [f"beneficiaries.householdevent:{first.pk}"]


def test_something_else_written_where_identity_was_is_named():
    family = gone_family()
    rules(keluarga=60)
    retention.run(today=LATER)
    table = "beneficiaries_householdevent"
    first = erasure.event_of(Household).objects.filter(pgh_obj_id=family.pk).order_by("pk").first()
    unguarded(table, f"UPDATE {table} SET address = 'Gang Lain' WHERE pgh_id = %s", first.pk)
    assert audit.verify().tampered == [f"beneficiaries.householdevent:{first.pk}"]


def test_emptying_without_the_record_is_named():
    """The twin: the same words in the history, written by hand, break the seal."""
    family = gone_family()
    seals.seal()
    table = "beneficiaries_householdevent"
    unguarded(
        table, f"UPDATE {table} SET address = 'Data dihapus', phone_index = NULL WHERE pgh_obj_id = %s", family.pk
    )
    assert len(audit.verify().tampered) >= 3


def test_a_changed_record_of_an_erasure_is_named():
    gone_family()
    rules(keluarga=60)
    retention.run(today=LATER)
    made = Erasure.objects.order_by("pk").first()
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Erasure.objects.filter(pk=made.pk).update(prints=b"")
    unguarded("bansos_erasure", "UPDATE bansos_erasure SET prints = '\\x' WHERE id = %s", made.pk)
    assert f"bansos.erasure:{made.pk}" in audit.verify().tampered


def test_guards_hold_again_after_an_erasure():
    gone_family()
    rules(keluarga=60)
    retention.run(today=LATER)
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE beneficiaries_personevent SET name = 'x'")


def test_twice_is_once_and_who_and_why_are_on_record():
    gone_family()
    rules(keluarga=60)
    retention.run(today=LATER)
    count = Erasure.objects.count()
    assert retention.run(today=LATER) == {"keluarga": 0} and Erasure.objects.count() == count
    assert {(e.rule, e.reason, e.by) for e in Erasure.objects.all()} == {("keluarga", "UU 27/2022", None)}
    event = erasure.event_of(Person).objects.order_by("pk").last()
    assert event.name == "Data dihapus" and event.pgh_context.metadata["reason"] == "UU 27/2022"


@pytest.mark.parametrize("days", [1, 400])
def test_nothing_goes_before_its_time_or_without_a_rule(days):
    gone_family()
    assert retention.run(today=LATER) == {}
    rules(keluarga=60)
    assert retention.run(today=timezone.localdate() + timedelta(days)) == {"keluarga": 0}
    RetentionRule.objects.create(
        subject="keluarga", months=1, starts_on=timezone.localdate() + timedelta(30), legal_basis="Perwal baru"
    )
    assert retention.run(today=timezone.localdate() + timedelta(29)) == {"keluarga": 0}


def test_what_is_still_needed_stays():
    rules(permohonan=1, keluarga=1, meninggal=1, pengaduan=1)
    make.criteria()
    waiting, active = make.household(), make.household(head={"name": "Masih Ada"})
    make.approved_round(waiting)
    waiting.status = Household.Status.PINDAH
    waiting.save()
    cases.application()
    cases.verified()
    assert set(retention.run(today=LATER).values()) == {0}
    assert active.people.get().name == "Masih Ada"


def test_a_complaint_forgets_its_reporter_and_keeps_its_story():
    rules(pengaduan=24)
    kelurahan = Region.objects.get(code=people.KLENDER)
    made, _pin = complaints.submit(
        region=kelurahan, category="kualitas", story="Beras apek", name="Wati", phone="081290009007"
    )
    complaints.refer(complaint=made, body="Tanya Bulog", by=people.ani())
    assert retention.run(today=LATER) == {"pengaduan": 1}
    made.refresh_from_db()
    assert (made.name, made.phone, made.story) == ("", None, "Beras apek") and audit.verify().whole


def test_a_file_loses_its_rows_and_goes_from_the_disk(django_capture_on_commit_callbacks):
    rules(impor=6)
    made = RegisterImport.objects.create(
        region_id=people.KLENDER, filename="x.xlsx", uploaded_by=people.ani(), changes=[{"name": "Wati"}]
    )
    made.file.save("x.xlsx", ContentFile(b"x"))
    path = made.file.path
    ImportRow.objects.create(
        register_import=made, sheet="x", row=1, level="error", code="x", sentence="x", value="Wati", raw='["Wati"]'
    )
    ImportRow.objects.create(
        register_import=made, sheet="x", row=2, level="warning", code="decided_later", sentence="register berisi Wati"
    )
    with django_capture_on_commit_callbacks(execute=True):
        assert retention.run(today=LATER) == {"impor": 1}
    made.refresh_from_db()
    found = list(made.rows.values_list("raw", "value", "sentence"))
    assert made.changes == [] and found == [(None, "", "x"), (None, "", "")] and not made.file
    assert not os.path.exists(path) and retention.run(today=LATER) == {"impor": 0}


def test_the_command_counts_first_and_then_erases(capsys, monkeypatch):
    gone_family()
    rules(keluarga=60)
    monkeypatch.setattr(timezone, "localdate", lambda *args: LATER)
    call_command("anonymise", "--dry-run", "--json")
    assert json.loads(capsys.readouterr().out) == {"dry_run": True, "erased": {"keluarga": 1}, "total": 1}
    assert Person.objects.get().name == "Sukmawati Erasia"
    call_command("anonymise")
    assert "1 catatan dihapus identitasnya." in capsys.readouterr().out
    assert Person.objects.get().name == "Data dihapus"


def test_a_name_that_a_bulk_act_once_kept_goes_with_its_head():
    """Bulk acts from before names were left out of them."""
    family = gone_family()
    BulkRow.objects.update(label="Sukmawati Erasia, RT 002")
    rules(keluarga=60)
    retention.run(today=LATER)
    assert BulkRow.objects.get().label == "Data dihapus" and "Sukmawati Erasia" not in dump()
    assert audit.verify().whole and family.people.get().name == "Data dihapus"


def test_a_person_who_asks_takes_the_applications_in_their_name_along():
    family = make.household(head={"name": "Sukmawati Erasia"}, address="Gang Hapusan 9")
    head, staff = family.people.get(), people.ani()
    made = cases.application(nik=head.nik, name="Sukmawati Erasia")
    family.status = Household.Status.PINDAH
    family.save()
    with pytest.raises(retention.RetentionError, match="masih berjalan"):
        retention.erase(person=head, application=None, reason="Diminta warga", by=staff)
    Application.objects.filter(pk=made.pk).update(status="dibatalkan_pemohon")
    retention.erase(person=head, application=None, reason="Diminta warga", by=staff)
    made.refresh_from_db()
    assert (made.name, made.nik) == ("Data dihapus", "") and "Sukmawati Erasia" not in dump()


@pytest.mark.django_db(transaction=True)
def test_the_night_runs_it_as_a_job():
    gone_family()
    rules(keluarga=1)
    with connection.cursor() as cursor:
        cursor.execute("SET pgtrigger.ignore = '{beneficiaries.Household:update_update}'")
        cursor.execute("UPDATE beneficiaries_household SET updated_at = now() - interval '2 months'")
        cursor.execute("SET pgtrigger.ignore = '{}'")
    tasks.anonymise()
    job = Job.objects.get(kind=retention.JOB_KIND)
    assert job.state == Job.State.SELESAI and job.result == {"keluarga": 1}
    assert Person.objects.get().name == "Data dihapus"


def test_the_login_of_the_database_is_on_record_even_for_raw_sql():
    family = make.household()
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user")
        (login,) = cursor.fetchone()
        cursor.execute("UPDATE beneficiaries_household SET decile = 9 WHERE id = %s", [family.pk])
    event = erasure.event_of(Household).objects.filter(pgh_obj_id=family.pk).order_by("pk").last()
    assert (event.decile, event.pgh_login, event.pgh_context) == (9, login, None)


def test_the_number_of_an_officer_goes_some_months_after_the_work_ended():
    rules(hp_petugas=6)
    ani = people.ani()
    gone, office, back, still = (cases.officer(name, "rt", people.RT) for name in ("rt.1", "rt.2", "rt.3", "rt.4"))
    numbers = [f"08129000901{n}" for n in range(5)]
    phone_keys.make_code(officer=gone, phone=numbers[4], by=ani)
    for officer, number in zip((gone, office, back, still), numbers, strict=False):
        phone_keys.make_code(officer=officer, phone=number, by=ani)
    phone_keys.choose_pin(officer=gone, pin="270815", again="270815")
    seals.seal()
    for officer in (gone, back):
        officer.is_active = False
        officer.save()
    office.role, back.is_active = "staf", True
    office.save(), back.save()
    assert retention.run(today=timezone.localdate() + timedelta(100)) == {"hp_petugas": 0}
    assert retention.run(today=LATER) == {"hp_petugas": 2} and retention.run(today=LATER) == {"hp_petugas": 0}
    kept = {key.user: (key.phone, key.code, key.pin) for key in PhoneKey.objects.all()}
    assert kept[gone] == kept[office] == (None, "", "") and kept[still][0] and kept[back][0]
    there = [bytes(crypto.blind_index(number, "phone")).hex() in dump() for number in numbers]
    assert there == [False, False, True, True, False] and audit.verify().whole
    assert erasure.event_of(PhoneKey).objects.filter(pgh_obj__user=gone).count() == 4  # each change is still there
    gone.is_active = True
    gone.save()
    phone_keys.make_code(officer=gone, phone=numbers[0], by=ani)  # and may begin anew
    assert retention.run(today=LATER) == {"hp_petugas": 0} and audit.verify().whole


def test_a_new_office_begins_with_rules_and_keeps_its_own(capsys):
    rules(keluarga=24)
    call_command("load_reference", "--json")
    first = json.loads(capsys.readouterr().out)
    assert first["retention_rules_added"] == len(retention.DEFAULTS) - 1
    assert set(RetentionRule.objects.values_list("subject", flat=True)) == set(retention.DEFAULTS)
    assert RetentionRule.objects.get(subject="keluarga").months == 24
    call_command("load_reference")
    assert "0 masa simpan ditambahkan" in capsys.readouterr().out
