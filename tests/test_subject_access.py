"""A resident's own copy: what is in it, what is not, who may give it, and the trace it leaves."""

import io
import json
import os
import stat
import zipfile
from datetime import date

import pghistory.models
import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pypdf import PdfReader

from bansos import privacy, row_history
from bansos.models import DataAccess
from beneficiaries import (
    appeals,
    applications,
    duplicates,
    family_events,
    field_visits,
    letters,
    merging,
    person_conditions,
    places,
    verification,
)
from beneficiaries.models import Application, DuplicatePair, Household, OutsideFact, Person
from monitoring import subject_access
from tests import cases, make, meetings, people
from tests.browser import assert_accessible, needs_browser, shot
from tests.test_letters import PURPOSE
from tests.test_reach import give

pytestmark = pytest.mark.django_db
THERE = "31.75.07.1007.001.001"
REASON = "Datang sendiri dengan KTP"


def resident() -> tuple[Person, Person]:
    """Makes a person with a whole life in the portal, and somebody else in the same family."""
    make.criteria()
    family = make.household(head={"name": "Siti Rahayu"}, phone="081200009001")
    person = family.people.get()
    other = make.person(household=family, name="Ujang Saputra", sex="L")
    make.score(household=family, points=55)
    give(family)
    case = cases.verified(nik=person.nik, kk=family.kk)
    case.household = family
    case.save()
    person.occupation = "Pedagang kaki lima"
    person.save()
    privacy.reveal(obj=person, fields=["nik"], reason="mencocokkan KTP", by=people.ani())
    return person, other


def opened(body: bytes) -> tuple[dict, str]:
    with zipfile.ZipFile(io.BytesIO(body)) as folder:
        pages = PdfReader(io.BytesIO(folder.read("salinan-data.pdf"))).pages
        return json.loads(folder.read("salinan-data.json")), "\n".join(page.extract_text() for page in pages)


def test_the_copy_holds_everything_and_its_trail():
    person, _other = resident()
    data, paper = opened(subject_access.package(person=person, reason=REASON, by=people.kesra()))
    own = {row["Data"]: row["Isi"] for row in data["Data diri"]}
    assert own["NIK"] == person.nik and own["Tanggal lahir"] == "17 Mei 1980" and "Spelt" not in own
    assert {row["Data"]: row["Isi"] for row in data["Data keluarga"]}["Nomor HP"] == "081200009001"
    assert len(data["Permohonan"]) == 1 and [row["Langkah"] for row in data["Verifikasi"]] == ["RT", "RW"]
    told = {row["Pertanyaan"]: row["Jawaban"] for row in data["Jawaban di formulir"]}
    assert told["Tempat tinggal"] and len(told) == len(data["Jawaban di formulir"]) > 5
    (score,) = data["Nilai dan penjelasannya"]
    assert score["Nilai"] == "55" and "Kepala keluarga tidak bekerja (30)" in score["Penjelasan"]
    assert len(data["Hak bantuan"]) == len(data["Penyerahan"]) == 1
    looks = [(row["Oleh"], row["Alasan"]) for row in data["Siapa yang melihat"]]
    assert looks == [("Ani, Staf kelurahan", "mencocokkan KTP"), ("Kesra, Kasi Kesra kecamatan", REASON)]
    changes = [row["Perubahan"] for row in data["Siapa yang mengubah"]]
    assert "pekerjaan: Tidak bekerja → Pedagang kaki lima" in changes and changes.count("dicatat") >= 3
    assert "status: Diajukan → Verifikasi lapangan" in changes
    assert "Ketua RT" in {row["Oleh"] for row in data["Siapa yang mengubah"]}
    assert person.nik in paper and "Salinan data pribadi" in paper and "Siapa yang mengubah" in paper


def test_own_appeals_are_in_the_copy_and_a_neighbours_never():
    case = cases.verified()
    lurah = cases.officer("lurah", "lurah", people.KLENDER)
    applications.decide(application=case, status="ditolak", reason="Ada mobil.", reason_code="R02", by=lurah)
    case.refresh_from_db()
    appeals.submit(application=case, ground="data_keliru", story="Itu mobil majikan.")
    appeals.submit_by_neighbour(
        region=case.region, name=case.name, about="tidak_pantas", ground="mampu", same_kelurahan=True,
        story="Saya melihat mobilnya.", contact_name="Pak Toko",
    )  # fmt: skip
    data, _paper = opened(subject_access.package(application=case, reason=REASON, by=people.kesra()))
    (own,) = data["Keberatan"]
    assert own["Cerita"] == "Itu mobil majikan." and own["Status"] == "Diajukan"
    assert "Pak Toko" not in str(data) and "melihat mobilnya" not in str(data)


