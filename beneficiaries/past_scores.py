"""The scores that a family had, each with the facts it came from beside the facts of today, and what changed them."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bansos.models import User
from bansos.templatetags.look import number
from beneficiaries import facts, facts_at
from beneficiaries.models import CriteriaSet, FamilyEvent, Household, Person, Score

# How a history's `source` begins, in words.
SOURCES = (
    ("import_register", gettext_lazy("Impor register")),
    ("register_import", gettext_lazy("Impor register")),
    ("register_undo", gettext_lazy("Impor diurungkan")),
    ("outside", gettext_lazy("Daftar dari luar")),
    ("family_event", gettext_lazy("Peristiwa keluarga")),
)


@dataclass(frozen=True)
class FactLine:
    """One fact that the criteria ask for, in words. `cause` says what changed it since, if anything did."""

    label: str
    then: str
    now: str
    cause: str = ""

    @property
    def changed(self) -> bool:
        return self.then != self.now


@dataclass(frozen=True)
class Comparison:
    """The facts of a score and those of today.

    `rebuilt` tells whether the facts give the same bits again. `since` are the events recorded after the score;
    `late` those of them that had happened before it, so that the score could not know them.
    """

    lines: list[FactLine] = field(default_factory=list)
    rebuilt: bool = True
    since: list[FamilyEvent] = field(default_factory=list)
    late: list[FamilyEvent] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return any(line.changed for line in self.lines)


def of(score: Score) -> QuerySet:
    """Returns every state of a score, the newest first: rows of its history, with the fields of `Score`."""
    return _history(Score).filter(pgh_obj_id=score.pk).order_by("-pgh_id")


def compare(*, past, criteria_set: CriteriaSet) -> Comparison:
    """Lays the facts of `past` (one of `of`) beside those of today, in the order of the criteria that ask for them."""
    family, at, day = past.household_id, past.pgh_created_at, timezone.localdate(past.scored_at)
    names = list(dict.fromkeys(criterion.fact for criterion in criteria_set.criteria.all()))
    then = facts_at.known(household_id=family, at=at, names=names, on=day)
    now = facts_at.known(household_id=family, at=timezone.now(), names=names)
    again = facts_at.points(household_id=family, at=at, criteria_set=criteria_set, on=day)
    since = list(_events_since(family, past.scored_at))
    if then is None or now is None:
        return Comparison(rebuilt=False, since=since)
    lines = [_line(facts.get(name), then[name], now[name], family, at, since) for name in names]
    late = [event for event in since if event.happened_on < day]
    return Comparison(lines, again is not None and again.hits == past.hits, since, late)


def _events_since(household_id: int, at: datetime) -> QuerySet[FamilyEvent]:
    return FamilyEvent.objects.of(household_id).filter(recorded_at__gt=at).order_by("pk")


def _line(fact: facts.Fact, then, now, household_id: int, at: datetime, since: list[FamilyEvent]) -> FactLine:
    shown = [_words(fact, value) for value in (then, now)]
    cause = ""
    if shown[0] != shown[1]:
        cause = _of_people(household_id, at, since) if fact.counted else _of_home(fact.name, then, household_id, at)
    return FactLine(capfirst(str(fact.label)), shown[0], shown[1], cause)


def _words(fact: facts.Fact, value) -> str:
    if value is None:
        return _("belum diketahui")
    return number(round(value)) if fact.kind == facts.NUMBER else fact.shown(value)


def _of_people(household_id: int, at: datetime, since: list[FamilyEvent]) -> str:
    """What changed a fact that is counted from people: what happened, else who wrote their data, else only time."""
    if since:
        return "; ".join(str(event) for event in since)
    ours = _history(Person).filter(household_id=household_id).values("pgh_obj_id")
    changed = _history(Person).filter(pgh_obj_id__in=ours, pgh_created_at__gt=at).select_related("pgh_context")
    first = changed.order_by("pgh_id").first()
    return _maker(first) if first else _("Umur bertambah")


def _of_home(name: str, then, household_id: int, at: datetime) -> str:
    """Who first wrote another value of a fact of the home."""
    changed = _history(Household).filter(pgh_obj_id=household_id, pgh_created_at__gt=at).exclude(**{name: then})
    first = changed.select_related("pgh_context").order_by("pgh_id").first()
    return _maker(first) if first else ""


def source_words(source: str) -> str:
    """Says by what a row was written, when the history tells: "register_import:7" as "Impor register"."""
    return str(next((words for start, words in SOURCES if source.startswith(start)), ""))


def _maker(event) -> str:
    """Says who wrote a state of a row, by what, and when: "Ani Wulandari, 3 November 2026"."""
    told = event.pgh_context.metadata if event.pgh_context else {}
    source = source_words(str(told.get("source") or ""))
    maker = User.objects.filter(pk=told["user"]).first() if told.get("user") else None
    who = ", ".join(str(part) for part in (source, maker) if part) or _("Sistem")
    return f"{who}, {date_format(timezone.localtime(event.pgh_created_at), 'j F Y')}"


def _history(model) -> QuerySet:
    return model.pgh_event_model._base_manager.all()
