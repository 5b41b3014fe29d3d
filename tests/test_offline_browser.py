"""/verifikasi/ on a real Chromium with the network cut, the page closed, the clock wrong and the phone shared."""

import json
import os
import signal
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from beneficiaries import offline
from beneficiaries.models import Application, Verification, VerificationEvent
from tests import cases, people
from tests.browser import ARGS, CHROMIUM, assert_usable, needs_browser, shot, sign_in
from tests.test_offline import answer as as_sent

pytestmark = [pytest.mark.django_db(transaction=True), needs_browser]
STORED = """async () => {
  const opened = indexedDB.open("verifikasi", 1);
  const base = await new Promise((done) => { opened.onsuccess = () => done(opened.result); });
  const all = (store, what = "getAll") => new Promise((done) => {
    const asked = base.transaction(store).objectStore(store)[what]();
    asked.onsuccess = () => done(asked.result);
  });
  const found = {isi: await all("isi"), nama: await all("isi", "getAllKeys"), kejadian: await all("kejadian")};
  base.close();
  return found;
}"""

HOLD = """const arrives = fetch;
window.held = {};
window.fetch = async (at, how) => {
  const answer = await arrives(at, how), name = String(at).match(/(paket|keluar)\\/$/)?.[1];
  if (name) await new Promise((done) => { held[name] = done; });
  return answer;
};"""


@pytest.fixture
def own_browser(chromium, live_server):
    """Returns `open(folder)`: a browser of its own that keeps what it stores in the folder."""
    opened = []

    def open_browser(folder):
        context = chromium.browser_type.launch_persistent_context(
            folder,
            executable_path=CHROMIUM,
            args=ARGS,
            base_url=live_server.url,
            viewport={"width": 360, "height": 800},
        )
        opened.append(context)
        return context

    yield open_browser
    opened[-1].close()


def killed(folder) -> None:
    """Ends the browser that works in this folder, and its children, at once."""
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            mine = f"--user-data-dir={folder}".encode() in process.read_bytes().split(b"\0")
        except OSError:
            continue
        if mine:
            os.kill(int(process.parent.name), signal.SIGKILL)


def until(page, script: str) -> None:
    """Waits for a script whose promise must come true; `wait_for_function` takes the promise itself for true."""
    for _ in range(600):
        if page.evaluate(script):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never came true: {script[-120:]}")


def holds(page, condition: str) -> None:
    """Waits until `condition` is true of what the phone stores (`it`)."""
    until(page, f"async () => {{ const it = await ({STORED})(); return {condition}; }}")


def ready(page) -> None:
    """Waits until the phone holds the pack and the worker holds the shell."""
    until(page, "() => navigator.serviceWorker.controller !== null")
    until(page, "async () => (await caches.keys()).length === 1")
    holds(page, "it.nama.some((name) => name.startsWith('paket:'))")


def leave_watched(page) -> None:
    """Goes offline, with what later pages ask for passing by the test, so that it can cut it.

    Chromium lets requests of a page that a worker holds slip past a route that is added only once the page is open.
    """
    page.context.route("**/tidak-ada/", lambda route: route.continue_())
    page.context.set_offline(True)


def stored(page) -> dict:
    return page.evaluate(STORED)


def taps(page, *labels: str) -> None:
    for label in labels:
        page.locator("main .opts").get_by_role("button", name=label, exact=True).click()


def answer(page, name: str) -> None:
    """Five taps: the card, and four buttons."""
    page.locator(".task a", has=page.get_by_text(name, exact=True)).click()
    taps(page, "Ya", "Semua benar", "Layak", "Kirim")
    page.get_by_role("heading", name="Tersimpan di HP").wait_for()


def count(page, words: str) -> None:
    page.locator("[data-jumlah]", has_text=words).wait_for()


