"""The photo of a house: shrunk on the phone, kept beside the answer, opened by few, gone with the application."""

import io

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from PIL import Image

from bansos import attachments
from bansos.models import Attachment, DataAccess
from beneficiaries import offline, photos
from beneficiaries.models import Application, HousePhoto, Verification, VerificationEvent
from beneficiaries.photos import PhotoError
from monitoring import retention
from tests import cases, make, people, pictures
from tests.browser import assert_usable, needs_browser, shot
from tests.test_offline import answer, event, send
from tests.test_offline_browser import count, leave_watched, ready, stored, taps

pytestmark = pytest.mark.django_db


def content(upload=None):
    return attachments.read(upload or pictures.photo(400, 300))


def picture(kept: Attachment) -> Image.Image:
    with kept.file.open("rb") as file:
        return Image.open(io.BytesIO(file.read()))


def received(by) -> VerificationEvent:
    return offline.receive(answer=answer(cases.application()), by=by).event


def post(client, by, number, upload=None, **changed):
    client.force_login(by)
    body = {"petugas": by.pk, "uuid": number, "foto": upload or pictures.photo(400, 300)} | changed
    return client.post("/verifikasi/foto/", body)


def test_a_photo_stands_beside_the_finding():
    rt = people.rt()
    made = received(rt)
    photo = photos.add(about=made, content=content(), by=rt)
    assert photo.verification == made.verification and photo.event is None
    kept = photo.attachment
    assert kept.subject == f"beneficiaries.application:{made.application_id}" and kept.region_id == people.RT
    assert photos.add(about=made, content=content(), by=rt) == photo  # sent again
    assert Attachment.objects.count() == 1


def test_the_photo_of_a_conflict_waits_beside_it():
    rt, case = people.rt(), cases.application()
    conflict = offline.receive(answer=answer(case, base_version="lama"), by=rt).event
    assert photos.add(about=conflict, content=content(), by=rt).event == conflict


def test_others_and_papers_are_refused():
    rt = people.rt()
    made = received(rt)
    for about, sent, by, words in (
        (made, content(), people.rw(), "yang menjawab"), (made, content(pictures.pdf()), rt, "bukan foto"),
    ):  # fmt: skip
        with pytest.raises(PhotoError, match=words):
            photos.add(about=about, content=sent, by=by)
    assert not HousePhoto.objects.exists()


def test_the_database_holds_one_photo_an_answer_and_keeps_it():
    rt = people.rt()
    made = received(rt)
    first = photos.add(about=made, content=content(), by=rt)
    (other,) = attachments.keep(contents=[content()], about=made.application, title="Foto", by=rt)
    for wrong in ({"verification": made.verification}, {"verification": None}, {"event": made}):
        values = {"attachment": other, "verification": made.verification} | wrong
        with pytest.raises(IntegrityError), transaction.atomic():
            HousePhoto.objects.create(**values)
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        HousePhoto.objects.filter(pk=first.pk).delete()
    make.without_trigger("beneficiaries_housephoto", "append_only")
    HousePhoto.objects.filter(pk=first.pk).delete()  # the twin: what the guard prevents


def test_the_phone_sends_it_after_the_answer_once(client):
    case, rt = cases.application(), people.rt()
    sent = event(case)
    assert "tidak ada di server" in post(client, rt, sent["uuid"]).json()["alasan"]
    send(client, rt, sent)
    assert [post(client, rt, sent["uuid"]).json() for _ in range(2)] == [{"hasil": "diterima"}] * 2
    assert HousePhoto.objects.count() == Attachment.objects.count() == 1
    assert "bukan foto" in post(client, rt, sent["uuid"], pictures.text()).json()["alasan"]


@pytest.mark.parametrize(
    ("changed", "status"), [({"uuid": "x"}, 400), ({"petugas": ""}, 400), ({"petugas": 999_999}, 409)]
)
def test_a_broken_request_keeps_nothing(client, changed, status):
    rt = people.rt()
    assert post(client, rt, received(rt).uuid, **changed).status_code == status
    assert not HousePhoto.objects.exists()


def test_the_photo_of_another_s_answer_is_not_taken(client):
    made = received(people.rt())
    other = people.user("rt.lain", "rt", people.RT)
    assert post(client, other, made.uuid).json()["hasil"] == "ditolak"
    assert client.post("/verifikasi/foto/").status_code == 400
    client.force_login(people.ani())
    assert client.post("/verifikasi/foto/").status_code == 403


