"""The chain in the admin: deadlines of the steps, deputies, and officers' relatives."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from bansos.admin_base import ReadOnlyAdmin, ScopedAdmin
from bansos.models import Region, User
from bansos.scope import region_q
from beneficiaries import deputies, kinship
from beneficiaries.chain_forms import DeputyForm
from beneficiaries.deputies import DeputyError
from beneficiaries.kinship import KinshipError
from beneficiaries.models import Deputy, Kinship, StepDeadline
from beneficiaries.models.deputy import SEATS, seat


def dressed(form: forms.Form) -> forms.Form:
    """Gives a form of ours the look of the admin's own fields."""
    for each in form.fields.values():
        kind, attrs = type(each.widget), dict(each.widget.attrs)
        if kind is forms.RadioSelect:
            each.widget = UnfoldAdminRadioSelectWidget(choices=each.choices)  # type: ignore[attr-defined]
        elif kind is forms.Select:
            dress = UnfoldAdminSelectWidget(attrs)
            dress.choices = each.widget.choices
            each.widget = dress
        elif kind is forms.Textarea:
            each.widget = UnfoldAdminTextareaWidget(attrs)
        elif kind is forms.DateInput:
            look = UnfoldAdminTextInputWidget().attrs | attrs | {"type": "date"}
            each.widget = forms.DateInput(look, format="%Y-%m-%d")
        elif kind is forms.TextInput:
            each.widget = UnfoldAdminTextInputWidget(attrs)
    return form


@admin.register(StepDeadline)
class StepDeadlineAdmin(ModelAdmin):
    """A row that has begun to count stays as it is; another rule is another row."""

    list_display = ["step", "starts_on", "days", "remind_days", "escalate_days", "source"]
    list_filter = ["step"]

    def has_change_permission(self, request, obj=None):
        begun = obj is not None and obj.starts_on <= timezone.localdate()
        return not begun and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Deputy)
