"""Simulation: both sets in one statement against plain Python, who enters and leaves and why, and nothing stored."""

import random
from collections import Counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from beneficiaries import applications, changes, criteria, limiting, scoring, simulation, simulation_tables
from beneficiaries.models import Application, CriteriaSet, Criterion, Household, Score
from tests import cases, make, meetings, people, plain_scoring
from tests.random_cases import SEED, TODAY, made_set, random_register, random_rule

pytestmark = pytest.mark.django_db
K, Op, V = Criterion.Kind, Criterion.Operator, Score.Verdict
ELSEWHERE = "31.75.07.1007.001.001"


@pytest.fixture
def today(monkeypatch):
    """Ages are counted on a fixed day."""
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: TODAY)


def random_pair(rng: random.Random, code: str) -> tuple[CriteriaSet, CriteriaSet]:
    """A set in force and a draft that keeps some of its rules, changes some and adds some; both can be scored with."""
    ours = [random_rule(rng) for _ in range(rng.randint(2, 14))] + [(K.POINTS, "has_car", Op.EQ, False, 60)]
    kept = [rule if rng.random() < 0.6 else random_rule(rng) for rule in ours[:-1]]
    added = [random_rule(rng) for _ in range(rng.randint(0, 4))] + [(K.POINTS, "has_ac", Op.EQ, False, 60)]
    threshold = rng.choice([1, 20, 40, 60])
    in_force = made_set(*_gates_above(ours, 60), threshold=threshold, code=code)
    draft = made_set(
        *_gates_above(kept + added, 60), threshold=rng.choice([1, 30, 60]), code=f"{code}-b", status="draf"
    )
    CriteriaSet.objects.filter(pk=draft.pk).update(code=code, version=2)
    return in_force, CriteriaSet.objects.get(pk=draft.pk)


def _gates_above(rules: list[tuple], least: int) -> list[tuple]:
    return [(*rule[:4], max(rule[4], least)) if rule[0] == K.GATE else rule for rule in rules]


def plain_counts(draft: CriteriaSet, in_force: CriteriaSet, register: list[Household]) -> simulation.Counts:
    counts: Counter = Counter()
    for household in register:
        _hits, points, verdict = plain_scoring.score(draft, household, TODAY)
        _hits, points_now, verdict_now = plain_scoring.score(in_force, household, TODAY)
        counts += Counter(
            households=1, eligible=verdict == V.LAYAK, eligible_now=verdict_now == V.LAYAK, held=verdict == V.DITAHAN,
            held_now=verdict_now == V.DITAHAN, changed=(points, verdict) != (points_now, verdict_now),
            enters=verdict == V.LAYAK != verdict_now, leaves=verdict_now == V.LAYAK != verdict,
        )  # fmt: skip
    return simulation.Counts(**{name: counts[name] for name in simulation.Counts._fields})


def entering(draft, in_force, register, *, way: str) -> set[int]:
    """Plain Python's list of those who enter, or leave."""
    found = set()
    for household in register:
        new, old = (plain_scoring.score(s, household, TODAY)[2] == V.LAYAK for s in (draft, in_force))
        if new != old and new == (way == simulation.ENTERS):
            found.add(household.pk)
    return found


# --- the statement
def test_the_simulation_agrees_with_plain_python(today):
    """Random pairs of sets over a random register: every count, who enters, who leaves, by how much."""
    rng = random.Random(SEED)
    register = random_register(rng, 120)
    by_pk = {household.pk: household for household in register}
    seen: Counter = Counter()
    for number in range(8):
        in_force, draft = random_pair(rng, f"uji-{number}")
        made = simulation.simulate(criteria_set=draft)
        assert made.whole == plain_counts(draft, in_force, register), (SEED, number)
        for way in (simulation.ENTERS, simulation.LEAVES):
            moves = simulation.moves(criteria_set=draft, direction=way, page=None)
            assert {move.household.pk for move in moves} == entering(draft, in_force, register, way=way)
            for move in moves:
                points = [plain_scoring.score(s, by_pk[move.household.pk], TODAY)[1] for s in (in_force, draft)]
                assert [move.points_now, move.points] == points
            seen[way] += len(moves)
    assert min(seen[simulation.ENTERS], seen[simulation.LEAVES]) > 20


