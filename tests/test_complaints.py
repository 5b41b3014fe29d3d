"""Complaints: the verbs, what they refuse, and who may not."""

import threading
import uuid
from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from bansos import limits, workdays
from bansos.models import Region
from feedback import complaints, deadlines
from feedback.complaints import ComplaintError
from feedback.models import Complaint, Reply
from feedback.models.complaint import ComplaintQuerySet, ComplaintStatus
from tests import people
from tests.at_once import at_once

pytestmark = pytest.mark.django_db
STORY = "Beras yang saya terima berbau apek dan banyak kutunya."


def made(category: str = "kualitas", region: str = people.KLENDER, **fields) -> tuple[Complaint, str]:
    """A complaint in Klender with its PIN."""
    values = {"region": Region.objects.get(code=region), "category": category, "story": STORY}
    return complaints.submit(**values | fields)


def answered(complaint: Complaint, by) -> Complaint:
    words = "Laporan Anda terbukti. Kami mohon maaf."
    return complaints.answer(
        complaint=complaint, body=words, finding="terbukti", remedy="Diganti 10 kg beras baru", by=by
    )


@pytest.mark.parametrize(
    ("category", "days", "serious"),
    [("informasi", 5, False), ("kualitas", 14, False), ("lainnya", 14, False), ("pungli", 60, True)]
    + [(c, 60, True) for c in ("fiktif", "kurang", "perilaku", "tidak_dibagikan")],
)
def test_each_kind_has_its_deadline_in_working_days(category, days, serious):
    complaint, pin = made(category)
    assert complaint.serious is serious
    assert complaint.due_on == workdays.add(timezone.localdate(), days)
    assert len(pin) == 6 and pin.isdecimal() and pin not in complaint.pin_hash


def test_a_complaint_belongs_to_a_kelurahan_and_tells_something():
    with pytest.raises(ComplaintError, match="Pilih kelurahan"):
        made(region=people.RT)
    with pytest.raises(ComplaintError, match="Tulis dulu"):
        made(story="  ")


def test_the_phone_is_kept_encrypted():
    complaint, _pin = made(phone="081234567890")
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM feedback_complaint WHERE id = %s", [complaint.pk])
        assert b"081234567890" not in bytes(cursor.fetchone()[0])


def test_a_second_submit_is_the_same_receipt():
    key = uuid.uuid4()
    first, again = made(form_key=key), made(form_key=key)
    assert first == again and Complaint.objects.count() == 1
    other = made(form_key=uuid.uuid4())
    assert other[0] != first[0]


def test_only_code_and_pin_together_find_it():
    complaint, pin = made()
    wrong = f"{(int(pin) + 1) % 1_000_000:06d}"
    assert complaints.find(code=str(complaint).lower(), pin=pin) == complaint
    assert complaints.find(code=complaint.code, pin=wrong) is None
    assert complaints.find(code="0000000000", pin=pin) is None


def guesses(complaint: Complaint, pin: str) -> int:
    """Tries ten wrong PINs, then the right one; returns how many tries were looked at."""
    wrong = [f"{(int(pin) + n) % 1_000_000:06d}" for n in range(1, 11)]
    tried = 0
    for guess in [*wrong, pin]:
        try:
            complaints.find(code=complaint.code, pin=guess)
        except complaints.TooManyGuesses:
            break
        tried += 1
    return tried


def test_ten_wrong_pins_close_the_code():
    assert guesses(*made()) == 10
    with pytest.raises(complaints.TooManyGuesses):  # an unknown code answers no differently
        for _n in range(11):
            complaints.find(code="0000000000", pin="000000")


def test_without_the_limit_the_eleventh_guess_would_be_looked_at(monkeypatch):
    monkeypatch.setattr(limits, "hit", lambda *args: False)
    assert guesses(*made()) == 11


def test_a_right_pin_forgives_the_wrong_ones():
    complaint, pin = made()
    for _n in range(3):
        for _m in range(5):
            complaints.find(code=complaint.code, pin=f"{(int(pin) + 1) % 1_000_000:06d}")
        assert complaints.find(code=complaint.code, pin=pin) == complaint


