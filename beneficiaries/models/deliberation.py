import pghistory
import pgtrigger
from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from bansos.fields import ERASED_NAME
from bansos.models import Region
from bansos.plain_numbers import tells_no_number
from bansos.scope import ScopedQuerySet
from beneficiaries.models.appeal import Appeal
from beneficiaries.models.application import Application
from beneficiaries.models.household import Household
from beneficiaries.models.kinship import kin_rule


class DeliberationStatus(models.TextChoices):
    DRAF = "draf", _("Direncanakan")
    BERLANGSUNG = "berlangsung", _("Berlangsung")
    DIPUTUSKAN = "diputuskan", _("Diputuskan")


class DeliberationQuerySet(ScopedQuerySet):
    def closed(self):
        return self.filter(status=DeliberationStatus.DIPUTUSKAN)


# A row of a closed deliberation (attendance, case) neither comes, changes nor goes.
_CLOSED_PARENT = """
    IF EXISTS (
        SELECT FROM beneficiaries_deliberation d WHERE d.status = 'diputuskan'
        AND d.id IN ({ids})
    ) THEN
        RAISE EXCEPTION 'deliberation is closed' USING ERRCODE = 'check_violation', CONSTRAINT = 'deliberation_closed';
    END IF;
    RETURN {row};
"""


# SQL: the family's KK index of a case before the meeting; none while nobody knows whom a neighbour's appeal means.
_KK_OF_CASE = """
    SELECT coalesce(a.kk_index, h.kk_index, o.kk_index, p.kk_index) FROM (
        SELECT {row}.application_id AS application, {row}.household_id AS household, {row}.appeal_id AS appeal
    ) AS c
    LEFT JOIN beneficiaries_application a ON a.id = c.application
    LEFT JOIN beneficiaries_household h ON h.id = c.household
    LEFT JOIN beneficiaries_appeal p ON p.id = c.appeal
    LEFT JOIN beneficiaries_application o ON o.id = p.application_id
"""


def _closed_triggers() -> list[pgtrigger.Trigger]:
    new, old = "NEW.deliberation_id", "OLD.deliberation_id"
    return [
        pgtrigger.Trigger(
            name=f"closed_{str(operation).lower()}",
            operation=operation,
            when=pgtrigger.Before,
            func=_CLOSED_PARENT.format(ids=ids, row=row),
        )
        for operation, ids, row in (
            (pgtrigger.Insert, new, "NEW"),
            (pgtrigger.Update, f"{new}, {old}", "NEW"),
            (pgtrigger.Delete, old, "OLD"),
        )
    ]


