"""The monthly report of the kecamatan: figures, spreadsheet, PDF and CSV.

Ours: `reports.build`, all of it. Usual: the same figures counted kelurahan by kelurahan with the ORM, handovers added
up in Python, and one spreadsheet by openpyxl. Limit: the queries of the figures alone, no file.
"""

from datetime import date
from io import BytesIO

from django.db import connection
from django.db.models import Q
from django.utils import timezone
from openpyxl import Workbook

from bansos import periods
from bansos.models import Region, Role
from beneficiaries.models import Application, FamilyEvent, Household, Person, Score, Verification
from beneficiaries.models.application import OPEN_STATUSES
from distribution.models import Enrolment, Entitlement, Handover
from feedback.models import Complaint
from feedback.models.complaint import OPEN
from monitoring import indicators, reports
from monitoring.definitions import CODES
from monitoring.indicators import IN_FORCE, midnight
from tests import people
from tests.benchmarks import Benchmark, IncorrectError
from tests.benchmarks.aid import approved_round

_HAND_OVER = """
    INSERT INTO distribution_handover
        (entitlement_id, region_id, recipient_id, method, value, identity_seen, note, by_id, at)
    SELECT e.id, e.region_id, member.id, CASE WHEN mod(e.id, 3) = 0 THEN 'perwakilan' ELSE 'sendiri' END,
        e.value, true, '', %s, now()
    FROM (SELECT * FROM distribution_entitlement ORDER BY code LIMIT %s) e
    CROSS JOIN LATERAL (
        SELECT id FROM beneficiaries_person WHERE household_id = e.household_id AND died_on IS NULL LIMIT 1
    ) member
"""
_COMPLAIN = """
    INSERT INTO feedback_complaint (code, pin_hash, region_id, status, category, serious, story, name, submitted_at,
        due_on, answered_at, finding, remedy)
    SELECT substr(upper(md5(n::text)), 1, 10), '', towns[1 + mod(n, cardinality(towns))],
        CASE WHEN mod(n, 2) = 0 THEN 'tanggapan_dikirim' ELSE 'diterima' END,
        (ARRAY['kurang','kualitas','pungli','lainnya'])[1 + mod(n, 4)], mod(n, 4) = 2, 'Cerita', '', now(),
        current_date + mod(n, 5) - 2, CASE WHEN mod(n, 2) = 0 THEN now() END, '', ''
    FROM generate_series(1, %s) AS n,
        (SELECT array_agg(code ORDER BY code) AS towns FROM bansos_region WHERE level = 'kelurahan') AS regions
"""


