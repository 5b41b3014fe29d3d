"""Loading the register: the sample file against its answer key, tolerance, updates and history."""

import csv
import json
import re
from datetime import date, timedelta

import pghistory
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from bansos.crypto import blind_index
from bansos.models import Job
from beneficiaries import nik, register
from beneficiaries.models import DuplicatePair, Household, ImportRow, Person, RegisterImport, ScoringRun
from beneficiaries.register.columns import proper_name, read_date
from beneficiaries.register.findings import SENTENCES
from tests import cases, make, people
from tests.workbooks import SAMPLE, SAMPLE_KK, SAMPLE_NIK, household_row, person_row, workbook

pytestmark = pytest.mark.django_db
KEY = json.loads((SAMPLE / "kunci.json").read_text())


@pytest.fixture
def load(tmp_path):
    """Returns `load(body, dry_run=False)`: the counts and the findings of an XLSX."""

    def run(body: bytes, **options):
        path = tmp_path / "register.xlsx"
        path.write_bytes(body)
        return register.import_file(path=path, **options)

    return run


def person(number: str) -> Person:
    return Person.objects.get(nik_index=blind_index(number, "nik"))


# --- the sample

# Of its 5,934 people the key refuses 84 by a person's code and 37 with their family. `accepted.people` takes off the
# 12 refused families once more; the file itself holds these 5,813, which the test below counts without the portal.
PEOPLE_CODES = set(KEY["errors"]) - {"unknown_kelurahan", "decile_out_of_range"}
PEOPLE = KEY["people"] - sum(KEY["errors"][code] for code in PEOPLE_CODES) - KEY["people_of_refused_families"]


def test_the_key_s_people_are_twelve_too_few():
    """The sample's own CSV counted with the standard library: each refused person has one reason, never two."""
    families, members = (
        list(csv.DictReader((SAMPLE / name).read_text("utf-8-sig").splitlines()))
        for name in ("keluarga.csv", "anggota.csv")
    )
    known = {row["Nomor KK"] for row in families}
    refused = {
        row["Nomor KK"] for row in families
        if not re.fullmatch(r"31\.75\.07\.100[1-7]", row["Kode Kelurahan"]) or int(row["Desil DTSEN"] or 1) > 10
    }  # fmt: skip
    seen: set[str] = set()
    wrong = with_family = 0
    for row in members:
        number = re.sub(r"['\s]", "", row["NIK"])
        day, first = row["Tanggal Lahir"].strip(), number not in seen
        seen.add(number)
        try:
            date.fromisoformat(re.sub(r"^(\d{2})/(\d{2})/(\d{4})$", r"\3-\2-\1", day))
        except ValueError:
            day = ""
        right = re.fullmatch(r"\d{16}", number) and first and row["Nama Lengkap"].strip() and day
        if not (right and row["Nomor KK"] in known):
            wrong += 1
        elif row["Nomor KK"] in refused:
            with_family += 1
    assert (len(refused), wrong, with_family) == (12, 84, KEY["people_of_refused_families"])
    assert len(members) - wrong - with_family == PEOPLE == KEY["accepted"]["people"] + len(refused)


def test_counts_equal_the_key_and_a_second_load_changes_nothing():
    preview, _ = register.import_file(path=SAMPLE / "register.xlsx", dry_run=True)
    assert Household.objects.count() == Person.objects.count() == 0
    first, found = register.import_file(path=SAMPLE / "register.xlsx")
    assert {key: first[key] for key in preview} == preview
    assert first["errors"] == KEY["errors"] | {"family_refused": KEY["people_of_refused_families"]}
    assert first["warnings"] == KEY["warnings"]
    assert first["duplicates"] == len(KEY["duplicates"])
    assert first["households"] == {"new": KEY["accepted"]["families"], "changed": 0, "unchanged": 0, "refused": 12}
    assert first["people"] == {"new": PEOPLE, "changed": 0, "unchanged": 0, "refused": KEY["people"] - PEOPLE}
    assert (Household.objects.count(), Person.objects.count()) == (KEY["accepted"]["families"], PEOPLE)
    assert len(found) == sum(first["errors"].values()) + sum(first["warnings"].values())

    events = Person.pgh_event_model.objects.count(), Household.pgh_event_model.objects.count()
    again, _ = register.import_file(path=SAMPLE)  # the same, as two CSV files
    assert again["households"] == {"new": 0, "changed": 0, "unchanged": 1988, "refused": 12}
    assert again["people"] == {"new": 0, "changed": 0, "unchanged": PEOPLE, "refused": KEY["people"] - PEOPLE}
    assert again["duplicates"] == first["duplicates"]
    assert (Person.pgh_event_model.objects.count(), Household.pgh_event_model.objects.count()) == events

    pairs = {frozenset((p.first.nik, p.second.nik)) for p in DuplicatePair.objects.select_related("first", "second")}
    assert pairs == set(map(frozenset, KEY["duplicates"]))
    for number in KEY["formula_names"]:
        assert person(number).name == '=HYPERLINK("http://example.invalid","klik")'


