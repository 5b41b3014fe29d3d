"""Lists of other offices: dated, from a source, the later date wins, and nobody's family outside the own region."""

import csv
import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, transaction

from bansos import row_history
from beneficiaries import outside
from beneficiaries.models import Household, OutsideFact, ScoringRun
from beneficiaries.register import FileError
from tests import make, people
from tests.browser import needs_browser, shot
from tests.workbooks import workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def take(tmp_path):
    """Returns `take(kind, heading, *rows)`: imports a CSV and returns the rows by fate that are not zero."""

    def run(kind: str, heading: list[str], *rows, region: str = people.KECAMATAN, **options) -> dict:
        path = tmp_path / "daftar.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([heading, *rows])
        told = outside.import_list(kind=kind, path=path, source="Surat 12/2026", region=region, **options)
        run.told = told["told"]
        return {fate: count for fate, count in told["rows"].items() if count}

    return run


URL = "/admin/beneficiaries/outsidefact/"
THERE = "31.75.07.1007.001.001"
DECILE = ["No. KK", "Desil", "Tanggal"]


def test_a_later_decile_wins_and_an_older_never_overwrites(take):
    family = make.household(decile=3, decile_on=date(2026, 7, 1))
    assert take("desil", DECILE, [family.kk, "5", "2026-04-01"]) == {"older": 1}
    assert take("desil", DECILE, [family.kk, "3", "2026-07-01"]) == {"same": 1}
    assert take("desil", DECILE, [family.kk, "1", "1 Oktober 2026"], by=people.ani()) == {"changed": 1}
    family.refresh_from_db()
    assert (family.decile, family.decile_on) == (1, date(2026, 10, 1))
    fact = OutsideFact.objects.get()
    assert (fact.value, fact.as_of, fact.source, fact.imported_by.username) == (
        1,
        date(2026, 10, 1),
        "Surat 12/2026",
        "ani",
    )
    assert take("desil", DECILE, [family.kk, "1", "2026-11-01"]) == {"renewed": 1}
    family.refresh_from_db()
    assert family.decile_on == date(2026, 11, 1)
    event = Household.pgh_event_model.objects.filter(pgh_obj=family).latest("pgh_id")
    assert event.decile_on == date(2026, 11, 1) and event.pgh_context.metadata["source"] == "outside:desil"


def test_recipients_by_nik_are_set_on_their_household(take):
    family = make.household(receives_pkh=False)
    member = make.person(household=family)
    assert take("pkh", ["NIK", "Periode"], [member.nik, "Juli 2026"]) == {"changed": 1}
    family.refresh_from_db()
    assert family.receives_pkh and not family.receives_sembako
    assert take("pkh", ["NIK", "Periode"], [member.nik, "2026-07"]) == {"same": 1}
    assert take("pkh", ["NIK", "Periode", "Menerima"], [member.nik, "2026-04", "Tidak"]) == {"older": 1}
    assert take("pkh", ["NIK", "Periode", "Menerima"], [member.nik, "2026-10", "Tidak"]) == {"changed": 1}
    family.refresh_from_db()
    assert not family.receives_pkh


@pytest.mark.parametrize("heading", ["NIK_PENGURUS", "NIK KPM", "NIK ART", "Nomor KTP"])
def test_a_recipient_is_found_under_whatever_an_office_calls_the_number(take, heading):
    family = make.household()
    assert take("pkh", ["No", heading, "Periode"], ["1", family.people.get().nik, "Triwulan II 2026"]) == {"changed": 1}
    assert OutsideFact.objects.get().as_of == date(2026, 4, 1)


def test_a_dtsen_export_says_its_date_itself(take):
    family = make.household(decile=3, decile_on=date(2026, 7, 1))
    rows = take("desil", ["nokk", "peringkat_desil", "tgl_pemutakhiran"], [family.kk, "2", "01/10/2026"])
    assert rows == {"changed": 1}


