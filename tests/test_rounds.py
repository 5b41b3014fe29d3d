"""A round from plan to close: who gets on the list, who refuses what, and the guards under it."""

import random
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from bansos import jobs
from bansos.jobs import Pulse
from bansos.models import Region
from beneficiaries import criteria, scoring
from beneficiaries.models import DuplicatePair, Score, ScoringRun
from distribution import allocation, catalogue, rounds
from distribution.models import Entitlement, Fund, FundEntry, Round
from tests import make, people, plain_allocation

pytestmark = pytest.mark.django_db

NEXT_DOOR = "31.75.07.1007.001.001"
VALUE = 250_000


@pytest.fixture
def programme():
    make.criteria()
    return catalogue.load_default()[0]


def fund(amount: int = 100 * VALUE) -> Fund:
    return Fund.objects.create(name=f"APBD {Fund.objects.count()}", source="apbd", year=2026, amount=amount)


def planned(programme, *, places: int = 10, quotas: dict | None = None, **fields) -> Round:
    values = {
        "programme": programme,
        "fund": fields.pop("fund", None) or fund(),
        "period": date(2026, 11, 25),
        "region": Region.objects.get(code=people.KECAMATAN),
        "budget": places * VALUE,
        "quotas": {people.KLENDER: 5, people.PONDOK_KOPI: 5} if quotas is None else quotas,
        "by": None,
    }
    return rounds.plan(**values | fields)


def proposed(programme, **fields) -> tuple[Round, object]:
    kesra = people.kesra()
    return rounds.propose(round=planned(programme, **fields), by=kesra), kesra


def on_list(round) -> list[int]:
    ordered = round.entitlements.order_by("-points", "household_id")
    return list(ordered.values_list("household_id", flat=True))


# --- plan


def test_a_plan_takes_its_value_from_the_programme(programme):
    round = planned(programme)
    assert (round.unit_value, round.period, round.status) == (VALUE, date(2026, 11, 1), "rencana")
    assert dict(round.quotas.values_list("region_id", "households")) == {people.KLENDER: 5, people.PONDOK_KOPI: 5}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"budget": 0}, "lebih dari nol"),
        ({"unit_value": 0}, "lebih dari nol"),
        ({"quotas": {"31.75.07.1003.008": 5}}, "bukan kelurahan"),
        ({"quotas": {"99.99": 5}}, "99.99 bukan kelurahan"),
        (
            {"quotas": {people.KLENDER: 5}, "region": people.PONDOK_KOPI},
            "di luar wilayah",
        ),
    ],
)
def test_a_plan_that_cannot_be(programme, fields, sentence):
    if "region" in fields:
        fields["region"] = Region.objects.get(code=fields["region"])
    with pytest.raises(rounds.RoundError, match=sentence):
        planned(programme, **fields)


def test_one_round_a_month_for_a_programme(programme):
    first = planned(programme)
    with pytest.raises(rounds.RoundError, match="sudah punya putaran untuk November 2026"):
        planned(programme, period=date(2026, 11, 1))
    rounds.cancel(round=first, by=people.kesra())
    assert planned(programme).pk != first.pk


def test_training_is_no_round(programme):
    with pytest.raises(rounds.RoundError, match="angkatan"):
        planned(catalogue.load_default()[2], unit_value=1000)


# --- propose


def test_the_list_follows_points_quota_and_budget(programme):
    here = [make.scored_household(points=p) for p in (60, 90, 70)]
    there = [make.scored_household(points=p, region=NEXT_DOOR) for p in (80, 65)]
    round, kesra = proposed(programme, places=3, quotas={people.KLENDER: 2, people.PONDOK_KOPI: 5})
    assert on_list(round) == [here[1].pk, there[0].pk, here[2].pk]
    assert (round.status, round.cutoff, round.proposed_by) == ("daftar_disusun", 70, kesra)
    first = round.entitlements.get(household=here[1])
    assert (first.rank, first.points, first.hits, first.value, first.status) == (1, 90, 2, VALUE, "direncanakan")
    assert first.region_id == here[1].region_id and first.criteria_set == round.criteria_set


