"""Working days: Monday to Friday without the days in `Holiday`."""

from collections.abc import Iterable
from datetime import date, timedelta

from bansos.models import Holiday


def _holidays(start: date, end: date) -> set[date]:
    return set(Holiday.objects.filter(on__range=(start, end)).values_list("on", flat=True))


def add(start: date, days: int) -> date:
    """Returns the date `days` working days after `start` (not counting `start`)."""
    off = _holidays(start, start + timedelta(days=days * 2 + 60))
    day = start
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < 5 and day not in off:
            days -= 1
    return day


def between(start: date, end: date) -> int:
    """Returns the number of working days after `start` up to and including `end`; negative when `end` is before."""
    return between_many(start, [end])[end]


def between_many(start: date, ends: Iterable[date]) -> dict[date, int]:
    """Returns `between(start, end)` for each of `ends`, with one query for all of them."""
    ends = set(ends) or {start}
    off = _holidays(min(start, *ends), max(start, *ends))
    return {end: _count(start, end, off) for end in ends}


def _count(start: date, end: date, off: set[date]) -> int:
    if end < start:
        return -_count(end, start, off)
    span = (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
    return sum(day.weekday() < 5 and day not in off for day in span)
