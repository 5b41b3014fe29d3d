"""Verbs of what happens to families: births, deaths, moves, new and joined Kartu Keluarga, a new head.

Each writes the register and an append-only event with its day and paper in one transaction. Facts stay dated: what the
register held on a day is read from its history (`facts_at`). An open application follows a family to its new RT; a
family that left or ended keeps its application, and the kelurahan decides it (`checks`).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date

import pghistory
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from bansos import attachments
from bansos.attachments import Content
from bansos.crypto import blind_index
from bansos.models import Region
from bansos.privacy import mask_numbers, refuse_told
from bansos.refusals import constraint
from bansos.scope import covers
from beneficiaries import applicant, following
from beneficiaries.models import FamilyEvent, Household, Person
from beneficiaries.moving import move

RECORD = "beneficiaries.record_familyevent"
Kind, Relation, Marital = FamilyEvent.Kind, Person.Relation, Person.Marital
SPOUSES = (Relation.ISTRI, Relation.SUAMI)
ADULT = 17  # years; who is married counts as adult too (UU 24/2013 on the KTP)

PAPER = _("Surat peristiwa")
MAY_NOT = _("Akun Anda tidak boleh mencatat peristiwa keluarga. Minta staf kelurahan.")
OUTSIDE = _("Keluarga ini di luar wilayah Anda. Minta kelurahannya mencatat.")
PAPER_MISSING = _("Tulis nomor suratnya, misalnya nomor akta atau surat pindah.")
AHEAD = _("Tanggal peristiwa belum terjadi. Periksa tahunnya.")
BEFORE_BIRTH = _("Tanggal ini sebelum %(name)s lahir. Periksa tanggalnya.")
NOT_HERE = _("Keluarga ini tidak aktif di register. Catat kepindahannya kembali dulu.")
ACTIVE = _("Keluarga ini masih aktif di register, jadi tidak perlu dicatat masuk kembali.")
NOT_OF_FAMILY = _("Pilih anggota yang hidup dari keluarga ini.")
NOBODY = _("Pilih siapa yang pindah.")
EVERYBODY = _("Semua anggota dipilih. Catat sebagai pindah rumah, bukan pisah Kartu Keluarga.")
HEAD_NEEDED = _("Kepala keluarga berganti. Pilih kepala keluarga yang baru dari anggota yang tinggal.")
HEAD_TOO_YOUNG = _("Kepala keluarga harus dewasa selama masih ada anggota yang dewasa.")
SAME_HEAD = _("Orang ini sudah kepala keluarga.")
NOT_AN_RT = _("Pilih RT tujuan di kecamatan ini.")
SAME_PLACE = _("Keluarga ini sudah tercatat di RT itu. Ubah alamatnya di data keluarga.")
KK_TAKEN = _("Nomor KK ini sudah ada di register. Pilih gabung ke keluarga itu.")
NAME_INCOMPLETE = _("Tulis namanya dan pilih jenis kelaminnya.")
RELATION_ODD = _("Pilih hubungan keluarga dan status kawinnya. Kepala keluarga diganti di halaman lain.")
ANOTHER_PERSON = _("NIK ini milik warga lain yang pernah pindah: tanggal lahir atau jenis kelaminnya berbeda.")
NIK_TAKEN = _("NIK ini sudah dipakai warga lain yang masih hidup.")
NIK_OF_DEAD = _("NIK ini milik warga yang tercatat meninggal. Periksa nomornya; bila keliru dicatat, koreksi dulu.")
SAME_FAMILY = _("Pilih keluarga lain sebagai tujuan.")
CHANGED = _("Data keluarga berubah saat Anda mencatat. Muat ulang, lalu ulangi.")
NO_CORRECTION = _("Catatan ini tidak dapat dikoreksi begitu saja. Perbaiki datanya di halaman keluarga.")
CORRECTED = _("Catatan ini sudah dikoreksi.")
LATER_FIRST = _("Ada peristiwa yang lebih baru di keluarga ini. Koreksi yang terbaru dulu.")


class FamilyEventError(ValueError):
    """What happened cannot be recorded so; the sentence says what to mend."""


def record_birth(*, household, name: str, sex: str, born_on: date, nik: str, paper: str, by, birth_place="") -> Person:
    """Adds a newborn child to a family and returns it. Raises FamilyEventError."""
    number = _number(nik, "NIK")
    _check_words(name, birth_place)
    with _recording(by, Kind.LAHIR, born_on):
        family = _locked(household, by, born_on, paper)
        values = {"name": " ".join(name.split()), "sex": sex, "birth_place": birth_place}
        values |= {"relation": Relation.ANAK, "marital": Marital.BELUM}
        child = _create_person(family, number, born_on, values)
        _note(Kind.LAHIR, family, born_on, paper, by, people=[child])
    return child


def record_death(*, person: Person, died_on: date, paper: str, by, new_head: Person | None = None) -> FamilyEvent:
    """Notes a death; a head leaves the family to `new_head`, and a family without anybody ends.

    The husband or wife of who died becomes CERAI_MATI. Raises FamilyEventError.
    """
    with _recording(by, Kind.MENINGGAL, died_on):
        family = _locked(person.household, by, died_on, paper)
        gone, before = _members(family, [person], died_on), _standing(family)
        _write(gone, died_on=died_on)
        _write(_spouses(family, gone[0]), marital=Marital.CERAI_MATI)
        _hand_on(family, gone, new_head)
        return _note(Kind.MENINGGAL, family, died_on, paper, by, people=gone, before=before)


def move_within(*, household, region: Region, address: str, moved_on: date, paper: str, by) -> FamilyEvent:
    """Moves a whole family to another RT of the kecamatan. Raises FamilyEventError."""
    if region.level != Region.Level.RT:
        raise FamilyEventError(str(NOT_AN_RT))
    _check_words(address)
    with _recording(by, Kind.PINDAH, moved_on):
        family = _locked(household, by, moved_on, paper)
        if family.region_id == region.pk:
            raise FamilyEventError(str(SAME_PLACE))
        event = _note(Kind.PINDAH, family, moved_on, paper, by, to_region=region, note=mask_numbers(family.address))
        move(family, region_code=region.pk, address=address or family.address)
        return event


def move_out(
    *, household, moved_on: date, paper: str, by, to: str = "", people: Iterable[Person] | None = None,
    new_head: Person | None = None,
) -> FamilyEvent:  # fmt: skip
    """Notes that a family, or `people` of it, left the kecamatan. Raises FamilyEventError."""
    with _recording(by, Kind.KELUAR, moved_on):
        family = _locked(household, by, moved_on, paper)
        _check_words(to)
        before = _standing(family)
        leaving = list(before.values()) if people is None else _members(family, people, moved_on)
        if len(leaving) == len(before):
            _save(family, status=Household.Status.PINDAH)
            return _note(Kind.KELUAR, family, moved_on, paper, by, note=to)
        _write(leaving, left_on=moved_on)
        _hand_on(family, leaving, new_head)
        return _note(Kind.KELUAR, family, moved_on, paper, by, note=to, people=leaving, before=before)


def move_in(
    *, household, nik: str, name: str, sex: str, born_on: date, relation: str, marital: str, moved_on: date,
    paper: str, by, birth_place: str = "",
) -> Person:  # fmt: skip
    """Takes somebody from outside the kecamatan into a family and returns them; who had left comes back as known.

    Raises FamilyEventError.
    """
    number = _number(nik, "NIK")
    if relation == Relation.KEPALA or relation not in Relation.values or marital not in Marital.values:
        raise FamilyEventError(str(RELATION_ODD))
    _check_words(name, birth_place)
    with _recording(by, Kind.MASUK, moved_on):
        family = _locked(household, by, moved_on, paper)
        if moved_on < born_on:
            raise FamilyEventError(BEFORE_BIRTH % {"name": name})
        values = {"name": " ".join(name.split()), "sex": sex, "birth_place": birth_place}
        person = _come_back(family, number, born_on, sex, relation=relation, marital=marital) or _create_person(
            family, number, born_on, values | {"relation": relation, "marital": marital}
        )
        _note(Kind.MASUK, family, moved_on, paper, by, people=[person])
    return person


def move_back(*, household, region: Region, address: str, moved_on: date, paper: str, by) -> FamilyEvent:
    """Notes that a family that had left lives in the kecamatan again. Raises FamilyEventError."""
    if region.level != Region.Level.RT or not covers(by, region.pk):
        raise FamilyEventError(str(NOT_AN_RT))
    _check_words(address)
    with _recording(by, Kind.KEMBALI, moved_on):
        family = _locked(household, by, moved_on, paper, status=Household.Status.PINDAH, refusal=ACTIVE)
        event = _note(Kind.KEMBALI, family, moved_on, paper, by, to_region=region, note=mask_numbers(family.address))
        move(family, region_code=region.pk, address=address or family.address)
        _save(family, status=Household.Status.AKTIF)
        return event


def split(
    *, household, people: Iterable[Person], kk: str, head: Person, happened_on: date, paper: str, by,
    kind: str = Kind.PISAH, new_head: Person | None = None,
) -> Household:  # fmt: skip
    """Lets some people form a family of their own under a new KK at the same address; returns it.

    The new family copies what the register knows of the home; a visit confirms it. `kind` may say that a marriage or a
    divorce is the reason, which changes the marital status of `head`. Raises FamilyEventError.
    """
    number = _number(kk, str(_("Nomor KK")))
    with _recording(by, kind, happened_on):
        family = _locked(household, by, happened_on, paper)
        leaving = _members(family, people, happened_on)
        if len(leaving) == family.people.living().count():
            raise FamilyEventError(str(EVERYBODY))
        if head not in leaving:
            raise FamilyEventError(str(HEAD_NEEDED))
        before = _standing(family)
        made = _found_family(family, number, by)
        _wed_or_part(family, [person for person in leaving if person.pk == head.pk], kind)
        _take_in(made, leaving, head)
        _hand_on(family, leaving, new_head)
        _note(kind, family, happened_on, paper, by, other=made, people=leaving, before=before)
    return made


def join(
    *, people: Iterable[Person], into: Household, relation: str, happened_on: date, paper: str, by,
    kind: str = Kind.GABUNG, new_head: Person | None = None,
) -> FamilyEvent:  # fmt: skip
    """Moves people of one family into another, as `relation` to its head.

    A marriage or a divorce as `kind` changes the marital status of the adults among them. Raises FamilyEventError.
    """
    people = list(Person.objects.filter(pk__in=[person.pk for person in people]).select_related("household"))
    if not people:
        raise FamilyEventError(str(NOBODY))
    source = people[0].household
    if source.pk == into.pk:
        raise FamilyEventError(str(SAME_FAMILY))
    with _recording(by, kind, happened_on):
        for row in sorted((source, into), key=lambda h: h.pk):  # a fixed order, so that two never wait for each other
            Household.objects.select_for_update(of=("self",)).get(pk=row.pk)
        family, target = (_locked(row, by, happened_on, paper) for row in (source, into))
        leaving, before = _members(family, people, happened_on), _standing(family)
        _wed_or_part(family, [person for person in leaving if is_adult(person)], kind)
        _write(leaving, household_id=target.pk, region_id=target.region_id, relation=relation)
        _hand_on(family, leaving, new_head)
        return _note(kind, family, happened_on, paper, by, other=target, people=leaving, before=before)


def change_head(*, household, head: Person, happened_on: date, paper: str, by) -> FamilyEvent:
    """Makes another member the head of the family; the former one becomes LAINNYA. Raises FamilyEventError."""
    with _recording(by, Kind.KEPALA, happened_on):
        family = _locked(household, by, happened_on, paper)
        (chosen,) = _members(family, [head], happened_on)
        if chosen.relation == Relation.KEPALA:
            raise FamilyEventError(str(SAME_HEAD))
        before = _standing(family)
        _write(family.people.living().filter(relation=Relation.KEPALA), relation=Relation.LAINNYA)
        _appoint(family, chosen)
        return _note(Kind.KEPALA, family, happened_on, paper, by, people=[chosen], before=before)


def attach(*, event: FamilyEvent, papers: Sequence[Content], by) -> None:
    """Keeps the scan of the paper that an event was recorded from. Raises FamilyEventError."""
    for fine, sentence in ((by.has_perm(RECORD), MAY_NOT), (covers(by, event.region_id), OUTSIDE)):
        if not fine:
            raise FamilyEventError(str(sentence))
    attachments.keep(contents=papers, about=event, title=f"{PAPER}: {event.get_kind_display()}", by=by)


def correct(*, event: FamilyEvent, reason: str, by) -> FamilyEvent:
    """Takes back what was recorded by mistake, all but who came new; of several events the newest goes first.

    Raises FamilyEventError.
    """
    _check_words(reason)
    with _recording(by, Kind.KOREKSI, timezone.localdate(), CORRECTED):
        row = FamilyEvent.objects.select_related("other").get(pk=event.pk)
        if hasattr(row, "corrected_by"):
            raise FamilyEventError(str(CORRECTED))
        if row.kind in {Kind.LAHIR, Kind.MASUK, Kind.KOREKSI}:
            raise FamilyEventError(str(NO_CORRECTION))
        families = Household.objects.select_for_update(of=("self",)).filter(pk__in={row.household_id, row.other_id})
        for each in families.order_by("pk"):
            if not covers(by, each.region_id):
                raise FamilyEventError(str(OUTSIDE))
            later = FamilyEvent.objects.of(each.pk).filter(pk__gt=row.pk, corrected_by=None)
            if later.exclude(kind=Kind.KOREKSI).exists():
                raise FamilyEventError(str(LATER_FIRST))
        elsewhere = FamilyEvent.objects.filter(people__person__in=row.people.values("person"), pk__gt=row.pk)
        if elsewhere.filter(corrected_by=None).exclude(kind=Kind.KOREKSI).exists():
            raise FamilyEventError(str(LATER_FIRST))
        family = Household.objects.get(pk=row.household_id)
        _take_back(family, row)
        return _note(Kind.KOREKSI, family, timezone.localdate(), reason, by, corrects=row)


# --- the rules


@contextmanager
def _recording(by, kind: str, day: date, refusal=CHANGED) -> Iterator[None]:
    """One transaction whose history says who and what happened; the database's refusals come out as sentences.

    The paper is not in the history's reason, which is never erased: its number leads to a person.
    """
    if not by.has_perm(RECORD):
        raise FamilyEventError(str(MAY_NOT))
    try:
        reason = f"{Kind(kind).label}, {date_format(day, 'j F Y')}"
        with transaction.atomic(), pghistory.context(user=by.pk, source="family_event", reason=reason):
            yield
    except IntegrityError as error:
        raise FamilyEventError(str(_SENTENCES.get(constraint(error), refusal))) from error


_SENTENCES = {
    "household_one_per_kk": KK_TAKEN,
    "person_one_living_per_nik": NIK_TAKEN,
    "family_event_does_not_lie_ahead": AHEAD,
    "family_event_has_a_paper": PAPER_MISSING,
}


def _locked(household, by, day: date, paper: str, *, status=Household.Status.AKTIF, refusal=NOT_HERE) -> Household:
    """Locks a family of the officer's region in the given status. Raises FamilyEventError."""
    if day > timezone.localdate():
        raise FamilyEventError(str(AHEAD))
    if not paper.strip():
        raise FamilyEventError(str(PAPER_MISSING))
    _check_words(paper)
    family = Household.objects.select_for_update(of=("self",)).get(pk=household.pk)
    if not covers(by, family.region_id):
        raise FamilyEventError(str(OUTSIDE))
    if family.status != status:
        raise FamilyEventError(str(refusal))
    return family


