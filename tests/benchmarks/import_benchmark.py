"""Loading a register of two CSV files, a hundredth of its people spoiled.

Ours: `register.import_file`, all of it: cleaning, encryption, judging, history, likely duplicates. Usual: the default
way of django-import-export (a ModelResource, row by row) on a subset, with the same cleaning, encryption and history.
Bulk: the same with its bulk mode.
A workbook of a tenth of it is read by `open_register` and by openpyxl, cell by cell to the last row.
Limit: COPY of what ours wrote, clean and encrypted already, into the same tables with their keys and history.
"""

import csv
import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import chain, islice
from pathlib import Path

import tablib
import xlsxwriter
from django.db import connection, transaction
from import_export import resources
from import_export.fields import Field
from import_export.instance_loaders import CachedInstanceLoader
from import_export.widgets import Widget
from openpyxl import Workbook, load_workbook

from bansos.crypto import blind_index
from bansos.models import Region
from beneficiaries import register
from beneficiaries.models import Household, Person
from beneficiaries.register import lines
from beneficiaries.register.columns import HOUSEHOLDS, PEOPLE, columns
from beneficiaries.register.reading import open_register
from tests.benchmarks import Benchmark, IncorrectError, checkpoint
from tests.benchmarks.memory import megabytes_of_a_load
from tests.benchmarks.register_files import RegisterFiles

TABLES = ("beneficiaries_household", "beneficiaries_person")
FATES = ("new", "changed", "unchanged", "refused")


def build(*, small: bool) -> Benchmark:
    folder = Path(tempfile.mkdtemp(prefix="bansos-import-", dir=_folder_of_cluster()))
    files = RegisterFiles(folder / "all", 300 if small else 100_000)
    tenth = RegisterFiles(folder / "tenth", files.households // 10)
    subset = RegisterFiles(folder / "subset", 40 if small else 500)
    changed = _change_a_tenth(files.folder, folder / "changed")
    first = load(files)
    check(files, first)
    keep(folder)
    return Benchmark(
        unit="baris/detik",
        ours=lambda: rows(load(files)),
        usual=lambda: row_by_row(subset),
        limit=lambda: copy_in(folder),
        before=empty,
        extra=lambda: (
            _medians(lambda: _over_bulk(files, subset), small)
            | _medians(lambda: _again(files.folder, changed), small)
            | _memory(tenth, files)
            | _workbook(tenth)
        ),
        goal={
            "ours_over_usual": 60.0,
            "ours_over_bulk": 30.0,
            "ours_over_limit": 0.5,
            "unchanged_over_first": 2.0,
            "tenth_changed_over_first": 2.0,
            "xlsx_over_openpyxl": 12.0,
        },
        at_most={"rows_written_again": 0, "memory_growth_mb": 32.0},
        repeats=2 if small else 3,
    )


def _folder_of_cluster() -> Path:
    return Path(connection.settings_dict["HOST"]).parent


def load(files: RegisterFiles) -> dict:
    """Returns the counts that the verb tells."""
    counts, _findings = register.import_file(path=files.folder)
    return counts


def rows(counts: dict) -> int:
    """Returns how many rows were judged."""
    return sum(counts[kind][fate] for kind in ("households", "people") for fate in FATES)


def check(files: RegisterFiles, counts: dict) -> None:
    """What was refused is what was spoiled, and the register holds the rest as the file has it, or IncorrectError."""
    wanted = files.households, files.people, dict(files.errors)
    got = counts["households"]["new"], counts["people"]["new"], counts["errors"]
    if got != wanted:
        raise IncorrectError(f"loaded {got}, the file holds {wanted}")
    people = open_register(files.folder).rows(PEOPLE)
    for row, _number in zip(people, range(1_000), strict=False):
        cells, faults = lines.judge(columns(PEOPLE), row.cells)
        if faults or cells["kk"] == "3175072812309999":
            continue
        found = Person.objects.select_related("household").get(nik_index=blind_index(cells["nik"], "nik"))
        if (found.nik, found.name, found.household.kk) != (cells["nik"], cells["name"], cells["kk"]):
            raise IncorrectError(f"row {row.number} reads otherwise in the register")
    if Person.pgh_event_model.objects.count() != files.people:
        raise IncorrectError("the history does not hold one event a person")


def empty() -> None:
    """Leaves no family in the register, nor in its history."""
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE beneficiaries_household, beneficiaries_person, beneficiaries_householdevent,"
            " beneficiaries_personevent CASCADE"
        )