def test_command_tells_in_json_and_lists_refused_rows(tmp_path, capsys):
    out = tmp_path / "salah.csv"
    call_command("import_register", str(SAMPLE / "register.xlsx"), "--json", "--errors", str(out))
    told = json.loads(capsys.readouterr().out)
    assert told.keys() == {
        "households",
        "people",
        "errors",
        "warnings",
        "conflicting",
        "duplicates",
        "seconds",
        "import",
    }
    with out.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == told["households"]["refused"] + told["people"]["refused"]
    assert rows[0].keys() == {"lembar", "baris", "kolom", "kode", "isi", "penjelasan"}
    for row in rows:
        assert row["penjelasan"] and row["kode"] in told["errors"]
        if row["kolom"] in {"NIK", "Nomor KK"}:
            assert "*" in row["isi"] and not any(part.isdigit() and len(part) > 4 for part in row["isi"].split("*"))


def test_command_dry_run_and_user(capsys):
    people.ani()
    call_command("import_register", str(SAMPLE), "--dry-run")
    assert "Belum ada yang dimuat" in capsys.readouterr().out and not Household.objects.exists()
    with pytest.raises(CommandError, match="Pengguna nobody tidak ada"):
        call_command("import_register", str(SAMPLE), "--user", "nobody")
    with pytest.raises(CommandError, match="tidak ada"):
        call_command("import_register", "/tidak/ada.xlsx")


def test_command_asks_for_new_scores_when_it_loads_and_only_then(tmp_path, capsys):
    make.criteria()
    path, ani = tmp_path / "register.xlsx", people.ani()
    path.write_bytes(workbook([household_row()], [person_row()]))
    call_command("import_register", str(path), "--dry-run")
    assert not ScoringRun.objects.exists()
    call_command("import_register", str(path), "--user", "ani")
    rescoring = ScoringRun.objects.get(reason=ScoringRun.Reason.DATA)
    assert rescoring.job.state == Job.State.ANTRE and rescoring.by == ani


def test_command_undoes_what_it_loaded(tmp_path, capsys):
    """The number that a load tells takes it back, refused rows and all; a second time, or none, is said in words."""
    path, ani = tmp_path / "register.xlsx", people.ani()
    path.write_bytes(workbook([household_row()], [person_row(), person_row(**{"NIK": "3,17E+15"})]))
    call_command("import_register", str(path), "--json", "--user", "ani")
    number = json.loads(capsys.readouterr().out)["import"]
    made = RegisterImport.objects.get(pk=number)
    assert made.rows.get().raw and made.outcome["people"]["refused"] == 1
    call_command("import_register", "--undo", str(number), "--json", "--user", "ani")
    told = json.loads(capsys.readouterr().out)
    assert told == {"import": number, "removed": {"keluarga": 1, "warga": 1}, "restored": {"keluarga": 0, "warga": 0}}
    assert not Household.objects.exists() and not Person.objects.exists()
    made.refresh_from_db()
    assert made.status == made.Status.DIURUNGKAN
    gone = Household.pgh_event_model.objects.get(pgh_label="delete")
    assert gone.pgh_context.metadata == {"user": ani.pk, "source": f"register_undo:{number}"}
    for arguments, sentence in (
        (["--undo", str(number)], "sudah dimuat"),
        (["--undo", "0"], "Impor nomor 0 tidak ada"),
        ([], "Sebut berkas"),
        ([str(path), "--undo", str(number)], "Pilih salah satu"),
    ):
        with pytest.raises(CommandError, match=sentence):
            call_command("import_register", *arguments)


