"""Answers that a phone sends later: taken once, acknowledged one by one, conflicts kept for a person."""

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from beneficiaries import offline, verification
from beneficiaries.answers import QUESTIONS
from beneficiaries.models import Application, Verification, VerificationEvent
from tests import cases, people

pytestmark = pytest.mark.django_db
LAYAK = {"presence": "ditemukan", "result": "layak", "reason": "", "wrong_facts": []}


def answer(case, **changed) -> offline.Answer:
    values = {
        "uuid": uuid4(), "application_id": case.pk, "base_version": offline.version_of(case),
        "form_version": offline.FORM_VERSION, "contents": LAYAK, "phone_time": None,
    }  # fmt: skip
    return offline.Answer(**values | changed)


def event(case, **changed) -> dict:
    """What the phone sends."""
    values = {
        "uuid": str(uuid4()), "rumah": case.pk, "versi_dasar": offline.version_of(case), "versi_form": 1,
        "isi": {"hadir": "ditemukan", "hasil": "layak", "salah": [], "alasan": "", "cerita": ""},
        "waktu_hp": "2026-11-25T02:14:00.000Z",
    }  # fmt: skip
    return values | changed


def send(client, by, *events, owner=None):
    client.force_login(by)
    body = json.dumps({"petugas": owner or by.pk, "kejadian": events})
    return client.post("/verifikasi/jawaban/", body, content_type="application/json")


# --- the verb


def test_an_answer_becomes_a_finding_and_keeps_its_event():
    case, rt = cases.application(), people.rt()
    stated = answer(case, contents=LAYAK | {"wrong_facts": ["wall"]}, phone_time=timezone.now() - timedelta(days=4000))
    receipt = offline.receive(answer=stated, by=rt)
    kept = VerificationEvent.objects.get()
    assert receipt.outcome == "diterima" and receipt.event == kept
    assert kept.verification == Verification.objects.get() and kept.verification.wrong_facts == ["wall"]
    assert (kept.by, kept.region_id, kept.phone_time) == (rt, case.region_id, stated.phone_time)
    assert kept.verification.at - timezone.now() < timedelta(minutes=1)  # the server's clock counts
    case.refresh_from_db()
    assert case.status == Application.Status.VERIFIKASI_LAPANGAN


def test_the_same_answer_again_is_known():
    case, rt = cases.application(), people.rt()
    stated = answer(case)
    outcomes = [offline.receive(answer=stated, by=rt).outcome for _ in range(3)]
    assert outcomes == ["diterima", "sudah_ada", "sudah_ada"]
    assert VerificationEvent.objects.count() == Verification.objects.count() == 1


def test_without_the_unique_uuid_a_cut_connection_makes_a_double():
    """The twin: what the constraint prevents."""
    case, rt = cases.application(), people.rt()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE beneficiaries_verificationevent DROP CONSTRAINT verification_event_once")
    stated = answer(case)
    for _ in range(2):
        offline.receive(answer=stated, by=rt)
    assert VerificationEvent.objects.filter(uuid=stated.uuid).count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_same_answer_twice_at_once_arrives_once():
    case, rt = cases.application(), people.rt()
    stated = answer(case)

    def deliver(_):
        try:
            return str(offline.receive(answer=stated, by=rt).outcome)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(deliver, range(2)))
    assert outcomes == ["diterima", "sudah_ada"]
    assert VerificationEvent.objects.count() == Verification.objects.count() == 1


def test_other_contents_under_a_known_uuid_are_refused():
    case, rt = cases.application(), people.rt()
    stated = answer(case)
    offline.receive(answer=stated, by=rt)
    other = answer(case, uuid=stated.uuid, contents=LAYAK | {"result": "tidak_layak", "reason": "Mampu"})
    receipt = offline.receive(answer=other, by=rt)
    assert receipt.outcome == "ditolak" and "nomor ini" in receipt.sentence
    assert Verification.objects.get().result == "layak"


def test_the_same_finding_under_a_new_uuid_is_known():
    case, rt = cases.application(), people.rt()
    before = answer(case)
    offline.receive(answer=before, by=rt)
    assert offline.receive(answer=answer(case, base_version=before.base_version), by=rt).outcome == "sudah_ada"
    assert Verification.objects.count() == 1


@pytest.mark.parametrize("change", ["verified by another", "data changed"])
def test_an_answer_about_what_changed_is_kept_for_a_person(change):
    case, rt = cases.application(), people.rt()
    stated = answer(case)
    if change == "data changed":
        Application.objects.filter(pk=case.pk).update(members=9)
    else:
        cases.find(case, by=people.user("rt.lama", "rt", people.RT), result="tidak_layak", reason="Sudah mampu")
    receipt = offline.receive(answer=stated, by=rt)
    assert receipt.outcome == "konflik" and "Kelurahan membandingkan" in receipt.sentence
    assert receipt.event.verification is None and receipt.event.contents == LAYAK
    assert not Verification.objects.filter(by=rt).exists()
    again = offline.receive(answer=stated, by=rt)  # the phone never saw the first receipt
    assert (again.outcome, again.sentence) == ("sudah_ada", receipt.sentence)