def test_equal_points_go_to_the_lower_number(programme):
    families = [make.scored_household(points=70) for _ in range(3)]
    round, _ = proposed(programme, places=2)
    assert on_list(round) == [families[0].pk, families[1].pk]


@pytest.mark.parametrize(("budget", "places"), [(2 * VALUE, 2), (2 * VALUE - 1, 1), (2 * VALUE + 1, 2)])
def test_the_budget_to_the_last_rupiah(programme, budget, places):
    for points in (60, 61, 62):
        make.scored_household(points=points)
    round, _ = proposed(programme, budget=budget)
    assert round.entitlements.count() == places


def test_who_stays_out(programme):
    good = make.scored_household(points=60)
    make.scored_household(points=90, verdict="ditahan")
    make.scored_household(points=40, verdict="indikasi_tidak_layak")
    make.scored_household(points=91, status="pindah")
    make.scored_household(points=92, head={"died_on": date(2026, 10, 1)})
    make.scored_household(points=93, region="31.75.07.1001.001.001")  # a kelurahan without quota
    widow = make.scored_household(points=94, head={"died_on": date(2026, 10, 1)})
    make.person(household=widow, relation="istri")
    round, _ = proposed(programme)
    assert on_list(round) == [widow.pk, good.pk]


def test_an_open_duplicate_pair_keeps_both_families_out_and_is_counted(programme):
    kept, first, second = (make.scored_household(points=60) for _ in range(3))
    pair = open_pair(first, second)
    round, kesra = proposed(programme)
    assert on_list(round) == [kept.pk]
    counted = allocation.candidates(round=round, criteria_set_id=round.criteria_set_id)
    assert [(c.kelurahan, c.eligible, c.doubtful, c.without_living) for c in counted] == [(people.KLENDER, 1, 2, 0)]
    settle(pair, kesra)
    assert len(on_list(rounds.propose(round=round, by=kesra))) == 3


