"""The forms of the complaint desk, in Unfold's look."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from bansos.privacy import refuse_number
from feedback.models import Complaint


class AskForm(forms.Form):
    """A question to the complainant."""

    use_required_attribute = False
    body = forms.CharField(
        label=_("Pertanyaan untuk pelapor"),
        max_length=3000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        error_messages={"required": _("Tulis dulu pertanyaannya.")},
    )


class AnswerForm(forms.Form):
    """What was found, what was done, and the words to the complainant."""

    use_required_attribute = False
    finding = forms.ChoiceField(
        label=_("Kesimpulan"),
        choices=[("", _("Pilih kesimpulan")), *Complaint.Finding.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )
    remedy = forms.CharField(
        label=_("Tindakan yang sudah diambil"),
        max_length=500,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    body = forms.CharField(
        label=_("Jawaban untuk pelapor"),
        max_length=3000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
        error_messages={"required": _("Tulis dulu jawabannya.")},
    )


class ReferForm(forms.Form):
    """Which other office handles it."""

    use_required_attribute = False
    body = forms.CharField(
        label=_("Kantor yang berwenang dan cara menghubunginya"),
        max_length=3000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        error_messages={"required": _("Tulis kantor yang berwenang dan cara menghubunginya.")},
    )


class RevealForm(forms.Form):
    """Why the phone number is needed."""

    use_required_attribute = False
    reason = forms.CharField(
        label=_("Alasan membuka nomor HP"),
        min_length=5,
        max_length=300,
        validators=[refuse_number],
        widget=UnfoldAdminTextInputWidget,
        error_messages={
            "required": _("Tulis alasannya."),
            "min_length": _("Tulis alasannya, paling sedikit lima huruf."),
        },
    )


# Ready sentences an officer may copy; the kind of complaint decides which are shown.
SENTENCES = {
    "": [
        _("Terima kasih atas laporan Anda. Kami sudah memeriksa ke lapangan dan menemukan bahwa …"),
        _("Laporan Anda terbukti. Kami mohon maaf. Kami sudah …"),
        _("Kami tidak menemukan bukti. Bila ada keterangan lain, buka lagi pengaduan ini."),
    ],
    Complaint.Category.DATA_SALAH: [
        _("Data Anda sudah kami perbaiki. Nilai keluarga dihitung lagi bulan depan."),
        _("Bawa KTP dan Kartu Keluarga asli ke kantor kelurahan supaya data dapat kami cocokkan."),
    ],
    Complaint.Category.INFORMASI: [
        _("Terima kasih atas pertanyaan Anda. Jawaban kami: …"),
        _("Terima kasih atas saran Anda. Kami bahas dalam rapat kelurahan bulan ini."),
    ],
    Complaint.Category.KUALITAS: [
        _("Barang Anda sudah kami ganti. Kami juga memeriksa barang lain dari kiriman yang sama."),
        _("Bawa barang yang rusak ke kantor kelurahan. Kami menggantinya hari itu juga."),
    ],
}


def sentences_for(category: str) -> list:
    """Returns ready sentences for this kind of complaint, or the general ones."""
    return SENTENCES.get(category, SENTENCES[""])
