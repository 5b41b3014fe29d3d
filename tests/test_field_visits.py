"""The field visit and the musyawarah as steps of their own: asked for, ordered, made by another, and on time."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from bansos import attachments, workdays
from bansos.models import Attachment, Notification, Region
from beneficiaries import (
    applications,
    conflicts,
    deliberations,
    doubts,
    field_visits,
    kinship,
    reminders,
    verification,
)
from beneficiaries.applications import ApplicationError
from beneficiaries.deliberations import DeliberationError
from beneficiaries.field_visits import FieldVisitError
from beneficiaries.models import Application, Deliberation, FieldVisit, Verification, VerificationEvent
from distribution import status
from tests import cases, make, meetings, people, pictures
from tests.browser import assert_accessible, needs_browser
from tests.test_chain import conflict

pytestmark = pytest.mark.django_db
S, Kind, Ground = Application.Status, Notification.Kind, FieldVisit.Ground
LIST = "/admin/beneficiaries/application/"
DOUBT = {"result": "perlu_verifikasi_ulang", "reason": "Rumah terkunci."}


def cici():
    """A second member of Klender's staff."""
    return cases.officer("cici", "staf", people.KLENDER)


def doubted(**changed) -> Application:
    """A case about which the RW was in doubt."""
    case = cases.application(**changed)
    cases.find(case, by=cases.officer("rt", "rt", people.RT))
    cases.find(case, by=cases.officer("rw", "rw", people.RW), **DOUBT)
    case.refresh_from_db()
    return case


def ordered(case=None, by=None, **changed) -> Application:
    case = case or cases.verified()
    values = {"ground": Ground.LAIN, "note": "Lihat apakah ada mobil.", "by": by or meetings.staff()} | changed
    field_visits.order(application=case, **values)
    case.refresh_from_db()
    return case


def visited(case, by=None, **changed) -> Verification:
    values = {"sight": "sesuai", "note": "Rumah papan, seperti ditulis."} | changed
    found = field_visits.record(application=case, by=by or cici(), **values)
    case.refresh_from_db()
    return found


# --- the way of a case


def test_a_visit_is_ordered_made_by_a_colleague_and_the_case_returns_to_the_desk():
    case, colleague = cases.verified(), cici()
    ordered(case)
    assert (case.status, case.due_on) == (S.KUNJUNGAN, workdays.add(timezone.localdate(), 5))
    assert "Lihat apakah ada mobil" in Notification.objects.get(recipient=colleague).sentence
    assert "berkunjung ke rumah Anda" in applications.messages_for(case).get().sentence
    photo = attachments.read(pictures.photo(800, 600))
    found = visited(
        case, sight="berbeda", note="Ada mobil di garasi.", wrong_facts=["has_car"], photo=photo,
        place="-6.21861,106.90032,12",
    )  # fmt: skip
    assert (case.status, case.due_on) == (S.VERIFIKASI_ADMINISTRASI, workdays.add(timezone.localdate(), 3))
    assert (found.step, found.presence, found.visit) == ("kunjungan", "ditemukan", case.field_visits.get())
    assert found.photo.attachment.kind == Attachment.Kind.JPEG and case.places.get().place == "-6.2186,106.9003"
    assert case.disputed_facts() == {"has_car"}
    assert applications.decide(application=case, status=S.DITETAPKAN_LAYAK, by=meetings.staff()).household


def test_the_list_of_houses_to_visit_leaves_out_what_the_officer_may_not_see():
    mine, theirs = ordered(), ordered(cases.verified(name="Agus"), by=meetings.lurah())
    assert list(field_visits.tasks_for(cici())) == [mine, theirs]
    assert list(field_visits.tasks_for(meetings.staff())) == [theirs]
    assert not field_visits.tasks_for(people.budi()).exists()
    kinship.declare(officer=cici(), application=theirs, relation="ipar", by=cici())
    assert list(field_visits.tasks_for(cici())) == [mine]


