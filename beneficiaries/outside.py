"""Lists of other offices: the DTSEN decile, and who receives PKH and Sembako. Dated facts, never computed here.

A row names a family by its KK, or by the NIK of a living member. A later date wins, an older one never overwrites
(shared/domain.md 1.1).
"""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pghistory
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos.crypto import blind_index
from bansos.privacy import refuse_told
from beneficiaries import nik
from beneficiaries.models import OutsideFact
from beneficiaries.register.columns import MONTHS, decile, read_date, yes_no
from beneficiaries.register.mapping import folded, names_of
from beneficiaries.register.reading import first_table
from beneficiaries.register.turns import lock_until_commit

WHY = _("%(kind)s: %(source)s")
NO_NUMBER = _("Berkas ini tidak punya kolom Nomor KK atau NIK. Tambahkan salah satunya.")
NO_DECILE = _("Berkas ini tidak punya kolom Desil. Tambahkan kolom itu.")
NO_DATE = _("Tanggal acuan tidak ada. Isi tanggalnya, atau tambahkan kolom Tanggal.")
NO_SOURCE = _("Tulis sumber daftar ini, misalnya nomor suratnya.")
IN_FUTURE = _("Tanggal acuan tidak boleh di masa depan.")
WHOLE_KIND = _("Hanya daftar penerima PKH atau Sembako yang dapat ditandai lengkap.")
WHOLE_DATE = _("Daftar lengkap perlu tanggal acuan.")

Kind = OutsideFact.Kind
# Headings, as `mapping.folded` gives them: those of the register, and how other offices call them.
KK = names_of("Nomor KK")
NIK = names_of("NIK", "nik kpm", "nik penerima", "nik pengurus", "nik kepala", "nik kepala keluarga", "nik krt")
VALUE = {
    Kind.DESIL: names_of("Desil DTSEN"),
    Kind.PKH: names_of("Menerima PKH", "menerima"),
    Kind.SEMBAKO: names_of("Menerima Sembako", "menerima"),
}
AS_OF = names_of("Tanggal Desil", "tanggal", "tanggal acuan", "periode", "bulan")

QUARTER = {"triwulan", "tw", "kuartal", "tahap"}  # PKH is paid in four, each of a quarter
QUARTERS = {"1": 1, "2": 2, "3": 3, "4": 4, "i": 1, "ii": 2, "iii": 3, "iv": 4}

# Why a row says nothing that can be used; told with its number only.
SENTENCES = {
    "number": _("Nomor KK atau NIK bukan 16 angka, atau rusak oleh Excel."),
    "value": _("Desil harus 1 sampai 10; penerima diisi Ya atau Tidak."),
    "date": _("Tanggal atau periode ini tidak terbaca. Tulis seperti 31/12/2026 atau 2026-12."),
    "contrary": _("Keluarga ini ada dua kali dengan isi berbeda pada tanggal yang sama."),
}
NOT_FOUND = _("Keluarga ini tidak ada di register wilayah Anda.")
FATES = {
    "changed": _("Berubah"),
    "renewed": _("Tetap, tanggal lebih baru"),
    "stopped": _("Tidak ada di daftar lengkap: tidak menerima lagi"),
    "same": _("Sudah begitu"),
    "older": _("Lebih lama dari yang tercatat"),
    "repeated": _("Keluarga yang sama sekali lagi"),
    "not_found": _("Tidak ditemukan"),
    "refused": _("Ditolak"),
}

