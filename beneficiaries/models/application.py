import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos.fields import ERASED_NAME, FIRST_OF_YEAR, EncryptedField, IndexField
from bansos.models import Region
from bansos.plain_numbers import tells_no_number
from bansos.scope import ScopedQuerySet
from beneficiaries.models.deputy import Deputy
from beneficiaries.models.household import Household
from beneficiaries.models.kinship import kin_rule


class ApplicationStatus(models.TextChoices):
    """Statuses of shared/domain.md 10.1 that this portal uses, each with who must act next."""

    DIAJUKAN = "diajukan", _("Diajukan")  # RT next
    VERIFIKASI_LAPANGAN = "verifikasi_lapangan", _("Verifikasi lapangan")  # RT done, RW next
    VERIFIKASI_ADMINISTRASI = "verifikasi_administrasi", _("Verifikasi administrasi")  # RW done, kelurahan next
    KUNJUNGAN = "kunjungan_lapangan", _("Menunggu kunjungan")  # a visitor of the office next
    MUSYAWARAH = "menunggu_muskel", _("Menunggu musyawarah")  # the kelurahan's meeting next
    PERLU_PERBAIKAN = "perlu_perbaikan", _("Perlu dilengkapi")  # applicant next
    DITETAPKAN_LAYAK = "ditetapkan_layak", _("Ditetapkan layak")
    DITOLAK = "ditolak", _("Belum disetujui")
    DIBATALKAN = "dibatalkan_pemohon", _("Dibatalkan pemohon")
    DUPLIKAT = "duplikat", _("Duplikat")
    KEDALUWARSA = "kedaluwarsa", _("Lewat batas waktu")  # not completed by its day


S = ApplicationStatus
OPEN_STATUSES = (
    S.DIAJUKAN, S.VERIFIKASI_LAPANGAN, S.VERIFIKASI_ADMINISTRASI, S.KUNJUNGAN, S.MUSYAWARAH, S.PERLU_PERBAIKAN,
)  # fmt: skip
TRANSITIONS: list[tuple[str, str]] = [
    (S.DIAJUKAN, S.VERIFIKASI_LAPANGAN),
    (S.VERIFIKASI_LAPANGAN, S.VERIFIKASI_ADMINISTRASI),
    (S.VERIFIKASI_LAPANGAN, S.DIAJUKAN),  # sent back with a note: see the trigger below
    (S.VERIFIKASI_ADMINISTRASI, S.DIAJUKAN),
    (S.VERIFIKASI_ADMINISTRASI, S.DITETAPKAN_LAYAK),
    (S.VERIFIKASI_ADMINISTRASI, S.DITOLAK),
    (S.VERIFIKASI_ADMINISTRASI, S.PERLU_PERBAIKAN),
    (S.PERLU_PERBAIKAN, S.VERIFIKASI_ADMINISTRASI),
    (S.PERLU_PERBAIKAN, S.KEDALUWARSA),  # once its day is over: see the trigger below
    (S.VERIFIKASI_ADMINISTRASI, S.KUNJUNGAN),  # ordered, then visited: see the triggers below
    (S.MUSYAWARAH, S.KUNJUNGAN),
    (S.KUNJUNGAN, S.VERIFIKASI_ADMINISTRASI),
    (S.VERIFIKASI_ADMINISTRASI, S.MUSYAWARAH),
    (S.MUSYAWARAH, S.VERIFIKASI_ADMINISTRASI),
    (S.MUSYAWARAH, S.DITETAPKAN_LAYAK),
    (S.MUSYAWARAH, S.DITOLAK),
    (S.DITOLAK, S.VERIFIKASI_ADMINISTRASI),  # only after an accepted appeal: see the trigger below
    *[(status, S.DIBATALKAN) for status in OPEN_STATUSES],
    *[(status, S.DUPLIKAT) for status in OPEN_STATUSES],
]


