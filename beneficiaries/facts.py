"""What criteria may speak of: the facts of a household, and facts counted from its living people.

A fact names itself, says what it may be compared with, and compiles to a Django expression. Criteria are data; nothing
here or in `scoring` builds SQL from their text.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from django.contrib.postgres.aggregates import BoolOr
from django.db import models
from django.db.models import Avg, Case, Count, Expression, ExpressionWrapper, F, Max, Q, Value, When
from django.db.models.functions import Cast, Ceil, Floor, Greatest, Least, Lower, NullIf, Trim
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bansos.templatetags.look import number
from beneficiaries.models import Criterion, Household, Person

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Op = Criterion.Operator
LARGEST = 2_147_483_647  # what the columns of numbers can hold
LONGEST = len(str(LARGEST))
MOST_STEPS = 63  # of one amount: six bits of a score
BOOL, NUMBER, CHOICE = "bool", "number", "choice"
OPERATORS = {BOOL: (Op.EQ,), NUMBER: (Op.EQ, Op.LTE, Op.GTE), CHOICE: (Op.EQ, Op.IN)}
LOOKUPS = {Op.EQ: "exact", Op.IN: "in", Op.LTE: "lte", Op.GTE: "gte"}
OUT_OF_WORK = ["", "tidak bekerja", "belum bekerja", "belum/tidak bekerja"]  # the last as a Kartu Keluarga words it
AT_MOST_PRIMARY = [
    "sd", "belum sekolah", "tidak sekolah", "tidak/belum sekolah", "belum tamat sd/sederajat", "tamat sd/sederajat",
]  # fmt: skip

UNKNOWN = gettext_lazy("Data “%(name)s” tidak dikenal. Pilih salah satu data yang tersedia.")
WRONG_OPERATOR = gettext_lazy("“%(label)s” tidak dapat dibandingkan dengan cara itu. Pilih: %(allowed)s.")
WANTS_BOOL = gettext_lazy("“%(label)s” hanya dapat dibandingkan dengan ya atau tidak.")
WANTS_NUMBER = gettext_lazy("“%(label)s” dibandingkan dengan angka bulat mulai dari 0.")
WANTS_CHOICE = gettext_lazy("“%(label)s” dibandingkan dengan pilihan yang tersedia: %(allowed)s.")


WANTS_STEPS = gettext_lazy(
    "“%(label)s” ditimbang dengan dua angka: besar tiap langkah dan berapa langkah paling banyak (1 sampai %(most)s), "
    "misalnya “500000, 4”."
)


class FactError(ValueError):
    """A fact, an operator or a value that criteria cannot use; its sentence says what can be used."""


@dataclass(frozen=True)
class Fact:
    """One fact. `counted` gives its expression for a day, when it is counted from people rather than a column.

    `path` leads to the column where the query is about something else than the fact's own table.
    """

    name: str
    label: "StrOrPromise"
    kind: str
    choices: "tuple[tuple[str, StrOrPromise], ...]" = ()
    counted: Callable[[date], Expression] | None = None
    nullable: bool = False
    path: str = ""

    @property
    def operators(self) -> tuple[str, ...]:
        return OPERATORS[self.kind]

    @property
    def weighable(self) -> bool:
        """Whether an amount of it can give points for each step."""
        return self.kind == NUMBER

    @property
    def alias(self) -> str:
        """The name under which a query holds the fact."""
        return f"counted_{self.name}" if self.counted else self.path or self.name

    def of_nobody(self) -> Value:
        """The value of a counted fact where nobody lives."""
        if self.kind == BOOL:
            return Value(False, output_field=models.BooleanField())
        return Value(None if self.nullable else 0, output_field=models.BigIntegerField())

    def check(self, operator: str, value) -> None:
        """Raises FactError when the fact cannot be compared so."""
        if operator in Criterion.GRADED and self.weighable:
            if not _are_steps(value):
                raise FactError(WANTS_STEPS % {"label": self.label, "most": MOST_STEPS})
            return
        if operator not in self.operators:
            allowed = ", ".join(str(Op(o).label) for o in self.operators)
            raise FactError(WRONG_OPERATOR % {"label": self.label, "allowed": allowed})
        if self.kind == BOOL and not isinstance(value, bool):
            raise FactError(WANTS_BOOL % {"label": self.label})
        if self.kind == NUMBER and not (type(value) is int and 0 <= value <= LARGEST):
            raise FactError(WANTS_NUMBER % {"label": self.label})
        if self.kind == CHOICE and not self._chosen(operator, value):
            allowed = ", ".join(str(label) for _value, label in self.choices)
            raise FactError(WANTS_CHOICE % {"label": self.label, "allowed": allowed})

    def _chosen(self, operator: str, value) -> bool:
        values = value if operator == Op.IN and isinstance(value, list) else [value]
        return bool(values) and all(isinstance(v, str) and v in dict(self.choices) for v in values)

    def condition(self, operator: str, value) -> Q:
        """The comparison as a condition; a fact that is unknown (NULL) meets none."""
        self.check(operator, value)
        values = value if operator != Op.IN or isinstance(value, list) else [value]
        compared = Q(**{f"{self.alias}__{LOOKUPS[Op(operator)]}": values})
        # Django leaves out a comparison that the column's range makes always true; NULL would slip through.
        return compared & Q(**{f"{self.alias}__isnull": False}) if self.nullable else compared

    def steps(self, operator: str, value) -> Expression:
        """How many whole steps an amount reaches (EACH), or stays below all of them (BELOW); none when unknown."""
        self.check(operator, value)
        step, most = value
        # With its ".0" PostgreSQL reads a number with fractions; whole numbers would be divided without a rest.
        share = ExpressionWrapper(F(self.alias) / Value(Decimal(f"{step}.0")), output_field=models.DecimalField())
        counted = Floor(share) if operator == Op.EACH else Value(most) - Ceil(share)
        clamped = Least(Greatest(counted, Value(0)), Value(most))
        return Case(
            When(**{f"{self.alias}__isnull": False}, then=Cast(clamped, models.BigIntegerField())),
            default=Value(0, output_field=models.BigIntegerField()),
        )

    @property
    def typed(self) -> str:
        """What a person may type as the value to compare with."""
        if self.kind == CHOICE:
            return _("Pilihan, dipisah koma: {choices}.").format(choices=", ".join(str(c) for _code, c in self.choices))
        if self.kind == BOOL:
            return _("Tulis ya atau tidak.")
        return _(
            "Tulis angka bulat, misalnya 900. Untuk nilai tiap jumlah: besar langkah, lalu berapa langkah paling "
            "banyak, misalnya 500000, 4."
        )

    def read(self, text: str, operator: str):
        """The value that a person typed: ya or tidak, a number, or choices by their labels. Raises FactError."""
        text = text.strip()
        value: bool | int | str | list[str] | list[int | str] | None
        if operator in Criterion.GRADED:
            value = [_whole(part.strip()) for part in text.split(",")]
        elif self.kind == BOOL:
            value = {"ya": True, "tidak": False}.get(text.lower())
        elif self.kind == NUMBER:
            value = _whole(text)
        else:
            codes = {str(label).lower(): code for code, label in self.choices}
            chosen = [codes.get(part.strip().lower(), part.strip()) for part in text.split(",")]
            value = chosen if operator == Op.IN or len(chosen) > 1 else chosen[0]
        self.check(operator, value)
        return value

    def shown(self, value) -> str:
        """The value as a person types it."""
        if self.kind == BOOL:
            return str(_("ya") if value else _("tidak"))
        values = value if isinstance(value, list) else [value]
        return ", ".join(str(dict(self.choices).get(v, v)) for v in values)

    def words(self, operator: str, value) -> str:
        """The comparison as an officer reads it: "desil DTSEN paling banyak 4"."""
        if operator in Criterion.GRADED:
            step, most = value
            words = (
                _("{label}: tiap {step}, paling banyak {most} kali")
                if operator == Op.EACH
                else _("{label}: tiap {step} di bawah {top}, paling banyak {most} kali")
            )
            return words.format(label=self.label, step=number(step), most=most, top=number(step * most))
        if self.kind == BOOL:
            return f"{self.label}: {self.shown(value)}"
        return f"{self.label}: {Op(operator).label} {self.shown(value)}"


def _whole(text: str) -> int | str:
    """A number that somebody typed; anything else, and what no column holds, stays text, which no check lets pass."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST else text