# What the register knows now, by kind: value and date. The programmes keep their date in the facts alone.
KNOWN = {
    Kind.DESIL: "SELECT h.decile AS value, h.decile_on AS as_of",
    Kind.PKH: "SELECT h.receives_pkh::int AS value, f.as_of",
    Kind.SEMBAKO: "SELECT h.receives_sembako::int AS value, f.as_of",
}
SET = {
    Kind.DESIL: "decile = j.value, decile_on = j.as_of",
    Kind.PKH: "receives_pkh = (j.value = 1)",
    Kind.SEMBAKO: "receives_sembako = (j.value = 1)",
}
# A renewed receipt changes no column of the household, so only the fact is written.
TOUCHES = {
    Kind.DESIL: "('changed', 'renewed')",
    Kind.PKH: "('changed', 'stopped')",
    Kind.SEMBAKO: "('changed', 'stopped')",
}
RECEIVES = {Kind.PKH: "receives_pkh", Kind.SEMBAKO: "receives_sembako"}
STAGE = """
DROP TABLE IF EXISTS stage_outside, judged_outside;
CREATE TEMP TABLE stage_outside
    (row int, kk_index bytea, nik_index bytea, value smallint, as_of date, fault text) ON COMMIT DROP
"""
JUDGE = """
CREATE TEMP TABLE judged_outside ON COMMIT DROP AS
SELECT m.row, m.household_id, m.value, m.as_of,
    CASE WHEN m.fault IS NULL AND m.low <> m.high THEN 'contrary' ELSE m.fault END AS fault,
    CASE
        WHEN m.fault IS NOT NULL OR m.low <> m.high THEN 'refused'
        WHEN m.household_id IS NULL THEN 'not_found'
        WHEN m.place > 1 THEN 'repeated'
        WHEN m.as_of < known.as_of THEN 'older'
        WHEN m.value IS DISTINCT FROM known.value THEN 'changed'
        WHEN m.as_of = known.as_of THEN 'same'
        ELSE 'renewed'
    END AS fate
FROM (
    SELECT r.*,
        row_number() OVER (PARTITION BY r.household_id, r.fault ORDER BY r.as_of DESC, r.row) AS place,
        CASE WHEN r.household_id IS NOT NULL THEN min(r.value) OVER same_day END AS low,
        CASE WHEN r.household_id IS NOT NULL THEN max(r.value) OVER same_day END AS high
    FROM (
        SELECT s.row, s.value, s.as_of, s.fault, h.id AS household_id
        FROM stage_outside s
        LEFT JOIN beneficiaries_person p ON p.nik_index = s.nik_index AND s.kk_index IS NULL
            AND p.died_on IS NULL AND p.merged_into_id IS NULL
        LEFT JOIN beneficiaries_household own ON own.kk_index = s.kk_index
        LEFT JOIN beneficiaries_household h ON h.id = COALESCE(own.id, p.household_id)
            AND (h.region_id = %(region)s OR h.region_id LIKE %(region)s || '.%%')
    ) r
    WINDOW same_day AS (PARTITION BY r.household_id, r.as_of, r.fault)
) m
LEFT JOIN beneficiaries_household h ON h.id = m.household_id
LEFT JOIN (
    SELECT DISTINCT ON (household_id) household_id, as_of FROM beneficiaries_outsidefact
    WHERE kind = %(kind)s ORDER BY household_id, as_of DESC, id DESC
) f ON f.household_id = m.household_id
LEFT JOIN LATERAL ({known}) known ON true
"""
# Whom a list that names all recipients of a region leaves out, though the register has that they receive.
STOP = """
INSERT INTO judged_outside (household_id, value, as_of, fate)
SELECT h.id, 0, %(as_of)s, 'stopped' FROM beneficiaries_household h
WHERE h.{receives} AND (h.region_id = %(region)s OR h.region_id LIKE %(region)s || '.%%')
    AND NOT EXISTS (SELECT FROM judged_outside j WHERE j.household_id = h.id)
    AND NOT EXISTS (
        SELECT FROM beneficiaries_outsidefact f
        WHERE f.household_id = h.id AND f.kind = %(kind)s AND f.as_of >= %(as_of)s
    )
"""
KEEP = """
INSERT INTO beneficiaries_outsidefact (household_id, kind, value, as_of, source, imported_by_id, imported_at)
SELECT household_id, %(kind)s, value, as_of, %(source)s, %(by)s, now()
FROM judged_outside WHERE fate IN ('changed', 'renewed', 'stopped') ORDER BY household_id
"""
UPDATE = """
UPDATE beneficiaries_household h SET {set}, updated_at = now()
FROM judged_outside j WHERE j.household_id = h.id AND j.fate IN {touches}
"""


class OutsideError(ValueError):
    """The list cannot be taken; its sentence says how to mend it."""


