"""Answers that phones sent, above all those that a person must compare with what the server knew."""

from django.contrib import admin, messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from bansos.admin_base import NotesLists, ReadOnlyAdmin, ScopedAdmin
from bansos.privacy import note_page
from beneficiaries import conflicts, missed_visits, verification
from beneficiaries.admin.chain import dressed
from beneficiaries.chain_forms import SettleForm
from beneficiaries.conflicts import ConflictError
from beneficiaries.models import Settlement, Verification, VerificationEvent


class SettledFilter(admin.SimpleListFilter):
    title, parameter_name = _("penyelesaian"), "penyelesaian"

    def lookups(self, request, model_admin):
        return [("belum", _("Beda jawaban, belum selesai"))]

    def queryset(self, request, queryset):
        return queryset.unsettled() if self.value() else queryset


@admin.register(VerificationEvent)
class VerificationEventAdmin(NotesLists, ReadOnlyAdmin, ScopedAdmin):
    list_display = ["family", "region", "by", "sent", "outcome", "received_at"]
    list_applications = ("application_id",)
    list_filter = [SettledFilter, "outcome"]
    search_fields = ["application__name"]
    search_help_text = _("Cari nama pemohon")

    def get_queryset(self, request):
        related = super().get_queryset(request).select_related("application", "region", "by", "verification")
        return related.prefetch_related("application__verifications__by")

    def changelist_view(self, request, extra_context=None):
        if not request.GET:
            return redirect(f"{request.path}?penyelesaian=belum")
        return super().changelist_view(request, extra_context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The answer of the phone beside what the server holds; the kelurahan says which of them stands."""
        event = self.get_object(request, object_id)
        if event is None or not self.has_view_permission(request, event):
            raise Http404
        settled = Settlement.objects.filter(event=event).select_related("by").first()
        open_to = event.outcome == VerificationEvent.Outcome.KONFLIK and not settled
        form = None
        if open_to and request.user.has_perm(conflicts.SETTLE):
            form = dressed(SettleForm(request.POST if request.method == "POST" else None))
            if form.is_valid():
                try:
                    conflicts.settle(event=event, by=request.user, **form.cleaned_data)
                except ConflictError as error:
                    form.add_error(None, str(error))
                else:
                    messages.success(request, _("Beda jawaban diselesaikan. Yang menjawab diberi tahu."))
                    return redirect(request.path)
        note_page(request, event.application, page="answers_page")
        known = list(event.application.verifications.all())
        context = self.admin_site.each_context(request) | {
            "opts": self.opts, "event": event, "title": event.application.name, "known": known, "form": form,
            "lines": conflicts.compare(event, known), "settled": settled,
            "may_use_phone": conflicts.may_use_phone(event), "comments": event.comments.select_related("by"),
            "trips": missed_visits.in_vain(event.application),
        }  # fmt: skip
        status = 422 if form and form.errors else 200
        return render(request, "admin/beneficiaries/verificationevent/detail.html", context, status=status)

    @admin.display(description=_("Nama pemohon"), ordering="application__name")
    def family(self, event):
        return event.application.name

    @admin.display(description=_("Jawaban dari HP"))
    def sent(self, event):
        return in_words(**event.contents)


def in_words(presence: str, result: str, reason: str, wrong_facts: list[str]) -> str:
    """Returns a finding as sentences."""
    labels = verification.fact_labels()
    wrong = ", ".join(labels.get(name, name) for name in wrong_facts)
    said = [str(Verification.Presence(presence).label), str(Verification.Result(result).label), reason]
    return " ".join(f"{part}." for part in (*said, _("Data keliru: %s") % wrong if wrong else "") if part)