def _check_words(*written: str) -> None:
    """Raises FamilyEventError for an identity or telephone number in the clear."""
    refuse_told(FamilyEventError, *written)


def _members(family: Household, people: Iterable[Person], day: date) -> list[Person]:
    """Returns the living members of a family that are meant, as they stand now. Raises FamilyEventError."""
    wanted = {person.pk for person in people}
    found = list(family.people.living().filter(pk__in=wanted).order_by("pk"))
    if not wanted:
        raise FamilyEventError(str(NOBODY))
    if len(found) != len(wanted):
        raise FamilyEventError(str(NOT_OF_FAMILY))
    for person in found:
        if day < person.born_on:
            raise FamilyEventError(BEFORE_BIRTH % {"name": person.name})
    return found


def _hand_on(family: Household, gone: list[Person], new_head: Person | None) -> None:
    """Gives a family that lost its head a new one, and ends a family that lost everybody."""
    staying = family.people.living().exclude(pk__in=[p.pk for p in gone])
    if not staying.exists():
        _save(family, status=Household.Status.BUBAR)
    elif not staying.filter(relation=Relation.KEPALA).exists():
        if new_head is None or not staying.filter(pk=new_head.pk).exists():
            raise FamilyEventError(str(HEAD_NEEDED))
        _appoint(family, Person.objects.get(pk=new_head.pk))


