"""`/` and `/transparansi/`: right figures, no small cell, no person, usable on a phone."""

from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from bansos import periods
from bansos.models import Holiday
from beneficiaries.models import CriteriaSet
from distribution.models import Fund
from monitoring import indicators, page_charts, public_figures, suppression
from monitoring.suppression import Shown
from tests import busy_month, make, people
from tests.browser import assert_usable, needs_browser, shot

PERIOD = busy_month.PERIOD
THIS_MONTH = periods.of(timezone.localdate())
MONTH = f"{PERIOD:%Y-%m}"


def hand_out(counts: dict[str, int], *, period: date = PERIOD, kind: str = "paket-sembako", officers=None) -> None:
    """Hands aid over to so many families of each kelurahan."""
    kesra, camat = officers or (people.kesra(), people.camat())
    households = [
        make.household(region=f"{code}.001.001") for code, count in counts.items() for _number in range(count)
    ]
    round = busy_month.approved_round(
        households, programme=busy_month.programme(kind), fund=busy_month.fund(year=period.year),
        criteria_set=busy_month.criteria(), proposer=kesra, approver=camat, period=period,
    )  # fmt: skip
    for entitlement in round.entitlements.all():
        busy_month.hand_over(entitlement, by=kesra, when=busy_month.at(2, period))


def test_one_to_four_are_hidden_and_zero_and_five_are_not():
    assert [suppression.cell(n).text for n in (0, 5, 1234)] == ["0", "5", "1.234"]
    assert {suppression.cell(n) for n in (1, 2, 3, 4)} == {Shown(1, 4)}
    assert suppression.cell(3).text == "kurang dari 5" and suppression.cell(3).short == "1–4"


@pytest.mark.parametrize("hidden", [1, 2, 3, 4])
def test_a_total_does_not_give_a_hidden_cell_away(hidden):
    assert suppression.total([10, hidden, 20]) == Shown(31, 34)
    assert suppression.total([10, 20, 0]).is_exact


def test_with_an_exact_total_the_hidden_cell_would_be_found():
    counts = [10, 3, 20]
    shown = [suppression.cell(count) for count in counts]
    visible = sum(cell.low for cell in shown if cell.is_exact)
    assert sum(counts) - visible == 3  # why the total is a range


@pytest.mark.django_db
def test_no_way_to_subtract_the_hidden_kelurahan(client):
    hand_out({people.KLENDER: 7, people.PONDOK_KOPI: 3})
    shown = public_figures.of_month(PERIOD)
    assert shown["totals"]["handed"] == Shown(8, 11)
    assert shown["value_realised"] is None
    assert all(p["handed"] is None and p["value_realised"] is None for p in shown["programmes"])
    assert shown["fund_totals"]["spent"] is None and shown["funds"][0]["spent"] is None
    assert shown["funds"][0]["committed"] == 0 and shown["funds"][0]["remaining"] == 900_000_000  # not Rp3.000.000
    assert shown["months"][-1][1] == Shown(8, 11)
    page = client.get("/transparansi/", {"bulan": MONTH}).content.decode()
    assert "8–11" in page and "kurang dari 5" in page and "samarkan" in page
    assert "<b>disamarkan</b> nilai bantuan tersalur" in page


@pytest.mark.django_db
def test_figures_are_those_of_the_indicators(client):
    hand_out({people.KLENDER: 12, people.PONDOK_KOPI: 6})
    for _number in range(9):
        busy_month.application(people.RT, when=busy_month.at(3))
    figures = indicators.of(period=PERIOD, region_code=people.KECAMATAN)
    shown = public_figures.of_month(PERIOD)
    assert shown["totals"]["handed"] == Shown(18, 18) and figures["totals"]["handed"] == 18
    page = client.get("/transparansi/", {"bulan": MONTH}).content.decode()
    assert "Rp5.400.000" in page and figures["totals"]["value_realised"] == 5_400_000
    assert "Klender paling banyak menerima" in page and "2 dari 7 kelurahan" in page
    assert "naik 18" in page and "<b>9</b> keluarga mendaftar" in page
    assert "Citra Lestari" not in page and "Siti Aminah" not in page


@pytest.mark.django_db
def test_a_programme_with_few_receivers_hides_the_column():
    kesra, camat = people.kesra(), people.camat()
    hand_out({people.KLENDER: 9}, officers=(kesra, camat))
    rules = CriteriaSet.objects.get()
    fund = Fund.objects.get()
    round = busy_month.approved_round(
        [make.household() for _ in range(2)], programme=busy_month.programme("blt", name="Tunai"), fund=fund,
        criteria_set=rules, proposer=kesra, approver=camat,
    )  # fmt: skip
    for entitlement in round.entitlements.all():
        busy_month.hand_over(entitlement, by=kesra, when=busy_month.at(3))
    shown = public_figures.of_month(PERIOD)
    assert shown["totals"]["handed"].is_exact
    assert [p["handed"] for p in shown["programmes"]] == [None, None]
    assert shown["value_realised"] is None and shown["value_planned"] is None


@pytest.mark.django_db
def test_an_earlier_hidden_month_hides_what_the_fund_has_spent():
    june, july, next_year = date(2025, 6, 1), date(2025, 7, 1), date(2026, 1, 1)
    hand_out({people.KLENDER: 3}, period=june)
    shown = public_figures.of_month(july)
    assert shown["totals"]["handed"] == Shown(0, 0)
    assert shown["fund_totals"]["spent"] is None
    assert public_figures.of_month(next_year)["fund_totals"]["spent"] == 0


