"""Data subjects' requests: the clock, each way to an end, each refusal, the wrong officer, and the pages."""

import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from bansos import audit, codes, row_history
from bansos.models import DataAccess, Notification
from beneficiaries import corrections, limiting, scoring
from beneficiaries.models import Household
from distribution import rounds
from monitoring import dashboard, data_requests, tasks
from monitoring.data_requests import DataRequestError
from monitoring.models import DataRequest
from tests import cases, make, people
from tests.browser import assert_usable, needs_browser, shot

pytestmark = pytest.mark.django_db
S, K = DataRequest.Status, DataRequest.Kind
BORN = {"hari": "17", "bulan": "5", "tahun": "1980"}


def asked(person=None, kind=K.SALINAN, **fields) -> DataRequest:
    person = person or make.household(head={"name": "Siti Rahayu"}, phone="081290009001").people.get()
    return data_requests.submit(person=person, kind=kind, **fields)


def verified(by, **fields) -> DataRequest:
    return data_requests.verify(request=asked(**fields), proof="ktp", by=by)


def test_the_clock_runs_seventy_two_hours():
    made = asked()
    assert made.due_at - made.asked_at == timedelta(hours=72) and made.hours_left == 71
    with pytest.raises(IntegrityError, match="due_in_72_hours"), transaction.atomic():
        DataRequest.objects.filter(pk=made.pk).update(due_at=made.due_at + timedelta(hours=1))


@pytest.mark.parametrize(
    ("hours", "kind", "told"),
    [
        (1, "pengingat", {"ani", "lurah"}),
        (60, "hari_ini", {"ani", "lurah"}),
        (73, "terlambat", {"ani", "lurah", "kesra"}),
    ],
)
def test_the_clock_is_told_to_who_answers_once(hours, kind, told, monkeypatch):
    made, ani = asked(), people.ani()
    people.lurah(), people.kesra(), people.budi(), people.rt()
    now = made.asked_at + timedelta(hours=hours)
    monkeypatch.setattr(timezone, "now", lambda: now)
    for _time in range(2):
        tasks.remind_of_data_requests()
    found = Notification.objects.all()
    assert {(n.recipient.username, n.kind) for n in found} == {(name, kind) for name in told}
    assert len(found) == len(told) and all(str(made) in n.sentence and "Siti" not in n.sentence for n in found)
    assert {n.link for n in found} == {reverse("admin:monitoring_datarequest_change", args=[made.pk])}
    task = next(each for each in dashboard._tasks(ani, timezone.localdate())
                if each.label.startswith("permintaan data"))  # fmt: skip
    assert (task.count, task.is_late) == (1, kind == "terlambat")


def test_a_kelurahan_without_officers_leaves_it_to_the_kecamatan_and_an_answered_one_is_quiet():
    made, kesra = asked(), people.kesra()
    tasks.remind_of_data_requests()
    assert Notification.objects.get().recipient == kesra
    data_requests.refuse(request=made, refusal="sudah_benar", answer="Sudah benar", by=kesra)
    people.ani()
    tasks.remind_of_data_requests()
    assert Notification.objects.count() == 1


def test_a_copy_is_given_only_after_the_papers_were_seen():
    ani, made = people.ani(), asked()
    with pytest.raises(DataRequestError, match="Cocokkan identitasnya"):
        data_requests.fulfil(request=made, answer="Sudah kami berikan", by=ani)
    assert not DataAccess.objects.exists()
    data_requests.verify(request=made, proof="ktp", by=ani)
    body = data_requests.fulfil(request=made, answer="Sudah kami berikan", by=ani)
    made.refresh_from_db()
    assert body[:2] == b"PK" and (made.status, made.closed_by) == (S.DIPENUHI, ani)
    assert str(made) in DataAccess.objects.get().reason