def test_an_unknown_code_costs_a_hash_as_well(monkeypatch):
    compared = []
    monkeypatch.setattr(complaints, "check_password", lambda pin, kept: bool(compared.append(kept)))
    complaint, _pin = made()
    complaints.find(code=complaint.code, pin="000000")
    complaints.find(code="0000000000", pin="000000")
    assert len(compared) == 2 and all(kept.split("$")[0] == compared[0].split("$")[0] for kept in compared)


def test_from_receipt_to_settled():
    complaint, ani = made()[0], people.ani()
    complaints.take(complaint=complaint, by=ani)
    complaints.say(complaint=complaint, body="Boleh kami lihat karungnya hari Kamis?", by=ani)
    complaints.say(complaint=complaint, body="Boleh. Saya di rumah.")
    row = answered(complaint, ani)
    assert (row.status, row.finding) == (ComplaintStatus.TANGGAPAN_DIKIRIM, "terbukti")
    row = complaints.confirm(complaint=complaint)
    assert row.status == ComplaintStatus.SELESAI and row.closed_at
    assert [bool(r.by) for r in row.replies.all()] == [True, True, False, True]
    assert complaints.confirm(complaint=complaint).closed_at == row.closed_at


def test_a_message_sent_twice_is_one_message():
    complaint = made()[0]
    assert complaints.say(complaint=complaint, body="Sudah saya cek.") == complaints.say(
        complaint=complaint, body="Sudah saya cek. "
    )
    assert Reply.objects.count() == 1


def test_a_question_takes_it_into_work():
    complaint = made()[0]
    complaints.say(complaint=complaint, body="Kapan itu terjadi?", by=people.ani())
    complaint.refresh_from_db()
    assert complaint.status == ComplaintStatus.PROSES


def test_an_answer_says_what_was_found_and_done():
    complaint, ani = made()[0], people.ani()
    with pytest.raises(ComplaintError, match="kesimpulan"):
        complaints.answer(complaint=complaint, body="Baik.", by=ani)
    with pytest.raises(ComplaintError, match="tindakan"):
        complaints.answer(complaint=complaint, body="Baik.", finding="terbukti", by=ani)
    with pytest.raises(ComplaintError, match="Tulis dulu"):
        complaints.answer(complaint=complaint, body=" ", finding="terbukti", remedy="Diganti", by=ani)
    complaint.refresh_from_db()
    assert complaint.status == ComplaintStatus.DITERIMA and not Reply.objects.exists()
    question = made("informasi")[0]
    assert complaints.answer(complaint=question, body="Kantor buka pukul 07.30.", by=ani).answered_at


def test_what_others_handle_is_closed_with_a_word():
    row = complaints.refer(complaint=made()[0], body="Hubungi Pusdatin di 021 0000 4321.", by=people.ani())
    assert row.status == ComplaintStatus.BUKAN_WEWENANG and row.closed_at
    with pytest.raises(ComplaintError):
        complaints.say(complaint=row, body="Halo")


def test_reopening_begins_the_clock_anew_and_works_once():
    complaint, ani = made()[0], people.ani()
    answered(complaint, ani)
    row = complaints.reopen(complaint=complaint, body="Berasnya belum diganti.")
    assert row.status == ComplaintStatus.DIBUKA_KEMBALI and row.answered_at is None
    answered(complaint, ani)
    with pytest.raises(ComplaintError, match="satu kali"):
        complaints.reopen(complaint=complaint, body="Masih belum.")


def test_reopening_ends_ten_working_days_after_the_answer():
    row = answered(made()[0], people.ani())
    Complaint.objects.filter(pk=row.pk).update(answered_at=timezone.now() - timedelta(days=40))
    with pytest.raises(ComplaintError, match="sudah lewat"):
        complaints.reopen(complaint=row, body="Belum selesai.")


def test_what_was_not_answered_is_neither_settled_nor_reopened():
    complaint = made()[0]
    for act in (
        lambda: complaints.confirm(complaint=complaint),
        lambda: complaints.reopen(complaint=complaint, body="Belum"),
    ):
        with pytest.raises(ComplaintError, match="Muat ulang"):
            act()


