"""Moves a family to another RT, be it that it moved or that the register had it wrong."""

from django.utils import timezone

from beneficiaries.models import Application, Household


def move(household: Household, *, region_code: str, address: str = "") -> None:
    """Moves a family with its people and all that is open about it, inside the caller's transaction.

    The RT of the new place verifies its open application; that says `address` too, where one is given. Scores and
    duplicates follow by `following.follow`, which the caller asks for.
    """
    place = {"region_id": region_code} | ({"address": " ".join(address.split())} if address.strip() else {})
    _write(household, **place, updated_at=timezone.now())
    household.people.update(region_id=region_code, updated_at=timezone.now())
    for application in Application.objects.select_for_update(of=("self",)).open().filter(kk_index=household.kk_index):
        _write(application, **place)


def _write(row, **values) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=[name.removesuffix("_id") for name in values])