def test_a_correction_goes_through_the_register_and_its_history():
    ani = people.ani()
    made = verified(ani, kind=K.PERBAIKAN, datum="person.name", wanted="Siti Rahayu Ningsih")
    data_requests.fulfil(request=made, answer="Nama sudah diperbaiki", value="Siti Rahayuningsih", by=ani)
    person = made.person
    person.refresh_from_db()
    last = row_history.of(person)[-1]
    assert person.name == "Siti Rahayuningsih" and last.user_id == ani.pk and str(made) in last.reason
    assert "Siti Rahayu → Siti Rahayuningsih" in last.change and audit.verify().whole


def test_a_corrected_number_is_found_by_its_index():
    ani = people.ani()
    made = verified(ani, kind=K.PERBAIKAN, datum="household.phone", wanted="0812 9000 9009")
    data_requests.fulfil(request=made, answer="Nomor HP diganti", by=ani)
    family = Household.objects.get()
    assert family.phone == "081290009009"
    assert Household.objects.get(phone_index=family.phone_index) == family and audit.verify().whole


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [("account", "6212 3456 78", "6212345678"), ("phone", "+62 812 9000 9009", "081290009009")],
)
def test_a_telephone_is_read_as_one_and_an_account_as_it_is_typed(name, typed, kept):
    told = {"row": make.household(), "name": name, "reason": "Salah tulis", "by": people.ani()}
    for wrong in ("812", "", "0812900090091234567890"):
        with pytest.raises(corrections.CorrectionError, match="rekening|HP"):
            corrections.correct(**told, value=wrong)
    corrections.correct(**told, value=typed)
    assert getattr(Household.objects.get(), name) == kept


def test_a_nik_of_somebody_else_is_refused_and_nothing_changes():
    ani, other = people.ani(), make.household().people.get()
    made = verified(ani, kind=K.PERBAIKAN, datum="person.nik", wanted=other.nik)
    with pytest.raises(DataRequestError, match="sudah dipakai"):
        data_requests.fulfil(request=made, answer="NIK diganti", by=ani)
    made.refresh_from_db()
    assert made.status == S.VERIFIKASI


def test_a_limited_family_keeps_its_score_and_stays_off_lists_in_sight():
    make.criteria()
    ani = people.ani()
    family, other = make.household(head={"name": "Siti Rahayu"}), make.household()
    for each in (family, other):
        make.score(household=each, points=60)
    made = make.plan_round(family, other)
    data_requests.fulfil(
        request=verified(ani, person=family.people.get(), kind=K.PEMBATASAN), answer="Kami hentikan dulu", by=ani
    )
    with pytest.raises(rounds.RoundError, match="minta datanya dibatasi"):
        rounds.freeze(round=made, by=people.either("penyusun", "kesra"))
    rounds.propose(round=made, by=people.either("penyusun", "kesra"))
    assert [e.household for e in made.entitlements.all()] == [other]
    family.refresh_from_db()
    limiting.lift(household=family, reason="Diminta lagi oleh keluarga", by=ani)
    rounds.propose(round=made, by=people.either("penyusun", "kesra"))
    assert made.entitlements.count() == 2


def test_a_limited_family_is_not_scored():
    make.criteria()
    family = make.household()
    make.score(household=family, points=60)
    ani = people.ani()
    limiting.limit(household=family, reason="Diminta oleh keluarga", by=ani)
    assert scoring.run().households == 0 and family.scores.get().points == 60
    family.refresh_from_db()
    limiting.lift(household=family, reason="Diminta lagi oleh keluarga", by=ani)
    assert scoring.run().households == 1 and family.scores.get().points != 60


def test_deletion_is_refused_while_a_duty_keeps_the_data_and_done_afterwards():
    ani = people.ani()
    made = verified(ani, kind=K.PENGHAPUSAN)
    with pytest.raises(DataRequestError, match="masih aktif"):
        data_requests.fulfil(request=made, answer="Data dihapus", by=ani)
    Household.objects.update(status="pindah")
    data_requests.fulfil(request=DataRequest.objects.get(), answer="Data dihapus", by=ani)
    made.person.refresh_from_db()
    assert made.person.name == "Data dihapus" and audit.verify().whole


