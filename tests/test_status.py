"""What a resident reads about a case: six words, the next step, the reason, the steps."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from bansos.codes import new
from beneficiaries.models import Application, CriteriaSet, Criterion, Score, ScoringRun, Verification
from distribution import status
from distribution.models import Entitlement, Fund, Programme, Round
from distribution.models.round import Quota
from tests import make, people

pytestmark = pytest.mark.django_db


def application(*, household=None, **fields) -> Application:
    """An application of Siti Rahayu, not yet in the register unless a household is given."""
    person = household.people.first() if household else None
    values = {
        "code": new(), "household": household, "region_id": people.RT, "nik": person.nik if person else make.nik(),
        "kk": household.kk if household else make.kk(), "name": "Siti Rahayu", "born_on": date(1987, 5, 8), "sex": "P",
        "address": "Gang Melati Nomor 4", "due_on": date(2026, 12, 1),
    }  # fmt: skip
    return Application.objects.create(**values | fields)


def moved(row: Application, *path: str, **fields) -> Application:
    """Walks the application through allowed statuses."""
    for step in path:
        changed = {"status": step} | (fields if step == path[-1] else {})
        for name, value in changed.items():
            setattr(row, name, value)
        row.save(update_fields=list(changed))
    return row


WALK = ("verifikasi_lapangan", "verifikasi_administrasi")


def verified(row: Application) -> Application:
    for step, by in (("rt", people.rt()), ("rw", people.rw())):
        Verification.objects.create(
            application=row, region_id=people.RT, step=step, presence="ditemukan", result="layak", by=by
        )
    return moved(row, *WALK)


def criteria() -> CriteriaSet:
    made = CriteriaSet.objects.create(code="prioritas-lokal", name="Prioritas", legal_basis="Uji", threshold=30)
    lines = [
        ("nilai", 40, "Rumah mengontrak", "Rumah milik sendiri"),
        ("nilai", 25, "Kamar mandi bersama", "Kamar mandi sendiri"),
    ]
    lines += [("tahan", 0, "Data listrik perlu dilihat", "Data listrik wajar")]
    for bit, (kind, points, met, unmet) in enumerate(lines):
        Criterion.objects.create(
            criteria_set=made, bit=bit, kind=kind, fact="tenure", operator="sama", value="x", points=points,
            question=met, met=met, unmet=unmet, reason_code="A01",
        )  # fmt: skip
    made.status = "rilis"
    made.save()
    return made


def scored(household, points: int = 40, hits: int = 1, verdict: str = "indikasi_layak") -> Score:
    in_force = CriteriaSet.objects.released().first() or criteria()
    run = ScoringRun.objects.create(criteria_set=in_force)
    at = datetime(2026, 11, 16, 8, tzinfo=UTC)
    return Score.objects.create(
        household=household, criteria_set=in_force, run=run, region_id=household.region_id, points=points, hits=hits,
        verdict=verdict, scored_at=at,
    )  # fmt: skip


def entitled(household, *, approve: bool = True) -> Entitlement:
    """A place on the list of November, approved by the camat if asked."""
    score = Score.objects.get(household=household)
    programme = Programme.objects.create(
        code="paket-sembako", name="Paket Sembako", kind="barang", summary="Uji", contents="Beras 10 kg",
        unit_value=200_000, frequency="Sebulan sekali",
    )  # fmt: skip
    fund = Fund.objects.create(name="APBD", source="apbd", year=2026, amount=10_000_000)
    kesra, camat = people.kesra(), people.camat()
    row = Round.objects.create(
        programme=programme, fund=fund, period=date(2026, 11, 1), region_id=people.KECAMATAN, unit_value=200_000,
        budget=10_000_000, criteria_set=score.criteria_set, cutoff=38, place="Balai Warga RW 008",
        hands_over_on=date(2026, 11, 28), hours="08.00 sampai 10.00 WIB", proposed_by=kesra,
        proposed_at=timezone.now(), frozen_by=kesra, frozen_at=timezone.now(),
    )  # fmt: skip
    Quota.objects.create(round=row, region_id=people.KLENDER, households=418)
    moved(row, "daftar_disusun")
    aid = Entitlement.objects.create(
        round=row, household=household, region_id=household.region_id, code=new(), value=200_000, points=score.points,
        hits=score.hits, criteria_set=score.criteria_set, rank=1,
    )  # fmt: skip
    if approve:
        moved(row, "daftar_dikunci", "disahkan", approved_by=camat, approved_at=timezone.now())
        moved(aid, "dialokasikan")
    return aid


def test_a_new_application_waits_for_the_rt():
    case = status.of(application())
    assert (case.word, case.next_on, case.place) == ("Diterima", date(2026, 12, 1), 1)
    assert "Ketua RT" in case.next
    assert (case.name, case.kelurahan, len(case.steps)) == ("Siti R.", "Klender", 6)
    assert case.nik.startswith("************")


def test_verified_by_rt_and_rw():
    row = verified(application())
    case = status.of(row)
    assert (case.word, case.place) == ("Diverifikasi", 3)
    assert [s.state for s in case.steps] == ["done", "done", "now", "wait", "wait", "wait"]
    assert "Kelurahan memutuskan" in case.next


def test_what_is_missing_is_said():
    row = moved(verified(application()), "perlu_perbaikan", reason="Foto Kartu Keluarga tidak terbaca.")
    case = status.of(row)
    assert (case.word, case.reason) == ("Perlu dilengkapi", "Foto Kartu Keluarga tidak terbaca.")
    assert case.todo and case.next_on


def test_a_refusal_has_a_reason_and_a_day_to_object_by():
    decided = timezone.now() - timedelta(days=1)
    row = moved(
        verified(application()),
        "ditolak",
        reason="Keluarga punya mobil.",
        decided_at=decided,
        decided_by=people.lurah(),
    )
    case = status.of(row)
    assert (case.word, case.reason, case.object_until) == (
        "Belum disetujui",
        "Keluarga punya mobil.",
        timezone.localdate() + timedelta(days=13),
    )
    assert case.steps[-1].icon == "x" and case.next_on is None


def test_who_did_not_complete_in_time_reads_what_and_how_to_apply_again():
    row = moved(verified(application()), "perlu_perbaikan", reason="Foto KK tidak terbaca.", due_on=date(2026, 1, 5))
    case = status.of(moved(row, "kedaluwarsa"))
    assert "belum lengkap" in case.meaning and case.reason == "Foto KK tidak terbaca."
    assert "Daftar" in case.next and case.next_on is None


@pytest.mark.parametrize(
    ("path", "word", "meaning"),
    [
        (["dibatalkan_pemohon"], "Dibatalkan", "mencatat bahwa Anda membatalkan"),
        (["duplikat"], "Ditutup", "permohonan lain"),
        ([*WALK, "perlu_perbaikan", "kedaluwarsa"], "Ditutup", "batas waktu"),
    ],
)
def test_what_nobody_judged_is_not_called_unapproved(path, word, meaning):
    row = application(due_on=date(2026, 1, 5))
    case = status.of(moved(row, *path))
    assert (case.word, case.object_until, case.steps[-1].name) == (word, None, word) and meaning in case.meaning
    assert case.steps[-1].on == timezone.localdate() and str(timezone.localdate().year) in case.decided
    assert bool(case.todo) == (word == "Dibatalkan")  # whoever did not ask the office says so


def accepted(household) -> Application:
    row = verified(application(household=household))
    return moved(row, "ditetapkan_layak", decided_at=timezone.now(), decided_by=people.lurah())


def test_accepted_but_not_yet_scored():
    case = status.of(accepted(make.household()))
    assert case.word == "Diverifikasi" and "penilaian" in case.next_title


def test_scored_with_its_reasons():
    household = make.household()
    scored(household)
    case = status.of(accepted(household))
    assert (case.word, case.points, case.place) == ("Dinilai", 40, 4)
    assert [line.text for line in case.explanation.added] == ["Rumah mengontrak"]
    assert case.explanation.total == case.points and "30" in case.limit


def test_held_and_below_are_said_plainly():
    household = make.household()
    scored(household, hits=5, verdict="ditahan")
    case = status.of(accepted(household))
    assert "diperiksa" in case.meaning and [line.text for line in case.explanation.holds]
    other = make.household()
    scored(other, points=0, hits=0, verdict="indikasi_tidak_layak")
    assert "di bawah batas" in status.of_person(other.people.get()).next


def test_a_list_that_is_not_approved_promises_nothing():
    household = make.household()
    scored(household)
    entitled(household, approve=False)
    case = status.of_person(household.people.get())
    assert (case.word, case.pickup) == ("Dinilai", None) and "pengesahan" in case.next


def test_approved_says_where_when_and_what_to_bring():
    household = make.household()
    scored(household)
    entitled(household)
    case = status.of(accepted(household))
    assert case.word == "Disetujui" and "November 2026" in case.meaning
    assert (case.pickup.on, case.pickup.place) == (date(2026, 11, 28), "Balai Warga RW 008")
    assert "38" in case.limit and "418 keluarga di Klender" in case.limit
    assert any("KTP" in line for line in case.todo)


def test_handed_over():
    household = make.household()
    scored(household)
    row = accepted(household)
    moved(entitled(household), "diserahkan")
    case = status.of(row)
    assert (case.word, case.pickup, case.place) == ("Disalurkan", None, 6)


def test_a_household_of_the_register_without_application():
    household = make.household()
    case = status.of_person(household.people.get())
    assert (case.word, case.code, len(case.steps)) == ("Diterima", "", 4)
    assert any("belum punya permohonan" in line for line in case.todo)


def test_nik_and_kk_must_be_of_one_household_and_a_living_person():
    household, other = make.household(), make.household()
    person = household.people.get()
    assert status.find_person(nik=person.nik, kk=household.kk) == person
    assert status.find_person(nik=person.nik, kk=other.kk) is None
    person.died_on = date(2026, 1, 1)
    person.save()
    assert status.find_person(nik=person.nik, kk=household.kk) is None


def test_a_neighbours_kk_number_does_not_show_the_neighbours_score():
    household = make.household()
    scored(household)
    stranger = moved(
        verified(application(household=household, nik=make.nik())),
        "ditetapkan_layak", decided_at=timezone.now(), decided_by=people.lurah(),
    )  # fmt: skip
    case = status.of(stranger)
    assert case.points is None and case.word == "Diverifikasi"


def test_without_the_check_the_neighbours_score_would_show(monkeypatch):
    monkeypatch.setattr(status, "_own_household", lambda row: row.household)
    household = make.household()
    scored(household)
    stranger = moved(
        verified(application(household=household, nik=make.nik())),
        "ditetapkan_layak", decided_at=timezone.now(), decided_by=people.lurah(),
    )  # fmt: skip
    assert status.of(stranger).points == 40


def test_aid_of_an_earlier_case_is_not_this_application():
    household = make.household()
    scored(household)
    row = accepted(household)
    moved(entitled(household), "diserahkan")
    assert status.of(row).word == "Disalurkan"
    Application.objects.filter(pk=row.pk).update(submitted_at=timezone.now() + timedelta(days=1))
    row.refresh_from_db()
    assert status.of(row).word == "Dinilai"


def test_what_waits_comes_before_what_is_planned_and_nothing_waiting_is_left_out():
    family = make.household()
    make.approved_round(family)
    make.approved_round(family, code="blt")
    later = make.plan_round(family, period=date(2026, 12, 1))
    assert later.entitlements.filter(household=family).exists()
    case = status.of_person(family.people.get())
    assert case.word == "Disetujui" and case.pickup
    told = f"{case.meaning} {' '.join(case.todo)}"
    assert "Paket sembako kecamatan" in told and "BLT kecamatan" in told