def test_others_are_told_by_name_alone_and_verifiers_by_role():
    person, other = resident()
    text = json.dumps(opened(subject_access.package(person=person, reason=REASON, by=people.kesra()))[0])
    assert other.name in text and other.nik not in text
    data = json.loads(text)
    assert {row["Oleh"] for row in data["Verifikasi"]} == {
        "Ketua RT, RT 002/RW 008 Klender", "Ketua RW, RT 002/RW 008 Klender",
    }  # fmt: skip


def other_family() -> Household:
    """Makes a family of four whose every number, name and case would be seen in somebody else's copy."""
    family = make.household(
        head={"name": "Budi Santoso"}, phone="081200009555", account="7755009555", address="Jalan Rahasia 9"
    )
    for name in ("Siti Rahayoe", "Rina", "Joko"):
        make.person(household=family, name=name)
    case = cases.verified(name="Budi Santoso", address="Jalan Rahasia 9", needs="Perlu kursi roda")
    case.household = family
    case.save()
    outside_fact(family, "SIKS-NG keluarga Budi")
    give(family, period=date(2026, 12, 1))
    return family


def outside_fact(family: Household, source: str) -> None:
    OutsideFact.objects.create(household=family, kind="desil", value=2, as_of=date(2026, 7, 1), source=source)


def copied(person: Person) -> str:
    return json.dumps([[part.title, part.rows] for part in subject_access.collect(person=person)])


def numbers_of(family: Household) -> list[str]:
    return [
        family.kk, family.phone, family.account, "Rahasia", "Budi", "Rina", "Joko", "kursi roda", "SIKS-NG keluarga",
        *(p.nik for p in family.people.exclude(name="Siti Rahayoe")), *map(str, family.entitlements.all()),
    ]  # fmt: skip


def test_a_row_merged_from_another_family_brings_nothing_of_that_family():
    person, _other = resident()
    family, ani = other_family(), cases.officer("ani", "staf", people.KLENDER)
    old = family.people.get(name="Siti Rahayoe")
    pair = DuplicatePair.objects.create(first=person, second=old, region_id=people.RT, likeness=0.9)
    merging.merge(pair=pair, keep=person, by=ani)
    privacy.reveal(obj=family, fields=["kk"], reason="Menelepon keluarga itu", by=ani)
    text = copied(person)
    assert "Siti Rahayoe" in text and old.nik in text and person.household.kk in text
    assert [word for word in [*numbers_of(family), "Menelepon"] if word in text] == []
    assert "Menelepon" not in {look.reason for look in subject_access.looks(*subject_access.around(person))}


def test_what_was_merged_stands_beside_the_own_data_in_json_and_paper():
    person, _other = resident()
    old = make.household(head={"name": "Siti Rahayoe"}).people.get()
    pair = DuplicatePair.objects.create(first=person, second=old, region_id=people.RT, likeness=0.9)
    merging.merge(pair=pair, keep=person, by=cases.officer("ani", "staf", people.KLENDER))
    data, paper = opened(subject_access.package(person=person, reason=REASON, by=people.kesra()))
    titles = [title for title in data if title.startswith("Data diri")]
    told = [{row["Data"]: row["Isi"] for row in data[title]}["NIK"] for title in titles]
    assert titles[0] == "Data diri" and told == [person.nik, old.nik] and all(number in paper for number in told)
    sections = subject_access.collect(person=person)
    assert len({part.title for part in sections}) == len(sections) == len(data) - 2


def test_what_was_written_past_the_portal_names_the_login_and_the_reason(client):
    """A technician with psql: the server writes the login, and the technician says why (docs/developing.md)."""
    person, _other = resident()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE beneficiaries_person SET occupation = 'Guru' WHERE id = %s", [person.pk])
        told = json.dumps({"reason": "Tiket 12: salah impor"})
        cursor.execute(
            "SELECT set_config('pghistory.context_id', gen_random_uuid()::text, true),"
            " set_config('pghistory.context_metadata', %s, true)", [told],
        )  # fmt: skip
        cursor.execute("UPDATE beneficiaries_person SET occupation = 'Buruh' WHERE id = %s", [person.pk])
        cursor.execute("SELECT set_config('pghistory.context_id', '', true)")
    without, said = row_history.of(person)[-2:]
    assert (said.reason, said.login, without.login) == ("Tiket 12: salah impor", "", ""), "the portal's own login"
    events = Person.pgh_event_model.objects.filter(pgh_obj_id=person.pk)
    with pgtrigger.ignore("beneficiaries.PersonEvent:append_only"):
        events.filter(occupation__in=["Guru", "Buruh"]).update(pgh_login="teknisi")
    without, said = row_history.of(person)[-2:]
    assert (said.reason, said.login, without.login) == ("Tiket 12: salah impor", "teknisi", "teknisi")
    text = copied(person)
    assert "Langsung di basis data (teknisi)" in text and "Tiket 12: salah impor" in text
    client.force_login(people.kesra())
    page = client.get(f"/admin/beneficiaries/household/{person.household_id}/peristiwa/").content.decode()
    assert "Langsung di basis data (teknisi)" in page and "Tiket 12: salah impor" in page


