"""Scoring: the one statement against a plain Python evaluation, and what each run writes."""

import random
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import prefetch_related_objects
from django.test.utils import CaptureQueriesContext

from bansos import jobs, tasks
from bansos.models import Job
from beneficiaries import criteria, facts, scoring, statements
from beneficiaries.explanation import explain
from beneficiaries.models import CriteriaSet, Criterion, Household, Score
from tests import make, people, plain_scoring
from tests.at_once import until_somebody_waits
from tests.random_cases import SEED, TODAY, made_set, random_register, random_rule

pytestmark = pytest.mark.django_db
K, Op, V = Criterion.Kind, Criterion.Operator, Score.Verdict


@pytest.fixture
def today(monkeypatch):
    """Ages are counted on a fixed day."""
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: TODAY)


def compiled(criteria_set):
    rules = statements.rules_of(criteria_set)
    return statements.scored(rules, on=TODAY)


def score_of(household) -> Score:
    return Score.objects.get(household=household)


def _disagreement(score: Score, hits: int, rules: list[tuple]) -> list:
    return [SEED, score.household_id, *(rule[1:4] for bit, rule in enumerate(rules) if (score.hits ^ hits) >> bit & 1)]


def test_the_statement_agrees_with_plain_python(today):
    """Forty random sets over 200 random households: bits, points and verdict, with unknown facts and boundaries."""
    rng = random.Random(SEED)
    register = random_register(rng, 200)
    met, verdicts = 0, set()
    for number in range(40):
        rules = [random_rule(rng) for _ in range(rng.randint(1, 24))]
        chosen = made_set(*rules, threshold=rng.choice([1, 30, 60, 120]), code=f"uji-{number}")
        prefetch_related_objects([chosen], "criteria")
        scoring.run(criteria_set=chosen)
        found = {s.household_id: s for s in Score.objects.filter(criteria_set=chosen)}
        assert len(found) == len(register)
        for household in register:
            score = found[household.pk]
            wanted = plain_scoring.score(chosen, household, TODAY)
            assert (score.hits, score.points, score.verdict) == wanted, _disagreement(score, wanted[0], rules)
            met += bool(score.hits)
            verdicts.add(score.verdict)
    assert met > 1000
    assert verdicts == set(V.values)


def test_every_fact_is_compared_somewhere(today):
    """The random test above would be vacuous for a fact that it never meets: here each is met and missed."""
    rng = random.Random(SEED)
    register = random_register(rng, 120)
    for fact in facts.FACTS.values():
        values = {plain_scoring.value_of(fact.name, h, TODAY) for h in register}
        assert len(values - {None}) > 1, fact.name


def test_the_last_bit_fits(today):
    draft = CriteriaSet.objects.create(code="bit", name="Uji", legal_basis="Uji", threshold=1)
    Criterion.objects.create(
        criteria_set=draft, bit=62, kind=K.POINTS, fact="has_car", operator=Op.EQ, value=False, points=5,
        question="?", met="Ya.", unmet="Tidak.",
    )  # fmt: skip
    CriteriaSet.objects.filter(pk=draft.pk).update(status="rilis")
    draft.refresh_from_db()
    family = make.household()
    scoring.run(criteria_set=draft)
    assert (score_of(family).hits, score_of(family).points) == (1 << 62, 5)


# --- what a run writes
def test_verdicts_in_their_order():
    criteria.load_default()
    homeless = make.household(tenure="tidak_ada", has_car=True)
    held = make.household(decile=1, feared_hunger=True, has_car=True)
    eligible = make.household(decile=1, feared_hunger=True)
    below = make.household(decile=9, floor="keramik", head={"occupation": "Sopir"})
    run = scoring.run()
    assert [score_of(h).verdict for h in (homeless, held, eligible, below)] == [
        V.LAYAK, V.DITAHAN, V.LAYAK, V.TIDAK_LAYAK,
    ]  # fmt: skip
    assert score_of(homeless).points == 100
    assert (run.households, run.changed, run.eligible, run.held) == (4, 4, 2, 1)


def test_no_household_is_refused_by_the_system_alone():
    """UU 27/2022, article 34: the statement knows indications only."""
    assert {str(v) for v in statements.VERDICTS.values()} == {"indikasi_layak", "indikasi_tidak_layak", "ditahan"}