def test_command_keeps_what_people_decided_unless_told_to_take_the_file(tmp_path, capsys):
    path = tmp_path / "register.xlsx"
    path.write_bytes(workbook([household_row()], [person_row()]))
    call_command("import_register", str(path))
    with pghistory.context(user=people.ani().pk):
        Household.objects.update(address="Gang Baru 2")
    capsys.readouterr()
    call_command("import_register", str(path))
    assert "--take-file" in capsys.readouterr().out and Household.objects.get().address == "Gang Baru 2"
    call_command("import_register", str(path), "--take-file")
    assert Household.objects.get().address == household_row()[5] and "Bentrok" not in capsys.readouterr().out
    assert RegisterImport.objects.first().takes_conflicts


# --- what is tolerated


def test_many_ways_to_write_the_same(load):
    right = workbook([household_row()], [person_row()])
    odd = workbook(
        [household_row(**{"RW": "8", "RT": 2, "Nomor KK": "'317507 010120 9001", "Jenis Lantai": " PLESTER "})],
        [
            person_row(
                **{
                    "NIK": "317507 570580 9001",
                    "Tanggal Lahir": date(1980, 5, 17),
                    "Nama Lengkap": "  citra   LESTARI ",
                    "Jenis Kelamin": "PEREMPUAN",
                }
            )
        ],
    )
    load(right)
    counts, found = load(odd)
    assert found == []
    assert counts["households"]["unchanged"] == counts["people"]["unchanged"] == 1
    assert person(SAMPLE_NIK).name == "Citra Lestari"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("SITI  aminah", "Siti Aminah"), ("d'Agusto", "d'Agusto"), ("H. ma'ruf", "H. Ma'ruf"), ("=A1+b", "=A1+b")],
)
def test_names(typed, kept):
    assert proper_name(typed) == kept


@pytest.mark.parametrize("typed", [
    "1990-12-31", "31/12/1990", "31-12-1990", " 31.12.1990 ", "1990-12-31 00:00:00", "1990/12/31", "1990.12.31",
    "31/12/1990 00:00", "31/12/1990 0:00:00", "31 / 12 / 1990", "Senin, 31 Desember 1990", "31-Des-1990",
    "1990-12-31T00:00:00",
])  # fmt: skip
def test_dates(typed):
    assert read_date(typed) == date(1990, 12, 31)


def test_numbers():
    assert nik.clean("'3175075705809001") == nik.clean("317507 570580 9001") == SAMPLE_NIK
    assert nik.clean('="3175075705809001"') == nik.clean("3175075705809001.0") == SAMPLE_NIK
    spoiled = "spoiled_by_excel"
    for typed, code in {"3,17507E+15": spoiled, "3175070000000000": spoiled, "": "not_16_digits"}.items():
        with pytest.raises(nik.NumberError, match=code):
            nik.clean(typed)
    assert nik.agrees(SAMPLE_NIK, date(1980, 5, 17), "P") and not nik.agrees(SAMPLE_NIK, date(1980, 5, 17), "L")


# --- what is refused, row by row


