"""Peristiwa keluarga in the admin: the timeline of a family, and a page for each thing that can happen to it.

Each page shows what the event would do, by doing it and taking it back, before somebody confirms.
"""

from collections.abc import Iterable

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.decorators import display

from bansos import attachments, row_history
from bansos.admin.papers import PapersPages
from bansos.admin_base import NotesLists, ReadOnlyAdmin, ScopedAdmin
from bansos.models import User
from bansos.privacy import note_page
from bansos.scope import covers
from beneficiaries import family_events, past_scores
from beneficiaries.admin.family_event_forms import PAGES, CorrectionForm, effect
from beneficiaries.family_events import RECORD, FamilyEventError
from beneficiaries.models import Application, FamilyEvent, Household, Verification

FOLDER = "admin/beneficiaries/familyevent"
# What a verifier may find at a house, and the pages that record it.
REPORTED: dict[str, tuple[str, ...]] = {
    Verification.Presence.MENINGGAL: ("meninggal",),
    Verification.Presence.PINDAH: ("pindah", "keluar"),
}


class FamilyEventPages:
    """A mixin of HouseholdAdmin: the timeline and the pages of events."""

    def family_event_urls(self):
        view = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/peristiwa/", view(never_cache(self.timeline_view)), name="beneficiaries_household_peristiwa"
            ),
            path("<int:pk>/peristiwa/<slug:slug>/", view(self.event_view), name="beneficiaries_household_catat"),
        ]

    def _family(self, request, pk, *, records=False):
        if not self.has_view_permission(request) or (records and not request.user.has_perm(RECORD)):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request).select_related("region"), pk=pk)

    def _event_page(self, request, family, name, **more):
        form = more.get("form")
        note_page(request, family, page="history_page")
        context = self.admin_site.each_context(request) | {"opts": self.opts, "family": family, **more}
        return render(request, f"{FOLDER}/{name}.html", context, status=422 if form and form.errors else 200)

    def timeline_view(self, request, pk: int):
        """What happened to a family and what the register changed about it, newest first."""
        family = self._family(request, pk)
        pages = [p for p in PAGES if p.status == family.status] if request.user.has_perm(RECORD) else []
        return self._event_page(
            request, family, "riwayat", title=_("Riwayat keluarga"), pages=pages,
            events=_told_events(family, request.user), changes=_changes(family), applications=_applications(family),
            may_correct=request.user.has_perm(RECORD),
        )  # fmt: skip

    def event_view(self, request, pk: int, slug: str):
        """Asks, shows what would come of it, and records it once that is confirmed."""
        page = next((page for page in PAGES if page.slug == slug), None)
        if page is None:
            raise Http404
        family = self._family(request, pk, records=True)
        finding = _finding(family, request.GET.get("temuan", ""))
        given = request.POST if request.method == "POST" else None
        form = page.form(given, family=family, officer=request.user, initial=_asked(request, family, finding))
        effects: list = []
        if form.is_valid():
            try:
                if "catat" in request.POST:
                    form.run()
                    messages.success(request, _("Peristiwa dicatat."))
                    return redirect("admin:beneficiaries_household_peristiwa", pk)
                effects = effect(form)
            except FamilyEventError as error:
                form.add_error(None, str(error))
        return self._event_page(request, family, "catat", title=page.title, form=form, effects=effects, finding=finding)


def _applications(family: Household):
    found = Prefetch("verifications", Verification.objects.select_related("by").order_by("at"))
    return family.applications.prefetch_related(found).order_by("-submitted_at")


def _finding(family: Household, number: str) -> Verification | None:
    """Returns what a verifier found about this family, when the page was opened from there."""
    rows = Verification.objects.filter(application__household=family).select_related("application", "by")
    return rows.filter(pk=number).first() if number.isdecimal() else None


def _asked(request, family: Household, finding: Verification | None) -> dict:
    """Returns the member that the page was opened for: chosen on the person's page, or the applicant of a finding."""
    number = request.GET.get("orang", "")
    living = family.people.living()
    if finding:
        living = living.filter(nik_index=finding.application.nik_index)
    elif number.isdecimal():
        living = living.filter(pk=number)
    else:
        return {}
    return {"person": living.values_list("pk", flat=True).first()}


def reported(case: Application, findings: Iterable[Verification], officer) -> list[dict]:
    """Returns the events that findings of an application speak of, each with its words and address, for who may record.

    A verifier reports a death or a move; the office records it with its paper.
    """
    family = case.household
    if family is None or family.status != Household.Status.AKTIF or not officer.has_perm(RECORD):
        return []
    if not covers(officer, family.region_id):
        return []
    found = []
    for finding in findings:
        for page in (page for page in PAGES if page.slug in REPORTED.get(finding.presence, ())):
            url = reverse("admin:beneficiaries_household_catat", args=[family.pk, page.slug])
            found.append({"title": page.title, "url": f"{url}?temuan={finding.pk}"})
    return found


