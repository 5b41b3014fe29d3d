"""Saved filters as tabs with counts above a list of the admin; without JavaScript, and by address."""

import copy

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.cache import cache
from django.http import QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bansos import saved_filters
from bansos.models import SavedFilter
from bansos.saved_filters import FilterError

COUNTED_FOR = 60  # seconds that a count is shown before it is counted anew


def in_words(changes) -> str:
    """Returns what a list (ChangeList) shows as its page tells it, for the record of an export.

    A name that was looked for is not told: the record outlives people.
    """
    told = [
        f"{used.title}: {choice['display']}"
        for used in changes.filter_specs
        if used.used_parameters
        for choice in used.choices(changes)
        if choice["selected"]
    ]
    return ", ".join([*told, *([_("nama yang dicari")] if changes.query else [])]) or _("semua")


class SavedFilterTabs:
    """A mixin of ScopedAdmin; `built_in_filters` are pairs of a name and a query that everybody has."""

    built_in_filters: tuple = ()

    def get_urls(self):
        def page(route, view, name):
            return path(route, self.admin_site.admin_view(require_POST(view)), name=self._url_name(name))

        own = [page("saringan/", self.keep_filter_view, "saringan"),
               page("saringan/<int:pk>/nama/", self.rename_filter_view, "saringan_nama"),
               page("saringan/<int:pk>/hapus/", self.drop_filter_view, "saringan_hapus")]  # fmt: skip
        return [*own, *super().get_urls()]

    def _url_name(self, name):
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def changelist_view(self, request, extra_context=None):
        more = {}
        if request.method == "GET" and self.has_view_permission(request):
            more = {
                "filter_tabs": self._tabs(request),
                "filter_keep": reverse(f"admin:{self._url_name('saringan')}"),
                "filter_query": _cleaned(request.GET.urlencode()),
            }
        return super().changelist_view(request, more | (extra_context or {}))

    def _tabs(self, request):
        """Returns the tabs of this list for this officer: name, query, count, whether chosen, how to drop."""
        now = _cleaned(request.GET.urlencode())
        rows = [(name, _cleaned(query), None) for name, query in self.built_in_filters]
        saved = SavedFilter.objects.seen_by(request.user).filter(list=self.opts.label_lower)
        rows += [(each.name, each.query, each) for each in saved]
        return [
            {
                "name": name, "query": query, "count": self._count(request, query), "active": query == now,
                "shared": each is not None and each.shared,
                **self._own_addresses(each, request.user),
            }
            for name, query, each in rows
        ]  # fmt: skip

    def _own_addresses(self, saved, user) -> dict:
        """Returns where the owner of a filter renames and drops it; nothing for anybody else."""
        if saved is None or saved.owner_id != user.pk:
            return {}
        address = {"rename": "saringan_nama", "drop": "saringan_hapus"}
        return {key: reverse(f"admin:{self._url_name(name)}", args=[saved.pk]) for key, name in address.items()}

    def _count(self, request, query):
        """Returns how many rows a filter finds in the officer's region; None for one that no longer fits the list."""
        key = f"saringan:{self.opts.label_lower}:{request.user.region_id}:{request.user.role}:{query}"
        found = cache.get(key)
        if found is None:
            asked = copy.copy(request)
            asked.GET = QueryDict(query)
            try:
                found = self.get_changelist_instance(asked).result_count
            except IncorrectLookupParameters:
                return None
            cache.set(key, found, COUNTED_FOR)
        return found

    def keep_filter_view(self, request):
        """Keeps the filter that the list shows."""
        query = request.POST.get("query", "")
        try:
            saved_filters.keep(
                list=self.opts.label_lower, name=request.POST.get("name", ""), query=query,
                shared="shared" in request.POST, by=request.user,
            )  # fmt: skip
        except FilterError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Saringan disimpan. Ia menjadi tab di daftar ini."))
        return self._back(query)

    def _saved(self, request, pk):
        return get_object_or_404(SavedFilter.objects.seen_by(request.user), pk=pk, list=self.opts.label_lower)

    def rename_filter_view(self, request, pk):
        """Gives a filter of one's own another name."""
        saved = self._saved(request, pk)
        try:
            saved_filters.rename(saved=saved, name=request.POST.get("name", ""), by=request.user)
        except FilterError as error:
            messages.error(request, str(error))
        return self._back(saved.query)

    def drop_filter_view(self, request, pk):
        """Drops a filter of one's own."""
        saved = self._saved(request, pk)
        try:
            saved_filters.drop(saved=saved, by=request.user)
        except FilterError as error:
            messages.error(request, str(error))
        return self._back("")

    def _back(self, query):
        base, kept = reverse(f"admin:{self._url_name('changelist')}"), _cleaned(query)
        return redirect(f"{base}?{kept}" if kept else base)


def _cleaned(query: str) -> str:
    try:
        return saved_filters.cleaned(query)
    except FilterError:
        return ""
