"""Who is shown a list that names people leaves a look at each family on it, once while the officer leafs through it."""

from datetime import UTC, date, datetime

import pytest
from django.contrib import admin
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bansos import bulk, jobs, privacy
from bansos.admin_base import NotesLists
from bansos.bits import bits, holds
from bansos.models import DataAccess
from beneficiaries import person_conditions, register
from beneficiaries.models import (
    Application,
    CriteriaSet,
    Deliberation,
    Household,
    ImportRow,
    PersonCondition,
    RegisterImport,
)
from distribution.models import Course, Round
from monitoring import subject_access
from tests import cases, make, meetings, people
from tests.test_looks import ABOUT, pages, url
from tests.workbooks import household_row, person_row, workbook

pytestmark = pytest.mark.django_db
# Lists that name nobody: a meeting's date, an officer's kin, codes and places of complaints, an event's own page.
NAMELESS = {
    "beneficiaries.deliberation", "beneficiaries.kinship", "feedback.complaint", "bansos.bulkaction",
    "bansos.notification", "distribution.round", "beneficiaries.registerimport",
}  # fmt: skip


def named(look: DataAccess) -> tuple[set[int], set[int]]:
    """Returns the families and the applications that a look names."""
    families = Household.objects.values_list("pk", flat=True)
    applications = Application.objects.values_list("pk", flat=True)
    return (
        {pk for pk in families if holds(look.families or b"", pk)},
        {pk for pk in applications if holds(look.applications or b"", pk)},
    )


def changelists() -> dict:
    return {
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"): (model, site)
        for model, site in admin.site._registry.items()
        if isinstance(site, NotesLists)
    }


def test_every_list_that_names_people_leaves_one_look_a_day(client):
    pages()
    officer = meetings.lurah()
    client.force_login(officer)
    empty = []
    for address, (model, site) in changelists().items():
        for _time in range(2):
            answer = client.get(address, follow=True)
            assert answer.status_code == 200, address
        rows = list(answer.context["cl"].result_list)
        looks = DataAccess.objects.filter(subject=f"{model._meta.label_lower}:daftar")
        if not rows:
            empty.append(address)
            continue
        look = looks.get()
        assert (look.user, look.fields, look.address) == (officer, "list_page", "127.0.0.1"), address
        assert set(map(frozenset, named(look))) == set(map(frozenset, site.named_by(rows).values())), address
        assert look.rows == sum(map(len, named(look))) > 0 and not look.is_export, address
    assert not empty


def test_every_other_page_that_lists_people_leaves_a_look_too(client):
    """Pages of our own: their families, and where there is none in the register yet their applications."""
    pages()
    poor = make.scored_household(points=70, decile=1, head={"name": "Satu Rahayu", "born_on": date(1940, 1, 1)})
    person_conditions.load_default()
    meeting, course, round = Deliberation.objects.get(), Course.objects.get(), Round.objects.get()
    waiting = cases.verified(name="Wawan", answers=cases.CLEAR)
    draft = meetings.planned()
    chosen, lurah = CriteriaSet.objects.latest("pk"), meetings.lurah()
    shown = bulk.preview(
        action="rt", ids=[poor.pk], said={"kelurahan": "klender", "rw": "8", "rt": "3"}, reason="RT mekar", by=lurah
    )
    old = PersonCondition.objects.get(code="KLJ")
    asked = {
        f"{url('distribution_belum_dibantu')}?per=keluarga": poor,
        f"{url('distribution_belum_dibantu')}?per=orang": poor,
        url("beneficiaries_personcondition_people", old.pk): poor,
        f"{url('beneficiaries_criteriaset_try', chosen.pk)}?q=Satu+Rahayu": poor,
        url("distribution_round_change", round.pk): round.entitlements.get().household,
        url("distribution_course_change", course.pk): course.enrolments.get().household,
        url("beneficiaries_deliberation_change", meeting.pk): meeting.cases.get().application,
        url("beneficiaries_deliberation_kasus", draft.pk): waiting,
        url("bansos_bulkaction_change", shown.pk): poor,
    }
    client.force_login(lurah)
    for address, row in asked.items():
        before = list(DataAccess.objects.values_list("pk", flat=True))
        assert client.get(address).status_code == 200, address
        look = DataAccess.objects.exclude(pk__in=before).get()
        families, applications = named(look)
        assert row.pk in (families if isinstance(row, Household) else applications), address
        assert (look.user, look.fields) == (lurah, "list_page") and look.what, address


