"""Families of the demo who apply, and the neighbours who verify them. All are invented; serials are 9000 or more."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

from bansos.models import Region, User
from beneficiaries import applications, verification
from beneficiaries.models import Application, Household, Verification
from beneficiaries.models.application import Consent
from monitoring.demo import officers
from monitoring.demo.almanac import at

S, Result, Presence = Application.Status, Verification.Result, Verification.Presence
_serial = count(9001)
POOR = {
    "tenure": "kontrak", "floor_area": 18, "floor": "plester", "wall": "papan", "toilet": "bersama", "water": "sumur",
    "electricity_va": 450, "fuel": "gas_3", "feared_hunger": True, "food_over_half": True, "bought_clothes": False,
    "has_car": False, "has_motorcycle": True, "has_fridge": False, "has_ac": False, "njop_over_1b": False,
    "branded_water": False, "civil_servant": False, "head_works": False,
}  # fmt: skip
MODEST = POOR | {
    "wall": "tembok",
    "toilet": "sendiri",
    "feared_hunger": False,
    "electricity_va": 900,
    "head_works": True,
}
WELL_OFF = MODEST | {"tenure": "milik", "floor": "keramik", "has_car": True, "has_ac": True, "bought_clothes": True}
NEEDS = ["Suami dirumahkan, anak sekolah.", "Ibu sakit, perlu sembako.", "Ingin ikut pelatihan menjahit.", ""]


@dataclass(frozen=True)
class Resident:
    name: str
    sex: str
    born_on: date
    rt: str  # inside a kelurahan: "008.002"
    home: dict
    helped: bool = False  # by the kader Dasawisma


PEOPLE = [
    Resident("Siti Rahayu", "P", date(1985, 5, 8), "008.002", POOR),
    Resident("Agus Wibowo", "L", date(1979, 11, 21), "008.002", POOR),
    Resident("Nurhayati", "P", date(1968, 2, 3), "008.002", POOR, helped=True),
    Resident("Budi Santosa", "L", date(1990, 7, 14), "008.002", MODEST),
    Resident("Sumarni", "P", date(1957, 1, 30), "008.003", POOR),
    Resident("Maria Ulfah", "P", date(1983, 9, 9), "008.002", WELL_OFF),
    Resident("Yohanes Lumban", "L", date(1975, 12, 2), "008.004", MODEST),
    Resident("Dedi Kurniawan", "L", date(1988, 3, 17), "008.002", POOR),
    Resident("Ratna Sari", "P", date(1992, 6, 25), "008.002", POOR),
    Resident("Wahyuni", "P", date(1981, 10, 12), "008.002", MODEST),
    Resident("Joko Susilo", "L", date(1970, 4, 4), "008.003", POOR),
    Resident("Halimah", "P", date(1963, 8, 19), "008.002", POOR, helped=True),
    Resident("Rudi Hartono", "L", date(1986, 1, 6), "008.002", POOR),
    Resident("Endang Lestari", "P", date(1977, 5, 28), "008.002", MODEST),
]


def _nik(resident: Resident) -> str:
    day = resident.born_on.day + (40 if resident.sex == "P" else 0)
    return f"317507{day:02d}{resident.born_on:%m%y}{next(_serial)}"


def apply(*, resident: Resident, kelurahan: str, on: date, hour: int = 10) -> Application:
    """Lets one resident apply at /daftar/."""
    number = next(_serial)
    kader = User.objects.get(username="kader.klender.008.002") if resident.helped else None
    consent = {"by": kader, "consent": Consent.LISAN, "witness": "Ibu Ida, tetangga"} if kader else {}
    with at(on, hour, number % 60):
        return applications.submit(
            region=Region.objects.get(code=f"{kelurahan}.{resident.rt}"), nik=_nik(resident),
            kk=f"317507{number % 28 + 1:02d}0219{number}", name=resident.name, born_on=resident.born_on,
            sex=resident.sex, address=f"Gang Melati Nomor {number % 90 + 1}", phone=f"0812000{number:05d}",
            members=number % 4 + 2, answers=dict(resident.home), needs=NEEDS[number % len(NEEDS)],
            **consent,
        )  # fmt: skip


def apply_from_register(*, household: Household, on: date, home: dict) -> Application:
    """Lets the head of a family that the register knows apply."""
    head = household.people.get(relation="kepala")
    with at(on, 13, 20):
        return applications.submit(
            region=household.region, nik=head.nik, kk=household.kk, name=head.name, born_on=head.born_on,
            sex=head.sex, address=household.address, phone="", members=household.people.count(), answers=dict(home),
        )  # fmt: skip


def verify(*, application: Application, on: date, level: str, worthy: bool = True) -> None:
    """Lets the head of the RT or RW say what they found."""
    region = application.region if level == "rt" else application.region.parent
    assert region, "an RT lies in an RW"
    with at(on, 16 if level == "rt" else 19, application.pk % 60):
        application.refresh_from_db()
        verification.record(
            application=application, presence=Presence.DITEMUKAN, by=officers.head_of(region),
            result=Result.LAYAK if worthy else Result.TIDAK_LAYAK,
            reason="" if worthy else "Punya mobil dan usaha yang lancar.",
        )  # fmt: skip


def decide(*, application: Application, on: date, status: str, reason: str = "", reason_code: str = "") -> None:
    """Lets the kelurahan decide."""
    kelurahan = Region.objects.get(code=application.region.kelurahan_code)
    with at(on, 10, application.pk % 60):
        application.refresh_from_db()
        applications.decide(
            application=application, status=status, reason=reason, reason_code=reason_code,
            by=officers.head_of(kelurahan),
        )  # fmt: skip


def walk(*, application: Application, start: date, worthy: bool = True) -> None:
    """Takes one application from the RT to the kelurahan's decision, within six days."""
    verify(application=application, on=start + timedelta(days=1), level="rt", worthy=worthy)
    verify(application=application, on=start + timedelta(days=3), level="rw", worthy=worthy)
    refusal = {"reason": "Keluarga memiliki mobil dan penghasilan tetap.", "reason_code": "R02"}
    decide(
        application=application, on=start + timedelta(days=5),
        status=S.DITETAPKAN_LAYAK if worthy else S.DITOLAK, **({} if worthy else refusal),
    )  # fmt: skip
