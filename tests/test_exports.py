"""Each file of people's data, taken by each role: who gets it, what it never holds, its record and its mark."""

import hashlib
import io
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from import_export.formats.base_formats import XLSX
from pypdf import PdfReader

from bansos import exports, jobs, roles
from bansos.models import DataAccess, Holiday, Region, Role
from beneficiaries import criteria, person_conditions, register
from beneficiaries.models import Household, PersonCondition, RegisterImport
from distribution.models import Fund
from monitoring import reports
from monitoring.models import MonthlyReport
from tests import busy_month, cases, make, meetings, people
from tests.workbooks import household_row, person_row, workbook

pytestmark = pytest.mark.django_db
PLACES = {Role.STAF: people.KLENDER, Role.LURAH: people.KLENDER, Role.RW: people.RW, Role.RT: people.RT}
CARE = frozenset({Role.STAF, Role.LURAH, Role.KESRA})  # those who look after the families
LISTS = CARE | {Role.CAMAT, Role.AUDITOR}
OFFICE = frozenset({Role.STAF, Role.LURAH})
TOLD_TO_CARE = ("Jl. Melati 2", "Berumur 60 tahun atau lebih", "1950", "Kepala Keluarga")  # address, why, birth, kin
WHY = {"reason": "Rapat pekan ini"}
PHONE, ACCOUNT, REFUSED = "081298765432", "0987654321098", "3175075705809002"
REACH = ("distribution_belum_dibantu", "distribution_menerima_ganda", "distribution_beda_desil")


@pytest.fixture
def files() -> dict[str, tuple]:
    """By name: the address, how it is asked for, and who gets it."""
    draft = criteria.draft(source=criteria.load_default(), by=None)
    make.household(
        phone=PHONE,
        account=ACCOUNT,
        decile=1,
        address="Jl. Melati 2",
        head={"name": "Siti Rahayu", "born_on": date(1950, 1, 1)},
    )
    person_conditions.load_default()
    klj = PersonCondition.objects.get(code="KLJ")
    dirty = workbook([household_row()], [person_row(**{"NIK": REFUSED, "Tanggal Lahir": "31-02-1985"})])
    made = register.receive(
        file=ContentFile(dirty), filename="register.xlsx", by=cases.officer("ani", "staf", people.KLENDER)
    )
    assert made.job_id
    jobs.run(job_id=made.job_id)
    meeting = meetings.closed(applications=[cases.verified()])
    found = {
        f"{name} {per}": (f"{reverse(f'admin:{name}')}?per={per}", WHY, LISTS)
        for name in REACH
        for per in ("keluarga", "orang")
    }
    person = Household.objects.get(phone_index__isnull=False).people.get()
    return found | {
        "keluarga": (
            reverse("admin:beneficiaries_household_export"), WHY | {"format": "0", "resource": "0"}, LISTS,
        ),
        "kriteria": (reverse("admin:beneficiaries_criteriaset_download", args=[draft.pk]), WHY, LISTS),
        "syarat": (reverse("admin:beneficiaries_personcondition_download", args=[klj.pk]), WHY, LISTS),
        "ditolak": (reverse("admin:beneficiaries_registerimport_ditolak", args=[made.pk]), WHY, OFFICE),
        "musyawarah": (
            reverse("admin:beneficiaries_deliberation_berita-acara", args=[meeting.pk]), None,
            LISTS,
        ),
        "salinan": (reverse("salinan-data", args=[person.pk]), WHY, CARE),
    }  # fmt: skip


def words(body: bytes) -> str:
    """Everything that a file says: cells, footers and properties of a workbook, text of a PDF, members of a ZIP."""
    if body.startswith(b"%PDF"):
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    with zipfile.ZipFile(io.BytesIO(body)) as folder:
        if "salinan-data.pdf" in folder.namelist():
            return words(folder.read("salinan-data.pdf")) + folder.read("salinan-data.json").decode()
    book = openpyxl.load_workbook(io.BytesIO(body))
    cells = [str(cell) for sheet in book for row in sheet.values for cell in row if cell is not None]
    feet = [sheet.oddFooter.left.text or "" for sheet in book.worksheets if sheet.title != "Unduhan"]
    assert feet and all("nomor U-" in foot for foot in feet)
    return "\n".join([*cells, *feet, book.properties.title or "", book.properties.creator or ""])