def test_a_second_run_writes_nothing():
    criteria.load_default()
    family = make.household()
    first, second = scoring.run(), scoring.run()
    assert (first.changed, second.changed) == (1, 0)
    assert score_of(family).run == first
    assert Score.pgh_event_model.objects.count() == 1


def test_only_what_changed_is_written_and_history_keeps_the_old():
    criteria.load_default()
    changed, same = make.household(decile=9), make.household()
    scoring.run()
    Household.objects.filter(pk=changed.pk).update(decile=1)
    second = scoring.run()
    assert second.changed == 1
    assert score_of(changed).run == second
    assert score_of(same).run != second
    events = Score.pgh_event_model.objects.filter(household_id=changed.pk).order_by("pgh_id")
    assert [e.points for e in events] == [25, 50]


def test_a_household_that_moved_within_the_kecamatan_takes_its_score_along():
    criteria.load_default()
    family = make.household()
    scoring.run()
    Household.objects.filter(pk=family.pk).update(region_id="31.75.07.1007.001.001")
    assert scoring.run().changed == 1
    assert score_of(family).region_id == "31.75.07.1007.001.001"


def test_inactive_households_keep_the_score_they_had():
    criteria.load_default()
    family = make.household()
    scoring.run()
    Household.objects.filter(pk=family.pk).update(status="pindah", decile=9)
    run = scoring.run()
    assert (run.households, run.changed) == (0, 0)
    assert score_of(family).points == 40


def test_some_households_only():
    criteria.load_default()
    one, other = make.household(), make.household()
    assert scoring.run(household_ids=[one.pk]).households == 1
    assert list(Score.objects.values_list("household", flat=True)) == [one.pk]
    assert scoring.run(household_ids=[]).households == 0
    assert scoring.run(household_ids=[other.pk]).changed == 1


def test_one_statement_writes_all_scores():
    criteria.load_default()
    for _ in range(3):
        make.household()
    with CaptureQueriesContext(connection) as queries:
        scoring.run()
    assert sum("INSERT INTO beneficiaries_score\n" in q["sql"] for q in queries) == 1
    assert not [
        q["sql"] for q in queries if 'FROM "beneficiaries_household"' in q["sql"] and "scored AS" not in q["sql"]
    ]
    assert Score.objects.count() == 3


def test_people_are_counted_only_when_asked_for():
    plain = made_set((K.POINTS, "has_car", Op.EQ, False, 60))
    assert "beneficiaries_person" not in compiled(plain).text
    counted = made_set((K.POINTS, "elderly", Op.GTE, 1, 60), code="lansia")
    assert compiled(counted).text.count('FROM "beneficiaries_person"') == 1


def test_values_are_parameters_not_text():
    """A value that reads like SQL stays a value (only a raw row can hold one: a release refuses it)."""
    evil = made_set((K.POINTS, "decile", Op.LTE, 4, 60), threshold=54_321)
    statement = compiled(evil)
    assert "54321" not in statement.text
    assert 54_321 in statement.params


# --- who may be scored with what
def test_a_draft_and_a_retired_set_are_refused():
    draft = made_set((K.POINTS, "decile", Op.LTE, 4, 60), status="draf")
    with pytest.raises(scoring.ScoringError, match="masih draf"):
        scoring.run(criteria_set=draft)
    with pytest.raises(scoring.ScoringError, match="masih draf"):
        scoring.request(criteria_set=draft, by=None)
    CriteriaSet.objects.filter(pk=draft.pk).update(status="rilis")
    CriteriaSet.objects.filter(pk=draft.pk).update(status="pensiun")
    with pytest.raises(scoring.ScoringError, match="tidak berlaku lagi"):
        scoring.run(criteria_set=draft)


def test_without_criteria_in_force_a_sentence_says_so():
    with pytest.raises(criteria.CriteriaError, match="Rilis satu versi"):
        scoring.run()


# --- as a job
def test_a_job_scores_and_reports(django_capture_on_commit_callbacks):
    chosen, kesra = criteria.load_default(), people.kesra()
    make.household()
    with django_capture_on_commit_callbacks(execute=True):
        job = tasks.start(scoring.request(criteria_set=chosen, by=kesra))
    job.refresh_from_db()
    assert job.state == Job.State.SELESAI
    assert job.result["households"] == job.total == job.progress == 1
    assert Score.objects.get().run_id == job.result["run"]
    assert Score.objects.get().run.by == kesra


