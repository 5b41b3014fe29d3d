"""Where an answer was given: on a tap alone, coarse, encrypted, opened with a reason, erased with the application."""

import pytest
from django.db import DatabaseError, connection, transaction

from bansos.models import DataAccess
from beneficiaries import offline, places
from beneficiaries.models import HousePlace, Verification
from monitoring import retention
from tests import cases, people
from tests.browser import needs_browser, shot
from tests.test_offline import answer, event, send
from tests.test_offline_browser import count, ready, taps

pytestmark = pytest.mark.django_db
HERE = "-6.223512,106.912349,12"


@pytest.mark.parametrize(
    ("stated", "read"),
    [
        (HERE, ("-6.2235,106.9123", 12)),
        ("-6,106,99999", ("-6.0000,106.0000", 9999)),
        ("", None), ("di rumah", None), ("-96.1,106.9,5", None), ("-6.1,196.9,5", None), ("-6.1;106.9;5", None),
    ],
)  # fmt: skip
def test_a_place_is_rounded_and_nonsense_is_none(stated, read):
    assert places.read(stated) == read


def test_a_place_comes_with_the_answer_and_lies_encrypted():
    case, rt = cases.application(), people.rt()
    stated = answer(case, place=HERE)
    for _ in range(2):
        offline.receive(answer=stated, by=rt)
    kept = HousePlace.objects.get()
    assert (kept.application, kept.region_id, kept.place, kept.accuracy, kept.by) == (
        case, people.RT, "-6.2235,106.9123", 12, rt
    )  # fmt: skip
    with connection.cursor() as cursor:
        for table in ("beneficiaries_houseplace", "beneficiaries_houseplaceevent", "beneficiaries_verificationevent"):
            cursor.execute(f"SELECT t::text FROM {table} t")
            assert all("106.91" not in text and "3130362e3931" not in text for (text,) in cursor.fetchall())
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        HousePlace.objects.update(accuracy=1)


def test_no_place_or_a_broken_one_costs_no_answer(client):
    rt = people.rt()
    for number, stated in enumerate(({}, {"tempat": "di rumah"})):
        (one,) = send(client, rt, event(cases.application(name=f"Warga {number}"), **stated)).json()["hasil"]
        assert one["hasil"] == "diterima"
    assert Verification.objects.count() == 2 and not HousePlace.objects.exists()


def test_staff_see_that_it_was_noted_and_open_it_with_a_reason(client):
    case, rt, ani = cases.application(), people.rt(), people.ani()
    offline.receive(answer=answer(case, place=HERE), by=rt)
    kept = HousePlace.objects.get()
    client.force_login(ani)
    page = client.get(f"/admin/beneficiaries/application/{case.pk}/change/").content.decode()
    path = f"/admin/beneficiaries/houseplace/{kept.pk}/buka/"
    assert "ketelitian 12 meter" in page and path in page and "106.91" not in page
    assert "106.91" not in client.get(f"/admin/beneficiaries/houseplace/{kept.pk}/change/").content.decode()
    assert "106.91" not in client.post(path, {"reason": ""}).content.decode()
    assert "-6.2235,106.9123" in client.post(path, {"reason": "Mencari rumahnya"}).content.decode()
    assert DataAccess.objects.filter(user=ani).latest("pk").reason == "Mencari rumahnya"
    client.force_login(people.budi())
    assert client.post(path, {"reason": "Mencari rumahnya"}).status_code == 404
    client.force_login(rt)
    assert client.get(path).status_code in {302, 403}


def test_it_goes_with_the_application():
    case, rt = cases.application(), people.rt()
    conflict = offline.receive(answer=answer(case, base_version="lama", place=HERE), by=rt).event
    type(case).objects.filter(pk=case.pk).update(status="dibatalkan_pemohon")
    case.refresh_from_db()
    retention.erase(person=None, application=case, reason="Diminta warga", by=people.ani())
    assert HousePlace.objects.get().place is None and conflict.outcome == "konflik"


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_the_phone_notes_it_on_a_tap_alone(visit):
    for name in ("Siti Rahayu", "Budi Santosa"):
        cases.application(name=name)
    page = visit("/verifikasi/", user=people.rt())
    ready(page)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": -6.223512, "longitude": 106.912349, "accuracy": 11.2})
    page.context.set_offline(True)
    for name, asked in (("Siti Rahayu", True), ("Budi Santosa", False)):
        page.goto("/verifikasi/")
        page.locator(".task a", has=page.get_by_text(name, exact=True)).click()
        taps(page, "Ya", "Semua benar", "Layak")
        if asked:
            page.get_by_text("Foto dan tempat").click()
            page.get_by_role("button", name="Catat tempat ini").click()
            page.get_by_text("Tempat dicatat, ketelitian 12 meter").wait_for()
            shot(page, "luring-tempat-360")
        taps(page, "Kirim")
        page.get_by_role("heading", name="Tersimpan di HP").wait_for()
    page.context.set_offline(False)
    page.goto("/verifikasi/")
    count(page, "Semua terkirim")
    kept = HousePlace.objects.get()
    assert (kept.application.name, kept.place, kept.accuracy) == ("Siti Rahayu", "-6.2235,106.9123", 12)
    assert Verification.objects.count() == 2