def keep(folder: Path) -> None:
    """Writes aside what ours has loaded, as COPY takes it."""
    with connection.cursor() as cursor:
        for table in TABLES:
            with (folder / table).open("wb") as file, cursor.copy(f"COPY {table} TO STDOUT (FORMAT binary)") as copy:
                for piece in copy:
                    file.write(piece)


def copy_in(folder: Path) -> int:
    """Copies what `keep` wrote into the empty tables. Returns how many rows."""
    done = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")
        for table in TABLES:
            with (folder / table).open("rb") as file, cursor.copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
                while piece := file.read(1 << 18):
                    copy.write(piece)
            done += cursor.rowcount
    return done


class _Index(Widget):
    """Reads a number as its blind index, by which the row is found."""

    def __init__(self, kind: str):
        super().__init__()
        self.kind = kind

    def clean(self, value, row=None, **kwargs):
        return blind_index(value, self.kind)

    def render(self, value, obj=None, **kwargs):
        return bytes(value).hex() if value else ""


class _Households(resources.ModelResource):
    kk_index = Field(attribute="kk_index", column_name="kk", widget=_Index("kk"))

    class Meta:
        model = Household
        import_id_fields = ["kk_index"]
        exclude = ["id", "created_at", "updated_at", "phone_index", "account", "account_index", "status"]


class _People(resources.ModelResource):
    nik_index = Field(attribute="nik_index", column_name="nik", widget=_Index("nik"))

    class Meta:
        model = Person
        import_id_fields = ["nik_index"]
        exclude = ["id", "created_at", "updated_at", "died_on"]


class _Bulk:
    """What django-import-export offers for many rows."""

    use_bulk, batch_size, skip_diff, skip_unchanged, report_skipped = True, 1_000, True, False, False
    instance_loader_class = CachedInstanceLoader


class _HouseholdsInBulk(_Households):
    class Meta(_Households.Meta, _Bulk):
        pass


class _PeopleInBulk(_People):
    class Meta(_People.Meta, _Bulk):
        pass


def _medians(measure: Callable[[], dict[str, float]], small: bool) -> dict[str, float]:
    """Measures three times, as the arms are measured; of each ratio the median, of what is written the most."""
    turns = [measure() for _turn in range(1 if small else 3)]
    return {
        key: (max if key == "rows_written_again" else statistics.median)(turn[key] for turn in turns)
        for key in turns[0]
    }


def _over_bulk(files: RegisterFiles, subset: RegisterFiles) -> dict[str, float]:
    speeds = []
    for arm in (lambda: rows(load(files)), lambda: row_by_row(subset, _HouseholdsInBulk, _PeopleInBulk)):
        empty()
        checkpoint()
        started = time.perf_counter()
        speeds.append(arm() / (time.perf_counter() - started))
    return {"ours_over_bulk": speeds[0] / speeds[1]}


def row_by_row(files: RegisterFiles, household_resource=_Households, people_resource=_People) -> int:
    """Imports with django-import-export what is right in the files. Returns how many rows."""
    found = open_register(files.folder)
    places = set(Region.objects.filter(level="rt").values_list("code", flat=True))
    households = []
    for row in found.rows(HOUSEHOLDS):
        cells, _faults = lines.judge(columns(HOUSEHOLDS), row.cells)
        region = f"{cells.pop('kelurahan')}.{cells.pop('rw')}.{cells.pop('rt')}"
        households.append({k: v for k, v in cells.items() if k} | {"region": region if region in places else None})
    done = _import(household_resource(), households)
    families = {family.kk: family for family in Household.objects.all()}
    people = []
    for row in found.rows(PEOPLE):
        cells, faults = lines.judge(columns(PEOPLE), row.cells)
        if not faults and (family := families.get(cells.pop("kk"))):
            cells["birth_place"], cells["education"] = cells["birth_place"] or "", cells["education"] or ""
            people.append(cells | {"household": family.pk, "region": family.region_id})
    return done + _import(people_resource(), people)


def _import(resource: resources.ModelResource, rows: list[dict]) -> int:
    result = resource.import_data(tablib.Dataset(*(row.values() for row in rows), headers=list(rows[0])))
    if result.has_errors() or result.has_validation_errors():
        raise IncorrectError(f"django-import-export refuses: {result.row_errors()[:1]} {result.invalid_rows[:1]}")
    return len(rows)


