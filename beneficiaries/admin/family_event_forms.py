"""The forms of what can happen to a family, one for each verb of `family_events`, and what an answer would do."""

from dataclasses import dataclass
from datetime import date

from django import forms
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from bansos.crypto import blind_index
from bansos.models import Region
from beneficiaries import family_events, nik
from beneficiaries.models import Application, FamilyEvent, Household, Person
from beneficiaries.register.columns import place_number, read_date

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
            code = ".".join((values["kelurahan"], place_number("RW")(values["rw"]), place_number("RT")(values["rt"])))
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


def effect(form: EventForm) -> list[tuple[str, str]]:
    """Returns what an event would do, in pairs of before and after, and takes it back. Raises FamilyEventError."""
    before = _state(form.family)
    with transaction.atomic():
        founded = form.run()
        family = Household.objects.select_related("region").get(pk=form.family.pk)
        after, ended = _state(family), family.status != Household.Status.AKTIF
        new = _state(founded) if founded else {}
        transaction.set_rollback(True)
    changed = [
        _line(before.get(key), after.get(key)) for key in {**before, **after} if before.get(key) != after.get(key)
    ]
    waiting = [(": ".join(value), _t("Tetap berjalan. Putuskan di halaman permohonannya."))
               for key, value in after.items() if ended and key[0] == "application"]  # fmt: skip
    return changed + waiting + [(_t("Keluarga baru"), ": ".join(value)) for value in new.values()]


def _line(before: tuple[str, str] | None, after: tuple[str, str] | None) -> tuple[str, str]:
    """One thing before and after; None stands for somebody who is not there."""
    label = (before or after or ("",))[0]
    return (
        f"{label}: {before[1] if before else '-'}",
        f"{label}: {after[1] if after else _t('tidak lagi di keluarga ini')}",
    )


def _state(family: Household) -> dict[tuple, tuple[str, str]]:
    """Returns what the register says about a family that an event may change, each with its words."""
    told: dict[tuple, tuple[str, str]] = {
        ("status",): (_t("Status"), str(family.get_status_display())),
        ("region",): (_t("RT/RW"), family.region.label),
        ("address",): (_t("Alamat"), family.address),
    }
    for person in family.people.living().order_by("pk"):
        standing = f"{person.get_relation_display()}, {str(person.get_marital_display()).lower()}"
        told["person", person.pk] = (person.name, standing)
    for case in Application.objects.open().filter(kk_index=family.kk_index).select_related("region").order_by("pk"):
        told["application", case.pk] = (_t("Permohonan {code}").format(code=case), case.region.label)
    return told


class CorrectionForm(forms.Form):
    reason = _text(_("Apa yang keliru?"), _("Contoh: akta itu milik keluarga lain."),
                   error_messages={"required": _("Tulis apa yang keliru.")})  # fmt: skip
