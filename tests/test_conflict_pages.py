"""/verifikasi/beda-jawaban/ and /verifikasi/bantuan/: two answers side by side, on which an RT may only comment."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from bansos.models import Notification
from beneficiaries import conflicts, offline
from beneficiaries.conflicts import ConflictError
from beneficiaries.models import Application, ConflictComment, Settlement, VerificationEvent
from tests import cases, make, people
from tests.browser import assert_usable, needs_browser, shot
from tests.test_offline import answer

pytestmark = pytest.mark.django_db


def conflict(by) -> VerificationEvent:
    """An answer of `by`'s phone from before another RT answered."""
    case = cases.application(name="Siti Rahayu")
    stated = answer(case)
    cases.find(case, by=people.user("rt.lama", "rt", people.RT), result="tidak_layak", reason="Sudah mampu")
    return offline.receive(answer=stated, by=by).event


def test_a_comment_is_kept_and_the_staff_told():
    rt, ani = people.rt(), people.ani()
    event = conflict(rt)
    made = conflicts.comment(event=event, text="  Saya lihat  sendiri ", by=rt)
    assert (made.text, made.by, made.event) == ("Saya lihat sendiri", rt, event)
    told = Notification.objects.get(recipient=ani, occasion=f"komentar {made.pk}")
    assert "Saya lihat sendiri" in told.sentence and told.link.endswith(f"/{event.pk}/change/")
    assert event.application.verifications.count() == 1 and not Settlement.objects.exists()


@pytest.mark.parametrize(
    ("who", "text", "words"),
    [
        ("rt", " ", "Tulis komentar"),
        ("next door", "Saya lihat.", "di luar wilayah"),
        ("staff", "Saya lihat.", "di luar wilayah"),
    ],
)
def test_a_comment_is_refused(who, text, words):
    rt = people.rt()
    event = conflict(rt)
    by = {
        "rt": lambda: rt, "staff": people.ani, "next door": lambda: people.user("rt3", "rt", cases.NEXT_RT)
    }[who]()  # fmt: skip
    with pytest.raises(ConflictError, match=words):
        conflicts.comment(event=event, text=text, by=by)
    assert not ConflictComment.objects.exists()


def test_five_comments_are_enough():
    rt = people.rt()
    event = conflict(rt)
    for number in range(conflicts.MOST_COMMENTS):
        conflicts.comment(event=event, text=f"Komentar {number}", by=rt)
    with pytest.raises(ConflictError, match="lima komentar"):
        conflicts.comment(event=event, text="Lagi", by=rt)


def test_what_differs_not_or_is_settled_takes_no_comment():
    rt = people.rt()
    agreed = offline.receive(answer=answer(cases.application(name="Budi")), by=rt).event
    with pytest.raises(ConflictError, match="tidak berbeda"):
        conflicts.comment(event=agreed, text="Lagi", by=rt)
    event = conflict(rt)
    conflicts.settle(event=event, stands="server", note="Sudah ditanyakan.", by=people.ani())
    with pytest.raises(ConflictError, match="sudah diselesaikan"):
        conflicts.comment(event=event, text="Terlambat", by=rt)


def test_without_the_trigger_a_settled_conflict_would_grow():
    """The twin: what the trigger prevents."""
    rt = people.rt()
    event = conflict(rt)
    conflicts.settle(event=event, stands="server", note="Sudah ditanyakan.", by=people.ani())
    with pytest.raises(IntegrityError), transaction.atomic():
        ConflictComment.objects.create(event=event, text="Terlambat", by=rt)
    make.without_trigger("beneficiaries_conflictcomment", "of_an_open_conflict")
    assert conflicts.comment(event=event, text="Terlambat", by=rt).pk