def _again(whole: Path, changed: Path) -> dict[str, float]:
    """Loads three times: the second time nothing has changed, so nothing is written; the third time a tenth has.

    Statistics are as the load left them.
    """
    empty()
    speeds, written = [], []
    for path in (whole, whole, changed):
        checkpoint()
        before, started = _written(), time.perf_counter()
        counts, _findings = register.import_file(path=path)
        speeds.append(rows(counts) / (time.perf_counter() - started))
        written.append(_written() - before)
    return {
        "unchanged_over_first": speeds[1] / speeds[0], "tenth_changed_over_first": speeds[2] / speeds[0],
        "rows_written_again": written[1],
    }  # fmt: skip


def _change_a_tenth(source: Path, target: Path) -> Path:
    """Writes the same register with other addresses and places of birth in every tenth row."""
    target.mkdir()
    for name, title in (("keluarga.csv", "Alamat"), ("anggota.csv", "Tempat Lahir")):
        with (source / name).open(newline="") as old, (target / name).open("w", newline="") as new:
            rows, writer = csv.reader(old), csv.writer(new)
            heading = next(rows)
            writer.writerow(heading)
            place = heading.index(title)
            for number, row in enumerate(rows):
                if number % 10 == 0:
                    row[place] += " Baru"
                writer.writerow(row)
    return target


def _written() -> int:
    """How many rows of the register and its history were ever written in this database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd)::bigint FROM pg_stat_user_tables WHERE relname LIKE ANY (%s)",
            [["beneficiaries\\_household%", "beneficiaries\\_person%"]],
        )
        return cursor.fetchone()[0]


def _memory(tenth: RegisterFiles, files: RegisterFiles) -> dict[str, float]:
    peaks = []
    for each in (tenth, files):
        empty()
        peaks.append(megabytes_of_a_load(each.folder))
    small, large = map(sum, peaks)
    return {"memory_growth_mb": large - small, "second_reader_mb": peaks[1][1]}


# Columns that hold numbers in the sample register and in any that was typed into a spreadsheet.
NUMBERS = {"Luas Lantai (m2)", "Daya Listrik (VA)", "Pengeluaran per Bulan", "Desil DTSEN", "Penghasilan per Bulan"}


def _workbook(files: RegisterFiles) -> dict[str, float]:
    """Reads a workbook to its last row: ours with its checks and formulas, openpyxl as it streams (`read_only`).

    Once as the sample register is written, each text in its cell; once as Excel writes, texts in a table of their own.
    """
    path = files.folder / "register.xlsx"
    found = {}
    for name, write in (("xlsx_over_openpyxl", _write_inline), ("xlsx_of_excel_over_openpyxl", _write_shared)):
        write(files, path)
        ours, theirs = _seconds(_ours_of_a_workbook, path), _seconds(_openpyxl_of_a_workbook, path)
        if ours[1] != theirs[1]:
            raise IncorrectError(f"read {ours[1]} of a workbook, openpyxl {theirs[1]}")
        found[name] = theirs[0] / ours[0]
    return found


def _seconds(arm, path: Path) -> tuple[float, tuple[int, int]]:
    started = time.perf_counter()
    found = arm(path)
    return time.perf_counter() - started, found


def _typed(files: RegisterFiles):
    """Gives for each sheet its rows with numbers as numbers."""
    for sheet, name in ((HOUSEHOLDS, "keluarga.csv"), (PEOPLE, "anggota.csv")):
        with (files.folder / name).open(newline="") as file:
            rows = csv.reader(file)
            titles = next(rows)
            numbers = [title in NUMBERS for title in titles]
            typed = (
                [
                    int(cell) if number and cell.isdigit() else cell or None
                    for cell, number in zip(row, numbers, strict=True)
                ]
                for row in rows
            )
            yield sheet, chain([titles], typed)


def _write_inline(files: RegisterFiles, path: Path) -> None:
    book = Workbook(write_only=True)
    for sheet, rows in _typed(files):
        page = book.create_sheet(sheet)
        for row in rows:
            page.append(row)
    book.save(path)


def _write_shared(files: RegisterFiles, path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        for sheet, rows in _typed(files):
            page = book.add_worksheet(sheet)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)


def _ours_of_a_workbook(path: Path) -> tuple[int, int]:
    book = open_register(path)
    return _counted(row.cells for sheet in (HOUSEHOLDS, PEOPLE) for row in book.rows(sheet))


def _openpyxl_of_a_workbook(path: Path) -> tuple[int, int]:
    book = load_workbook(path, read_only=True)
    return _counted(row for sheet in (HOUSEHOLDS, PEOPLE) for row in islice(book[sheet].values, 1, None))


def _counted(rows) -> tuple[int, int]:
    """Returns how many rows there are, and how long the texts of their first cells."""
    count = length = 0
    for row in rows:
        count, length = count + 1, length + len(row[0])
    return count, length
