"""HP RT dan RW: the kelurahan hands out one-time codes and signs an officer of the field out everywhere."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from bansos import phone_keys
from bansos.admin_base import ReadOnlyAdmin
from bansos.models import PhoneKey
from bansos.phone_keys import PhoneKeyError


class CodeForm(forms.Form):
    """The number that may stand in for the user name."""

    phone = forms.CharField(
        label=_("Nomor HP petugas"),
        help_text=_("Boleh kosong: nomor yang sudah tersimpan tidak berubah."),
        max_length=30,
        required=False,
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off", "inputmode": "tel"}),
    )


@admin.register(PhoneKey)
class PhoneKeyAdmin(ReadOnlyAdmin, ModelAdmin):
    """One list of officers, and two acts; a row is never opened by itself."""

    def has_view_permission(self, request, obj=None):
        return obj is None and super().has_view_permission(request)

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/kode/", view(never_cache(self.code_view)), name="bansos_phonekey_kode"),
            path("<int:pk>/keluarkan/", view(self.end_view), name="bansos_phonekey_keluarkan"),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        officers, sought = phone_keys.officers_for(request.user), request.GET.get("cari", "").strip()
        if sought:
            officers = officers.filter(Q(name__icontains=sought) | Q(username__icontains=sought))
        context = self.admin_site.each_context(request) | {
            "opts": self.opts, "title": _("HP RT dan RW"), "sought": sought, "now": timezone.now(),
            "page": Paginator(officers, 50).get_page(request.GET.get("halaman")),
            "may": request.user.has_perm(phone_keys.HAND_OUT),
        }  # fmt: skip
        return render(request, "admin/bansos/phonekey/daftar.html", context)

    def _officer(self, request, pk: int):
        if not request.user.has_perm(phone_keys.HAND_OUT):
            raise PermissionDenied
        return get_object_or_404(phone_keys.officers_for(request.user), pk=pk)

    def _step(self, request, officer, form, **more):
        context = self.admin_site.each_context(request) | {"opts": self.opts, "officer": officer, "form": form} | more
        return render(request, "admin/bansos/phonekey/langkah.html", context, status=422 if form.errors else 200)

    def code_view(self, request, pk: int):
        """Makes a code and shows it in the answer itself, once."""
        officer = self._officer(request, pk)
        form = CodeForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            phone = form.cleaned_data["phone"].strip() or None
            try:
                code = phone_keys.make_code(officer=officer, phone=phone, by=request.user)
            except PhoneKeyError as error:
                form.add_error("phone", str(error))
            else:
                key = PhoneKey.objects.get(user=officer)
                context = {
                    "officer": officer, "code": code, "until": key.code_until, "has_number": bool(key.phone),
                    "address": request.build_absolute_uri(reverse("masuk")),
                }  # fmt: skip
                return render(request, "bansos/kode-hp.html", context)
        meaning = _("Kode berlaku tujuh hari dan satu kali. Kode lama yang belum dipakai tidak berlaku lagi.")
        return self._step(request, officer, form, title=_("Buat kode masuk"), meaning=meaning, act=_("Buat kode"))

    def end_view(self, request, pk: int):
        """Signs the officer out on each phone and computer."""
        officer = self._officer(request, pk)
        if request.method == "POST":
            try:
                phone_keys.end_everywhere(officer=officer, by=request.user)
            except PhoneKeyError as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _("%(name)s dikeluarkan dari semua HP.") % {"name": officer.name})
            return redirect("admin:bansos_phonekey_changelist")
        meaning = _(
            "Untuk HP hilang, dijual, atau ketua yang berganti. Jawaban yang belum terkirim tetap di HP itu; "
            "daftar rumahnya terhapus sesudah 14 hari tanpa jaringan."
        )
        return self._step(
            request, officer, forms.Form(), title=_("Keluarkan dari semua HP"), meaning=meaning, act=_("Keluarkan")
        )