@contextmanager
def cut_once(page, cut=lambda route: route.abort()):
    """The page sends by itself as soon as the network is back; this first send within the block is cut."""
    page.context.route("**/verifikasi/jawaban/", cut, times=1)
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/jawaban/")):
        yield
    page.locator("[data-kabar]", has_text="Tanpa jaringan.").wait_for()


def houses(number: int) -> list[Application]:
    return [cases.application(name=f"Warga {place:02d}") for place in range(number)]


def test_a_page_that_the_worker_did_not_open_is_kept_too(visit):
    """Signing in opens two pages at once; the second may open while the worker starts, past its hands."""
    cases.application(name="Siti Rahayu")
    page = visit("/verifikasi/", user=people.rt())
    ready(page)
    tab = page.context.new_cdp_session(page)
    with page.expect_navigation():
        tab.send("Page.reload", {"ignoreCache": True})
    ready(page)


def test_thirty_houses_without_a_network_arrive_once(visit):
    houses(30)
    page = visit("/verifikasi/", user=people.rt())
    ready(page)
    context = page.context
    context.set_offline(True)
    page.goto("/verifikasi/")
    for place in range(30):
        answer(page, f"Warga {place:02d}")
        if place in (9, 19):  # the phone is switched off and on
            page.close()
            page = context.new_page()
            page.goto("/verifikasi/")
        else:
            page.get_by_role("link", name="Tugas saya, sisa").or_(page.locator(".opts a").last).first.click()
        page.locator(".task").first.wait_for()
    count(page, "30 belum terkirim")
    assert Verification.objects.count() == 0
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto("/verifikasi/")
    count(page, "Semua terkirim")
    assert Verification.objects.count() == VerificationEvent.objects.filter(outcome="diterima").count() == 30
    assert VerificationEvent.objects.count() == 30
    assert [e.application.name for e in VerificationEvent.objects.order_by("pk")] == [
        f"Warga {n:02d}" for n in range(30)
    ]
    assert stored(page)["kejadian"] == []
    assert "Terakhir terkirim" in page.locator("[data-kabar]").text_content()


def test_the_pages_without_a_network_ask_as_the_servers_do(visit):
    case = cases.application(name="Siti Rahayu", needs="Pelatihan menjahit")
    cases.application(name="Budi Santosa")
    page = visit("/verifikasi/", user=people.rt())
    ready(page)
    steps = [
        "", "tidak-di-sini/", "tidak-bertemu/", "kirim/?hadir=tidak_ditemukan", "data/", "penilaian/?data=benar",
        "penilaian/?data=salah", "kirim/?hasil=layak",
        "kirim/?hasil=tidak_layak&salah=wall", "kirim/?hadir=pindah", "kirim/?hadir=tidak_tahu",
    ]  # fmt: skip
    said = {}
    for cut in (False, True):
        page.context.set_offline(cut)
        for step in steps:
            page.goto(f"/verifikasi/{case.pk}/{step}")
            page.locator("main .ask h1").wait_for()
            assert page.locator("[data-layar]").count() == cut, step
            said[step, cut] = page.locator("main .ask").inner_text()
    for step in steps:
        assert said[step, True].split() == said[step, False].split(), step


