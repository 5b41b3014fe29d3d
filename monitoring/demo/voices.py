"""What the demo's residents complain of and ask, and what the offices answer."""

from dataclasses import dataclass
from datetime import date, timedelta

from bansos.models import Region, User
from feedback import complaints
from feedback.models import Complaint
from monitoring.demo import officers
from monitoring.demo.almanac import Almanac, at

C, F = Complaint.Category, Complaint.Finding


@dataclass(frozen=True)
class Voice:
    category: str
    kelurahan: str
    story: str
    answer: str = ""
    finding: str = ""
    remedy: str = ""
    name: str = ""


LAST_MONTH = [
    Voice(C.KUALITAS, "1003", "Beras yang saya terima berbau apek dan banyak kutunya.",
          "Laporan Anda terbukti. Kami mohon maaf. Beras pengganti sudah diserahkan.", F.TERBUKTI,
          "Diganti 10 kg beras baru. Petugas kini membuka satu karung contoh.", "Siti Rahayu"),
    Voice(C.TIDAK_MENERIMA, "1003", "Nama saya ada di daftar tetapi belum menerima undangan.",
          "Undangan Anda sudah kami antar ulang lewat RT.", F.TERBUKTI, "Undangan diantar ulang oleh RT 003."),
    Voice(C.INFORMASI, "1007", "Apakah lansia yang tinggal sendiri boleh diwakili tetangga?",
          "Bantuan hanya boleh diwakili anggota Kartu Keluarga yang sama.", F.TIDAK_TERBUKTI, "Dijelaskan lewat RT."),
    Voice(C.SALAH_SASARAN, "1001", "Tetangga saya punya mobil tetapi mendapat sembako.",
          "Kami sudah memeriksa ke rumahnya. Mobil itu milik majikannya.", F.TIDAK_TERBUKTI, "Kunjungan rumah."),
    Voice(C.PUNGLI, "1004", "Ada yang meminta dua puluh ribu rupiah untuk uang bensin.",
          "Terima kasih. Uang sudah dikembalikan dan petugas itu diganti.", F.TERBUKTI,
          "Uang dikembalikan. Petugas ditegur tertulis dan diganti."),
    Voice(C.DATA_SALAH, "1002", "Jumlah anggota keluarga saya keliru, seharusnya lima.",
          "Data Anda sudah kami perbaiki sesuai Kartu Keluarga.", F.TERBUKTI, "Data keluarga diperbaiki."),
]  # fmt: skip
THIS_MONTH = [
    Voice(C.TIDAK_MENERIMA, "1003", "BLT saya belum bisa diambil, katanya kode tidak ada."),
    Voice(C.PERILAKU, "1003", "Petugas membentak ibu saya saat antre."),
    Voice(C.INFORMASI, "1003", "Kapan pendaftaran pelatihan menjahit berikutnya?"),
    Voice(C.KURANG, "1005", "Minyak goreng yang saya terima hanya satu liter."),
    Voice(C.LAINNYA, "1006", "Tempat antre panas, mohon diberi tenda."),
]


def _speak(voice: Voice, on: date) -> Complaint:
    region = Region.objects.get(code=f"{officers.KECAMATAN}.{voice.kelurahan}")
    with at(on, 10, 20):
        complaint, _pin = complaints.submit(region=region, category=voice.category, story=voice.story, name=voice.name)
    return complaint


def _answer(complaint: Complaint, voice: Voice, on: date) -> None:
    office = User.objects.get(username="kesra") if complaint.serious else officers.head_of(complaint.region)
    with at(on, 9, 5):
        complaints.take(complaint=complaint, by=office)
        complaints.answer(complaint=complaint, body=voice.answer, finding=voice.finding, remedy=voice.remedy, by=office)


def last_month(almanac: Almanac) -> None:
    """Six voices, all answered, the first one confirmed by the resident."""
    for place, voice in enumerate(LAST_MONTH):
        on = almanac.last(5 + 3 * place)
        complaint = _speak(voice, on)
        _answer(complaint, voice, on + timedelta(days=2))
        if place == 0:
            with at(on + timedelta(days=3), 19):
                complaint.refresh_from_db()
                complaints.confirm(complaint=complaint)


def this_month(almanac: Almanac) -> None:
    """Five voices that wait for an answer."""
    for place, voice in enumerate(THIS_MONTH):
        _speak(voice, almanac.ago(6 - place))
