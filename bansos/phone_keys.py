"""Verbs of signing in on a phone: number, one-time code and PIN of an RT, RW or kader; and ending it everywhere."""

import re
from datetime import datetime, timedelta

import pghistory
from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos import codes, crypto, limits, phone_numbers
from bansos.models import PhoneKey, User
from bansos.models.user import FIELD_ROLES
from bansos.refusals import constraint
from bansos.scope import covers, region_q

HAND_OUT = "bansos.hand_out_phonekey"
CODE_LENGTH, CODE_LASTS = 8, timedelta(days=7)
PIN_DIGITS, MOST_WRONG = 6, 5

MAY_NOT = _("Akun Anda tidak boleh memberi kode masuk. Minta staf kelurahan.")
OUTSIDE = _("Petugas ini di luar wilayah Anda.")
NOT_IN_THE_FIELD = _("Kode hanya untuk RT, RW, dan kader. Petugas kantor masuk dengan kata sandi.")
SWITCHED_OFF = _("Akun ini tidak aktif. Minta admin mengaktifkannya dulu.")
NUMBER_TAKEN = _("Nomor HP ini sudah dipakai petugas lain. Periksa nomornya.")
PIN_ODD = _("PIN harus 6 angka.")
PIN_EASY = _("PIN ini mudah ditebak. Jangan pakai angka kembar atau berurutan.")
PIN_DIFFERS = _("Kedua PIN tidak sama. Tulis lagi.")
PIN_WRONG = _("PIN salah. Anda dapat mencoba %(left)d kali lagi.")

REFUSALS = {"phone_key_number_of_one_officer": NUMBER_TAKEN, "phone_key_of_a_field_role": NOT_IN_THE_FIELD}


class PhoneKeyError(ValueError):
    """It cannot be done like this; its sentence says what to do."""


class PinEnded(PhoneKeyError):
    """The PIN was wrong too often; the phone must sign in anew."""


# --- the office


def officers_for(user: User):
    """Returns the RT, RW and kader in the officer's region who may sign in, by place."""
    mine = User.objects.filter(region_q(user), role__in=FIELD_ROLES, is_active=True)
    return mine.select_related("region", "phone_key").order_by("region_id", "role", "pk")


def _check(officer: User, by: User) -> None:
    for fine, sentence in (
        (by.has_perm(HAND_OUT), MAY_NOT),
        (covers(by, officer.region_id), OUTSIDE),
        (officer.role in FIELD_ROLES, NOT_IN_THE_FIELD),
        (officer.is_active, SWITCHED_OFF),
    ):
        if not fine:
            raise PhoneKeyError(str(sentence))


def make_code(*, officer: User, by: User, phone: str | None = None) -> str:
    """Makes a one-time code for an officer of the field and returns it, to be shown once; an older one ends.

    `phone` is the number that may stand in for the user name: "" takes it away, None leaves it. Raises PhoneKeyError.
    """
    _check(officer, by)
    try:
        number = None if phone is None else phone_numbers.clean(phone)
    except phone_numbers.PhoneNumberError as error:
        raise PhoneKeyError(str(error)) from error
    code = codes.new(CODE_LENGTH)
    values = {"code": make_password(code), "code_until": timezone.now() + CODE_LASTS}
    if number is not None:
        values["phone"] = number or None
    try:
        with transaction.atomic(), pghistory.context(user=by.pk):
            PhoneKey.objects.update_or_create(user=officer, defaults=values)
    except IntegrityError as error:
        if constraint(error) not in REFUSALS:
            raise
        raise PhoneKeyError(str(REFUSALS[constraint(error)])) from error
    return code


def end_everywhere(*, officer: User, by: User) -> None:
    """Ends every session of an officer of the field, on each phone, and a code not used yet. Raises PhoneKeyError."""
    _check(officer, by)
    with transaction.atomic(), pghistory.context(user=by.pk):
        User.objects.filter(pk=officer.pk).update(sign_in_round=F("sign_in_round") + 1)
        PhoneKey.objects.filter(user=officer).exclude(code="").update(code="", code_until=None)


