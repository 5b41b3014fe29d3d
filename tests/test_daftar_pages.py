"""/daftar/: a resident's way from the first page to the receipt, refusals in words, and what the session keeps."""

import json
from datetime import date

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse

from bansos import codes
from beneficiaries import applications, drafts, verification
from beneficiaries.models import Application
from beneficiaries.views.apply import CONSENT
from tests import cases, make, people
from tests.browser import assert_usable, needs_browser, shot

pytestmark = pytest.mark.django_db
NIK, KK = "3175075705809123", "3175070101209123"
PAGES = [
    ("identitas", {"nik": "3175 0757 0580 9123", "kk": KK}),
    ("diri", {"name": "Siti Rahayu", "born_on_hari": "17", "born_on_bulan": "5", "born_on_tahun": "1980", "sex": "P"}),
    ("kelurahan", {"kelurahan": people.KLENDER}),
    ("rw", {"rw": people.RW}),
    ("alamat", {"rt": people.RT, "address": "Gang Melati Nomor 4, pagar hijau"}),
    ("keluarga", {"members": "4", "phone": "+62 812 3456 7890"}),
    ("rumah", {"tenure": "kontrak", "electricity_va": "450"}),
    ("lantai", {"floor": "tidak_tahu"}),
    ("dinding", {"wall": "papan", "toilet": "bersama"}),
    ("penghidupan", {"head_works": "tidak", "feared_hunger": "ya", "food_over_half": "ya", "bought_clothes": "tidak"}),
    ("harta", {"assets": ["has_motorcycle"]}),
    ("kebutuhan", {"needs": "Pelatihan menjahit"}),
]


def _url(slug):
    return reverse("daftar-langkah", args=[slug])


def _fill(client, until=None, **changed):
    """Answers the pages up to and without `until`."""
    response = client.post("/daftar/", {"setuju": "on"})
    return _answer_pages(client, until, **changed) if until != PAGES[0][0] else response


def _answer_pages(client, until=None, **changed):
    for slug, answers in PAGES:
        if slug == until:
            break
        response = client.post(_url(slug), answers | changed.get(slug, {}))
        assert response.status_code == 302, (slug, response.context["form"].errors)
    return response


def test_a_resident_applies_and_gets_a_code(client):
    assert _fill(client).url == "/daftar/periksa/"
    page = client.get("/daftar/periksa/").content.decode()
    assert "RT 002/RW 008 Klender" in page and "17 Mei 1980" in page and "tampak berbeda" not in page
    assert client.post("/daftar/periksa/").url == "/daftar/bukti/"
    case = Application.objects.get()
    assert (case.nik, case.kk, case.phone, case.region_id) == (NIK, KK, "081234567890", people.RT)
    assert (case.born_on, case.members, case.needs) == (date(1980, 5, 17), 4, "Pelatihan menjahit")
    stated = cases.ANSWERS | {"electricity_va": 450}
    assert case.answers == {name: value for name, value in stated.items() if name != "floor"}
    assert (case.consent, case.consent_text) == ("sendiri", CONSENT)
    proof = client.get("/daftar/bukti/")
    assert proof.headers["Cache-Control"].startswith("max-age=0")
    proof = proof.content.decode()
    assert codes.pretty(case.code) in proof and "************9123" in proof
    assert NIK not in proof and KK not in proof


def test_a_second_submit_shows_the_same_receipt(client):
    _fill(client)
    before = dict(client.session)
    client.post("/daftar/periksa/")
    first = client.get("/daftar/bukti/").content
    assert client.post("/daftar/periksa/").url == "/daftar/bukti/"
    session = client.session  # two taps at once: the second request still sees the draft
    session.update(before)
    session.save()
    assert client.post("/daftar/periksa/").url == "/daftar/bukti/"
    code = Application.objects.get().code
    assert codes.pretty(code).encode() in first
    assert codes.pretty(code).encode() in client.get("/daftar/bukti/").content


def test_consent_comes_first(client):
    assert client.get(_url("identitas")).url == "/daftar/"
    response = client.post("/daftar/")
    assert response.status_code == 200 and "Centang dulu" in response.content.decode()


