"""Differences in words, the second person, ready sets, history, and the nightly scoring."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from bansos.models import Job
from beneficiaries import changes, criteria, facts, ready_sets, scoring, tasks
from beneficiaries.models import CriteriaSet, Criterion, Score
from distribution import catalogue
from monitoring.demo import new_criteria
from tests import make, people
from tests.random_cases import made_set

pytestmark = pytest.mark.django_db
K, Op = Criterion.Kind, Criterion.Operator


@pytest.fixture
def draft():
    return criteria.draft(source=criteria.load_default(), by=people.kesra())


def said(draft) -> list[str]:
    return changes.differences(criteria.in_force(), CriteriaSet.objects.get(pk=draft.pk))


# --- words
def test_a_copy_differs_in_nothing(draft):
    assert said(draft) == []


def test_each_kind_of_change_is_one_sentence(draft):
    draft.threshold = 45
    draft.save()
    draft.criteria.filter(fact="electricity_va").update(points=10)
    draft.criteria.filter(fact="feared_hunger").delete()
    Criterion.objects.create(
        criteria_set=draft, bit=40, kind=K.POINTS, fact="elderly", operator=Op.GTE, value=1, points=5,
        question="Ada lansia", met="Ada lansia.", unmet="Tidak ada lansia.",
    )  # fmt: skip
    assert said(draft) == [
        "Batas nilai: 40 menjadi 45.",
        "Listrik 450 VA atau tanpa listrik: 5 menjadi 10.",
        "Kriteria baru: Ada lansia (nilai 5).",
        "Dihapus: Pernah khawatir tidak makan dalam setahun terakhir (nilai 15).",
    ]


def test_another_comparison_and_another_kind_are_told(draft):
    draft.criteria.filter(fact="electricity_va").update(value=900)
    draft.criteria.filter(fact="has_car").update(kind=K.POINTS, points=1)
    words = " ".join(said(draft))
    assert "paling banyak 450” menjadi “daya listrik (VA): paling banyak 900”" in words
    assert "Punya mobil: Perlu pemeriksaan menjadi Menambah nilai." in words


def test_a_criterion_that_moved_to_another_number_is_the_same(draft):
    draft.criteria.filter(fact="wall").update(bit=50)
    assert said(draft) == []


def test_a_comparison_that_does_not_fit_is_still_read(draft):
    draft.criteria.filter(fact="electricity_va").update(fact="sihir", value="banyak")
    assert "sihir: banyak" in " ".join(said(draft))


# --- the second person
def test_the_author_does_not_release(draft):
    with pytest.raises(criteria.CriteriaError, match="Mintalah orang lain"):
        criteria.release(criteria_set=draft, by=draft.drafted_by, starts_on=timezone.localdate())
    assert criteria.release(criteria_set=draft, by=people.camat(), starts_on=timezone.localdate()).status == "rilis"


def test_a_colleagues_save_makes_nobody_a_stranger_to_the_own_draft(draft):
    first, second = draft.drafted_by, people.user("kesra2", "kesra", people.KECAMATAN)
    criteria.edited(criteria_set=draft, by=second)
    for author in (first, second):
        with pytest.raises(criteria.CriteriaError, match="Mintalah orang lain"):
            criteria.release(criteria_set=draft, by=author, starts_on=timezone.localdate())
        with pytest.raises(IntegrityError, match="an author does not release"), transaction.atomic():
            release_by(draft, author)


def test_twin_without_the_trigger_the_first_author_releases(draft):
    first = draft.drafted_by
    criteria.edited(criteria_set=draft, by=people.user("kesra2", "kesra", people.KECAMATAN))
    drop_trigger()
    release_by(draft, first)
    assert criteria.in_force().released_by == first


def test_a_draft_waits_for_those_who_wrote_nothing_of_it(draft):
    camat = people.camat()
    assert list(criteria.to_review(user=camat)) == [draft] and not criteria.to_review(user=draft.drafted_by).exists()
    criteria.release(criteria_set=draft, by=camat, starts_on=timezone.localdate())
    assert not criteria.to_review(user=camat).exists()


def release_by(draft, user) -> None:
    """What a program would do that goes around the verb."""
    with transaction.atomic():
        CriteriaSet.objects.released().update(status="pensiun")
        CriteriaSet.objects.filter(pk=draft.pk).update(status="rilis", released_by=user)


def drop_trigger() -> None:
    trigger = next(t for t in CriteriaSet._meta.triggers if t.name == "released_by_none_of_its_authors")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"DROP TRIGGER {trigger.get_pgid(CriteriaSet)} ON {CriteriaSet._meta.db_table}")


def test_the_database_refuses_the_authors_own_release(draft):
    drop_trigger()  # which speaks first
    with pytest.raises(IntegrityError, match="criteria_set_released_by_another_than_the_author"):
        release_by(draft, draft.drafted_by)


def test_twin_without_the_constraint_one_person_does_both(draft):
    drop_trigger()
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE beneficiaries_criteriaset DROP CONSTRAINT criteria_set_released_by_another_than_the_author"
        )
    release_by(draft, draft.drafted_by)
    assert criteria.in_force().released_by == draft.drafted_by


# --- ready sets
@pytest.mark.parametrize("code", list(ready_sets.READY))
def test_every_ready_set_can_be_scored_with(code):
    made = ready_sets.install(code=code, by=people.kesra())
    criteria.check(criteria_set=made)
    assert made.status == "draf"
    for rule in made.criteria.all():
        assert all(text.endswith(".") for text in (rule.met, rule.unmet)), rule
        assert rule.kind == K.HOLD or rule.points
    family = make.household()
    criteria.release(criteria_set=made, by=people.camat(), starts_on=timezone.localdate())
    scoring.run(criteria_set=made)
    assert Score.objects.get(criteria_set=made).household == family


def test_bps_14_names_what_it_cannot_measure():
    ready = ready_sets.READY["bps-14"]
    assert len(ready.rows) == 10 and ready.threshold == 9
    assert len({row[1] for row in ready.rows}) == 10, "each asks for another fact"
    for missing in ("daging", "kali makan", "berobat", "tabungan"):
        assert missing in ready.notes and missing in ready.legal_basis


def test_bps_14_counts_nine_of_its_ten():
    made = ready_sets.install(code="bps-14", by=people.kesra())
    criteria.release(criteria_set=made, by=people.camat(), starts_on=timezone.localdate())
    poor = {
        "floor_area": 14, "floor": "tanah", "wall": "bambu", "toilet": "umum", "electricity_va": 0, "water": "sumur",
        "fuel": "kayu", "bought_clothes": False,
    }  # fmt: skip
    head = {"income": 500_000, "education": "SD"}
    nine, eight = make.household(head=head, **poor | {"water": "ledeng"}), make.household(head=head, **poor)
    for _ in range(2):
        make.person(household=nine)
    eight.water, eight.fuel = "ledeng", "gas_3"
    eight.save()
    make.person(household=eight)
    scoring.run(criteria_set=made)
    found = {score.household_id: (score.points, score.verdict) for score in Score.objects.all()}
    assert found[nine.pk] == (9, "indikasi_layak")
    assert found[eight.pk] == (8, "indikasi_tidak_layak")


def test_a_weight_on_an_amount_is_a_stair_with_a_top():
    made = ready_sets.install(code="pmt-contoh", by=people.kesra())
    criteria.release(criteria_set=made, by=people.camat(), starts_on=timezone.localdate())
    points = []
    for children in range(6):
        family = make.household(has_motorcycle=True, has_fridge=True)
        for _ in range(children):
            make.person(household=family, born_on=date(2024, 1, 1))
        scoring.run(criteria_set=made, household_ids=[family.pk])
        points.append(Score.objects.get(household=family).points)
    assert [after - before for before, after in zip(points, points[1:], strict=False)] == [4, 4, 4, 0, 0]


# --- history
def test_history_tells_since_when_until_when_and_what(draft):
    draft.threshold = 45
    draft.save()
    criteria.release(criteria_set=draft, by=people.camat(), starts_on=timezone.localdate())
    criteria.draft(source=draft, by=people.either("kesra", "kesra"))
    ((second, first),) = changes.history()
    assert (second.criteria_set.version, second.until, second.changes) == (2, None, ["Batas nilai: 40 menjadi 45."])
    assert (first.until, first.changes) == (
        second.criteria_set.starts_on,
        ["Kriteria pertama; belum ada versi sebelumnya."],
    )


def test_criteria_that_were_stopped_end_that_day_whatever_follows(draft, client):
    criteria.retire(criteria_set=criteria.in_force(), by=people.camat())
    ((only,),) = changes.history()
    assert (only.until, only.stopped) == (timezone.localdate(), True)
    later = timezone.localdate() + timedelta(days=90)
    criteria.release(criteria_set=draft, by=people.either("camat", "camat"), starts_on=later)
    ((second, first),) = changes.history()
    assert (first.until, first.stopped, second.until) == (timezone.localdate(), True, None)
    assert "sampai dihentikan" in client.get("/bantuan/kriteria/").content.decode()


def test_the_public_reads_which_aid_follows_which_criteria(client):
    criteria.load_default()
    made = ready_sets.install(code="bps-14", by=people.kesra())
    criteria.release(criteria_set=made, by=people.camat(), starts_on=timezone.localdate())
    names = [programme.name for programme in catalogue.load_default()]
    text = client.get("/bantuan/kriteria/").content.decode()
    trial, used = text.split("Skor prioritas lokal (bukan desil)</h2>")
    assert "Tidak dipakai bantuan yang sedang dibuka" in trial and f"Dipakai untuk: {', '.join(names)}." in used


def test_the_public_reads_the_history_and_no_draft(client, draft):
    draft.name = "Rahasia"
    draft.save()
    page = client.get("/bantuan/kriteria/").content.decode()
    assert "berlaku sekarang" in page and "262/HUK/2022" in page
    assert "Rahasia" not in page


def test_without_criteria_the_history_says_so(client):
    assert "Belum ada kriteria yang dirilis" in client.get("/bantuan/kriteria/").content.decode()


# --- the night
def test_each_set_in_force_is_scored_at_night_once(django_capture_on_commit_callbacks):
    criteria.load_default()
    made_set((K.POINTS, "has_car", Op.EQ, False, 60))
    made_set((K.POINTS, "has_car", Op.EQ, False, 60), code="draf", status="draf")
    make.household()
    tasks.rescore()
    tasks.rescore()
    assert Job.objects.count() == 2, "an open job is the same job"
    Job.objects.all().update(state=Job.State.SELESAI)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.rescore()
    assert Score.objects.count() == 2


def test_the_clock_knows_the_task():
    assert settings.CELERY_BEAT_SCHEDULE["rescore"]["task"] == tasks.rescore.name


# --- score and decile
def test_scores_far_from_the_decile_are_a_list():
    criteria.load_default()
    rich = make.scored_household(points=60, decile=8)
    poor = make.scored_household(points=5, decile=1, verdict="indikasi_tidak_layak")
    make.scored_household(points=60, decile=5)
    make.scored_household(points=5, decile=3, verdict="indikasi_tidak_layak")
    make.scored_household(points=60, decile=9, verdict="ditahan")
    make.scored_household(points=60, decile=None, decile_on=None)
    far = {score.household_id: score for score in Score.objects.far_from_decile()}
    assert set(far) == {rich.pk, poor.pk}
    assert "menunjuk layak, tetapi desil DTSEN 8" in far[rich.pk].against_decile
    assert "di bawah batas, tetapi desil DTSEN 1" in far[poor.pk].against_decile
    assert [bool(score.against_decile) for score in Score.objects.all()].count(True) == 2


def test_the_facts_of_the_ready_sets_read_well():
    for code in ("floor_per_head", "head_income", "head_at_most_primary"):
        assert str(facts.get(code).label)


def test_the_demos_draft_can_be_released(draft):
    draft.criteria.all().delete()
    draft.delete()
    made = new_criteria.propose()
    criteria.check(criteria_set=made)
    assert said(made) == [
        "Batas nilai: 40 menjadi 45.",
        "Listrik 450 VA atau tanpa listrik: 5 menjadi 10.",
        "Kriteria baru: Ada anggota berumur 60 tahun atau lebih (nilai 10).",
    ]
