"""The register in the admin: the whole path of an import, who may do what, and how the pages look."""

import io

import openpyxl
import pghistory
import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from bansos import jobs, row_history
from bansos.crypto import blind_index
from bansos.models import DataAccess, Job
from beneficiaries import duplicates, register
from beneficiaries.models import DuplicatePair, Household, ImportRow, Person, RegisterImport
from tests import cases, make, people
from tests.browser import needs_browser, shot
from tests.workbooks import SAMPLE, household_row, person_row, workbook

pytestmark = pytest.mark.django_db
URL = "/admin/beneficiaries/registerimport/"
# How many tabs Unfold puts away depends on which of its files came first: none, at worst.
ALL_TABS = "document.querySelector('#tabs-items')?.append(...document.querySelectorAll('#tabs-dropdown a'))"
NIK, KK = "3175075705809001", "3175070101209001"
DIRTY = workbook(
    [household_row(), household_row(**{"Nomor KK": "3175070101209002", "RT": "099"})],
    [person_row(), person_row(**{"NIK": "3175075705809002", "Nama Lengkap": "=1+1", "Tanggal Lahir": "31-02-1985"})],
)


@pytest.fixture
def ani(client):
    user = people.ani()
    client.force_login(user)
    return user


@pytest.fixture
def now(django_capture_on_commit_callbacks):
    """Runs what is sent to the worker at once: `with now(): ...`."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def made(client, ani, now):
    """An import that Ani uploaded, ready to be loaded."""
    with now():
        client.post(f"{URL}add/", {"file": SimpleUploadedFile("register.xlsx", DIRTY)})
    return RegisterImport.objects.get()


# --- the path of a file


def test_staff_upload_look_and_load_the_sample(client, ani, now):
    with now():
        answer = client.post(
            f"{URL}add/", {"file": SimpleUploadedFile("register.xlsx", (SAMPLE / "register.xlsx").read_bytes())}
        )
    made = RegisterImport.objects.get()
    assert answer.url == f"{URL}{made.pk}/change/" and made.region_id == people.KLENDER
    page = client.get(answer.url).content.decode()
    assert Household.objects.count() == 0
    for words in ("1.988", "5.813", "Pratinjau", "NIK harus 16 angka", "20 pasang", "Muat yang benar", "Klender"):
        assert words in page
    assert "Halaman 1 dari 3" in page and "Halaman 3 dari 3" in client.get(f"{answer.url}?ditolak=3").content.decode()
    with now():
        client.post(f"{URL}{made.pk}/muat/")
    assert (Household.objects.count(), Person.objects.count()) == (1988, 5813)
    page = client.get(answer.url).content.decode()
    assert "Selesai dimuat" in page and "Unduh baris yang ditolak" in page and "Muat yang benar" not in page
    made.refresh_from_db()
    assert not made.file and made.preview == made.outcome
    listed = client.get(URL).content.decode()
    assert "1988 / 5813" in listed and "register.xlsx" in listed


def test_refused_rows_are_mended_and_loaded_again(client, made, now, tmp_path):
    with now():
        client.post(f"{URL}{made.pk}/muat/")
    assert client.post(f"{URL}{made.pk}/ditolak/").status_code == 302 and not DataAccess.objects.exists()
    answer = client.post(f"{URL}{made.pk}/ditolak/", {"reason": "Memperbaiki baris"})
    assert "no-store" in answer.headers["Cache-Control"] and NIK[:8] not in answer.headers["Content-Disposition"]
    access = DataAccess.objects.get()
    assert access.subject == f"beneficiaries.registerimport:{made.pk}" and access.region_id == people.KLENDER
    held = Household.objects.get(kk_index=blind_index(KK, "kk"))
    assert list(DataAccess.objects.about(subjects=[], families=[held.pk])) == [access]
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    families, members = book["Keluarga"], book["Anggota"]
    assert (families.max_row, members.max_row) == (2, 2)
    assert families["AE1"].value == "Kesalahan" and "RT/RW ini tidak ada" in families["AE2"].value
    assert (members["A2"].value, members["C2"].value) == ("3175075705809002", "=1+1")
    assert members["C2"].data_type == "s" and members["A2"].number_format == "@"  # text, never a formula
    families["E2"], members["E2"] = "003", "17/05/1980"
    members["C2"] = "Rina"
    book.save(tmp_path / "mended.xlsx")
    counts, found = register.import_file(path=tmp_path / "mended.xlsx")
    assert [each.code for each in found] == ["head_twice"] and counts["households"]["new"] == 1
    assert counts["people"]["new"] == 1 and Person.objects.get(name="Rina").household.kk == KK


def test_cancelled_import_loads_nothing(client, made):
    page = client.post(f"{URL}{made.pk}/batal/", follow=True).content.decode()
    assert "Impor dibatalkan" in page and not Household.objects.exists()
    assert "sudah diputuskan" in client.post(f"{URL}{made.pk}/muat/", follow=True).content.decode()


@pytest.mark.parametrize(
    ("file", "name", "sentence"),
    [
        (None, "", "Pilih berkas dulu"), (b"", "register.xlsx", "kosong"),
        (b"%PDF-1.7", "register.xlsx", "bukan lembar kerja"),
        (b"\xd0\xcf\x11\xe0", "register.xlsx", "kata sandi"), (b"\xd0\xcf\x11\xe0", "r.XLS", "Excel lama"),
    ],
)  # fmt: skip
def test_a_bad_upload_is_told_on_the_form(client, ani, file, name, sentence):
    data = {} if file is None else {"file": SimpleUploadedFile(name, file)}
    answer = client.post(f"{URL}add/", data)
    assert answer.status_code == 422 and sentence in answer.content.decode()
    assert not RegisterImport.objects.exists()


def test_an_unreadable_upload_is_told_on_its_page(client, ani, now):
    with now():
        answer = client.post(f"{URL}add/", {"file": SimpleUploadedFile("register.xlsx", DIRTY[:-50])})
    page = client.get(answer.url).content.decode()
    assert "Berkas tidak dapat dibaca" in page and "terpotong" in page and "Muat yang benar" not in page


def test_progress_is_on_the_page_and_a_failed_job_can_be_tried_again(client, made, now):
    job = register.confirm(register_import=made, by=made.uploaded_by)  # not sent: the worker is away
    Job.objects.filter(pk=job.pk).update(state=Job.State.JALAN, progress=42, total=100, message="Membaca baris")
    page = client.get(f"{URL}{made.pk}/change/").content.decode()
    assert f'data-job="/pekerjaan/{job.pk}/"' in page and 'value="42"' in page and "progress.js" in page
    assert client.get(f"/pekerjaan/{job.pk}/").json()["percent"] == 42
    Job.objects.filter(pk=job.pk).update(state=Job.State.GAGAL, message="Berhenti tiga kali di tengah jalan.")
    page = client.get(f"{URL}{made.pk}/change/").content.decode()
    assert "Pekerjaan terhenti" in page and "Coba lagi" in page
    with now():
        client.post(f"{URL}{made.pk}/ulang/")
    assert Person.objects.count() == 1


@pytest.mark.parametrize(("chosen", "kept"), [({}, True), ({"bentrok": "on"}, False)])
def test_staff_see_what_conflicts_and_choose(client, made, now, chosen, kept):
    with now():
        client.post(f"{URL}{made.pk}/muat/")
    with pghistory.context(user=made.uploaded_by.pk):
        Household.objects.update(address="Gang Baru 2")
    with now():
        client.post(f"{URL}add/", {"file": SimpleUploadedFile("register.xlsx", DIRTY)})
    again = RegisterImport.objects.latest("pk")
    page = client.get(f"{URL}{again.pk}/change/").content.decode()
    assert "Bentrok" in page and "Gang Baru 2" in page and 'name="bentrok"' in page
    told = client.get(f"{URL}{again.pk}/change/").context["table"]
    assert [(str(label), families) for label, families, _people in told if families] == [("Bentrok", 1), ("Ditolak", 1)]
    with now():
        client.post(f"{URL}{again.pk}/muat/", chosen)
    assert (Household.objects.get().address == "Gang Baru 2") is kept
    again.refresh_from_db()
    assert again.takes_conflicts is not kept
    page = client.get(f"{URL}{again.pk}/change/").content.decode()
    assert ("Isi register dipertahankan." in page) is kept


def test_every_row_that_is_warned_of_can_be_looked_at_page_by_page(client, made):
    said = {"register_import": made, "sheet": "Anggota", "level": ImportRow.Level.WARNING, "sentence": "Periksa."}
    rows = [ImportRow(**said, row=number, code="head_twice") for number in range(100, 160)]
    ImportRow.objects.bulk_create([*rows, ImportRow(**said, row=159, code="moves_family")])
    answer = client.get(f"{URL}{made.pk}/change/?peringatan=2")
    assert 159 in [row.row for row in answer.context["rows"]["peringatan"]["page"]]
    label, families, members = answer.context["table"][-1]
    assert "peringatan" in str(label) and (families, members) == (0, 60), "a row with two warnings is one row"


def test_a_loaded_import_is_undone_after_a_look_at_what_that_does(client, made, now):
    with now():
        client.post(f"{URL}{made.pk}/muat/")
    assert f"{URL}{made.pk}/urungkan/" in client.get(f"{URL}{made.pk}/change/").content.decode()
    page = client.get(f"{URL}{made.pk}/urungkan/").content.decode()
    assert "Dihapus karena baru" in page and "Urungkan impor ini" in page and Person.objects.count() == 1
    with now():
        client.post(f"{URL}{made.pk}/urungkan/")
    made.refresh_from_db()
    assert made.status == made.Status.DIURUNGKAN and not Household.objects.exists()
    page = client.get(f"{URL}{made.pk}/change/").content.decode()
    assert "Impor diurungkan" in page and "urungkan/" not in page
    assert "sudah dimuat" in client.get(f"{URL}{made.pk}/urungkan/", follow=True).content.decode()


def test_what_the_command_loaded_is_undone_by_the_kecamatan_and_nobody_else(client, now, tmp_path):
    (tmp_path / "register.xlsx").write_bytes(DIRTY)
    counts, _found = register.import_file(path=tmp_path / "register.xlsx")
    made = RegisterImport.objects.get(pk=counts["import"])
    page, undo = f"{URL}{made.pk}/change/", f"{URL}{made.pk}/urungkan/"
    for who, seen in (("ani", 404), ("lurah", 404), ("camat", 403), ("dewi", 403)):
        client.force_login(getattr(people, who)())
        assert {client.get(undo).status_code, client.post(undo).status_code} == {seen}, who
    assert "urungkan/" not in client.get(page).content.decode() and Household.objects.exists()
    client.force_login(people.kesra())
    assert undo in client.get(page).content.decode()
    assert "Dihapus karena baru" in client.get(undo).content.decode()
    with now():
        client.post(undo)
    made.refresh_from_db()
    assert made.status == made.Status.DIURUNGKAN and not Household.objects.exists()
    assert made.job.created_by.username == "kesra"


def test_the_kecamatan_looks_at_the_import_of_a_kelurahan_and_does_not_act_on_it(client, made, now):
    with now():
        client.post(f"{URL}{made.pk}/muat/")
    client.force_login(people.kesra())
    page = client.get(f"{URL}{made.pk}/change/").content.decode()
    assert "Selesai dimuat" in page and "<form" not in page.split('id="content-main"')[1] and "urungkan/" not in page
    for path in ("urungkan/", "ditolak/", "ulang/"):
        assert client.post(f"{URL}{made.pk}/{path}").status_code == 403
    assert Household.objects.exists() and not DataAccess.objects.exclude(fields="import_page").exists()


@pytest.mark.django_db(transaction=True)
def test_an_import_in_use_says_by_what(client, ani):
    made = register.receive(file=ContentFile(DIRTY), filename="register.xlsx", by=ani)
    jobs.run(job_id=made.job_id)
    jobs.run(job_id=register.confirm(register_import=made, by=ani).pk)
    make.person(household=Household.objects.get(), name="Rina")
    page = client.get(f"{URL}{made.pk}/urungkan/").content.decode()
    assert "sudah dipakai" in page and "1 warga" in page and '<button class="btn main">' not in page
    page = client.post(f"{URL}{made.pk}/urungkan/", follow=True).content.decode()
    assert "tidak dapat diurungkan" in page and Household.objects.exists()


def test_the_examples_of_the_guide_load_once_they_are_typed_in(client, ani, tmp_path):
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{URL}contoh/").content))
    for sheet, _title, _how, example in book["Petunjuk"].iter_rows(min_row=2, values_only=True):
        place = next(place for place in range(1, 99) if not book[sheet].cell(2, place).value)
        book[sheet].cell(2, place).value = example
    book.save(tmp_path / "contoh.xlsx")
    counts, found = register.import_file(path=tmp_path / "contoh.xlsx")
    assert found == [] and counts["people"]["new"] == 1


def test_where_every_row_is_refused_there_is_nothing_to_load(client, ani, now):
    with now():
        client.post(f"{URL}add/", {"file": SimpleUploadedFile("a.xlsx", workbook([], [person_row()]))})
    page = client.get(f"{URL}{RegisterImport.objects.get().pk}/change/").content.decode()
    assert "Tidak ada baris yang dapat dimuat" in page and "Muat yang benar" not in page and "Batalkan" in page


def test_who_may_do_what_with_an_import(client, made):
    paths = ["muat/", "batal/", "ulang/", "ditolak/"]
    client.force_login(people.budi())
    assert client.get(f"{URL}{made.pk}/change/").status_code == 404
    assert {client.post(f"{URL}{made.pk}/{path}").status_code for path in paths} == {404}
    client.force_login(people.dewi())  # the auditor looks, and takes nothing
    page = client.get(f"{URL}{made.pk}/change/").content.decode()
    assert "Alasan baris ditolak" in page and "<form" not in page.split('id="content-main"')[1]
    assert {client.post(f"{URL}{made.pk}/{path}").status_code for path in paths} == {403}
    assert client.get(f"{URL}add/").status_code == 403
    assert {client.get(f"{URL}{made.pk}/{path}").status_code for path in paths} == {405}
    assert {
        client.get(f"{URL}{made.pk}/urungkan/").status_code,
        client.post(f"{URL}{made.pk}/urungkan/").status_code,
    } == {403}
    assert not DataAccess.objects.exclude(fields="import_page").exists() and not Household.objects.exists()
    assert NIK not in page and "3175075705809002" not in page


# --- families and people


def test_lists_show_the_own_region_with_masked_numbers(client, ani):
    here = make.household(head={"name": "Siti Aminah"})
    there = make.household(region="31.75.07.1007.001.001", head={"name": "Rina Wati"})
    page = client.get("/admin/beneficiaries/household/").content.decode()
    assert "Siti Aminah" in page and "Rina Wati" not in page and "RT 002/RW 008 Klender" in page
    assert here.kk not in page and here.kk[-4:] in page
    assert client.get(f"/admin/beneficiaries/household/{there.pk}/change/").status_code == 302
    page = client.get("/admin/beneficiaries/person/").content.decode()
    assert "Siti Aminah" in page and "Rina Wati" not in page and here.people.get().nik not in page


@pytest.mark.parametrize(("term", "found"), [("amin", True), ("SITI", True), ("Siti Aminh", True), ("Budi", False)])
def test_names_are_found_in_spite_of_a_slip(client, ani, term, found):
    make.household(head={"name": "Siti Aminah"})
    for model in ("household", "person"):
        page = client.get(f"/admin/beneficiaries/{model}/", {"q": term}).content.decode()
        assert ("Siti Aminah" in page.split('id="content-main"')[1]) == found


@pytest.mark.parametrize("model", ["household", "person"])
@pytest.mark.parametrize("by", ["nik", "kk"])
def test_numbers_are_found_exactly_and_never_stand_in_an_address(client, ani, model, by):
    family = make.household()
    head = family.people.get()
    number = head.nik if by == "nik" else family.kk
    target = family if model == "household" else head
    url = f"/admin/beneficiaries/{model}/"
    assert 'method="post" role="search"' in client.get(url).content.decode()
    assert client.post(url, {"q": f" {number} "}).url == f"{url}{target.pk}/change/"
    assert DataAccess.objects.exclude(fields="list_page").get().user == ani
    assert client.post(f"{url}?p=2&kelurahan=x", {"q": "Siti A"}).url == f"{url}?kelurahan=x&q=Siti+A"
    refused = client.get(url, {"q": number}, follow=True)
    assert "Ketik di kotak cari" in refused.content.decode() and refused.redirect_chain == [(url, 302)]
    client.force_login(people.budi())
    assert "tidak ada di register" in client.post(url, {"q": number}, follow=True).content.decode()


def test_kelurahan_filter(client):
    client.force_login(people.kesra())
    make.household(head={"name": "Siti Aminah"})
    page = client.get("/admin/beneficiaries/household/?kelurahan=31.75.07.1007").content.decode()
    assert "Siti Aminah" not in page
    assert "Siti Aminah" in client.get(f"/admin/beneficiaries/household/?kelurahan={people.KLENDER}").content.decode()


def test_staff_change_what_a_person_does_but_no_number_death_or_head(client, ani):
    family = make.household(head={"name": "Siti Aminah"})
    person = family.people.get()
    url = f"/admin/beneficiaries/person/{person.pk}/change/"
    page = client.get(url).content.decode()
    assert 'name="nik"' not in page and person.nik not in page
    data = {
        "name": person.name, "birth_place": "", "born_on": "1980-05-17", "sex": "P", "relation": "kepala",
        "marital": "kawin", "education": "", "occupation": "Pedagang", "income": 0, "nik": make.nik(),
        "reason": "Sesuai KTP di loket",
    }  # fmt: skip
    assert "lewat Riwayat dan peristiwa" in client.post(url, data | {"relation": "istri"}).content.decode()
    assert client.post(url, data | {"died_on": "2026-11-01"}).status_code == 302
    changed = Person.objects.get()
    assert changed.occupation == "Pedagang" and changed.updated_at > person.updated_at
    assert (changed.died_on, changed.nik, changed.relation) == (None, person.nik, "kepala")
    recorded = client.get(f"/admin/beneficiaries/person/{person.pk}/meninggal/")
    assert recorded.url == f"/admin/beneficiaries/household/{family.pk}/peristiwa/meninggal/?orang={person.pk}"


def test_family_page_saves_facts_and_keeps_the_number(client, ani):
    family = make.household(phone="081200009001")
    url = f"/admin/beneficiaries/household/{family.pk}/change/"
    page = client.get(url).content.decode()
    assert family.kk not in page and "081200009001" not in page and "Citra Lestari" in page
    values = {f.name: f.value_from_object(family) for f in Household._meta.fields if f.editable}
    data = {name: value for name, value in values.items() if value not in (None, False)}
    for prefix in ("people", "applications", "scores"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    assert client.post(url, data).status_code == 302, "without a change no reason is asked for"
    new = data | {"address": "Gang Baru 1", "kk": make.kk(), "decile": 9, "receives_pkh": "on"}
    assert "Tulis alasannya" in client.post(url, new).content.decode()
    numbered = client.post(url, new | {"reason": "Sesuai KK", "address": "Gang 3175070101209001"})
    assert "Jangan menulis NIK" in numbered.content.decode()
    assert Household.objects.get().updated_at == family.updated_at
    assert client.post(url, new | {"reason": "Sesuai KK di loket"}).status_code == 302
    changed = Household.objects.get()
    assert (changed.address, changed.kk, changed.phone) == ("Gang Baru 1", family.kk, "081200009001")
    assert (changed.decile, changed.receives_pkh) == (family.decile, False), "a list of another office says these"
    told = row_history.of(changed)[-1]
    assert (told.user_id, told.reason) == (ani.pk, "Sesuai KK di loket") and "Gang Baru 1" in told.change


def test_full_numbers_want_a_reason_and_leave_a_trace(client, ani):
    person = make.household().people.get()
    url = f"/admin/beneficiaries/person/{person.pk}/buka/"
    assert person.nik not in client.get(url).content.decode()
    answer = client.post(url, {"reason": "x"})
    assert "paling sedikit lima huruf" in answer.content.decode() and person.nik not in answer.content.decode()
    assert not DataAccess.objects.exists()
    answer = client.post(url, {"reason": "Mencocokkan KTP di loket"})
    assert person.nik in answer.content.decode() and "no-store" in answer.headers["Cache-Control"]
    assert DataAccess.objects.get().subject == f"beneficiaries.person:{person.pk}"
    assert person.nik not in client.get(url).content.decode()
    client.force_login(people.dewi())
    assert client.post(url, {"reason": "Ingin tahu saja"}).status_code == 403
    client.force_login(people.budi())
    assert client.post(url, {"reason": "Ingin tahu saja"}).status_code == 404
    assert DataAccess.objects.count() == 1


@pytest.mark.parametrize("kind", ["person", "household"])
def test_who_opens_a_page_is_on_record_once_a_day(client, ani, kind):
    person = make.household().people.get()
    row = person if kind == "person" else person.household
    url = f"/admin/beneficiaries/{kind}/{row.pk}/change/"
    for _time in range(2):
        assert client.get(url).status_code == 200
    look = DataAccess.objects.get()
    assert (look.user, look.subject, look.region_id) == (ani, f"beneficiaries.{kind}:{row.pk}", people.RT)
    client.force_login(people.kesra())
    client.get(url)
    client.force_login(people.budi())
    client.get(url)  # of another kelurahan: sees nothing
    assert [each.user.username for each in DataAccess.objects.order_by("pk")] == ["ani", "kesra"]


def test_families_leave_as_a_masked_scoped_and_recorded_spreadsheet(client, ani):
    here = make.household(head={"name": "=1+1"})
    make.household(region="31.75.07.1007.001.001", head={"name": "Rina Wati"})
    url = "/admin/beneficiaries/household/export/"
    assert client.post(url, {"format": "0", "resource": "0"})["Content-Type"].startswith("text/html")
    assert not DataAccess.objects.exists()
    answer = client.post(url, {"format": "0", "resource": "0", "reason": "Rapat pekan ini"})
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0].values)
    assert rows[0][:3] == ("Nomor KK", "Kepala keluarga", "RT/RW")
    assert len(rows) == 2 and rows[1][0] == "*" * 12 + here.kk[-4:] and not str(rows[1][1]).startswith("=")
    access = DataAccess.objects.get()
    assert (access.rows, access.reason) == (1, "Rapat pekan ini")
    client.force_login(people.user("teknis", "admin", people.KECAMATAN))
    assert client.post(url, {"format": "0", "resource": "0"}).status_code == 403


# --- how it looks


@needs_browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_in_a_browser(visit, tmp_path, width):
    ani = people.ani()
    made = register.receive(file=ContentFile(DIRTY), filename="register.xlsx", by=ani)
    register.inspect(job=made.job, pulse=_Silent())
    Job.objects.filter(pk=made.job_id).update(state=Job.State.SELESAI)
    page = visit(f"{URL}add/", width=width, user=ani)
    page.set_input_files("[name=file]", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"})
    assert_accessible(page)
    shot(page, f"impor-unggah-{width}")
    page.click("text=Unggah dan periksa")
    assert "bukan lembar kerja" in page.inner_text(".err")
    page.goto(f"{URL}{made.pk}/change/")
    assert_accessible(page)
    shot(page, f"impor-pratinjau-{width}")
    page.click("text=Muat yang benar")  # the test's Celery runs at once
    assert "Selesai dimuat" in page.inner_text("#content-main")
    shot(page, f"impor-hasil-{width}")


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_progress_in_a_browser(visit):
    """The bar moves without a reload, and the page reloads itself when the work has ended."""
    ani = people.ani()
    made = register.receive(file=ContentFile(DIRTY), filename="register.xlsx", by=ani)
    job = Job.objects.filter(pk=made.job_id)
    job.update(state=Job.State.JALAN, progress=30, total=100, message="Membaca baris")
    page = visit(f"{URL}{made.pk}/change/", width=360, user=ani)
    assert page.get_attribute("progress", "value") == "30"
    shot(page, "impor-berjalan-360")
    job.update(progress=75)
    page.wait_for_function("document.querySelector('progress').value === 75")
    assert_accessible(page)
    register.inspect(job=made.job, pulse=_Silent())
    job.update(state=Job.State.SELESAI)
    page.wait_for_selector("text=Muat yang benar")


@needs_browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_families_in_a_browser(visit, width):
    ani = people.ani()
    family = make.household(head={"name": "Siti Aminah", "born_on": people_date(1975)}, phone="081200009001")
    make.person(household=family, name="Dewi Basri")
    make.criteria()
    make.score(household=family, points=60)
    cases.application(kk=family.kk, region=family.region_id)  # so that its page has every tab
    make.person(household=make.household(head={"name": "Rina Wati", "born_on": people_date(1990)}), name="Dewi Barsi")
    duplicates.find()
    pages = {
        "keluarga": "/admin/beneficiaries/household/",
        "keluarga-satu": f"/admin/beneficiaries/household/{family.pk}/change/",
        "warga": "/admin/beneficiaries/person/",
        "warga-buka": f"/admin/beneficiaries/person/{family.people.first().pk}/buka/",
        "ganda": "/admin/beneficiaries/duplicatepair/",
        "ganda-satu": f"/admin/beneficiaries/duplicatepair/{DuplicatePair.objects.get().pk}/change/",
    }
    page = visit("/admin/beneficiaries/household/", width=width, user=ani)
    for name, address in pages.items():
        page.goto(address)
        shot(page, f"{name}-{width}")
        page.evaluate(ALL_TABS)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
        if name in {"warga-buka", "ganda-satu"}:  # pages of our own; the others are the admin's
            assert_accessible(page)
    page.goto("/admin/beneficiaries/household/")
    page.fill("#searchbar", family.kk)
    page.press("#searchbar", "Enter")
    page.wait_for_url(f"**{pages['keluarga-satu']}")


def people_date(year: int):
    from datetime import date

    return date(year, 3, 4)


def assert_accessible(page) -> None:
    """Our part of an admin page; what stands around it is the admin's."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context="#content-main").response["violations"]
    assert not found, [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "scrolls sideways"


class _Silent:
    def report(self, *args):
        pass
