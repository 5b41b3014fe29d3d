"""The forms of /daftar/, one small form a page in the order of the questions, and the verifier's reason."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos.attachments import FilesField
from bansos.models import Attachment, Region
from beneficiaries import applicant, applications, photos
from beneficiaries.answers import ASSETS, QUESTIONS, Question
from beneficiaries.applications import MEMBERS_ODD, MOST_MEMBERS
from beneficiaries.models import Person, Verification
from beneficiaries.models.application import Consent

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

UNKNOWN = "tidak_tahu"
NONE_OF_THESE = "tidak_satu_pun"
CHOOSE = {"required": _("Pilih satu jawaban."), "invalid_choice": _("Pilih satu jawaban dari daftar.")}


def key_of(value) -> str:
    """Returns the form's word for an answer: "ya", "450", "kontrak"."""
    return {True: "ya", False: "tidak"}[value] if isinstance(value, bool) else str(value)


def choice_field(name: str) -> forms.ChoiceField:
    """Returns the radio buttons for one question of `beneficiaries.answers`."""
    question = QUESTIONS[name]
    choices = [(key_of(value), word) for value, word in question.choices]
    if question.may_be_unknown:
        choices.append((UNKNOWN, _("Saya tidak tahu")))
    return forms.ChoiceField(label=question.ask, choices=choices, widget=forms.RadioSelect, error_messages=CHOOSE)


def read_answer(question: Question, typed: str):
    """Returns the answer behind a form's word, or None when it is unknown."""
    return next((value for value, _word in question.choices if key_of(value) == typed), None)


class DateBoxes(forms.MultiWidget):
    """Three boxes for day, month and year; easier than a calendar for a birth date."""

    boxes = (
        ("hari", _("Tanggal"), "bday-day"),
        ("bulan", _("Bulan"), "bday-month"),
        ("tahun", _("Tahun"), "bday-year"),
    )

    def __init__(self, attrs=None):
        super().__init__(
            {
                name: forms.TextInput({"inputmode": "numeric", "autocomplete": fill, "maxlength": 4})
                for name, _label, fill in self.boxes
            },
            attrs,
        )

    def decompress(self, value):
        return str(value).split("-")[::-1] if value else ["", "", ""]

    def subwidgets(self, name, value, attrs=None):
        parts = self.get_context(name, value, attrs)["widget"]["subwidgets"]
        for part, (_name, label, _fill) in zip(parts, self.boxes, strict=True):
            yield part | {"label": label}


class DateField(forms.MultiValueField):
    """A birth date typed in three boxes."""

    widget = DateBoxes

    def __init__(self, **kwargs):
        missing = {"required": _("Tulis tanggal, bulan, dan tahun lahir.")}
        super().__init__([forms.CharField() for _box in DateBoxes.boxes], error_messages=missing, **kwargs)

    def compress(self, values):
        try:
            return applicant.birth_date(*values, today=timezone.localdate())
        except applicant.ApplicantError as error:
            raise ValidationError(str(error)) from error


class StepForm(forms.Form):
    """One page; knows what was answered before (`draft`: field names to values)."""

    def __init__(self, *args, draft: dict, **kwargs):
        super().__init__(*args, **kwargs)
        self.draft = draft


class ConsentForm(forms.Form):
    setuju = forms.BooleanField(
        label=_("Saya sudah membaca dan setuju"),
        error_messages={"required": _("Centang dulu bila Anda setuju. Tanpa itu kami tidak boleh memakai data Anda.")},
    )


