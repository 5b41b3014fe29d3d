"""Scoring: the one statement against a plain Python evaluation, and what each run writes."""

import random
import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import prefetch_related_objects
from django.test.utils import CaptureQueriesContext

from bansos import jobs, tasks
from bansos.models import Job
from beneficiaries import criteria, facts, scoring
from beneficiaries.explanation import explain
from beneficiaries.models import CriteriaSet, Criterion, Household, Person, Score
from tests import make, people, plain_scoring

pytestmark = pytest.mark.django_db
K, Op, V = Criterion.Kind, Criterion.Operator, Score.Verdict
TODAY = date(2026, 11, 25)
SEED = 20261125


@pytest.fixture
def today(monkeypatch):
    """Ages are counted on a fixed day."""
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: TODAY)


def made_set(*rules, threshold=50, code="uji", status="rilis") -> CriteriaSet:
    """Makes a set from (kind, fact, operator, value, points)."""
    made = CriteriaSet.objects.create(code=code, name="Uji", legal_basis="Uji", threshold=threshold)
    for bit, (kind, fact, operator, value, points) in enumerate(rules):
        Criterion.objects.create(
            criteria_set=made, bit=bit, kind=kind, fact=fact, operator=operator, value=value, points=points,
            question=f"Syarat {bit}", met=f"Butir {bit} ya.", unmet=f"Butir {bit} tidak.",
        )  # fmt: skip
    CriteriaSet.objects.filter(pk=made.pk).update(status=status)
    made.refresh_from_db()
    return made


def score_of(household) -> Score:
    return Score.objects.get(household=household)


# --- random registers and random sets
def _random_household(rng: random.Random) -> Household:
    pick = {
        f.name: rng.choice([c for c, _label in f.choices]) for f in map(Household._meta.get_field, Household.FACTS)
        if f.choices
    }  # fmt: skip
    yes = {n: rng.random() < 0.4 for n in Household.FACTS if facts.FACTS[n].kind == facts.BOOL}
    decile = rng.choice([None, *range(1, 11)])
    return Household(
        kk=make.kk(), region_id=rng.choice([people.RT, "31.75.07.1007.001.001"]), address="Gang Uji",
        floor_area=rng.choice([None, 0, 8, 20, 45]), electricity_va=rng.choice([0, 450, 451, 900, 1300]),
        spending=rng.choice([None, 0, 1_000_000, 2_500_000]), decile=decile, decile_on=decile and TODAY, **pick, **yes,
    )  # fmt: skip


def _random_person(rng: random.Random, household: Household, head: bool) -> Person:
    years, shift = rng.choice([0, 6, 7, 18, 19, 40, 59, 60, 61]), rng.choice([-1, 0, 1])
    born_on = TODAY.replace(year=TODAY.year - years) + timedelta(days=min(shift, 0) if years == 0 else shift)
    return Person(
        household=household, region_id=household.region_id, nik=make.nik(born_on), name="Uji Coba", born_on=born_on,
        sex="P", relation="kepala" if head else "anak", marital="kawin",
        occupation=rng.choice(["", "Tidak bekerja", " BELUM BEKERJA ", "Sopir", "BELUM/TIDAK BEKERJA"]),
        income=rng.choice([0, 500_000, 1_000_000, 999_999]), disability=rng.random() < 0.3,
        chronic_illness=rng.random() < 0.3, pregnant=rng.random() < 0.3,
        died_on=TODAY if rng.random() < 0.15 else None,
    )  # fmt: skip


def _random_rule(rng: random.Random) -> tuple:
    fact = rng.choice(list(facts.FACTS.values()))
    operator = rng.choice(fact.operators)
    if fact.kind == facts.BOOL:
        value = rng.random() < 0.5
    elif fact.kind == facts.CHOICE:
        codes = [code for code, _label in fact.choices]
        value = rng.choice(codes) if operator == Op.EQ else rng.sample(codes, rng.randint(1, len(codes)))
    else:
        value = rng.choice([0, 1, 2, 4, 8, 450, 900, 500_000, 1_000_000, 2_500_000, facts.LARGEST])
    kind = rng.choices([K.GATE, K.POINTS, K.HOLD], [1, 8, 1])[0]
    return kind, fact.name, operator, value, 0 if kind == K.HOLD else rng.randint(0, 60)


