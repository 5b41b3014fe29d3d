"""Families and people in the admin: found by name, or by a number that never stands in an address or a log."""

import pghistory
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.admin import ExportMixin
from unfold.admin import TabularInline
from unfold.contrib.import_export.forms import ExportForm
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from bansos import exports
from bansos.admin.bulk import BulkActions, choose
from bansos.admin_base import NotesLists, NotesLooks, ReadOnlyAdmin, ScopedAdmin
from bansos.admin_filters import SavedFilterTabs, in_words
from bansos.crypto import blind_index
from bansos.models import Region
from bansos.privacy import PRIVATE, client_address, mask, refuse_number, tells_number
from beneficiaries import corrections, following
from beneficiaries.admin.family_event import RECORD, FamilyEventPages
from beneficiaries.admin.person_condition import FlagPages
from beneficiaries.admin.reveal import RevealAdmin
from beneficiaries.admin.search import digits, note_lookup, search
from beneficiaries.models import Application, Household, Person, Score
from beneficiaries.resources import COLUMNS, XLSX_FORMATS, HouseholdResource


class ReasonedExportForm(ExportForm):
    """Which format, and what for."""

    reason = exports.reason_field(widget=UnfoldAdminTextInputWidget)


class KelurahanFilter(admin.SimpleListFilter):
    title, parameter_name = _("kelurahan"), "kelurahan"

    def lookups(self, request, model_admin):
        return [(r.code, r.name) for r in Region.objects.for_officer(request.user).kelurahan()]

    def queryset(self, request, queryset):
        return queryset.inside(self.value()) if self.value() else queryset


class FindAdmin(SavedFilterTabs, NotesLooks, NotesLists, ScopedAdmin):
    """A list whose box is posted: a name becomes part of the address, a full NIK or KK leads to its row alone."""

    search_fields = ["pk"]  # shows the box; `get_search_results` says what it finds
    search_help_text = _("Cari nama. Salah ketik sedikit tetap ketemu.")
    list_before_template = "admin/saved_filters.html"

    def changelist_view(self, request, extra_context=None):
        if digits(request.GET.get(SEARCH_VAR, "")):
            messages.warning(request, gettext("Jangan menulis NIK atau nomor KK di alamat. Ketik di kotak cari."))
            return redirect(request.path)
        if request.method == "POST" and SEARCH_VAR in request.POST:
            return self._find(request, request.POST[SEARCH_VAR])
        return super().changelist_view(request, extra_context)

    def _find(self, request, text: str):
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        if number := digits(text):
            return self._to_the_row(request, number)
        params = request.GET.copy()
        params.pop(PAGE_VAR, None)
        params[SEARCH_VAR] = text
        return redirect(f"{request.path}?{params.urlencode()}")

    def _to_the_row(self, request, number: str):
        found = self.by_number(self.get_queryset(request), number).first()
        note_lookup(request, [found] if found else [])
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        if found:
            return redirect(f"{name}_change", found.pk)
        messages.warning(request, gettext("Nomor itu tidak ada di register wilayah Anda."))
        return redirect(f"{name}_changelist")


class ReasonedForm(forms.ModelForm):
    """Facts of a family or a person with why they change, which is asked for when they do."""

    reason = forms.CharField(
        label=_("Alasan perubahan"), help_text=_("Contoh: sesuai KTP yang ditunjukkan di loket. Alasan Anda dicatat."),
        required=False, max_length=300, widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        validators=[refuse_number],
    )  # fmt: skip

    @property
    def changed_facts(self) -> list[str]:
        return [name for name in self.changed_data if name != "reason"]

    def clean(self):
        cleaned = super().clean()
        reason = " ".join(cleaned.get("reason", "").split())
        if self.changed_facts and len(reason) < corrections.SHORTEST and "reason" not in self.errors:
            self.add_error("reason", corrections.REASON)
        for name in self.changed_facts:
            if isinstance(cleaned.get(name), str) and tells_number(cleaned[name]):
                self.add_error(name, PRIVATE)
        return cleaned | {"reason": reason}


class ReasonedAdmin:
    """A mixin of ScopedAdmin whose form is a `ReasonedForm`: what changes keeps its why, and the rest follows."""

    def get_fieldsets(self, request, obj=None):
        found = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            return [*found, (_("Mengapa diubah"), {"fields": ["reason"]})]
        return found

    def save_model(self, request, obj, form, change):
        if not form.changed_facts:
            return
        obj.updated_at = timezone.now()
        with pghistory.context(reason=form.cleaned_data["reason"]):
            super().save_model(request, obj, form, change)
            following.follow(household_ids={self.family_of(obj)}, by=request.user)