class HelpedConsentForm(ConsentForm):
    """How a family agreed for whom an officer fills in the form."""

    consent = forms.ChoiceField(
        label=_("Bagaimana keluarga ini setuju?"),
        choices=[(c.value, c.label) for c in applications.HELPED_CONSENTS],
        widget=forms.RadioSelect,
        error_messages={"required": _("Pilih cara keluarga ini menyetujui.")},
    )
    witness = forms.CharField(
        label=_("Nama saksi"),
        help_text=_("Wajib bila setuju secara lisan, misalnya tetangga atau kader Dasawisma."),
        max_length=120,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["setuju"].label = _("Teks ini sudah saya bacakan, dan keluarga ini setuju")

    def clean(self):
        values = super().clean()
        if values.get("consent") == Consent.LISAN and not values.get("witness"):
            self.add_error("witness", _("Persetujuan lisan perlu saksi. Tulis namanya."))
        return values


class ConsentPaperForm(forms.Form):
    """The paper on which a helped family agreed."""

    use_required_attribute = False
    papers = FilesField(
        label=_("Foto surat persetujuan yang ditandatangani"), help_text=_("Foto atau PDF, paling banyak 6 berkas.")
    )


def _number_field(label, hint, missing) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=40,
        error_messages={"required": missing},
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )


class IdentityForm(StepForm):
    nik = _number_field(
        _("Nomor Induk Kependudukan (NIK)"), _("16 angka di KTP. Spasi boleh."), _("Tulis NIK Anda, 16 angka di KTP.")
    )
    kk = _number_field(
        _("Nomor Kartu Keluarga (KK)"),
        _("16 angka di bagian atas KK."),
        _("Tulis nomor KK, 16 angka di bagian atas KK."),
    )

    def _digits(self, name: str, label) -> str:
        try:
            return applicant.number(self.cleaned_data[name], str(label))
        except applicant.ApplicantError as error:
            raise ValidationError(str(error)) from error

    def clean_nik(self):
        return self._digits("nik", "NIK")

    def clean_kk(self):
        return self._digits("kk", _("Nomor KK"))


