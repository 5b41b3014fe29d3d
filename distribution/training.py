"""Training: a cohort chosen from the same scores, who came to which meeting, who passed.

The place goes to the family with most points; within the family to an adult of 18 to 50 who is not in school:
those without work first, then the youngest.
"""

from datetime import date
from typing import TYPE_CHECKING, TypedDict

from django.db import transaction
from django.db.models import Case, Count, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from beneficiaries import scoring
from beneficiaries.facts import OUT_OF_WORK
from beneficiaries.models import DuplicatePair, Household, Person, Score
from distribution.models import Attendance, Course, Enrolment, Meeting
from distribution.models.training import ATTENDING

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

AGES = (18, 50)
NOT_WORKING = (*OUT_OF_WORK, "mengurus rumah tangga")

NOT_TRAINING = _("%(programme)s bukan program pelatihan. Pilih program pelatihan.")
NO_CRITERIA = _("Kriteria program ini belum dirilis. Rilis kriterianya, lalu pilih peserta lagi.")
NOT_SCORED = _("Belum semua keluarga dinilai dengan kriteria ini. Jalankan penilaian sampai selesai, lalu pilih lagi.")
STARTED = _("Pertemuan sudah berjalan. Peserta baru menunggu angkatan berikutnya.")
FULL = _("Angkatan ini sudah penuh. Buka angkatan baru untuk peserta lain.")
NOBODY = _("Tidak ada keluarga yang memenuhi syarat. Jalankan penilaian, lalu pilih peserta lagi.")
NOT_YET = _("Pertemuan ini baru berlangsung %(day)s. Isi daftar hadir pada hari itu.")
STRANGERS = _("Ada peserta dari angkatan lain. Buka ulang daftar hadir, lalu simpan lagi.")
FINISHED = _("Hasil angkatan ini sudah ditetapkan. Daftar hadir tidak dapat diubah lagi.")
NOT_OVER = _("Angkatan ini selesai %(day)s. Tetapkan hasil sesudah itu.")
NO_MEETINGS = _("Angkatan ini belum punya pertemuan. Isi pertemuannya lebih dulu.")
NO_PARTICIPANTS = _("Angkatan ini tidak punya peserta yang mengikuti. Pilih peserta lebih dulu.")
NOT_TAKEN = _("Daftar hadir %(day)s belum diisi. Isi dulu, lalu tetapkan hasil.")

N = Enrolment.Status


class WhoGoes(TypedDict):
    """What `candidates` adds to a score."""

    person_id: int


class TrainingError(ValueError):
    """Why a course cannot go on, as a sentence for the officer."""


@transaction.atomic
def enrol(*, course: Course, by) -> list[Enrolment]:
    """Fills the free places of `course` from the scores in force; returns the new enrolments. Raises TrainingError."""
    locked = _lock(course)
    if locked.programme.kind != locked.programme.Kind.PELATIHAN:
        raise TrainingError(NOT_TRAINING % {"programme": locked.programme})
    criteria_set = locked.programme.criteria_in_force()
    if criteria_set is None:
        raise TrainingError(NO_CRITERIA)
    if not scoring.is_complete(criteria_set=criteria_set):
        raise TrainingError(NOT_SCORED)
    if Attendance.objects.filter(meeting__course=locked).exists() or locked.enrolments.filter(_decided()).exists():
        raise TrainingError(STARTED)
    places = locked.capacity - locked.enrolments.filter(status__in=ATTENDING).count()
    if places <= 0:
        raise TrainingError(FULL)
    chosen = candidates(course=locked, criteria_set=criteria_set)[:places]
    made = [
        Enrolment(
            course=locked, household_id=score.household_id, person_id=score.person_id,
            region_id=score.household.region_id, points=score.points, enrolled_by=by,
        )
        for score in chosen
    ]  # fmt: skip
    if not made:
        raise TrainingError(NOBODY)
    return Enrolment.objects.bulk_create(made)


def candidates(*, course: Course, criteria_set) -> "QuerySet[WithAnnotations[Score, WhoGoes]]":
    """Returns the scores of families that may send somebody, best first, each with the `person_id` who would go."""
    same = Enrolment.objects.filter(course__programme=course.programme_id)
    busy = same.filter(Q(course=course) | Q(status__in=[*ATTENDING, N.LULUS])).values("household")
    pairs = DuplicatePair.objects.open()
    return (
        Score.objects.eligible()
        .filter(criteria_set=criteria_set, household__status=Household.Status.AKTIF)
        .filter(_inside(course.region_id))
        .exclude(household__in=busy)
        .exclude(household__in=pairs.values("first__household"))
        .exclude(household__in=pairs.values("second__household"))
        .annotate(person_id=Subquery(adults(on=course.starts_on).values("pk")[:1]))
        .filter(person_id__isnull=False)
        .select_related("household")
        .order_by("-points", "household_id")
    )


