"""Permohonan: the kelurahan's list, the page of one application, and the decision."""

from datetime import date

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from unfold.decorators import display
from unfold.views import ChangeList
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from bansos import attachments, workdays
from bansos.admin.papers import PapersPages
from bansos.admin_base import ReadOnlyAdmin
from bansos.crypto import blind_index
from bansos.models import Region, User
from bansos.privacy import note_page
from beneficiaries import (
    appeals,
    applications,
    checks,
    doubts,
    endings,
    field_visits,
    kinship,
    missed_visits,
    verification,
)
from beneficiaries.admin.assignments import AssignmentPages
from beneficiaries.admin.chain import dressed
from beneficiaries.admin.family_event import reported
from beneficiaries.admin.field_visit import FieldVisitPages, shown
from beneficiaries.admin.household import FindAdmin
from beneficiaries.admin.reveal import RevealAdmin
from beneficiaries.answers import in_words
from beneficiaries.applications import DECISIONS, ApplicationError
from beneficiaries.chain_forms import CancelForm, NoteForm, RelationForm
from beneficiaries.kinship import KinshipError
from beneficiaries.letter_texts import QUESTIONS
from beneficiaries.letters import ISSUE, is_decided
from beneficiaries.models import Application
from beneficiaries.models.application import OPEN_STATUSES, TRANSITIONS, ApplicationStatus
from beneficiaries.models.letter import LetterKind
from beneficiaries.reasons import REASONS
from beneficiaries.verification import VerificationError, fact_labels
from beneficiaries.views.apply import as_large_print

S = ApplicationStatus
LOOKS = {
    S.DIAJUKAN: "info", S.VERIFIKASI_LAPANGAN: "info", S.VERIFIKASI_ADMINISTRASI: "warning",
    S.KUNJUNGAN: "info", S.MUSYAWARAH: "info", S.PERLU_PERBAIKAN: "warning",
    S.DITETAPKAN_LAYAK: "success", S.DITOLAK: "danger",
}  # fmt: skip
NEXT = {
    S.DIAJUKAN: _("Menunggu ketua RT berkunjung."),
    S.VERIFIKASI_LAPANGAN: _("Menunggu ketua RW memeriksa."),
    S.VERIFIKASI_ADMINISTRASI: _("Menunggu keputusan kelurahan."),
    S.KUNJUNGAN: _("Menunggu petugas lain melihat rumahnya."),
    S.MUSYAWARAH: _("Menunggu musyawarah kelurahan."),
    S.PERLU_PERBAIKAN: _("Menunggu pemohon melengkapi berkas."),
    S.DITETAPKAN_LAYAK: _("Selesai. Keluarga masuk register dan ikut dinilai."),
    S.DITOLAK: _("Selesai. Pemohon melihat alasannya di Cek status."),
    S.DIBATALKAN: _("Selesai. Keluarga membatalkan permohonannya. Siapa yang mencatatnya ada di Riwayat."),
    S.KEDALUWARSA: _("Selesai. Berkasnya tidak dilengkapi sampai batas waktu. Keluarga boleh mendaftar lagi."),
    S.DUPLIKAT: _("Selesai. Keluarga ini sudah tercatat lewat permohonan lain."),
}
# The tabs above the list: a condition each, or what makes it when the list is asked for.
TABS = (
    ("putuskan", _("Perlu keputusan"), Q(status=S.VERIFIKASI_ADMINISTRASI)),
    ("rt", _("Menunggu RT"), Q(status=S.DIAJUKAN)),
    ("rw", _("Menunggu RW"), Q(status=S.VERIFIKASI_LAPANGAN)),
    ("kunjungi", _("Perlu kunjungan"), lambda: Q(pk__in=doubts.asking(Application.objects.all()).values("pk"))),
    ("kunjungan", _("Menunggu kunjungan"), Q(status=S.KUNJUNGAN)),
    ("musyawarah", _("Menunggu musyawarah"), Q(status=S.MUSYAWARAH)),
    ("lengkapi", _("Perlu dilengkapi"), Q(status=S.PERLU_PERBAIKAN)),
    ("lewat", _("Lewat tenggat"), None),
    ("selesai", _("Selesai"), ~Q(status__in=OPEN_STATUSES)),
)


def tab_q(key: str, today: date) -> Q:
    """Returns the condition of a tab; an unknown one holds nothing back."""
    found = next((q for name, _title, q in TABS if name == key), Q())
    if found is None:
        return Q(status__in=OPEN_STATUSES, due_on__lt=today)
    return found() if callable(found) else found


