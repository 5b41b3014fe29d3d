"""Families and people in the admin: found by name, or by a number that never stands in an address or a log."""

from django import forms
from django.contrib import admin, messages
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from import_export.admin import ExportMixin
from unfold.admin import TabularInline
from unfold.contrib.import_export.forms import ExportForm
from unfold.decorators import action

from bansos.admin_base import ReadOnlyAdmin, ScopedAdmin
from bansos.crypto import blind_index
from bansos.models import DataAccess, Region
from bansos.privacy import client_address, mask
from beneficiaries import nik
from beneficiaries.admin.person_condition import FlagPages
from beneficiaries.admin.reveal import RevealAdmin
from beneficiaries.models import Application, Household, Person, Score
from beneficiaries.resources import COLUMNS, XLSX_FORMATS, HouseholdResource


class KelurahanFilter(admin.SimpleListFilter):
    title, parameter_name = _("kelurahan"), "kelurahan"

    def lookups(self, request, model_admin):
        return [(r.code, r.name) for r in Region.objects.for_officer(request.user).kelurahan()]

    def queryset(self, request, queryset):
        return queryset.inside(self.value()) if self.value() else queryset


class FindAdmin(ScopedAdmin):
    """Searches names by the search box, and NIK or KK by a form that posts them."""

    search_fields = ["pk"]  # shows the box; `get_search_results` says what it finds
    search_help_text = _("Cari nama. Salah ketik sedikit tetap ketemu.")
    list_before_template = "admin/beneficiaries/find.html"

    def get_urls(self):
        found = path(
            "cari/",
            self.admin_site.admin_view(require_POST(self.find_view)),
            name=f"{self.opts.app_label}_{self.opts.model_name}_cari",
        )
        return [found, *super().get_urls()]

    def find_view(self, request):
        return self._to_the_row(request, request.POST.get("number", ""))

    def changelist_view(self, request, extra_context=None):
        if _digits(term := request.GET.get("q", "")):
            return self._to_the_row(request, term)  # the number leaves the address at once
        find_url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_cari")
        return super().changelist_view(request, {"find_url": find_url, **(extra_context or {})})

    def _to_the_row(self, request, term: str):
        """Sends to the row with this NIK or KK, or back to the list with a sentence."""
        digits = _digits(term)
        if digits is None:
            messages.error(request, gettext("NIK dan nomor KK terdiri dari 16 angka. Periksa lagi."))
        elif found := self.by_number(self.get_queryset(request), digits).first():
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
            return redirect(name, found.pk)
        else:
            messages.warning(request, gettext("Nomor itu tidak ada di register wilayah Anda."))
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")


def _digits(term: str) -> str | None:
    try:
        return nik.clean(term)
    except nik.NumberError:
        return None


class PersonInline(ReadOnlyAdmin, TabularInline):
    model = Person
    fields = readonly_fields = ["name", "masked_nik", "sex", "born_on", "relation", "died_on"]
    show_change_link = True
    extra = 0
    tab, show_title = True, False
    verbose_name_plural = _("anggota keluarga")

    @admin.display(description=_("NIK"))
    def masked_nik(self, person):
        return mask(person.nik)


class ApplicationInline(ReadOnlyAdmin, TabularInline):
    model = Application
    fields = readonly_fields = ["code", "status", "submitted_at", "decided_at"]
    extra = 0
    tab, show_title = True, False


class ScoreInline(ReadOnlyAdmin, TabularInline):
    model = Score
    fields = readonly_fields = ["criteria_set", "points", "verdict", "scored_at", "why"]
    extra = 0
    tab, show_title = True, False

    @admin.display(description=_("Penjelasan"))
    def why(self, score):
        link = reverse("admin:beneficiaries_score_change", args=[score.pk])
        return format_html('<a class="underline" href="{}">{}</a>', link, gettext("Mengapa skor ini"))


