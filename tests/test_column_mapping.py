"""Foreign files: columns matched once, remembered by office; words translated; one table of people as both sheets."""

import csv
import io
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from bansos.crypto import blind_index
from bansos.tasks import start
from beneficiaries import register
from beneficiaries.models import ColumnMapping, Household, Person, RegisterImport
from beneficiaries.register import asked, mapping, mappings
from beneficiaries.register.archive import FileError
from beneficiaries.register.columns import HOUSEHOLDS, PEOPLE, columns, phone, place_number, read_date, whole
from beneficiaries.register.reading import OtherHeadings, headings, open_register
from tests import cases, make, people
from tests.browser import needs_browser, shot
from tests.workbooks import household_row, person_row, workbook

pytestmark = pytest.mark.django_db
URL = "/admin/beneficiaries/registerimport/"
# A list as SIKS-NG gives it: one row a person, the family's columns repeated.
BNBA = [
    "NO KK", "NIK", "NAMA ART", "TGL LAHIR", "JK", "SHDK", "STATUS PERKAWINAN", "ALAMAT", "RT/RW", "KELURAHAN",
    "STATUS RUMAH", "LANTAI", "DINDING", "JAMBAN", "SUMBER AIR", "DAYA", "BAHAN BAKAR", "PENDAPATAN",
]  # fmt: skip
KK = "3175070101209001"
FAMILY = ["Jalan Melati 1", "002/008", "KLENDER", "Milik Sendiri", "Semen", "Tembok", "Sendiri", "Ledeng", "900",
          "Gas 3 kg"]  # fmt: skip
ROWS = [
    [KK, "3175071705809001", "BUDI SANTOSO", "17 Mei 1980", "L", "Kepala Keluarga", "Kawin", *FAMILY, "1500000"],
    [KK, "3175075705829002", "SITI AMINAH", "17/05/1982", "P", "Istri", "Kawin", *FAMILY, "0"],
]
WORDS = {"w0_Status Tempat Tinggal_Milik Sendiri": "Milik sendiri", "w0_Jenis Lantai_Semen": "Plester"}


def foreign(rows=ROWS, titles=BNBA) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([titles, *rows])
    return out.getvalue().encode()


@pytest.fixture
def ani(client):
    user = people.ani()
    client.force_login(user)
    return user


@pytest.fixture
def upload(client, ani, django_capture_on_commit_callbacks):
    def send(body: bytes, name: str = "bnba.csv") -> RegisterImport:
        with django_capture_on_commit_callbacks(execute=True):
            client.post(f"{URL}add/", {"file": SimpleUploadedFile(name, body)})
        return RegisterImport.objects.latest("pk")

    return send


@pytest.fixture
def match(client, django_capture_on_commit_callbacks):
    """Answers the page as it is suggested, with what the file lacks filled in."""

    def send(made: RegisterImport, **more):
        page = client.get(f"{URL}{made.pk}/cocokkan/")
        form = page.context["form"]
        values = {name: form[name].value() or "" for name in form.fields} | {"name": "Ekspor SIKS-NG"}
        yes_no = {f"t{row['key']}": "Tidak" for rows in form.rows.values() for row in rows if row["needed"]
                  and mapping.words_of(row["column"]) == ("Ya", "Tidak") and not values[f"k{row['key']}"]}  # fmt: skip
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(f"{URL}{made.pk}/cocokkan/", values | yes_no | more)

    return send


@pytest.fixture
def load(client, django_capture_on_commit_callbacks):
    def send(made: RegisterImport) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            client.post(f"{URL}{made.pk}/muat/")
        made.refresh_from_db()
        assert made.status == RegisterImport.Status.SELESAI

    return send


# --- the plan


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("NO_KK", "Nomor KK"), ("Nama ART", "Nama Lengkap"), ("Tgl. Lahir", "Tanggal Lahir"), 
     ("SHDK", "Hubungan Keluarga"),
     ("rt/rw", "RT"), ("Jenis lantai terluas", "Jenis Lantai"), ("Nama Lngkap", "Nama Lengkap")],
)  # fmt: skip
def test_a_heading_is_recognised(theirs, ours):
    column = next(c for sheet in mapping.SHEETS for c in columns(sheet) if c.title == ours)
    assert mapping.suggest(column, ["Lain", theirs, "Nomor urut"]) == theirs
    assert mapping.suggest(column, ["Lain", "Nomor urut"]) == ""


def test_the_same_headings_have_the_same_fingerprint_however_they_are_spelt():
    one, two = {"": ["NO KK", "Nama"]}, {"": ["no_kk", " nama "]}
    assert mapping.fingerprint(one) == mapping.fingerprint(two) != mapping.fingerprint({"": ["NO KK", "Alamat"]})


