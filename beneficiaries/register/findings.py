"""What is wrong with which row, in words: read from the judged tables, told with the row's own cells."""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext_lazy as _

from bansos.models import Region
from bansos.privacy import mask, mask_numbers
from beneficiaries.models import Household, ImportRow, Person, RegisterImport
from beneficiaries.register.asked import among
from beneficiaries.register.columns import EXCEL_ERRORS, HOUSEHOLDS, PEOPLE, Column, columns
from beneficiaries.register.mapping import words_of
from beneficiaries.register.reading import Register

SENTENCES = {
    "nik_not_16_digits": _("NIK harus 16 angka. Salin lagi dari KTP atau KK."),
    "nik_not_16_digits:empty": _("NIK kosong. Isi 16 angka dari KTP atau KK."),
    "nik_spoiled_by_excel": _("Excel merusak NIK ini. Ubah kolom NIK menjadi teks, lalu ketik ulang."),
    "nik_twice_in_file": _("NIK ini sudah ada di baris {0}. Periksa mana yang benar."),
    "nik_twice_in_file:doubt": _("NIK ini sudah ada di baris {0}, tetapi di sana tidak cocok dengan tanggal lahir."),
    "nik_twice_in_file:elsewhere": _("NIK ini sudah ada di baris {0} dengan nomor KK lain. Pilih KK yang benar."),
    "unknown_kk": _("Nomor KK ini tidak ada di lembar Keluarga maupun di register. Periksa nomornya."),
    "family_refused": _("Keluarganya ditolak. Perbaiki baris keluarganya dulu."),
    "no_family": _("Baris ini tanpa nomor KK dan alamat. Bila bukan data keluarga, misalnya jumlah, abaikan."),
    "no_person": _("Baris ini tanpa NIK, nomor KK, dan nama. Bila bukan data warga, misalnya tanda tangan, abaikan."),
    "person_deceased": _("Warga dengan NIK ini tercatat meninggal. Hapus barisnya bila benar."),
    "person_left": _("Warga ini tercatat pindah ke luar. Bila sudah kembali, catat pindah masuk dulu."),
    "impossible_birth_date": _("Tanggal lahir ini tidak mungkin. Tulis seperti 31/12/1990."),
    "impossible_birth_date:empty": _("Tanggal lahir kosong. Tulis seperti 31/12/1990."),
    "number_in_words": _("Kolom {column} berisi NIK atau nomor lain. Periksa apakah baris ini bergeser satu kolom."),
    "name_missing": _("Nama kosong. Isi nama lengkap sesuai KTP."),
    "excel_error": _("Kolom {column} berisi kesalahan Excel, bukan isinya. Perbaiki rumusnya, atau ketik isinya."),
    "kk_not_16_digits": _("Nomor KK harus 16 angka. Salin lagi dari kartu keluarga."),
    "kk_not_16_digits:empty": _("Nomor KK kosong. Isi di setiap baris, juga bila selnya digabung."),
    "kk_spoiled_by_excel": _("Excel merusak nomor KK ini. Ubah kolomnya menjadi teks, lalu ketik ulang."),
    "kk_twice_in_file": _("Nomor KK ini sudah ada di baris {0}. Hapus salah satunya."),
    "unknown_kelurahan": _("Kode kelurahan ini tidak ada di kecamatan kita. Periksa kodenya."),
    "unknown_kelurahan:empty": _("Kode kelurahan kosong. Isi kodenya, misalnya 31.75.07.1003."),
    "unknown_rt_rw": _("RT/RW ini tidak ada di kelurahan itu. Periksa nomor RT dan RW."),
    "decile_out_of_range": _("Desil harus angka 1 sampai 10, atau kosong."),
    "decile_without_date": _("Desil perlu tanggal. Isi Tanggal Desil."),
    "impossible_date": _("Tanggal ini tidak mungkin atau belum terjadi. Tulis seperti 31/12/2025."),
    "unknown_choice": _("Isi kolom {column} tidak dikenal. Pilih salah satu: {words}."),
    "unknown_choice:empty": _("Kolom {column} kosong. Pilih salah satu: {words}."),
    "not_a_number": _("Kolom {column} harus angka bulat tanpa koma."),
    "not_a_number:empty": _("Kolom {column} kosong. Isi angkanya, atau 0 bila tidak ada."),
    "text_missing": _("Kolom {column} kosong. Isi kolom ini."),
    "text_too_long": _("Isi kolom {column} terlalu panjang. Singkatkan."),
    "nik_disagrees_with_birth_date": _("NIK tidak cocok dengan tanggal lahir atau jenis kelamin. Periksa keduanya."),
    "decided_later": _("{column}: register berisi {0}, diputuskan sesudah tanggal berkas. Isi register dipertahankan."),
    "head_missing": _("Keluarga ini tidak punya kepala keluarga. Isi Hubungan Keluarga satu anggotanya."),
    "head_twice": _("Keluarga ini sudah punya kepala keluarga lain. Periksa siapa kepalanya."),
    "moves_family": _("Warga ini tercatat di KK lain dan akan pindah ke KK ini. Periksa nomor KK-nya."),
    "other_person": _("Nama dan tanggal lahir warga dengan NIK ini di register berbeda. Periksa NIK-nya."),
    "nik_of_other_person": _(
        "NIK ini di register milik orang lain: nama dan tanggal lahirnya berbeda. Periksa NIK-nya; bila register yang "
        "keliru, betulkan warga itu dulu."
    ),
    "family_left": _("Keluarga ini tercatat pindah atau bubar. Bila masih di sini, catat pindah masuk kembali."),
    "family_rows_disagree": _(
        "Baris {0} menyebut {column} lain untuk keluarga ini. Yang dimuat isi baris ini. Periksa mana yang benar."
    ),
    "phone_unreadable": _("Nomor HP ini tidak dapat dihubungi, jadi tidak dimuat. Periksa nomornya."),
}
FORMULA = _("Kolom {column} berisi rumus. Salin kolom itu, lalu tempel sebagai nilai saja.")  # whatever its code
# The same without a row's own details, for the table of counts.
GENERAL = {
    "nik_twice_in_file": _("NIK muncul dua kali di berkas. Baris yang belakangan ditolak."),
    "kk_twice_in_file": _("Nomor KK muncul dua kali di berkas. Baris yang belakangan ditolak."),
    "unknown_choice": _("Ada isi kolom yang tidak dikenal. Pakai kata dari contoh berkas."),
    "not_a_number": _("Ada kolom angka yang tidak berisi angka bulat."),
    "text_missing": _("Ada kolom wajib yang kosong."),
    "family_rows_disagree": _(
        "Baris dari satu KK menyebut data keluarga yang berbeda. Yang dimuat baris pertamanya. Periksa mana yang benar."
    ),
    "number_in_words": _("Ada nomor di kolom yang seharusnya berisi kata. Mungkin barisnya bergeser satu kolom."),
    "excel_error": _("Ada sel berisi kesalahan Excel seperti #N/A. Perbaiki rumusnya, atau ketik isinya."),
    "text_too_long": _("Ada isi kolom yang terlalu panjang."),
    "decided_later": _("Petugas memutuskan isi lain sesudah tanggal berkas. Isi register dipertahankan."),
}
SECRET, NOTHING, YES, NO = _("nomor lain"), _("kosong"), _("Ya"), _("Tidak")
SECRET_FIELDS = {"nik", "kk", "phone"}
_DIGIT = re.compile(r"\d")
BATCH = 50  # rows; a longer statement costs more to read than it saves
# A person's own family in the register, else the one of the KK in the file.
_OWN_FAMILY = "coalesce((SELECT p.household_id FROM beneficiaries_person p WHERE p.id = j.person_id), h.id)"


