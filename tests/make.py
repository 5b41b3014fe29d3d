"""Plain factories. Each makes one real row with sensible values; keywords override them."""

from datetime import date
from itertools import count

from beneficiaries.models import Household, Person
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
