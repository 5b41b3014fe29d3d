"""The register import in the admin: upload, preview, confirm, progress, result, and the refused rows to mend."""

from functools import partial

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bansos import exports
from bansos.admin_base import ScopedAdmin
from bansos.models import Job
from bansos.privacy import client_address, note_list, note_page
from bansos.tasks import start
from beneficiaries import register
from beneficiaries.admin.column_mapping import MappingForm
from beneficiaries.models import ColumnMapping, ImportRow, RegisterImport
from beneficiaries.register import spreadsheet
from beneficiaries.register.columns import HOUSEHOLDS, PEOPLE, columns
from beneficiaries.register.findings import general_sentence

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_A_PAGE = 50
REVEAL = "beneficiaries.reveal_identity"
REFUSED = ("refused_rows", "refused_numbers")  # as `bansos.exports` knows them
CONFLICT = "decided_later"
IMPORTED = _("Berkas register yang memuat keluarga ini")
COMPARED = _("Memeriksa isi berkas sebelum atau sesudah dimuat")
FILL = "isi"  # the button that fills the empty columns of Ya and Tidak
FEW_ROWS = 10  # shown without asking
FATES = (("new", _("Baru")), ("changed", _("Berubah")), ("unchanged", _("Sama")), ("refused", _("Ditolak")))
Status = RegisterImport.Status


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("Berkas register"),
        max_length=200,
        error_messages={
            "required": _("Pilih berkas dulu."),
            "empty": _("Berkas ini kosong. Isi sesuai contoh berkas."),
            "max_length": _("Nama berkas terlalu panjang. Pendekkan namanya."),
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt,.zip", "class": "drop-file"}),
    )


