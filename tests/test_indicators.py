"""The figures: counted again by plain SQL, summed up from the kelurahan, and read in one snapshot."""

import json
import threading
from contextlib import nullcontext
from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from bansos import periods
from bansos.models import Region
from beneficiaries import family_events
from beneficiaries.models import Household, Person
from distribution.models import Entitlement
from monitoring import indicators
from monitoring.definitions import CODES
from tests import busy_month, make, people

THIS_MONTH = periods.of(timezone.localdate())
PERIOD = busy_month.PERIOD


def of(period: date = PERIOD, region: str = people.KECAMATAN) -> dict:
    return indicators.of(period=period, region_code=region)


def sql(query: str, *values) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return int(cursor.fetchone()[0] or 0)


def bounds() -> list[str]:
    """The month in Jakarta, written as SQL reads it."""
    return [f"{PERIOD} 00:00+07", f"{periods.following(PERIOD)} 00:00+07"]


COUNTS = {
    "received": ("SELECT count(*) FROM beneficiaries_application WHERE submitted_at >= %s AND submitted_at < %s"),
    "approved": (
        "SELECT count(*) FROM beneficiaries_application"
        " WHERE status = 'ditetapkan_layak' AND decided_at >= %s AND decided_at < %s"
    ),
    "refused": (
        "SELECT count(*) FROM beneficiaries_application"
        " WHERE status = 'ditolak' AND decided_at >= %s AND decided_at < %s"
    ),
    "handed": "SELECT count(*) FROM distribution_handover WHERE at >= %s AND at < %s",
    "handed_self": "SELECT count(*) FROM distribution_handover WHERE method = 'sendiri' AND at >= %s AND at < %s",
    "value_realised": "SELECT sum(value) FROM distribution_handover WHERE at >= %s AND at < %s",
    "complaints": (
        "SELECT count(*) FROM feedback_complaint WHERE NOT serious AND submitted_at >= %s AND submitted_at < %s"
    ),
    "answered": "SELECT count(*) FROM feedback_complaint WHERE NOT serious AND answered_at >= %s AND answered_at < %s",
}


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_figures_agree_with_plain_sql_and_with_the_kelurahan(seed):
    busy_month.fill(seed)
    figures = of()
    totals = figures["totals"]
    for code, query in COUNTS.items():
        assert totals[code] == sql(query, *bounds()) > 0, code
    assert totals["planned"] == sql("SELECT count(*) FROM distribution_entitlement WHERE status <> 'dibatalkan'")
    assert totals["value_planned"] == sql("SELECT sum(value) FROM distribution_entitlement")
    assert totals["failed"] == sql("SELECT count(*) FROM distribution_entitlement WHERE status = 'gagal_salur'")
    assert totals["scored"] == sql("SELECT count(DISTINCT household_id) FROM beneficiaries_score")
    assert totals["households"] == Household.objects.count()
    assert totals["people"] == Person.objects.count()
    assert totals["trainees"] == 6
    assert figures["oversight"]["complaints"] == sql("SELECT count(*) FROM feedback_complaint WHERE serious")

    parts = [of(region=code) for code in Region.objects.kelurahan().values_list("pk", flat=True)]
    for code in CODES:
        assert sum(part["totals"][code] for part in parts) == totals[code], code
        assert {p["region"]["code"]: p["totals"][code] for p in parts} == {
            row["code"]: row[code] for row in figures["places"]
        }, code
        assert sum(row[code] for row in figures["places"]) == totals[code], code


@pytest.mark.django_db
def test_programmes_and_trend_sum_to_the_totals():
    busy_month.fill(4)
    figures = of()
    for code in ("planned", "handed_self", "handed_other", "handed", "failed", "value_planned", "value_realised"):
        assert sum(row[code] for row in figures["programmes"]) == figures["totals"][code], code
    for code in ("complaints", "answered", "on_time", "late", "open"):
        assert sum(row[code] for row in figures["complaints"]) == figures["totals"][code], code
    assert len(figures["trend"]) == 12
    assert figures["trend"][-1] == {
        "period": f"{PERIOD:%Y-%m}",
        "handed": figures["totals"]["handed"],
        "value_realised": figures["totals"]["value_realised"],
    }


@pytest.mark.django_db
def test_a_later_month_compares_with_this_one():
    busy_month.fill(5)
    now, later = of(), of(periods.following(PERIOD))
    monthly = {code: later["previous"]["totals"][code] for code in ("received", "handed", "value_realised", "planned")}
    assert monthly == {code: now["totals"][code] for code in monthly}
    assert later["previous"]["fund_remaining"] == now["funds"][0]["remaining"]


@pytest.mark.django_db
def test_funds_stand_as_they_did_at_the_end_of_the_month():
    made = busy_month.fill(6)
    fund = made["fund"]
    fund.refresh_from_db()
    [row] = of()["funds"]
    assert row["amount"] - row["remaining"] == row["committed"] == fund.committed > 0
    assert row["spent"] == fund.spent == of()["totals"]["value_realised"] > 0
    if PERIOD.month > 1:  # the fund belongs to one year
        [before] = of(periods.preceding(PERIOD))["funds"]
        assert (before["committed"], before["spent"], before["remaining"]) == (0, 0, fund.amount)
    assert of(region=people.KLENDER)["funds"] is None


@pytest.mark.django_db
def test_a_month_ends_at_midnight_in_jakarta():
    last = periods.following(PERIOD) - timedelta(days=1)
    midnight = indicators.midnight(periods.following(PERIOD))
    busy_month.application(people.RT, when=midnight - timedelta(seconds=1))
    busy_month.application(people.RT, when=midnight)
    assert timezone.localtime(midnight - timedelta(seconds=1)).date() == last
    assert of()["totals"]["received"] == 1
    assert of(periods.following(PERIOD))["totals"]["received"] == 1


