"""The rows of a sheet as lines that COPY reads: cleaned, typed, identity numbers encrypted and indexed.

Most rows are right: the cells of a batch are cleaned column by column, in half the time that it takes row by row. A row
that is not plainly right is judged by itself.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import batched
from operator import itemgetter

from bansos.crypto import encryptor, indexer
from beneficiaries import nik
from beneficiaries.register.columns import HOUSEHOLDS, PEOPLE, Column, columns
from beneficiaries.register.reading import Row

HOUSEHOLD_FACTS = [
    c.field for c in columns(HOUSEHOLDS) if c.field not in {"", "kk", "kelurahan", "rw", "rt", "phone", "address"}
]
PERSON_FACTS = [c.field for c in columns(PEOPLE) if c.field not in {"nik", "kk"}]
WARNINGS = {"phone_unreadable", "nik_disagrees_with_birth_date"}
NULL, NO_FAULTS = r"\N", "{}\t{}"
BATCH = 200
_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})

# A sheet's own rules. `Faults` adds to the faults of a row what its cells say against each other; `Doubt` tells of
# texts without a fault whether there may be one; `Line` puts texts and faults in the order of the staging table.
Faults = Callable[[list, list[str]], None]
Doubt = Callable[[Sequence[str]], bool]
Line = Callable[[int, Sequence[str], str], str]


def lines(sheet: str, rows: Iterable[Row]) -> Iterator[list[str]]:
    """Gives the lines of a few rows at a time, one for each, in their order."""
    shape = columns(sheet)
    add_faults, is_doubtful, line = _household_rules() if sheet == HOUSEHOLDS else _person_rules()
    spellers = [_speller(column) for column in shape]

    def judged(row: Row) -> str:
        values, faults = _with_faults(shape, row.cells)
        add_faults(values, faults)
        return line(row.number, [_spelled(value) for value in values], _sorted_faults(faults))

    for batch in batched(rows, BATCH):  # noqa: B911  the last is shorter
        by_column = map(map, spellers, zip(*(row.cells for row in batch), strict=True))
        yield [
            line(row.number, texts, NO_FAULTS) if all(texts) and not is_doubtful(texts) else judged(row)
            for row, texts in zip(batch, zip(*by_column, strict=True), strict=True)
        ]


def judge(shape: Sequence[Column], cells: Sequence[str]) -> tuple[dict, list[str]]:
    """Returns a row's values by field (None where wrong) and its faults as "code:field"."""
    values, faults = _with_faults(shape, cells)
    return dict(zip((column.field for column in shape), values, strict=True)), faults


def _with_faults(shape: Sequence[Column], cells: Sequence[str]) -> tuple[list, list[str]]:
    values: list = []
    faults: list[str] = []
    for column, cell in zip(shape, cells, strict=True):
        try:
            values.append(column.clean(cell))
        except ValueError as error:
            values.append(None)
            faults.append(f"{error}:{column.field}")
    return values, faults


def _sorted_faults(faults: list[str]) -> str:
    """Returns errors and warnings as two PostgreSQL arrays; codes and fields need no quoting."""
    warnings = [fault for fault in faults if fault.partition(":")[0] in WARNINGS]
    errors = [fault for fault in faults if fault not in warnings]
    return f"{{{','.join(errors)}}}\t{{{','.join(warnings)}}}"


def _speller(column: Column) -> Callable[[str], str | None]:
    """Returns what makes a cell the text that COPY takes for it, None where it is wrong."""
    if not column.field:
        return lambda _cell: NULL

    def spell(cell: str) -> str | None:
        try:
            return _spelled(column.clean(cell))
        except ValueError:
            return None

    remembers = getattr(column.clean, "cache_parameters", None)  # a column of few words, which repeat
    return lru_cache(maxsize=remembers()["maxsize"])(spell) if remembers else spell


def _spelled(value) -> str:
    """Returns a cleaned value as the text that COPY takes for it."""
    if isinstance(value, str):
        return value if value.isprintable() and "\\" not in value else value.translate(_ESCAPED)
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value)


def _places(sheet: str, fields: Sequence[str]) -> Callable[[Sequence], tuple]:
    """Returns what takes the values of `fields` out of a row."""
    order = [column.field for column in columns(sheet)]
    return itemgetter(*map(order.index, fields))


def _index_of(kind: str) -> Callable[[str], str]:
    """Returns what makes a number the text of its blind index."""
    index = indexer(kind)
    return lambda number: NULL if number == NULL else rf"\\x{index(number).hex()}"


def _sealed(kind: str, column: str) -> Callable[[str], str]:
    """Returns what makes a number the texts of its blind index and of its ciphertext, in this order."""
    index, encrypt = indexer(kind), encryptor(column)

    def seal(number: str) -> str:
        return f"{NULL}\t{NULL}" if number == NULL else f"\\\\x{index(number).hex()}\t\\\\x{encrypt(number).hex()}"

    return seal


def _household_rules() -> tuple[Faults, Doubt, Line]:
    seal_kk, seal_phone = _sealed("kk", "beneficiaries_household.kk"), _sealed("phone", "beneficiaries_household.phone")
    numbers, deciles = _places(HOUSEHOLDS, ["kk", "phone"]), _places(HOUSEHOLDS, ["decile", "decile_on"])
    places, facts = _places(HOUSEHOLDS, ["kelurahan", "rw", "rt", "address"]), _places(HOUSEHOLDS, HOUSEHOLD_FACTS)
    date_place = [column.field for column in columns(HOUSEHOLDS)].index("decile_on")

    def add_faults(values: list, faults: list[str]) -> None:
        decile, decile_on = deciles(values)
        if decile is None:
            values[date_place] = None
        elif decile_on is None and not faults:
            faults.append("decile_without_date:decile_on")

    def is_doubtful(texts: Sequence[str]) -> bool:
        decile, decile_on = deciles(texts)
        return (decile == NULL) != (decile_on == NULL)

    def line(number: int, texts: Sequence[str], faults: str) -> str:
        kk, phone = numbers(texts)
        place, rest = "\t".join(places(texts)), "\t".join(facts(texts))
        return f"{number}\t{seal_kk(kk)}\t{place}\t{seal_phone(phone)}\t{rest}\t{faults}\n"

    return add_faults, is_doubtful, line


def _person_rules() -> tuple[Faults, Doubt, Line]:
    seal_nik, index_kk = _sealed("nik", "beneficiaries_person.nik"), lru_cache(maxsize=1_000)(_index_of("kk"))
    numbers, born = _places(PEOPLE, ["nik", "kk"]), _places(PEOPLE, ["nik", "born_on", "sex"])
    facts = _places(PEOPLE, PERSON_FACTS)

    def add_faults(values: list, faults: list[str]) -> None:
        if all(born(values)) and not nik.agrees(*born(values)):
            faults.append("nik_disagrees_with_birth_date:nik")

    def is_doubtful(texts: Sequence[str]) -> bool:
        return not nik.tells(*born(texts))

    def line(number: int, texts: Sequence[str], faults: str) -> str:
        own, kk = numbers(texts)
        rest = "\t".join(facts(texts))
        return f"{number}\t{seal_nik(own)}\t{index_kk(kk)}\t{rest}\t{faults}\n"

    return add_faults, is_doubtful, line