def test_a_family_that_is_not_there_is_noted_with_why():
    found = visited(ordered(), sight="tidak_ada", absence="pindah", note="Kata tetangga pindah ke Bekasi.")
    assert (found.presence, found.get_result_display()) == ("pindah", "Keluarga tidak ditemukan")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"ground": "entah"}, "Pilih sebabnya"),
        ({"note": "  "}, "Tulis apa yang perlu dilihat"),
        ({"note": "Cocokkan NIK 3175075705809999."}, "Jangan menulis NIK"),
    ],
)
def test_an_order_that_says_nothing_is_refused(changed, sentence):
    with pytest.raises(FieldVisitError, match=sentence):
        ordered(**changed)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"sight": "layak"}, "Pilih apa yang Anda temukan"),
        ({"note": " "}, "Tulis apa yang Anda lihat"),
        ({"sight": "tidak_ada"}, "Pilih mengapa"),
        ({"wrong_facts": ["floor"]}, "hanya bila keadaannya berbeda"),
        ({"sight": "berbeda", "wrong_facts": ["rahasia"]}, "tidak dikenal"),
    ],
)
def test_a_finding_that_cannot_be_is_refused(changed, sentence):
    case = ordered()
    with pytest.raises(FieldVisitError, match=sentence):
        visited(case, **changed)
    assert not case.verifications.filter(step="kunjungan").exists()


# --- the wrong person


def test_who_may_not_order_a_visit():
    case, ani = cases.verified(), meetings.staff()
    for by, sentence in (
        (people.kesra(), "tidak boleh meminta"),
        (people.dewi(), "tidak boleh meminta"),
        (people.budi(), "luar wilayah"),
        (case.verifications.get(step="rw").by, "tidak boleh meminta"),
    ):
        with pytest.raises(FieldVisitError, match=sentence):
            ordered(case, by=by)
    kinship.declare(officer=ani, application=case, relation="ipar", by=ani)
    with pytest.raises(FieldVisitError, match="kerabat Anda"):
        ordered(case)
    with pytest.raises(FieldVisitError, match="tidak sedang di meja"):
        ordered(cases.application(), by=people.lurah())
    assert not FieldVisit.objects.exists()


def test_who_may_not_make_the_visit():
    case, colleague = ordered(), cici()
    for by, sentence in (
        (meetings.staff(), "Rekan lain yang berkunjung"),
        (people.dewi(), "tidak boleh mencatat"),
        (people.budi(), "luar wilayah"),
        (case.verifications.get(step="rt").by, "tidak boleh mencatat"),
    ):
        with pytest.raises(FieldVisitError, match=sentence):
            visited(case, by=by)
    kinship.declare(officer=colleague, application=case, relation="saudara", by=colleague)
    with pytest.raises(FieldVisitError, match="kerabat Anda"):
        visited(case)
    visited(case, by=people.kesra())
    with pytest.raises(FieldVisitError, match="tidak sedang menunggu kunjungan"):
        visited(case, by=people.lurah())


def test_who_visited_does_not_decide_and_does_not_visit_again():
    case = ordered()
    visited(case)
    with pytest.raises(ApplicationError, match="sudah memverifikasi"):
        applications.decide(application=case, status=S.DITETAPKAN_LAYAK, by=cici())
    with pytest.raises(FieldVisitError, match="di langkah lain"):
        ordered(case, by=cici())
    ordered(case)
    with pytest.raises(FieldVisitError, match="di langkah lain"):
        visited(case)
    visited(case, by=people.lurah())
    assert case.verifications.filter(step="kunjungan").count() == 2


# --- what the database holds


def _finding(case, by, **changed):
    values = {
        "region_id": case.region_id, "step": "kunjungan", "presence": "ditemukan", "result": "sesuai", "by": by,
        "reason": "Sesuai.", "visit": case.field_visits.last(),
    }  # fmt: skip
    with transaction.atomic():
        return case.verifications.create(**values | changed)


