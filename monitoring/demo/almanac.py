"""The demo's two months: last month is over, this month runs up to now."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import time_machine
from django.utils import timezone

from bansos import periods


@dataclass(frozen=True)
class Almanac:
    today: date

    @property
    def this_month(self) -> date:
        return periods.of(self.today)

    @property
    def last_month(self) -> date:
        return periods.preceding(self.this_month)

    def last(self, day: int) -> date:
        """Returns that day of last month."""
        return self.last_month + timedelta(days=day - 1)

    def ago(self, days: int) -> date:
        """Returns the date so many days ago, but not before this month began."""
        return max(self.this_month, self.today - timedelta(days=days))


@contextmanager
def at(day: date, hour: int, minute: int = 0):
    """Lets the verbs inside believe that it is that moment in the office, never later than now."""
    moment = datetime.combine(day, time(hour, minute), timezone.get_default_timezone())
    moment = min(moment, timezone.now() - timedelta(minutes=1))
    with time_machine.travel(moment.astimezone(UTC), tick=True):
        yield