def test_a_visit_in_vain_waits_without_a_network_and_arrives_once(visit):
    """Yesterday's stands on the server, today's on the phone: then the house may be answered, behind the visit."""
    rt = people.rt()
    case = cases.application(name="Siti Rahayu", submitted_at=timezone.now() - timedelta(days=3))
    cases.miss(case, by=rt, days_ago=1, why="rumah_kosong")
    page = visit("/verifikasi/", user=rt)
    page.set_default_timeout(30_000)
    ready(page)
    page.context.set_offline(True)
    page.goto("/verifikasi/")
    card = page.locator(".task a", has=page.get_by_text("Siti Rahayu", exact=True))
    assert "Sudah 1 kali didatangi" in card.inner_text()
    card.click()
    page.get_by_text("Tidak bertemu. Rumah kosong.").wait_for()
    taps(page, "Tidak")
    page.get_by_text("Sudah 1 kali didatangi").wait_for()
    shot(page, "luring-tidak-di-sini-sekali-360")
    assert_usable(page, field=True)
    assert not page.get_by_role("button", name="Tidak ditemukan").count()
    taps(page, "Tidak bertemu", "Sedang bekerja")
    page.get_by_text("Kunjungan tercatat: Siti Rahayu").wait_for()
    shot(page, "luring-kunjungan-tercatat-360")
    assert_usable(page, field=True)
    count(page, "1 belum terkirim")
    page.goto("/verifikasi/belum-terkirim/")
    page.locator(".talk").get_by_text("Tidak bertemu. Sedang bekerja.").wait_for()
    page.goto(f"/verifikasi/{case.pk}/")
    page.get_by_text("Menunggu terkirim").wait_for()
    taps(page, "Tidak", "Tidak ditemukan", "Kirim")
    page.get_by_role("heading", name="Tersimpan di HP").wait_for()
    count(page, "2 belum terkirim")
    assert Verification.objects.count() == 0 and case.missed_visits.count() == 1
    page.context.set_offline(False)
    page.goto("/verifikasi/")
    count(page, "Semua terkirim")
    assert Verification.objects.get().presence == "tidak_ditemukan" and case.missed_visits.count() == 2
    assert stored(page)["kejadian"] == []


def test_a_visit_in_vain_with_a_network_goes_out_at_once(visit):
    case = cases.application(name="Siti Rahayu")
    page = visit("/verifikasi/", user=people.rt())
    page.set_default_timeout(30_000)
    ready(page)
    page.goto(f"/verifikasi/{case.pk}/tidak-bertemu/")
    taps(page, "Rumah kosong")
    page.wait_for_url(f"**/verifikasi/?nanti={case.pk}")
    page.get_by_text("Kunjungan tercatat: Siti Rahayu").wait_for()
    assert case.missed_visits.get().why == "rumah_kosong"
    count(page, "Semua terkirim")
    page.context.set_offline(True)
    page.goto(f"/verifikasi/{case.pk}/")
    page.get_by_text("Tidak bertemu. Rumah kosong.").wait_for()


def test_each_state_of_the_shell_is_accessible(visit):
    case = cases.application(name="Siti Rahayu", needs="Pelatihan menjahit")
    cases.application(name="Budi Santosa, panggilan Pak Haji Budi dari Gang Kenanga")
    page = visit("/verifikasi/", user=people.rt())
    ready(page)
    page.context.set_offline(True)
    home = f"/verifikasi/{case.pk}/"
    paths = {
        "tugas": "/verifikasi/", "cari": "/verifikasi/?cari=tidakada", "rumah": home,
        "tidak-di-sini": f"{home}tidak-di-sini/", "tidak-bertemu": f"{home}tidak-bertemu/", "data": f"{home}data/",
        "data-kosong": f"{home}penilaian/?data=salah", "penilaian": f"{home}penilaian/?data=benar",
        "kirim": f"{home}kirim/?hasil=layak", "kirim-ragu": f"{home}kirim/?hasil=perlu_verifikasi_ulang&salah=floor",
        "tidak-ada": "/verifikasi/999999/", "kosong": "/verifikasi/belum-terkirim/",
    }  # fmt: skip
    for name, path in paths.items():
        page.goto(path)
        page.locator("[data-layar] h1").wait_for()
        shot(page, f"luring-{name}-360")
        assert_usable(page, field=True)
        if name in {"rumah", "data", "penilaian", "kirim"}:
            box = page.locator("main .opts .btn.main").bounding_box()
            assert box["height"] >= 48 and box["y"] + box["height"] <= 801, (name, box)
    page.goto(paths["kirim-ragu"])
    taps(page, "Kirim")
    page.locator(".sum:visible").wait_for()
    shot(page, "luring-kirim-salah-360")
    assert_usable(page, field=True)
    page.get_by_text("Keterangan tetangga berbeda").click()
    taps(page, "Kirim")
    page.get_by_role("heading", name="Tersimpan di HP").wait_for()
    shot(page, "luring-tersimpan-360")
    assert_usable(page, field=True)
    page.goto("/verifikasi/")
    page.get_by_text("Menunggu terkirim").wait_for()
    shot(page, "luring-tugas-menunggu-360")
    assert_usable(page, field=True)
    page.goto("/verifikasi/belum-terkirim/")
    page.locator(".talk li").wait_for()
    shot(page, "luring-belum-terkirim-360")
    assert_usable(page, field=True)
    page.context.set_offline(False)
    page.goto("/verifikasi/belum-terkirim/")
    page.get_by_text("Sudah dikirim dari HP ini").wait_for()
    shot(page, "luring-sudah-dikirim-360")
    assert_usable(page, field=True)
    finding = Verification.objects.get()
    assert (finding.reason, finding.wrong_facts) == ("Keterangan tetangga berbeda", ["floor"])


