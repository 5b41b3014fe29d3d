"""/verifikasi/: five taps a house, each verifier in the own region and turn, without JavaScript."""

from datetime import timedelta

import pytest
import time_machine
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format

from bansos.models import DataAccess
from beneficiaries import verification
from beneficiaries.models import Application, Verification
from tests import cases, people
from tests.browser import assert_usable, needs_browser, shot

pytestmark = pytest.mark.django_db
S = Application.Status


def _as(client, user):
    client.force_login(user)
    return client


def _send(client, case, **answers):
    return client.post(f"/verifikasi/{case.pk}/kirim/", {"hadir": "ditemukan", "hasil": "layak"} | answers)


def test_the_list_shows_the_own_houses_and_the_progress(client):
    case, done = cases.application(name="Siti Rahayu"), cases.application(name="Budi Santosa")
    cases.application(name="Tetangga Sebelah", region=cases.NEXT_RT)
    rt = people.rt()
    cases.find(done, by=rt)
    page = _as(client, rt).get("/verifikasi/").content.decode()
    assert f"/verifikasi/{case.pk}/" in page and "Siti Rahayu" in page and "Budi Santosa" in page
    assert "1 dari 2 rumah selesai" in page and "Tetangga Sebelah" not in page


def test_what_was_done_today_is_counted_by_the_day(client):
    rt = people.rt()
    with time_machine.travel("2026-11-03 23:50+07:00", tick=False):
        cases.find(cases.application(name="Kemarin Sekali"), by=rt)
    with time_machine.travel("2026-11-04 00:10+07:00", tick=False):
        page = _as(client, rt).get("/verifikasi/").content.decode()
        assert "Selesai hari ini: 0 rumah" in page and "Belum ada rumah yang selesai hari ini" in page
        cases.find(cases.application(name="Budi Santosa"), by=rt)
        page = client.get("/verifikasi/").content.decode()
    assert "Selesai hari ini: 1 rumah" in page and "Bulan ini: 2 rumah" in page
    assert page.index("Budi Santosa") < page.index("Sebelumnya bulan ini") < page.index("Kemarin Sekali")


def test_the_list_of_the_rw_is_grouped_by_rt(client):
    here, there = cases.application(name="Siti Rahayu"), cases.application(name="Ujang", region=cases.NEXT_RT)
    cases.find(here, by=people.rt())
    cases.find(there, by=people.user("rt.sebelah", "rt", cases.NEXT_RT))
    page = _as(client, people.rw()).get("/verifikasi/").content.decode()
    assert page.index("RT 002/RW 008") < page.index("Siti Rahayu") < page.index("RT 003/RW 008") < page.index("Ujang")


def test_a_name_is_found_by_a_part_of_it(client):
    cases.application(name="Siti Rahayu"), cases.application(name="Budi Santosa")
    client = _as(client, people.rt())
    page = client.get("/verifikasi/?cari=rahay").content.decode()
    assert "Siti Rahayu" in page and "Budi Santosa" not in page
    assert "Tidak ada nama yang cocok" in client.get("/verifikasi/?cari=zzz").content.decode()


def test_an_empty_list_says_why(client):
    assert "Tidak ada rumah yang menunggu" in _as(client, people.rt()).get("/verifikasi/").content.decode()


@pytest.mark.parametrize("page", ["", "tidak-di-sini/", "data/", "penilaian/", "kirim/", "terkirim/"])
def test_the_rt_next_door_finds_nothing(client, page):
    case = cases.application()
    neighbour = people.user("rt.sebelah", "rt", cases.NEXT_RT)
    assert _as(client, neighbour).get(f"/verifikasi/{case.pk}/{page}").status_code == 404
    assert _send(client, case).status_code == 404
    assert not Verification.objects.exists()


def test_without_the_scope_the_rt_next_door_would_see_the_house_but_still_not_judge_it(client, monkeypatch):
    case = cases.application(name="Siti Rahayu")
    monkeypatch.setattr(verification.Seat, "inside", Q(pk__gt=0))
    client = _as(client, people.user("rt.sebelah", "rt", cases.NEXT_RT))
    assert "Siti Rahayu" in client.get(f"/verifikasi/{case.pk}/").content.decode()
    assert "di luar wilayah Anda" in _send(client, case).content.decode()
    assert not Verification.objects.exists()


