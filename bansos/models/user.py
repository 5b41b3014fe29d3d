import pghistory
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin, UserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from bansos.fields import IndexField
from bansos.models.region import Region


class Role(models.TextChoices):
    """Who does what (docs: shared/domain.md 1.5); permissions are in `bansos.roles`."""

    ADMIN = "admin", _("Admin sistem")
    CAMAT = "camat", _("Camat")
    KESRA = "kesra", _("Kasi Kesra kecamatan")
    LURAH = "lurah", _("Lurah")
    STAF = "staf", _("Staf kelurahan")
    RW = "rw", _("Ketua RW")
    RT = "rt", _("Ketua RT")
    KADER = "kader", _("Kader Dasawisma")
    EVALUATOR = "evaluator", _("Evaluator")
    AUDITOR = "auditor", _("Auditor")


# Those who work in the admin; RT, RW and kader have pages of their own.
DESK_ROLES = {Role.ADMIN, Role.CAMAT, Role.KESRA, Role.LURAH, Role.STAF, Role.AUDITOR}
# Those who work from a phone in the field; they alone may have it remembered.
FIELD_ROLES = (Role.RT, Role.RW, Role.KADER)


class BansosUserManager(UserManager):
    def create_user(self, username, *, role, password=None, **fields):
        user = self.model(username=username, role=role, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username, password=None, **fields):
        return self.create_user(username, role=Role.ADMIN, password=password, is_superuser=True, **fields)


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractBaseUser, PermissionsMixin):
    """An officer with one role in one region. Residents have no account."""

    username = models.CharField(_("nama pengguna"), max_length=60, unique=True)
    name = models.CharField(_("nama"), max_length=120)
    role = models.CharField(_("peran"), max_length=12, choices=Role)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, verbose_name=_("wilayah"))
    kk_index = IndexField(verbose_name=_("KK keluarga sendiri"), null=True)  # the index alone: the number is not kept
    is_active = models.BooleanField(_("aktif"), default=True)
    sign_in_round = models.PositiveSmallIntegerField(_("giliran masuk"), default=0, editable=False)
    joined_at = models.DateTimeField(_("dibuat"), auto_now_add=True)

    objects = BansosUserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("pengguna")
        verbose_name_plural = _("pengguna")
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                name="user_has_a_region_unless_superuser",
                condition=models.Q(region__isnull=False) | models.Q(is_superuser=True),
                violation_error_message=_("Pilih wilayah pengguna ini."),
            )
        ]

    def __str__(self):
        return self.name or self.username

    def _get_session_auth_hash(self, secret=None) -> str:
        """A session lives while the password and the round stand (`phone_keys.end_everywhere` begins another)."""
        own = super()._get_session_auth_hash(secret)  # type: ignore[misc]  # Django's own, not in the stubs
        return f"{own}.{self.sign_in_round}" if self.sign_in_round else own

    @property
    def is_staff(self) -> bool:
        """Whether the admin lets this user in (Django's name for it)."""
        return self.is_superuser or self.role in DESK_ROLES

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name
