"""Lists of other offices in the demo: a refreshed DTSEN decile, which here and there contradicts the score, and PKH."""

import csv
import tempfile
from datetime import date
from pathlib import Path

from bansos.models import User
from beneficiaries import outside
from beneficiaries.models import Household, Score
from monitoring.demo import officers
from monitoring.demo.almanac import Almanac, at

HIGH, LOW = (6, 7, 8), (1, 2, 2)  # said of families that the score finds poorest and best off
UNCHANGED = 12  # families of whom the list says what is known
RECEIVING = 9


def this_month(almanac: Almanac, say) -> None:
    """Lets staff of Klender load both lists; who contradicts the score is seen after the next scoring."""
    deciles, year = _deciles(), almanac.last_month.year
    receiving = dict.fromkeys(list(deciles)[:RECEIVING], "Ya")
    with at(almanac.ago(2), 9):
        _load("desil", "Desil", deciles, source=f"Pemutakhiran DTSEN {year}", as_of=almanac.last(25))
        _load("pkh", "Menerima PKH", receiving, source=f"Daftar KPM PKH {year}", as_of=almanac.last(25))
    say("Daftar DTSEN dan PKH dimuat.")


def _deciles() -> dict[Household, int]:
    scores = Score.objects.inside(officers.KLENDER).filter(household__decile__isnull=False).select_related("household")
    poorest = scores.filter(verdict=Score.Verdict.LAYAK).order_by("-points", "household")[: len(HIGH)]
    best_off = scores.filter(verdict=Score.Verdict.TIDAK_LAYAK).order_by("points", "household")[: len(LOW)]
    told = {score.household: score.household.decile for score in scores.order_by("household")[:UNCHANGED]}
    told |= {score.household: decile for score, decile in zip(poorest, HIGH, strict=False)}
    return told | {score.household: decile for score, decile in zip(best_off, LOW, strict=False)}


def _load(kind: str, title: str, told: dict, *, source: str, as_of: date) -> None:
    staff = User.objects.get(username="staf.klender")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{kind}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("Nomor KK", title), *((family.kk, value) for family, value in told.items())])
        outside.import_list(kind=kind, path=path, source=source, region=officers.KLENDER, as_of=as_of, by=staff)