@pytest.mark.parametrize(
    ("text", "month"),
    [("2026-07", 7), ("Juli 2026", 7), ("Okt-Des 2026", 10), ("Tahap 4 2026", 10), ("TW I/2026", 1), ("01/05/2026", 5)],
)
def test_periods_as_offices_write_them(text, month):
    assert outside.read_period(text) == date(2026, month, 1)
    assert outside.read_period(f"kira-kira {text}") is None


def test_whom_a_whole_list_leaves_out_receives_no_more(take):
    """Within the region of the list, and only where nothing newer is known."""
    stays, leaves, newer, there = (
        make.household(receives_pkh=True, region=region) for region in (people.RT, people.RT, people.RT, THERE)
    )
    OutsideFact.objects.create(household=newer, kind="pkh", value=1, as_of=date(2026, 11, 1), source="x")
    asked = {"as_of": date(2026, 10, 1), "region": people.KLENDER}
    row = [stays.people.get().nik]
    assert take("pkh", ["NIK"], row, **asked) == {"renewed": 1}
    assert take("pkh", ["NIK"], row, **asked, whole=True, dry_run=True) == {"same": 1, "stopped": 1}
    assert take("pkh", ["NIK"], row, **asked, whole=True) == {"same": 1, "stopped": 1}
    found = {each.pk: each.receives_pkh for each in Household.objects.all()}
    assert found == {stays.pk: True, leaves.pk: False, newer.pk: True, there.pk: True}
    fact = OutsideFact.objects.get(household=leaves)
    assert (fact.value, fact.as_of) == (0, date(2026, 10, 1))
    assert take("pkh", ["NIK"], row, **asked, whole=True) == {"same": 1}


def test_a_whole_list_with_a_refused_row_stops_nobody(take):
    family = make.household(receives_pkh=True)
    assert take("pkh", ["NIK"], ["3,17E+15"], as_of=date(2026, 10, 1), whole=True) == {"refused": 1}
    family.refresh_from_db()
    assert family.receives_pkh


def test_only_a_dated_list_of_recipients_is_whole(take):
    with pytest.raises(outside.OutsideError, match="tanggal acuan"):
        take("pkh", ["NIK", "Tanggal"], whole=True)
    with pytest.raises(outside.OutsideError, match="PKH atau Sembako"):
        take("desil", DECILE, as_of=date(2026, 10, 1), whole=True)


def test_two_members_on_one_list_count_once(take):
    family = make.household()
    rows = [[make.person(household=family).nik] for _ in range(2)]
    assert take("sembako", ["NIK"], *rows, as_of=date(2026, 10, 1)) == {"changed": 1, "repeated": 1}
    assert OutsideFact.objects.count() == 1


def test_two_deciles_of_one_day_are_refused(take):
    family = make.household()
    rows = [[family.kk, "1", "2026-10-01"], [family.kk, "2", "2026-10-01"]]
    assert take("desil", DECILE, *rows) == {"refused": 2}
    assert take.told == [[2, "contrary"], [3, "contrary"]]
    assert not OutsideFact.objects.exists()


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (["3,17507E+15", "1", "2026-10-01"], "number"),
        (["", "1", "2026-10-01"], "number"),
        (["3175070101209998", "11", "2026-10-01"], "value"),
        (["3175070101209998", "", "2026-10-01"], "value"),
        (["3175070101209998", "1", "kemarin"], "date"),
        (["3175070101209998", "1", "2099-01-01"], "date"),
        (["3175070101209998", "1", "2026-10-01"], "not_found"),
    ],
)
def test_a_row_that_says_nothing_is_told(take, cells, reason):
    make.household()
    take("desil", DECILE, cells)
    assert take.told == [[2, reason]] and not OutsideFact.objects.exists()


def test_a_family_of_another_region_is_not_found(take):
    family = make.household(region=people.RT)
    row = [family.kk, "1", "2026-10-01"]
    assert take("desil", DECILE, row, region=people.PONDOK_KOPI) == {"not_found": 1}
    assert take("desil", DECILE, row, region=people.KLENDER) == {"changed": 1}


