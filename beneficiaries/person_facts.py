"""What a condition for persons may speak of: facts of the person, and those of the home that are columns."""

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from beneficiaries import facts
from beneficiaries.facts import BOOL, CHOICE, NUMBER, Fact, Op
from beneficiaries.models import Person, PersonRule

AGE = "age"
_OF_PERSON = (
    Fact(AGE, _("umur (tahun)"), NUMBER),
    Fact("disability", _("penyandang disabilitas"), BOOL),
    Fact("chronic_illness", _("berpenyakit kronis"), BOOL),
    Fact("pregnant", _("hamil"), BOOL),
    Fact("in_school", _("masih sekolah"), BOOL),
    Fact("sex", _("jenis kelamin"), CHOICE, tuple(Person.Sex.choices)),
    Fact("relation", _("hubungan keluarga"), CHOICE, tuple(Person.Relation.choices)),
    Fact("income", _("penghasilan sendiri (Rp)"), NUMBER),
)
_OF_HOME = tuple(
    Fact(fact.name, fact.label, fact.kind, fact.choices, path=f"household__{fact.name}", nullable=fact.nullable)
    for fact in facts.FACTS.values()
    if not fact.counted
)
FACTS: dict[str, Fact] = {fact.name: fact for fact in (*_OF_PERSON, *_OF_HOME)}


def get(name: str) -> Fact:
    """Returns a fact by name. Raises FactError when there is none."""
    if name not in FACTS:
        raise facts.FactError(facts.UNKNOWN % {"name": name})
    return FACTS[name]


def condition(rule: PersonRule, day: date) -> Q:
    """A rule as a condition on people; what is unknown meets none. Raises FactError for one that does not fit."""
    fact = get(rule.fact)
    if rule.fact != AGE:
        return fact.condition(rule.operator, rule.value)
    fact.check(rule.operator, rule.value)
    old_enough = Q(born_on__lte=_born(day, rule.value))
    not_older = Q(born_on__gt=_born(day, rule.value + 1))
    return {Op.GTE: old_enough, Op.LTE: not_older, Op.EQ: old_enough & not_older}[Op(rule.operator)]


def _born(day: date, years: int) -> date:
    """The last birth date of those who are `years` old; the first of all dates for an age that nobody reaches."""
    return facts.years_before(day, years) if years < day.year else date.min