def adults(*, on: date) -> QuerySet[Person]:
    """Returns, for the household of the outer query, who could go: without work first, then the youngest."""
    youngest, oldest = (_years_before(on, age) for age in (AGES[0], AGES[1] + 1))
    return (
        Person.objects.living()
        .filter(household=OuterRef("household_id"), in_school=False, born_on__lte=youngest, born_on__gt=oldest)
        .annotate(works=Case(When(_without_work(), then=Value(0)), default=Value(1)))
        .order_by("works", "-born_on", "pk")
    )


@transaction.atomic
def record_attendance(*, meeting: Meeting, present: set[int], by) -> None:
    """Writes who was present; doing it again replaces the list. `present` holds enrolment ids. Raises TrainingError."""
    course = _lock(meeting.course)
    if meeting.on > timezone.localdate():
        raise TrainingError(NOT_YET % {"day": date_format(meeting.on, "j F Y")})
    if course.enrolments.filter(_decided()).exists():
        raise TrainingError(FINISHED)
    attending = set(course.enrolments.filter(status__in=ATTENDING).values_list("pk", flat=True))
    if not attending:
        raise TrainingError(NO_PARTICIPANTS)
    if present - attending:
        raise TrainingError(STRANGERS)
    Attendance.objects.bulk_create(
        [Attendance(meeting=meeting, enrolment_id=pk, present=pk in present) for pk in sorted(attending)],
        update_conflicts=True,
        unique_fields=["meeting", "enrolment"],
        update_fields=["present"],
    )
    course.enrolments.filter(pk__in=present, status=N.DITERIMA).update(status=N.MENGIKUTI)


@transaction.atomic
def withdraw(*, enrolment: Enrolment, by) -> Enrolment:
    """Takes somebody out of a course before its results, which frees the place. Raises TrainingError."""
    _lock(enrolment.course)
    locked = Enrolment.objects.get(pk=enrolment.pk)
    if locked.status not in ATTENDING:
        raise TrainingError(FINISHED)
    locked.status = N.MENGUNDURKAN_DIRI
    locked.save(update_fields=["status"])
    return locked


@transaction.atomic
def complete(*, course: Course, by) -> Course:
    """Decides who passed: `attendance_needed` percent of the meetings or more. Raises TrainingError."""
    locked = _lock(course)
    if locked.enrolments.filter(_decided()).exists():
        raise TrainingError(FINISHED)
    today = timezone.localdate()
    if today < locked.ends_on:
        raise TrainingError(NOT_OVER % {"day": date_format(locked.ends_on, "j F Y")})
    meetings = locked.meetings.count()
    attending = locked.enrolments.filter(status__in=ATTENDING)
    _check_complete(locked, meetings, attending)
    for enrolment in attending.annotate(times=Count("attendances", Q(attendances__present=True))):
        passed = enrolment.times * 100 >= locked.attendance_needed * meetings
        enrolment.status = N.LULUS if passed else N.TIDAK_LULUS
        enrolment.completed_on = today if passed else None
        enrolment.save(update_fields=["status", "completed_on"])
    return locked


def progress(*, course: Course, by) -> QuerySet[Enrolment]:
    """Returns the participants that `by` may see, each with `times`, the meetings attended."""
    return (
        Enrolment.objects.for_officer(by)
        .filter(course=course)
        .select_related("person", "region")
        .annotate(times=Count("attendances", Q(attendances__present=True)))
        .order_by("-points", "pk")
    )


def _check_complete(course: Course, meetings: int, attending: QuerySet[Enrolment]) -> None:
    if not meetings:
        raise TrainingError(NO_MEETINGS)
    if not attending.exists():
        raise TrainingError(NO_PARTICIPANTS)
    if missing := course.meetings.filter(attendances=None).first():
        raise TrainingError(NOT_TAKEN % {"day": date_format(missing.on, "j F Y")})


def _decided() -> Q:
    return Q(status__in=[N.LULUS, N.TIDAK_LULUS])


def _without_work() -> Q:
    found = Q()
    for occupation in NOT_WORKING:
        found |= Q(occupation__iexact=occupation)
    return found


def _years_before(day: date, years: int) -> date:
    """Returns the same day `years` earlier; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _inside(region: str) -> Q:
    return Q(household__region=region) | Q(household__region__code__startswith=f"{region}.")


def _lock(course: Course) -> Course:
    return Course.objects.select_for_update(of=("self",), no_key=True).select_related("programme").get(pk=course.pk)