@pytest.mark.parametrize("role", Role.values)
def test_each_role_gets_its_own_files_and_no_number(role, files, client):
    user = cases.officer(f"peran.{role}", role, PLACES.get(role, people.KECAMATAN))
    client.force_login(user)
    families = Household.objects.all()
    numbers = {PHONE, ACCOUNT, REFUSED, *(f.kk for f in families), *(p.nik for f in families for p in f.people.all())}
    for name, (address, said, allowed) in files.items():
        before = DataAccess.objects.count()
        answer = client.get(address) if said is None else client.post(address, said)
        if role not in allowed:
            assert answer.status_code in {302, 403, 404}, name
            assert DataAccess.objects.count() == before, name
            continue
        assert answer.status_code == 200 and DataAccess.objects.count() == before + 1, name
        told, look = words(answer.content), DataAccess.objects.latest("pk")
        assert f"U-{look.pk:06d}" in told and user.name in told, name  # the mark
        assert look.user == user and look.address == "127.0.0.1", name
        held = {number for number in numbers if number in told}
        full = {"ditolak": {REFUSED}, "salinan": {PHONE, ACCOUNT}}.get(name, set())
        assert (full <= held) if name == "salinan" else (held == full), name


def test_nothing_leaves_without_its_reason(files, client):
    client.force_login(cases.officer("ani", "staf", people.KLENDER))
    for name, (address, said, _allowed) in files.items():
        if said is not None:
            answer = client.post(address, said | {"reason": "x"})
            assert answer["Content-Type"].startswith("text/html"), name
    assert not DataAccess.objects.exists()


@pytest.mark.parametrize(
    ("model", "words"),
    [("beneficiaries_household", "keluarga"), ("distribution_programme", "program"), ("bansos_holiday", "hari libur")],
)
def test_the_button_of_a_download_says_what_it_does(client, model, words):
    families = model == "beneficiaries_household"
    client.force_login(people.kesra() if families else people.user("admin", "admin", None, is_superuser=True))
    page = client.get(reverse(f"admin:{model}_export")).content.decode()
    assert page.count(f"Unduh daftar {words}") == 2 and "Submit" not in page and ">Kirim<" not in page


def test_the_record_of_an_export_keeps_no_name_that_was_looked_for(client):
    make.household(decile=1, head={"name": "Siti Rahayu"})
    client.force_login(people.kesra())
    address = reverse("admin:beneficiaries_household_export") + "?q=Siti+Rahayu&decile=1"
    assert client.post(address, WHY | {"format": "0", "resource": "0"}).status_code == 200
    look = DataAccess.objects.get()
    assert look.what == "Keluarga: desil DTSEN: 1, nama yang dicari" and look.rows == 1


PLAIN = {"program": "distribution_programme", "dana": "distribution_fund", "hari libur": "bansos_holiday"}


@pytest.fixture
def plain_files() -> dict[str, str]:
    """What leaves without a resident in it, by name: the address. A report is fetched, the others are posted."""
    busy_month.programme("sembako")
    Fund.objects.create(name="APBD 2026", source="apbd", year=2026, amount=1_000_000)
    report = reports.build(period=date(2026, 9, 1), region=Region.objects.get(pk=people.KECAMATAN))
    found = {f"laporan {kind}": reverse("laporan-unduh", args=[report.pk, kind]) for kind in reports.FORMATS}
    return found | {name: reverse(f"admin:{model}_export") for name, model in PLAIN.items()}


def test_what_names_nobody_is_on_record_and_marked_too(plain_files, client):
    client.force_login(boss := people.user("boss", "admin", None, is_superuser=True))
    resource = {"format": "0", "resource": "0"}
    for name, address in plain_files.items():
        before = DataAccess.objects.count()
        form = client.get(address)
        answer = form if name.startswith("laporan") else client.post(address, resource)
        assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"], name
        assert DataAccess.objects.count() == before + 1, name
        look = DataAccess.objects.latest("pk")
        assert look.user == boss and look.families is None, name
        assert look.fields == ("report" if name.startswith("laporan") else "reference"), name
        if name.startswith("laporan"):
            assert b"".join(answer.streaming_content)
        else:
            told = words(answer.content)
            assert f"U-{look.pk:06d}" in told and f"{boss.name} (boss)" in told and "Data pribadi" not in told, name


