"""Spreadsheets that we hand out: the refused rows to mend, and the empty form."""

import io
import json
from collections.abc import Iterable
from contextlib import suppress
from itertools import batched

import xlsxwriter
from django.utils.translation import gettext_lazy as _

from bansos import exports
from bansos.crypto import blind_index
from beneficiaries import nik
from beneficiaries.models import Household, ImportRow, Person, RegisterImport
from beneficiaries.register.columns import HOUSEHOLDS, PEOPLE, Column, columns
from beneficiaries.register.mapping import is_needed, words_of

SENTENCE = "Kesalahan"
GUIDE = "Petunjuk"
LAST_ROW = 20_000  # of the lists to choose from
AS_TEXT = _("16 angka. Kolom ini sudah berupa teks: biarkan begitu, supaya Excel tidak merusaknya.")
DATE = _("Tulis seperti 31/12/1990 atau 31 Desember 1990.")
RUPIAH = _("Rupiah bulat, misalnya 1500000. Tidak ada: 0.")
HOW = {
    "kk": AS_TEXT,
    "nik": AS_TEXT,
    "kelurahan": _("Kode kelurahan, misalnya 31.75.07.1003 untuk Klender."),
    "rw": _("Nomor RW, misalnya 008."),
    "rt": _("Nomor RT, misalnya 002."),
    "phone": _("Nomor HP, misalnya 081200009001. 62 di depan juga boleh."),
    "name": _("Nama lengkap sesuai KTP."),
    "born_on": DATE,
    "decile": _("Angka 1 sampai 10 dari DTSEN. Portal ini tidak menghitungnya."),
    "decile_on": DATE,
    "income": RUPIAH,
    "spending": RUPIAH,
    "floor_area": _("Meter persegi, angka bulat."),
    "electricity_va": _("Daya di meteran, misalnya 450. Tanpa listrik: 0."),
    "": _("Nama kelurahan, untuk dibaca saja."),
}
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


def refused_rows(register_import: RegisterImport, stamp: exports.Stamp) -> bytes:
    """Returns an XLSX of the refused rows as they were, each with what is wrong, to mend and load again."""
    rows: dict[str, dict[int, tuple[list, list]]] = {HOUSEHOLDS: {}, PEOPLE: {}}
    for found in register_import.rows.filter(level=ImportRow.Level.ERROR).order_by("pk").iterator(chunk_size=1000):
        cells, sentences = rows[found.sheet].setdefault(found.row, ([], []))
        cells.extend(json.loads(found.raw) if found.raw else [])
        sentences.append(found.sentence)
    return _book(
        {sheet: ([*cells, " ".join(told)] for cells, told in found.values()) for sheet, found in rows.items()},
        with_sentence=True,
        stamp=stamp,
    )


def refused_families(register_import: RegisterImport) -> set[int]:
    """Returns the numbers of the families in the register whose KK, or a member's NIK, stands in a refused row."""
    numbers = set()
    for found in register_import.rows.filter(raw__isnull=False).iterator(chunk_size=1000):
        for cell in json.loads(found.raw or "[]"):
            with suppress(nik.NumberError):
                numbers.add(nik.clean(cell))
    known: set[int] = set()
    for some in batched(sorted(numbers), 10_000):
        of_kk = Household.objects.filter(kk_index__in=[blind_index(number, "kk") for number in some])
        of_nik = Person.objects.filter(nik_index__in=[blind_index(number, "nik") for number in some])
        known |= {*of_kk.values_list("pk", flat=True), *of_nik.values_list("household", flat=True)}
    return known


def empty_form() -> bytes:
    """Returns an XLSX to type into: headings, lists to choose from, and what each column means, with an example.

    The example stands in the guide alone: in the table it would be loaded as a family of the office.
    """
    return _book({HOUSEHOLDS: [], PEOPLE: []}, for_typing=True)


def _book(
    sheets: dict[str, Iterable[list[str]]], *, with_sentence: bool = False, for_typing: bool = False, stamp=None
) -> bytes:
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
            if for_typing:
                for place in range(len(titles)):
                    sheet.write_blank(1, place, None, text)
                _offer_lists(sheet, title)
        if for_typing:
            _explain(book.add_worksheet(GUIDE), head, book.add_format({"text_wrap": True, "valign": "top"}))
        if stamp:
            exports.mark_book(book, stamp)
    return out.getvalue()


def _offer_lists(sheet, title: str) -> None:
    """Lets a spreadsheet offer the words of each column that takes a list of words."""
    for place, column in enumerate(columns(title)):
        if words := words_of(column):
            sheet.data_validation(1, place, LAST_ROW, place, {
                "validate": "list", "source": list(words), "error_title": str(_("Isi tidak dikenal")),
                "error_message": str(_("Pilih salah satu dari daftar.")),
            })  # fmt: skip


def _explain(sheet, head, wrapped) -> None:
    """A sheet that says what each column means."""
    sheet.set_column(0, 1, 30, wrapped)
    sheet.set_column(2, 2, 70, wrapped)
    sheet.set_column(3, 3, 30, wrapped)
    rows: list[tuple] = [(_("Lembar"), _("Kolom"), _("Cara mengisi"), _("Contoh"))]
    for title in (HOUSEHOLDS, PEOPLE):
        rows += [
            (title, column.title, how_to_fill(column), example)
            for column, example in zip(columns(title), EXAMPLES[title], strict=True)
        ]
    for number, cells in enumerate(rows):
        for place, cell in enumerate(cells):
            sheet.write_string(number, place, str(cell), head if number == 0 else wrapped)
    sheet.freeze_panes(1, 0)


def how_to_fill(column: Column) -> str:
    """Returns a sentence on what a column takes."""
    if words := words_of(column):
        told = _("Pilih: {words}.").format(words=", ".join(words))
    else:
        told = str(HOW.get(column.field, _("Tulis apa adanya.")))
    return told if is_needed(column) else told + " " + _("Boleh kosong.")
