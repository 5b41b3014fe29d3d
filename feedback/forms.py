"""Forms of the complaint pages. What is wrong is said with how to mend it."""

import re
import uuid

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bansos import codes
from bansos.models import Region
from feedback.models import Complaint

PHONE = re.compile(r"08\d{7,12}")


class PhoneField(forms.CharField):
    """An Indonesian mobile number: spaces, dashes and +62 are forgiven; kept as 08…"""

    def to_python(self, value):
        digits = re.sub(r"[^\d+]", "", super().to_python(value))
        return re.sub(r"^(\+?62)", "0", digits)

    def validate(self, value):
        super().validate(value)
        if value and not PHONE.fullmatch(value):
            raise forms.ValidationError(_t("Nomor HP dimulai 08 dan berisi 9 sampai 14 angka."))


class ComplaintForm(forms.ModelForm):
    """What is wrong, where, what happened; name and phone only if the person wants."""

    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    category = forms.ChoiceField(
        label=_("Apa yang ingin Anda laporkan?"),
        choices=Complaint.Category.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pilih apa yang ingin Anda laporkan.")},
    )
    region = forms.ModelChoiceField(
        label=_("Kelurahan tempat kejadian"),
        queryset=Region.objects.none(),
        empty_label=_("Pilih kelurahan"),
        error_messages={"required": _("Pilih kelurahan tempat kejadian.")},
    )
    story = forms.CharField(
        label=_("Ceritakan kejadiannya"),
        help_text=_("Kapan, di mana, dan apa yang terjadi. Jangan tulis NIK atau nomor rekening."),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={
            "required": _("Ceritakan kejadiannya."),
            "max_length": _("Cerita paling panjang 3.000 huruf. Anda menulis %(show_value)d."),
        },
    )
    name = forms.CharField(
        label=_("Nama Anda (boleh kosong)"),
        help_text=_("Nama tidak kami buka kepada pihak yang dilaporkan."),
        max_length=150,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = PhoneField(
        label=_("Nomor HP (boleh kosong)"),
        help_text=_("Hanya untuk bertanya lebih lanjut. Contoh 0812 3456 7890."),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )

    class Meta:
        model = Complaint
        fields = ["category", "region", "story", "name", "phone"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = Region.objects.kelurahan().inside(settings.KECAMATAN)
        self.fields["region"].label_from_instance = lambda region: region.name
        self.fields["form_key"].initial = uuid.uuid4
        self.use_required_attribute = False

    def _post_clean(self):
        """The verb makes the row and holds the rules; nothing is built here."""


class TrackForm(forms.Form):
    """The code and PIN of the receipt."""

    use_required_attribute = False
    code = forms.CharField(
        label=_("Kode pengaduan"),
        help_text=_("Contoh 7K2M-9QX4-PD. Huruf kecil juga boleh."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": _("Isi kode pengaduan.")},
    )
    pin = forms.CharField(
        label=_("PIN"),
        help_text=_("6 angka di kertas bukti."),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Isi PIN.")},
    )

    def clean_code(self):
        code = codes.normalise(self.cleaned_data["code"])
        if len(code) != codes.CODE_LENGTH:
            raise forms.ValidationError(_t("Kode harus 10 huruf dan angka. Anda menulis %(n)s.") % {"n": len(code)})
        return code

    def clean_pin(self):
        pin = "".join(self.cleaned_data["pin"].split())
        if not re.fullmatch(r"[0-9]{6}", pin):
            raise forms.ValidationError(_t("PIN harus 6 angka. Anda menulis %(n)s.") % {"n": len(pin)})
        return pin


class MessageForm(forms.Form):
    """One message."""

    use_required_attribute = False
    body = forms.CharField(
        label=_("Pesan Anda"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Tulis dulu pesannya.")},
    )


class ReopenForm(MessageForm):
    body = forms.CharField(
        label=_("Apa yang belum selesai?"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Tulis apa yang belum selesai.")},
    )
