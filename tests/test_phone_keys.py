"""Signing in on a cheap phone: number, one-time code, PIN, 30 days, and ending it (ADR 34)."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.utils import timezone

from bansos import codes, phone_keys
from bansos.models import PhoneKey, Role, User
from bansos.phone_keys import PhoneKeyError
from tests import cases, make, people
from tests.browser import assert_usable, needs_browser, shot

pytestmark = pytest.mark.django_db
NUMBER, PIN = "081200009001", "270815"
TASKS = "/verifikasi/"
PATIENCE = 30_000  # milliseconds


def enter(client, name, password, **more):
    return client.post("/masuk/", {"username": name, "password": password} | more)


def remembered(client, officer, pin=PIN) -> None:
    """Signs in by password on a phone to be remembered, and chooses the PIN."""
    enter(client, officer.username, officer.username, ingat="on")
    client.post("/masuk/pin/", {"pin": pin, "again": pin})


def hours_later(hours: float):
    return time_machine.travel(timezone.now() + timedelta(hours=hours))


# --- the office hands out a code


def test_a_code_and_a_number_let_the_rt_in_once_and_ask_for_a_pin(client):
    rt, ani = people.rt(), people.ani()
    code = phone_keys.make_code(officer=rt, phone="+62 812-0000-9001", by=ani)
    answered = enter(client, "0812 0000 9001", codes.pretty(code).lower(), ingat="on")
    assert answered.status_code == 302 and client.get(TASKS).url.startswith("/masuk/")  # not before the PIN
    assert client.get("/masuk/?next=/verifikasi/").url == "/masuk/pin/?next=/verifikasi/"
    assert "Pilih PIN untuk HP ini" in client.get("/masuk/pin/").text
    done = client.post("/masuk/pin/", {"pin": PIN, "again": PIN, "next": TASKS})
    assert done.url == TASKS and client.get(TASKS).status_code == 200
    left = client.session.get_expiry_date() - timezone.now()
    assert timedelta(days=29) < left <= timedelta(days=30)
    client.logout()
    assert "salah" in enter(client, NUMBER, code).text  # it worked once


def test_nothing_readable_is_kept():
    code = phone_keys.make_code(officer=people.rt(), phone=NUMBER, by=people.ani())
    key = PhoneKey.objects.get()
    phone_keys.choose_pin(officer=key.user, pin=PIN, again=PIN)
    row = str(PhoneKey.objects.filter(pk=key.pk).values("code", "pin").get())
    assert code not in row and PIN not in row
    with_number = str(PhoneKey.objects.extra(select={"raw": "phone"}).values("raw", "phone_index").get())
    assert NUMBER not in with_number
    assert not {"code", "pin"} & {field.name for field in key.events.model._meta.fields}


@pytest.mark.parametrize(
    ("officer", "by", "phone", "words"),
    [
        (people.rt, people.budi, NUMBER, "di luar wilayah"),
        (people.rt, people.rw, NUMBER, "tidak boleh memberi kode"),
        (people.rt, people.dewi, NUMBER, "tidak boleh memberi kode"),
        (people.lurah, people.ani, NUMBER, "masuk dengan kata sandi"),
        (people.rt, people.ani, "12345", "diawali 08"),
        (lambda: people.user("lama", "rt", people.RT, is_active=False), people.ani, NUMBER, "tidak aktif"),
    ],
)
def test_a_code_is_refused_in_words(officer, by, phone, words):
    with pytest.raises(PhoneKeyError, match=words):
        phone_keys.make_code(officer=officer(), phone=phone, by=by())
    assert not PhoneKey.objects.exists()


def test_a_number_belongs_to_one_officer():
    ani, rw = people.ani(), people.rw()
    phone_keys.make_code(officer=people.rt(), phone=NUMBER, by=ani)
    with pytest.raises(PhoneKeyError, match="dipakai petugas lain"):
        phone_keys.make_code(officer=rw, phone=NUMBER, by=ani)
    assert not PhoneKey.objects.filter(user=rw).exists()


def test_a_code_ends_after_a_week_with_a_newer_one_and_with_the_role(client):
    rt, ani = people.rt(), people.ani()
    old, new = (phone_keys.make_code(officer=rt, by=ani) for _ in range(2))
    assert phone_keys.redeem(username="rt", code=old) is None
    with hours_later(7 * 24 + 1):
        assert phone_keys.redeem(username="rt", code=new) is None
    User.objects.filter(pk=rt.pk).update(role=Role.STAF)
    assert phone_keys.redeem(username="rt", code=new) is None
    User.objects.filter(pk=rt.pk).update(role=Role.RT, is_active=False)
    assert phone_keys.redeem(username="rt", code=new) is None
    User.objects.filter(pk=rt.pk).update(is_active=True)
    assert phone_keys.redeem(username="rt", code=new) == rt


def test_of_two_with_the_same_code_one_is_let_in(monkeypatch):
    """The second asks while the first is between its look at the code and taking it."""
    code = phone_keys.make_code(officer=people.rt(), by=people.ani())
    look, inner = phone_keys.check_password, []

    def meanwhile(*args):
        if not inner:
            inner.append(None)
            inner.append(phone_keys.redeem(username="rt", code=code))
        return look(*args)

    monkeypatch.setattr(phone_keys, "check_password", meanwhile)
    assert phone_keys.redeem(username="rt", code=code) is None and inner[1].username == "rt"


def test_the_database_keeps_office_accounts_out():
    ani = people.ani()
    with pytest.raises(IntegrityError, match="not a field role"), transaction.atomic():
        PhoneKey.objects.create(user=ani)
    make.without_trigger("bansos_phonekey", "of_a_field_role")
    assert PhoneKey.objects.create(user=ani).user.role == Role.STAF  # the twin: a six-digit way into the office


def test_name_and_number_share_one_limit(client):
    rt = people.rt()
    phone_keys.make_code(officer=rt, phone=NUMBER, by=people.ani())
    for typed in ("rt", NUMBER) * 5:
        enter(client, typed, "salah")
    assert "lima belas menit" in enter(client, NUMBER, "rt").text


# --- the remembered phone


def test_a_phone_unused_for_twelve_hours_asks_for_the_pin(client):
    rt = people.rt()
    cases.application(name="Siti Rahayu")
    remembered(client, rt)
    with hours_later(11):
        assert "Siti Rahayu" in client.get(TASKS).text
    with hours_later(22):  # eleven after the last use
        assert client.get(TASKS).status_code == 200
    with hours_later(35):
        assert client.get(TASKS).url == "/masuk/?next=/verifikasi/"
        call = client.get("/verifikasi/paket/")
        assert call.status_code == 403 and call.json() == {"alasan": "masuk"}
        assert client.get("/daftar/").url == "/masuk/pin/?next=/daftar/"
        wrong = client.post("/masuk/pin/", {"pin": "111111"})
        assert wrong.status_code == 422 and "4 kali lagi" in wrong.text and client.get(TASKS).status_code == 302
        away = client.post("/masuk/pin/", {"pin": PIN, "next": "https://jahat.example/"})
        assert away.url == "/setelah-masuk/" and client.get(TASKS).status_code == 200
    with hours_later(31 * 24):
        assert client.get(TASKS).url.startswith("/masuk/") and client.get("/masuk/pin/").url == "/setelah-masuk/"


def test_five_wrong_pins_end_the_session(client):
    remembered(client, people.rt())
    with hours_later(13):
        answers = [client.post("/masuk/pin/", {"pin": "000001"}) for _ in range(5)]
        assert [one.status_code for one in answers] == [422] * 4 + [403] and "dikeluarkan" in answers[-1].text
        assert not Session.objects.exists()
        assert client.post("/masuk/pin/", {"pin": PIN}).url == "/setelah-masuk/"
        assert client.get(TASKS).url.startswith("/masuk/")


def test_a_forgotten_pin_is_chosen_anew_with_a_code(client):
    """No "Keluar" is needed, which would take unsent answers off the phone."""
    rt = people.rt()
    remembered(client, rt)
    code = phone_keys.make_code(officer=rt, by=people.ani())
    with hours_later(13):
        asked = client.get("/masuk/pin/?next=/verifikasi/").text
        assert "/masuk/?lain=1&amp;next=/verifikasi/" in asked and "/keluar/" not in asked
        assert client.get("/masuk/?lain=1").status_code == 200
        answered = enter(client, "rt", code, ingat="on", next=TASKS)
        assert answered.url == TASKS and "Clear-Site-Data" not in answered.headers
        client.post("/masuk/pin/", {"pin": "938201", "again": "938201"})
        assert client.get(TASKS).status_code == 200
    phone_keys.check_pin(officer=rt, pin="938201", phone="x")


def test_signing_in_on_a_locked_phone_without_the_tick_forgets_it(client):
    people.rt()
    remembered(client, User.objects.get(username="rt"))
    with hours_later(13):
        enter(client, "rt", "rt")
        assert client.get(TASKS).status_code == 200 and client.session.get_expiry_age() <= 12 * 3600


def test_without_the_count_a_pin_is_guessed(client, monkeypatch):
    """The twin: what the limit prevents."""
    remembered(client, people.rt())
    monkeypatch.setattr("bansos.limits.count", lambda *args, **kwargs: 1)
    with hours_later(13):
        for _ in range(8):
            client.post("/masuk/pin/", {"pin": "000001"})
        assert client.post("/masuk/pin/", {"pin": PIN}).status_code == 302 and client.get(TASKS).status_code == 200


@pytest.mark.parametrize(
    ("pin", "again", "words"),
    [
        ("123456", "123456", "mudah ditebak"), ("000000", "000000", "mudah ditebak"), ("98765", "98765", "6 angka"),
        ("12a456", "12a456", "6 angka"), (PIN, "270816", "tidak sama"), ("", "", "6 angka"),
    ],
)  # fmt: skip
def test_a_poor_pin_is_refused_in_words(client, pin, again, words):
    rt = people.rt()
    enter(client, "rt", "rt", ingat="on")
    assert words in client.post("/masuk/pin/", {"pin": pin, "again": again}).text
    assert not phone_keys.has_pin(rt) and client.get(TASKS).status_code == 302


def test_a_phone_left_before_the_pin_was_chosen_is_signed_out(client):
    people.rt()
    enter(client, "rt", "rt", ingat="on")
    with hours_later(13):
        assert client.get("/masuk/pin/").status_code == 302 and not Session.objects.exists()


def test_a_chosen_pin_serves_the_next_sign_in(client):
    rt = people.rt()
    remembered(client, rt)
    client.post("/keluar/")
    assert not Session.objects.exists()
    enter(client, "rt", "rt", ingat="on")
    assert client.get(TASKS).status_code == 200


@pytest.mark.parametrize("who", [people.ani, people.lurah, people.dewi, people.camat, people.kesra])
def test_the_office_is_never_remembered(client, who):
    officer = who()
    enter(client, officer.username, officer.username, ingat="on")
    assert client.session.get_expiry_age() <= 12 * 3600
    with hours_later(13):
        assert client.get("/setelah-masuk/").url.startswith("/masuk/")


def test_a_phone_that_is_not_remembered_ends_with_the_day(client):
    people.rt()
    enter(client, "rt", "rt")
    assert client.get(TASKS).status_code == 200
    with hours_later(13):
        assert client.get(TASKS).url.startswith("/masuk/")


def test_another_role_ends_the_remembered_phone(client):
    rt = people.rt()
    remembered(client, rt)
    User.objects.filter(pk=rt.pk).update(role=Role.STAF, region=people.KLENDER)
    assert client.get("/admin/").status_code == 302 and not Session.objects.exists()


def test_an_account_switched_off_ends_the_remembered_phone(client):
    rt = people.rt()
    remembered(client, rt)
    User.objects.filter(pk=rt.pk).update(is_active=False)
    assert client.get(TASKS).url.startswith("/masuk/")


# --- the office ends it


def test_the_office_signs_an_officer_out_everywhere(client):
    from django.test import Client

    rt, phones = people.rt(), [Client(), Client()]
    remembered(phones[0], rt)
    enter(phones[1], "rt", "rt")
    code = phone_keys.make_code(officer=rt, by=people.ani())
    client.force_login(User.objects.get(username="ani"))
    assert "semua HP" in client.get(f"/admin/bansos/phonekey/{rt.pk}/keluarkan/").text
    client.post(f"/admin/bansos/phonekey/{rt.pk}/keluarkan/")
    assert all(phone.get(TASKS).url.startswith("/masuk/") for phone in phones)
    assert phone_keys.redeem(username="rt", code=code) is None
    enter(phones[1], "rt", "rt")
    assert phones[1].get(TASKS).status_code == 200


def test_the_kelurahan_next_door_and_others_do_neither(client):
    rt = people.rt()
    for officer, status in ((people.budi(), 404), (people.dewi(), 403), (people.kesra(), 403)):
        client.force_login(officer)
        for act in ("kode", "keluarkan"):
            assert client.post(f"/admin/bansos/phonekey/{rt.pk}/{act}/").status_code == status
    for by in (User.objects.get(username="budi"), rt):
        with pytest.raises(PhoneKeyError):
            phone_keys.end_everywhere(officer=rt, by=by)
    rt.refresh_from_db()
    assert rt.sign_in_round == 0 and not PhoneKey.objects.exists()


def test_the_page_shows_a_code_once_and_never_a_number(client):
    rt = people.rt()
    client.force_login(people.ani())
    made = client.post(f"/admin/bansos/phonekey/{rt.pk}/kode/", {"phone": NUMBER})
    assert "tampil sekali" in made.text and NUMBER not in made.text and "no-store" in made.headers["Cache-Control"]
    listed = client.get("/admin/bansos/phonekey/").text
    assert "Kode belum dipakai" in listed and NUMBER not in listed and NUMBER[-4:] in listed
    assert "Tidak ada petugas" in client.get("/admin/bansos/phonekey/?cari=zzz").text
    assert "dipakai petugas lain" in client.post(
        f"/admin/bansos/phonekey/{people.rw().pk}/kode/", {"phone": NUMBER}
    ).text  # fmt: skip


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_the_pages_of_signing_in_are_usable(visit):
    rt, ani = people.rt(), people.ani()
    office = visit("/", user=ani, width=1280)
    office.set_default_timeout(PATIENCE)
    for name, path in (("hp-daftar", ""), ("hp-keluarkan", f"{rt.pk}/keluarkan/"), ("hp-kode", f"{rt.pk}/kode/")):
        office.goto(f"/admin/bansos/phonekey/{path}")
        shot(office, f"{name}-1280")
    office.fill("[name=phone]", NUMBER)
    office.get_by_role("button", name="Buat kode").click()
    code = office.locator(".kode").inner_text()
    shot(office, "hp-kode-tampil-1280")
    assert_usable(office)
    page = visit("/masuk/")
    page.set_default_timeout(PATIENCE)
    page.get_by_text("Ingat HP ini 30 hari").click()
    shot(page, "masuk-360")
    assert_usable(page, field=True)
    page.fill("[name=username]", NUMBER)
    page.fill("[name=password]", code)
    page.click("main button")
    page.get_by_role("heading", name="Pilih PIN untuk HP ini").wait_for()
    page.fill("[name=pin]", "111111")
    page.get_by_role("button", name="Simpan PIN").click()
    page.locator(".sum").wait_for()
    shot(page, "pin-baru-360")
    assert_usable(page, field=True)
    page.fill("[name=pin]", PIN)
    page.fill("[name=again]", PIN)
    page.get_by_role("button", name="Simpan PIN").click()
    page.wait_for_url("**/verifikasi/")
    for session in Session.objects.all():  # last used thirteen hours ago
        store, kept = session.get_session_store_class(), session.get_decoded()
        if "hp" in kept:
            moved = store(session.session_key)
            moved.update(kept | {"hp": kept["hp"] | {"seen": (timezone.now() - timedelta(hours=13)).isoformat()}})
            moved.save()
    page.goto("/verifikasi/")
    page.get_by_role("heading", name="Tulis PIN Anda").wait_for()
    shot(page, "pin-360")
    assert_usable(page, field=True)
    page.fill("[name=pin]", PIN)
    page.get_by_role("button", name="Buka").click()
    page.wait_for_url("**/verifikasi/")
