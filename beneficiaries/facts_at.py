"""What the register held about a family on a day, read from its history."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.apps import apps
from django.utils import timezone

from beneficiaries.models import Household, Person


@dataclass(frozen=True)
class FamilyThen:
    """A family as the register had it: rows of the history, with the fields of Household and Person."""

    household: object
    people: list


def family_at(household: Household, day: date) -> FamilyThen | None:
    """Returns the family as it stood at the end of `day`, or None when the register did not know it yet."""
    until = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
    then = _newest(Household, until).filter(pgh_obj_id=household.pk).first()
    if then is None:
        return None
    once = _events(Person).filter(household_id=household.pk, pgh_created_at__lt=until)
    newest = _newest(Person, until).filter(pgh_obj_id__in=once.values("pgh_obj_id")).order_by("pgh_obj_id", "-pgh_id")
    rows = newest.distinct("pgh_obj_id")
    people = [row for row in rows if row.household_id == household.pk and row.merged_into_id is None]
    return FamilyThen(then, [row for row in people if row.died_on is None or row.died_on > day])


def _newest(model, until: datetime):
    return _events(model).filter(pgh_created_at__lt=until).order_by("-pgh_id")


def _events(model):
    return apps.get_model(model._meta.app_label, f"{model._meta.object_name}Event")._base_manager.all()
