"""What each figure means: its code, its words, its unit. Reports, pages and their legend read this table."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Indicator:
    """One figure that is counted for every place.

    `monthly` tells a count of one month, comparable with the month before, from a state at the time of counting.
    """

    code: str
    label: "StrOrPromise"
    meaning: "StrOrPromise"
    unit: str = "number"
    monthly: bool = True


_I = Indicator
INDICATORS = (
    _I("households", _("Keluarga terdaftar"), _("Keluarga aktif di register saat angka dihitung."), monthly=False),
    _I("people", _("Warga terdaftar"), _("Warga hidup dari keluarga aktif saat angka dihitung."), monthly=False),
    _I("births", _("Kelahiran"), _("Kelahiran yang dicatat di bulan ini.")),
    _I("deaths", _("Kematian"), _("Kematian yang dicatat di bulan ini.")),
    _I(
        "moves",
        _("Kepindahan"),
        _("Pindah rumah, pindah ke luar, dan pindah masuk yang dicatat di bulan ini."),
    ),
    _I("cards", _("Pisah atau gabung KK"), _("Pisah dan gabung Kartu Keluarga yang dicatat di bulan ini.")),
    _I("received", _("Permohonan masuk"), _("Permohonan yang diajukan di bulan ini.")),
    _I("verified", _("Selesai diverifikasi RW"), _("Permohonan yang verifikasi RW-nya selesai di bulan ini.")),
    _I("approved", _("Permohonan disetujui"), _("Permohonan yang ditetapkan layak di bulan ini.")),
    _I("refused", _("Permohonan belum disetujui"), _("Permohonan yang ditolak di bulan ini, dengan alasan.")),
    _I(
        "waiting",
        _("Permohonan menunggu"),
        _("Permohonan yang masih berjalan saat angka dihitung, diajukan sampai akhir bulan ini."),
        monthly=False,
    ),
    _I("scored", _("Keluarga dinilai"), _("Keluarga aktif yang punya skor dari kriteria yang berlaku."), monthly=False),
    _I("eligible", _("Indikasi layak"), _("Keluarga yang skornya mencapai batas nilai."), monthly=False),
    _I("held", _("Perlu pemeriksaan"), _("Keluarga yang ditahan untuk diperiksa petugas."), monthly=False),
    _I("planned", _("Berhak menerima"), _("Hak penerima dari putaran bulan ini yang sudah disahkan.")),
    _I("handed_self", _("Diambil sendiri"), _("Bantuan yang diserahkan langsung di bulan ini.")),
    _I("handed_other", _("Diwakili"), _("Bantuan yang diserahkan kepada anggota KK di bulan ini.")),
    _I("handed", _("Sudah menerima"), _("Jumlah penyerahan di bulan ini, diambil sendiri dan diwakili.")),
    _I("failed", _("Gagal salur"), _("Hak penerima dari putaran bulan ini yang gagal disalurkan.")),
    _I("value_planned", _("Nilai direncanakan"), _("Jumlah rupiah dari hak yang berhak menerima."), "rupiah"),
    _I("value_realised", _("Nilai tersalur"), _("Jumlah rupiah dari penyerahan di bulan ini."), "rupiah"),
    _I("trainees", _("Peserta pelatihan"), _("Peserta pelatihan yang berjalan di bulan ini, tanpa yang mundur.")),
    _I("graduates", _("Lulus pelatihan"), _("Peserta yang lulus di bulan ini.")),
    _I("complaints", _("Pengaduan masuk"), _("Pengaduan yang masuk di bulan ini, tanpa yang berkadar pengawasan.")),
    _I("answered", _("Pengaduan ditanggapi"), _("Pengaduan yang terakhir ditanggapi di bulan ini.")),
    _I("on_time", _("Ditanggapi tepat waktu"), _("Pengaduan yang ditanggapi di bulan ini, sampai batas jawabannya.")),
    _I(
        "late",
        _("Pengaduan terlambat"),
        _("Ditanggapi di bulan ini lewat batas, atau masih terbuka dan sudah lewat batas."),
        monthly=False,
    ),
    _I(
        "open",
        _("Pengaduan terbuka"),
        _("Pengaduan yang belum ditanggapi saat angka dihitung, masuk sampai akhir bulan ini."),
        monthly=False,
    ),
)
CODES = tuple(indicator.code for indicator in INDICATORS)
MONTHLY = tuple(indicator.code for indicator in INDICATORS if indicator.monthly)
BY_CODE = {indicator.code: indicator for indicator in INDICATORS}


def counted(figures: dict) -> list[Indicator]:
    """The indicators that a report holds: one built before an indicator was added lacks it."""
    return [indicator for indicator in INDICATORS if indicator.code in figures["totals"]]


# Columns of the smaller tables, each with its label and unit.
PROGRAMME_COLUMNS = tuple(
    (BY_CODE[code].label, code, BY_CODE[code].unit)
    for code in ("planned", "handed_self", "handed_other", "handed", "failed", "value_planned", "value_realised")
)
FUND_COLUMNS = (
    (_("Pagu"), "amount", "rupiah"),
    (_("Terikat"), "committed", "rupiah"),
    (_("Tersalur"), "spent", "rupiah"),
    (_("Sisa pagu"), "remaining", "rupiah"),
)
COMPLAINT_COLUMNS = tuple(
    (BY_CODE[code].label, code, "number") for code in ("complaints", "answered", "on_time", "late", "open")
)
OTHER_MEANINGS = (
    (
        _("Pagu, terikat, tersalur, sisa"),
        _("Keadaan dana pada akhir bulan ini, atau saat dihitung bila bulan berjalan."),
    ),
    (
        _("Pengaduan berkadar pengawasan"),
        _("Dihitung terpisah, hanya di laporan kecamatan, karena tidak ditangani kelurahan."),
    ),
    (_("Bulan"), _("Dari tanggal 1 pukul 00.00 sampai akhir bulan, waktu Jakarta (WIB).")),
)
