"""A month with work in it, made of random rows: rounds, handovers, applications, complaints, a course."""

import random
from datetime import date, datetime, timedelta
from itertools import count

from django.utils import timezone

from bansos import codes, periods
from bansos.models import Region
from beneficiaries.models import Application, CriteriaSet, Score, ScoringRun, Verification
from distribution.models import (
    Course,
    Enrolment,
    Entitlement,
    Fund,
    FundEntry,
    Handover,
    Programme,
    Round,
)
from feedback.models import Complaint
from tests import make, people

# The month before this one: over, so that its report can be made final.
PERIOD = periods.preceding(periods.of(timezone.localdate()))
_phone = count(1)


def at(day: int, period: date = PERIOD, hour: int = 10) -> datetime:
    return datetime(period.year, period.month, day, hour, tzinfo=timezone.get_default_timezone())


def neighbourhoods() -> list[str]:
    """Returns one RT in each kelurahan, and a second RW of Klender."""
    first = [f"{code}.001.001" for code in Region.objects.kelurahan().values_list("pk", flat=True)]
    return [*first, people.RT]


def programme(code: str = "paket-sembako", **fields) -> Programme:
    values = {
        "name": "Paket sembako", "kind": "barang", "summary": "Beras dan minyak", "contents": "Beras 10 kg",
        "unit_value": 300_000, "frequency": "Setiap bulan",
    }  # fmt: skip
    return Programme.objects.create(code=code, **values | fields)


def fund(**fields) -> Fund:
    values = {"name": "APBD 2026", "source": "apbd", "year": PERIOD.year, "amount": 900_000_000}
    return Fund.objects.create(**values | fields)


def criteria() -> CriteriaSet:
    return CriteriaSet.objects.create(
        code="prioritas-lokal", name="Prioritas lokal", legal_basis="Keputusan camat", threshold=50, status="rilis"
    )


def score(household, criteria_set: CriteriaSet, verdict: str = "indikasi_layak") -> Score:
    run, _made = ScoringRun.objects.get_or_create(criteria_set=criteria_set)
    return Score.objects.create(
        household=household, criteria_set=criteria_set, run=run, region_id=household.region_id, points=60, hits=1,
        verdict=verdict, scored_at=timezone.now(),
    )  # fmt: skip


def approved_round(households, *, programme, fund, criteria_set, period=PERIOD, proposer, approver, **fields) -> Round:
    """Makes a round with one entitlement a household, through its real statuses up to the handover."""
    made = Round.objects.create(
        programme=programme, fund=fund, period=period, region_id=people.KECAMATAN, unit_value=programme.unit_value,
        budget=programme.unit_value * max(1, len(households)), status="daftar_disusun", proposed_by=proposer,
        proposed_at=timezone.now(), frozen_by=proposer, frozen_at=timezone.now(), criteria_set=criteria_set, **fields,
    )  # fmt: skip
    for rank, household in enumerate(households, start=1):
        Entitlement.objects.create(
            round=made, household=household, region_id=household.region_id, status="dialokasikan", code=codes.new(),
            value=programme.unit_value, points=60, hits=1, criteria_set=criteria_set, rank=rank,
        )  # fmt: skip
    _move(made, "daftar_dikunci")
    _move(made, "disahkan", approved_by=approver, approved_at=at(1, period))
    total = programme.unit_value * len(households)
    Fund.objects.filter(pk=fund.pk).update(committed=fund.committed + total)
    fund.refresh_from_db()
    if total:
        FundEntry.objects.create(fund=fund, kind="komitmen", amount=total, round=made, by=approver)
    return made


def _move(round: Round, status: str, **fields) -> None:
    for name, value in {"status": status, **fields}.items():
        setattr(round, name, value)
    round.save()


def hand_over(entitlement: Entitlement, *, by, when: datetime, method: str = "sendiri") -> Handover:
    """Hands aid over and books it, as the desk does."""
    Entitlement.objects.filter(pk=entitlement.pk).update(
        status="diserahkan" if method == "sendiri" else "diserahkan_perwakilan"
    )
    made = Handover.objects.create(
        entitlement=entitlement, region_id=entitlement.region_id, recipient=entitlement.household.people.first(),
        method=method, value=entitlement.value, identity_seen=True, by=by, at=when,
    )  # fmt: skip
    fund = Fund.objects.get(pk=entitlement.round.fund_id)
    Fund.objects.filter(pk=fund.pk).update(spent=fund.spent + entitlement.value)
    FundEntry.objects.create(
        fund=fund, kind="salur", amount=entitlement.value, round=entitlement.round, handover=made, by=by
    )
    return made


