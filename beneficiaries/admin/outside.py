"""Data of other offices in the admin: the dated facts, and the page that looks at a list before it is loaded."""

import base64
import secrets
import tempfile
from pathlib import Path

from django import forms
from django.contrib import admin, messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from bansos import crypto
from bansos.admin_base import NotesLists, NotesLooks, ReadOnlyAdmin, ScopedAdmin
from beneficiaries import outside, register
from beneficiaries.models import Household, OutsideFact, ScoringRun
from beneficiaries.tasks import rescore

MAX_BYTES = 8 << 20
KEEP_SECONDS = 30 * 60  # a list that nobody decides on is gone after this
COLUMN = "outside.list"  # under which the waiting list is encrypted
TOO_LARGE = _("Berkas ini lebih dari 8 MB. Bagi menjadi beberapa berkas.")
EXPIRED = _("Pemeriksaan ini sudah kedaluwarsa. Pilih berkasnya sekali lagi.")


class ListForm(forms.Form):
    kind = forms.ChoiceField(label=_("Jenis daftar"), choices=OutsideFact.Kind)
    source = forms.CharField(
        label=_("Sumber"),
        max_length=120,
        help_text=_("Contoh: Surat Pusdatin 12/2026."),
        error_messages={"required": outside.NO_SOURCE},
    )
    as_of = forms.DateField(
        label=_("Tanggal acuan"),
        required=False,
        help_text=_("Untuk baris tanpa tanggal sendiri."),
        error_messages={"invalid": _("Tanggal ini tidak terbaca. Tulis seperti 31/12/2026.")},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    whole = forms.BooleanField(
        label=_("Daftar ini lengkap"),
        required=False,
        help_text=_(
            "Penerima PKH atau Sembako di wilayah Anda yang tidak ada di daftar ini dicatat tidak menerima lagi."
        ),
    )
    file = forms.FileField(
        label=_("Berkas"),
        error_messages={"required": _("Pilih berkas dulu."), "empty": _("Berkas ini kosong.")},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt", "class": "drop-file"}),
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(TOO_LARGE)
        return file


@admin.register(OutsideFact)
class OutsideFactAdmin(NotesLists, NotesLooks, ReadOnlyAdmin, ScopedAdmin):
    look_page = "outside_page"
    list_display = ["family", "kind", "told", "as_of", "source", "imported_by", "imported_at"]
    list_families = ("household_id",)
    list_filter = ["kind"]
    list_select_related = ["imported_by"]
    fields = ["household", "kind", "told", "as_of", "source", "imported_by", "imported_at"]
    readonly_fields = ["told"]

    def get_queryset(self, request):
        households = Household.objects.with_head_name().select_related("region")
        return super().get_queryset(request).prefetch_related(Prefetch("household", households))

    def has_add_permission(self, request, obj=None):
        return request.user.has_perm("beneficiaries.add_outsidefact")

    def told_of(self, obj):
        return (obj.household,)

    @admin.display(description=_("Keluarga"))
    def family(self, fact):
        return f"{fact.household.head_name or '-'}, {fact.household.region.label}"

    @admin.display(description=_("Isi"))
    def told(self, fact):
        if fact.kind == OutsideFact.Kind.DESIL:
            return fact.value
        return gettext("Menerima") if fact.value else gettext("Tidak menerima")

    def add_view(self, request, form_url="", extra_context=None):
        """Looks at a list; a second press loads what was looked at. The list waits encrypted, for half an hour."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method == "POST" and "muat" in request.POST:
            return self._load(request)
        form = ListForm(request.POST, request.FILES) if request.method == "POST" else ListForm()
        found, token = None, ""
        if form.is_valid():
            asked = {"kind": form.cleaned_data["kind"], "source": form.cleaned_data["source"],
                     "as_of": form.cleaned_data["as_of"], "whole": form.cleaned_data["whole"]}  # fmt: skip
            body = form.cleaned_data["file"].read()
            try:
                found = _import(body, asked, by=request.user, dry_run=True)
            except (register.FileError, outside.OutsideError) as error:
                form.add_error("file", str(error))
            else:
                token = secrets.token_urlsafe(16)
                kept = crypto.encrypt(base64.b64encode(body).decode(), COLUMN)
                cache.set(_key(request, token), (kept, asked), KEEP_SECONDS)
        context = self.admin_site.each_context(request) | {
            "title": _("Data dari luar"), "opts": self.opts, "form": form, "token": token,
            "rows": found and [(label, found["rows"][fate]) for fate, label in outside.FATES.items()],
            "faults": found and [(row, outside.SENTENCES.get(why, outside.NOT_FOUND)) for row, why in found["told"]],
            "loads": found and _loads(found["rows"]),
            "not_whole": found and form.cleaned_data["whole"] and found["rows"]["refused"],
        }  # fmt: skip
        template = "admin/beneficiaries/outsidefact/list.html"
        return never_cache(TemplateResponse)(request, template, context, status=422 if form.errors else 200)

    def _load(self, request):
        key = _key(request, request.POST["muat"])
        kept = cache.get(key)
        cache.delete(key)
        if kept is None:
            messages.error(request, str(EXPIRED))
            return redirect("admin:beneficiaries_outsidefact_add")
        body, asked = base64.b64decode(crypto.decrypt(kept[0], COLUMN)), kept[1]
        rows = _import(body, asked, by=request.user)["rows"]
        rescore.delay_on_commit(reason=ScoringRun.Reason.DATA)
        told = gettext("%(count)s keluarga mendapat data baru dari %(source)s.")
        messages.success(request, told % {"count": _loads(rows), "source": asked["source"]})
        return redirect("admin:beneficiaries_outsidefact_changelist")


def _loads(rows: dict[str, int]) -> int:
    return rows["changed"] + rows["renewed"] + rows["stopped"]


def _key(request, token: str) -> str:
    """A waiting list belongs to the officer who brought it."""
    return f"outside:{request.user.pk}:{token[:40]}"


def _import(body: bytes, asked: dict, *, by, dry_run: bool = False) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "daftar"
        path.write_bytes(body)
        return outside.import_list(path=path, region=by.region_id or "", by=by, dry_run=dry_run, **asked)
