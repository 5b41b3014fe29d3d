"""Small forms of the chain: a note that sends back, a relative, a deputy. Used on the phone and in the admin."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos.models import Region, User
from beneficiaries import deputies
from beneficiaries.models import Kinship, Settlement
from beneficiaries.models.deputy import seat

TOO_LONG = {"max_length": _("Tulis paling banyak 300 huruf.")}


class NoteForm(forms.Form):
    """Why a case goes back to the RT."""

    note = forms.CharField(
        label=_("Apa yang perlu dilihat lagi?"),
        help_text=_("Ketua RT membaca catatan ini."),
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("Tulis apa yang perlu dilihat lagi.")} | TOO_LONG,
    )


class RelationForm(forms.Form):
    """How a family is related to the officer who looks at it."""

    relation = forms.ChoiceField(
        label=_("Apa hubungannya dengan Anda?"),
        choices=Kinship.Relation.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pilih hubungannya.")},
    )


class DeputyForm(forms.Form):
    """Who stands in at one seat, and for which days."""

    deputy = forms.ModelChoiceField(
        label=_("Siapa penggantinya?"),
        queryset=User.objects.none(),
        empty_label=_("Pilih petugas"),
        error_messages={"required": _("Pilih penggantinya.")},
    )
    starts_on = forms.DateField(label=_("Mulai"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    ends_on = forms.DateField(label=_("Sampai"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    reason = forms.CharField(
        label=_("Sebab"),
        help_text=_("Contoh: sakit, bepergian, atau keluarga sendiri."),
        max_length=200,
        error_messages={"required": _("Tulis sebabnya.")},
    )

    def __init__(self, *args, region: Region, **kwargs):
        super().__init__(*args, **kwargs)
        for name in ("starts_on", "ends_on"):
            self.fields[name].error_messages |= {
                "required": _("Isi tanggalnya."),
                "invalid": _("Isi tanggal yang ada."),
            }
        self.fields["starts_on"].initial = timezone.localdate
        chosen = self.fields["deputy"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = deputies.candidates(region)
        chosen.label_from_instance = lambda user: f"{user.name}, {seat(user.region)}"  # type: ignore[method-assign]


class SettleForm(forms.Form):
    """Which of two answers stands, and why."""

    stands = forms.ChoiceField(
        label=_("Jawaban mana yang dipakai?"),
        choices=Settlement.Stands.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pilih jawaban yang dipakai.")},
    )
    note = forms.CharField(
        label=_("Alasannya"),
        help_text=_("Contoh: sudah ditanyakan kepada ketua RW dan tetangga."),
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("Tulis alasannya.")} | TOO_LONG,
    )
