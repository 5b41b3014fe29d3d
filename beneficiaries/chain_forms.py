"""Small forms of the chain: a note that sends back, a relative, a deputy. Used on the phone and in the admin."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos.models import Region, User
from beneficiaries import deputies
from beneficiaries.models import Kinship, Settlement
from beneficiaries.models.deputy import SEATS, seat

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


class CommentForm(forms.Form):
    """What an RT or RW adds to two answers that differ."""

    text = forms.CharField(
        label=_("Komentar Anda"),
        help_text=_("Kelurahan membacanya sebelum memilih."),
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": _("Tulis komentar Anda.")} | TOO_LONG,
    )


class RelationForm(forms.Form):
    """How a family is related to the officer who looks at it."""

    relation = forms.ChoiceField(
        label=_("Apa hubungannya dengan Anda?"),
        choices=Kinship.Relation.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pilih hubungannya.")},
    )


class OfficerField(forms.ModelChoiceField):
    """Names an officer together with the own seat."""

    def label_from_instance(self, obj) -> str:
        return f"{obj.name}, {_own_office(obj)}"


def _own_office(user: User) -> str:
    """Returns "Ketua RT 003/RW 008 Klender", or the role and place of who heads none."""
    if user.region and SEATS.get(Region.Level(user.region.level)) == user.role:
        return seat(user.region)
    return f"{user.get_role_display()} {user.region}"


class DeputyForm(forms.Form):
    """Who stands in at one seat, and for which days."""

    deputy = OfficerField(
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