def test_a_connection_cut_after_the_server_took_it_makes_no_double(visit):
    cases.application(name="Siti Rahayu")
    page = visit("/verifikasi/", user=people.rt())
    ready(page)
    leave_watched(page)
    page.goto("/verifikasi/")
    answer(page, "Siti Rahayu")
    cut = []

    def take_and_cut(route):
        cut.append(route.fetch().json()["hasil"][0]["hasil"])
        route.abort()

    with cut_once(page, take_and_cut):
        page.context.set_offline(False)
    assert cut == ["diterima"] and Verification.objects.count() == 1
    count(page, "1 belum terkirim")
    page.locator("[data-pita] button").click()
    count(page, "Semua terkirim")
    assert VerificationEvent.objects.count() == Verification.objects.count() == 1
    assert stored(page)["kejadian"] == []


def test_a_wrong_clock_costs_nothing(visit):
    cases.application(name="Siti Rahayu")
    page = visit("/verifikasi/", user=people.rt())
    ready(page)
    page.context.set_offline(True)
    page.clock.set_fixed_time(datetime(2001, 1, 1))  # noqa: DTZ001  the phone's battery was out
    page.goto("/verifikasi/")
    answer(page, "Siti Rahayu")
    assert stored(page)["kejadian"][0]["waktu_hp"].startswith(("2001-01-01", "2000-12-31"))
    page.context.set_offline(False)
    page.goto("/verifikasi/")
    count(page, "Semua terkirim")
    kept = VerificationEvent.objects.get()
    assert kept.phone_time.year in (2000, 2001) and kept.received_at.year > 2020 < kept.verification.at.year
    assert "2001" not in page.locator("[data-kabar]").text_content()


def test_an_answer_with_a_network_goes_out_at_once(visit):
    case = cases.application(name="Siti Rahayu")
    page = visit("/verifikasi/", user=people.rt())
    ready(page)
    page.goto("/verifikasi/")
    page.locator(".task a").first.click()
    taps(page, "Ya", "Semua benar", "Layak", "Kirim")
    page.wait_for_url(f"**/verifikasi/{case.pk}/terkirim/")
    page.get_by_role("heading", name="Terkirim").wait_for()
    assert VerificationEvent.objects.get().outcome == "diterima"
    count(page, "Semua terkirim")
    shot(page, "luring-online-terkirim-360")
    assert_usable(page, field=True)