@pytest.mark.parametrize(
    ("sheet", "cells", "code"),
    [
        ("k", {"Nomor KK": "317507"}, "kk_not_16_digits"),
        ("k", {"Nomor KK": 3175070101209001}, "kk_spoiled_by_excel"),
        ("k", {"Kode Kelurahan": "31.75.07.1099"}, "unknown_kelurahan"),
        ("k", {"Kode Kelurahan": "3175070101209003"}, "unknown_kelurahan"),
        ("k", {"Status Tempat Tinggal": "081290009003"}, "unknown_choice"),
        ("k", {"Alamat": "Gang Mawar 3175.0701.0120.9003"}, "number_in_words"),
        ("k", {"RT": "099"}, "unknown_rt_rw"),
        ("k", {"Alamat": " "}, "text_missing"),
        ("k", {"Alamat": "x" * 201}, "text_too_long"),
        ("k", {"Jenis Lantai": "Marmer"}, "unknown_choice"),
        ("k", {"Punya Motor": "mungkin"}, "unknown_choice"),
        ("k", {"Daya Listrik (VA)": "banyak"}, "not_a_number"),
        ("k", {"Desil DTSEN": 14}, "decile_out_of_range"),
        ("k", {"Tanggal Desil": ""}, "decile_without_date"),
        ("k", {"Tanggal Desil": "31/02/2026"}, "impossible_date"),
        ("k", {"Tanggal Desil": "2099-01-01"}, "impossible_date"),
        ("a", {"NIK": "31750757058090"}, "nik_not_16_digits"),
        ("a", {"NIK": 3175075705809001}, "nik_spoiled_by_excel"),
        ("a", {"Nama Lengkap": "  "}, "name_missing"),
        ("a", {"Nama Lengkap": "3175075705809003"}, "number_in_words"),
        ("a", {"Tanggal Lahir": "31-02-1985"}, "impossible_birth_date"),
        ("a", {"Tanggal Lahir": "2999-01-01"}, "impossible_birth_date"),
        ("a", {"Nomor KK": "3175070101209999"}, "unknown_kk"),
        ("a", {"Jenis Kelamin": "?"}, "unknown_choice"),
        ("a", {"Penghasilan per Bulan": "1,5 juta"}, "not_a_number"),
    ],
)
def test_a_wrong_cell_is_told_and_the_rest_is_loaded(load, sheet, cells, code):
    good_family = household_row(**{"Nomor KK": "3175070101209002"})
    good_person = person_row(**{"Nomor KK": "3175070101209002", "NIK": "3175075705809002", "Nama Lengkap": "Rina"})
    families = [household_row(**(cells if sheet == "k" else {})), good_family]
    members = [person_row(**(cells if sheet == "a" else {})), good_person]
    counts, found = load(workbook(families, members))
    kind = "households" if sheet == "k" else "people"
    assert counts["errors"][code] == 1 and counts[kind]["refused"] == 1 and counts[kind]["new"] == 1
    told = next(f for f in found if f.code == code)
    assert told.row == 2 and told.cells and "{" not in told.sentence
    assert not re.search(r"[0-9]{11}", told.value), "a number is masked in whatever column it lies"
    assert code != "unknown_choice" or "Pilih salah satu: " in told.sentence and ", " in told.sentence
    assert Person.objects.filter(name="Rina").exists()


@pytest.mark.parametrize(
    ("sheet", "title", "cell", "sentence"),
    [
        ("a", "NIK", "", "NIK kosong. Isi 16 angka dari KTP atau KK."),
        ("a", "Nomor KK", " ", "Nomor KK kosong. Isi di setiap baris, juga bila selnya digabung."),
        ("a", "Tanggal Lahir", "", "Tanggal lahir kosong. Tulis seperti 31/12/1990."),
        ("a", "Jenis Kelamin", "", "Kolom Jenis Kelamin kosong. Pilih salah satu: L, P."),
        ("a", "Penghasilan per Bulan", "", "Kolom Penghasilan per Bulan kosong. Isi angkanya, atau 0 bila tidak ada."),
        ("k", "Kode Kelurahan", "", "Kode kelurahan kosong. Isi kodenya, misalnya 31.75.07.1003."),
        ("a", "Nama Lengkap", "#N/A", "Kolom Nama Lengkap berisi kesalahan Excel, bukan isinya. Perbaiki rumusnya, atau"
         " ketik isinya."),
        ("a", "Tanggal Lahir", "#REF!", "Kolom Tanggal Lahir berisi kesalahan Excel, bukan isinya. Perbaiki rumusnya,"
         " atau ketik isinya."),
        ("a", "Penghasilan per Bulan", "=2*500", "Kolom Penghasilan per Bulan berisi rumus. Salin kolom itu, lalu"
         " tempel sebagai nilai saja."),
    ],
)  # fmt: skip
def test_an_empty_cell_and_a_formula_are_called_so(load, sheet, title, cell, sentence):
    """Also once only: a KK that cannot be read is not said to be unknown besides."""
    families = [household_row(**({title: cell} if sheet == "k" else {}))]
    _counts, found = load(workbook(families, [person_row(**({title: cell} if sheet == "a" else {}))]))
    assert [f.sentence for f in found if f.column == title and f.code != "family_refused"] == [sentence]


