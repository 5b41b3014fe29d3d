"""Two months of an office's life, walked through the real verbs."""

import csv
import tempfile
from pathlib import Path

from django.core.files import File
from django.core.management import call_command
from django.utils import timezone

from bansos import jobs
from bansos.models import Region, User
from beneficiaries import criteria, register, scoring
from beneficiaries.models import Household
from distribution import catalogue
from monitoring import reports
from monitoring.demo import (
    aid,
    cards,
    family_life,
    gift,
    house_visits,
    imports,
    meetings,
    new_criteria,
    officers,
    outside_lists,
    phones,
    registry,
    residents,
    rights,
    voices,
    work,
)
from monitoring.demo.almanac import Almanac, at
from monitoring.models import MonthlyReport

SAMPLE_SIZE = 2000
REGISTER = Path(__file__).resolve().parents[2] / "beneficiaries" / "data" / "register_contoh"


def exists() -> bool:
    """Tells whether the demo has been lived already: its last act is this month's report."""
    return MonthlyReport.objects.exists()


def live(*, households: int, say) -> None:
    """Fills an empty database: the register first, then last month, then this month up to now."""
    almanac = Almanac(timezone.localdate())
    officers.appoint()
    work.begin(almanac)
    load_register(households)
    with at(almanac.last(2), 9):
        catalogue.load_default()
        criteria.load_default(by=User.objects.get(username="kesra"))
        _score()
    say(f"Register dimuat: {Household.objects.count()} keluarga.")
    _apply_last_month(almanac)
    with at(almanac.last(11), 8):
        _score()
    say("Permohonan bulan lalu diperiksa dan dinilai.")
    funds = aid.open_funds(almanac.this_month.year)
    aid.last_month(almanac, funds, say)
    voices.last_month(almanac)
    meetings.last_month(almanac)
    _apply_this_month(almanac)
    house_visits.this_month(almanac)
    work.this_month(almanac)
    with at(almanac.ago(15), 8):
        _score()
    aid.this_month(almanac, funds, say)
    gift.this_month(almanac, funds["sembako"], say)
    voices.this_month(almanac)
    rights.ask(almanac)
    meetings.this_month(almanac)
    registry.tend(almanac, say)
    imports.this_month(almanac, say)
    family_life.this_month(almanac, say)
    outside_lists.this_month(almanac, say)
    with at(almanac.ago(1), 1):
        _score()
    new_criteria.propose()
    cards.hand_out()
    _report(almanac, say)


def _score() -> None:
    scoring.run(by=User.objects.get(username="kesra"))


def load_register(households: int) -> None:
    """Loads the sample register: all of it as the staff of Klender does, or its first `households` families."""
    if households >= SAMPLE_SIZE:
        _upload(User.objects.get(username="staf.klender"))
    else:
        _load_part(households)


def _upload(staff: User) -> None:
    with (REGISTER / "register.xlsx").open("rb") as file:
        received = register.receive(file=File(file), filename="register.xlsx", by=staff)
    assert received.job_id, "what is received is inspected by a job"
    jobs.run(job_id=received.job_id)
    jobs.run(job_id=register.confirm(register_import=received, by=staff).pk)


def _load_part(households: int) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "register"  # the import is called after it
        folder.mkdir()
        chosen: set[str] = set()
        for name in ("keluarga.csv", "anggota.csv"):
            with (REGISTER / name).open(encoding="utf-8-sig", newline="") as source:
                header, *rows = csv.reader(source)
            place = header.index("Nomor KK")
            if name == "keluarga.csv":
                chosen = {row[place] for row in rows[:households]}
            kept = [row for row in rows if row[place] in chosen]
            with (folder / name).open("w", encoding="utf-8-sig", newline="") as target:
                csv.writer(target).writerows([header, *kept])
        call_command("import_register", str(folder), user="staf.klender", verbosity=0)


def _apply_last_month(almanac: Almanac) -> None:
    """Eight families apply: new ones and one of the register; one is refused with its reason."""
    for place, resident in enumerate(residents.PEOPLE[:7]):
        on = almanac.last(3 + place % 3)
        made = residents.apply(resident=resident, kelurahan=officers.KLENDER, on=on)
        residents.walk(application=made, start=on, worthy=resident.home is not residents.WELL_OFF)
    known = Household.objects.inside(officers.PONDOK_KOPI).order_by("pk").first()
    if known:
        made = residents.apply_from_register(household=known, on=almanac.last(3), home=residents.POOR)
        residents.walk(application=made, start=almanac.last(3))


def _apply_this_month(almanac: Almanac) -> None:
    """Families at every step of the way: with the RT, the RW, the kelurahan, and one to be completed."""
    made = [
        residents.apply(resident=resident, kelurahan=officers.KLENDER, on=almanac.ago(9 - place))
        for place, resident in enumerate(residents.PEOPLE[7:])
    ]
    for application in made[:4]:
        residents.verify(application=application, on=almanac.ago(5), level="rt")
    for application in made[:3]:
        residents.verify(application=application, on=almanac.ago(4), level="rw")
    phones.late_answer(application=made[2], on=almanac.ago(3))
    phones.in_vain(application=made[-1], on=almanac.ago(1))
    officers.hand_out_code()
    residents.decide(application=made[1], on=almanac.ago(2), status=residents.S.DITETAPKAN_LAYAK)
    residents.decide(
        application=made[0], on=almanac.ago(2), status=residents.S.PERLU_PERBAIKAN,
        reason="Bawa Kartu Keluarga terbaru ke kantor kelurahan.",
    )  # fmt: skip


def _report(almanac: Almanac, say) -> None:
    """Last month's reports are final, this month's are still moving."""
    kesra = User.objects.get(username="kesra")
    places = [Region.objects.get(code=officers.KECAMATAN), *Region.objects.inside(officers.KECAMATAN).kelurahan()]
    for place in places:
        with at(almanac.ago(20), 8):
            made = reports.build(period=almanac.last_month, region=place, by=kesra)
            reports.finalise(report=made, by=kesra)
        reports.build(period=almanac.this_month, region=place, by=kesra)
    say("Laporan dua bulan dibuat.")