# SQL: the family's KK index of the application a new row belongs to.
KK_OF_APPLICATION = "SELECT a.kk_index FROM beneficiaries_application a WHERE a.id = NEW.application_id"
# SQL: whether the application of a row waits for a field visit that was ordered.
_VISIT_OPEN = """
    EXISTS (
        SELECT FROM beneficiaries_fieldvisit f WHERE f.application_id = NEW.id AND NOT EXISTS (
            SELECT FROM beneficiaries_verification v WHERE v.visit_id = f.id
        )
    )
"""


class ApplicationQuerySet(ScopedQuerySet):
    def open(self):
        return self.filter(status__in=OPEN_STATUSES)


class Consent(models.TextChoices):
    """How a family agreed that its data are used (UU PDP 27/2022, article 22)."""

    SENDIRI = "sendiri", _("Menyetujui sendiri di layar")
    TERTULIS = "tertulis", _("Tanda tangan di kertas")
    CAP_JEMPOL = "cap_jempol", _("Cap jempol di kertas")
    LISAN = "lisan", _("Lisan, di depan saksi")


@pghistory.track()
class Application(models.Model):
    """A family's request to be considered. Its answers reach the register only when the kelurahan has decided."""

    Status = ApplicationStatus

    code = models.CharField(_("kode"), max_length=10, unique=True, editable=False)
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, related_name="applications", verbose_name=_("keluarga")
    )
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("RT/RW"))
    status = models.CharField(_("status"), max_length=24, choices=ApplicationStatus, default=S.DIAJUKAN)
    nik = EncryptedField(_("NIK"))
    nik_index = IndexField(of="nik", kind="nik")
    kk = EncryptedField(_("nomor KK"))
    kk_index = IndexField(of="kk", kind="kk")
    phone = EncryptedField(_("nomor HP"), null=True, blank=True)
    phone_index = IndexField(of="phone", kind="phone", null=True)
    name = models.CharField(_("nama lengkap"), max_length=150)
    born_on = models.DateField(_("tanggal lahir"))
    sex = models.CharField(_("jenis kelamin"), max_length=1, choices=[("L", _("Laki-laki")), ("P", _("Perempuan"))])
    address = models.CharField(_("alamat"), max_length=200)
    members = models.PositiveSmallIntegerField(_("jumlah anggota keluarga"), default=1)
    answers = models.JSONField(_("jawaban"), default=dict)  # facts by name, as in Household.FACTS, and head_works
    needs = models.CharField(_("kebutuhan"), max_length=500, blank=True)
    submitted_at = models.DateTimeField(_("diajukan"), default=timezone.now)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("dibantu oleh"),
        related_name="+",
    )
    consent = models.CharField(_("persetujuan"), max_length=10, choices=Consent, default=Consent.SENDIRI)
    consent_text = models.CharField(_("teks persetujuan"), max_length=40, blank=True)  # the version that was read
    witness = models.CharField(_("saksi persetujuan"), max_length=120, blank=True)
    due_on = models.DateField(_("tenggat langkah ini"), null=True, blank=True)
    decided_at = models.DateTimeField(_("diputuskan"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("diputuskan oleh"),
        related_name="+",
    )
    reason_code = models.CharField(_("kode alasan"), max_length=4, blank=True)
    reason = models.CharField(_("alasan"), max_length=500, blank=True)

    objects = ApplicationQuerySet.as_manager()

    ERASED = {
        "nik": "", "nik_index": None, "kk": "", "kk_index": None, "phone": None, "phone_index": None,
        "name": ERASED_NAME, "born_on": FIRST_OF_YEAR, "address": ERASED_NAME, "needs": "",
        "witness": ERASED_NAME,
    }  # fmt: skip

    class Meta:
        verbose_name = _("permohonan")
        verbose_name_plural = _("permohonan")
        ordering = ["-submitted_at"]
        constraints = [
            tells_no_number("application_tells_no_number", "reason"),
            models.UniqueConstraint(
                name="application_one_open_per_household",
                fields=["kk_index"],
                condition=Q(status__in=[s.value for s in OPEN_STATUSES]),
                violation_error_message=_("Keluarga ini sudah punya permohonan yang sedang berjalan."),
            ),
            models.CheckConstraint(
                name="application_decided_by_and_at_together",
                condition=Q(decided_at=None, decided_by=None) | Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="application_helped_with_the_family_s_consent",
                condition=Q(submitted_by=None, consent="sendiri", witness="")
                | (Q(submitted_by__isnull=False) & ~Q(consent="sendiri") & (~Q(consent="lisan") | ~Q(witness=""))),
                violation_error_message=_("Catat bagaimana keluarga ini setuju. Persetujuan lisan perlu saksi."),
            ),
            models.CheckConstraint(
                name="application_refused_by_a_person_with_a_reason",
                condition=~Q(status="ditolak") | (Q(decided_by__isnull=False) & ~Q(reason="")),
                violation_error_message=_("Penolakan perlu alasan dan orang yang memutuskan."),
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="status_transitions", field="status", transitions=TRANSITIONS),
            pgtrigger.Trigger(
                name="reopened_by_an_appeal",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__status="ditolak", new__status="verifikasi_administrasi"),
                func="""
                    IF NOT EXISTS (
                        SELECT FROM beneficiaries_appeal a WHERE a.application_id = NEW.id AND a.status = 'diterima'
                            AND a.about = 'ditolak' AND a.decision_at = OLD.decided_at
                    ) THEN
                        RAISE EXCEPTION 'no accepted appeal' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'application_reopened_by_an_appeal';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="sent_back_with_a_note",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__status="verifikasi_lapangan", new__status="diajukan")
                | pgtrigger.Q(old__status="verifikasi_administrasi", new__status="diajukan"),
                func="""
                    IF NOT EXISTS (
                        SELECT FROM beneficiaries_handback h WHERE h.application_id = NEW.id AND h.turn > (
                            SELECT coalesce(max(v.turn), 0) FROM beneficiaries_verification v
                            WHERE v.application_id = NEW.id
                        )
                    ) THEN
                        RAISE EXCEPTION 'no note' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'application_sent_back_with_a_note';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="lapsed_after_its_day",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__status="perlu_perbaikan", new__status="kedaluwarsa"),
                func="""
                    IF OLD.due_on IS NULL OR OLD.due_on >= (now() AT TIME ZONE 'Asia/Jakarta')::date THEN
                        RAISE EXCEPTION 'its day is not over' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'application_lapsed_after_its_day';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="visited_on_an_order",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.AnyChange("status"),
                func=f"""
                    IF NEW.status = 'kunjungan_lapangan' AND NOT {_VISIT_OPEN} THEN
                        RAISE EXCEPTION 'no visit was ordered' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'application_visited_on_an_order';
                    END IF;
                    IF OLD.status = 'kunjungan_lapangan' AND NEW.status = 'verifikasi_administrasi'
                        AND {_VISIT_OPEN}
                    THEN
                        RAISE EXCEPTION 'the visit was not made' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'application_goes_on_when_visited';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                # An accepted appeal undoes what a meeting said: only a later one decides then.
                name="decided_by_its_meeting",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__status="menunggu_muskel", new__status="ditetapkan_layak")
                | pgtrigger.Q(old__status="menunggu_muskel", new__status="ditolak"),
                func="""
                    IF NOT EXISTS (
                        SELECT FROM beneficiaries_deliberationcase c
                            JOIN beneficiaries_deliberation d ON d.id = c.deliberation_id
                        WHERE c.application_id = NEW.id AND d.status = 'diputuskan'
                            AND d.decided_by_id = NEW.decided_by_id
                            AND c.decision = CASE NEW.status WHEN 'ditolak' THEN 'tidak_layak' ELSE 'layak' END
                            AND NOT EXISTS (
                                SELECT FROM beneficiaries_appeal p WHERE p.application_id = NEW.id
                                    AND p.status = 'diterima' AND p.decision_at >= d.decided_at
                            )
                    ) THEN
                        RAISE EXCEPTION 'no meeting decided so' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'application_decided_by_its_meeting';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                # Whoever brings a family in takes the RT's step away: nobody does that for the own family.
                name="helper_is_no_relative",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__submitted_by__isnull=False),
                func=kin_rule("NEW.submitted_by_id", "NEW.kk_index") + "RETURN NEW;",
            ),
            pgtrigger.Trigger(
                name="decider_is_no_relative",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.AnyChange("decided_by"),
                func=kin_rule("NEW.decided_by_id", "NEW.kk_index") + "RETURN NEW;",
            ),
        ]
        permissions = [
            ("assist_application", _("Boleh membantu warga mendaftar")),
            ("verify_application", _("Boleh memverifikasi sebagai RT/RW")),
            ("decide_application", _("Boleh memutuskan permohonan")),
            ("visit_application", _("Boleh mengunjungi rumah pemohon")),
        ]

    def __str__(self):
        from bansos.codes import pretty

        return pretty(self.code)

    def disputed_facts(self) -> set[str]:
        """The names of facts that a verifier of the present turn marked as wrong."""
        found = list(self.verifications.all())
        turn = max((finding.turn for finding in found), default=0)
        return {name for finding in found if finding.turn == turn for name in finding.wrong_facts}


class Verification(models.Model):
    """What one verifier found at one step of an application. Append-only.

    `turn` counts how often the case had been sent back by then. The database refuses a second verification of a step
    in a turn, one person on two steps, a verifier who is not the RT or RW of the step, whose region does not contain
    the application's and who is no `deputy` for it that day, and one whose own or a relative's household it is. A
    field visit answers an order (`visit`), is made by another than who ordered it, and says what it saw: it judges
    nothing.
    """

    class Step(models.TextChoices):
        RT = "rt", _("RT")
        RW = "rw", _("RW")
        KUNJUNGAN = "kunjungan", _("Kunjungan lapangan")
        KELURAHAN = "kelurahan", _("Kelurahan")

    class Presence(models.TextChoices):
        DITEMUKAN = "ditemukan", _("Tinggal di sini")
        TIDAK_DITEMUKAN = "tidak_ditemukan", _("Tidak ditemukan")
        PINDAH = "pindah", _("Sudah pindah")
        MENINGGAL = "meninggal", _("Meninggal")
        GANDA = "ganda", _("Tercatat dua kali")
        MAMPU = "mampu", _("Sudah mampu")
        MENOLAK = "menolak", _("Menolak didata")
        TIDAK_TAHU = "tidak_tahu", _("Belum diketahui")

    class Result(models.TextChoices):
        LAYAK = "layak", _("Layak")
        TIDAK_LAYAK = "tidak_layak", _("Tidak layak")
        RAGU = "perlu_verifikasi_ulang", _("Ragu, perlu dilihat lagi")
        # What a field visit saw.
        SESUAI = "sesuai", _("Sesuai yang tertulis")
        BERBEDA = "berbeda", _("Berbeda dari yang tertulis")
        TIDAK_ADA = "tidak_ada", _("Keluarga tidak ditemukan")

    JUDGEMENTS = (Result.LAYAK, Result.TIDAK_LAYAK, Result.RAGU)
    SIGHTINGS = (Result.SESUAI, Result.BERBEDA, Result.TIDAK_ADA)

    application = models.ForeignKey(
        Application, models.PROTECT, related_name="verifications", verbose_name=_("permohonan")
    )
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("RT/RW"))
    step = models.CharField(_("langkah"), max_length=10, choices=Step)
    presence = models.CharField(_("keberadaan"), max_length=16, choices=Presence)
    wrong_facts = models.JSONField(_("data yang keliru"), default=list, blank=True)
    result = models.CharField(_("penilaian"), max_length=24, choices=Result)
    reason = models.CharField(_("alasan"), max_length=500, blank=True)
    turn = models.PositiveSmallIntegerField(_("giliran"), default=0)
    deputy = models.ForeignKey(
        Deputy, models.PROTECT, null=True, blank=True, verbose_name=_("sebagai pengganti"), related_name="+"
    )
    visit = models.OneToOneField(
        "FieldVisit", models.PROTECT, null=True, blank=True, related_name="finding", verbose_name=_("kunjungan")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("oleh"), related_name="+")
    at = models.DateTimeField(_("waktu"), auto_now_add=True)

    class Meta:
        verbose_name = _("verifikasi")
        verbose_name_plural = _("verifikasi")
        ordering = ["at"]
        constraints = [
            tells_no_number("verification_tells_no_number", "reason"),
            models.UniqueConstraint(
                # The kelurahan's step comes again after an accepted appeal; the statuses allow it only then. A visit
                # comes once for each order.
                name="verification_one_per_step",
                fields=["application", "step", "turn"],
                condition=Q(step__in=["rt", "rw"]),
                violation_error_message=_("Langkah ini sudah diverifikasi."),
            ),
            models.UniqueConstraint(
                name="verification_one_step_per_person",
                fields=["application", "by", "turn"],
                violation_error_message=_("Anda sudah memverifikasi permohonan ini di langkah lain."),
            ),
            models.CheckConstraint(
                name="verification_doubt_has_a_reason",
                condition=Q(result="layak") | ~Q(reason=""),
                violation_error_message=_("Tulis alasannya."),
            ),
            models.CheckConstraint(
                name="verification_visit_says_what_it_saw",
                condition=Q(step="kunjungan", visit__isnull=False, result__in=["sesuai", "berbeda", "tidak_ada"])
                | Q(
                    ~Q(step="kunjungan"),
                    visit=None,
                    result__in=["layak", "tidak_layak", "perlu_verifikasi_ulang"],
                ),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="visit_by_another",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__step="kunjungan"),
                func="""
                    IF NOT EXISTS (
                        SELECT FROM beneficiaries_fieldvisit f
                        WHERE f.id = NEW.visit_id AND f.application_id = NEW.application_id AND f.by_id <> NEW.by_id
                    ) THEN
                        RAISE EXCEPTION 'visited by who ordered it' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'verification_visit_by_another';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="verifier_in_region",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                declare=[("own", "text"), ("seat", "text"), ("place", "text"), ("helper", "bigint")],
                func="""
                    SELECT region_id, role INTO own, seat FROM bansos_user WHERE id = NEW.by_id;
                    SELECT region_id, submitted_by_id INTO place, helper
                        FROM beneficiaries_application WHERE id = NEW.application_id FOR NO KEY UPDATE;
                    IF helper = NEW.by_id THEN
                        RAISE EXCEPTION 'the helper does not verify' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'verification_not_by_the_helper';
                    END IF;
                    IF NEW.region_id <> place OR NOT (
                        (NEW.deputy_id IS NULL AND own IS NOT NULL
                            AND (NEW.step NOT IN ('rt', 'rw') OR seat = NEW.step)
                            AND (place = own OR place LIKE own || '.%'))
                        OR EXISTS (
                            SELECT FROM beneficiaries_deputy d JOIN bansos_region r ON r.code = d.region_id
                            WHERE d.id = NEW.deputy_id AND d.deputy_id = NEW.by_id AND r.level = NEW.step
                                AND (place = d.region_id OR place LIKE d.region_id || '.%')
                                AND (NEW.at AT TIME ZONE 'Asia/Jakarta')::date BETWEEN d.starts_on AND d.ends_on
                                AND (d.ended_at IS NULL OR d.ended_at > NEW.at)
                        )
                    ) THEN
                        RAISE EXCEPTION 'verifier outside the region' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'verifier_in_region';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="verifier_is_no_relative",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=kin_rule("NEW.by_id", KK_OF_APPLICATION) + "RETURN NEW;",
            ),
            pgtrigger.Trigger(
                # The unique constraint holds one turn; this one holds the others.
                name="one_step_in_all_turns",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    PERFORM FROM beneficiaries_application WHERE id = NEW.application_id FOR NO KEY UPDATE;
                    IF EXISTS (
                        SELECT FROM beneficiaries_verification v WHERE v.application_id = NEW.application_id
                            AND v.by_id = NEW.by_id AND v.step <> NEW.step
                    ) THEN
                        RAISE EXCEPTION 'one_step_per_person: verified another step' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'verification_one_step_per_person';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self):
        return f"{self.get_step_display()}: {self.get_result_display()}"