@pytest.mark.parametrize(
    ("who", "changed", "words"),
    [
        ("next door", {}, "di luar wilayah"),
        ("staff", {}, "Hanya RT dan RW"),
        ("rt", {"contents": LAYAK | {"result": "tidak_layak"}}, "alasannya"),
        ("rt", {"contents": LAYAK | {"wrong_facts": ["rahasia"]}}, "tidak dikenal"),
        ("rt", {"form_version": 99}, "sudah lama diganti"),
        ("rt", {"application_id": 999_999}, "di luar wilayah"),
    ],
)
def test_a_refused_answer_changes_nothing(who, changed, words):
    case = cases.application()
    by = {
        "rt": people.rt, "staff": people.ani, "next door": lambda: people.user("rt3", "rt", cases.NEXT_RT)
    }[who]()  # fmt: skip
    receipt = offline.receive(answer=answer(case, **changed), by=by)
    assert receipt.outcome == "ditolak" and words in receipt.sentence
    assert not VerificationEvent.objects.exists() and not Verification.objects.exists()


def test_answers_to_old_questions_count_for_ninety_days(monkeypatch):
    today = timezone.localdate()
    versions = {1: today - timedelta(days=91), 2: today - timedelta(days=90), 3: None}
    monkeypatch.setattr(offline, "FORM_VERSIONS", versions)
    assert [offline.accepts_form(version, today) for version in (0, 1, 2, 3, 4)] == [False, False, True, True, False]


def test_an_accepted_answer_stays_accepted_when_its_questions_grow_old(monkeypatch):
    case, rt = cases.application(), people.rt()
    stated = answer(case)
    offline.receive(answer=stated, by=rt)
    monkeypatch.setattr(offline, "FORM_VERSIONS", {2: None})
    assert offline.receive(answer=stated, by=rt).outcome == "sudah_ada"