def test_without_javascript_the_server_shrinks_the_original(client):
    case, rt = cases.application(), people.rt()
    client.force_login(rt)
    path = f"/verifikasi/{case.pk}/kirim/"
    stated = {"hadir": "ditemukan", "hasil": "layak"}
    refused = client.post(path, stated | {"foto": pictures.text()}).content.decode()
    assert "bukan foto" in refused and not Verification.objects.exists()
    client.post(path, stated | {"foto": pictures.photo(4000, 3000)})  # noise, which no picture is harder to shrink than
    kept = HousePhoto.objects.get(verification=Verification.objects.get()).attachment
    seen = picture(kept)
    assert 300 < max(seen.size) <= photos.LONG_SIDE and not dict(seen.getexif())
    assert len(attachments.body_of(kept)) <= photos.MOST_BYTES
    assert f"/lampiran/{kept.pk}/" in client.get(f"/verifikasi/{case.pk}/terkirim/").content.decode()


def test_only_the_giver_and_the_region_s_staff_open_it(client):
    rt = people.rt()
    made = received(rt)
    kept = photos.add(about=made, content=content(), by=rt).attachment
    ani = people.ani()
    for who, status in (
        (rt, 200), (ani, 200), (people.budi(), 404), (people.user("rt3", "rt", cases.NEXT_RT), 404),
        (people.user("eva", "evaluator", people.KECAMATAN), 404),
    ):  # fmt: skip
        client.force_login(who)
        shown = client.get(f"/lampiran/{kept.pk}/")
        assert shown.status_code == status, who
        assert status == 404 or b"".join(shown).startswith(b"\xff\xd8")
    assert DataAccess.objects.filter(user=ani, subject=kept.subject).exists()
    client.force_login(ani)
    page = client.get(f"/admin/beneficiaries/application/{made.application_id}/change/").content.decode()
    assert f"/lampiran/{kept.pk}/" in page


def test_it_goes_with_the_application(django_capture_on_commit_callbacks):
    rt = people.rt()
    made = offline.receive(answer=answer(cases.application(), base_version="lama"), by=rt).event
    kept = photos.add(about=made, content=content(), by=rt).attachment
    storage, name = kept.file.storage, kept.file.name
    Application.objects.filter(pk=made.application_id).update(status="dibatalkan_pemohon")
    made.application.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        retention.erase(person=None, application=made.application, reason="Diminta warga", by=people.ani())
    kept.refresh_from_db()
    assert not kept.file and not storage.exists(name)


# --- in the browser


def large_photo() -> dict:
    """A photo of twelve megapixels as a phone takes it, with its place inside."""
    body = pictures.photo(4000, 3000).read()
    assert len(body) > 1_000_000
    return {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": body}


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_a_photo_without_a_network_is_shrunk_and_arrives_after_its_answer(visit):
    case = cases.application(name="Siti Rahayu")
    page = visit("/verifikasi/", user=people.rt())
    ready(page)
    leave_watched(page)
    page.goto(f"/verifikasi/{case.pk}/kirim/?hasil=layak")
    page.get_by_text("Foto dan tempat").click()
    page.set_input_files("#foto", large_photo())
    page.get_by_text("Foto siap").wait_for()
    shot(page, "luring-foto-360")
    assert_usable(page, field=True)
    taps(page, "Kirim")
    page.get_by_role("heading", name="Tersimpan di HP").wait_for()
    page.goto("/verifikasi/belum-terkirim/")
    page.get_by_text("Dengan foto.").wait_for()
    cut = []
    page.context.route("**/verifikasi/foto/", lambda route: cut.append(route.abort()))
    page.context.set_offline(False)
    page.get_by_text("1 foto belum terkirim").wait_for()
    assert cut and Verification.objects.count() == 1 and not HousePhoto.objects.exists()
    shot(page, "luring-foto-menunggu-360")
    assert_usable(page, field=True)
    page.context.unroute("**/verifikasi/foto/")
    page.get_by_role("button", name="Kirim sekarang").click()
    count(page, "Semua terkirim")
    kept = HousePhoto.objects.get().attachment
    seen = picture(kept)
    assert max(seen.size) <= 1024 and kept.size <= 90_000 and not dict(seen.getexif()), (seen.size, kept.size)
    assert not [name for name in stored(page)["nama"] if name.startswith("foto:")]


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_a_photo_that_is_none_is_explained_and_the_answer_stays(visit):
    case = cases.application(name="Siti Rahayu")
    page = visit("/verifikasi/", user=people.rt())
    ready(page)
    page.context.set_offline(True)
    page.goto(f"/verifikasi/{case.pk}/kirim/?hasil=layak")
    page.get_by_text("Foto dan tempat").click()
    page.set_input_files("#foto", {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"bukan foto"})
    page.locator("[data-foto]", has_text="tidak dapat dibaca").wait_for()
    taps(page, "Kirim")
    page.locator(".sum:visible").get_by_text("Pilih foto lain").wait_for()
    page.set_input_files("#foto", [])
    taps(page, "Kirim")
    page.get_by_role("heading", name="Tersimpan di HP").wait_for()
    assert len(stored(page)["kejadian"]) == 1
