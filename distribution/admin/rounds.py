"""Rounds in the admin: the plan, its quotas, the list with its line, and the steps to approval and handover."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display

from bansos import periods
from bansos.models import Region
from bansos.scope import covers
from bansos.templatetags.look import month, rupiah
from distribution import rounds
from distribution.admin import round_page
from distribution.admin.steps import Step, StepsAdmin
from distribution.models import Programme, Quota, Round

S = Round.Status
READY = {
    S.RENCANA: ("susun", "batalkan"),
    S.DISUSUN: ("kunci", "susun", "batalkan"),
    S.DIKUNCI: ("sahkan", "batalkan"),
    S.DISAHKAN: ("tutup",),
    S.PENYALURAN: ("tutup",),
}
PROPOSE, APPROVE = "distribution.propose_round", "distribution.approve_round"
STEPS = (
    Step(
        "susun", _("Susun daftar"), "format_list_numbered", rounds.propose, (PROPOSE,),
        _("Daftar disusun dari nilai keluarga saat ini. Daftar lama, bila ada, diganti."),
        _("Daftar sudah disusun. Periksa, lalu kunci."),
    ),
    Step(
        "kunci", _("Kunci daftar"), "lock", rounds.freeze, (PROPOSE,),
        _("Sesudah dikunci, isi daftar tidak dapat diubah lagi oleh siapa pun."),
        _("Daftar sudah dikunci. Sekarang camat dapat mengesahkan."),
    ),
    Step(
        "sahkan", _("Sahkan"), "verified", rounds.approve, (APPROVE,),
        _("Pengesahan mengikat dana dan membuka penyerahan. Ini tidak dapat ditarik kembali."),
        _("Putaran sudah disahkan. Bantuan dapat diserahkan."),
    ),
    Step(
        "batalkan", _("Batalkan"), "cancel", rounds.cancel, (PROPOSE, APPROVE),
        _("Putaran ini berhenti dan daftarnya tidak berlaku. Anda dapat membuat putaran baru."),
        _("Putaran sudah dibatalkan."), "danger",
    ),
    Step(
        "tutup", _("Tutup putaran"), "task_alt", rounds.close, (PROPOSE,),
        _("Bantuan yang belum diambil menjadi gagal salur. Dananya kembali ke pagu."),
        _("Putaran sudah ditutup. Sisa dananya sudah dilepas."),
    ),
)  # fmt: skip


class RoundForm(forms.ModelForm):
    """A round's plan; any day of the month will do as its period."""

    class Meta:
        model = Round
        fields = "__all__"  # narrowed by RoundAdmin.fieldsets  # noqa: DJ007

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "unit_value" in self.fields:
            self.fields["unit_value"].required = False
            self.fields["unit_value"].help_text = _("Kosongkan untuk memakai nilai dari program.")
        if "programme" in self.fields:
            self.fields["programme"].queryset = Programme.objects.exclude(kind=Programme.Kind.PELATIHAN)

    def validate_constraints(self):
        """Also those that look at the status, which is not on the form: one live round a month."""
        try:
            self.instance.validate_constraints(exclude=self._get_validation_exclusions() - {"status"})
        except forms.ValidationError as error:
            self._update_errors(error)

    def clean_period(self):
        return periods.of(self.cleaned_data["period"])

    def clean(self):
        data = super().clean()
        programme = data.get("programme")
        if programme and data.get("unit_value") is None:
            data["unit_value"] = programme.unit_value
        if programme and data.get("budget") is not None:
            try:
                rounds.check_plan(programme=programme, unit_value=data["unit_value"], budget=data["budget"])
            except rounds.RoundError as error:
                raise forms.ValidationError(str(error)) from error
        return data


class QuotaForm(forms.ModelForm):
    """One quota; a new row without a number is left out."""

    class Meta:
        model = Quota
        fields = ["region", "households"]

    def has_changed(self) -> bool:
        return super().has_changed() and (bool(self.instance.pk) or "households" in self.changed_data)


class QuotaFormSet(forms.BaseInlineFormSet):
    """Quotas of one round: each a kelurahan inside the round's region."""

    def clean(self):
        super().clean()
        for form in self.forms:
            region = getattr(form, "cleaned_data", {}).get("region")
            if not region or not self.instance.region_id:
                continue
            try:
                rounds.check_quota(round_region=self.instance.region_id, region=region, code=region.code)
            except rounds.RoundError as error:
                form.add_error("region", str(error))


class QuotaInline(TabularInline):
    model = Quota
    form, formset = QuotaForm, QuotaFormSet
    fields = ["region", "households"]
    verbose_name_plural = _("kuota per kelurahan")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("region", "round")

    def get_extra(self, request, obj=None, **kwargs):
        return Region.objects.for_officer(request.user).kelurahan().count() if obj is None else 0

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        kwargs["queryset"] = Region.objects.for_officer(request.user).kelurahan()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_add_permission(self, request, obj=None):
        return may_edit(request, obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return may_edit(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return may_edit(request, obj) and super().has_delete_permission(request, obj)


def may_edit(request, round: Round | None) -> bool:
    """Tells whether this officer may still change `round`; True for one not yet made."""
    return round is None or (covers(request.user, round.region_id) and round.status in {S.RENCANA, S.DISUSUN})


@admin.register(Round)
class RoundAdmin(StepsAdmin):
    form = RoundForm
    steps, argument, refusal = STEPS, "round", rounds.RoundError
    list_display = ["programme", "month", "region", "state", "budgeted", "cutoff"]
    list_filter = ["status", "programme", "period"]
    list_select_related = ["programme", "region"]
    inlines = [QuotaInline]
    fieldsets = [
        (None, {"fields": ["programme", "fund", "period", "region", "budget", "unit_value"]}),
        (_("Penyerahan"), {"fields": ["place", "hands_over_on", "hours"]}),
    ]
    change_form_outer_before_template = "admin/distribution/putaran_atas.html"
    change_form_outer_after_template = "admin/distribution/putaran_daftar.html"

    @display(description=_("Bulan"), ordering="period")
    def month(self, round: Round) -> str:
        return month(round.period)

    @display(
        description=_("Status"),
        ordering="status",
        label={s.value: "" for s in S}
        | {"daftar_dikunci": "warning", "disahkan": "info", "penyaluran": "info", "ditutup": "success"},
    )
    def state(self, round: Round) -> tuple[str, str]:
        return round.status, round.get_status_display()

    @display(description=_("Anggaran"), ordering="budget")
    def budgeted(self, round: Round) -> str:
        return rupiah(round.budget)

    def open_steps(self, obj: Round) -> tuple[str, ...]:
        return READY.get(S(obj.status), ())

    def has_change_permission(self, request, obj=None):
        return may_edit(request, obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False  # a round that will not be is cancelled, and stays in the record

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "region":
            levels = [Region.Level.KECAMATAN, Region.Level.KELURAHAN]
            kwargs["queryset"] = Region.objects.for_officer(request.user).filter(level__in=levels)
            kwargs["initial"] = request.user.region_id
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_formset_kwargs(self, request, obj, inline, prefix):
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        if obj is None or obj.pk is None:
            codes = Region.objects.for_officer(request.user).kelurahan().values_list("code", flat=True)
            kwargs["initial"] = [{"region": code} for code in codes]
        return kwargs

    def change_view(self, request, object_id, form_url="", extra_context=None):
        round = self.get_object(request, object_id)
        more = (
            round_page.context(request=request, round=round) | {"buttons": self.buttons(request, round)}
            if round
            else {}
        )
        return super().change_view(request, object_id, form_url, (extra_context or {}) | more)
