"""Programmes, partners, and funds with their ledger."""

from django import forms
from django.contrib import admin
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from bansos.admin_exports import ReferenceExports
from bansos.templatetags.look import rupiah
from distribution.models import Fund, FundEntry, Partner, Programme
from distribution.resources import FundResource, ProgrammeResource

LEDGER_LINES = 50
TOO_LITTLE = _("Pagu tidak boleh kurang dari yang sudah terikat, %(bound)s.")


@admin.register(Partner)
class PartnerAdmin(ModelAdmin):
    list_display = ["name", "kind"]
    search_fields = ["name"]


@admin.register(Programme)
class ProgrammeAdmin(ModelAdmin, ReferenceExports):
    resource_classes = [ProgrammeResource]
    list_display = ["name", "kind", "value", "frequency", "is_open"]
    search_fields = ["name", "code"]
    compressed_fields = True
    fieldsets = [
        (None, {"fields": ["name", "code", "kind", "unit_value", "contents", "frequency", "is_open", "order"]}),
        (_("Yang dibaca warga"), {"fields": ["summary", "who", "papers", "steps"]}),
        (_("Dasar"), {"fields": ["criteria_code", "legal_basis"]}),
    ]

    def get_readonly_fields(self, request, obj=None):
        return ["code"] if obj else []

    @display(description=_("Nilai per keluarga"))
    def value(self, programme: Programme) -> str:
        return rupiah(programme.unit_value) if programme.unit_value else "-"


class FundForm(forms.ModelForm):
    """A fund may grow and shrink, but not below what rounds have bound."""

    class Meta:
        model = Fund
        fields = ["name", "source", "partner", "year", "amount"]

    def clean_amount(self) -> int:
        amount = self.cleaned_data["amount"]
        if amount < self.instance.committed:
            raise forms.ValidationError(TOO_LITTLE, params={"bound": rupiah(self.instance.committed)})
        return amount


@admin.register(Fund)
class FundAdmin(ModelAdmin, ReferenceExports):
    form = FundForm
    resource_classes = [FundResource]
    list_display = ["name", "source", "year", "holds", "bound", "given", "left"]
    list_filter = ["year", "source"]
    search_fields = ["name"]
    compressed_fields = True
    fields = ["name", "source", "partner", "year", "amount"]
    autocomplete_fields = ["partner"]
    change_form_outer_after_template = "admin/distribution/buku_dana.html"

    @display(description=_("Pagu"), ordering="amount")
    def holds(self, fund: Fund) -> str:
        return rupiah(fund.amount)

    @display(description=_("Terikat"), ordering="committed")
    def bound(self, fund: Fund) -> str:
        return rupiah(fund.committed)

    @display(description=_("Tersalur"), ordering="spent")
    def given(self, fund: Fund) -> str:
        return rupiah(fund.spent)

    @display(description=_("Sisa"))
    def left(self, fund: Fund) -> str:
        return rupiah(fund.remaining)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        fund = self.get_object(request, object_id)
        return super().change_view(request, object_id, form_url, (extra_context or {}) | ledger(fund))


def ledger(fund: Fund | None) -> dict:
    """Returns the bars of a fund, its totals by kind and its latest lines."""
    if fund is None:
        return {}
    sums = dict(fund.entries.order_by().values_list("kind").annotate(Sum("amount")))
    entries = fund.entries.select_related("round__programme", "by").order_by("-pk")
    return {
        "fund": fund,
        "bars": [
            (_("Terikat oleh putaran"), fund.committed, percent(fund.committed, fund.amount)),
            (_("Sudah disalurkan"), fund.spent, percent(fund.spent, fund.amount)),
            (_("Sisa yang bebas"), fund.remaining, percent(fund.remaining, fund.amount)),
        ],
        "sums": [(kind.label, sums.get(kind.value, 0)) for kind in FundEntry.Kind],
        "entries": entries[:LEDGER_LINES],
    }


def percent(part: int, whole: int) -> int:
    return part * 100 // whole if whole else 0
