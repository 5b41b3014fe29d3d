"""The desk of data requests: a list by the clock, and one page where an officer verifies, answers or refuses."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Value, When
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from bansos import row_history
from bansos.admin_base import NotesLists, ReadOnlyAdmin, ScopedAdmin
from bansos.fields import EncryptedField
from bansos.models import User
from bansos.privacy import client_address, mask, note_page
from beneficiaries import corrections, limiting
from beneficiaries.limiting import LimitingError
from beneficiaries.models import Household, Person
from monitoring import data_requests, subject_access
from monitoring.data_request_forms import RequestForm
from monitoring.data_requests import DataRequestError
from monitoring.models import DataRequest
from monitoring.models.data_request import OPEN_REQUESTS, DataRequestStatus

S, K = DataRequestStatus, DataRequest.Kind
SOON = 24  # hours
LOOKS_PER_PAGE = 50


class VerifyForm(forms.Form):
    """Which papers the officer has seen."""

    use_required_attribute = False
    proof = forms.ChoiceField(
        label=_("Bukti identitas yang Anda lihat"),
        choices=[("", _("Pilih buktinya")), *DataRequest.Proof.choices],
        widget=UnfoldAdminSelectWidget,
        error_messages={"required": data_requests.NO_PROOF},
    )


class FulfilForm(forms.Form):
    """The words for the person; for a correction also the datum as it stands on the papers."""

    use_required_attribute = False
    answer = forms.CharField(
        label=_("Jawaban untuk warga"),
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        error_messages={"required": data_requests.NO_ANSWER},
    )

    def __init__(self, *args, row: DataRequest, **kwargs):
        super().__init__(*args, **kwargs)
        if row.kind == K.PERBAIKAN:
            answer = self.fields.pop("answer")
            self.fields |= {"value": _value_field(row), "answer": answer}


def _value_field(row: DataRequest) -> forms.Field:
    """A field for the corrected datum: filled with what the person wrote, unless that is a number to be read anew."""
    datum = corrections.field_of(row.datum)
    wrong = {"required": _("Tulis isinya sesuai dokumen.")}
    label = _("%(datum)s menurut dokumen") % {"datum": datum.verbose_name}
    if datum.choices:
        labels = {str(word).lower(): value for value, word in datum.flatchoices}
        return forms.ChoiceField(
            label=label, choices=[("", _("Pilih")), *datum.flatchoices], widget=UnfoldAdminSelectWidget,
            initial=labels.get((row.wanted or "").lower()), error_messages=wrong,
        )  # fmt: skip
    if datum.get_internal_type() == "DateField":
        return forms.DateField(
            label=label, help_text=_("Contoh 17-05-1980"), input_formats=["%d-%m-%Y", "%d/%m/%Y", "%Y-%m-%d"],
            widget=UnfoldAdminTextInputWidget,
            error_messages=wrong | {"invalid": _("Tulis tanggal seperti 17-05-1980.")},
        )  # fmt: skip
    initial = None if isinstance(datum, EncryptedField) else row.wanted
    return forms.CharField(
        label=label, initial=initial, max_length=200, widget=UnfoldAdminTextInputWidget, error_messages=wrong
    )


class RefuseForm(forms.Form):
    """Why not, from the list, and the words for the person."""

    use_required_attribute = False
    refusal = forms.ChoiceField(
        label=_("Sebab"),
        choices=[("", _("Pilih sebabnya")), *DataRequest.Refusal.choices],
        widget=UnfoldAdminSelectWidget,
        error_messages={"required": data_requests.NO_REFUSAL},
    )
    answer = FulfilForm.base_fields["answer"]


class LiftForm(forms.Form):
    """Why the family's data may be used again."""

    use_required_attribute = False
    reason = forms.CharField(
        label=_("Alasan dilanjutkan"),
        max_length=300,
        widget=UnfoldAdminTextInputWidget,
        error_messages={"required": limiting.REASON},
    )


