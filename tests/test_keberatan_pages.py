"""/keberatan/ and the notice of a deliberation, as residents see them."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from beneficiaries import appeals, applications, deliberations
from beneficiaries.models import Appeal, Application
from tests import cases, meetings, people
from tests.browser import assert_usable, needs_browser, shot

pytestmark = pytest.mark.django_db
BORN = {"born_on_hari": "17", "born_on_bulan": "5", "born_on_tahun": "1980"}
WORDS = {
    "about": "tidak_pantas", "name": "Pak Toko", "kelurahan": people.KLENDER, "rw": "8", "rt": "02", "ground": "mampu",
    "story": "", "contact_name": "", "contact_phone": "", "same_kelurahan": "on",
}  # fmt: skip


def refused(**changed) -> Application:
    return applications.decide(
        application=cases.verified(**changed), status="ditolak", reason="Keluarga punya mobil.", reason_code="R02",
        by=meetings.staff(),
    )  # fmt: skip


def born_fields(client) -> dict:
    """The three boxes of the birth date, under the names that the page gives them."""
    page = client.get("/keberatan/").content.decode()
    assert all(f'name="{name}"' in page for name in BORN), page
    return BORN


def opened(client, case) -> str:
    """Passes code and birth date, and returns the address of the first question."""
    answer = client.post("/keberatan/", {"code": case.code} | BORN)
    assert answer.status_code == 302, answer.content.decode()
    return answer.url


def test_a_family_objects_step_by_step(client):
    case = refused()
    born_fields(client)
    first = opened(client, case)
    assert "Siti R." in client.get(first).content.decode()
    second = client.post(first, {"ground": "data_keliru"}).url
    third = client.post(second, {"story": "Itu mobil majikan."}).url
    page = client.get(third).content.decode()
    assert "Data keluarga keliru" in page and "Itu mobil majikan." in page and not Appeal.objects.exists()
    receipt = client.post(third).url
    made = Appeal.objects.get()
    page = client.get(receipt).content.decode()
    assert str(made) in page and made.story == "Itu mobil majikan." and case.nik not in page
    again = client.post(third)  # a second press of the button
    assert again.status_code == 302 and Appeal.objects.count() == 1
    assert client.post(receipt).url == "/" and client.get(receipt).status_code == 410
    shown = client.post("/keberatan/", {"code": case.code} | BORN).content.decode()
    assert "sudah kami terima" in shown


def test_a_wrong_pair_and_an_unknown_one_look_the_same(client):
    case = refused()
    wrong = client.post("/keberatan/", {"code": case.code} | BORN | {"born_on_hari": "18"}).content.decode()
    unknown = client.post("/keberatan/", {"code": "0000000000"} | BORN).content.decode()
    for page in (wrong, unknown):
        assert "tidak cocok" in page and "mobil" not in page and case.name not in page
    assert client.get("/keberatan/", {"code": case.code} | BORN).status_code == 200  # nothing by GET
    assert client.get("/keberatan/sembarang/").status_code == 410


def test_guesses_at_one_code_end_here_and_at_cek_status_together(client, settings):
    settings.LOOKUP_ATTEMPTS_PER_CODE = 2
    case = refused()
    for _try in range(2):
        client.post("/keberatan/", {"code": case.code} | BORN | {"born_on_tahun": "1981"})
    assert client.post("/keberatan/", {"code": case.code} | BORN).status_code == 429
    asked = {"kode": case.code, "hari": "17", "bulan": "5", "tahun": "1980"}
    assert client.post("/cek-status/", asked).status_code == 429


def test_pages_are_asked_in_order_and_a_late_one_says_why(client):
    case = refused()
    first = opened(client, case)
    assert client.get(f"{first}periksa/").url == f"{first}cerita/"
    assert client.get(f"{first}cerita/").url == first
    assert "Pilih alasan" in client.post(first, {}).content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=20), tick=True):
        late = client.post("/keberatan/", {"code": case.code} | BORN).content.decode()
    assert "sudah lewat" in late
    waiting = cases.application(name="Agus")
    assert "Belum ada keputusan" in client.post("/keberatan/", {"code": waiting.code} | BORN).content.decode()


def test_the_status_page_leads_here_and_shows_the_answer(client):
    case = refused()

    def shown():
        asked = {"kode": case.code, "hari": "17", "bulan": "5", "tahun": "1980"}
        return client.get(client.post("/cek-status/", asked).url).content.decode()

    assert 'href="/keberatan/"' in shown()
    row = appeals.submit(application=case, ground="berubah")
    page = shown()
    assert "sudah kami terima" in page and str(row) in page and 'href="/keberatan/"' not in page
    row = appeals.take(appeal=row, by=people.kesra())
    appeals.answer(appeal=row, accepted=False, answer="Mobil itu milik keluarga.", by=people.camat())
    assert "Mobil itu milik keluarga." in shown()


# --- neighbours


def test_a_neighbour_objects_without_a_name(client):
    answer = client.post("/keberatan/warga-lain/", WORDS)
    made = Appeal.objects.get()
    assert made.region_id == people.RT and made.application is None
    page = client.get(answer.url).content.decode()
    assert str(made) in page and "Pak Toko" not in page


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"rt": "099"}, "RT itu tidak ada"),
        ({"rw": "delapan"}, "ditulis dengan angka"),
        ({"ground": "kesulitan"}, "tidak cocok"),
        ({"same_kelurahan": ""}, "kelurahan yang sama"),
        ({"contact_phone": "12"}, "diawali 08"),
        ({"about": ""}, "Pilih apa"),
    ],
)
def test_a_neighbour_is_told_what_to_mend(client, changed, sentence):
    page = client.post("/keberatan/warga-lain/", WORDS | changed).content.decode()
    assert sentence in page and not Appeal.objects.exists()


def test_neighbours_of_one_address_are_slowed_down(client, monkeypatch):
    monkeypatch.setattr("beneficiaries.views.appeal.SENT_PER_ADDRESS", 1)
    assert client.post("/keberatan/warga-lain/", WORDS).status_code == 302
    assert client.post("/keberatan/warga-lain/", WORDS).status_code == 429


# --- the notice


def test_the_notice_shows_short_names_for_fourteen_days(client):
    case = cases.verified()
    row = appeals.ask_meeting(
        appeal=appeals.take(
            appeal=appeals.submit(application=refused(name="Agus Wibowo"), ground="berubah"), by=people.kesra()
        ),
        by=people.either("kesra", "kesra"),
    )
    meeting = meetings.begun(applications=[case], appeals=[row])
    url = f"/pengumuman/musyawarah/{meeting.pk}/"
    assert client.get(url).status_code == 404
    meetings.agree(meeting)
    deliberations.close(deliberation=meeting, minutes_number="12/BA/2026", by=meetings.lurah())
    answer = client.get(url)
    page = answer.content.decode()
    assert "noindex" in answer["X-Robots-Tag"] and 'content="noindex"' in page
    assert "Siti R." in page and "Rahayu" not in page and "Layak" in page and "RT 002/RW 008 Klender" in page
    assert "Agus" not in page  # what the meeting advised on an appeal is not published
    assert case.nik not in page and case.kk not in page
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=True):
        assert client.get(url).status_code == 404


# --- in a browser


@needs_browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_the_family_walks_to_the_receipt(visit, width):
    case = refused()
    shown = visit("/keberatan/", width=width, javascript=False)
    shown.click("text=Lanjut")
    assert shown.locator(".sum").is_visible()
    shot(shown, f"keberatan-salah-{width}")
    shown.fill("[name=code]", case.code)
    for name, value in BORN.items():
        shown.fill(f"[name={name}]", value)
    shown.click("text=Lanjut")
    shot(shown, f"keberatan-alasan-{width}")
    shown.click("text=Data keluarga keliru")
    shown.click("text=Lanjut")
    shown.fill("textarea", "Mobil di rumah saya milik majikan saya. Saya hanya sopirnya.")
    shot(shown, f"keberatan-cerita-{width}")
    shown.click("text=Lanjut")
    shot(shown, f"keberatan-periksa-{width}")
    shown.click("text=Kirim keberatan")
    assert str(Appeal.objects.get()) in shown.inner_text("main")
    shot(shown, f"keberatan-bukti-{width}")


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_the_pages_are_accessible(visit):
    case = refused()
    shown = visit("/keberatan/")
    assert_usable(shown)
    shown.click("text=Lanjut")
    assert_usable(shown)
    shown.fill("[name=code]", case.code)
    for name, value in BORN.items():
        shown.fill(f"[name={name}]", value)
    shown.click("text=Lanjut")
    assert_usable(shown)
    shown.click("text=Data keluarga keliru")
    shown.click("text=Lanjut")
    assert_usable(shown)
    shown.click("text=Lanjut")
    assert_usable(shown)
    shown.click("text=Kirim keberatan")
    assert_usable(shown)
    for path in ("/keberatan/warga-lain/", "/keberatan/habis/"):
        shown.goto(path)
        assert_usable(shown)
    shown.goto("/keberatan/warga-lain/")
    shown.click("text=Kirim keberatan")
    assert shown.locator(".sum").is_visible()
    assert_usable(shown)
    shot(shown, "keberatan-warga-lain")


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_the_notice_and_the_answer_look_right(visit):
    first = refused(name="Agus Wibowo")
    meeting = meetings.closed(applications=[cases.verified(), cases.verified(name="Wati Sumarni")])
    shown = visit(f"/pengumuman/musyawarah/{meeting.pk}/")
    assert_usable(shown)
    shot(shown, "pengumuman-360")
    row = appeals.take(appeal=appeals.submit(application=first, ground="berubah"), by=people.kesra())
    appeals.answer(appeal=row, accepted=True, answer="Mobil itu milik majikan Anda.", by=people.camat())
    shown.goto("/cek-status/")
    for name, value in {"kode": first.code, "hari": "17", "bulan": "5", "tahun": "1980"}.items():
        shown.fill(f"[name={name}]", value)
    shown.click("text=Lihat status")
    assert "Keberatan Anda diterima" in shown.inner_text("main")
    assert_usable(shown)
    shot(shown, "cek-status-keberatan-360")
