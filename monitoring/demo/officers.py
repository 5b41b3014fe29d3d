"""The demo's officers. Outsiders rely on these user names."""

from dataclasses import dataclass
from functools import cache

from django.contrib.auth.hashers import make_password

from bansos import phone_keys
from bansos.models import Region, Role, User

PASSWORD = "bansos-demo"  # noqa: S105  printed on the screen, demo only
KECAMATAN = "31.75.07"
KLENDER = "31.75.07.1003"
PONDOK_KOPI = "31.75.07.1007"


@dataclass(frozen=True)
class Officer:
    username: str
    name: str
    role: str
    region: str | None
    task: str


LOGINS = [
    Officer("admin", "Admin Sistem", Role.ADMIN, None, "mengatur pengguna dan wilayah"),
    Officer("camat", "Rina Kartika", Role.CAMAT, KECAMATAN, "mengesahkan putaran"),
    Officer("kesra", "Hendra Gunawan", Role.KESRA, KECAMATAN, "Kasi Kesra kecamatan"),
    Officer("lurah.klender", "Sulastri", Role.LURAH, KLENDER, "lurah Klender"),
    Officer("staf.klender", "Ani Wulandari", Role.STAF, KLENDER, "staf kelurahan Klender"),
    Officer("staf.pondokkopi", "Budi Prasetyo", Role.STAF, PONDOK_KOPI, "staf kelurahan Pondok Kopi"),
    Officer("rw.klender.008", "Mulyadi", Role.RW, f"{KLENDER}.008", "ketua RW 008 Klender"),
    Officer("rt.klender.008.002", "Sri Handayani", Role.RT, f"{KLENDER}.008.002", "ketua RT 002/RW 008 Klender"),
    Officer("kader.klender.008.002", "Tuti Alawiyah", Role.KADER, f"{KLENDER}.008.002", "kader Dasawisma Klender"),
    Officer("evaluator", "Maya Sari", Role.EVALUATOR, KECAMATAN, "evaluator dari lembaga mitra"),
    Officer("auditor", "Dewi Anggraini", Role.AUDITOR, KECAMATAN, "auditor"),
]


def appoint() -> None:
    """Makes the officers whose user names the demo prints."""
    for officer in LOGINS:
        _make(officer.username, officer.name, officer.role, officer.region, is_superuser=officer.region is None)


def hand_out_code() -> None:
    """Klender's staff have made a code that the RT did not use yet."""
    staff, head = (User.objects.get(username=name) for name in ("staf.klender", "rt.klender.008.002"))
    phone_keys.make_code(officer=head, phone="081200009082", by=staff)


def _make(username: str, name: str, role: str, region: str | None, **fields) -> User:
    return User.objects.create(
        username=username, role=role, region_id=region, name=name, password=_password_hash(), **fields
    )


@cache
def _password_hash() -> str:
    """One slow hash for all of them."""
    return make_password(PASSWORD)


def colleague() -> User:
    """Returns the second member of Klender's staff, who looks where the first one asks, appointed now if need be."""
    found = User.objects.filter(username="staf2.klender").first()
    return found or _make("staf2.klender", "Nina Marlina", Role.STAF, KLENDER)


def head_of(region: Region) -> User:
    """Returns the head of an RT or RW, or the staff member of a kelurahan, appointed now if need be."""
    role = {"rt": Role.RT, "rw": Role.RW, "kelurahan": Role.STAF}[region.level]
    found = User.objects.filter(role=role, region=region).first()
    if found:
        return found
    place = [region.name.lower().replace(" ", ""), *region.code.split(".")[4:]]
    return _make(".".join([role, *place]), f"Petugas {region.label}", role, region.code)