class DeputyAdmin(ReadOnlyAdmin, ScopedAdmin):
    list_display = ["office", "deputy", "starts_on", "ends_on", "reason", "named_by", "state"]
    list_select_related = ["region", "deputy", "named_by"]
    list_filter = ["starts_on"]
    search_fields = ["deputy__name"]
    search_help_text = _("Cari nama pengganti.")

    @display(description=_("Menggantikan"), ordering="region")
    def office(self, row):
        return row.seat

    @display(
        description=_("Keadaan"), label={"kini": "success", "nanti": "info", "diakhiri": "warning", "berakhir": ""}
    )
    def state(self, row):
        today = timezone.localdate()
        if row.ended_at:
            return "diakhiri", _("Diakhiri")
        if row.ends_on < today:
            return "berakhir", _("Berakhir")
        return ("nanti", _("Mulai nanti")) if row.starts_on > today else ("kini", _("Berlaku"))

    def has_add_permission(self, request):
        return request.user.has_perm(deputies.NAME)

    def get_urls(self):
        view = self.admin_site.admin_view
        ending = path("<int:pk>/akhiri/", view(require_POST(self.end_view)), name="beneficiaries_deputy_akhiri")
        return [ending, *super().get_urls()]

    def add_view(self, request, form_url="", extra_context=None):
        """First the seat, then who fills it and until when."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        places = Region.objects.for_officer(request.user).filter(level__in=SEATS)
        place = places.filter(pk=request.POST.get("kursi") or request.GET.get("kursi") or "").first()
        form = dressed(DeputyForm(request.POST if request.method == "POST" else None, region=place)) if place else None
        if form and form.is_valid():
            try:
                made = deputies.name(region=place, by=request.user, **form.cleaned_data)
            except DeputyError as error:
                form.add_error(None, str(error))
            else:
                told = _("%(who)s menggantikan %(seat)s.") % {"who": made.deputy.name, "seat": made.seat}
                messages.success(request, told)
                return redirect("admin:beneficiaries_deputy_changelist")
        known = [(one.pk, seat(one)) for one in places.order_by("code")]
        context = self.admin_site.each_context(request) | {
            "opts": self.opts, "title": _("Tunjuk pengganti"), "place": place, "seat": seat(place) if place else "",
            "places": known, "form": form, "back": reverse("admin:beneficiaries_deputy_changelist"),
        }  # fmt: skip
        status = 422 if form and form.errors else 200
        return render(request, "admin/beneficiaries/deputy/add.html", context, status=status)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        row = self.get_object(request, object_id)
        open_to = row is not None and row.is_open and deputies.may_name(request.user, row.region)
        return super().change_view(
            request, object_id, form_url, (extra_context or {}) | {"end_of": row if open_to else None}
        )

    change_form_outer_before_template = "admin/beneficiaries/deputy/end.html"

    def end_view(self, request, pk: int):
        row = self.get_object(request, str(pk))
        if row is None:
            raise Http404
        try:
            deputies.end(deputy=row, by=request.user)
        except DeputyError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Penunjukan diakhiri."))
        return redirect("admin:beneficiaries_deputy_changelist")


class KinshipForm(forms.Form):
    """The staff of the kelurahan notes an officer's relative by the number of the family's card."""

    officer = forms.ModelChoiceField(label=_("Petugas"), queryset=User.objects.none(), empty_label=_("Pilih petugas"))
    kk = forms.CharField(
        label=_("Nomor KK keluarga itu"), help_text=_("16 angka. Nomornya tidak disimpan."), max_length=30
    )
    relation = forms.ChoiceField(label=_("Hubungan"), choices=Kinship.Relation.choices, widget=forms.RadioSelect)
    note = forms.CharField(label=_("Catatan (boleh kosong)"), required=False, max_length=200)

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        for each in self.fields.values():
            each.error_messages["required"] = _("Isi bagian ini.")
        chosen = self.fields["officer"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = User.objects.filter(region_q(by), is_active=True).order_by("region_id", "name")


@admin.register(Kinship)
class KinshipAdmin(ReadOnlyAdmin, ModelAdmin):
    list_display = ["officer", "place", "relation", "note", "declared_by", "declared_at", "ended_at"]
    list_select_related = ["officer__region", "declared_by"]
    list_filter = ["relation"]
    search_fields = ["officer__name"]
    search_help_text = _("Cari nama petugas.")
    fields = ["officer", "relation", "note", "declared_by", "declared_at", "ended_at", "ended_by"]
    change_form_outer_before_template = "admin/beneficiaries/kinship/end.html"

    @display(description=_("Wilayah"))
    def place(self, row):
        return row.officer.region.label if row.officer.region else "-"

    def get_queryset(self, request):
        return super().get_queryset(request).filter(region_q(request.user, "officer__region__code"))

    def has_add_permission(self, request):
        return request.user.has_perm(kinship.STAFF)

    def get_urls(self):
        view = self.admin_site.admin_view
        ending = path("<int:pk>/cabut/", view(require_POST(self.end_view)), name="beneficiaries_kinship_cabut")
        return [ending, *super().get_urls()]

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = dressed(KinshipForm(request.POST if request.method == "POST" else None, by=request.user))
        if form.is_valid():
            try:
                kinship.declare(by=request.user, **form.cleaned_data)
            except KinshipError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Hubungan dicatat. Petugas itu tidak lagi mengurus keluarga ini."))
                return redirect("admin:beneficiaries_kinship_changelist")
        context = self.admin_site.each_context(request) | {
            "opts": self.opts, "title": _("Catat keluarga petugas"), "form": form,
            "back": reverse("admin:beneficiaries_kinship_changelist"),
        }  # fmt: skip
        return render(request, "admin/beneficiaries/kinship/add.html", context, status=422 if form.errors else 200)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        row = self.get_object(request, object_id)
        may_end = row is not None and row.ended_at is None and row.officer_id != request.user.pk
        open_to = row if may_end and request.user.has_perm(kinship.STAFF) else None
        return super().change_view(request, object_id, form_url, (extra_context or {}) | {"end_of": open_to})

    def end_view(self, request, pk: int):
        row = get_object_or_404(self.get_queryset(request), pk=pk)
        try:
            kinship.withdraw(kinship=row, by=request.user)
        except KinshipError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Hubungan dicabut."))
        return redirect("admin:beneficiaries_kinship_changelist")
