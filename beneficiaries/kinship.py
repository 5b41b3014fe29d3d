"""Verbs of kinship: nobody acts on the own or a relative's family. Declared once, held by the database."""

from collections.abc import Iterable

import pghistory
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos import crypto, notifications
from bansos.models import Notification, Role, User
from bansos.privacy import refuse_told
from bansos.refusals import constraint
from bansos.scope import covers
from beneficiaries import applicant
from beneficiaries.models import Application, Kinship

REFUSAL = "not_the_own_family"  # of models.kinship.kin_rule
STAFF = "beneficiaries.add_kinship"

OWN_FAMILY = _("Ini keluarga Anda sendiri atau kerabat Anda. Petugas lain yang mengurusnya.")
RELATION_ODD = _("Pilih hubungannya.")
NUMBER_ODD = _("Nomor KK berisi 16 angka. Periksa kartu keluarganya.")
MAY_NOT = _("Akun Anda tidak boleh mencatat keluarga petugas lain. Minta staf kelurahan.")
OUTSIDE = _("Petugas ini di luar wilayah Anda.")
DECLARED = _("Hubungan ini sudah dinyatakan.")
NOT_THEIRS = _("Keluarga ini di luar wilayah petugas itu.")
ENDED = _("Hubungan ini sudah dicabut.")


class KinshipError(ValueError):
    """The declaration cannot be taken; its sentence says what to do."""


def is_kin(user: User, kk_index) -> bool:
    """Tells whether the family with this index of its KK is the officer's own or a declared relative's."""
    index = bytes(kk_index)
    own = user.kk_index is not None and bytes(user.kk_index) == index
    return own or Kinship.objects.filter(officer=user, kk_index=index, ended_at=None).exists()


def among(user: User, indexes: Iterable[bytes]) -> set[bytes]:
    """Returns those of these KK indexes that are of the officer's own or a declared relative's family, in one look."""
    known = {bytes(index) for index in indexes}
    declared = Kinship.objects.filter(officer=user, kk_index__in=known, ended_at=None)
    kin = {bytes(index) for index in declared.values_list("kk_index", flat=True)}
    return kin | (known & {bytes(user.kk_index)} if user.kk_index is not None else set())


def pairs() -> set[tuple[int, bytes]]:
    """Returns every officer's number with the index of the own and of each declared relative's family."""
    declared = Kinship.objects.filter(ended_at=None).values_list("officer", "kk_index")
    own = User.objects.exclude(kk_index=None).values_list("pk", "kk_index")
    return {(officer, bytes(index)) for officer, index in (*declared, *own) if index is not None}


def kin_q(user: User, field: str = "kk_index") -> Q:
    """Returns the condition that a row's family is the officer's own or a declared relative's."""
    declared = Kinship.objects.filter(officer=user, ended_at=None)
    kin = Q(**{f"{field}__in": declared.values("kk_index")})
    return kin | Q(**{field: bytes(user.kk_index)}) if user.kk_index is not None else kin


def kin_of_seat(role: str, region_path: str):
    """Returns the condition on applications that an active head of their RT (or RW) is a relative.

    `region_path` is the path from an application to the seat's region code.
    """
    heads = User.objects.filter(role=role, is_active=True, region_id=OuterRef(region_path))
    declared = Kinship.objects.filter(
        ended_at=None, kk_index=OuterRef("kk_index"), officer__role=role, officer__is_active=True,
        officer__region_id=OuterRef(region_path),
    )  # fmt: skip
    return Exists(declared) | Exists(heads.filter(kk_index=OuterRef("kk_index")))


def declare(
    *, officer: User, relation: str, by: User, application: Application | None = None, kk: str = "", note: str = ""
) -> Kinship:
    """Notes that a family is the officer's own or a relative's, and returns it. Raises KinshipError.

    The family is that of an `application` in view, or the one with the number `kk`. An officer declares for
    themselves; the kelurahan's staff for an RT or RW of theirs. Whoever must name a deputy is told.
    """
    if relation not in Kinship.Relation.values:
        raise KinshipError(str(RELATION_ODD))
    _check_declarer(officer, by)
    refuse_told(KinshipError, note)
    index = _index(application, kk)
    if application and not covers(by, application.region_id) and not covers(officer, application.region_id):
        raise KinshipError(str(NOT_THEIRS))
    try:
        with transaction.atomic(), pghistory.context(user=by.pk):
            made = Kinship.objects.create(
                officer=officer, kk_index=index, relation=relation, note=note.strip(), declared_by=by
            )
            if application:
                _tell(application, officer)
    except IntegrityError as error:
        if constraint(error) == "kinship_once":
            raise KinshipError(str(DECLARED)) from error
        raise
    return made


def _check_declarer(officer: User, by: User) -> None:
    if officer.pk == by.pk:
        return
    if not by.has_perm(STAFF):
        raise KinshipError(str(MAY_NOT))
    if not covers(by, officer.region_id):
        raise KinshipError(str(OUTSIDE))


def _index(application: Application | None, kk: str) -> bytes:
    if application:
        return bytes(application.kk_index)
    try:
        return crypto.blind_index(applicant.number(kk, "KK"), "kk")
    except applicant.ApplicantError as error:
        raise KinshipError(str(NUMBER_ODD)) from error


def _tell(case: Application, officer: User) -> None:
    """Tells the RW and the kelurahan's staff that somebody must stand in."""
    sentence = _("{who} berkerabat dengan {name}, {place}. Tunjuk pengganti.").format(
        who=f"{officer.get_role_display()} {officer.name}", name=case.name, place=case.region.label
    )
    places = {Role.RW: case.region.parent_id, Role.STAF: case.region.kelurahan_code}
    links = {Role.RW: "/verifikasi/pengganti/", Role.STAF: f"/admin/beneficiaries/application/{case.pk}/change/"}
    notifications.tell(
        notifications.Message(
            recipient=user, kind=Notification.Kind.KERABAT, sentence=sentence, subject="application",
            subject_id=case.pk, occasion=f"kerabat {officer.pk}", region_id=case.region_id, link=links[Role(user.role)],
        )
        for role, place in places.items()
        for user in User.objects.filter(role=role, region=place, is_active=True).exclude(pk=officer.pk)
    )  # fmt: skip


def withdraw(*, kinship: Kinship, by: User) -> Kinship:
    """Ends a declaration that no longer holds; only the kelurahan's staff does. Raises KinshipError."""
    if not by.has_perm(STAFF) or kinship.officer_id == by.pk:
        raise KinshipError(str(MAY_NOT))
    if not covers(by, kinship.officer.region_id):
        raise KinshipError(str(OUTSIDE))
    with transaction.atomic(), pghistory.context(user=by.pk):
        row = Kinship.objects.select_for_update().get(pk=kinship.pk)
        if row.ended_at:
            raise KinshipError(str(ENDED))
        row.ended_at, row.ended_by = timezone.now(), by
        row.save(update_fields=["ended_at", "ended_by"])
    return row
