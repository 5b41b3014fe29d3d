"""How long things are kept, what will be erased and when, and what was."""

from django.contrib import admin
from django.utils import timezone
from unfold.admin import ModelAdmin

from bansos.admin_base import ReadOnlyAdmin
from bansos.models import Erasure
from monitoring import retention
from monitoring.models import RetentionRule

RECENT = 10


@admin.register(RetentionRule)
class RetentionRuleAdmin(ReadOnlyAdmin, ModelAdmin):
    """A rule is never changed: a newer one takes its place from its date on."""

    list_display = ["subject", "months", "starts_on", "legal_basis", "set_by"]
    list_before_template = "admin/monitoring/retention/plans.html"
    list_fullwidth = compressed_fields = True

    def has_add_permission(self, request):
        return request.user.has_perm("monitoring.add_retentionrule")

    def save_model(self, request, obj, form, change):
        obj.set_by = request.user
        super().save_model(request, obj, form, change)

    def changelist_view(self, request, extra_context=None):
        context = {"plans": retention.plans(timezone.localdate()), "erasures": Erasure.objects.all()[:RECENT]}
        return super().changelist_view(request, context | (extra_context or {}))
