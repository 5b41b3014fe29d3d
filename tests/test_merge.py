"""Two rows of one person become one: what stays, what moves, what is refused, and who may."""

import threading
from datetime import date

import pghistory.models
import pytest
from django.apps import apps
from django.db import IntegrityError, OperationalError

from bansos import audit, privacy
from beneficiaries import duplicates, family_events, merging
from beneficiaries.admin.merge import told
from beneficiaries.models import DuplicatePair, Household, Person, Score
from distribution import catalogue
from distribution.models import Course, Enrolment, Handover
from tests import make, people
from tests.at_once import at_once, until_somebody_waits
from tests.browser import needs_browser, shot
from tests.test_reach import _accessible as accessible
from tests.test_reach import give

pytestmark = pytest.mark.django_db
THERE = "31.75.07.1007.001.001"
BORN = date(1980, 5, 17)


def two(region: str = people.RT, **other) -> tuple[Person, Person, DuplicatePair]:
    """Makes one person twice, each the head of a family of one; `other` changes the second."""
    first = make.household(head={"name": "Dewi Basri", "birth_place": ""}).people.get()
    second = make.household(region=region, head={"name": "Dewi Barsi", "birth_place": "Jakarta"} | other).people.get()
    duplicates.find()
    return first, second, DuplicatePair.objects.get()


def test_the_chosen_values_stay_and_the_other_row_counts_no_more():
    first, second, pair = two()
    second_nik, ani = second.nik, people.ani()
    made = merging.merge(pair=pair, keep=first, take={"nik", "birth_place"}, by=ani)
    first.refresh_from_db(), second.refresh_from_db(), pair.refresh_from_db()
    assert made.person == first and (first.name, first.birth_place, first.nik) == ("Dewi Basri", "Jakarta", second_nik)
    assert second.merged_into == first and second.name == "Dewi Barsi" and second.nik == second_nik
    assert list(Person.objects.living()) == [first]
    assert (pair.status, pair.settled_by) == (DuplicatePair.Status.SAMA, ani)
    assert Person.objects.living().get(nik_index=first.nik_index) == first
    assert duplicates.find() == 0 and audit.verify().changed == []


def test_a_family_with_nobody_left_ends_with_its_reason():
    first, second, pair = two()
    made = merging.merge(pair=pair, keep=first, by=people.ani())
    family = Household.objects.get(pk=second.household_id)
    assert made.ended == [family] and family.status == Household.Status.BUBAR
    event = apps.get_model("beneficiaries.HouseholdEvent").objects.filter(pgh_obj=family).latest("pgh_id")
    context = pghistory.models.Context.objects.get(pk=event.pgh_context_id)
    assert event.status == "bubar" and str(first.pk) in context.metadata["reason"]
    assert Household.objects.get(pk=first.household_id).status == Household.Status.AKTIF


def test_a_family_with_members_goes_on():
    first, second, pair = two()
    Person.objects.filter(pk=second.pk).update(relation="istri")
    make.person(household=second.household, relation="kepala", name="Suami Dewi", born_on=date(1970, 1, 1))
    made = merging.merge(pair=pair, keep=first, by=people.ani())
    assert not made.ended and Household.objects.get(pk=second.household_id).status == Household.Status.AKTIF


def test_what_hangs_on_the_other_moves_and_a_handover_stays():
    make.criteria()
    first, second, pair = two()
    DuplicatePair.objects.update(status="beda", settled_by=people.kesra(), settled_at=first.created_at)
    give(second.household)
    DuplicatePair.objects.update(status="terbuka", settled_by=None, settled_at=None)
    programme = next(p for p in catalogue.load_default() if p.kind == "pelatihan")
    course = Course.objects.create(
        programme=programme, region_id=people.KECAMATAN, name="Menjahit", place="Balai", capacity=9,
        starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 20),
    )  # fmt: skip
    ani = people.ani()
    Enrolment.objects.create(
        course=course, household=second.household, person=second, region_id=people.RT, points=1, enrolled_by=ani
    )
    made = merging.merge(pair=pair, keep=first, by=ani)
    assert Enrolment.objects.get().person == first and Handover.objects.get().recipient == second
    assert made.moved == {"peserta": 1} and made.left == {"penyerahan": 1}
    assert "1 penyerahan tetap pada catatan lama" in told(made)


def test_other_pairs_of_the_one_who_goes_are_asked_anew():
    first, second, _ = two()
    third = make.household(head={"name": "Dewi Bassri"}).people.get()
    duplicates.find()
    assert DuplicatePair.objects.count() == 3
    DuplicatePair.objects.filter(first=first, second=third).update(
        status="beda", settled_by=people.kesra(), settled_at=first.created_at
    )
    merging.merge(pair=DuplicatePair.objects.get(first=first, second=second), keep=first, by=people.ani())
    assert DuplicatePair.objects.get(first=second, second=third).status == DuplicatePair.Status.GUGUR
    assert not DuplicatePair.objects.open().exists()