def _are_steps(value) -> bool:
    """Whether a value is [step, most], both of them whole and above zero."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(type(part) is int and part > 0 for part in value)
        and value[1] <= MOST_STEPS
        and value[0] * value[1] <= LARGEST
    )


def years_before(day: date, years: int) -> date:
    """The last birth date of those who are at least `years` old on `day`."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


def age(born_on: date, day: date) -> int:
    """Full years on a day; of those born on 29 February too, as `years_before` counts."""
    years = day.year - born_on.year
    return years if born_on <= years_before(day, years) else years - 1


HEAD = Q(relation=Person.Relation.KEPALA)


def _number(**conditions) -> Count:
    return Count("pk", filter=Q(**conditions) if conditions else None)


def _head_not_working(_day: date) -> Expression:
    return BoolOr(models.lookups.In(Lower(Trim("occupation")), OUT_OF_WORK), filter=HEAD, default=Value(False))


def _head_at_most_primary(_day: date) -> Expression:
    return BoolOr(models.lookups.In(Lower(Trim("education")), AT_MOST_PRIMARY), filter=HEAD, default=Value(False))


def _aged(at_least: int, below: int | None = None) -> Callable[[date], Expression]:
    def expression(day: date) -> Expression:
        born = {"born_on__lte": years_before(day, at_least)}
        if below is not None:
            born["born_on__gt"] = years_before(day, below)
        return _number(**born)

    return expression