def test_the_dead_and_the_merged_are_not_found(take):
    family = make.household()
    member = make.person(household=family, died_on=date(2026, 1, 1))
    assert take("pkh", ["NIK"], [member.nik], as_of=date(2026, 10, 1)) == {"not_found": 1}


def test_a_preview_changes_nothing(take):
    family = make.household()
    assert take("desil", DECILE, [family.kk, "9", "2026-10-01"], dry_run=True) == {"changed": 1}
    family.refresh_from_db()
    assert family.decile == 3 and not OutsideFact.objects.exists()


@pytest.mark.parametrize(
    ("kind", "heading", "options", "sentence"),
    [
        ("desil", ["Nama", "Desil"], {}, "Nomor KK atau NIK"),
        ("desil", ["NIK", "Nama"], {}, "kolom Desil"),
        ("pkh", ["NIK"], {}, "Tanggal acuan"),
        ("pkh", ["NIK"], {"as_of": date(2099, 1, 1)}, "masa depan"),
    ],
)
def test_a_list_that_lacks_something_is_refused(take, kind, heading, options, sentence):
    with pytest.raises(outside.OutsideError, match=sentence):
        take(kind, heading, ["x"] * len(heading), **options)


def test_a_fact_is_never_changed_and_holds_a_value_of_its_kind(take):
    family = make.household()
    take("desil", DECILE, [family.kk, "9", "2026-10-01"])
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        OutsideFact.objects.update(value=1)
    with pytest.raises(IntegrityError, match="outside_fact_value_of_its_kind"), transaction.atomic():
        OutsideFact.objects.create(household=family, kind="pkh", value=5, as_of=date(2026, 1, 1), source="x")


def test_command(tmp_path, capsys):
    family = make.household()
    path = tmp_path / "d.csv"
    path.write_text(f"NIK;Nomor KK\n;{family.kk}\n")
    options = {"source": "Pusdatin", "as_of": "2026-10"}
    call_command("import_outside", "sembako", str(path), "--json", **options)
    told = json.loads(capsys.readouterr().out)
    assert told["changed"] == 1 and told.keys() == {*outside.FATES, "seconds"}
    assert row_history.of(family)[-1].reason == "Penerima Sembako: Pusdatin"
    with pytest.raises(CommandError, match="tidak ada"):
        call_command("import_outside", "sembako", str(tmp_path / "x.csv"), **options)
    with pytest.raises(FileError):
        outside.import_list(kind="pkh", path=tmp_path / "x.csv", source="x", region=people.KECAMATAN)


def test_the_command_lets_all_be_scored_anew_as_the_page_does(tmp_path):
    """A score of before would stand beside the new decile, and the list of those who differ would be wrong."""
    make.criteria()
    family, path = make.household(), tmp_path / "d.csv"
    path.write_text(f"No. KK,Desil,Tanggal\n{family.kk},9,2026-10-01\n")
    call_command("import_outside", "desil", str(path), source="DTSEN", dry_run=True)
    assert not ScoringRun.objects.exists()
    call_command("import_outside", "desil", str(path), source="DTSEN")
    assert ScoringRun.objects.get().reason == ScoringRun.Reason.DATA


def test_an_xlsx_is_read(tmp_path):
    family = make.household()
    path = tmp_path / "d.xlsx"
    path.write_bytes(workbook([[family.kk, 2, date(2026, 10, 1)]], headings={"Keluarga": DECILE}))
    told = outside.import_list(kind="desil", path=path, source="x", region=people.KECAMATAN)
    assert told["rows"]["changed"] == 1


# --- the page


