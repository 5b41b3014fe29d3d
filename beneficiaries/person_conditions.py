"""Verbs of conditions for persons: who may be entitled to KLJ, KPDJ or KAJ, and who receives it already.

Flags, not verdicts: Dinas Sosial names the recipients (shared/domain.md 1.3). Ages, amounts and disqualifiers are dated
rows with their legal basis; the first ones are installed by `load_default`.
"""

from datetime import date
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, NamedTuple, TypedDict

from django.db import IntegrityError, transaction
from django.db.models import BigIntegerField, Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Left
from django.utils import timezone
from django.utils.translation import gettext_lazy

from bansos.privacy import refuse_told
from beneficiaries import person_facts
from beneficiaries.facts import FactError, Op
from beneficiaries.models import Household, Person, PersonAid, PersonCondition, PersonRule

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

K = PersonRule.Kind
INDICATED, HELD, RECEIVES = "mungkin", "periksa", "menerima"
STATES = {
    INDICATED: gettext_lazy("Mungkin berhak"),
    HELD: gettext_lazy("Perlu pemeriksaan"),
    RECEIVES: gettext_lazy("Sudah menerima"),
}
ALREADY = gettext_lazy("Warga ini sudah tercatat menerima %(code)s.")
NOT_RECEIVING = gettext_lazy("Warga ini tidak tercatat menerima %(code)s.")
NO_SOURCE = gettext_lazy("Tulis dari mana keterangannya, misalnya kartu KLJ atau daftar Dinas Sosial.")
GONE = gettext_lazy("Warga ini sudah meninggal atau catatannya digabung. Periksa lagi.")
UNFIT = gettext_lazy("Butir %(bit)s: %(sentence)s")
NOTHING_WANTED = gettext_lazy("Belum ada butir yang harus terpenuhi. Tambahkan paling sedikit satu.")

_BASIS = (
    "Pergub DKI 44/2022. Besar bantuan menurut pemberitaan 2025; cocokkan dengan keputusan tahun ini. "
    "Hal yang diperiksa: Kepgub DKI 1250/2020."
)
_HOLDS = (
    ("has_car", Op.EQ, True, "Keluarganya tercatat punya mobil."),
    ("njop_over_1b", Op.EQ, True, "Tanah dan bangunannya bernilai di atas Rp1 miliar."),
    ("civil_servant", Op.EQ, True, "Ada anggota keluarga ASN, TNI, Polri, atau BUMN."),
    ("branded_water", Op.EQ, True, "Air minum utama keluarganya air kemasan bermerek."),
    ("receives_pkh", Op.EQ, True, "Keluarganya menerima PKH. Bantuan sejenis tidak digabung."),
    ("receives_sembako", Op.EQ, True, "Keluarganya menerima Sembako. Bantuan sejenis tidak digabung."),
    ("decile", Op.GTE, 5, "Desil DTSEN keluarganya 5 atau lebih."),
)
DEFAULTS = {
    "KLJ": ("Kartu Lansia Jakarta", ("age", Op.GTE, 60, "Berumur 60 tahun atau lebih.")),
    "KPDJ": ("Kartu Penyandang Disabilitas Jakarta", ("disability", Op.EQ, True, "Penyandang disabilitas.")),
    "KAJ": ("Kartu Anak Jakarta", ("age", Op.LTE, 6, "Berumur 0 sampai 6 tahun.")),
}
AMOUNT, SINCE = 300_000, date(2023, 1, 1)  # Rp600,000 until 2022 (shared/domain.md 3)


class Found(TypedDict):
    """What `found` adds to a person."""

    hits: int
    state: str


class PersonConditionError(ValueError):
    """What a person asked cannot be done; its sentence says how to mend it."""


@transaction.atomic
def load_default() -> list[PersonCondition]:
    """Installs KLJ, KPDJ and KAJ once; a code that has any version is left as it is. Returns what was installed."""
    made = []
    for code, (name, wanted) in DEFAULTS.items():
        if PersonCondition.objects.filter(code=code).exists():
            continue
        condition = PersonCondition.objects.create(
            code=code, name=name, amount=AMOUNT, legal_basis=_BASIS, starts_on=SINCE
        )
        rows = [(K.WANTS, *wanted), *((K.HOLD, *hold) for hold in _HOLDS)]
        for bit, (kind, fact, operator, value, met) in enumerate(rows):
            PersonRule.objects.create(
                condition=condition, bit=bit, kind=kind, fact=fact, operator=operator, value=value, met=met
            )
        made.append(condition)
    return made


def check(rules: list[PersonRule]) -> None:
    """Raises PersonConditionError when people cannot be found with these rules."""
    if not any(rule.kind == K.WANTS for rule in rules):
        raise PersonConditionError(NOTHING_WANTED)
    for rule in rules:
        try:
            person_facts.get(rule.fact).check(rule.operator, rule.value)
        except FactError as error:
            raise PersonConditionError(UNFIT % {"bit": rule.bit, "sentence": error}) from error


