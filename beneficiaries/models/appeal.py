import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos.codes import pretty
from bansos.fields import ERASED_NAME, EncryptedField, IndexField
from bansos.models import Region
from bansos.plain_numbers import tells_no_number
from bansos.scope import ScopedQuerySet
from bansos.told_numbers import put_back
from beneficiaries.models.application import KK_OF_APPLICATION, Application
from beneficiaries.models.kinship import kin_rule


class AppealStatus(models.TextChoices):
    """Statuses of shared/domain.md 10.1."""

    DIAJUKAN = "diajukan", _("Diajukan")
    DIPROSES = "diproses", _("Diproses")
    DITERIMA = "diterima", _("Diterima")
    DITOLAK = "ditolak", _("Tidak diterima")


OPEN_APPEALS = (AppealStatus.DIAJUKAN, AppealStatus.DIPROSES)
ANSWERED = (AppealStatus.DITERIMA, AppealStatus.DITOLAK)
# SQL: the KK index of the family that a new state of an appeal is about, whoever objects; NULL while it is unknown.
KK_OF_APPEAL = f"SELECT coalesce(({KK_OF_APPLICATION}), NEW.kk_index)"  # noqa: S608  written in this code


class AppealQuerySet(ScopedQuerySet):
    def open(self):
        return self.filter(status__in=OPEN_APPEALS)