def test_no_list_about_people_was_forgotten():
    listed = {model for model, _site in changelists().values()}
    forgotten = {
        model._meta.label_lower
        for model in admin.site._registry
        if model in ABOUT or any(field.related_model in ABOUT for field in model._meta.get_fields() if field.concrete)
    } - {model._meta.label_lower for model in listed}
    assert forgotten - NAMELESS == set()


def test_a_list_names_only_who_was_not_named_today(client):
    first, second = make.household(), make.household(head={"name": "Budi"})
    client.force_login(people.ani())
    url = reverse("admin:beneficiaries_household_changelist")
    client.get(f"{url}?decile__exact=9")  # nobody
    assert not DataAccess.objects.exists()
    client.get(url)
    third = make.household(head={"name": "Tono"})
    client.get(url)
    assert [named(look)[0] for look in DataAccess.objects.order_by("pk")] == [{first.pk, second.pk}, {third.pk}]
    client.force_login(people.kesra())
    client.get(url)
    assert named(DataAccess.objects.latest("pk"))[0] == {first.pk, second.pk, third.pk}
    client.force_login(people.budi())  # of another kelurahan
    client.get(url)
    assert DataAccess.objects.count() == 3


def test_only_the_last_looks_are_compared_so_that_a_long_day_stays_cheap(rf, monkeypatch):
    monkeypatch.setattr(privacy, "REMEMBERED", 2)
    request = rf.get("/")
    request.user = people.ani()
    for family in (1, 1, 2, 3, 1, 3, 2):
        privacy.note_list(request, subject="x:daftar", what="Daftar", families=[family])
    held = [bytes(look.families) for look in DataAccess.objects.order_by("pk")]
    assert held == [bits([family]) for family in (1, 2, 3, 1, 2)]


@pytest.mark.parametrize("families", [1, 30])
def test_a_look_at_a_list_costs_two_queries_however_long_it_is(client, families):
    for number in range(families):
        make.household(head={"name": f"Warga {number}"})
    client.force_login(people.ani())
    url = reverse("admin:beneficiaries_household_changelist")
    client.get(url)
    more = make.household()
    for writes in ([False, True], [False]):  # the second time nobody is new
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        asked = [query["sql"] for query in queries if "dataaccess" in query["sql"]]
        assert ["INSERT INTO" in words for words in asked] == writes
    assert named(DataAccess.objects.latest("pk"))[0] == {more.pk}


def test_the_lists_of_the_field_pages_name_the_applications(client):
    mine, other = cases.application(), cases.application(name="Budi", region=cases.NEXT_RT)
    client.force_login(people.rt())
    for _time in range(2):
        assert client.get("/verifikasi/").status_code == 200
        assert client.get("/verifikasi/paket/").status_code == 200
    looks = list(DataAccess.objects.order_by("pk"))
    assert [look.fields for look in looks] == ["list_page", "pack_page"]
    assert [named(look)[1] for look in looks] == [{mine.pk}] * 2
    told = subject_access.collect(person=None, application=mine)
    rows = next(part.rows for part in told if part.title == "Siapa yang melihat")
    assert [row[1:3] for row in rows] == [
        ["Ketua RT", "Daftar tugas verifikasi (nama dan tempat tinggal)"],
        ["Ketua RT", "Rumah yang dibawa untuk diverifikasi (nama, alamat, dan jawaban)"],
    ]  # fmt: skip
    untold = next(
        part.rows for part in subject_access.collect(person=None, application=other) if part.title.endswith("melihat")
    )
    assert not untold


def test_who_reads_an_import_is_on_record_at_the_families_shown(client):
    family, changed, elsewhere = make.household(), make.household(), make.household()
    ani = people.ani()
    line = {"sheet": "Keluarga", "row": 2, "family": changed.pk, "who": "Gang", "changes": [["Desil", "1", "2"]]}
    made = RegisterImport.objects.create(
        region_id=people.KLENDER, filename="x.xlsx", uploaded_by=ani, status="siap",
        preview={kind: {"new": 0, "changed": 1, "unchanged": 0, "refused": 1} for kind in ("households", "people")}
        | {"errors": {}, "warnings": {"head_missing": 1}},
        changes=[line],
    )  # fmt: skip
    ImportRow.objects.create(
        register_import=made, sheet="Keluarga", row=3, level="warning", code="head_missing", sentence="Tanpa kepala",
        family=family.pk,
    )  # fmt: skip
    client.force_login(ani)
    for _time in range(2):
        assert client.get(reverse("admin:beneficiaries_registerimport_change", args=[made.pk])).status_code == 200
    looks = DataAccess.objects.filter(families__isnull=False)
    assert named(looks.get())[0] == {family.pk, changed.pk} and elsewhere.pk not in named(looks.get())[0]
    person = family.people.get()
    rows = next(p.rows for p in subject_access.collect(person=person) if p.title == "Siapa yang melihat")
    assert [row[2] for row in rows] == [
        "Berkas register yang memuat keluarga ini (halaman impor: isi lama dan isi baru)"
    ]
    looked = client.get(reverse("admin:siapa-melihat", args=["household", family.pk])).content.decode()
    assert "Berkas register yang memuat keluarga ini" in looked and "Unduhan" not in looked