def import_list(
    *, kind: str, path: Path | str, source: str, region: str, as_of: date | None = None, whole: bool = False, by=None,
    dry_run: bool = False,
) -> dict:  # fmt: skip
    """Takes a list over for the families inside `region`. `as_of` dates the rows that give no date of their own.

    A `whole` list names all who receive there: whom it leaves out receives no more, unless a row of it was refused,
    which may have been theirs.
    Returns the rows by fate, and the refused and unknown rows as (row, reason), at most 200.
    Raises OutsideError, and FileError for a file that cannot be read.
    """
    kind = Kind(kind)
    if not source.strip():
        raise OutsideError(str(NO_SOURCE))
    refuse_told(OutsideError, source)
    if as_of and as_of > timezone.localdate():
        raise OutsideError(str(IN_FUTURE))
    if whole and kind == Kind.DESIL:
        raise OutsideError(str(WHOLE_KIND))
    if whole and not as_of:
        raise OutsideError(str(WHOLE_DATE))
    said = {
        "as_of": as_of,
        "kind": kind.value,
        "region": region,
        "source": source.strip()[:120],
        "by": by.pk if by else None,
    }
    why = str(WHY % {"kind": kind.label, "source": said["source"]})
    with transaction.atomic(), pghistory.context(user=said["by"], source=f"outside:{kind.value}", reason=why):
        lock_until_commit()
        with connection.cursor() as cursor:
            cursor.execute(STAGE)
            with cursor.copy("COPY stage_outside FROM STDIN") as copy:
                for row in _rows(kind, Path(path), as_of):
                    copy.write_row(row)
            cursor.execute("ANALYZE stage_outside")
            cursor.execute(JUDGE.replace("{known}", KNOWN[kind]), said)
            counts = _counted(cursor)
            if whole and not counts["rows"]["refused"]:
                cursor.execute(STOP.format(receives=RECEIVES[kind]), said)
                counts["rows"]["stopped"] = cursor.rowcount
            if not dry_run:
                cursor.execute("DISCARD PLANS")  # of the history triggers, made for few rows
                cursor.execute(KEEP, said)
                cursor.execute(UPDATE.format(set=SET[kind], touches=TOUCHES[kind]))
    return counts


def _counted(cursor) -> dict:
    cursor.execute("SELECT fate, count(*) FROM judged_outside GROUP BY fate")
    counts = dict.fromkeys(FATES, 0) | dict(cursor.fetchall())
    cursor.execute(
        "SELECT row, COALESCE(fault, fate) FROM judged_outside WHERE fate IN ('refused', 'not_found')"
        " ORDER BY row LIMIT 200"
    )
    return {"rows": counts, "told": [list(row) for row in cursor.fetchall()]}


def _rows(kind: Kind, path: Path, as_of: date | None) -> Iterator[tuple]:
    table = first_table(path)
    places = {folded(title): place for place, title in reversed(list(enumerate(next(table, []))))}

    def cell(names: tuple[str, ...]) -> Callable[[list[str]], str]:
        place = next((places[name] for name in names if name in places), None)
        return lambda cells: cells[place].strip() if place is not None and place < len(cells) else ""

    if not places.keys() & {*KK, *NIK}:
        raise OutsideError(str(NO_NUMBER))
    if kind == Kind.DESIL and not places.keys() & {*VALUE[kind]}:
        raise OutsideError(str(NO_DECILE))
    if as_of is None and not places.keys() & {*AS_OF}:
        raise OutsideError(str(NO_DATE))
    kk, number, value, day = cell(KK), cell(NIK), cell(VALUE[kind]), cell(AS_OF)
    for row, cells in enumerate(table, 2):
        if any(text.strip() for text in cells):
            yield row, *_judged(kind, kk(cells), number(cells), value(cells), day(cells), as_of)


def _judged(kind: Kind, kk: str, number: str, value: str, day: str, as_of: date | None) -> tuple:
    """Returns (kk index, nik index, value, date, fault) of one row."""
    try:
        kk_index = blind_index(nik.clean(kk), "kk") if kk else None
        nik_index = blind_index(nik.clean(number), "nik") if number and not kk else None
    except nik.NumberError:
        return None, None, None, None, "number"
    if kk_index is nik_index is None:
        return None, None, None, None, "number"
    try:
        found = decile(value) if kind == Kind.DESIL else int(yes_no(value or "Ya"))  # to be listed is to receive
    except ValueError:
        found = None
    if found is None:
        return kk_index, nik_index, None, None, "value"
    dated = read_period(day) if day else as_of
    if dated is None or dated > timezone.localdate():
        return kk_index, nik_index, None, None, "date"
    return kk_index, nik_index, found, dated, None


def read_period(text: str) -> date | None:
    """Returns the date of a cell, or the first day of what it names: "2026-07", "Juli 2026", "Okt-Des 2026",
    "Triwulan IV 2026"; None for what is neither.
    """
    words = folded(text).split()
    try:
        if len(words) == 2 and words[0].isdigit() and len(words[0]) == 4:
            return date(int(words[0]), int(words[1]), 1)
        if len(words) in {2, 3} and all(word in MONTHS for word in words[:-1]):
            return date(int(words[-1]), MONTHS[words[0]], 1)
        if len(words) == 3 and words[0] in QUARTER and words[1] in QUARTERS:
            return date(int(words[2]), QUARTERS[words[1]] * 3 - 2, 1)
        return read_date(text)
    except ValueError:
        return None
