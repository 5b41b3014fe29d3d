"""The catalogue: the three kinds of aid that the kecamatan begins with, in words a resident reads."""

from django.db import transaction

from distribution.models import Programme

CRITERIA = "prioritas-lokal"
LAW = (
    "Undang-Undang Nomor 13 Tahun 2011 tentang Penanganan Fakir Miskin; "
    "Peraturan Menteri Sosial Nomor 1 Tahun 2019 tentang Penyaluran Belanja Bantuan Sosial"
)
WHO = (
    "Keluarga yang tinggal di Kecamatan Duren Sawit.\n"
    "Nilai keluarga mencapai batas kriteria yang berlaku.\n"
    "Keluarga dengan nilai tertinggi didahulukan sampai kuota penuh."
)
PAPERS = "KTP asli kepala keluarga atau wakilnya\nKartu Keluarga (KK) asli\nUndangan, atau kode ambil dari undangan"
STEPS = (
    "Daftar di halaman Daftar, atau datang ke kantor kelurahan.\n"
    "Ketua RT dan RW memeriksa data keluarga Anda.\n"
    "Petugas kelurahan memeriksa dan memutuskan.\n"
    "Kasi Kesra menyusun daftar penerima dari nilai keluarga.\n"
    "Camat mengesahkan daftar penerima.\n"
    "Anda menerima undangan, lalu mengambil bantuan di kelurahan."
)

PROGRAMMES = [
    {
        "code": "paket-sembako",
        "name": "Paket sembako kecamatan",
        "kind": Programme.Kind.BARANG,
        "summary": "Bahan makanan pokok untuk keluarga yang paling membutuhkan.",
        "contents": "Beras 10 kg, minyak goreng 2 liter, gula 1 kg, telur 1 kg",
        "unit_value": 250_000,
        "frequency": "Satu paket setiap bulan, selama dana tersedia",
        "who": WHO,
        "papers": PAPERS,
        "steps": STEPS,
        "order": 1,
    },
    {
        "code": "blt",
        "name": "BLT kecamatan",
        "kind": Programme.Kind.UANG,
        "summary": "Bantuan langsung tunai untuk kebutuhan sehari-hari keluarga.",
        "contents": "Uang tunai Rp300.000",
        "unit_value": 300_000,
        "frequency": "Satu kali setiap bulan, selama dana tersedia",
        "who": WHO + "\nKeluarga penerima paket sembako juga boleh menerima bantuan ini.",
        "papers": PAPERS,
        "steps": STEPS,
        "order": 2,
    },
    {
        "code": "pelatihan-menjahit",
        "name": "Pelatihan menjahit",
        "kind": Programme.Kind.PELATIHAN,
        "summary": "Kursus menjahit gratis untuk anggota keluarga yang ingin punya penghasilan.",
        "contents": "Sepuluh pertemuan, alat dan bahan disediakan",
        "unit_value": 0,
        "frequency": "Beberapa angkatan setiap tahun",
        "who": (
            "Laki-laki atau perempuan berumur 18 sampai 50 tahun.\n"
            "Tidak sedang sekolah.\n"
            "Satu orang dari setiap keluarga.\n"
            "Keluarga dengan nilai tertinggi didahulukan sampai tempat penuh."
        ),
        "papers": "KTP asli peserta\nKartu Keluarga (KK) asli",
        "steps": (
            "Daftar di halaman Daftar, atau datang ke kantor kelurahan.\n"
            "Petugas memeriksa dan menilai data keluarga Anda.\n"
            "Kasi Kesra memilih peserta dari nilai keluarga.\n"
            "Ikuti sepuluh pertemuan di tempat pelatihan.\n"
            "Peserta yang hadir cukup sering dinyatakan lulus."
        ),
        "order": 3,
    },
]


@transaction.atomic
def load_default() -> list[Programme]:
    """Adds the programmes that are missing, leaves those that the office has edited, and returns all three."""
    return [
        Programme.objects.get_or_create(
            code=fields["code"], defaults={"criteria_code": CRITERIA, "legal_basis": LAW} | fields
        )[0]
        for fields in PROGRAMMES
    ]


def criteria_codes() -> list[str]:
    """Returns the codes of the criteria by which open programmes give, in the order of the catalogue, each once."""
    return list(dict.fromkeys(Programme.objects.filter(is_open=True).values_list("criteria_code", flat=True)))
