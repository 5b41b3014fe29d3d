"""Answers that phones sent, above all those that a person must compare with what the server knew."""

from django.contrib import admin
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from bansos.admin_base import ReadOnlyAdmin, ScopedAdmin
from beneficiaries import verification
from beneficiaries.models import Verification, VerificationEvent


@admin.register(VerificationEvent)
class VerificationEventAdmin(ReadOnlyAdmin, ScopedAdmin):
    list_display = ["family", "region", "by", "sent", "outcome", "received_at"]
    list_filter = ["outcome"]
    search_fields = ["application__name"]
    search_help_text = _("Cari nama pemohon")
    fieldsets = [
        (_("Keluarga"), {"fields": ["application", "family", "region", "stage"]}),
        (_("Dua jawaban"), {"fields": ["sent", "known"]}),
        (_("Asalnya"), {"fields": ["by", "outcome", "received_at", "phone_time", "form_version"]}),
    ]
    readonly_fields = ["application", "family", "stage", "sent", "known"]

    def get_queryset(self, request):
        related = super().get_queryset(request).select_related("application", "region", "by", "verification")
        return related.prefetch_related("application__verifications__by")

    def changelist_view(self, request, extra_context=None):
        if not request.GET:
            return redirect(f"{request.path}?outcome__exact={VerificationEvent.Outcome.KONFLIK}")
        return super().changelist_view(request, extra_context)

    @admin.display(description=_("Nama pemohon"), ordering="application__name")
    def family(self, event):
        return event.application.name

    @admin.display(description=_("Status sekarang"))
    def stage(self, event):
        return event.application.get_status_display()

    @admin.display(description=_("Jawaban dari HP"))
    def sent(self, event):
        return in_words(**event.contents)

    @admin.display(description=_("Yang tercatat di server"))
    def known(self, event):
        found = [
            f"{one.get_step_display()}, {one.by}: {in_words(one.presence, one.result, one.reason, one.wrong_facts)}"
            for one in event.application.verifications.all()
        ]
        return " ".join(found) or _("Belum ada")


def in_words(presence: str, result: str, reason: str, wrong_facts: list[str]) -> str:
    """Returns a finding as sentences."""
    labels = verification.fact_labels()
    wrong = ", ".join(labels.get(name, name) for name in wrong_facts)
    said = [str(Verification.Presence(presence).label), str(Verification.Result(result).label), reason]
    return " ".join(f"{part}." for part in (*said, _("Data keliru: %s") % wrong if wrong else "") if part)
