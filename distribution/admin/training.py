"""Courses in the admin: participants from the scores, meetings with a list of who came, results."""

from typing import TYPE_CHECKING, TypedDict, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display

from bansos.admin_base import NotesLists, NotesLooks, ReadOnlyAdmin
from bansos.models import Region
from bansos.privacy import note_list
from bansos.scope import covers
from distribution import training
from distribution.admin.steps import Step, StepsAdmin
from distribution.models import Course, Enrolment, Meeting, Programme
from distribution.models.training import ATTENDING

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

CHANGE, ATTEND = "distribution.change_enrolment", "distribution.change_attendance"
STEPS = (
    Step(
        "peserta", _("Pilih peserta"), "group_add", training.enrol, (CHANGE,),
        _("Tempat yang kosong diisi dari nilai keluarga. Satu orang dari setiap keluarga."),
        _("Peserta sudah dipilih. Hubungi mereka sebelum pertemuan pertama."),
    ),
    Step(
        "hasil", _("Tetapkan hasil"), "workspace_premium", training.complete, (CHANGE,),
        _("Peserta yang cukup hadir dinyatakan lulus. Hasil tidak dapat diubah lagi."),
        _("Hasil sudah ditetapkan."),
    ),
)  # fmt: skip
LABELS = {"mengikuti": "info", "lulus": "success", "tidak_lulus": "danger", "mengundurkan_diri": "warning"}


