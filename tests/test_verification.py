"""Verification: RT, then RW, each once, each in the own region; the database holds it too."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from bansos import workdays
from beneficiaries import applications, verification
from beneficiaries.models import Application, Verification
from beneficiaries.verification import VerificationError
from tests import cases, make, people
from tests.at_once import at_once

pytestmark = pytest.mark.django_db
S = Application.Status


def _row(case, by, step="rt", **more):
    """Writes a finding past the verb, as a careless program would."""
    values = {"region_id": case.region_id, "presence": "ditemukan", "result": "layak"} | more
    return case.verifications.create(step=step, by=by, **values)


def test_the_rt_then_the_rw_move_the_application_on():
    case, rt, rw = cases.application(), people.rt(), people.rw()
    assert list(verification.tasks_for(rt)) == [case] and not verification.tasks_for(rw).exists()
    found = cases.find(case, by=rt, wrong_facts=["floor", "members"])
    case.refresh_from_db()
    assert (found.step, found.region_id, found.wrong_facts) == ("rt", case.region_id, ["floor", "members"])
    assert case.status == S.VERIFIKASI_LAPANGAN and case.due_on == workdays.add(timezone.localdate(), 3)
    assert list(verification.tasks_for(rw)) == [case] and not verification.tasks_for(rt).exists()
    cases.find(case, by=rw, result="perlu_verifikasi_ulang", reason="Rumah terkunci.")
    case.refresh_from_db()
    assert case.status == S.VERIFIKASI_ADMINISTRASI
    assert not verification.tasks_for(rw).exists()


def test_tasks_lie_in_the_own_region():
    cases.application()
    neighbour = people.user("rt.sebelah", "rt", cases.NEXT_RT)
    other_rw = people.user("rw.sebelah", "rw", "31.75.07.1003.009")
    assert not verification.tasks_for(neighbour).exists()
    assert not verification.tasks_for(other_rw).exists()
    assert not verification.tasks_for(people.ani()).exists()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"result": "tidak_layak"}, "alasannya"),
        ({"result": "perlu_verifikasi_ulang", "reason": " "}, "alasannya"),
        ({"result": "bagus"}, "Pilih Layak"),
        ({"presence": "entah"}, "tinggal di sini"),
        ({"presence": "pindah"}, "belum dapat dinilai layak"),
        ({"wrong_facts": ["decile"]}, "tidak dikenal"),
    ],
)
def test_an_incomplete_finding_is_refused(more, sentence):
    case = cases.application()
    with pytest.raises(VerificationError, match=sentence):
        cases.find(case, by=people.rt(), **more)
    assert not Verification.objects.exists()


def test_the_rt_next_door_and_the_staff_are_refused():
    case = cases.application()
    with pytest.raises(VerificationError, match="luar wilayah"):
        cases.find(case, by=people.user("rt.sebelah", "rt", cases.NEXT_RT))
    with pytest.raises(VerificationError, match="Hanya RT dan RW"):
        cases.find(case, by=people.ani())


def test_the_rw_waits_for_the_rt_and_nobody_verifies_twice():
    case, rt = cases.application(), people.rt()
    with pytest.raises(VerificationError, match="tidak sedang menunggu"):
        cases.find(case, by=people.rw())
    cases.find(case, by=rt)
    with pytest.raises(VerificationError, match="sudah diverifikasi"):
        cases.find(case, by=rt)


def test_the_database_refuses_a_second_finding_of_a_step():
    case, rt = cases.application(), people.rt()
    cases.find(case, by=rt)
    with pytest.raises(IntegrityError, match="verification_one_per_step"), transaction.atomic():
        _row(case, people.user("rt.dua", "rt", people.RT))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DROP INDEX verification_one_per_step")
    _row(case, people.user("rt.tiga", "rt", people.RT))
    assert case.verifications.filter(step="rt").count() == 2


def test_the_database_refuses_a_verifier_from_outside():
    case, neighbour = cases.application(), people.user("rt.sebelah", "rt", cases.NEXT_RT)
    with pytest.raises(IntegrityError, match="verifier"), transaction.atomic():
        _row(case, neighbour)
    _without_trigger("verifier_in_region")
    _row(case, neighbour)
    assert case.verifications.get().by == neighbour


def test_the_database_refuses_a_finding_filed_under_another_region():
    case, neighbour = cases.application(), people.user("rt.sebelah", "rt", cases.NEXT_RT)
    with pytest.raises(IntegrityError, match="verifier"), transaction.atomic():
        _row(case, neighbour, region_id=cases.NEXT_RT)
    _without_trigger("verifier_in_region")
    _row(case, neighbour, region_id=cases.NEXT_RT)
    assert case.verifications.get().by == neighbour


def test_the_database_refuses_doubt_without_a_reason():
    case = cases.application()
    with pytest.raises(IntegrityError, match="doubt_has_a_reason"), transaction.atomic():
        _row(case, people.rt(), result="tidak_layak")


def test_a_finding_is_never_changed():
    finding = cases.find(cases.application(), by=people.rt())
    with pytest.raises(Exception, match="[Cc]annot update"), transaction.atomic():
        Verification.objects.filter(pk=finding.pk).update(result="tidak_layak")
    _without_trigger("append_only")
    assert Verification.objects.filter(pk=finding.pk).update(result="layak") == 1


def test_the_database_s_refusals_are_told_in_words(monkeypatch):
    """The verb's own look finds nothing, as when somebody else commits between the look and the write."""
    case, rt = cases.application(), people.rt()
    cases.find(case, by=rt)
    Application.objects.filter(pk=case.pk).update(status=S.VERIFIKASI_LAPANGAN)
    monkeypatch.setitem(verification.TURNS, "rt", ("rw", S.VERIFIKASI_LAPANGAN, S.VERIFIKASI_ADMINISTRASI))
    with pytest.raises(VerificationError, match="di langkah lain"):
        cases.find(case, by=rt)


