"""What the admin's exports hold. Numbers are masked; formulas are escaped by the settings."""

from django.utils.translation import gettext_lazy as _
from import_export import fields, resources
from import_export.formats.base_formats import XLSX

from bansos.privacy import mask
from beneficiaries.models import Household

XLSX_FORMATS = [XLSX]
COLUMNS = ("kk", "head", "place", "address", "status", "decile", "decile_on")


class HouseholdResource(resources.ModelResource):
    kk = fields.Field(column_name=_("Nomor KK"))
    head = fields.Field(column_name=_("Kepala keluarga"), attribute="head_name")
    place = fields.Field(column_name=_("RT/RW"), attribute="region__label")
    address = fields.Field(column_name=_("Alamat"), attribute="address")
    status = fields.Field(column_name=_("Status"), attribute="get_status_display")
    decile = fields.Field(column_name=_("Desil DTSEN"), attribute="decile")
    decile_on = fields.Field(column_name=_("Tanggal desil"), attribute="decile_on")

    class Meta:
        model = Household
        name = _("Keluarga")
        fields = export_order = COLUMNS

    def __init__(self, columns: tuple[str, ...] = COLUMNS, **kwargs):
        """`columns` are those of the officer's role (`bansos.exports`)."""
        super().__init__(**kwargs)
        self.columns = columns

    def get_export_fields(self, selected_fields=None):
        return super().get_export_fields(self.columns)

    def dehydrate_kk(self, household) -> str:
        return mask(household.kk)