@admin.register(RegisterImport)
class RegisterImportAdmin(ScopedAdmin):
    list_display = ["filename", "status", "accepted", "refused", "uploaded_by", "uploaded_at"]
    list_filter = ["status"]
    list_select_related = ["uploaded_by"]

    def has_change_permission(self, request, obj=None):
        """An import is its own office's: the kecamatan looks at a kelurahan's, and does not act on it."""
        own = obj is None or request.user.is_superuser or obj.region_id == request.user.region_id
        return own and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        def page(route: str, view, guard, name: str):
            wrapped = self.admin_site.admin_view(guard(view))
            return path(route, wrapped, name=f"beneficiaries_registerimport_{name}")

        return [
            page("contoh/", self.example_view, require_GET, "contoh"),
            page("<int:pk>/cocokkan/", self.mapping_view, never_cache, "cocokkan"),
            page("<int:pk>/muat/", self.confirm_view, require_POST, "muat"),
            page("<int:pk>/batal/", self.cancel_view, require_POST, "batal"),
            page("<int:pk>/ulang/", self.retry_view, require_POST, "ulang"),
            page("<int:pk>/urungkan/", self.undo_view, require_http_methods(["GET", "POST"]), "urungkan"),
            page("<int:pk>/ditolak/", self.refused_view, require_POST, "ditolak"),
            *super().get_urls(),
        ]

    def add_view(self, request, form_url="", extra_context=None):
        """The upload page."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                made = register.receive(file=file, filename=file.name, by=request.user)
            except register.RegisterError as error:
                form.add_error("file", str(error))
            else:
                start(made.job)
                return redirect("admin:beneficiaries_registerimport_change", made.pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Unggah berkas register"),
            "opts": self.opts,
            "form": form,
            "kept": ColumnMapping.objects.for_officer(request.user).count(),
            "sheets": [
                (sheet, list(zip(columns(sheet), spreadsheet.EXAMPLES[sheet], strict=True)))
                for sheet in (HOUSEHOLDS, PEOPLE)
            ],
        }
        return TemplateResponse(
            request, "admin/beneficiaries/registerimport/upload.html", context, status=422 if form.errors else 200
        )

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """One page for the whole life of an import: progress, preview, progress, result."""
        made = self._ours(request, object_id)
        told = _told(made, request.GET)
        if made.changes or told.get("errors") or told.get("warnings"):
            note_page(request, made, page="import_page")
        note_list(
            request, subject=f"beneficiaries.registerimport:{made.pk}-keluarga", families=_named(made, told),
            page="import_page", what=IMPORTED, reason=COMPARED,
        )  # fmt: skip
        return never_cache(TemplateResponse)(
            request,
            "admin/beneficiaries/registerimport/import.html",
            {
                **self.admin_site.each_context(request),
                "title": made.filename,
                "opts": self.opts,
                "import": made,
                "may_change": self.has_change_permission(request, made),
                "columns": exports.offered(request.user, REFUSED, permission=REVEAL),
                **told,
            },
        )

    def _ours(self, request, pk, *, change: bool = False) -> RegisterImport:
        """Returns an import of the officer's region. Raises Http404, or PermissionDenied for who may only look."""
        made = self.get_object(request, pk)
        if made is None:
            raise Http404
        allowed = self.has_change_permission if change else self.has_view_permission
        if not allowed(request, made):
            raise PermissionDenied
        return made

    def _decide(self, request, pk, verb):
        made = self._ours(request, pk, change=True)
        try:
            done = verb(register_import=made, by=request.user)
        except (register.RegisterError, register.UndoError) as error:
            messages.error(request, str(error))
        else:
            if isinstance(done, Job):
                start(done)
            else:
                messages.success(request, gettext("Impor dibatalkan. Tidak ada yang dimuat."))
        return redirect("admin:beneficiaries_registerimport_change", pk)

    def mapping_view(self, request, pk):
        """Which foreign columns are ours, and what foreign words mean; then the file is inspected."""
        made = self._ours(request, pk, change=True)
        if made.status != Status.COCOKKAN:
            return redirect("admin:beneficiaries_registerimport_change", pk)
        form = MappingForm(request.POST if request.method == "POST" else None, made=made)
        if FILL in request.POST:
            form = MappingForm(made=made, initial=form.filled(request.POST))
        if form.is_valid() and not form.ask_words():
            try:
                job = register.map_columns(
                    register_import=made, plan=form.plan, name=form.cleaned_data["name"], by=request.user
                )
            except register.RegisterError as error:
                form.add_error(None, str(error))
            else:
                start(job)
                return redirect("admin:beneficiaries_registerimport_change", pk)
        context = self.admin_site.each_context(request) | {
            "title": _("Cocokkan kolom"), "opts": self.opts, "import": made, "form": form, "pieces": form.pieces(),
            "fill": FILL,
        }  # fmt: skip
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/beneficiaries/registerimport/mapping.html", context, status=status)

    def confirm_view(self, request, pk):
        return self._decide(request, pk, partial(register.confirm, takes_conflicts="bentrok" in request.POST))

    def cancel_view(self, request, pk):
        return self._decide(request, pk, register.cancel)

    def retry_view(self, request, pk):
        return self._decide(request, pk, register.retry)

    def undo_view(self, request, pk):
        """What undoing would do, then does it once sent."""
        made = self._ours(request, pk, change=True)
        if request.method == "POST":
            return self._decide(request, pk, register.request_undo)
        if not register.may_undo(made):
            messages.error(request, str(register.NOT_LOADED))
            return redirect("admin:beneficiaries_registerimport_change", pk)
        plan = register.plan_undo(made)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Urungkan impor"),
            "opts": self.opts,
            "import": made,
            "plan": plan,
            "table": [(name.capitalize(), number, plan.restored[name]) for name, number in plan.removed.items()],
        }
        return never_cache(TemplateResponse)(request, "admin/beneficiaries/registerimport/undo.html", context)

    def refused_view(self, request, pk):
        """The refused rows with their full numbers, to mend: who took them is recorded."""
        made = self._ours(request, pk, change=True)
        if not request.user.has_perm(REVEAL):
            raise PermissionDenied
        columns = exports.columns_for(request.user, REFUSED)
        try:
            stamp = exports.record(
                by=request.user, subject=f"beneficiaries.registerimport:{made.pk}", columns=columns,
                rows=made.rows.filter(raw__isnull=False).count(), what=made.filename, region=made.region,
                reason=exports.reason_of(request.POST), families=spreadsheet.refused_families(made),
                address=client_address(request),
            )  # fmt: skip
        except exports.ExportError as error:
            messages.error(request, str(error))
            return redirect("admin:beneficiaries_registerimport_change", made.pk)
        body = spreadsheet.refused_rows(made, stamp)
        if "refused_numbers" in columns.left_out:
            body = exports.without_numbers(body)
        return _attachment(body, f"baris-ditolak-{made.pk}.xlsx")

    def example_view(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return _attachment(spreadsheet.empty_form(), "contoh-register.xlsx")

    @admin.display(description=_("Keluarga/warga diterima"))
    def accepted(self, made):
        counts = made.outcome or made.preview
        if not counts:
            return "-"
        return " / ".join(
            str(sum(number for fate, number in counts[kind].items() if fate != "refused"))
            for kind in ("households", "people")
        )

    @admin.display(description=_("Baris ditolak"))
    def refused(self, made):
        counts = made.outcome or made.preview
        return counts["households"]["refused"] + counts["people"]["refused"] if counts else "-"


def _attachment(body: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(body, content_type=XLSX, headers=headers)


def _told(made: RegisterImport, asked: QueryDict) -> dict:
    """What the page says about an import: its counts, its findings by page (`asked`), and its job."""
    counts = made.outcome or made.preview
    job = made.job
    failed = job if job and job.state == Job.State.GAGAL and made.status != Status.DITOLAK else None
    told = {
        "job": job if job and job.state in Job.OPEN else None,
        "failed": failed,
        "cut_off": made.status == Status.DIMUAT and job is None,
        "may_undo": register.may_undo(made),
        "stuck": failed and made.status in {Status.DIPERIKSA, Status.DIMUAT},
        "Status": Status,
        "counts": counts,
    }
    if not counts or made.status == Status.BATAL:
        return told
    errors = made.rows.filter(level=ImportRow.Level.ERROR).order_by("pk")
    warned = made.rows.filter(level=ImportRow.Level.WARNING).order_by("pk")
    lists = {"ditolak": errors, "bentrok": warned.filter(code=CONFLICT), "peringatan": warned.exclude(code=CONFLICT)}
    return told | {
        "table": _table(counts, lists["peringatan"]),
        "conflicting": sum(counts.get("conflicting", {}).values()),
        "loads": sum(counts[kind][fate] for kind in ("households", "people") for fate in ("new", "changed")),
        "accepted": sum(n for kind in ("households", "people") for f, n in counts[kind].items() if f != "refused"),
        "errors": _by_number(counts["errors"]),
        "warnings": _by_number(counts["warnings"]),
        "rows": {
            name: {
                "name": name,
                "page": Paginator(found, ROWS_A_PAGE).get_page(asked.get(name)),
                "open": name in asked or found.count() <= FEW_ROWS,
            }
            for name, found in lists.items()
        },
    }


def _named(made: RegisterImport, told: dict) -> set[int]:
    """Returns the numbers of the families whose rows the page shows."""
    rows = [row for found in told.get("rows", {}).values() for row in found["page"]]
    return {number for number in [*(row.family for row in rows), *(c.get("family") for c in made.changes)] if number}


def _table(counts: dict, warned: QuerySet) -> list[tuple]:
    """Returns (label, families, people) for each class of rows; what conflicts stays as it is, and is told apart."""
    kinds, conflicting = ("households", "people"), counts.get("conflicting", {})
    rows = {fate: [counts[kind][fate] for kind in kinds] for fate, _label in FATES}
    apart = [conflicting.get(kind, 0) for kind in kinds]
    rows["unchanged"] = [same - other for same, other in zip(rows["unchanged"], apart, strict=True)]
    by_sheet = dict(warned.order_by().values("sheet").annotate(n=Count("row", distinct=True)).values_list("sheet", "n"))
    told = [(label, *rows[fate]) for fate, label in FATES]
    told.insert(3, (_("Bentrok"), *apart))
    return [*told, (_("Di antaranya dengan peringatan"), *(by_sheet.get(sheet, 0) for sheet in (HOUSEHOLDS, PEOPLE)))]


def _by_number(codes: dict[str, int]) -> list[tuple[int, str]]:
    return sorted(((number, general_sentence(code)) for code, number in codes.items()), reverse=True)
