"""Officers, and the record of who looked at whose identity data."""

from django import forms
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminTextInputWidget

from bansos import crypto
from bansos.admin_base import ReadOnlyAdmin, ScopedAdmin
from bansos.models import DataAccess, User
from bansos.scope import covers

admin.site.unregister(Group)  # permissions come from the role alone


class NewUserForm(UserCreationForm):
    class Meta:
        model = User
        fields = ["username", "name", "role", "region"]


class ChangedUserForm(UserChangeForm):
    own_kk = forms.CharField(
        label=_("Nomor KK keluarga sendiri"),
        help_text=_("16 angka. Petugas lalu tidak dapat mengurus keluarganya sendiri. Kosong: tidak berubah."),
        required=False,
        max_length=30,
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off", "inputmode": "numeric"}),
    )

    class Meta:
        model = User
        fields = "__all__"

    def clean_own_kk(self) -> str:
        digits = "".join(filter(str.isdigit, self.cleaned_data["own_kk"]))
        if self.cleaned_data["own_kk"].strip() and len(digits) != 16:
            raise forms.ValidationError(_("Nomor KK berisi 16 angka. Periksa kartu keluarganya."))
        return digits

    def save(self, commit=True):
        """Keeps the blind index of the number; the number itself goes no further."""
        if self.cleaned_data["own_kk"]:
            self.instance.kk_index = crypto.blind_index(self.cleaned_data["own_kk"], "kk")
        return super().save(commit)


def _inside(officer, region) -> None:
    """Raises ValidationError unless the officer may give out tasks in `region`."""
    if region is not None and not covers(officer, region.code):
        raise forms.ValidationError(_("Pilih wilayah di dalam wilayah Anda."))


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    form, add_form, change_password_form = ChangedUserForm, NewUserForm, AdminPasswordChangeForm
    list_display = ["username", "name", "role", "region", "is_active"]
    list_filter = ["role", "is_active"]
    search_fields = ["username", "name"]
    ordering = ["username"]
    filter_horizontal = ()
    autocomplete_fields = ["region"]
    readonly_fields = ["last_login", "joined_at"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Tugas"), {"fields": ["name", "role", "region", "is_active", "own_kk"]}),
        (_("Catatan"), {"fields": ["last_login", "joined_at"]}),
    ]
    add_fieldsets = [(None, {"fields": ["username", "name", "role", "region", "password1", "password2"]})]

    def get_queryset(self, request):
        users = super().get_queryset(request).select_related("region")
        return users if request.user.is_superuser else users.filter(is_superuser=False)

    def get_form(self, request, obj=None, **kwargs):
        """The form refuses a region outside the officer's own."""
        base = super().get_form(request, obj, **kwargs)

        class OwnRegionForm(base):
            def clean_region(self):
                _inside(request.user, self.cleaned_data["region"])
                return self.cleaned_data["region"]

        return OwnRegionForm

    def has_delete_permission(self, request, obj=None):
        return False  # switch an account off instead: its acts stay on record


class KindOfLookFilter(admin.SimpleListFilter):
    title, parameter_name = _("jenis"), "jenis"

    def lookups(self, request, model_admin):
        return DataAccess.KINDS.items()

    def queryset(self, request, queryset):
        return queryset.of_kind(self.value()) if self.value() in DataAccess.KINDS else queryset


@admin.register(DataAccess)
class DataAccessAdmin(ReadOnlyAdmin, ScopedAdmin):
    list_display = ["at", "user", "about", "data", "rows", "what", "reason", "address"]
    list_filter = [KindOfLookFilter, "user"]
    search_fields = ["subject", "reason"]
    list_select_related = ["user"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("families", "applications")

    @display(description=_("objek"), ordering="subject")
    def about(self, look):
        """Says in words what was looked at: "beneficiaries.person:17" as "Warga nomor 17"."""
        label, _colon, number = look.subject.partition(":")
        try:
            names = apps.get_model(label)._meta
        except (LookupError, ValueError):
            return look.subject
        if number.isdecimal():
            return _("%(what)s nomor %(number)s") % {"what": capfirst(names.verbose_name), "number": number}
        return capfirst(names.verbose_name_plural)

    @display(description=_("data"))
    def data(self, look):
        if not look.left_out:
            return look.told
        return _("%(told)s. Tidak ikut: %(kept_back)s") % {"told": look.told, "kept_back": look.kept_back}