def test_the_database_refuses_a_visit_by_who_ordered_it():
    case = ordered()
    with pytest.raises(IntegrityError, match="ordered it"):
        _finding(case, meetings.staff())
    make.without_trigger("beneficiaries_verification", "visit_by_another")
    assert _finding(case, meetings.staff()).by == case.field_visits.get().by  # the twin: one pair of eyes did both


def test_the_database_holds_the_other_rules_of_a_step_for_a_visit_too():
    case, colleague = ordered(), cici()
    with pytest.raises(IntegrityError, match="outside the region"):
        _finding(case, people.budi())
    with pytest.raises(IntegrityError, match="another step|one_step_per_person"):
        _finding(case, case.verifications.get(step="rw").by)
    kinship.declare(officer=colleague, application=case, relation="saudara", by=colleague)
    with pytest.raises(IntegrityError, match="relative"):
        _finding(case, colleague)
    make.without_trigger("beneficiaries_verification", "verifier_is_no_relative")
    assert _finding(case, colleague)


@pytest.mark.parametrize("odd", [{"result": "layak"}, {"step": "kelurahan"}, {"visit": None}])
def test_the_database_tells_a_sighting_from_a_judgement(odd):
    case = ordered()
    with pytest.raises(IntegrityError, match="visit_says_what_it_saw|ordered it"):
        _finding(case, cici(), **odd)


def test_the_database_sends_no_case_to_a_visit_without_an_order_and_none_on_before_it():
    case = cases.verified()
    rows = Application.objects.filter(pk=case.pk)
    with pytest.raises(IntegrityError, match="no visit was ordered"), transaction.atomic():
        rows.update(status=S.KUNJUNGAN)
    ordered(case)
    with pytest.raises(IntegrityError, match="was not made"), transaction.atomic():
        rows.update(status=S.VERIFIKASI_ADMINISTRASI)
    make.without_trigger("beneficiaries_application", "visited_on_an_order")
    assert rows.update(status=S.VERIFIKASI_ADMINISTRASI) == 1  # the twin: the desk would go on unseen


def test_the_database_takes_an_order_only_at_the_desk_from_inside_and_once():
    case, fresh = cases.verified(), cases.application()
    values = {"ground": "lain", "note": "Lihat."}
    for row, by, sentence in (
        (fresh, meetings.staff(), "at the desk"), (case, people.budi(), "outside"),
        (case, case.verifications.get(step="rt").by, "another step"),
    ):  # fmt: skip
        with pytest.raises(IntegrityError, match=sentence), transaction.atomic():
            row.field_visits.create(region_id=row.region_id, by=by, **values)
    case.field_visits.create(region_id=case.region_id, by=meetings.staff(), **values)
    with pytest.raises(IntegrityError, match="at the desk"), transaction.atomic():
        case.field_visits.create(region_id=case.region_id, by=meetings.lurah(), **values)
    make.without_trigger("beneficiaries_fieldvisit", "ordered_at_the_desk")
    assert case.field_visits.create(region_id=case.region_id, by=meetings.lurah(), **values)


# --- what asks for a visit


def test_nothing_asks_about_a_plain_case():
    assert doubts.of(cases.verified()) == []


def test_a_doubt_and_two_minds_ask_until_somebody_has_looked():
    case, other = doubted(), cases.application()
    cases.find(other, by=cases.officer("rt", "rt", people.RT))
    cases.find(other, by=cases.officer("rw", "rw", people.RW), result="tidak_layak", reason="Mampu.")
    other.refresh_from_db()
    assert doubts.of(case) == doubts.of(other) == [Ground.RAGU]
    ordered(case, ground=Ground.RAGU)
    visited(case)
    assert doubts.of(case) == [] and doubts.of(other) == [Ground.RAGU]


def test_a_case_that_was_sent_back_after_its_visit_is_looked_at_again():
    case = doubted()
    visited(ordered(case))
    verification.send_back(application=case, note="Alamat berubah.", by=meetings.staff())
    cases.find(case, by=cases.officer("rt", "rt", people.RT))
    cases.find(case, by=cases.officer("rw", "rw", people.RW), **DOUBT)
    case.refresh_from_db()
    assert doubts.of(case) == [Ground.RAGU]


