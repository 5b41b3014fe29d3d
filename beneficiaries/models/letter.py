import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos.fields import ERASED_NAME
from bansos.models import Region
from bansos.plain_numbers import tells_no_number
from bansos.scope import ScopedQuerySet
from beneficiaries.models.appeal import Appeal
from beneficiaries.models.application import Application
from beneficiaries.models.deliberation import DeliberationAttendance


class LetterKind(models.TextChoices):
    """Letters (shared/domain.md 1.3, 1.4, 7): what the office decides and tells, whom it invites, what people sign."""

    KEPUTUSAN = "keputusan", _("Surat keputusan permohonan")
    SKTM = "sktm", _("Permohonan surat keterangan tidak mampu (SKTM)")
    KUASA = "kuasa", _("Surat kuasa pengambilan bantuan")
    SPTJM = "sptjm", _("Surat pernyataan tanggung jawab mutlak (SPTJM)")
    JAWABAN = "jawaban", _("Surat jawaban keberatan")
    PEMBERITAHUAN = "beritahu", _("Surat pemberitahuan keberatan warga")
    UNDANGAN = "undangan", _("Undangan musyawarah kelurahan")


# Letters that tell a decision, of the kelurahan about an application or of the kecamatan about an appeal.
OF_A_DECISION = [LetterKind.KEPUTUSAN.value, LetterKind.JAWABAN.value, LetterKind.PEMBERITAHUAN.value]


@pghistory.track()
class Letter(models.Model):
    """A numbered letter as it was issued. Its words never change; it can only be revoked, once, with a reason.

    The database numbers letters without a gap, by kelurahan, kind and year.
    """

    Kind = LetterKind

    kind = models.CharField(_("jenis"), max_length=10, choices=LetterKind)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("kelurahan"), related_name="+")
    year = models.PositiveSmallIntegerField(_("tahun"))
    serial = models.PositiveIntegerField(_("urutan"))
    number = models.CharField(_("nomor"), max_length=60)
    code = models.CharField(_("kode periksa"), max_length=10, unique=True)
    # What it is about: an application (and the family's own appeal), a neighbour's appeal, or a guest of a meeting.
    application = models.ForeignKey(
        Application, models.PROTECT, null=True, blank=True, verbose_name=_("permohonan"), related_name="letters"
    )
    appeal = models.ForeignKey(
        Appeal, models.PROTECT, null=True, blank=True, verbose_name=_("keberatan warga"), related_name="letters"
    )
    guest = models.ForeignKey(
        DeliberationAttendance, models.PROTECT, null=True, blank=True, verbose_name=_("undangan"),
        related_name="letters",
    )  # fmt: skip
    # The decision that the letter tells, of the application or of an appeal about it: each has a letter of its own.
    decision_at = models.DateTimeField(_("waktu keputusan"), null=True, blank=True)
    content = models.JSONField(_("isi"))  # what the page sets, as issued
    digest = models.CharField(_("sidik"), max_length=64)  # SHA-256 of the content
    issued_at = models.DateTimeField(_("diterbitkan"), default=timezone.now)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("diterbitkan oleh"),
        related_name="+",
        help_text=_("Kosong bila warga mencetaknya sendiri dari Cek status."),
    )
    revoked_at = models.DateTimeField(_("dicabut"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("dicabut oleh"),
        related_name="+",
    )  # fmt: skip
    revoked_reason = models.CharField(_("alasan dicabut"), max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()

    ERASED = {"content": {"holder": ERASED_NAME}, "digest": ""}

    class Meta:
        verbose_name = _("surat")
        verbose_name_plural = _("surat")
        ordering = ["-issued_at", "-pk"]
        permissions = [("issue_letter", _("Boleh menerbitkan surat"))]
        constraints = [
            tells_no_number("letter_tells_no_number", "revoked_reason"),
            models.UniqueConstraint(
                name="letter_one_per_number",
                fields=["region", "kind", "year", "serial"],
                violation_error_message=_("Nomor surat ini sudah dipakai."),
            ),
            models.UniqueConstraint(
                name="letter_one_per_decision",
                fields=["application", "appeal", "kind", "decision_at"],
                condition=Q(kind__in=OF_A_DECISION, revoked_at=None),
                nulls_distinct=False,
                violation_error_message=_("Keputusan ini sudah punya surat."),
            ),
            models.UniqueConstraint(
                name="letter_one_per_guest",
                fields=["guest"],
                condition=Q(revoked_at=None),
                violation_error_message=_("Orang ini sudah punya undangan."),
            ),
            models.CheckConstraint(
                name="letter_is_about_one",
                condition=(
                    Q(application__isnull=False, appeal=None, guest=None) & ~Q(kind__in=["beritahu", "undangan"])
                )
                | Q(application=None, appeal__isnull=False, guest=None, kind__in=["jawaban", "beritahu"])
                | Q(application=None, appeal=None, guest__isnull=False, kind="undangan"),
            ),
            models.CheckConstraint(
                name="letter_of_a_decision_names_it",
                condition=Q(kind__in=OF_A_DECISION, decision_at__isnull=False)
                | (~Q(kind__in=OF_A_DECISION) & Q(decision_at=None)),
            ),
            models.CheckConstraint(
                name="letter_revoked_by_a_person_with_a_reason",
                condition=Q(revoked_at=None, revoked_by=None, revoked_reason="")
                | (Q(revoked_at__isnull=False, revoked_by__isnull=False) & ~Q(revoked_reason="")),
                violation_error_message=_("Tulis alasan pencabutan."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="numbered_without_a_gap",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    PERFORM pg_advisory_xact_lock(hashtext('letter ' || NEW.region_id || NEW.kind || NEW.year));
                    IF NEW.serial <> (
                        SELECT coalesce(max(l.serial), 0) + 1 FROM beneficiaries_letter l
                        WHERE l.region_id = NEW.region_id AND l.kind = NEW.kind AND l.year = NEW.year
                    ) THEN
                        RAISE EXCEPTION 'letters are numbered without a gap' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'letter_numbered_without_a_gap';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="revoked_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__revoked_at__isnull=False),
            ),
            pgtrigger.Protect(
                name="words_as_issued",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "kind", "region", "year", "serial", "number", "code", "application", "appeal", "guest",
                    "decision_at", "content", "digest", "issued_at", "issued_by",
                ),
            ),
        ]  # fmt: skip

    def __str__(self):
        return self.number

    @property
    def holder(self) -> str:
        """Whose name stands in it; empty for the answer to a neighbour, whom no letter names."""
        return self.content.get("holder", "")

    @property
    def names_a_family(self) -> bool:
        """Whether numbers of a family stand in it, masked."""
        return self.application_id is not None or self.kind == LetterKind.PEMBERITAHUAN

    @property
    def issuer(self) -> str:
        """Which office issued it, as its letterhead says; a letter from before that was written is the kelurahan's."""
        office = self.content.get("office", {})
        return office.get("issuer") or f"{_('Kelurahan')} {self.region.name}"
