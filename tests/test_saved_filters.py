"""Saved filters: tabs with counts above the lists, kept for oneself or for the office, dropped by their owner."""

import pytest
from django.core.cache import cache

from bansos import saved_filters
from bansos.models import SavedFilter
from bansos.saved_filters import FilterError
from tests import cases, make, people
from tests.browser import needs_browser, shot

pytestmark = pytest.mark.django_db
LIST = "/admin/beneficiaries/household/"
URL = f"{LIST}saringan/"


@pytest.fixture(autouse=True)
def counted_anew():
    cache.clear()


def staff(name="ani", region=people.KLENDER):
    return cases.officer(name, "staf", region)


def keep(client, query="decile=2&p=3&o=1", name="Desil dua", **more):
    return client.post(URL, {"query": query, "name": name} | more)


def tabs(client, where=LIST) -> dict:
    return {tab["name"]: tab["count"] for tab in client.get(where).context["filter_tabs"]}


def test_a_filter_becomes_a_tab_with_its_count(client):
    make.household(decile=2), make.household(decile=2), make.household(decile=3)
    client.force_login(staff())
    assert keep(client).url == f"{LIST}?decile=2"
    assert tabs(client) == {"Desil 1": 0, "Sudah pindah": 0, "Desil dua": 2}
    shown = client.get(f"{LIST}?decile=2").content.decode()
    assert 'aria-current="page">Desil dua <b>2</b>' in shown


def test_counts_are_of_the_own_region_alone(client):
    make.household(decile=2), make.household(decile=2, region=f"{people.PONDOK_KOPI}.001.001")
    client.force_login(staff())
    keep(client)
    assert tabs(client)["Desil dua"] == 1


def test_the_office_shares_and_others_do_not_see(client):
    client.force_login(staff())
    keep(client), keep(client, name="Milik kantor", shared="1")
    client.force_login(staff("rekan"))
    assert "Milik kantor" in tabs(client) and "Desil dua" not in tabs(client)
    client.force_login(staff("budi", people.PONDOK_KOPI))
    assert "Milik kantor" not in tabs(client)


@pytest.mark.parametrize(
    ("query", "name", "sentence"),
    [("", "A", "Saring daftarnya"), ("p=2", "A", "Saring daftarnya"), ("decile=1", " ", "Beri nama"),
     ("q=3175075705809001", "A", "tidak disimpan"), ("q=3175.0757.0580.9001", "A", "tidak disimpan"),
     ("q=0812-9000-9001", "A", "tidak disimpan"), ("decile=1", "Bu 3175075705809001", "Jangan menulis NIK"),
     ("decile=1", "Hubungi 081290009001", "Jangan menulis NIK")],
)  # fmt: skip
def test_what_says_nothing_or_too_much_is_not_kept(client, query, name, sentence):
    client.force_login(staff())
    keep(client, query, name)
    assert sentence in client.get(LIST).content.decode() and not SavedFilter.objects.exists()


def test_a_place_is_no_number(client):
    client.force_login(staff())
    keep(client, f"region__code={people.RT}&kelurahan={people.KLENDER}")
    assert SavedFilter.objects.get().name == "Desil dua"


def test_one_name_once_and_twelve_at_most():
    owner = staff()
    values = {"list": "beneficiaries.household", "query": "decile=1", "shared": False, "by": owner}
    for number in range(saved_filters.MOST):
        saved_filters.keep(name=f"Nomor {number}", **values)
    with pytest.raises(FilterError, match="12 saringan"):
        saved_filters.keep(name="Lagi", **values)
    SavedFilter.objects.filter(name="Nomor 1").delete()
    with pytest.raises(FilterError, match="nama itu"):
        saved_filters.keep(name="Nomor 2", **values)


def test_only_the_owner_drops_a_filter(client):
    client.force_login(staff())
    keep(client, shared="1")
    saved = SavedFilter.objects.get()
    client.force_login(staff("rekan"))
    client.post(f"{URL}{saved.pk}/hapus/")
    assert SavedFilter.objects.exists()
    client.force_login(staff("budi", people.PONDOK_KOPI))
    assert client.post(f"{URL}{saved.pk}/hapus/").status_code == 404
    client.force_login(staff())
    client.post(f"{URL}{saved.pk}/hapus/")
    assert not SavedFilter.objects.exists()


def test_the_owner_renames_a_filter(client):
    client.force_login(staff())
    keep(client, shared="1"), keep(client, name="Lain")
    saved = SavedFilter.objects.get(name="Desil dua")
    address = f"{URL}{saved.pk}/nama/"
    assert address in client.get(f"{LIST}?decile=2").content.decode()
    assert client.post(address, {"name": "  Paling   miskin "}).url == f"{LIST}?decile=2"
    for name, sentence in ((" ", "Beri nama"), ("Lain", "nama itu")):
        assert sentence in client.post(address, {"name": name}, follow=True).content.decode()
    client.force_login(staff("rekan"))
    assert address not in client.get(f"{LIST}?decile=2").content.decode()
    assert "Hanya pembuatnya" in client.post(address, {"name": "Curi"}, follow=True).content.decode()
    client.force_login(staff("budi", people.PONDOK_KOPI))
    assert client.post(address, {"name": "Curi"}).status_code == 404
    saved.refresh_from_db()
    assert saved.name == "Paling miskin"


def test_a_filter_that_no_longer_fits_is_left_out(client):
    owner = staff()
    SavedFilter.objects.create(
        list="beneficiaries.household", name="Lama", query="sudah_hilang=1", owner=owner, region_id=owner.region_id
    )
    client.force_login(owner)
    assert tabs(client)["Lama"] is None and "Lama" not in client.get(LIST).content.decode()


@pytest.mark.parametrize("where", [LIST, "/admin/beneficiaries/person/", "/admin/beneficiaries/application/",
                                   "/admin/feedback/complaint/"])  # fmt: skip
def test_each_list_has_them(client, where):
    client.force_login(staff())
    assert client.get(where, follow=True).context["filter_keep"] == f"{where}saringan/"


@needs_browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_a_filter_is_saved_on_any_screen(visit, width):
    make.household(decile=2)
    page = visit(f"{LIST}?decile=2", width=width, user=staff())
    page.click("text=Simpan saringan ini")
    page.fill("#saring-nama", "Desil dua Klender")
    page.click(".saring details button")
    assert "Desil dua Klender" in page.inner_text(".saring ul")
    shot(page, f"saringan-{width}")