def test_another_officer_neither_sees_nor_sends_the_answers(visit):
    cases.application(name="Siti Rahayu")
    cases.application(name="Rahasia Tetangga", region=cases.NEXT_RT)
    rt, other = people.rt(), people.user("rt3", "rt", cases.NEXT_RT)
    page = visit("/verifikasi/", user=rt)
    ready(page)
    page.context.set_offline(True)
    page.goto("/verifikasi/")
    answer(page, "Siti Rahayu")
    page.context.clear_cookies()
    Session.objects.all().delete()
    page.context.set_offline(False)
    sign_in(page, other.username)
    page.wait_for_url("**/verifikasi/")
    holds(page, f"it.nama.includes('paket:{other.pk}')")
    assert f"paket:{rt.pk}" not in stored(page)["nama"]
    count(page, "Semua terkirim")
    page.context.set_offline(True)
    page.goto("/verifikasi/belum-terkirim/")
    page.get_by_text("jawaban petugas lain").wait_for()
    assert "Siti" not in page.locator("body").inner_text()
    assert Verification.objects.count() == 0 and len(stored(page)["kejadian"]) == 1
    page.context.clear_cookies()
    page.context.set_offline(False)
    sign_in(page, rt.username)  # the owner comes back, and his answer goes
    page.wait_for_url("**/verifikasi/")
    holds(page, "it.kejadian.length === 0")
    assert Verification.objects.get().by == rt


def test_an_ended_session_keeps_everything_and_asks_to_sign_in(visit):
    cases.application(name="Siti Rahayu")
    rt = people.rt()
    page = visit("/verifikasi/", user=rt)
    ready(page)
    page.context.set_offline(True)
    page.goto("/verifikasi/")
    answer(page, "Siti Rahayu")
    Session.objects.all().delete()
    page.context.set_offline(False)  # the browser says "online", and the page sends
    page.get_by_text("Masuk lagi untuk mengirim").wait_for()
    shot(page, "luring-masuk-lagi-360")
    assert_usable(page, field=True)
    assert len(stored(page)["kejadian"]) == 1
    page.get_by_role("button", name="Masuk", exact=True).click()
    page.fill("[name=username]", rt.username)
    page.fill("[name=password]", rt.username)
    page.click("main button")
    count(page, "Semua terkirim")
    assert Verification.objects.count() == 1


def test_leaving_wipes_the_phone_and_warns_of_what_would_be_lost(visit):
    cases.application(name="Siti Rahayu"), cases.application(name="Budi Santosa")
    page = visit("/verifikasi/", user=people.rt())
    ready(page)
    page.context.set_offline(True)
    page.goto("/verifikasi/")
    answer(page, "Siti Rahayu")
    page.get_by_role("button", name="Keluar", exact=True).click()
    page.get_by_text("1 jawaban belum terkirim").wait_for()
    shot(page, "luring-keluar-360")
    assert_usable(page, field=True)
    assert len(stored(page)["kejadian"]) == 1
    page.context.set_offline(False)
    page.get_by_role("button", name="Keluar", exact=True).last.click()  # sends first, then leaves
    page.wait_for_url(lambda url: url.endswith(":" + url.split(":")[-1].split("/")[0] + "/"))
    assert Verification.objects.count() == 1
    until(page, "async () => (await caches.keys()).length === 0")
    assert page.evaluate("async () => (await indexedDB.databases()).length") == 0
    assert page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 0
    page.goto("/verifikasi/")
    assert "/masuk/" in page.url


def test_a_list_that_arrives_while_leaving_is_not_kept(visit):
    cases.application(name="Siti Rahayu")
    page = visit("/verifikasi/", user=people.rt())
    ready(page)
    page.add_init_script(HOLD)
    page.clock.set_fixed_time(timezone.now() + timedelta(minutes=6))  # the list is old, the page fetches it
    page.goto("/verifikasi/")
    until(page, "() => 'paket' in held")
    page.get_by_role("button", name="Keluar", exact=True).last.click()
    until(page, "() => 'keluar' in held")
    page.evaluate("held.paket()")
    page.wait_for_timeout(200)
    assert page.evaluate("async () => (await indexedDB.databases()).length") == 0
    page.evaluate("held.keluar()")
    page.wait_for_url(lambda url: "/verifikasi/" not in url)