def test_a_report_leaves_as_its_fingerprint_proves(plain_files, client):
    client.force_login(people.kesra())
    report = MonthlyReport.objects.get()
    for kind in reports.FORMATS:
        taken = b"".join(client.get(plain_files[f"laporan {kind}"]).streaming_content)
        assert report.hashes[kind] == hashlib.sha256(taken).hexdigest(), kind


def test_a_file_of_reference_data_comes_back_in_as_it_went_out(client):
    Holiday.objects.all().delete()
    Holiday.objects.create(on=date(2026, 8, 17), name="Hari Kemerdekaan")
    client.force_login(people.user("boss", "admin", None, is_superuser=True))
    address = reverse("admin:bansos_holiday_export")
    body = client.post(address, {"format": "0", "resource": "0"}).content
    rows = openpyxl.load_workbook(io.BytesIO(body)).active.values
    assert next(rows) == ("Tanggal", "Nama") and next(rows)[1] == "Hari Kemerdekaan"
    number = admin.site._registry[Holiday].get_import_formats().index(XLSX)
    asked = {"import_file": SimpleUploadedFile("libur.xlsx", body), "format": number, "resource": "0"}
    page = client.post(reverse("admin:bansos_holiday_import"), asked)
    assert page.status_code == 200 and not page.context["result"].has_errors()
    assert page.context["result"].totals["skip"] + page.context["result"].totals["update"] == 1


# Where the code answers with a file, and what that is: "export" is on record and marked above.
ANSWERS = {
    "bansos/admin_exports.py": "export",
    "bansos/views.py": "an attachment as it was uploaded, on record at each look",
    "beneficiaries/admin/deliberation.py": "export",
    "beneficiaries/admin/household.py": "export",
    "beneficiaries/admin/register_import.py": "export, and the empty form",
    "beneficiaries/admin/simulation.py": "export, also for beneficiaries/admin/person_condition.py",
    "beneficiaries/views/apply.py": "the applicant's own receipt in large print",
    "beneficiaries/views/letter.py": "a numbered letter with its QR code; its page is on record",
    "distribution/admin/reach.py": "export",
    "monitoring/admin/data_request.py": "export: the resident's own copy",
    "monitoring/views/reports.py": "export",
    "monitoring/views/subject.py": "export: the resident's own copy",
}


def test_no_way_out_was_forgotten():
    """A file leaves through a header, an answer made of a file, or the mixin of django-import-export."""
    ways = ("Content-Disposition", "as_attachment", "FileResponse", "ExportMixin", "ExportModelAdmin")
    root = Path(__file__).parent.parent
    found = {
        str(path.relative_to(root))
        for app in ("bansos", "beneficiaries", "distribution", "feedback", "monitoring")
        for path in (root / app).rglob("*.py")
        if any(way in path.read_text() for way in ways)
    }
    assert found == set(ANSWERS)


@pytest.mark.parametrize("role", sorted(LISTS))
def test_a_role_gets_the_lists_without_the_columns_that_are_not_for_it(role, files, client):
    """Who looks after the families takes all of a list, the others the same rows without home, age, kin and reasons."""
    user = cases.officer(f"peran.{role}", role, PLACES.get(role, people.KECAMATAN))
    client.force_login(user)
    lists = [files[name][0] for name in (*(f"{REACH[0]} {per}" for per in ("keluarga", "orang")), "keluarga", "syarat")]
    told = "\n".join(words(client.post(address, WHY | {"format": "0", "resource": "0"}).content) for address in lists)
    assert "Siti Rahayu" in told and "RT 002/RW 008 Klender" in told
    assert [part for part in TOLD_TO_CARE if part in told] == (list(TOLD_TO_CARE) if role in CARE else [])
    kept_back = [look.kept_back for look in DataAccess.objects.order_by("pk")]
    assert kept_back == (["", "", "", ""] if role in CARE else ["alamat", "hubungan keluarga, tahun lahir", "alamat",
                                                              "umur, sebab"])  # fmt: skip
    cover = f"Tidak ikut untuk peran {Role(role).label}: alamat."
    assert (cover in told) is (role not in CARE)
    for address in (lists[0], lists[2]):  # the officer reads it before the download
        assert (cover in client.get(address).content.decode()) is (role not in CARE)


