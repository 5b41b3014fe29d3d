"""What can be done to many entitlements at once."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bansos.bulk import Action, BulkError
from distribution import holds
from distribution.models import Entitlement

E = Entitlement.Status


class _OfEntitlements(Action):
    permission = "distribution.propose_round"
    model = Entitlement

    def rows(self, by):
        return super().rows(by).with_head_name().select_related("region", "round__programme")

    def name(self, row) -> str:
        return f"{row.head_name or '-'}, {row.region.label}, {row.round}"


class Hold(_OfEntitlements):
    """Holds aid until something is looked into."""

    label = gettext_lazy("Tahan bantuan")
    asks = (("why", gettext_lazy("Alasan untuk warga")),)

    def params(self, said: dict, by) -> dict:
        if len(said["why"].strip()) < holds.SHORTEST:
            raise BulkError(str(holds.REASON))
        return {"why": said["why"].strip()}

    def told(self, params: dict) -> str:
        return _("Bantuan ditahan sampai dilepas lagi. Warga membaca: %(why)s") % {"why": params["why"]}

    def refusal(self, row, params: dict, by) -> str:
        return "" if row.status == E.DIALOKASIKAN else str(holds.NOT_READY)

    def do(self, row, params: dict, by) -> dict:
        holds.hold(entitlement=row, reason=params["why"], by=by)
        return {"status": E.DIALOKASIKAN}

    def undo(self, row, before: dict, by) -> None:
        holds.release(entitlement=row, by=by)


class Release(_OfEntitlements):
    """Lets held aid go."""

    label = gettext_lazy("Lepas bantuan yang ditahan")

    def told(self, params: dict) -> str:
        return _("Bantuan yang ditahan dapat diserahkan lagi.")

    def refusal(self, row, params: dict, by) -> str:
        return "" if row.status == E.DITAHAN else str(holds.NOT_HELD)

    def do(self, row, params: dict, by) -> dict:
        before = {"why": row.status_reason}
        holds.release(entitlement=row, by=by)
        return before

    def undo(self, row, before: dict, by) -> None:
        if row.status != E.DIALOKASIKAN:
            raise BulkError(_("Bantuan ini sudah diserahkan atau berubah sesudahnya."))
        holds.hold(entitlement=row, reason=before["why"] or _("Ditahan lagi"), by=by)