def _appoint(family: Household, head: Person) -> None:
    adults = [p for p in family.people.living() if is_adult(p)]
    if adults and not is_adult(head):
        raise FamilyEventError(str(HEAD_TOO_YOUNG))
    _write([head], relation=Relation.KEPALA)


def is_adult(person: Person) -> bool:
    """Whether somebody can head a family today."""
    today = timezone.localdate()
    years = today.year - person.born_on.year - ((today.month, today.day) < (person.born_on.month, person.born_on.day))
    return years >= ADULT or person.marital != Person.Marital.BELUM


def _number(text: str, name: str) -> str:
    try:
        return applicant.number(text, name)
    except applicant.ApplicantError as error:
        raise FamilyEventError(str(error)) from error


# --- the writing


def _create_person(family: Household, nik: str, born_on: date, values: dict) -> Person:
    if not values["name"] or values["sex"] not in Person.Sex.values:
        raise FamilyEventError(str(NAME_INCOMPLETE))
    same = Person.objects.filter(nik_index=blind_index(nik, "nik"))
    if same.filter(died_on=None, merged_into=None).exists():
        raise FamilyEventError(str(NIK_TAKEN))
    if same.buried().exists():
        raise FamilyEventError(str(NIK_OF_DEAD))
    return Person.objects.create(household=family, region_id=family.region_id, nik=nik, born_on=born_on, **values)


