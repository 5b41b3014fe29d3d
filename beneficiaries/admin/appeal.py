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
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import display
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget

from bansos import attachments
from bansos.admin_base import NotesLists, ReadOnlyAdmin, ScopedAdmin
from bansos.privacy import note_list, note_page
from beneficiaries import appeal_families, appeal_outcomes, appeals, kinship, letters
from beneficiaries.admin.chain import dressed
from beneficiaries.admin.reveal import RevealAdmin
from beneficiaries.appeals import DECIDE, AppealError
from beneficiaries.chain_forms import RelationForm
from beneficiaries.kinship import KinshipError
from beneficiaries.letters import LetterError
from beneficiaries.models import Appeal, Application, Household
from beneficiaries.models.appeal import OPEN_APPEALS
from beneficiaries.models.letter import LetterKind

S = Appeal.Status
LOOKS = {S.DIAJUKAN: "info", S.DIPROSES: "warning", S.DITERIMA: "success", S.DITOLAK: "danger"}
NEXT = {
    S.DIAJUKAN: _("Menunggu kecamatan mulai memeriksa."),
    S.DIPROSES: _("Menunggu jawaban kecamatan."),
    S.DITERIMA: _("Keberatan diterima."),
    S.DITOLAK: _("Selesai. Keberatan tidak diterima."),
}
PRINTS = {
    LetterKind.JAWABAN: _("Cetak surat jawaban"),
    LetterKind.PEMBERITAHUAN: _("Cetak surat pemberitahuan untuk keluarga"),
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
    notice = forms.CharField(
        label=_("Kabar untuk keluarga yang dimaksud"),
        help_text=_("Tulis hasil dan alasannya. Jangan sebut siapa pengajunya atau apa yang hanya ia ketahui."),
        max_length=500,
        widget=UnfoldAdminTextareaWidget({"rows": 4}),
        error_messages={"required": appeal_families.NOTICE_MISSING, "max_length": _("Tulis paling banyak 500 huruf.")},
    )

    def __init__(self, *args, appeal: Appeal, **kwargs):
        super().__init__(*args, **kwargs)
        if not appeal.is_own:
            self.fields["answer"].label = _("Jawaban untuk pengaju")
            self.fields["answer"].help_text = _("Ia membacanya dengan nomor keberatan. Jangan tulis data keluarga itu.")
        if appeal.kk_index is None:
            del self.fields["notice"]


class FamilyForm(forms.Form):
    """Which family a neighbour means."""

    family = forms.ChoiceField(
        label=_("Keluarga"),
        widget=UnfoldAdminRadioSelectWidget,
        error_messages={"required": _("Pilih satu keluarga."), "invalid_choice": _("Pilih satu keluarga.")},
    )

    def __init__(self, *args, found: appeal_families.Alike, **kwargs):
        super().__init__(*args, **kwargs)
        self.rows: dict[str, Household | Application] = {f"keluarga-{row.pk}": row for row in found.households}
        self.rows |= {f"permohonan-{row.pk}": row for row in found.cases}
        chosen = self.fields["family"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [(value, self._line(row)) for value, row in self.rows.items()]

    def _line(self, row: Household | Application) -> str:
        where = f"{row.address}, {row.region.label}"
        if isinstance(row, Application):
            return _("%(name)s, %(where)s (permohonan %(code)s)") % {"name": row.name, "where": where, "code": row}
        return f"{appeal_families.name_of(row)}, {where}"

    def clean_family(self) -> Household | Application:
        return self.rows[self.cleaned_data["family"]]


@admin.register(Appeal)
class AppealAdmin(NotesLists, RevealAdmin, ReadOnlyAdmin, ScopedAdmin):
    secret_fields = {"contact_phone": _("Nomor HP pengaju")}
    list_display = ["name", "due", "state", "place", "about", "number"]
    list_applications = ("application_id",)
    list_display_links = ["name", "number"]
    list_filter = [QueueFilter, "about"]
    list_select_related = ["region"]
    search_fields = ["name"]
    search_help_text = _("Cari nama keluarga.")

    def named_by(self, rows):
        """The families that neighbours mean are named too, once they were found."""
        named = super().named_by(rows)
        meant = appeal_families.numbers(rows)
        return {kind: found | meant[kind] for kind, found in named.items()}

    @display(description=_("Nomor"), ordering="code")
    def number(self, appeal):
        return format_html('<span class="whitespace-nowrap">{}</span>', str(appeal))

    @display(description=_("RT/RW"), ordering="region")
    def place(self, appeal):
        return appeal.region.label

    @display(description=_("Status"), ordering="status", label={s.value: look for s, look in LOOKS.items()})
    def state(self, appeal):
        return appeal.status, appeal.get_status_display()

    @display(description=_("Tenggat"), ordering="due_on", label={"late": "danger"})
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
            ("keluarga", self.family_view),
            ("jawab", self.answer_view),
            ("kerabat", self.relative_view),
            ("surat", require_POST(self.letter_view)),
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
        note_page(request, appeal, appeal.application, appeal_families.named(appeal), page="appeal_page")
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
        decides = request.user.has_perm(DECIDE)
        works = decides and appeal.status in OPEN_APPEALS
        family = appeal_families.named(appeal)
        return self._page(
            request, appeal, "detail", next_action=NEXT[S(appeal.status)], follow_up=_follow_up(appeal),
            late=appeals.is_late(appeal, timezone.localdate()), advice=advice.first(), sees_contact=decides,
            refusal=appeals.refusal(appeal, request.user) if works else "",
            works=works and not appeals.barred(appeal, request.user),
            may_declare=works and (appeal.is_own or family) and not appeals.is_kin(appeal, request.user),
            family=family and f"{appeal_families.name_of(family)}, {family.address}, {family.region.label}",
            papers=attachments.of(appeal) if sees_words else (),
            prints=[(kind, PRINTS[kind]) for kind in PRINTS if letters.may_issue_about(appeal, kind, request.user)],
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
        """The answer's own page; who may not answer reads why, and who does."""
        appeal = self._appeal(request, pk)
        if request.method != "POST" and (sentence := appeals.refusal(appeal, request.user)):
            messages.error(request, sentence)
            return redirect("admin:beneficiaries_appeal_change", pk)
        form = AnswerForm(request.POST if request.method == "POST" else None, appeal=appeal)
        if form.is_valid():
            try:
                appeals.answer(appeal=appeal, by=request.user, **form.cleaned_data)
            except AppealError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Jawaban disimpan. Warga membacanya di Cek status."))
                return redirect("admin:beneficiaries_appeal_change", pk)
        return self._page(request, appeal, "jawab", form=form)

    def family_view(self, request, pk: int):
        """Names the family that a neighbour means: those called so, found by the name the neighbour wrote."""
        appeal = self._appeal(request, pk)
        text = " ".join(request.GET.get("nama", "").split())
        found = appeal_families.alike(appeal, text)
        note_list(
            request, subject="beneficiaries.appeal:keluarga", what=_("Mencari keluarga yang dimaksud keberatan"),
            families=[row.pk for row in found.households], applications=[row.pk for row in found.cases],
        )  # fmt: skip
        form = FamilyForm(request.POST if request.method == "POST" else None, found=found)
        if form.is_valid():
            try:
                appeals.name_family(appeal=appeal, by=request.user, **form.cleaned_data)
            except AppealError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Keluarga ditunjuk. Ia membaca di Cek status bahwa ada keberatan."))
                return redirect("admin:beneficiaries_appeal_change", pk)
        return self._page(request, appeal, "keluarga", form=form, text=text or appeal.name, by_name=found.by_name)

    def relative_view(self, request, pk: int):
        """The officer says that this is the own or a relative's family, and leaves the answer to a colleague."""
        appeal = self._appeal(request, pk)
        family = appeal.application or appeal_families.named(appeal)
        if family is None:
            raise Http404
        form = dressed(RelationForm(request.POST if request.method == "POST" else None))
        if form.is_valid():
            try:
                kinship.declare(officer=request.user, kk=str(family.kk), by=request.user, **form.cleaned_data)
            except KinshipError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Dicatat. Rekan lain di kecamatan yang menjawab."))
                return redirect("admin:beneficiaries_appeal_change", pk)
        return self._page(request, appeal, "kerabat", form=form)

    def letter_view(self, request, pk: int):
        """Issues a letter about an answered appeal, and leads to it."""
        appeal = self._appeal(request, pk, decides=False)
        kind = request.POST.get("jenis", "")
        if kind not in PRINTS:
            raise Http404
        try:
            made = letters.issue_about(appeal=appeal, kind=kind, by=request.user)
        except LetterError as error:
            messages.error(request, str(error))
            return redirect("admin:beneficiaries_appeal_change", pk)
        return redirect("admin:beneficiaries_letter_change", made.pk)


def _follow_up(appeal: Appeal) -> str:
    """Returns what the kelurahan does about an accepted appeal; "" for any other."""
    return str(appeal_outcomes.NEXT[Appeal.About(appeal.about)]) if appeal.status == S.DITERIMA else ""
