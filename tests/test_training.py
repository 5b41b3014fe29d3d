"""A cohort from the same scores: who is chosen, who came, who passed."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from beneficiaries.models import DuplicatePair
from distribution import catalogue, training
from distribution.models import Attendance, Course, Enrolment, Meeting
from tests import make, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def programme():
    make.criteria()
    return catalogue.load_default()[2]


def years_ago(years: int):
    return training._years_before(timezone.localdate(), years)


def course(programme, *, days: int = 0, capacity: int = 3, meetings: int = 0, **fields) -> Course:
    """Makes a course that starts `days` from today and ends on its last meeting, or on its first day."""
    starts = timezone.localdate() + timedelta(days=days)
    values = {
        "programme": programme, "region_id": people.KECAMATAN, "name": "Angkatan 1", "place": "RPTRA Klender",
        "starts_on": starts, "ends_on": starts + timedelta(days=max(meetings - 1, 0)), "capacity": capacity,
    }  # fmt: skip
    made = Course.objects.create(**values | fields)
    for number in range(meetings):
        made.meetings.create(on=starts + timedelta(days=number), topic=f"Pertemuan {number + 1}")
    return made


# --- enrol


def test_the_places_go_to_the_most_points(programme):
    families = [make.scored_household(points=p, head={"born_on": years_ago(30)}) for p in (60, 90, 70, 80)]
    kesra = people.kesra()
    made = training.enrol(course=course(programme), by=kesra)
    assert [e.household_id for e in made] == [families[n].pk for n in (1, 3, 2)]
    first = made[0]
    assert (first.points, first.status, first.enrolled_by) == (90, "diterima", kesra)
    assert first.person == families[1].people.get() and first.region_id == families[1].region_id


def test_who_of_the_family_goes(programme):
    family = make.scored_household(points=60, head={"born_on": years_ago(45), "occupation": "Sopir"})

    def chosen():
        found = training.candidates(course=training_course, criteria_set=programme.criteria_in_force()).first()
        return found and found.person_id

    training_course = course(programme)
    assert chosen() == family.people.get().pk  # somebody who works goes when nobody else can
    make.person(household=family, born_on=years_ago(18) + timedelta(days=1), occupation="Tidak bekerja")
    make.person(household=family, born_on=years_ago(51), occupation="Tidak bekerja")
    make.person(household=family, born_on=years_ago(20), occupation="Pelajar", in_school=True)
    make.person(household=family, born_on=years_ago(25), died_on=timezone.localdate())
    assert chosen() == family.people.get(relation="kepala").pk
    oldest = make.person(household=family, born_on=years_ago(51) + timedelta(days=1), occupation="BELUM BEKERJA")
    assert chosen() == oldest.pk  # without work goes first
    youngest = make.person(household=family, born_on=years_ago(18), sex="L", occupation="Mengurus rumah tangga")
    assert chosen() == youngest.pk  # then the youngest, man or woman


def test_who_stays_out(programme):
    adult = {"born_on": years_ago(30)}
    make.scored_household(points=60, verdict="ditahan", head=adult)
    make.scored_household(points=60, status="pindah", head=adult)
    make.scored_household(points=60, head={"born_on": years_ago(70)})
    first, second = (make.scored_household(points=60, head=adult) for _ in range(2))
    DuplicatePair.objects.create(
        first=first.people.get(), second=second.people.get(), region_id=people.KLENDER, likeness=0.9
    )
    make.scored_household(points=60, region="31.75.07.1007.001.001", head=adult)
    with pytest.raises(training.TrainingError, match="Tidak ada keluarga"):
        training.enrol(course=course(programme, region_id=people.KLENDER), by=people.kesra())


def test_a_family_in_a_running_or_passed_course_waits(programme):
    kesra = people.kesra()
    family = make.scored_household(points=90, head={"born_on": years_ago(30)})
    running = course(programme)
    (enrolment,) = training.enrol(course=running, by=kesra)
    with pytest.raises(training.TrainingError, match="Tidak ada keluarga"):
        training.enrol(course=course(programme, name="Angkatan 2"), by=kesra)
    training.withdraw(enrolment=enrolment, by=kesra)
    (again,) = training.enrol(course=Course.objects.get(name="Angkatan 2"), by=kesra)
    assert again.household == family


def test_a_withdrawn_place_is_filled_again(programme):
    kesra = people.kesra()
    for points in (90, 80):
        make.scored_household(points=points, head={"born_on": years_ago(30)})
    small = course(programme, capacity=1)
    (first,) = training.enrol(course=small, by=kesra)
    with pytest.raises(training.TrainingError, match="sudah penuh"):
        training.enrol(course=small, by=kesra)
    training.withdraw(enrolment=first, by=kesra)
    (second,) = training.enrol(course=small, by=kesra)
    assert (first.points, second.points) == (90, 80)


def test_enrol_refuses(programme):
    kesra = people.kesra()
    with pytest.raises(training.TrainingError, match="bukan program pelatihan"):
        training.enrol(course=course(catalogue.load_default()[0]), by=kesra)
    running, _ = running_course(programme, kesra)
    training.record_attendance(meeting=running.meetings.first(), present=set(), by=kesra)
    with pytest.raises(training.TrainingError, match="sudah berjalan"):
        training.enrol(course=running, by=kesra)
    programme.criteria_code = "lain"
    programme.save()
    with pytest.raises(training.TrainingError, match="Rilis kriterianya"):
        training.enrol(course=course(programme, name="Lain"), by=kesra)


# --- attendance


def running_course(programme, by, meetings: int = 2, people_count: int = 2, **fields) -> tuple[Course, list[int]]:
    for number in range(people_count):
        make.scored_household(points=60 + number, head={"born_on": years_ago(30)})
    made = course(programme, days=1 - meetings, meetings=meetings, **fields)
    return made, [e.pk for e in training.enrol(course=made, by=by)]


def statuses(course) -> list[str]:
    return list(course.enrolments.order_by("-points").values_list("status", flat=True))


def test_attendance_is_written_and_written_again(programme):
    kesra = people.kesra()
    made, (first, second) = running_course(programme, kesra)
    meeting = made.meetings.first()
    for _ in range(2):
        training.record_attendance(meeting=meeting, present={first}, by=kesra)
    present = dict(Attendance.objects.values_list("enrolment", "present"))
    assert present == {first: True, second: False}
    assert statuses(made) == ["mengikuti", "diterima"]
    training.record_attendance(meeting=meeting, present={second}, by=kesra)
    present = dict(Attendance.objects.values_list("enrolment", "present"))
    assert present == {first: False, second: True}
    assert statuses(made) == ["mengikuti", "mengikuti"]


def test_attendance_refuses(programme):
    kesra = people.kesra()
    made, (first, _second) = running_course(programme, kesra)
    meeting = made.meetings.first()
    other = course(programme, name="Lain", meetings=1)
    with pytest.raises(training.TrainingError, match="angkatan lain"):
        training.record_attendance(meeting=meeting, present={first, 999_999}, by=kesra)
    with pytest.raises(training.TrainingError, match="tidak punya peserta"):
        training.record_attendance(meeting=other.meetings.get(), present={first}, by=kesra)
    later = made.meetings.create(on=timezone.localdate() + timedelta(days=1), topic="Besok")
    with pytest.raises(training.TrainingError, match="baru berlangsung"):
        training.record_attendance(meeting=later, present={first}, by=kesra)
    assert not Attendance.objects.exists()


# --- complete


@pytest.mark.parametrize(
    ("came", "needed", "status"),
    [(4, 80, "lulus"), (3, 80, "tidak_lulus"), (3, 60, "lulus"), (0, 80, "tidak_lulus"), (5, 100, "lulus")],
)
def test_who_passes(programme, came, needed, status):
    kesra = people.kesra()
    made, (one,) = running_course(programme, kesra, meetings=5, people_count=1, attendance_needed=needed)
    for number, meeting in enumerate(made.meetings.all()):
        training.record_attendance(meeting=meeting, present={one} if number < came else set(), by=kesra)
    training.complete(course=made, by=kesra)
    enrolment = Enrolment.objects.get()
    assert enrolment.status == status
    assert (enrolment.completed_on is not None) == (status == "lulus")
    for verb in (
        lambda: training.complete(course=made, by=kesra),
        lambda: training.record_attendance(meeting=made.meetings.first(), present=set(), by=kesra),
        lambda: training.withdraw(enrolment=enrolment, by=kesra),
    ):
        with pytest.raises(training.TrainingError, match="sudah ditetapkan"):
            verb()


def test_complete_refuses(programme):
    kesra = people.kesra()
    made, _ = running_course(programme, kesra)
    with pytest.raises(training.TrainingError, match="belum diisi"):
        training.complete(course=made, by=kesra)
    with pytest.raises(training.TrainingError, match="Tetapkan hasil sesudah itu"):
        training.complete(course=course(programme, days=3), by=kesra)
    with pytest.raises(training.TrainingError, match="belum punya pertemuan"):
        training.complete(course=course(programme), by=kesra)
    with pytest.raises(training.TrainingError, match="tidak punya peserta"):
        training.complete(course=course(programme, meetings=1), by=kesra)


def test_the_database_holds_the_steps(programme):
    _, (one, _two) = running_course(programme, people.kesra())
    with pytest.raises(DatabaseError, match="Invalid transition"), transaction.atomic():
        Enrolment.objects.filter(pk=one).update(status="lulus", completed_on=timezone.localdate())
    assert Meeting.objects.count() == 2


def test_leap_day():
    from datetime import date

    assert training._years_before(date(2024, 2, 29), 18) == date(2006, 2, 28)
