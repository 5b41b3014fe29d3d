"""Whom aid reaches: both lists against a plain recomputation, each officer's own part, the pages and the files."""

import random
from collections import defaultdict
from datetime import date, timedelta
from io import BytesIO
from urllib.parse import urlencode

import openpyxl
import pytest
from django.utils import timezone

from bansos import periods
from bansos.models import DataAccess
from beneficiaries.models import Household, Person, Score
from distribution import catalogue, reach, reach_people
from distribution.models import Course, Enrolment, Handover
from monitoring import dashboard
from tests import busy_month, make, people
from tests.browser import needs_browser, shot

pytestmark = pytest.mark.django_db
NONE, MANY = "/admin/distribution/entitlement/belum-dibantu/", "/admin/distribution/entitlement/menerima-ganda/"
CONTRARY = "/admin/distribution/entitlement/beda-desil/"
THERE = "31.75.07.1007.001.001"


def give(*families, days_ago: int = 5, **fields) -> None:
    """Hands aid over to each family, so many days ago."""
    made = make.approved_round(*families, **fields)
    given = made.entitlements.filter(household__in=families)
    given.update(status="diserahkan")
    for entitlement in given.select_related("household"):
        Handover.objects.create(
            entitlement=entitlement, region_id=entitlement.region_id, recipient=entitlement.household.people.first(),
            method="sendiri", value=entitlement.value, identity_seen=True, by=people.either("loket", "staf"),
            at=timezone.now() - timedelta(days_ago),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 11, 25), 3, date(2026, 8, 25)),
        (date(2026, 5, 31), 3, date(2026, 2, 28)),
        (date(2026, 1, 1), 12, date(2025, 1, 1)),
        (date(2026, 1, 31), 2, date(2025, 11, 30)),
    ],
)
def test_months_are_counted_as_people_count_them(day, months, before):
    assert reach.months_before(day, months) == before


def test_poor_or_eligible_and_without_aid():
    make.criteria()
    rich = make.household(decile=9)
    poor = make.household(decile=4)
    worthy = make.scored_household(points=60, decile=8)
    held = make.scored_household(points=60, verdict="ditahan", decile=None, decile_on=None)
    held_and_well_off = make.scored_household(points=10, verdict="ditahan", decile=8)
    below = make.scored_household(points=10, verdict="indikasi_tidak_layak", decile=7)
    gone = make.household(decile=1, status="bubar")
    helped = make.household(decile=1)
    give(helped)
    ani = people.ani()
    found = set(reach.unreached(by=ani))
    assert found == {poor, worthy, held} and not found & {rich, below, gone, helped, held_and_well_off}
    assert {(f.points, f.verdict) for f in reach.unreached(by=ani)} >= {(60, "indikasi_layak"), (None, None)}


def test_a_family_whose_members_all_died_is_not_listed():
    family = make.household(decile=1)
    family.people.update(died_on=date(2026, 1, 1))
    assert not reach.unreached(by=people.ani()).exists()


def test_old_aid_counts_no_more_and_its_day_is_told():
    make.criteria()
    family = make.household(decile=1)
    give(family, days_ago=100)
    ani = people.ani()
    (found,) = reach.shown(reach.unreached(by=ani))
    assert found == family and found.last_aid_at == Handover.objects.get().at
    assert not reach.unreached(by=ani, months=4).exists()


def test_poor_and_eligible_are_asked_for_apart():
    make.criteria()
    poor, worthy = make.household(decile=4), make.scored_household(points=60, decile=8)
    ani = people.ani()
    assert list(reach.unreached(by=ani, among=reach.Among.MISKIN)) == [poor]
    assert list(reach.unreached(by=ani, among=reach.Among.LAYAK)) == [worthy]
    assert set(reach.unreached(by=ani)) == {poor, worthy}


def move(person, family) -> None:
    Person.objects.filter(pk=person.pk).update(household=family, region=family.region_id)


def pass_a_course(person, on: date) -> None:
    """Enrols a person who came to everything and passed."""
    today = timezone.localdate()
    course = Course.objects.create(
        programme=catalogue.load_default()[2], region_id=people.KECAMATAN, name="Menjahit", place="RPTRA",
        starts_on=today - timedelta(30), ends_on=today, capacity=5,
    )  # fmt: skip
    made = Enrolment.objects.create(
        course=course, household=person.household, person=person, region_id=person.region_id, points=60,
        enrolled_by=people.either("kesra", "kesra"),
    )  # fmt: skip
    for step in ({"status": "mengikuti"}, {"status": "lulus", "completed_on": on}):
        Enrolment.objects.filter(pk=made.pk).update(**step)