def test_every_table_sums_to_the_whole(today):
    rng = random.Random(SEED)
    random_register(rng, 120)
    _in_force, draft = random_pair(rng, "uji")
    made = simulation.simulate(criteria_set=draft)
    assert set(made.by) == set(simulation.DIMENSIONS)
    for name, rows in made.by.items():
        assert simulation.Counts(*map(sum, zip(*rows.values(), strict=True))) == made.whole, name


def test_the_curve_agrees_with_the_same_set_under_other_thresholds(today):
    rng = random.Random(SEED)
    random_register(rng, 120)
    in_force, draft = random_pair(rng, "uji")
    made = simulation.simulate(criteria_set=draft)
    assert made.eligible_at(draft.threshold) == made.whole.eligible
    assert made.eligible_now_at(in_force.threshold) == made.whole.eligible_now
    for threshold in (5, 25, 50, 60):
        CriteriaSet.objects.filter(pk=draft.pk).update(threshold=threshold)
        assert simulation.simulate(criteria_set=draft).whole.eligible == made.eligible_at(threshold)


def test_the_reasons_of_a_move_sum_to_its_difference(today):
    rng = random.Random(SEED)
    random_register(rng, 60)
    explained = 0
    for number in range(3):
        in_force, draft = random_pair(rng, f"uji-{number}")
        compared = changes.Comparison(in_force, draft)
        for household in Household.objects.order_by("pk")[:40]:
            trial = simulation.try_one(criteria_set=draft, household=household)
            moved = compared.moved(hits_now=trial.hits_now, hits=trial.hits)
            assert sum(points for _text, points in moved) == trial.points - trial.points_now
            explained += len(moved)
            if trial.verdict != trial.verdict_now:
                assert compared.reasons(hits_now=trial.hits_now, hits=trial.hits)
    assert explained > 100


def test_one_statement_evaluates_both_sets_and_writes_nothing():
    criteria.load_default()
    make.household(decile=1, feared_hunger=True)
    scoring.run()
    draft = criteria.draft(source=criteria.in_force(), by=None)
    before = Score.pgh_event_model.objects.count(), Score.objects.values_list("points", "run_id").get()
    with CaptureQueriesContext(
        connection,
    ) as queries:
        simulation.simulate(criteria_set=draft)
    texts = [query["sql"] for query in queries]
    assert sum("beneficiaries_household" in text for text in texts) == 1
    assert not any(word in text for text in texts for word in ("INSERT", "UPDATE", "DELETE", "CREATE"))
    assert before == (Score.pgh_event_model.objects.count(), Score.objects.values_list("points", "run_id").get())


def test_without_a_set_in_force_everybody_eligible_enters():
    draft = made_set((K.POINTS, "has_car", Op.EQ, False, 60), status="draf")
    make.household()
    made = simulation.simulate(criteria_set=draft)
    assert (made.in_force, made.whole.enters, made.whole.eligible_now) == (None, 1, 0)
    assert simulation.moves(criteria_set=draft, direction=simulation.ENTERS)[0].reasons == ["Syarat 0: 0 menjadi 60."]


# --- an error stops it
def broken_draft() -> CriteriaSet:
    draft = criteria.draft(source=criteria.load_default(), by=None)
    draft.threshold = 0
    draft.save()
    make.household(decile=9, head={"occupation": "Sopir"})
    return draft


@pytest.mark.parametrize("verb", ["simulate", "moves", "try_one"])
def test_a_set_that_would_include_everyone_stops_with_its_sentence(verb):
    draft = broken_draft()
    more = {"moves": {"direction": "masuk"}, "try_one": {"household": Household.objects.get()}}.get(verb, {})
    with pytest.raises(criteria.CriteriaError, match="semua keluarga akan lolos"):
        getattr(simulation, verb)(criteria_set=draft, **more)


def test_twin_without_the_check_everyone_enters(monkeypatch):
    draft = broken_draft()
    monkeypatch.setattr(simulation.criteria, "check", lambda **_kwargs: None)
    assert simulation.simulate(criteria_set=draft).whole.enters == 1


def test_a_comparison_that_does_not_fit_stops_it_too():
    draft = criteria.draft(source=criteria.load_default(), by=None)
    draft.criteria.filter(fact="decile").update(value="empat")
    with pytest.raises(criteria.CriteriaError, match="angka bulat"):
        simulation.simulate(criteria_set=draft)