class TabFilter(admin.SimpleListFilter):
    """The tabs as a filter, so that an address can be kept and shared."""

    title = _("antrean")
    parameter_name = "antrean"

    def lookups(self, request, model_admin):
        return [(key, title) for key, title, _q in TABS]

    def queryset(self, request, queryset):
        return queryset.filter(tab_q(self.value(), timezone.localdate())) if self.value() else queryset


class PlaceFilter(admin.SimpleListFilter):
    """One RT or RW, chosen on the page of assignments."""

    title, parameter_name = _("tempat"), "tempat"

    def lookups(self, request, model_admin):
        own = Region.objects.for_officer(request.user)
        return [(place.pk, place.label) for place in own.filter(code=request.GET.get("tempat", ""))]

    def queryset(self, request, queryset):
        return queryset.inside(self.value()) if self.value() else queryset


class ApplicationList(ChangeList):
    """Adds each row's age in working days with one look at the holidays."""

    def get_results(self, request):
        super().get_results(request)
        sent_on = {case.pk: timezone.localdate(case.submitted_at) for case in self.result_list}
        ages = workdays.between_many(timezone.localdate(), sent_on.values())
        for case in self.result_list:
            case.age = -ages[sent_on[case.pk]]


class DecisionForm(forms.Form):
    """The kelurahan's decision."""

    status = forms.ChoiceField(
        label=_("Keputusan"),
        widget=UnfoldAdminRadioSelectWidget,
        error_messages={"required": _("Pilih keputusannya.")},
    )
    reason_code = forms.ChoiceField(
        label=_("Sebab penolakan"),
        help_text=_("Hanya bila belum disetujui."),
        required=False,
        choices=[("", _("Pilih sebab")), *REASONS.items()],
        widget=UnfoldAdminSelectWidget,
    )
    reason = forms.CharField(
        label=_("Alasan untuk pemohon"),
        help_text=_("Wajib, kecuali bila layak. Tulis dengan kata sederhana, misalnya berkas apa yang kurang."),
        required=False,
        max_length=500,
        widget=UnfoldAdminTextareaWidget({"rows": 4}),
        error_messages={"max_length": _("Tulis paling banyak 500 huruf.")},
    )

    def __init__(self, *args, case, **kwargs):
        super().__init__(*args, **kwargs)
        open_to = [status for status in DECISIONS if (case.status, status) in TRANSITIONS]
        self.fields["status"].choices = [(status.value, status.label) for status in open_to]


