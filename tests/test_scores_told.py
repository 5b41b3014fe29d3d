"""The score that a family is told: the same on its page, in its letter and in the office, whatever else is tried."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from bansos import periods
from bansos.models import Region
from beneficiaries import criteria, deliberations, letter_texts, limiting, scoring, simulation
from beneficiaries.models import Score
from beneficiaries.models.letter import LetterKind
from distribution import catalogue, reach, status
from distribution.models import Programme
from monitoring import indicators
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


def test_a_family_whose_data_rests_keeps_reading_the_score_it_had(family):
    kesra = people.kesra()
    limiting.limit(household=family, reason="Diminta warga", by=kesra)
    draft = criteria.draft(source=criteria.in_force(), by=kesra)
    criteria.release(criteria_set=draft, by=people.camat(), starts_on=timezone.localdate())
    scoring.run()
    case = status.of_person(family.people.get())
    assert (case.word, case.points) == ("Dinilai", 55) and "kriteria lama" in case.limit


def test_a_family_below_the_limit_reads_what_it_can_do(family):
    member = family.people.get()
    assert not any("keliru" in line for line in status.of_person(member).todo), "it is eligible"
    family.feared_hunger, family.decile, family.decile_on = False, None, None
    family.save()
    scoring.run()
    todo = status.of_person(member).todo
    assert "Ada yang keliru? Laporkan" in todo[0] and "Desil DTSEN keluarga Anda belum tercatat" in todo[1]


def test_criteria_that_ended_are_told_no_more(family):
    criteria.retire(criteria_set=criteria.in_force(), by=people.kesra())
    assert status.of_person(family.people.get()).points is None and Score.objects.count() == 1


def test_criteria_that_are_only_tried_move_nobody(family):
    """Neither the published count, nor visits and meetings, nor the list of the unreached follow them."""
    other = tried()
    assert other.status == "rilis" and Score.objects.filter(criteria_set=other, verdict="indikasi_layak").exists()
    Score.objects.filter(criteria_set__code="prioritas-lokal").update(verdict="indikasi_tidak_layak", points=5)
    Score.objects.filter(criteria_set=other).update(verdict="ditahan")
    kesra, klender = people.kesra(), Region.objects.get(code=people.KLENDER)
    assert list(deliberations.held_households(klender)) == []
    assert not reach.unreached(by=kesra, among=reach.Among.LAYAK).exists()
    totals = indicators.of(period=periods.of(timezone.localdate()), region_code=people.KECAMATAN)["totals"]
    assert (totals["scored"], totals["held"]) == (1, 0)


def test_on_the_eve_and_on_the_day_all_speak_of_one_version(family, client):
    """The public page, the resident's page, the letter, the simulation, the scoring and the lists."""
    draft = criteria.draft(source=criteria.in_force(), by=people.kesra())
    draft.threshold = 45
    draft.save()
    day = timezone.localdate() + timedelta(days=7)
    criteria.release(criteria_set=draft, by=people.camat(), starts_on=day)

    case = decided("ditetapkan_layak")
    type(case).objects.filter(pk=case.pk).update(household=family)
    case.refresh_from_db()

    def told() -> list[int]:
        letter = letter_texts._points(case)["title"]
        page = client.get("/bantuan/").content.decode()
        return [
            int(re.search(r"dengan nilai (\d+) atau lebih", page)[1]),
            int(re.search(r"Batas nilai (\d+)", status.of_person(family.people.get()).limit)[1]),
            int(re.search(r"batas (\d+)", letter)[1]),
            simulation.simulate(criteria_set=draft).in_force.threshold,
            scoring.run().criteria_set.threshold,
            Programme.objects.first().criteria_in_force().threshold,
        ]

    with time_machine.travel(timezone.now() + timedelta(days=6), tick=False):
        assert criteria.begin() == [] and set(told()) == {40}
    with time_machine.travel(timezone.now() + timedelta(days=7), tick=False):
        assert criteria.begin() == [draft]
        scoring.run()
        assert set(told()) == {45}