class DeskForm(RequestForm):
    """A request written down at the desk, in Unfold's look."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, widget in (
            ("kind", UnfoldAdminRadioSelectWidget),
            ("datum", UnfoldAdminSelectWidget),
            ("wanted", UnfoldAdminTextInputWidget),
            ("story", UnfoldAdminTextareaWidget),
        ):
            field = self.fields[name]
            field.widget = widget(choices=field.choices) if hasattr(field, "choices") else widget()
        self.fields["kind"].label = _("Apa yang diminta?")


class StateFilter(DropdownFilter):
    title = _("keadaan")
    parameter_name = "keadaan"

    def lookups(self, request, model_admin):
        return [("terbuka", _("Perlu dijawab")), ("terlambat", _("Terlambat"))]

    def queryset(self, request, queryset):
        if self.value() == "terbuka":
            return queryset.open()
        return queryset.late() if self.value() == "terlambat" else queryset


@admin.register(DataRequest)
class DataRequestAdmin(NotesLists, ReadOnlyAdmin, ScopedAdmin):
    list_display = ["kode", "clock", "state", "kind", "whose", "region", "asked_at"]
    list_families, list_applications = ("person.household_id",), ("application_id",)
    list_display_links = ["kode"]
    list_filter = [StateFilter, ("kind", ChoicesDropdownFilter)]
    list_filter_submit = True
    list_select_related = ["region", "person", "application"]
    search_fields = ["code"]
    search_help_text = _("Cari nomor bukti")

    def get_ordering(self, request):
        is_open = Case(When(status__in=OPEN_REQUESTS, then=Value(1)), default=Value(0), output_field=IntegerField())
        return [is_open.desc(), "due_at", "pk"]

    def get_search_results(self, request, queryset, search_term):
        """A code may be typed as it is printed, with dashes."""
        return super().get_search_results(request, queryset, search_term.replace("-", ""))

    def get_urls(self):
        found = path(
            "catat/<int:person_id>/",
            self.admin_site.admin_view(never_cache(self.write_down)),
            name="monitoring_datarequest_catat",
        )
        looked = path(
            "siapa-melihat/<str:kind>/<int:number>/",
            self.admin_site.admin_view(never_cache(self.who_looked)),
            name="siapa-melihat",
        )
        return [found, looked, *super().get_urls()]

    def who_looked(self, request, kind: str, number: int):
        """Who opened the numbers of a person or family, gave a copy away, or saw or exported a list that held them."""
        model: Any = {"person": Person, "household": Household}.get(kind)
        if model is None:
            raise Http404
        if not request.user.has_perm(f"beneficiaries.view_{kind}"):
            raise PermissionDenied
        row = get_object_or_404(model.objects.for_officer(request.user), pk=number)
        found = subject_access.lines(subject_access.looks(*subject_access.around(row)))[::-1]
        context = self.admin_site.each_context(request) | {
            "opts": model._meta, "title": _t("Siapa yang melihat data ini"), "row": row,
            "page": Paginator(found, LOOKS_PER_PAGE).get_page(request.GET.get("hal")),
            "back": reverse(f"admin:beneficiaries_{kind}_change", args=[row.pk]),
        }  # fmt: skip
        return render(request, "admin/monitoring/data_request/melihat.html", context)

    @display(description=_("nomor bukti"), ordering="code")
    def kode(self, row):
        return str(row)

    @display(description=_("warga"))
    def whose(self, row):
        return row.name

    @display(
        description=_("sisa waktu"), ordering="due_at",
        label={"late": "danger", "soon": "warning", "open": "info", "done": "default"},
    )  # fmt: skip
    def clock(self, row):
        return clock(row)

    @display(
        description=_("status"), ordering="status",
        label={
            S.DITERIMA.label: "warning", S.VERIFIKASI.label: "info", S.DIPENUHI.label: "success",
            S.DITOLAK.label: "default",
        },
    )  # fmt: skip
    def state(self, row):
        return row.get_status_display()

    # --- written down at the desk

    def write_down(self, request, person_id: int):
        """The form for a person who came to the desk."""
        if not may_answer(request.user):
            raise PermissionDenied
        people = Person.objects.for_officer(request.user).select_related("region", "household")
        person = get_object_or_404(people, pk=person_id)
        form = DeskForm(request.POST or None, rows=("person", "household"))
        if request.method == "POST" and form.is_valid():
            try:
                made = data_requests.submit(person=person, by=request.user, **form.cleaned_data)
            except DataRequestError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _t("Permintaan dicatat. Nomor bukti %(code)s.") % {"code": made})
                return redirect("admin:monitoring_datarequest_change", made.pk)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts, "title": _t("Catat permintaan data"), "person": person, "form": form,
            "back": reverse("admin:beneficiaries_person_change", args=[person.pk]),
        }  # fmt: skip
        return render(request, "admin/monitoring/data_request/catat.html", context)

    # --- one request

    def change_view(self, request, object_id, form_url="", extra_context=None):
        number = int(object_id) if object_id.isdecimal() and len(object_id) < 19 else None
        rows = self.get_queryset(request).select_related("region", "person__household", "application")
        row = rows.filter(pk=number).first()
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return self._act(request, row) if request.method == "POST" else self._page(request, row)

    def _act(self, request, row: DataRequest):
        """Does what the pressed button says; what a verb refuses is shown as its sentence."""
        act = request.POST.get("act", "")
        if not may_answer(request.user):
            raise PermissionDenied
        form = _forms(row, act, request.POST).get(act)
        if form is None:
            messages.error(request, data_requests.NOT_NOW)
            return redirect("admin:monitoring_datarequest_change", row.pk)
        if not form.is_valid():
            return self._page(request, row, {act: form})
        try:
            done = _call(act, row, form.cleaned_data, request)
        except (DataRequestError, LimitingError) as error:
            messages.error(request, str(error))
            return self._page(request, row, {act: form})
        if isinstance(done, HttpResponse):
            return done
        messages.success(request, done)
        return redirect("admin:monitoring_datarequest_change", row.pk)

    def _page(self, request, row: DataRequest, bound: dict | None = None):
        kind, words = clock(row)
        note_page(request, row.person, row.application, page="request_page")
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": _t("Permintaan data %(code)s") % {"code": row},
            "row": row,
            "forms": (_forms(row) | (bound or {})) if may_answer(request.user) else {},
            "clock": words,
            "clock_css": {"late": "danger", "soon": "warning"}.get(kind, "info"),
            "next_act": next_act(row),
            "datum": corrections.field_of(row.datum).verbose_name if row.datum else "",
            "wanted": _shown(row),
            "stands": _stands(row),
            "trail": _trail(row),
        }
        response = render(request, "admin/monitoring/data_request/detail.html", context)
        response.headers["Cache-Control"] = "no-store"
        return response


def _trail(row: DataRequest) -> list[dict]:
    """Returns the changes of a request, each with its maker's name."""
    changes = row_history.of(row)
    users = User.objects.in_bulk({change.user_id for change in changes if change.user_id})
    return [
        {"at": each.at, "who": users.get(each.user_id or 0), "change": each.change, "reason": each.reason}
        for each in changes
    ]


