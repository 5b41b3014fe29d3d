import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bansos.models import Region
from bansos.plain_numbers import tells_no_number
from bansos.scope import ScopedQuerySet
from beneficiaries.models.application import Application, Verification
from beneficiaries.models.kinship import kin_rule

# SQL: the family's KK index of the application that the answer of a new row is about.
KK_OF_EVENT = """
    SELECT a.kk_index FROM beneficiaries_application a JOIN beneficiaries_verificationevent e ON e.application_id = a.id
    WHERE e.id = NEW.event_id
"""


class VerificationEventQuerySet(ScopedQuerySet):
    def unsettled(self):
        """Conflicts that wait for a person."""
        return self.filter(outcome="konflik", settlement=None)


class VerificationEvent(models.Model):
    """One answer as a phone sent it, once, whatever became of it. Append-only; refused ones stay on the phone.

    `uuid` comes from the phone, so an answer sent again after a cut connection is known again. `phone_time` is what
    the phone's clock said: kept, never trusted.
    """

    class Outcome(models.TextChoices):
        DITERIMA = "diterima", _("Diterima")
        SUDAH_ADA = "sudah_ada", _("Sudah ada")  # the same person's same finding, under another uuid
        KONFLIK = "konflik", _("Beda jawaban")

    uuid = models.UUIDField(_("nomor dari HP"))
    application = models.ForeignKey(Application, models.PROTECT, related_name="+", verbose_name=_("permohonan"))
    region = models.ForeignKey(Region, models.PROTECT, verbose_name=_("RT/RW"))
    base_version = models.CharField(_("versi data di HP"), max_length=12)
    form_version = models.PositiveSmallIntegerField(_("versi pertanyaan"))
    contents = models.JSONField(_("jawaban"))  # presence, result, reason, wrong_facts
    phone_time = models.DateTimeField(_("waktu menurut HP"), null=True, blank=True)
    received_at = models.DateTimeField(_("diterima server"), auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("oleh"), related_name="+")
    outcome = models.CharField(_("hasil"), max_length=10, choices=Outcome)
    verification = models.ForeignKey(
        Verification, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("verifikasi")
    )

    objects = VerificationEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("jawaban dari HP")
        verbose_name_plural = _("jawaban dari HP")
        ordering = ["-received_at"]
        constraints = [
            tells_no_number("verification_event_tells_no_number", "contents__reason"),
            models.UniqueConstraint(
                name="verification_event_once",
                fields=["uuid"],
                violation_error_message=_("Jawaban ini sudah diterima."),
            ),
            models.CheckConstraint(
                name="verification_event_conflict_has_no_finding",
                condition=Q(outcome="konflik", verification=None)
                | (~Q(outcome="konflik") & Q(verification__isnull=False)),
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"{self.application.name}: {self.get_outcome_display()}"


class Settlement(models.Model):
    """How a person settled a conflicting answer of a phone: which of the two stands, and why. Append-only."""

    class Stands(models.TextChoices):
        SERVER = "server", _("Yang tercatat di server")
        HP = "hp", _("Jawaban dari HP")

    event = models.OneToOneField(
        VerificationEvent, models.PROTECT, related_name="settlement", verbose_name=_("jawaban dari HP")
    )
    stands = models.CharField(_("yang dipakai"), max_length=6, choices=Stands)
    note = models.CharField(_("catatan"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("oleh"), related_name="+")
    at = models.DateTimeField(_("waktu"), auto_now_add=True)

    class Meta:
        verbose_name = _("penyelesaian beda jawaban")
        verbose_name_plural = _("penyelesaian beda jawaban")
        constraints = [
            tells_no_number("settlement_tells_no_number", "note"),
            models.CheckConstraint(name="settlement_with_a_note", condition=~Q(note="")),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="of_a_conflict_by_another",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM beneficiaries_verificationevent e
                        WHERE e.id = NEW.event_id AND e.outcome = 'konflik' AND e.by_id <> NEW.by_id
                    ) THEN
                        RAISE EXCEPTION 'not a conflict, or the own answer' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'settlement_of_a_conflict_by_another';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="settled_by_no_relative",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func=kin_rule("NEW.by_id", KK_OF_EVENT) + "RETURN NEW;",
            ),
        ]

    def __str__(self):
        return self.get_stands_display()


class ConflictComment(models.Model):
    """What an RT or RW adds to a conflict that is still open; it decides nothing. Append-only."""

    event = models.ForeignKey(
        VerificationEvent, models.PROTECT, related_name="comments", verbose_name=_("jawaban dari HP")
    )
    text = models.CharField(_("komentar"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("oleh"), related_name="+")
    at = models.DateTimeField(_("waktu"), auto_now_add=True)

    class Meta:
        verbose_name = _("komentar beda jawaban")
        verbose_name_plural = _("komentar beda jawaban")
        ordering = ["at", "pk"]
        constraints = [
            tells_no_number("conflict_comment_tells_no_number", "text"),
            models.CheckConstraint(name="conflict_comment_says_something", condition=~Q(text="")),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="of_an_open_conflict",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM beneficiaries_verificationevent e
                        WHERE e.id = NEW.event_id AND e.outcome = 'konflik'
                            AND NOT EXISTS (SELECT FROM beneficiaries_settlement s WHERE s.event_id = e.id)
                    ) THEN
                        RAISE EXCEPTION 'not an open conflict' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'conflict_comment_while_open';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self):
        return self.text
