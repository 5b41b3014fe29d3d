"""The bits of a score read back as lines that sum to it."""

import pytest

from beneficiaries import criteria
from beneficiaries.explanation import explain

pytestmark = pytest.mark.django_db


def bits(criteria_set, *wanted: str) -> int:
    """The bits of the criteria whose fact (and value) is named."""
    return sum(1 << c.bit for c in criteria_set.criteria.all() if c.fact in wanted or f"{c.fact}={c.value}" in wanted)


def test_points_that_counted_and_points_that_did_not():
    chosen = criteria.load_default()
    why = explain(hits=bits(chosen, "head_not_working", "decile=4"), criteria_set=chosen)
    assert [(line.text, line.points) for line in why.added] == [
        ("Kepala keluarga tidak bekerja.", 15),
        ("Desil DTSEN keluarga 1 sampai 4.", 15),
    ]
    assert why.total == 30
    assert sum(line.points for line in why.added + why.not_added) == 100
    assert "Desil DTSEN keluarga bukan 1 atau 2." in [line.text for line in why.not_added]
    assert (why.holds, why.threshold) == ([], 40)


def test_a_gate_counts_alone():
    chosen = criteria.load_default()
    why = explain(hits=bits(chosen, "tenure", "feared_hunger", "has_car"), criteria_set=chosen)
    assert [(line.text, line.points) for line in why.added] == [("Keluarga tidak punya tempat tinggal.", 100)]
    assert why.not_added == []
    assert [line.reason_code for line in why.holds] == ["R02"]


def test_holds_add_no_points_and_ask_for_a_check():
    chosen = criteria.load_default()
    why = explain(hits=bits(chosen, "civil_servant", "branded_water"), criteria_set=chosen)
    assert [(line.reason_code, line.points) for line in why.holds] == [("R01", 0), ("R04", 0)]
    assert all("Perlu diperiksa" in line.text for line in why.holds)
    assert why.total == 0


def test_residents_read_words_what_counted_first():
    chosen = criteria.load_default()
    sentences = explain(hits=bits(chosen, "toilet", "has_car"), criteria_set=chosen).sentences
    assert sentences[:2] == [
        "Keluarga tidak punya jamban sendiri.",
        "Keluarga tercatat punya mobil. Perlu diperiksa.",
    ]


def test_every_sentence_is_short_and_plain():
    for criterion in criteria.load_default().criteria.all():
        for text in (criterion.question, criterion.met, criterion.unmet):
            assert max(len(part.split()) for part in text.split(". ")) <= 15, text
        assert criterion.met.endswith(".")
        assert criterion.unmet.endswith(".")