def found(
    *, condition: PersonCondition, people=None, on: date | None = None
) -> "QuerySet[WithAnnotations[Person, Found]]":
    """The living people of active families in `people` (all) who meet what a condition wants on a day (today).

    Each has `hits`, the bits of the rules that are met, and `state`: "mungkin", "periksa" when something holds them,
    "menerima" when they receive the aid already. Raises PersonConditionError when the rules cannot be used.
    """
    day, rules = on or timezone.localdate(), list(condition.rules.all())
    check(rules)
    chosen = Person.objects.all() if people is None else people
    chosen = chosen.living().filter(household__in=Household.objects.to_score())
    for rule in rules:
        if rule.kind == K.WANTS:
            chosen = chosen.filter(person_facts.condition(rule, day))
    held = reduce(lambda one, other: one | other, (_met(r, day) for r in rules if r.kind == K.HOLD), Q(pk__in=[]))
    receives = Exists(PersonAid.objects.open().filter(person=OuterRef("pk"), code=condition.code))
    return chosen.annotate(
        hits=reduce(add, (_bit(rule, day) for rule in rules)),
        state=Case(
            When(receives, then=Value(RECEIVES)),
            When(held, then=Value(HELD)),
            default=Value(INDICATED),
            output_field=CharField(),
        ),
    )


def _met(rule: PersonRule, day: date) -> Q:
    return person_facts.condition(rule, day)


def _bit(rule: PersonRule, day: date) -> Case:
    return Case(When(_met(rule, day), then=Value(1 << rule.bit)), default=Value(0), output_field=BigIntegerField())


def sentences(*, hits: int, condition: PersonCondition) -> list[str]:
    """What speaks for a person and what has to be looked at first, a sentence each, from the bits of `found`."""
    return [rule.met for rule in condition.rules.all() if hits >> rule.bit & 1]


class Flag(NamedTuple):
    """One aid that a person may be entitled to, with the sentences that say why."""

    condition: PersonCondition
    person: Person
    state: str
    why: list[str]

    @property
    def label(self) -> str:
        return str(STATES[self.state])


def flags(*, people, on: date | None = None) -> list[Flag]:
    """The aids that each of a few people (a queryset) may be entitled to, under the conditions in force."""
    day = on or timezone.localdate()
    told = []
    for condition in PersonCondition.objects.in_force(day).prefetch_related("rules"):
        for person in found(condition=condition, people=people, on=day).order_by("pk"):
            told.append(Flag(condition, person, person.state, sentences(hits=person.hits, condition=condition)))
    return told


def note_receiving(*, person: Person, code: str, source: str, since_on: date, by) -> PersonAid:
    """Notes that a person receives an aid already. Raises PersonConditionError when it is noted, or has no source."""
    if not source.strip():
        raise PersonConditionError(NO_SOURCE)
    refuse_told(PersonConditionError, source)
    with transaction.atomic():
        chosen = Person.objects.select_for_update().living().filter(pk=person.pk).first()
        if chosen is None:
            raise PersonConditionError(GONE)
        try:
            with transaction.atomic():
                return PersonAid.objects.create(
                    person=chosen, code=code, source=source.strip(), since_on=since_on, noted_by=by
                )
        except IntegrityError as error:
            raise PersonConditionError(ALREADY % {"code": code}) from error


def end_receiving(*, person: Person, code: str, by, ended_on: date | None = None) -> PersonAid:
    """Notes that a person receives an aid no longer, from a day (today). Raises PersonConditionError otherwise."""
    with transaction.atomic():
        aid = PersonAid.objects.select_for_update().open().filter(person=person, code=code).first()
        if aid is None:
            raise PersonConditionError(NOT_RECEIVING % {"code": code})
        aid.ended_on, aid.noted_by = max(ended_on or timezone.localdate(), aid.since_on), by
        aid.save(update_fields=["ended_on", "noted_by"])
    return aid


class PlaceCount(NamedTuple):
    """How many people of one place are in each state."""

    code: str
    indicated: int
    held: int
    receives: int


def by_place(people: "QuerySet[WithAnnotations[Person, Found]]", *, length: int) -> list[PlaceCount]:
    """The people of `found`, counted by the places whose codes have `length` letters, in the order of their codes."""
    rows = people.order_by().annotate(place=Left("region_id", length)).values("place")
    counted = rows.annotate(**{state: Count("pk", filter=Q(state=state)) for state in STATES}).order_by("place")
    return [PlaceCount(*row) for row in counted.values_list("place", INDICATED, HELD, RECEIVES)]
