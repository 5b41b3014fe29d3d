"""A round of aid for benchmarks, through the real verbs."""

from django.utils import timezone

from bansos import periods
from bansos.models import Region, Role
from beneficiaries import criteria, scoring
from distribution import catalogue, rounds
from distribution.models import Fund, Round
from tests import people
from tests.benchmarks import register


def planned_round(*, households: int, places: int) -> Round:
    """Fills the register, scores it, and plans this month's round with `places` for the whole kecamatan."""
    register.fill(households)
    criteria.load_default()
    scoring.run()
    programme = next(each for each in catalogue.load_default() if each.code == "paket-sembako")
    fund = Fund.objects.create(name="APBD", source="apbd", year=timezone.localdate().year, amount=10**13)
    kelurahan = [region.code for region in Region.objects.kelurahan()]
    return rounds.plan(
        programme=programme, fund=fund, period=periods.of(timezone.localdate()),
        region=Region.objects.get(code=people.KECAMATAN), budget=places * programme.unit_value,
        quotas=dict.fromkeys(kelurahan, -(-places // len(kelurahan))), by=None,
    )  # fmt: skip


def approved_round(*, households: int, places: int) -> Round:
    """Plans a round, proposes, freezes and approves it."""
    made = planned_round(households=households, places=places)
    proposer, approver = people.either("penyusun", Role.KESRA), people.either("pengesah", Role.CAMAT)
    for verb, by in ((rounds.propose, proposer), (rounds.freeze, proposer), (rounds.approve, approver)):
        verb(round=made, by=by)
    return made
