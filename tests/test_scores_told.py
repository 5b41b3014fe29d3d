"""The score that a family is told: the same on its page, in its letter and in the office, whatever else is tried."""

import pytest
from django.utils import timezone

from beneficiaries import criteria, scoring
from beneficiaries.models import Score
from beneficiaries.models.letter import LetterKind
from distribution import catalogue, status
from distribution.models import Programme
from tests import make, people
from tests.test_letters import decided, issued

pytestmark = pytest.mark.django_db


@pytest.fixture
def family():
    """A family with 55 points under the criteria by which aid is given."""
    catalogue.load_default()
    criteria.load_default()
    household = make.household(feared_hunger=True)
    scoring.run()
    return household


def tried(code: str = "uji-coba"):
    """Releases another set, which gives by nobody's programme, and scores with it afterwards."""
    other = make.criteria(code=code)
    scoring.run(criteria_set=other)
    return other


def test_criteria_that_are_only_tried_change_nothing_that_a_family_reads(family, client):
    tried()
    assert [score.points for score in family.scores.order_by("scored_at")] == [55, 100]
    assert status.of_person(family.people.get()).points == 55
    case = decided("ditetapkan_layak")
    type(case).objects.filter(pk=case.pk).update(household=family)
    case.refresh_from_db()
    assert issued(case, LetterKind.KEPUTUSAN, {}).content["lists"][1]["title"].startswith("Nilai keluarga 55 ")
    client.force_login(people.dewi())
    page = client.get(f"/admin/beneficiaries/score/keluarga/{family.pk}/", follow=True)
    assert page.context["score"].points == 55


def test_the_criteria_of_the_open_programmes_count_before_the_default_ones(family):
    tried()
    Programme.objects.update(criteria_code="uji-coba")
    assert status.of_person(family.people.get()).points == 100
    Programme.objects.update(is_open=False)
    assert status.of_person(family.people.get()).points == 55


def test_while_a_new_version_is_scored_the_old_score_stands_and_says_so(family):
    draft = criteria.draft(source=criteria.in_force(), by=people.kesra())
    draft.criteria.filter(fact="feared_hunger").update(points=25)
    criteria.release(criteria_set=draft, by=people.camat(), starts_on=timezone.localdate())
    case = status.of_person(family.people.get())
    assert (case.word, case.points) == ("Dinilai", 55) and "kriteria lama" in case.limit
    scoring.run()
    case = status.of_person(family.people.get())
    assert case.points == 65 and "kriteria lama" not in case.limit


def test_criteria_that_ended_are_told_no_more(family):
    criteria.retire(criteria_set=criteria.in_force(), by=people.kesra())
    assert status.of_person(family.people.get()).points is None and Score.objects.count() == 1