def application(region: str, *, when: datetime, status: str = "diajukan", **fields) -> Application:
    values = {
        "code": codes.new(), "nik": make.nik(), "kk": make.kk(), "name": "Siti Aminah", "born_on": date(1980, 5, 17),
        "sex": "P", "address": "Gang Kenanga Nomor 2",
    }  # fmt: skip
    return Application.objects.create(region_id=region, status=status, submitted_at=when, **values | fields)


def complaint(region: str, *, when: datetime, **fields) -> Complaint:
    values = {"category": "kurang", "story": "Berasnya kurang satu kilogram.", "due_on": when.date() + timedelta(14)}
    return Complaint.objects.create(code=codes.new(), region_id=region, submitted_at=when, **values | fields)


def fill(seed: int, *, size: int = 30, period: date = PERIOD) -> dict:
    """Fills a month with random rows in every kelurahan. Returns what later steps need."""
    dice = random.Random(seed)
    officer, approver = people.kesra(), people.camat()
    rw = people.rw()
    regions = neighbourhoods()
    households = [make.household(region=dice.choice(regions)) for _ in range(size)]
    rules = criteria()
    for household in dice.sample(households, size * 2 // 3):
        score(household, rules, dice.choice(["indikasi_layak", "indikasi_tidak_layak", "ditahan"]))
    sembako, cash = programme(), programme("blt", name="Bantuan tunai", kind="uang", unit_value=600_000, order=1)
    money = fund()
    common = {"criteria_set": rules, "fund": money, "proposer": officer, "approver": approver, "period": period}
    for kind in (sembako, cash):
        made = approved_round(dice.sample(households, size // 2), programme=kind, **common)
        for entitlement in made.entitlements.all():
            draw = dice.random()
            if draw < 0.6:
                method = dice.choice(["sendiri", "perwakilan"])
                hand_over(entitlement, by=officer, when=at(dice.randint(1, 28), period), method=method)
            elif draw < 0.7:
                Entitlement.objects.filter(pk=entitlement.pk).update(status="gagal_salur")
    for _ in range(size):
        _random_application(dice, regions, officer, rw, period)
        _random_complaint(dice, period)
    _course(dice, households, cash, officer, period)
    return {"officer": officer, "approver": approver, "fund": money, "criteria": rules, "programmes": [sembako, cash]}


def _random_application(dice, regions, officer, rw, period) -> None:
    status = dice.choice(["diajukan", "verifikasi_lapangan", "ditetapkan_layak", "ditolak"])
    decided = {"decided_at": at(28, period), "decided_by": officer} if status in ("ditetapkan_layak", "ditolak") else {}
    made = application(
        dice.choice(regions), when=at(dice.randint(1, 27), period), status=status, reason="Sudah mampu", **decided
    )
    if made.region_id.startswith(people.RW):
        Verification.objects.create(
            application=made, region_id=made.region_id, step="rw", presence="ditemukan", result="layak", by=rw
        )


def _random_complaint(dice, period) -> None:
    kelurahan = f"{people.KECAMATAN}.100{dice.randint(1, 7)}"
    serious = dice.random() < 0.2
    answered = {"status": "tanggapan_dikirim", "answered_at": at(28, period)} if dice.random() < 0.5 else {}
    complaint(
        kelurahan, when=at(dice.randint(1, 27), period), serious=serious,
        category="pungli" if serious else dice.choice(["kurang", "informasi"]), **answered,
    )  # fmt: skip


def _course(dice, households, programme, officer, period) -> None:
    course = Course.objects.create(
        programme=programme, region_id=people.KECAMATAN, name="Menjahit 1", place="Balai warga",
        starts_on=period, ends_on=period + timedelta(20), capacity=10,
    )  # fmt: skip
    for household in dice.sample(households, 6):
        passed = dice.random() < 0.5
        Enrolment.objects.create(
            course=course, household=household, person=household.people.first(), region_id=household.region_id,
            status="lulus" if passed else "mengikuti", points=60, enrolled_by=officer,
            completed_on=period + timedelta(20) if passed else None,
        )  # fmt: skip
