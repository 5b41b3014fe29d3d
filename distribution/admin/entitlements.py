"""What families get and got: read-only lists of the own region."""

from typing import TYPE_CHECKING, TypedDict

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from bansos.admin.bulk import BulkActions, choose
from bansos.admin_base import NotesLists, NotesLooks, ReadOnlyAdmin, ScopedAdmin
from bansos.privacy import mask
from bansos.templatetags.look import rupiah
from distribution import holds
from distribution.admin.reach import ReachPages
from distribution.admin.steps import Step, StepsAdmin
from distribution.models import Entitlement, Handover

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

LABELS = {
    "direncanakan": "info",
    "dialokasikan": "warning",
    "diserahkan": "success",
    "diserahkan_perwakilan": "success",
    "ditahan": "danger",
    "gagal_salur": "danger",
}


PROPOSE = ("distribution.propose_round",)
STEPS = (
    Step(
        "tahan", _("Tahan"), "pause_circle", holds.hold, PROPOSE,
        _("Bantuan ini tidak dapat diserahkan sampai Anda melepasnya lagi."),
        _("Bantuan sudah ditahan."), asks_reason=True,
    ),
    Step(
        "lepas", _("Lepas"), "play_circle", holds.release, PROPOSE,
        _("Bantuan ini dapat diserahkan lagi."), _("Bantuan sudah dilepas."),
    ),
)  # fmt: skip


class HeadName(TypedDict):
    """What the list of entitlements adds to each."""

    head_name: str | None


@admin.register(Entitlement)
class EntitlementAdmin(NotesLists, BulkActions, ReachPages, NotesLooks, ReadOnlyAdmin, StepsAdmin):
    look_page = "aid_page"
    steps, argument, refusal = STEPS, "entitlement", holds.HoldError
    change_form_outer_before_template = "admin/distribution/hak_atas.html"
    actions = [choose("tahan"), choose("lepas")]
    list_display = ["head", "region", "round", "state", "points", "amount"]
    list_families = ("household_id",)
    list_filter = ["status", "round__programme", "round__period"]
    list_select_related = ["region", "round__programme"]
    search_fields = ["household__people__name"]
    ordering = ["-round", "-points", "household"]
    fields = ["head", "kk", "region", "round", "status", "status_reason", "points", "criteria_set", "rank", "amount"]
    readonly_fields = fields

    def get_queryset(self, request):
        return super().get_queryset(request).with_head_name()

    def told_of(self, obj: Entitlement) -> tuple:
        return (obj.household,)

    def open_steps(self, obj: Entitlement) -> tuple[str, ...]:
        return {"dialokasikan": ("tahan",), "ditahan": ("lepas",)}.get(obj.status, ())

    def change_view(self, request, object_id, form_url="", extra_context=None):
        entitlement = self.get_object(request, object_id)
        more = {"buttons": self.buttons(request, entitlement)} if entitlement else {}
        return super().change_view(request, object_id, form_url, (extra_context or {}) | more)

    @display(description=_("Kepala keluarga"), ordering="head_name")
    def head(self, entitlement: "WithAnnotations[Entitlement, HeadName]") -> str:
        return entitlement.head_name or "-"

    @display(description=_("Nomor KK"))
    def kk(self, entitlement: Entitlement) -> str:
        return mask(entitlement.household.kk)

    @display(description=_("Status"), label=LABELS, ordering="status")
    def state(self, entitlement: Entitlement) -> tuple[str, str]:
        return entitlement.status, entitlement.get_status_display()

    @display(description=_("Nilai"), ordering="value")
    def amount(self, entitlement: Entitlement) -> str:
        return rupiah(entitlement.value)


@admin.register(Handover)
class HandoverAdmin(NotesLists, NotesLooks, ReadOnlyAdmin, ScopedAdmin):
    look_page = "aid_page"
    list_display = ["number", "recipient", "region", "what", "method", "amount", "by", "at"]
    list_families = ("entitlement.household_id", "recipient.household_id")
    list_filter = ["method", "entitlement__round__programme", "entitlement__round__period"]
    list_select_related = ["recipient", "region", "entitlement__round__programme", "by"]
    search_fields = ["recipient__name"]
    date_hierarchy = "at"
    fields = ["number", "what", "recipient", "region", "method", "amount", "identity_seen", "note", "by", "at"]
    readonly_fields = fields

    def told_of(self, obj: Handover) -> tuple:
        return obj.recipient, obj.entitlement.household

    @display(description=_("Berita acara"), ordering="pk")
    def number(self, handover: Handover) -> str:
        return handover.number

    @display(description=_("Putaran"))
    def what(self, handover: Handover) -> str:
        return str(handover.entitlement.round)

    @display(description=_("Nilai"), ordering="value")
    def amount(self, handover: Handover) -> str:
        return rupiah(handover.value)
