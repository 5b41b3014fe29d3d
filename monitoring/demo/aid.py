"""The demo's money, rounds, handovers and training."""

from datetime import date

from django.db.models import Prefetch

from bansos import periods, workdays
from bansos.models import Region, User
from beneficiaries.models import Person
from distribution import handovers, rounds, training
from distribution.models import Course, Entitlement, Fund, Meeting, Partner, Programme, Round
from monitoring.demo import officers
from monitoring.demo.almanac import Almanac, at

PLACES = "Kantor kelurahan masing-masing"
TOPICS = [
    "Mengenal mesin jahit", "Pola dasar", "Menjahit lurus", "Rok sederhana", "Kemeja anak",
    "Memasang ritsleting", "Menghitung biaya", "Menjual lewat HP", "Ulangan", "Ujian",
]  # fmt: skip


def open_funds(year: int) -> dict[str, Fund]:
    """Makes the funds: the district's budget, a company's gift, an NGO's course."""
    company = Partner.objects.create(name="PT Sumber Pangan Timur", kind=Partner.Kind.SWASTA)
    ngo = Partner.objects.create(name="Yayasan Jarum Harapan", kind=Partner.Kind.LSM)
    return {
        "sembako": Fund.objects.create(
            name=f"CSR pangan {year}", source=Fund.Source.CSR, partner=company, year=year, amount=200_000_000
        ),
        "blt": Fund.objects.create(
            name=f"APBD kecamatan {year}", source=Fund.Source.APBD, year=year, amount=120_000_000
        ),
        "course": Fund.objects.create(
            name=f"Hibah pelatihan {year}", source=Fund.Source.LSM, partner=ngo, year=year, amount=40_000_000
        ),
    }


def plan(*, code: str, fund: Fund, period: date, budget: int, quota: int, on: date, hands_over_on: date) -> Round:
    """Lets Kesra plan a round and draw up its list."""
    kesra = User.objects.get(username="kesra")
    kelurahan = Region.objects.inside(officers.KECAMATAN).kelurahan()
    with at(on, 9):
        planned = rounds.plan(
            programme=Programme.objects.get(code=code), fund=fund, period=period,
            region=Region.objects.get(code=officers.KECAMATAN), budget=budget,
            quotas={place.code: quota for place in kelurahan}, place=PLACES, hands_over_on=hands_over_on,
            hours="08.00 sampai 12.00 WIB", by=kesra,
        )  # fmt: skip
        return rounds.propose(round=planned, by=kesra)


def approve(*, round: Round, freeze_on: date, approve_on: date) -> Round:
    """Lets Kesra freeze the list and the camat approve it."""
    with at(freeze_on, 11):
        round = rounds.freeze(round=round, by=User.objects.get(username="kesra"))
    with at(approve_on, 14):
        return rounds.approve(round=round, by=User.objects.get(username="camat"))


def hand_over(*, round: Round, days: list[date], share: float) -> int:
    """Hands out a share of a round over some days; every ninth is fetched by another member of the family.

    Returns how many were handed over.
    """
    living = Prefetch("household__people", Person.objects.living().order_by("pk"))
    waiting = list(
        Entitlement.objects.filter(round=round, status=Entitlement.Status.DIALOKASIKAN)
        .select_related("household", "region")
        .prefetch_related(living)
        .order_by("pk")
    )
    coming = waiting[: round_half(len(waiting) * share)]
    for place, entitlement in enumerate(coming):
        members = list(entitlement.household.people.all())
        head = next((p for p in members if p.relation == Person.Relation.KEPALA), members[0])
        recipient = members[-1] if place % 9 == 0 else head
        kelurahan = Region.objects.get(code=entitlement.region.kelurahan_code)
        with at(days[place * len(days) // len(coming)], 8 + place % 4, place % 60):
            handovers.record(
                entitlement=entitlement, recipient=recipient, identity_seen=True, by=officers.head_of(kelurahan)
            )
    return len(coming)


def round_half(number: float) -> int:
    return int(number + 0.5)


def close(*, round: Round, on: date) -> None:
    with at(on, 15):
        rounds.close(round=round, by=User.objects.get(username="kesra"))


def train(*, name: str, days: list[date], held: int, ends_on: date) -> Course:
    """Runs a tailoring course: enrols the cohort, holds the first `held` meetings, completes it when all are held."""
    kesra = User.objects.get(username="kesra")
    course = Course.objects.create(
        programme=Programme.objects.get(code="pelatihan-menjahit"), region_id=officers.KECAMATAN, name=name,
        place="Balai Warga RW 008, Klender", starts_on=days[0], ends_on=ends_on, capacity=20,
    )  # fmt: skip
    with at(days[0], 7):
        enrolled = training.enrol(course=course, by=kesra)
    meetings = [
        Meeting.objects.create(course=course, on=day, topic=topic) for day, topic in zip(days, TOPICS, strict=False)
    ]
    for number, meeting in enumerate(meetings[:held]):
        present = {e.pk for place, e in enumerate(enrolled) if (place + number) % 7 and place not in {4, 11}}
        with at(meeting.on, 12):
            training.record_attendance(meeting=meeting, present=present, by=kesra)
    if held == len(meetings):
        with at(ends_on, 16):
            training.complete(course=course, by=kesra)
    return course


def last_month(almanac: Almanac, funds: dict[str, Fund], say) -> None:
    """A sembako round from plan to close, and a course from enrolment to certificates."""
    sembako = plan(
        code="paket-sembako", fund=funds["sembako"], period=almanac.last_month, budget=70_000_000, quota=40,
        on=almanac.last(12), hands_over_on=almanac.last(19),
    )  # fmt: skip
    sembako = approve(round=sembako, freeze_on=almanac.last(13), approve_on=almanac.last(14))
    given = hand_over(round=sembako, days=[almanac.last(day) for day in (19, 20, 21)], share=0.96)
    close(round=sembako, on=almanac.last(27))
    train(
        name="Menjahit angkatan 1", days=[almanac.last(14 + step) for step in range(10)], held=10,
        ends_on=almanac.last(24),
    )  # fmt: skip
    say(f"Putaran sembako bulan lalu: {given} keluarga menerima.")


def this_month(almanac: Almanac, funds: dict[str, Fund], say) -> None:
    """A cash round on its way, sembako to be fetched soon, the next list waiting for its freeze, and a course."""
    blt = plan(
        code="blt", fund=funds["blt"], period=almanac.this_month, budget=60_000_000, quota=30,
        on=almanac.ago(14), hands_over_on=almanac.ago(3),
    )  # fmt: skip
    blt = approve(round=blt, freeze_on=almanac.ago(13), approve_on=almanac.ago(11))
    given = hand_over(round=blt, days=[almanac.ago(day) for day in (3, 2, 1)], share=0.6)
    sembako = plan(
        code="paket-sembako", fund=funds["sembako"], period=almanac.this_month, budget=70_000_000, quota=40,
        on=almanac.ago(6), hands_over_on=workdays.add(almanac.today, 3),
    )  # fmt: skip
    approve(round=sembako, freeze_on=almanac.ago(5), approve_on=almanac.ago(4))
    plan(
        code="paket-sembako", fund=funds["sembako"], period=periods.following(almanac.this_month), budget=70_000_000,
        quota=40, on=almanac.ago(1), hands_over_on=workdays.add(almanac.today, 20),
    )  # fmt: skip
    days = sorted({almanac.ago(6 - step) for step in range(10)} | {almanac.today})
    train(name="Menjahit angkatan 2", days=days, held=1, ends_on=max(days))
    say(f"Putaran BLT bulan ini: {given} keluarga sudah menerima.")
