"""The field visit on a case's page: ask for one, note what was seen, and bring the case to the musyawarah or back."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from beneficiaries import deliberations, doubts, field_visits, missed_visits
from beneficiaries.admin.chain import dressed
from beneficiaries.chain_forms import OrderVisitForm, RecallForm, SightForm
from beneficiaries.deliberations import DeliberationError
from beneficiaries.field_visits import FieldVisitError
from beneficiaries.models import Application, FieldVisit


def shown(case: Application, by) -> dict:
    """Returns what the page of a case shows about visits and the musyawarah, and what the officer may do."""
    waiting = field_visits.waiting_visit(case) if case.status == Application.Status.KUNJUNGAN else None
    return {
        "grounds": doubts.of(case), "visit": waiting, "visits": case.field_visits.select_related("by"),
        "may_order_visit": field_visits.may_order(application=case, by=by),
        "may_visit": waiting and field_visits.may_visit(application=case, by=by),
        "is_own_order": waiting and waiting.by_id == by.pk, "meeting": deliberations.list_of(case),
        "may_refer": deliberations.may_refer(application=case, by=by),
        "may_recall": deliberations.may_recall(application=case, by=by),
    }  # fmt: skip


class FieldVisitPages:
    """A mixin of the applications' ModelAdmin with the pages of visits and of the way to the musyawarah."""

    _case: Callable[..., Application]
    _page: Callable[..., HttpResponse]
    _step_page: Callable[..., HttpResponse]

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path(f"<int:pk>/{slug}/", view(page), name=f"beneficiaries_application_{slug}")
            for slug, page in (
                ("minta-kunjungan", self.order_visit),
                ("catat-kunjungan", self.record_visit),
                ("musyawarah", require_POST(self.refer)),
                ("ambil-kembali", self.recall),
            )
        ] + super().get_urls()

    def order_visit(self, request, pk: int):
        """Asks for a field visit, with its reason."""
        case = self._case(request, pk)
        if not field_visits.may_order(application=case, by=request.user):
            raise PermissionDenied
        grounds = doubts.of(case)
        first = {"ground": grounds[0] if grounds else FieldVisit.Ground.LAIN}
        form = dressed(OrderVisitForm(request.POST if request.method == "POST" else None, initial=first))
        if form.is_valid():
            try:
                field_visits.order(application=case, by=request.user, **form.cleaned_data)
            except FieldVisitError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Kunjungan diminta. Rekan yang berkunjung dan pemohon diberi tahu."))
                return redirect("admin:beneficiaries_application_change", pk)
        return self._page(request, case, "minta-kunjungan", 422 if form.errors else 200, form=form)

    def record_visit(self, request, pk: int):
        """What the visitor saw, with a photo and the place if they wish."""
        case = self._case(request, pk)
        if not field_visits.may_visit(application=case, by=request.user):
            raise PermissionDenied
        posted = (request.POST, request.FILES) if request.method == "POST" else ()
        form = dressed(SightForm(*posted, case=case))
        if form.is_valid():
            values = dict(form.cleaned_data)
            photo, place = values.pop("foto"), values.pop("tempat")
            try:
                field_visits.record(application=case, photo=photo, place=place, by=request.user, **values)
            except FieldVisitError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Kunjungan dicatat. Permohonan kembali ke kelurahan."))
                return redirect("admin:beneficiaries_application_change", pk)
        visit = field_visits.waiting_visit(case)
        trips = missed_visits.history(case)
        return self._page(request, case, "kunjungan", 422 if form.errors else 200, form=form, visit=visit, trips=trips)

    def refer(self, request, pk: int):
        """Brings the case to the next musyawarah."""
        case = self._case(request, pk)
        try:
            deliberations.refer(application=case, by=request.user)
        except DeliberationError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Permohonan menunggu musyawarah kelurahan."))
        return redirect("admin:beneficiaries_application_change", pk)

    def recall(self, request, pk: int):
        """Takes the case back from the musyawarah to the desk, with a reason."""
        case = self._case(request, pk)
        if not deliberations.may_recall(application=case, by=request.user):
            raise PermissionDenied
        form = dressed(RecallForm(request.POST if request.method == "POST" else None))
        if form.is_valid():
            try:
                deliberations.recall(application=case, by=request.user, **form.cleaned_data)
            except DeliberationError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Permohonan kembali di meja kelurahan."))
                return redirect("admin:beneficiaries_application_change", pk)
        meaning = _("Permohonan keluar dari antrean musyawarah dan kembali menunggu keputusan kelurahan.")
        return self._step_page(request, case, form, _("Ambil kembali ke meja"), meaning)