def _come_back(family: Household, nik: str, born_on: date, sex: str, **place) -> Person | None:
    """Puts the person with this NIK who had left into a family, as the register knows them; None when nobody had."""
    left = Person.objects.select_for_update(of=("self",)).filter(nik_index=blind_index(nik, "nik"), died_on=None)
    person = left.filter(left_on__isnull=False, merged_into=None).first()
    if person is None:
        return None
    if (person.born_on, person.sex) != (born_on, sex):
        raise FamilyEventError(str(ANOTHER_PERSON))
    _write([person], household_id=family.pk, region_id=family.region_id, left_on=None, **place)
    return person


def _found_family(family: Household, kk: str, by) -> Household:
    """A family at the same address with the same home; its telephone, account and programmes stay with the old one.

    A card that a correction left without anybody is used again.
    """
    facts = {name: getattr(family, name) for name in Household.FACTS if not name.startswith("receives_")}
    facts |= {"region_id": family.region_id, "address": family.address}
    left = Household.objects.select_for_update(of=("self",)).filter(kk_index=blind_index(kk, "kk")).first()
    if left and left.status == Household.Status.BUBAR and covers(by, left.region_id):
        _save(left, status=Household.Status.AKTIF, **facts)
        return left
    return Household.objects.create(kk=kk, **facts)


