"""Musyawarah in the admin: plan, invite, choose the families, note the decisions, close, print the minutes."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from bansos import attachments, exports
from bansos.admin.papers import PapersPages
from bansos.admin_base import ScopedAdmin, numbers_at
from bansos.models import Region
from bansos.privacy import client_address, note_list, note_page
from bansos.scope import covers
from beneficiaries import closing, deliberations, invitations, minutes, missed_visits
from beneficiaries.deliberations import CHANGE, DeliberationError
from beneficiaries.letters import LetterError
from beneficiaries.models import (
    Deliberation,
    DeliberationAttendance,
    DeliberationCase,
    DuplicatePair,
    Household,
    Person,
)
from beneficiaries.views.letter import as_file

S = Deliberation.Status
LOOKS = {S.DRAF: "info", S.BERLANGSUNG: "warning", S.DIPUTUSKAN: "success"}
DECISION_LOOKS = {"layak": "success", "tidak_layak": "danger", "perlu_verifikasi": "warning"}
NEXT = {
    S.DRAF: _("Pilih keluarga yang dibahas dan isi undangan. Pada harinya, tekan Mulai musyawarah."),
    S.BERLANGSUNG: _("Isi daftar hadir, putuskan setiap keluarga, lalu tutup dengan nomor berita acara."),
    S.DIPUTUSKAN: _("Keputusan berlaku. Cetak berita acara, tanda tangani, lalu unggah pindaiannya."),
}
READY = _("Cetak dan bagikan undangan. Pada harinya, tekan Mulai musyawarah.")
DONE = _("Selesai. Keputusan berlaku dan berita acara bertanda tangan sudah ada.")
FOLDER = "admin/beneficiaries/deliberation"
PLAN = ["region", "held_on", "hours", "place", "chair", "note_taker", "quorum"]
SHOWN = 100  # families of one kind on the page that chooses


def _next(meeting: Deliberation, prepared: bool, signed: bool):
    """Returns what is to be done next, in a sentence."""
    if meeting.status == S.DRAF and prepared and meeting.held_on > timezone.localdate():
        return READY
    return DONE if signed else NEXT[S(meeting.status)]


def _guests(meeting: Deliberation) -> dict:
    """Returns who is invited, and who no longer is."""
    everybody = list(meeting.attendances.select_related("withdrawn_by"))
    return {
        "people": [one for one in everybody if not one.withdrawn_at],
        "withdrawn": [one for one in everybody if one.withdrawn_at],
    }


def _ways_to_mend(obstacle: closing.Obstacle, user) -> list[tuple]:
    """Returns the pages on which an officer can mend an obstacle, each with its name; none outside the own region."""
    case = obstacle.case.application
    if case is None:
        return []
    ways = [(_("Buka permohonan"), reverse("admin:beneficiaries_application_change", args=[case.pk]))]
    mine = Household.objects.for_officer(user)
    if family := mine.filter(kk_index=case.kk_index).first():
        ways.append((_("Buka keluarganya di register"), _family(family.pk)))
    same = Person.objects.filter(nik_index=case.nik_index, merged_into=None)
    owner = same.filter(died_on=None, left_on=None).first() or same.first()
    if owner and owner.household_id != (family and family.pk) and mine.filter(pk=owner.household_id).exists():
        ways.append((_("Buka keluarga yang memakai NIK ini"), _family(owner.household_id)))
    if owner and (pair := DuplicatePair.objects.for_officer(user).open().of(owner).first()):
        ways.append(
            (_("Putuskan kemungkinan ganda"), reverse("admin:beneficiaries_duplicatepair_change", args=[pair.pk]))
        )
    return ways


def _family(pk: int) -> str:
    return reverse("admin:beneficiaries_household_change", args=[pk])


class InviteForm(forms.Form):
    name = forms.CharField(
        label=_("Nama"),
        max_length=120,
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off"}),
        error_messages={"required": deliberations.NAME_MISSING},
    )
    element = forms.ChoiceField(
        label=_("Unsur"), choices=DeliberationAttendance.Element.choices, widget=UnfoldAdminSelectWidget
    )


class UninviteForm(forms.Form):
    """Why somebody is not to come after all."""

    reason = forms.CharField(
        label=_("Mengapa undangan ini dibatalkan?"),
        help_text=_("Alasan ini tersimpan di riwayat. Yang memeriksa suratnya tidak membacanya."),
        max_length=300,
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
        error_messages={
            "required": deliberations.UNINVITE_REASON_MISSING,
            "max_length": _("Tulis paling banyak 300 huruf."),
        },
    )


class CaseForm(forms.Form):
    """What the meeting agreed about one family."""

    decision = forms.ChoiceField(
        label=_("Keputusan musyawarah"),
        choices=DeliberationCase.Decision.choices,
        widget=UnfoldAdminRadioSelectWidget,
        error_messages={"required": deliberations.DECISION_ODD},
    )
    rank = forms.IntegerField(
        label=_("Urutan yang disepakati"),
        help_text=_("Hanya bila layak. Boleh kosong. 1 yang paling membutuhkan."),
        required=False,
        min_value=1,
        max_value=9999,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    objection = forms.CharField(
        label=_("Keberatan peserta"),
        help_text=_("Siapa yang tidak setuju, dan mengapa. Boleh kosong."),
        required=False,
        max_length=500,
        widget=UnfoldAdminTextareaWidget({"rows": 2}),
    )
    reason = forms.CharField(
        label=_("Alasan"),
        help_text=_("Wajib, kecuali bila layak. Pemohon akan membacanya."),
        required=False,
        max_length=500,
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
    )


class CloseForm(forms.Form):
    minutes_number = forms.CharField(
        label=_("Nomor berita acara"),
        help_text=_("Contoh: 12/BA-MUSKEL/KLD/XI/2026."),
        max_length=60,
        widget=UnfoldAdminTextInputWidget({"autocomplete": "off"}),
        error_messages={"required": deliberations.NUMBER_MISSING},
    )


class SignedFilter(admin.SimpleListFilter):
    title, parameter_name = _("berita acara"), "tanda_tangan"

    def lookups(self, request, model_admin):
        return [("belum", _("Belum bertanda tangan")), ("ada", _("Sudah bertanda tangan"))]

    def queryset(self, request, queryset):
        missing = attachments.without(queryset.closed())
        if self.value() == "belum":
            return missing
        return queryset.closed().exclude(pk__in=missing.values("pk")) if self.value() == "ada" else queryset


@admin.register(Deliberation)
class DeliberationAdmin(PapersPages, ScopedAdmin):
    papers_title = _("Unggah berita acara bertanda tangan")
    list_display = ["held_on", "state", "region", "place", "families", "minutes_number"]
    list_display_links = ["held_on", "region"]
    list_filter = ["status", SignedFilter]
    list_select_related = ["region"]
    fields = PLAN

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(case_count=Count("cases"))

    @display(description=_("Status"), ordering="status", label={s.value: look for s, look in LOOKS.items()})
    def state(self, meeting):
        return meeting.status, meeting.get_status_display()

    @display(description=_("Keluarga dibahas"), ordering="case_count")
    def families(self, meeting):
        return meeting.case_count

    def has_delete_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        fine = obj is None or (obj.status == S.DRAF and covers(request.user, obj.region_id))
        return fine and super().has_change_permission(request, obj)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "region":
            kwargs["queryset"] = Region.objects.for_officer(request.user).kelurahan()
            kwargs["initial"] = request.user.region_id
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_readonly_fields(self, request, obj=None):
        return ["region"] if obj else []

    def render_change_form(self, request, context, *args, **kwargs):
        """One way to save a plan: the next step is on the meeting's own page."""
        context |= {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request, obj, form, change):
        """Plans or changes through the verb; the form has checked what a form can."""
        values = {name: form.cleaned_data[name] for name in PLAN if name in form.cleaned_data}
        if change:
            deliberations.replan(deliberation=obj, by=request.user, **values)
        else:
            obj.pk = deliberations.plan(by=request.user, **values).pk

    def log_addition(self, request, obj, message):
        """The history of the row itself tells more."""

    def response_add(self, request, obj, post_url_continue=None):
        messages.success(request, _("Musyawarah direncanakan. Pilih keluarga dan isi undangan."))
        return redirect("admin:beneficiaries_deliberation_change", obj.pk)

    def response_change(self, request, obj):
        messages.success(request, _("Rencana disimpan."))
        return redirect("admin:beneficiaries_deliberation_change", obj.pk)

    # --- pages of our own

    def get_urls(self):
        pages = (
            ("rencana", self.plan_view),
            ("undangan", self.invite_view),
            ("hadir", require_POST(self.attend_view)),
            ("kasus", self.choose_view),
            ("mulai", require_POST(self.start_view)),
            ("tutup", self.close_view),
            ("undangan-cetak", require_POST(self.invitations_view)),
            ("berita-acara", require_safe(self.minutes_view)),
        )
        view = self.admin_site.admin_view
        own = [path(f"<int:pk>/{name}/", view(page), name=f"beneficiaries_deliberation_{name}") for name, page in pages]
        for name, page in (("putuskan", self.case_view), ("lepas", require_POST(self.drop_view))):
            address = f"<int:pk>/kasus/<int:case_pk>/{name}/"
            own.append(path(address, view(page), name=f"beneficiaries_deliberation_{name}"))
        address = "<int:pk>/undangan/<int:guest_pk>/batal/"
        own.append(path(address, view(self.uninvite_view), name="beneficiaries_deliberation_batal-undang"))
        return [*own, *self.papers_urls(), *super().get_urls()]

    def may_add_papers(self, request, row) -> bool:
        return row.status == S.DIPUTUSKAN and request.user.has_perm(CHANGE)

    def keep_papers(self, *, row, papers, by) -> None:
        deliberations.attach_signed(deliberation=row, papers=papers, by=by)

    def _meeting(self, request, pk: int, permission: str | None = None) -> Deliberation:
        """Returns a meeting of the officer's region; 404 for any other, 403 without the permission."""
        if not self.has_view_permission(request) or (permission and not request.user.has_perm(permission)):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request).select_related("region", "decided_by"), pk=pk)

    def _page(self, request, meeting: Deliberation, name: str, **more):
        form = more.get("form")
        context = self.admin_site.each_context(request) | {
            "opts": self.opts, "meeting": meeting, "title": f"{_('Musyawarah')} {meeting}",
            "look": LOOKS[S(meeting.status)],
        }  # fmt: skip
        status = 422 if form is not None and form.errors else 200
        return render(request, f"{FOLDER}/{name}.html", context | more, status=status)

    def _home(self, pk: int):
        return redirect("admin:beneficiaries_deliberation_change", pk)

    def _do(self, request, verb, done="", **arguments) -> bool:
        """Runs a verb and tells the officer how it went. Returns whether it was done."""
        try:
            verb(by=request.user, **arguments)
        except DeliberationError as error:
            messages.error(request, str(error))
            return False
        if done:
            messages.success(request, str(done))
        return True

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The page of one meeting: status and next step, families, people."""
        if not object_id.isdigit():
            raise Http404
        meeting = self._meeting(request, int(object_id))
        cases = list(meeting.cases.select_related("region", "deliberation", "application", "appeal"))
        for case in cases:
            case.look = DECISION_LOOKS.get(case.decision, "")
        self._name(request, meeting, cases)
        waiting = [case for case in cases if not case.decision]
        guests = _guests(meeting)
        people = guests["people"]
        may_close = deliberations.may_close(request.user, meeting.region_id)
        may_change = request.user.has_perm(CHANGE) and meeting.status != S.DIPUTUSKAN
        closed = meeting.status == S.DIPUTUSKAN
        papers = list(attachments.of(meeting).select_related("uploaded_by"))
        return self._page(
            request, meeting, "detail", papers=papers,
            signed_by=deliberations.signed_by(meeting) if closed else None, today=timezone.localdate(),
            may_add_papers=self.may_add_papers(request, meeting),
            may_take_minutes=exports.offered(
                request.user, minutes.FIELDS, permission="beneficiaries.view_deliberation"
            ),
            cases=cases, **guests, next_action=_next(meeting, bool(cases and people), bool(papers)),
            came=sum(one.present for one in people), undecided=len(waiting),
            next_case=waiting[0] if waiting and meeting.status == S.BERLANGSUNG else None,
            may_change=may_change, may_close=may_close and meeting.status == S.BERLANGSUNG,
            published=deliberations.published().filter(pk=meeting.pk).exists(),
        )  # fmt: skip

    def _name(self, request, meeting: Deliberation, cases: list[DeliberationCase]) -> None:
        """Records whom the page of a meeting names."""
        note_list(
            request, subject=f"beneficiaries.deliberation:{meeting.pk}", what=_("Daftar musyawarah"),
            families=numbers_at(cases, "household_id"),
            applications=numbers_at(cases, "application_id", "appeal.application_id"),
        )  # fmt: skip

    def plan_view(self, request, pk: int):
        """The plan's own form; only before the meeting has begun."""
        meeting = self._meeting(request, pk, CHANGE)
        if meeting.status != S.DRAF:
            messages.error(request, str(deliberations.STARTED))
            return self._home(pk)
        return self.changeform_view(request, str(pk))

    def invite_view(self, request, pk: int):
        """Adds one invitation after the other."""
        meeting = self._meeting(request, pk, CHANGE)
        form = InviteForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                deliberations.invite(deliberation=meeting, by=request.user, **form.cleaned_data)
            except DeliberationError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("%(name)s diundang.") % {"name": form.cleaned_data["name"]})
                return redirect("admin:beneficiaries_deliberation_undangan", pk)
        return self._page(request, meeting, "undangan", form=form, **_guests(meeting))

    def uninvite_view(self, request, pk: int, guest_pk: int):
        """Withdraws one invitation, with a reason."""
        meeting = self._meeting(request, pk, CHANGE)
        guest = get_object_or_404(meeting.attendances.select_related("deliberation"), pk=guest_pk)
        form = UninviteForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                deliberations.uninvite(guest=guest, by=request.user, **form.cleaned_data)
            except DeliberationError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Undangan %(name)s dibatalkan.") % {"name": guest.name})
                return redirect("admin:beneficiaries_deliberation_undangan", pk)
        letter = guest.letters.filter(revoked_at=None).first()
        return self._page(request, meeting, "batal-undang", form=form, guest=guest, letter=letter)

    def attend_view(self, request, pk: int):
        """Notes who came, from the boxes of the meeting's page."""
        meeting = self._meeting(request, pk, CHANGE)
        came = [int(number) for number in request.POST.getlist("hadir") if number.isdigit()]
        self._do(
            request, deliberations.record_attendance, _("Daftar hadir disimpan."), deliberation=meeting, present=came
        )
        return self._home(pk)

    def choose_view(self, request, pk: int):
        """The families that wait for the kelurahan, as boxes."""
        meeting = self._meeting(request, pk, CHANGE)
        region = meeting.region
        if request.method == "POST":
            kinds = {"applications": "permohonan", "households": "keluarga", "appeals": "keberatan"}
            chosen = {
                argument: [int(number) for number in request.POST.getlist(field) if number.isdigit()]
                for argument, field in kinds.items()
            }
            if self._do(
                request, deliberations.add_cases, _("Keluarga masuk daftar musyawarah."), deliberation=meeting, **chosen
            ):
                return self._home(pk)
        held = deliberations.held_households(region).select_related("region")
        offered = {
            "applications": deliberations.waiting_applications(region),
            "unvisited": deliberations.to_be_visited(region),
            "appeals": deliberations.waiting_appeals(region), "households": held,
        }  # fmt: skip
        lists = {name: list(rows.select_related("region")[:SHOWN]) for name, rows in offered.items()}
        note_list(
            request, subject=f"beneficiaries.deliberation:{meeting.pk}-pilih", what=_("Calon daftar musyawarah"),
            families=numbers_at(lists["households"], "pk"),
            applications=numbers_at([*lists["applications"], *lists["unvisited"]], "pk")
            | numbers_at(lists["appeals"], "application_id"),
        )  # fmt: skip
        return self._page(
            request, meeting, "kasus", **lists, today=timezone.localdate(), held_count=held.count(), shown=SHOWN
        )

    def start_view(self, request, pk: int):
        meeting = self._meeting(request, pk, CHANGE)
        self._do(request, deliberations.start, _("Musyawarah dimulai. Isi daftar hadir."), deliberation=meeting)
        return self._home(pk)

    def _case(self, meeting: Deliberation, case_pk: int) -> DeliberationCase:
        return get_object_or_404(meeting.cases.select_related("region", "deliberation", "application"), pk=case_pk)

    def case_view(self, request, pk: int, case_pk: int):
        """The decision about one family; afterwards the next one that waits."""
        meeting = self._meeting(request, pk, CHANGE)
        case = self._case(meeting, case_pk)
        known = {"decision": case.decision, "rank": case.rank, "objection": case.objection, "reason": case.reason}
        form = CaseForm(request.POST if request.method == "POST" else None, initial=known)
        if form.is_valid():
            try:
                deliberations.decide(case=case, by=request.user, **form.cleaned_data)
            except DeliberationError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("%(name)s: keputusan disimpan.") % {"name": case.name})
                following = meeting.cases.filter(decision="").first()
                return (
                    redirect("admin:beneficiaries_deliberation_putuskan", pk, following.pk)
                    if following
                    else self._home(pk)
                )
        note_page(request, case.application, case.household, case.appeal, page="meeting_page")
        return self._page(
            request, meeting, "putuskan", form=form, case=case, left=meeting.cases.filter(decision="").count(),
            findings=case.application.verifications.select_related("by") if case.application else (),
            trips=missed_visits.in_vain(case.application) if case.application else (),
        )  # fmt: skip

    def drop_view(self, request, pk: int, case_pk: int):
        meeting = self._meeting(request, pk, CHANGE)
        case = self._case(meeting, case_pk)
        reason = request.POST.get("reason", "")[:300]
        self._do(request, deliberations.drop_case, _("Keluarga keluar dari daftar."), case=case, reason=reason)
        return self._home(pk)

    def close_view(self, request, pk: int):
        """Closes the meeting under its minutes' number."""
        meeting = self._meeting(request, pk)
        if not deliberations.may_close(request.user, meeting.region_id):
            raise PermissionDenied
        form = CloseForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                deliberations.close(deliberation=meeting, by=request.user, **form.cleaned_data)
            except DeliberationError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Musyawarah ditutup. Keputusan berlaku dan pengumuman terbuka 14 hari."))
                return self._home(pk)
        words = dict(DeliberationCase.Decision.choices)
        found = meeting.cases.order_by().values_list("decision").annotate(count=Count("pk"))
        counts = [(words.get(decision, _("Belum diputuskan")), count) for decision, count in found]
        came = meeting.attendances.filter(present=True).count()
        ways = [
            (one, _ways_to_mend(one, request.user)) for one in closing.obstacles(deliberation=meeting, by=request.user)
        ]
        undecided = list(meeting.cases.filter(decision="").select_related("region"))
        return self._page(
            request, meeting, "tutup", form=form, counts=counts, came=came, today=timezone.localdate(),
            obstacles=ways, undecided=undecided, few=came < (meeting.quorum or 1),
            may_change=request.user.has_perm(CHANGE),
        )  # fmt: skip

    def invitations_view(self, request, pk: int):
        """The invitations as one file, a numbered letter for each guest."""
        meeting = self._meeting(request, pk, CHANGE)
        try:
            issued = invitations.issue(deliberation=meeting, by=request.user)
        except LetterError as error:
            messages.error(request, str(error))
            return self._home(pk)
        return as_file(request, *issued, name=f"undangan-musyawarah-{meeting.pk}")

    def minutes_view(self, request, pk: int):
        """The minutes as a file."""
        meeting = self._meeting(request, pk)
        if meeting.status != S.DIPUTUSKAN:
            raise Http404
        columns = exports.columns_for(request.user, minutes.FIELDS)
        families = meeting.cases.exclude(household=None).values_list("household", flat=True)
        stamp = exports.record(
            by=request.user, subject=attachments.subject_of(meeting), columns=columns,
            reason=str(_("Mengunduh berita acara musyawarah")), rows=meeting.cases.count(), families=list(families),
            what=f"{_('Berita acara')} {meeting.minutes_number}", region=meeting.region,
            address=client_address(request),
        )  # fmt: skip
        answer = HttpResponse(
            minutes.render(meeting, stamp=stamp, left_out=columns.left_out), content_type="application/pdf"
        )
        answer["Content-Disposition"] = f'attachment; filename="berita-acara-musyawarah-{meeting.pk}.pdf"'
        return answer
