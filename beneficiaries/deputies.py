"""Verbs of deputies: who stands in for the head of an RT, RW or kelurahan, and until when."""

from datetime import date

import pghistory
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from bansos import notifications
from bansos.models import Notification, Region, Role, User
from bansos.models.region import kelurahan_of
from bansos.privacy import PRIVATE, tells_number
from bansos.refusals import constraint
from bansos.scope import covers
from beneficiaries.models import Deputy
from beneficiaries.models.deputy import SEATS, seat

NAME = "beneficiaries.add_deputy"
# Who may fill a seat: neighbours of the chain fill the chain's seats, the office fills the office's.
FILLERS = {Role.RT: (Role.RT, Role.RW), Role.RW: (Role.RT, Role.RW), Role.LURAH: (Role.STAF,)}

NO_SEAT = _("Pengganti hanya untuk ketua RT, ketua RW, atau lurah.")
MAY_NOT = _("Anda tidak boleh menunjuk pengganti di sini. Minta ketua RW atau staf kelurahan.")
ELSEWHERE = _("Pengganti harus petugas di kelurahan yang sama.")
WRONG_ROLE = _("Ketua RT atau RW digantikan ketua RT atau RW lain. Lurah digantikan staf kelurahan.")
ONESELF = _("Pilih orang lain. Kursi ini kursinya sendiri.")
REASON_MISSING = _("Tulis sebabnya, misalnya sakit atau bepergian.")
DATES_ODD = _("Tanggal akhir sesudah tanggal mulai, paling lama tiga bulan, dan belum lewat.")
ENDED = _("Penunjukan ini sudah berakhir.")


class DeputyError(ValueError):
    """Nobody can be named like this; the sentence says what to do."""


def may_name(user: User, region: Region) -> bool:
    """Tells whether `user` may fill this seat: the head's own, an RT of the own RW, or as the kelurahan."""
    if region.level not in SEATS or not covers(user, region.pk):
        return False
    if user.region_id == region.pk and user.role == SEATS[Region.Level(region.level)]:
        return True
    return user.has_perm(NAME) or (user.role == Role.RW and region.level == Region.Level.RT)


def candidates(region: Region):
    """Returns who can stand in for this seat: officers of the same kelurahan with a fitting role."""
    role = SEATS[Region.Level(region.level)]
    fitting = User.objects.filter(
        role__in=FILLERS[role], is_active=True, region__code__startswith=region.kelurahan_code or ""
    )
    return fitting.exclude(role=role, region=region).select_related("region").order_by("region_id", "name")


def name(*, region: Region, deputy: User, starts_on: date, ends_on: date, reason: str, by: User) -> Deputy:
    """Names who stands in for the head of `region` and tells both; returns the appointment. Raises DeputyError."""
    reason = " ".join(reason.split())
    _check(region, deputy, starts_on, ends_on, reason, by)
    try:
        with transaction.atomic(), pghistory.context(user=by.pk):
            made = Deputy.objects.create(
                region=region, deputy=deputy, starts_on=starts_on, ends_on=ends_on, reason=reason, named_by=by
            )
            _tell(made)
    except IntegrityError as error:
        if constraint(error) == "deputy_for_at_most_three_months":
            raise DeputyError(str(DATES_ODD)) from error
        raise
    return made


def _check(region: Region, deputy: User, starts_on: date, ends_on: date, reason: str, by: User) -> None:
    if region.level not in SEATS:
        raise DeputyError(str(NO_SEAT))
    role = SEATS[Region.Level(region.level)]
    for fine, sentence in (
        (may_name(by, region), MAY_NOT),
        (deputy.role in FILLERS[role] and deputy.is_active, WRONG_ROLE),
        (kelurahan_of(deputy.region_id or "") == region.kelurahan_code, ELSEWHERE),
        ((deputy.role, deputy.region_id) != (role, region.pk), ONESELF),
        (reason, REASON_MISSING),
        (not tells_number(reason), PRIVATE),
        (ends_on >= max(starts_on, timezone.localdate()), DATES_ODD),
    ):
        if not fine:
            raise DeputyError(str(sentence))


def _tell(made: Deputy) -> None:
    office = seat(made.region)
    period = {"start": date_format(made.starts_on, "j F"), "end": date_format(made.ends_on, "j F Y")}
    heads = User.objects.filter(role=SEATS[Region.Level(made.region.level)], region=made.region, is_active=True)
    words = {made.deputy: _("Anda menggantikan {seat}, {start} sampai {end}.").format(seat=office, **period)}
    for head in heads.exclude(pk=made.named_by_id):
        words[head] = _("{who} menggantikan Anda, {start} sampai {end}.").format(who=made.deputy.name, **period)
    notifications.tell(
        notifications.Message(
            recipient=user, kind=Notification.Kind.PENGGANTI, sentence=sentence, subject="deputy",
            subject_id=made.pk, occasion="ditunjuk", region_id=made.region_id,
            link="/verifikasi/" if user.role in {Role.RT, Role.RW} else "/admin/",
        )
        for user, sentence in words.items()
    )  # fmt: skip


def end(*, deputy: Deputy, by: User) -> Deputy:
    """Ends an appointment before its day. Raises DeputyError."""
    if not may_name(by, deputy.region):
        raise DeputyError(str(MAY_NOT))
    with transaction.atomic(), pghistory.context(user=by.pk):
        row = Deputy.objects.select_for_update().get(pk=deputy.pk)
        if row.ended_at or row.ends_on < timezone.localdate():
            raise DeputyError(str(ENDED))
        row.ended_at, row.ended_by = timezone.now(), by
        row.save(update_fields=["ended_at", "ended_by"])
    return row


def is_acting_lurah(user: User, kelurahan: str) -> bool:
    """Tells whether `user` stands in for the lurah of this kelurahan today."""
    return user.stands_in.active().filter(region=kelurahan, region__level=Region.Level.KELURAHAN).exists()