def test_both_families_are_scored_anew(django_capture_on_commit_callbacks):
    make.criteria()
    first, second, pair = two()
    for family in (first.household, second.household):
        make.score(household=family, points=1)
    with django_capture_on_commit_callbacks(execute=True):
        merging.merge(pair=pair, keep=first, by=people.ani())
    points = dict(Score.objects.values_list("household", "points"))
    assert points[first.household_id] != 1 and points[second.household_id] == 1  # the ended one keeps its last


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        (lambda a, b, pair: Person.objects.filter(pk=b.pk).update(died_on=date(2026, 1, 1)), "sudah meninggal"),
        (lambda a, b, pair: make.person(household=b.household, relation="anak"), "kehilangan kepala keluarga"),
        (lambda a, b, pair: duplicates.tell_apart(pair=pair, by=people.kesra()), "sudah diputuskan"),
    ],
)
def test_refusals_change_nothing(prepare, sentence):
    first, second, pair = two()
    prepare(first, second, pair)
    before = Person.objects.get(pk=second.pk).merged_into
    with pytest.raises(duplicates.DuplicateError, match=sentence):
        merging.merge(pair=pair, keep=first, by=people.ani())
    assert Person.objects.get(pk=second.pk).merged_into == before


def test_no_family_gets_two_heads():
    first, _second, pair = two()
    Person.objects.filter(pk=first.pk).update(relation="anak")
    make.person(household=first.household, relation="kepala", name="Kepala Lain", born_on=date(1950, 1, 1))
    with pytest.raises(duplicates.DuplicateError, match="kepala keluarga lain"):
        merging.merge(pair=pair, keep=first, take={"relation"}, by=people.ani())


def test_a_stranger_or_an_unknown_field_is_refused():
    first, _second, pair = two()
    stranger, ani = make.household().people.get(), people.ani()
    with pytest.raises(duplicates.DuplicateError, match="bukan bagian"):
        merging.merge(pair=pair, keep=stranger, by=ani)
    with pytest.raises(duplicates.DuplicateError, match="tidak dikenal"):
        merging.merge(pair=pair, keep=first, take={"household"}, by=ani)


def test_across_kelurahan_the_kecamatan_merges():
    first, _second, pair = two(region=THERE)
    for by in (people.ani(), people.budi()):
        with pytest.raises(duplicates.DuplicateError, match="di luar wilayah Anda"):
            merging.merge(pair=pair, keep=first, by=by)
    assert merging.merge(pair=pair, keep=first, by=people.kesra()).person == first


@pytest.mark.parametrize("page", ["change", "gabung"])
def test_who_may_not_merge_is_led_into_no_dead_end_and_sees_no_illness(client, page):
    """The page to choose on shows income and illness of both; whose neighbour is elsewhere is told so beforehand."""
    _first, _second, pair = two(region=THERE, chronic_illness=True, income=432_109)
    address = f"/admin/beneficiaries/duplicatepair/{pair.pk}/{page}/"
    client.force_login(people.ani())
    told = client.get(address, follow=True).content.decode()
    assert "Minta Kasi Kesra kecamatan menggabungkan" in told
    assert "Orang yang sama, gabungkan" not in told and "432.109" not in told and "Orang berbeda" in told
    client.force_login(people.kesra())
    told = client.get(address, follow=True).content.decode()
    assert ("432.109" if page == "gabung" else "Orang yang sama, gabungkan") in told


@pytest.mark.parametrize(
    ("first", "second", "shown"),
    [("3175075705809001", "3175075705809001", ("*" * 12 + "9001",) * 2),
     ("3175075705809001", "3175075706809001", ("*********5**9001", "*********6**9001")),
     ("3175075705809001", "3174011212659001", ("***5********9001", "***4********9001")),
     ("3175075705809001", "3174011212659002", ("*" * 12 + "9001", "*" * 12 + "9002"))],
)  # fmt: skip
def test_two_numbers_that_differ_never_look_the_same(first, second, shown):
    assert privacy.mask_apart(first, second) == shown


def test_two_niks_that_end_alike_are_told_apart_on_both_pages(client):
    _first, _second, pair = two()
    niks = "3175075705809001", "3175074112659001"
    for person, nik in zip((pair.first, pair.second), niks, strict=True):
        person.nik = nik
        person.save()
    client.force_login(people.ani())
    for page in ("change", "gabung"):
        told = client.get(f"/admin/beneficiaries/duplicatepair/{pair.pk}/{page}/").content.decode()
        assert told.count("9001") >= 2 and "******5*****9001" in told and "******4*****9001" in told
        assert not any(nik in told for nik in niks)
    told = client.get(f"/admin/beneficiaries/duplicatepair/{pair.pk}/change/").content.decode()
    assert "Beda" in told.partition('<th scope="row">NIK</th>')[2].partition("</tr>")[0]