@pytest.mark.parametrize(
    ("cell", "rt", "rw"),
    [
        ("2", "002", "002"), ("0002", "002", "002"), ("2.0", "002", "002"), ("002/008", "002", "008"),
        ("2 - 8", "002", "008"), ("RT.002/RW.008", "002", "008"), ("RW 8 RT 2", "002", "008"),
        ("RT/RW: 002/008", "002", "008"), ("RT.002/008", "002", "008"), ("RW/RT 008/002", "002", "008"),
        ("002/RW 008", "002", "008"), ("RT 2 RW 8 Klender", "002", "008"),
        ("R.T. 02 / R.W. 08", "002", "008"), ("rt02rw08", "002", "008"),
    ],
)  # fmt: skip
def test_rt_and_rw_in_every_spelling(cell, rt, rw):
    assert (place_number("RT")(cell), place_number("RW")(cell)) == (rt, rw)


def test_the_number_of_the_other_place_is_not_taken():
    assert place_number("RW")("RT 02") == "RT 02"
    assert place_number("RW")("Jl. RT 5 No. 4") == "Jl. RT 5 No."  # no place is made of a house number


@pytest.mark.parametrize(("heading", "rt"), [("RT/RW", "002"), ("RW/RT", "008"), ("RW_RT", "008")])
def test_the_heading_says_which_of_two_bare_numbers_is_the_rt(heading, rt):
    part = {"columns": {"RT": heading, "RW": heading}, "fixed": {}, "words": {}}
    place = [column.title for column in columns(HOUSEHOLDS)].index("RT")
    assert place_number("RT")(mapping.apply(part, HOUSEHOLDS, [heading])(["002/008"])[place]) == rt
    assert place_number("RT")(mapping.apply(part, HOUSEHOLDS, [heading])(["RT 2 RW 8"])[place]) == "002"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("Rp 1.500.000,-", 1_500_000), ("1.500.000,00", 1_500_000), ("900 VA", 900), ("36 m2", 36), ("36.0", 36)],
)
def test_amounts_as_offices_write_them(typed, kept):
    assert whole(10**9)(typed) == kept


@pytest.mark.parametrize("typed", ["1,5 juta", "36,5", "1500.5", "1.50.000", "-5"])
def test_amounts_that_may_be_two_are_refused(typed):
    with pytest.raises(ValueError, match="not_a_number"):
        whole(10**9)(typed)


@pytest.mark.parametrize(
    "typed", ["081234567890", "6281234567890", "+62 812-3456-7890", "+62 (0)812 3456 7890", "006281234567890",
              "81234567890", "81234567890.0", "'081234567890"],
)  # fmt: skip
def test_phones_in_every_spelling(typed):
    assert phone(typed) == "081234567890"


@pytest.mark.parametrize(
    "cell", ["1990-12-31", "31/12/1990", "31-12-1990", "31.12.1990", "31 Desember 1990", "31-Des-1990", "33238"]
)
def test_dates_in_the_usual_forms(cell):
    assert read_date(cell).isoformat() == "1990-12-31"


@pytest.mark.parametrize("cell", ["31/12/90", "31 Brumaire 1990", "31/02/1990", "60000"])
def test_dates_that_are_none_or_doubtful_are_refused(cell):
    with pytest.raises(ValueError):
        read_date(cell)


# --- the way of a file


def test_a_foreign_list_is_matched_looked_at_and_loaded(client, upload, match, django_capture_on_commit_callbacks):
    made = upload(foreign())
    assert made.status == RegisterImport.Status.COCOKKAN and made.file
    assert "Cocokkan kolom" in client.get(f"{URL}{made.pk}/change/").content.decode()
    page = client.get(f"{URL}{made.pk}/cocokkan/").content.decode()
    assert KK not in page and "************9001" in page
    asked = match(made)
    assert asked.status_code == 200 and "Kata yang belum dikenal" in asked.content.decode()
    assert not ColumnMapping.objects.exists()
    assert match(made, **WORDS).url == f"{URL}{made.pk}/change/"
    made.refresh_from_db()
    assert made.status == RegisterImport.Status.SIAP and made.preview["people"]["new"] == 2, made.preview
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{URL}{made.pk}/muat/")
    family = Household.objects.get()
    assert (family.region_id, family.tenure, family.floor) == (people.RT, "milik", "plester")
    assert set(Person.objects.values_list("name", flat=True)) == {"Budi Santoso", "Siti Aminah"}


def test_next_month_s_file_goes_straight_through(upload, match):
    match(upload(foreign()), **WORDS)
    again = upload(foreign([[*ROWS[0][:-1], "2000000"]]), "bulan-depan.csv")
    assert again.status == RegisterImport.Status.SIAP and again.mapping["Anggota"]["columns"]["NIK"] == "NIK"


def test_an_office_s_mapping_is_not_another_office_s(upload, match, client, django_capture_on_commit_callbacks):
    match(upload(foreign()), **WORDS)
    client.force_login(people.budi())
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{URL}add/", {"file": SimpleUploadedFile("a.csv", foreign())})
    assert RegisterImport.objects.latest("pk").status == RegisterImport.Status.COCOKKAN
    assert not ColumnMapping.objects.for_officer(cases.officer("budi", "staf", people.PONDOK_KOPI)).exists()


