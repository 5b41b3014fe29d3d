"""How the office's own reference data reads as a spreadsheet."""

from import_export import fields, resources

from bansos.models import Holiday


class HolidayResource(resources.ModelResource):
    on = fields.Field(attribute="on", column_name="Tanggal")
    name = fields.Field(attribute="name", column_name="Nama")

    class Meta:
        model = Holiday
        import_id_fields = ["on"]
        fields = ["on", "name"]