def may_answer(user) -> bool:
    return user.has_perm("monitoring.answer_datarequest")


def clock(row: DataRequest) -> tuple[str, str]:
    """Returns the kind of a request's clock ("late", "soon", "open", "done") and its words."""
    if row.status not in OPEN_REQUESTS:
        return "done", _t("Dijawab")
    if row.hours_left < 0:
        return "late", _t("Terlambat %(hours)s jam") % {"hours": -row.hours_left - 1}
    return ("soon" if row.hours_left < SOON else "open"), _t("%(hours)s jam lagi") % {"hours": row.hours_left}


def next_act(row: DataRequest) -> str:
    """One sentence: what the office must do now."""
    if row.status == S.DITERIMA:
        return _t("Cocokkan KTP asli dengan data, sebelum membuka atau mengubah apa pun.")
    if row.status == S.VERIFIKASI:
        acts = {
            K.SALINAN: _t("Unduh salinannya dan serahkan kepada orangnya."),
            K.PERBAIKAN: _t("Tulis isi yang benar menurut dokumen."),
            K.PEMBATASAN: _t("Hentikan dulu penilaian keluarga ini."),
            K.PENGHAPUSAN: _t("Hapus bila tidak ada kewajiban menyimpan. Penghapusan tidak dapat dibatalkan."),
        }
        return acts[K(row.kind)]
    return _t("Tidak ada yang perlu dikerjakan.")


def _forms(row: DataRequest, act: str = "", data=None) -> dict[str, forms.Form]:
    """Returns the forms that this request takes now; the one of `act` is bound to `data`."""
    kinds: dict[str, tuple] = {}
    if row.status == S.DITERIMA:
        kinds["cocok"] = (VerifyForm, {})
    if row.status == S.VERIFIKASI:
        kinds["penuhi"] = (FulfilForm, {"row": row})
    if row.status in OPEN_REQUESTS:
        kinds["tolak"] = (RefuseForm, {})
    if row.status == S.DIPENUHI and row.kind == K.PEMBATASAN and row.person and row.person.household.limited_at:
        kinds["lanjut"] = (LiftForm, {})
    return {name: made(data if name == act else None, prefix=name, **more) for name, (made, more) in kinds.items()}


def _call(act: str, row: DataRequest, values: dict, request) -> str | HttpResponse:
    """Calls the verb of a button. Returns the sentence for the officer, or the file to hand over."""
    by = request.user
    if act == "cocok":
        data_requests.verify(request=row, by=by, **values)
        return _t("Identitas cocok. Sekarang penuhi permintaannya.")
    if act == "tolak":
        data_requests.refuse(request=row, by=by, **values)
        return _t("Permintaan ditolak dengan alasan. Warga membacanya di halaman Hak data Anda.")
    if act == "lanjut":
        limiting.lift(household=cast(Person, row.person).household, by=by, **values)
        return _t("Data keluarga ini dipakai lagi mulai penilaian berikutnya.")
    body = data_requests.fulfil(request=row, by=by, address=client_address(request), **values)
    if body is None:
        return _t("Permintaan dipenuhi. Warga membacanya di halaman Hak data Anda.")
    headers = {
        "Content-Disposition": f'attachment; filename="salinan-data-{row.code}.zip"',
        "Cache-Control": "no-store",
    }
    return HttpResponse(body, content_type="application/zip", headers=headers)


def _shown(row: DataRequest) -> str:
    """What the person wants the datum to be; a number is masked."""
    if not row.datum:
        return ""
    return mask(row.wanted) if _is_number(row) else row.wanted or "-"


def _stands(row: DataRequest) -> str:
    """What the datum is now; a number is masked."""
    if not row.datum:
        return ""
    try:
        found = corrections.row_of(row.datum, person=row.person, application=row.application)
    except corrections.CorrectionError:
        return "-"
    field = corrections.field_of(row.datum)
    value = getattr(found, field.name)
    return mask(value) or "-" if _is_number(row) else row_history.plain(field, value)


def _is_number(row: DataRequest) -> bool:
    return isinstance(corrections.field_of(row.datum), EncryptedField)
