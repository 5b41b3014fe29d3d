"""The complaint pages: the journey of a resident on a phone without JavaScript, and what the pages never tell."""

import re
import uuid

import pytest

from bansos import codes, passes
from bansos.models import Region
from feedback import complaints
from feedback.models import Complaint
from tests import people
from tests.browser import assert_usable, needs_browser, shot
from tests.test_complaints import STORY, answered, made

KEY = "5f0c9e5e-0d1e-4a39-9f6f-0a4f6d6f8d11"
KEY_OF_ANOTHER_PIN = uuid.UUID(int=7)  # its PIN is not 123456
SENT = {"category": "kualitas", "region": people.KLENDER, "story": STORY, "form_key": KEY}


def body(response) -> bytes:
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", response.content)


@pytest.mark.django_db
def test_two_presses_give_one_complaint_and_one_receipt(client):
    first, second = client.post("/pengaduan/", SENT), client.post("/pengaduan/", SENT)
    assert first.url == second.url and Complaint.objects.count() == 1
    shown = client.get(first.url)
    complaint = Complaint.objects.get()
    pin = re.search(r'<span class="code">(\d{6})</span>', shown.text)[1]
    assert complaints.find(code=complaint.code, pin=pin) == complaint
    assert "no-store" in shown["Cache-Control"] and complaint.code not in first.url
    client.post(first.url)
    assert client.get(first.url).status_code == 410


@pytest.mark.django_db
def test_anonymous_is_fine_and_a_phone_is_forgiven_its_spaces(client):
    client.post("/pengaduan/", SENT | {"phone": "+62 812-3456-7890"})
    row = Complaint.objects.get()
    assert (row.name, row.phone) == ("", "081234567890")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"category": ""}, "Pilih apa yang ingin Anda laporkan."),
        ({"region": ""}, "Pilih kelurahan tempat kejadian."),
        ({"region": people.RT}, "Pilih"),
        ({"story": ""}, "Ceritakan kejadiannya."),
        ({"phone": "12345"}, "Nomor HP dimulai 08"),
    ],
)
def test_what_is_missing_is_explained_and_nothing_is_lost(client, sent, words):
    response = client.post("/pengaduan/", SENT | {"name": "Citra"} | sent)
    assert words in response.text and 'value="Citra"' in response.text
    assert not Complaint.objects.exists()


@pytest.mark.django_db
def test_a_flood_from_one_address_waits_and_keeps_the_words(client, settings):
    settings.COMPLAINTS_PER_ADDRESS = 1
    client.post("/pengaduan/", SENT)
    response = client.post("/pengaduan/", {k: v for k, v in SENT.items() if k != "form_key"})
    assert response.status_code == 429 and STORY in response.text and Complaint.objects.count() == 1


@pytest.mark.django_db
def test_a_wrong_pin_and_an_unknown_code_are_the_same_bytes(client):
    sent = {"code": "7K2M9QX4PD", "pin": "123456"}
    unknown = client.post("/pengaduan/lacak/", sent)
    row, _pin = made(form_key=KEY_OF_ANOTHER_PIN)
    Complaint.objects.filter(pk=row.pk).update(code="7K2M9QX4PD")
    assert body(client.post("/pengaduan/lacak/", sent)) == body(unknown)
    assert "tidak cocok" in unknown.text


@pytest.mark.django_db
def test_a_closed_code_says_wait_whether_it_exists_or_not(client, settings):
    settings.LOOKUP_ATTEMPTS_PER_CODE = 1
    row, pin = made()
    wrong = f"{(int(pin) + 1) % 1_000_000:06d}"
    answers = []
    for code in (row.code, "7K2M9QX4PD"):
        client.post("/pengaduan/lacak/", {"code": code, "pin": wrong})
        answers.append(client.post("/pengaduan/lacak/", {"code": code, "pin": pin}))
    assert [a.status_code for a in answers] == [429, 429] and body(answers[0]) == body(answers[1])


@pytest.mark.django_db
def test_a_busy_address_waits(client, settings):
    settings.LOOKUP_ATTEMPTS_PER_ADDRESS = 1
    sent = {"code": "7K2M9QX4PD", "pin": "123456"}
    assert [client.post("/pengaduan/lacak/", sent).status_code for _n in range(2)] == [200, 429]


@pytest.mark.django_db
def test_officers_have_an_office_and_no_name_and_people_stay_text(client):
    row, _pin = made(story="<script>alert(1)</script>")
    by = people.user("staf2", "staf", people.KLENDER, name="Bambang Rahasia")
    complaints.say(complaint=row, body="Kapan itu terjadi?", by=by)
    token = passes.issue("lacak", row.pk, 60)
    shown = client.get(f"/pengaduan/lacak/{token}/").text
    assert "Petugas Kelurahan Klender" in shown and "Bambang" not in shown and "staf2" not in shown
    assert "<script>alert" not in shown and "&lt;script&gt;" in shown