@pytest.mark.parametrize(
    ("slug", "typed", "sentence"),
    [
        ("identitas", {"nik": "317507570580912", "kk": KK}, "NIK harus 16 angka. Anda menulis 15."),
        ("identitas", {"nik": NIK, "kk": "tiga"}, "Nomor KK hanya berisi angka"),
        ("diri", {"born_on_hari": "31", "born_on_bulan": "2"}, "Tanggal itu tidak ada"),
        ("diri", {"born_on_tahun": "2990"}, "belum terjadi"),
        ("diri", {"born_on_tahun": "87"}, "empat angka"),
        ("diri", {"born_on_hari": ""}, "Tulis tanggal, bulan, dan tahun lahir."),
        ("kelurahan", {"kelurahan": "31.75.06.1001"}, "Pilih satu jawaban dari daftar."),
        ("rw", {"rw": "31.75.07.1007.001"}, "Pilih nomor RW dari daftar."),
        ("alamat", {"rt": "31.75.07.1003.009.001"}, "Pilih nomor RT dari daftar."),
        ("keluarga", {"members": "empat"}, "Tulis jumlahnya dengan angka"),
        ("keluarga", {"phone": "12"}, "diawali 08"),
        ("harta", {"assets": ["has_car", "tidak_satu_pun"]}, "Pilih salah satu"),
    ],
)
def test_a_refusal_says_how_to_mend_it_and_keeps_what_was_typed(client, slug, typed, sentence):
    _fill(client, until=slug)
    sent = dict(PAGES)[slug] | typed
    response = client.post(_url(slug), sent)
    page = response.content.decode()
    assert response.status_code == 200 and sentence in page and "Kesalahan:" in page
    for value in sent.values():
        assert isinstance(value, list) or f'value="{value}"' in page or value in {"", *map(str, _strange(slug))}


def _strange(slug):
    """Values no list offers, so that a select or radio cannot keep them."""
    return {"kelurahan": ["31.75.06.1001"], "rw": ["31.75.07.1007.001"], "alamat": ["31.75.07.1003.009.001"]}.get(
        slug, []
    )


def test_pages_cannot_be_skipped(client):
    _fill(client, until="diri")
    assert client.get(_url("harta")).url == _url("diri")
    assert client.get("/daftar/periksa/").url == _url("diri")
    assert client.get(_url("entah")).status_code == 404


def test_another_kelurahan_asks_for_rw_and_rt_again(client):
    _fill(client)
    response = client.post(_url("kelurahan"), {"kelurahan": people.PONDOK_KOPI, "ubah": "1"})
    assert response.url == _url("rw")
    assert client.get("/daftar/periksa/").url == _url("rw")
    assert client.post(_url("rw"), {"rw": "31.75.07.1007.001"}).url == _url("alamat")


def test_a_changed_answer_leads_back_to_the_check(client):
    _fill(client)
    assert 'name="ubah"' in client.get(_url("lantai") + "?ubah=1").content.decode()
    assert client.post(_url("lantai"), {"floor": "tanah", "ubah": "1"}).url == "/daftar/periksa/"
    assert "Tanah" in client.get("/daftar/periksa/").content.decode()


def test_a_birth_date_that_differs_from_the_nik_is_a_hint(client):
    _fill(client, diri={"born_on_hari": "18"})
    assert "tampak berbeda" in client.get("/daftar/periksa/").content.decode()
    client.post("/daftar/periksa/")
    assert Application.objects.get().born_on == date(1980, 5, 18)


def test_a_family_with_an_open_application_is_told_early(client):
    cases.application(nik=NIK, kk=KK, name="Orang Lain")
    client.post("/daftar/", {"setuju": "on"})
    page = client.post(_url("identitas"), dict(PAGES)["identitas"]).content.decode()
    assert "sudah punya permohonan" in page and "/cek-status/" in page and "Orang Lain" not in page


def test_a_card_with_an_open_application_is_told_at_the_end(client):
    cases.application(kk=KK, nik=make.nik(), name="Orang Lain")
    _fill(client)
    page = client.post("/daftar/periksa/").content.decode()
    assert "sudah punya permohonan" in page and "Orang Lain" not in page
    assert Application.objects.count() == 1


def test_the_session_holds_no_readable_identity(client):
    _fill(client)
    stored = json.dumps(Session.objects.get().get_decoded())
    assert drafts.DRAFT in stored
    for secret in (NIK, KK, "081234567890", "Siti Rahayu", "Melati"):
        assert secret not in stored
    client.post("/daftar/periksa/")
    assert Application.objects.get().code not in json.dumps(Session.objects.get().get_decoded())