def test_people_whom_nothing_reached_neither_by_family_nor_by_hand():
    make.criteria()
    poor, helped, today = make.household(decile=1), make.household(decile=1), timezone.localdate()
    head, taker = poor.people.get(), helped.people.get()
    idle, trained, long_ago, dead = (make.person(household=poor) for _n in range(4))
    make.person(household=make.household(decile=9))
    give(helped)
    member = make.person(household=helped)
    move(taker, poor)
    pass_a_course(trained, today)
    pass_a_course(long_ago, today - timedelta(200))
    Person.objects.filter(pk=dead.pk).update(died_on=date(2026, 1, 1))
    ani = people.ani()
    found = set(reach_people.unreached(by=ani))
    assert found == {head, idle, long_ago}
    assert member not in found and not reach_people.unreached(by=people.budi()).exists()
    assert set(reach_people.unreached(by=ani, months=7)) == {head, idle}


def test_people_who_took_several_in_whatever_family_and_under_whatever_row():
    make.criteria()
    first, second, third = (make.household(decile=1) for _n in range(3))
    mover, once = first.people.get(), third.people.get()
    give(first, third)
    Person.objects.filter(pk=second.people.get().pk).delete()
    move(mover, second)
    give(second, code="blt")
    ani, month = people.ani(), periods.of(timezone.localdate())
    (found,) = reach_people.shown(reach_people.several(by=ani, period=month))
    values = [h.value for h in Handover.objects.filter(recipient=mover)]
    assert (found, found.times, found.families, found.total) == (mover, 2, 2, sum(values))
    assert found.last_aid_at == max(Handover.objects.filter(recipient=mover).values_list("at", flat=True))
    assert not reach_people.several(by=people.budi(), period=month).exists()
    assert not reach_people.several(by=ani, period=periods.preceding(month)).exists()
    Person.objects.filter(pk=once.pk).update(merged_into=mover)
    (found,) = reach_people.several(by=ani, period=month)
    assert (found, found.times, found.families) == (mover, 3, 3)


def test_only_the_own_region():
    here, there = make.household(), make.household(region=THERE)
    assert list(reach.unreached(by=people.ani())) == [here]
    assert list(reach.unreached(by=people.budi())) == [there]
    assert set(reach.unreached(by=people.kesra())) == {here, there}


def test_several_in_a_month():
    make.criteria()
    twice, once = make.household(), make.household()
    give(twice, once)
    give(twice, code="blt")
    ani, this_month = people.ani(), periods.of(timezone.localdate())
    (found,) = reach.several(by=ani, period=this_month)
    assert found == twice and found.times == 2 and ", " in found.programmes
    assert found.total == sum(Handover.objects.filter(entitlement__household=twice).values_list("value", flat=True))
    assert not reach.several(by=ani, period=periods.preceding(this_month)).exists()
    assert not reach.several(by=people.budi(), period=this_month).exists()


def worthy(score) -> bool:
    enough = score.points >= score.criteria_set.threshold
    return score.verdict == "indikasi_layak" or (score.verdict == "ditahan" and enough)


def test_both_lists_equal_a_plain_recomputation():
    """The twin: the same two questions asked in Python of every row of a random month."""
    busy_month.fill(7, size=40)
    for n, family in enumerate(Household.objects.order_by("pk")):
        Household.objects.filter(pk=family.pk).update(decile=n % 10 + 1)
    officer, today = people.either("kesra", "kesra"), timezone.localdate()
    got = defaultdict(list)
    for handover in Handover.objects.select_related("entitlement"):
        got[handover.entitlement.household_id].append(timezone.localtime(handover.at).date())
    since = reach.months_before(today, 3)
    expected = {
        f.pk
        for f in Household.objects.prefetch_related("scores__criteria_set")
        if (f.decile <= 4 or any(worthy(s) for s in f.scores.all())) and not any(day >= since for day in got[f.pk])
    }
    found = reach.unreached(by=officer)
    assert set(found.values_list("pk", flat=True)) == expected and expected
    many = {pk for pk, days in got.items() if sum(periods.of(day) == busy_month.PERIOD for day in days) > 1}
    assert {f.pk for f in reach.several(by=officer, period=busy_month.PERIOD)} == many and many
    plain = defaultdict(lambda: dict.fromkeys(["all", "decile_1", "decile_2", "decile_3", "decile_4"], 0))
    for family in Household.objects.filter(pk__in=expected):
        counts = plain[family.region_id[:13]]
        counts["all"] += 1
        if family.decile <= 4:
            counts[f"decile_{family.decile}"] += 1
    assert dict(reach.by_place(found, parent=people.KECAMATAN)) == plain
    whole = reach.by_place(reach.several(by=officer, period=busy_month.PERIOD), parent=people.KECAMATAN)
    assert sum(counts["all"] for _code, counts in whole) == len(many)


