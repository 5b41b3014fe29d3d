"""The pages for what went wrong: in words, usable on a phone, and without asking what has failed."""

import pytest
from django.db import OperationalError, connections

from tests import people
from tests.browser import assert_usable, needs_browser, shot

pytestmark = pytest.mark.django_db


def gone(*args, **kwargs):
    raise OperationalError("the connection is gone")


def test_without_the_database_a_page_says_when_to_come_back(client, monkeypatch):
    client.force_login(people.rt())
    client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(type(connections["default"]), "cursor", gone)
        answer = client.get("/verifikasi/")
    page = answer.content.decode()
    assert answer.status_code == 503 and answer.headers["Retry-After"] == "60"
    assert "Coba lagi satu menit lagi" in page and 'href="tel:' in page and "Traceback" not in page


def test_a_fault_of_ours_is_no_outage(client, monkeypatch):
    client.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr("monitoring.public_figures.news", lambda *args: 1 / 0)
        answer = client.get("/")
    assert answer.status_code == 500 and "belum tersimpan" in answer.content.decode()


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_the_pages_are_accessible(visit, monkeypatch):
    page = visit("/tidak-ada/")
    for name, path, user in (("404", "/tidak-ada/", None), ("403", "/verifikasi/", people.ani())):
        page = visit(path, user=user)
        shot(page, f"galat-{name}-360")
        assert_usable(page)
    monkeypatch.setattr("monitoring.public_figures.news", gone)
    page = visit("/")
    page.get_by_text("Coba lagi satu menit lagi").wait_for()
    shot(page, "galat-503-360")
    assert_usable(page)
