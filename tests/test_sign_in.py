"""Signing in at /masuk/: each role comes to its first page, and a wrong password says so."""

import pytest

from tests import people
from tests.browser import assert_accessible, needs_browser

pytestmark = [pytest.mark.django_db(transaction=True), needs_browser]


def test_staff_reach_the_admin(visit):
    people.ani()
    page = visit("/masuk/")
    assert_accessible(page)
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
    assert_accessible(page)