def _take_in(family: Household, people: list[Person], head: Person) -> None:
    for person in people:
        relation = person.relation
        if person.pk == head.pk:
            relation = Relation.KEPALA
        elif relation == Relation.KEPALA:
            relation = Relation.LAINNYA
        _write([person], household_id=family.pk, region_id=family.region_id, relation=relation)
    if not is_adult(head) and any(is_adult(person) for person in people):
        raise FamilyEventError(str(HEAD_TOO_YOUNG))


def _spouses(family: Household, gone: Person) -> list[Person]:
    """Who loses husband or wife when this person dies or parts: of a head all spouses, of a spouse the head alone."""
    married = family.people.living().exclude(pk=gone.pk).filter(marital=Marital.KAWIN)
    if gone.relation == Relation.KEPALA:
        return list(married.filter(relation__in=SPOUSES))
    if gone.relation in SPOUSES and not married.filter(relation__in=SPOUSES).exists():
        return list(married.filter(relation=Relation.KEPALA))
    return []


def _wed_or_part(family: Household, people: list[Person], kind: str) -> None:
    """Writes what a marriage or a divorce makes of those who leave a family, and of husband or wife who stays."""
    if kind == Kind.KAWIN:
        _write(people, marital=Marital.KAWIN)
    if kind == Kind.CERAI:
        staying = [spouse for person in people for spouse in _spouses(family, person)]
        _write([*people, *staying], marital=Marital.CERAI_HIDUP)


