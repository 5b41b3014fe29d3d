"""Scores and scoring runs in the admin, to be read: why a household has its score, and the button that scores all."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from unfold.admin import ModelAdmin
from unfold.decorators import display

from bansos.admin_base import NotesLists, NotesLooks, ReadOnlyAdmin, ScopedAdmin
from bansos.models import Job
from bansos.privacy import note_list
from beneficiaries import criteria, movements, past_scores, scoring
from beneficiaries.explanation import explain
from beneficiaries.models import CriteriaSet, Household, Score, ScoringRun
from beneficiaries.tasks import start_scoring

STARTED = gettext_lazy("Penilaian dimulai. Halaman ini menunjukkan sejauh mana jalannya.")
PER_PAGE = 50
WAYS = {
    movements.ALL: gettext_lazy("Semua yang berubah"),
    movements.ENTERS: gettext_lazy("Yang masuk"),
    movements.LEAVES: gettext_lazy("Yang keluar"),
}
LABELS = {"Indikasi layak": "success", "Perlu pemeriksaan": "warning", "Di bawah batas nilai": "info"}


class DecileFilter(admin.SimpleListFilter):
    """Households whose score and decile say the contrary."""

    title = gettext_lazy("dibanding desil")
    parameter_name = "desil"

    def lookups(self, request, model_admin):
        return [("beda", gettext_lazy("Berbeda jauh dari desil"))]

    def queryset(self, request, queryset):
        return queryset.far_from_decile() if self.value() == "beda" else queryset


@admin.register(Score)
class ScoreAdmin(NotesLists, NotesLooks, ReadOnlyAdmin, ScopedAdmin):
    look_page = "score_page"
    list_display = ["family", "place", "points", "shown_verdict", "decile", "criteria_set", "scored_at"]
    list_families = ("household_id",)
    list_filter = ["verdict", DecileFilter, "criteria_set"]
    list_select_related = ["region", "criteria_set"]
    ordering = ["-points", "household_id"]
    fields = ["household", "criteria_set", "run"]
    change_form_outer_before_template = "admin/beneficiaries/score/explanation.html"

    def get_queryset(self, request):
        households = Household.objects.with_head_name().only("address", "decile", "decile_on")
        return super().get_queryset(request).prefetch_related(Prefetch("household", households))

    @display(description=gettext_lazy("kepala keluarga"))
    def family(self, obj):
        return obj.household.head_name

    @display(description=gettext_lazy("RT/RW"), ordering="region")
    def place(self, obj):
        return obj.region.label

    @display(description=gettext_lazy("hasil"), ordering="verdict", label=LABELS)
    def shown_verdict(self, obj):
        return obj.get_verdict_display()

    @display(description=gettext_lazy("desil DTSEN"))
    def decile(self, obj):
        return obj.household.decile or "-"

    def get_urls(self):
        of_household = self.admin_site.admin_view(self.of_household)
        return [
            path("keluarga/<int:household_id>/", of_household, name="beneficiaries_score_household"),
            *super().get_urls(),
        ]

    def of_household(self, request, household_id: int):
        """Sends to the score that a household of the officer's region is told, else to the last it had."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        household = get_object_or_404(Household.objects.for_officer(request.user), pk=household_id)
        score = scoring.told(household_id=household.pk) or household.scores.order_by("-scored_at").first()
        if score is None:
            raise Http404
        return redirect("admin:beneficiaries_score_change", score.pk)

    def told_of(self, obj):
        return (obj.household,)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        score = self.get_object(request, object_id)
        extra = {"title": gettext_lazy("Mengapa skor ini")}
        if score is not None:
            extra |= _explained(score, request.GET.get("pada", ""))
        return super().change_view(request, object_id, form_url, (extra_context or {}) | extra)


def _explained(score: Score, chosen: str) -> dict:
    """What the page of a score shows: the state with the number `chosen`, or the newest. Raises Http404."""
    states = list(past_scores.of(score).select_related("region"))
    past = next((state for state in states if chosen in {"", str(state.pk)}), None)
    if past is None:
        raise Http404
    return {
        "score": score,
        "past": past,
        "is_newest": past == states[0],
        "states": states,
        "why": explain(hits=past.hits, criteria_set=score.criteria_set),
        "compared": past_scores.compare(past=past, criteria_set=score.criteria_set),
        "verdict_look": LABELS[past.get_verdict_display()],
    }


