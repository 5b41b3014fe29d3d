"""Deliberations for tests, made by the verbs that the kelurahan uses."""

from django.utils import timezone

from bansos.models import Region, User
from beneficiaries import deliberations
from beneficiaries.models import Deliberation, DeliberationCase
from tests import cases, people

WORDS = {"hours": "09.00", "place": "Aula Kelurahan Klender", "chair": "Sulastri", "note_taker": "Ani Wulandari"}


def staff() -> User:
    return cases.officer("ani", "staf", people.KLENDER)


def lurah() -> User:
    return cases.officer("lurah", "lurah", people.KLENDER)


def planned(**changed) -> Deliberation:
    """A meeting of Klender today, with six people invited."""
    values = {"region": Region.objects.get(code=people.KLENDER), "held_on": timezone.localdate(), "by": staff()}
    made = deliberations.plan(**values | WORDS | changed)
    for number, element in enumerate(("rt", "rw", "lmk", "pkk", "tokoh"), start=1):
        deliberations.invite(deliberation=made, name=f"Warga {number}", element=element, by=staff())
    return made


def begun(*, applications=(), households=(), appeals=(), came: int = 6, **changed) -> Deliberation:
    """A meeting that has begun, with its cases and those who came."""
    made = planned(**changed)
    chosen = {"applications": applications, "households": households, "appeals": appeals}
    numbers = {name: [row.pk for row in rows] for name, rows in chosen.items()}
    deliberations.add_cases(deliberation=made, by=staff(), **numbers)
    made = deliberations.start(deliberation=made, by=staff())
    present = list(made.attendances.values_list("pk", flat=True))[:came]
    deliberations.record_attendance(deliberation=made, present=present, by=staff())
    return made


def agree(meeting: Deliberation, decision: str = "layak", **more) -> None:
    """Lets the meeting decide all of its cases alike."""
    reason = "" if decision == "layak" else "Warga menilai keluarga ini mampu."
    for case in DeliberationCase.objects.filter(deliberation=meeting):
        deliberations.decide(case=case, decision=decision, by=staff(), **{"reason": reason} | more)


def closed(decision: str = "layak", number: str = "12/BA/2026", **rows) -> Deliberation:
    """A closed meeting about the rows given."""
    made = begun(**rows)
    agree(made, decision)
    return deliberations.close(deliberation=made, minutes_number=number, by=lurah())