@pytest.mark.django_db
def test_the_register_counts_living_people_of_active_families():
    make.household()
    gone = make.household(status="pindah")
    make.person(household=make.household(), died_on=date(2026, 1, 1))
    totals = of()["totals"]
    assert (totals["households"], totals["people"]) == (2, 2)
    assert gone.people.count() == 1


@pytest.mark.django_db
def test_what_happens_to_families_is_counted_by_the_month_of_recording():
    staff, today = people.ani(), timezone.localdate()
    told = {"paper": "474/1/2026", "by": staff}
    family = make.household()
    child = family_events.record_birth(
        household=family, name="Adi", sex="L", born_on=today - timedelta(days=40), nik=make.nik(), **told
    )
    family_events.record_death(person=child, died_on=today, **told)
    family_events.join(
        people=[family.people.living().get()], into=make.household(), relation="lainnya", happened_on=today, **told
    )
    for kept in (True, False):
        left = family_events.move_out(household=make.household(), moved_on=today, **told)
        if not kept:
            family_events.correct(event=left, reason="Salah keluarga", by=staff)
    totals = of(THIS_MONTH)["totals"]
    assert [totals[code] for code in ("births", "deaths", "moves", "cards")] == [1, 1, 1, 1]
    before = of(periods.preceding(THIS_MONTH))["totals"]
    assert [before[code] for code in ("births", "deaths", "moves", "cards")] == [0, 0, 0, 0]


@pytest.mark.django_db
def test_a_serious_complaint_never_shows_in_the_kelurahan_that_may_be_its_subject():
    busy_month.complaint(people.KLENDER, when=busy_month.at(5), serious=True, category="pungli")
    own, district = of(region=people.KLENDER), of()
    assert own["totals"]["complaints"] == 0
    assert own["complaints"] == [] and own["oversight"] is None
    assert "pungli" not in json.dumps(own)
    assert district["oversight"]["complaints"] == 1


@pytest.mark.django_db
def test_late_complaints_are_those_answered_late_or_still_open_after_the_deadline():
    def add(due: date, **fields):
        busy_month.complaint(people.KLENDER, when=busy_month.at(1), due_on=due, **fields)

    early, late = busy_month.at(3).date(), busy_month.at(20).date()
    add(late, status="tanggapan_dikirim", answered_at=busy_month.at(10))
    add(early, status="tanggapan_dikirim", answered_at=busy_month.at(10))
    add(early)
    add(date(2099, 1, 1))
    totals = of()["totals"]
    assert (totals["answered"], totals["on_time"], totals["late"], totals["open"]) == (2, 1, 2, 2)


@pytest.mark.django_db
def test_a_proposal_is_not_yet_planned_and_verification_by_rw_is_counted():
    kesra, rw = people.kesra(), people.rw()
    household = make.household()
    round = busy_month.approved_round(
        [household], programme=busy_month.programme(), fund=busy_month.fund(year=THIS_MONTH.year),
        criteria_set=busy_month.criteria(), proposer=kesra, approver=people.camat(), period=THIS_MONTH,
    )  # fmt: skip
    other = busy_month.programme("blt")
    proposal = round.__class__.objects.create(
        programme=other, fund=round.fund, period=THIS_MONTH, region_id=people.KECAMATAN, unit_value=1, budget=1,
        status="daftar_disusun",
    )  # fmt: skip
    Entitlement.objects.create(
        round=proposal, household=household, region_id=household.region_id, code="A1", value=1, points=1, hits=0,
        criteria_set=round.criteria_set, rank=1,
    )  # fmt: skip
    application = busy_month.application(people.RT, when=timezone.now())
    application.verifications.create(region_id=people.RT, step="rw", presence="ditemukan", result="layak", by=rw)
    totals = of(THIS_MONTH, people.KLENDER)["totals"]
    assert (totals["planned"], totals["verified"], totals["received"], totals["waiting"]) == (1, 1, 1, 1)


@pytest.mark.django_db
def test_figures_are_json_and_take_as_many_queries_however_many_rows(django_assert_max_num_queries):
    busy_month.fill(7, size=20)
    with django_assert_max_num_queries(35):
        figures = of()
    assert json.loads(json.dumps(figures)) == figures


def _add_a_household_elsewhere() -> None:
    """Another officer's work, on a connection of its own."""

    def work():
        make.household()
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


@pytest.fixture
def _interrupted(monkeypatch):
    """Somebody registers a family between two of our queries."""
    real = indicators._scores

    def late(month):
        _add_a_household_elsewhere()
        return real(month)

    def again(month):
        yield from indicators.Month.grouped(month, Household.objects.active(), scored=indicators.Count("pk"))
        yield from late(month)

    monkeypatch.setattr(indicators, "_scores", late)
    monkeypatch.setattr(indicators, "_training", again)


def test_figures_are_one_snapshot(transactional_db, _interrupted):
    totals = of(THIS_MONTH)["totals"]
    assert (totals["households"], totals["people"], totals["scored"]) == (0, 0, 0)
    assert Household.objects.exists()


def test_without_the_snapshot_two_figures_disagree(transactional_db, _interrupted, monkeypatch):
    monkeypatch.setattr(indicators, "one_state", nullcontext)
    totals = of(THIS_MONTH)["totals"]
    assert totals["households"] == 0 < totals["scored"]
