"""Appeals: who may object to what and until when, and how the kecamatan answers."""

import threading
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from bansos import notifications
from bansos.models import Region
from beneficiaries import appeals, applications, deliberations, kinship
from beneficiaries.appeals import AppealError
from beneficiaries.applications import ApplicationError
from beneficiaries.models import Appeal, Application
from distribution import status
from tests import cases, make, meetings, people

pytestmark = pytest.mark.django_db
S, A = Appeal.Status, Application.Status
NEIGHBOUR = {"name": "Pak Toko", "about": "tidak_pantas", "ground": "mampu", "same_kelurahan": True}


def ani():
    return meetings.staff()


def kesra():
    return people.either("kesra", "kesra")


def camat():
    return people.either("camat", "camat")


def refused(**changed) -> Application:
    case = cases.verified(**changed)
    return applications.decide(
        application=case, status=A.DITOLAK, reason="Keluarga punya mobil.", reason_code="R02", by=ani()
    )


def objected(**changed) -> Appeal:
    return appeals.submit(application=refused(**changed), ground="data_keliru", story="Itu mobil majikan.")


def taken(**changed) -> Appeal:
    return appeals.take(appeal=objected(**changed), by=kesra())


def by_neighbour(**changed) -> Appeal:
    return appeals.submit_by_neighbour(region=Region.objects.get(code=people.RT), **NEIGHBOUR | changed)


# --- submitting


def test_a_refused_family_objects_once():
    made = objected()
    assert (made.status, made.about, made.decision_by) == (S.DIAJUKAN, "ditolak", ani())
    assert made.due_on == timezone.localdate() + timedelta(days=14)
    with pytest.raises(AppealError, match="sudah kami terima"):
        appeals.submit(application=made.application, ground="berubah")


def test_a_second_press_of_the_button_is_the_same_appeal():
    case, key = refused(), uuid.uuid4()
    first = appeals.submit(application=case, ground="berubah", form_key=key)
    assert appeals.submit(application=case, ground="berubah", form_key=key) == first
    other = by_neighbour(form_key=uuid.uuid4())
    assert by_neighbour(form_key=other.form_key) == other


@pytest.mark.parametrize(("days", "fine"), [(14, True), (15, False)])
def test_objections_end_after_fourteen_days(days, fine):
    case = refused()
    with time_machine.travel(timezone.now() + timedelta(days=days), tick=True):
        if fine:
            assert appeals.submit(application=case, ground="berubah").pk
        else:
            with pytest.raises(AppealError, match="sudah lewat"):
                appeals.submit(application=case, ground="berubah")


def test_nothing_decided_is_nothing_to_object_to():
    with pytest.raises(AppealError, match="Belum ada keputusan"):
        appeals.submit(application=cases.application(), ground="berubah")
    with pytest.raises(AppealError, match="Pilih alasan"):
        appeals.submit(application=refused(), ground="mampu")


def test_two_objections_at_once_leave_one(transactional_db):
    case, outcomes, ready = refused(), [], threading.Barrier(2)

    def send():
        ready.wait()
        try:
            outcomes.append(appeals.submit(application=case, ground="berubah").pk)
        except AppealError as error:
            outcomes.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Appeal.objects.count() == 1 and sorted(type(o).__name__ for o in outcomes) == ["int", "str"]


def test_without_the_constraint_a_decision_is_objected_to_twice():
    first = objected()
    values = {field.attname: getattr(first, field.attname) for field in Appeal._meta.concrete_fields}
    twin = values | {"id": None, "code": "0000000009"}
    with pytest.raises(IntegrityError, match="appeal_once_per_decision"), transaction.atomic():
        Appeal.objects.create(**twin)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE beneficiaries_appeal DROP CONSTRAINT appeal_once_per_decision")
    assert Appeal.objects.create(**twin).pk


def _accepted_family():
    """An accepted application whose household is scored, and another family that gets the aid."""
    make.criteria()
    case = applications.decide(application=cases.verified(), status=A.DITETAPKAN_LAYAK, by=ani())
    make.score(household=case.household, points=20, verdict="indikasi_tidak_layak")
    return case, make.household()


