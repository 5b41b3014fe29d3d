from datetime import timedelta

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos.codes import pretty
from bansos.fields import EncryptedField
from bansos.models import Region
from bansos.plain_numbers import tells_no_number
from bansos.scope import ScopedQuerySet
from beneficiaries.models import Application, Person

WITHIN = timedelta(hours=72)  # clock hours, not working days: UU 27/2022, articles 30, 32 and 41


class DataRequestStatus(models.TextChoices):
    """Statuses of shared/domain.md 10.9."""

    DITERIMA = "diterima", _("Menunggu")
    VERIFIKASI = "verifikasi_identitas", _("Identitas cocok")
    DIPENUHI = "dipenuhi", _("Dipenuhi")
    DITOLAK = "ditolak_beralasan", _("Tidak dapat dipenuhi")


S = DataRequestStatus
OPEN_REQUESTS = (S.DITERIMA, S.VERIFIKASI)
CLOSED = (S.DIPENUHI, S.DITOLAK)


class DataRequestQuerySet(ScopedQuerySet):
    def open(self):
        return self.filter(status__in=OPEN_REQUESTS)

    def late(self):
        return self.open().filter(due_at__lt=timezone.now())


@pghistory.track()
class DataRequest(models.Model):
    """What a person asks about the own data, answered within 3 x 24 hours (UU 27/2022, articles 6 to 9).

    It is about a person of the register, or about an application whose applicant the register does not know. The
    database refuses an end without identity, person and words, and a second open request of one kind.
    """

    Status = DataRequestStatus

    class Kind(models.TextChoices):
        SALINAN = "salinan", _("Salinan data saya")
        PERBAIKAN = "perbaikan", _("Perbaiki data saya")
        PEMBATASAN = "pembatasan", _("Hentikan dulu pemakaian data saya")
        PENGHAPUSAN = "penghapusan", _("Hapus data saya")

    class Refusal(models.TextChoices):
        IDENTITAS = "identitas", _("Identitas tidak cocok atau tidak datang membawa KTP")
        KEWAJIBAN = "kewajiban_hukum", _("Data masih wajib disimpan menurut undang-undang")
        ORANG_LAIN = "orang_lain", _("Akan membuka data atau membahayakan orang lain (Pasal 33)")
        SUDAH_BENAR = "sudah_benar", _("Data sudah sesuai dengan dokumen resmi")
        TANPA_BUKTI = "tanpa_bukti", _("Tidak ada dokumen yang mendukung perbaikan")

    class Proof(models.TextChoices):
        KTP = "ktp", _("KTP asli")
        KK = "kk", _("KK asli, untuk anak")
        KUASA = "kuasa", _("Surat kuasa dan KTP keduanya")

    code = models.CharField(_("nomor bukti"), max_length=10, unique=True, editable=False)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="data_requests", verbose_name=_("warga")
    )
    application = models.ForeignKey(
        Application, models.PROTECT, null=True, blank=True, related_name="data_requests", verbose_name=_("permohonan")
    )
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("RT/RW"))
    kind = models.CharField(_("permintaan"), max_length=12, choices=Kind)
    datum = models.CharField(_("data yang keliru"), max_length=40, blank=True)  # a key of corrections.DATA
    wanted = EncryptedField(_("seharusnya"), null=True, blank=True)  # what a person writes may be a number
    story = EncryptedField(_("keterangan"), null=True, blank=True)
    form_key = models.UUIDField(unique=True, null=True, editable=False)  # a second press of the button is the same row
    status = models.CharField(_("status"), max_length=20, choices=DataRequestStatus, default=S.DITERIMA)
    asked_at = models.DateTimeField(_("diterima"), default=timezone.now)
    due_at = models.DateTimeField(_("batas waktu"))
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("dicatat oleh"),
        related_name="+",
    )
    proof = models.CharField(_("bukti identitas"), max_length=8, choices=Proof, blank=True)
    identity_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("dicocokkan oleh"),
        related_name="+",
    )  # fmt: skip
    identity_at = models.DateTimeField(_("dicocokkan"), null=True, blank=True)
    refusal = models.CharField(_("sebab penolakan"), max_length=16, choices=Refusal, blank=True)
    answer = models.CharField(_("jawaban"), max_length=500, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("dijawab oleh"),
        related_name="+",
    )
    closed_at = models.DateTimeField(_("dijawab"), null=True, blank=True)

    objects = DataRequestQuerySet.as_manager()

    ERASED = {"wanted": None, "story": None}

    class Meta:
        verbose_name = _("permintaan data pribadi")
        verbose_name_plural = _("permintaan data pribadi")
        ordering = ["due_at", "pk"]
        permissions = [("answer_datarequest", _("Boleh menjawab permintaan data pribadi"))]
        constraints = [
            tells_no_number("data_request_tells_no_number", "answer"),
            models.UniqueConstraint(
                name="data_request_one_open_per_person",
                fields=["person", "kind"],
                condition=Q(status__in=[s.value for s in OPEN_REQUESTS], person__isnull=False),
            ),
            models.UniqueConstraint(
                name="data_request_one_open_per_application",
                fields=["application", "kind"],
                condition=Q(status__in=[s.value for s in OPEN_REQUESTS], application__isnull=False),
            ),
            models.CheckConstraint(
                name="data_request_is_about_somebody",
                condition=Q(person__isnull=False) | Q(application__isnull=False),
            ),
            models.CheckConstraint(
                name="data_request_due_in_72_hours",
                condition=Q(due_at=F("asked_at") + WITHIN),
            ),
            models.CheckConstraint(
                name="data_request_correction_names_the_datum",
                condition=Q(kind="perbaikan")
                & ~Q(datum="")
                & (Q(wanted__isnull=False) | Q(status__in=["dipenuhi", "ditolak_beralasan"]))
                | ~Q(kind="perbaikan") & Q(datum="", wanted=None),
            ),
            models.CheckConstraint(
                name="data_request_fulfilled_for_a_known_person",
                condition=Q(status__in=["diterima", "ditolak_beralasan"])
                | Q(identity_by__isnull=False, identity_at__isnull=False) & ~Q(proof=""),
            ),
            models.CheckConstraint(
                name="data_request_closed_by_a_person_with_words",
                condition=Q(status__in=["diterima", "verifikasi_identitas"], closed_by=None, closed_at=None)
                | Q(status__in=["dipenuhi", "ditolak_beralasan"], closed_by__isnull=False, closed_at__isnull=False)
                & ~Q(answer=""),
            ),
            models.CheckConstraint(
                name="data_request_refused_for_a_listed_reason",
                condition=Q(status="ditolak_beralasan") & ~Q(refusal="")
                | ~Q(status="ditolak_beralasan") & Q(refusal=""),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="status_transitions",
                field="status",
                transitions=[
                    (S.DITERIMA, S.VERIFIKASI),
                    (S.DITERIMA, S.DITOLAK),
                    (S.VERIFIKASI, S.DIPENUHI),
                    (S.VERIFIKASI, S.DITOLAK),
                ],
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="answered",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status__in=["dipenuhi", "ditolak_beralasan"]),
            ),
        ]

    def __str__(self):
        return pretty(self.code)

    @property
    def name(self) -> str:
        """Whose data it is about."""
        about = self.person or self.application
        return about.name if about else ""

    @property
    def hours_left(self) -> int:
        """Whole hours until the clock runs out; negative when it has."""
        return int((self.due_at - timezone.now()).total_seconds() // 3600)
