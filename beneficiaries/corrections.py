"""Correcting one datum of a person, a family or an application at the person's request (UU 27/2022, article 6).

The history keeps what stood there before, who changed it, when, and why.
"""

from collections.abc import Callable
from typing import Any

import pghistory
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Field
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from bansos import privacy
from bansos.crypto import blind_index
from bansos.fields import EncryptedField
from bansos.scope import covers
from beneficiaries import applicant, following
from beneficiaries.models import Application, Household, Person
from beneficiaries.models.application import OPEN_STATUSES

OUTSIDE = _("Warga ini tinggal di luar wilayah Anda. Minta kelurahannya memperbaiki.")
UNKNOWN = _("Data ini tidak dapat diperbaiki di sini.")
WRONG = _("%(label)s: isi itu tidak dikenal. Periksa lagi.")
TAKEN = _("Nomor itu sudah dipakai data lain. Periksa kemungkinan ganda.")
OF_DEAD = _("NIK itu milik warga yang tercatat meninggal. Periksa nomornya.")
DECIDED = _("Permohonan ini sudah diputuskan, jadi isinya tidak berubah lagi. Tolak dengan alasan.")
REASON = _("Tulis alasannya, paling sedikit lima huruf.")
SHORTEST = 5

# What a person may ask to be put right, by the row it stands in.
DATA: dict[str, tuple[str, ...]] = {
    "person": ("name", "nik", "birth_place", "born_on", "sex", "marital", "education", "occupation", "income"),
    "household": (
        "address", "phone", "account", "tenure", "floor_area", "floor", "wall", "toilet", "water", "electricity_va",
        "fuel", "spending",
    ),
    "application": ("name", "born_on", "sex", "address", "phone"),
}  # fmt: skip
_MODELS: dict[str, Any] = {"person": Person, "household": Household, "application": Application}


class CorrectionError(ValueError):
    """The datum cannot be put right so; the sentence says why."""


def field_of(datum: str) -> Field:
    """Returns the model field that `datum` ("person.name") names. Raises CorrectionError."""
    row, _dot, name = datum.partition(".")
    if name not in DATA.get(row, ()):
        raise CorrectionError(str(UNKNOWN))
    return _MODELS[row]._meta.get_field(name)


def choices(*rows: str) -> list[tuple[str, str]]:
    """Returns what may be put right in these rows, as a list to choose from."""
    return [
        (f"{row}.{name}", str(capfirst(field_of(f"{row}.{name}").verbose_name))) for row in rows for name in DATA[row]
    ]


def row_of(datum: str, *, person: Person | None, application: Application | None):
    """Returns the row that `datum` stands in. Raises CorrectionError when there is none."""
    rows = {"person": person, "household": person and person.household, "application": application}
    found = rows.get(datum.partition(".")[0])
    if found is None:
        raise CorrectionError(str(UNKNOWN))
    return found


def correct(*, row, name: str, value, reason: str, by):
    """Writes `value` into the field `name` of a person, family or open application and returns the row.

    Raises CorrectionError for a datum that is not in DATA, a value the field does not take, a row outside `by`'s
    region, a decided application, or without a reason.
    """
    if len(reason.strip()) < SHORTEST:
        raise CorrectionError(str(REASON))
    privacy.refuse_told(CorrectionError, reason)
    if name not in DATA.get(row._meta.model_name, ()):
        raise CorrectionError(str(UNKNOWN))
    if not covers(by, row.region_id):
        raise CorrectionError(str(OUTSIDE))
    try:
        with transaction.atomic(), pghistory.context(user=by.pk, reason=reason.strip()):
            locked = type(row)._base_manager.select_for_update(of=("self",)).get(pk=row.pk)
            if isinstance(locked, Application) and locked.status not in OPEN_STATUSES:
                raise CorrectionError(str(DECIDED))
            _write(locked, name, value)
            if not isinstance(locked, Application):
                family = locked.pk if isinstance(locked, Household) else locked.household_id
                following.follow(household_ids={family}, by=by)
    except IntegrityError as error:
        raise CorrectionError(str(TAKEN)) from error
    return locked


def _write(row, name: str, value) -> None:
    field = row._meta.get_field(name)
    setattr(row, name, _clean(field, value))
    if name == "nik" and row.died_on is None and _is_of_dead(row):
        raise CorrectionError(str(OF_DEAD))
    written = [name]
    if isinstance(field, EncryptedField):
        written.append(f"{name}_index")
    if hasattr(row, "updated_at"):
        row.updated_at = timezone.now()
        written.append("updated_at")
    row.save(update_fields=written)


def _is_of_dead(person: Person) -> bool:
    index = blind_index(str(person.nik), "nik")
    return Person.objects.buried().exclude(pk=person.pk).filter(nik_index=index).exists()


def _clean(field: Field, value):
    """Returns the value as the field keeps it. Raises CorrectionError."""
    if isinstance(field, EncryptedField):
        return _number(field, str(value))
    if isinstance(value, str):
        privacy.refuse_told(CorrectionError, value)
    try:
        return field.clean(value.strip() if isinstance(value, str) else value, None)
    except ValidationError as error:
        raise CorrectionError(str(WRONG) % {"label": capfirst(field.verbose_name)}) from error


def _number(field: EncryptedField, text: str):
    if field.name == "nik":
        return _typed(applicant.number, text, "NIK")
    if field.name == "phone" and text.strip():
        return _typed(applicant.phone, text)
    digits = "".join(c for c in text if c.isdecimal() and c.isascii())
    if not 8 <= len(digits) <= 20:
        raise CorrectionError(str(WRONG) % {"label": capfirst(field.verbose_name)})
    return digits


def _typed(read: Callable[..., str], *text: str) -> str:
    try:
        return read(*text)
    except applicant.ApplicantError as error:
        raise CorrectionError(str(error)) from error
