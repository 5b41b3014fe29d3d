import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bansos.fields import EncryptedField, IndexField
from bansos.models.user import FIELD_ROLES


@pghistory.track(exclude=["code", "pin"])
class PhoneKey(models.Model):
    """How an RT, RW or kader signs in on a phone (ADR 34); the database refuses one for anybody else.

    The number stands in for the user name. `code` is handed out by the kelurahan, works once and until `code_until`;
    `pin` opens a phone that is already remembered and nothing else. Both are kept as a password is: hashed.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="phone_key", verbose_name=_("petugas")
    )
    phone = EncryptedField(_("nomor HP"), null=True, blank=True)
    phone_index = IndexField(of="phone", kind="phone", null=True)
    code = models.CharField(_("kode sekali pakai"), max_length=128, blank=True)
    code_until = models.DateTimeField(_("kode berlaku sampai"), null=True)
    pin = models.CharField(_("PIN"), max_length=128, blank=True)
    pin_at = models.DateTimeField(_("PIN dipilih"), null=True)

    # Once the officer's work in the field is long over (`monitoring.retention`); it may be an office account by then.
    ERASED = {"phone": None, "phone_index": None, "code": "", "code_until": None, "pin": ""}
    ERASURE_PASSES = ("of_a_field_role",)

    class Meta:
        verbose_name = _("HP petugas lapangan")
        verbose_name_plural = _("HP petugas lapangan")
        constraints = [
            models.UniqueConstraint(name="phone_key_number_of_one_officer", fields=["phone_index"]),
            models.CheckConstraint(
                name="phone_key_code_has_an_end",
                condition=Q(code="", code_until=None) | (~Q(code="") & Q(code_until__isnull=False)),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="of_a_field_role",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func=f"""
                    IF NOT EXISTS (
                        SELECT FROM bansos_user u
                        WHERE u.id = NEW.user_id AND u.role IN ({", ".join(f"'{role.value}'" for role in FIELD_ROLES)})
                    ) THEN
                        RAISE EXCEPTION 'not a field role' USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'phone_key_of_a_field_role';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608  names of roles, written in this code
            )
        ]
        permissions = [("hand_out_phonekey", _("Boleh memberi kode masuk kepada RT, RW, dan kader"))]

    def __str__(self):
        return str(self.user)
