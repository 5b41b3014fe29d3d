"""Plain factories. Each makes one real row with sensible values; keywords override them."""

from datetime import date
from itertools import count

from django.db import connection
from django.utils import timezone

from bansos.models import Region
from beneficiaries.models import CriteriaSet, Criterion, Household, Person, Score, ScoringRun
from distribution import catalogue, rounds
from distribution.models import Fund, Round
from tests import people

_serial = count(9000)


def nik(born_on: date = date(1980, 5, 17), sex: str = "P") -> str:
    """Returns an invented NIK of Duren Sawit; its serial of 9000 or more is issued to nobody."""
    day = born_on.day + (40 if sex == "P" else 0)
    return f"317507{day:02d}{born_on:%m%y}{next(_serial) % 1000 + 9000}"


def kk() -> str:
    return f"317507{next(_serial) % 28 + 1:02d}0120{next(_serial) % 1000 + 9000}"


def household(*, region: str = people.RT, head: dict | None = None, **facts) -> Household:
    """Makes a household with one living head of family."""
    values = {
        "kk": kk(), "region_id": region, "address": "Gang Melati Nomor 4", "tenure": "kontrak", "floor": "plester",
        "wall": "tembok", "toilet": "sendiri", "water": "ledeng", "electricity_va": 900, "fuel": "gas_3",
        "decile": 3, "decile_on": date(2026, 7, 1),
    }  # fmt: skip
    made = Household.objects.create(**values | facts)
    person(household=made, relation="kepala", **head or {})
    return made


def person(*, household: Household, **fields) -> Person:
    """Makes a living member of `household`."""
    born_on, sex = fields.get("born_on", date(1980, 5, 17)), fields.get("sex", "P")
    values = {
        "household": household, "region_id": household.region_id, "nik": nik(born_on, sex), "name": "Citra Lestari",
        "born_on": born_on, "sex": sex, "relation": "anak", "marital": "kawin", "occupation": "Tidak bekerja",
    }  # fmt: skip
    return Person.objects.create(**values | fields)


def criteria(*, code: str = "prioritas-lokal", version: int = 1, released: bool = True) -> CriteriaSet:
    """Makes a criteria set, released unless told otherwise, with a gate, two criteria with points and a hold."""
    made = CriteriaSet.objects.create(
        code=code, version=version, name="Prioritas lokal", legal_basis="Kepmensos 262/HUK/2022", threshold=50,
        starts_on=date(2026, 1, 1),
    )  # fmt: skip
    for bit, (kind, question, points) in enumerate(
        [
            ("gerbang", "Tidak punya tempat tinggal sehari-hari", 100),
            ("nilai", "Kepala keluarga tidak bekerja", 30),
            ("nilai", "Pernah khawatir tidak makan", 25),
            ("tahan", "Keluarga memiliki mobil", 0),
        ]
    ):
        Criterion.objects.create(
            criteria_set=made, bit=bit, kind=kind, fact="feared_hunger", operator="sama", value=True, points=points,
            question=question, met=question, unmet=f"Bukan: {question}",
        )  # fmt: skip
    if released:
        made.status = CriteriaSet.Status.RILIS
        made.save()
    return made


def score(*, household: Household, points: int, verdict: str = "indikasi_layak", criteria_set=None) -> Score:
    """Makes the score of `household` under the criteria in force."""
    used = criteria_set or CriteriaSet.objects.released().get(code="prioritas-lokal")
    run = ScoringRun.objects.filter(criteria_set=used).first() or ScoringRun.objects.create(
        criteria_set=used, finished_at=timezone.now()
    )
    return Score.objects.create(
        household=household, criteria_set=used, run=run, region_id=household.region_id, points=points, hits=2,
        verdict=verdict, scored_at=timezone.now(),
    )  # fmt: skip


def scored_household(*, points: int, verdict: str = "indikasi_layak", **fields) -> Household:
    """Makes a household together with its score under the criteria in force."""
    made = household(**fields)
    score(household=made, points=points, verdict=verdict)
    return made


def plan_round(*households: Household, code: str = "paket-sembako", period: date = date(2026, 11, 1)) -> Round:
    """Draws up a list of the kecamatan through the real verbs; families without a score get one."""
    programme = next(p for p in catalogue.load_default() if p.code == code)
    if not programme.criteria_in_force():
        criteria()
    for family in households:
        if not family.scores.exists():
            score(household=family, points=60)
    fund, _ = Fund.objects.get_or_create(name="APBD", defaults={"source": "apbd", "year": 2026, "amount": 10**9})
    made = rounds.plan(
        programme=programme, fund=fund, period=period, region=Region.objects.get(code=people.KECAMATAN),
        budget=10**7, quotas={r.code: 30 for r in Region.objects.kelurahan()}, by=None,
    )  # fmt: skip
    rounds.propose(round=made, by=people.either("penyusun", "kesra"))
    return made


def approved_round(*households: Household, code: str = "paket-sembako", period: date = date(2026, 11, 1)) -> Round:
    """Makes a round of the kecamatan and takes it through freeze and approval."""
    made = plan_round(*households, code=code, period=period)
    proposer, approver = people.either("penyusun", "kesra"), people.either("pengesah", "camat")
    for verb, by in ((rounds.freeze, proposer), (rounds.approve, approver)):
        verb(round=made, by=by)
    return made


def without_trigger(table: str, name: str) -> None:
    """Switches a trigger off, for a test that shows what it prevents."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE %s", [table, f"%{name}%"]
        )
        (found,) = cursor.fetchone()
        cursor.execute(f'ALTER TABLE {table} DISABLE TRIGGER "{found}"')
