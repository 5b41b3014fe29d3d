"""The lines that COPY reads: what is cleaned column by column is what row by row says, for right and for wrong rows."""

import random

import pytest

from bansos.crypto import blind_index, decrypt
from beneficiaries.register import lines as register_lines
from beneficiaries.register.columns import HOUSEHOLDS, PEOPLE
from beneficiaries.register.reading import Row, open_register
from tests.workbooks import SAMPLE

SEALED = {HOUSEHOLDS: (2, 8), PEOPLE: (2,)}  # where ciphertexts stand, which differ each time
ODD = [
    "",
    " ",
    "\\N",
    "a\\b",
    "a\tb",
    "x" * 300,
    "31750712345690o1",
    "1990-13-01",
    "17/8/1990",
    "Rp 1.000,-",
    "0062812345678",
]


def without_ciphertexts(sheet: str, line: str) -> list[str]:
    cells = line.rstrip("\n").split("\t")
    return [cell for place, cell in enumerate(cells) if place not in SEALED[sheet]]


def spoiled(rows: list[Row]) -> list[Row]:
    """Rows of which every other has a cell that somebody wrote otherwise."""
    pick = random.Random(20261126)
    for row in rows[::2]:
        row.cells[pick.randrange(len(row.cells))] = pick.choice(ODD)
    return rows


@pytest.mark.parametrize("sheet", [HOUSEHOLDS, PEOPLE])
def test_by_column_is_by_row(sheet, monkeypatch):
    rows = spoiled(list(open_register(SAMPLE).rows(sheet)))
    by_column = [line for batch in register_lines.lines(sheet, rows) for line in batch]
    monkeypatch.setattr(register_lines, "_speller", lambda _column: lambda _cell: None)
    by_row = [line for batch in register_lines.lines(sheet, rows) for line in batch]

    assert len(by_column) == len(by_row) == len(rows)
    for one, other in zip(by_column, by_row, strict=True):
        assert without_ciphertexts(sheet, one) == without_ciphertexts(sheet, other)
    assert len({line.count("\t") for line in by_column}) == 1  # no cell breaks a line


def test_a_right_row_is_typed_indexed_and_encrypted():
    row = next(open_register(SAMPLE).rows(PEOPLE))
    ((line,),) = register_lines.lines(PEOPLE, [row])
    number, index, token, kk_index, name, *_facts, errors, warnings = line.rstrip("\n").split("\t")

    assert (number, name, errors, warnings) == (str(row.number), row.cells[2], "{}", "{}")
    assert bytes.fromhex(index[3:]) == blind_index(row.cells[0], "nik")
    assert bytes.fromhex(kk_index[3:]) == blind_index(row.cells[1], "kk")
    assert decrypt(bytes.fromhex(token[3:]), "beneficiaries_person.nik") == row.cells[0]
    assert row.cells[0] not in line
