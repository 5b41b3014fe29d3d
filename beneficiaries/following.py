"""What follows a change of families' data, whoever made it: their scores, and a look for people who are there twice."""

from collections.abc import Iterable

from beneficiaries import duplicates, scoring


def follow(*, household_ids: Iterable[int], by=None) -> None:
    """Scores these families anew and compares their people with all others, once the change has been committed.

    What fails then undoes no change: the night makes up for it.
    """
    ids = frozenset(household_ids)
    scoring.follow(household_ids=ids, by=by)
    duplicates.follow(household_ids=ids)