def test_after_fourteen_days_the_names_go_and_the_answers_stay(visit):
    cases.application(name="Siti Rahayu"), cases.application(name="Budi Santosa")
    page = visit("/verifikasi/", user=people.rt())
    ready(page)
    page.context.set_offline(True)
    page.goto("/verifikasi/")
    answer(page, "Siti Rahayu")
    page.clock.set_fixed_time(timezone.now() + timedelta(days=15))
    page.goto("/verifikasi/")
    page.get_by_text("14 hari tanpa jaringan").wait_for()
    shot(page, "luring-usang-360")
    assert_usable(page, field=True)
    kept = stored(page)
    assert len(kept["kejadian"]) == 1
    assert "Siti" not in json.dumps(kept) and "Budi" not in json.dumps(kept)
    page.context.set_offline(False)
    page.goto("/verifikasi/")
    count(page, "Semua terkirim")
    assert Verification.objects.count() == 1


def test_a_remembered_phone_asks_for_its_pin_without_a_network_too(visit):
    cases.application(name="Siti Rahayu"), cases.application(name="Budi Santosa")
    rt, now = people.rt(), timezone.now()
    page = visit("/masuk/?next=/verifikasi/")
    page.fill("[name=username]", rt.username)
    page.fill("[name=password]", rt.username)
    page.check("[name=ingat]")
    page.click("main button")
    for name in ("pin", "again"):
        page.fill(f"[name={name}]", "270815")
    page.click("main button")
    ready(page)
    page.context.set_offline(True)
    page.goto("/verifikasi/")
    answer(page, "Siti Rahayu")  # used a moment ago: nothing is asked
    page.clock.set_fixed_time(now + timedelta(hours=13))
    for path in ("/verifikasi/", "/verifikasi/belum-terkirim/"):
        page.goto(path)
        page.get_by_role("heading", name="Tulis PIN Anda").wait_for()
        assert "Budi" not in page.content() and "Siti" not in page.content()
    page.fill("#pin", "12")
    page.click("[data-kunci] button")
    page.get_by_text("PIN harus 6 angka.").wait_for()
    page.fill("#pin", "270816")
    page.click("[data-kunci] button")
    page.get_by_text("PIN salah. Anda dapat mencoba 4 kali lagi.").wait_for()
    shot(page, "luring-pin-360")
    assert_usable(page, field=True)
    page.fill("#pin", "270815")
    page.click("[data-kunci] button")
    page.get_by_text("1 jawaban belum").or_(page.get_by_text("Siti Rahayu").first).wait_for()
    page.goto("/verifikasi/")
    page.get_by_text("Budi Santosa").wait_for()  # and it is asked no more
    page.clock.set_fixed_time(now + timedelta(hours=30))
    page.goto("/verifikasi/")
    for left in (4, 3, 2, 1, 0):
        page.fill("#pin", f"27081{left}")
        page.click("[data-kunci] button")
        page.get_by_text(f"mencoba {left} kali lagi" if left else "karena PIN salah lima kali").wait_for()
        page.goto("/verifikasi/")  # a new page forgets no try
    kept = stored(page)
    assert len(kept["kejadian"]) == 1 and "Siti" not in json.dumps(kept) and "Budi" not in json.dumps(kept)
    page.clock.set_fixed_time(timezone.now())
    page.context.set_offline(False)
    page.goto("/verifikasi/")
    count(page, "Semua terkirim")
    assert Verification.objects.count() == 1


def test_without_the_lock_a_finder_reads_the_names(visit):
    """The twin: a phone that is not remembered keeps nothing to ask with; its sign-in ends with the day."""
    cases.application(name="Budi Santosa")
    page = visit("/verifikasi/", user=people.rt())
    ready(page)
    page.context.set_offline(True)
    page.clock.set_fixed_time(timezone.now() + timedelta(hours=13))
    page.goto("/verifikasi/")
    page.get_by_text("Budi Santosa").wait_for()