class PersonInline(ReadOnlyAdmin, TabularInline):
    model = Person
    fields = readonly_fields = ["name", "masked_nik", "sex", "born_on", "relation", "died_on", "left_on"]
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


class HouseholdForm(ReasonedForm):
    class Meta:
        model = Household
        fields = "__all__"  # noqa: DJ007  the admin's fieldsets say which are shown


@admin.register(Household)
class HouseholdAdmin(ReasonedAdmin, BulkActions, FamilyEventPages, FlagPages, RevealAdmin, ExportMixin, FindAdmin):
    form = HouseholdForm
    secret_fields = {"kk": _("Nomor KK"), "phone": _("Nomor HP")}
    list_display = ["masked_kk", "head", "place", "decile", "status"]
    list_families = ("pk",)
    list_display_links = ["masked_kk", "head"]
    list_filter = [KelurahanFilter, "decile", "status", ("limited_at", admin.EmptyFieldListFilter)]
    actions = [choose("rt")]
    built_in_filters = ((_("Desil 1"), "decile=1"), (_("Sudah pindah"), "status=pindah"))
    list_select_related = ["region"]
    ordering = ["pk"]
    readonly_fields = [
        "masked_kk", "masked_phone", "region", "status", "limited_at", "created_at", "updated_at",
        "decile", "decile_on", "receives_pkh", "receives_sembako",
    ]  # fmt: skip
    inlines = [PersonInline, ApplicationInline, ScoreInline]
    fieldsets = [
        (None, {"fields": ["masked_kk", "region", "address", "masked_phone", "status", "limited_at"]}),
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
        (
            _("DTSEN dan bantuan lain"),
            {
                "fields": ["decile", "decile_on", "receives_pkh", "receives_sembako"],
                "description": _("Datang dari daftar resmi dengan tanggal dan sumbernya: muat di Data dari luar."),
            },
        ),
        (_("Catatan"), {"fields": ["created_at", "updated_at"]}),
    ]  # fmt: skip
    actions_detail = ["open_numbers", "timeline", "who_looked"]
    resource_classes = [HouseholdResource]
    export_form_class = ReasonedExportForm
    formats = XLSX_FORMATS
    export_template_name = "admin/beneficiaries/household/export.html"

    def get_queryset(self, request):
        return super().get_queryset(request).with_head_name()

    def get_urls(self):
        return [*self.family_event_urls(), *super().get_urls()]

    @action(description=_("Riwayat dan peristiwa"), url_path="riwayat", icon="history")
    def timeline(self, request, object_id):
        return redirect("admin:beneficiaries_household_peristiwa", object_id)

    def by_number(self, rows, digits: str):
        holder = Person.objects.filter(nik_index=blind_index(digits, "nik")).values("household")
        return rows.filter(kk_index=blind_index(digits, "kk")) | rows.filter(pk__in=holder)

    def get_search_results(self, request, queryset, search_term):
        if search_term:
            queryset = queryset.filter(
                pk__in=Person.objects.for_officer(request.user).named(search_term).values("household")
            )
        return queryset, False

    def has_add_permission(self, request):
        return False  # families come by register or application

    def has_delete_permission(self, request, obj=None):
        return False

    @staticmethod
    def family_of(household) -> int:
        return household.pk

    def has_export_permission(self, request):
        return exports.offered(request.user, COLUMNS) is not None

    def get_export_resource_kwargs(self, request, **kwargs):
        columns = exports.columns_for(request.user, COLUMNS)
        return super().get_export_resource_kwargs(request, **kwargs) | {"columns": columns.taken}

    def init_request_context_data(self, request, form):
        columns = exports.columns_for(request.user, COLUMNS)
        return super().init_request_context_data(request, form) | {"columns": columns, "fields_list": []}

    def get_export_data(self, file_format, request, queryset, export_form=None, **kwargs):
        """Leaves a trace of who took which families out and why, and marks the file."""
        columns = exports.columns_for(request.user, COLUMNS)
        if export_form is None:
            raise PermissionDenied  # nothing leaves without its reason
        families = list(queryset.order_by().values_list("pk", flat=True))
        stamp = exports.record(
            by=request.user, subject="beneficiaries.household:unduhan", columns=columns, rows=len(families),
            what=gettext("Keluarga: {filter}").format(filter=in_words(self.get_changelist_instance(request))),
            reason=export_form.cleaned_data["reason"], families=families, address=client_address(request),
        )  # fmt: skip
        body = super().get_export_data(file_format, request, queryset, export_form=export_form, **kwargs)
        return exports.marked(body, stamp)

    @action(description=_("Siapa yang melihat"), url_path="siapa-melihat", icon="visibility", permissions=["view"])
    def who_looked(self, request, object_id):
        return redirect("admin:siapa-melihat", "household", object_id)

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