def _without_trigger(name):
    trigger = next(t for t in Verification._meta.triggers if t.name == name)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f'DROP TRIGGER "{trigger.get_pgid(Verification)}" ON beneficiaries_verification')


def test_two_findings_at_once_leave_one(transactional_db):
    case = cases.application()
    officers = [people.user(f"rt.{n}", "rt", people.RT) for n in range(2)]
    outcomes = at_once(lambda by: cases.find(case, by=by), officers)
    assert sum(isinstance(outcome, str) for outcome in outcomes) == 1
    assert Verification.objects.count() == 1
    case.refresh_from_db()
    assert case.status == S.VERIFIKASI_LAPANGAN


# --- who helped does not verify


def helped(by):
    return cases.application(by=by, consent="tertulis")


def test_who_helped_a_family_neither_verifies_nor_decides():
    staff = cases.officer("ani", "staf", people.KLENDER)
    case = helped(staff)
    for role, region in (("rt", people.RT), ("rw", people.RW)):
        cases.find(case, by=cases.officer(role, role, region))
    case.refresh_from_db()
    with pytest.raises(applications.ApplicationError, match="membantu keluarga ini"):
        applications.decide(application=case, status="ditetapkan_layak", by=staff)


def test_the_database_refuses_a_finding_of_the_helper():
    rt = cases.officer("rt", "rt", people.RT)
    with pytest.raises(IntegrityError, match="the helper does not verify"), transaction.atomic():
        _row(helped(rt), rt)


def test_without_the_trigger_the_helper_verifies_the_own_case():
    rt = cases.officer("rt", "rt", people.RT)
    case = helped(rt)
    make.without_trigger("beneficiaries_verification", "verifier_in_region")
    _row(case, rt)
    assert case.verifications.get().by == case.submitted_by


@pytest.mark.parametrize("consent", [{"consent": "sendiri"}, {"consent": "lisan", "witness": ""}])
def test_the_database_refuses_help_without_consent(consent):
    case = helped(cases.officer("ani", "staf", people.KLENDER))
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=case.pk).update(**consent)


@pytest.mark.parametrize(("role", "region"), [("rw", people.RW), ("auditor", people.KECAMATAN)])
def test_the_wrong_person_does_not_help(role, region):
    with pytest.raises(applications.ApplicationError, match="tidak boleh membantu"):
        helped(cases.officer("salah", role, region))