class ScopeFilter(admin.SimpleListFilter):
    """Runs of the whole register, unless others are asked for: each corrected family makes a run of its own."""

    title = gettext_lazy("lingkup")
    parameter_name = "lingkup"
    WHOLE, SINGLE, ALL = "seluruh", "keluarga", "semua"
    SCOPES = (
        (WHOLE, gettext_lazy("Seluruh register")),
        (SINGLE, gettext_lazy("Keluarga yang datanya berubah")),
        (ALL, gettext_lazy("Semua")),
    )

    def lookups(self, request, model_admin):
        return self.SCOPES

    def value(self):
        return self.used_parameters.get(self.parameter_name) or self.WHOLE

    def choices(self, changelist):
        return list(super().choices(changelist))[1:]  # the first stands for no choice

    def queryset(self, request, queryset):
        if self.value() == self.ALL:
            return queryset
        return queryset.single() if self.value() == self.SINGLE else queryset.whole()


@admin.register(ScoringRun)
class ScoringRunAdmin(ReadOnlyAdmin, ModelAdmin):
    list_display = ["started_at", "reason", "households", "changed", "entered", "left", "moved", "by", "criteria_set"]
    list_filter = [ScopeFilter, "reason", "criteria_set"]
    list_filter_submit = False
    list_select_related = ["criteria_set", "by"]
    list_fullwidth = True
    list_before_template = "admin/beneficiaries/scoringrun/start.html"

    def get_urls(self):
        start = self.admin_site.admin_view(require_POST(self.start))
        moved = self.admin_site.admin_view(require_GET(self.movements))
        return [
            path("mulai/", start, name="beneficiaries_scoringrun_start"),
            path("<int:pk>/berubah/", moved, name="beneficiaries_scoringrun_moved"),
            *super().get_urls(),
        ]

    @display(description=gettext_lazy("apa yang berubah"))
    def moved(self, run):
        if not run.changed:
            return "-"
        link = reverse("admin:beneficiaries_scoringrun_moved", args=[run.pk])
        return format_html('<a class="underline" href="{}">{}</a>', link, gettext("Lihat keluarga"))

    def movements(self, request, pk: int):
        """Which households of the officer's region a run moved, and what made the difference."""
        if not (self.has_view_permission(request) and request.user.has_perm("beneficiaries.view_household")):
            raise PermissionDenied
        run = get_object_or_404(ScoringRun.objects.select_related("criteria_set", "by"), pk=pk)
        way = request.GET.get("arah", movements.ALL)
        if way not in WAYS:
            raise Http404
        found = movements.of_run(run=run, user=request.user, way=way)
        page = Paginator(found, PER_PAGE).get_page(request.GET.get("halaman"))
        families = {event.household_id for event in page}
        note_list(request, subject=f"beneficiaries.scoringrun:{run.pk}", what=WAYS[way], families=families)
        context = self.admin_site.each_context(request) | {
            "title": WAYS[way],
            "opts": self.opts,
            "run": run,
            "way": way,
            "ways": WAYS,
            "page": page,
            "moves": movements.told(run=run, events=page),
        }
        return TemplateResponse(request, "admin/beneficiaries/scoringrun/moved.html", context)

    def changelist_view(self, request, extra_context=None):
        extra = {
            "may_score": request.user.has_perm("beneficiaries.run_scoring"),
            "in_force": CriteriaSet.objects.released().order_by("code"),
            "running": Job.objects.open().filter(kind="scoring.run").first(),
            "scopes": ScopeFilter.SCOPES,
            "scope": request.GET.get(ScopeFilter.parameter_name, ScopeFilter.WHOLE),
        }
        return super().changelist_view(request, (extra_context or {}) | extra)

    def start(self, request):
        """Starts the job that scores all families with a set in force, and shows the page of runs with its bar."""
        if not request.user.has_perm("beneficiaries.run_scoring"):
            raise PermissionDenied
        try:
            chosen = criteria.in_force(code=request.POST.get("criteria", criteria.DEFAULT_CODE))
            start_scoring(criteria_set=chosen, by=request.user, reason=ScoringRun.Reason.DIMINTA)
        except (criteria.CriteriaError, scoring.ScoringError) as error:
            messages.error(request, str(error))
        else:
            messages.success(request, STARTED)
        return redirect("admin:beneficiaries_scoringrun_changelist")
