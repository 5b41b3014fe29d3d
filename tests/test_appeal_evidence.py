"""Evidence of an appeal, a neighbour's protection, and what happens when fourteen days pass without an answer."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from bansos import attachments
from bansos.models import Attachment, Notification
from beneficiaries import appeal_reminders, appeals, reminders
from beneficiaries.appeals import AppealError
from beneficiaries.models import Appeal
from tests import make, meetings, people, pictures
from tests.browser import assert_accessible, needs_browser, shot
from tests.test_appeals import by_neighbour, camat, kesra, objected, refused, taken
from tests.test_keberatan_pages import BORN, WORDS, opened

pytestmark = pytest.mark.django_db


def late(days: int = 15):
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=True)


# --- evidence


def sent_by_family(client, case, *files):
    first = opened(client, case)
    second = client.post(first, {"ground": "data_keliru"}).url
    third = client.post(second, {"story": ""}).url
    return client.post(third, {"evidence": list(files)})


def test_a_family_sends_photos_with_its_objection(client):
    answer = sent_by_family(client, refused(), pictures.photo(), pictures.pdf())
    made = Appeal.objects.get()
    papers = list(attachments.of(made))
    assert [paper.kind for paper in papers] == ["jpg", "pdf"] and {paper.uploaded_by for paper in papers} == {None}
    assert "2 berkas" in client.get(answer.url).content.decode()
    client.force_login(meetings.staff())
    page = client.get(f"/admin/beneficiaries/appeal/{made.pk}/change/").content.decode()
    assert all(f"/lampiran/{paper.pk}/" in page for paper in papers)
    assert client.get(f"/lampiran/{papers[0].pk}/").status_code == 200


def test_a_file_that_is_none_says_so_and_nothing_is_sent(client):
    answer = sent_by_family(client, refused(), pictures.text())
    page = answer.content.decode()
    assert answer.status_code == 200 and "bukan foto atau PDF" in page and "Ada yang perlu diperbaiki" in page
    assert not Appeal.objects.exists() and not Attachment.objects.exists()
    answer = sent_by_family(client, Appeal.objects.first() or refused(name="Agus"), *[pictures.png()] * 7)
    assert "Paling banyak 6" in answer.content.decode()


def neighbour_with_photo(client) -> Appeal:
    named = WORDS | {"contact_name": "Lina Tetangga", "contact_phone": "081234567890", "story": "Saya melihatnya."}
    assert client.post("/keberatan/warga-lain/", named | {"evidence": [pictures.photo()]}).status_code == 302
    return Appeal.objects.get()


def trace(page: str) -> list[str]:
    """What in a page would tell who the neighbour is."""
    return [word for word in ("Lina", "7890", "Saya melihatnya", "/lampiran/") if word in page]


def test_a_neighbour_is_named_to_nobody_but_the_kecamatan(client):
    made = neighbour_with_photo(client)
    photo = attachments.of(made).get()
    address = f"/admin/beneficiaries/appeal/{made.pk}/change/"
    for other in (meetings.staff(), meetings.lurah(), people.dewi()):
        client.force_login(other)
        assert trace(client.get(address).content.decode()) == []
        assert client.get(f"/lampiran/{photo.pk}/").status_code == 404
    client.force_login(kesra())
    assert len(trace(client.get(address).content.decode())) == 4
    assert client.get(f"/lampiran/{photo.pk}/").status_code == 200


def test_without_its_own_permission_the_photo_would_be_open_to_the_kelurahan(client, monkeypatch):
    """The twin: the photo opens as the appeal does."""
    monkeypatch.setattr(appeals, "DECIDE", "beneficiaries.view_appeal")
    made = neighbour_with_photo(client)
    client.force_login(meetings.staff())
    assert client.get(f"/lampiran/{attachments.of(made).get().pk}/").status_code == 200


def test_a_neighbour_reads_the_answer_by_the_number_alone(client):
    made = neighbour_with_photo(client)
    page = client.post("/keberatan/jawaban/", {"code": str(made).lower()}).content.decode()
    assert "sedang diperiksa" in page and trace(page) == [] and "Pak Toko" not in page
    row = appeals.take(appeal=made, by=kesra())
    appeals.answer(appeal=row, accepted=True, answer="Keluarga itu akan dikunjungi lagi.", by=camat())
    page = client.post("/keberatan/jawaban/", {"code": made.code}).content.decode()
    assert "akan dikunjungi lagi" in page and "diterima" in page and "Pak Toko" not in page
    own = objected()
    for unknown in (own.code, "0000000000", ""):
        page = client.post("/keberatan/jawaban/", {"code": unknown}).content.decode()
        assert "Itu mobil" not in page and "Ada yang perlu diperbaiki" in page


# --- fourteen days


def told(**of) -> list[str]:
    return list(Notification.objects.filter(**of).order_by("pk").values_list("sentence", flat=True))


def test_the_kecamatan_is_reminded_before_and_on_the_day():
    made = objected()
    office, head = kesra(), camat()
    for days, count in ((10, 0), (11, 1), (12, 1), (14, 2)):
        with late(days):
            reminders.send()
        assert len(told(recipient=office, subject="appeal")) == count
    assert told(recipient=head) == [] and made.name not in told(recipient=office, subject="appeal")[0]


def test_a_late_one_goes_to_the_camat_and_the_family_is_told_once():
    made = objected()
    head = camat()
    kesra()
    with late():
        reminders.send()
        reminders.send()
    (sentence,) = told(recipient=head)
    assert str(made) in sentence and "Camat yang menjawab" in sentence and "Siti" not in sentence
    words = told(recipient=None, subject="application", subject_id=made.application_id)
    assert len([one for one in words if "teruskan kepada camat" in one]) == 1


def test_once_late_the_camat_alone_answers():
    row = taken()
    with late():
        with pytest.raises(AppealError, match="Sekarang camat"):
            appeals.answer(appeal=row, accepted=False, answer="Tetap.", by=kesra())
        done = appeals.answer(appeal=row, accepted=False, answer="Tetap.", by=camat())
    assert done.decided_by == camat()


def test_a_late_one_about_the_camats_own_decision_is_the_sections():
    make.criteria()
    row = taken()
    Appeal.objects.filter(pk=row.pk).update(decision_by=camat())
    row.refresh_from_db()
    with late():
        assert "Jawab segera" in next(iter(appeal_reminders.messages(timezone.localdate()))).sentence
        with pytest.raises(AppealError, match="Anda yang memutuskan"):
            appeals.answer(appeal=row, accepted=False, answer="Tetap.", by=camat())
        assert appeals.answer(appeal=row, accepted=True, answer="Diperiksa lagi.", by=kesra()).decided_by == kesra()


def test_late_stands_in_the_admin_and_on_the_familys_page(client):
    made = taken()
    with late():
        client.force_login(kesra())
        page = client.get(f"/admin/beneficiaries/appeal/{made.pk}/change/").content.decode()
        assert "camat yang menjawab" in page and f"/{made.pk}/jawab/" not in page
        assert "1 lewat 14 hari" in client.get("/admin/").content.decode()
        client.force_login(camat())
        assert f"/{made.pk}/jawab/" in client.get(f"/admin/beneficiaries/appeal/{made.pk}/change/").content.decode()
        client.logout()
        asked = {"kode": made.application.code, "hari": "17", "bulan": "5", "tahun": "1980"}
        shown = client.get(client.post("/cek-status/", asked).url).content.decode()
    assert "Jawaban terlambat" in shown


def test_a_neighbours_late_one_tells_no_family():
    by_neighbour()
    camat()
    with late():
        found = list(appeal_reminders.messages(timezone.localdate()))
    assert found and all(message.recipient for message in found)


@needs_browser
def test_the_pages_are_accessible(visit, live_server):
    case = refused()
    page = visit(f"{live_server.url}/keberatan/", width=360, javascript=False)
    page.fill("[name=code]", case.code)
    for name, value in BORN.items():
        page.fill(f"[name={name}]", value)
    page.click("main form button")
    page.check("[value=data_keliru]")
    page.click("main form button")
    page.click("main form button")
    page.set_input_files("[name=evidence]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": b"bukan foto"})
    shot(page, "keberatan-bukti-360")
    page.click("main form button")
    assert "bukan foto atau PDF" in page.content()
    shot(page, "keberatan-bukti-salah-360")
    page.set_input_files(
        "[name=evidence]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": pictures.photo().read()}
    )
    page.click("main form button")
    assert "1 berkas" in page.content() and attachments.of(Appeal.objects.get()).count() == 1
    page = visit(f"{live_server.url}/keberatan/jawaban/", width=360)
    assert_accessible(page)
