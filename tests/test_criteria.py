"""Criteria sets: the default one, drafts, release, and what the database refuses."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from beneficiaries import criteria, facts, scoring, tasks
from beneficiaries.models import CriteriaSet, Criterion, ScoringRun
from tests import make, people
from tests.random_cases import made_set

pytestmark = pytest.mark.django_db
K, Op = Criterion.Kind, Criterion.Operator


@pytest.fixture
def draft():
    return criteria.draft(source=criteria.load_default(), by=None)


# --- the default set
def test_the_default_set_is_released_once():
    first = criteria.load_default()
    assert criteria.load_default() == first
    assert (first.code, first.version, first.status) == ("prioritas-lokal", 1, "rilis")
    assert "bukan desil" in first.name
    assert CriteriaSet.objects.count() == 1


def test_its_weights_sum_to_100_and_its_holds_carry_their_codes():
    rules = list(criteria.load_default().criteria.all())
    assert sum(r.points for r in rules if r.kind == K.POINTS) == 100
    assert [(r.fact, r.points) for r in rules if r.kind == K.GATE] == [("tenure", 100)]
    assert [r.reason_code for r in rules if r.kind == K.HOLD] == ["R01", "R02", "R03", "R04"]
    criteria.check(criteria_set=rules[0].criteria_set)


def test_a_later_version_in_force_is_left_alone(draft):
    released = criteria.release(criteria_set=draft, by=people.kesra(), starts_on=timezone.localdate())
    assert criteria.load_default() == released


# --- draft
def test_a_draft_is_a_copy_with_the_next_number(draft):
    source = criteria.in_force()
    assert (draft.version, draft.status, draft.released_by) == (2, "draf", None)
    columns = ("bit", "kind", "fact", "operator", "value", "points", "reason_code", "question", "met", "unmet")
    assert list(draft.criteria.values_list(*columns)) == list(source.criteria.values_list(*columns))


def test_one_draft_at_a_time(draft):
    with pytest.raises(criteria.CriteriaError, match="Draf versi 2 masih terbuka"):
        criteria.draft(source=criteria.in_force(), by=None)


# --- release
def test_a_release_retires_the_version_before(draft):
    before, kesra = criteria.in_force(), people.kesra()
    released = criteria.release(criteria_set=draft, by=kesra, starts_on=timezone.localdate())
    before.refresh_from_db()
    assert before.status == "pensiun"
    assert (released.status, released.released_by, released.starts_on) == ("rilis", kesra, timezone.localdate())
    assert released.released_at
    assert criteria.in_force() == released


def test_a_release_wants_a_person(draft):
    with pytest.raises(criteria.CriteriaError, match="orang yang bertanggung jawab"):
        criteria.release(criteria_set=draft, by=None, starts_on=timezone.localdate())


def test_a_release_for_a_day_that_is_over_is_refused(draft):
    """The public history would state it as a fact."""
    yesterday = timezone.localdate() - timedelta(days=1)
    with pytest.raises(criteria.CriteriaError, match="Tanggal mulai sudah lewat"):
        criteria.release(criteria_set=draft, by=people.kesra(), starts_on=yesterday)
    assert criteria.in_force().version == 1


def test_a_set_is_released_once():
    with pytest.raises(criteria.CriteriaError, match="sudah pernah dirilis"):
        criteria.release(criteria_set=criteria.load_default(), by=people.kesra(), starts_on=timezone.localdate())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"fact": "ranking"}, "Data “ranking” tidak dikenal"),
        ({"operator": "salah_satu"}, "tidak dapat dibandingkan dengan cara itu"),
        ({"value": "4"}, "angka bulat"),
        ({"value": True}, "angka bulat"),
        ({"value": -1}, "angka bulat"),
        ({"value": [4]}, "angka bulat"),
        ({"points": 5000}, "paling banyak 1000"),
        ({"fact": "has_car", "operator": "sama", "value": 1}, "ya atau tidak"),
        ({"fact": "floor", "operator": "salah_satu", "value": []}, "pilihan yang tersedia"),
        ({"fact": "floor", "operator": "salah_satu", "value": ["marmer"]}, "pilihan yang tersedia"),
        ({"fact": "floor", "operator": "sama", "value": ["tanah"]}, "pilihan yang tersedia"),
    ],
)
def test_a_release_refuses_what_cannot_be_scored(draft, change, sentence):
    rule = draft.criteria.filter(fact="decile").first()
    draft.criteria.filter(pk=rule.pk).update(**change)
    with pytest.raises(criteria.CriteriaError, match=f"Butir {rule.bit}: .*{sentence}"):
        criteria.release(criteria_set=draft, by=people.kesra(), starts_on=timezone.localdate())
    draft.refresh_from_db()
    assert draft.status == "draf"


def test_a_release_refuses_weights_that_never_reach_the_threshold(draft):
    CriteriaSet.objects.filter(pk=draft.pk).update(threshold=101)
    draft.criteria.filter(kind=K.GATE).delete()
    with pytest.raises(criteria.CriteriaError, match="hanya 100, di bawah batas 101"):
        criteria.release(criteria_set=draft, by=people.kesra(), starts_on=timezone.localdate())


def test_a_release_refuses_a_gate_below_the_threshold(draft):
    draft.criteria.filter(kind=K.GATE).update(points=39)
    with pytest.raises(criteria.CriteriaError, match="langsung layak, tetapi"):
        criteria.release(criteria_set=draft, by=people.kesra(), starts_on=timezone.localdate())


def test_a_release_refuses_a_threshold_that_all_reach(draft):
    CriteriaSet.objects.filter(pk=draft.pk).update(threshold=0)
    with pytest.raises(criteria.CriteriaError, match="masih 0"):
        criteria.release(criteria_set=draft, by=people.kesra(), starts_on=timezone.localdate())


def test_a_release_refuses_a_set_without_criteria(draft):
    draft.criteria.all().delete()
    with pytest.raises(criteria.CriteriaError, match="belum berisi butir"):
        criteria.release(criteria_set=draft, by=people.kesra(), starts_on=timezone.localdate())


# --- the database holds what was released
EDITS = {
    "a weight": "UPDATE beneficiaries_criterion SET points = 99 WHERE kind = 'nilai'",
    "a new criterion": "INSERT INTO beneficiaries_criterion (criteria_set_id, bit, kind, fact, operator, value, points,"
    " reason_code, question, met, unmet) SELECT id, 40, 'nilai', 'decile', 'sama', '1', 5, '', '', '', ''"
    " FROM beneficiaries_criteriaset WHERE version = 1",
    "a criterion less": "DELETE FROM beneficiaries_criterion WHERE bit = 3",
    "a criterion carried off to a draft": "UPDATE beneficiaries_criterion SET bit = bit + 30, criteria_set_id ="
    " (SELECT max(id) FROM beneficiaries_criteriaset) WHERE criteria_set_id ="
    " (SELECT min(id) FROM beneficiaries_criteriaset)",
    "the threshold": "UPDATE beneficiaries_criteriaset SET threshold = 1 WHERE version = 1",
    "the legal basis": "UPDATE beneficiaries_criteriaset SET legal_basis = '' WHERE version = 1",
}


def _edit(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("edit", EDITS)
def test_a_released_set_cannot_be_edited(draft, edit):
    with pytest.raises(IntegrityError, match="released criteria are immutable"):
        _edit(EDITS[edit])


@pytest.mark.parametrize("edit", EDITS)
def test_without_the_triggers_it_could(draft, edit):
    """The twin: the same edit goes through once the guards are gone."""
    contents = list(criteria.in_force().criteria.values_list("bit", "points")), draft.criteria.count()
    with connection.cursor() as cursor:
        for model in (Criterion, CriteriaSet):
            trigger = next(t for t in model._meta.triggers if t.name == "released_is_immutable")
            cursor.execute(f"DROP TRIGGER {trigger.get_pgid(model)} ON {model._meta.db_table}")
    _edit(EDITS[edit])
    after = list(criteria.in_force().criteria.values_list("bit", "points")), draft.criteria.count()
    damaged = criteria.in_force()
    assert contents != after or damaged.threshold == 1 or damaged.legal_basis == ""


def test_a_retired_set_stays_as_it_was(draft):
    before = criteria.in_force()
    criteria.release(criteria_set=draft, by=people.kesra(), starts_on=timezone.localdate())
    with pytest.raises(IntegrityError, match="immutable"):
        CriteriaSet.objects.filter(pk=before.pk).update(name="Lain")


def test_a_draft_can_be_edited_and_thrown_away(draft):
    draft.criteria.filter(fact="decile").update(points=1)
    criteria.discard(criteria_set=draft, by=people.kesra())
    assert CriteriaSet.objects.get().version == 1 and Criterion.objects.filter(criteria_set=draft.pk).count() == 0
    labels = CriteriaSet.pgh_event_model.objects.filter(pgh_obj_id=draft.pk).values_list("pgh_label", flat=True)
    assert "delete" in labels
    again = criteria.draft(source=criteria.in_force(), by=people.either("kesra", "kesra"))
    assert again.version == 2


def test_only_a_draft_is_thrown_away(draft):
    with pytest.raises(criteria.CriteriaError, match="Masuk lebih dahulu"):
        criteria.discard(criteria_set=draft, by=None)
    with pytest.raises(criteria.CriteriaError, match="sudah pernah dirilis"):
        criteria.discard(criteria_set=criteria.in_force(), by=people.kesra())


# --- facts
def test_facts_have_labels_and_operators():
    for name, fact in facts.FACTS.items():
        assert fact.name == name
        assert fact.label
        assert fact.operators


def test_a_comparison_reads_as_words():
    assert facts.get("decile").words(Op.LTE, 4) == "desil DTSEN: paling banyak 4"
    assert facts.get("floor").words(Op.IN, ["tanah", "plester"]) == "jenis lantai: salah satu dari Tanah, Plester"
    assert facts.get("has_car").words(Op.EQ, False) == "punya mobil: tidak"


def test_a_value_is_read_as_a_person_types_it():
    assert facts.get("has_car").read(" Tidak ", Op.EQ) is False
    assert facts.get("decile").read("4", Op.LTE) == 4
    assert facts.get("floor").read("tanah, Plester", Op.IN) == ["tanah", "plester"]
    assert facts.get("floor").read("Tanah", Op.EQ) == "tanah"
    for name, operator, text in (("has_car", Op.EQ, "mungkin"), ("decile", Op.LTE, "-4"), ("floor", Op.IN, "marmer")):
        with pytest.raises(facts.FactError):
            facts.get(name).read(text, operator)


def test_a_number_of_any_length_is_only_refused():
    for typed, operator in (("9" * 5000, Op.LTE), ("9" * 5000 + ", 4", Op.EACH)):
        with pytest.raises(facts.FactError):
            facts.get("decile").read(typed, operator)


def test_ages_on_the_29th_of_february():
    assert facts.years_before(date(2028, 2, 29), 60) == date(1968, 2, 29)
    assert facts.years_before(date(2028, 2, 29), 7) == date(2021, 2, 28)


# --- amounts with a weight
@pytest.mark.parametrize("value", [[1], [0, 3], [1, 0], [1, 64], ["1", 3], 5, [1_000_000_000, 63], [True, 3]])
def test_an_amount_wants_a_step_and_how_many(value):
    with pytest.raises(facts.FactError, match="ditimbang dengan dua angka"):
        facts.get("income_per_head").check(Op.EACH, value)


def test_only_numbers_are_weighed():
    with pytest.raises(facts.FactError, match="tidak dapat dibandingkan"):
        facts.get("has_car").check(Op.EACH, [1, 3])


def test_an_amount_is_typed_and_read_back():
    income = facts.get("income_per_head")
    assert income.read("500000, 4", Op.BELOW) == [500_000, 4]
    assert income.shown([500_000, 4]) == "500000, 4"
    assert income.words(Op.BELOW, [500_000, 4]).endswith("tiap 500.000 di bawah 2.000.000, paling banyak 4 kali")


def test_two_criteria_do_not_share_a_place():
    draft = made_set((K.POINTS, "members", Op.EACH, [1, 5], 10), (K.POINTS, "decile", Op.LTE, 4, 60), status="draf")
    criteria.check(criteria_set=draft)
    draft.criteria.filter(fact="decile").update(bit=2)
    with pytest.raises(criteria.CriteriaError, match="memakai nomor 0 sampai 2. Beri butir 2 nomor 3"):
        criteria.check(criteria_set=draft)
    draft.criteria.filter(fact="members").update(bit=61)
    with pytest.raises(criteria.CriteriaError, match="Butir 61 tidak muat"):
        criteria.check(criteria_set=draft)


def test_the_points_of_an_amount_count_with_its_steps():
    draft = made_set((K.POINTS, "members", Op.EACH, [1, 5], 10), threshold=50, status="draf")
    criteria.check(criteria_set=draft)
    CriteriaSet.objects.filter(pk=draft.pk).update(threshold=51)
    draft.refresh_from_db()
    with pytest.raises(criteria.CriteriaError, match="hanya 50"):
        criteria.check(criteria_set=draft)


# --- the day it begins, and the end
@pytest.fixture
def waiting(draft):
    """Released by kesra for a week from today."""
    return criteria.release(criteria_set=draft, by=people.kesra(), starts_on=timezone.localdate() + timedelta(days=7))


def test_a_release_for_a_later_day_waits_for_it(waiting):
    assert (waiting.status, waiting.released_by.username) == ("siap", "kesra")
    assert criteria.begin() == [] and criteria.in_force().version == 1
    with pytest.raises(scoring.ScoringError, match="belum mulai berlaku"):
        scoring.run(criteria_set=waiting)
    with time_machine.travel(timezone.now() + timedelta(days=7)):
        assert criteria.begin() == [waiting] and criteria.begin() == []
    assert criteria.in_force() == waiting
    assert list(CriteriaSet.objects.values_list("version", "status")) == [(2, "rilis"), (1, "pensiun")]


@pytest.mark.usefixtures("transactional_db")
def test_its_day_scores_all_families(waiting):
    family = make.household(feared_hunger=True)
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        tasks.begin_criteria()
    run = ScoringRun.objects.get(criteria_set=waiting)
    assert (run.reason, run.households) == ("rilis", 1) and family.scores.get().criteria_set == waiting


def test_a_set_that_waits_is_not_changed(waiting):
    for change in (
        lambda: CriteriaSet.objects.filter(pk=waiting.pk).update(threshold=1),
        lambda: waiting.criteria.filter(kind="nilai").update(points=1),
        lambda: waiting.criteria.filter(kind="tahan").delete(),
    ):
        with pytest.raises(IntegrityError, match="immutable"), transaction.atomic():
            change()
    with pytest.raises(criteria.CriteriaError, match="Versi 2 sudah dirilis dan menunggu"):
        criteria.draft(source=criteria.in_force(), by=people.user("penyusun", "kesra", "31.75.07"))


def test_a_release_is_withdrawn_before_its_day_and_reviewed_anew(waiting):
    with pytest.raises(criteria.CriteriaError, match="Masuk lebih dahulu"):
        criteria.withdraw(criteria_set=waiting, by=None)
    draft = criteria.withdraw(criteria_set=waiting, by=waiting.released_by)
    assert (draft.status, draft.starts_on, draft.released_by, draft.released_at) == ("draf", None, None, None)
    draft.criteria.filter(kind="nilai").update(points=20)
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert criteria.begin() == []
    with pytest.raises(criteria.CriteriaError, match="tidak sedang menunggu"):
        criteria.withdraw(criteria_set=draft, by=waiting.released_by)


def test_two_releases_of_one_code_do_not_wait_side_by_side(waiting):
    other = make.criteria(code=waiting.code, version=9, released=False)
    with pytest.raises(IntegrityError, match="criteria_set_one_waiting"), transaction.atomic():
        CriteriaSet.objects.filter(pk=other.pk).update(status="siap", starts_on=waiting.starts_on)


def test_a_set_is_retired_without_one_after_it():
    chosen = criteria.load_default()
    with pytest.raises(criteria.CriteriaError, match="Masuk lebih dahulu"):
        criteria.retire(criteria_set=chosen, by=None)
    assert criteria.retire(criteria_set=chosen, by=people.camat()).status == "pensiun"
    with pytest.raises(criteria.CriteriaError, match="tidak sedang berlaku"):
        criteria.retire(criteria_set=chosen, by=people.either("camat", "camat"))
    with pytest.raises(criteria.CriteriaError, match="Rilis satu versi"):
        criteria.in_force()