def test_others_are_sent_where_they_belong(client):
    case = cases.application()
    assert client.get("/verifikasi/").url.startswith("/masuk/")
    for officer in (people.ani(), people.dewi(), people.lurah()):
        response = _as(client, officer).get(f"/verifikasi/{case.pk}/")
        assert response.status_code == 403
        assert "/admin/beneficiaries/application/" in response.content.decode()
    evaluator = people.user("eva", "evaluator", people.KECAMATAN)
    assert _as(client, evaluator).get("/verifikasi/").status_code == 403


def test_a_house_shows_only_the_end_of_the_nik(client):
    case = cases.application()
    client = _as(client, people.rt())
    for page in ("", "data/", "penilaian/", "kirim/?hasil=layak"):
        shown = client.get(f"/verifikasi/{case.pk}/{page}").content.decode()
        assert case.nik not in shown and case.kk not in shown
    assert f"************{case.nik[-4:]}" in client.get(f"/verifikasi/{case.pk}/").content.decode()


def test_a_phone_number_is_shown_on_request_and_leaves_a_trace(client):
    case, rt = cases.application(phone="081234567890"), people.rt()
    client = _as(client, rt)
    assert "081234567890" not in client.get(f"/verifikasi/{case.pk}/").content.decode()
    assert client.get(f"/verifikasi/{case.pk}/telepon/").status_code == 405
    assert "081234567890" in client.post(f"/verifikasi/{case.pk}/telepon/").content.decode()
    assert set(DataAccess.objects.values_list("user", "fields")) == {(rt.pk, "visit_page"), (rt.pk, "phone")}
    _as(client, people.user("rt.sebelah", "rt", cases.NEXT_RT))
    assert client.post(f"/verifikasi/{case.pk}/telepon/").status_code == 404


def test_the_answers_travel_to_the_last_page_and_are_sent(client):
    case, rt = cases.application(), people.rt()
    client = _as(client, rt)
    judged = client.get(f"/verifikasi/{case.pk}/penilaian/?hadir=ditemukan&salah=floor&data=salah").content.decode()
    assert 'name="salah" value="floor"' in judged
    last = client.get(f"/verifikasi/{case.pk}/kirim/?hadir=ditemukan&salah=floor&hasil=tidak_layak").content.decode()
    assert "Keliru: Lantai" in last and "Keluarga sudah mampu" in last
    response = _send(
        client, case, salah="floor", hasil="tidak_layak", alasan="Keluarga sudah mampu", cerita="Punya dua ruko"
    )
    assert response.url == f"/verifikasi/{case.pk}/terkirim/"
    finding = Verification.objects.get()
    assert (finding.result, finding.wrong_facts, finding.by) == ("tidak_layak", ["floor"], rt)
    assert finding.reason == "Keluarga sudah mampu: Punya dua ruko"
    receipt = client.get(response.url).content.decode()
    assert "Diterima server" in receipt and f">{finding.pk}<" in receipt


def test_ticks_are_dropped_when_all_is_right_and_wanted_when_not(client):
    case = cases.application()
    client = _as(client, people.rt())
    assert "salah" not in client.get(f"/verifikasi/{case.pk}/penilaian/?salah=floor&data=benar").content.decode()
    back = client.get(f"/verifikasi/{case.pk}/penilaian/?data=salah")
    assert "Centang data yang salah" in client.get(back.url).content.decode()


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"hasil": "tidak_layak"}, "Pilih satu alasan."),
        ({"hasil": "perlu_verifikasi_ulang", "alasan": "Alasan lain"}, "Tulis alasannya di sini."),
        ({"salah": "decile"}, "tidak dikenal"),
    ],
)
def test_an_incomplete_finding_is_explained(client, answers, sentence):
    case = cases.application()
    response = _send(_as(client, people.rt()), case, **answers)
    assert response.status_code == 200 and sentence in response.content.decode()
    assert not Verification.objects.exists()


def test_a_family_that_moved_needs_no_further_reason(client):
    case = cases.application()
    _send(_as(client, people.rt()), case, hadir="pindah", hasil="layak")
    finding = Verification.objects.get()
    assert (finding.presence, finding.result, finding.reason) == ("pindah", "tidak_layak", "Sudah pindah")


