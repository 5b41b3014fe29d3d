"""Two rows of one person become one: a person chooses what stays, and nothing is lost.

The row that stays takes the chosen values; the other keeps its own, points to it by `merged_into` and counts no longer
as a living person. What hangs on the other row moves along, except what is append-only: a handover happened to the
row that it names.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import pghistory
import pghistory.models
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos.scope import covers
from beneficiaries import duplicates, following
from beneficiaries.duplicates import DuplicateError
from beneficiaries.models import DuplicatePair, Household, Person

# What of the two may be chosen; the family comes with the row that stays.
FIELDS = (
    "nik", "name", "birth_place", "born_on", "sex", "relation", "marital", "education", "occupation", "income",
    "disability", "chronic_illness", "pregnant", "in_school",
)  # fmt: skip

NOT_OF_PAIR = _("Orang itu bukan bagian dari pasangan ini. Muat ulang halaman ini.")
UNKNOWN_FIELD = _("Pilihan data tidak dikenal. Muat ulang halaman ini.")
ELSEWHERE = _("Salah satu tinggal di luar wilayah Anda. Minta Kasi Kesra kecamatan menggabungkan.")
MOVED = _("Salah satu baru saja pindah keluarga. Muat ulang halaman ini, lalu periksa lagi.")
GONE = _("Salah satu sudah meninggal, pindah, atau digabung. Periksa datanya lebih dulu.")
HEAD_TWICE = _("Keluarga itu sudah punya kepala keluarga lain. Pilih hubungan keluarga yang lain.")
HEADLESS = _(
    "Keluarga yang ditinggalkan masih punya anggota, tetapi kehilangan kepala keluarga. Ubah hubungan anggotanya dulu."
)
NIK_TAKEN = _("NIK itu dipakai warga lain yang masih hidup. Pilih NIK yang satunya.")
REASON = _("Digabung: orang yang sama dengan warga nomor %(kept)s")


@dataclass
class Merged:
    """What came of it: the person who stays, what moved, what stayed where it was, and families that ended."""

    person: Person
    moved: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    ended: list[Household] = field(default_factory=list)


def merge(*, pair: DuplicatePair, keep: Person, by, take: Iterable[str] = ()) -> Merged:
    """Makes one person of an open pair: `keep` stays in its family, with the fields of `take` from the other.

    Closes the pair as SAMA, and other open pairs of the row that goes as GUGUR; whom it was told apart from, the row
    that stays is too. That one is compared anew with all others. A family that has nobody left ends (BUBAR).
    Raises DuplicateError.
    """
    if unknown := set(take) - set(FIELDS):
        raise DuplicateError(str(UNKNOWN_FIELD)) from KeyError(unknown)
    with transaction.atomic(), pghistory.context(user=by.pk, reason=str(REASON % {"kept": keep.pk})):
        locked = DuplicatePair.objects.select_for_update(of=("self",)).get(pk=pair.pk)
        if locked.status != DuplicatePair.Status.TERBUKA:
            raise DuplicateError(str(duplicates.SETTLED))
        families = _lock_families(locked)
        kept, other = _both(locked, keep, by)
        if not {kept.household_id, other.household_id} <= families:
            raise DuplicateError(str(MOVED))
        made = Merged(person=kept)
        _join(kept, other, set(take))
        _move(other, kept, made)
        _end_family(other.household_id, made)
        _close(locked, other, by)
        _keep_apart(kept, other)
        following.follow(household_ids={kept.household_id, other.household_id}, by=by)
    return made


def _lock_families(pair: DuplicatePair) -> set[int]:
    """Locks the families of both, ahead of the people as every family event does: so neither waits for the other."""
    living_in = Person.objects.filter(pk__in=[pair.first_id, pair.second_id]).values("household")
    families = Household.objects.select_for_update(of=("self",)).filter(pk__in=living_in).order_by("pk")
    return set(families.values_list("pk", flat=True))


def _both(pair: DuplicatePair, keep: Person, by) -> tuple[Person, Person]:
    """Locks both people in the order of their numbers and returns them, the one who stays first."""
    if keep.pk not in {pair.first_id, pair.second_id}:
        raise DuplicateError(str(NOT_OF_PAIR))
    rows = list(
        Person.objects.select_for_update(of=("self",)).filter(pk__in=[pair.first_id, pair.second_id]).order_by("pk")
    )
    if not all(covers(by, row.region_id) for row in rows):
        raise DuplicateError(str(ELSEWHERE))
    kept, other = sorted(rows, key=lambda row: row.pk != keep.pk)
    if kept.left_on or any(row.died_on or row.merged_into_id for row in rows):
        raise DuplicateError(str(GONE))
    return kept, other


def _join(kept: Person, other: Person, take: set[str]) -> None:
    """Marks the other row as merged, then writes the chosen values: in this order a NIK is never used twice."""
    relation = other.relation if "relation" in take else kept.relation
    _check_heads(kept, other, relation)
    now = timezone.now()
    other.merged_into, other.updated_at = kept, now
    other.save(update_fields=["merged_into", "updated_at"])
    for name in take:
        setattr(kept, name, getattr(other, name))
    kept.updated_at = now
    try:
        with transaction.atomic():
            kept.save(update_fields=[*take, *(["nik_index"] if "nik" in take else []), "updated_at"])
    except IntegrityError as error:
        raise DuplicateError(str(NIK_TAKEN)) from error


def _check_heads(kept: Person, other: Person, relation: str) -> None:
    """Refuses a family with two heads, and members left without one."""
    head = Person.Relation.KEPALA
    living = Person.objects.living().exclude(pk__in=[kept.pk, other.pk])
    if head == relation != kept.relation and living.filter(household=kept.household_id, relation=head).exists():
        raise DuplicateError(str(HEAD_TWICE))
    others = living.filter(household=other.household_id)
    stays = kept.household_id == other.household_id and relation == head
    if other.relation == head and not stays and others.exists() and not others.filter(relation=head).exists():
        raise DuplicateError(str(HEADLESS))


def _move(other: Person, kept: Person, made: Merged) -> None:
    """Points every row that names the other person to the one who stays; counts what the database keeps as it is."""
    for model, name in _references():
        rows = model._base_manager.filter(**{name: other})
        if not (count := rows.count()):
            continue
        label = str(model._meta.verbose_name)
        if _is_append_only(model):
            made.left[label] = count
        else:
            made.moved[label] = rows.update(**{name: kept})
    Person.objects.filter(merged_into=other).update(merged_into=kept)


def _references():
    """Yields every (model, field) that names a person, of whatever app; pairs and history speak for themselves."""
    for relation in Person._meta.get_fields(include_hidden=True):
        model = relation.related_model
        if relation.auto_created and not relation.concrete and relation.one_to_many:
            if model not in {DuplicatePair, Person} and not issubclass(model, pghistory.models.Event):
                yield model, relation.field.name


def _is_append_only(model) -> bool:
    return any(trigger.name == "append_only" for trigger in getattr(model._meta, "triggers", ()))


def _end_family(household_id: int, made: Merged) -> None:
    """Ends a family in which nobody lives any more; the reason stands in its history."""
    household = Household.objects.get(pk=household_id)
    if household.status != Household.Status.AKTIF or household.people.living().exists():
        return
    household.status, household.updated_at = Household.Status.BUBAR, timezone.now()
    household.save(update_fields=["status", "updated_at"])
    made.ended.append(household)


def _close(pair: DuplicatePair, gone: Person, by) -> None:
    settled = {"settled_by": by, "settled_at": timezone.now()}
    DuplicatePair.objects.filter(pk=pair.pk).update(status=DuplicatePair.Status.SAMA, **settled)
    DuplicatePair.objects.open().of(gone).update(status=DuplicatePair.Status.GUGUR, **settled)


def _keep_apart(kept: Person, gone: Person) -> None:
    """Tells the row that stays apart from all whom the other was told apart from: that decision never comes back."""
    for told in DuplicatePair.objects.filter(status=DuplicatePair.Status.BEDA).of(gone):
        third = told.second_id if told.first_id == gone.pk else told.first_id
        if third == kept.pk:
            continue
        first, second = sorted((kept.pk, third))
        settled = {"status": told.status, "settled_by": told.settled_by, "settled_at": told.settled_at}
        region = Person.objects.values_list("region", flat=True).get(pk=second)
        pair, made = DuplicatePair.objects.get_or_create(
            first_id=first, second_id=second, defaults={"region_id": region, "likeness": told.likeness, **settled}
        )
        if not made and pair.status == DuplicatePair.Status.TERBUKA:
            DuplicatePair.objects.filter(pk=pair.pk).update(**settled)
