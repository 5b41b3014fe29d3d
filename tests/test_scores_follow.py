"""The score of a family follows a change of its facts: after the commit, under every set in force, never before."""

from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse

from bansos.models import Job
from beneficiaries import corrections, criteria, family_events, scoring, statements
from beneficiaries.models import CriteriaSet, Household, Score, ScoringRun
from tests import cases, make, people

pytestmark = pytest.mark.django_db
WHY = "Salah tulis di KK"


def ani():
    return cases.officer("ani", "staf", people.KLENDER)


@pytest.fixture
def family():
    """One who works and fears no hunger: nothing counts."""
    criteria.load_default()
    made = make.household(decile=9, floor="keramik", bought_clothes=True, head={"occupation": "Sopir"})
    scoring.run()
    assert points(made) == 0
    return made


def points(family) -> int:
    return Score.objects.get(household=family, criteria_set=criteria.in_force()).points


def test_a_death_changes_the_score(family, django_capture_on_commit_callbacks):
    make.person(household=family, relation="istri", name="Siti", occupation="Tidak bekerja")
    with django_capture_on_commit_callbacks(execute=True):
        family_events.record_death(
            person=family.people.get(relation="kepala"), died_on=date(2026, 11, 2), paper="474.3/12/2026",
            new_head=family.people.get(relation="istri"), by=ani(),
        )  # fmt: skip
    assert points(family) == 15  # the new head does not work
    last = ScoringRun.objects.first()
    assert (last.households, last.changed, last.reason, last.by) == (1, 1, ScoringRun.Reason.DATA, ani())


def test_a_correction_changes_the_score(family, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        corrections.correct(row=family, name="floor", value="tanah", reason=WHY, by=ani())
    assert points(family) == 10
    head = family.people.get()
    with django_capture_on_commit_callbacks(execute=True):
        corrections.correct(row=head, name="occupation", value="Tidak bekerja", reason=WHY, by=ani())
    assert points(family) == 25


def test_an_edit_in_the_admin_changes_the_score(family, client, django_capture_on_commit_callbacks):
    client.force_login(ani())
    page = reverse("admin:beneficiaries_household_change", args=[family.pk])
    form = client.get(page).context["adminform"].form
    sent = {name: form[name].value() for name in form.fields} | {"feared_hunger": "true", "reason": "Sesuai kunjungan"}
    formsets = client.get(page).context["inline_admin_formsets"]
    for formset in formsets:
        sent |= {f"{formset.formset.prefix}-{name}": "0" for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(page, {name: "" if value is None else value for name, value in sent.items()})
    assert answer.status_code == 302, answer.context["errors"]
    assert points(family) == 15


def test_the_list_of_runs_begins_with_those_of_the_whole_register(family, client, django_capture_on_commit_callbacks):
    asked = ScoringRun.objects.get()
    with django_capture_on_commit_callbacks(execute=True):
        corrections.correct(row=family, name="floor", value="tanah", reason=WHY, by=ani())
    followed = ScoringRun.objects.get(reason="data")
    (job,) = scoring.request_all(by=ani(), reason=ScoringRun.Reason.DATA)
    imported = ScoringRun.objects.get(job=job)
    client.force_login(ani())
    page = reverse("admin:beneficiaries_scoringrun_changelist")
    for said, runs in (
        ({}, {asked, imported}), ({"lingkup": "keluarga"}, {followed}),
        ({"lingkup": "semua"}, {asked, imported, followed}), ({"reason__exact": "data"}, {imported}),
        ({"lingkup": "keluarga", "reason__exact": "diminta"}, set()),
    ):  # fmt: skip
        assert set(client.get(page, said).context["cl"].queryset) == runs, said
    shown = client.get(page, {"lingkup": "keluarga", "reason__exact": "data"}).content.decode()
    assert 'href="?lingkup=keluarga&amp;reason__exact=data" aria-current="page"' in shown


def test_every_set_in_force_follows(family, django_capture_on_commit_callbacks):
    other = make.criteria(code="khusus")
    with django_capture_on_commit_callbacks(execute=True):
        corrections.correct(row=family, name="floor", value="tanah", reason=WHY, by=ani())
    assert Score.objects.filter(household=family, criteria_set=other).exists()


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_taken_back_leaves_the_score(family):
    runs = ScoringRun.objects.count()
    with transaction.atomic():
        corrections.correct(row=family, name="floor", value="tanah", reason=WHY, by=ani())
        transaction.set_rollback(True)
    assert (points(family), ScoringRun.objects.count()) == (0, runs)


@pytest.mark.django_db(transaction=True)
def test_a_scoring_that_fails_undoes_no_change(family, monkeypatch):
    monkeypatch.setattr(scoring, "_WRITE", "SELECT nothing")
    corrections.correct(row=family, name="floor", value="tanah", reason=WHY, by=ani())
    assert Household.objects.get().floor == "tanah" and points(family) == 0
    monkeypatch.undo()
    assert scoring.run().changed == 1  # as the night does


def test_a_statement_that_is_kept_says_what_one_made_anew_says(family):
    chosen, today = criteria.in_force(), date(2026, 11, 25)
    others = [make.household(feared_hunger=True), make.household(decile=1)]
    for ids in ([family.pk], [each.pk for each in others], []):
        anew = statements.scored(
            statements.rules_of(chosen), households=Household.objects.to_score().filter(pk__in=ids), on=today
        )
        assert rows(statements.scored_few(chosen, ids=ids, on=today)) == rows(anew)


def rows(statement) -> list:
    with statements.room() as cursor:
        cursor.execute(*statement)
        return sorted(cursor.fetchall())


def test_a_loaded_register_asks_for_a_scoring():
    first, second = criteria.load_default(), make.criteria(code="khusus")
    made = scoring.request_all(by=ani(), reason=ScoringRun.Reason.DATA)
    assert {job.subject for job in made} == {first.pk, second.pk}
    assert {job.state for job in made} == {Job.State.ANTRE}
    CriteriaSet.objects.update(status="pensiun")
    assert scoring.request_all(by=ani(), reason=ScoringRun.Reason.DATA) == []
