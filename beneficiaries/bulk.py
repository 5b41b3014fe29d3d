"""What can be done to many families at once."""

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bansos.bulk import Action, BulkError
from bansos.models import Region
from bansos.scope import covers
from beneficiaries import following
from beneficiaries.models import Household
from beneficiaries.moving import move
from beneficiaries.register.columns import place_number


class CorrectPlace(Action):
    """Puts families into the RT where they live, when the register had it wrong. A real move is a family event."""

    label = gettext_lazy("Betulkan RT/RW yang keliru")
    permission = "beneficiaries.change_household"
    asks = (
        ("kelurahan", gettext_lazy("Kelurahan yang benar")),
        ("rw", gettext_lazy("RW yang benar")),
        ("rt", gettext_lazy("RT yang benar")),
    )

    model = Household

    def family(self, row) -> int:
        return row.pk

    def rows(self, by):
        return super().rows(by).with_head_name().select_related("region")

    def name(self, row) -> str:
        return f"{row.head_name or '-'}, {row.region.label}"

    def params(self, said: dict, by) -> dict:
        town = Region.objects.kelurahan().inside(settings.KECAMATAN).filter(name__iexact=said["kelurahan"].strip())
        parent = town.values_list("code", flat=True).first() or "-"
        code = f"{parent}.{place_number('RW')(said['rw'])}.{place_number('RT')(said['rt'])}"
        region = Region.objects.filter(code=code, level=Region.Level.RT).first()
        if region is None or not covers(by, code):
            raise BulkError(_("RT itu tidak ada di wilayah Anda. Periksa kelurahan, RW, dan RT."))
        return {"region": code}

    def told(self, params: dict) -> str:
        place = Region.objects.get(code=params["region"]).label
        told = _("Tiap keluarga, anggotanya, dan permohonannya yang berjalan dicatat di %(place)s.")
        return told % {"place": place}

    def refusal(self, row, params: dict, by) -> str:
        if row.status != Household.Status.AKTIF:
            return _("Keluarga ini tidak aktif.")
        return _("Keluarga ini sudah di RT itu.") if row.region_id == params["region"] else ""

    def do(self, row, params: dict, by) -> dict:
        before = {"region": row.region_id}
        move(row, region_code=params["region"])
        return before | {"now": params["region"]}

    def undo(self, row, before: dict, by) -> None:
        if row.region_id != before["now"]:
            raise BulkError(_("RT keluarga ini sudah diubah lagi sesudahnya."))
        move(row, region_code=before["region"])

    def follow(self, ids: list[int], by) -> None:
        following.follow(household_ids=ids, by=by)
