"""The handover desk: code, person, receipt; and what it says when it must not give."""

import pytest
from django.urls import reverse

from beneficiaries.models import Person
from distribution import rounds
from distribution.models import Entitlement, Handover, Round
from tests import make, people
from tests.browser import assert_usable, needs_browser, shot

pytestmark = pytest.mark.django_db

UNKNOWN = "tidak ada di wilayah Anda"


@pytest.fixture
def family(db):
    made = make.household()
    make.person(household=made, name="Dimas Lestari", sex="L")
    return made


@pytest.fixture
def entitlement(family):
    return make.approved_round(family).entitlements.get()


@pytest.fixture
def ani(client):
    client.force_login(people.ani())
    return client


def look_up(client, code: str):
    return client.post("/penyaluran/", {"code": code})


def hand_over(client, entitlement, recipient, **fields):
    values = {"code": entitlement.code, "recipient": recipient.pk, "identity_seen": "on"}
    return client.post("/penyaluran/serahkan/", values | fields)


def test_from_code_to_receipt(ani, entitlement, family):
    page = look_up(ani, entitlement.code.lower()).text
    head = family.people.get(relation="kepala")
    for words in ("Citra Lestari", "Dimas Lestari, anak", "Beras 10 kg", "RT 002/RW 008 Klender", head.nik[-4:]):
        assert words in page, words
    assert head.nik not in page and family.kk not in page
    answer = hand_over(ani, entitlement, head)
    given = Handover.objects.get()
    assert answer.url == reverse("penyaluran-selesai", args=[given.pk])
    receipt = ani.get(answer.url).text
    assert given.number in receipt and "Kode berikutnya" in receipt and "WIB" in receipt


def test_the_second_time_says_when_and_which_office(ani, entitlement, family):
    head = family.people.get(relation="kepala")
    hand_over(ani, entitlement, head)
    for page in (look_up(ani, entitlement.code).text, hand_over(ani, entitlement, head).text):
        assert "sudah diserahkan" in page and "Kelurahan Klender" in page
        assert 'name="recipient"' not in page
    assert Handover.objects.count() == 1


def test_unknown_foreign_and_short_codes(client, entitlement):
    client.force_login(people.budi())
    foreign, unknown = look_up(client, entitlement.code).text, look_up(client, "0123456789").text
    assert UNKNOWN in foreign and UNKNOWN in unknown
    assert "Citra" not in foreign
    assert "Anda menulis 3" in look_up(client, "abc").text
    assert "Tulis atau pindai kode" in look_up(client, "").text
    assert UNKNOWN in hand_over(client, entitlement, entitlement.household.people.first()).text
    assert not Handover.objects.exists()


def test_held_and_dead(ani, entitlement, family):
    Person.objects.filter(relation="kepala").update(died_on="2026-11-20")
    page = look_up(ani, entitlement.code).text
    assert "Dimas Lestari, anak" in page and "Citra Lestari, kepala" not in page
    assert "Pilih siapa yang datang" in hand_over(ani, entitlement, family.people.get(relation="kepala")).text
    Entitlement.objects.update(status="ditahan", status_reason="Ada pengaduan")
    assert "Bantuan ini ditahan. Alasannya: Ada pengaduan." in look_up(ani, entitlement.code).text


def test_papers_must_be_seen(ani, entitlement, family):
    page = hand_over(ani, entitlement, family.people.first(), identity_seen="").text
    assert "Ada yang perlu diperbaiki" in page and "Lihat KTP dan KK asli" in page
    assert not Handover.objects.exists()


@pytest.mark.parametrize("who", ["rt", "camat", "dewi"])
def test_who_may_not_hand_over(client, entitlement, who):
    client.force_login(getattr(people, who)())
    assert client.get("/penyaluran/").status_code == 403
    assert hand_over(client, entitlement, entitlement.household.people.first()).status_code == 403


def test_nobody_without_an_account(client):
    assert client.get("/penyaluran/").url.startswith("/masuk/")


def test_a_receipt_of_another_region_is_not_found(ani, client, entitlement, family):
    hand_over(ani, entitlement, family.people.first())
    client.force_login(people.budi())
    assert client.get(f"/penyaluran/selesai/{Handover.objects.get().pk}/").status_code == 404


def test_what_is_left_is_counted(ani, entitlement, family):
    assert "Diserahkan 0, sisa 1." in ani.get("/penyaluran/").text
    hand_over(ani, entitlement, family.people.first())
    page = ani.get("/penyaluran/").text
    assert "Diserahkan 1, sisa 0." in page and "<b>1</b>diserahkan hari ini" in page


def test_invitations_of_the_own_region(client, entitlement, family):
    client.force_login(people.ani())
    round = Round.objects.get()
    assert "RW 008 Klender" in client.get(f"/penyaluran/undangan/{round.pk}/").text
    slips = client.get(f"/penyaluran/undangan/{round.pk}/{people.RW}/").text
    assert "<svg" in slips and f"{entitlement.code[:4]}-{entitlement.code[4:8]}" in slips
    assert family.kk not in slips
    client.force_login(people.budi())
    assert "Citra" not in client.get(f"/penyaluran/undangan/{round.pk}/{people.RW}/").text
    rounds.close(round=round, by=people.kesra())
    assert client.get(f"/penyaluran/undangan/{round.pk}/").status_code == 404


@needs_browser
@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("width", [360, 1280])
def test_the_desk_in_a_browser(visit, width):
    family, other = make.household(), make.household()
    make.person(household=family, name="Dimas Lestari", sex="L")
    round = make.approved_round(family, other)
    entitlement = round.entitlements.get(household=family)
    page = visit("/penyaluran/", width=width, user=people.ani())
    assert_usable(page)
    shot(page, f"penyaluran-{width}")
    page.keyboard.type(entitlement.code.lower())  # the field has the focus, as a scanner needs
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Siapa yang datang?")
    assert_usable(page)
    shot(page, f"penyaluran-hak-{width}")
    page.click("main button")
    page.wait_for_selector(".sum")
    assert_usable(page)
    shot(page, f"penyaluran-salah-{width}")
    page.click("text=Dimas Lestari, anak")
    page.click("text=KTP dan KK asli sudah dilihat")
    page.click("main button")
    page.wait_for_url("**/penyaluran/selesai/*/")
    assert_usable(page)
    shot(page, f"penyaluran-selesai-{width}")
    page.keyboard.type(entitlement.code)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Bantuan hanya diberikan satu kali")
    assert_usable(page)
    shot(page, f"penyaluran-sudah-{width}")
    page.goto(f"/penyaluran/undangan/{round.pk}/{people.RW}/")
    assert_usable(page)
    shot(page, f"undangan-{width}")