def test_who_does_not_know_says_so_and_nothing_else(client):
    case, rt = cases.application(), people.rt()
    page = _as(client, rt).get(f"/verifikasi/{case.pk}/").text
    assert 'value="tidak_tahu"' in page and "tidak_ditemukan" not in page
    assert "Belum diketahui" not in client.get(f"/verifikasi/{case.pk}/tidak-di-sini/").text
    assert "Belum diketahui" in client.get(f"/verifikasi/{case.pk}/kirim/?hadir=tidak_tahu").text
    _send(client, case, hadir="tidak_tahu")
    found = case.verifications.get()
    assert (found.presence, found.result, found.reason) == ("tidak_tahu", "perlu_verifikasi_ulang", "Belum diketahui")


def test_a_visit_in_vain_is_noted_and_the_house_stays(client):
    case, rt = cases.application(), people.rt()
    page = _as(client, rt)
    assert f"/verifikasi/{case.pk}/tidak-bertemu/" in page.get(f"/verifikasi/{case.pk}/").text
    assert 'value="sedang_bekerja"' in page.get(f"/verifikasi/{case.pk}/tidak-bertemu/").text
    answered = page.post(f"/verifikasi/{case.pk}/tidak-bertemu/", {"sebab": "sedang_bekerja"})
    assert answered.url == f"/verifikasi/?nanti={case.pk}"
    shown = page.get(answered.url).text
    assert f"Kunjungan tercatat: {case.name}" in shown and shown.count("Sudah 1 kali didatangi") == 2
    assert f"Paling lambat {date_format(case.due_on)}" in shown
    house = page.get(f"/verifikasi/{case.pk}/").text
    for word in ("Riwayat kunjungan", date_format(timezone.localdate()), "Tidak bertemu. Sedang bekerja.", "Ketua RT"):
        assert word in house
    for odd in ("", "x", "9" * 30):
        assert "Kunjungan tercatat" not in page.get(f"/verifikasi/?nanti={odd}").text


def test_a_visit_in_vain_without_a_known_reason_is_explained(client):
    case = cases.application()
    shown = _as(client, people.rt()).post(f"/verifikasi/{case.pk}/tidak-bertemu/", {"sebab": "x"})
    assert "Pilih sebabnya dari daftar" in shown.text and not case.missed_visits.exists()
    client.force_login(people.user("rt3", "rt", cases.NEXT_RT))
    assert client.post(f"/verifikasi/{case.pk}/tidak-bertemu/").status_code == 404


def test_not_found_is_offered_after_two_visits(client):
    case, rt = cases.application(submitted_at=timezone.now() - timedelta(days=3)), people.rt()
    page, asked = _as(client, rt), f"/verifikasi/{case.pk}/tidak-di-sini/"
    shown = page.get(asked).text
    assert "tidak_ditemukan" not in shown and "Belum ada kunjungan tercatat" in shown and "Tidak bertemu" in shown
    assert page.get(f"/verifikasi/{case.pk}/kirim/?hadir=tidak_ditemukan").url == asked
    assert "Belum ada kunjungan tercatat" in _send(client, case, hadir="tidak_ditemukan").text
    cases.miss(case, by=rt, days_ago=1)
    assert "Sudah 1 kali didatangi" in _send(client, case, hadir="tidak_ditemukan").text
    cases.miss(case, by=rt)
    assert 'value="tidak_ditemukan"' in page.get(asked).text
    assert "boleh dijawab" in page.get(f"/verifikasi/?nanti={case.pk}").text
    _send(client, case, hadir="tidak_ditemukan")
    assert case.verifications.get().presence == "tidak_ditemukan"


def test_nonsense_leads_back_to_the_first_question(client):
    case = cases.application()
    client = _as(client, people.rt())
    assert client.get(f"/verifikasi/{case.pk}/kirim/?hasil=hebat").url == f"/verifikasi/{case.pk}/"
    assert client.get(f"/verifikasi/{case.pk}/kirim/?hadir=x&hasil=layak").url == f"/verifikasi/{case.pk}/"


def test_a_second_tap_on_send_shows_the_same_receipt(client):
    case = cases.application()
    client = _as(client, people.rt())
    first = _send(client, case).url
    assert _send(client, case).url == first
    assert Verification.objects.count() == 1