@admin.register(Household)
class HouseholdAdmin(FlagPages, RevealAdmin, ExportMixin, FindAdmin):
    secret_fields = {"kk": _("Nomor KK"), "phone": _("Nomor HP")}
    list_display = ["masked_kk", "head", "place", "decile", "status"]
    list_display_links = ["masked_kk", "head"]
    list_filter = [KelurahanFilter, "decile", "status"]
    list_select_related = ["region"]
    ordering = ["pk"]
    readonly_fields = ["masked_kk", "masked_phone", "region", "created_at", "updated_at"]
    inlines = [PersonInline, ApplicationInline, ScoreInline]
    fieldsets = [
        (None, {"fields": ["masked_kk", "region", "address", "masked_phone", "status"]}),
        (
            _("Rumah"),
            {"fields": ["tenure", "floor_area", "floor", "wall", "toilet", "water", "electricity_va", "fuel"]},
        ),
        (
            _("Keadaan"),
            {
                "fields": [
                    "spending", "feared_hunger", "food_over_half", "bought_clothes", "has_car", "has_motorcycle",
                    "has_fridge", "has_ac", "njop_over_1b", "branded_water", "civil_servant",
                ]
            },
        ),
        (_("DTSEN dan bantuan lain"), {"fields": ["decile", "decile_on", "receives_pkh", "receives_sembako"]}),
        (_("Catatan"), {"fields": ["created_at", "updated_at"]}),
    ]  # fmt: skip
    resource_classes = [HouseholdResource]
    export_form_class = ExportForm
    formats = XLSX_FORMATS

    def get_queryset(self, request):
        return super().get_queryset(request).with_head_name()

    def by_number(self, rows, digits: str):
        holder = Person.objects.filter(nik_index=blind_index(digits, "nik")).values("household")
        return rows.filter(kk_index=blind_index(digits, "kk")) | rows.filter(pk__in=holder)

    def get_search_results(self, request, queryset, search_term):
        if search_term:
            queryset = queryset.filter(pk__in=Person.objects.named(search_term).values("household"))
        return queryset, False

    def has_add_permission(self, request):
        return False  # families come by register or application

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        obj.updated_at = timezone.now()
        super().save_model(request, obj, form, change)

    def get_export_data(self, file_format, request, queryset, **kwargs):
        """Leaves a trace of who took how many families out."""
        DataAccess.objects.create(
            user=request.user,
            region_id=request.user.region_id,
            subject="beneficiaries.household:unduhan",
            fields=", ".join(COLUMNS),
            reason=gettext("Mengunduh {count} keluarga").format(count=queryset.count()),
            address=client_address(request),
        )
        return super().get_export_data(file_format, request, queryset, **kwargs)

    @admin.display(description=_("Nomor KK"))
    def masked_kk(self, household):
        return mask(household.kk)

    @admin.display(description=_("Nomor HP"), empty_value="-")
    def masked_phone(self, household):
        return mask(household.phone) or None

    @admin.display(description=_("Kepala keluarga"), ordering="head_name")
    def head(self, household):
        return household.head_name or "-"

    @admin.display(description=_("RT/RW"), ordering="region")
    def place(self, household):
        return household.region.label


class PersonForm(forms.ModelForm):
    class Meta:
        model = Person
        fields = "__all__"  # noqa: DJ007  the admin's fieldsets say which are shown

    def clean_died_on(self):
        died_on = self.cleaned_data["died_on"]
        if died_on and died_on > timezone.localdate():
            raise forms.ValidationError(gettext("Tanggal meninggal belum terjadi. Periksa tahunnya."))
        return died_on


@admin.register(Person)
class PersonAdmin(FlagPages, RevealAdmin, FindAdmin):
    form = PersonForm
    secret_fields = {"nik": _("NIK")}
    actions_detail = ["open_numbers", "copy_of_data"]
    list_display = ["name", "masked_nik", "born_on", "place", "relation", "died_on"]
    list_filter = [KelurahanFilter, "sex", ("died_on", admin.EmptyFieldListFilter)]
    list_select_related = ["region"]
    ordering = ["name", "pk"]
    readonly_fields = ["masked_nik", "household", "region", "created_at", "updated_at"]
    fieldsets = [
        (None, {"fields": ["name", "masked_nik", "household", "region", "died_on"]}),
        (_("Data diri"), {"fields": ["birth_place", "born_on", "sex", "relation", "marital", "education"]}),
        (
            _("Keadaan"),
            {"fields": ["occupation", "income", "disability", "chronic_illness", "pregnant", "in_school"]},
        ),
        (_("Catatan"), {"fields": ["created_at", "updated_at"]}),
    ]

    def by_number(self, rows, digits: str):
        family = Household.objects.filter(kk_index=blind_index(digits, "kk")).values("pk")
        return rows.filter(nik_index=blind_index(digits, "nik")) | rows.filter(household__in=family)

    def get_search_results(self, request, queryset, search_term):
        return (queryset.named(search_term) if search_term else queryset), False

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def save_model(self, request, obj, form, change):
        obj.updated_at = timezone.now()
        super().save_model(request, obj, form, change)

    @action(description=_("Berikan salinan data"), url_path="salinan", icon="folder_shared", permissions=["reveal"])
    def copy_of_data(self, request, object_id):
        return redirect("salinan-data", object_id)

    @admin.display(description=_("NIK"))
    def masked_nik(self, person):
        return mask(person.nik)

    @admin.display(description=_("RT/RW"), ordering="region")
    def place(self, person):
        return person.region.label
