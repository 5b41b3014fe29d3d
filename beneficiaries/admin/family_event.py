"""Peristiwa keluarga in the admin: the timeline of a family, and a page for each thing that can happen to it.

Each page shows what the event would do, by doing it and taking it back, before somebody confirms.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from bansos import history
from bansos.admin_base import ReadOnlyAdmin, ScopedAdmin
from bansos.crypto import blind_index
from bansos.models import Region, User
from bansos.scope import covers
from beneficiaries import family_events, nik
from beneficiaries.family_events import RECORD, FamilyEventError
from beneficiaries.models import Application, FamilyEvent, Household, Person, Verification
from beneficiaries.register.columns import read_date

FOLDER = "admin/beneficiaries/familyevent"
Kind = FamilyEvent.Kind


class DayField(forms.Field):
    """A date as offices write it: 31/12/2026 or 31 Desember 2026."""

    def to_python(self, value) -> date | None:
        text = (value or "").strip()
        try:
            return read_date(text) if text else None
        except ValueError:
            raise forms.ValidationError(_t("Tanggal ini tidak ada. Tulis seperti 31/12/2026.")) from None


def _text(label, hint="", **more) -> forms.CharField:
    return forms.CharField(label=label, help_text=hint, max_length=200, widget=UnfoldAdminTextInputWidget(), **more)


class EventForm(forms.Form):
    """What every event needs: its day and its paper."""

    happened_on = DayField(label=_("Tanggal peristiwa"), help_text=_("Contoh: 31/12/2026."),
                           widget=UnfoldAdminTextInputWidget({"inputmode": "numeric"}),
                           error_messages={"required": _("Tulis tanggalnya.")})  # fmt: skip
    paper = _text(_("Nomor surat"), _("Nomor akta, surat pindah, buku nikah, atau KK baru."),
                  error_messages={"required": family_events.PAPER_MISSING})  # fmt: skip

    def __init__(self, *args, family: Household, officer, **kwargs):
        super().__init__(*args, **kwargs)
        self.family, self.officer = family, officer
        self.members = list(family.people.living().order_by("pk"))
        names = [(person.pk, f"{person.name} ({person.get_relation_display()})") for person in self.members]
        for name, field in self.fields.items():
            if name in {"person", "people", "head", "new_head"}:
                field.choices = [("", "-"), *names] if name == "new_head" else names  # type: ignore[attr-defined]

    def member(self, name: str) -> Person | None:
        return next((p for p in self.members if str(p.pk) == self.cleaned_data.get(name)), None)

    def chosen(self, name: str) -> list[Person]:
        return [person for person in self.members if str(person.pk) in self.cleaned_data[name]]

    def run(self) -> Household | None:
        """Does what the form says. Returns a new family, if one was founded. Raises FamilyEventError."""
        raise NotImplementedError

    def common(self) -> dict:
        return {"paper": self.cleaned_data["paper"], "by": self.officer}


def _one_member(label, required=True, hint="") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, help_text=hint, required=required, widget=UnfoldAdminSelectWidget(),
        error_messages={"required": _("Pilih orangnya.")},
    )  # fmt: skip


UNDER_A_HEAD = [choice for choice in Person.Relation.choices if choice[0] != Person.Relation.KEPALA]
HEAD_HINT = _("Hanya bila kepala keluarga yang meninggal atau pergi.")


class BirthForm(EventForm):
    name = _text(_("Nama anak"), error_messages={"required": _("Tulis nama anak.")})
    sex = forms.ChoiceField(label=_("Jenis kelamin"), choices=Person.Sex.choices, widget=UnfoldAdminRadioSelectWidget(),
                            error_messages={"required": _("Pilih jenis kelaminnya.")})  # fmt: skip
    nik = _text(_("NIK anak"), _("16 angka di akta atau KK baru."), error_messages={"required": _("Tulis NIK anak.")})
    birth_place = _text(_("Tempat lahir"), required=False)

    def run(self):
        values = {name: self.cleaned_data[name] for name in ("name", "sex", "nik", "birth_place")}
        family_events.record_birth(
            household=self.family, born_on=self.cleaned_data["happened_on"], **values, **self.common()
        )


class DeathForm(EventForm):
    person = _one_member(_("Siapa yang meninggal?"))
    new_head = _one_member(_("Kepala keluarga baru"), required=False, hint=HEAD_HINT)

    def run(self):
        family_events.record_death(
            person=self.member("person"), died_on=self.cleaned_data["happened_on"], new_head=self.member("new_head"),
            **self.common(),
        )  # fmt: skip


class PlaceForm(EventForm):
    """A new place in the kecamatan: kelurahan, RW, RT, address."""

    kelurahan = forms.ChoiceField(label=_("Kelurahan tujuan"), widget=UnfoldAdminSelectWidget())
    rw = _text(_("RW"), _("Contoh: 008."), error_messages={"required": _("Tulis nomor RW.")})
    rt = _text(_("RT"), _("Contoh: 002."), error_messages={"required": _("Tulis nomor RT.")})
    address = _text(_("Alamat baru"), error_messages={"required": _("Tulis alamatnya.")})
    field_order = ["kelurahan", "rw", "rt", "address"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        found = Region.objects.kelurahan().inside(settings.KECAMATAN).order_by("name")
        self.fields["kelurahan"].choices = [(region.code, region.name) for region in found]
        if not self.is_bound:
            self.initial["kelurahan"] = ".".join(self.family.region_id.split(".")[:4])

    def clean(self):
        values = super().clean()
        if {"kelurahan", "rw", "rt"} <= values.keys():
            code = ".".join((values["kelurahan"], values["rw"].zfill(3), values["rt"].zfill(3)))
            values["region"] = Region.objects.filter(code=code, level=Region.Level.RT).first()
            if values["region"] is None:
                self.add_error("rt", _t("RT itu tidak ada di RW dan kelurahan itu. Periksa nomornya."))
        return values

    def _moved(self) -> dict:
        values = self.cleaned_data
        return {"region": values["region"], "address": values["address"], "moved_on": values["happened_on"]}


class MoveForm(PlaceForm):
    def run(self):
        family_events.move_within(household=self.family, **self._moved(), **self.common())


class BackForm(PlaceForm):
    def run(self):
        family_events.move_back(household=self.family, **self._moved(), **self.common())


class LeaveForm(EventForm):
    people = forms.MultipleChoiceField(
        label=_("Siapa yang pindah?"), widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text=_("Bila semua pindah, keluarga ini ditandai pindah."),
        error_messages={"required": family_events.NOBODY},
    )  # fmt: skip
    to = _text(_("Pindah ke mana?"), _("Kota atau kabupaten tujuan."), required=False)
    new_head = _one_member(_("Kepala keluarga yang tinggal"), required=False, hint=HEAD_HINT)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        chosen = self.initial.get("person")
        self.initial["people"] = [chosen] if chosen else [person.pk for person in self.members]

    def run(self):
        values = self.cleaned_data
        family_events.move_out(
            household=self.family, moved_on=values["happened_on"], to=values["to"], new_head=self.member("new_head"),
            people=self.chosen("people"), **self.common(),
        )  # fmt: skip


class ArrivalForm(EventForm):
    nik = _text(_("NIK"), _("16 angka. Yang dulu pindah dari sini tercatat kembali."),
                error_messages={"required": _("Tulis NIK-nya.")})  # fmt: skip
    name = _text(_("Nama lengkap"), error_messages={"required": _("Tulis namanya.")})
    sex = forms.ChoiceField(label=_("Jenis kelamin"), choices=Person.Sex.choices, widget=UnfoldAdminRadioSelectWidget(),
                            error_messages={"required": _("Pilih jenis kelaminnya.")})  # fmt: skip
    born_on = DayField(label=_("Tanggal lahir"), help_text=_("Contoh: 31/12/1990."),
                       widget=UnfoldAdminTextInputWidget({"inputmode": "numeric"}),
                       error_messages={"required": _("Tulis tanggal lahirnya.")})  # fmt: skip
    birth_place = _text(_("Tempat lahir"), required=False)
    relation = forms.ChoiceField(label=_("Hubungan dengan kepala keluarga"), choices=UNDER_A_HEAD,
                                 widget=UnfoldAdminSelectWidget())  # fmt: skip
    marital = forms.ChoiceField(label=_("Status kawin"), choices=Person.Marital.choices,
                                widget=UnfoldAdminSelectWidget())  # fmt: skip

    def run(self):
        values = {name: self.cleaned_data[name] for name in (
            "nik", "name", "sex", "born_on", "birth_place", "relation", "marital",
        )}  # fmt: skip
        family_events.move_in(
            household=self.family, moved_on=self.cleaned_data["happened_on"], **values, **self.common()
        )


class LeavingForm(EventForm):
    """Some people leave the family."""

    people = forms.MultipleChoiceField(
        label=_("Siapa yang pergi?"), widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        error_messages={"required": family_events.NOBODY},
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("Karena apa?"), widget=UnfoldAdminSelectWidget())
    new_head = _one_member(_("Kepala keluarga yang tinggal"), required=False, hint=HEAD_HINT)
    kinds: tuple[Kind, ...] = (Kind.KAWIN, Kind.CERAI)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in self.kinds]


class SplitForm(LeavingForm):
    kk = _text(_("Nomor KK baru"), _("16 angka."), error_messages={"required": _("Tulis nomor KK yang baru.")})
    head = _one_member(_("Kepala keluarga di KK baru"))
    kinds = (Kind.PISAH, Kind.KAWIN, Kind.CERAI)

    def run(self):
        values = self.cleaned_data
        return family_events.split(
            household=self.family, people=self.chosen("people"), kk=values["kk"], head=self.member("head"),
            happened_on=values["happened_on"], kind=values["kind"], new_head=self.member("new_head"), **self.common(),
        )  # fmt: skip


class JoinForm(LeavingForm):
    kk = _text(_("Nomor KK tujuan"), _("16 angka. Keluarga itu sudah ada di register wilayah Anda."),
               error_messages={"required": _("Tulis nomor KK tujuan.")})  # fmt: skip
    relation = forms.ChoiceField(
        label=_("Hubungan dengan kepala keluarga tujuan"), widget=UnfoldAdminSelectWidget(),
        choices=UNDER_A_HEAD,
    )  # fmt: skip
    kinds = (Kind.GABUNG, Kind.KAWIN, Kind.CERAI)

    def clean_kk(self):
        try:
            number = nik.clean(self.cleaned_data["kk"])
        except nik.NumberError:
            raise forms.ValidationError(_t("Nomor KK harus 16 angka.")) from None
        found = Household.objects.for_officer(self.officer).filter(kk_index=blind_index(number, "kk")).first()
        if found is None:
            raise forms.ValidationError(_t("Keluarga dengan nomor KK ini tidak ada di wilayah Anda."))
        return found

    def run(self):
        values = self.cleaned_data
        family_events.join(
            people=self.chosen("people"), into=values["kk"], relation=values["relation"], kind=values["kind"],
            happened_on=values["happened_on"], new_head=self.member("new_head"), **self.common(),
        )  # fmt: skip


class HeadForm(EventForm):
    head = _one_member(_("Kepala keluarga baru"))

    def run(self):
        family_events.change_head(
            household=self.family, head=self.member("head"), happened_on=self.cleaned_data["happened_on"],
            **self.common(),
        )  # fmt: skip


@dataclass(frozen=True)
class Page:
    """One thing that can happen: its address, its words, its form, and for which status of a family."""

    slug: str
    title: object
    form: type[EventForm]
    status: str = Household.Status.AKTIF


PAGES = [
    Page("lahir", _("Catat kelahiran"), BirthForm),
    Page("meninggal", _("Catat kematian"), DeathForm),
    Page("pindah", _("Catat pindah rumah"), MoveForm),
    Page("keluar", _("Catat pindah ke luar"), LeaveForm),
    Page("masuk", _("Catat pindah masuk"), ArrivalForm),
    Page("pisah", _("Catat pisah KK"), SplitForm),
    Page("gabung", _("Catat gabung KK"), JoinForm),
    Page("kepala", _("Ganti kepala keluarga"), HeadForm),
    Page("kembali", _("Catat pindah masuk kembali"), BackForm, Household.Status.PINDAH),
]


# What a verifier may find at a house, and the pages that record it.
REPORTED = {
    Verification.Presence.MENINGGAL: ("meninggal",),
    Verification.Presence.PINDAH: ("pindah", "keluar"),
}


class CorrectionForm(forms.Form):
    reason = _text(_("Apa yang keliru?"), _("Contoh: akta itu milik keluarga lain."),
                   error_messages={"required": _("Tulis apa yang keliru.")})  # fmt: skip


def effect(form: EventForm) -> list[tuple[str, str]]:
    """Returns what an event would do, in pairs of before and after, and takes it back. Raises FamilyEventError."""
    before = _state(form.family)
    with transaction.atomic():
        founded = form.run()
        after = _state(Household.objects.select_related("region").get(pk=form.family.pk))
        new = _state(founded) if founded else {}
        transaction.set_rollback(True)
    changed = [
        (f"{key}: {before.get(key, '-')}", f"{key}: {after.get(key, _t('tidak lagi di keluarga ini'))}")
        for key in {**before, **after}
        if before.get(key) != after.get(key)
    ]
    return changed + [(_t("Keluarga baru"), f"{key}: {value}") for key, value in new.items()]


def _state(family: Household) -> dict[str, str]:
    people = {person.name: str(person.get_relation_display()) for person in family.people.living().order_by("pk")}
    return {_t("Status"): str(family.get_status_display()), _t("RT/RW"): family.region.label,
            _t("Alamat"): family.address} | people  # fmt: skip


class FamilyEventPages:
    """A mixin of HouseholdAdmin: the timeline and the pages of events."""

    def family_event_urls(self):
        view = self.admin_site.admin_view
        return [
            path(
                "<int:pk>/peristiwa/", view(never_cache(self.timeline_view)), name="beneficiaries_household_peristiwa"
            ),
            path("<int:pk>/peristiwa/<slug:slug>/", view(self.event_view), name="beneficiaries_household_catat"),
        ]

    def _family(self, request, pk, *, records=False):
        if not self.has_view_permission(request) or (records and not request.user.has_perm(RECORD)):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request).select_related("region"), pk=pk)

    def _event_page(self, request, family, name, **more):
        form = more.get("form")
        context = self.admin_site.each_context(request) | {"opts": self.opts, "family": family, **more}
        return render(request, f"{FOLDER}/{name}.html", context, status=422 if form and form.errors else 200)

    def timeline_view(self, request, pk: int):
        """What happened to a family and what the register changed about it, newest first."""
        family = self._family(request, pk)
        pages = [p for p in PAGES if p.status == family.status] if request.user.has_perm(RECORD) else []
        return self._event_page(
            request, family, "riwayat", title=_("Riwayat keluarga"), pages=pages, events=_events(family),
            changes=_changes(family), applications=_applications(family),
            may_correct=request.user.has_perm(RECORD),
        )  # fmt: skip

    def event_view(self, request, pk: int, slug: str):
        """Asks, shows what would come of it, and records it once that is confirmed."""
        page = next((page for page in PAGES if page.slug == slug), None)
        if page is None:
            raise Http404
        family = self._family(request, pk, records=True)
        finding = _finding(family, request.GET.get("temuan", ""))
        given = request.POST if request.method == "POST" else None
        form = page.form(given, family=family, officer=request.user, initial=_asked(request, family, finding))
        effects: list = []
        if form.is_valid():
            try:
                if "catat" in request.POST:
                    form.run()
                    messages.success(request, _("Peristiwa dicatat."))
                    return redirect("admin:beneficiaries_household_peristiwa", pk)
                effects = effect(form)
            except FamilyEventError as error:
                form.add_error(None, str(error))
        return self._event_page(request, family, "catat", title=page.title, form=form, effects=effects, finding=finding)


def _applications(family: Household):
    found = Prefetch("verifications", Verification.objects.select_related("by").order_by("at"))
    return family.applications.prefetch_related(found).order_by("-submitted_at")


def _finding(family: Household, number: str) -> Verification | None:
    """Returns what a verifier found about this family, when the page was opened from there."""
    rows = Verification.objects.filter(application__household=family).select_related("application", "by")
    return rows.filter(pk=number).first() if number.isdecimal() else None


def _asked(request, family: Household, finding: Verification | None) -> dict:
    """Returns the member that the page was opened for: chosen on the person's page, or the applicant of a finding."""
    number = request.GET.get("orang", "")
    living = family.people.living()
    if finding:
        living = living.filter(nik_index=finding.application.nik_index)
    elif number.isdecimal():
        living = living.filter(pk=number)
    else:
        return {}
    return {"person": living.values_list("pk", flat=True).first()}


