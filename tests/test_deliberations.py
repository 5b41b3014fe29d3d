"""The musyawarah kelurahan: planned, held with a quorum, closed with a number, and then fixed."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from bansos.models import Region
from beneficiaries import closing, deliberations, field_visits, invitations, kinship, minutes
from beneficiaries.deliberations import DeliberationError
from beneficiaries.models import Application, Deliberation, DeliberationAttendance, DeliberationCase, Household
from distribution import allocation, catalogue, rounds
from distribution.models import Fund
from tests import cases, make, meetings, people

pytestmark = pytest.mark.django_db
S, A = Deliberation.Status, Application.Status


def held(**fields):
    """A household that the criteria hold, with more points than the limit."""
    return make.scored_household(points=fields.pop("points", 60), verdict="ditahan", **fields)


@pytest.fixture
def rules():
    return make.criteria()


# --- plan and invite


def test_a_plan_invites_its_chair():
    meeting = meetings.planned()
    assert meeting.status == S.DRAF and meeting.attendances.count() == 6
    assert meeting.attendances.get(element="lurah").name == "Sulastri"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"place": "  "}, "Isi jam, tempat"),
        ({"quorum": 0}, "paling sedikit 1"),
        ({"region": people.RW}, "Pilih kelurahan"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(changed, sentence):
    if "region" in changed:
        changed = {"region": Region.objects.get(code=changed["region"])}
    with pytest.raises(DeliberationError, match=sentence):
        meetings.planned(**changed)


def test_only_the_kelurahan_plans_invites_and_closes():
    meeting = meetings.planned()
    for by, sentence in (
        (people.budi(), "di luar wilayah"),
        (people.dewi(), "tidak boleh"),
        (people.rt(), "tidak boleh"),
    ):
        with pytest.raises(DeliberationError, match=sentence):
            deliberations.invite(deliberation=meeting, name="Citra", element="rt", by=by)
        with pytest.raises(DeliberationError, match=sentence):
            meetings.planned(by=by)
    with pytest.raises(DeliberationError, match="Hanya lurah"):
        deliberations.close(deliberation=meeting, minutes_number="1", by=meetings.staff())


def test_a_plan_changes_until_the_meeting_begins():
    meeting = meetings.planned(quorum=2)
    later = timezone.localdate() + timedelta(days=7)
    changed = deliberations.replan(deliberation=meeting, held_on=later, by=meetings.staff(), **meetings.WORDS)
    assert (changed.held_on, changed.quorum) == (later, None)
    begun = meetings.begun(applications=[cases.verified()])
    with pytest.raises(DeliberationError, match="sudah dimulai"):
        deliberations.replan(deliberation=begun, held_on=later, by=meetings.staff(), **meetings.WORDS)


def test_nobody_is_invited_twice_for_one_element():
    meeting = meetings.planned()
    with pytest.raises(DeliberationError, match="sudah ada"):
        deliberations.invite(deliberation=meeting, name=" Warga  1", element="rt", by=meetings.staff())
    with pytest.raises(DeliberationError, match="Tulis nama"):
        deliberations.invite(deliberation=meeting, name=" ", element="rt", by=meetings.staff())
    with pytest.raises(DeliberationError, match="unsur"):
        deliberations.invite(deliberation=meeting, name="Citra", element="polisi", by=meetings.staff())


# --- an invitation is withdrawn


def invited_by_letter():
    """A planned meeting with its printed invitations."""
    meeting = meetings.planned()
    invitations.issue(deliberation=meeting, by=meetings.staff())
    return meeting, meeting.attendances.get(element="tokoh")


def test_who_is_no_longer_invited_stays_on_record_with_the_number(client):
    meeting, guest = invited_by_letter()
    letter = guest.letters.get()
    gone = deliberations.uninvite(guest=guest, reason="Pindah ke kota lain.", by=meetings.staff())
    letter.refresh_from_db()
    assert (gone.withdrawn_by, gone.withdrawn_reason) == (meetings.staff(), "Pindah ke kota lain.")
    assert letter.revoked_at and letter.serial == 6 and letter.guest == gone
    page = client.get(f"/surat/{letter.code}/").content.decode()
    assert "Undangan ini dibatalkan" in page and letter.number in page and "Pindah ke kota" not in page
    assert [one.guest_id for one in invitations.issue(deliberation=meeting, by=meetings.staff())] == list(
        meeting.attendances.standing().values_list("pk", flat=True)
    )
    again = deliberations.invite(deliberation=meeting, name=guest.name, element="tokoh", by=meetings.staff())
    fresh = invitations.issue(deliberation=meeting, by=meetings.staff())[-1]
    assert fresh.guest == again and fresh.serial == 7


def test_the_minutes_and_the_quorum_count_only_who_is_invited():
    meeting, guest = invited_by_letter()
    deliberations.uninvite(guest=guest, reason="Sakit keras.", by=meetings.staff())
    deliberations.add_cases(deliberation=meeting, applications=[cases.verified().pk], by=meetings.staff())
    meeting = deliberations.start(deliberation=meeting, by=meetings.staff())
    assert meeting.quorum == 3
    with pytest.raises(DeliberationError, match="Muat ulang"):
        deliberations.record_attendance(deliberation=meeting, present=[guest.pk], by=meetings.staff())
    invited = meeting.attendances.standing().values_list("pk", flat=True)
    deliberations.record_attendance(deliberation=meeting, present=invited, by=meetings.staff())
    meetings.agree(meeting)
    meeting = deliberations.close(deliberation=meeting, minutes_number="9", by=meetings.lurah())
    assert [row[0] for row in minutes.content(meeting)["attendance"]].count(guest.name) == 0


def test_who_came_who_chairs_and_who_was_at_a_closed_meeting_stay_invited():
    meeting = meetings.begun(applications=[cases.verified()], came=5)
    chair, came, absent = (meeting.attendances.get(element=one) for one in ("lurah", "rt", "tokoh"))
    for guest, by, reason, sentence in (
        (came, meetings.staff(), "Tidak jadi", "tercatat hadir"),
        (chair, meetings.staff(), "Tidak jadi", "hadir"),
        (absent, meetings.staff(), "x", "lima huruf"),
        (absent, meetings.staff(), "NIK 3175075708809001", "NIK"),
        (absent, people.budi(), "Tidak jadi", "di luar wilayah"),
        (absent, cases.officer("rt", "rt", people.RT), "Tidak jadi", "tidak boleh"),
    ):
        with pytest.raises(DeliberationError, match=sentence):
            deliberations.uninvite(guest=guest, reason=reason, by=by)
    meetings.agree(meeting)
    deliberations.close(deliberation=meeting, minutes_number="9", by=meetings.lurah())
    with pytest.raises(DeliberationError, match="sudah ditutup"):
        deliberations.uninvite(guest=absent, reason="Tidak jadi", by=meetings.staff())
    other = meetings.planned()
    with pytest.raises(DeliberationError, match="memimpin"):
        deliberations.uninvite(guest=other.attendances.get(element="lurah"), reason="Tidak jadi", by=meetings.staff())


def test_a_new_chair_is_invited_and_the_old_one_may_then_stay_away():
    meeting = meetings.planned()
    words = meetings.WORDS | {"chair": "Hartono"}
    deliberations.replan(deliberation=meeting, held_on=meeting.held_on, by=meetings.staff(), **words)
    assert meeting.attendances.standing().filter(name="Hartono").count() == 1
    old = meeting.attendances.get(name="Sulastri")
    deliberations.uninvite(guest=old, reason="Diganti camat.", by=meetings.staff())
    with pytest.raises(DeliberationError, match="sudah dibatalkan"):
        deliberations.uninvite(guest=old, reason="Diganti camat.", by=meetings.staff())


def test_the_database_keeps_a_withdrawn_invitation_as_it_is():
    _meeting, guest = invited_by_letter()
    rows = DeliberationAttendance.objects.filter(pk=guest.pk)
    with pytest.raises(IntegrityError, match="with_a_reason"), transaction.atomic():
        rows.update(withdrawn_at=timezone.now())
    deliberations.uninvite(guest=guest, reason="Sakit keras.", by=meetings.staff())
    for change in ({"present": True}, {"withdrawn_at": None, "withdrawn_by": None, "withdrawn_reason": ""}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    make.without_trigger("beneficiaries_deliberationattendance", "withdrawn_once")  # the twin
    with pytest.raises(IntegrityError, match="who_came_stays"), transaction.atomic():
        rows.update(present=True)
    rows.update(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="")
    assert rows.get().withdrawn_at is None


# --- the list


def test_the_list_offers_what_waits_for_the_kelurahan(rules):
    klender = Region.objects.get(code=people.KLENDER)
    ready, fresh = cases.verified(answers=cases.CLEAR), cases.application()
    refused = cases.application(region=cases.NEXT_RT)
    for role, region in (("rt", refused.region_id), ("rw", people.RW)):
        cases.find(refused, by=cases.officer(f"{role}.dua", role, region), result="tidak_layak", reason="Mampu.")
    stuck, other = held(), held(region="31.75.07.1007.001.001")
    make.scored_household(points=90)
    assert list(deliberations.waiting_applications(klender)) == [ready]
    assert list(deliberations.held_households(klender)) == [stuck]
    meeting = meetings.planned()
    for wrong in ({"applications": [fresh.pk]}, {"households": [other.pk]}, {"appeals": [1]}):
        with pytest.raises(DeliberationError, match="Muat ulang"):
            deliberations.add_cases(deliberation=meeting, by=meetings.staff(), **wrong)
    added = deliberations.add_cases(
        deliberation=meeting, applications=[ready.pk], households=[stuck.pk], by=meetings.staff()
    )
    assert added == 2 and not deliberations.waiting_applications(klender).exists()
    assert not deliberations.held_households(klender).exists()
    assert {case.name for case in meeting.cases.all()} == {"Siti Rahayu", "Citra Lestari"}
    deliberations.drop_case(case=meeting.cases.get(application=ready), by=meetings.staff())
    assert list(deliberations.waiting_applications(klender)) == [ready]


# --- the meeting


def test_a_meeting_begins_with_people_cases_and_its_day():
    meeting = meetings.planned()
    with pytest.raises(DeliberationError, match="Pilih keluarga"):
        deliberations.start(deliberation=meeting, by=meetings.staff())
    case = cases.verified()
    deliberations.add_cases(deliberation=meeting, applications=[case.pk], by=meetings.staff())
    early = deliberations.replan(
        deliberation=meeting, held_on=timezone.localdate() + timedelta(days=1), by=meetings.staff(), **meetings.WORDS
    )
    with pytest.raises(DeliberationError, match="direncanakan"):
        deliberations.start(deliberation=early, by=meetings.staff())
    with pytest.raises(DeliberationError, match="belum dimulai"):
        deliberations.record_attendance(deliberation=early, present=[], by=meetings.staff())
    with pytest.raises(DeliberationError, match="belum dimulai"):
        deliberations.decide(case=early.cases.get(), decision="layak", by=meetings.staff())


def test_the_usual_quorum_is_more_than_half_of_the_invited():
    case = cases.verified()
    assert meetings.begun(applications=[case]).quorum == 4
    with pytest.raises(DeliberationError, match="sudah dimulai"):
        deliberations.start(deliberation=Deliberation.objects.get(), by=meetings.staff())


def test_a_stranger_is_not_noted_as_present():
    meeting, other = meetings.begun(applications=[cases.verified()]), meetings.planned()
    with pytest.raises(DeliberationError, match="Muat ulang"):
        deliberations.record_attendance(
            deliberation=meeting, present=[other.attendances.first().pk], by=meetings.staff()
        )


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"decision": "entah"}, "Pilih layak"),
        ({"decision": "tidak_layak"}, "Tulis alasannya"),
        ({"decision": "tidak_layak", "reason": "Mampu", "rank": 1}, "hanya untuk keluarga yang layak"),
        ({"decision": "layak", "rank": 0}, "hanya untuk keluarga yang layak"),
    ],
)
def test_a_decision_that_cannot_be_is_refused(values, sentence):
    meeting = meetings.begun(applications=[cases.verified()])
    with pytest.raises(DeliberationError, match=sentence):
        deliberations.decide(case=meeting.cases.get(), by=meetings.staff(), **values)


def test_two_families_never_share_a_rank():
    meeting = meetings.begun(applications=[cases.verified(), cases.verified(name="Agus Wibowo")])
    first, second = meeting.cases.all()
    deliberations.decide(case=first, decision="layak", rank=1, by=meetings.staff())
    with pytest.raises(DeliberationError, match="Urutan 1 sudah dipakai"):
        deliberations.decide(case=second, decision="layak", rank=1, by=meetings.staff())


# --- closing


def test_closing_makes_the_decisions_take_effect(rules):
    worthy, unworthy, doubted = (cases.verified(name=name, answers=cases.CLEAR) for name in ("Siti", "Agus", "Wati"))
    meeting = meetings.begun(applications=[worthy, unworthy, doubted], households=[held()])
    meetings.agree(meeting)
    for case, decision in ((unworthy, "tidak_layak"), (doubted, "perlu_verifikasi")):
        row = meeting.cases.get(application=case)
        deliberations.decide(case=row, decision=decision, reason="Sudah punya toko besar.", by=meetings.staff())
    assert set(Application.objects.values_list("status", flat=True)) == {A.MUSYAWARAH}
    done = deliberations.close(deliberation=meeting, minutes_number=" 12/BA/2026 ", by=meetings.lurah())
    assert (done.status, done.minutes_number, done.present) == (S.DIPUTUSKAN, "12/BA/2026", 6)
    for case in (worthy, unworthy, doubted):
        case.refresh_from_db()
    assert worthy.status == A.DITETAPKAN_LAYAK and worthy.household and worthy.decided_by == meetings.lurah()
    assert (unworthy.status, unworthy.reason_code) == (A.DITOLAK, "R05") and "toko" in unworthy.reason
    assert doubted.status == A.VERIFIKASI_ADMINISTRASI


def test_closing_is_refused_without_quorum_number_or_decisions():
    meeting = meetings.begun(applications=[cases.verified()], came=3)
    close = {"deliberation": meeting, "by": meetings.lurah()}
    with pytest.raises(DeliberationError, match="Isi nomor"):
        deliberations.close(minutes_number=" ", **close)
    with pytest.raises(DeliberationError, match="hadir 3, perlu 4"):
        deliberations.close(minutes_number="1", **close)
    everyone = meeting.attendances.values_list("pk", flat=True)
    deliberations.record_attendance(deliberation=meeting, present=everyone, by=meetings.staff())
    with pytest.raises(DeliberationError, match="1 keluarga tanpa keputusan"):
        deliberations.close(minutes_number="1", **close)
    meeting.refresh_from_db()
    assert meeting.status == S.BERLANGSUNG


def test_a_minutes_number_is_used_once():
    meetings.closed(applications=[cases.verified()])
    second = meetings.begun(applications=[cases.verified(name="Agus")])
    meetings.agree(second)
    with pytest.raises(DeliberationError, match="sudah dipakai"):
        deliberations.close(deliberation=second, minutes_number="12/BA/2026", by=meetings.lurah())
    assert second.cases.get().application.status == A.MUSYAWARAH


def test_a_verifier_cannot_close_over_the_own_finding():
    case = cases.verified()
    meeting = meetings.begun(applications=[case])
    meetings.agree(meeting)
    chair = meetings.lurah()
    case.verifications.create(
        region_id=case.region_id, step="kelurahan", presence="ditemukan", result="layak", by=chair
    )
    with pytest.raises(DeliberationError, match="Siti Rahayu: Anda sudah memverifikasi"):
        deliberations.close(deliberation=meeting, minutes_number="1", by=chair)
    meeting.refresh_from_db()
    assert meeting.status == S.BERLANGSUNG and not meeting.minutes_number


def stuck_meeting(rules):
    """Three families agreed on: one is free, one has moved away, one NIK lives in another family."""
    free, moved, twice = (cases.verified(name=name, answers=cases.CLEAR) for name in ("Siti", "Agus", "Wati"))
    meeting = meetings.begun(applications=[free, moved, twice])
    meetings.agree(meeting)
    make.household(kk=moved.kk, status="pindah")
    make.person(household=make.household(), nik=twice.nik, name="Wati")
    return meeting


def test_what_stands_in_the_way_is_told_for_each_and_leaves_nothing_behind(rules):
    meeting = stuck_meeting(rules)
    before = (Household.objects.count(), list(meeting.cases.values("decision", "application__status")))
    found = closing.obstacles(deliberation=meeting, by=meetings.lurah())
    assert [(one.case.name, one.sentence.split(".")[0]) for one in found] == [
        ("Agus", "Keluarga ini tercatat pindah ke luar"),
        ("Wati", found[1].sentence.split(".")[0]),
    ]
    assert "keluarga lain" in found[1].sentence
    meeting.refresh_from_db()
    assert meeting.status == S.BERLANGSUNG and not meeting.minutes_number
    assert before == (Household.objects.count(), list(meeting.cases.values("decision", "application__status")))
    with pytest.raises(DeliberationError, match="belum ada yang berlaku. Agus: Keluarga ini"):  # all or nothing
        deliberations.close(deliberation=meeting, minutes_number="9", by=meetings.lurah())
    for one in found:
        deliberations.drop_case(case=one.case, reason="Datanya dibereskan dulu.", by=meetings.staff())
    assert closing.obstacles(deliberation=meeting, by=meetings.lurah()) == []
    deliberations.close(deliberation=meeting, minutes_number="9", by=meetings.lurah())
    assert list(Application.objects.filter(status=A.DITETAPKAN_LAYAK).values_list("name", flat=True)) == ["Siti"]


def test_two_of_one_list_stand_in_each_others_way_and_so_does_kin(rules):
    first = cases.verified(name="Agus", answers=cases.CLEAR)
    second = cases.verified(name="Budi", answers=cases.CLEAR, nik=first.nik)
    own = cases.verified(name="Citra", answers=cases.CLEAR)
    meeting = meetings.begun(applications=[first, second, own], came=3)
    for row in meeting.cases.exclude(name="Citra"):
        deliberations.decide(case=row, decision="layak", by=meetings.staff())
    chair = meetings.lurah()
    kinship.declare(officer=chair, relation="kerabat", by=chair, application=own)
    found = closing.obstacles(deliberation=meeting, by=chair)  # without a quorum and with one undecided
    assert [one.case.name for one in found] == ["Budi"]
    meetings.agree(meeting)
    found = closing.obstacles(deliberation=meeting, by=chair)
    assert [one.case.name for one in found] == ["Budi", "Citra"] and "kerabat" in found[1].sentence


@pytest.fixture
def list_of_every_kind(rules):
    """A meeting about families of each kind that may stand in the way, and some that do not; and its chair."""
    named = "bebas terdaftar pindah mati pergi lain luar kembar1 ditolak ulang".split()
    first = cases.verified(name="kembar0", answers=cases.CLEAR)
    twin = {"kembar1": {"nik": first.nik}}
    rows = {name: cases.verified(name=name, answers=cases.CLEAR, **twin.get(name, {})) for name in named}
    seen, chair = cases.application(name="dilihat", answers=cases.CLEAR), cases.officer("lurah", "rt", people.RT)
    for by in (chair, cases.officer("rw", "rw", people.RW)):
        cases.find(seen, by=by)
    chair.role, chair.region_id = "lurah", people.KLENDER  # who saw the house becomes lurah
    chair.save()
    meeting, today = meetings.begun(applications=[first, seen, *rows.values()]), timezone.localdate()
    meetings.agree(meeting)
    for name, decision in (("ditolak", "tidak_layak"), ("ulang", "perlu_verifikasi")):
        case = meeting.cases.get(application=rows[name])
        deliberations.decide(case=case, decision=decision, reason="Perlu dilihat.", by=meetings.staff())
    make.household(kk=rows["terdaftar"].kk, head={"nik": rows["terdaftar"].nik})
    make.household(kk=rows["pindah"].kk, status="pindah")
    make.household(kk=rows["luar"].kk, region=f"{people.PONDOK_KOPI}.001.001")
    for name, changed in (("mati", {"died_on": today}), ("pergi", {"left_on": today}), ("lain", {})):
        make.person(household=make.household(), nik=rows[name].nik, **changed)
    return meeting, chair


def test_a_look_over_all_families_misses_no_obstacle_of_the_full_rehearsal(list_of_every_kind, monkeypatch):
    meeting, chair = list_of_every_kind
    found = [(one.case.name, one.sentence) for one in closing.obstacles(deliberation=meeting, by=chair)]
    monkeypatch.setattr(closing, "_doubtful", lambda applications, by: set(applications))
    full = [(one.case.name, one.sentence) for one in closing.obstacles(deliberation=meeting, by=chair)]
    assert {name for name, _sentence in full} >= {"pindah", "mati", "pergi", "lain", "luar", "dilihat"}
    assert found == full


def test_the_look_costs_the_same_for_more_families(rules, django_assert_max_num_queries):
    made = [cases.verified(answers=cases.CLEAR) for _family in range(5)]
    make.household(kk=made[0].kk, head={"nik": made[0].nik})
    meeting = meetings.begun(applications=made)
    meetings.agree(meeting)
    with django_assert_max_num_queries(14):
        assert closing.obstacles(deliberation=meeting, by=meetings.lurah()) == []


def _close_by_hand(meeting, **changed):
    values = {
        "status": "diputuskan",
        "minutes_number": "9",
        "decided_by": meetings.lurah(),
        "decided_at": timezone.now(),
    }
    with transaction.atomic():
        Deliberation.objects.filter(pk=meeting.pk).update(**values | changed)


@pytest.mark.parametrize(
    ("came", "changed", "rule"),
    [
        (6, {"minutes_number": ""}, "deliberation_closed_with_a_minutes_number"),
        (3, {}, "deliberation_closed_with_a_quorum"),
        (3, {"present": 99}, "deliberation_closed_with_a_quorum"),
    ],
)
def test_the_database_closes_only_with_quorum_and_number(came, changed, rule):
    meeting = meetings.begun(applications=[cases.verified()], came=came)
    meetings.agree(meeting)
    with pytest.raises(IntegrityError, match=rule):
        _close_by_hand(meeting, **changed)
    with connection.cursor() as cursor:  # the twin: without the rule it would be closed
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE beneficiaries_deliberation DROP CONSTRAINT {rule}")
    _close_by_hand(meeting, **changed)
    assert Deliberation.objects.get().status == S.DIPUTUSKAN


def test_the_database_closes_only_when_every_case_is_decided():
    meeting = meetings.begun(applications=[cases.verified()])
    with pytest.raises(IntegrityError, match="undecided"):
        _close_by_hand(meeting)
    make.without_trigger("beneficiaries_deliberation", "count_present")
    with pytest.raises(IntegrityError, match="quorum"):  # nobody counted, so nobody came
        _close_by_hand(meeting)
    _close_by_hand(meeting, present=99)
    assert Deliberation.objects.get().status == S.DIPUTUSKAN


CHANGES = {
    "meeting": lambda row: Deliberation.objects.filter(pk=row.pk).update(minutes_number="lain"),
    "case": lambda row: DeliberationCase.objects.filter(deliberation=row).update(reason="Diganti diam-diam."),
    "attendance": lambda row: DeliberationAttendance.objects.filter(deliberation=row).update(present=False),
    "delete": lambda row: DeliberationAttendance.objects.filter(deliberation=row).first().delete(),
    "insert": lambda row: row.attendances.create(name="Susulan", element="rt", present=True),
}
GUARDS = {
    "meeting": ("beneficiaries_deliberation", "closed"),
    "case": ("beneficiaries_deliberationcase", "closed_update"),
    "attendance": ("beneficiaries_deliberationattendance", "closed_update"),
    "delete": ("beneficiaries_deliberationattendance", "closed_delete"),
    "insert": ("beneficiaries_deliberationattendance", "closed_insert"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_about_a_closed_meeting_changes(change):
    meeting = meetings.closed(applications=[cases.verified()])
    with pytest.raises(DatabaseError), transaction.atomic():
        CHANGES[change](meeting)
    make.without_trigger(*GUARDS[change])  # the twin
    CHANGES[change](meeting)


def test_the_verbs_refuse_a_closed_meeting_in_words():
    meeting = meetings.closed(applications=[cases.verified()])
    for verb, more in (
        (deliberations.invite, {"name": "Susulan", "element": "rt"}),
        (deliberations.record_attendance, {"present": []}),
        (deliberations.add_cases, {}),
    ):
        with pytest.raises(DeliberationError, match="sudah ditutup"):
            verb(deliberation=meeting, by=meetings.staff(), **more)
    with pytest.raises(DeliberationError, match="sudah ditutup"):
        deliberations.decide(case=meeting.cases.get(), decision="layak", by=meetings.staff())
    with pytest.raises(DeliberationError, match="sudah ditutup"):
        deliberations.drop_case(case=meeting.cases.get(), by=meetings.staff())


# --- held families on a round's list


def _list_of(rules) -> list[int]:
    programme = catalogue.load_default()[0]
    fund = Fund.objects.create(name="APBD", source="apbd", year=2026, amount=10**9)
    round = rounds.plan(
        programme=programme, fund=fund, period=timezone.localdate().replace(day=1),
        region=Region.objects.get(code=people.KECAMATAN), budget=10**7, quotas={people.KLENDER: 3}, by=None,
    )  # fmt: skip
    allocation.fill(round=round, criteria_set_id=rules.pk)
    return list(round.entitlements.order_by("rank").values_list("household_id", flat=True))


def test_a_cleared_family_enters_after_the_eligible_ones(rules):
    cleared, poor, unknown = held(points=90), held(points=49), held(points=95)
    meetings.closed(households=[cleared, poor])
    eligible = make.scored_household(points=55)
    assert set(deliberations.cleared_households()) == {cleared, poor}
    listed = _list_of(rules)
    assert listed == [eligible.pk, cleared.pk]  # `poor` is below the limit, nobody has cleared `unknown`
    assert unknown.pk not in listed


def test_a_newer_or_an_old_verdict_clears_nobody(rules):
    first, second = held(), held()
    with time_machine.travel(timezone.now() - timedelta(days=184), tick=True):
        meetings.closed(households=[first, second])
        assert deliberations.cleared_households().count() == 2
    assert not deliberations.cleared_households().exists()
    meetings.closed(decision="tidak_layak", number="13", households=[first])
    meetings.closed(number="14", households=[second])
    assert list(deliberations.cleared_households()) == [second]
    assert _list_of(rules) == [second.pk]


def test_what_an_open_meeting_says_clears_nobody(rules):
    meetings.agree(meetings.begun(households=[held()]))
    assert not deliberations.cleared_households().exists()


# --- minutes


def test_the_minutes_count_what_the_field_found_and_tell_two_of_one_name_apart():
    rich, corrected = cases.application(address="Gang Melati 4"), cases.application(address="Gang Mawar 9")
    for by in (people.rt(), people.rw()):
        unlike = {"result": "tidak_layak", "reason": "Keluarga sudah mampu"} if by.role == "rw" else {}
        cases.find(rich, by=by, **unlike)
        cases.find(corrected, by=by, wrong_facts=["floor"] if by.role == "rw" else [])
    visitor = cases.officer("cici", "staf", people.KLENDER)
    field_visits.order(application=rich, ground="ragu", note="RT dan RW berbeda.", by=meetings.staff())
    field_visits.record(application=rich, sight="sesuai", note="Seperti ditulis.", by=visitor)
    rich.refresh_from_db(), corrected.refresh_from_db()
    meeting = meetings.closed(applications=[rich, corrected])
    found = minutes.content(meeting)
    assert dict(found["found"]) == {
        "Keluarga di daftar awal": "2", "Tinggal di sini": "2", "Tidak ditemukan": "0", "Sudah pindah": "0",
        "Meninggal": "0", "Belum diketahui": "0", "Tercatat dua kali": "0", "Menolak didata": "0", "Sudah mampu": "1",
        "Datanya perlu diperbaiki": "1", "Belum diperiksa di lapangan": "0", "Usulan baru": "2",
    }  # fmt: skip
    assert sorted(row[1:3] for row in found["annexes"][0]["rows"]) == [
        ["Siti Rahayu", "Gang Mawar 9"],
        ["Siti Rahayu", "Gang Melati 4"],
    ]
    assert "Nomor 13 Tahun 2011" in found["words"]["basis"]
    assert minutes.render(meeting).startswith(b"%PDF")


def test_a_reprint_is_the_same_whoever_moved_since(rules):
    mine, family = cases.verified(answers=cases.CLEAR, address="Gang Melati 4"), held(address="Jalan Mawar 7")
    meeting = meetings.closed(applications=[mine], households=[family])
    printed = minutes.content(meeting)
    assert {row[2] for annex in printed["annexes"] for row in annex["rows"]} == {"Gang Melati 4", "Jalan Mawar 7"}
    family.refresh_from_db()
    changed = {"address": "Jalan Jauh 99", "updated_at": timezone.now()}
    Household.objects.filter(pk=family.pk).update(**changed, status="pindah")
    Application.objects.filter(pk=mine.pk).update(address="Gang Keliru 1")
    family.people.update(name="Nama Lain")
    meeting.refresh_from_db()
    assert minutes.content(meeting) == printed
    with pytest.raises(IntegrityError, match="closed"), transaction.atomic():
        meeting.cases.update(address="Diganti diam-diam")
    make.without_trigger("beneficiaries_deliberationcase", "closed_update")  # the twin: what stood there before
    meeting.cases.update(address="")
    assert "Jalan Jauh 99" in str(minutes.content(meeting))


def test_the_notice_stays_open_through_its_last_day(client):
    with time_machine.travel("2026-11-03 11:40+07:00", tick=False):
        meeting = meetings.closed(applications=[cases.verified()])
    page = f"/pengumuman/musyawarah/{meeting.pk}/"
    for at, status in (("2026-11-17 23:50+07:00", 200), ("2026-11-18 00:10+07:00", 404)):
        with time_machine.travel(at, tick=False):
            assert client.get(page).status_code == status


def test_the_minutes_hold_everything_but_identity_numbers(rules):
    household = held(region="31.75.07.1003.001.001")
    case = cases.verified(answers=cases.CLEAR)
    meeting = meetings.begun(applications=[case], households=[household], came=5)
    meetings.agree(meeting)
    row = meeting.cases.get(application=case)
    deliberations.decide(case=row, decision="layak", rank=1, objection="RW ragu.", by=meetings.staff())
    with pytest.raises(ValueError, match="setelah musyawarah ditutup"):
        minutes.render(meeting)
    meeting = deliberations.close(deliberation=meeting, minutes_number="12/BA/2026", by=meetings.lurah())
    found = minutes.content(meeting)
    assert found["number"] == "12/BA/2026" and [a["title"] for a in found["annexes"]] == [
        "RW 001 Klender",
        "RW 008 Klender",
    ]
    assert found["ranked"] == [["1", "Siti Rahayu", "RT 002/RW 008 Klender"]]
    assert found["objections"][0][2] == "RW ragu." and sum(a[2] for a in found["attendance"]) == 5
    assert (
        found["words"]["annex_heads"][0] == "No."
        and f"{timezone.localtime(meeting.decided_at):%H.%M} WIB" in found["closing"]
    )
    person = household.people.get()
    for secret in (case.nik, case.kk, person.nik, household.kk):
        assert secret not in str(found)
    assert minutes.render(meeting).startswith(b"%PDF")
