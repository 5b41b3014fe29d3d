"""Telephone numbers in a resident's own words: masked in the row, encrypted beside it, read by whoever may read it."""

import pytest
from django.db import connection

from bansos.models import Region
from bansos.told_numbers import put_back, taken_out
from beneficiaries import appeals
from beneficiaries.models import Appeal
from feedback import complaints
from tests import people

STORY = "Diminta Rp50.000 oleh 0812-9000-9001, lalu oleh +62 81290009002. Tanggal 08-11-2026."


@pytest.mark.parametrize(
    "words",
    [STORY, "", "Tanpa nomor.", "081290009001", "081290009001 dan 081290009001", "a\n0812 9000 9003\n\nb 081290009001"],
)
def test_what_was_taken_out_is_put_back(words):
    masked, numbers = taken_out(words)
    assert put_back(masked, numbers) == words.strip()
    assert taken_out(masked) == (masked, None)
    assert (numbers is None) == ("081" not in words and "0812" not in words)


def test_an_identity_number_is_never_put_back():
    masked, numbers = taken_out("NIK 3175075705809001, HP 081290009001")
    assert put_back(masked, numbers) == f"NIK {'*' * 12}9001, HP 081290009001"


def test_stars_that_a_person_wrote_stay():
    words = "***penting*** hubungi •081290009001 atau ***081290009001"
    assert put_back(*taken_out(words)) == words


@pytest.fixture
def kelurahan(db):
    return Region.objects.get(code=people.KLENDER)


def test_a_complaint_keeps_its_numbers_out_of_its_story(kelurahan, client):
    made, pin = complaints.submit(region=kelurahan, category="pungli", story=STORY)
    said = complaints.say(complaint=made, body="Ini nomor saya: 081290009003")
    again = complaints.say(complaint=made, body="Ini nomor saya: 081290009003")
    other = complaints.say(complaint=made, body="Ini nomor saya: 081290019003")  # ends alike

    assert "9000" not in made.story and made.full_story == STORY
    assert said.pk == again.pk != other.pk and other.full_body == "Ini nomor saya: 081290019003"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c::text || r::text FROM feedback_complaint c JOIN feedback_reply r ON r.complaint_id = c.id"
        )
        assert not any("8129000" in row or "812-9000" in row for (row,) in cursor.fetchall())
    page = client.post("/pengaduan/lacak/", {"code": made.code, "pin": pin}, follow=True).content.decode()
    assert "0812-9000-9001" in page and "081290009003" in page


def test_an_officer_reads_them(kelurahan, client):
    made, _pin = complaints.submit(region=kelurahan, category="kualitas", story=STORY)
    client.force_login(people.ani())
    assert "0812-9000-9001" in client.get(f"/admin/feedback/complaint/{made.pk}/change/").content.decode()


def test_an_appeal_keeps_its_numbers_out_of_its_story(db):
    made = appeals.submit_by_neighbour(
        region=Region.objects.get(code=people.RT), name="Bambang", about=Appeal.About.TIDAK_PANTAS,
        ground=Appeal.Ground.MAMPU, same_kelurahan=True, story=STORY,
    )  # fmt: skip
    made.refresh_from_db()
    assert "9000" not in made.story and made.full_story == STORY
