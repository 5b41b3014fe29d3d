"""Signing in at /masuk/: each role comes to its first page, and a wrong password says so."""

import pytest

from tests import people
from tests.browser import assert_usable, needs_browser, shot

pytestmark = [pytest.mark.django_db(transaction=True), needs_browser]


def test_staff_reach_the_admin(visit):
    people.ani()
    page = visit("/masuk/")
    assert_usable(page)
    page.fill("[name=username]", "ani")
    page.fill("[name=password]", "ani")
    page.click("main button")
    page.wait_for_url("**/admin/")


def test_a_wrong_password_is_explained(visit):
    people.ani()
    page = visit("/masuk/")
    page.fill("[name=username]", "ani")
    page.fill("[name=password]", "salah")
    page.click("main button")
    assert "Kesalahan:" in page.title()
    assert page.locator(".sum").is_visible()
    assert_usable(page)


def test_data_rights_are_public(visit):
    page = visit("/hak-data/")
    assert "Hak data Anda" in page.title()
    assert_usable(page)
    shot(page, "hak-data-360")


def test_many_wrong_passwords_make_even_the_right_one_wait(client):
    people.ani()
    for _ in range(10):
        client.post("/masuk/", {"username": "ani", "password": "salah"})
    answer = client.post("/masuk/", {"username": "ani", "password": "ani"})
    assert "lima belas menit" in answer.content.decode()


def test_right_passwords_are_not_counted_and_forgive_the_wrong_ones(client):
    """An officer who signs in at three desks all morning is no guesser; an empty password forgives nothing."""
    people.ani()
    for _ in range(2):
        for _wrong in range(9):
            client.post("/masuk/", {"username": "ani", "password": "salah"})
        assert client.post("/masuk/", {"username": "ani", "password": "ani"}).status_code == 302
    for _ in range(10):
        client.post("/masuk/", {"username": "ani", "password": ""})
    assert "lima belas menit" in client.post("/masuk/", {"username": "ani", "password": "ani"}).content.decode()


def test_without_the_limit_the_right_one_would_pass(client, monkeypatch):
    monkeypatch.setattr("bansos.limits.hit", lambda *args, **kwargs: False)
    people.ani()
    for _ in range(10):
        client.post("/masuk/", {"username": "ani", "password": "salah"})
    assert client.post("/masuk/", {"username": "ani", "password": "ani"}).status_code == 302