def test_who_left_takes_nothing_of_the_family_along_but_the_own_move():
    family = other_family()
    person = family.people.get(name="Siti Rahayoe")
    family_events.move_out(
        household=family, moved_on=date(2026, 11, 2), paper="474/9", to="Bekasi", people=[person],
        by=cases.officer("ani", "staf", people.KLENDER),
    )  # fmt: skip
    person.refresh_from_db()
    text = copied(person)
    assert person.nik in text and "474/9" in text and "Bekasi" in text
    assert [word for word in numbers_of(family) if word in text] == []


def test_the_copy_tells_of_aids_lists_events_and_places():
    person, _other = resident()
    ani = cases.officer("staf", "staf", people.KLENDER)
    outside_fact(person.household, "DTSEN Juli")
    person_conditions.note_receiving(person=person, code="KLJ", source="Kartu", since_on=date(2026, 1, 1), by=ani)
    family_events.record_birth(
        household=person.household,
        name="Adi",
        sex="L",
        born_on=date(2026, 11, 2),
        nik=make.nik(),
        paper="AL-77",
        by=ani,
    )
    places.note(
        application=Application.objects.get(), stated="-6.2235,106.9123,12", by=cases.officer("rt", "rt", people.RT)
    )
    text = copied(person)
    for word in ("DTSEN Juli", "KLJ", "Kartu", "Kelahiran", "AL-77", "Adi", "-6.2235,106.9123", "12 meter"):
        assert word in text, word


def test_the_copy_tells_the_way_of_the_case_and_whom_nobody_else(client):
    """Visits, hand-backs, the meeting, letters, and that a likely twin was looked at: not who the twin is."""
    make.criteria()
    family, twin = make.household(head={"name": "Siti Rahayu"}), make.household(head={"name": "Kembaran Rahasia"})
    person, staff = family.people.get(), meetings.staff()
    waiting = cases.application(nik=person.nik, kk=family.kk)
    cases.miss(waiting, by=cases.officer("rt", "rt", people.RT), why="rumah_kosong")
    seen = cases.verified(name="Siti Rahayu")
    verification.send_back(application=seen, note="Lengkapi penghasilan.", by=staff)
    asked = cases.verified(name="Siti Rahayu")
    field_visits.order(application=asked, ground="lain", note="Lihat dapurnya.", by=staff)
    heard = cases.verified(name="Siti Rahayu", answers=cases.CLEAR)
    letter = letters.issue(application=heard, kind="sktm", details=PURPOSE, by=staff)
    meetings.closed("tidak_layak", applications=[heard])
    Application.objects.filter(pk__in=[seen.pk, asked.pk, heard.pk]).update(household=family)
    pair = DuplicatePair.objects.create(
        first=person, second=twin.people.get(), region_id=people.RT, likeness=0.84
    )  # fmt: skip
    duplicates.tell_apart(pair=pair, by=staff)
    data, paper = opened(subject_access.package(person=person, reason=REASON, by=people.kesra()))
    assert data["Kunjungan yang tidak bertemu"][0]["Sebab"] == "Rumah kosong"
    assert data["Pengembalian ke RT"][0]["Catatan"] == "Lengkapi penghasilan."
    assert data["Kunjungan lapangan yang diminta"][0]["Yang dilihat"] == "Lihat dapurnya."
    (meeting,) = data["Musyawarah kelurahan"]
    assert (meeting["Keputusan"], meeting["Alasan"]) == ("Tidak layak", "Warga menilai keluarga ini mampu.")
    assert data["Surat"][0]["Nomor"] == letter.number and "Surat" in paper
    (match,) = data["Pencocokan data ganda"]
    assert (match["Kemiripan"], match["Hasil"]) == ("84%", "Orang berbeda")
    assert "Kembaran Rahasia" not in str(data) and twin.people.get().nik not in str(data)
    assert "Ketua RT, RT 002/RW 008 Klender" in str(data["Kunjungan yang tidak bertemu"])