def test_the_page_costs_the_same_for_many_as_for_few(client, django_assert_max_num_queries):
    make.criteria()
    for place in random.Random(1).choices([people.RT, "31.75.07.1003.001.001"], k=30):
        make.household(region=place, decile=2)
    client.force_login(people.ani())
    client.get(NONE)
    with django_assert_max_num_queries(16):
        client.get(f"{NONE}?per=orang")
    with django_assert_max_num_queries(16):
        body = client.get(NONE).content.decode()
    assert "30 keluarga" in body and "portal ini sejak" in body and "RW 008 Klender" in body and "Belum pernah" in body


def test_aid_of_the_central_government_is_asked_for_beside_that_of_the_portal(client):
    make.criteria()
    pkh, none = (make.household(decile=2, receives_pkh=got, head={"name": name}) for got, name in
                 ((True, "Satu Rahayu"), (False, "Dua Rahayu")))  # fmt: skip
    client.force_login(people.ani())

    def listed(page, **asks) -> set[str]:
        body = client.get(page, asks).content.decode()
        return {name for name in ("Satu Rahayu", "Dua Rahayu") if name in body}

    for per in ("keluarga", "orang"):
        assert listed(NONE, per=per, pusat="tanpa") == {"Dua Rahayu"}
        assert listed(NONE, per=per, pusat="dengan") == {"Satu Rahayu"}
        assert listed(NONE, per=per) == {"Satu Rahayu", "Dua Rahayu"}
    give(pkh, none)
    month = f"{periods.of(timezone.localdate() - timedelta(5)):%Y-%m}"
    for per in ("keluarga", "orang"):
        assert listed(MANY, per=per, periode=month) == set()
        assert listed(MANY, per=per, periode=month, pusat="dengan") == {"Satu Rahayu"}
        assert listed(MANY, per=per, periode=month, pusat="tanpa") == set()


def test_the_columns_of_the_table_add_up(client):
    """A family of another decile, or of none, is in a column too."""
    make.criteria()
    make.scored_household(points=90, decile=6)
    make.scored_household(points=90, decile=None, decile_on=None)
    make.household(decile=2)
    client.force_login(people.ani())
    answer = client.get(NONE)
    every, *columns = answer.context["places"]["total"].values()
    assert every == sum(columns) == 3 and columns[-1] == 2 and "Lain atau belum ada" in answer.content.decode()


def test_filters_and_places(client):
    make.household(decile=1, head={"name": "Satu Rahayu"})
    make.household(decile=2, head={"name": "Dua Rahayu"}, region="31.75.07.1003.001.001")
    make.household(decile=2, head={"name": "Tiga Rahayu"}, region=THERE)
    client.force_login(people.ani())
    assert "Dua Rahayu" not in client.get(f"{NONE}?desil=1").content.decode()
    inner = client.get(f"{NONE}?wilayah={people.RW}").content.decode()
    assert "Satu Rahayu" in inner and "Dua Rahayu" not in inner and "RT 002/RW 008 Klender" in inner
    for odd in ("?wilayah=31.75.07.1007", "?wilayah=x", "?bulan=x&desil=99&periode=kemarin"):
        body = client.get(NONE + odd).content.decode()
        assert "Satu Rahayu" in body and "Tiga Rahayu" not in body