def test_a_family_left_out_of_a_list_may_object():
    case, other = _accepted_family()
    assert appeals.open_to(case) is None
    round = make.approved_round(other)
    found = appeals.open_to(case)
    assert (found.about, found.by_id, found.at) == ("daftar", camat_of(round), round.approved_at)
    assert "November 2026" in found.words
    made = appeals.submit(application=case, ground="data_keliru")
    row = appeals.take(appeal=made, by=round.approved_by)
    with pytest.raises(AppealError, match="Anda yang memutuskan"):
        appeals.answer(appeal=row, accepted=True, answer="Data diperiksa lagi.", by=round.approved_by)
    done = appeals.answer(appeal=row, accepted=True, answer="Data diperiksa lagi.", by=kesra())
    case.refresh_from_db()
    assert done.status == S.DITERIMA and case.status == A.DITETAPKAN_LAYAK


def told_to(user) -> list[tuple[str, str]]:
    return list(notifications.unread(by=user).values_list("sentence", "link"))


def waits(family) -> bool:
    return family in deliberations.held_households(Region.objects.get(code=people.KLENDER))


def test_an_accepted_objection_to_a_list_goes_to_the_kelurahan_and_to_its_next_meeting():
    case, other = _accepted_family()
    make.approved_round(other)
    row = appeals.take(appeal=appeals.submit(application=case, ground="data_keliru"), by=kesra())
    assert not waits(case.household)
    appeals.answer(appeal=row, accepted=True, answer="Data diperiksa lagi.", by=kesra())
    ((sentence, link),) = told_to(ani())
    assert "Periksa lagi datanya" in sentence and str(row.pk) in link and case.name not in sentence
    assert "memeriksa lagi" in status.of(case).objection.meaning
    assert waits(case.household) and not waits(other)
    meetings.closed("layak", households=[case.household])
    assert not waits(case.household)


@pytest.mark.parametrize(("about", "ground"), [("tidak_pantas", "mampu"), ("terlewat", "kesulitan")])
def test_an_accepted_objection_of_a_neighbour_goes_to_the_kelurahan(about, ground):
    family, ani_, kin = make.household(), ani(), cases.officer("staf.kerabat", "staf", people.KLENDER)
    kinship.declare(officer=kin, kk=family.kk, relation="saudara", by=kin)
    row = appeals.take(appeal=by_neighbour(about=about, ground=ground), by=kesra())
    appeals.name_family(appeal=row, family=family, by=kesra())
    appeals.answer(appeal=row, accepted=True, answer="Benar.", notice="Rumah diperiksa lagi.", by=kesra())
    ((sentence, _link),) = told_to(ani_)
    assert "Datangi rumahnya" in sentence and "Toko" not in sentence
    assert told_to(kin) == [] and waits(family)


def test_an_objection_that_is_not_accepted_moves_nobody():
    family = make.household()
    row = appeals.take(appeal=by_neighbour(), by=kesra())
    appeals.name_family(appeal=row, family=family, by=kesra())
    ani_ = ani()
    appeals.answer(appeal=row, accepted=False, answer="Tidak.", notice="Data Anda tetap.", by=kesra())
    assert told_to(ani_) == [] and not waits(family)


def camat_of(round) -> int:
    return round.approved_by_id


def test_a_family_on_the_list_has_nothing_to_object_to():
    case, _other = _accepted_family()
    case.household.scores.update(points=60, verdict="indikasi_layak")
    make.approved_round(case.household)
    assert appeals.open_to(case) is None


def test_whoever_used_a_neighbours_card_does_not_learn_about_its_lists():
    case, other = _accepted_family()
    make.approved_round(other)
    case.household.people.update(died_on=timezone.localdate())
    assert appeals.contested(case) is None


# --- neighbours