def test_the_kecamatan_s_mapping_serves_its_kelurahan_and_the_command(upload, match, tmp_path):
    match(upload(foreign()), **WORDS)
    path = tmp_path / "bnba.csv"
    path.write_bytes(foreign())
    with pytest.raises(FileError, match="Cocokkan dulu"):
        register.import_file(path=path)
    ColumnMapping.objects.update(region=people.KECAMATAN)
    counts, _findings = register.import_file(path=path)
    assert counts["people"]["new"] == 2
    assert mappings.known_plan(path, people.KLENDER) is not None


def test_a_needed_column_left_open_is_named(upload, match):
    made = upload(foreign([row[:1] + row[2:] for row in ROWS], BNBA[:1] + BNBA[2:]))
    answer = match(made)
    assert answer.status_code == 422 and "Kolom NIK belum dicocokkan" in answer.content.decode()


def test_words_left_alone_are_refused_with_their_sentence(upload, match):
    made = upload(foreign())
    match(made, **dict.fromkeys(WORDS, ""))
    made.refresh_from_db()
    assert made.preview["errors"] == {"family_refused": 2, "unknown_choice": 1}


def test_an_unmatched_file_can_be_cancelled(client, upload):
    made = upload(foreign())
    client.post(f"{URL}{made.pk}/batal/")
    made.refresh_from_db()
    assert made.status == RegisterImport.Status.BATAL and not made.file


def test_who_may_only_look_does_not_match_columns(client, upload):
    made = upload(foreign())
    client.force_login(people.dewi())
    assert client.get(f"{URL}{made.pk}/cocokkan/").status_code == 403
    client.force_login(cases.officer("budi", "staf", people.PONDOK_KOPI))
    assert client.get(f"{URL}{made.pk}/cocokkan/").status_code == 404


def kept_url(kept: ColumnMapping) -> str:
    return f"/admin/beneficiaries/columnmapping/{kept.pk}/"


def answers(client, kept: ColumnMapping) -> dict:
    """What the page of a kept mapping sends when nothing is touched."""
    form = client.get(f"{kept_url(kept)}change/").context["form"]
    values = {name: form[name].value() or "" for name in form.fields}
    return values | {word["key"]: word["answer"] for word in form.words}


def test_a_kept_mapping_is_mended_and_the_next_file_is_read_so(client, upload, match):
    match(upload(foreign()), **WORDS)
    kept = ColumnMapping.objects.get()
    plan = kept.plan
    values = answers(client, kept)
    assert client.post(f"{kept_url(kept)}change/", values).status_code == 302
    kept.refresh_from_db()
    assert kept.plan == plan, "untouched, it stays as it is"
    floor, address = "w0_Jenis Lantai_Semen", _key(client, kept, "Alamat")
    mended = values | {"name": "SIKS-NG baru", floor: "Tanah", address: _value(client, kept, address, "NAMA ART")}
    assert client.post(f"{kept_url(kept)}change/", mended).url == "/admin/beneficiaries/columnmapping/"
    kept.refresh_from_db()
    assert kept.name == "SIKS-NG baru" and kept.plan["Keluarga"]["words"]["Jenis Lantai"] == {"Semen": "Tanah"}
    event = ColumnMapping.pgh_event_model.objects.latest("pgh_id")
    assert event.pgh_context.metadata["source"] == "column_mapping" and event.pgh_context.metadata["user"]
    again = upload(foreign(), "bulan-depan.csv")
    assert again.mapping["Keluarga"]["columns"]["Alamat"] == "NAMA ART"
    assert again.preview["households"]["new"] == 1
    client.post(f"{kept_url(kept)}change/", mended | {floor: ""})
    assert upload(foreign(), "lagi.csv").preview["errors"]["unknown_choice"] == 1, "a forgotten word is unknown again"


def _key(client, kept, title: str) -> str:
    form = client.get(f"{kept_url(kept)}change/").context["form"]
    return next(f"k{row['key']}" for rows in form.rows.values() for row in rows if row["column"].title == title)


def _value(client, kept, key: str, heading: str) -> str:
    form = client.get(f"{kept_url(kept)}change/").context["form"]
    return next(value for value, title in form.fields[key].choices if title == heading)


def test_a_mapping_without_its_headings_offers_those_it_uses(client, upload, match):
    match(upload(foreign()), **WORDS)
    ColumnMapping.objects.update(headings={})
    kept = ColumnMapping.objects.get()
    (titles,) = mappings.headings_of(kept).values()
    assert set(titles) <= set(BNBA) and "NIK" in titles
    assert client.post(f"{kept_url(kept)}change/", answers(client, kept)).status_code == 302


