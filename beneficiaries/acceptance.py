"""Writes an accepted application into the register: the family's answers become its facts."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos.privacy import mask
from bansos.scope import covers
from beneficiaries.models import Application, Household, Person

WORKS, WORKS_NOT = "Bekerja", "Tidak bekerja"

LIVES_ELSEWHERE = _(
    "NIK ini masih tercatat di keluarga lain: %(where)s. Periksa Kemungkinan ganda dan kartu keluarganya, lalu ulangi."
)
REGISTERED_ELSEWHERE = _(
    "Nomor KK ini tercatat di luar wilayah Anda. Minta kelurahan itu memindahkan datanya, lalu ulangi."
)
MOVED_AWAY = _("Keluarga ini tercatat pindah ke luar. Catat pindah masuk kembali di riwayat keluarganya, lalu ulangi.")
PERSON_LEFT = _(
    "Pemohon tercatat pindah ke luar. Bila sudah kembali, catat pindah masuk di riwayat keluarga, lalu ulangi."
)
PERSON_DEAD = _(
    "Pemilik NIK ini tercatat meninggal. Periksa KTP pemohon; bila kematian itu keliru dicatat, koreksi di riwayat "
    "keluarganya, lalu ulangi."
)
CHANGED_MEANWHILE = _("Register berubah saat Anda memutuskan. Periksa lagi, lalu putuskan ulang.")


class AcceptanceError(ValueError):
    """The register cannot take this family as it stands; its sentence says what to mend first."""


def write(*, application: Application, by) -> Household:
    """Creates or updates the family's household inside the caller's transaction, and returns it.

    Raises AcceptanceError when the NIK still lives in another household or is that of somebody who died, the KK lies
    outside `by`'s region, or the family or the applicant has moved away; nothing is moved or merged here, since that
    is for a person to decide.
    """
    household = Household.objects.select_for_update().filter(kk_index=application.kk_index).first()
    if household and not covers(by, household.region_id):
        raise AcceptanceError(str(REGISTERED_ELSEWHERE))
    if household and household.status == Household.Status.PINDAH:
        raise AcceptanceError(str(MOVED_AWAY))
    if Person.objects.filter(nik_index=application.nik_index, left_on__isnull=False, merged_into=None).exists():
        raise AcceptanceError(str(PERSON_LEFT))
    person = Person.objects.living().filter(nik_index=application.nik_index).select_related("household__region").first()
    if person and (household is None or person.household_id != household.pk):
        raise AcceptanceError(LIVES_ELSEWHERE % {"where": _place(person.household, by)})
    if person is None and Person.objects.buried().filter(nik_index=application.nik_index).exists():
        raise AcceptanceError(str(PERSON_DEAD))
    try:
        with transaction.atomic():
            return _update(household, person, application) if household else _create(application)
    except IntegrityError as error:  # somebody else wrote this KK or NIK between the look and the write
        raise AcceptanceError(str(CHANGED_MEANWHILE)) from error


def _place(household: Household, by) -> str:
    """Names a household to an officer; outside the own region only that it is outside."""
    if not covers(by, household.region_id):
        return str(_("di luar wilayah Anda"))
    return f"KK {mask(str(household.kk))}, {household.region.label}"


def _facts(application: Application) -> dict:
    """Returns what the application says about a household; an unknown answer leaves the register's value."""
    facts = {name: application.answers[name] for name in Household.FACTS if name in application.answers}
    facts |= {"region_id": application.region_id, "address": application.address, "status": Household.Status.AKTIF}
    return facts | ({"phone": application.phone} if application.phone else {})


def _create(application: Application) -> Household:
    household = Household.objects.create(kk=application.kk, **_facts(application))
    _add(household, application, Person.Relation.KEPALA)
    return household


def _update(household: Household, person: Person | None, application: Application) -> Household:
    """Writes what the family stated; what a verifier marked as wrong does not overwrite the register."""
    moved = household.region_id != application.region_id
    disputed = application.disputed_facts()
    for name, value in _facts(application).items():
        if name not in disputed:
            setattr(household, name, value)
    household.updated_at = timezone.now()
    household.save()
    if moved:
        household.people.update(region_id=application.region_id)
    if person is None:
        _add(household, application, Person.Relation.LAINNYA)
    _note_work(household, application)
    return household


def _add(household: Household, application: Application, relation: str) -> None:
    """Adds the applicant; a Kartu Keluarga that the kelurahan has seen says more, and staff can add it."""
    Person.objects.create(
        household=household,
        region_id=household.region_id,
        nik=application.nik,
        name=application.name,
        born_on=application.born_on,
        sex=application.sex,
        relation=relation,
        occupation=_work(application) if relation == Person.Relation.KEPALA else "",
    )


def _work(application: Application) -> str:
    return WORKS if application.answers.get("head_works") else WORKS_NOT


def _note_work(household: Household, application: Application) -> None:
    """Writes whether the head works, and keeps a job that the register already names."""
    head = household.people.living().filter(relation=Person.Relation.KEPALA).order_by("pk").first()
    disputed = "head_works" in application.disputed_facts()
    if head and not disputed and (head.occupation in {"", WORKS_NOT} or not application.answers.get("head_works")):
        head.occupation, head.updated_at = _work(application), timezone.now()
        head.save(update_fields=["occupation", "updated_at"])