@pytest.mark.parametrize("role", sorted(LISTS))
def test_minutes_too_tell_home_and_reason_to_those_alone_who_look_after_the_families(role, client):
    case = cases.verified(address="Gang Rahasia 7", answers=cases.CLEAR)
    meeting = meetings.closed("tidak_layak", applications=[case])
    client.force_login(cases.officer(f"peran.{role}", role, PLACES.get(role, people.KECAMATAN)))
    own = reverse("admin:beneficiaries_deliberation_berita-acara", args=[meeting.pk])
    told = " ".join(words(client.get(own).content).split())
    assert case.name in told and "Tidak layak" in told
    private = ("Gang Rahasia 7", "menilai keluarga ini mampu")
    assert [part for part in private if part in told] == (list(private) if role in CARE else [])
    without = f"Tidak ikut untuk peran {Role(role).label}: alamat, sebab."
    page = client.get(reverse("admin:beneficiaries_deliberation_change", args=[meeting.pk])).content.decode()
    assert (without in told) is (without in page) is (role not in CARE)


@pytest.mark.parametrize("guarded", [True, False])
def test_a_permission_by_mistake_takes_out_no_column(guarded, files, client, monkeypatch):
    """The twin: without the table of columns a role that is given the permission takes the list along."""
    monkeypatch.setitem(roles.PERMISSIONS, Role.ADMIN, roles.PERMISSIONS[Role.ADMIN] | roles.PERMISSIONS[Role.KESRA])
    if not guarded:
        everyone = frozenset(Role)
        monkeypatch.setattr(exports, "COLUMNS", dict.fromkeys(exports.COLUMNS, everyone))
    client.force_login(cases.officer("admin", "admin", people.KECAMATAN))
    for name in (f"{REACH[0]} orang", "keluarga", "kriteria", "syarat"):
        address, said, _allowed = files[name]
        assert client.post(address, said).status_code == (403 if guarded else 200), name
    assert DataAccess.objects.exists() is not guarded


def test_the_kecamatan_gets_the_refused_rows_without_their_numbers(files, client):
    made = RegisterImport.objects.get()
    RegisterImport.objects.update(region=people.KECAMATAN)  # loaded on the command line
    client.force_login(cases.officer("kesra", "kesra", people.KECAMATAN))
    page = client.get(reverse("admin:beneficiaries_registerimport_change", args=[made.pk])).content.decode()
    told = f"Tidak ikut untuk peran {Role.KESRA.label}: nomor lengkap di baris yang ditolak."
    file = words(client.post(files["ditolak"][0], WHY).content)
    assert told in file and told in page and REFUSED not in file and "*" * 12 + REFUSED[-4:] in file


def test_who_takes_out_which_column():
    """No full number outside the kelurahan, and nothing of anybody for an evaluator."""
    for role in Role.values:
        user = cases.officer(f"peran.{role}", role, people.KECAMATAN)
        mine = {name for name, allowed in exports.COLUMNS.items() if role in allowed}
        assert ("refused_numbers" in mine) is (role in OFFICE)
        if role not in LISTS:
            assert not mine
        with pytest.raises(PermissionDenied):
            exports.columns_for(user, ["phone", "account"])
        if mine:
            found = exports.columns_for(user, ["phone", "kk", "address"])
            assert found.taken == (("kk", "address") if role in CARE else ("kk",)) and "phone" in found.left_out


def test_a_look_says_which_data_in_words():
    look = DataAccess(fields="kk, head, place, NIK")
    assert look.told == "nomor KK, kepala keluarga, RT/RW, NIK"
    assert set(exports.COLUMNS) <= set(DataAccess.LABELS)