def test_twice_in_the_file_names_the_first_row(load):
    counts, found = load(
        workbook([household_row(), household_row()], [person_row(), person_row(**{"Nama Lengkap": "Rina"})])
    )
    assert counts["errors"] == {"kk_twice_in_file": 1, "nik_twice_in_file": 1}
    assert [f.sentence for f in found] == [
        "Nomor KK ini sudah ada di baris 2. Hapus salah satunya.",
        "NIK ini sudah ada di baris 2. Periksa mana yang benar.",
    ]
    assert person(SAMPLE_NIK).name == "Citra Lestari"


def test_a_person_on_two_cards_of_the_file_is_told_so(load):
    other = {"Nomor KK": "3175070101209002"}
    counts, found = load(workbook([household_row(), household_row(**other)], [person_row(), person_row(**other)]))
    assert counts["errors"] == {"nik_twice_in_file": 1} and "baris 2 dengan nomor KK lain" in found[0].sentence


@pytest.mark.parametrize(
    "cells",
    [
        {"Nama Lengkap": "Tono Suwito"},
        {"Tanggal Lahir": "1980-05-18"},
        {"Nama Lengkap": "CITRA LESTARY", "Tanggal Lahir": "1980-05-18"},  # one letter, which spelling forgives
    ],
)
def test_a_name_or_a_birth_date_is_mended_without_a_word(load, cells):
    load(workbook([household_row()], [person_row()]))
    counts, _found = load(workbook([household_row()], [person_row(**cells)]))
    assert counts["people"]["changed"] == 1 and "other_person" not in counts["warnings"]


def test_a_number_whose_bearer_has_another_date_and_half_the_name_is_warned_of(load):
    load(workbook([household_row()], [person_row()]))
    counts, found = load(
        workbook([household_row()], [person_row(**{"Nama Lengkap": "Citra", "Tanggal Lahir": "1980-05-18"})])
    )
    assert counts["people"]["changed"] == 1 and ("Anggota", 2, "other_person", "warning") in codes(found)


def test_a_row_refused_for_its_number_does_not_take_the_first_one_s_place_when_loaded_alone(load):
    """The row that repeats a NIK is in the file of refused rows: sent again as it is, it would change who bears it."""
    other = person_row(**{"Nama Lengkap": "Tono Suwito", "Tanggal Lahir": "1990-01-31"})
    counts, found = load(workbook([household_row()], [person_row(), other]))
    assert counts["errors"] == {"nik_twice_in_file": 1}
    counts, found = load(workbook([household_row()], [other]))
    assert counts["errors"] == {"nik_of_other_person": 1} and counts["warnings"] == {}
    assert [f.code for f in found] == ["nik_of_other_person"] and person(SAMPLE_NIK).name == "Citra Lestari"
    counts, _found = load(workbook([household_row()], [person_row(), other]))
    assert counts["errors"] == {"nik_twice_in_file": 1}, "told once"


@pytest.mark.parametrize("sheet", ["Keluarga", "Anggota"])
def test_a_file_whose_last_digits_a_spreadsheet_took_is_refused(load, sheet):
    """Nine of ten that end in 0 are no chance; one of ten is."""
    numbers = [f"3175075705809{n}0" for n in range(10, 19)] + ["3175075705809001"]
    families = [household_row(**{"Nomor KK": number}) for number in numbers]
    members = [person_row(**{"NIK": number, "Nomor KK": numbers[9]}) for number in numbers]
    few = slice(8, None)  # too few to tell by
    book = (families, members[few]) if sheet == "Keluarga" else (families[9:], members)
    with pytest.raises(register.FileError, match="berakhir 0"):
        load(workbook(*book))
    assert not Household.objects.exists() and not RegisterImport.objects.exists()
    counts, _found = load(workbook(families[few], members[few]))
    assert counts["people"]["new"] == counts["households"]["new"] == 2
    invented = [person_row(**{"NIK": f"31750757{n:02d}809000", "Nomor KK": numbers[9]}) for n in range(1, 13)]
    assert load(workbook([], invented))[0]["people"]["new"] == 12, "a trial register begins with 9000"


