"""/bantuan/ and its programme pages: what a resident reads about aid and criteria."""

import pytest
from django.urls import reverse

from distribution import catalogue
from distribution.models import Programme
from tests import make
from tests.browser import assert_usable, needs_browser, shot

pytestmark = pytest.mark.django_db


def test_the_catalogue_loads_once_and_keeps_what_the_office_edited():
    assert [p.code for p in catalogue.load_default()] == ["paket-sembako", "blt", "pelatihan-menjahit"]
    Programme.objects.filter(code="blt").update(summary="Diubah kantor")
    catalogue.load_default()
    assert Programme.objects.count() == 3
    assert Programme.objects.get(code="blt").summary == "Diubah kantor"


def test_the_list_shows_programmes_and_criteria(client):
    catalogue.load_default()
    make.criteria()
    page = client.get("/bantuan/").text
    for words in (
        "Paket sembako kecamatan", "Beras 10 kg, minyak goreng 2 liter, gula 1 kg, telur 1 kg", "Rp250.000",
        "Uang tunai Rp300.000", "Pelatihan menjahit", "Kepala keluarga tidak bekerja", "nilai 50 atau lebih",
        "Akan diperiksa dulu", "Keluarga memiliki mobil", "Berlaku mulai 1 Januari 2026", "262/HUK/2022",
    ):  # fmt: skip
        assert words in page, words


def test_the_draft_of_a_next_version_stays_unseen(client):
    catalogue.load_default()
    make.criteria()
    draft = make.criteria(version=2, released=False)
    draft.criteria.update(question="Pertanyaan rahasia")
    assert "Pertanyaan rahasia" not in client.get("/bantuan/").text


def test_nothing_loaded_says_so(client):
    assert "Belum ada bantuan yang dibuka" in client.get("/bantuan/").text


def test_a_programme_page_and_one_without_criteria(client):
    catalogue.load_default()
    page = client.get(reverse("bantuan-program", args=["paket-sembako"])).text
    for words in ("Siapa yang boleh", "Berkas yang dibawa", "Langkah", "Gratis", "belum ditetapkan"):
        assert words in page, words
    assert client.get("/bantuan/tidak-ada/").status_code == 404
    Programme.objects.update(is_open=False)
    assert client.get("/bantuan/paket-sembako/").status_code == 404


@needs_browser
@pytest.mark.usefixtures("transactional_db")
def test_bantuan_in_a_browser(visit):
    catalogue.load_default()
    make.criteria()
    page = visit("/bantuan/")
    assert_usable(page)
    shot(page, "bantuan-360")
    page.click("text=Syarat dan cara >> nth=0")
    page.wait_for_url("**/bantuan/paket-sembako/")
    assert page.locator("h1").inner_text() == "Paket sembako kecamatan"
    assert_usable(page)
    shot(page, "bantuan-program-360")