def test_a_kept_mapping_keeps_what_is_needed(client, upload, match):
    match(upload(foreign()), **WORDS)
    kept = ColumnMapping.objects.get()
    values = answers(client, kept) | {_key(client, kept, "NIK"): ""}
    answer = client.post(f"{kept_url(kept)}change/", values)
    assert answer.status_code == 422 and "Kolom NIK belum dicocokkan" in answer.content.decode()
    assert client.post(f"{kept_url(kept)}change/", answers(client, kept) | {"name": " "}).status_code == 422
    plan = kept.plan | {"Anggota": kept.plan["Anggota"] | {"columns": {}}}
    with pytest.raises(mappings.MappingError, match="belum dicocokkan"):
        mappings.change(kept=kept, plan=plan, name="x", by=kept.saved_by)
    kept.refresh_from_db()
    assert kept.name == "Ekspor SIKS-NG" and kept.plan["Anggota"]["columns"]["NIK"] == "NIK"


def test_a_kept_mapping_is_deleted_by_its_office(client, upload, match):
    match(upload(foreign()), **WORDS)
    kept = ColumnMapping.objects.get()
    client.post(f"{kept_url(kept)}delete/", {"post": "yes"})
    assert not ColumnMapping.objects.exists()
    with pytest.raises(mappings.MappingError, match="sudah dihapus"):
        mappings.change(kept=kept, plan=kept.plan, name="x", by=kept.saved_by)
    assert upload(foreign()).status == RegisterImport.Status.COCOKKAN


def test_another_office_s_mapping_is_not_touched(client, upload, match):
    match(upload(foreign()), **WORDS)
    kept, budi, dewi = ColumnMapping.objects.get(), people.budi(), people.dewi()
    for by, sentence in ((budi, "milik kantor lain"), (dewi, "tidak boleh mengubah")):
        with pytest.raises(mappings.MappingError, match=sentence):
            mappings.change(kept=kept, plan=kept.plan, name="x", by=by)
        with pytest.raises(mappings.MappingError, match=sentence):
            mappings.forget(kept=kept, by=by)
    values = answers(client, kept)
    client.force_login(budi)
    assert client.post(f"{kept_url(kept)}change/", values).status_code == 404
    client.force_login(dewi)
    page = client.get(f"{kept_url(kept)}change/").content.decode()
    assert "NAMA ART" in page and "Simpan</button>" not in page and "<select" not in page
    assert client.post(f"{kept_url(kept)}change/", values).status_code == 403
    assert client.post(f"{kept_url(kept)}delete/", {"post": "yes"}).status_code == 403
    assert ColumnMapping.objects.get().name == "Ekspor SIKS-NG"


# --- ZIP


def zipped(**entries: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, body in entries.items():
            made.writestr(name.replace("__", "."), body)
    return out.getvalue()


def table(sheet: str, *rows) -> bytes:
    return foreign(rows, [column.title for column in columns(sheet)])


PAIR = {"data/Keluarga__csv": table(HOUSEHOLDS, household_row()), "data/anggota__csv": table(PEOPLE, person_row())}


def test_a_zip_of_the_pair_is_loaded(upload):
    made = upload(zipped(**PAIR), "register.zip")
    assert made.preview["households"]["new"] == made.preview["people"]["new"] == 1


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ({"keluarga__csv": b"a,b"}, "keluarga.csv dan anggota.csv"),
        (PAIR | {"lain__exe": b"MZ"}, "tanpa yang lain"),
        (PAIR | {"../../keluarga__csv": b"a"}, "tanpa yang lain"),
        ({"keluarga__csv": b"0" * 50_000_000, "anggota__csv": b"a"}, "terlalu besar"),
    ],
)
def test_a_zip_of_anything_else_is_refused(tmp_path, entries, sentence):
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(**entries))
    with pytest.raises(FileError, match=sentence):
        open_register(path)


