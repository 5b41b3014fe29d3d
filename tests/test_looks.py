"""Who opens a page that shows a person leaves a look: each such page of the admin, once a day, told to the resident."""

from datetime import date

import pytest
from django.contrib import admin
from django.urls import reverse

from bansos.models import DataAccess
from beneficiaries import appeals, family_events, letters, places
from beneficiaries.models import (
    Appeal,
    Application,
    DuplicatePair,
    FamilyEvent,
    Household,
    Person,
    RegisterImport,
    Score,
)
from distribution.models import Course, Enrolment, Handover
from feedback.models import Complaint
from monitoring import data_requests, subject_access
from tests import busy_month, cases, make, meetings, people
from tests.test_conflict_pages import conflict
from tests.test_keberatan_pages import refused
from tests.test_letters import PURPOSE
from tests.test_subject_access import outside_fact, resident

pytestmark = pytest.mark.django_db
# These tell of an office, of many at once, or lead on to the family's own page.
NO_PERSON = {
    "beneficiaries.deliberation", "beneficiaries.familyevent", "beneficiaries.verification", "bansos.bulkaction",
    "bansos.notification", "beneficiaries.kinship",
}  # fmt: skip
ABOUT = {Person, Household, Application, Appeal}


def url(name: str, *args) -> str:
    return reverse(f"admin:{name}", args=args)


def pages() -> dict[str, tuple[str, list]]:
    """Returns by address the kind of page and the rows that a look at it names, all of Klender."""
    person, other = resident()
    family, case, staff = person.household, Application.objects.get(), meetings.staff()
    talked_of = cases.verified(nik=person.nik, name="Budi Santosa", answers=cases.CLEAR)
    meeting = meetings.begun(applications=[talked_of])
    outside_fact(family, "SIKS-NG")
    pair = DuplicatePair.objects.create(first=person, second=other, likeness=0.95, region_id=people.KLENDER)
    event = family_events.record_birth(
        household=family, name="Adi", sex="L", born_on=date(2026, 1, 5), nik=make.nik(date(2026, 1, 5), "L"),
        paper="Akta 12", by=staff,
    ) and FamilyEvent.objects.get()  # fmt: skip
    appeal = appeals.submit(application=refused(name="Wati Sumarni"), ground="berubah", story="Saya sakit")
    letter = letters.issue(application=case, kind="sktm", details=PURPOSE, by=staff)
    places.note(application=case, stated="-6.22,106.91,12", by=cases.officer("rt", "rt", people.RT))
    answers = conflict(people.user("rt.hp", "rt", people.RT))
    complaint = Complaint.objects.create(
        code="ABCDEFGH23", region_id=people.KLENDER, category="kurang", story="Kurang", household=family,
        due_on=date(2026, 12, 1),
    )  # fmt: skip
    request = data_requests.submit(person=person, kind="salinan", story="Arsip")
    course = Course.objects.create(
        programme=busy_month.programme("menjahit", kind="pelatihan", contents=""), region_id=people.KECAMATAN,
        name="Menjahit 1", place="Balai", starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 20), capacity=9,
    )  # fmt: skip
    enrolment = Enrolment.objects.create(
        course=course, household=family, person=person, region_id=people.RT, points=1, enrolled_by=staff
    )
    file = RegisterImport.objects.create(
        region_id=people.KLENDER, filename="x.xlsx", uploaded_by=staff, status="siap",
        changes=[{"sheet": "Keluarga", "row": 2, "who": "Gang Mawar", "changes": [["Desil", "1", "2"]]}],
    )  # fmt: skip
    handover = Handover.objects.get()
    return {
        url("beneficiaries_household_change", family.pk): ("page", [family]),
        url("beneficiaries_person_change", person.pk): ("page", [person]),
        url("beneficiaries_application_change", case.pk): ("page", [case]),
        url("beneficiaries_household_peristiwa", family.pk): ("history_page", [family]),
        url("beneficiaries_household_catat", family.pk, "lahir"): ("history_page", [family]),
        url("beneficiaries_familyevent_koreksi", event.pk): ("history_page", [family]),
        url("beneficiaries_duplicatepair_change", pair.pk): ("pair_page", [person, other]),
        url("beneficiaries_duplicatepair_gabung", pair.pk): ("pair_page", [person, other]),
        url("beneficiaries_registerimport_change", file.pk): ("import_page", [file]),
        url("beneficiaries_deliberation_putuskan", meeting.pk, meeting.cases.get().pk): ("meeting_page", [talked_of]),
        url("beneficiaries_appeal_change", appeal.pk): ("appeal_page", [appeal, appeal.application]),
        url("beneficiaries_letter_change", letter.pk): ("letter_page", [case]),
        url("beneficiaries_letter_download", letter.pk): ("letter_page", [case]),
        url("beneficiaries_houseplace_change", case.places.get().pk): ("place_page", [case]),
        url("beneficiaries_verificationevent_change", answers.pk): ("answers_page", [answers.application]),
        url("beneficiaries_score_change", Score.objects.get(household=family).pk): ("score_page", [family]),
        url("beneficiaries_outsidefact_change", family.outside_facts.get().pk): ("outside_page", [family]),
        url("distribution_entitlement_change", handover.entitlement_id): ("aid_page", [family]),
        url("distribution_handover_change", handover.pk): ("aid_page", [handover.recipient, family]),
        url("distribution_enrolment_change", enrolment.pk): ("course_page", [person]),
        url("feedback_complaint_change", complaint.pk): ("complaint_page", [complaint, family]),
        url("monitoring_datarequest_change", request.pk): ("request_page", [person]),
    }


