"""The four people of our tests: Ani (staff in Klender), Budi (staff next door), Citra (a resident), Dewi (auditor)."""

from bansos.models import Role, User

KECAMATAN = "31.75.07"
KLENDER = "31.75.07.1003"
PONDOK_KOPI = "31.75.07.1007"
RT = "31.75.07.1003.008.002"
RW = "31.75.07.1003.008"


def user(username: str, role: str, region: str | None, **fields) -> User:
    """Makes an officer; the password equals the user name."""
    return User.objects.create_user(
        username, role=role, region_id=region, password=username, **{"name": username.title()} | fields
    )


def ani() -> User:
    return user("ani", Role.STAF, KLENDER)


def budi() -> User:
    return user("budi", Role.STAF, PONDOK_KOPI)


def dewi() -> User:
    return user("dewi", Role.AUDITOR, KECAMATAN)


def lurah() -> User:
    return user("lurah", Role.LURAH, KLENDER)


def kesra() -> User:
    return user("kesra", Role.KESRA, KECAMATAN)


def camat() -> User:
    return user("camat", Role.CAMAT, KECAMATAN)


def rt() -> User:
    return user("rt", Role.RT, RT)


def kader() -> User:
    return user("kader", Role.KADER, RT)


def rw() -> User:
    return user("rw", Role.RW, RW)


def either(username: str, role: str) -> User:
    """Returns the officer of the kecamatan with this name, made when missing."""
    return User.objects.filter(username=username).first() or user(username, role, KECAMATAN)
