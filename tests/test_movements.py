"""What a run moved and why, and the page that shows it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from beneficiaries import criteria, movements, scoring
from beneficiaries.models import Household, Score, ScoringRun
from tests import make, people

pytestmark = pytest.mark.django_db
ELSEWHERE = "31.75.07.1007.001.001"


@pytest.fixture
def kesra():
    return people.kesra()


def told(run: ScoringRun, user, way: str = movements.ALL):
    return movements.told(run=run, events=movements.of_run(run=run, user=user, way=way))


@pytest.fixture
def moved():
    """One family enters, one leaves, one only gains points; one stays as it is."""
    criteria.load_default()
    enters, leaves = make.household(decile=9), make.household(decile=1)
    gains, stays = make.household(decile=9, region=ELSEWHERE), make.household(decile=9)
    scoring.run()
    Household.objects.filter(pk=enters.pk).update(decile=1)
    Household.objects.filter(pk=leaves.pk).update(decile=9)
    Household.objects.filter(pk=gains.pk).update(toilet="umum")
    return scoring.run(), enters, leaves, gains, stays


def test_each_family_with_what_it_was_and_why(moved, kesra):
    run, enters, leaves, gains, _stays = moved
    by_family = {move.household: move for move in told(run, kesra)}
    assert set(by_family) == {enters, leaves, gains}
    assert (by_family[enters].points_was, by_family[enters].points) == (25, 50)
    assert by_family[enters].verdict_was == "Di bawah batas nilai" and by_family[enters].verdict == "Indikasi layak"
    assert by_family[enters].reasons == [
        "Desil DTSEN keluarga 1 sampai 4. Nilai +15.", "Desil DTSEN keluarga 1 atau 2. Nilai +10.",
    ]  # fmt: skip
    assert by_family[gains].reasons == ["Keluarga tidak punya jamban sendiri. Nilai +5."]


def test_the_points_of_the_reasons_are_the_difference(moved, kesra):
    for move in told(moved[0], kesra):
        given = [int(line.split("Nilai ")[1].rstrip(".").replace("−", "-")) for line in move.reasons]
        assert sum(given) == move.points - move.points_was


def test_who_entered_and_who_left_as_the_run_counted(moved, kesra):
    run, enters, leaves, *_ = moved
    assert [m.household for m in told(run, kesra, movements.ENTERS)] == [enters]
    assert [m.household for m in told(run, kesra, movements.LEAVES)] == [leaves]
    assert (run.entered, run.left, run.changed) == (1, 1, 3)


def test_an_officer_sees_the_own_region_only(moved):
    run, enters, leaves, gains, _ = moved
    assert {m.household for m in told(run, people.ani())} == {enters, leaves}
    assert {m.household for m in told(run, people.budi())} == {gains}


def test_a_new_version_is_told_as_such(kesra):
    first = criteria.load_default()
    family, same = make.household(decile=1), make.household(decile=9)
    scoring.run()
    draft = criteria.draft(source=first, by=None)
    draft.criteria.filter(fact="decile", value=2).update(points=40)
    criteria._release(draft, by=None, starts_on=timezone.localdate())
    by_family = {move.household: move for move in told(scoring.run(), kesra)}
    assert by_family[family].reasons == [
        "Kriteria berganti versi.", "Tambahan untuk desil DTSEN 1 dan 2: 10 menjadi 40.",
    ]  # fmt: skip
    assert by_family[same].reasons == ["Kriteria berganti versi, nilainya sama."]
    assert by_family[family].points - by_family[family].points_was == 30


def test_a_family_scored_ahead_of_the_rest_makes_nobody_enter_anew(kesra):
    """A correction between a release and its scoring: the run then still counts against the version before."""
    criteria.load_default()
    families = [make.household(feared_hunger=True, floor="tanah") for _ in range(3)]
    scoring.run()
    assert Score.objects.eligible().count() == 3
    draft = criteria.draft(source=criteria.in_force(), by=kesra)
    criteria.release(criteria_set=draft, by=people.camat(), starts_on=timezone.localdate())
    assert scoring.run(household_ids=[families[0].pk]).entered == 0
    whole = scoring.run()
    assert (whole.changed, whole.entered, whole.left) == (2, 0, 0)
    assert not movements.of_run(run=whole, user=kesra, way=movements.ENTERS).exists()


def test_the_first_scoring_of_a_family_says_so(kesra):
    criteria.load_default()
    make.household()
    (move,) = told(scoring.run(), kesra)
    assert (move.points_was, move.verdict_was, move.reasons) == (None, "", ["Dinilai untuk pertama kali."])


# --- pages
def test_the_page_of_a_run(moved, client):
    run, enters, leaves, gains, _ = moved
    client.force_login(people.ani())
    page = reverse("admin:beneficiaries_scoringrun_moved", args=[run.pk])
    body = client.get(page).content.decode()
    assert "Desil DTSEN keluarga 1 sampai 4. Nilai +15." in body
    assert body.count("25 → 50") == body.count("50 → 25") == 1
    assert "Keluarga tidak punya jamban sendiri" not in body, "the family of another kelurahan"
    assert "25 → 50" not in client.get(page, {"arah": "keluar"}).content.decode()
    assert client.get(page, {"arah": "salah"}).status_code == 404
    listed = client.get(reverse("admin:beneficiaries_scoringrun_changelist")).content.decode()
    assert page in listed


def test_the_page_of_a_run_is_for_those_who_see_families(moved, client):
    page = reverse("admin:beneficiaries_scoringrun_moved", args=[moved[0].pk])
    client.force_login(people.rt())
    assert client.get(page).status_code in (302, 403)