def test_headings_of_no_table_are_no_register(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(foreign())
    with pytest.raises(OtherHeadings):
        open_register(path)
    assert [h.title for h in headings(path)["a"]] == BNBA


# --- how it looks


@needs_browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_the_mapping_page_can_be_used_on_any_screen(visit, width, client, settings):
    ani = people.ani()
    made = register.receive(file=SimpleUploadedFile("bnba.csv", foreign()), filename="bnba.csv", by=ani)
    start(made.job)
    page = visit(f"{URL}{made.pk}/cocokkan/", width=width, user=ani)
    shot(page, f"cocokkan-{width}")
    assert page.evaluate("document.querySelector('main,#content-main').scrollWidth <= innerWidth")
    assert page.locator("#id_k1_0").input_value().endswith("NIK")


# --- the form to type into, and what a load would change


def test_the_form_offers_its_lists_and_explains_each_column(client, ani):
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{URL}contoh/").content))
    assert book.sheetnames == [HOUSEHOLDS, PEOPLE, "Petunjuk"]
    lists = {v.formula1 for v in book[HOUSEHOLDS].data_validations.dataValidation}
    assert '"Keramik,Plester,Papan atau kayu,Tanah"' in lists and '"Ya,Tidak"' in lists
    assert book[PEOPLE]["A2"].number_format == "@"
    told = {row[1].value: row[2].value for row in book["Petunjuk"].iter_rows(min_row=2)}
    assert "berupa teks" in told["NIK"] and "Boleh kosong" in told["Desil DTSEN"]
    assert set(told) == {column.title for sheet in mapping.SHEETS for column in columns(sheet)}


def test_the_form_holds_no_invented_family_and_can_be_typed_into(client, upload):
    body = client.get(f"{URL}contoh/").content
    made = upload(body, "contoh.xlsx")
    assert made.status == RegisterImport.Status.DITOLAK and "tidak berisi baris data" in made.refusal
    book = openpyxl.load_workbook(io.BytesIO(body))
    for sheet, cells in ((HOUSEHOLDS, household_row()), (PEOPLE, person_row())):
        for place, cell in enumerate(cells, 1):
            book[sheet].cell(2, place).value = cell
    out = io.BytesIO()
    book.save(out)
    made = upload(out.getvalue(), "isi.xlsx")
    assert made.preview["households"]["new"] == made.preview["people"]["new"] == 1
    told = {row[1].value: row[3].value for row in book["Petunjuk"].iter_rows(min_row=2)}
    assert told["NIK"] == person_row()[0] and told["Jenis Lantai"] == "Plester"


def test_the_preview_shows_old_and_new_values(client, upload, django_capture_on_commit_callbacks):
    first = upload(workbook([household_row()], [person_row()]), "a.xlsx")
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{URL}{first.pk}/muat/")
    changed = workbook(
        [household_row(**{"Jenis Lantai": "Tanah", "RT": "003", "Pengeluaran per Bulan": "2700000"})],
        [person_row(**{"Tanggal Lahir": "1980-05-18"})],
    )
    made = upload(changed, "b.xlsx")
    family, person = made.changes
    assert ["Jenis Lantai", "Plester", "Tanah"] in family["changes"]
    assert ["RT", "RT 002/RW 008", "RT 003/RW 008"] in family["changes"]
    assert ["Pengeluaran per Bulan", "2.600.000", "2.700.000"] in family["changes"]
    assert person["changes"] == [["Tanggal Lahir", "17 Mei 1980", "18 Mei 1980"]]
    assert sorted(made.preview["by_column"]) == [
        ["Anggota", "Tanggal Lahir", 1], ["Keluarga", "Jenis Lantai", 1], ["Keluarga", "Pengeluaran per Bulan", 1],
        ["Keluarga", "RT", 1],
    ]  # fmt: skip
    page = client.get(f"{URL}{made.pk}/change/").content.decode()
    assert "Yang berubah" in page and "18 Mei 1980" in page


def test_columns_that_change_most_are_told_first(upload, load):
    numbers = [f"31750701012090{n}" for n in range(20, 45)]
    rows = [household_row(**{"Nomor KK": number}) for number in numbers]
    load(upload(workbook(rows), "a.xlsx"))
    newer = [household_row(**{"Nomor KK": number, "Punya AC": "Ya"}) for number in numbers]
    newer[0][5] = "Gang Baru"
    made = upload(workbook(newer), "b.xlsx")
    assert made.preview["by_column"] == [["Keluarga", "Punya AC", 25], ["Keluarga", "Alamat", 1]]
    assert len(made.changes) == 20, "of which some are shown"


def test_a_number_that_changes_is_told_without_being_shown(client, upload, django_capture_on_commit_callbacks):
    first = upload(
        workbook([household_row(), household_row(**{"Nomor KK": "3175070101209002"})], [person_row()]), "a.xlsx"
    )
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{URL}{first.pk}/muat/")
    made = upload(workbook([household_row(**{"Nomor HP": "081200009002"})],
                           [person_row(**{"Nomor KK": "3175070101209002"})]), "c.xlsx")  # fmt: skip
    assert [row["changes"] for row in made.changes] == [
        [["Nomor HP", "tercatat", "berbeda"]], [["Nomor KK", "tercatat", "berbeda"]],
    ]  # fmt: skip


# --- what the file does not tell


def test_what_the_file_lacks_stays_as_the_register_has_it_unless_it_holds_for_all(client, upload, match, load):
    known = household_row(**{"Punya Mobil": "Ya", "Punya AC": "Ya", "Menerima PKH": "Ya"})
    load(upload(workbook([known], [person_row(**{"NIK": ROWS[0][1], "Disabilitas": "Ya"})]), "r.xlsx"))
    new_family = [["3175070101209007", "3175071705809007", "TONO", "17/05/1980", "L", "Kepala Keluarga", "Kawin",
                   *FAMILY, "1500000"]]  # fmt: skip
    made = upload(foreign(ROWS + new_family))
    form = client.get(f"{URL}{made.pk}/cocokkan/").context["form"]
    ac = next(row["key"] for row in form.rows["Keluarga"] if row["column"].title == "Punya AC")
    match(made, **WORDS, **{f"s{ac}": "on"})
    load(made)
    old, new = Household.objects.get(kk_index=blind_index(KK, "kk")), Household.objects.exclude(address=known[5]).last()
    assert (old.has_car, old.receives_pkh, old.has_ac) == (True, True, False)
    assert old.address == "Jalan Melati 1", "what the file tells is taken"
    assert Person.objects.get(nik_index=blind_index(ROWS[0][1], "nik")).disability
    assert (new.has_car, new.receives_pkh, new.has_ac) == (False, False, False)


def test_of_a_merged_row_the_person_who_stayed_is_kept_as_is(upload, match, load):
    load(upload(workbook([household_row()], [person_row(**{"Disabilitas": "Ya"})]), "r.xlsx"))
    kept = Person.objects.get()
    gone = make.person(household=kept.household, nik=ROWS[0][1], merged_into=kept)
    made = upload(foreign(ROWS[:1]))
    match(made, **WORDS)
    load(made)
    kept.refresh_from_db()
    assert kept.disability and kept.name == "Budi Santoso" and not Person.objects.living().exclude(pk=kept.pk).exists()
    assert gone.pk


def test_one_press_fills_the_columns_of_yes_and_no(upload, client):
    made = upload(foreign())
    form = client.get(f"{URL}{made.pk}/cocokkan/").context["form"]
    typed = {name: form[name].value() or "" for name in form.fields}
    page = client.post(f"{URL}{made.pk}/cocokkan/", typed | {"isi": "1"})
    form = page.context["form"]
    values = {row["column"].title: form[f"t{row['key']}"].value() for row in form.rows["Keluarga"] if row["needed"]
              and row["column"].field not in mapping.NEVER_FIXED}  # fmt: skip
    assert page.status_code == 200 and values["Punya Mobil"] == values["Menerima PKH"] == "Tidak"
    assert values["Beli Pakaian Setahun Terakhir"] == "Ya", "what is not known speaks for nobody"
    assert not values["Jenis Lantai"], "what the file has, and what is no yes or no, is left alone"
    made.refresh_from_db()
    assert made.status == RegisterImport.Status.COCOKKAN and not ColumnMapping.objects.exists()


# --- rows of one family that disagree


def member(number: int, *, kk: str = KK, **facts) -> list[str]:
    own = [facts.get(title, value) for title, value in zip(BNBA[7:17], FAMILY, strict=True)]
    name = ["BUDI", "SITI", "TONO", "WATI"][number % 4]
    return [kk, f"317507170580900{number}", name, "17/05/1980", "L", "Anak", "Kawin", *own, "0"]


def told(made: RegisterImport) -> list[tuple]:
    found = made.rows.filter(code="family_rows_disagree").order_by("row", "sentence")
    return [(each.sheet, each.row, each.column, each.value, each.sentence.partition(" menyebut")[0]) for each in found]


def test_a_family_fact_that_another_row_tells_otherwise_is_told_once(client, upload, match, load, monkeypatch):
    monkeypatch.setattr("beneficiaries.register.disagreements.BATCH", 1)
    other = "3175070101209009"
    made = upload(foreign([
        member(1), member(2, ALAMAT="Jalan Mawar 2", LANTAI="Tanah"), member(3, kk=other, ALAMAT=""),
        member(4, ALAMAT="Jalan Kenanga 3", **{"RT/RW": "003/008"}), member(5, kk=other),
    ]))  # fmt: skip
    match(made, **WORDS)
    made.refresh_from_db()
    assert told(made) == [
        ("Keluarga", 2, "Alamat", "Jalan Melati 1", "Baris 3"), ("Keluarga", 2, "Jenis Lantai", "Plester", "Baris 3"),
        ("Keluarga", 2, "RT", "002/008", "Baris 5"),
    ]  # fmt: skip
    assert made.preview["warnings"]["family_rows_disagree"] == 3
    page = client.get(f"{URL}{made.pk}/change/").content.decode()
    assert "Baris 3 menyebut Alamat lain untuk keluarga ini" in page and "Baris dari satu KK menyebut" in page
    load(made)
    assert Household.objects.get().address == "Jalan Melati 1" and len(told(made)) == 3
    assert made.rows.filter(code="text_missing").get().row == 4, "the first row stands for the family, empty or not"


def test_either_of_two_readers_finds_who_disagrees(upload, match, monkeypatch):
    """Each reads every row, since it cannot know which is a family's first; together they stage each family once."""
    monkeypatch.setattr(asked, "BLOCK", 1), monkeypatch.setattr(asked, "TURNS", 2)
    other = "3175070101209009"
    made = upload(foreign([member(1), member(2, ALAMAT="Jalan Mawar 2"), member(3, kk=other), member(4, kk=other)]))
    match(made, **WORDS)
    made.refresh_from_db()
    found = [open_register(made.file.path, made.mapping) for _turn in (0, 1)]
    staged = [[row.number for row in r.rows(HOUSEHOLDS, asked.blocks(n))] for n, r in enumerate(found)]
    assert sorted(sum(staged, [])) == [2, 4]
    assert [[row.number for row in register.retold()] for register in found] == [[2, 3], [2, 3]]


def test_rows_that_say_the_same_in_other_words_or_say_nothing_agree(upload, match):
    made = upload(foreign([
        member(1), member(2, ALAMAT="jalan  melati 1 ", DAYA="900 VA", **{"RT/RW": "RT 2 RW 8"}),
        member(3, ALAMAT="", DAYA="", LANTAI="Plester"), member(4, kk=""), member(5, kk="", ALAMAT="Jalan Lain"),
    ]))  # fmt: skip
    match(made, **WORDS)
    made.refresh_from_db()
    assert made.status == RegisterImport.Status.SIAP and not told(made)


def test_members_have_phones_of_their_own(upload, match):
    titles = [*BNBA, "No HP"]
    made = upload(foreign([[*member(1), "081200009001"], [*member(2), "081200009002"]], titles))
    match(made, **WORDS)
    made.refresh_from_db()
    assert made.status == RegisterImport.Status.SIAP and not told(made)


def test_a_file_of_two_sheets_is_not_read_again_for_it(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(zipped(**PAIR))
    found = open_register(path)
    assert [*found.rows(HOUSEHOLDS), *found.rows(PEOPLE)] and not found.doubtful and not list(found.retold())


def test_a_row_without_a_kk_is_told_once(upload, match):
    made = upload(foreign([member(1), member(2, kk="")]))
    match(made, **WORDS)
    made.refresh_from_db()
    assert (made.preview["households"]["new"], made.preview["households"]["refused"]) == (1, 0)
    found = made.rows.get(row=3)
    assert (found.sheet, found.code) == ("Anggota", "kk_not_16_digits") and "selnya digabung" in found.sentence


def test_a_signature_below_the_table_is_told_once_and_asks_for_no_words(upload, match, client):
    made = upload(foreign([*ROWS, ["Jakarta, 1 November 2026"], ["Lurah Klender"]]))
    assert "(kosong)" not in match(made).content.decode(), "no cell of a signature is a word to translate"
    made.refresh_from_db()
    match(made, **WORDS)
    made.refresh_from_db()
    assert made.preview["people"] == {"new": 2, "changed": 0, "unchanged": 0, "refused": 2}
    assert made.preview["households"]["refused"] == 0 and made.preview["errors"] == {"no_person": 2}
    assert [(row.row, row.sheet) for row in made.rows.all()] == [(4, "Anggota"), (5, "Anggota")]


def test_a_footer_of_a_file_of_ours_is_told_once(upload):
    foot = ["", "JUMLAH KELUARGA", *[""] * (len(columns(HOUSEHOLDS)) - 2)]
    made = upload(workbook([household_row(), foot], [person_row(), ["Lurah", *[""] * 14]]), "a.xlsx")
    assert made.preview["errors"] == {"no_family": 1, "no_person": 1}
    assert made.rows.get(sheet="Anggota").value == "Lurah", "what holds no digit needs no mask"


# --- files in which there is nothing to match


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "tidak ditemukan"),
        ([["Halo"], ["NIK", "1"]], "tidak ditemukan"),
        ([BNBA], "tidak berisi baris data"),
        ([["DAFTAR"], BNBA, [], ["", " "]], "tidak berisi baris data"),
    ],
)
def test_nobody_is_asked_about_the_columns_of_nothing(upload, rows, sentence):
    book = openpyxl.Workbook()
    for cells in rows:
        book.active.append(cells)
    out = io.BytesIO()
    book.save(out)
    made = upload(out.getvalue(), "a.xlsx")
    assert made.status == RegisterImport.Status.DITOLAK and sentence in made.refusal


