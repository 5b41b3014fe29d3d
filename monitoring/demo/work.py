"""The chain at work in the demo: deadlines, a late family, one sent back, one taken back, a deputy, a relative."""

from datetime import date, timedelta

from bansos.models import Region, User
from beneficiaries import deadlines, deputies, endings, kinship, reminders, verification
from monitoring.demo import officers, residents
from monitoring.demo.almanac import Almanac, at
from monitoring.demo.residents import MODEST, POOR, Resident

LATE = Resident("Darsih", "P", date(1961, 3, 11), "008.002", POOR)
RETURNED = Resident("Slamet Riyadi", "L", date(1974, 7, 2), "008.002", POOR)
RELATIVE = Resident("Tuti Handayani", "P", date(1989, 10, 5), "008.002", MODEST)
TAKEN_BACK = Resident("Yulianti", "P", date(1979, 4, 16), "008.002", MODEST)
NEXT_DOOR = Resident("Eko Prasetyo", "L", date(1982, 12, 20), "008.003", POOR)


def begin(almanac: Almanac) -> None:
    """Writes the deadlines of the steps, in force since last month began."""
    deadlines.load_default(starts_on=almanac.last_month)


def this_month(almanac: Almanac) -> None:
    """What happens along the way: RT 003 is ill, RT 002 is related to one applicant, the RW sends one back."""
    rt, rw = (User.objects.get(username=name) for name in ("rt.klender.008.002", "rw.klender.008"))
    ill = Region.objects.get(code=f"{officers.KLENDER}.008.003")
    residents.apply(resident=LATE, kelurahan=officers.KLENDER, on=almanac.ago(12))
    residents.apply(resident=NEXT_DOOR, kelurahan=officers.KLENDER, on=almanac.ago(6))
    returned = residents.apply(resident=RETURNED, kelurahan=officers.KLENDER, on=almanac.ago(7))
    residents.verify(application=returned, on=almanac.ago(4), level="rt")
    with at(almanac.ago(2), 19, 30):
        returned.refresh_from_db()
        verification.send_back(application=returned, note="Tolong lihat lagi dapur dan kamar mandinya.", by=rw)
    taken_back = residents.apply(resident=TAKEN_BACK, kelurahan=officers.KLENDER, on=almanac.ago(2))
    endings.take_back(application=taken_back, why=endings.Why.BANTUAN_LAIN)
    with at(almanac.ago(3), 9):
        deputies.name(
            region=ill, deputy=rt, starts_on=almanac.ago(3), ends_on=almanac.today + timedelta(days=11),
            reason="Sakit, dirawat di rumah", by=rw,
        )  # fmt: skip
    related = residents.apply(resident=RELATIVE, kelurahan=officers.KLENDER, on=almanac.ago(3))
    with at(almanac.ago(1), 17):
        kinship.declare(officer=rt, application=related, relation="ipar", by=rt)
    reminders.send(almanac.today)