def test_events_are_never_changed_or_removed():
    case = cases.application()
    offline.receive(answer=answer(case), by=people.rt())
    for act in (
        lambda: VerificationEvent.objects.update(outcome="konflik"),
        lambda: VerificationEvent.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
            act()


# --- the pack


def test_the_pack_holds_the_own_houses_and_no_identity_number(client):
    case = cases.application(name="Siti Rahayu", phone="081234567890", needs="Sembako")
    cases.application(name="Tetangga Sebelah", region=cases.NEXT_RT)
    client.force_login(people.rt())
    answer_ = client.get("/verifikasi/paket/")
    (house,) = answer_.json()["rumah"]
    assert (house["nama"], house["nik"], house["versi"]) == ("Siti Rahayu", case.nik[-4:], offline.version_of(case))
    assert house["jawaban"]["wall"] == "Papan" or house["jawaban"]["wall"]
    text = answer_.content.decode()
    assert "Tetangga" not in text
    for secret in (case.nik, case.kk, case.phone, case.nik[:12], case.kk[-8:]):
        assert secret not in text


def test_the_pack_of_200_houses_fits_100_kb(client, django_assert_max_num_queries):
    some = Random(4)
    for _ in range(200):  # no two families alike, so that nothing compresses by luck
        word = "".join(some.choices("aiueobdgklmnprst", k=60))
        answers = {name: some.choice(question.choices)[0] for name, question in QUESTIONS.items()}
        cases.application(
            name=f"{word[:9]} {word[9:18]}", address=f"Gang {word[18:26]} Nomor {some.randint(1, 99)}, {word[26:40]}",
            needs=word[40:], members=some.randint(1, 9), answers=answers,
        )  # fmt: skip
    client.force_login(people.rt())
    with django_assert_max_num_queries(11):
        response = client.get("/verifikasi/paket/", headers={"accept-encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(response.content))["rumah"]) == 200
    assert len(response.content) <= 100_000, len(response.content)


def test_script_and_first_visit_are_light(client):
    client.force_login(people.rt())

    def size(path: str) -> int:
        response = client.get(path)
        assert response.status_code == 200, path
        body = gzip.compress(b"".join(response))
        return len(body)

    sizes = {
        path: size(path)
        for path in (
            "/static/verifikasi.js", "/static/look.css", "/sw.js", "/verifikasi/", "/verifikasi/belum-terkirim/?luring",
            "/static/verifikasi.webmanifest",
        )
    }  # fmt: skip
    assert sizes["/static/verifikasi.js"] + sizes["/sw.js"] <= 15_000, sizes
    assert sum(sizes.values()) <= 50_000, sizes


# --- the addresses


def test_each_answer_is_acknowledged_for_itself(client):
    first, second, third = (cases.application(name=f"Warga {number}") for number in range(3))
    rt = people.rt()
    no_reason = {"hadir": "ditemukan", "hasil": "tidak_layak"}
    moved = {"hadir": "pindah", "hasil": "layak", "cerita": "Sejak Mei"}
    events = [event(first), event(second, isi=no_reason), event(third, isi=moved, waktu_hp="kemarin"), {"uuid": "x"}]
    results = send(client, rt, *events).json()["hasil"]
    assert [one["hasil"] for one in results] == ["diterima", "ditolak", "diterima", "ditolak"]
    assert [one["uuid"] for one in results] == [one["uuid"] for one in events]
    assert results[1]["alasan"] == "Pilih satu alasan." and results[0]["nomor"]
    moved_finding = third.verifications.get()
    assert (moved_finding.result, moved_finding.reason) == ("tidak_layak", "Sudah pindah: Sejak Mei")
    assert VerificationEvent.objects.get(application=third).phone_time is None


@pytest.mark.parametrize(
    "isi", [None, [], {"hadir": "x"}, {"hadir": "ditemukan", "hasil": "x"}, {"hadir": ["a"]}, "{", {"salah": 3}]
)
def test_a_broken_answer_is_refused_in_words(client, isi):
    case, rt = cases.application(), people.rt()
    (one,) = send(client, rt, event(case, isi=isi)).json()["hasil"]
    assert one["hasil"] == "ditolak" and one["alasan"].endswith(".")
    assert not Verification.objects.exists()


def test_answers_of_another_person_are_not_taken(client):
    case, rt = cases.application(), people.rt()
    other = people.user("rt.lain", "rt", people.RT)
    assert send(client, other, event(case), owner=rt.pk).status_code == 409
    assert not VerificationEvent.objects.exists()


def test_the_phone_is_asked_to_sign_in(client):
    for call in (client.get("/verifikasi/paket/"), client.post("/verifikasi/jawaban/", "{}", content_type="text/json")):
        assert call.status_code == 403 and call.json() == {"alasan": "masuk"}
    client.force_login(people.ani())
    assert client.get("/verifikasi/paket/").status_code == 403


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"petugas": 1}'])
def test_a_broken_request_is_a_bad_one(client, body):
    client.force_login(people.rt())
    assert client.post("/verifikasi/jawaban/", body, content_type="application/json").status_code == 400


def test_a_flood_is_a_bad_request(client):
    case, rt = cases.application(), people.rt()
    assert send(client, rt, *[event(case)] * 51).status_code == 400


def test_a_foreign_page_cannot_send(client):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    case, rt = cases.application(), people.rt()
    assert send(strict, rt, event(case)).status_code == 403
    assert not VerificationEvent.objects.exists()


def test_the_kept_shell_belongs_to_nobody(client):
    cases.application(name="Siti Rahayu")
    rt = people.rt()
    client.force_login(rt)
    kept = client.get("/verifikasi/belum-terkirim/?luring").content.decode()
    assert "data-luring" in kept and "data-petugas" not in kept and "Siti" not in kept
    assert f'data-petugas="{rt.pk}"' in client.get("/verifikasi/belum-terkirim/").content.decode()


def test_leaving_tells_the_browser_to_forget(client):
    client.force_login(people.rt())
    assert client.post("/keluar/").headers["Clear-Site-Data"] == '"storage"'


def test_the_policy_lets_only_our_own_worker_work(client):
    assert "worker-src 'self'" in client.get("/sw.js").headers["Content-Security-Policy"]


# --- the kelurahan


def test_the_kelurahan_sees_the_conflict_and_both_answers(client):
    case, rt = cases.application(name="Siti Rahayu"), people.rt()
    stated = answer(case)
    cases.find(case, by=people.user("rt.lama", "rt", people.RT), result="tidak_layak", reason="Sudah mampu")
    conflict = offline.receive(answer=stated, by=rt).event
    ani, budi = people.ani(), people.budi()
    client.force_login(ani)
    listed = client.get("/admin/beneficiaries/verificationevent/", follow=True).content.decode()
    assert "Siti Rahayu" in listed and "Tinggal di sini. Layak." in listed
    page = client.get(f"/admin/beneficiaries/verificationevent/{conflict.pk}/change/").content.decode()
    for sent, kept in (("Layak", "Tidak layak"), ("-", "Sudah mampu")):
        assert f'<td data-k="Jawaban dari HP">{sent}</td><td data-k="Tercatat RT">{kept}</td>' in page
    assert case.nik not in page
    client.force_login(budi)
    assert "Siti Rahayu" not in client.get("/admin/beneficiaries/verificationevent/", follow=True).content.decode()
    assert client.get(f"/admin/beneficiaries/verificationevent/{conflict.pk}/change/").status_code == 404


def test_the_pack_shrinks_as_work_is_done():
    case, rt = cases.application(), people.rt()
    cases.application(name="Budi Santosa")
    offline.receive(answer=answer(case), by=rt)
    taken = offline.pack(by=rt)
    assert [house["nama"] for house in taken["rumah"]] == ["Budi Santosa"] and taken["selesai"] == 1
    assert verification.tasks_for(rt).count() == 1


def test_the_demo_shows_a_conflict():
    from monitoring.demo import phones

    case = cases.verified()
    phones.late_answer(application=case, on=timezone.localdate())
    shown = VerificationEvent.objects.get()
    assert shown.outcome == "konflik" and shown.comments.exists()
    assert case.verifications.first().photo.attachment.file and case.places.exists()
