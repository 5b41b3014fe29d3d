"""Forms of the handover desk."""

from typing import cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bansos import codes
from beneficiaries.models import Person

EMPTY = _("Tulis atau pindai kode di undangan.")
LENGTH = _("Kode terdiri dari 10 huruf dan angka. Anda menulis %(count)s.")
PICK = _("Pilih siapa yang datang.")
LOOK = _("Lihat KTP dan KK asli, lalu beri tanda.")


class CodeForm(forms.Form):
    """The code on an invitation, scanned or typed."""

    code = forms.CharField(
        label=_("Kode ambil"),
        help_text=_("Pindai kode QR, atau ketik kode di undangan."),
        max_length=40,
        error_messages={"required": EMPTY},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "autofocus": True}
        ),
    )

    def clean_code(self) -> str:
        code = codes.normalise(self.cleaned_data["code"])
        if len(code) != codes.CODE_LENGTH:
            raise forms.ValidationError(LENGTH, params={"count": len(code)})
        return code


class HandoverForm(forms.Form):
    """Who came, and that the papers were seen."""

    recipient = forms.TypedChoiceField(
        label=_("Siapa yang datang?"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": PICK, "invalid_choice": PICK},
    )
    identity_seen = forms.BooleanField(label=_("KTP dan KK asli sudah dilihat"), error_messages={"required": LOOK})
    note = forms.CharField(label=_("Catatan, boleh kosong"), max_length=300, required=False)

    def __init__(self, *args, members: list[Person], **kwargs):
        super().__init__(*args, **kwargs)
        self.members = {person.pk: person for person in members}
        cast(forms.ChoiceField, self.fields["recipient"]).choices = [
            (person.pk, describe(person)) for person in members
        ]

    @property
    def person(self) -> Person:
        """The member who was picked."""
        return self.members[self.cleaned_data["recipient"]]


def describe(person: Person) -> str:
    """Returns "Citra Lestari, kepala keluarga, 46 tahun", for telling members apart."""
    today = timezone.localdate()
    age = today.year - person.born_on.year - ((today.month, today.day) < (person.born_on.month, person.born_on.day))
    return gettext("%(name)s, %(relation)s, %(age)s tahun") % {
        "name": person.name,
        "relation": person.get_relation_display().lower(),
        "age": age,
    }