@pghistory.track()
class Deliberation(models.Model):
    """A meeting of a kelurahan about who deserves aid (musyawarah kelurahan, shared/domain.md 1.4).

    The database closes it only with its minutes' number, a quorum of people present and a decision for every case;
    after that nothing about it changes.
    """

    Status = DeliberationStatus

    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("kelurahan"), related_name="+")
    held_on = models.DateField(_("tanggal"))
    hours = models.CharField(_("jam"), max_length=60, help_text=_("Contoh: 09.00 sampai selesai."))
    place = models.CharField(_("tempat"), max_length=200)
    chair = models.CharField(_("pimpinan"), max_length=120, help_text=_("Biasanya lurah."))
    note_taker = models.CharField(_("notulis"), max_length=120)
    quorum = models.PositiveSmallIntegerField(
        _("kuorum"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1, _("Kuorum paling sedikit 1 orang."))],
        help_text=_("Paling sedikit berapa yang hadir. Kosong: lebih dari separuh undangan."),
    )
    present = models.PositiveSmallIntegerField(_("hadir"), default=0, editable=False)  # counted by the database
    status = models.CharField(
        _("status"), max_length=12, choices=DeliberationStatus, default=DeliberationStatus.DRAF, editable=False
    )
    minutes_number = models.CharField(_("nomor berita acara"), max_length=60, blank=True, editable=False)
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, editable=False, verbose_name=_("disiapkan oleh"), related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        verbose_name=_("ditutup oleh"),
        related_name="+",
    )
    decided_at = models.DateTimeField(_("ditutup"), null=True, editable=False)

    objects = DeliberationQuerySet.as_manager()

    class Meta:
        verbose_name = _("musyawarah kelurahan")
        verbose_name_plural = _("musyawarah kelurahan")
        ordering = ["-held_on", "-pk"]
        permissions = [("close_deliberation", _("Boleh menutup musyawarah"))]
        constraints = [
            models.CheckConstraint(
                name="deliberation_closed_with_a_minutes_number",
                condition=~Q(status="diputuskan") | ~Q(minutes_number=""),
                violation_error_message=_("Isi nomor berita acara."),
            ),
            models.CheckConstraint(
                name="deliberation_closed_with_a_quorum",
                condition=~Q(status="diputuskan") | Q(quorum__gt=0, present__gte=F("quorum")),
                violation_error_message=_("Kuorum belum tercapai."),
            ),
            models.CheckConstraint(
                name="deliberation_closed_by_and_at",
                condition=Q(status="diputuskan", decided_by__isnull=False, decided_at__isnull=False)
                | (~Q(status="diputuskan") & Q(decided_by=None, decided_at=None)),
            ),
            models.UniqueConstraint(
                name="deliberation_minutes_number_once",
                fields=["region", "minutes_number"],
                condition=~Q(minutes_number=""),
                violation_error_message=_("Nomor berita acara ini sudah dipakai."),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="status_transitions",
                field="status",
                transitions=[("draf", "berlangsung"), ("berlangsung", "diputuskan")],
            ),
            pgtrigger.Protect(
                name="closed",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status="diputuskan"),
            ),
            # Whoever closes does not say how many came: the rows do. The constraint above then judges.
            pgtrigger.Trigger(
                name="count_present",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__status="diputuskan"),
                func="""
                    SELECT count(*) INTO NEW.present FROM beneficiaries_deliberationattendance a
                        WHERE a.deliberation_id = NEW.id AND a.present;
                    IF EXISTS (
                        SELECT FROM beneficiaries_deliberationcase c
                        WHERE c.deliberation_id = NEW.id AND c.decision = ''
                    ) THEN
                        RAISE EXCEPTION 'a case is undecided' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'deliberation_every_case_decided';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="closed_by_no_relative",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__status="diputuskan"),
                declare=[("one", "beneficiaries_deliberationcase")],
                func="FOR one IN SELECT * FROM beneficiaries_deliberationcase WHERE deliberation_id = NEW.id LOOP"  # noqa: S608
                + kin_rule("NEW.decided_by_id", _KK_OF_CASE.format(row="one"))
                + "END LOOP; RETURN NEW;",
            ),
        ]

    def __str__(self):
        return f"{self.region.name}, {date_format(self.held_on, 'j F Y')}"


class AttendanceQuerySet(models.QuerySet):
    def standing(self):
        """Those whose invitation has not been withdrawn."""
        return self.filter(withdrawn_at=None)


@pghistory.track()
class DeliberationAttendance(models.Model):
    """One person invited to a deliberation, for which part of the community, and whether the person came.

    An invitation is withdrawn, once and with a reason, never deleted: its letter keeps its number.
    """

    class Element(models.TextChoices):
        LURAH = "lurah", _("Lurah dan aparat kelurahan")
        RT = "rt", _("RT")
        RW = "rw", _("RW")
        LMK = "lmk", _("LMK")
        PKK = "pkk", _("PKK atau Dasawisma")
        TOKOH = "tokoh", _("Tokoh masyarakat")
        PSM = "psm", _("Pekerja sosial masyarakat (PSM)")
        PENDAMSOS = "pendamsos", _("Pendamping sosial")

    deliberation = models.ForeignKey(Deliberation, models.CASCADE, related_name="attendances")
    name = models.CharField(_("nama"), max_length=120)
    element = models.CharField(_("unsur"), max_length=10, choices=Element)
    present = models.BooleanField(_("hadir"), default=False)
    withdrawn_at = models.DateTimeField(_("undangan dibatalkan"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, verbose_name=_("dibatalkan oleh"),
        related_name="+",
    )  # fmt: skip
    withdrawn_reason = models.CharField(_("alasan dibatalkan"), max_length=300, blank=True)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("undangan musyawarah")
        verbose_name_plural = _("undangan musyawarah")
        ordering = ["pk"]  # as invited, the chair first
        constraints = [
            models.UniqueConstraint(
                name="deliberation_attendance_once",
                fields=["deliberation", "name", "element"],
                condition=Q(withdrawn_at=None),
                violation_error_message=_("Orang ini sudah diundang."),
            ),
            models.CheckConstraint(
                name="deliberation_guest_withdrawn_by_a_person_with_a_reason",
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="")
                | (Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False) & ~Q(withdrawn_reason="")),
                violation_error_message=_("Tulis alasan undangan ini dibatalkan."),
            ),
            models.CheckConstraint(
                name="deliberation_guest_who_came_stays",
                condition=Q(withdrawn_at=None) | Q(present=False),
                violation_error_message=_("Yang hadir tidak dapat batal diundang."),
            ),
            tells_no_number("deliberation_guest_tells_no_number", "withdrawn_reason"),
        ]
        triggers = [
            *_closed_triggers(),
            pgtrigger.Protect(
                name="withdrawn_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__withdrawn_at__isnull=False),
            ),
        ]

    def __str__(self):
        return self.name


@pghistory.track()
class DeliberationCase(models.Model):
    """One family before the meeting: an application, a household held by the criteria, or an appeal.

    Name and place are copies, so that the minutes stay as they were; the address is the one at closing.
    """

    class Decision(models.TextChoices):
        LAYAK = "layak", _("Layak")
        TIDAK_LAYAK = "tidak_layak", _("Tidak layak")
        PERLU_VERIFIKASI = "perlu_verifikasi", _("Perlu diperiksa lagi")

    deliberation = models.ForeignKey(Deliberation, models.CASCADE, related_name="cases")
    application = models.ForeignKey(
        Application,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deliberation_cases",
        verbose_name=_("permohonan"),
    )
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, related_name="deliberation_cases", verbose_name=_("keluarga")
    )
    appeal = models.ForeignKey(
        Appeal, models.PROTECT, null=True, blank=True, related_name="deliberation_cases", verbose_name=_("keberatan")
    )
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("RT/RW"), related_name="+")
    name = models.CharField(_("nama"), max_length=150)
    address = models.CharField(_("alamat"), max_length=200, blank=True)
    decision = models.CharField(_("keputusan"), max_length=16, choices=Decision, blank=True)
    rank = models.PositiveSmallIntegerField(_("urutan yang disepakati"), null=True, blank=True)
    objection = models.CharField(_("keberatan peserta"), max_length=500, blank=True)
    reason = models.CharField(_("alasan"), max_length=500, blank=True)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("dicatat oleh"), related_name="+"
    )

    ERASED = {"name": ERASED_NAME, "address": ERASED_NAME}
    ERASURE_PASSES = ("closed_update",)  # minutes name nobody for longer than the family's own rows do

    class Meta:
        verbose_name = _("kasus musyawarah")
        verbose_name_plural = _("kasus musyawarah")
        ordering = ["region_id", "name", "pk"]
        constraints = [
            tells_no_number("deliberation_case_tells_no_number", "objection", "reason"),
            models.CheckConstraint(
                name="deliberation_case_is_about_one",
                condition=Q(application__isnull=False, household=None, appeal=None)
                | Q(application=None, household__isnull=False, appeal=None)
                | Q(application=None, household=None, appeal__isnull=False),
            ),
            models.CheckConstraint(
                name="deliberation_case_refused_with_a_reason",
                condition=Q(decision__in=["", "layak"]) | ~Q(reason=""),
                violation_error_message=_("Tulis alasannya."),
            ),
            models.CheckConstraint(
                name="deliberation_case_ranked_when_worthy",
                condition=Q(rank=None) | Q(rank__gt=0, decision="layak"),
                violation_error_message=_("Urutan hanya untuk yang layak."),
            ),
            models.UniqueConstraint(
                name="deliberation_case_rank_once",
                fields=["deliberation", "rank"],
                violation_error_message=_("Urutan ini sudah dipakai keluarga lain."),
            ),
            *[
                models.UniqueConstraint(name=f"deliberation_{field}_once", fields=["deliberation", field])
                for field in ("application", "household", "appeal")
            ],
        ]
        triggers = [
            *_closed_triggers(),
            pgtrigger.Trigger(
                name="noted_by_no_relative",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.AnyChange("decision", "noted_by"),
                func=kin_rule("NEW.noted_by_id", _KK_OF_CASE.format(row="NEW")) + "RETURN NEW;",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def kind(self) -> str:
        if self.application_id:
            return str(_("Permohonan"))
        return str(_("Ditahan kriteria") if self.household_id else _("Keberatan"))
