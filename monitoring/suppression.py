"""Small cells: on public pages a count of 1 to 4 becomes a range, so that nobody is recognised (domain.md 7.4).

Zero is shown: it tells of nobody. A total with a hidden part becomes a range too, or the part could be subtracted;
and what is made of the same people elsewhere (rupiah, programmes) is then not shown at all.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

LIMIT = 5


def is_small(count: int) -> bool:
    return 0 < count < LIMIT


@dataclass(frozen=True)
class Shown:
    """A public count: `low` and `high` are equal when it is exact. What it was is not kept."""

    low: int
    high: int

    @property
    def is_exact(self) -> bool:
        return self.low == self.high

    @property
    def text(self) -> str:
        if self.is_exact:
            return _number(self.low)
        if self.high < LIMIT:
            return _("kurang dari {limit}").format(limit=LIMIT)
        return f"{_number(self.low)}–{_number(self.high)}"

    @property
    def short(self) -> str:
        """For maps and charts, where words do not fit."""
        return _number(self.low) if self.is_exact else f"{_number(self.low)}–{_number(self.high)}"

    def __str__(self) -> str:
        return self.text


def _number(count: int) -> str:
    return f"{count:,}".replace(",", ".")


def cell(count: int) -> Shown:
    """Returns one count as the public sees it."""
    return Shown(1, LIMIT - 1) if is_small(count) else Shown(count, count)


def total(counts: list[int]) -> Shown:
    """Returns the sum of counts that are shown one by one: a range as wide as what is hidden."""
    cells = [cell(count) for count in counts]
    return Shown(sum(c.low for c in cells), sum(c.high for c in cells))