@admin.register(Application)
class ApplicationAdmin(PapersPages, FieldVisitPages, AssignmentPages, RevealAdmin, ReadOnlyAdmin, FindAdmin):
    papers_title = _("Unggah surat persetujuan")
    secret_fields = {"nik": _("NIK"), "kk": _("Nomor KK"), "phone": _("Nomor HP")}
    list_display = ["name", "place", "state", "waited", "due"]
    list_families, list_applications = ("household_id",), ("pk",)
    list_filter = [TabFilter, PlaceFilter, "status"]
    list_select_related = ["region"]
    ordering = ["due_on", "submitted_at"]
    search_fields = ["name"]
    search_help_text = _("Cari nama pemohon.")
    list_before_template = "admin/beneficiaries/application/tabs.html"

    @display(description=_("RT/RW"), ordering="region")
    def place(self, case):
        return case.region.label

    @display(description=_("Status"), ordering="status", label={s.value: LOOKS.get(s, "") for s in S})
    def state(self, case):
        return case.status, case.get_status_display()

    @display(description=_("Umur"), ordering="-submitted_at")
    def waited(self, case):
        if case.status not in OPEN_STATUSES:
            return "-"
        return _("%(days)d hari kerja") % {"days": case.age} if case.age else _("Hari ini")

    @display(description=_("Tenggat"), ordering="due_on", label={"late": "danger"})
    def due(self, case):
        if case.due_on is None:
            return "-"
        shown = date_format(case.due_on, "j M Y")
        return ("late", _("%(day)s, lewat") % {"day": shown}) if case.due_on < timezone.localdate() else shown

    def get_changelist(self, request, **kwargs):
        return ApplicationList

    def by_number(self, rows, digits: str):
        return rows.filter(Q(nik_index=blind_index(digits, "nik")) | Q(kk_index=blind_index(digits, "kk")))

    def changelist_view(self, request, extra_context=None):
        today = timezone.localdate()
        counts = self.get_queryset(request).aggregate(
            **{key: Count("pk", filter=tab_q(key, today)) for key, _title, _q in TABS}
        )
        chosen = request.GET.get("antrean")
        tabs = [{"key": key, "title": title, "count": counts[key], "active": key == chosen} for key, title, _q in TABS]
        assists = applications.may_help(request.user)
        return super().changelist_view(request, {"queue_tabs": tabs, "assists": assists} | (extra_context or {}))

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/putuskan/", view(self.decide), name="beneficiaries_application_decide"),
            path("<int:pk>/lengkap/", view(require_POST(self.complete)), name="beneficiaries_application_complete"),
            path("<int:pk>/batalkan/", view(self.cancel), name="beneficiaries_application_batalkan"),
            path("<int:pk>/kembalikan/", view(self.send_back), name="beneficiaries_application_kembalikan"),
            path("<int:pk>/kerabat/", view(self.relative), name="beneficiaries_application_kerabat"),
            path("<int:pk>/cetak-besar/", view(require_safe(self.large_print)), name="beneficiaries_application_besar"),
            *self.papers_urls(),
            *super().get_urls(),
        ]

    def large_print(self, request, pk: int):
        """The receipt in large print, to hand over at the desk."""
        return as_large_print(request, self._case(request, pk))

    def may_add_papers(self, request, row) -> bool:
        return applications.has_consent_paper(row) and request.user.has_perm("beneficiaries.change_application")

    def keep_papers(self, *, row, papers, by) -> None:
        applications.attach_consent(application=row, papers=papers, by=by)

    def _case(self, request, pk) -> Application:
        """Returns an application of the officer's region; 404 for any other."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        related = ("region", "household", "submitted_by", "decided_by")
        case = self.get_queryset(request).select_related(*related).filter(pk=pk).first()
        if case is None:
            raise Http404
        return case

    def _page(self, request, case, name: str, status: int = 200, **more):
        context = self.admin_site.each_context(request) | {
            "opts": self.opts, "case": case, "title": case.name, "subtitle": case.region.label,
            "look": LOOKS.get(S(case.status), ""), "checks": checks.of(case, request.user),
        }  # fmt: skip
        return render(request, f"admin/beneficiaries/application/{name}.html", context | more, status=status)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The page of one application: status, family, findings, checks, history."""
        case = self._case(request, object_id) if object_id.isdigit() else None
        if case is None:
            raise Http404
        user = request.user
        note_page(request, case)
        kin = kinship.is_kin(user, case.kk_index)
        labels = fact_labels()
        findings = list(case.verifications.select_related("by", "deputy__region", "photo__attachment"))
        for finding in findings:
            finding.wrong_labels = [labels.get(name, name) for name in finding.wrong_facts]
        waits = case.status == S.MUSYAWARAH
        open_to = [status for status in DECISIONS if (case.status, status) in TRANSITIONS and not waits]
        chain = shown(case, user)
        return self._page(
            request, case, "detail", findings=findings, answers=in_words(case.answers), history=_history(case),
            next_action=NEXT[S(case.status)], late=case.due_on and case.due_on < timezone.localdate(),
            age=workdays.between(timezone.localdate(case.submitted_at), timezone.localdate()),
            refusal=REASONS.get(case.reason_code, ""),
            may_decide=open_to and not kin and not chain["meeting"] and user.has_perm(field_visits.ORDER),
            is_last_step=S.DITETAPKAN_LAYAK in open_to, **chain,
            reported=reported(case, findings, user),
            may_reveal=user.has_perm("beneficiaries.reveal_identity"),
            letters=case.letters.all(), issues=_letters_to_issue(case, user),
            may_send_back=verification.may_send_back(application=case, by=user),
            may_cancel=endings.may_cancel(application=case, by=user),
            places=case.places.exclude(place=None).select_related("by"),
            trips=missed_visits.in_vain(case),
            handbacks=case.handbacks.select_related("by"), told=applications.messages_for(case),
            papers=attachments.of(case).select_related("uploaded_by"),
            may_add_papers=self.may_add_papers(request, case), is_kin=kin, may_declare=user.has_perm(kinship.STAFF),
            may_complete=case.status == S.PERLU_PERBAIKAN
            and not kin and user.has_perm("beneficiaries.change_application"),
        )  # fmt: skip

    def decide(self, request, pk: int):
        """The decision's own page."""
        if not request.user.has_perm("beneficiaries.decide_application"):
            raise PermissionDenied
        case = self._case(request, pk)
        form = DecisionForm(request.POST if request.method == "POST" else None, case=case)
        if form.is_valid():
            try:
                decided = applications.decide(application=case, by=request.user, **form.cleaned_data)
            except ApplicationError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Keputusan disimpan: %(s)s.") % {"s": decided.get_status_display()})
                return redirect("admin:beneficiaries_application_change", pk)
        status = 422 if form.errors else 200
        return self._page(request, case, "decide", status, form=form, grounds=doubts.of(case))

    def send_back(self, request, pk: int):
        """Sends the case back to the RT with a note."""
        case = self._case(request, pk)
        if not verification.may_send_back(application=case, by=request.user):
            raise PermissionDenied
        form = dressed(NoteForm(request.POST if request.method == "POST" else None))
        if form.is_valid():
            try:
                verification.send_back(application=case, by=request.user, **form.cleaned_data)
            except VerificationError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Permohonan dikembalikan ke RT. Ketua RT diberi tahu."))
                return redirect("admin:beneficiaries_application_change", pk)
        meaning = _("RT melihat lagi, RW memeriksa lagi, lalu permohonan kembali kepada kelurahan.")
        return self._step_page(request, case, form, _("Kembalikan ke RT"), meaning)

    def cancel(self, request, pk: int):
        """Notes at the desk that the family takes its application back."""
        case = self._case(request, pk)
        if not endings.may_cancel(application=case, by=request.user):
            raise PermissionDenied
        form = dressed(CancelForm(request.POST if request.method == "POST" else None))
        if form.is_valid():
            try:
                endings.cancel(application=case, by=request.user, **form.cleaned_data)
            except ApplicationError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Permohonan dibatalkan. Keluarga membacanya di Cek status."))
                return redirect("admin:beneficiaries_application_change", pk)
        meaning = _("Hanya bila keluarga ini sendiri yang memintanya. Mereka boleh mendaftar lagi kapan saja.")
        return self._step_page(request, case, form, _("Batalkan atas permintaan keluarga"), meaning)

    def relative(self, request, pk: int):
        """The officer says that this is the own or a relative's family."""
        case = self._case(request, pk)
        if not request.user.has_perm(kinship.STAFF):
            raise PermissionDenied
        form = dressed(RelationForm(request.POST if request.method == "POST" else None))
        if form.is_valid():
            try:
                kinship.declare(officer=request.user, application=case, by=request.user, **form.cleaned_data)
            except KinshipError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Dicatat. Rekan lain yang mengurus keluarga ini."))
                return redirect("admin:beneficiaries_application_change", pk)
        meaning = _("Agar adil, Anda tidak memutuskan keluarga Anda sendiri atau kerabat Anda.")
        return self._step_page(request, case, form, _("Ini kerabat saya"), meaning)

    def _step_page(self, request, case, form, act, meaning):
        status = 422 if form.errors else 200
        return self._page(request, case, "langkah", status, form=form, act=act, meaning=meaning)

    def complete(self, request, pk: int):
        """Notes that the applicant brought what was missing."""
        case = self._case(request, pk)
        try:
            applications.complete(application=case, by=request.user)
        except ApplicationError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Berkas lengkap. Permohonan kembali menunggu keputusan."))
        return redirect(reverse("admin:beneficiaries_application_change", args=[pk]))


