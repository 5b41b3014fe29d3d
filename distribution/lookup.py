"""The two ways to ask for a status: application code and birth date, or NIK and KK number.

Both do the same work on a hit and on a miss, so that neither words nor time tell what exists.
"""

import re
from datetime import date

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bansos import codes, crypto, limits
from beneficiaries import applications
from distribution import status

HOUR = 3600


class TooManyGuesses(Exception):
    """This code, NIK or KK is closed for an hour."""


class NumberField(forms.CharField):
    """A whole number from `low` to `high`, with a sentence that says what was written."""

    def __init__(self, *, name, low: int, high: int, **kwargs):
        self.name, self.low, self.high = name, low, high
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": kwargs.pop("autocomplete")})
        super().__init__(label=name, max_length=8, widget=widget, **kwargs)

    def clean(self, value):
        text = super().clean(value)
        if not re.fullmatch(r"[0-9]+", text) or not self.low <= int(text) <= self.high:
            words = _t("%(name)s harus %(low)s sampai %(high)s. Anda menulis %(text)s.")
            raise forms.ValidationError(words % {"name": self.name, "low": self.low, "high": self.high, "text": text})
        return int(text)


class CodeForm(forms.Form):
    """The code on the receipt and the applicant's birth date in three boxes."""

    use_required_attribute = False
    kode = forms.CharField(
        label=_("Kode permohonan"),
        help_text=_("Contoh 7K2M-9QX4-PD. Huruf kecil juga boleh."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": _("Isi kode permohonan.")},
    )
    hari = NumberField(
        name=_("Tanggal"), low=1, high=31, autocomplete="bday-day", error_messages={"required": _("Isi tanggal lahir.")}
    )
    bulan = NumberField(
        name=_("Bulan"), low=1, high=12, autocomplete="bday-month", error_messages={"required": _("Isi bulan lahir.")}
    )
    tahun = NumberField(
        name=_("Tahun"),
        low=1900,
        high=2100,
        autocomplete="bday-year",
        error_messages={"required": _("Isi tahun lahir.")},
    )

    def clean_kode(self):
        code = codes.normalise(self.cleaned_data["kode"])
        if len(code) != codes.CODE_LENGTH:
            raise forms.ValidationError(_t("Kode harus 10 huruf dan angka. Anda menulis %(n)s.") % {"n": len(code)})
        return code

    def clean(self):
        values = super().clean()
        if {"hari", "bulan", "tahun"} <= values.keys():
            try:
                values["born_on"] = date(values["tahun"], values["bulan"], values["hari"])
            except ValueError:
                self.add_error("hari", _t("Tanggal ini tidak ada di bulan itu. Periksa lagi."))
            else:
                if values["born_on"] > timezone.localdate():
                    self.add_error("tahun", _t("Tanggal lahir tidak boleh di masa depan."))
        return values

    def find(self):
        """Returns the application's number for the pass, or None. Raises TooManyGuesses."""
        code = self.cleaned_data["kode"]
        count_guess(("cek-kode", code))
        found = applications.find(code=code, born_on=self.cleaned_data["born_on"])
        if found is None:
            return None
        limits.forget("cek-kode", code)
        return ("application", found.pk)


class IdentityForm(forms.Form):
    """NIK and KK number, for those who lost the code."""

    use_required_attribute = False
    nik = forms.CharField(
        label=_("Nomor Induk Kependudukan (NIK)"),
        help_text=_("16 angka di KTP. Spasi boleh."),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Isi NIK.")},
    )
    kk = forms.CharField(
        label=_("Nomor Kartu Keluarga (KK)"),
        help_text=_("16 angka di bagian atas KK."),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Isi nomor KK.")},
    )

    def _sixteen(self, name: str, label: str) -> str:
        digits = re.sub(r"[\s.-]", "", self.cleaned_data[name])
        if not re.fullmatch(r"[0-9]{16}", digits):
            raise forms.ValidationError(
                _t("%(label)s harus 16 angka. Anda menulis %(n)s.") % {"label": label, "n": len(digits)}
            )
        return digits

    def clean_nik(self):
        return self._sixteen("nik", "NIK")

    def clean_kk(self):
        return self._sixteen("kk", _t("Nomor KK"))

    def find(self):
        """Returns the application's or person's number for the pass, or None. Raises TooManyGuesses."""
        nik, kk = self.cleaned_data["nik"], self.cleaned_data["kk"]
        counted = [(kind, crypto.blind_index(value, kind).hex()) for kind, value in (("nik", nik), ("kk", kk))]
        count_guess(*counted)
        application = applications.find_by_identity(nik=nik, kk=kk)
        person = status.find_person(nik=nik, kk=kk)
        if application is None and person is None:
            return None
        for kind, key in counted:
            limits.forget(kind, key)
        return ("application", application.pk) if application else ("person", person.pk)


def count_guess(*keys: tuple[str, str]) -> None:
    """Counts one answer for each key, known or not. Raises TooManyGuesses when one is over the limit."""
    over = [limits.hit(kind, key, settings.LOOKUP_ATTEMPTS_PER_CODE, HOUR) for kind, key in keys]
    if any(over):
        raise TooManyGuesses
