from collections.abc import Sequence

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _

from bansos.models.region import Region
from bansos.plain_numbers import NUMBER
from bansos.scope import ScopedQuerySet


class Holds(models.Func):
    """Whether the set of bits in a column holds a number; past its end it does not."""

    output_field = models.BooleanField()

    def __init__(self, column: str, number: int):
        super().__init__(models.F(column), byte=int(number) >> 3, mask=1 << (int(number) & 7))

    def as_sql(self, compiler, connection, **more):
        column, params = compiler.compile(self.source_expressions[0])
        extra = self.extra | {"column": column}
        # CASE, since AND does not promise its order and get_byte refuses a place past the end.
        template = (
            "CASE WHEN octet_length(%(column)s) > %(byte)s THEN get_byte(%(column)s, %(byte)s) & %(mask)s <> 0"
            " ELSE false END"
        )
        return template % extra, [*params, *params]


class DataAccessQuerySet(ScopedQuerySet):
    def of_kind(self, kind: str):
        """The looks of one of `DataAccess.KINDS`."""
        lists, pages = models.Q(fields__in=DataAccess.LISTS), models.Q(fields__endswith="page")
        exported = models.Q(rows__isnull=False)
        return self.filter(
            {"daftar": lists, "halaman": pages & ~lists, "unduhan": exported & ~lists}.get(kind, ~pages & ~exported)
        )

    def about(self, *, subjects: list[str], families: list[int], applications: Sequence[int] = ()):
        """The looks at these rows ("beneficiaries.person:17"), and the lists and exports that held one of these
        families or applications.
        """
        rows, found = self, models.Q(subject__in=subjects)
        for column, numbers in (("families", families), ("applications", applications)):
            for number in numbers:
                held = f"{column}_{number}"
                rows, found = rows.alias(**{held: Holds(column, number)}), found | models.Q(**{held: True})
        return rows.filter(found)


class DataAccess(models.Model):
    """One look at somebody's identity number or page, at a list, or one export: who, whose, which, why (UU 27/2022,
    article 31).

    Text rather than foreign keys, so that the row outlives what it describes.
    """

    at = models.DateTimeField(_("waktu"), auto_now_add=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("pengguna"), related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, null=True, verbose_name=_("wilayah"))
    subject = models.CharField(_("objek"), max_length=80)  # "beneficiaries.person:17"
    fields = models.CharField(_("data"), max_length=200)
    reason = models.CharField(_("alasan"), max_length=300)
    # Of an export: the columns that were not for the role. Of a list or an export: how many rows, of which list, and
    # whose (`bansos.bits`, one bit for each household's number, and for each application's).
    left_out = models.CharField(_("tidak ikut"), max_length=200, blank=True, default="")
    rows = models.PositiveIntegerField(_("jumlah baris"), null=True, blank=True)
    what = models.CharField(_("daftar dan saringan"), max_length=300, blank=True)
    families = models.BinaryField(null=True, editable=False)
    applications = models.BinaryField(null=True, editable=False)
    address = models.GenericIPAddressField(_("alamat IP"), null=True, blank=True)

    objects = DataAccessQuerySet.as_manager()

    class Meta:
        verbose_name = _("akses data pribadi")
        verbose_name_plural = _("akses data pribadi")
        ordering = ["-at"]
        indexes = [models.Index(name="data_access_seen", fields=["subject", "user", "at"])]
        constraints = [
            models.CheckConstraint(
                name="data_access_has_a_reason",
                condition=GreaterThanOrEqual(Length("reason"), 5),
                violation_error_message=_("Tulis alasannya, paling sedikit lima huruf."),
            ),
            models.CheckConstraint(
                name="data_access_tells_no_number",
                condition=~models.Q(reason__regex=NUMBER) & ~models.Q(what__regex=NUMBER),
                violation_error_message=_("Jangan menulis NIK atau nomor KK di sini."),
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    LABELS = {
        "account": _("nomor rekening"),
        "address": _("alamat"),
        "age": _("umur"),
        "aid_page": _("halaman hak dan penyerahan bantuan"),
        "answers_page": _("halaman beda jawaban dari HP"),
        "appeal_page": _("halaman keberatan"),
        "born": _("tahun lahir"),
        "complaint_page": _("halaman pengaduan"),
        "condition": _("keadaan"),
        "course_page": _("halaman peserta pelatihan"),
        "decile": _("desil"),
        "decile_on": _("tanggal desil"),
        "families": _("untuk berapa keluarga"),
        "head": _("kepala keluarga"),
        "history_page": _("halaman riwayat dan peristiwa keluarga"),
        "import_page": _("halaman impor: isi lama dan isi baru"),
        "kk": _("nomor KK"),
        "last_aid": _("terakhir menerima"),
        "letter_page": _("halaman surat"),
        "list_page": _("nama dan tempat tinggal"),
        "meeting_page": _("halaman pembahasan di musyawarah"),
        "minutes": _("berita acara"),
        "moves": _("yang masuk dan keluar"),
        "name": _("nama"),
        "nik": _("NIK"),
        "outside_page": _("halaman data dari luar"),
        "pack_page": _("nama, alamat, dan jawaban"),
        "page": _("halaman data: keadaan, kesehatan, penghasilan"),
        "pair_page": _("halaman data ganda: dua orang berdampingan"),
        "phone": _("nomor HP"),
        "pkh": _("PKH"),
        "place": _("RT/RW"),
        "place_page": _("halaman tempat rumah"),
        "points": _("nilai"),
        "programmes": _("program"),
        "reference": _("data acuan, tanpa data warga"),
        "refused_numbers": _("nomor lengkap di baris yang ditolak"),
        "refused_rows": _("baris yang ditolak"),
        "relation": _("hubungan keluarga"),
        "report": _("laporan bulanan: jumlah, tanpa data warga"),
        "request_page": _("halaman permintaan data"),
        "score_page": _("halaman skor: data yang dinilai"),
        "sembako": _("Sembako"),
        "status": _("status"),
        "times": _("berapa kali"),
        "total": _("jumlah rupiah"),
        "verdict": _("hasil"),
        "visit_page": _("halaman verifikasi RT atau RW"),
        "why": _("sebab"),
    }

    LISTS = {"list_page", "pack_page", "import_page"}  # one row names many, once a day
    KINDS = {
        "nomor": _("nomor lengkap, lampiran, dan salinan"),
        "halaman": _("halaman satu orang"),
        "daftar": _("daftar dan impor"),
        "unduhan": _("unduhan"),
    }

    def __str__(self):
        return f"{self.user} · {self.subject}"

    @property
    def is_export(self) -> bool:
        return self.rows is not None and self.fields not in self.LISTS

    @property
    def told(self) -> str:
        """Which data, in words."""
        return self._in_words(self.fields)

    @property
    def kept_back(self) -> str:
        """Which columns an export was made without, in words."""
        return self._in_words(self.left_out)

    def _in_words(self, names: str) -> str:
        return ", ".join(str(self.LABELS.get(name, name)) for name in names.split(", "))