def of_ended_work(*, since: datetime) -> QuerySet[PhoneKey]:
    """Returns the keys of those who have not been an RT, RW or kader at any time since then, as the history says."""
    history = User.pgh_event_model.objects.filter(pgh_obj_id=OuterRef("user"))  # type: ignore[attr-defined]
    before = history.filter(pgh_created_at__lt=since).order_by("-pgh_id")
    keys = PhoneKey.objects.exclude(user__is_active=True, user__role__in=FIELD_ROLES)
    keys = keys.exclude(Exists(history.filter(pgh_created_at__gte=since, is_active=True, role__in=FIELD_ROLES)))
    active, role = (Subquery(before.values(name)[:1]) for name in ("is_active", "role"))
    keys = keys.alias(active=active, as_role=role).filter(active__isnull=False)  # the account is older than that
    return keys.exclude(active=True, as_role__in=FIELD_ROLES)


# --- the phone


def username_of(typed: str) -> str:
    """Returns the user name behind a mobile number of an officer of the field; what was typed if there is none."""
    try:
        number = phone_numbers.clean(typed)
    except phone_numbers.PhoneNumberError:
        return typed
    if not number:
        return typed
    found = PhoneKey.objects.filter(phone_index=crypto.blind_index(number, "phone"), user__role__in=FIELD_ROLES)
    return found.values_list("user__username", flat=True).first() or typed


def redeem(*, username: str, code: str) -> User | None:
    """Takes a one-time code: returns whose it is, or None. Of two at once with the same code one is let in."""
    keys = PhoneKey.objects.filter(
        user__username=username, user__is_active=True, user__role__in=FIELD_ROLES, code_until__gt=timezone.now()
    )
    key = keys.select_related("user").first()
    if key is None or not check_password(codes.normalise(code), key.code):
        return None
    with pghistory.context(user=key.user_id):
        taken = PhoneKey.objects.filter(pk=key.pk, code=key.code).update(code="", code_until=None)
    return key.user if taken else None


def has_pin(officer: User) -> bool:
    """Tells whether the officer chose a PIN."""
    return PhoneKey.objects.filter(user=officer).exclude(pin="").exists()


def choose_pin(*, officer: User, pin: str, again: str) -> None:
    """Keeps the PIN an officer chose for remembered phones. Raises PhoneKeyError."""
    steps = {int(after) - int(before) for before, after in zip(pin, pin[1:], strict=False)} if pin.isdecimal() else {0}
    for fine, sentence in (
        (re.fullmatch(rf"[0-9]{{{PIN_DIGITS}}}", pin), PIN_ODD),
        (steps not in ({0}, {1}, {-1}), PIN_EASY),
        (pin == again, PIN_DIFFERS),
    ):
        if not fine:
            raise PhoneKeyError(str(sentence))
    with transaction.atomic(), pghistory.context(user=officer.pk):
        PhoneKey.objects.update_or_create(user=officer, defaults={"pin": make_password(pin), "pin_at": timezone.now()})


def check_pin(*, officer: User, pin: str, phone: str) -> None:
    """Returns when the PIN is right; `phone` names the session that asks.

    Raises PhoneKeyError for a wrong one, and PinEnded at the fifth on this phone: its session must end.
    """
    tries = limits.count("pin", phone, seconds=24 * 3600)  # counted first, so that many at once win nothing
    if tries > MOST_WRONG:
        raise PinEnded
    key = PhoneKey.objects.filter(user=officer).exclude(pin="").first()
    if key and check_password(pin, key.pin):
        limits.forget("pin", phone)
        return
    if tries == MOST_WRONG:
        raise PinEnded
    raise PhoneKeyError(str(PIN_WRONG % {"left": MOST_WRONG - tries}))