def test_headings_of_ours_without_rows_are_refused(upload):
    made = upload(workbook(), "a.xlsx")
    assert made.status == RegisterImport.Status.DITOLAK and "tidak berisi baris data" in made.refusal


# --- what stands above the heading


def test_a_row_that_numbers_the_columns_is_passed_over(upload, match):
    made = upload(foreign([[f"({n})" for n in range(1, len(BNBA) + 1)], *ROWS]))
    match(made, **WORDS)
    made.refresh_from_db()
    assert made.preview["people"]["new"] == 2 and not made.preview["errors"]
    assert mapping.only_numbers(["1", "2", "3", ""]) and not mapping.only_numbers(["1", "3", "4"])
    assert not mapping.only_numbers(["1", "2"]) and not mapping.only_numbers()


def test_a_heading_of_two_lines_is_one(upload, client, match, load):
    """As printed tables have it: cells merged downwards, and one merged over two columns of which the second is told
    in the line below alone.
    """
    place = BNBA.index("TGL LAHIR")
    first = ["NO", *BNBA[:place], "KELAHIRAN", "", *BNBA[place + 1 :]]
    second = ["", *[""] * place, "TEMPAT", "TANGGAL", *[""] * (len(BNBA) - place - 1)]
    numbers = [str(n) for n in range(1, len(first) + 1)]
    rows = [[str(n), *row[:place], "Jakarta", *row[place:]] for n, row in enumerate(ROWS, 1)]
    made = upload(foreign([["PERIODE 2026"], first, second, numbers, *rows], ["DAFTAR KELUARGA"]))
    form = client.get(f"{URL}{made.pk}/cocokkan/").context["form"]
    keys = {row["column"].title: f"k{row['key']}" for row in form.rows[PEOPLE]}
    sheet = form[keys["NIK"]].value().partition("\t")[0]
    assert form[keys["NIK"]].value() == f"{sheet}\tNIK"
    match(made, **WORDS, **{keys["Tempat Lahir"]: f"{sheet}\tKELAHIRAN TEMPAT",
                            keys["Tanggal Lahir"]: f"{sheet}\tKELAHIRAN TANGGAL"})  # fmt: skip
    made.refresh_from_db()
    load(made)
    assert set(Person.objects.values_list("name", "birth_place")) == {
        ("Budi Santoso", "Jakarta"), ("Siti Aminah", "Jakarta")
    }  # fmt: skip


