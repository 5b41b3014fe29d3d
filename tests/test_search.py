"""Cari siapa saja: by name as it is typed, by full numbers with a trace, by code; in the own region, by keyboard."""

import pytest
from django.urls import reverse

from bansos.models import DataAccess
from tests import cases, make, people
from tests.browser import assert_accessible, needs_browser, shot

pytestmark = pytest.mark.django_db


def ani():
    return cases.officer("ani", "staf", people.KLENDER)


@pytest.fixture
def siti():
    return make.household(head={"name": "Siti Rahayu"}).people.get()


def ask(client, text, **more) -> str:
    return client.post(
        reverse("admin:beneficiaries_person_cepat"), {"cari": text, "cepat": "1"} | more
    ).content.decode()


@pytest.mark.parametrize("text", ["Siti Rahayu", "siti", "Sit Rahayu", "Rahayu", "sity rahayu"])
def test_a_name_is_found_as_it_is_typed(client, siti, text):
    client.force_login(ani())
    page = ask(client, text)
    assert "Siti Rahayu" in page and f"/admin/beneficiaries/person/{siti.pk}/change/" in page
    look = DataAccess.objects.get()
    assert "RT 002/RW 008 Klender" in page and text not in (look.what, look.reason)
    assert list(DataAccess.objects.about(subjects=[], families=[siti.household_id])) == [look]


def test_one_letter_asks_nothing_and_nobody_is_said_so(client, siti, django_assert_num_queries):
    client.force_login(ani())
    assert "dua huruf" in ask(client, "S")
    assert "Tidak ada yang cocok" in ask(client, "Zxqwv")


@pytest.mark.parametrize("kind", ["nik", "kk"])
def test_a_full_number_finds_and_leaves_a_trace(client, siti, kind):
    client.force_login(ani())
    number = siti.nik if kind == "nik" else siti.household.kk
    page = ask(client, f"{number[:6]} {number[6:12]}.{number[12:]}")
    assert "Siti Rahayu" in page and number not in page
    trace = DataAccess.objects.get()
    assert trace.user == ani() and number not in trace.reason + trace.subject + trace.fields
    found = siti if kind == "nik" else siti.household
    assert trace.subject == f"beneficiaries.{found._meta.model_name}:{found.pk}"
    looked = client.get(reverse("admin:siapa-melihat", args=["person", siti.pk])).text
    assert "Mencari dengan nomor lengkap" in looked


def test_a_number_of_nobody_leaves_a_trace_too(client, siti):
    client.force_login(ani())
    ask(client, make.nik())
    assert DataAccess.objects.get().subject == "beneficiaries.person:cari"


def test_a_part_of_a_number_finds_nothing(client, siti):
    client.force_login(ani())
    assert "Tidak ada yang cocok" in ask(client, siti.nik[:12])


@pytest.mark.parametrize("kind", ["nik", "kk"])
def test_a_full_number_finds_who_applied_but_is_not_on_the_register(client, kind):
    case = cases.application(name="Dewi Anggraini")
    client.force_login(ani())
    page = ask(client, getattr(case, kind))
    assert f"/admin/beneficiaries/application/{case.pk}/change/" in page and getattr(case, kind) not in page


@pytest.mark.parametrize("code", ["7K2M9QX4PD", "ABCDEFGHJK"])
def test_a_code_finds_its_application(client, code):
    case = cases.application(name="Dewi Anggraini", code=code)
    client.force_login(ani())
    assert f"/admin/beneficiaries/application/{case.pk}/change/" in ask(client, str(case).lower())


def test_another_region_and_the_wrong_role_find_nothing(client, siti):
    client.force_login(people.budi())
    for text in ("Siti Rahayu", siti.nik):
        assert "Tidak ada yang cocok" in ask(client, text)
    client.force_login(people.rt())
    assert client.post(reverse("admin:beneficiaries_person_cepat"), {"cari": "Siti"}).status_code in {302, 403}


def test_a_number_is_never_taken_from_an_address(client, siti):
    client.force_login(ani())
    assert client.get(reverse("admin:beneficiaries_person_cepat"), {"cari": siti.nik}).status_code == 405


def test_without_javascript_a_page_answers(client, siti):
    client.force_login(ani())
    page = client.post(reverse("admin:beneficiaries_person_cepat"), {"cari": "Siti"}).content.decode()
    assert "Hasil cari" in page and "Siti Rahayu" in page


def test_the_family_of_each_is_told_and_linked(client, siti):
    make.person(household=siti.household, name="Budi Rahayu")
    client.force_login(ani())
    assert "Anak, keluarga Siti Rahayu, RT 002/RW 008 Klender" in ask(client, "Budi")
    page = client.post(reverse("admin:beneficiaries_person_cepat"), {"cari": "Budi"}).content.decode()
    assert f"/admin/beneficiaries/household/{siti.household_id}/change/" in page


def test_few_queries_whatever_is_found(client, django_assert_max_num_queries):
    for _n in range(12):
        make.household(head={"name": "Siti Rahayu"})
    client.force_login(ani())
    with django_assert_max_num_queries(8):
        assert ask(client, "Siti").count('role="option"') == 10


@needs_browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_somebody_is_found_by_keyboard_alone(visit, siti, width):
    make.household(head={"name": "Siti Maryam"})
    page = visit("/admin/", width=width, user=ani())
    page.focus("#cari-siapa")
    page.keyboard.type("siti")
    page.wait_for_selector("#cari-hasil [role=option]")
    page.keyboard.press("ArrowDown")
    assert page.get_attribute("#cari-siapa", "aria-activedescendant") == "cari-1"
    shot(page, f"cari-{width}")
    assert_accessible(page)
    name = page.inner_text("#cari-1 b")
    page.keyboard.press("Enter")
    page.wait_for_url("**/person/*/change/")
    assert name in page.content()