def test_what_the_criteria_hold_asks_stated_or_scored():
    make.criteria()
    stated, clear = cases.verified(), cases.verified(answers=cases.CLEAR)
    family = make.scored_household(points=60, verdict="ditahan")
    known = cases.verified(answers=cases.CLEAR, kk=family.kk)
    assert doubts.of(stated) == doubts.of(known) == [Ground.TAHAN] and doubts.of(clear) == []


def test_a_conflict_asks_until_the_house_was_seen():
    case, rt = cases.verified(), cases.officer("rt", "rt", people.RT)
    event = conflict(case, rt)
    assert doubts.of(case) == [Ground.KONFLIK]
    ordered(case, ground=Ground.KONFLIK)
    assert not conflicts.may_use_phone(VerificationEvent.objects.get(pk=event.pk))
    visited(case)
    assert doubts.of(case) == [] and conflicts.may_use_phone(VerificationEvent.objects.get(pk=event.pk))


@pytest.mark.parametrize(
    ("decile", "result", "asks"), [(7, "layak", True), (3, "layak", False), (1, "tidak_layak", True)]
)
def test_a_judgement_far_from_the_decile_asks(decile, result, asks):
    case = cases.application(kk=make.household(decile=decile).kk)
    for role, region in (("rt", people.RT), ("rw", people.RW)):
        cases.find(case, by=cases.officer(role, role, region), result=result, reason="Dilihat sendiri.")
    case.refresh_from_db()
    assert (Ground.DESIL in doubts.of(case)) == asks


# --- the musyawarah waits for the visit, and has a deadline of its own


def test_no_meeting_hears_a_case_before_its_visit():
    case, meeting = doubted(), meetings.planned()
    klender = Region.objects.get(code=people.KLENDER)
    assert not deliberations.waiting_applications(klender).exists()
    assert list(deliberations.to_be_visited(klender)) == [case]
    for verb, arguments in (
        (deliberations.add_cases, {"deliberation": meeting, "applications": [case.pk]}),
        (deliberations.refer, {"application": case}),
    ):
        with pytest.raises(DeliberationError, match="Siti Rahayu perlu dikunjungi dulu. Sebabnya: RT atau RW ragu"):
            verb(by=meetings.staff(), **arguments)
    visited(ordered(case, ground=Ground.RAGU))
    assert deliberations.add_cases(deliberation=meeting, applications=[case.pk], by=meetings.staff()) == 1


def test_a_case_waits_for_the_meeting_with_a_deadline_and_its_list_alone_decides():
    case = cases.verified()
    deliberations.refer(application=case, by=meetings.staff())
    case.refresh_from_db()
    promised = workdays.add(timezone.localdate(), 10)
    assert (case.status, case.due_on) == (S.MUSYAWARAH, promised)
    meeting = meetings.begun(applications=[case])
    case.refresh_from_db()
    assert (case.status, case.due_on) == (S.MUSYAWARAH, promised)
    with pytest.raises(ApplicationError, match="daftar musyawarah"):
        applications.decide(application=case, status=S.DITETAPKAN_LAYAK, by=meetings.staff())
    with pytest.raises(FieldVisitError, match="daftar musyawarah"):
        ordered(case)
    meetings.agree(meeting)
    deliberations.close(deliberation=meeting, minutes_number="1/BA", by=meetings.lurah())
    case.refresh_from_db()
    assert (case.status, case.due_on) == (S.DITETAPKAN_LAYAK, None)


def referred() -> Application:
    case = deliberations.refer(application=cases.verified(), by=meetings.staff())
    case.refresh_from_db()
    return case