@pytest.mark.django_db
def test_figures_are_cached(client, django_assert_num_queries):
    client.get("/transparansi/")
    with django_assert_num_queries(0):
        client.get("/transparansi/")
    cache.clear()


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "nonsens", "2999-01", "2026-1x"])
def test_a_month_that_is_none_shows_this_month(client, text):
    page = client.get("/transparansi/", {"bulan": text})
    assert page.status_code == 200 and page.context["shown"]["period"] == THIS_MONTH


@pytest.mark.django_db
def test_news_come_from_approved_rounds_and_closed_days():
    today = timezone.localdate()
    Holiday.objects.filter(on__gte=today).delete()
    assert public_figures.news() == []
    common = {
        "fund": busy_month.fund(year=today.year), "criteria_set": busy_month.criteria(), "proposer": people.kesra(),
        "approver": people.camat(), "period": THIS_MONTH,
    }  # fmt: skip
    soon = busy_month.approved_round(
        [], programme=busy_month.programme(), place="Aula Klender", hours="08.00 sampai 12.00",
        hands_over_on=today + timedelta(3), **common,
    )  # fmt: skip
    busy_month.approved_round([], programme=busy_month.programme("lama"), hands_over_on=today - timedelta(1), **common)
    draft = soon.__class__.objects.create(
        programme=busy_month.programme("rencana"), fund=soon.fund, period=THIS_MONTH, region_id=people.KECAMATAN,
        unit_value=1, budget=1, hands_over_on=today + timedelta(2),
    )  # fmt: skip
    weekday = next(today + timedelta(n) for n in range(5, 12) if (today + timedelta(n)).weekday() == 1)
    saturday = next(today + timedelta(n) for n in range(5, 12) if (today + timedelta(n)).weekday() == 5)
    Holiday.objects.create(on=weekday, name="Hari Uji")
    Holiday.objects.create(on=saturday, name="Hari Sabtu")
    news = public_figures.news()
    assert [item["on"] for item in news] == [soon.hands_over_on, weekday]
    assert "Aula Klender" in news[0]["text"] and "08.00" in news[0]["text"] and "Hari Uji" in news[1]["text"]
    assert draft.hands_over_on not in [item["on"] for item in news]


@pytest.mark.django_db
def test_the_front_page_leads_to_the_four_ways_and_the_office(client):
    page = client.get("/").content.decode()
    for address in ("/cek-status/", "/bantuan/", "/daftar/", "/pengaduan/", "/transparansi/"):
        assert f'href="{address}"' in page
    assert "07.30" in page and "gratis" in page.lower()
    assert "style=" not in page and "<script" not in page


def test_the_map_draws_seven_kelurahan_inside_its_frame():
    drawn = page_charts.area_map({people.KLENDER: Shown(402, 402)})
    assert len(drawn["areas"]) == 7
    klender = next(area for area in drawn["areas"] if area.lines == ["Klender"])
    assert (klender.shade, klender.text) == ("k4", "402")
    for area in drawn["areas"]:
        points = [tuple(map(int, p.split())) for p in area.path[1:-1].split("L")]
        assert all(0 <= x <= drawn["width"] and 0 <= y <= drawn["height"] for x, y in points)


@pytest.mark.parametrize(("highest", "step"), [(0, 1), (3, 1), (4, 2), (19, 5), (402, 200), (1654, 500)])
def test_a_grid_of_four_round_steps_holds_the_highest(highest, step):
    assert page_charts._grid_step(highest) == step and step * 4 > highest


@pytest.mark.parametrize(("highest", "step"), [(0, 1), (3, 1), (8, 2), (19, 5), (402, 100), (1654, 500)])
def test_the_highest_has_the_darkest_shade(highest, step):
    assert page_charts._shade_step(highest) == step and (step * 3 <= highest or highest < 3)


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ([0, 0, 0], "Belum ada penerima dalam dua belas bulan"),
        ([1, 2, 3], "Penerima naik 2 bulan berturut-turut"),
        ([3, 2, 3], "Penerima naik dari bulan lalu"),
        ([3, 3, 2], "Penerima turun dari bulan lalu"),
        ([9, 3, 2], "Penerima turun 2 bulan berturut-turut"),
        ([1, 2, 2], "Jumlah penerima tetap"),
    ],
)
def test_the_title_of_the_trend_says_what_it_shows(counts, sentence):
    assert public_figures._run(counts) == sentence


@needs_browser
def test_pages_on_phone_and_desk(visit):
    hand_out(
        {f"{people.KECAMATAN}.100{n}": n * 3 + 2 for n in range(1, 7)} | {people.PONDOK_KOPI: 3}, period=THIS_MONTH
    )
    for number in range(12):
        busy_month.application(people.RT, when=busy_month.at(1 + number % 20, THIS_MONTH))
        busy_month.complaint(people.KLENDER, when=busy_month.at(1, THIS_MONTH))
    page = visit("/", javascript=False)
    assert page.locator("h1").inner_text() == "Bantuan sosial untuk warga Duren Sawit"
    page.close()
    page = visit("/")
    assert_usable(page)
    shot(page, "beranda-360")
    page.goto("/transparansi/")
    assert page.locator(".map path").count() == 7
    assert_usable(page)
    shot(page, "transparansi-360")
    page.select_option("[name=bulan]", MONTH)
    page.click("text=Tampilkan")
    assert page.locator("h2", has_text="Belum ada keluarga yang menerima").count() == 1
    assert_usable(page)
    shot(page, "transparansi-kosong-360")
