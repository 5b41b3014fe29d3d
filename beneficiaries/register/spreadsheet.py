"""Spreadsheets that we hand out: the refused rows to mend, and the empty form."""

import io
import json
from collections.abc import Iterable

import xlsxwriter

from beneficiaries.models import ImportRow, RegisterImport
from beneficiaries.register.columns import HOUSEHOLDS, PEOPLE, columns

SENTENCE = "Kesalahan"
# Invented: no office issues a serial of 9000 or more.
EXAMPLES = {
    HOUSEHOLDS: [
        "3175070101209001", "31.75.07.1003", "Klender", "008", "002", "Gang Melati No. 4", "081200009001", "Kontrak",
        "36", "Plester", "Tembok", "Sendiri", "Ledeng", "900", "Gas 3 kg", "Tidak", "Ya", "Tidak", "Tidak", "Ya",
        "Ya", "Tidak", "Tidak", "Tidak", "Tidak", "2600000", "3", "2026-07-01", "Tidak", "Tidak",
    ],
    PEOPLE: [
        "3175075705809001", "3175070101209001", "Citra Lestari", "Jakarta", "1980-05-17", "P", "Kepala Keluarga",
        "Kawin", "SMA", "Pedagang kaki lima", "1500000", "Tidak", "Tidak", "Tidak", "Tidak",
    ],
}  # fmt: skip


def harmless(text: str) -> str:
    """Returns text that a spreadsheet reading a CSV does not run as a formula."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def refused_rows(register_import: RegisterImport) -> bytes:
    """Returns an XLSX of the refused rows as they were, each with what is wrong, to mend and load again."""
    rows: dict[str, dict[int, tuple[list, list]]] = {HOUSEHOLDS: {}, PEOPLE: {}}
    for found in register_import.rows.filter(level=ImportRow.Level.ERROR).order_by("pk").iterator(chunk_size=1000):
        cells, sentences = rows[found.sheet].setdefault(found.row, ([], []))
        cells.extend(json.loads(found.raw) if found.raw else [])
        sentences.append(found.sentence)
    return _book(
        {sheet: ([*cells, " ".join(told)] for cells, told in found.values()) for sheet, found in rows.items()},
        with_sentence=True,
    )


def empty_form() -> bytes:
    """Returns an XLSX with the headings of both sheets and one example row each."""
    return _book({sheet: [row] for sheet, row in EXAMPLES.items()})


def _book(sheets: dict[str, Iterable[list[str]]], *, with_sentence: bool = False) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        head = book.add_format({"bold": True, "bg_color": "#d6e8e1"})
        text = book.add_format({"num_format": "@"})  # so that a NIK typed here stays text
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            titles = [column.title for column in columns(title)] + [SENTENCE] * with_sentence
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(titles) - 1, 20, text)
            for place, name in enumerate(titles):
                sheet.write_string(0, place, name, head)
            for number, cells in enumerate(rows, 1):
                for place, cell in enumerate(cells):
                    sheet.write_string(number, place, cell, text)  # a string: never a formula
    return out.getvalue()