def test_a_wrong_number_that_comes_first_is_told_at_its_repetition(load):
    wrong = person_row(**{"Tanggal Lahir": "1999-01-01", "Nama Lengkap": "Rina"})
    counts, found = load(workbook([household_row()], [wrong, person_row()]))
    assert counts["warnings"] == {} and "tidak cocok dengan tanggal lahir" in found[0].sentence


def test_every_reason_of_a_row_is_told(load):
    _, found = load(workbook([household_row()], [person_row(**{"NIK": "1", "Nama Lengkap": "", "Status Kawin": "?"})]))
    assert {f.code for f in found} == {"nik_not_16_digits", "name_missing", "unknown_choice"}
    assert [bool(f.cells) for f in found] == [True, False, False]


def test_warnings_are_loaded(load):
    counts, found = load(
        workbook([household_row(**{"Nomor HP": "kosong"})], [person_row(**{"Tanggal Lahir": "1981-05-17"})])
    )
    assert counts["warnings"] == {"nik_disagrees_with_birth_date": 1, "phone_unreadable": 1}
    assert {f.level for f in found} == {ImportRow.Level.WARNING} and person(SAMPLE_NIK).household.phone is None


CHILD = {"NIK": "3175075705809002", "Nama Lengkap": "Rina", "Hubungan Keluarga": "Anak"}


def codes(found) -> list[tuple]:
    return [(f.sheet, f.row, f.code, f.level) for f in found]


def test_a_family_without_a_head_is_warned_of_and_loaded(load):
    counts, found = load(workbook([household_row()], [person_row(**CHILD)]))
    assert codes(found) == [("Keluarga", 2, "head_missing", "warning")] and counts["people"]["new"] == 1
    counts, found = load(workbook([household_row()], [person_row()]))  # the head comes later, alone
    assert counts["warnings"] == {}
    counts, found = load(workbook([household_row()], [person_row(**CHILD)]))  # and is known from the register now
    assert counts["warnings"] == {}


def test_a_head_who_is_told_already_is_not_missed(load):
    counts, found = load(workbook([household_row()], [person_row(**{"NIK": "1"}), person_row(**CHILD)]))
    assert counts["warnings"] == {} and counts["errors"] == {"nik_not_16_digits": 1}
    lost = {"Nomor KK": "3175070101209099"}
    counts, found = load(workbook([household_row()], [person_row(**lost), person_row(**CHILD)]))
    assert counts["warnings"] == {} and counts["errors"] == {"unknown_kk": 1}


def test_two_heads_of_a_family_are_warned_of(load):
    second = person_row(**CHILD | {"Hubungan Keluarga": "Kepala Keluarga"})
    counts, found = load(workbook([household_row()], [person_row(), second]))
    assert codes(found) == [("Anggota", 3, "head_twice", "warning")] and counts["people"]["new"] == 2
    Person.objects.filter(relation="kepala").exclude(nik_index=blind_index(SAMPLE_NIK, "nik")).update(relation="anak")
    counts, found = load(workbook([], [second]))  # the other head is in the register only
    assert codes(found) == [("Anggota", 2, "head_twice", "warning")]


def test_a_head_who_left_is_neither_a_second_head_nor_one_at_all(load):
    load(workbook([household_row()], [person_row()]))
    Person.objects.update(left_on=date(2026, 1, 1))
    new_head = person_row(**CHILD | {"Hubungan Keluarga": "Kepala Keluarga"})
    counts, found = load(workbook([household_row()], [person_row(**CHILD)]))
    assert codes(found) == [("Keluarga", 2, "head_missing", "warning")]
    counts, found = load(workbook([], [new_head]))
    assert codes(found) == []


