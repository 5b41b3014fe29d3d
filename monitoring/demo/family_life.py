"""What happened to some families of the demo: a birth, a death with a new head, a move, a child's own card and one who
left the city; and a death that an RT reports while an application is open.
"""

from datetime import date

from bansos.models import Region, User
from beneficiaries import applications, family_events, letters, verification
from beneficiaries.models import Application, Household, Person, Verification
from distribution.models import Entitlement
from monitoring.demo import officers, residents
from monitoring.demo.almanac import Almanac, at

PAPER = "474.{kind}/{number:03d}/KLD/{year}"


def this_month(almanac: Almanac, say) -> None:
    """Lets staff of Klender record events of families without aid of this month, and issue two letters."""
    staff = User.objects.get(username="staf.klender")
    families = _families()
    happened = almanac.ago(6)
    with at(almanac.ago(3), 10):
        for number, (family, record) in enumerate(zip(families, RECORDED, strict=False), 1):
            record(family, happened, PAPER.format(kind=number, number=number, year=happened.year), staff)
    if len(families) > len(RECORDED):
        _report_death(families[-1], almanac)
    with at(almanac.ago(1), 11):
        _letters(staff)
    say("Peristiwa keluarga dicatat dan surat diterbitkan.")


def _families() -> list[Household]:
    """Families of Klender with two adults, no aid on any list and nothing open: one for each event and one more."""
    listed = Entitlement.objects.values("household")
    asked = Application.objects.open().filter(household__isnull=False).values("household")
    rows = Household.objects.active().inside(officers.KLENDER).exclude(pk__in=listed).exclude(pk__in=asked)
    found = [family for family in rows.order_by("-pk")[:200] if len(_adults(family)) > 1]
    return sorted(found, key=lambda family: _grown_child(family) is not None, reverse=True)[: len(RECORDED) + 1]


def _adults(family: Household) -> list[Person]:
    return [person for person in family.people.living().order_by("pk") if family_events.is_adult(person)]


def _grown_child(family: Household) -> Person | None:
    return next((person for person in _adults(family) if person.relation == Person.Relation.ANAK), None)


def _birth(family: Household, day: date, paper: str, staff: User) -> None:
    nik = f"317507{day:%d%m%y}9871"
    family_events.record_birth(household=family, name="Raka Pratama", sex="L", born_on=day, nik=nik, paper=paper,
                               by=staff, birth_place="Jakarta")  # fmt: skip


def _death(family: Household, day: date, paper: str, staff: User) -> None:
    head = family.people.living().filter(relation=Person.Relation.KEPALA).first()
    heir = next((person for person in _adults(family) if head is None or person.pk != head.pk), None)
    if head and heir:
        family_events.record_death(person=head, died_on=day, paper=paper, by=staff, new_head=heir)


def _move(family: Household, day: date, paper: str, staff: User) -> None:
    place = Region.objects.filter(level=Region.Level.RT, parent=family.region.parent).exclude(pk=family.region_id)
    family_events.move_within(
        household=family, region=place.order_by("code")[0], address="Gang Kenanga Nomor 7", moved_on=day, paper=paper,
        by=staff,
    )  # fmt: skip


def _card(family: Household, day: date, paper: str, staff: User) -> None:
    """A grown child marries and gets a Kartu Keluarga."""
    if child := _grown_child(family):
        family_events.split(
            household=family, people=[child], kk=f"317507{day:%d%m%y}9872", head=child, happened_on=day, paper=paper,
            by=staff, kind="kawin",
        )  # fmt: skip


def _leave(family: Household, day: date, paper: str, staff: User) -> None:
    """A grown child finds work in another city."""
    if child := _grown_child(family):
        family_events.move_out(household=family, people=[child], to="Bekasi", moved_on=day, paper=paper, by=staff)


RECORDED = (_card, _leave, _birth, _death, _move)  # families with a grown child come first


def _report_death(family: Household, almanac: Almanac) -> None:
    """The head applied, and the RT finds a house in mourning: the office sees what to record."""
    case = residents.apply_from_register(household=family, on=almanac.ago(4), home=residents.POOR)
    with at(almanac.ago(2), 16):
        verification.record(
            application=case, presence=Verification.Presence.MENINGGAL, result=Verification.Result.TIDAK_LAYAK,
            reason="Pemohon meninggal hari Senin. Keluarganya masih tinggal di sini.", by=officers.head_of(case.region),
        )  # fmt: skip


def _letters(staff: User) -> None:
    decided = Application.objects.for_officer(staff).filter(status=applications.S.DITOLAK).first()
    if decided:
        letters.issue(application=decided, kind="keputusan", by=staff)
    granted = Application.objects.for_officer(staff).filter(status=applications.S.DITETAPKAN_LAYAK).first()
    if granted:
        letters.issue(application=granted, kind="sktm", details={"purpose": "keringanan biaya sekolah"}, by=staff)
