"""The cards of Jakarta for the elderly, the disabled and small children, and a few who receive them already."""

from datetime import date

from django.utils import timezone

from bansos.models import User
from beneficiaries import person_conditions
from beneficiaries.models import Person

RECEIVING = 3  # every third of those whom nothing holds


def hand_out() -> None:
    """Installs KLJ, KPDJ and KAJ; a staff member notes who showed a card."""
    staff = User.objects.get(username="staf.klender")
    for condition in person_conditions.load_default():
        people = Person.objects.for_officer(staff)
        shown = person_conditions.found(condition=condition, people=people).filter(state=person_conditions.INDICATED)
        for person in list(shown.order_by("pk"))[::RECEIVING]:
            person_conditions.note_receiving(
                person=person,
                code=condition.code,
                source=f"Menunjukkan kartu {condition.code}",
                since_on=date(timezone.localdate().year, 1, 1),
                by=staff,
            )