@pytest.mark.django_db
def test_a_guessed_address_opens_nothing(client):
    made()
    assert client.get("/pengaduan/lacak/aaaaaaaaaaaaaaaaaaaaaa/").status_code == 410
    assert client.post("/pengaduan/lacak/aaaaaaaaaaaaaaaaaaaaaa/", {"act": "selesai"}).status_code == 410


@pytest.mark.django_db
def test_a_refused_act_is_said_on_the_page(client):
    row, _pin = made()
    token = passes.issue("lacak", row.pk, 60)
    response = client.post(f"/pengaduan/lacak/{token}/", {"act": "selesai"}, follow=True)
    assert "Muat ulang halaman ini" in response.text
    empty = client.post(f"/pengaduan/lacak/{token}/", {"act": "pesan", "body": ""})
    assert "Tulis dulu pesannya." in empty.text and "<title>Kesalahan:" in empty.text


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_a_resident_complains_and_follows_it_without_javascript(visit):
    ani = people.ani()
    page = visit("/pengaduan/", javascript=False)
    shot(page, "pengaduan")
    page.check("[name=category][value=kualitas]")
    page.select_option("[name=region]", label="Klender")
    page.fill("[name=story]", STORY)
    page.click("text=Kirim pengaduan")
    page.wait_for_url("**/pengaduan/bukti/**")
    code, pin = page.locator("dd .code").all_inner_texts()
    shot(page, "pengaduan-bukti")
    page.click("text=Sudah saya simpan")
    page.wait_for_url("**/pengaduan/lacak/")
    page.fill("[name=code]", code)
    page.fill("[name=pin]", pin)
    page.click("text=Lihat pengaduan")
    page.wait_for_url("**/pengaduan/lacak/*/")
    assert page.locator("h1").inner_text().endswith("Menunggu")
    page.fill("#pesan_body", "Saya di rumah sampai jam 12.")
    page.click("text=Kirim pesan")
    page.locator(".talk li:nth-child(2)").wait_for()
    row = Complaint.objects.get(code=codes.normalise(code))
    complaints.say(complaint=row, body="Boleh kami lihat karungnya hari Kamis?", by=ani)
    answered(row, ani)
    page.reload()
    assert "Laporan Anda terbukti." in page.locator(".state").inner_text()
    assert "Diganti 10 kg beras baru" in page.locator(".list").inner_text()
    shot(page, "pengaduan-ditanggapi")
    page.click("text=Belum, buka lagi")
    page.fill("#buka_body", "Berasnya belum datang.")
    page.click("button[value=buka]")
    page.locator("h1:has-text('Dibuka kembali')").wait_for()
    answered(row, ani)
    page.reload()
    page.click("text=Ya, sudah selesai")
    page.locator("h1:has-text('Selesai')").wait_for()
    shot(page, "pengaduan-selesai")
    page.click("text=Tutup halaman ini")
    page.wait_for_url("**/pengaduan/lacak/")


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_the_pages_are_accessible(visit):
    row, pin = made("pungli", name="Citra Lestari")
    page = visit("/pengaduan/")
    assert_usable(page)
    page.click("text=Kirim pengaduan")
    assert page.locator(".sum").is_visible()
    assert_usable(page)
    shot(page, "pengaduan-salah-360")
    page.goto(f"/pengaduan/bukti/{passes.issue('bukti', (row.pk, pin), 60)}/")
    assert_usable(page)
    assert len(re.findall(rb"/Type /Page\b", page.pdf(format="A4"))) == 1
    page.goto("/pengaduan/lacak/")
    assert_usable(page)
    page.fill("[name=code]", "7K2M9QX4PD")
    page.fill("[name=pin]", "123456")
    page.click("text=Lihat pengaduan")
    assert "tidak cocok" in page.locator("h1").inner_text()
    assert_usable(page)
    shot(page, "pengaduan-tidak-cocok-360")
    token = passes.issue("lacak", row.pk, 600)
    page.goto(f"/pengaduan/lacak/{token}/")
    assert_usable(page)
    shot(page, "pengaduan-menunggu-360")
    answered(row, people.camat())
    page.reload()
    page.click("summary")
    assert_usable(page)
    shot(page, "pengaduan-ditanggapi-360")
    page.goto("/pengaduan/lacak/aaaa/")
    assert_usable(page)


@pytest.mark.django_db
def test_only_kelurahan_of_this_kecamatan_can_be_chosen(client):
    shown = client.get("/pengaduan/?jenis=data_salah").text
    names = re.findall(r'<option value="([\d.]+)"', shown)
    assert len(names) == Region.objects.kelurahan().count() == 7
    assert re.search(r'value="data_salah"[^>]*checked', shown)
