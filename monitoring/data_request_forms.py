"""Forms of data subjects' requests: the resident's and the desk's. What is wrong is said with how to mend it."""

import uuid
from typing import cast

from django import forms
from django.utils.translation import gettext_lazy as _

from bansos import codes, limits
from beneficiaries import applications, corrections
from distribution import lookup
from monitoring import data_requests
from monitoring.models import DataRequest

K = DataRequest.Kind


class CodeForm(lookup.CodeForm):
    """The code of an application, or the number on the receipt of an earlier request, and the birth date."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kode"].label = _("Kode permohonan, atau nomor bukti permintaan")

    def find(self):
        """Returns what the pass holds, or None. Counts with /cek-status/. Raises lookup.TooManyGuesses."""
        code, born_on = self.cleaned_data["kode"], self.cleaned_data["born_on"]
        lookup.count_guess(("cek-kode", code))
        application = applications.find(code=code, born_on=born_on)
        request = data_requests.find(code=code, born_on=born_on)
        if application is None and request is None:
            return None
        limits.forget("cek-kode", codes.normalise(code))
        if application:
            return ("application", application.pk)
        if request.person_id:
            return ("person", request.person_id)
        return ("application", request.application_id)


class RequestForm(forms.Form):
    """What is asked; for a correction also which datum, and what it should be."""

    use_required_attribute = False
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(
        label=_("Apa yang Anda minta?"),
        choices=K.choices,
        widget=forms.RadioSelect,
        error_messages={"required": data_requests.NO_KIND},
    )
    datum = forms.ChoiceField(
        label=_("Data yang keliru"),
        help_text=_("Hanya untuk perbaikan."),
        required=False,
    )
    wanted = forms.CharField(
        label=_("Seharusnya"),
        help_text=_("Tulis isi yang benar, sesuai KTP atau KK."),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    story = forms.CharField(
        label=_("Keterangan (boleh kosong)"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": _("Keterangan paling panjang 1.000 huruf. Anda menulis %(show_value)d.")},
    )

    def __init__(self, *args, rows: tuple[str, ...], **kwargs):
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["datum"]).choices = [("", _("Pilih datanya")), *corrections.choices(*rows)]
        self.fields["form_key"].initial = uuid.uuid4

    def clean(self):
        values = super().clean()
        if values.get("kind") == K.PERBAIKAN:
            if not values.get("datum") and "datum" not in self.errors:
                self.add_error("datum", _("Pilih data yang keliru."))
            if not values.get("wanted"):
                self.add_error("wanted", _("Tulis isinya yang benar."))
        return values