def _events(family: Household):
    related = ("recorded_by", "region", "to_region", "corrects", "corrected_by")
    rows = FamilyEvent.objects.of(family.pk).select_related(*related, "household__region", "other__region")
    return rows.prefetch_related("people__person").order_by("-pk")


def _told_events(family: Household, officer) -> list[dict]:
    """Returns the events of a family, each with the other family in it; a link only to one that the officer may see."""
    told, events = [], list(_events(family))
    papers = attachments.of_many(events)
    for event in events:
        other = event.other if event.household_id == family.pk else event.household
        told.append({
            "event": event, "papers": papers.get(attachments.subject_of(event), ()),
            "attaches": officer.has_perm(RECORD) and covers(officer, event.region_id),
            "other": other, "came": event.household_id != family.pk,
            "opens": bool(other) and covers(officer, other.region_id),
        })  # fmt: skip
    return told


def _changes(family: Household) -> list:
    """Returns the changes of the family's row and its people's, newest first, each with its maker's name."""
    rows = [family, *family.people.all()]
    found = [(row, change) for row in rows for change in row_history.of(row)]
    users = User.objects.in_bulk({change.user_id for _row, change in found if change.user_id})
    told: list[dict] = [
        {"at": change.at, "what": getattr(row, "name", ""),
         "who": users.get(change.user_id) or row_history.past_the_portal(change.login) or _("Sistem"),
         "source": past_scores.source_words(change.source),
         "change": change.change, "reason": change.reason}
        for row, change in found
    ]  # fmt: skip
    return sorted(told, key=lambda row: row["at"], reverse=True)[:100]


@admin.register(FamilyEvent)
class FamilyEventAdmin(NotesLists, PapersPages, ReadOnlyAdmin, ScopedAdmin):
    """All events of the office, newest first; each opens its family's timeline."""

    papers_title = _("Unggah surat peristiwa")
    list_display = ["kind", "happened_on", "who", "place", "new_place", "paper", "recorded_by"]
    list_families = ("household_id", "other_id")
    list_filter = ["kind", "happened_on"]
    list_select_related = ["region", "to_region", "recorded_by"]
    ordering = ["-happened_on", "-pk"]
    date_hierarchy = "happened_on"

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("people__person")

    @display(description=_("Siapa"))
    def who(self, event):
        return event.names

    @display(description=_("RT/RW"), ordering="region")
    def place(self, event):
        return event.region.label

    @display(description=_("RT/RW tujuan"), ordering="to_region", empty_value="-")
    def new_place(self, event):
        return event.to_region and event.to_region.label

    def get_urls(self):
        correct = path(
            "<int:pk>/koreksi/", self.admin_site.admin_view(self.correct_view), name="beneficiaries_familyevent_koreksi"
        )
        return [correct, *self.papers_urls(), *super().get_urls()]

    def may_add_papers(self, request, row) -> bool:
        return request.user.has_perm(RECORD) and covers(request.user, row.region_id)

    def keep_papers(self, *, row, papers, by) -> None:
        family_events.attach(event=row, papers=papers, by=by)

    def papers_back(self, row) -> str:
        return reverse("admin:beneficiaries_household_peristiwa", args=[row.household_id])

    def _event(self, request, pk) -> FamilyEvent:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        if not object_id.isdigit():
            raise Http404
        event = self._event(request, object_id)
        if not covers(request.user, event.household.region_id):
            messages.info(request, _("Keluarga ini sudah pindah ke luar wilayah Anda. Riwayatnya ikut pindah."))
            return redirect("admin:beneficiaries_familyevent_changelist")
        return redirect("admin:beneficiaries_household_peristiwa", event.household_id)

    def correct_view(self, request, pk: int):
        """Takes an event back, with the reason."""
        event = self._event(request, pk)
        if not request.user.has_perm(RECORD):
            raise PermissionDenied
        form = CorrectionForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                family_events.correct(event=event, by=request.user, **form.cleaned_data)
            except FamilyEventError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Catatan dikoreksi. Keluarga kembali seperti semula."))
                return redirect("admin:beneficiaries_household_peristiwa", event.household_id)
        note_page(request, event.household, event.other, page="history_page")
        context = self.admin_site.each_context(request) | {
            "opts": self.opts, "event": event, "form": form, "title": _("Koreksi catatan"),
        }  # fmt: skip
        return render(request, f"{FOLDER}/koreksi.html", context, status=422 if form.errors else 200)
