"""Where a row of a foreign file is a person, each row repeats its family's facts: told where the rows of a KK disagree.

The first row stands for the family (`reading`), so what another says would be lost in silence. Of the families found to
differ when the file was staged, the rows are read once more and compared as values: "RT 2" is "002".
"""

from array import array
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from django.db import connection

from beneficiaries import nik
from beneficiaries.register.columns import HOUSEHOLDS, Column, columns, squeeze
from beneficiaries.register.reading import Register

CODE = "family_rows_disagree"
# Members have phones of their own; a kelurahan counts by its code, and its name beside it is for the reader.
FACTS = [(place, c) for place, c in enumerate(columns(HOUSEHOLDS)) if c.field not in {"", "kk", "phone"}]
EMPTY, TOLD, FEWEST, MOST = 0, 1, 2, 1 << 16
BATCH = 5_000

ADD = """
UPDATE stage_household s SET warnings = s.warnings || t.warnings
FROM (
    SELECT row, array_agg(warning) AS warnings FROM unnest(%s::int[], %s::text[]) AS w (row, warning) GROUP BY row
) t WHERE t.row = s.row
"""


def tell(register: Register) -> None:
    """Adds a warning to the staged family for each fact that another row of the file tells otherwise."""
    found = _found(register)
    with connection.cursor() as cursor:
        while batch := list(islice(found, BATCH)):
            cursor.execute(ADD, [list(column) for column in zip(*batch, strict=True)])


def _found(register: Register) -> Iterator[tuple[int, str]]:
    """Gives the family's row and "code:field:row" of the first row that says otherwise, once a fact.

    Two bytes a fact are kept of a family, no texts: two values in 65,000 look alike, and are not told.
    """
    first: dict[str, tuple[int, array]] = {}
    for number, cells in register.retold():
        with suppress(nik.NumberError):  # a row of no family is refused by itself
            kk = nik.clean(cells[0])
            facts = array("H", (_mark(column, cells[place]) for place, column in FACTS))
            row, known = first.setdefault(kk, (number, facts))
            for n, fact in enumerate(facts):
                if fact not in (EMPTY, known[n]) and known[n] != TOLD:
                    known[n] = TOLD
                    yield row, f"{CODE}:{FACTS[n][1].field}:{number}"


def _mark(column: Column, cell: str) -> int:
    """Returns a number for the value of a cell: the same for the same value in any spelling, EMPTY for none."""
    if not cell.strip():
        return EMPTY
    value: object = cell
    with suppress(ValueError):
        value = column.clean(cell)
    return FEWEST + hash((squeeze(value).casefold() if isinstance(value, str) else value,)) % (MOST - FEWEST)