def subject(row) -> str:
    return f"{row._meta.label_lower}:{row.pk}"


@pytest.fixture
def asked(client):
    return pages()


def test_every_page_that_shows_a_person_leaves_one_look_a_day(asked, client):
    officer = meetings.lurah()
    client.force_login(officer)
    for address, (page, rows) in asked.items():
        known = list(DataAccess.objects.values_list("pk", flat=True))
        mine = DataAccess.objects.filter(user=officer, fields=page, subject__in=[subject(row) for row in rows])
        for _ in range(2):
            assert client.get(address).status_code == 200, address
        assert mine.count() == len(rows), address
        for look in DataAccess.objects.exclude(pk__in=known):
            assert (look.fields, look.address) == (page, "127.0.0.1") and look in mine, address


def test_the_field_pages_leave_a_look_too(client):
    family, rt = make.household(), people.rt()
    entitlement, case = make.approved_round(family).entitlements.get(), cases.application()
    client.force_login(rt)
    for _ in range(2):
        assert client.get(f"/verifikasi/{case.pk}/").status_code == 200
    client.force_login(meetings.staff())
    for _ in range(2):
        assert client.post("/penyaluran/", {"code": entitlement.code}).status_code == 200
    assert set(DataAccess.objects.values_list("user__username", "subject", "fields")) == {
        ("rt", subject(case), "visit_page"), ("ani", subject(family), "aid_page"),
    }  # fmt: skip
    assert DataAccess.objects.count() == 2


def test_the_resident_reads_which_pages_were_opened(asked, client):
    client.force_login(meetings.lurah())
    for address in asked:
        client.get(address)
    person = Person.objects.get(name="Siti Rahayu")
    copy = next(part for part in subject_access.collect(person=person) if part.title == "Siapa yang melihat")
    told = {row[2] for row in copy.rows}
    # What the office looked at for others, or for a list as a whole, is not this person's.
    others = {"appeal_page", "answers_page", "import_page"}
    assert {str(DataAccess.LABELS[page]) for page, _rows in asked.values() if page not in others} <= told


def test_who_may_not_open_a_page_leaves_no_look(asked, client):
    client.force_login(people.budi())  # of another kelurahan
    for address in asked:
        assert client.get(address).status_code in {302, 403, 404}, address
    assert not DataAccess.objects.filter(user__username="budi").exists()


def test_no_admin_page_about_a_person_was_forgotten(asked):
    """Every model in the admin that points to a person, a family or a case is among those pages."""
    opened = "\n".join(asked)
    forgotten = {
        model._meta.label_lower
        for model in admin.site._registry
        if model in ABOUT or any(field.related_model in ABOUT for field in model._meta.get_fields() if field.concrete)
        if reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist") not in opened
    }
    assert forgotten - NO_PERSON == set()