def test_a_refusal_needs_a_listed_reason_and_words():
    ani, made = people.ani(), asked()
    for refusal, answer, sentence in (("", "Tidak bisa", "dari daftar"), ("kewajiban_hukum", "x", "lima huruf")):
        with pytest.raises(DataRequestError, match=sentence):
            data_requests.refuse(request=made, refusal=refusal, answer=answer, by=ani)
    data_requests.refuse(request=made, refusal="identitas", answer="Tidak datang membawa KTP", by=ani)
    with pytest.raises(DataRequestError, match="sudah berubah"):
        data_requests.refuse(request=made, refusal="identitas", answer="Tidak datang membawa KTP", by=ani)


@pytest.mark.parametrize(("who", "sentence"), [("budi", "luar wilayah"), ("dewi", "tidak boleh")])
def test_the_wrong_officer_does_nothing(who, sentence):
    by, made = getattr(people, who)(), asked()
    for act in (
        lambda: data_requests.verify(request=made, proof="ktp", by=by),
        lambda: data_requests.refuse(request=made, refusal="identitas", answer="Tidak cocok", by=by),
        lambda: data_requests.submit(person=made.person, kind=K.PEMBATASAN, by=by),
    ):
        with pytest.raises(DataRequestError, match=sentence):
            act()
    made.refresh_from_db()
    assert made.status == S.DITERIMA and DataRequest.objects.count() == 1


def test_one_open_request_of_a_kind():
    made = asked()
    with pytest.raises(DataRequestError, match="masih kami kerjakan"):
        asked(person=made.person)
    assert asked(person=made.person, kind=K.PEMBATASAN).pk != made.pk


def test_every_step_says_who_when_and_why():
    ani = people.ani()
    made = verified(ani)
    data_requests.fulfil(request=made, answer="Sudah kami berikan", by=ani)
    trail = row_history.of(made)
    assert [(c.user_id, c.reason) for c in trail[1:]] == [(ani.pk, "KTP asli"), (ani.pk, "Sudah kami berikan")]


# --- pages


def ask(client, **sent):
    return client.post("/hak-data/", sent)


def body(response) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.text)


def test_a_resident_asks_and_follows(client):
    person = make.household(head={"name": "Siti Rahayu"}).people.get()
    page = ask(client, nik=person.nik, kk=person.household.kk)
    assert person.nik not in page.url
    sent = client.post(page.url, {"kind": "perbaikan", "datum": "person.name"})
    assert "Tulis isinya yang benar." in sent.text and not DataRequest.objects.exists()
    client.post(page.url, {"kind": "perbaikan", "datum": "person.name", "wanted": "Siti R", "story": "Salah ketik"})
    made = DataRequest.objects.get()
    assert str(made) in client.get(page.url).text
    data_requests.refuse(request=made, refusal="sudah_benar", answer="Nama sama dengan KTP", by=people.ani())
    again = ask(client, kode=str(made), **BORN)
    assert "Nama sama dengan KTP" in client.get(again.url).text
    client.post(again.url, {"act": "tutup"})
    assert client.get(again.url).status_code == 410


def test_an_applicant_reaches_only_the_own_application(client):
    case = cases.application()
    known = make.household(head={"nik": case.nik}).people.get()
    asked(person=known)
    page = ask(client, kode=case.code, **BORN)
    assert str(DataRequest.objects.get()) not in client.get(page.url).text
    client.post(page.url, {"kind": "salinan"})
    made = DataRequest.objects.get(application=case)
    assert made.person is None


def test_every_failure_is_the_same_bytes(client):
    made = asked()
    code, other = made.code, codes.new()
    misses = {body(ask(client, kode=code, **BORN | {"hari": "9"})).replace(code, "#")}
    misses.add(body(ask(client, kode=other, **BORN | {"hari": "9"})).replace(other, "#"))
    assert len(misses) == 1 and "tidak cocok" in misses.pop()
    pairs = [(make.nik(), made.person.household.kk), (made.person.nik, make.kk())]
    assert len({body(ask(client, nik=nik, kk=kk)) for nik, kk in pairs}) == 1