def test_asking_twice_gives_one_job():
    chosen = criteria.load_default()
    assert scoring.request(criteria_set=chosen, by=None) == scoring.request(criteria_set=chosen, by=None)


def test_a_job_for_a_set_retired_meanwhile_fails_with_a_sentence():
    chosen = criteria.load_default()
    job = scoring.request(criteria_set=chosen, by=None)
    CriteriaSet.objects.filter(pk=chosen.pk).update(status="pensiun")
    done = jobs.run(job_id=job.pk)
    assert done.state == Job.State.GAGAL
    assert "tidak berlaku lagi" in done.message


# --- amounts with a weight
def test_an_amount_gives_points_for_each_step_up_to_a_top(today):
    chosen = made_set(
        (K.POINTS, "small_children", Op.EACH, [1, 3], 4), (K.POINTS, "has_car", Op.EQ, False, 5),
        (K.POINTS, "spending", Op.BELOW, [1_000_000, 4], 3), threshold=1,
    )  # fmt: skip
    told = {}
    for children, spending in ((0, None), (1, 0), (3, 1), (5, 1_000_000), (0, 3_000_001), (2, 9_000_000)):
        family = make.household(spending=spending, has_car=True)
        for _ in range(children):
            make.person(household=family, born_on=TODAY.replace(year=TODAY.year - 2))
        scoring.run(criteria_set=chosen, household_ids=[family.pk])
        told[children, spending] = score_of(family).points
    assert told == {
        (0, None): 0, (1, 0): 4 + 12, (3, 1): 12 + 9, (5, 1_000_000): 12 + 9, (0, 3_000_001): 0, (2, 9_000_000): 8,
    }  # fmt: skip


def test_an_amount_is_told_with_how_often_it_counted(today):
    chosen = made_set((K.POINTS, "small_children", Op.EACH, [1, 3], 4), (K.POINTS, "has_car", Op.EQ, False, 5))
    why = explain(hits=2 | 4, criteria_set=chosen)
    assert [(line.text, line.points) for line in why.added] == [("Butir 0 ya: 2 × 4.", 8), ("Butir 2 ya.", 5)]
    assert (why.total, why.most) == (13, 17)
    assert [line.points for line in explain(hits=0, criteria_set=chosen).not_added] == [12, 5]


def test_the_database_weighs_amounts_for_points_alone():
    draft = made_set((K.POINTS, "members", Op.EACH, [1, 3], 4), status="draf")
    for kind in (K.HOLD, K.GATE):
        with pytest.raises(IntegrityError, match="criterion_amount_gives_points"), transaction.atomic():
            draft.criteria.update(kind=kind, points=0)


# --- explanation
def test_the_lines_of_every_score_sum_to_it(today):
    rng = random.Random(SEED)
    random_register(rng, 80)
    chosen = made_set(*[random_rule(rng) for _ in range(30)])
    scoring.run(criteria_set=chosen)
    for score in Score.objects.all():
        assert explain(hits=score.hits, criteria_set=chosen).total == score.points


# --- two at once
def _second_run_beside_an_open_first(outcome: list) -> None:
    """Runs a scoring while another one has written and not yet committed; notes what became of it."""

    def second():
        try:
            outcome.append(scoring.run().changed)
        except IntegrityError as error:
            outcome.append(str(error))
        finally:
            connection.close()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        scoring.run()
        thread.start()
        until_somebody_waits()
    thread.join()


@pytest.mark.usefixtures("transactional_db")
def test_two_runs_of_one_set_wait_for_each_other():
    criteria.load_default()
    make.household()
    outcome = []
    _second_run_beside_an_open_first(outcome)
    assert outcome == [0]


@pytest.mark.usefixtures("transactional_db")
def test_without_the_lock_the_second_run_breaks(monkeypatch):
    """The twin: both would write the same household."""
    criteria.load_default()
    make.household()
    monkeypatch.setattr("django.db.models.QuerySet.select_for_update", lambda self, **options: self)
    outcome = []
    _second_run_beside_an_open_first(outcome)
    assert "score_one_per_household_and_set" in outcome[0]