def test_what_waits_for_the_meeting_is_decided_at_the_desk_only_when_taken_back(client):
    case, ani, page = referred(), meetings.staff(), "/admin/beneficiaries/application/{}/"
    detail, recall = page.format(case.pk) + "change/", page.format(case.pk) + "ambil-kembali/"
    for word in (S.DITETAPKAN_LAYAK, S.DITOLAK, S.DUPLIKAT):
        with pytest.raises(ApplicationError, match="menunggu musyawarah"):
            applications.decide(application=case, status=word, reason="Ganda.", reason_code="R02", by=ani)
    client.force_login(ani)
    shown = client.get(detail).content.decode()
    assert recall in shown and "/putuskan/" not in shown and "Tandai duplikat" not in shown
    assert client.post(recall, {"reason": ""}).status_code == 422
    assert "Jangan menulis NIK" in client.post(recall, {"reason": f"NIK {case.nik}"}).content.decode()
    assert client.post(recall, {"reason": "Keluarga minta segera, musyawarah ditunda."}).status_code == 302
    shown = client.get(detail).content.decode()
    assert "musyawarah ditunda" in shown and "/putuskan/" in shown and client.get(recall).status_code == 403
    assert applications.decide(application=case, status=S.DITETAPKAN_LAYAK, by=ani).household


def test_who_takes_a_case_back_from_the_meeting():
    case, fresh = referred(), cases.verified(name="Agus")
    deliberations.add_cases(deliberation=meetings.planned(), applications=[fresh.pk], by=meetings.staff())
    for one, by, reason, sentence in (
        (case, cases.officer("rw", "rw", people.RW), "x", "tidak boleh"), (case, people.budi(), "x", "luar wilayah"),
        (case, meetings.staff(), "  ", "Tulis mengapa"), (fresh, meetings.staff(), "x", "ada di daftar musyawarah"),
        (cases.verified(name="Wati"), meetings.staff(), "x", "tidak sedang menunggu"),
    ):  # fmt: skip
        with pytest.raises(DeliberationError, match=sentence):
            deliberations.recall(application=one, reason=reason, by=by)
    kinship.declare(officer=cici(), application=case, relation="ipar", by=cici())
    with pytest.raises(DeliberationError, match="kerabat"):
        deliberations.recall(application=case, reason="x", by=cici())


def test_the_database_lets_only_a_closed_meeting_decide_what_waits_for_one():
    case, lurah = cases.verified(), meetings.lurah()
    meeting = meetings.begun(applications=[case])
    meetings.agree(meeting)
    rows = Application.objects.filter(pk=case.pk)
    values = {"status": S.DITETAPKAN_LAYAK, "decided_by": lurah, "decided_at": timezone.now()}
    with pytest.raises(IntegrityError, match="no meeting decided so"), transaction.atomic():
        rows.update(**values)
    with transaction.atomic():
        made = Deliberation.objects.filter(pk=meeting.pk)
        made.update(status="diputuskan", minutes_number="1/BA", decided_by=lurah, decided_at=timezone.now())
        with pytest.raises(IntegrityError, match="no meeting decided so"), transaction.atomic():
            rows.update(**values | {"status": S.DITOLAK, "reason": "Mampu."})  # the meeting said otherwise
        with pytest.raises(IntegrityError, match="no meeting decided so"), transaction.atomic():
            rows.update(**values | {"decided_by": meetings.staff()})
        assert rows.update(**values) == 1
        transaction.set_rollback(True)
    make.without_trigger("beneficiaries_application", "decided_by_its_meeting")
    assert rows.update(**values) == 1  # the twin: a list decided without a quorum, minutes or a number


def test_a_case_taken_off_the_list_is_back_at_the_desk():
    case, meeting = cases.verified(), meetings.planned()
    deliberations.add_cases(deliberation=meeting, applications=[case.pk], by=meetings.staff())
    deliberations.drop_case(case=meeting.cases.get(), by=meetings.staff())
    case.refresh_from_db()
    assert (case.status, case.due_on) == (S.VERIFIKASI_ADMINISTRASI, workdays.add(timezone.localdate(), 3))


