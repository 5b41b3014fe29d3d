"""Tindakan massal: choosing rows in a list leads to a page that shows what will happen, then what came of it."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import ActionLocation
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from bansos import bulk
from bansos.admin_base import ReadOnlyAdmin, ScopedAdmin
from bansos.bulk import BulkError
from bansos.models import BulkAction, BulkRow
from bansos.privacy import note_list
from bansos.tasks import start

FOLDER = "admin/bansos/bulk"
ROWS_A_PAGE = 50


def reason_form(action: bulk.Action) -> type[forms.Form]:
    """Returns the form that asks what an action needs, and why."""
    fields: dict = {
        name: forms.CharField(
            label=label,
            max_length=200,
            widget=UnfoldAdminTextInputWidget(),
            error_messages={"required": _("Isi ini dulu.")},
        )  # fmt: skip
        for name, label in action.asks
    }
    fields["reason"] = forms.CharField(
        label=_("Alasan"), help_text=_("Tercatat pada setiap baris."), max_length=300,
        widget=UnfoldAdminTextInputWidget(), error_messages={"required": bulk.REASON_MISSING},
    )  # fmt: skip
    return type("ReasonForm", (forms.Form,), fields)


def choose(key: str):
    """Makes the admin action that takes the chosen rows, all results of a filter included, to the preview."""

    def act(modeladmin, request, queryset):
        action = bulk.action_of(key)
        if not request.user.has_perm(action.permission):
            raise PermissionDenied
        ids = list(queryset.order_by().values_list("pk", flat=True)[: bulk.MOST + 1])
        form = reason_form(action)(request.POST if "reason" in request.POST else None)
        if form.is_valid():
            said = dict(form.cleaned_data)
            try:
                made = bulk.preview(action=key, ids=ids, reason=said.pop("reason"), said=said, by=request.user)
                return redirect("admin:bansos_bulkaction_change", made.pk)
            except BulkError as error:
                form.add_error(None, str(error))
        context = modeladmin.admin_site.each_context(request) | {
            "opts": modeladmin.opts, "form": form, "title": action.label, "count": len(ids), "key": act.__name__,
            "across": request.POST.get("select_across", "0"), "chosen": request.POST.getlist("_selected_action"),
        }  # fmt: skip
        return render(request, f"{FOLDER}/pilih.html", context, status=422 if form.errors else 200)

    act.__name__ = f"bulk_{key}"
    return admin.action(act, description=str(bulk.action_of(key).label))


class BulkActions:
    """A mixin of ScopedAdmin whose `actions` are made by `choose`; who may not do one is not offered it."""

    def get_actions(self, request, action_location=ActionLocation.CHANGE_LIST):
        found = super().get_actions(request, action_location)
        return {name: each for name, each in found.items() if self._may(request, name)}

    @staticmethod
    def _may(request, name):
        key = name.removeprefix("bulk_")
        return key == name or request.user.has_perm(bulk.action_of(key).permission)


class HaltedFilter(admin.SimpleListFilter):
    """Acts that wait for somebody to try again."""

    title = _("terhenti")
    parameter_name = "terhenti"

    def lookups(self, request, model_admin):
        return [("ya", _("Terhenti, perlu dicoba lagi"))]

    def queryset(self, request, queryset):
        return queryset.halted() if self.value() == "ya" else queryset


@admin.register(BulkAction)
class BulkActionAdmin(ReadOnlyAdmin, ScopedAdmin):
    list_display = ["what", "shown_state", "size", "reason", "by", "made_at"]
    list_filter = ["state", HaltedFilter]
    list_select_related = ["by", "job"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(size=Count("rows"))

    @display(description=_("Tindakan"), ordering="action")
    def what(self, made):
        return bulk.action_of(made.action).label

    @display(description=_("Keadaan"), ordering="state")
    def shown_state(self, made):
        return made.told

    @display(description=_("Baris"), ordering="size")
    def size(self, made):
        return made.size

    def get_urls(self):
        def page(name, view):
            wrapped = self.admin_site.admin_view(require_POST(view))
            return path(f"<int:pk>/{name}/", wrapped, name=f"bansos_bulkaction_{name}")

        return [
            page("jalankan", self.confirm_view),
            page("kembalikan", self.undo_view),
            page("ulang", self.retry_view),
            *super().get_urls(),
        ]

    def _ours(self, request, pk) -> BulkAction:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request).select_related("by", "job", "undone_by"), pk=pk)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """One page for the whole life of an act: what will happen, the progress, what came of it, and the way back."""
        if not object_id.isdigit():
            raise Http404
        made = self._ours(request, object_id)
        counts = dict(made.rows.order_by().values_list("state").annotate(count=Count("pk")))
        why = made.rows.exclude(note="").order_by().values("note").annotate(count=Count("pk")).order_by("-count")
        page = Paginator(made.rows.order_by("-note", "pk"), ROWS_A_PAGE).get_page(request.GET.get("hal"))
        rows = bulk.name_rows(bulk=made, rows=page, by=request.user)
        note_list(
            request, subject=f"bansos.bulkaction:{made.pk}", what=bulk.action_of(made.action).label,
            families={row.family for row in rows if row.family},
        )  # fmt: skip
        context = self.admin_site.each_context(request) | {
            "opts": self.opts, "made": made, "title": bulk.action_of(made.action).label, "State": BulkAction.State,
            "does": bulk.action_of(made.action).told(made.params),
            "total": sum(counts.values()), "fit": counts.get("menunggu", 0), "counts": counts, "why": why[:20],
            "page": page, "rows": rows,
            "words": [(label, counts[value]) for value, label in BulkRow.State.choices if counts.get(value)],
            "may_undo": not bulk.may_undo(made, request.user), "own": made.by_id == request.user.pk,
            "may_retry": not bulk.may_retry(made, request.user),
            "job": made.job if made.state in made.RUNNING and not made.halted else None,
        }  # fmt: skip
        return never_cache(render)(request, f"{FOLDER}/tindakan.html", context)

    def _do(self, request, pk, verb):
        try:
            made = verb(bulk=self._ours(request, pk), by=request.user)
        except BulkError as error:
            messages.error(request, str(error))
        else:
            if made.job and made.state in made.RUNNING:
                start(made.job)
        return redirect("admin:bansos_bulkaction_change", pk)

    def confirm_view(self, request, pk):
        return self._do(request, pk, bulk.confirm)

    def undo_view(self, request, pk):
        return self._do(request, pk, bulk.undo)

    def retry_view(self, request, pk):
        return self._do(request, pk, bulk.retry)
