"""The page /cek-status/: what it answers, what it never tells, how small it is, in a phone without JavaScript."""

import gzip
import re
from datetime import date

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bansos import codes, limits, passes
from bansos.models import Notification
from beneficiaries import endings
from beneficiaries.applications import ApplicationError
from distribution.views import status as page
from tests import cases, make, meetings, people
from tests.browser import assert_usable, needs_browser, shot
from tests.test_status import accepted, application, entitled, moved, scored, verified

BORN = {"hari": "8", "bulan": "5", "tahun": "1987"}


def ask(client, **data):
    return client.post("/cek-status/", data)


def body(response) -> bytes:
    """The page's bytes without the form's secret, which differs in every answer."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", response.content)


@pytest.mark.django_db
def test_code_and_birth_date_lead_to_a_page_of_five_minutes(client):
    row = application()
    response = ask(client, kode=codes.pretty(row.code).lower(), **BORN)
    assert response.status_code == 302 and row.code not in response.url
    shown = client.get(response.url)
    assert "Diterima" in shown.text and "no-store" in shown["Cache-Control"]
    token = response.url.split("/")[-2]
    assert passes.read("cek", token) == ("application", row.pk)
    assert client.post(response.url).status_code == 302
    assert client.get(response.url).status_code == 410


@pytest.mark.django_db
def test_nik_and_kk_lead_to_the_application_or_to_the_register(client):
    row = application()
    assert codes.pretty(row.code) in client.get(ask(client, nik=row.nik, kk=row.kk).url).text
    household = make.household()
    found = ask(client, nik=household.people.get().nik, kk=household.kk)
    assert "belum punya permohonan" in client.get(found.url).text


@pytest.mark.django_db
def test_every_failure_is_the_same_bytes(client):
    asked = {"kode": "7K2M9QX4PD", **BORN}
    unknown = ask(client, **asked)
    row = application(code="7K2M9QX4PD", born_on=date(1987, 5, 9))
    assert body(ask(client, **asked)) == body(unknown)
    assert "tidak cocok" in unknown.text and 'value="7K2M9QX4PD"' in unknown.text
    household = make.household()
    pairs = [(make.nik(), household.kk), (household.people.get().nik, make.kk()), (row.nik, household.kk)]
    answers = {body(ask(client, nik=nik, kk=kk)) for nik, kk in pairs}
    assert len(answers) == 1 and not any(nik.encode() in answers.copy().pop() for nik, _kk in pairs)


def queries(client, **sent) -> int:
    with CaptureQueriesContext(connection) as seen:
        ask(client, **sent)
    return len(seen)


@pytest.mark.django_db
def test_hit_and_miss_ask_the_database_equally(client):
    row, household = application(), make.household()
    pairs = [(make.nik(), make.kk()), (household.people.get().nik, make.kk()), (row.nik, row.kk)]
    assert len({queries(client, nik=nik, kk=kk) for nik, kk in pairs}) == 1
    codes_ = [("7K2M9QX4PD", BORN), (row.code, BORN | {"hari": "9"}), (row.code, BORN)]
    asked = {queries(client, kode=code, **born) for code, born in codes_}
    assert len(asked) == 1 and asked != {0}


def wrong_answers(client, code: str) -> int:
    """Guesses eleven birth dates, the last one right; returns how many were looked at."""
    days = [str(day) for day in range(9, 19)] + ["8"]
    return sum(ask(client, kode=code, **BORN | {"hari": day}).status_code != 429 for day in days)


@pytest.mark.django_db
def test_ten_wrong_answers_close_a_code(client):
    assert wrong_answers(client, application().code) == settings.LOOKUP_ATTEMPTS_PER_CODE
    assert wrong_answers(client, "0000000000") == settings.LOOKUP_ATTEMPTS_PER_CODE


@pytest.mark.django_db
def test_without_the_limit_the_eleventh_guess_opens_it(client, monkeypatch):
    monkeypatch.setattr(limits, "hit", lambda *args: False)
    assert wrong_answers(client, application().code) == 11


@pytest.mark.django_db
def test_ten_wrong_kk_numbers_close_a_nik(client):
    row = application()
    for _n in range(settings.LOOKUP_ATTEMPTS_PER_CODE):
        assert ask(client, nik=row.nik, kk=make.kk()).status_code == 200
    assert ask(client, nik=row.nik, kk=row.kk).status_code == 429


@pytest.mark.django_db
def test_a_busy_address_waits(client, settings):
    settings.LOOKUP_ATTEMPTS_PER_ADDRESS = 2
    answers = [ask(client, kode=codes.new(), **BORN) for _n in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert "Tunggu satu menit" in answers[-1].text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"kode": "7K2M-9QX4"}, "Kode harus 10 huruf dan angka. Anda menulis 8."),
        ({"bulan": "13"}, "Bulan harus 1 sampai 12. Anda menulis 13."),
        ({"hari": "x"}, "Tanggal harus 1 sampai 31. Anda menulis x."),
        ({"hari": "31", "bulan": "2"}, "Tanggal ini tidak ada di bulan itu."),
        ({"tahun": ""}, "Isi tahun lahir."),
        ({"tahun": "2099"}, "tidak boleh di masa depan"),
    ],
)
def test_a_slip_of_the_pen_is_explained(client, sent, words):
    response = ask(client, **{"kode": "7K2M9QX4PD", **BORN} | sent)
    assert response.text.count(words) == 2  # in the summary and beside the field
    assert "<title>Kesalahan:" in response.text


@pytest.mark.django_db
def test_a_short_nik_is_explained_and_never_in_an_address(client):
    response = ask(client, nik="317507480580900", kk=make.kk())
    assert "NIK harus 16 angka. Anda menulis 15." in response.text
    assert client.get("/cek-status/?nik=3175074805809001&kk=1").text.count("3175074805809001") == 0


@pytest.mark.django_db
def test_the_answer_is_small_and_its_style_is_allowed_by_hash(client):
    household = make.household()
    scored(household, points=65, hits=3)
    entitled(household)
    row = accepted(household)
    url = ask(client, kode=row.code, **BORN).url
    shown = client.get(url, headers={"accept-encoding": "gzip"})
    assert shown["Content-Encoding"] == "gzip" and len(shown.content) <= 14_000
    assert b"<style>" in gzip.decompress(shown.content)
    policy = shown["Content-Security-Policy"]
    assert "style-src 'self' 'sha256-" in policy and "unsafe" not in policy


# --- a family takes its application back


def batal(client, row, **sent):
    """Asks anew for a pass and sends one page of taking back."""
    token = passes.issue("cek", ("application", row.pk), page.PASS_SECONDS)
    return client.post(f"/cek-status/hasil/{token}/batal/", sent)


@pytest.mark.django_db
def test_a_family_takes_its_application_back_and_staff_read_who_did(client):
    row, rt, staff = application(), people.rt(), people.ani()
    result = ask(client, kode=row.code, **BORN).url
    own = f"{result}batal/"
    assert own in client.get(result).text and "Langkah 1 dari 2" in client.get(own).text
    assert "Pilih mengapa Anda membatalkan." in client.post(own, {}).text
    assert "Pastikan ini Anda" in client.post(own, {"why": "pindah"}).text
    assert client.post(own, {"why": "pindah", "kode": row.code, **BORN}).url == result
    row.refresh_from_db()
    assert (row.status, row.reason, row.due_on) == ("dibatalkan_pemohon", "Kami pindah rumah", None)
    shown = client.get(result).text
    assert "Dibatalkan</h1>" in shown and "Anda membatalkan permohonan ini." in shown and "Alasan Anda" in shown
    assert "Belum disetujui" not in shown and "Daftar lagi" in shown and own not in shown
    assert "Diverifikasi RT" not in shown  # nobody came
    assert client.get(own).url == result  # nothing is left to take back
    told = Notification.objects.filter(recipient__in=[rt, staff], sentence__contains="membatalkan permohonannya")
    assert sorted(told.values_list("recipient__username", flat=True)) == sorted([rt.username, staff.username])
    client.force_login(staff)
    seen = client.get(f"/admin/beneficiaries/application/{row.pk}/change/").text
    assert "Keluarga sendiri, lewat Cek status" in seen and "Kami pindah rumah" in seen
    assert application(nik=row.nik, kk=row.kk).status == "diajukan"  # and may apply again


@pytest.mark.django_db
def test_the_pass_or_a_code_alone_takes_nothing_back(client):
    row, other = application(), application()
    for sent in (
        {},
        {"kode": row.code},
        {"kode": row.code, **BORN | {"hari": "9"}},
        {"kode": other.code, **BORN},
        {"nik": row.nik, "kk": make.kk()},
        {"nik": other.nik, "kk": other.kk},
    ):
        assert batal(client, row, why="pindah", **sent).status_code == 200
        assert batal(client, row, **sent).status_code == 200  # nor without a reason
    row.refresh_from_db(), other.refresh_from_db()
    assert {row.status, other.status} == {"diajukan"}
    assert client.post("/cek-status/hasil/salah/batal/", {"why": "pindah", "kode": row.code, **BORN}).status_code == 410
    assert batal(client, row, why="pindah", nik=row.nik, kk=row.kk).status_code == 302
    row.refresh_from_db()
    assert row.status == "dibatalkan_pemohon"


@pytest.mark.django_db
def test_ten_wrong_birth_dates_close_the_code_here_too(client):
    row = application()
    days = [str(day) for day in range(9, 19)]
    answers = [batal(client, row, why="lain", kode=row.code, **BORN | {"hari": day}) for day in days]
    assert {answer.status_code for answer in answers} == {200}
    assert batal(client, row, why="lain", kode=row.code, **BORN).status_code == 429
    assert ask(client, kode=row.code, **BORN).status_code == 429
    row.refresh_from_db()
    assert row.status == "diajukan"


@pytest.mark.django_db
def test_what_is_decided_or_before_a_meeting_is_not_taken_back(client):
    refused = moved(
        verified(application()), "ditolak", reason="Mobil.", decided_at=timezone.now(), decided_by=people.lurah()
    )
    heard = cases.verified(answers=cases.CLEAR, born_on=date(1987, 5, 8))
    meetings.begun(applications=[heard])
    for row, words in ((refused, "Belum disetujui"), (heard, "masuk daftar musyawarah")):
        token = passes.issue("cek", ("application", row.pk), page.PASS_SECONDS)
        shown = client.get(f"/cek-status/hasil/{token}/").text
        assert words in shown and "batal/" not in shown
        assert batal(client, row, why="lain", kode=row.code, **BORN).status_code == 302
        with pytest.raises(ApplicationError):
            endings.take_back(application=row, why="lain")
    heard.refresh_from_db()
    assert heard.status == "menunggu_muskel"
    person = make.household().people.get()
    token = passes.issue("cek", ("person", person.pk), page.PASS_SECONDS)
    assert client.get(f"/cek-status/hasil/{token}/batal/").status_code == 404


@pytest.fixture
def no_scripts(visit):
    return lambda path, width=360: visit(path, width=width, javascript=False)


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_a_resident_reads_the_answer_without_javascript(no_scripts):
    household = make.household()
    scored(household, points=65, hits=3)
    entitled(household)
    row = accepted(household)
    page_ = no_scripts("/cek-status/")
    shot(page_, "cek-status")
    page_.fill("[name=kode]", codes.pretty(row.code))
    for name, value in BORN.items():
        page_.fill(f"[name={name}]", value)
    page_.click("text=Lihat status")
    page_.wait_for_url("**/cek-status/hasil/**")
    assert page_.locator("h1").inner_text().endswith("Disetujui")
    shot(page_, "cek-status-hasil")
    page_.click("text=Selesai")
    page_.wait_for_url("**/cek-status/")
    page_.go_back()
    assert "sudah ditutup" in page_.locator("main").inner_text()


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_the_answer_is_one_request_and_accessible(visit):
    household = make.household()
    scored(household, points=65, hits=7)
    entitled(household)
    row = accepted(household)
    token = passes.issue("cek", ("application", row.pk), page.PASS_SECONDS)
    shown = visit("/cek-status/")
    seen = []
    shown.on("request", lambda request: seen.append(request.url))
    shown.goto(f"/cek-status/hasil/{token}/")
    assert [url for url in seen if not url.startswith("data:")] == [shown.url]
    assert shown.evaluate("getComputedStyle(document.querySelector('.top')).backgroundColor") == "rgb(15, 92, 77)"
    assert_usable(shown)
    shot(shown, "cek-status-hasil-360")


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_the_other_pages_are_accessible(visit, settings):
    shown = visit("/cek-status/")
    assert_usable(shown)
    shown.click("summary")
    assert_usable(shown)
    shown.fill("[name=kode]", "7K2M-9QX4")
    shown.fill("[name=bulan]", "13")
    shown.click("text=Lihat status")
    assert shown.locator(".sum").is_visible()
    assert_usable(shown)
    shot(shown, "cek-status-salah")
    shown.fill("[name=kode]", "7K2M-9QX4-PD")
    for name, value in BORN.items():
        shown.fill(f"[name={name}]", value)
    shown.click("text=Lihat status")
    assert "tidak cocok" in shown.locator("h1").inner_text()
    assert_usable(shown)
    shot(shown, "cek-status-tidak-cocok")
    settings.LOOKUP_ATTEMPTS_PER_ADDRESS = 0
    shown.click("text=Lihat status")
    assert "Tunggu" in shown.locator("h1").inner_text()
    assert_usable(shown)
    shot(shown, "cek-status-tunggu")


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_a_resident_takes_it_back_without_javascript(no_scripts, visit):
    row = application()
    own = f"/cek-status/hasil/{passes.issue('cek', ('application', row.pk), page.PASS_SECONDS)}/"
    shown = no_scripts(own)
    shown.click("a:text('Batalkan permohonan')")
    shot(shown, "cek-status-batal")
    shown.check("[value=membaik]")
    shown.click("text=Lanjut")
    for name, value in BORN.items():  # the code stands there already
        shown.fill(f"[name={name}]", value)
    shot(shown, "cek-status-batal-pasti")
    shown.click("button:text('Ya, batalkan permohonan')")
    shown.wait_for_url(f"**{own}")
    assert "Anda membatalkan permohonan ini." in shown.locator("main").inner_text()
    shot(shown, "cek-status-dibatalkan")
    shot(shown, "cek-status-dibatalkan")
    row = application()
    token = passes.issue("cek", ("application", row.pk), page.PASS_SECONDS)
    shown = visit(f"/cek-status/hasil/{token}/batal/")
    assert_usable(shown)
    shown.check("[value=lain]")
    shown.click("text=Lanjut")
    assert_usable(shown)


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_refused_and_incomplete_look_right(visit):
    refused = moved(
        verified(application()), "ditolak", reason="Keluarga punya mobil.", decided_at=timezone.now(),
        decided_by=people.lurah(),
    )  # fmt: skip
    waiting = application()
    for name, row in (("ditolak", refused), ("diterima", waiting)):
        token = passes.issue("cek", ("application", row.pk), page.PASS_SECONDS)
        shown = visit(f"/cek-status/hasil/{token}/")
        assert_usable(shown)
        shot(shown, f"cek-status-{name}")
