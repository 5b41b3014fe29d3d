"""The complaint desk: a list by deadline, and one page where an officer takes, asks and answers."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, IntegerField, Value, When
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from bansos import privacy
from bansos.admin_base import ReadOnlyAdmin, ScopedAdmin
from bansos.admin_filters import SavedFilterTabs
from bansos.models import Region
from feedback import complaints, deadlines
from feedback.admin.forms import AnswerForm, AskForm, ReferForm, RevealForm, sentences_for
from feedback.complaints import ComplaintError
from feedback.models import Complaint
from feedback.models.complaint import OPEN, ComplaintStatus

FORMS = {"tanya": AskForm, "tanggapi": AnswerForm, "alihkan": ReferForm, "hp": RevealForm}


class StateFilter(DropdownFilter):
    title = _("keadaan")
    parameter_name = "keadaan"

    def lookups(self, request, model_admin):
        return [
            ("terbuka", _("Perlu dijawab")),
            ("terlambat", _("Terlambat")),
            ("pengawasan", _("Berkadar pengawasan")),
        ]

    def queryset(self, request, queryset):
        if self.value() == "terbuka":
            return queryset.open()
        if self.value() == "terlambat":
            return queryset.open().filter(due_on__lt=timezone.localdate())
        if self.value() == "pengawasan":
            return queryset.filter(serious=True)
        return queryset


class KelurahanFilter(DropdownFilter):
    title = _("kelurahan")
    parameter_name = "kelurahan"

    def lookups(self, request, model_admin):
        return [(r.code, r.name) for r in Region.objects.kelurahan().for_officer(request.user)]

    def queryset(self, request, queryset):
        return queryset.filter(region_id=self.value()) if self.value() else queryset


@admin.register(Complaint)
class ComplaintAdmin(SavedFilterTabs, ReadOnlyAdmin, ScopedAdmin):
    list_before_template = "admin/saved_filters.html"
    list_display = ["kode", "deadline", "state", "category", "region", "submitted_at", "reply_count"]
    list_display_links = ["kode"]
    list_filter = [StateFilter, ("category", ChoicesDropdownFilter), KelurahanFilter]
    list_filter_submit = True
    list_select_related = ["region"]
    search_fields = ["code", "story"]
    search_help_text = _("Cari kode atau isi cerita")

    def get_ordering(self, request):
        is_open = Case(When(status__in=OPEN, then=Value(1)), default=Value(0), output_field=IntegerField())
        return [is_open.desc(), "due_on"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(messages=Count("replies"))

    def get_search_results(self, request, queryset, search_term):
        """A code may be typed as it is printed, with dashes."""
        term = search_term.replace("-", "") if search_term.count("-") == 2 else search_term
        return super().get_search_results(request, queryset, term)

    def get_changelist_instance(self, request):
        changelist = super().get_changelist_instance(request)
        found = deadlines.of_many(list(changelist.result_list))
        for row in changelist.result_list:
            row.shown_deadline = found[row.pk]
        return changelist

    @display(description=_("kode"), ordering="code")
    def kode(self, row):
        return str(row)

    @display(
        description=_("status"),
        ordering="status",
        label={
            s.label: colour
            for s, colour in {
                ComplaintStatus.DITERIMA: "warning",
                ComplaintStatus.PROSES: "info",
                ComplaintStatus.TANGGAPAN_DIKIRIM: "info",
                ComplaintStatus.SELESAI: "success",
                ComplaintStatus.DIBUKA_KEMBALI: "warning",
            }.items()
        },
    )
    def state(self, row):
        return row.get_status_display()

    @display(
        description=_("batas jawaban"), ordering="due_on", label={"late": "danger", "open": "info", "done": "default"}
    )
    def deadline(self, row):
        shown = row.shown_deadline
        kind = "late" if shown.late else "open" if row.status in OPEN else "done"
        return kind, shown.title

    @display(description=_("pesan"), ordering="messages")
    def reply_count(self, row):
        return row.messages

    # --- one complaint

    def change_view(self, request, object_id, form_url="", extra_context=None):
        row = self.get_queryset(request).select_related("region").filter(pk=_number(object_id)).first()
        if row is None:
            raise Http404
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        if request.method == "POST":
            return self._act(request, row)
        return self._page(request, row)

    def _act(self, request, row: Complaint):
        """Does what the pressed button says; what a verb refuses is shown as its sentence."""
        act = request.POST.get("act")
        if not may_answer(request.user):
            raise PermissionDenied
        form = _form(act, row, request.POST) if act in FORMS else None
        if form and not form.is_valid():
            return self._page(request, row, {act: form})
        if act == "hp":
            return self._reveal(request, row, form)
        try:
            done = _call(act, row, form, request.user)
        except ComplaintError as error:
            messages.error(request, str(error))
            return self._page(request, row, {act: form} if form else {})
        if done:
            messages.success(request, done)
        return redirect(reverse("admin:feedback_complaint_change", args=[row.pk]))

    def _reveal(self, request, row: Complaint, form):
        if not request.user.has_perm("beneficiaries.reveal_identity"):
            raise PermissionDenied
        shown = privacy.reveal(
            obj=row,
            fields=["phone"],
            reason=form.cleaned_data["reason"],
            by=request.user,
            address=privacy.client_address(request),
        )
        return self._page(request, row, phone=shown["phone"])

    def _page(self, request, row: Complaint, bound: dict | None = None, phone: str = ""):
        shown = {name: (bound or {}).get(name) or _form(name, row) for name in FORMS}
        answers = may_answer(request.user)
        privacy.note_page(request, row, row.household, page="complaint_page")
        context = self.admin_site.each_context(request) | {
            "opts": self.opts,
            "title": _t("Pengaduan %(code)s") % {"code": row},
            "complaint": row,
            "forms": shown,
            "is_open": row.status in OPEN,
            "may_answer": answers and row.status in OPEN,
            "may_take": answers and row.status in OPEN and row.status != ComplaintStatus.PROSES,
            "may_reveal": answers and bool(row.phone) and request.user.has_perm("beneficiaries.reveal_identity"),
            "phone": phone,
            "deadline": deadlines.of(row),
            "next_act": next_act(row),
            "replies": [
                (complaints.office_of(r.by) if r.by else "", r) for r in row.replies.select_related("by__region")
            ],
            "sentences": sentences_for(row.category),
        }
        response = render(request, "admin/feedback/complaint/detail.html", context)
        response.headers["Cache-Control"] = "no-store"
        return response


def _form(act: str, row: Complaint, data=None):
    """The form of a button. A question or suggestion is answered without finding and remedy."""
    form = FORMS[act](data, prefix=act)
    if act == "tanggapi" and row.category == Complaint.Category.INFORMASI:
        del form.fields["finding"], form.fields["remedy"]
    return form


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def may_answer(user) -> bool:
    return user.has_perm("feedback.answer_complaint")


def next_act(row: Complaint) -> str:
    """One sentence: what the office must do now."""
    S = ComplaintStatus
    if row.status in {S.DITERIMA, S.DIBUKA_KEMBALI}:
        return _t("Ambil dan periksa paling lambat %(day)s.") % {"day": date_format(complaints.verify_by(row))}
    acts: dict[str, str] = {
        S.PROSES: _t("Tanggapi pelapor sebelum batasnya."),
        S.TANGGAPAN_DIKIRIM: _t("Tunggu pelapor membaca jawaban. Tidak ada yang perlu dikerjakan."),
    }
    return acts.get(row.status, _t("Tidak ada yang perlu dikerjakan."))


def _call(act: str | None, row: Complaint, form, by) -> str:
    """Calls the verb of a button. Returns the sentence for the officer."""
    if act == "ambil":
        complaints.take(complaint=row, by=by)
        return _t("Anda menangani pengaduan ini. Pelapor sudah diberi tahu.")
    if act == "tanya":
        complaints.say(complaint=row, body=form.cleaned_data["body"], by=by)
        return _t("Pertanyaan terkirim. Pelapor membacanya dengan kode dan PIN.")
    if act == "tanggapi":
        complaints.answer(complaint=row, **form.cleaned_data, by=by)
        return _t("Tanggapan terkirim.")
    if act == "alihkan":
        complaints.refer(complaint=row, body=form.cleaned_data["body"], by=by)
        return _t("Pengaduan ditutup sebagai bukan wewenang.")
    return ""