class MeetingInline(TabularInline):
    model = Meeting
    fields = ["on", "topic"]
    extra = 0

    def has_add_permission(self, request, obj=None):
        return _covers(request, obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return _covers(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False  # its list of who came would go with it


class Stayed(TypedDict):
    """What the list of courses counts."""

    stayed: int


@admin.register(Course)
class CourseAdmin(StepsAdmin):
    steps, argument, refusal = STEPS, "course", training.TrainingError
    list_display = ["name", "programme", "region", "starts_on", "ends_on", "filled"]
    list_filter = ["programme"]
    list_select_related = ["programme", "region"]
    search_fields = ["name"]
    inlines = [MeetingInline]
    fields = ["programme", "region", "name", "place", "starts_on", "ends_on", "capacity", "attendance_needed"]
    change_form_outer_before_template = "admin/distribution/angkatan_atas.html"
    change_form_outer_after_template = "admin/distribution/angkatan_peserta.html"

    def get_queryset(self, request):
        stayed = ~Q(enrolments__status=Enrolment.Status.MENGUNDURKAN_DIRI)
        return super().get_queryset(request).annotate(stayed=Count("enrolments", stayed))

    @display(description=_("Peserta"), ordering="stayed")
    def filled(self, course: "WithAnnotations[Course, Stayed]") -> str:
        return _("%(count)s dari %(places)s") % {"count": course.stayed, "places": course.capacity}

    def open_steps(self, obj: Course) -> tuple[str, ...]:
        decided = obj.enrolments.filter(status__in=[Enrolment.Status.LULUS, Enrolment.Status.TIDAK_LULUS]).exists()
        attending = obj.enrolments.filter(status__in=ATTENDING).exists()
        if decided:
            return ()
        return ("hasil", "peserta") if attending and obj.ends_on <= timezone.localdate() else ("peserta",)

    def has_change_permission(self, request, obj=None):
        return _covers(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "programme":
            kwargs["queryset"] = Programme.objects.filter(kind=Programme.Kind.PELATIHAN)
        if db_field.name == "region":
            levels = [Region.Level.KECAMATAN, Region.Level.KELURAHAN]
            kwargs["queryset"] = Region.objects.for_officer(request.user).filter(level__in=levels)
            kwargs["initial"] = request.user.region_id
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_urls(self):
        view = self.admin_site.admin_view(self.attendance_view)
        own = path("<int:object_id>/hadir/<int:meeting_id>/", view, name="distribution_course_hadir")
        return [own, *super().get_urls()]

    def attendance_view(self, request, object_id: int, meeting_id: int):
        """The list of who came to one meeting, as boxes."""
        course = self.get_object(request, str(object_id))
        if course is None:
            raise Http404
        if not (covers(request.user, course.region_id) and request.user.has_perm(ATTEND)):
            raise PermissionDenied
        meeting = get_object_or_404(Meeting, pk=meeting_id, course=course)
        form = AttendanceForm(request.POST if request.method == "POST" else None, meeting=meeting, by=request.user)
        _name(request, course, form.attending)
        back = self.page_of(course)
        if form.is_valid() and self._save_attendance(request, form, meeting):
            return redirect(back)
        context = {"title": _("Daftar hadir"), "meeting": meeting, "form": form, "back": back, "opts": self.opts}
        return TemplateResponse(
            request, "admin/distribution/hadir.html", self.admin_site.each_context(request) | context
        )

    def _save_attendance(self, request, form: "AttendanceForm", meeting: Meeting) -> bool:
        try:
            training.record_attendance(meeting=meeting, present=set(form.cleaned_data["present"]), by=request.user)
        except training.TrainingError as error:
            messages.error(request, str(error))
            return False
        messages.success(request, str(_("Daftar hadir sudah disimpan.")))
        return True

    def change_view(self, request, object_id, form_url="", extra_context=None):
        course = self.get_object(request, object_id)
        more = self._page(request, course) if course else {}
        return super().change_view(request, object_id, form_url, (extra_context or {}) | more)

    def _page(self, request, course: Course) -> dict:
        reaches = covers(request.user, course.region_id)
        participants = list(training.progress(course=course, by=request.user))
        _name(request, course, participants)
        return {
            "course": course,
            "buttons": self.buttons(request, course),
            "meetings": [
                {"meeting": m, "present": sum(a.present for a in m.attendances.all()), "taken": m.attendances.all()}
                for m in course.meetings.prefetch_related("attendances")
            ],
            "may_attend": reaches and request.user.has_perm(ATTEND),
            "may_withdraw": reaches and request.user.has_perm(CHANGE),
            "participants": participants,
            "today": timezone.localdate(),
        }


class AttendanceForm(forms.Form):
    """Who came: a box for each participant who still attends."""

    present = forms.TypedMultipleChoiceField(
        label=_("Beri tanda pada yang hadir"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": training.STRANGERS},
    )

    def __init__(self, *args, meeting: Meeting, by, **kwargs):
        came = list(meeting.attendances.filter(present=True).values_list("enrolment", flat=True))
        super().__init__(*args, **kwargs)
        self.initial["present"] = came
        self.attending = list(training.progress(course=meeting.course, by=by).filter(status__in=ATTENDING))
        cast(forms.MultipleChoiceField, self.fields["present"]).choices = [
            (e.pk, f"{e.person.name}, {e.region}") for e in self.attending
        ]


def _name(request, course: Course, participants: list[Enrolment]) -> None:
    """Records whom a page of the course names."""
    families = {enrolment.household_id for enrolment in participants}
    told = _("Peserta %(course)s") % {"course": course}
    note_list(request, subject=f"distribution.course:{course.pk}", what=told, families=families)


@admin.register(Enrolment)
class EnrolmentAdmin(NotesLists, NotesLooks, ReadOnlyAdmin, StepsAdmin):
    look_page = "course_page"
    argument, refusal = "enrolment", training.TrainingError
    steps = (
        Step(
            "mundur", _("Catat pengunduran diri"), "person_remove", training.withdraw, (CHANGE,),
            _("Peserta ini berhenti. Tempatnya dapat diisi orang lain sebelum pertemuan pertama."),
            _("Pengunduran diri sudah dicatat."), "danger",
        ),
    )  # fmt: skip
    list_display = ["person", "course", "region", "state", "points"]
    list_families = ("household_id",)
    list_filter = ["status", "course"]
    list_select_related = ["person", "course", "region"]
    search_fields = ["person__name"]
    fields = ["person", "course", "region", "status", "points", "enrolled_by", "enrolled_at", "completed_on"]
    readonly_fields = fields

    @display(description=_("Status"), label=LABELS, ordering="status")
    def state(self, enrolment: Enrolment) -> tuple[str, str]:
        return enrolment.status, enrolment.get_status_display()

    def told_of(self, obj: Enrolment) -> tuple:
        return (obj.person,)

    def open_steps(self, obj: Enrolment) -> tuple[str, ...]:
        return ("mundur",) if obj.status in ATTENDING else ()

    def page_of(self, obj: Enrolment) -> str:
        return reverse("admin:distribution_course_change", args=[obj.course_id])


def _covers(request, course: Course | None) -> bool:
    return course is None or covers(request.user, course.region_id)