def build(*, small: bool) -> Benchmark:
    households, places = (300, 70) if small else (100_000, 10_000)
    approved_round(households=households, places=places)
    giver = people.either("penyalur", Role.KESRA)
    with connection.cursor() as cursor:
        cursor.execute(_HAND_OVER, [giver.pk, places // 2])
        cursor.execute(_COMPLAIN, [places // 5])
        cursor.execute("VACUUM ANALYZE")
    period, region = periods.of(timezone.localdate()), Region.objects.get(code=people.KECAMATAN)
    _check(period, region)
    return Benchmark(
        unit="laporan/detik",
        ours=lambda: bool(reports.build(period=period, region=region)),
        usual=lambda: _one_by_one(period),
        limit=lambda: bool(indicators.of(period=period, region_code=region.pk)),
        goal={"ours_over_usual": 1.0, "ours_over_limit": 0.25},
        repeats=2 if small else 5,
    )


def _check(period: date, region: Region) -> None:
    """Both ways count the same for every kelurahan and every figure, and some of them are not nil."""
    ours = reports.build(period=period, region=region).figures["places"]
    ours = {place["code"]: {code: place[code] for code in CODES} for place in ours}
    usual = {town.code: _count(town.code, period) for town in Region.objects.kelurahan()}
    if ours != usual:
        wrong = [(town, code) for town in usual for code in CODES if ours[town][code] != usual[town][code]]
        raise IncorrectError(f"the figures differ: {wrong[:5]}")
    if not all(sum(place[code] for place in usual.values()) for code in ("people", "eligible", "handed", "complaints")):
        raise IncorrectError("the figures are nil")


def _one_by_one(period: date) -> int:
    book = Workbook()
    sheet = book.active
    sheet.append(["Wilayah", *CODES])
    for month in (period, periods.preceding(period)):
        for town in Region.objects.kelurahan():
            sheet.append([town.name, *_count(town.code, month).values()])
    book.save(BytesIO())
    return 1


def _count(town: str, period: date) -> dict[str, int]:
    """Every figure of a kelurahan, one query each."""
    month = _Month(town, period)
    return {code: counted for part in (_register, _family_events, _applications, _aid, _training, _voices)
            for code, counted in part(month).items()}  # fmt: skip


class _Month:
    def __init__(self, town: str, period: date):
        self.town, self.period = town, period
        self.start, self.end = midnight(period), midnight(periods.following(period))

    def rows(self, model, region: str = "region"):
        return model.objects.filter(**{f"{region}__code__startswith": self.town})

    def during(self, field: str) -> Q:
        return Q(**{f"{field}__gte": self.start, f"{field}__lt": self.end})


def _register(month: _Month) -> dict[str, int]:
    scores = month.rows(Score).filter(criteria_set__status="rilis", household__status="aktif")
    return {
        "households": month.rows(Household).filter(status="aktif").count(),
        "people": month.rows(Person).filter(died_on=None, household__status="aktif").count(),
        "scored": scores.values("household").distinct().count(),
        "eligible": scores.filter(verdict="indikasi_layak").values("household").distinct().count(),
        "held": scores.filter(verdict="ditahan").values("household").distinct().count(),
    }


def _family_events(month: _Month) -> dict[str, int]:
    kept = month.rows(FamilyEvent).filter(month.during("recorded_at"), corrected_by=None)
    return {
        "births": kept.filter(kind=FamilyEvent.Kind.LAHIR).count(),
        "deaths": kept.filter(kind=FamilyEvent.Kind.MENINGGAL).count(),
        "moves": kept.filter(kind__in=FamilyEvent.MOVES).count(),
        "cards": kept.exclude(other=None).count(),
    }


def _applications(month: _Month) -> dict[str, int]:
    asked = month.rows(Application)
    seen = month.rows(Verification, "application__region").filter(step="rw")
    return {
        "received": asked.filter(month.during("submitted_at")).count(),
        "verified": seen.filter(month.during("at")).count(),
        "approved": asked.filter(month.during("decided_at"), status="ditetapkan_layak").count(),
        "refused": asked.filter(month.during("decided_at"), status="ditolak").count(),
        "waiting": asked.filter(status__in=OPEN_STATUSES, submitted_at__lt=month.end).count(),
    }


def _aid(month: _Month) -> dict[str, int]:
    promised = month.rows(Entitlement).filter(round__period=month.period, round__status__in=IN_FORCE)
    promised = list(promised.exclude(status="dibatalkan"))
    given = list(month.rows(Handover).filter(month.during("at")))
    return {
        "planned": len(promised),
        "handed_self": sum(each.method == "sendiri" for each in given),
        "handed_other": sum(each.method == "perwakilan" for each in given),
        "handed": len(given),
        "failed": sum(each.status == "gagal_salur" for each in promised),
        "value_planned": sum(each.value for each in promised),
        "value_realised": sum(each.value for each in given),
    }


def _training(month: _Month) -> dict[str, int]:
    end = periods.following(month.period)
    joined = month.rows(Enrolment).exclude(status="mengundurkan_diri")
    passed = month.rows(Enrolment).filter(status="lulus", completed_on__gte=month.period, completed_on__lt=end)
    return {
        "trainees": joined.filter(course__starts_on__lt=end, course__ends_on__gte=month.period).count(),
        "graduates": passed.count(),
    }


def _voices(month: _Month) -> dict[str, int]:
    today = min(timezone.localdate(), periods.following(month.period))
    told = list(month.rows(Complaint).filter(serious=False))
    answered = [each for each in told if each.answered_at and month.start <= each.answered_at < month.end]
    overdue = [each for each in answered if timezone.localdate(each.answered_at) > each.due_on]
    waiting = [each for each in told if each.status in OPEN and each.submitted_at < month.end]
    return {
        "complaints": sum(month.start <= each.submitted_at < month.end for each in told),
        "answered": len(answered),
        "on_time": len(answered) - len(overdue),
        "late": len(overdue) + sum(each.due_on < today for each in waiting),
        "open": len(waiting),
    }