def _letters_to_issue(case, user) -> list[tuple[str, str]]:
    """Returns the kinds of letters that this officer can issue about a case now."""
    if not user.has_perm(ISSUE):
        return []
    waits = {
        LetterKind.KEPUTUSAN: not is_decided(case),
        LetterKind.JAWABAN: appeals.answered(case) is None,
    }
    return [(kind.value, str(kind.label)) for kind in map(LetterKind, QUESTIONS) if not waits.get(kind)]


def _history(case):
    """Returns each change of status, newest last: when, from, to, who."""
    events = list(
        Application.pgh_event_model.objects.filter(pgh_obj_id=case.pk).select_related("pgh_context").order_by("pgh_id")
    )
    told = [event.pgh_context.metadata if event.pgh_context else {} for event in events]
    makers = [one.get("user") for one in told]
    names = {user.pk: user for user in User.objects.filter(pk__in=[pk for pk in makers if pk])}
    rows, before = [], None
    for event, one, maker in zip(events, told, makers, strict=True):
        if event.status != before:
            user = names.get(maker)
            rows.append({
                "at": event.pgh_created_at, "to": S(event.status).label, "from": S(before).label if before else "",
                "who": f"{user}, {user.get_role_display()}" if user else _nobody(event, one),
                "reason": one.get("reason") or event.reason,
            })  # fmt: skip
        before = event.status
    return rows


def _nobody(event, told: dict):
    """Returns who stands behind a change that no officer made."""
    if told.get("source") == endings.BY_THE_FAMILY:
        return _("Keluarga sendiri, lewat Cek status")
    return _("Otomatis") if event.status == S.KEDALUWARSA else _("Warga")