def reported(case: Application, findings: Iterable[Verification], officer) -> list[dict]:
    """Returns the events that findings of an application speak of, each with its words and address, for who may record.

    A verifier reports a death or a move; the office records it with its paper.
    """
    family = case.household
    if family is None or family.status != Household.Status.AKTIF or not officer.has_perm(RECORD):
        return []
    if not covers(officer, family.region_id):
        return []
    found = []
    for finding in findings:
        for page in (page for page in PAGES if page.slug in REPORTED.get(finding.presence, ())):
            url = reverse("admin:beneficiaries_household_catat", args=[family.pk, page.slug])
            found.append({"title": page.title, "url": f"{url}?temuan={finding.pk}"})
    return found


def _events(family: Household):
    related = ("recorded_by", "region", "to_region", "corrects", "corrected_by")
    return FamilyEvent.objects.of(family.pk).select_related(*related).prefetch_related("people__person").order_by("-pk")


def _changes(family: Household) -> list:
    """Returns the changes of the family's row and its people's, newest first, each with its maker's name."""
    rows = [family, *family.people.all()]
    found = [(row, change) for row in rows for change in history.of(row)]
    users = User.objects.in_bulk({change.user_id for _row, change in found if change.user_id})
    told: list[dict] = [
        {"at": change.at, "who": users.get(change.user_id) or _("Sistem"), "what": getattr(row, "name", ""),
         "change": change.change, "reason": change.reason}
        for row, change in found
    ]  # fmt: skip
    return sorted(told, key=lambda row: row["at"], reverse=True)[:100]