def test_what_an_import_changes_refuses_and_warns_of_names_its_family(tmp_path):
    """From the file to the page: a changed family, a refused member of it, and a member who comes from another."""
    other = make.household()
    comes = make.person(household=other, name="Tono")
    old = tmp_path / "register.xlsx"
    old.write_bytes(workbook([household_row()], [person_row()]))
    register.import_file(path=old)
    own = Household.objects.exclude(pk=other.pk).get()
    new = workbook(
        [household_row(Alamat="Gang Baru 1")],
        [
            person_row(), person_row(NIK="3175075705809777", **{"Tanggal Lahir": "31-02-1985"}),
            person_row(NIK=comes.nik, **{"Nama Lengkap": "Tono", "Hubungan Keluarga": "Anak"}),
        ],
    )  # fmt: skip
    made = register.receive(file=ContentFile(new), filename="register.xlsx", by=people.ani())
    jobs.run(job_id=made.job_id)
    made.refresh_from_db()
    assert ("Keluarga", own.pk) in {(line["sheet"], line["family"]) for line in made.changes}
    found = {(row.code, row.family) for row in made.rows.all()}
    assert ("impossible_birth_date", own.pk) in found and ("moves_family", other.pk) in found


def test_the_resident_reads_of_a_list_one_line_a_month(monkeypatch):
    person = make.household().people.get()
    held = {"user": people.ani(), "families": bits([person.household_id]), "rows": 1, "reason": "Membuka daftar"}
    for day in (datetime(2026, 10, 31, 16, tzinfo=UTC), *(datetime(2026, 11, n, 3, tzinfo=UTC) for n in (2, 4, 6))):
        monkeypatch.setattr(timezone, "now", lambda day=day: day)
        DataAccess.objects.create(**held, subject="x:daftar", fields="list_page", what="Daftar warga")
        DataAccess.objects.create(**held, subject="x:unduhan", fields="kk", what="Keluarga: semua")
    rows = next(p.rows for p in subject_access.collect(person=person) if p.title == "Siapa yang melihat")
    assert [row[0] for row in rows if row[2].startswith("Daftar warga")] == [
        "31 Oktober 2026 23.00", "3 kali bulan itu, terakhir 6 November 2026 10.00",
    ]  # fmt: skip
    assert [row[2] for row in rows].count("Keluarga: semua") == 4


def test_the_auditor_sees_lists_apart_from_numbers_pages_and_exports(client):
    person, ani = make.household().people.get(), people.ani()
    client.force_login(ani)
    client.get(reverse("admin:beneficiaries_household_changelist"))
    client.get(reverse("admin:beneficiaries_person_change", args=[person.pk]))
    privacy.reveal(obj=person, fields=["nik"], reason="Mencocokkan KTP", by=ani)
    export = {"format": "0", "resource": "0", "reason": "Rapat pekan ini"}
    client.post(reverse("admin:beneficiaries_household_export"), export)
    client.force_login(people.user("auditor", "auditor", people.KECAMATAN))
    url, whole = reverse("admin:bansos_dataaccess_changelist"), set()
    for kind in DataAccess.KINDS:
        (look,) = client.get(url, {"jenis": kind}).context["cl"].result_list
        whole.add(look.pk)
    page = client.get(url)
    assert len(whole) == 4 == page.context["cl"].result_count
    told = page.content.decode()
    assert f"Warga nomor {person.pk}" in told and "beneficiaries.person:" not in told


def test_a_set_of_numbers_keeps_what_it_was_given():
    for some in (set(), {0}, {7, 8, 4095}, {1, 1_000_000}):
        held = bits(some)
        assert {number for number in (0, 1, 7, 8, 9, 4095, 1_000_000, 2_000_000) if holds(held, number)} == some