def test_a_case_leaves_a_meeting_that_has_begun_with_a_reason_only(client):
    case = cases.verified()
    meeting, ani = meetings.begun(applications=[case, cases.verified(name="Agus")]), meetings.staff()
    row = meeting.cases.get(application=case)
    with pytest.raises(DeliberationError, match="Tulis mengapa keluarga ini keluar"):
        deliberations.drop_case(case=row, by=ani)
    client.force_login(ani)
    page = f"/admin/beneficiaries/deliberation/{meeting.pk}/kasus/{row.pk}/"
    assert f"{page}lepas/" in client.get(f"{page}putuskan/").content.decode()
    client.post(f"{page}lepas/", {"reason": "Suratnya menyusul pekan depan."})
    case.refresh_from_db()
    assert case.status == S.VERIFIKASI_ADMINISTRASI and meeting.cases.count() == 1
    assert "menyusul pekan depan" in client.get(f"{LIST}{case.pk}/change/").content.decode()


def test_the_meeting_asks_for_a_visit_and_hears_the_case_again_after_it():
    case = cases.verified()
    meetings.closed("perlu_verifikasi", applications=[case])
    case.refresh_from_db()
    assert case.status == S.VERIFIKASI_ADMINISTRASI and doubts.of(case) == [Ground.MUSYAWARAH]
    visited(ordered(case, ground=Ground.MUSYAWARAH))
    assert doubts.of(case) == []
    meetings.closed(number="13/BA", applications=[case])
    case.refresh_from_db()
    assert case.status == S.DITETAPKAN_LAYAK


def test_who_may_not_bring_a_case_to_the_meeting():
    case, ani = cases.verified(), meetings.staff()
    for by, sentence in ((people.kesra(), "tidak boleh membawa"), (people.budi(), "luar wilayah")):
        with pytest.raises(DeliberationError, match=sentence):
            deliberations.refer(application=case, by=by)
    with pytest.raises(DeliberationError, match="dinilai layak atau ragu"):
        deliberations.refer(application=cases.application(), by=ani)
    kinship.declare(officer=ani, application=case, relation="ipar", by=ani)
    with pytest.raises(DeliberationError, match="kerabat Anda"):
        deliberations.refer(application=case, by=ani)


# --- reminders


def _told(kind) -> set[str]:
    return set(Notification.objects.filter(kind=kind).values_list("recipient__username", flat=True))


def test_the_colleagues_are_reminded_of_a_visit_and_who_ordered_it_is_not():
    cici(), people.lurah(), people.kesra()
    case = ordered()
    reminders.send(case.due_on)
    assert _told(Kind.HARI_INI) == {"cici"}
    reminders.send(workdays.add(case.due_on, 3))
    assert _told(Kind.TERLAMBAT) == {"lurah", "kesra"}


def test_a_meeting_that_does_not_come_is_reminded_of_and_climbs():
    people.lurah(), people.kesra()
    case = cases.verified()
    deliberations.refer(application=case, by=meetings.staff())
    case.refresh_from_db()
    reminders.send(case.due_on - timedelta(days=1))
    assert _told(Kind.PENGINGAT) == {"ani"}
    reminders.send(workdays.add(case.due_on, 4))
    assert _told(Kind.TERLAMBAT) == {"lurah", "kesra"}
    assert "Musyawarah kelurahan lewat tenggat" in Notification.objects.filter(kind=Kind.TERLAMBAT).first().sentence


# --- what the family reads


def test_the_family_reads_that_somebody_comes_and_what_was_seen():
    case = ordered()
    page = status.of(case)
    assert page.next_title == "Berikutnya: kunjungan petugas kelurahan" and page.next_on == case.due_on
    assert [step.name for step in page.steps][3] == "Dikunjungi petugas"
    visited(case, sight="berbeda", note="Ada mobil di garasi.")
    page = status.of(case)
    assert "keadaannya berbeda dari yang tertulis" in page.meaning and "garasi" not in str(page)
    deliberations.refer(application=case, by=meetings.staff())
    case.refresh_from_db()
    assert status.of(case).next_title == "Berikutnya: musyawarah kelurahan"


