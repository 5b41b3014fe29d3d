"""The demo's field visits in Klender: one to be made, one that is late, two made, and a doubt that asks for one."""

from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile

from bansos import attachments
from bansos.models import User
from beneficiaries import field_visits, verification
from beneficiaries.models import Application, FieldVisit, Verification
from monitoring.demo import officers, phones, residents
from monitoring.demo.almanac import Almanac, at
from monitoring.demo.residents import MODEST, POOR, WELL_OFF, Resident

Ground, Sight, Result = FieldVisit.Ground, Verification.Result, Verification.Result
TO_VISIT = Resident("Karsinah", "P", date(1966, 4, 18), "008.002", MODEST)
LATE = Resident("Udin Saputra", "L", date(1980, 9, 30), "008.002", WELL_OFF)
SEEN = Resident("Lilis Suryani", "P", date(1987, 12, 11), "008.002", WELL_OFF)
GONE = Resident("Marwan", "L", date(1972, 2, 25), "008.002", POOR)
DOUBTED = Resident("Yati Nuraini", "P", date(1978, 6, 6), "008.002", MODEST)
LOCKED = "Rumah terkunci, tetangga berbeda cerita."


def this_month(almanac: Almanac) -> None:
    """The lurah and the staff send each other to look; what they saw stands on the family's page."""
    staff, lurah = (User.objects.get(username=name) for name in ("staf.klender", "lurah.klender"))
    other = officers.colleague()
    _verified(DOUBTED, almanac, 9, doubt=True)
    _order(_verified(TO_VISIT, almanac, 10, doubt=True), almanac.ago(2), Ground.RAGU, "Siapa saja yang tinggal?", lurah)
    _order(_verified(LATE, almanac, 19), almanac.ago(13), Ground.TAHAN, "Milik siapa mobil di depan rumah?", staff)
    seen = _order(_verified(SEEN, almanac, 12), almanac.ago(5), Ground.TAHAN, "Mobilnya milik siapa?", staff)
    with at(almanac.ago(3), 14, 10):
        photo = attachments.read(SimpleUploadedFile("rumah.jpg", phones.drawn_house(), "image/jpeg"))
        field_visits.record(
            application=seen, sight=Sight.BERBEDA, wrong_facts=["has_car"], photo=photo, place="-6.2191,106.8998,9",
            note="Mobil milik majikan, dititipkan. STNK atas nama orang lain.", by=other,
        )  # fmt: skip
    gone = _order(
        _verified(GONE, almanac, 13, doubt=True), almanac.ago(6), Ground.RAGU, "Masih tinggal di sini?", staff
    )
    with at(almanac.ago(4), 9, 40):
        field_visits.record(
            application=gone, sight=Sight.TIDAK_ADA, absence=Verification.Presence.PINDAH,
            note="Rumah kosong. Pemilik kontrakan: pindah ke Bekasi bulan lalu.", by=other,
        )  # fmt: skip


def _verified(resident: Resident, almanac: Almanac, days: int, *, doubt: bool = False) -> Application:
    """Lets a family apply so many days ago, and RT and RW look at it; the RW is in doubt if told so."""
    made = residents.apply(resident=resident, kelurahan=officers.KLENDER, on=almanac.ago(days))
    residents.verify(application=made, on=almanac.ago(days - 1), level="rt")
    made.refresh_from_db()
    assert made.region.parent, "an RT lies in an RW"
    with at(almanac.ago(days - 2), 19, 20):
        verification.record(
            application=made, presence=Verification.Presence.DITEMUKAN, by=officers.head_of(made.region.parent),
            result=Result.RAGU if doubt else Result.LAYAK, reason=LOCKED if doubt else "",
        )  # fmt: skip
    return made


def _order(made: Application, on: date, ground: str, note: str, by: User) -> Application:
    with at(on, 9, 15):
        field_visits.order(application=made, ground=ground, note=note, by=by)
    return made
