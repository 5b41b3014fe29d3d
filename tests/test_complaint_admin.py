"""The complaint desk in the admin: who sees what, and what each button does."""

from datetime import timedelta

import pytest
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from bansos.models import DataAccess
from feedback.admin import complaint as desk
from feedback.models import Complaint
from feedback.models.complaint import ComplaintQuerySet
from tests import people
from tests.browser import assert_accessible, needs_browser, shot
from tests.test_complaints import made

pytestmark = pytest.mark.django_db
LIST = reverse("admin:feedback_complaint_changelist")


def page(row: Complaint) -> str:
    return reverse("admin:feedback_complaint_change", args=[row.pk])


def late(row: Complaint) -> Complaint:
    Complaint.objects.filter(pk=row.pk).update(due_on=timezone.localdate() - timedelta(days=10))
    row.refresh_from_db()
    return row


def test_the_list_goes_by_deadline_and_marks_what_is_late(client):
    client.force_login(people.ani())
    later, first = made()[0], late(made("informasi")[0])
    shown = client.get(LIST).text
    assert shown.index(str(first)) < shown.index(str(later))
    assert "Terlambat" in shown and "14 hari kerja lagi" in shown


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("keadaan=terbuka", {"kualitas", "informasi", "pungli"}),
        ("keadaan=terlambat", {"informasi"}),
        ("keadaan=pengawasan", {"pungli"}),
        ("category__exact=kualitas", {"kualitas"}),
        (f"kelurahan={people.PONDOK_KOPI}", {"lainnya"}),
    ],
)
def test_the_filters(client, query, expected):
    client.force_login(people.kesra())
    rows = {category: made(category)[0] for category in ("kualitas", "pungli")}
    rows["informasi"] = late(made("informasi")[0])
    rows["lainnya"] = made("lainnya", region=people.PONDOK_KOPI)[0]
    desk.complaints.refer(complaint=rows["lainnya"], body="Hubungi Pusdatin.", by=people.camat())
    shown = client.get(f"{LIST}?{query}").text
    assert {category for category, row in rows.items() if str(row) in shown} == expected


def test_a_printed_code_finds_its_complaint(client):
    client.force_login(people.ani())
    row, other = made()[0], made()[0]
    shown = client.get(LIST, {"q": str(row)}).text
    assert page(row) in shown and page(other) not in shown


def test_the_list_asks_few_queries(client, django_assert_max_num_queries):
    client.force_login(people.ani())
    for _n in range(12):
        made()
    with django_assert_max_num_queries(15):
        client.get(LIST)


def test_take_ask_and_answer(client):
    client.force_login(people.ani())
    row = made()[0]
    assert "Ambil dan periksa paling lambat" in client.get(page(row)).text
    client.post(page(row), {"act": "ambil"})
    client.post(page(row), {"act": "tanya", "tanya-body": "Boleh kami lihat karungnya?"})
    sent = {"act": "tanggapi", "tanggapi-finding": "terbukti", "tanggapi-remedy": "Diganti beras baru"}
    shown = client.post(page(row), sent | {"tanggapi-body": "Laporan Anda terbukti."}, follow=True)
    assert "Tanggapan terkirim." in shown.text
    row.refresh_from_db()
    assert (row.status, row.finding, row.replies.count()) == ("tanggapan_dikirim", "terbukti", 3)


def test_a_refusal_keeps_what_was_typed(client):
    client.force_login(people.ani())
    row = made()[0]
    shown = client.post(page(row), {"act": "tanggapi", "tanggapi-body": "Sudah kami tangani."}).text
    assert "Pilih kesimpulan" in shown and "Sudah kami tangani." in shown


def test_another_office_closes_it_with_a_word(client):
    client.force_login(people.ani())
    row = made()[0]
    client.post(page(row), {"act": "alihkan", "alihkan-body": "Hubungi Pusdatin di 021 0000 4321."})
    row.refresh_from_db()
    assert row.status == "bukan_wewenang"


def test_budi_next_door_gets_nothing(client):
    row = made()[0]
    client.force_login(people.budi())
    assert str(row) not in client.get(LIST).text
    assert client.get(page(row)).status_code == 404
    assert client.post(page(row), {"act": "ambil"}).status_code == 404


def test_the_kelurahan_never_sees_a_serious_one_but_the_kecamatan_does(client):
    row = made("pungli")[0]
    for officer in (people.ani(), people.lurah()):
        client.force_login(officer)
        assert str(row) not in client.get(LIST).text
        assert client.get(page(row)).status_code == 404
    for officer in (people.kesra(), people.camat()):
        client.force_login(officer)
        assert str(row) in client.get(LIST).text
        assert client.get(page(row)).status_code == 200


def test_without_the_exclusion_the_desk_would_leak(client, monkeypatch):
    monkeypatch.setattr(ComplaintQuerySet, "for_officer", lambda rows, user: QuerySet.all(rows))
    client.force_login(people.ani())
    assert client.get(page(made("pungli")[0])).status_code == 200


def test_an_auditor_reads_but_does_not_act(client):
    row = made()[0]
    client.force_login(people.dewi())
    shown = client.get(page(row))
    assert shown.status_code == 200 and "Kirim tanggapan" not in shown.text
    assert client.post(page(row), {"act": "ambil"}).status_code == 403


@pytest.mark.parametrize("who", [people.rt, people.rw])
def test_rt_and_rw_have_no_desk(client, who):
    client.force_login(who())
    assert client.get(page(made()[0])).status_code in {302, 403}


def test_the_phone_is_masked_until_somebody_says_why(client):
    row = made(phone="081234567890")[0]
    client.force_login(people.ani())
    assert "081234567890" not in client.get(page(row)).text
    assert "Tulis alasannya" in client.post(page(row), {"act": "hp", "hp-reason": ""}).text
    shown = client.post(page(row), {"act": "hp", "hp-reason": "Menanyakan alamat"})
    assert "081234567890" in shown.text and "no-store" in shown["Cache-Control"]
    seen = DataAccess.objects.get(fields="phone")
    assert (seen.fields, seen.subject) == ("phone", f"feedback.complaint:{row.pk}")
    client.force_login(people.camat())  # the camat decides, but opens no identity
    assert client.post(page(row), {"act": "hp", "hp-reason": "Ingin tahu"}).status_code == 403


@pytest.mark.parametrize("number", ["0", "abc", "99999999999999999999"])
def test_no_such_complaint(client, number):
    client.force_login(people.ani())
    assert client.get(f"{LIST}{number}/change/").status_code == 404


@needs_browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_the_desk_in_a_browser(visit, width):
    ani = people.ani()
    row = made(name="Citra Lestari", phone="081234567890")[0]
    late(made("informasi", story="Kapan pendaftaran berikutnya?")[0])
    shown = visit(LIST, user=ani, width=width)
    shot(shown, f"meja-pengaduan-{width}")
    shown.goto(page(row))
    shown.click("button[value=ambil]")
    shown.wait_for_selector("text=Anda menangani pengaduan ini")
    assert_accessible(shown)
    shot(shown, f"meja-pengaduan-satu-{width}")


def test_a_question_is_answered_without_a_finding(client):
    client.force_login(people.ani())
    row = made("informasi")[0]
    assert "Kesimpulan" not in client.get(page(row)).text
    client.post(page(row), {"act": "tanggapi", "tanggapi-body": "Pendaftaran dibuka bulan Desember."})
    row.refresh_from_db()
    assert row.status == "tanggapan_dikirim"