@admin.register(FamilyEvent)
class FamilyEventAdmin(ReadOnlyAdmin, ScopedAdmin):
    """All events of the office, newest first; each opens its family's timeline."""

    list_display = ["kind", "happened_on", "who", "place", "new_place", "paper", "recorded_by"]
    list_filter = ["kind", "happened_on"]
    list_select_related = ["region", "to_region", "recorded_by"]
    ordering = ["-happened_on", "-pk"]
    date_hierarchy = "happened_on"

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("people__person")

    @display(description=_("Siapa"))
    def who(self, event):
        return event.names

    @display(description=_("RT/RW"), ordering="region")
    def place(self, event):
        return event.region.label

    @display(description=_("RT/RW tujuan"), ordering="to_region", empty_value="-")
    def new_place(self, event):
        return event.to_region and event.to_region.label

    def get_urls(self):
        correct = path(
            "<int:pk>/koreksi/", self.admin_site.admin_view(self.correct_view), name="beneficiaries_familyevent_koreksi"
        )
        return [correct, *super().get_urls()]

    def _event(self, request, pk) -> FamilyEvent:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        if not object_id.isdigit():
            raise Http404
        event = self._event(request, object_id)
        if not covers(request.user, event.household.region_id):
            messages.info(request, _("Keluarga ini sudah pindah ke luar wilayah Anda. Riwayatnya ikut pindah."))
            return redirect("admin:beneficiaries_familyevent_changelist")
        return redirect("admin:beneficiaries_household_peristiwa", event.household_id)

    def correct_view(self, request, pk: int):
        """Takes an event back, with the reason."""
        event = self._event(request, pk)
        if not request.user.has_perm(RECORD):
            raise PermissionDenied
        form = CorrectionForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                family_events.correct(event=event, by=request.user, **form.cleaned_data)
            except FamilyEventError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Catatan dikoreksi. Keluarga kembali seperti semula."))
                return redirect("admin:beneficiaries_household_peristiwa", event.household_id)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts, "event": event, "form": form, "title": _("Koreksi catatan"),
        }  # fmt: skip
        return render(request, f"{FOLDER}/koreksi.html", context, status=422 if form.errors else 200)
