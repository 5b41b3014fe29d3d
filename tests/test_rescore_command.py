"""`rescore`: what a person or a timer runs once a month."""

import json

import pytest
from django.core.management import CommandError, call_command

from bansos.models import Job
from beneficiaries import criteria, scoring
from beneficiaries.models import CriteriaSet, Score, ScoringRun
from tests import make

pytestmark = pytest.mark.django_db


def rescore(capsys, *options: str) -> dict:
    call_command("rescore", "--json", *options)
    return json.loads(capsys.readouterr().out)


def test_it_scores_and_answers_the_counts(capsys):
    criteria.load_default()
    make.household(decile=1, feared_hunger=True)
    make.household(has_car=True)
    result = rescore(capsys)
    assert result.pop("seconds") >= 0
    run = ScoringRun.objects.get()
    assert result == {"run": run.pk, "households": 2, "changed": 2, "eligible": 1, "held": 1}
    assert rescore(capsys)["changed"] == 0


def test_it_leaves_a_job_on_record(capsys):
    criteria.load_default()
    run = ScoringRun.objects.get(pk=rescore(capsys)["run"])
    assert (run.job.kind, run.job.state) == ("scoring.run", Job.State.SELESAI)


def test_simulation_answers_the_same_and_stores_nothing(capsys):
    criteria.load_default()
    make.household(decile=1, feared_hunger=True)
    result = rescore(capsys, "--simulate")
    result.pop("seconds")
    assert result == {"run": None, "households": 1, "changed": 1, "eligible": 1, "held": 0}
    assert not Score.objects.exists()
    assert not Job.objects.exists()


def test_an_office_without_criteria_gets_the_default_ones(capsys):
    make.household()
    assert rescore(capsys)["households"] == 1
    assert criteria.in_force().version == 1


def test_an_unknown_code_is_refused():
    with pytest.raises(CommandError, match="Belum ada kriteria “lain” yang berlaku"):
        call_command("rescore", "--criteria", "lain")


def test_a_set_that_is_only_a_draft_is_not_replaced():
    CriteriaSet.objects.create(code="prioritas-lokal", name="Draf", legal_basis="-", threshold=1)
    with pytest.raises(CommandError, match="Rilis satu versi"):
        call_command("rescore")


def test_it_does_not_run_beside_the_worker():
    job = scoring.request(criteria_set=criteria.load_default(), by=None)
    Job.objects.filter(pk=job.pk).update(state=Job.State.JALAN)
    with pytest.raises(CommandError, match="sedang berjalan di proses lain"):
        call_command("rescore")


def test_people_read_a_sentence(capsys):
    criteria.load_default()
    make.household()
    call_command("rescore")
    assert "1 keluarga, 1 berubah, 1 indikasi layak, 0 ditahan" in capsys.readouterr().out