# Rows that name a person, a family or an application, and stand in the copy.
TOLD = {
    "Appeal.application", "Application.household", "DataRequest.application", "DataRequest.person",
    "DeliberationCase.application", "DeliberationCase.household", "DuplicatePair.first", "DuplicatePair.second",
    "Enrolment.person", "Entitlement.household", "FamilyEvent.household", "FamilyEvent.other",
    "FamilyEventPerson.person", "FieldVisit.application", "Handback.application", "Handover.recipient",
    "HousePlace.application", "Letter.application", "MissedVisit.application", "OutsideFact.household",
    "Person.household", "Person.merged_into", "PersonAid.person", "Score.household", "Verification.application",
}  # fmt: skip
# Not in the copy: who complains of a family stays unknown to it; another member's course is that member's; an answer
# from a phone becomes a verification, or stays what a neighbour wrote.
UNTOLD = {"Complaint.household", "Enrolment.household", "VerificationEvent.application"}


def test_no_row_about_a_resident_is_forgotten():
    """A new table that names one of them is put into the copy, or above with why not."""
    found = {
        f"{relation.related_model.__name__}.{relation.field.name}"
        for model in (Person, Household, Application)
        for relation in model._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete
        if not issubclass(relation.related_model, pghistory.models.Event)
    }
    assert found == TOLD | UNTOLD


def test_a_stranger_of_the_same_name_is_not_in_it():
    person, _other = resident()
    stranger = make.household(head={"name": "Siti Rahayu"}, phone="081200009777").people.get()
    text = json.dumps(opened(subject_access.package(person=person, reason=REASON, by=people.kesra()))[0])
    assert stranger.nik not in text and "081200009777" not in text


@pytest.mark.parametrize(("reason", "officer", "sentence"), [("abc", "ani", "alasannya"), (REASON, "budi", "di luar")])
def test_refusals_leave_no_trace(reason, officer, sentence):
    person = make.household().people.get()
    with pytest.raises(subject_access.SubjectAccessError, match=sentence):
        subject_access.package(person=person, reason=reason, by=getattr(people, officer)())
    assert not DataAccess.objects.exists()


def test_desk_gives_the_copy(client):
    person = make.household().people.get()
    url = f"/salinan-data/{person.pk}/"
    assert client.get(url).status_code == 302
    for user, status in ((people.dewi(), 403), (people.budi(), 404)):
        client.force_login(user)
        assert client.get(url).status_code == client.post(url, {"reason": REASON}).status_code == status
    client.force_login(people.ani())
    assert "Berikan salinan data" in client.get(f"/admin/beneficiaries/person/{person.pk}/change/").content.decode()
    assert client.get(f"/admin/beneficiaries/person/{person.pk}/salinan", follow=True).redirect_chain[-1][0] == url
    assert "paling sedikit lima huruf" in client.post(url, {"reason": "x"}).content.decode()
    answer = client.post(url, {"reason": REASON}, REMOTE_ADDR="10.1.2.3")
    assert opened(answer.content)[0]["warga"] == person.name and "no-store" in answer.headers["Cache-Control"]
    assert person.nik not in answer.headers["Content-Disposition"]
    trace = DataAccess.objects.latest("pk")
    assert (trace.user.username, trace.reason, trace.address) == ("ani", REASON, "10.1.2.3")
    assert trace.subject == f"beneficiaries.person:{person.pk}"


def test_the_command_reads_the_nik_from_its_input(tmp_path, monkeypatch):
    person = make.household().people.get()
    people.ani(), people.budi(), people.dewi()
    target = tmp_path / "salinan.zip"

    def run(number: str, user: str = "ani") -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{number}\n"))
        call_command("subject_access", str(target), user=user, reason=REASON)

    run(person.nik)
    assert opened(target.read_bytes())[0]["warga"] == person.name
    assert stat.S_IMODE(os.stat(target).st_mode) == 0o600
    for number, user, sentence in (
        ("123", "ani", "16 angka"),
        (make.nik(), "ani", "tidak ada di register"),
        (person.nik, "budi", "tidak ada di register"),
        (person.nik, "dewi", "tidak boleh"),
    ):
        with pytest.raises(CommandError, match=sentence):
            run(number, user)
    assert DataAccess.objects.count() == 1


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_the_page_as_people_see_it(visit):
    person = make.household(head={"name": "Siti Rahayu"}).people.get()
    ani = people.ani()
    for width in (1280, 360):
        page = visit(f"/salinan-data/{person.pk}/", width=width, user=ani)
        assert_accessible(page)
        shot(page, f"subject-{width}")
    page.click("main button")
    page.wait_for_selector("[role=alert]")
    assert_accessible(page)
    page.fill("[name=reason]", REASON)
    with page.expect_download() as found:
        page.click("main button")
    assert found.value.suggested_filename == f"salinan-data-{person.pk}.zip"
