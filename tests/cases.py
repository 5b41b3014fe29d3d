"""Applications for tests, made by the verbs a resident and the verifiers use."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from bansos.models import Region, User
from beneficiaries import applications, missed_visits, verification
from beneficiaries.models import Application, MissedVisit
from tests import make, people

NEXT_RT = "31.75.07.1003.008.003"
ANSWERS = {
    "tenure": "kontrak", "electricity_va": 450, "floor": "tanah", "wall": "papan", "toilet": "bersama",
    "head_works": False, "feared_hunger": True, "food_over_half": True, "bought_clothes": False,
    "has_car": False, "has_motorcycle": True, "njop_over_1b": False, "branded_water": False, "civil_servant": False,
}  # fmt: skip
CLEAR = ANSWERS | {"feared_hunger": False}  # the criteria of tests.make hold whoever feared hunger


def values(**changed) -> dict:
    """What a resident states; keywords override."""
    born_on, sex = changed.get("born_on", date(1980, 5, 17)), changed.get("sex", "P")
    region = changed.pop("region", people.RT)
    return {
        "region": Region.objects.get(code=region), "nik": make.nik(born_on, sex), "kk": make.kk(),
        "name": "Siti Rahayu", "born_on": born_on, "sex": sex, "address": "Gang Melati Nomor 4, pagar hijau",
        "phone": "", "members": 4, "answers": ANSWERS,
    } | changed  # fmt: skip


def application(*, submitted_at: datetime | None = None, **changed) -> Application:
    """An application as it comes from /daftar/; one of another moment if told so."""
    made = applications.submit(**values(**changed))
    if submitted_at:
        made.submitted_at = submitted_at
        made.save(update_fields=["submitted_at"])
    return made


def officer(username: str, role: str, region: str) -> User:
    return User.objects.filter(username=username).first() or people.user(username, role, region)


def find(case: Application, *, by, result="layak", presence="ditemukan", reason="", wrong_facts=()):
    """Lets `by` record a finding."""
    return verification.record(
        application=case, presence=presence, result=result, reason=reason, wrong_facts=wrong_facts, by=by
    )


def miss(case: Application, *, by, days_ago=0, why="") -> MissedVisit:
    """Lets `by` come to the house and meet nobody, so many days ago by the phone's clock."""
    return missed_visits.record(application=case, by=by, why=why, phone_time=timezone.now() - timedelta(days=days_ago))


def verified(**changed) -> Application:
    """An application that RT and RW have found eligible; the kelurahan is next."""
    case = application(**changed)
    for role, region in (("rt", case.region_id), ("rw", case.region.parent_id)):
        find(case, by=officer(role if region.startswith(people.RW) else f"{role}.{region}", role, region))
    case.refresh_from_db()
    return case