def test_a_member_of_another_family_moves_with_a_warning(load):
    other = {"Nomor KK": "3175070101209002"}
    families = [household_row(), household_row(**other)]
    load(workbook(families, [person_row(), person_row(**CHILD)]))
    counts, found = load(workbook(families, [person_row(), person_row(**CHILD | other)]))
    assert ("Anggota", 3, "moves_family", "warning") in codes(found) and counts["people"]["changed"] == 1
    assert person(CHILD["NIK"]).household.kk == other["Nomor KK"]


def test_a_family_that_left_is_warned_of(load):
    load(workbook([household_row()], [person_row()]))
    Household.objects.update(status=Household.Status.PINDAH)
    counts, found = load(workbook([household_row()], [person_row()]))
    assert codes(found) == [("Keluarga", 2, "family_left", "warning")]


def test_every_code_has_a_sentence():
    source = "".join(path.read_text() for path in (SAMPLE.parent.parent / "register").glob("*.py"))
    codes = {"nik_not_16_digits", "kk_spoiled_by_excel", "family_refused", "phone_unreadable", "text_too_long"}
    assert codes <= set(SENTENCES) and all(code.partition(":")[0] in source for code in SENTENCES)


# --- what a later file changes


def test_a_later_file_updates_moves_and_keeps(load):
    second = {"Nomor KK": "3175070101209002", "RT": "003"}
    rina = {"NIK": "3175075705809002", "Nama Lengkap": "Rina", "Hubungan Keluarga": "Anak"}
    load(workbook([household_row(), household_row(**second)], [person_row(), person_row(**rina)]))
    before = Household.objects.get(kk_index=blind_index(SAMPLE_KK, "kk"))
    case = cases.application(kk=SAMPLE_KK, region=before.region_id)
    counts, _ = load(
        workbook(
            [household_row(**{"Alamat": "Gang Mawar No. 9", "Nomor HP": "", "RT": "001", "Luas Lantai (m2)": ""})],
            [person_row(**rina | {"Nomor KK": second["Nomor KK"]})],
        )
    )
    assert counts["households"]["changed"] == counts["people"]["changed"] == 1
    after = Household.objects.get(pk=before.pk)
    assert after.address == "Gang Mawar No. 9" and after.region_id.endswith(".008.001")
    assert (after.phone, after.floor_area) == ("081200009001", 36)  # an empty cell takes nothing away
    assert person(rina["NIK"]).household.kk == second["Nomor KK"]
    assert person(rina["NIK"]).region_id.endswith(".008.003")
    assert person(SAMPLE_NIK).region_id == after.region_id  # not in the file: stays, and moves with the family
    case.refresh_from_db()
    assert case.region_id == after.region_id  # what is open about the family goes along


def test_an_older_decile_does_not_come_back(load):
    load(workbook([household_row(**{"Desil DTSEN": 2, "Tanggal Desil": "2026-10-01"})]))
    counts, _ = load(workbook([household_row(**{"Desil DTSEN": 8, "Tanggal Desil": "2026-07-01"})]))
    assert counts["households"]["unchanged"] == 1 and Household.objects.get().decile == 2


@pytest.mark.parametrize("takes", [False, True])
def test_what_a_person_decided_after_the_date_of_the_file_is_kept_unless_the_file_is_taken(load, takes):
    ani = people.ani()
    load(workbook([household_row()], [person_row()]))
    with pghistory.context(user=ani.pk):
        Household.objects.update(address="Jalan: Baru 2", floor="tanah", has_car=True)
        Person.objects.update(income=0)
    counts, found = load(workbook([household_row()], [person_row()]), takes_conflicts=takes)
    family = Household.objects.get()
    if takes:
        assert counts["conflicting"] == {"households": 0, "people": 0} and counts["households"]["changed"] == 1
        assert family.address == household_row()[5] and not found and Person.objects.get().income
        return
    assert counts["conflicting"] == {"households": 1, "people": 1}
    assert counts["households"] == counts["people"] == {"new": 0, "changed": 0, "unchanged": 1, "refused": 0}
    assert family.address == "Jalan: Baru 2" and family.has_car and Person.objects.get().income == 0
    assert counts["warnings"] == {}
    told = {f.column: (f.value, f.sentence) for f in found}
    assert told.keys() == {"Alamat", "Jenis Lantai", "Punya Mobil", "Penghasilan per Bulan"}
    assert told["Alamat"] == (household_row()[5], SENTENCES["decided_later"].format("Jalan: Baru 2", column="Alamat"))
    assert "berisi Tanah," in told["Jenis Lantai"][1] and "berisi Ya," in told["Punya Mobil"][1]
    assert {f.code for f in found} == {"decided_later"} and {f.level for f in found} == {ImportRow.Level.WARNING}