def test_a_clock_that_was_ahead_gives_no_more_days(visit):
    """The list came under a clock of 2031; set right, the phone counts fourteen days from there, not five years."""
    cases.application(name="Siti Rahayu"), cases.application(name="Budi Santosa")
    page = visit("/verifikasi/", user=people.rt())
    page.clock.set_fixed_time(timezone.now() + timedelta(days=1800))
    page.goto("/verifikasi/")
    ready(page)
    until(page, "() => navigator.locks.query().then(({held}) => held.length === 0)")
    page.context.set_offline(True)
    page.clock.set_fixed_time(timezone.now())
    page.goto("/verifikasi/")
    answer(page, "Siti Rahayu")
    page.clock.set_fixed_time(timezone.now() + timedelta(days=15))
    page.goto("/verifikasi/")
    page.get_by_text("14 hari tanpa jaringan").wait_for()
    kept = stored(page)
    assert len(kept["kejadian"]) == 1
    assert "Siti" not in json.dumps(kept) and "Budi" not in json.dumps(kept)


@pytest.mark.parametrize("status", [400, 429, 500])
def test_a_busy_server_is_not_called_a_missing_network(visit, status):
    cases.application(name="Siti Rahayu")
    page = visit("/verifikasi/", user=people.rt())
    ready(page)
    leave_watched(page)
    page.goto("/verifikasi/")
    answer(page, "Siti Rahayu")
    page.clock.install()
    page.context.route("**/verifikasi/jawaban/", lambda route: route.fulfill(status=status), times=1)
    page.context.set_offline(False)
    page.locator("[data-kabar]", has_text="Server sedang sibuk. Kami coba lagi.").wait_for()
    assert "anpa jaringan" not in page.locator("body").inner_text()
    count(page, "1 belum terkirim")
    page.clock.fast_forward(61_000)
    count(page, "Semua terkirim")
    assert Verification.objects.count() == 1


def test_conflict_and_refusal_are_told_apart(visit):
    changed, gone = cases.application(name="Siti Rahayu"), cases.application(name="Budi Santosa")
    page = visit("/verifikasi/", user=people.rt())
    ready(page)
    page.context.set_offline(True)
    page.goto("/verifikasi/")
    for name in ("Siti Rahayu", "Budi Santosa"):
        answer(page, name)
        page.goto("/verifikasi/")
    cases.find(changed, by=people.user("rt.lama", "rt", people.RT), result="tidak_layak", reason="Sudah mampu")
    Application.objects.filter(pk=gone.pk).update(region_id=cases.NEXT_RT)
    page.context.set_offline(False)
    page.goto("/verifikasi/belum-terkirim/")
    page.get_by_text("1 belum diterima").wait_for()
    page.get_by_text("di luar wilayah Anda").wait_for()
    page.get_by_text("Kelurahan membandingkan").wait_for()
    shot(page, "luring-ditolak-dan-beda-360")
    assert_usable(page, field=True)
    assert VerificationEvent.objects.get().outcome == "konflik"
    assert len(stored(page)["kejadian"]) == 1
    page.get_by_text("Hapus jawaban ini").click()
    page.get_by_role("button", name="Ya, hapus dari HP").click()
    count(page, "Semua terkirim")
    assert stored(page)["kejadian"] == []


@pytest.mark.parametrize(("days", "outcome"), [(0, "diterima"), (90, "diterima"), (91, "ditolak")])
def test_answers_to_replaced_questions_still_count_for_ninety_days(visit, monkeypatch, days, outcome):
    """The questions change while the answer waits: the phone sends the version it asked, and keeps what is refused."""
    case = cases.application(name="Siti Rahayu")
    page = visit("/verifikasi/", user=people.rt())
    ready(page)
    page.context.set_offline(True)
    page.goto("/verifikasi/")
    answer(page, "Siti Rahayu")
    today = timezone.localdate()
    monkeypatch.setattr(offline, "FORM_VERSIONS", {1: today - timedelta(days=days), 2: None})
    monkeypatch.setattr(offline, "FORM_VERSION", 2)
    page.context.set_offline(False)
    page.goto("/verifikasi/belum-terkirim/")
    if outcome == "ditolak":
        page.get_by_text("sudah lama diganti").wait_for()
        assert len(stored(page)["kejadian"]) == 1 and not VerificationEvent.objects.exists()
        page.goto(f"/verifikasi/{case.pk}/")  # answered anew, with today's questions
        taps(page, "Ya", "Semua benar", "Layak", "Kirim")
    count(page, "Semua terkirim")
    assert VerificationEvent.objects.get().form_version == (2 if outcome == "ditolak" else 1)