def test_a_neighbour_speaks_without_a_name():
    made = by_neighbour(contact_name="  ", contact_phone="")
    assert (made.contact_name, made.contact_phone, made.application) == (None, None, None)
    named = by_neighbour(contact_name="Citra", contact_phone="0812-3456-7890", about="terlewat", ground="kesulitan")
    named.refresh_from_db()
    assert (named.contact_name, named.contact_phone) == ("Citra", "081234567890")
    with connection.cursor() as cursor:
        cursor.execute("SELECT contact_name FROM beneficiaries_appeal WHERE id = %s", [named.pk])
        assert b"Citra" not in bytes(cursor.fetchone()[0])


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": " "}, "Tulis nama"),
        ({"about": "ditolak"}, "apa yang ingin"),
        ({"about": "terlewat"}, "Pilih alasan"),
        ({"same_kelurahan": False}, "kelurahan yang sama"),
        ({"contact_phone": "12"}, "diawali 08"),
    ],
)
def test_a_neighbours_words_that_cannot_be_are_refused(changed, sentence):
    with pytest.raises(AppealError, match=sentence):
        by_neighbour(**changed)
    with pytest.raises(AppealError, match="Pilih RT"):
        appeals.submit_by_neighbour(region=Region.objects.get(code=people.RW), **NEIGHBOUR)
    assert not Appeal.objects.exists()


# --- answering


def test_only_the_kecamatan_answers():
    made = objected()
    for by in (ani(), meetings.lurah(), people.dewi(), people.budi()):
        with pytest.raises(AppealError, match="Kecamatan yang menjawab"):
            appeals.take(appeal=made, by=by)
    elsewhere = people.user("kesra.lain", "kesra", people.PONDOK_KOPI)
    with pytest.raises(AppealError, match="di luar wilayah"):
        appeals.take(appeal=made, by=elsewhere)


def test_an_appeal_is_taken_before_it_is_answered_and_answered_once():
    made = objected()
    with pytest.raises(AppealError, match="Ambil"):
        appeals.answer(appeal=made, accepted=True, answer="Ya.", by=kesra())
    row = appeals.take(appeal=made, by=kesra())
    with pytest.raises(AppealError, match="sudah diproses"):
        appeals.take(appeal=made, by=camat())
    with pytest.raises(AppealError, match="Tulis jawabannya"):
        appeals.answer(appeal=row, accepted=False, answer="  ", by=kesra())
    appeals.answer(appeal=row, accepted=False, answer="Mobil itu milik keluarga.", by=kesra())
    with pytest.raises(AppealError, match="sudah diproses"):
        appeals.answer(appeal=row, accepted=True, answer="Berubah pikiran.", by=camat())
    row.application.refresh_from_db()
    assert row.application.status == A.DITOLAK


def test_an_accepted_appeal_sends_the_application_back_to_another_decider():
    row = taken()
    appeals.answer(appeal=row, accepted=True, answer="Mobil itu milik majikan.", by=camat())
    case = Application.objects.get(pk=row.application_id)
    assert (case.status, case.decided_by, case.decided_at, case.reason) == (A.VERIFIKASI_ADMINISTRASI, None, None, "")
    assert case.due_on >= timezone.localdate()
    with pytest.raises(ApplicationError, match="sudah memverifikasi"):
        applications.decide(application=case, status=A.DITETAPKAN_LAYAK, by=ani())
    done = applications.decide(application=case, status=A.DITETAPKAN_LAYAK, by=meetings.lurah())
    assert done.status == A.DITETAPKAN_LAYAK and done.verifications.filter(step="kelurahan").count() == 2


def test_a_second_refusal_may_be_objected_to_again():
    row = taken()
    appeals.answer(appeal=row, accepted=True, answer="Diperiksa lagi.", by=camat())
    again = applications.decide(
        application=row.application,
        status=A.DITOLAK,
        reason="Mobil itu tercatat.",
        reason_code="R02",
        by=meetings.lurah(),
    )
    assert appeals.submit(application=again, ground="alasan_keliru").decision_by == meetings.lurah()


def test_a_family_that_applied_again_waits_for_that_decision():
    row = taken()
    cases.application(kk=row.application.kk)
    with pytest.raises(AppealError, match="sudah mendaftar lagi"):
        appeals.answer(appeal=row, accepted=True, answer="Diperiksa lagi.", by=camat())
    row.refresh_from_db()
    assert row.status == S.DIPROSES


