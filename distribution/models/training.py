import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bansos.models import Region
from bansos.scope import ScopedQuerySet, around_q
from beneficiaries.models import Household, Person
from distribution.models.catalogue import Programme


class CourseQuerySet(ScopedQuerySet):
    def for_officer(self, user):
        """The courses of the officer's region and those of a region around it; participants are scoped apart."""
        return self.filter(around_q(user))


@pghistory.track()
class Course(models.Model):
    """One cohort of a training programme (angkatan)."""

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="courses", verbose_name=_("program"))
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("wilayah"))
    name = models.CharField(_("nama angkatan"), max_length=120)
    place = models.CharField(_("tempat"), max_length=200)
    starts_on = models.DateField(_("mulai"))
    ends_on = models.DateField(_("selesai"))
    capacity = models.PositiveSmallIntegerField(_("daya tampung"))
    attendance_needed = models.PositiveSmallIntegerField(_("kehadiran untuk lulus (%)"), default=80)

    objects = CourseQuerySet.as_manager()

    class Meta:
        verbose_name = _("angkatan pelatihan")
        verbose_name_plural = _("pelatihan")
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                name="course_ends_after_it_starts",
                condition=Q(ends_on__gte=models.F("starts_on")),
                violation_error_message=_("Tanggal selesai tidak boleh sebelum tanggal mulai."),
            ),
            models.CheckConstraint(
                name="course_attendance_is_a_percentage",
                condition=Q(attendance_needed__range=(1, 100)),
                violation_error_message=_("Kehadiran untuk lulus antara 1 dan 100 persen."),
            ),
        ]

    def __str__(self):
        return self.name


class EnrolmentStatus(models.TextChoices):
    """Statuses of shared/domain.md 10.9 (pelatihan) that this portal uses."""

    DITERIMA = "diterima", _("Diterima")
    MENGIKUTI = "mengikuti", _("Mengikuti")
    LULUS = "lulus", _("Lulus")
    TIDAK_LULUS = "tidak_lulus", _("Tidak lulus")
    MENGUNDURKAN_DIRI = "mengundurkan_diri", _("Mengundurkan diri")


N = EnrolmentStatus
ATTENDING = [N.DITERIMA, N.MENGIKUTI]


@pghistory.track()
class Enrolment(models.Model):
    """One person in one cohort, chosen by the household's score."""

    Status = EnrolmentStatus

    course = models.ForeignKey(Course, models.PROTECT, related_name="enrolments", verbose_name=_("angkatan"))
    household = models.ForeignKey(Household, models.PROTECT, related_name="enrolments", verbose_name=_("keluarga"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="enrolments", verbose_name=_("peserta"))
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("RT/RW"))
    status = models.CharField(_("status"), max_length=20, choices=EnrolmentStatus, default=N.DITERIMA)
    points = models.IntegerField(_("nilai skor"))
    enrolled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("didaftarkan oleh"), related_name="+"
    )
    enrolled_at = models.DateTimeField(_("didaftarkan"), auto_now_add=True)
    completed_on = models.DateField(_("tanggal lulus"), null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("peserta")
        verbose_name_plural = _("peserta")
        ordering = ["course", "-points", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="enrolment_one_person_per_household_and_course", fields=["course", "household"]
            ),
            models.CheckConstraint(
                name="enrolment_completed_on_when_passed",
                condition=Q(status="lulus", completed_on__isnull=False) | (~Q(status="lulus") & Q(completed_on=None)),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="status_transitions",
                field="status",
                transitions=[
                    (N.DITERIMA, N.MENGIKUTI),
                    (N.DITERIMA, N.TIDAK_LULUS),  # never came
                    (N.DITERIMA, N.MENGUNDURKAN_DIRI),
                    (N.MENGIKUTI, N.LULUS),
                    (N.MENGIKUTI, N.TIDAK_LULUS),
                    (N.MENGIKUTI, N.MENGUNDURKAN_DIRI),
                ],
            )
        ]

    def __str__(self):
        return str(self.person)


@pghistory.track()
class Meeting(models.Model):
    """One session of a cohort."""

    course = models.ForeignKey(Course, models.CASCADE, related_name="meetings", verbose_name=_("angkatan"))
    on = models.DateField(_("tanggal"))
    topic = models.CharField(_("materi"), max_length=200)

    class Meta:
        verbose_name = _("pertemuan")
        verbose_name_plural = _("pertemuan")
        ordering = ["on"]
        constraints = [
            models.UniqueConstraint(
                name="meeting_once_a_day_per_course",
                fields=["course", "on"],
                violation_error_message=_("Angkatan ini sudah punya pertemuan di tanggal itu."),
            )
        ]

    def __str__(self):
        return f"{self.on:%d-%m-%Y} {self.topic}"


@pghistory.track()
class Attendance(models.Model):
    """Whether one participant came to one meeting."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="attendances", verbose_name=_("pertemuan"))
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="attendances", verbose_name=_("peserta"))
    present = models.BooleanField(_("hadir"))

    class Meta:
        verbose_name = _("kehadiran")
        verbose_name_plural = _("kehadiran")
        constraints = [models.UniqueConstraint(name="attendance_once", fields=["meeting", "enrolment"])]

    def __str__(self):
        return f"{self.enrolment} {self.meeting}"