def test_comments_are_never_changed_or_removed():
    rt = people.rt()
    conflicts.comment(event=conflict(rt), text="Saya lihat.", by=rt)
    for act in (lambda: ConflictComment.objects.update(text="x"), lambda: ConflictComment.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
            act()


def test_the_page_shows_both_and_takes_a_comment(client):
    rt = people.rt()
    event = conflict(rt)
    path = f"/verifikasi/beda-jawaban/{event.pk}/"
    client.force_login(rt)
    assert path in client.get("/verifikasi/").content.decode()
    assert path in client.get(f"/verifikasi/{event.application_id}/", follow=True).content.decode()
    page = client.get(path).content.decode()
    for sent, kept in (("Layak", "Tidak layak"), ("-", "Sudah mampu")):
        assert f'<td data-k="Dari HP">{sent}</td><td data-k="Tercatat RT">{kept}</td>' in page
    assert "Kelurahan yang memilih" in page and event.application.nik not in page and "Selesaikan" not in page
    assert "Tulis komentar Anda" in client.post(path, {"text": ""}).content.decode()
    assert "Rumahnya kontrakan" in client.post(path, {"text": "Rumahnya kontrakan"}, follow=True).content.decode()
    ani = people.ani()
    client.force_login(ani)
    assert (
        "Rumahnya kontrakan"
        in client.get(f"/admin/beneficiaries/verificationevent/{event.pk}/change/").content.decode()
    )
    conflicts.settle(event=event, stands="server", note="Sudah ditanyakan.", by=ani)
    client.force_login(rt)
    page = client.get(path).content.decode()
    assert "Sudah ditanyakan." in page and "<textarea" not in page
    assert path not in client.get("/verifikasi/").content.decode()
    assert Notification.objects.filter(recipient=rt, link=path).exists()


def test_the_rt_next_door_reads_no_conflict(client):
    event = conflict(people.rt())
    client.force_login(people.user("rt3", "rt", cases.NEXT_RT))
    path = f"/verifikasi/beda-jawaban/{event.pk}/"
    assert client.get(path).status_code == client.post(path, {"text": "Saya"}).status_code == 404


def test_without_the_scope_the_rt_next_door_would_read_it(client, monkeypatch):
    event = conflict(people.rt())
    monkeypatch.setattr(conflicts, "in_reach", lambda user: VerificationEvent.objects.all())
    client.force_login(people.user("rt3", "rt", cases.NEXT_RT))
    assert "Siti Rahayu" in client.get(f"/verifikasi/beda-jawaban/{event.pk}/").content.decode()


def test_an_agreed_answer_is_no_conflict_page(client):
    rt = people.rt()
    made = offline.receive(answer=answer(cases.application()), by=rt).event
    client.force_login(rt)
    assert client.get(f"/verifikasi/beda-jawaban/{made.pk}/").status_code == 404
    assert Application.objects.count() == 1


def test_help_shows_six_pictures_and_a_number(client):
    client.force_login(people.rt())
    page = client.get("/verifikasi/bantuan/").content.decode()
    assert page.count("<li><svg") == 6 and 'href="tel:' in page


@needs_browser
def test_the_pages_are_accessible(visit):
    rt = people.rt()
    event = conflict(rt)
    conflicts.comment(event=event, text="Saya lihat sendiri, rumahnya kontrakan.", by=rt)
    page = visit("/verifikasi/", user=rt)
    for name, path in {
        "beda": f"/verifikasi/beda-jawaban/{event.pk}/", "bantuan": "/verifikasi/bantuan/", "tugas": "/verifikasi/"
    }.items():  # fmt: skip
        page.goto(path)
        shot(page, f"verifikasi-{name}-360")
        assert_usable(page, field=True)
    page.goto(f"/verifikasi/beda-jawaban/{event.pk}/")
    page.locator("main form button").click()
    page.locator(".sum").wait_for()
    assert_usable(page, field=True)
    conflicts.settle(event=event, stands="hp", note="Saya tanya RW.", by=people.ani())
    page.reload()
    shot(page, "verifikasi-beda-selesai-360")
    assert_usable(page, field=True)