def test_only_a_line_that_names_a_column_is_the_second_of_a_heading():
    assert mapping.joined(["NIK", "Lahir", "", "Alamat"], ["", "Tempat", "Tanggal"]) == [
        "NIK", "Lahir Tempat", "Lahir Tanggal", "Alamat"
    ]  # fmt: skip
    for below in (["3175", "x", "y", ""], ["", "", "", "x"], ["a", "b", "c", ""], []):
        assert not mapping.joined(["NIK", "Lahir", "", "Alamat"], below)


def test_two_columns_of_one_heading_are_told_apart(upload, client, match):
    titles = [*BNBA, "Nama ART"]
    made = upload(foreign([[*row, f"Panggilan {n}"] for n, row in enumerate(ROWS)], titles))
    page = client.get(f"{URL}{made.pk}/cocokkan/")
    assert "Nama ART (2)" in page.content.decode()
    key = next(r["key"] for r in page.context["form"].rows[PEOPLE] if r["column"].title == "Nama Lengkap")
    assert page.context["form"][f"k{key}"].value().endswith("NAMA ART")
    match(made, **WORDS, **{f"k{key}": page.context["form"][f"k{key}"].value().replace("NAMA ART", "Nama ART (2)")})
    made.refresh_from_db()
    plan = made.mapping
    found = [row.cells[2] for row in open_register(made.file.path, plan).rows(PEOPLE)]
    assert plan[PEOPLE]["columns"]["Nama Lengkap"] == "Nama ART (2)" and found == ["Panggilan 0", "Panggilan 1"]
    assert mapping.told_apart(["a", "A ", "", "", "a 2"]) == ["a", "A  (2)", "", "", "a 2 (2)"]


