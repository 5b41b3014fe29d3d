"""Why the kelurahan refuses an application: the codes of shared/domain.md 10.3, in the office's words."""

from django.utils.translation import gettext_lazy as _

REASONS = {
    "R01": _("Ada anggota keluarga ASN, TNI, Polri, pegawai BUMN, atau anggota dewan"),
    "R02": _("Keluarga memiliki mobil"),
    "R03": _("Tanah atau bangunan bernilai (NJOP) di atas Rp1 miliar"),
    "R04": _("Air minum utama adalah air kemasan bermerek"),
    "R05": _("Dinilai tidak miskin oleh warga setempat"),
    "R06": _("Bukan KTP Jakarta atau tidak tinggal di Jakarta"),
    "R07": _("Tinggal di panti"),
    "R08": _("Sudah menerima bantuan sejenis dari pemerintah pusat"),
    "R09": _("Di luar desil yang dituju"),
    "R10": _("Umur atau keadaan tidak sesuai syarat"),
    "R11": _("Pemohon meninggal"),
    "R12": _("Keluarga pindah"),
    "R13": _("NIK tidak padan dengan data kependudukan"),
    "R14": _("Data yang disampaikan tidak benar"),
    "R15": _("Ada pensiunan ASN, TNI, atau Polri"),
}
