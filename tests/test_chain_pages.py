"""The pages of the chain: messages, deputies, sending back, relatives and conflicts, on the phone and in the admin."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bansos import crypto, notifications
from bansos.models import Notification, User
from beneficiaries import applications, kinship, reminders, verification
from beneficiaries.models import Application, Deputy, Handback, Kinship, Settlement, StepDeadline
from tests import cases, make, people
from tests.browser import assert_accessible, assert_usable, needs_browser, shot
from tests.test_chain import conflict, neighbour, stand_in

pytestmark = pytest.mark.django_db
S = Application.Status
ADMIN = "/admin/beneficiaries"


def _as(client, officer):
    client.force_login(officer)
    return client


def _dates() -> dict:
    return {"starts_on": f"{timezone.localdate()}", "ends_on": f"{timezone.localdate() + timedelta(days=7)}"}


# --- on the phone


def test_messages_are_shown_counted_and_read(client):
    case, rt = cases.application(name="Siti Rahayu"), people.rt()
    reminders.send(case.due_on)
    client = _as(client, rt)
    assert "1 pesan baru" in client.get("/verifikasi/").content.decode()
    assert "Siti Rahayu" in client.get("/verifikasi/pesan/").content.decode()
    number = Notification.objects.get().pk
    _as(client, people.rw()).post("/verifikasi/pesan/", {"pesan": [number]})
    assert notifications.unread(by=rt).count() == 1  # somebody else's hand
    _as(client, rt).post("/verifikasi/pesan/", {"pesan": [number, "x"]})
    assert "pesan baru" not in client.get("/verifikasi/").content.decode()


def test_the_rw_sends_back_by_a_form_and_the_rt_reads_the_note(client):
    case, rt, rw = cases.application(), people.rt(), people.rw()
    page = f"/verifikasi/{case.pk}/kembalikan/"
    assert _as(client, rt).get(page).status_code == 403
    cases.find(case, by=rt)
    client = _as(client, rw)
    assert "Kembalikan ke RT" in client.get(f"/verifikasi/{case.pk}/").content.decode()
    assert "Tulis apa" in client.post(page, {"note": " "}).content.decode()
    assert client.post(page, {"note": "Lihat dapurnya."}).url == "/verifikasi/"
    client = _as(client, rt)
    assert "Ulang" in client.get("/verifikasi/").content.decode()
    assert "Lihat dapurnya." in client.get(f"/verifikasi/{case.pk}/").content.decode()
    pack = client.get("/verifikasi/paket/").json()["rumah"][0]
    assert (pack["tanda"], pack["catatan"]) == ("Ulang", "Lihat dapurnya.")


def test_an_rt_names_a_deputy_and_ends_it(client):
    rt, other = people.rt(), neighbour()
    client = _as(client, rt)
    page = client.post("/verifikasi/pengganti/", {"deputy": other.pk, "reason": ""}).content.decode()
    assert "Isi tanggalnya" in page and "Tulis sebabnya" in page
    values = {"kursi": people.RT, "deputy": other.pk, "reason": "Sakit"} | _dates()
    assert client.post("/verifikasi/pengganti/", values).url == "/verifikasi/pengganti/"
    row = Deputy.objects.get()
    assert (row.deputy, row.named_by) == (other, rt)
    assert "Anda menggantikan Ketua RT 002" in _as(client, other).get("/verifikasi/").content.decode()
    client.post(f"/verifikasi/pengganti/{row.pk}/akhiri/")  # not the deputy's to end
    row.refresh_from_db()
    assert row.ended_at is None
    _as(client, rt).post(f"/verifikasi/pengganti/{row.pk}/akhiri/")
    row.refresh_from_db()
    assert row.ended_by == rt


@pytest.mark.parametrize("seat", ["31.75.07.1003.008", "31.75.07.1003.008.003", "31.75.07.1003", "x"])
def test_an_rt_names_nobody_for_another_seat(client, seat):
    other = neighbour()
    values = {"kursi": seat, "deputy": other.pk, "reason": "Sakit"} | _dates()
    assert _as(client, people.rt()).post("/verifikasi/pengganti/", values).status_code == 404
    assert not Deputy.objects.exists()


def test_a_deputy_opens_and_answers_a_house(client):
    case, rt, other = cases.application(name="Siti Rahayu"), people.rt(), neighbour()
    client = _as(client, other)
    assert client.get(f"/verifikasi/{case.pk}/").status_code == 404
    stand_in(people.RT, other, rt)
    assert "Siti Rahayu" in client.get(f"/verifikasi/{case.pk}/").content.decode()
    client.post(f"/verifikasi/{case.pk}/kirim/", {"hadir": "ditemukan", "hasil": "layak"})
    assert "Terkirim" in client.get(f"/verifikasi/{case.pk}/terkirim/").content.decode()
    detail = _as(client, people.ani()).get(f"{ADMIN}/application/{case.pk}/change/").content.decode()
    assert "sebagai pengganti Ketua RT 002/RW 008 Klender" in detail


def test_a_relative_s_house_leaves_the_list(client):
    case = cases.application(name="Siti Rahayu")
    client = _as(client, people.rt())
    page = f"/verifikasi/{case.pk}/kerabat/"
    assert "Pilih hubungannya" in client.post(page, {}).content.decode()
    client.post(page, {"relation": "saudara"})
    assert "Siti Rahayu" not in client.get("/verifikasi/").content.decode()
    shut = client.get(f"/verifikasi/{case.pk}/")
    assert shut.status_code == 409 and "kerabat Anda" in shut.content.decode()
    assert client.get("/verifikasi/paket/").json()["rumah"] == []


# --- the family


def test_the_family_reads_its_messages_at_the_status_page(client):
    case = cases.verified()
    applications.decide(application=case, status=S.DITETAPKAN_LAYAK, by=people.ani())
    values = {"kode": case.code, "hari": "17", "bulan": "5", "tahun": "1980"}
    page = client.post("/cek-status/", values, follow=True).content.decode()
    assert "Pesan untuk Anda" in page and "disetujui kelurahan" in page


# --- in the admin


def test_the_kelurahan_sends_back_from_the_application(client):
    case, ani = cases.verified(), people.ani()
    page = f"{ADMIN}/application/{case.pk}/kembalikan/"
    assert _as(client, people.budi()).get(page).status_code == 404
    assert _as(client, people.dewi()).get(page).status_code == 403
    client = _as(client, ani)
    assert client.post(page, {"note": ""}).status_code == 422
    client.post(page, {"note": "Alamat tidak cocok."})
    assert Handback.objects.get().by == ani
    assert "Alamat tidak cocok." in client.get(f"{ADMIN}/application/{case.pk}/change/").content.decode()


def test_staff_declare_a_relative_and_may_no_longer_decide(client):
    case = cases.verified()
    client = _as(client, people.ani())
    assert f"{case.pk}/putuskan/" in client.get(f"{ADMIN}/application/{case.pk}/change/").content.decode()
    client.post(f"{ADMIN}/application/{case.pk}/kerabat/", {"relation": "ipar"})
    page = client.get(f"{ADMIN}/application/{case.pk}/change/").content.decode()
    assert "Rekan lain yang mengurusnya" in page and f"{case.pk}/putuskan/" not in page
    refused = client.post(f"{ADMIN}/application/{case.pk}/putuskan/", {"status": "ditetapkan_layak"})
    assert refused.status_code == 422 and "kerabat" in refused.content.decode()


def test_a_conflict_is_settled_on_its_page(client):
    case = cases.verified()
    event = conflict(case, case.verifications.get(step="rt").by)
    page = f"{ADMIN}/verificationevent/{event.pk}/change/"
    assert "Petugas kelurahan yang menyelesaikan" in _as(client, people.dewi()).get(page).content.decode()
    client.post(page, {"stands": "hp", "note": "Saya auditor."})
    assert _as(client, people.budi()).post(page, {"stands": "hp", "note": "x"}).status_code == 404
    assert not Settlement.objects.exists()
    client = _as(client, people.ani())
    assert "beda jawaban dari HP" in client.get("/admin/").content.decode()
    assert client.post(page, {"stands": "hp"}).status_code == 422
    client.post(page, {"stands": "hp", "note": "Sudah ditanyakan."})
    assert Settlement.objects.get().stands == "hp"
    assert "Sudah diselesaikan" in client.get(page).content.decode()
    assert "beda jawaban dari HP" not in client.get("/admin/").content.decode()


def test_the_kelurahan_names_and_ends_a_deputy(client):
    ani, other = people.ani(), neighbour()
    page = f"{ADMIN}/deputy/add/"
    assert _as(client, people.dewi()).get(page).status_code == 403
    client = _as(client, ani)
    assert "Ketua RT 002/RW 008 Klender" in client.get(page).content.decode()
    values = {"kursi": people.RT, "deputy": other.pk, "reason": "Sakit"} | _dates()
    assert client.post(page, values | {"reason": ""}).status_code == 422
    client.post(page, values)
    row = Deputy.objects.get()
    assert "Akhiri sekarang" in client.get(f"{ADMIN}/deputy/{row.pk}/change/").content.decode()
    assert _as(client, people.budi()).post(f"{ADMIN}/deputy/{row.pk}/akhiri/").status_code == 404
    _as(client, ani).post(f"{ADMIN}/deputy/{row.pk}/akhiri/")
    row.refresh_from_db()
    assert row.ended_by == ani


def test_staff_note_and_withdraw_an_officer_s_relative_without_keeping_the_number(client):
    rt, number = people.rt(), make.kk()
    client = _as(client, people.ani())
    values = {"officer": rt.pk, "kk": number, "relation": "saudara"}
    assert client.post(f"{ADMIN}/kinship/add/", values | {"kk": "12"}).status_code == 422
    client.post(f"{ADMIN}/kinship/add/", values)
    row = Kinship.objects.get()
    assert bytes(row.kk_index) == crypto.blind_index(number, "kk")
    page = client.get(f"{ADMIN}/kinship/{row.pk}/change/").content.decode()
    assert "Cabut hubungan" in page and number not in page
    assert _as(client, people.budi()).post(f"{ADMIN}/kinship/{row.pk}/cabut/").status_code == 404
    _as(client, cases.officer("ani", "staf", people.KLENDER)).post(f"{ADMIN}/kinship/{row.pk}/cabut/")
    assert not kinship.is_kin(rt, row.kk_index)


def test_the_admin_enters_an_officer_s_own_family_card(client):
    rt, number = people.rt(), make.kk()
    client = _as(client, people.user("atur", "admin", people.KECAMATAN))
    page = f"/admin/bansos/user/{rt.pk}/change/"
    values = {"username": "rt", "name": "Rt", "role": "rt", "region": people.RT, "is_active": "on"}
    assert "16 angka" in client.post(page, values | {"own_kk": "317"}).content.decode()
    client.post(page, values | {"own_kk": number})
    kept = User.objects.get(pk=rt.pk)
    assert bytes(kept.kk_index) == crypto.blind_index(number, "kk")
    client.post(page, values | {"own_kk": ""})
    assert User.objects.get(pk=rt.pk).kk_index == kept.kk_index
    assert number not in client.get(page).content.decode()


def test_the_kecamatan_writes_a_new_deadline_and_one_in_force_stays(client):
    client = _as(client, people.kesra())
    ahead = timezone.localdate() + timedelta(days=7)
    values = {
        "step": "diajukan", "starts_on": f"{ahead:%d-%m-%Y}", "days": 5, "remind_days": 1, "escalate_days": 2,
        "source": "SE Camat",
    }  # fmt: skip
    client.post(f"{ADMIN}/stepdeadline/add/", values)
    row = StepDeadline.objects.get()
    assert row.days == 5
    client.post(f"{ADMIN}/stepdeadline/{row.pk}/change/", values | {"days": 4})
    row.refresh_from_db()
    assert row.days == 4
    StepDeadline.objects.update(starts_on=timezone.localdate())
    client.post(f"{ADMIN}/stepdeadline/{row.pk}/change/", values | {"days": 9})
    row.refresh_from_db()
    assert row.days == 4
    assert _as(client, people.ani()).get(f"{ADMIN}/stepdeadline/add/").status_code == 403


def test_the_first_page_shows_messages_until_they_are_read(client):
    case, ani = cases.verified(), people.ani()
    reminders.send(case.due_on)
    client = _as(client, ani)
    assert "Pesan untuk Anda (1)" in client.get("/admin/").content.decode()
    client.post("/admin/bansos/notification/baca/", {"pesan": [Notification.objects.get(recipient=ani).pk]})
    assert "Pesan untuk Anda" not in client.get("/admin/").content.decode()


# --- in the browser


@needs_browser
def test_the_pages_are_accessible(visit):
    case, rt, rw = cases.application(name="Siti Rahayu"), people.rt(), people.rw()
    cases.find(case, by=rt)
    verification.send_back(application=case, note="Lihat dapurnya.", by=rw)
    stand_in(cases.NEXT_RT, rt, rw)
    page = visit("/verifikasi/", user=rt)
    for path in ("", f"{case.pk}/", f"{case.pk}/kerabat/", "pesan/", "pengganti/"):
        page.goto(f"/verifikasi/{path}")
        shot(page, f"rantai-{path.strip('/').split('/')[-1] or 'tugas'}-360")
        assert_usable(page, field=True)


@needs_browser
@pytest.mark.parametrize("width", [360, 1280])
def test_the_admin_pages_are_accessible(visit, width):
    case, ani = cases.verified(), people.ani()
    event = conflict(case, case.verifications.get(step="rt").by)
    page = visit("/admin/", width, user=ani)
    for path in (
        "application/penugasan/", f"verificationevent/{event.pk}/change/", "deputy/add/?kursi=" + people.RT,
        "kinship/add/", f"application/{case.pk}/kembalikan/",
    ):  # fmt: skip
        page.goto(f"{ADMIN}/{path}")
        shot(page, f"rantai-admin-{path.split('/')[0]}-{width}")
        assert_accessible(page)
