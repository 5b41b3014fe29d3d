"""Visits at which nobody was met: once a day, by who fills the seat, and two of them before "Tidak ditemukan"."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connections, transaction
from django.utils import timezone
from django.utils.formats import date_format

from beneficiaries import conflicts, deputies, kinship, missed_visits, offline, verification
from beneficiaries.models import MissedVisit, Verification, VerificationEvent
from beneficiaries.verification import VerificationError
from tests import cases, make, people
from tests.test_offline import LAYAK, answer, event, send

pytestmark = pytest.mark.django_db
ABSENT = {
    "presence": "tidak_ditemukan",
    "result": "perlu_verifikasi_ulang",
    "reason": "Tidak ditemukan",
    "wrong_facts": [],
}


def old_case(**changed):
    """An application of a week ago, so that visits of earlier days are possible."""
    return cases.application(submitted_at=timezone.now() - timedelta(days=7), **changed)


def absent(case, by):
    return cases.find(
        case, by=by, presence="tidak_ditemukan", result="perlu_verifikasi_ulang", reason="Tidak ditemukan"
    )


def day(days_ago=0) -> str:
    return date_format(timezone.localdate() - timedelta(days=days_ago), "j F")


# --- the verb


def test_a_visit_in_vain_is_kept_and_the_case_goes_on_waiting():
    case, rt = cases.application(), people.rt()
    made = cases.miss(case, by=rt, why="rumah_kosong")
    assert (made.by, made.step, made.why, made.visited_on) == (rt, "rt", "rumah_kosong", timezone.localdate())
    assert verification.tasks_for(rt).filter(pk=case.pk).exists()
    (line,) = missed_visits.history(case)
    assert (line.words, line.who, line.met) == ("Tidak bertemu. Rumah kosong.", "Rt, Ketua RT", False)


def test_a_house_has_one_visit_a_day():
    case, rt = old_case(), people.rt()
    first = cases.miss(case, by=rt, why="rumah_kosong")
    assert cases.miss(case, by=rt, why="lain") == first
    assert cases.miss(case, by=rt, days_ago=1) != first and case.missed_visits.count() == 2


def test_a_deputy_comes_in_the_own_name():
    case, rt, other = cases.application(), people.rt(), people.user("rt3", "rt", cases.NEXT_RT)
    today = timezone.localdate()
    named = deputies.name(
        region=case.region, deputy=other, starts_on=today, ends_on=today + timedelta(days=3), reason="Sakit", by=rt
    )
    made = cases.miss(case, by=other)
    assert (made.by, made.deputy, made.step) == (other, named, "rt")


def test_a_visit_that_arrives_late_is_still_a_fact():
    case, rt = old_case(), people.rt()
    cases.find(case, by=rt)
    assert cases.miss(case, by=rt, days_ago=2).step == "rt" and case.verifications.count() == 1


@pytest.mark.parametrize("clock", [datetime(2001, 1, 1, tzinfo=UTC), datetime(2199, 1, 1, tzinfo=UTC), None])
def test_an_impossible_clock_counts_as_today(clock):
    made = missed_visits.record(application=old_case(), by=people.rt(), phone_time=clock)
    assert made.visited_on == timezone.localdate()


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("next door", "di luar wilayah"), ("staff", "Hanya RT dan RW"), ("kader", "Hanya RT dan RW"),
        ("kin", "kerabat"), ("helper", "Anda yang membantu"), ("odd reason", "Pilih sebabnya"),
    ],
)  # fmt: skip
def test_a_refused_visit_leaves_nothing(who, words):
    rt = people.rt()
    case = cases.application(**{"by": rt, "consent": "tertulis"} if who == "helper" else {})
    if who == "kin":
        kinship.declare(officer=rt, application=case, relation="saudara", by=rt)
    by = {"next door": lambda: people.user("rt3", "rt", cases.NEXT_RT), "staff": people.ani, "kader": people.kader}
    with pytest.raises(VerificationError, match=words):
        cases.miss(case, by=by.get(who, lambda: rt)(), why="x" if who == "odd reason" else "")
    assert not MissedVisit.objects.exists()


def test_the_database_holds_the_seat_the_day_and_the_row():
    case, rt, other = old_case(), people.rt(), people.user("rt3", "rt", cases.NEXT_RT)
    values = {"application": case, "region_id": case.region_id, "step": "rt", "visited_on": timezone.localdate()}
    tomorrow, long_ago = timezone.localdate() + timedelta(days=1), timezone.localdate() - timedelta(days=8)
    for wrong, name in (
        ({"by": other}, "verifier_in_region"), ({"by": rt, "step": "rw"}, "verifier_in_region"),
        ({"by": rt, "visited_on": tomorrow}, "possible_day"), ({"by": rt, "visited_on": long_ago}, "possible_day"),
        ({"by": rt, "step": "kelurahan"}, "by_rt_or_rw"),
    ):  # fmt: skip
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            MissedVisit.objects.create(**values | wrong)
        assert name in refused.value.__cause__.diag.constraint_name
    MissedVisit.objects.create(by=rt, **values)
    for act in (lambda: MissedVisit.objects.update(why="lain"), lambda: MissedVisit.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
            act()


# --- "Tidak ditemukan"


def test_not_found_needs_two_days_and_says_when_the_next_may_be():
    case, rt = old_case(), people.rt()
    with pytest.raises(VerificationError, match="Belum ada kunjungan tercatat"):
        absent(case, rt)
    cases.miss(case, by=rt)
    with pytest.raises(VerificationError, match=f"Sudah 1 kali didatangi, {day()}.*paling cepat {day(-1)}"):
        absent(case, rt)
    cases.miss(case, by=rt, days_ago=2)
    assert absent(case, rt).presence == "tidak_ditemukan"
    cases.find(case, by=people.rw(), presence="tidak_ditemukan", result="perlu_verifikasi_ulang", reason="Benar")


def test_a_visit_of_an_earlier_day_lets_the_second_be_today():
    case, rt = old_case(), people.rt()
    cases.miss(case, by=rt, days_ago=1)
    with pytest.raises(VerificationError, match=f"{day(1)}.*paling cepat {day()}"):
        absent(case, rt)


def test_a_case_sent_back_is_visited_anew():
    case, rt, rw = old_case(), people.rt(), people.rw()
    for days in (4, 3):
        cases.miss(case, by=rt, days_ago=days)
    absent(case, rt)
    verification.send_back(application=case, note="Tanya tetangga depan", by=rw)
    case.refresh_from_db()
    with pytest.raises(VerificationError, match="Belum ada kunjungan"):
        absent(case, rt)
    assert len(missed_visits.history(case)) == 3  # nothing is hidden


def test_the_database_holds_the_rule_without_the_verb(monkeypatch):
    case, rt = cases.application(), people.rt()
    monkeypatch.setattr(verification, "why_not_absent", lambda case: "")
    with pytest.raises(VerificationError, match="dua kunjungan di hari berbeda"):
        absent(case, rt)
    assert not case.verifications.exists()


def test_without_the_trigger_a_family_is_lost_at_the_first_closed_door(monkeypatch):
    """The twin: what the trigger prevents."""
    case, rt = cases.application(), people.rt()
    monkeypatch.setattr(verification, "why_not_absent", lambda case: "")
    make.without_trigger("beneficiaries_verification", "absent_after_two_visits")
    assert absent(case, rt).presence == "tidak_ditemukan" and not case.missed_visits.exists()


# --- from a phone


def visit(case, **changed) -> dict:
    return {
        "uuid": str(uuid4()),
        "rumah": case.pk,
        "kunjungan": "rumah_kosong",
        "waktu_hp": timezone.now().isoformat(),
    } | changed


def test_visits_that_waited_on_a_phone_arrive_once(client):
    case, rt = old_case(), people.rt()
    yesterday = (timezone.now() - timedelta(days=1)).isoformat()
    stated = [visit(case, waktu_hp=yesterday), visit(case, kunjungan="")]
    results = send(client, rt, *stated).json()["hasil"]
    assert [one["hasil"] for one in results] == ["diterima", "diterima"]
    assert len(results[1]["rumah"]["datang"]) == 2 and "Rumah kosong" in results[1]["rumah"]["kunjungan"][0]["kata"]
    again = send(client, rt, *stated).json()["hasil"]
    assert [one["hasil"] for one in again] == ["diterima", "diterima"] and case.missed_visits.count() == 2
    (same_day,) = send(client, rt, visit(case)).json()["hasil"]
    assert same_day["hasil"] == "sudah_ada" and case.missed_visits.count() == 2
    (house,) = offline.pack(by=rt)["rumah"]
    assert house["datang"] == results[1]["rumah"]["datang"] and house["versi"] == offline.version_of(case)


@pytest.mark.parametrize(
    "wrong", [{"uuid": "x"}, {"rumah": "x"}, {"rumah": 999_999}, {"kunjungan": "hantu"}, {"kunjungan": ["a"]}]
)
def test_a_broken_visit_is_refused_in_words(client, wrong):
    (one,) = send(client, people.rt(), visit(cases.application(), **wrong)).json()["hasil"]
    assert one["hasil"] == "ditolak" and one["alasan"].endswith(".") and not MissedVisit.objects.exists()


def test_a_visit_under_the_number_of_another_is_refused(client):
    first, second, rt = cases.application(), cases.application(name="Budi"), people.rt()
    stated = visit(first)
    send(client, rt, stated)
    (one,) = send(client, rt, stated | {"rumah": second.pk}).json()["hasil"]
    assert one["hasil"] == "ditolak" and "kunjungan lain" in one["alasan"]


@pytest.mark.django_db(transaction=True)
def test_the_same_visit_twice_at_once_arrives_once():
    case, rt = cases.application(), people.rt()
    uuid = uuid4()

    def deliver(_):
        try:
            return offline.receive_visit(uuid=uuid, application_id=case.pk, why="", phone_time=None, by=rt)[0].outcome
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(deliver, range(2))) == ["diterima"] * 2
    assert MissedVisit.objects.count() == 1


def test_an_answer_not_found_before_its_time_is_counted_as_the_visit(client):
    """An older page still offers it at the first closed door; the answer is kept whole, and the house waits on."""
    case, rt = old_case(), people.rt()
    isi = {"hadir": "tidak_ditemukan", "hasil": "", "salah": [], "alasan": "", "cerita": "Dua kali diketuk"}
    stated = event(case, isi=isi, waktu_hp=(timezone.now() - timedelta(days=1)).isoformat())
    (one,) = send(client, rt, stated).json()["hasil"]
    assert one["hasil"] == "diterima" and "dicatat sebagai kunjungan" in one["kunjungan"] and not one["alasan"]
    kept = VerificationEvent.objects.get()
    assert (kept.outcome, kept.verification) == ("kunjungan", None) and "Dua kali diketuk" in kept.contents["reason"]
    assert case.missed_visits.get().visited_on == timezone.localdate() - timedelta(days=1)
    assert verification.tasks_for(rt).filter(pk=case.pk).exists() and not VerificationEvent.objects.unsettled().exists()
    (again,) = send(client, rt, stated).json()["hasil"]  # the phone never saw the first receipt
    assert (again["hasil"], again["alasan"]) == ("sudah_ada", "") and again["kunjungan"]
    today = event(case, isi=isi, waktu_hp=timezone.now().isoformat())
    (second,) = send(client, rt, today).json()["hasil"]  # the second visit, so it is the finding
    assert second["hasil"] == "diterima" and "kunjungan" not in second
    assert case.verifications.get().presence == "tidak_ditemukan" and case.missed_visits.count() == 2
    assert send(client, rt, stated).json()["hasil"][0]["hasil"] == "sudah_ada" and Verification.objects.count() == 1


def test_a_conflicting_answer_not_found_counts_as_a_visit_too():
    case, rt = old_case(), people.rt()
    stated = answer(case, contents=ABSENT, base_version="sebelumnya")
    receipt = offline.receive(answer=stated, by=rt)
    assert receipt.outcome == "konflik" and case.missed_visits.count() == 1
    with pytest.raises(conflicts.ConflictError, match="Sudah 1 kali didatangi"):
        conflicts.settle(event=receipt.event, stands="hp", note="RT benar", by=people.ani())
    assert not case.verifications.exists()


def test_other_answers_leave_no_visit():
    case, rt = cases.application(), people.rt()
    offline.receive(answer=answer(case, contents=LAYAK), by=rt)
    assert not MissedVisit.objects.exists()


def test_the_office_sees_who_came_in_vain(client):
    case, rt = old_case(), people.rt()
    cases.miss(case, by=rt, days_ago=1, why="alamat_belum_ketemu")
    conflict = offline.receive(answer=answer(case, contents=LAYAK, base_version="sebelumnya"), by=rt).event
    client.force_login(people.ani())
    for page in (f"application/{case.pk}", f"verificationevent/{conflict.pk}"):
        shown = client.get(f"/admin/beneficiaries/{page}/change/").text
        assert "Didatangi tanpa bertemu" in shown and "Tidak bertemu. Alamat belum ketemu." in shown


def test_a_reason_that_ends_with_a_full_stop_is_told_with_one():
    case = cases.application()
    cases.find(case, by=people.rt(), result="perlu_verifikasi_ulang", reason="Rumah terkunci.")
    (line,) = missed_visits.history(case)
    assert line.words.endswith("Rumah terkunci.") and ".." not in line.words