def test_people_are_listed_counted_and_taken_out(client):
    family = make.household(decile=1, head={"name": "Satu Rahayu"})
    make.person(household=family, name="=Dua Rahayu")
    make.household(decile=3, head={"name": "Tiga Rahayu"})
    client.force_login(people.ani())
    body = client.get(f"{NONE}?per=orang&desil=1").content.decode()
    assert "2 orang" in body and "Dua Rahayu" in body and "Tiga Rahayu" not in body
    answer = client.post(f"{NONE}?per=orang&desil=1", {"reason": "Rapat pekan ini"})
    rows = list(openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0].values)
    assert rows[2][:2] == ("NIK", "Nama") and {row[1] for row in rows[3:]} == {"Satu Rahayu", "'=Dua Rahayu"}
    assert all(row[0].startswith("*" * 12) for row in rows[3:])
    access = DataAccess.objects.exclude(fields="list_page").get()
    assert (access.subject, access.rows, access.reason) == ("beneficiaries.person:unduhan", 2, "Rapat pekan ini")
    assert "0 orang" in client.get(f"{MANY}?per=orang").content.decode()


def contradicting() -> list[Household]:
    """Four families of an RT: two about whom score and decile agree, two about whom they do not."""
    make.criteria()
    below = {"points": 10, "verdict": Score.Verdict.TIDAK_LAYAK}
    return [
        make.scored_household(points=90, decile=8, head={"name": "Satu Rahayu"}),
        make.scored_household(points=90, decile=2, head={"name": "Dua Rahayu"}),
        make.scored_household(**below, decile=1, head={"name": "Tiga Rahayu"}),
        make.scored_household(**below, decile=9, head={"name": "Empat Rahayu"}),
    ]


def test_those_whose_score_contradicts_the_decile_are_listed_by_place(client):
    families, ani = contradicting(), people.ani()
    assert set(reach.contrary(by=ani)) == {families[0], families[2]}
    client.force_login(ani)
    body = client.get(f"{CONTRARY}?wilayah={people.RT}").content.decode()
    assert "2 keluarga" in body and "Satu Rahayu" in body and "Tiga Rahayu" in body and "Dua Rahayu" not in body
    assert "0 keluarga" in client.get(f"{CONTRARY}?wilayah=31.75.07.1003.001.001").content.decode()
    assert "1 keluarga" in client.get(f"{CONTRARY}?desil=8").content.decode()
    answer = client.post(f"{CONTRARY}?wilayah={people.RT}", {"reason": "Daftar kunjungan RT 002"})
    rows = list(openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0].values)
    assert [row[1] for row in rows[3:]] == ["Satu Rahayu", "Tiga Rahayu"]
    assert [row[6] for row in rows[3:]] == ["Indikasi layak", "Di bawah batas nilai"]
    told = "Beda dengan desil: RT 002/RW 008 Klender, Data per"
    assert rows[0][0].startswith(told)
    assert DataAccess.objects.exclude(fields="list_page").get().what.startswith(told)


def test_a_file_says_with_which_filter_it_was_taken(client):
    """Whoever finds the file on a desk, or reads the record of it, knows of whom it tells."""
    make.household(decile=2)
    client.force_login(people.ani())
    asked = {"wilayah": people.RW, "desil": "2", "siapa": "miskin", "pusat": "tanpa", "bulan": "2"}
    address = f"/admin/distribution/entitlement/belum-dibantu/?{urlencode(asked)}"
    answer = client.post(address, {"reason": "Rapat pekan ini"})
    heading = openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0]["A1"].value
    parts = ("Belum pernah dibantu: RW 008 Klender", "sejak ", "desil 1 sampai 4", "tanpa PKH", "hanya desil 2")
    assert all(part in heading for part in parts)
    assert DataAccess.objects.get(rows=1, fields__contains="head").what == heading


def test_a_family_that_left_or_another_place_is_not_listed_as_contradicting():
    families = contradicting()
    Household.objects.filter(pk=families[0].pk).update(status="pindah")
    assert set(reach.contrary(by=people.ani())) == {families[2]}
    assert not reach.contrary(by=people.user("jauh", "staf", "31.75.07.1007")).exists()


def test_any_number_of_months_may_be_asked_for(client):
    make.criteria()
    give(make.household(decile=1), days_ago=150)
    client.force_login(people.ani())
    assert "1 keluarga" in client.get(f"{NONE}?bulan=4").content.decode()
    assert "0 keluarga" in client.get(f"{NONE}?bulan=7").content.decode()
    assert 'value="3"' in client.get(f"{NONE}?bulan=9999").content.decode()