# Each is an aggregate over the living people of one family.
COUNTED = (
    Fact("head_not_working", gettext_lazy("kepala keluarga tidak bekerja"), BOOL, counted=_head_not_working),
    Fact("members", gettext_lazy("jumlah anggota keluarga"), NUMBER, counted=lambda day: _number()),
    Fact("elderly", gettext_lazy("anggota berumur 60 tahun atau lebih"), NUMBER, counted=_aged(60)),
    Fact("small_children", gettext_lazy("anak berumur 0 sampai 6 tahun"), NUMBER, counted=_aged(0, 7)),
    Fact("school_age_children", gettext_lazy("anak berumur 7 sampai 18 tahun"), NUMBER, counted=_aged(7, 19)),
    Fact(
        "disabled",
        gettext_lazy("anggota dengan disabilitas"),
        NUMBER,
        counted=lambda day: _number(disability=True),
    ),
    Fact(
        "chronically_ill",
        gettext_lazy("anggota dengan penyakit kronis"),
        NUMBER,
        counted=lambda day: _number(chronic_illness=True),
    ),
    Fact("pregnant", gettext_lazy("anggota yang hamil"), NUMBER, counted=lambda day: _number(pregnant=True)),
    Fact(
        "income_per_head",
        gettext_lazy("penghasilan per orang (Rp)"),
        NUMBER,
        counted=lambda day: Avg("income"),
        nullable=True,  # nobody lives there
    ),
    Fact(
        "floor_per_head",
        gettext_lazy("luas lantai per orang (m2)"),
        NUMBER,
        counted=lambda day: Max("household__floor_area") / NullIf(_number(), Value(0)),  # one home has one area
        nullable=True,
    ),
    Fact(
        "head_income",
        gettext_lazy("penghasilan kepala keluarga (Rp)"),
        NUMBER,
        counted=lambda day: Max("income", filter=HEAD),
        nullable=True,
    ),
    Fact(
        "head_at_most_primary",
        gettext_lazy("pendidikan kepala keluarga paling tinggi SD"),
        BOOL,
        counted=_head_at_most_primary,
    ),
)


def _of_column(name: str) -> Fact:
    field = cast(models.Field, Household._meta.get_field(name))
    kind = BOOL if isinstance(field, models.BooleanField) else CHOICE if field.choices else NUMBER
    return Fact(name, field.verbose_name, kind, tuple(field.flatchoices), nullable=field.null)


FACTS: dict[str, Fact] = {f.name: f for f in (*map(_of_column, (*Household.FACTS, "decile")), *COUNTED)}


def get(name: str) -> Fact:
    """Returns a fact by name. Raises FactError when there is none."""
    if name not in FACTS:
        raise FactError(UNKNOWN % {"name": name})
    return FACTS[name]


def with_counted(people, names, day: date):
    """Adds those of the facts that are counted from people to a queryset of people grouped by household."""
    return people.alias(**{fact.alias: fact.counted(day) for fact in _counted(names) if fact.counted})


def with_nobody(rows, names):
    """Adds what the same facts are where nobody lives: no people, no yes, and nothing known of the rest."""
    return rows.alias(**{fact.alias: fact.of_nobody() for fact in _counted(names)})


def _counted(names) -> list[Fact]:
    return [fact for fact in map(get, sorted(set(names))) if fact.counted]
