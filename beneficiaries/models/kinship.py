import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bansos.fields import IndexField
from bansos.plain_numbers import tells_no_number


@pghistory.track()
class Kinship(models.Model):
    """An officer's declaration that a family is the own or a relative's, so that the officer does not act on it.

    Only the blind index of the family's KK number is kept, as in `User.kk_index` for the own household.
    """

    class Relation(models.TextChoices):
        SENDIRI = "sendiri", _("Keluarga saya sendiri")
        ORANG_TUA_ANAK = "orang_tua_anak", _("Orang tua atau anak")
        SAUDARA = "saudara", _("Saudara kandung")
        IPAR = "ipar", _("Mertua, menantu, atau ipar")
        KERABAT = "kerabat", _("Kerabat lain")

    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("petugas"), related_name="kinships"
    )
    kk_index = IndexField()
    relation = models.CharField(_("hubungan"), max_length=16, choices=Relation)
    note = models.CharField(_("catatan"), max_length=200, blank=True)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("dinyatakan oleh"), related_name="+"
    )
    declared_at = models.DateTimeField(_("dinyatakan"), auto_now_add=True)
    ended_at = models.DateTimeField(_("dicabut"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name=_("dicabut oleh"), related_name="+"
    )

    class Meta:
        verbose_name = _("hubungan keluarga petugas")
        verbose_name_plural = _("hubungan keluarga petugas")
        ordering = ["-declared_at"]
        constraints = [
            tells_no_number("kinship_tells_no_number", "note"),
            models.UniqueConstraint(
                name="kinship_once",
                fields=["officer", "kk_index"],
                condition=Q(ended_at=None),
                violation_error_message=_("Hubungan ini sudah dinyatakan."),
            ),
            models.CheckConstraint(
                name="kinship_ended_by_and_at_together",
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.officer}: {self.get_relation_display()}"


def kin_rule(officer: str, kk: str) -> str:
    """Returns PL/pgSQL that refuses an act by `officer` (SQL: a user's id) on the family with `kk` (SQL: an index)."""
    return f"""
        IF EXISTS (SELECT FROM bansos_user u WHERE u.id = {officer} AND u.kk_index = ({kk})) OR EXISTS (
            SELECT FROM beneficiaries_kinship k
            WHERE k.officer_id = {officer} AND k.kk_index = ({kk}) AND k.ended_at IS NULL
        ) THEN
            RAISE EXCEPTION 'own or a relative''s household' USING ERRCODE = 'check_violation',
                CONSTRAINT = 'not_the_own_family';
        END IF;
    """  # noqa: S608  both are names of columns, written in this code
