"""A score of last month is explained with the facts of its day, beside those of today and what changed them."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from beneficiaries import criteria, facts_at, family_events, past_scores, scoring
from beneficiaries.explanation import explain
from beneficiaries.models import Household, Person, Score
from tests import cases, make, people, plain_scoring
from tests.browser import needs_browser, shot
from tests.test_reach import _accessible as accessible

# What is written in one transaction has one time, so each write here is a transaction of its own.
pytestmark = pytest.mark.django_db(transaction=True)


def ani():
    return cases.officer("ani", "staf", people.KLENDER)


@pytest.fixture
def family():
    made = make.household(head={"name": "Budi Santoso", "sex": "L", "occupation": "Tidak bekerja"}, feared_hunger=True)
    make.person(household=made, name="Siti Aminah", relation="istri", occupation="Pedagang")
    make.person(household=made, name="Rina", relation="anak", born_on=date(2015, 3, 1), marital="belum")
    return made


@pytest.fixture
def chosen():
    return criteria.load_default()


def newest(score):
    return past_scores.of(score).first()


def head_dies(family, **more):
    head, wife = (family.people.get(name=name) for name in ("Budi Santoso", "Siti Aminah"))
    values = {"died_on": timezone.localdate(), "paper": "474.3/12/2026"} | more
    return family_events.record_death(person=head, new_head=wife, by=ani(), **values)


def test_a_score_is_rebuilt_after_the_register_changed(family, chosen):
    scoring.run(criteria_set=chosen)
    score = Score.objects.get(household=family)
    past, was = newest(score), (score.hits, score.points, score.verdict)
    assert facts_at.points(household_id=family.pk, at=past.pgh_created_at, criteria_set=chosen) == was
    head_dies(family)
    Household.objects.filter(pk=family.pk).update(feared_hunger=False, decile=9)
    scoring.run(criteria_set=chosen)
    score.refresh_from_db()
    now = (score.hits, score.points, score.verdict)
    assert now != was and facts_at.points(household_id=family.pk, at=timezone.now(), criteria_set=chosen) == now
    assert facts_at.points(household_id=family.pk, at=past.pgh_created_at, criteria_set=chosen) == was
    assert now == plain_scoring.score(chosen, Household.objects.get(pk=family.pk), timezone.localdate())
    assert explain(hits=past.hits, criteria_set=chosen).total == past.points
    newest_first = [state.points for state in past_scores.of(score)]  # the death was followed by a score of its own
    assert (newest_first[0], newest_first[-1], len(newest_first)) == (now[1], was[1], 3)


def test_the_facts_of_then_stand_beside_those_of_today_with_their_cause(family, chosen):
    scoring.run(criteria_set=chosen)
    past = newest(Score.objects.get(household=family))
    same = past_scores.compare(past=past, criteria_set=chosen)
    assert same.rebuilt and not same.changed and not same.since and len(same.lines) > 5
    event = head_dies(family, died_on=timezone.localdate() - timedelta(days=3))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE beneficiaries_household SET feared_hunger = false")
    found = past_scores.compare(past=past, criteria_set=chosen)
    changed = {line.label: line for line in found.lines if line.changed}
    idle = changed["Kepala keluarga tidak bekerja"]
    assert (idle.then, idle.now, idle.cause) == ("ya", "tidak", str(event))
    hunger = changed["Pernah khawatir tidak makan"]
    assert (hunger.then, hunger.now) == ("ya", "tidak") and hunger.cause.startswith("Sistem, ")
    assert found.rebuilt and found.since == [event] and found.late == [event]


def test_who_changed_a_fact_is_named(client, family, chosen):
    scoring.run(criteria_set=chosen)
    past = newest(Score.objects.get(household=family))
    client.force_login(ani())
    page = reverse("admin:beneficiaries_household_change", args=[family.pk])
    form = client.get(page).context["adminform"].form
    answers = {name: value for name in form.fields if (value := form.initial.get(name)) not in {None, False}}
    del answers["feared_hunger"]
    parts = ("people", "applications", "scores")
    inlines = {f"{name}-{each}_FORMS": 0 for name in parts for each in ("TOTAL", "INITIAL")}
    assert client.post(page, answers | inlines | {"reason": "Sesuai kunjungan"}).status_code == 302
    (hunger,) = [line for line in past_scores.compare(past=past, criteria_set=chosen).lines if line.changed]
    assert hunger.label == "Pernah khawatir tidak makan" and hunger.cause.startswith("Ani, ")


def test_a_score_of_a_fact_that_the_history_lost_says_so(family, chosen):
    """The twin of `rebuilt`: a history that somebody shortened gives other bits."""
    scoring.run(criteria_set=chosen)
    past = newest(Score.objects.get(household=family))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE beneficiaries_personevent DISABLE TRIGGER USER")
        cursor.execute("UPDATE beneficiaries_personevent SET occupation = 'Pedagang' WHERE relation = 'kepala'")
        cursor.execute("ALTER TABLE beneficiaries_personevent ENABLE TRIGGER USER")
    assert not past_scores.compare(past=past, criteria_set=chosen).rebuilt


def test_members_of_a_moment(family):
    before = timezone.now()
    assert facts_at.members(household_id=family.pk, at=before - timedelta(days=1)) == []
    assert facts_at.known(household_id=family.pk, at=before - timedelta(days=1), names=["members"]) is None
    head_dies(family)
    other = make.household()
    family_events.join(
        people=[family.people.get(name="Rina")], into=other, relation="lainnya", happened_on=timezone.localdate(),
        paper="KK", by=ani(),
    )  # fmt: skip
    then = {m.name: m.relation for m in facts_at.members(household_id=family.pk, at=before)}
    assert then == {"Budi Santoso": "kepala", "Siti Aminah": "istri", "Rina": "anak"}
    now = facts_at.members(household_id=family.pk, at=facts_at.end_of(timezone.localdate()))
    assert [m.name for m in now] == ["Siti Aminah"]
    assert facts_at.known(household_id=family.pk, at=before, names=["members", "feared_hunger"]) == {
        "members": 3, "feared_hunger": True,
    }  # fmt: skip


def test_a_person_who_was_taken_out_again_is_not_there(family):
    extra = make.person(household=family, name="Keliru")
    with_extra = timezone.now()
    Person.objects.filter(pk=extra.pk).delete()
    names = [m.name for m in facts_at.members(household_id=family.pk, at=timezone.now())]
    assert "Keliru" not in names and len(names) == 3
    assert "Keliru" in [m.name for m in facts_at.members(household_id=family.pk, at=with_extra)]


def test_the_page_tells_both_and_only_to_the_office(client, family, chosen):
    scoring.run(criteria_set=chosen)
    score = Score.objects.get(household=family)
    old = newest(score)
    head_dies(family)
    scoring.run(criteria_set=chosen)
    score.refresh_from_db()
    page = reverse("admin:beneficiaries_score_change", args=[score.pk])
    client.force_login(ani())
    now = client.get(page).content.decode()
    assert (
        "Siti Aminah, RT 002" in now
        and "belum berubah sejak dinilai" in now
        and f"?pada={old.pk}" in now
        and "Ini skor lama" not in now
    )
    then = client.get(page, {"pada": old.pk}).content.decode()
    assert "Ini skor lama" in then and "Kematian" in then and f"<strong>{old.points}</strong>" in then
    stranger = make.household()
    scoring.run(criteria_set=chosen)
    others = newest(Score.objects.get(household=stranger))
    assert client.get(page, {"pada": others.pk}).status_code == 404  # the state of another family's score
    client.force_login(cases.officer("budi", "staf", people.PONDOK_KOPI))
    assert client.get(page, {"pada": old.pk}).status_code == 302  # not in this office's list


@needs_browser
@pytest.mark.parametrize("width", [1280, 360])
def test_the_page_on_any_screen(visit, width, family, chosen):
    scoring.run(criteria_set=chosen)
    score = Score.objects.get(household=family)
    old = newest(score)
    head_dies(family)
    scoring.run(criteria_set=chosen)
    page = visit(reverse("admin:beneficiaries_score_change", args=[score.pk]) + f"?pada={old.pk}", width, user=ani())
    accessible(page)
    shot(page, f"skor-lama-{width}")