def _save(family: Household, **values) -> None:
    for name, value in (values | {"updated_at": timezone.now()}).items():
        setattr(family, name, value)
    family.save(update_fields=[*values, "updated_at"])


def _write(people: Iterable[Person], **values) -> None:
    for person in people:
        for name, value in (values | {"updated_at": timezone.now()}).items():
            setattr(person, name, value)
        person.save(update_fields=[*(name.removesuffix("_id") for name in values), "updated_at"])


def _standing(family: Household) -> dict[int, Person]:
    """The living members as they stand before an event."""
    return {person.pk: person for person in family.people.living()}


def _note(kind, family: Household, day: date, paper: str, by, *, people=(), before=None, **more) -> FamilyEvent:
    """Writes the event with the people it is about, and those of `before` whom it changed besides."""
    event = FamilyEvent.objects.create(
        kind=kind, household=family, region_id=family.region_id, happened_on=day, paper=" ".join(paper.split()),
        recorded_by=by, **more,
    )  # fmt: skip
    subjects, stood = {person.pk for person in people}, before or {}
    for person in Person.objects.filter(pk__in=subjects | stood.keys()).order_by("pk"):
        was = stood.get(person.pk)
        if person.pk in subjects or was is None or _place_in(person) != _place_in(was):
            relation, marital = _place_in(was) if was else ("", "")
            event.people.create(
                person=person, subject=person.pk in subjects, relation_before=relation, marital_before=marital
            )
    families = {family.pk, event.other_id} if event.other_id else {family.pk}
    following.follow(household_ids=families, by=by)
    return event


def _place_in(person: Person) -> tuple[str, str]:
    return person.relation, person.marital


# --- taking back


def _take_back(family: Household, event: FamilyEvent) -> None:
    """Puts a family and the people of an event back as they were before it."""
    if event.kind in {Kind.PINDAH, Kind.KEMBALI}:
        move(family, region_code=event.region_id, address=event.note or family.address)
    if event.kind == Kind.KEMBALI:
        _save(family, status=Household.Status.PINDAH)
    elif family.status != Household.Status.AKTIF:
        _save(family, status=Household.Status.AKTIF)
    for row in event.people.select_related("person"):
        _write([row.person], household_id=family.pk, region_id=family.region_id, died_on=None,
               left_on=None, relation=row.relation_before or row.person.relation,
               marital=row.marital_before or row.person.marital)  # fmt: skip
    if event.other and not event.other.people.living().exists():
        _save(event.other, status=Household.Status.BUBAR)
