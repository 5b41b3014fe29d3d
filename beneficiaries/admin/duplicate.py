"""Likely duplicates in the admin: a list of open pairs, and a page that lays the two people side by side."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from bansos.admin_base import NotesLists, ReadOnlyAdmin, ScopedAdmin
from bansos.privacy import mask_apart, note_page
from beneficiaries import duplicates, merging
from beneficiaries.admin.household import KelurahanFilter
from beneficiaries.admin.merge import MergePages, may_merge, may_settle, others_at_home
from beneficiaries.models import DuplicatePair


@admin.register(DuplicatePair)
class DuplicatePairAdmin(NotesLists, MergePages, ReadOnlyAdmin, ScopedAdmin):
    list_display = ["names", "first_place", "second_place", "percent", "status"]
    list_families = ("first.household_id", "second.household_id")
    list_filter = ["status", KelurahanFilter]
    list_select_related = ["first__region", "second__region"]

    def get_queryset(self, request):
        return (
            super()
            .get_queryset(request)
            .select_related("first__region", "second__region", "first__household", "second__household", "settled_by")
        )

    def get_urls(self):
        view = self.admin_site.admin_view(require_POST(self.settle_view))
        return [path("<int:pk>/putuskan/", view, name="beneficiaries_duplicatepair_putuskan"), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        if not request.GET:
            return redirect(f"{request.path}?status__exact={DuplicatePair.Status.TERBUKA}")
        return super().changelist_view(request, extra_context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        pair = self.get_object(request, object_id)
        if pair is None or not self.has_view_permission(request, pair):
            raise Http404
        note_page(request, pair.first, pair.second, page="pair_page")
        return TemplateResponse(
            request,
            "admin/beneficiaries/duplicatepair/pair.html",
            {
                **self.admin_site.each_context(request),
                "title": _("Apakah dua orang ini satu orang?"),
                "opts": self.opts,
                "pair": pair,
                "lines": _side_by_side(pair),
                "may_settle": may_settle(request.user) and pair.status == DuplicatePair.Status.TERBUKA,
                "elsewhere": "" if may_merge(request.user, pair) else merging.ELSEWHERE,
            },
        )

    def settle_view(self, request, pk):
        pair = self.get_object(request, pk)
        if pair is None:
            raise Http404
        if not may_settle(request.user):
            raise PermissionDenied
        try:
            duplicates.tell_apart(pair=pair, by=request.user)
        except duplicates.DuplicateError as error:
            messages.error(request, str(error))
            return redirect("admin:beneficiaries_duplicatepair_change", pk)
        messages.success(request, gettext("Keputusan Anda sudah dicatat."))
        return redirect(reverse("admin:beneficiaries_duplicatepair_changelist"))

    @admin.display(description=_("Dua nama"))
    def names(self, pair):
        return f"{pair.first.name} / {pair.second.name}"

    @admin.display(description=_("Orang pertama di"))
    def first_place(self, pair):
        return pair.first.region.label

    @admin.display(description=_("Orang kedua di"))
    def second_place(self, pair):
        return pair.second.region.label

    @admin.display(description=_("Kemiripan"), ordering="likeness")
    def percent(self, pair):
        return f"{pair.likeness * 100:.0f}%"


def _side_by_side(pair: DuplicatePair) -> list[tuple[str, str, str, bool]]:
    """Returns (what, first, second, whether they agree) for each thing that helps to decide."""
    people = first, second = pair.first, pair.second
    homes = [person.household for person in people]
    rows = [
        (_("Nama"), [p.name for p in people]),
        (_("NIK"), mask_apart(str(first.nik), str(second.nik))),
        (_("Tanggal lahir"), [f"{p.born_on:%d-%m-%Y}" for p in people]),
        (_("Tempat lahir"), [p.birth_place or "-" for p in people]),
        (_("Jenis kelamin"), [p.get_sex_display() for p in people]),
        (_("Hubungan keluarga"), [p.get_relation_display() for p in people]),
        (_("Pekerjaan"), [p.occupation or "-" for p in people]),
        (_("Nomor KK"), mask_apart(*(str(home.kk) for home in homes))),
        (_("Alamat"), [p.household.address for p in people]),
        (_("RT/RW"), [p.region.label for p in people]),
        (_("Serumah dengan"), [", ".join(p.name for p in others_at_home(person)) or "-" for person in people]),
    ]
    return [(str(what), str(first), str(second), first == second) for what, (first, second) in rows]