def test_without_the_seal_the_session_would_hold_it(client, monkeypatch):
    monkeypatch.setattr(drafts, "_seal", lambda text: text)
    monkeypatch.setattr(drafts, "_open", lambda text: text)
    _fill(client)
    stored = json.dumps(Session.objects.get().get_decoded())
    assert NIK in stored and KK in stored


def test_a_draft_of_a_lost_key_begins_again(client, monkeypatch):
    _fill(client)
    monkeypatch.setattr(drafts, "COLUMN", "other.column")
    assert client.get("/daftar/periksa/").url == "/daftar/"


def test_leaving_takes_everything_off_the_device(client):
    _fill(client)
    client.post("/daftar/periksa/")
    assert client.post("/daftar/selesai/").url == "/"
    assert client.get("/daftar/bukti/").url == "/daftar/"
    assert client.get("/daftar/selesai/").status_code == 405


def test_too_many_from_one_address_wait_kindly(client, monkeypatch):
    monkeypatch.setattr("beneficiaries.views.apply.SENT_PER_ADDRESS", 0)
    _fill(client)
    response = client.post("/daftar/periksa/")
    assert response.status_code == 429 and "tetap tersimpan" in response.content.decode()
    assert not Application.objects.exists()


def test_too_many_identities_from_one_address_wait_kindly(client, settings):
    settings.LOOKUP_ATTEMPTS_PER_ADDRESS = 0
    client.post("/daftar/", {"setuju": "on"})
    assert client.post(_url("identitas"), dict(PAGES)["identitas"]).status_code == 429


HELPED = {"setuju": "on", "consent": "lisan", "witness": "Bu Tuti, kader Dasawisma"}


def _help(client, officer, **consent):
    client.force_login(officer)
    answer = client.post("/daftar/", HELPED | consent)
    if answer.status_code == 302:
        _answer_pages(client)
        answer = client.post("/daftar/periksa/")
    return answer


def test_an_officer_who_helps_is_noted_with_the_family_s_consent(client):
    ani = people.ani()
    client.force_login(ani)
    assert "dibantu oleh Anda" in client.get("/daftar/").content.decode()
    _help(client, ani)
    case = Application.objects.get()
    assert (case.submitted_by, case.consent, case.witness) == (ani, "lisan", HELPED["witness"])
    assert case.consent_text == CONSENT and case.status == "diajukan"
    receipt = client.get("/daftar/bukti/").content.decode()
    assert "Dibantu oleh" in receipt and "Lisan, di depan saksi: Bu Tuti" in receipt and "Berikan kode ini" in receipt


def test_oral_consent_needs_a_witness(client):
    answer = _help(client, people.ani(), witness=" ")
    assert answer.status_code == 200 and "perlu saksi" in answer.content.decode()
    assert not Application.objects.exists()


def test_an_rt_who_helps_proposes_and_the_rw_comes_next(client):
    rt, rw = people.rt(), people.rw()
    page = _help(client, rt, consent="cap_jempol", witness="")
    assert page.url == "/daftar/bukti/"
    text = client.get("/daftar/bukti/").content.decode()
    assert "Ketua RT berkunjung" not in text and "Ketua RW memeriksa" in text and "Bantu warga berikutnya" in text
    case = Application.objects.get()
    assert case.status == "verifikasi_lapangan" and case.due_on
    assert list(verification.tasks_for(rw)) == [case] and not verification.tasks_for(rt)


def test_a_kader_helps_and_the_rt_comes_next(client):
    kader, rt = people.kader(), people.rt()
    assert (
        client.post("/masuk/", {"username": "kader", "password": "kader"}, follow=True).request["PATH_INFO"]
        == "/dibantu/"
    )
    assert "Belum ada warga yang Anda bantu" in client.get("/dibantu/").content.decode()
    assert _help(client, kader).url == "/daftar/bukti/"
    assert "Kader Dasawisma" in client.get("/daftar/bukti/").content.decode()
    case = Application.objects.get()
    assert (case.submitted_by, case.status) == (kader, "diajukan") and list(verification.tasks_for(rt)) == [case]
    shown = client.get("/dibantu/").content.decode()
    assert case.name in shown and "paling lambat" in shown and case.code not in shown
    client.force_login(rt)
    assert case.name not in client.get("/dibantu/").content.decode()  # the RT helped nobody