@pytest.mark.parametrize("cells", [{"Desil DTSEN": "", "Tanggal Desil": ""}, {"Tanggal Desil": "2099-01-01"}])
def test_a_file_of_unknown_age_takes_no_decision_away(load, cells):
    """Without a decile, or with one whose date is a slip in another family, the register is kept."""
    other = household_row(**{"Nomor KK": "3175070101209002"} | cells)
    load(workbook([household_row()]))
    with pghistory.context(user=people.ani().pk):
        Household.objects.update(address="Jalan Baru")
    mine = cells if not cells["Tanggal Desil"] else {}
    counts, _ = load(workbook([household_row(**mine), other]))
    assert counts["conflicting"]["households"] == 1
    assert Household.objects.filter(address="Jalan Baru").count() == 1


def test_a_newer_file_changes_what_a_person_decided(load):
    load(workbook([household_row()]))
    with pghistory.context(user=people.ani().pk):
        Household.objects.update(address="Jalan Baru")
    counts, _ = load(workbook([household_row(**{"Tanggal Desil": timezone.localdate().isoformat()})]))
    assert counts["conflicting"]["households"] == 0 and Household.objects.get().address != "Jalan Baru"


def test_people_whose_family_is_in_the_register_already(load):
    load(workbook([household_row()]))
    counts, _ = load(workbook([], [person_row()]))
    assert counts["people"]["new"] == 1


def test_the_dead_do_not_rise(load):
    load(workbook([household_row()], [person_row()]))
    Person.objects.update(died_on=date(2026, 1, 1))
    counts, _ = load(workbook([household_row()], [person_row()]))
    assert counts["errors"] == {"person_deceased": 1} and Person.objects.count() == 1


def test_who_left_is_refused_and_a_family_that_left_is_told(load):
    load(workbook([household_row()], [person_row()]))
    Person.objects.update(left_on=date(2026, 1, 1))
    counts, _ = load(workbook([household_row()], [person_row()]))
    assert counts["errors"] == {"person_left": 1} and not Person.objects.living().exists()
    Household.objects.update(status="pindah")
    counts, _ = load(workbook([household_row()]))
    assert counts["warnings"] == {"family_left": 1} and Household.objects.get().status == "pindah"


def test_history_says_who_loaded(load):
    ani = people.ani()
    counts, _ = load(workbook([household_row()], [person_row()]), by=ani)
    made = RegisterImport.objects.get(pk=counts["import"])
    assert (made.status, made.region_id, made.uploaded_by) == (made.Status.SELESAI, people.KECAMATAN, ani)
    event = Household.pgh_event_model.objects.get()
    assert event.pgh_context.metadata == {"user": ani.pk, "source": f"register_import:{made.pk}"}
    assert event.kk == SAMPLE_KK and Person.pgh_event_model.objects.get().nik == SAMPLE_NIK


# --- duplicates of a file that comes again


def test_only_who_changed_in_what_tells_people_apart_is_compared_anew(load):
    twin = {"NIK": "3175075705809003", "Nama Lengkap": "Citra Lestary", "Hubungan Keluarga": "Anak"}
    load(workbook([household_row()], [person_row(), person_row(**twin | {"Nama Lengkap": "Rina"})]))
    assert not DuplicatePair.objects.exists()
    load(workbook([household_row()], [person_row(), person_row(**twin)]))
    pair = DuplicatePair.objects.get()
    pair.delete()  # so that another search would note it again
    Person.objects.update(updated_at=timezone.now() - timedelta(days=30))
    counts, _ = load(workbook([household_row()], [person_row(Pekerjaan="Sopir"), person_row(**twin)]))
    assert counts["people"]["changed"] == 1 and not DuplicatePair.objects.exists()
