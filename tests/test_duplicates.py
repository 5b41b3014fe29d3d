"""Likely duplicates: what is found, what is not, and what a person decides."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from bansos.models import DataAccess, Job
from beneficiaries import applications, corrections, duplicates, family_events
from beneficiaries.models import DuplicatePair, Household, Person
from monitoring import tasks
from tests import cases, make, people
from tests.benchmarks import mistakes
from tests.benchmarks import register as benchmark_register

pytestmark = pytest.mark.django_db
THERE = "31.75.07.1007.001.001"


def two(first: str, second: str, **other):
    """Makes two people of two families; `other` changes the second."""
    a = make.person(household=make.household(head={"name": "Kepala Satu", "born_on": date(1950, 1, 2)}), name=first)
    family = make.household(region=THERE, head={"name": "Kepala Dua", "born_on": date(1951, 3, 4)})
    return a, make.person(household=family, name=second, **other)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Muhammad Yusuf", "Moh. Jusuf"),
        ("M. Soekarno", "Mohamad Sukarno"),
        ("Djoko Hartono", "Joko Harotno"),
        ("Achmad Fauzi", "Ahmad Fuazi"),
        ("Siti Nurhaliza", "Siti Nurhalizza"),
        ("Dewi Basri", "Dewi Barsi"),
        ("Nurul Huda Lestari", "Lestari Nurul Huda"),
        ("Hj. Siti Aminah, S.Pd", "SITI AMINAH"),
        ("St. Aminah", "Siti Aminah"),
        ("Dewi Lestari Wulandari", "D. Lestari Wulandari"),
        ("Dwi Lestari Wulandari", "Lestari Wulandari"),
    ],
)
def test_one_person_spelt_twice_is_found(first, second):
    a, b = two(first, second)
    assert duplicates.find() == 1
    pair = DuplicatePair.objects.get()
    assert (pair.first, pair.second, pair.region_id) == (a, b, b.region_id) and duplicates.LIKE <= pair.likeness <= 1


@pytest.mark.parametrize(
    ("second", "other"),
    [
        ("Endang Siregar", {}),
        ("Lestari Siregar", {"born_on": date(1980, 5, 18)}),
        ("Lestari Siregar", {"sex": "L"}),
        ("Lestari Siregar", {"died_on": date(2020, 1, 1)}),
        ("Lestari Siregar Dewi Wulandari", {}),
        ("Lestari Simanjuntak", {}),
        ("Murni Siregar", {}),
    ],
)
def test_two_people_are_not_found(second, other):
    two("Lestari Siregar", second, **other)
    assert duplicates.find() == 0


HERE = people.RT


@pytest.mark.parametrize(
    ("born_on", "region", "second", "found"),
    [
        (date(1980, 8, 5), THERE, "Lestari Siregar", True),  # day and month exchanged, moved too
        (date(1980, 8, 5), HERE, "Lestari Sirgear", True),
        (date(1980, 5, 9), HERE, "Lestari Siregar", True),  # a digit of the day
        (date(1980, 5, 9), HERE, "Lestari Siregr", True),
        (date(1980, 5, 7), HERE, "Lestari Siregar", True),  # the day before
        (date(1990, 5, 8), HERE, "Lestari Siregar", True),  # a digit of the year
        (date(1990, 5, 8), HERE, "Lestari Siregr", False),
        (date(1980, 5, 9), THERE, "Lestari Siregar", False),
        (date(1992, 5, 8), THERE, "Lestari Siregar", False),
        (date(1980, 7, 23), HERE, "Lestari Siregar", False),
    ],
)
def test_a_birth_date_nearly_the_same_counts_among_neighbours(born_on, region, second, found):
    a, b = two("Lestari Siregar", second)
    Person.objects.filter(pk=a.pk).update(born_on=date(1980, 5, 8))
    home = a.household_id if region == HERE else b.household_id
    Person.objects.filter(pk=b.pk).update(born_on=born_on, household=home, region=region)
    assert duplicates.find() == found


def test_another_date_and_another_place_make_a_pair_less_likely():
    a, b = two("Lestari Siregar", "Lestari Siregar")
    likeness = []
    for born_on, region in ((a.born_on, HERE), (a.born_on, THERE), (a.born_on.replace(day=a.born_on.day + 1), HERE)):
        Household.objects.filter(pk=b.household_id).update(region=region)
        Person.objects.filter(household=b.household_id).update(region=region)
        Person.objects.filter(pk=b.pk).update(born_on=born_on)
        DuplicatePair.objects.all().delete()
        duplicates.find()
        likeness.append(DuplicatePair.objects.get().likeness)
    assert likeness == sorted(likeness, reverse=True) and likeness[0] == 1 and len(set(likeness)) == 3


@pytest.mark.parametrize("changed", [0, 1])
def test_what_changed_is_compared_with_all_whichever_of_the_two_it_is(changed):
    both = two("Dewi Basri", "Dewi Barsi")
    since = timezone.now() + timedelta(hours=1)
    assert duplicates.find(changed_since=since) == 0
    Person.objects.filter(pk=both[changed].pk).update(updated_at=since)
    assert duplicates.find(changed_since=since) == 1


@pytest.mark.django_db(transaction=True)
def test_a_search_of_the_new_finds_of_them_what_a_whole_search_finds():
    benchmark_register.fill(120)
    last = Person.objects.latest("pk")
    twins = mistakes.enter(mistakes.practise(60))
    duplicates.find(changed_since=Person.objects.filter(pk__gt=last.pk).earliest("updated_at").updated_at)
    of_new = set(DuplicatePair.objects.values_list("first", "second", "likeness"))
    DuplicatePair.objects.all().delete()
    duplicates.find()
    whole = set(DuplicatePair.objects.values_list("first", "second", "likeness"))
    assert of_new == {pair for pair in whole if pair[1] > last.pk}
    assert len({pair[:2] for pair in whole} & set(twins)) >= 0.85 * len(twins)


def test_only_what_changed_is_compared():
    _, b = two("Dewi Basri", "Dewi Barsi")
    assert duplicates.find(changed_since=b.updated_at.replace(year=b.updated_at.year + 1)) == 0
    assert duplicates.find(changed_since=b.updated_at) == 1


def test_a_settled_pair_never_comes_back_and_is_settled_once():
    two("Dewi Basri", "Dewi Barsi")
    duplicates.find()
    ani = people.ani()
    pair = duplicates.tell_apart(pair=DuplicatePair.objects.get(), by=ani)
    assert (pair.status, pair.settled_by) == (DuplicatePair.Status.BEDA, ani) and pair.settled_at
    assert duplicates.find() == 0 and not DuplicatePair.objects.open().exists()
    with pytest.raises(duplicates.DuplicateError, match="sudah diputuskan"):
        duplicates.tell_apart(pair=pair, by=ani)


def test_the_history_says_that_they_were_told_apart_and_by_whom():
    two("Dewi Basri", "Dewi Barsi")
    ani = people.ani()
    duplicates.find()
    duplicates.tell_apart(pair=DuplicatePair.objects.get(), by=ani)
    event = DuplicatePair.pgh_event_model.objects.latest("pgh_id")
    assert event.pgh_context.metadata == {"user": ani.pk, "reason": str(duplicates.APART)}


def test_both_offices_see_a_pair_and_a_third_does_not():
    two("Dewi Basri", "Dewi Barsi")
    duplicates.find()
    third = people.user("cici", "staf", "31.75.07.1001")
    seen = [DuplicatePair.objects.for_officer(user).count() for user in (people.ani(), people.budi(), third)]
    assert seen == [1, 1, 0]


def test_the_kecamatan_filters_pairs_by_the_kelurahan_of_either(client):
    two("Dewi Basri", "Dewi Barsi")
    duplicates.find()
    client.force_login(people.kesra())
    shown = {
        code: "Dewi Barsi" in client.get(f"/admin/beneficiaries/duplicatepair/?kelurahan={code}").content.decode()
        for code in (people.KLENDER, people.PONDOK_KOPI, "31.75.07.1001")
    }
    assert shown == {people.KLENDER: True, people.PONDOK_KOPI: True, "31.75.07.1001": False}


def test_desk_settles_a_pair_side_by_side(client):
    a, b = two("Dewi Basri", "Dewi Barsi")
    make.person(household=a.household, name="Umar Basri")
    duplicates.find()
    pair = DuplicatePair.objects.get()
    url = f"/admin/beneficiaries/duplicatepair/{pair.pk}/"
    client.force_login(people.dewi())
    page = client.get(f"{url}change/").content.decode()
    assert "Umar Basri" in page and b.household.address in page and b.household.kk[-4:] in page, "what tells them apart"
    assert (
        "Dewi Barsi" in page
        and a.nik not in page
        and b.nik not in page
        and "Orang berbeda" not in page
        and "gabungkan" not in page
    )
    assert client.post(f"{url}putuskan/", {}).status_code == 403
    client.force_login(people.user("cici", "staf", "31.75.07.1001"))
    assert client.get(f"{url}change/").status_code == 404
    assert client.post(f"{url}putuskan/", {}).status_code == 404
    client.force_login(people.ani())
    assert client.get("/admin/beneficiaries/duplicatepair/").url.endswith("?status__exact=terbuka")
    assert "Dewi Basri" in client.get("/admin/beneficiaries/duplicatepair/?status__exact=terbuka").content.decode()
    assert client.get(f"{url}putuskan/").status_code == 405
    client.post(f"{url}putuskan/", {})
    pair.refresh_from_db()
    looks = set(DataAccess.objects.values_list("fields", flat=True))
    assert pair.status == DuplicatePair.Status.BEDA and looks == {"pair_page", "list_page"}
    assert "sudah diputuskan" in client.post(f"{url}putuskan/", {}, follow=True).content.decode()


# --- looked for after every change


@pytest.fixture
def twin():
    """Dewi Basri, and the family of another."""
    make.household(region=THERE, head={"name": "Dewi Basri"})
    return make.household(head={"name": "Kepala Satu", "born_on": date(1950, 1, 2)})


DAY = date(2026, 11, 2)
DEWI = {"name": "Dewi Barsi", "sex": "P", "born_on": date(1980, 5, 17)}
PAPER = {"paper": "474.3/12/2026"}


def born(family, by, client):
    family_events.record_birth(household=family, nik=make.nik(), **DEWI, **PAPER, by=by)


def moved_in(family, by, client):
    there = {"relation": "anak", "marital": "belum", "moved_on": DAY}
    family_events.move_in(household=family, nik=make.nik(), **DEWI, **there, **PAPER, by=by)


def accepted(family, by, client):
    case = cases.verified(name="Dewi Barsi", kk=family.kk)
    applications.decide(application=case, status="ditetapkan_layak", by=by)


def corrected(family, by, client):
    person = make.person(household=family, name="Wulan Sari")
    corrections.correct(row=person, name="name", value="Dewi Barsi", reason="Salah tulis", by=by)


def edited(family, by, client):
    person = make.person(household=family, name="Wulan Sari")
    page = f"/admin/beneficiaries/person/{person.pk}/change/"
    client.force_login(by)
    form = client.get(page).context["adminform"].form
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    values |= {"name": "Dewi Barsi", "born_on": "17-05-1980", "born_on_0": "17-05-1980", "reason": "Sesuai KTP"}
    answer = client.post(page, {name: value for name, value in values.items() if value is not None})
    assert answer.status_code == 302, answer.context["adminform"].form.errors


@pytest.mark.parametrize("change", [born, moved_in, accepted, corrected, edited])
def test_who_comes_or_changes_is_compared_at_once(twin, change, client, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        change(twin, people.ani(), client)
    pair = DuplicatePair.objects.get()
    assert {pair.first.name, pair.second.name} == {"Dewi Basri", "Dewi Barsi"}


def test_a_look_at_some_families_compares_their_people_alone(twin):
    make.person(household=twin, name="Dewi Barsi")
    assert duplicates.find(families=[make.household(head={"name": "Wulan Sari"}).pk]) == 0
    assert duplicates.find(families=[twin.pk]) == 1


def test_the_night_looks_at_all_as_a_job(twin, settings, django_capture_on_commit_callbacks):
    make.person(household=twin, name="Dewi Barsi")
    assert settings.CELERY_BEAT_SCHEDULE["search-duplicates"]["task"] == tasks.search_duplicates.name
    with django_capture_on_commit_callbacks(execute=True):
        tasks.search_duplicates()
    job = Job.objects.get(kind=duplicates.JOB_KIND)
    assert (job.state, job.result) == (Job.State.SELESAI, {"pairs": 1}) and DuplicatePair.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_change_does_not_wait_out_a_search_of_all(monkeypatch):
    monkeypatch.setattr(duplicates, "PATIENCE", 0.1)
    family = make.household(head={"name": "Dewi Basri"})
    make.household(region=THERE, head={"name": "Dewi Barsi"})
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext('duplicates'))")
            duplicates.follow(household_ids={family.pk})
            assert not DuplicatePair.objects.exists()
    finally:
        other.close()
    duplicates.follow(household_ids={family.pk})
    assert DuplicatePair.objects.count() == 1