def test_a_kader_does_not_help_in_another_rt_nor_verify(client):
    answer = _help(client, people.user("kader3", "kader", "31.75.07.1003.008.003"))
    assert answer.status_code == 422 and "di luar wilayah Anda" in answer.content.decode()
    assert client.get("/verifikasi/").status_code == 403


def test_an_rt_does_not_help_in_another_rt(client):
    answer = _help(client, people.user("rt3", "rt", "31.75.07.1003.008.003"))
    assert answer.status_code == 422 and "di luar wilayah Anda" in answer.content.decode()


def test_an_officer_who_may_not_help_applies_like_anybody_else(client):
    client.force_login(people.user("evaluator", "evaluator", people.KECAMATAN))
    assert "dibantu oleh Anda" not in client.get("/daftar/").content.decode()
    _fill(client)
    client.post("/daftar/periksa/")
    assert Application.objects.get().submitted_by is None


def test_a_refusal_of_the_verb_is_shown_on_the_check_page(client, monkeypatch):
    def refuse(**values):
        raise applications.ApplicationError("Kalimat penolakan.")

    _fill(client)
    monkeypatch.setattr(applications, "submit", refuse)
    response = client.post("/daftar/periksa/")
    assert response.status_code == 422 and "Kalimat penolakan." in response.content.decode()


# --- in the browser


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_the_list_of_who_was_helped_is_usable(visit):
    kader = people.kader()
    cases.application(name="Nurhayati", by=kader, consent="lisan", witness="Ibu Ida")
    page = visit("/dibantu/", user=kader)
    assert_usable(page)
    shot(page, "dibantu-360")


def _walk(page, see=lambda page, name: None):
    """Goes the resident's way with taps and keys only."""
    see(page, "mulai")
    page.check("[name=setuju]")
    page.click("main button")
    for slug, answers in PAGES:
        page.wait_for_url(f"**/daftar/{slug}/")
        see(page, slug)
        for name, value in answers.items():
            _answer(page, name, value)
        page.click("main button")
    page.wait_for_url("**/daftar/periksa/")
    see(page, "periksa")
    page.click("main button")
    page.wait_for_url("**/daftar/bukti/")
    see(page, "bukti")


def _answer(page, name, value):
    for one in value if isinstance(value, list) else [value]:
        box = page.locator(f"main [name={name}]").first
        if box.get_attribute("type") in {"radio", "checkbox"}:
            page.check(f"main [name={name}][value='{one}']")
        elif box.evaluate("box => box.tagName") == "SELECT":
            box.select_option(one)
        else:
            box.fill(one)


@needs_browser
def test_the_whole_way_without_javascript(visit):
    page = visit("/daftar/", javascript=False)
    _walk(page)
    code = page.locator(".kode").inner_text()
    assert Application.objects.get().code == codes.normalise(code)
    page.go_back()
    page.reload()
    assert page.locator(".kode").inner_text() == code


@needs_browser
def test_every_page_is_accessible(visit):
    def see(page, name):
        shot(page, f"daftar-{name}-360")
        assert_usable(page)

    page = visit("/daftar/")
    _walk(page, see)
    pages = page.pdf(format="A4", print_background=False).count(b"/Type /Page\n")
    assert pages <= 1


@needs_browser
def test_a_mistake_is_explained_accessibly(visit):
    page = visit("/daftar/")
    page.check("[name=setuju]")
    page.click("main button")
    page.fill("[name=nik]", "317507570580912")
    page.click("main button")
    page.locator(".sum").wait_for()
    assert page.input_value("[name=nik]") == "317507570580912"
    assert page.evaluate("document.activeElement.className") == "sum"
    shot(page, "daftar-salah-360")
    assert_usable(page)
    page.fill("[name=nik]", NIK)
    page.fill("[name=kk]", KK)
    page.click("main button")
    page.fill("[name=born_on_hari]", "31")
    page.fill("[name=born_on_bulan]", "2")
    page.fill("[name=born_on_tahun]", "1980")
    page.click("main button")
    page.locator(".sum").wait_for()
    shot(page, "daftar-tanggal-salah-360")
    assert_usable(page)