@pytest.mark.parametrize("noted", [True, False])
def test_whom_the_other_was_told_apart_from_never_comes_back(noted):
    """Dewi Barsi is not Dewi Barzi, and turns out to be Dewi Basri: then Dewi Basri is not Dewi Barzi either."""
    first, second, pair = two()
    third = make.household(head={"name": "Dewi Barssi"}).people.get()
    duplicates.find()
    ani, lurah = people.ani(), people.lurah()
    duplicates.tell_apart(pair=DuplicatePair.objects.get(first=second, second=third), by=lurah)
    if not noted:  # the two were never compared
        DuplicatePair.objects.filter(first=first, second=third).delete()
    merging.merge(pair=pair, keep=first, take={"name"}, by=ani)
    assert duplicates.find() == 0 and not DuplicatePair.objects.open().exists()
    settled = DuplicatePair.objects.get(first=first, second=third)
    assert (settled.status, settled.settled_by) == (DuplicatePair.Status.BEDA, lurah)


def test_a_merged_person_frees_the_nik():
    """The twin: without the mark the NIK is taken."""
    first, second, pair = two()
    merging.merge(pair=pair, keep=first, by=people.ani())
    again = make.person(household=first.household, nik=second.nik, name="Lain Sama Sekali")
    assert again in Person.objects.living()
    again.delete()
    Person.objects.filter(pk=second.pk).update(merged_into=None)
    with pytest.raises(IntegrityError, match="person_one_living_per_nik"):
        make.person(household=first.household, nik=second.nik)


def test_desk_merges_by_choosing(client):
    first, second, pair = two()
    url = f"/admin/beneficiaries/duplicatepair/{pair.pk}/gabung/"
    client.force_login(people.dewi())
    assert client.get(url).status_code == 403 and client.post(url, {"tetap": "pertama"}).status_code == 403
    client.force_login(people.budi())
    assert client.get(url).status_code == 404
    client.force_login(people.ani())
    body = client.get(url).content.decode()
    assert "Dewi Basri" in body and "Dewi Barsi" in body and first.nik not in body and second.nik not in body
    assert "Pilih keluarga" in client.post(url, {}, follow=True).content.decode()
    answer = client.post(url, {"tetap": "kedua", "name": "pertama", "birth_place": "kedua"}, follow=True)
    assert "tercatat satu kali" in answer.content.decode()
    second.refresh_from_db(), first.refresh_from_db()
    assert (second.name, second.birth_place, first.merged_into) == ("Dewi Basri", "Jakarta", second)
    assert client.get(url, follow=True).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_officers_at_once_merge_once():
    """One keeps the first and the other the second: without the lock each row would point to the other."""
    first, second, pair = two()
    keep = {people.ani(): first, people.lurah(): second}
    found = at_once(lambda by: merging.merge(pair=pair, keep=keep[by], by=by), list(keep))
    assert [each for each in found if isinstance(each, str)] == [str(duplicates.SETTLED)]
    assert Person.objects.living().count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_a_merge_and_a_death_at_the_same_moment(monkeypatch, guarded):
    """Both lock families first. The twin, which locks the people alone, waits for a death that waits for it."""
    first, second, pair = two()
    ani, holds = people.ani(), threading.Event()
    if not guarded:
        monkeypatch.setattr(merging, "_lock_families", lambda _pair: {first.household_id, second.household_id})
        get = Household.objects.select_for_update(of=("self",)).get
        end = merging._end_family

        def end_locking(household_id, made):
            get(pk=household_id)
            end(household_id, made)

        monkeypatch.setattr(merging, "_end_family", end_locking)
    join = merging._join

    def slow_join(*those):
        holds.set()
        until_somebody_waits()
        join(*those)

    monkeypatch.setattr(merging, "_join", slow_join)

    def work(what):
        try:
            if what == "merge":
                return merging.merge(pair=pair, keep=first, by=ani).person
            assert holds.wait(30)
            return family_events.record_death(person=second, died_on=BORN, paper="472/9/2026", by=ani)
        except OperationalError as error:
            return error

    merged, died = at_once(work, ["merge", "death"])
    if guarded:
        assert merged == first and died == str(family_events.NOT_HERE)
        assert Household.objects.get(pk=second.household_id).status == Household.Status.BUBAR
    else:
        assert sum("deadlock" in str(each) for each in (merged, died)) == 1


def test_who_has_just_changed_families_is_looked_at_again(monkeypatch):
    first, second, pair = two()
    monkeypatch.setattr(merging, "_lock_families", lambda _pair: {first.household_id})
    with pytest.raises(duplicates.DuplicateError, match="baru saja pindah keluarga"):
        merging.merge(pair=pair, keep=first, by=people.ani())
    assert Person.objects.get(pk=second.pk).merged_into is None


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_the_page_as_people_see_it(visit):
    first, _second, pair = two(occupation="Pedagang", marital="cerai_mati")
    make.person(household=first.household, name="Anak Dewi", born_on=date(2010, 1, 1))
    ani = people.ani()
    for width in (1280, 360):
        page = visit(f"/admin/beneficiaries/duplicatepair/{pair.pk}/gabung/", width=width, user=ani)
        accessible(page)
        shot(page, f"merge-{width}")
    page.click("text=Gabungkan dua data ini")
    page.wait_for_selector("text=tercatat satu kali")