@pghistory.track()
class Appeal(models.Model):
    """An objection (keberatan, sanggah): an applicant's against the own decision, or a neighbour's about a family.

    The kecamatan answers it within fourteen days. The database refuses a second appeal against one decision, and an
    answer by the person whose decision it is about.
    """

    Status = AppealStatus

    class About(models.TextChoices):
        DITOLAK = "ditolak", _("Permohonan belum disetujui")
        DAFTAR = "daftar", _("Tidak masuk daftar penerima")
        TIDAK_PANTAS = "tidak_pantas", _("Keluarga ini sebaiknya tidak dibantu")
        TERLEWAT = "terlewat", _("Keluarga ini seharusnya dibantu")

    class Ground(models.TextChoices):
        DATA_KELIRU = "data_keliru", _("Data keluarga keliru")
        BERUBAH = "berubah", _("Keadaan keluarga berubah")
        TIDAK_DIKUNJUNGI = "tidak_dikunjungi", _("Rumah belum dikunjungi")
        ALASAN_KELIRU = "alasan_keliru", _("Alasan keputusan tidak sesuai kenyataan")
        MAMPU = "mampu", _("Keluarga itu sudah mampu")
        PINDAH = "pindah", _("Keluarga itu sudah pindah atau meninggal")
        KESULITAN = "kesulitan", _("Keluarga itu sangat kesulitan")
        LAIN = "lain", _("Sebab lain")

    code = models.CharField(_("nomor"), max_length=10, unique=True, editable=False)
    about = models.CharField(_("tentang"), max_length=12, choices=About)
    application = models.ForeignKey(
        Application, models.PROTECT, null=True, blank=True, related_name="appeals", verbose_name=_("permohonan")
    )
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("RT/RW"))
    name = models.CharField(_("nama keluarga"), max_length=150)
    # Which family a neighbour means, as the kecamatan found it: by its KK, so that it need not be in the register.
    kk_index = IndexField(null=True)
    decision = models.CharField(_("keputusan yang dipersoalkan"), max_length=200, blank=True)
    decision_at = models.DateTimeField(_("tanggal keputusan itu"), null=True, blank=True)
    decision_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("keputusan itu oleh"),
        related_name="+",
    )
    ground = models.CharField(_("alasan"), max_length=20, choices=Ground)
    story = models.CharField(_("cerita"), max_length=2000, blank=True)
    numbers = EncryptedField(_("nomor HP di dalam cerita"), null=True, blank=True)
    # A neighbour's own name and number: for the kecamatan alone, never for the family complained of.
    contact_name = EncryptedField(_("nama pengaju"), null=True, blank=True)
    contact_phone = EncryptedField(_("nomor HP pengaju"), null=True, blank=True)
    form_key = models.UUIDField(unique=True, null=True, editable=False)  # a second press of the button is the same row
    status = models.CharField(_("status"), max_length=10, choices=AppealStatus, default=AppealStatus.DIAJUKAN)
    asks_meeting = models.BooleanField(_("minta musyawarah kelurahan"), default=False)
    submitted_at = models.DateTimeField(_("diajukan"), default=timezone.now)
    due_on = models.DateField(_("dijawab paling lambat"))
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("diproses oleh"),
        related_name="+",
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("dijawab oleh"),
        related_name="+",
    )
    decided_at = models.DateTimeField(_("dijawab"), null=True, blank=True)
    answer = models.CharField(_("jawaban"), max_length=500, blank=True)
    notice = models.CharField(_("kabar untuk keluarga itu"), max_length=500, blank=True)  # says nothing of who spoke

    objects = AppealQuerySet.as_manager()

    ERASED = {"contact_name": None, "contact_phone": None, "kk_index": None, "name": ERASED_NAME, "story": "",
              "numbers": None}  # fmt: skip

    class Meta:
        verbose_name = _("keberatan")
        verbose_name_plural = _("keberatan")
        ordering = ["due_on", "pk"]
        permissions = [("decide_appeal", _("Boleh menjawab keberatan"))]
        constraints = [
            tells_no_number("appeal_tells_no_number", "answer", "notice"),
            models.UniqueConstraint(
                name="appeal_once_per_decision",
                fields=["application", "decision_at"],
                violation_error_message=_("Keputusan ini sudah pernah diajukan keberatan."),
            ),
            models.CheckConstraint(
                name="appeal_own_has_a_decision",
                condition=Q(about__in=["ditolak", "daftar"], application__isnull=False, decision_at__isnull=False)
                | Q(about__in=["tidak_pantas", "terlewat"], application=None),
            ),
            models.CheckConstraint(
                name="appeal_only_a_neighbours_names_a_family",
                condition=Q(application=None) | Q(kk_index=None, notice=""),
            ),
            models.CheckConstraint(
                name="appeal_not_answered_by_who_decided_first",
                condition=Q(decided_by=None) | Q(decision_by=None) | ~Q(decided_by=F("decision_by")),
                violation_error_message=_("Keberatan dijawab oleh orang lain daripada yang memutuskan."),
            ),
            models.CheckConstraint(
                name="appeal_answered_by_a_person_with_words",
                condition=(~Q(status__in=["diterima", "ditolak"]) & Q(decided_by=None, decided_at=None))
                | (
                    Q(status__in=["diterima", "ditolak"], decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(answer="")
                ),
                violation_error_message=_("Tulis jawabannya."),
            ),
        ]
        indexes = [
            models.Index(name="appeal_family", fields=["kk_index"], condition=Q(kk_index__isnull=False)),
        ]
        triggers = [
            pgtrigger.FSM(
                name="status_transitions",
                field="status",
                transitions=[("diajukan", "diproses"), ("diproses", "diterima"), ("diproses", "ditolak")],
            ),
            pgtrigger.Trigger(
                name="answerer_is_no_relative",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.AnyChange("decided_by"),
                func=kin_rule("NEW.decided_by_id", KK_OF_APPEAL) + "RETURN NEW;",
            ),
            pgtrigger.Protect(
                name="answered",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status__in=["diterima", "ditolak"]),
            ),
        ]

    def __str__(self):
        return pretty(self.code)

    @property
    def full_story(self) -> str:
        """The story with the telephone numbers that stand in it."""
        return put_back(self.story, self.numbers)

    @property
    def is_own(self) -> bool:
        """Whether the family itself objects, rather than a neighbour."""
        return self.application_id is not None