def test_the_rw_waits_for_the_rt_and_sees_what_was_found(client):
    case = cases.application()
    client = _as(client, people.rw())
    early = client.get(f"/verifikasi/{case.pk}/")
    assert early.status_code == 409 and "Ketua RT memeriksa lebih dulu" in early.content.decode()
    cases.find(case, by=people.rt(), result="tidak_layak", reason="Punya ruko", wrong_facts=["wall"])
    assert "<dt>RT</dt><dd>Tinggal di sini. Tidak layak.</dd>" in client.get(f"/verifikasi/{case.pk}/").content.decode()
    for page in ("data/", "penilaian/"):
        shown = client.get(f"/verifikasi/{case.pk}/{page}").content.decode()
        assert "Temuan RT" in shown and "Punya ruko" in shown and "Data keliru: Dinding" in shown
    _send(client, case)
    case.refresh_from_db()
    assert case.status == S.VERIFIKASI_ADMINISTRASI


def test_the_pages_stay_few_in_queries(client, django_assert_max_num_queries):
    for number in range(6):
        cases.application(name=f"Warga {number}")
    client = _as(client, people.rt())
    with django_assert_max_num_queries(14):
        client.get("/verifikasi/")


# --- in the browser


@needs_browser
def test_five_taps_a_house_without_javascript(visit):
    first, second = cases.application(name="Siti Rahayu"), cases.application(name="Budi Santosa")
    rt = people.rt()
    page = visit("/verifikasi/", user=rt, javascript=False)
    taps = 0
    for target in ("Siti Rahayu", "Ya", "Semua benar", "Layak", "Kirim"):
        page.locator("main").get_by_text(target, exact=target != "Siti Rahayu").first.click()
        taps += 1
    page.wait_for_url(f"**/verifikasi/{first.pk}/terkirim/")
    assert taps == 5
    finding = Verification.objects.get()
    assert (finding.presence, finding.result, finding.reason, finding.wrong_facts) == ("ditemukan", "layak", "", [])
    page.get_by_text("Rumah berikutnya").click()
    page.wait_for_url(f"**/verifikasi/{second.pk}/")


@needs_browser
def test_every_page_of_a_house_is_accessible_and_at_the_thumb(visit):
    case = cases.application(needs="Pelatihan menjahit", phone="081234567890")
    cases.application(name="Budi Santosa"), cases.application(name="Sumarni", region=cases.NEXT_RT)
    cases.find(case, by=people.rt(), wrong_facts=["floor"])
    rw = people.rw()
    cases.find(cases.application(name="Agus", region=cases.NEXT_RT), by=people.user("rt3", "rt", cases.NEXT_RT))
    page = visit("/verifikasi/", user=rw)
    paths = {
        "tugas": "/verifikasi/", "rumah": f"/verifikasi/{case.pk}/",
        "tidak-di-sini": f"/verifikasi/{case.pk}/tidak-di-sini/",
        "tidak-bertemu": f"/verifikasi/{case.pk}/tidak-bertemu/", "data": f"/verifikasi/{case.pk}/data/",
        "data-kosong": f"/verifikasi/{case.pk}/data/?kosong=1", "penilaian": f"/verifikasi/{case.pk}/penilaian/",
        "kirim": f"/verifikasi/{case.pk}/kirim/?hasil=layak",
        "kirim-ragu": f"/verifikasi/{case.pk}/kirim/?hasil=perlu_verifikasi_ulang&salah=floor",
    }  # fmt: skip
    for name, path in paths.items():
        page.goto(path)
        shot(page, f"verifikasi-{name}-360")
        assert_usable(page, field=True)
        if name in {"rumah", "data", "penilaian", "kirim"}:
            page.evaluate("scrollTo(0, 0)")
            box = page.locator("main .opts .btn.main").bounding_box()
            assert box["height"] >= 48 and 320 <= box["y"] < 800 - box["height"] + 1, (name, box)
    page.goto(paths["rumah"])
    page.get_by_text("Lihat nomor").click()
    page.get_by_text("081234567890").wait_for()
    shot(page, "verifikasi-telepon-360")
    assert_usable(page, field=True)
    page.goto(paths["kirim-ragu"])
    page.locator("main button").last.click()  # "Kirim" without a reason
    page.locator(".sum").wait_for()
    shot(page, "verifikasi-kirim-salah-360")
    assert_usable(page, field=True)
    page.get_by_text("Keterangan tetangga berbeda").click()
    page.locator("main button").last.click()
    page.wait_for_url("**/terkirim/")
    shot(page, "verifikasi-terkirim-360")
    assert_usable(page, field=True)
    page.goto("/verifikasi/")
    shot(page, "verifikasi-tugas-selesai-360")