def test_without_an_accepted_appeal_no_refusal_is_undone():
    case = refused()
    back = {"status": A.VERIFIKASI_ADMINISTRASI, "decided_at": None, "decided_by": None}
    with pytest.raises(IntegrityError, match="no accepted appeal"), transaction.atomic():
        Application.objects.filter(pk=case.pk).update(**back)
    make.without_trigger("beneficiaries_application", "reopened_by_an_appeal")  # the twin
    Application.objects.filter(pk=case.pk).update(**back)
    case.refresh_from_db()
    assert case.status == A.VERIFIKASI_ADMINISTRASI


def _answer_by_hand(row, by):
    values = {"status": "ditolak", "decided_by": by, "decided_at": timezone.now(), "answer": "Tetap."}
    with transaction.atomic():
        Appeal.objects.filter(pk=row.pk).update(**values)


def test_the_first_decider_does_not_answer_even_by_hand():
    row = taken()
    with pytest.raises(IntegrityError, match="appeal_not_answered_by_who_decided_first"):
        _answer_by_hand(row, ani())
    with connection.cursor() as cursor:  # the twin
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE beneficiaries_appeal DROP CONSTRAINT appeal_not_answered_by_who_decided_first")
    _answer_by_hand(row, ani())
    assert Appeal.objects.get().decided_by == ani()


def own_family_of(row, officer):
    officer.kk_index = row.application.kk_index
    officer.save(update_fields=["kk_index"])


def test_nobody_answers_the_appeal_of_the_own_family_even_by_hand():
    row = taken()
    own_family_of(row, kesra())
    with pytest.raises(AppealError, match="keluarga"):
        appeals.answer(appeal=row, accepted=True, answer="Benar.", by=kesra())
    with pytest.raises(IntegrityError, match="relative"), transaction.atomic():
        _answer_by_hand(row, kesra())


def test_without_the_trigger_an_officer_answers_the_own_family():
    row = taken()
    own_family_of(row, kesra())
    make.without_trigger("beneficiaries_appeal", "answerer_is_no_relative")
    _answer_by_hand(row, kesra())
    assert Appeal.objects.get(pk=row.pk).decided_by == kesra()


def test_an_answer_stands():
    row = taken()
    appeals.answer(appeal=row, accepted=False, answer="Tetap.", by=camat())
    change = {"answer": "Diganti diam-diam."}
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        Appeal.objects.filter(pk=row.pk).update(**change)
    make.without_trigger("beneficiaries_appeal", "answered")  # the twin
    assert Appeal.objects.filter(pk=row.pk).update(**change) == 1


def test_the_meeting_advises_and_the_kecamatan_answers():
    row = appeals.ask_meeting(appeal=taken(), by=kesra())
    meeting = meetings.closed(appeals=[row])
    row.refresh_from_db()
    assert row.status == S.DIPROSES and meeting.cases.get().appeal == row
    with pytest.raises(AppealError, match="Ambil"):
        appeals.ask_meeting(appeal=by_neighbour(), by=kesra())


# --- what the family reads


def test_the_family_reads_how_its_objection_stands():
    case = refused()
    assert status.of(case).object_until == timezone.localdate() + timedelta(days=14)
    made = appeals.submit(application=case, ground="berubah")
    shown = status.of(case)
    assert shown.object_until is None and shown.objection.title == "Keberatan Anda sudah kami terima"
    assert shown.objection.due_on == made.due_on
    row = appeals.take(appeal=made, by=kesra())
    assert "sedang diperiksa" in status.of(case).objection.title
    appeals.answer(appeal=row, accepted=True, answer="Mobil itu milik majikan.", by=camat())
    shown = status.of(Application.objects.get(pk=case.pk))
    assert shown.word == "Diverifikasi" and shown.objection.answer == "Mobil itu milik majikan."
    assert "diputuskan lagi" in shown.objection.meaning


def test_a_neighbours_words_never_reach_the_family():
    case = refused()
    by_neighbour(name=case.name, contact_name="Citra", story="Dia punya toko.")
    assert status.of(case).objection is None