def _random_register(rng: random.Random, size: int) -> list[Household]:
    made = Household.objects.bulk_create(_random_household(rng) for _ in range(size))
    Person.objects.bulk_create(
        _random_person(rng, household, head=place == 0)
        for household in made
        for place in range(rng.choice([0, 1, 1, 2, 4]))
    )
    with connection.cursor() as cursor:
        # As a load does. Tests before this one leave tables that were counted while empty: hundreds of rows are then
        # joined one by one, for a minute.
        cursor.execute("ANALYZE beneficiaries_household, beneficiaries_person")
    return list(Household.objects.prefetch_related("people"))


def _disagreement(score: Score, hits: int, rules: list[tuple]) -> list:
    return [SEED, score.household_id, *(rule[1:4] for bit, rule in enumerate(rules) if (score.hits ^ hits) >> bit & 1)]


def test_the_statement_agrees_with_plain_python(today):
    """Forty random sets over 200 random households: bits, points and verdict, with unknown facts and boundaries."""
    rng = random.Random(SEED)
    register = _random_register(rng, 200)
    met, verdicts = 0, set()
    for number in range(40):
        rules = [_random_rule(rng) for _ in range(rng.randint(1, 24))]
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
    register = _random_register(rng, 120)
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
    assert {str(v) for v in scoring.VERDICTS.values()} == {"indikasi_layak", "indikasi_tidak_layak", "ditahan"}


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
    assert "beneficiaries_person" not in scoring._scored(plain, on=TODAY).text
    counted = made_set((K.POINTS, "elderly", Op.GTE, 1, 60), code="lansia")
    assert scoring._scored(counted, on=TODAY).text.count('beneficiaries_person" ON') == 1


def test_values_are_parameters_not_text():
    """A value that reads like SQL stays a value (only a raw row can hold one: a release refuses it)."""
    evil = made_set((K.POINTS, "decile", Op.LTE, 4, 60), threshold=54_321)
    statement = scoring._scored(evil, on=TODAY)
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


# --- simulation
def test_simulation_stores_nothing_and_tells_who_enters_and_leaves():
    chosen = criteria.load_default()
    leaves = make.household(decile=1, feared_hunger=True)
    make.household(decile=9, feared_hunger=True, region="31.75.07.1007.001.001", head={"occupation": "Sopir"})
    scoring.run()
    draft = criteria.draft(source=chosen, by=None)
    draft.criteria.filter(fact="decile").update(operator=Op.GTE, value=9, points=20)
    before = Score.pgh_event_model.objects.count()
    counts = scoring.simulate(criteria_set=draft)
    assert {k: counts[k] for k in scoring.COUNTS} == {
        "households": 2, "eligible": 2, "held": 0, "changed": 2, "would_enter": 1, "would_leave": 0,
    }  # fmt: skip
    draft.criteria.exclude(fact="decile").update(points=0)
    counts = scoring.simulate(criteria_set=draft)
    assert (counts["would_enter"], counts["would_leave"]) == (1, 1)
    assert {row["name"]: row["would_leave"] for row in counts["by_kelurahan"]} == {"Klender": 1, "Pondok Kopi": 0}
    assert Score.pgh_event_model.objects.count() == before
    assert score_of(leaves).verdict == V.LAYAK


def test_the_lines_of_every_score_sum_to_it(today):
    rng = random.Random(SEED)
    _random_register(rng, 80)
    chosen = made_set(*[_random_rule(rng) for _ in range(30)])
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
        with connection.cursor() as cursor:
            for _ in range(200):
                cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                if cursor.fetchone()[0]:
                    break
                thread.join(0.02)
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