class PersonForm(ReasonedForm):
    class Meta:
        model = Person
        fields = "__all__"  # noqa: DJ007  the admin's fieldsets say which are shown

    def clean_relation(self):
        """A head is made by an event, so that the family never has two or none."""
        relation, kepala = self.cleaned_data["relation"], Person.Relation.KEPALA
        if kepala in {relation, self.initial.get("relation")} and relation != self.initial.get("relation"):
            raise forms.ValidationError(gettext("Kepala keluarga diganti lewat Riwayat dan peristiwa keluarganya."))
        return relation


@admin.register(Person)
class PersonAdmin(ReasonedAdmin, FlagPages, RevealAdmin, FindAdmin):
    form = PersonForm
    secret_fields = {"nik": _("NIK")}
    actions_detail = ["open_numbers", "data_request", "who_looked", "copy_of_data", "record_death"]
    list_display = ["name", "masked_nik", "born_on", "place", "relation", "died_on"]
    list_families = ("household_id",)
    list_filter = [KelurahanFilter, "sex", ("died_on", admin.EmptyFieldListFilter)]
    list_select_related = ["region"]
    ordering = ["name", "pk"]
    readonly_fields = ["masked_nik", "household", "region", "died_on", "left_on", "created_at", "updated_at"]
    fieldsets = [
        (None, {"fields": ["name", "masked_nik", "household", "region", "died_on", "left_on"]}),
        (_("Data diri"), {"fields": ["birth_place", "born_on", "sex", "relation", "marital", "education"]}),
        (
            _("Keadaan"),
            {"fields": ["occupation", "income", "disability", "chronic_illness", "pregnant", "in_school"]},
        ),
        (_("Catatan"), {"fields": ["created_at", "updated_at"]}),
    ]

    def get_urls(self):
        quick = path("cepat/", self.admin_site.admin_view(search), name="beneficiaries_person_cepat")
        return [quick, *super().get_urls()]

    def by_number(self, rows, digits: str):
        family = Household.objects.filter(kk_index=blind_index(digits, "kk")).values("pk")
        return rows.filter(nik_index=blind_index(digits, "nik")) | rows.filter(household__in=family)

    def get_search_results(self, request, queryset, search_term):
        return (queryset.named(search_term) if search_term else queryset), False

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @staticmethod
    def family_of(person) -> int:
        return person.household_id

    def has_record_permission(self, request, object_id=None) -> bool:
        if not request.user.has_perm(RECORD):
            return False
        if object_id is None:
            return True
        return str(object_id).isdecimal() and self.get_queryset(request).living().filter(pk=object_id).exists()

    @action(description=_("Catat kematian"), url_path="meninggal", icon="event_note", permissions=["record"])
    def record_death(self, request, object_id):
        person = get_object_or_404(self.get_queryset(request), pk=object_id)
        url = reverse("admin:beneficiaries_household_catat", args=[person.household_id, "meninggal"])
        return redirect(f"{url}?orang={person.pk}")

    @action(
        description=_("Catat permintaan data"), url_path="permintaan-data", icon="shield_person", permissions=["reveal"]
    )
    def data_request(self, request, object_id):
        return redirect("admin:monitoring_datarequest_catat", object_id)

    @action(description=_("Siapa yang melihat"), url_path="siapa-melihat", icon="visibility", permissions=["view"])
    def who_looked(self, request, object_id):
        return redirect("admin:siapa-melihat", "person", object_id)

    @action(description=_("Berikan salinan data"), url_path="salinan", icon="folder_shared", permissions=["reveal"])
    def copy_of_data(self, request, object_id):
        return redirect("salinan-data", object_id)

    @admin.display(description=_("NIK"))
    def masked_nik(self, person):
        return mask(person.nik)

    @admin.display(description=_("RT/RW"), ordering="region")
    def place(self, person):
        return person.region.label