def test_taking_twice_is_refused():
    complaint, ani = made()[0], people.ani()
    complaints.take(complaint=complaint, by=ani)
    with pytest.raises(ComplaintError, match="Muat ulang"):
        complaints.take(complaint=complaint, by=ani)


def test_the_database_refuses_a_wrong_step():
    complaint = made()[0]
    with pytest.raises(ProgrammingError, match="Invalid transition"), transaction.atomic():
        Complaint.objects.filter(pk=complaint.pk).update(status="selesai", answered_at=timezone.now())


def test_a_neighbouring_kelurahan_and_an_auditor_cannot_answer():
    complaint = made()[0]
    with pytest.raises(ComplaintError, match="bukan untuk kantor Anda"):
        answered(complaint, people.budi())
    with pytest.raises(ComplaintError, match="tidak boleh"):
        answered(complaint, people.dewi())


def test_the_accused_kelurahan_neither_sees_nor_answers_a_serious_one():
    complaint, ani, camat = made("pungli")[0], people.ani(), people.camat()
    assert not Complaint.objects.for_officer(ani).exists()
    with pytest.raises(ComplaintError, match="bukan untuk kantor Anda"):
        answered(complaint, ani)
    assert Complaint.objects.for_officer(camat).get() == complaint
    assert answered(complaint, camat).answered_at


def test_without_the_exclusion_the_accused_would_read_it(monkeypatch):
    monkeypatch.setattr(ComplaintQuerySet, "for_officer", super(ComplaintQuerySet, ComplaintQuerySet).for_officer)
    complaint = made("pungli")[0]
    assert Complaint.objects.for_officer(people.ani()).get() == complaint


def test_an_officer_is_shown_by_office_and_role():
    assert complaints.office_of(people.ani()) == "Petugas Kelurahan Klender"
    assert complaints.office_of(people.lurah()) == "Lurah Klender"
    assert complaints.office_of(people.camat()) == "Camat Duren Sawit"
    assert "Kesejahteraan Rakyat" in complaints.office_of(people.kesra())


def test_the_deadline_in_words():
    complaint = made()[0]
    complaint.due_on = date(2026, 11, 27)  # a Friday
    words = {day: deadlines.of(complaint, today=date(2026, 11, day)).title for day in (24, 27, 28, 30)}
    assert words == {
        24: "3 hari kerja lagi",
        27: "Batasnya hari ini",
        28: "Terlambat",
        30: "Terlambat 1 hari kerja",
    }
    complaint.status = ComplaintStatus.TANGGAPAN_DIKIRIM
    complaint.answered_at = timezone.make_aware(timezone.datetime(2026, 11, 23, 14, 30))
    kept = deadlines.of(complaint)
    assert (kept.title, kept.sentence) == ("Dijawab tepat waktu", "Kami menjawab 4 hari kerja lebih cepat.")
    complaint.answered_at = timezone.make_aware(timezone.datetime(2026, 12, 1, 9, 0))
    assert deadlines.of(complaint).late


def answers_at_once(monkeypatch, complaint: Complaint, officers: list, patience: int = 1) -> list[str]:
    """Two officers answer at the same moment, each after reading the row; returns how it went for each."""
    both_read = threading.Barrier(2, timeout=patience)
    move = complaints._move

    def waiting(*args, **fields):
        with suppress(threading.BrokenBarrierError):  # with the lock the second never comes this far
            both_read.wait()
        move(*args, **fields)

    monkeypatch.setattr(complaints, "_move", waiting)
    went = at_once(lambda officer: answered(complaint, officer), officers)
    return sorted("refused" if isinstance(one, str) else "answered" for one in went)


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_counts(monkeypatch):
    complaint = made()[0]
    assert answers_at_once(monkeypatch, complaint, [people.ani(), people.lurah()]) == ["answered", "refused"]
    assert complaint.replies.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_would_answer(monkeypatch):
    monkeypatch.setattr(ComplaintQuerySet, "select_for_update", lambda rows: rows.all())
    complaint, officers = made()[0], [people.ani(), people.lurah()]
    assert answers_at_once(monkeypatch, complaint, officers, patience=30) == ["answered", "answered"]
