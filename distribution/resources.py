"""Programmes and funds by spreadsheet: what comes in is found again by its code or name."""

from import_export.fields import Field
from import_export.resources import ModelResource

from distribution.models import Fund, Programme


class ProgrammeResource(ModelResource):
    code = Field("code", "Kode")
    name = Field("name", "Nama")
    kind = Field("kind", "Bentuk")
    summary = Field("summary", "Ringkasan")
    contents = Field("contents", "Isi bantuan")
    unit_value = Field("unit_value", "Nilai per keluarga")
    frequency = Field("frequency", "Seberapa sering")
    who = Field("who", "Siapa yang boleh")
    papers = Field("papers", "Berkas")
    steps = Field("steps", "Langkah")
    criteria_code = Field("criteria_code", "Kode kriteria")
    legal_basis = Field("legal_basis", "Dasar hukum")
    order = Field("order", "Urutan")

    class Meta:
        model = Programme
        import_id_fields = ["code"]
        fields = [
            "code", "name", "kind", "summary", "contents", "unit_value", "frequency", "who", "papers", "steps",
            "criteria_code", "legal_basis", "order",
        ]  # fmt: skip
        clean_model_instances = True
        skip_unchanged = True


class FundResource(ModelResource):
    """What a fund holds; what is bound and spent comes from rounds alone."""

    name = Field("name", "Nama")
    source = Field("source", "Sumber dana")
    year = Field("year", "Tahun")
    amount = Field("amount", "Pagu")

    class Meta:
        model = Fund
        import_id_fields = ["name"]
        fields = ["name", "source", "year", "amount"]
        clean_model_instances = True
        skip_unchanged = True