def test_codes_are_ten_crockford_letters_and_all_different(programme):
    for _ in range(40):
        make.scored_household(points=60)
    round, _ = proposed(programme, places=40, quotas={people.KLENDER: 40})
    codes = list(round.entitlements.values_list("code", flat=True))
    assert len(set(codes)) == 40
    assert all(len(code) == 10 and set(code) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ") for code in codes)
    assert len(set("".join(codes))) == 32  # all 32 letters occur among 400: the bits are spread


def test_proposing_again_replaces_the_list(programme):
    first = make.scored_household(points=60)
    round, kesra = proposed(programme, places=1)
    better = make.scored_household(points=80)
    rounds.propose(round=round, by=kesra)
    assert on_list(round) == [better.pk] != [first.pk]
    assert round.cutoff == 80


def test_sembako_and_blt_may_be_combined(programme):
    family = make.scored_household(points=60)
    round, kesra = proposed(programme)
    other = rounds.propose(round=planned(catalogue.load_default()[1], fund=round.fund), by=kesra)
    assert on_list(round) == on_list(other) == [family.pk]
    assert other.entitlements.get().value == 300_000


def test_propose_refuses(programme):
    kesra = people.kesra()
    round = planned(programme, quotas={})
    with pytest.raises(rounds.RoundError, match="Isi kuota"):
        rounds.propose(round=round, by=kesra)
    round.quotas.create(region_id=people.KLENDER, households=5)
    with pytest.raises(rounds.RoundError, match="Jalankan penilaian"):
        rounds.propose(round=round, by=kesra)
    programme.criteria_code = "lain"
    programme.save()
    with pytest.raises(rounds.RoundError, match="Rilis kriterianya"):
        rounds.propose(round=round, by=kesra)
    assert Round.objects.get().status == "rencana"


def test_a_list_waits_until_all_families_are_scored(programme, monkeypatch):
    """Else the kelurahan whose chunk comes last would get nothing."""
    monkeypatch.setattr(scoring, "CHUNKS_FROM", 1)
    for place in (people.RT, NEXT_DOOR):
        make.household(region=place, feared_hunger=True)
    round, kesra = planned(programme), people.kesra()
    job = scoring.request(criteria_set=programme.criteria_in_force(), by=None)
    assert scoring.take_chunk(ScoringRun.objects.get(job=job), Pulse(job))
    assert Score.objects.count() == 1
    with pytest.raises(rounds.RoundError, match="Belum semua keluarga dinilai"):
        rounds.propose(round=round, by=kesra)
    jobs.run(job_id=job.pk)
    assert rounds.propose(round=round, by=kesra).entitlements.count() == 2


def test_twin_without_the_check_one_kelurahan_gets_nothing(programme, monkeypatch):
    monkeypatch.setattr(scoring, "CHUNKS_FROM", 1)
    monkeypatch.setattr(scoring, "is_complete", lambda criteria_set: True)
    for place in (people.RT, NEXT_DOOR):
        make.household(region=place, feared_hunger=True)
    job = scoring.request(criteria_set=programme.criteria_in_force(), by=None)
    scoring.take_chunk(ScoringRun.objects.get(job=job), Pulse(job))
    listed = rounds.propose(round=planned(programme), by=people.kesra()).entitlements
    assert listed.get().region_id == people.RT


def test_allocation_agrees_with_a_plain_allocator(programme):
    rng = random.Random(20261125)
    kelurahan = [people.KLENDER, people.PONDOK_KOPI, "31.75.07.1001"]
    rows = []
    for _ in range(60):
        code = rng.choice(kelurahan)
        family = make.household(region=f"{code}.001.001")
        points = rng.randint(50, 60)
        make.score(household=family, points=points)
        rows.append((points, family.pk, code))
    for number in range(8):
        quotas = {code: rng.randint(0, 25) for code in kelurahan} | {people.KLENDER: rng.randint(1, 9)}
        budget = rng.randint(VALUE, 50 * VALUE)
        round = planned(programme, budget=budget, quotas=quotas, period=date(2026, 1 + number, 1))
        rounds.propose(round=round, by=None)
        assert on_list(round) == plain_allocation.chosen(rows, quotas, budget // VALUE), (quotas, budget)


def test_triggers_know_that_nothing_is_ignored():
    """Unset, every row of a bulk statement would raise and catch an exception: a minute for 5,000 places."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('pgtrigger.ignore')")
        assert cursor.fetchone() == ("{}",)


# --- freeze


def test_freeze_fixes_the_list(programme):
    make.scored_household(points=60)
    round, kesra = proposed(programme)
    rounds.freeze(round=round, by=kesra)
    assert (round.status, round.frozen_by, len(round.list_hash)) == ("daftar_dikunci", kesra, 64)
    assert round.list_hash == rounds.hash_of(round=round)
    with pytest.raises(rounds.RoundError, match="sudah dikunci"):
        rounds.propose(round=round, by=kesra)
    with pytest.raises(rounds.RoundError, match="sudah dikunci"):
        rounds.freeze(round=round, by=kesra)


def test_freeze_refuses(programme):
    kesra = people.kesra()
    round = planned(programme)
    with pytest.raises(rounds.RoundError, match="Susun daftar lebih dulu"):
        rounds.freeze(round=round, by=kesra)
    first, second = make.scored_household(points=60), make.scored_household(points=61)
    rounds.propose(round=round, by=kesra)
    assert_freeze_refused(round, kesra, "Kuota Klender berubah", quotas=1)
    assert_freeze_refused(round, kesra, "melebihi anggaran sebanyak Rp1\\.", budget=2 * VALUE - 1)
    assert_freeze_refused(round, kesra, "Nilai per keluarga berubah", unit_value=VALUE - 1)
    pair = open_pair(first, second)
    assert_freeze_refused(round, kesra, "2 keluarga di daftar masih mungkin ganda")
    settle(pair, kesra)
    round.entitlements.all().delete()
    assert_freeze_refused(round, kesra, "kosong")


def test_a_list_of_criteria_that_ended_is_not_frozen(programme):
    """Between the list and its freeze a new version came into force: what the public reads is what counts."""
    make.scored_household(points=60, feared_hunger=True)
    round, kesra = proposed(programme)
    draft = criteria.draft(source=programme.criteria_in_force(), by=kesra)
    criteria.release(criteria_set=draft, by=people.camat(), starts_on=timezone.localdate())
    with pytest.raises(rounds.RoundError, match="Kriteria berganti sesudah daftar disusun"):
        rounds.freeze(round=round, by=kesra)
    scoring.run()
    rounds.propose(round=round, by=kesra)
    assert rounds.freeze(round=round, by=kesra).criteria_set == draft


def assert_freeze_refused(round, by, sentence, quotas=5, **fields):
    before = {name: getattr(round, name) for name in fields}
    Round.objects.filter(pk=round.pk).update(**fields or {"place": ""})
    round.quotas.filter(region_id=people.KLENDER).update(households=quotas)
    with pytest.raises(rounds.RoundError, match=sentence):
        rounds.freeze(round=round, by=by)
    Round.objects.filter(pk=round.pk).update(**before or {"place": ""})
    round.quotas.filter(region_id=people.KLENDER).update(households=5)


def test_a_frozen_list_does_not_change(programme):
    round = frozen(programme)[0]
    for change in (
        lambda: round.entitlements.all().delete(),
        lambda: round.entitlements.update(points=99),
        lambda: Round.objects.filter(pk=round.pk).update(budget=1),
    ):
        with pytest.raises(DatabaseError, match="frozen|frozen_round_is_fixed"), transaction.atomic():
            change()
    assert round.entitlements.count() == 1


def test_twin_without_the_trigger_a_frozen_list_changes_and_the_hash_tells(programme):
    round, _ = frozen(programme)
    make.without_trigger("distribution_entitlement", "frozen_list_is_fixed")
    round.entitlements.update(points=99)
    with pytest.raises(rounds.RoundError, match="berbeda dari saat dikunci"):
        rounds.approve(round=round, by=people.camat())


# --- approve


def frozen(programme, **fields) -> tuple[Round, object]:
    make.scored_household(points=60)
    round, kesra = proposed(programme, **fields)
    return rounds.freeze(round=round, by=kesra), kesra


def test_approval_binds_the_money(programme):
    round, _ = frozen(programme)
    camat = people.camat()
    rounds.approve(round=round, by=camat)
    assert (round.status, round.approved_by) == ("disahkan", camat)
    assert round.fund.committed == VALUE and round.fund.remaining == 99 * VALUE
    entry = FundEntry.objects.get()
    assert (entry.kind, entry.amount, entry.round, entry.by) == ("komitmen", VALUE, round, camat)
    assert set(round.entitlements.values_list("status", flat=True)) == {"dialokasikan"}
    with pytest.raises(rounds.RoundError, match="Hanya daftar yang dikunci"):
        rounds.approve(round=round, by=camat)


def test_the_proposer_and_the_freezer_do_not_approve(programme):
    make.scored_household(points=60)
    round, kesra = proposed(programme)
    lurah = people.lurah()
    rounds.freeze(round=round, by=lurah)
    for same in (kesra, lurah):
        with pytest.raises(rounds.RoundError, match="Minta orang lain"):
            rounds.approve(round=round, by=same)
    assert round.fund.entries.count() == 0


def test_the_database_refuses_the_proposer_too(programme):
    round, kesra = frozen(programme)
    approved = {"status": "disahkan", "approved_by": kesra, "approved_at": round.frozen_at}
    with pytest.raises(IntegrityError, match="round_approved_by_another"), transaction.atomic():
        Round.objects.filter(pk=round.pk).update(**approved)
    assert Round.objects.get().status == "daftar_dikunci"


def test_twin_without_the_constraint_the_proposer_approves(programme):
    round, kesra = frozen(programme)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE distribution_round DROP CONSTRAINT round_approved_by_another_than_the_proposer")
    Round.objects.filter(pk=round.pk).update(status="disahkan", approved_by=kesra, approved_at=round.frozen_at)
    assert Round.objects.get().approved_by == kesra


@pytest.mark.parametrize(("amount", "missing"), [(VALUE, None), (VALUE - 1, "Rp1")])
def test_no_more_than_the_fund_holds(programme, amount, missing):
    round, _ = frozen(programme, fund=fund(amount))
    if missing is None:
        rounds.approve(round=round, by=people.camat())
        assert Fund.objects.get().remaining == 0
        return
    with pytest.raises(rounds.RoundError, match=f"kurang {missing}\\. Tambah pagu"):
        rounds.approve(round=round, by=people.camat())
    assert Fund.objects.get().committed == 0 and Round.objects.get().status == "daftar_dikunci"


def test_the_database_refuses_to_bind_more_than_the_fund_holds(programme):
    made = fund(VALUE)
    with pytest.raises(IntegrityError, match="fund_commits_no_more"), transaction.atomic():
        Fund.objects.filter(pk=made.pk).update(committed=VALUE + 1)
    assert Fund.objects.get().committed == 0


# --- cancel and close


def test_cancel_before_approval_only(programme):
    round, kesra = frozen(programme)
    rounds.cancel(round=round, by=kesra)
    assert round.status == "dibatalkan"
    assert round.entitlements.get().status == "dibatalkan"
    with pytest.raises(rounds.RoundError, match="sudah disahkan"):
        rounds.cancel(round=round, by=kesra)


def test_close_returns_what_nobody_took(programme):
    make.scored_household(points=61)
    round, kesra = frozen(programme)
    with pytest.raises(rounds.RoundError, match="sudah disahkan yang dapat ditutup"):
        rounds.close(round=round, by=kesra)
    rounds.approve(round=round, by=people.camat())
    held = round.entitlements.first()
    Entitlement.objects.filter(pk=held.pk).update(status="ditahan", status_reason="Ada pengaduan")
    rounds.close(round=round, by=kesra)
    assert (round.status, round.fund.committed) == ("ditutup", 0)
    assert set(round.entitlements.values_list("status", flat=True)) == {"gagal_salur"}
    assert "Tidak diambil" in round.entitlements.first().status_reason
    assert list(round.fund.entries.values_list("kind", "amount")) == [
        ("komitmen", 2 * VALUE), ("pelepasan", 2 * VALUE),
    ]  # fmt: skip


def test_a_kelurahan_sees_the_rounds_around_it(programme):
    round = planned(programme)
    assert list(Round.objects.for_officer(people.ani())) == [round]
    assert list(Round.objects.for_officer(people.dewi())) == [round]
    Round.objects.filter(pk=round.pk).update(region_id=people.PONDOK_KOPI)
    assert not Round.objects.for_officer(people.lurah()).exists()
    assert Round.objects.for_officer(people.kesra()).exists()


# --- helpers


def open_pair(first, second) -> DuplicatePair:
    one, two = sorted([first.people.get(), second.people.get()], key=lambda p: p.pk)
    return DuplicatePair.objects.create(first=one, second=two, region_id=people.KLENDER, likeness=0.9)


def settle(pair, by) -> None:
    DuplicatePair.objects.filter(pk=pair.pk).update(status="beda", settled_by=by, settled_at="2026-11-20T08:00Z")