@pytest.mark.parametrize("where", [NONE, MANY, CONTRARY])
def test_the_menu_marks_one_page_alone(client, where):
    client.force_login(people.ani())
    page = client.get(where)
    items = [item for group in page.context["sidebar_navigation"] for item in group["items"]]
    assert [str(item["link"]) for item in items if item["active"]] == [where]
    assert len({str(item["link"]) for item in items}) == len(items)
    inner = client.get("/admin/distribution/entitlement/").context["sidebar_navigation"]
    assert [str(i["title"]) for g in inner for i in g["items"] if i["active"]] == ["Hak penerima"]


def test_who_may_look_and_who_may_take_out(client):
    make.household()
    client.force_login(people.user("teknis", "admin", people.KECAMATAN))
    body = client.get(NONE).content.decode()
    assert "1 keluarga" in body and "Unduh" not in body
    assert client.post(NONE).status_code == 403 and client.post(MANY).status_code == 403
    for user in (people.rt(), people.user("eva", "evaluator", people.KECAMATAN)):
        client.force_login(user)
        assert client.get(NONE).status_code in {302, 403} and client.post(NONE).status_code in {302, 403}
    assert set(DataAccess.objects.values_list("user__username", "fields")) == {("teknis", "list_page")}


def test_the_file_is_masked_harmless_scoped_and_on_record(client):
    family = make.household(head={"name": "=CMD()"}, address="+Gang")
    make.household(region=THERE)
    client.force_login(people.ani())
    assert client.post(f"{NONE}?bulan=3").status_code == 302 and not DataAccess.objects.exists()
    answer = client.post(f"{NONE}?bulan=3", {"reason": "Rapat pekan ini"})
    sheet = openpyxl.load_workbook(BytesIO(answer.content)).worksheets[0]
    rows = list(sheet.values)
    assert len(rows) == 4 and rows[2][0] == "Nomor KK"
    assert rows[3][0] == "*" * 12 + family.kk[-4:] and rows[3][1] == "'=CMD()" and rows[3][3] == "'+Gang"
    assert not any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    access = DataAccess.objects.get()
    assert access.user.username == "ani" and (access.rows, access.reason) == (1, "Rapat pekan ini")
    assert client.post(MANY, {"reason": "Rapat pekan ini"}).status_code == 200 and DataAccess.objects.count() == 2


def test_the_first_page_tells_how_many(rf):
    make.household(), make.household(region=THERE)
    request = rf.get("/admin/")
    request.user = people.lurah()
    (task,) = [t for t in dashboard.callback(request, {})["tasks"] if "belum dibantu" in t.label]
    assert task.count == 1 and task.link == NONE


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_the_pages_as_people_see_them(visit):
    make.criteria()
    names = ["Siti Rahayu", "Ujang Saputra", "Dewi Basri", "Endang Siregar", "Joko Hartono"]
    families = [
        make.scored_household(points=80 - 5 * n, decile=n % 4 + 1, head={"name": name}, receives_pkh=n == 1,
                              region=f"31.75.07.1003.00{n + 1}.001")
        for n, name in enumerate(names)
    ]  # fmt: skip
    give(families[4], days_ago=120, period=date(2026, 7, 1))
    give(families[0], days_ago=0)
    give(families[0], days_ago=0, code="blt")
    ani = people.ani()
    for width in (1280, 360):
        page = visit(NONE, width=width, user=ani)
        assert page.locator("text=4 keluarga").first.is_visible()
        _accessible(page)
        shot(page, f"reach-none-{width}")
        page.goto(MANY)
        assert page.locator("text=Siti Rahayu").first.is_visible()
        _accessible(page)
        shot(page, f"reach-many-{width}")
        for address, heading, name in ((NONE, "4 orang", "none"), (MANY, "1 orang", "many")):
            page.goto(f"{address}?per=orang")
            assert page.locator(f"h2:has-text('{heading}')").is_visible()
            _accessible(page)
            shot(page, f"reach-people-{name}-{width}")


def _accessible(page) -> None:
    """Runs axe on our part of the page; the rest is Unfold's."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context="#content-main").response["violations"]
    assert not found, [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "scrolls sideways"
