"""Small forms of the chain: a note that sends back, a relative, a deputy. Used on the phone and in the admin."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos.models import Region, User
from beneficiaries import deputies, endings, field_visits
from beneficiaries.answers import in_words
from beneficiaries.forms import PhotoForm
from beneficiaries.models import Application, FieldVisit, Kinship, Settlement, Verification
from beneficiaries.models.deputy import SEATS, seat
from beneficiaries.verification import PAPER_FACTS

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


class CancelForm(forms.Form):
    """Why a family takes its application back."""

    reason = forms.CharField(
        label=_("Mengapa keluarga ini membatalkan?"),
        help_text=_("Keluarga membacanya di Cek status."),
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": endings.WHY_MISSING} | TOO_LONG,
    )


class OrderVisitForm(forms.Form):
    """Why somebody looks at a house, and for what."""

    ground = forms.ChoiceField(
        label=_("Sebabnya"),
        choices=FieldVisit.Ground.choices,
        widget=forms.RadioSelect,
        error_messages={"required": field_visits.GROUND_ODD},
    )
    note = forms.CharField(
        label=_("Apa yang perlu dilihat?"),
        help_text=_("Petugas yang berkunjung membacanya. Pemohon tidak."),
        max_length=300,
        widget=forms.Textarea({"rows": 3}),
        error_messages={"required": field_visits.NOTE_MISSING} | TOO_LONG,
    )


class SightForm(PhotoForm):
    """What a visitor saw at a house; `wrong_facts` lists what the family stated, to tick what differs."""

    sight = forms.ChoiceField(
        label=_("Apa yang Anda temukan?"),
        choices=[(one.value, one.label) for one in Verification.SIGHTINGS],
        widget=forms.RadioSelect,
        error_messages={"required": field_visits.SIGHT_ODD},
    )
    absence = forms.ChoiceField(
        label=_("Mengapa tidak ditemukan?"),
        help_text=_("Hanya bila keluarga tidak ditemukan."),
        required=False,
        choices=[("", _("Pilih")), *((one.value, one.label) for one in field_visits.ABSENCES)],
    )
    wrong_facts = forms.MultipleChoiceField(
        label=_("Centang yang berbeda"), required=False, widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(
        label=_("Apa yang Anda lihat?"),
        help_text=_("Yang memutuskan membacanya. Tulis keadaan rumah, bukan pendapat."),
        max_length=500,
        widget=forms.Textarea({"rows": 4}),
        error_messages={
            "required": field_visits.SEEN_MISSING,
            "max_length": _("Tulis paling banyak 500 huruf."),
        },
    )
    tempat = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, case: Application, **kwargs):
        super().__init__(*args, **kwargs)
        stated = [(name, f"{word}: {getattr(case, name)}") for name, word in PAPER_FACTS.items()]
        stated += [(question.name, f"{question.label}: {word}") for question, word in in_words(case.answers)]
        chosen = self.fields["wrong_facts"]
        assert isinstance(chosen, forms.MultipleChoiceField)
        chosen.choices = stated


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