def listed(*rows: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("desil.csv", "\n".join(["KK,Desil,Tanggal", *rows]).encode())


def looked_at(client, family, **fields):
    asked = {"kind": "desil", "source": "Pusdatin", "file": listed(f"{family.kk},1,2026-10-01", "123,1,2026-10-01")}
    return client.post(f"{URL}add/", asked | fields)


def test_staff_look_at_a_list_and_load_it_once(client):
    family = make.household()
    client.force_login(people.ani())
    page = looked_at(client, family)
    family.refresh_from_db()
    assert page.status_code == 200 and family.decile == 3
    words = page.content.decode()
    assert "belum ada yang dimuat" in words and "bukan 16 angka" in words and family.kk not in words
    token = page.context["token"]
    assert client.post(f"{URL}add/", {"muat": token}).url == URL
    family.refresh_from_db()
    assert family.decile == 1 and OutsideFact.objects.count() == 1
    assert "Pusdatin" in client.get(URL).content.decode()
    again = client.post(f"{URL}add/", {"muat": token}, follow=True).content.decode()
    assert "kedaluwarsa" in again and OutsideFact.objects.count() == 1


def test_staff_say_that_a_list_is_whole_and_see_whom_it_leaves_out(client):
    family, gone = make.household(), make.household(receives_pkh=True)
    client.force_login(people.ani())
    asked = {"kind": "pkh", "as_of": "2026-10-01", "whole": "on"}
    page = looked_at(client, family, **asked)
    assert page.context["not_whole"] and "Karena ada baris yang ditolak" in page.content.decode()
    page = looked_at(client, family, **asked, file=SimpleUploadedFile("p.csv", f"No. KK\n{family.kk}\n".encode()))
    assert ("Tidak ada di daftar lengkap: tidak menerima lagi", 1) in [(str(k), v) for k, v in page.context["rows"]]
    client.post(f"{URL}add/", {"muat": page.context["token"]})
    gone.refresh_from_db()
    assert not gone.receives_pkh


def test_a_list_that_waits_is_another_officer_s_to_load_for_nobody(client):
    family = make.household()
    client.force_login(people.ani())
    token = looked_at(client, family).context["token"]
    client.force_login(people.lurah())
    client.post(f"{URL}add/", {"muat": token})
    assert not OutsideFact.objects.exists()


def test_staff_next_door_neither_find_nor_see_the_family(client):
    family = make.household()
    client.force_login(people.budi())
    assert looked_at(client, family).context["loads"] == 0
    outside_facts = OutsideFact.objects
    outside_facts.create(household=family, kind="desil", value=1, as_of=date(2026, 10, 1), source="x")
    assert not outside_facts.for_officer(people.user("budi2", "staf", people.PONDOK_KOPI)).exists()
    assert outside_facts.for_officer(people.ani()).exists()


def test_who_may_only_look_loads_no_list(client):
    client.force_login(people.dewi())
    assert client.get(f"{URL}add/").status_code == 403
    assert client.get(URL).status_code == 200


def test_a_form_that_lacks_something_says_what(client):
    client.force_login(people.ani())
    answer = client.post(f"{URL}add/", {"kind": "desil"})
    assert answer.status_code == 422
    assert "Tulis sumber daftar ini" in answer.content.decode() and "Pilih berkas dulu" in answer.content.decode()


@needs_browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_can_be_used_on_any_screen(visit, width, tmp_path):
    family = make.household()
    path = tmp_path / "desil.csv"
    path.write_bytes(listed(f"{family.kk},1,2026-10-01", "123,1,2026-10-01").read())
    page = visit(f"{URL}add/", width=width, user=people.ani())
    page.fill("#id_source", "Surat Pusdatin 12/2026")
    page.set_input_files("#id_file", path)
    page.click("text=Periksa daftar")
    shot(page, f"luar-{width}")
    assert page.evaluate("document.querySelector('#content-main').scrollWidth <= innerWidth")
    page.click("text=Muat daftar ini")
    assert "1 keluarga mendapat data baru" in page.content()
    shot(page, f"luar-daftar-{width}")