def test_a_family_that_was_not_met_reads_what_to_do():
    case = ordered()
    visited(case, sight="tidak_ada", absence="tidak_ditemukan", note="Tidak ada yang membuka pintu.")
    assert any("Masih tinggal di alamat ini?" in word for word in status.of(case).todo)


# --- the pages


def _url(name, case):
    return reverse(f"admin:beneficiaries_application_{name}", args=[case.pk])


def test_from_the_doubt_to_the_meeting_on_the_pages(client):
    case, colleague = doubted(), cici()
    client.force_login(meetings.staff())
    page = client.get(_url("change", case)).content.decode()
    assert "Perlu kunjungan lapangan" in page and "Bawa ke musyawarah" not in page
    assert "Siti Rahayu" in client.get(f"{LIST}?antrean=kunjungi").content.decode()
    assert "Belum dikunjungi" in client.get(_url("decide", case)).content.decode()
    refused = client.post(_url("minta-kunjungan", case), {"ground": "ragu"})
    assert refused.status_code == 422 and "Tulis apa yang perlu dilihat" in refused.content.decode()
    client.post(_url("minta-kunjungan", case), {"ground": "ragu", "note": "Siapa yang tinggal?"})
    page = client.get(_url("change", case)).content.decode()
    assert "Anda yang meminta kunjungan ini" in page and "Catat kunjungan" not in page
    assert client.get(_url("catat-kunjungan", case)).status_code == 403
    client.force_login(colleague)
    assert "rumah dapat Anda kunjungi" in client.get("/admin/").content.decode()
    answer = {"sight": "berbeda", "wrong_facts": ["floor"], "note": "Lantai keramik.", "tempat": "-6.2,106.9,8"}
    wrong = client.post(_url("catat-kunjungan", case), answer | {"foto": pictures.pdf()})
    assert wrong.status_code == 422 and "bukan foto" in wrong.content.decode()
    client.post(_url("catat-kunjungan", case), answer | {"foto": pictures.photo(800, 600)})
    page = client.get(_url("change", case)).content.decode()
    assert "Berbeda dari yang tertulis" in page and "Lihat foto rumah" in page and "Siapa yang tinggal?" in page
    client.force_login(meetings.staff())
    client.post(_url("musyawarah", case))
    case.refresh_from_db()
    assert case.status == S.MUSYAWARAH
    assert "Belum masuk daftar musyawarah" in client.get(_url("change", case)).content.decode()


def test_the_wrong_person_opens_no_visit(client):
    case, dewi = ordered(), people.dewi()
    for user, answer in ((people.budi(), 404), (dewi, 403)):
        client.force_login(user)
        for name in ("minta-kunjungan", "catat-kunjungan"):
            assert client.get(_url(name, case)).status_code == answer
    client.force_login(dewi)
    client.post(_url("musyawarah", case))
    case.refresh_from_db()
    assert case.status == S.KUNJUNGAN


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_a_visitor_notes_a_house_on_a_phone(visit):
    case, other = ordered(), doubted(name="Wati Sumarni")
    page = visit(_url("minta-kunjungan", other), user=cici())
    assert_accessible(page)
    for address in (_url("change", other), _url("change", case), _url("catat-kunjungan", case)):
        page.goto(address)
        assert_accessible(page)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": -6.21864, "longitude": 106.90031, "accuracy": 9})
    page.check("text=Keluarga tidak ditemukan")
    page.select_option("[name=absence]", "pindah")
    page.fill("[name=note]", "Rumah kosong.")
    page.click("text=Catat tempat ini")
    page.wait_for_selector("text=ketelitian 9 meter")
    page.click("text=Simpan kunjungan")
    found = case.verifications.get(step="kunjungan")
    assert (found.presence, case.places.get().place) == ("pindah", "-6.2186,106.9003")