def test_a_killed_browser_keeps_the_answers(own_browser, live_server, tmp_path):
    """The browser dies without a goodbye right after "Kirim"; another one on the same phone sends the answer."""
    cases.application(name="Siti Rahayu")
    rt = people.rt()
    context = own_browser(tmp_path)
    page = context.new_page()
    sign_in(page, rt.username)
    page.goto("/verifikasi/")
    ready(page)
    context.set_offline(True)
    page.goto("/verifikasi/")
    answer(page, "Siti Rahayu")
    killed(tmp_path)
    assert Verification.objects.count() == 0
    page = own_browser(tmp_path).new_page()
    sign_in(page, rt.username)
    page.goto("/verifikasi/")
    count(page, "Semua terkirim")
    assert Verification.objects.get().by == rt


def test_help_and_paper_without_a_network(visit):
    cases.application(name="Siti Rahayu", address="Gang Melati Nomor 4")
    page = visit("/verifikasi/", user=people.rt())
    ready(page)
    leave_watched(page)
    page.goto("/verifikasi/bantuan/")
    page.get_by_role("heading", name="Jawab tiga pertanyaan").wait_for()
    assert page.locator("[data-layar] .six svg").count() == 6
    page.goto("/verifikasi/")
    answer(page, "Siti Rahayu")
    page.goto("/verifikasi/belum-terkirim/")
    page.get_by_text("Menunggu jaringan.").wait_for()
    assert "1 KB" in page.locator(".talk li").inner_text()
    page.get_by_text("Salin ke kertas").click()
    paper = page.locator(".paper ol")
    assert "Gang Melati Nomor 4" in paper.inner_text() and "Layak." in paper.inner_text()
    shot(page, "luring-kertas-360")
    assert_usable(page, field=True)
    page.emulate_media(media="print")
    assert paper.is_visible() and not page.get_by_role("button", name="Cetak").is_visible()
    page.emulate_media(media="screen")
    with cut_once(page):
        page.context.set_offline(False)
    page.get_by_role("button", name="Kirim sekarang").click()
    count(page, "Semua terkirim")
    assert Verification.objects.count() == 1


def test_without_javascript_there_is_no_strip(visit):
    cases.application(name="Siti Rahayu")
    page = visit("/verifikasi/", user=people.rt(), javascript=False)
    assert not page.locator("[data-pita]").is_visible()
    page.goto("/verifikasi/belum-terkirim/")
    assert page.get_by_text("Tidak ada jawaban yang menunggu di sini").is_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_kelurahan_compares_the_answers_in_the_admin(visit, width):
    case, rt = cases.application(name="Siti Rahayu"), people.rt()
    stated = as_sent(case)
    cases.find(case, by=people.user("rt.lama", "rt", people.RT), result="tidak_layak", reason="Sudah mampu")
    conflict = offline.receive(answer=stated, by=rt).event
    page = visit("/admin/beneficiaries/verificationevent/", user=people.ani(), width=width)
    page.goto("/admin/beneficiaries/verificationevent/")
    page.get_by_text("Siti Rahayu").first.wait_for()
    shot(page, f"admin-jawaban-hp-{width}")
    page.goto(f"/admin/beneficiaries/verificationevent/{conflict.pk}/change/")
    page.get_by_text("Sudah mampu").first.wait_for()
    shot(page, f"admin-jawaban-hp-satu-{width}")