class PersonForm(StepForm):
    name = forms.CharField(
        label=_("Nama lengkap"),
        help_text=_("Seperti tertulis di KTP."),
        max_length=150,
        error_messages={"required": _("Tulis nama lengkap sesuai KTP.")},
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    born_on = DateField(label=_("Tanggal lahir"), help_text=_("Contoh 8 5 1987"))
    sex = forms.ChoiceField(
        label=_("Jenis kelamin"), choices=Person.Sex.choices, widget=forms.RadioSelect, error_messages=CHOOSE
    )


class KelurahanForm(StepForm):
    kelurahan = forms.ChoiceField(
        label=_("Anda tinggal di kelurahan mana?"), widget=forms.RadioSelect, error_messages=CHOOSE
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        found = Region.objects.kelurahan().inside(settings.KECAMATAN).order_by("name")
        self.fields["kelurahan"].choices = [(region.code, region.name) for region in found]


def _places(parent: str | None, word: str, hint) -> list[tuple[str, str]]:
    found = Region.objects.filter(parent_id=parent).order_by("code").values_list("code", flat=True)
    return [("", hint), *((code, f"{word} {code.rsplit('.', 1)[1]}") for code in found)]


class RwForm(StepForm):
    rw = forms.ChoiceField(
        label=_("Nomor RW"),
        help_text=_("Lihat alamat di KTP, atau tanyakan tetangga."),
        error_messages={"required": _("Pilih nomor RW Anda."), "invalid_choice": _("Pilih nomor RW dari daftar.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["rw"].choices = _places(self.draft.get("kelurahan"), "RW", _("Pilih RW"))


class AddressForm(StepForm):
    rt = forms.ChoiceField(
        label=_("Nomor RT"),
        error_messages={"required": _("Pilih nomor RT Anda."), "invalid_choice": _("Pilih nomor RT dari daftar.")},
    )
    address = forms.CharField(
        label=_("Alamat rumah"),
        help_text=_("Nama jalan atau gang, nomor, dan tanda yang mudah dilihat."),
        max_length=200,
        error_messages={"required": _("Tulis alamat rumah, misalnya Gang Melati Nomor 4.")},
        widget=forms.TextInput({"autocomplete": "street-address"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["rt"].choices = _places(self.draft.get("rw"), "RT", _("Pilih RT"))


class FamilyForm(StepForm):
    members = forms.IntegerField(
        label=_("Berapa orang dalam keluarga Anda?"),
        help_text=_("Hitung semua yang tertulis di Kartu Keluarga."),
        min_value=1,
        max_value=MOST_MEMBERS,
        error_messages={
            "required": _("Tulis jumlah anggota keluarga."),
            "invalid": _("Tulis jumlahnya dengan angka. Contoh: 4."),
            "min_value": MEMBERS_ODD,
            "max_value": MEMBERS_ODD,
        },
        widget=forms.TextInput({"inputmode": "numeric", "class": "code"}),
    )
    phone = forms.CharField(
        label=_("Nomor HP (boleh kosong)"),
        help_text=_("Petugas menelepon bila rumah Anda sulit ditemukan."),
        required=False,
        max_length=30,
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "tel"}),
    )

    def clean_phone(self):
        try:
            return applicant.phone(self.cleaned_data["phone"])
        except applicant.ApplicantError as error:
            raise ValidationError(str(error)) from error


class HomeForm(StepForm):
    tenure = choice_field("tenure")
    electricity_va = choice_field("electricity_va")


class FloorForm(StepForm):
    floor = choice_field("floor")


class WallForm(StepForm):
    wall = choice_field("wall")
    toilet = choice_field("toilet")


class LivingForm(StepForm):
    head_works = choice_field("head_works")
    feared_hunger = choice_field("feared_hunger")
    food_over_half = choice_field("food_over_half")
    bought_clothes = choice_field("bought_clothes")


class AssetsForm(StepForm):
    assets = forms.MultipleChoiceField(
        label=_("Mana yang ada di keluarga Anda?"),
        help_text=_("Centang semua yang sesuai."),
        choices=[(name, QUESTIONS[name].ask) for name in ASSETS] + [(NONE_OF_THESE, _("Tidak ada satu pun"))],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Centang yang sesuai, atau pilih Tidak ada satu pun.")},
    )

    def clean_assets(self):
        chosen = self.cleaned_data["assets"]
        if NONE_OF_THESE in chosen and len(chosen) > 1:
            raise ValidationError(_("Anda memilih Tidak ada satu pun bersama yang lain. Pilih salah satu."))
        return chosen


class NeedsForm(StepForm):
    needs = forms.CharField(
        label=_("Apa yang paling Anda butuhkan? (boleh kosong)"),
        help_text=_("Misalnya sembako, pelatihan kerja, atau obat."),
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 4}),
        error_messages={"max_length": _("Tulis paling banyak 500 huruf.")},
    )


@dataclass(frozen=True)
class Step:
    """One page of /daftar/."""

    slug: str
    part: "StrOrPromise"
    title: "StrOrPromise"
    form: type[StepForm]
    why: "StrOrPromise"


STEPS = (
    Step("identitas", _("Diri Anda"), _("NIK dan nomor KK"), IdentityForm,
         _("Kami mencocokkan keluarga Anda agar tidak tercatat dua kali. Sebaiknya isi data kepala keluarga.")),
    Step("diri", _("Diri Anda"), _("Siapa nama Anda?"), PersonForm,
         _("Tanggal lahir dipakai saat Anda melihat kabar permohonan.")),
    Step("kelurahan", _("Tempat tinggal"), _("Anda tinggal di kelurahan mana?"), KelurahanForm,
         _("Pilih tempat tinggal sekarang, walau KTP Anda beralamat lain.")),
    Step("rw", _("Tempat tinggal"), _("RW berapa?"), RwForm,
         _("Ketua RW memeriksa permohonan sesudah ketua RT.")),
    Step("alamat", _("Tempat tinggal"), _("RT dan alamat rumah"), AddressForm,
         _("Ketua RT datang ke alamat ini. Tulis tanda rumah agar mudah dicari.")),
    Step("keluarga", _("Keluarga Anda"), _("Keluarga Anda"), FamilyForm,
         _("Jumlah anggota menentukan kebutuhan keluarga. Nomor HP boleh dikosongkan.")),
    Step("rumah", _("Rumah Anda"), _("Rumah dan listrik"), HomeForm,
         _("Status rumah dan daya listrik ikut menentukan nilai keluarga.")),
    Step("lantai", _("Rumah Anda"), _("Lantai rumah Anda terbuat dari apa?"), FloorForm,
         _("Bahan lantai ikut menentukan nilai keluarga. Ketua RT akan melihat langsung.")),
    Step("dinding", _("Rumah Anda"), _("Dinding dan jamban"), WallForm,
         _("Bahan dinding dan jamban ikut menentukan nilai keluarga.")),
    Step("penghidupan", _("Penghidupan"), _("Pekerjaan dan makan"), LivingForm,
         _("Jawab apa adanya. Jawaban ini tidak dibagikan kepada tetangga.")),
    Step("harta", _("Penghidupan"), _("Mana yang ada di keluarga Anda?"), AssetsForm,
         _("Aturan Jakarta menanyakan hal ini. Petugas memeriksa, bukan mesin yang menolak.")),
    Step("kebutuhan", _("Kebutuhan"), _("Kebutuhan Anda"), NeedsForm,
         _("Ini membantu kami memilih bantuan yang tepat. Boleh dilewati.")),
)  # fmt: skip


def answers_of(values: dict) -> dict:
    """Returns the facts of a finished draft, as `applications.submit` takes them."""
    answers = {name: read_answer(question, values[name]) for name, question in QUESTIONS.items() if name in values}
    owned = {name: name in values["assets"] for name in ASSETS}
    return {name: value for name, value in answers.items() if value is not None} | owned


OTHER = _("Alasan lain")
REASONS = {
    Verification.Result.TIDAK_LAYAK: (
        _("Keluarga sudah mampu"),
        _("Punya mobil atau rumah mahal"),
        _("Ada ASN, TNI, Polri, atau pegawai BUMN"),
        _("Sudah menerima bantuan sejenis"),
        _("Data tidak benar"),
    ),
    Verification.Result.RAGU: (
        _("Tidak dapat melihat isi rumah"),
        _("Keterangan tetangga berbeda"),
        _("Data perlu dicek di kelurahan"),
    ),
}


class PhotoForm(forms.Form):
    """The photo of a house, if there is one; `cleaned_data["foto"]` is its `Content` or None."""

    foto = FilesField(label=_("Foto rumah (boleh kosong)"), required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["foto"].widget.attrs |= {"multiple": False, "accept": "image/*"}

    def clean_foto(self):
        sent = self.cleaned_data["foto"]
        if len(sent) > 1:
            raise forms.ValidationError(photos.ONE_PHOTO)
        if sent and sent[0].kind == Attachment.Kind.PDF:
            raise forms.ValidationError(photos.NOT_A_PHOTO)
        return sent[0] if sent else None


class ReasonForm(forms.Form):
    """Why a verifier says no or doubts: one radio button, and words if they wish."""

    alasan = forms.ChoiceField(
        label=_("Apa alasannya?"), widget=forms.RadioSelect, error_messages={"required": _("Pilih satu alasan.")}
    )
    cerita = forms.CharField(
        label=_("Keterangan (boleh kosong)"),
        required=False,
        max_length=350,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"max_length": _("Tulis paling banyak 350 huruf.")},
    )

    def __init__(self, *args, presence: str, result: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.presence = Verification.Presence(presence)
        if self.presence != Verification.Presence.DITEMUKAN or result == Verification.Result.LAYAK:
            del self.fields["alasan"]  # the presence is the reason, or none is needed
        else:
            field = self.fields["alasan"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(str(word), word) for word in (*REASONS[Verification.Result(result)], OTHER)]

    def clean(self):
        values = super().clean()
        if values.get("alasan") == str(OTHER) and not values.get("cerita"):
            self.add_error("cerita", _("Tulis alasannya di sini."))
        return values

    @property
    def reason(self) -> str:
        """The reason as one text."""
        chosen, story = self.cleaned_data.get("alasan"), self.cleaned_data["cerita"]
        if chosen is None and self.presence != Verification.Presence.DITEMUKAN:
            chosen = self.presence.label
        return ": ".join(str(part) for part in (chosen if chosen != str(OTHER) else None, story) if part)