class Finding(NamedTuple):
    """One reason about one row. `cells` is the refused row as it was, given with the first reason only; `family` the
    number of the household in the register that the row is about.
    """

    sheet: str
    row: int
    column: str
    level: str
    code: str
    value: str
    sentence: str
    cells: list[str] | None
    family: int | None


def general_sentence(code: str) -> str:
    return str(GENERAL.get(code) or SENTENCES[code])


def read(register: Register) -> Iterator[Finding]:
    """Gives every finding in the order of the file. Goes through the file again for the cells of the rows found."""
    for sheet, table, family in ((HOUSEHOLDS, "judged_household", "h.id"), (PEOPLE, "judged_person", _OWN_FAMILY)):
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT j.row, j.errors,
                    CASE WHEN j.fate = 'conflicting' THEN j.warnings || j.conflicts ELSE j.warnings END, {family}
                FROM {table} j LEFT JOIN beneficiaries_household h ON h.kk_index = j.kk_index
                WHERE j.errors <> '{{}}' OR j.warnings <> '{{}}' OR j.fate = 'conflicting'"""  # noqa: S608
            )
            found = {row: told for row, *told in cursor.fetchall()}
        if not found:
            continue
        for row in register.rows(sheet, only=among(found)):
            yield from _of_row(sheet, row, *found[row.number])


def _of_row(sheet: str, row, errors: list[str], warnings: list[str], family: int | None) -> Iterator[Finding]:
    places = {column.field: (place, column) for place, column in enumerate(columns(sheet))}
    cells = row.cells if errors else None
    faults = [(ImportRow.Level.ERROR, fault) for fault in errors]
    if not errors:
        faults = [(ImportRow.Level.WARNING, fault) for fault in warnings]
    for level, fault in faults:
        code, field, *details = fault.split(":")
        if code == "decided_later":
            details = [_in_words(sheet, field, ":".join(details))]
        place, column = places[field]
        value = row.cells[place][:200]
        yield Finding(
            sheet, row.number, column.title, level, code,
            mask(value) if field in SECRET_FIELDS and _DIGIT.search(value) else mask_numbers(value),
            _sentence(code, column, details, value if errors else None), cells, family,
        )  # fmt: skip
        cells = None


def _in_words(sheet: str, field: str, value: str) -> str:
    """Returns what the register has as its pages show it; an encrypted number is not told."""
    if field in SECRET_FIELDS:
        return str(SECRET)
    if field == "rt":
        return Region.objects.get(code=value).label
    choices = getattr((Household if sheet == HOUSEHOLDS else Person)._meta.get_field(field), "flatchoices", ())
    shown = {"true": YES, "false": NO, "": NOTHING}.get(value, value)
    return mask_numbers(str(dict(choices).get(value, shown)))


def _sentence(code: str, column: Column, details: list[str], refused: str | None) -> str:
    """Returns what to tell of a cell; `refused` is its text where the row is refused for it, or None."""
    kinds = details if refused is None or refused.strip() else [*details, "empty"]
    key = next((found for kind in kinds if (found := f"{code}:{kind}") in SENTENCES), code)
    key = "excel_error" if refused in EXCEL_ERRORS else key
    sentence = FORMULA if refused and refused.startswith("=") else SENTENCES[key]
    return str(sentence).format(*details, column=column.title, words=", ".join(words_of(column)))


def save(register_import: RegisterImport, findings: Iterable[Finding]) -> None:
    """Replaces the stored findings of an import."""
    register_import.rows.all().delete()
    rows = (
        ImportRow(
            register_import=register_import,
            sheet=f.sheet, row=f.row, column=f.column, level=f.level, code=f.code, value=f.value,
            sentence=f.sentence, family=f.family, raw=json.dumps(f.cells) if f.cells else None,
        )
        for f in findings
    )  # fmt: skip
    while batch := list(islice(rows, BATCH)):
        ImportRow.objects.bulk_create(batch)
