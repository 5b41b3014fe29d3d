"""Papers of minutes, family events and consents: who adds them, when, and that missing ones are asked for."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from pypdf import PdfReader

from bansos import attachments, codes
from bansos.models import Attachment
from beneficiaries import applications, deliberations, family_events, invitations
from beneficiaries.applications import ApplicationError
from beneficiaries.deliberations import DeliberationError
from beneficiaries.family_events import FamilyEventError
from beneficiaries.letters import ROMAN, LetterError
from beneficiaries.models import FamilyEvent, Household, Letter
from monitoring import retention, subject_access
from monitoring.models import RetentionRule
from tests import cases, make, meetings, people, pictures

pytestmark = pytest.mark.django_db


def scans(*files) -> list[attachments.Content]:
    return [attachments.read(file) for file in files or (pictures.pdf(),)]


# --- signed minutes


def closed_meeting():
    return meetings.closed(applications=[cases.verified()])


def test_signed_minutes_are_asked_for_until_they_are_there(client):
    meeting, staff = closed_meeting(), meetings.staff()
    client.force_login(staff)
    address = f"/admin/beneficiaries/deliberation/{meeting.pk}/"
    assert "berita acara belum bertanda tangan" in client.get("/admin/").content.decode()
    assert "Belum diunggah" in client.get(f"{address}change/").content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=10), tick=True):
        assert list(deliberations.unsigned(staff)) == [meeting]
        client.force_login(staff)
        assert "Lewat tenggat" in client.get(f"{address}change/").content.decode()
    client.force_login(staff)
    answer = client.post(f"{address}lampiran/", {"papers": [pictures.photo(), pictures.photo()]})
    assert answer.url == f"{address}change/"
    papers = list(attachments.of(meeting))
    assert [paper.title for paper in papers] == ["Berita acara bertanda tangan"] * 2
    assert {paper.uploaded_by for paper in papers} == {staff} and not deliberations.unsigned(staff)
    page = client.get(f"{address}change/").content.decode()
    assert all(f"/lampiran/{paper.pk}/" in page for paper in papers)
    assert "belum bertanda tangan" not in client.get("/admin/").content.decode()
    shown = client.get("/admin/beneficiaries/deliberation/", {"tanda_tangan": "ada"}).content.decode()
    missing = client.get("/admin/beneficiaries/deliberation/", {"tanda_tangan": "belum"}).content.decode()
    assert meeting.minutes_number in shown and meeting.minutes_number not in missing


def test_signed_minutes_come_after_the_meeting_is_closed_and_from_its_kelurahan():
    meeting = meetings.begun(applications=[cases.verified()])
    with pytest.raises(DeliberationError, match="setelah musyawarah ditutup"):
        deliberations.attach_signed(deliberation=meeting, papers=scans(), by=meetings.staff())
    meetings.agree(meeting)
    meeting = deliberations.close(deliberation=meeting, minutes_number="1/BA/2026", by=meetings.lurah())
    for by, sentence in ((people.budi(), "di luar wilayah"), (people.dewi(), "tidak boleh")):
        with pytest.raises(DeliberationError, match=sentence):
            deliberations.attach_signed(deliberation=meeting, papers=scans(), by=by)
    assert not Attachment.objects.exists()


def test_a_wrong_file_is_said_on_the_page_and_strangers_see_none(client):
    meeting = closed_meeting()
    address = f"/admin/beneficiaries/deliberation/{meeting.pk}/lampiran/"
    client.force_login(meetings.staff())
    for files, sentence in (([pictures.text()], "bukan foto atau PDF"), ([], "Pilih berkasnya")):
        answer = client.post(address, {"papers": files})
        assert answer.status_code == 422 and sentence in answer.content.decode()
    client.force_login(people.budi())
    assert client.get(address).status_code == 404
    client.force_login(people.dewi())
    assert client.get(address).status_code == 403


# --- papers of family events


def a_move() -> FamilyEvent:
    family = make.household()
    return family_events.move_out(
        household=family, moved_on=timezone.localdate(), to="Bekasi", paper="474/12", by=meetings.staff()
    )


def test_the_paper_of_a_family_event_is_kept_and_shown_in_its_timeline(client):
    event = a_move()
    client.force_login(meetings.staff())
    answer = client.post(f"/admin/beneficiaries/familyevent/{event.pk}/lampiran/", {"papers": [pictures.pdf()]})
    paper = attachments.of(event).get()
    assert answer.url == f"/admin/beneficiaries/household/{event.household_id}/peristiwa/"
    assert f"/lampiran/{paper.pk}/" in client.get(answer.url).content.decode()
    for by, sentence in ((people.budi(), "di luar wilayah"), (people.dewi(), "tidak boleh")):
        with pytest.raises(FamilyEventError, match=sentence):
            family_events.attach(event=event, papers=scans(), by=by)


def test_a_family_erased_takes_its_papers_along():
    event = a_move()
    family_events.attach(event=event, papers=scans(), by=meetings.staff())
    attachments.keep(contents=scans(), about=event.household, title="Foto rumah", by=None)
    Household.objects.filter(pk=event.household_id).update(status=Household.Status.PINDAH)
    today = timezone.localdate()
    RetentionRule.objects.create(subject="keluarga", months=60, starts_on=today - timedelta(9), legal_basis="UU")
    retention.run(today=today + timedelta(days=61 * 31))
    assert Attachment.objects.count() == 2 and not Attachment.objects.kept().exists()


# --- consent on paper


def helped(consent: str = "cap_jempol", witness: str = ""):
    rt = cases.officer("rt", "rt", people.RT)
    return cases.application(by=rt, consent=consent, witness=witness, consent_text="v1"), rt


def test_the_helper_keeps_the_consent_and_the_office_may(client):
    case, rt = helped()
    applications.attach_consent(application=case, papers=scans(pictures.photo()), by=rt)
    client.force_login(meetings.staff())
    answer = client.post(f"/admin/beneficiaries/application/{case.pk}/lampiran/", {"papers": [pictures.pdf()]})
    assert answer.status_code == 302 and attachments.of(case).count() == 2
    page = client.get(answer.url).content.decode()
    assert "Surat persetujuan 2" in page and "Tambah surat persetujuan" in page


def test_consent_by_word_has_no_paper_and_strangers_add_none():
    case, rt = helped("lisan", "Ibu Tuti")
    with pytest.raises(ApplicationError, match="tidak di atas kertas"):
        applications.attach_consent(application=case, papers=scans(), by=rt)
    case, _rt = helped("tertulis")
    other = people.user("rt.lain", "rt", cases.NEXT_RT)
    for by, sentence in ((other, "tidak boleh"), (people.budi(), "di luar wilayah")):
        with pytest.raises(ApplicationError, match=sentence):
            applications.attach_consent(application=case, papers=scans(), by=by)


def test_a_persons_copy_lists_the_papers_and_who_opened_them(client):
    case, _rt = helped()
    applications.attach_consent(application=case, papers=scans(), by=meetings.staff())
    client.force_login(meetings.staff())
    client.get(f"/lampiran/{attachments.of(case).get().pk}/")
    told = {part.title: part.rows for part in subject_access.collect(person=None, application=case)}
    ((title, kind, _at),) = told["Foto dan surat yang disimpan"]
    assert (title, kind) == ("Surat persetujuan", "PDF")
    answers = {question: word for _code, question, word in told["Jawaban di formulir"]}
    assert len(answers) > 5 and not any("{" in word for word in answers.values())
    assert ["Surat persetujuan"] == [row[2] for row in told["Siapa yang melihat"]]


# --- invitations


def test_every_guest_has_a_numbered_page_and_no_family_is_named(client):
    case = cases.verified(name="Rohmani Sukarsih")
    meeting = meetings.planned()
    deliberations.add_cases(deliberation=meeting, applications=[case.pk], by=meetings.staff())
    client.force_login(meetings.staff())
    pages = printed(client, meeting)
    assert len(pages) == 6 and all("Aula Kelurahan Klender" in page and "1 permohonan" in page for page in pages)
    today = timezone.localdate()
    assert f"0003/UND/Klender/{ROMAN[today.month - 1]}/{today.year}" in pages[2] and "Warga 2" in pages[2]
    assert not any("Rohmani" in page or "NIK" in page for page in pages)
    letter = Letter.objects.get(serial=3)
    assert codes.pretty(letter.code) in pages[2] and f"/surat/{letter.code}/" in pages[2]
    deliberations.invite(deliberation=meeting, name="Warga Susulan", element="rt", by=meetings.staff())
    assert len(printed(client, meeting)) == 7 and Letter.objects.count() == 7, "who has one keeps it"
    client.logout()
    check = client.get(f"/surat/{letter.code}/").content.decode()
    assert "Surat ini asli" in check and "Undangan musyawarah kelurahan" in check and "Kelurahan Klender" in check


def printed(client, meeting) -> list[str]:
    answer = client.post(f"/admin/beneficiaries/deliberation/{meeting.pk}/undangan-cetak/")
    return [page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages]


def test_an_invitation_to_another_day_is_revoked_and_written_anew(client):
    meeting = meetings.planned()
    first = invitations.issue(deliberation=meeting, by=meetings.staff())
    same = meetings.WORDS | {"held_on": meeting.held_on, "quorum": 4}
    deliberations.replan(deliberation=meeting, by=meetings.staff(), **same)
    assert invitations.issue(deliberation=meeting, by=meetings.staff()) == first
    moved = same | {"held_on": meeting.held_on + timedelta(days=1)}
    deliberations.replan(deliberation=meeting, by=meetings.staff(), **moved)
    assert "sudah dicabut" in client.get(f"/surat/{first[0].code}/").content.decode()
    again = invitations.issue(deliberation=meeting, by=meetings.staff())
    assert [letter.serial for letter in again] == [7, 8, 9, 10, 11, 12]


def test_the_database_gives_a_guest_one_invitation():
    meeting = meetings.planned()
    row = invitations.issue(deliberation=meeting, by=meetings.staff())[0]
    row.pk, row.code, row.serial = None, codes.new(), 7
    with pytest.raises(IntegrityError, match="letter_one_per_guest"), transaction.atomic():
        row.save(force_insert=True)
    with connection.cursor() as cursor:  # the twin
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DROP INDEX letter_one_per_guest")
    row.save(force_insert=True)
    assert Letter.objects.filter(guest=row.guest, revoked_at=None).count() == 2


def test_invitations_need_guests_and_the_right_officer(client):
    meeting = meetings.planned()
    address = f"/admin/beneficiaries/deliberation/{meeting.pk}/undangan-cetak/"
    client.force_login(people.dewi())
    assert client.post(address).status_code == 403
    client.force_login(meetings.staff())
    assert client.get(address).status_code == 405, "a number is given by POST alone"
    with pytest.raises(LetterError, match="di luar wilayah"):
        invitations.issue(deliberation=meeting, by=people.budi())
    meeting.attendances.all().delete()
    with pytest.raises(LetterError, match="daftar undangan"):
        invitations.issue(deliberation=meeting, by=meetings.staff())
    assert not Letter.objects.exists()
