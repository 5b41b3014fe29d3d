"""The chain: deadlines, reminders, sending back, deputies, and nobody judges the own family."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from bansos import jobs, notifications, workdays
from bansos.models import Notification, Region
from beneficiaries import (
    applications,
    conflicts,
    deadlines,
    deliberations,
    deputies,
    endings,
    kinship,
    reminders,
    tasks,
    verification,
)
from beneficiaries.applications import ApplicationError
from beneficiaries.conflicts import ConflictError
from beneficiaries.deliberations import DeliberationError
from beneficiaries.deputies import DeputyError
from beneficiaries.kinship import KinshipError
from beneficiaries.models import (
    Application,
    Deputy,
    Handback,
    Kinship,
    Settlement,
    StepDeadline,
    Verification,
    VerificationEvent,
)
from beneficiaries.verification import VerificationError
from distribution import handovers
from distribution.handovers import HandoverError
from distribution.models import Handover
from tests import cases, make, meetings, people
from tests.test_offline import answer

pytestmark = pytest.mark.django_db
S, Kind = Application.Status, Notification.Kind
NEXT_WEEK = timedelta(days=7)


def today() -> date:
    return timezone.localdate()


def stand_in(region: str, deputy, by, **changed) -> Deputy:
    values = {"starts_on": today(), "ends_on": today() + NEXT_WEEK, "reason": "Sakit"} | changed
    return deputies.name(region=Region.objects.get(code=region), deputy=deputy, by=by, **values)


def neighbour():
    return cases.officer("rt.sebelah", "rt", cases.NEXT_RT)


def drop(name: str, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


# --- deadlines


def test_a_step_takes_as_long_as_the_row_in_force_says():
    assert deadlines.due_on(S.DIAJUKAN) == workdays.add(today(), 3)
    StepDeadline.objects.create(step=S.DIAJUKAN, starts_on=today(), days=5, source="SE Camat 4/2026")
    StepDeadline.objects.create(step=S.DIAJUKAN, starts_on=today() + NEXT_WEEK, days=2, source="SE Camat 5/2026")
    assert cases.application().due_on == workdays.add(today(), 5)
    later = today() + NEXT_WEEK
    assert deadlines.due_on(S.DIAJUKAN, later) == workdays.add(later, 2)
    assert deadlines.due_on(S.DITOLAK) is None


def test_a_promised_date_stays_when_the_rule_changes():
    case = cases.application()
    StepDeadline.objects.create(step=S.DIAJUKAN, starts_on=today(), days=9, source="SE Camat")
    case.refresh_from_db()
    assert case.due_on == workdays.add(today(), 3)


@pytest.mark.parametrize("odd", [{"days": 0}, {"days": 91}, {"remind_days": 3}, {"escalate_days": 0}])
def test_the_database_refuses_an_odd_deadline(odd):
    with pytest.raises(IntegrityError, match="step_deadline_sensible"), transaction.atomic():
        StepDeadline.objects.create(**{"step": S.DIAJUKAN, "starts_on": today(), "days": 3, "source": "x"} | odd)


def test_defaults_are_written_once():
    for _ in range(2):
        deadlines.load_default(starts_on=date(2026, 1, 1))
    assert StepDeadline.objects.count() == 6
    assert deadlines.limits() == deadlines.DEFAULTS


# --- reminders


def told(kind=None) -> set[str]:
    rows = Notification.objects.exclude(recipient=None)
    return set((rows.filter(kind=kind) if kind else rows).values_list("recipient__username", flat=True))


def test_the_verifier_is_reminded_before_and_on_the_day():
    case, _rt = cases.application(), people.rt()
    reminders.send(today())
    assert not Notification.objects.exists()
    day_before = next(
        d for n in range(1, 9) if workdays.between(d := case.due_on - timedelta(days=n), case.due_on) == 1
    )
    reminders.send(day_before)
    assert told(Kind.PENGINGAT) == {"rt"} and told() == {"rt"}
    reminders.send(case.due_on)
    assert told(Kind.HARI_INI) == {"rt"}
    assert case.name in Notification.objects.first().sentence


def test_word_of_a_late_step_climbs_to_the_next_officer():
    case = cases.application()
    people.rt(), people.rw(), people.ani(), people.lurah(), people.kesra(), people.budi()
    for days, reached in ((1, {"rw"}), (2, {"rw"}), (3, {"rw", "ani"}), (5, {"rw", "ani", "lurah"})):
        reminders.send(workdays.add(case.due_on, days))
        assert told(Kind.TERLAMBAT) == reached, days
    reminders.send(workdays.add(case.due_on, 40))
    assert told(Kind.TERLAMBAT) == {"rw", "ani", "lurah", "kesra"}


def test_where_nobody_fills_a_seat_the_next_one_is_told():
    case = cases.application()
    people.ani()
    reminders.send(case.due_on)
    assert told(Kind.HARI_INI) == {"ani"}


def test_a_relative_is_not_reminded_but_the_next_one_is():
    case, rt = cases.application(), people.rt()
    people.rw()
    kinship.declare(officer=rt, application=case, relation="saudara", by=rt)
    reminders.send(case.due_on)
    assert told(Kind.HARI_INI) == {"rw"}


def test_a_deputy_is_reminded_too():
    case, rt = cases.application(), people.rt()
    stand_in(people.RT, neighbour(), rt)
    reminders.send(case.due_on)
    assert told(Kind.HARI_INI) == {"rt", "rt.sebelah"}


def test_a_family_is_reminded_of_its_papers_and_nobody_else():
    case, ani = cases.verified(), people.ani()
    applications.decide(application=case, status=S.PERLU_PERBAIKAN, reason="Bawa KK.", by=ani)
    case.refresh_from_db()
    reminders.send(case.due_on - timedelta(days=1))
    sentence = applications.messages_for(case).filter(kind=Kind.PENGINGAT).get().sentence
    assert "paling lambat" in sentence
    assert told() == set()


def incomplete(by) -> Application:
    case = cases.verified()
    return applications.decide(application=case, status=S.PERLU_PERBAIKAN, reason="Bawa KK.", by=by)


def test_on_the_last_day_the_family_and_its_kelurahan_are_told():
    case = incomplete(people.ani())
    reminders.send(case.due_on)
    assert told(Kind.HARI_INI) == {"ani"}
    assert "hari terakhir" in applications.messages_for(case).filter(kind=Kind.HARI_INI).get().sentence


def test_what_is_not_completed_by_its_day_is_closed_at_night_and_the_family_applies_again():
    ani = people.ani()
    case = incomplete(ani)
    again = {"kk": case.kk, "nik": case.nik}
    assert endings.lapse() == 0
    with pytest.raises(applications.AlreadyOpen):
        cases.application(**again)
    Application.objects.filter(pk=case.pk).update(due_on=today())
    assert endings.lapse() == 0
    with pytest.raises(IntegrityError, match="its day is not over"), transaction.atomic():
        Application.objects.filter(pk=case.pk).update(status=S.KEDALUWARSA)
    Application.objects.filter(pk=case.pk).update(due_on=today() - timedelta(days=1))
    assert (endings.lapse(), endings.lapse()) == (1, 0)
    case.refresh_from_db()
    assert (case.status, case.reason, case.decided_by) == (S.KEDALUWARSA, "Bawa KK.", None)
    assert "boleh mendaftar lagi" in applications.messages_for(case).first().sentence
    with pytest.raises(ApplicationError, match="tidak sedang menunggu"):
        applications.complete(application=case, by=ani)
    assert cases.application(**again).status == S.DIAJUKAN


def test_a_family_takes_its_application_back_at_the_desk(client):
    case, ani = cases.application(), people.ani()
    for by, reason, sentence in (
        (ani, " ", "Tulis mengapa"), (people.budi(), "Pindah", "luar wilayah"), (people.rt(), "Pindah", "tidak boleh"),
    ):  # fmt: skip
        with pytest.raises(ApplicationError, match=sentence):
            endings.cancel(application=case, reason=reason, by=by)
    client.force_login(ani)
    page = f"/admin/beneficiaries/application/{case.pk}/"
    assert "Keluarga membatalkan" in client.get(f"{page}change/").text
    assert client.post(f"{page}batalkan/", {"reason": ""}).status_code == 422
    assert client.post(f"{page}batalkan/", {"reason": "Sudah dibantu anaknya."}).status_code == 302
    case.refresh_from_db()
    assert (case.status, case.reason, case.due_on) == (S.DIBATALKAN, "Sudah dibantu anaknya.", None)
    assert "atas permintaan Anda" in applications.messages_for(case).get().sentence
    assert client.get(f"{page}batalkan/").status_code == 403


def test_a_relative_takes_no_application_back():
    case, ani = cases.application(), people.ani()
    kinship.declare(officer=ani, application=case, relation="saudara", by=ani)
    with pytest.raises(ApplicationError, match="kerabat"):
        endings.cancel(application=case, reason="Pindah", by=ani)


def test_a_double_beat_tells_once_and_without_the_constraint_twice():
    case = cases.application()
    people.rt()
    for _ in range(2):
        reminders.send(case.due_on)
    assert Notification.objects.count() == 1
    drop("notification_once", "bansos_notification")
    reminders.send(case.due_on)
    assert Notification.objects.count() == 2


def test_the_nightly_task_runs_as_a_job(django_capture_on_commit_callbacks):
    people.rt()
    Application.objects.filter(pk=cases.application().pk).update(due_on=today())
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            tasks.remind()
    done = jobs.Job.objects.filter(kind="reminders.send")
    assert {job.state for job in done} == {"selesai"} and done[0].result == {"messages": 1, "lapsed": 0}
    assert Notification.objects.count() == 1


# --- notifications


def test_a_decision_leaves_the_family_a_message_in_the_same_transaction(monkeypatch):
    case, ani = cases.verified(), people.ani()
    with pytest.raises(RuntimeError), transaction.atomic():
        applications.decide(application=case, status=S.DITETAPKAN_LAYAK, by=ani)
        assert applications.messages_for(case).count() == 1
        raise RuntimeError
    assert not applications.messages_for(case).exists()
    applications.decide(application=case, status=S.DITETAPKAN_LAYAK, by=ani)
    assert "disetujui" in applications.messages_for(case).get().sentence


def _message(**changed):
    values = {
        "recipient": None, "kind": Kind.KEPUTUSAN, "sentence": "Kabar.", "subject": "application", "subject_id": 1,
        "occasion": "x", "region_id": people.RT,
    }  # fmt: skip
    return notifications.Message(**values | changed)


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"sentence": f"NIK {make.nik()} ditolak"}, "without_identity_number"),
        ({"link": "/admin/"}, "has_no_link"),
        ({"sentence": "Buka https://contoh.id"}, "has_no_link"),
    ],
)
def test_the_database_refuses_a_number_and_a_link_to_a_family(changed, rule):
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        notifications.tell([_message(**changed)])


def test_only_the_recipient_notes_reading_and_nothing_else_changes():
    rt = people.rt()
    notifications.tell([_message(recipient=rt)])
    row = Notification.objects.get()
    assert notifications.read(numbers=[row.pk], by=people.rw()) == 0
    assert notifications.read(numbers=[row.pk], by=rt) == 1
    assert not notifications.unread(by=rt).exists()
    with pytest.raises(Exception, match="[Cc]annot|read"), transaction.atomic():
        Notification.objects.update(sentence="Lain.")
    with pytest.raises(Exception, match="[Cc]annot delete"), transaction.atomic():
        row.delete()


# --- sending back


def test_the_rw_sends_back_and_rt_and_rw_verify_anew():
    case, rt, rw = cases.application(), people.rt(), people.rw()
    cases.find(case, by=rt, wrong_facts=["wall"])
    made = verification.send_back(application=case, note="Lihat dapurnya.", by=rw)
    case.refresh_from_db()
    assert made.turn == 1 and case.status == S.DIAJUKAN and case.due_on == workdays.add(today(), 3)
    assert list(verification.tasks_for(rt)) == [case] and not verification.tasks_for(rw).exists()
    assert "Lihat dapurnya." in notifications.unread(by=rt).get().sentence
    assert verification.with_tag(verification.tasks_for(rt)).get().tag == "ulang"
    assert cases.find(case, by=rt, wrong_facts=["floor"]).turn == 1
    cases.find(case, by=rw)
    case.refresh_from_db()
    assert case.status == S.VERIFIKASI_ADMINISTRASI and case.disputed_facts() == {"floor"}


def test_the_kelurahan_sends_back_what_waits_for_it_and_still_decides():
    case, ani = cases.verified(), people.ani()
    rt, rw = (case.verifications.get(step=step).by for step in ("rt", "rw"))
    verification.send_back(application=case, note="Alamat tidak cocok.", by=ani)
    for by in (rt, rw):
        cases.find(case, by=by)
    case.refresh_from_db()
    assert applications.decide(application=case, status=S.DITETAPKAN_LAYAK, by=ani).status == S.DITETAPKAN_LAYAK


def test_who_may_not_send_back():
    case, rt, rw = cases.application(), people.rt(), people.rw()
    with pytest.raises(VerificationError, match="tidak sedang di tangan"):
        verification.send_back(application=case, note="x", by=rw)
    cases.find(case, by=rt)
    for by, note, sentence in (
        (rt, "x", "Hanya ketua RW"), (rw, " ", "Tulis apa"), (people.ani(), "x", "tidak sedang di tangan"),
        (people.budi(), "x", "luar wilayah"), (people.user("rw9", "rw", "31.75.07.1003.009"), "x", "luar wilayah"),
    ):  # fmt: skip
        with pytest.raises(VerificationError, match=sentence):
            verification.send_back(application=case, note=note, by=by)
    assert not Handback.objects.exists()


def test_a_case_is_sent_back_three_times_at_most():
    case, rt, rw = cases.application(), people.rt(), people.rw()
    for _ in range(3):
        cases.find(case, by=rt)
        verification.send_back(application=case, note="Lihat lagi.", by=rw)
    cases.find(case, by=rt)
    with pytest.raises(VerificationError, match="tiga kali"):
        verification.send_back(application=case, note="Lihat lagi.", by=rw)


def test_the_database_refuses_a_way_back_without_a_note():
    case = cases.application()
    cases.find(case, by=people.rt())
    rows = Application.objects.filter(pk=case.pk)
    with pytest.raises(IntegrityError, match="no note"), transaction.atomic():
        rows.update(status=S.DIAJUKAN)
    make.without_trigger("beneficiaries_application", "sent_back_with_a_note")
    assert rows.update(status=S.DIAJUKAN) == 1  # the twin: the RT's work would be undone without a word


def test_one_person_never_does_two_steps_even_after_sending_back():
    case, rt, rw = cases.application(), people.rt(), people.rw()
    cases.find(case, by=rt)
    verification.send_back(application=case, note="Lihat lagi.", by=rw)
    cases.find(case, by=people.user("rt.dua", "rt", people.RT))
    values = {"region_id": case.region_id, "presence": "ditemukan", "result": "layak", "step": "rw", "turn": 1}
    with pytest.raises(IntegrityError, match="one_step_per_person"), transaction.atomic():
        case.verifications.create(by=rt, **values)
    make.without_trigger("beneficiaries_verification", "one_step_in_all_turns")
    case.verifications.create(by=rt, **values)
    assert case.verifications.filter(by=rt).count() == 2


# --- deputies


def test_a_deputy_acts_in_the_own_name_for_the_time_named():
    case, rt, other = cases.application(), people.rt(), neighbour()
    with pytest.raises(VerificationError, match="luar wilayah"):
        cases.find(case, by=other)
    made = stand_in(people.RT, other, rt)
    assert list(verification.tasks_for(other)) == [case]
    assert "menggantikan" in notifications.unread(by=other).get().sentence
    found = cases.find(case, by=other)
    assert (found.by, found.deputy, found.step) == (other, made, "rt")


def test_an_appointment_ends_by_its_day_or_by_hand():
    case, rt, other = cases.application(), people.rt(), neighbour()
    made = stand_in(people.RT, other, rt)
    deputies.end(deputy=made, by=rt)
    with pytest.raises(DeputyError, match="sudah berakhir"):
        deputies.end(deputy=made, by=rt)
    stand_in(people.RT, other, rt, starts_on=today() + timedelta(days=1))
    assert not verification.tasks_for(other).exists()
    with pytest.raises(VerificationError, match="luar wilayah"):
        cases.find(case, by=other)


def test_the_database_refuses_a_deputy_out_of_time_or_of_another_place():
    case, rt, other = cases.application(), people.rt(), neighbour()
    later = stand_in(people.RT, other, rt, starts_on=today() + timedelta(days=1))
    values = {"region_id": case.region_id, "presence": "ditemukan", "result": "layak", "step": "rt", "by": other}
    elsewhere = stand_in("31.75.07.1003.008.004", other, people.rw())
    for deputy in (later, elsewhere):
        with pytest.raises(IntegrityError, match="verifier"), transaction.atomic():
            case.verifications.create(deputy=deputy, **values)
    make.without_trigger("beneficiaries_verification", "verifier_in_region")
    case.verifications.create(deputy=later, **values)  # the twin


def test_a_deputy_of_the_rw_does_not_check_the_own_finding():
    case, rt = cases.application(), people.rt()
    cases.find(case, by=rt)
    stand_in(people.RW, rt, people.rw())
    assert not verification.tasks_for(rt).exists()
    with pytest.raises(VerificationError, match="di langkah lain"):
        cases.find(case, by=rt)


def test_who_names_whom():
    rt, rw, ani, other = people.rt(), people.rw(), people.ani(), neighbour()
    far = people.user("rt.jauh", "rt", "31.75.07.1007.001.001")
    for region, deputy, by, changed, sentence in (
        (people.RT, other, other, {}, "tidak boleh"), (people.RT, other, people.budi(), {}, "tidak boleh"),
        (people.RW, other, rt, {}, "tidak boleh"), (people.RT, ani, ani, {}, "digantikan"),
        (people.RT, far, ani, {}, "kelurahan yang sama"), (people.RT, rt, ani, {}, "orang lain"),
        (people.KECAMATAN, rw, ani, {}, "hanya untuk"), (people.RT, other, rt, {"reason": " "}, "sebabnya"),
        (people.RT, other, rt, {"ends_on": today() - timedelta(days=1)}, "Tanggal akhir"),
        (people.RT, other, rt, {"ends_on": today() + timedelta(days=200)}, "tiga bulan"),
    ):  # fmt: skip
        with pytest.raises(DeputyError, match=sentence):
            stand_in(region, deputy, by, **changed)
    assert not Deputy.objects.exists()
    for by in (rt, rw, ani):
        stand_in(people.RT, other, by)


def test_the_database_refuses_an_endless_deputy():
    with pytest.raises(IntegrityError, match="three_months"), transaction.atomic():
        Deputy.objects.create(
            region_id=people.RT, deputy=neighbour(), starts_on=today(), ends_on=today() + timedelta(days=93),
            reason="Sakit", named_by=people.rt(),
        )  # fmt: skip


# --- the own family


def test_an_officer_does_not_verify_a_declared_relative_and_others_are_told():
    case, rt, rw, ani = cases.application(), people.rt(), people.rw(), people.ani()
    kinship.declare(officer=rt, application=case, relation="saudara", by=rt)
    assert not verification.tasks_for(rt).exists()
    with pytest.raises(VerificationError, match="kerabat"):
        cases.find(case, by=rt)
    for officer in (rw, ani):
        assert "Tunjuk pengganti" in notifications.unread(by=officer).get().sentence
    other = neighbour()
    stand_in(people.RT, other, rw)
    assert cases.find(case, by=other).by == other


def test_the_own_household_counts_without_a_declaration():
    case, rt = cases.application(), people.rt()
    rt.kk_index = bytes(case.kk_index)
    rt.save()
    assert not verification.tasks_for(rt).exists()
    with pytest.raises(VerificationError, match="kerabat"):
        cases.find(case, by=rt)


@pytest.mark.parametrize("own", [True, False], ids=["own household", "a relative's"])
def test_the_database_refuses_a_verifier_of_the_own_family(own):
    case, rt = cases.application(), people.rt()
    if own:
        rt.kk_index = bytes(case.kk_index)
        rt.save()
    else:
        kinship.declare(officer=rt, application=case, relation="ipar", by=rt)
    values = {"region_id": case.region_id, "presence": "ditemukan", "result": "layak", "step": "rt", "by": rt}
    with pytest.raises(IntegrityError, match="own or a relative"), transaction.atomic():
        case.verifications.create(**values)
    make.without_trigger("beneficiaries_verification", "verifier_is_no_relative")
    case.verifications.create(**values)
    assert case.verifications.get().by == rt  # the twin: the family judges itself


def test_the_database_and_the_verb_refuse_a_decider_of_the_own_family():
    case, ani = cases.verified(), people.ani()
    kinship.declare(officer=ani, application=case, relation="saudara", by=ani)
    with pytest.raises(ApplicationError, match="kerabat"):
        applications.decide(application=case, status=S.DITETAPKAN_LAYAK, by=ani)
    with pytest.raises(VerificationError, match="kerabat"):
        verification.send_back(application=case, note="x", by=ani)
    rows, values = Application.objects.filter(pk=case.pk), {"decided_by": ani, "decided_at": timezone.now()}
    with pytest.raises(IntegrityError, match="own or a relative"), transaction.atomic():
        rows.update(status=S.DITETAPKAN_LAYAK, **values)
    make.without_trigger("beneficiaries_application", "decider_is_no_relative")
    assert rows.update(status=S.DITETAPKAN_LAYAK, **values) == 1


def test_who_declares_for_whom():
    case, rt, ani = cases.application(), people.rt(), people.ani()
    number = make.kk()
    for kwargs, sentence in (
        ({"officer": rt, "kk": number, "by": neighbour()}, "tidak boleh"),
        ({"officer": rt, "kk": number, "by": people.budi()}, "luar wilayah"),
        ({"officer": rt, "kk": "123", "by": ani}, "16 angka"),
        ({"officer": rt, "kk": number, "by": ani, "relation": "teman"}, "hubungannya"),
    ):
        with pytest.raises(KinshipError, match=sentence):
            kinship.declare(**{"relation": "saudara"} | kwargs)
    made = kinship.declare(officer=rt, kk=number, relation="saudara", by=ani)
    with pytest.raises(KinshipError, match="sudah dinyatakan"):
        kinship.declare(officer=rt, kk=number, relation="ipar", by=ani)
    with pytest.raises(KinshipError, match="tidak boleh"):
        kinship.withdraw(kinship=made, by=rt)
    kinship.withdraw(kinship=made, by=ani)
    assert not kinship.is_kin(rt, made.kk_index) and not kinship.is_kin(rt, case.kk_index)
    assert Kinship.objects.get().ended_by == ani


def test_a_meeting_is_neither_noted_nor_closed_by_a_relative():
    family = make.household()
    meeting = meetings.begun(applications=[cases.verified(kk=family.kk)])
    case, ani, lurah = meeting.cases.get(), meetings.staff(), meetings.lurah()
    kinship.declare(officer=ani, application=case.application, relation="saudara", by=ani)
    with pytest.raises(DeliberationError, match="kerabat"):
        deliberations.decide(case=case, decision="layak", by=ani)
    make.without_trigger("beneficiaries_deliberationcase", "noted_by_no_relative")
    assert deliberations.decide(case=case, decision="layak", by=ani).noted_by == ani  # the twin
    kinship.declare(officer=lurah, application=case.application, relation="ipar", by=lurah)
    with pytest.raises(DeliberationError, match="kerabat"):
        deliberations.close(deliberation=meeting, minutes_number="1/BA", by=lurah)


def test_the_database_refuses_to_close_over_a_held_relative():
    make.criteria()
    family = make.scored_household(points=60, verdict="ditahan")
    meeting, lurah = meetings.begun(households=[family]), meetings.lurah()
    meetings.agree(meeting)
    kinship.declare(officer=lurah, kk=family.kk, relation="ipar", by=lurah)
    with pytest.raises(DeliberationError, match="Tunjuk pengganti lurah"):
        deliberations.close(deliberation=meeting, minutes_number="1/BA", by=lurah)
    make.without_trigger("beneficiaries_deliberation", "closed_by_no_relative")
    assert deliberations.close(deliberation=meeting, minutes_number="1/BA", by=lurah).decided_by == lurah


def test_who_stands_in_for_the_lurah_closes_the_meeting():
    meeting, other = meetings.begun(applications=[cases.verified()]), people.user("cici", "staf", people.KLENDER)
    meetings.agree(meeting)
    with pytest.raises(DeliberationError, match="Hanya lurah"):
        deliberations.close(deliberation=meeting, minutes_number="1/BA", by=other)
    stand_in(people.KLENDER, other, meetings.lurah())
    assert deliberations.close(deliberation=meeting, minutes_number="1/BA", by=other).decided_by == other


def test_aid_is_not_handed_to_the_own_family():
    family, ani = make.household(), people.ani()
    entitlement = make.approved_round(family).entitlements.get()
    ani.kk_index = bytes(family.kk_index)
    ani.save()
    values = {"recipient": family.people.get(), "identity_seen": True}
    with pytest.raises(HandoverError, match="kerabat"):
        handovers.record(entitlement=entitlement, by=ani, **values)
    row = values | {"region_id": family.region_id, "method": "sendiri", "value": 1, "by": ani}
    with pytest.raises(IntegrityError, match="own or a relative"), transaction.atomic():
        Handover.objects.create(entitlement=entitlement, **row)
    make.without_trigger("distribution_handover", "giver_is_no_relative")
    Handover.objects.create(entitlement=entitlement, **row)


# --- conflicts


def conflict(case, by) -> VerificationEvent:
    from beneficiaries import offline

    contents = {"presence": "pindah", "result": "tidak_layak", "reason": "Kata tetangga.", "wrong_facts": []}
    receipt = offline.receive(answer=answer(case, base_version="lama", contents=contents), by=by)
    assert receipt.outcome == "konflik"
    return receipt.event


def test_the_phone_s_answer_takes_effect_anew_when_the_step_is_over():
    case, ani = cases.verified(), people.ani()
    rt = case.verifications.get(step="rt").by
    event = conflict(case, rt)
    assert "berbeda" in notifications.unread(by=ani).get().sentence
    made = conflicts.settle(event=event, stands="hp", note="Saya tanya RW.", by=ani)
    case.refresh_from_db()
    last = case.verifications.filter(step="rt").last()
    assert made.stands == "hp" and (last.turn, last.presence, last.by) == (1, "pindah", rt)
    assert case.status == S.VERIFIKASI_LAPANGAN  # the RW looks anew
    assert "jawaban Anda dari HP" in notifications.unread(by=rt).filter(kind=Kind.KONFLIK).get().sentence
    assert not VerificationEvent.objects.unsettled().exists()
    with pytest.raises(ConflictError, match="sudah diselesaikan"):
        conflicts.settle(event=event, stands="server", note="x", by=people.lurah())


def test_the_phone_s_answer_fills_a_step_that_still_waits():
    case, rt, ani = cases.application(), people.rt(), people.ani()
    conflicts.settle(event=conflict(case, rt), stands="hp", note="Sudah ditanyakan.", by=ani)
    assert case.verifications.get().turn == 0 and not Handback.objects.exists()


def test_the_server_s_answer_stands_and_nothing_moves():
    case, ani = cases.verified(), people.ani()
    event = conflict(case, case.verifications.get(step="rt").by)
    conflicts.settle(event=event, stands="server", note="RW sudah melihat.", by=ani)
    case.refresh_from_db()
    assert case.status == S.VERIFIKASI_ADMINISTRASI and case.verifications.count() == 2


def test_who_settles_and_what_cannot_be_settled():
    case, ani = cases.verified(), people.ani()
    rt, rw = (case.verifications.get(step=step).by for step in ("rt", "rw"))
    event = conflict(case, rt)
    late = conflict(case, rw)
    for kwargs, sentence in (
        ({"by": rt}, "lurah atau staf"), ({"by": people.budi()}, "luar wilayah"), ({"note": " "}, "alasannya"),
        ({"stands": "dua"}, "Pilih jawaban"), ({"event": late, "stands": "hp"}, "sudah lewat"),
    ):  # fmt: skip
        with pytest.raises(ConflictError, match=sentence):
            conflicts.settle(**{"event": event, "stands": "server", "note": "Sudah.", "by": ani} | kwargs)
    assert not Settlement.objects.exists()


def test_the_database_refuses_a_settlement_by_who_answered():
    case = cases.verified()
    rt = case.verifications.get(step="rt").by
    event = conflict(case, rt)
    with pytest.raises(IntegrityError, match="own answer"), transaction.atomic():
        Settlement.objects.create(event=event, stands="hp", note="Saya benar.", by=rt)
    make.without_trigger("beneficiaries_settlement", "of_a_conflict_by_another")
    Settlement.objects.create(event=event, stands="hp", note="Saya benar.", by=rt)


def test_a_stale_phone_does_not_answer_for_the_new_turn():
    """After sending back the family looks the same; the phone's answer is of the turn before all the same."""
    from beneficiaries import offline

    case, rt, rw = cases.application(), people.rt(), people.rw()
    taken_along = answer(case)
    cases.find(case, by=rt)
    verification.send_back(application=case, note="Lihat lagi.", by=rw)
    receipt = offline.receive(answer=taken_along, by=rt)
    assert receipt.outcome != "diterima" and Verification.objects.filter(turn=1).count() == 0


# --- the admin


def test_the_assignment_page_shows_who_has_how_much(client):
    case = cases.application()
    client.force_login(cases.officer("lurah", "lurah", people.KLENDER))
    page = client.get("/admin/beneficiaries/application/penugasan/").content.decode()
    assert case.region.label in page and "Perlu pengganti" in page and "Penugasan RT dan RW" in page
    client.force_login(people.budi())
    assert case.region.label not in client.get("/admin/beneficiaries/application/penugasan/").content.decode()


@pytest.mark.parametrize("name", ["deputy", "kinship", "stepdeadline"])
def test_the_chain_s_lists_and_forms_open(client, name):
    client.force_login(people.kesra() if name == "stepdeadline" else cases.officer("lurah", "lurah", people.KLENDER))
    assert client.get(f"/admin/beneficiaries/{name}/").status_code == 200
    more = f"?kursi={people.RT}" if name == "deputy" else ""
    assert client.get(f"/admin/beneficiaries/{name}/add/{more}").status_code == 200
