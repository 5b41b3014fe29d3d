"""Applications: submitted once, found by their holder, decided by the kelurahan, written into the register."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from bansos import codes, workdays
from beneficiaries import applications
from beneficiaries.answers import in_words
from beneficiaries.applications import AlreadyOpen, ApplicationError
from beneficiaries.models import Application, Household, Person
from tests import cases, make, people
from tests.at_once import at_once

pytestmark = pytest.mark.django_db
S = Application.Status


# --- submit


def test_an_application_is_taken_with_a_code_and_a_deadline():
    case = cases.application(phone="+62 812-3456-7890", name="  Siti   Rahayu ")
    assert case.status == S.DIAJUKAN and codes.normalise(case.code) == case.code and len(case.code) == 10
    assert case.due_on == workdays.add(timezone.localdate(), 3)
    case.refresh_from_db()
    assert (case.phone, case.name, case.household, case.submitted_by) == ("081234567890", "Siti Rahayu", None, None)


@pytest.mark.parametrize("typed", ["081234567890", "6281234567890", "+62 812 3456 7890", "0812-3456-7890"])
def test_a_phone_number_is_kept_in_one_form(typed):
    assert cases.application(phone=typed).phone == "081234567890"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"nik": "317507570580900"}, "NIK harus 16 angka. Anda menulis 15."),
        ({"nik": "31750757058090O1"}, "hanya berisi angka"),
        ({"kk": "31750701012090001"}, "Nomor KK harus 16 angka. Anda menulis 17."),
        ({"name": "  "}, "nama lengkap"),
        ({"address": ""}, "alamat"),
        ({"members": 0}, "1 sampai 30"),
        ({"phone": "12345"}, "diawali 08"),
        ({"sex": "X", "nik": "3175070101809001"}, "jenis kelamin"),
        ({"born_on": date(2990, 1, 1), "nik": "3175070101909001"}, "belum terjadi"),
        ({"region": people.RW}, "Pilih RT"),
        ({"answers": {}}, "belum dijawab"),
        ({"answers": cases.ANSWERS | {"floor": "emas"}}, "Lantai"),
        ({"answers": cases.ANSWERS | {"has_car": 1}}, "Mobil"),
        ({"answers": cases.ANSWERS | {"decile": 1}}, "decile"),
        ({"answers": cases.ANSWERS | {"water": "hujan"}}, "air minum"),
        ({"answers": cases.ANSWERS | {"floor_area": "luas"}}, "Luas lantai"),
        ({"answers": cases.ANSWERS | {"has_ac": "ya"}}, "AC|ac"),
    ],
)
def test_what_cannot_be_right_is_refused_in_words(changed, sentence):
    with pytest.raises(ApplicationError, match=sentence):
        cases.application(**changed)
    assert not Application.objects.exists()


def test_an_unknown_floor_may_be_left_out():
    answers = {name: value for name, value in cases.ANSWERS.items() if name not in {"floor", "wall"}}
    assert "floor" not in cases.application(answers=answers).answers


def test_other_facts_of_a_household_may_be_stated():
    case = cases.verified(answers=cases.ANSWERS | {"floor_area": 18, "water": "sumur", "has_ac": False})
    words = {question.name: word for question, word in in_words(case.answers)}
    assert (words["floor_area"], words["water"], words["has_ac"]) == ("18", "Sumur", "Tidak")
    family = _decide(case, people.ani()).household
    assert (family.floor_area, family.water, family.has_ac) == (18, "sumur", False)


def test_a_nik_that_disagrees_with_the_birth_date_is_not_refused():
    assert cases.application(nik=make.nik(date(1955, 1, 1), "L"), born_on=date(1980, 5, 17)).pk


def test_a_family_of_the_register_is_recognised_by_kk_and_nik_together():
    family = make.household()
    person = family.people.get()
    assert cases.application(kk=family.kk, nik=person.nik).household == family
    other = make.household()
    assert cases.application(kk=other.kk).household is None


def test_a_second_open_application_of_a_family_is_refused():
    first = cases.application()
    with pytest.raises(AlreadyOpen, match="sedang berjalan"):
        cases.application(kk=first.kk)
    first.status = S.DIBATALKAN
    first.save()
    assert cases.application(kk=first.kk).pk


def test_without_the_constraint_a_second_open_application_gets_in():
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX application_one_open_per_household")
    first = cases.application()
    assert cases.application(kk=first.kk).pk != first.pk


def test_a_repeated_submit_returns_the_same_application():
    values = cases.values(code=codes.new())
    first = applications.submit(**values)
    assert applications.submit(**values) == first
    with pytest.raises(IntegrityError):  # somebody else's code is never answered
        applications.submit(**cases.values(code=first.code))


def test_two_submits_at_once_leave_one_application(transactional_db):
    values = [cases.values(kk="3175070101209000") for _ in range(2)]
    outcomes = at_once(lambda one: applications.submit(**one), values)
    assert sum("sedang berjalan" in str(outcome) for outcome in outcomes) == 1
    assert Application.objects.count() == 1


# --- find


def test_the_code_and_the_birth_date_find_an_application():
    case = cases.application()
    assert applications.find(code=codes.pretty(case.code).lower(), born_on=case.born_on) == case
    assert applications.find(code=case.code, born_on=case.born_on + timedelta(days=1)) is None


def test_nik_and_kk_find_an_application_only_together():
    case = cases.application()
    spaced = f"{case.nik[:6]} {case.nik[6:]}"
    assert applications.find_by_identity(nik=spaced, kk=case.kk) == case
    assert applications.find_by_identity(nik=case.nik, kk=make.kk()) is None
    assert applications.find_by_identity(nik=make.nik(), kk=case.kk) is None
    assert applications.find_by_identity(nik="123", kk=case.kk) is None


# --- decide


def _decide(case, by, status=S.DITETAPKAN_LAYAK, **more):
    return applications.decide(application=case, status=status, by=by, **more)


def test_an_accepted_family_enters_the_register():
    case = cases.verified(phone="081234567890")
    decided = _decide(case, people.ani())
    family = Household.objects.get()
    assert decided.household == family and decided.status == S.DITETAPKAN_LAYAK and decided.due_on is None
    assert (family.kk, family.region_id, family.phone) == (case.kk, case.region_id, "081234567890")
    stated = {name: value for name, value in cases.ANSWERS.items() if name != "head_works"}
    assert {name: getattr(family, name) for name in stated} == stated
    head = family.people.get()
    assert (head.nik, head.name, head.relation, head.occupation) == (case.nik, case.name, "kepala", "Tidak bekerja")


def test_an_accepted_family_of_the_register_gets_the_new_facts():
    family = make.household(floor="keramik", floor_area=20, head={"occupation": "Tidak bekerja"})
    case = cases.verified(
        kk=family.kk, nik=family.people.get().nik, region=cases.NEXT_RT, answers=cases.ANSWERS | {"head_works": True}
    )
    _decide(case, people.ani())
    family.refresh_from_db()
    assert (family.floor, family.floor_area, family.region_id) == ("tanah", 20, cases.NEXT_RT)
    head = family.people.get()
    assert (head.occupation, head.region_id) == ("Bekerja", cases.NEXT_RT)


def test_a_job_that_the_register_names_is_kept():
    family = make.household(head={"occupation": "Buruh harian lepas"})
    case = cases.verified(kk=family.kk, nik=family.people.get().nik, answers=cases.ANSWERS | {"head_works": True})
    _decide(case, people.ani())
    assert family.people.get().occupation == "Buruh harian lepas"


def test_a_fact_that_a_verifier_disputes_does_not_overwrite_the_register():
    family = make.household(floor="keramik", wall="tembok", head={"occupation": "Buruh harian lepas"})
    case = cases.application(kk=family.kk, nik=family.people.get().nik)
    cases.find(case, by=people.rt(), wrong_facts=["floor", "head_works"])
    cases.find(case, by=people.rw())
    _decide(case, people.ani())
    family.refresh_from_db()
    assert (family.floor, family.wall) == ("keramik", "papan")
    assert family.people.get().occupation == "Buruh harian lepas"


def test_an_applicant_new_to_a_known_card_becomes_a_member():
    family = make.household()
    case = cases.verified(kk=family.kk)
    _decide(case, people.ani())
    assert set(family.people.values_list("relation", flat=True)) == {"kepala", "lainnya"}


@pytest.mark.parametrize("known", [True, False])
def test_a_nik_that_lives_in_another_family_holds_the_decision(known):
    other = make.household()
    kk = make.household().kk if known else make.kk()
    case = cases.verified(nik=other.people.get().nik, kk=kk)
    with pytest.raises(ApplicationError, match="Kemungkinan ganda"):
        _decide(case, people.ani())
    case.refresh_from_db()
    assert case.status == S.VERIFIKASI_ADMINISTRASI and not case.verifications.filter(step="kelurahan").exists()
    assert Person.objects.count() == Household.objects.count()


def test_another_kelurahan_s_family_is_neither_moved_nor_named():
    there = make.household(region="31.75.07.1007.001.001")
    by_card = cases.verified(kk=there.kk, nik=there.people.get().nik)
    ani = people.ani()
    with pytest.raises(ApplicationError, match="di luar wilayah Anda"):
        _decide(by_card, ani)
    by_nik = cases.verified(nik=there.people.get().nik)
    with pytest.raises(ApplicationError) as refused:
        _decide(by_nik, ani)
    assert there.kk[-4:] not in str(refused.value) and "Pondok Kopi" not in str(refused.value)
    there.refresh_from_db()
    assert there.region_id == "31.75.07.1007.001.001"


def test_a_refusal_keeps_its_reason_and_who_decided():
    case = _decide(cases.verified(), people.lurah(), S.DITOLAK, reason="Ada mobil di garasi.", reason_code="R02")
    assert (case.status, case.reason_code, case.decided_by.username) == (S.DITOLAK, "R02", "lurah")
    finding = case.verifications.get(step="kelurahan")
    assert (finding.result, finding.presence, finding.reason) == ("tidak_layak", "ditemukan", "Ada mobil di garasi.")
    assert not Household.objects.exists()


@pytest.mark.parametrize(
    ("status", "more", "sentence"),
    [
        (S.DITOLAK, {"reason_code": "R02"}, "Tulis alasannya"),
        (S.DITOLAK, {"reason": "Ada mobil.", "reason_code": "R99"}, "sebab penolakan"),
        (S.PERLU_PERBAIKAN, {"reason": "  "}, "Tulis alasannya"),
        (S.DUPLIKAT, {}, "Tulis alasannya"),
        (S.DIBATALKAN, {"reason": "x"}, "Pilih keputusannya"),
    ],
)
def test_an_incomplete_decision_is_refused(status, more, sentence):
    case = cases.verified()
    with pytest.raises(ApplicationError, match=sentence):
        _decide(case, people.ani(), status, **more)


def test_a_decision_before_rt_and_rw_is_refused_and_a_duplicate_is_not():
    case, ani = cases.application(), people.ani()
    with pytest.raises(ApplicationError, match="berstatus Diajukan"):
        _decide(case, ani)
    assert _decide(case, ani, S.DUPLIKAT, reason="Sama dengan kode lain.").status == S.DUPLIKAT
    with pytest.raises(ApplicationError, match="berstatus Duplikat"):
        _decide(case, ani)


def test_budi_next_door_and_dewi_the_auditor_cannot_decide():
    case = cases.verified()
    with pytest.raises(ApplicationError, match="luar wilayah"):
        _decide(case, people.budi())
    with pytest.raises(ApplicationError, match="tidak boleh memutuskan"):
        _decide(case, people.dewi())


def test_a_verifier_cannot_decide():
    case = cases.verified()
    rt = case.verifications.get(step="rt").by
    rt.role, rt.region_id = "staf", people.KLENDER  # promoted since
    rt.save()
    with pytest.raises(ApplicationError, match="sudah memverifikasi"):
        _decide(case, rt)
    with pytest.raises(IntegrityError, match="one_step_per_person"), transaction.atomic():
        case.verifications.create(
            region_id=case.region_id, step="kelurahan", presence="ditemukan", result="layak", by=rt
        )
    with connection.cursor() as cursor:  # the twin: without the guard the same person judges twice
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE beneficiaries_verification DROP CONSTRAINT verification_one_step_per_person")
    make.without_trigger("beneficiaries_verification", "one_step_in_all_turns")
    case.verifications.create(region_id=case.region_id, step="kelurahan", presence="ditemukan", result="layak", by=rt)
    assert case.verifications.filter(by=rt).count() == 2


def test_missing_papers_come_and_the_kelurahan_decides_again():
    case, ani = cases.verified(), people.ani()
    waiting = _decide(case, ani, S.PERLU_PERBAIKAN, reason="Bawa fotokopi KK.")
    assert waiting.status == S.PERLU_PERBAIKAN and waiting.decided_by is None
    assert waiting.due_on == workdays.add(timezone.localdate(), 14)
    with pytest.raises(ApplicationError, match="luar wilayah"):
        applications.complete(application=waiting, by=people.budi())
    back = applications.complete(application=waiting, by=ani)
    assert back.status == S.VERIFIKASI_ADMINISTRASI
    with pytest.raises(ApplicationError, match="tidak sedang menunggu"):
        applications.complete(application=waiting, by=ani)
    assert _decide(back, ani).status == S.DITETAPKAN_LAYAK


def test_a_decided_application_stays_decided():
    case = _decide(cases.verified(), people.ani())
    with pytest.raises(Exception, match="[Tt]ransition"), transaction.atomic():
        Application.objects.filter(pk=case.pk).update(status=S.DIAJUKAN)


def test_every_change_says_who_made_it():
    case, ani = cases.verified(), people.ani()
    _decide(case, ani)
    events = Application.pgh_event_model.objects.filter(pgh_obj_id=case.pk).order_by("pgh_id")
    steps = [event.status for event in events]
    assert steps == [S.DIAJUKAN, S.VERIFIKASI_LAPANGAN, S.VERIFIKASI_ADMINISTRASI, S.DITETAPKAN_LAYAK]
    assert events.last().pgh_context.metadata["user"] == ani.pk