# --- kinds of household, decisions, scope
def test_kinds_of_household_are_told_apart():
    criteria.load_default()
    draft = criteria.draft(source=criteria.in_force(), by=None)
    make.household(head={"born_on": TODAY.replace(year=1950), "sex": "P"})
    young = make.household(head={"sex": "L", "disability": True})
    make.person(household=young, born_on=TODAY.replace(year=2024))
    rows = simulation.simulate(criteria_set=draft).by
    assert {key: row.households for key, row in rows["head"].items()} == {"P": 1, "L": 1}
    for kind in ("alone", "small_children", "disabled"):
        assert rows[kind][True].households == 1, kind


def test_decisions_of_people_are_told_apart():
    criteria.load_default()
    case = cases.verified()
    applications.decide(application=case, status=Application.Status.DITETAPKAN_LAYAK, by=people.ani())
    make.household()
    draft = criteria.draft(source=criteria.in_force(), by=None)
    rows = simulation.simulate(criteria_set=draft).by["approved"]
    assert {key: row.households for key, row in rows.items()} == {True: 1, None: 1}


def test_the_word_of_the_musyawarah_is_told_apart():
    criteria.load_default()
    draft = criteria.draft(source=criteria.in_force(), by=None)
    worthy, unworthy = (make.household(decile=1, feared_hunger=True, has_car=True) for _ in range(2))
    scoring.run()
    meetings.closed("layak", "1/BA/2026", households=[worthy])
    meetings.closed("tidak_layak", "2/BA/2026", households=[unworthy])
    rows = simulation.simulate(criteria_set=draft).by["deliberated"]
    assert {key: row.households for key, row in rows.items()} == {True: 1, False: 1}
    error = simulation_tables.errors(simulation.simulate(criteria_set=draft))[1]
    assert (error.label, error.compared) == ("Keputusan musyawarah kelurahan", 2)


def test_the_causes_count_every_family_that_moves():
    criteria.load_default()
    draft = criteria.draft(source=criteria.in_force(), by=None)
    draft.criteria.filter(fact="decile", value=2).update(points=25)
    for _ in range(3):
        make.household(decile=2, floor="keramik", head={"occupation": "Sopir"})
    make.household(decile=9, floor="keramik", head={"occupation": "Sopir"})
    made = simulation.simulate(criteria_set=draft)
    assert made.whole.enters == 3
    assert simulation_tables.causes(made) == [("Tambahan untuk desil DTSEN 1 dan 2: 10 menjadi 25.", 3, 0)]


def test_only_the_officers_own_households_are_counted():
    criteria.load_default()
    draft = criteria.draft(source=criteria.in_force(), by=None)
    draft.threshold = 1
    draft.save()
    make.household(decile=5)
    make.household(decile=5, region=ELSEWHERE)
    for who, region in ((people.ani(), people.KLENDER), (people.budi(), people.PONDOK_KOPI)):
        own = Household.objects.for_officer(who)
        made = simulation.simulate(criteria_set=draft, households=own, region=region)
        assert made.whole.households == 1
        assert all(str(place).startswith(region) for place in made.by["place"])
        moves = simulation.moves(criteria_set=draft, direction="masuk", households=own)
        assert [move.household.region_id[:13] for move in moves] == [region]


def test_families_whose_data_rests_are_counted_nowhere():
    """The officer's page, the preview of a release and the run itself tell one number (UU 27/2022, article 41)."""
    criteria.load_default()
    draft, kesra = criteria.draft(source=criteria.in_force(), by=None), people.kesra()
    make.household(feared_hunger=True)
    resting = limiting.limit(household=make.household(feared_hunger=True), reason="Diminta warga", by=kesra)
    own = Household.objects.for_officer(kesra)
    shown = simulation.simulate(criteria_set=draft, households=own).whole.households
    assert shown == simulation.simulate(criteria_set=draft).whole.households == scoring.run().households == 1
    assert simulation.try_one(criteria_set=draft, household=resting) is None
    whose = {m.household.pk for m in simulation.moves(criteria_set=draft, direction="masuk", households=own)}
    assert resting.pk not in whose


def test_households_that_are_gone_are_not_counted():
    criteria.load_default()
    draft = criteria.draft(source=criteria.in_force(), by=None)
    gone = make.household(status="pindah")
    assert simulation.simulate(criteria_set=draft).whole.households == 0
    assert simulation.try_one(criteria_set=draft, household=gone) is None