def test_every_column_left_open_is_told_at_once(upload, client):
    made = upload(foreign())
    form = client.get(f"{URL}{made.pk}/cocokkan/").context["form"]
    answer = client.post(f"{URL}{made.pk}/cocokkan/", {n: form[n].value() or "" for n in form.fields} | {"name": "x"})
    told = answer.content.decode()
    assert answer.status_code == 422 and "Punya AC" in told and "Disabilitas, Penyakit Kronis" in told


ABOVE = [["DAFTAR PENERIMA BANSOS, KELURAHAN KLENDER"], ["PERIODE", "NOVEMBER 2026"], []]


@pytest.mark.parametrize("kind", ["csv", "semicolon", "xlsx"])
def test_titles_above_the_heading_are_passed_over(upload, match, load, tmp_path, kind):
    rows = [*ABOVE, BNBA, *ROWS, [KK, "1", *ROWS[1][2:]]]
    if kind == "xlsx":
        book = openpyxl.Workbook()
        for cells in rows:
            book.active.append(cells)
        out = io.BytesIO()
        book.save(out)
        made = upload(out.getvalue(), "siks.xlsx")
    else:
        text = io.StringIO()
        csv.writer(text, delimiter=";" if kind == "semicolon" else ",").writerows(rows)
        made = upload(text.getvalue().encode())
    match(made, **WORDS)
    load(made)
    assert set(Person.objects.values_list("name", flat=True)) == {"Budi Santoso", "Siti Aminah"}
    assert made.rows.get().row == 7, "the row that a person sees, whose NIK is refused"


def test_the_first_row_is_the_heading_where_no_other_is():
    assert mapping.above_heading([BNBA, *ROWS]) == 0 == mapping.above_heading([["a", "b"], ["c", "d"]])
    assert mapping.above_heading([*ABOVE, ["No", "NIK", "Nama"]]) == 3 and mapping.above_heading([]) == 0
