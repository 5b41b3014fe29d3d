"""Forms of the pages under /keberatan/. What is wrong is said with how to mend it."""

import uuid

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bansos import codes
from bansos.attachments import FilesField
from bansos.models import Region
from beneficiaries import appeals, applicant, applications
from beneficiaries.appeals import NEIGHBOUR_GROUNDS, OWN_GROUNDS
from beneficiaries.forms import DateField
from beneficiaries.models import Appeal, Application

EVIDENCE_HINT = _("Foto atau PDF, paling banyak 6 berkas. Tempat pemotretan tidak ikut tersimpan.")
STORY_TOO_LONG = _("Cerita paling panjang 2.000 huruf. Anda menulis %(show_value)d.")


class StartForm(forms.Form):
    """The code of the application and the applicant's birth date."""

    use_required_attribute = False
    code = forms.CharField(
        label=_("Kode permohonan"),
        help_text=_("Contoh 7K2M-9QX4-PD. Huruf kecil juga boleh."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": _("Isi kode permohonan.")},
    )
    born_on = DateField(label=_("Tanggal lahir pemohon"), help_text=_("Contoh 8 5 1987"))

    def clean_code(self):
        code = codes.normalise(self.cleaned_data["code"])
        if len(code) != codes.CODE_LENGTH:
            raise forms.ValidationError(_t("Kode harus 10 huruf dan angka. Anda menulis %(n)s.") % {"n": len(code)})
        return code

    def find(self) -> Application | None:
        """Returns the application that both answers belong to."""
        return applications.find(**self.cleaned_data)


class GroundForm(forms.Form):
    """Why the family objects."""

    use_required_attribute = False
    ground = forms.ChoiceField(
        label=_("Apa alasan keberatan Anda?"),
        choices=[(ground.value, ground.label) for ground in OWN_GROUNDS],
        widget=forms.RadioSelect,
        error_messages={"required": appeals.GROUND_ODD, "invalid_choice": appeals.GROUND_ODD},
    )


class StoryForm(forms.Form):
    """What happened, in the family's own words; may stay empty."""

    use_required_attribute = False
    story = forms.CharField(
        label=_("Ceritakan lebih jelas (boleh kosong)"),
        help_text=_("Contoh: mobil di rumah saya milik majikan. Jangan tulis NIK."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"max_length": STORY_TOO_LONG},
    )


class EvidenceForm(forms.Form):
    """Photos or papers that show it; may stay empty."""

    use_required_attribute = False
    evidence = FilesField(label=_("Bukti (boleh kosong)"), help_text=EVIDENCE_HINT, required=False)


class AnswerForm(forms.Form):
    """The number a neighbour was given."""

    use_required_attribute = False
    code = forms.CharField(
        label=_("Nomor keberatan"),
        help_text=_("Contoh 7K2M-9QX4-PD. Huruf kecil juga boleh."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": _("Isi nomor keberatan.")},
    )

    def clean_code(self):
        return codes.normalise(self.cleaned_data["code"])


class PlaceNumberField(forms.CharField):
    """The number of an RT or RW as people say it: "2", "02" and "002" are the same."""

    def __init__(self, **kwargs):
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        super().__init__(max_length=40, widget=widget, **kwargs)

    def clean(self, value):
        digits = super().clean(value)
        if not digits.isascii() or not digits.isdigit() or len(digits) > 3:
            raise forms.ValidationError(_t("%(label)s ditulis dengan angka. Contoh: 8.") % {"label": self.label})
        return digits.zfill(3)


class NeighbourForm(forms.Form):
    """A neighbour about another family: which one, what is the matter, and how to reach the neighbour, if wanted."""

    use_required_attribute = False
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    about = forms.ChoiceField(
        label=_("Apa yang ingin Anda sampaikan?"),
        choices=[(about.value, about.label) for about in NEIGHBOUR_GROUNDS],
        widget=forms.RadioSelect,
        error_messages={"required": appeals.ABOUT_ODD},
    )
    name = forms.CharField(
        label=_("Nama kepala keluarga itu"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": appeals.NAME_MISSING},
    )
    kelurahan = forms.ModelChoiceField(
        label=_("Kelurahan"),
        queryset=Region.objects.none(),
        empty_label=_("Pilih kelurahan"),
        error_messages={"required": _("Pilih kelurahannya.")},
    )
    rw = PlaceNumberField(label=_("RW"), error_messages={"required": _("Isi RW. Contoh: 8.")})
    rt = PlaceNumberField(label=_("RT"), error_messages={"required": _("Isi RT. Contoh: 2.")})
    ground = forms.ChoiceField(
        label=_("Mengapa?"),
        choices=[
            (ground.value, ground.label)
            for ground in Appeal.Ground
            if any(ground in grounds for grounds in NEIGHBOUR_GROUNDS.values())
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Pilih alasannya.")},
    )
    story = forms.CharField(
        label=_("Ceritakan yang Anda ketahui (boleh kosong)"),
        help_text=_("Jangan tulis NIK atau nomor rekening."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"max_length": STORY_TOO_LONG},
    )
    evidence = FilesField(label=_("Bukti (boleh kosong)"), help_text=EVIDENCE_HINT, required=False)
    contact_name = forms.CharField(
        label=_("Nama Anda (boleh kosong)"),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    contact_phone = forms.CharField(
        label=_("Nomor HP Anda (boleh kosong)"),
        help_text=_("Hanya untuk bertanya lebih lanjut."),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )
    same_kelurahan = forms.BooleanField(
        label=_("Saya warga kelurahan yang sama"), error_messages={"required": appeals.NOT_A_NEIGHBOUR}
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kelurahan"].queryset = Region.objects.kelurahan().inside(settings.KECAMATAN)
        self.fields["kelurahan"].label_from_instance = lambda region: region.name
        self.fields["form_key"].initial = uuid.uuid4

    def clean_contact_phone(self):
        try:
            return applicant.phone(self.cleaned_data["contact_phone"])
        except applicant.ApplicantError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self):
        values = super().clean()
        if {"kelurahan", "rw", "rt"} <= values.keys():
            code = f"{values['kelurahan'].pk}.{values['rw']}.{values['rt']}"
            values["region"] = Region.objects.filter(pk=code).first()
            if values["region"] is None:
                self.add_error("rt", _t("RT itu tidak ada di RW dan kelurahan ini. Periksa nomornya."))
        about, ground = values.get("about"), values.get("ground")
        if about and ground and ground not in NEIGHBOUR_GROUNDS[Appeal.About(about)]:
            self.add_error("ground", _t("Alasan ini tidak cocok dengan yang Anda sampaikan. Pilih alasan lain."))
        return values

    def appeal(self) -> Appeal:
        """Sends the valid form. Raises AppealError."""
        names = (
            "region", "name", "about", "ground", "same_kelurahan", "story", "evidence", "contact_name", "contact_phone",
        )  # fmt: skip
        return appeals.submit_by_neighbour(
            **{name: self.cleaned_data[name] for name in names},
            form_key=self.cleaned_data["form_key"] or uuid.uuid4(),
        )
