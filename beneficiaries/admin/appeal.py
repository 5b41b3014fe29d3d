"""Keberatan in the admin: the kecamatan takes an appeal, asks the kelurahan's meeting if need be, and answers."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import display
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget

from bansos import attachments
from bansos.admin_base import ReadOnlyAdmin, ScopedAdmin
from beneficiaries import appeals
from beneficiaries.admin.reveal import RevealAdmin
from beneficiaries.appeals import DECIDE, AppealError
from beneficiaries.letters import ISSUE
from beneficiaries.models import Appeal
from beneficiaries.models.appeal import ANSWERED, OPEN_APPEALS

S = Appeal.Status
LOOKS = {S.DIAJUKAN: "info", S.DIPROSES: "warning", S.DITERIMA: "success", S.DITOLAK: "danger"}
NEXT = {
    S.DIAJUKAN: _("Menunggu kecamatan mulai memeriksa."),
    S.DIPROSES: _("Menunggu jawaban kecamatan."),
    S.DITERIMA: _("Selesai. Keberatan diterima."),
    S.DITOLAK: _("Selesai. Keberatan tidak diterima."),
}
FOLDER = "admin/beneficiaries/appeal"


class QueueFilter(admin.SimpleListFilter):
    title, parameter_name = _("antrean"), "antrean"

    def lookups(self, request, model_admin):
        return [("terbuka", _("Belum dijawab")), ("lewat", _("Lewat tenggat")), ("selesai", _("Sudah dijawab"))]

    def queryset(self, request, queryset):
        waiting = Q(status__in=OPEN_APPEALS)
        late = waiting & Q(due_on__lt=timezone.localdate())
        return queryset.filter({"terbuka": waiting, "lewat": late, "selesai": ~waiting}.get(self.value(), Q()))


class AnswerForm(forms.Form):
    """The kecamatan's answer."""

    accepted = forms.TypedChoiceField(
        label=_("Keputusan"),
        choices=[("ya", _("Keberatan diterima")), ("tidak", _("Keberatan tidak diterima"))],
        coerce=lambda value: value == "ya",
        widget=UnfoldAdminRadioSelectWidget,
        error_messages={"required": _("Pilih diterima atau tidak diterima.")},
    )
    answer = forms.CharField(
        label=_("Jawaban untuk warga"),
        help_text=_("Tulis alasannya dengan kata sederhana. Warga membacanya di Cek status."),
        max_length=500,
        widget=UnfoldAdminTextareaWidget({"rows": 4}),
        error_messages={"required": appeals.ANSWER_MISSING, "max_length": _("Tulis paling banyak 500 huruf.")},
    )


@admin.register(Appeal)
class AppealAdmin(RevealAdmin, ReadOnlyAdmin, ScopedAdmin):
    secret_fields = {"contact_phone": _("Nomor HP pengaju")}
    list_display = ["number", "name", "place", "about", "state", "due"]
    list_display_links = ["number", "name"]
    list_filter = [QueueFilter, "about"]
    list_select_related = ["region"]
    search_fields = ["name"]
    search_help_text = _("Cari nama keluarga.")

    @display(description=_("Nomor"), ordering="code")
    def number(self, appeal):
        return str(appeal)

    @display(description=_("RT/RW"), ordering="region")
    def place(self, appeal):
        return appeal.region.label

    @display(description=_("Status"), ordering="status", label={s.value: look for s, look in LOOKS.items()})
    def state(self, appeal):
        return appeal.status, appeal.get_status_display()

    @display(description=_("Dijawab paling lambat"), ordering="due_on", label={"late": "danger"})
    def due(self, appeal):
        shown = date_format(appeal.due_on, "j M Y")
        return (
            ("late", _("%(day)s, lewat") % {"day": shown}) if appeals.is_late(appeal, timezone.localdate()) else shown
        )

    def has_reveal_permission(self, request, object_id=None) -> bool:
        return request.user.has_perm(DECIDE) and super().has_reveal_permission(request, object_id)

    def get_urls(self):
        view = self.admin_site.admin_view
        pages = (
            ("proses", require_POST(self.take_view)),
            ("musyawarah", require_POST(self.meeting_view)),
            ("jawab", self.answer_view),
        )
        own = [path(f"<int:pk>/{name}/", view(page), name=f"beneficiaries_appeal_{name}") for name, page in pages]
        return [*own, *super().get_urls()]

    def _appeal(self, request, pk: int, *, decides: bool = True) -> Appeal:
        """Returns an appeal of the officer's region; 404 for any other, 403 for those who may not answer."""
        if not self.has_view_permission(request) or (decides and not request.user.has_perm(DECIDE)):
            raise PermissionDenied
        related = ("region", "application", "decision_by", "taken_by", "decided_by")
        return get_object_or_404(self.get_queryset(request).select_related(*related), pk=pk)

    def _page(self, request, appeal: Appeal, name: str, **more):
        form = more.get("form")
        context = self.admin_site.each_context(request) | {
            "opts": self.opts, "appeal": appeal, "title": f"{_('Keberatan')} {appeal}", "look": LOOKS[S(appeal.status)],
        }  # fmt: skip
        return render(request, f"{FOLDER}/{name}.html", context | more, status=422 if form and form.errors else 200)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The page of one appeal. A neighbour's name is only for those who answer."""
        if not object_id.isdigit():
            raise Http404
        appeal = self._appeal(request, int(object_id), decides=False)
        advice = appeal.deliberation_cases.filter(deliberation__status="diputuskan").select_related("deliberation")
        sees_words = appeal.is_own or request.user.has_perm(DECIDE)
        may_answer = request.user.has_perm(DECIDE) and appeal.status in OPEN_APPEALS
        return self._page(
            request, appeal, "detail", next_action=NEXT[S(appeal.status)],
            late=appeals.is_late(appeal, timezone.localdate()),
            advice=advice.first(), may_answer=may_answer, sees_contact=request.user.has_perm(DECIDE),
            answers_today=appeals.may_answer(appeal, request.user), camats_own=appeals.is_the_camats_own(appeal),
            papers=attachments.of(appeal) if sees_words else (),
            own_decision=appeal.decision_by_id == request.user.pk,
            may_print=appeal.is_own and appeal.status in ANSWERED and request.user.has_perm(ISSUE),
            may_reveal=appeal.contact_phone and self.has_reveal_permission(request),
        )  # fmt: skip

    def _do(self, request, verb, appeal: Appeal, done) -> None:
        try:
            verb(appeal=appeal, by=request.user)
        except AppealError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, str(done))

    def take_view(self, request, pk: int):
        self._do(request, appeals.take, self._appeal(request, pk), _("Keberatan mulai diproses."))
        return redirect("admin:beneficiaries_appeal_change", pk)

    def meeting_view(self, request, pk: int):
        done = _("Kelurahan diminta membahasnya dalam musyawarah.")
        self._do(request, appeals.ask_meeting, self._appeal(request, pk), done)
        return redirect("admin:beneficiaries_appeal_change", pk)

    def answer_view(self, request, pk: int):
        """The answer's own page."""
        appeal = self._appeal(request, pk)
        form = AnswerForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                appeals.answer(appeal=appeal, by=request.user, **form.cleaned_data)
            except AppealError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Jawaban disimpan. Warga membacanya di Cek status."))
                return redirect("admin:beneficiaries_appeal_change", pk)
        return self._page(request, appeal, "jawab", form=form)
