"""Peristiwa keluarga in the admin: the timeline of a family, and a page for each thing that can happen to it.

Each page shows what the event would do, by doing it and taking it back, before somebody confirms.
"""

from dataclasses import dataclass
from datetime import date

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
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

from bansos import row_history
from bansos.admin_base import ReadOnlyAdmin, ScopedAdmin
from bansos.crypto import blind_index
from bansos.models import Region, User
from beneficiaries import family_events, nik
from beneficiaries.family_events import RECORD, FamilyEventError
from beneficiaries.models import FamilyEvent, Household, Person
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
    to = _text(_("Pindah ke mana?"), _("Kota atau kabupaten tujuan."), required=False)

    def run(self):
        values = self.cleaned_data
        family_events.move_out(household=self.family, moved_on=values["happened_on"], to=values["to"], **self.common())


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

    def leaving(self) -> list[Person]:
        return [person for person in self.members if str(person.pk) in self.cleaned_data["people"]]


class SplitForm(LeavingForm):
    kk = _text(_("Nomor KK baru"), _("16 angka."), error_messages={"required": _("Tulis nomor KK yang baru.")})
    head = _one_member(_("Kepala keluarga di KK baru"))
    kinds = (Kind.PISAH, Kind.KAWIN, Kind.CERAI)

    def run(self):
        values = self.cleaned_data
        return family_events.split(
            household=self.family, people=self.leaving(), kk=values["kk"], head=self.member("head"),
            happened_on=values["happened_on"], kind=values["kind"], new_head=self.member("new_head"), **self.common(),
        )  # fmt: skip


class JoinForm(LeavingForm):
    kk = _text(_("Nomor KK tujuan"), _("16 angka. Keluarga itu sudah ada di register wilayah Anda."),
               error_messages={"required": _("Tulis nomor KK tujuan.")})  # fmt: skip
    relation = forms.ChoiceField(
        label=_("Hubungan dengan kepala keluarga tujuan"), widget=UnfoldAdminSelectWidget(),
        choices=[c for c in Person.Relation.choices if c[0] != Person.Relation.KEPALA],
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
            people=self.leaving(), into=values["kk"], relation=values["relation"], kind=values["kind"],
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
    Page("pisah", _("Catat pisah KK"), SplitForm),
    Page("gabung", _("Catat gabung KK"), JoinForm),
    Page("kepala", _("Ganti kepala keluarga"), HeadForm),
    Page("kembali", _("Catat pindah masuk kembali"), BackForm, Household.Status.PINDAH),
]


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
            changes=_changes(family), applications=family.applications.order_by("-submitted_at"),
            may_correct=request.user.has_perm(RECORD),
        )  # fmt: skip

    def event_view(self, request, pk: int, slug: str):
        """Asks, shows what would come of it, and records it once that is confirmed."""
        page = next((page for page in PAGES if page.slug == slug), None)
        if page is None:
            raise Http404
        family = self._family(request, pk, records=True)
        form = page.form(request.POST if request.method == "POST" else None, family=family, officer=request.user)
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
        return self._event_page(request, family, "catat", title=page.title, form=form, effects=effects)


def _events(family: Household):
    rows = FamilyEvent.objects.filter(household=family) | FamilyEvent.objects.filter(other=family)
    related = ("recorded_by", "region", "to_region", "corrects", "corrected_by")
    return rows.select_related(*related).prefetch_related("people__person").order_by("-pk")


def _changes(family: Household) -> list:
    """Returns the changes of the family's row and its people's, newest first, each with its maker's name."""
    rows = [family, *family.people.all()]
    found = [(row, change) for row in rows for change in row_history.of(row)]
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

    list_display = ["kind", "happened_on", "who", "region", "paper", "recorded_by"]
    list_filter = ["kind", "happened_on"]
    list_select_related = ["region", "recorded_by"]
    ordering = ["-happened_on", "-pk"]
    date_hierarchy = "happened_on"

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("people__person")

    @display(description=_("Siapa"))
    def who(self, event):
        return ", ".join(row.person.name for row in event.people.all()) or _("Satu keluarga")

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
        return redirect("admin:beneficiaries_household_peristiwa", self._event(request, object_id).household_id)

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