def test_guesses_here_and_at_cek_status_count_together(client, settings):
    case = cases.application()
    for number in range(settings.LOOKUP_ATTEMPTS_PER_CODE):
        where = "/hak-data/" if number % 2 else "/cek-status/"
        assert client.post(where, {"kode": case.code, **BORN, "hari": "9"}).status_code == 200
    assert ask(client, kode=case.code, **BORN).status_code == 429


def test_the_desk_verifies_and_hands_the_copy_over(client):
    person = make.household(head={"name": "Siti Rahayu"}).people.get()
    client.force_login(people.ani())
    client.post(f"/admin/monitoring/datarequest/catat/{person.pk}/", {"kind": "salinan"})
    made = DataRequest.objects.get()
    url = f"/admin/monitoring/datarequest/{made.pk}/change/"
    assert made.taken_by.username == "ani" and "71 jam lagi" in client.get(url).text
    client.post(url, {"act": "cocok", "cocok-proof": "ktp"})
    answer = client.post(url, {"act": "penuhi", "penuhi-answer": "Sudah kami berikan"})
    assert answer["Content-Type"] == "application/zip" and person.nik not in answer["Content-Disposition"]
    client.force_login(people.budi())
    assert client.get(url).status_code == 404
    client.force_login(people.dewi())
    assert client.get(url).status_code == 200 and client.post(url, {"act": "cocok"}).status_code == 403


def test_late_ones_come_first(client):
    late, fresh = asked(), asked(person=make.household().people.get())
    then = timezone.now() - timedelta(hours=80)
    DataRequest.objects.filter(pk=late.pk).update(asked_at=then, due_at=then + timedelta(hours=72))
    client.force_login(people.ani())
    page = client.get("/admin/monitoring/datarequest/").text
    assert page.index(str(late)) < page.index(str(fresh)) and "Terlambat 8 jam" in page


def test_who_looked_shows_exports_that_held_the_family(client):
    inside, outside = make.household(), make.household(region="31.75.07.1007.001.001")
    client.force_login(people.ani())
    client.post("/admin/beneficiaries/household/export/", {"format": "0", "resource": "0", "reason": "Rapat pekan ini"})
    page = client.get(f"/admin/monitoring/datarequest/siapa-melihat/person/{inside.people.get().pk}/").text
    assert "Rapat pekan ini" in page and "Unduhan 1 baris" in page
    client.force_login(people.budi())
    page = client.get(f"/admin/monitoring/datarequest/siapa-melihat/household/{outside.pk}/").text
    assert "Rapat pekan ini" not in page
    assert client.get(f"/admin/monitoring/datarequest/siapa-melihat/household/{inside.pk}/").status_code == 404


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_the_pages_as_people_see_them(visit):
    ani = people.ani()
    person = make.household(head={"name": "Siti Rahayu", "born_on": date(1980, 5, 17)}).people.get()
    made = asked(
        person=person, kind=K.PERBAIKAN, datum="person.name", wanted="Siti Rahayu Ningsih", story="Salah ketik"
    )
    for width in (1280, 360):
        page = visit("/hak-data/", width=width)
        assert_usable(page)
        shot(page, f"hak-data-{width}")
        page.fill("[name=kode]", str(made))
        for name, value in BORN.items():
            page.fill(f"[name={name}]", value)
        page.click("text=Lanjut")
        page.wait_for_selector("text=Nomor bukti")
        assert_usable(page)
        shot(page, f"hak-data-permintaan-{width}")
        for name, path in (
            ("daftar", "/admin/monitoring/datarequest/"),
            ("satu", f"/admin/monitoring/datarequest/{made.pk}/change/"),
            ("catat", f"/admin/monitoring/datarequest/catat/{person.pk}/"),
            ("melihat", f"/admin/monitoring/datarequest/siapa-melihat/person/{person.pk}/"),
            ("masa-simpan", "/admin/monitoring/retentionrule/"),
        ):
            shot(visit(path, width=width, user=ani), f"permintaan-{name}-{width}")
