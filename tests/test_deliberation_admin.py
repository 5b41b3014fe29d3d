"""Musyawarah and Keberatan in the admin: each office its own, by its role, through the verbs."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bansos.models import DataAccess
from beneficiaries import appeals, deliberations
from beneficiaries.models import Appeal, Application, Deliberation, DeliberationAttendance, Household
from beneficiaries.models.appeal import AppealQuerySet
from beneficiaries.models.deliberation import DeliberationQuerySet
from tests import cases, make, meetings, people
from tests.browser import needs_browser, shot
from tests.test_appeals import by_neighbour, objected

pytestmark = pytest.mark.django_db
LIST = "/admin/beneficiaries/deliberation/"
PLAN = {
    "region": people.KLENDER, "held_on": "30-11-2026", "hours": "09.00", "place": "Aula", "chair": "Sulastri",
    "note_taker": "Ani", "quorum": "",
}  # fmt: skip


def url(name: str, *numbers) -> str:
    return reverse(f"admin:beneficiaries_deliberation_{name}", args=numbers)


def about(name: str, appeal: Appeal) -> str:
    return reverse(f"admin:beneficiaries_appeal_{name}", args=[appeal.pk])


def signed_in(client, user):
    client.force_login(user)
    return client


# --- musyawarah


def test_a_meeting_from_plan_to_minutes(client):
    make.criteria()
    case, stuck = cases.verified(answers=cases.CLEAR), make.scored_household(points=60, verdict="ditahan")
    signed_in(client, meetings.staff())
    answer = client.post(f"{LIST}add/", PLAN | {"held_on": f"{timezone.localdate():%d-%m-%Y}"})
    meeting = Deliberation.objects.get()
    assert answer.url == url("change", meeting.pk) and meeting.planned_by == meetings.staff()
    client.post(url("undangan", meeting.pk), {"name": "Mulyadi", "element": "rw"})
    assert "diundang" in client.get(url("undangan", meeting.pk)).content.decode()
    page = client.get(url("kasus", meeting.pk)).content.decode()
    assert case.name in page and "nilai 60" in page
    client.post(url("kasus", meeting.pk), {"permohonan": [case.pk], "keluarga": [stuck.pk]})
    client.post(url("mulai", meeting.pk))
    client.post(url("hadir", meeting.pk), {"hadir": list(meeting.attendances.values_list("pk", flat=True))})
    first, second = meeting.cases.all()
    following = client.post(url("putuskan", meeting.pk, first.pk), {"decision": "layak", "rank": "1"})
    assert following.url == url("putuskan", meeting.pk, second.pk)
    wrong = client.post(url("putuskan", meeting.pk, second.pk), {"decision": "tidak_layak"})
    assert wrong.status_code == 422 and "Tulis alasannya" in wrong.content.decode()
    done = client.post(url("putuskan", meeting.pk, second.pk), {"decision": "tidak_layak", "reason": "Mampu."})
    assert done.url == url("change", meeting.pk)
    assert client.get(url("tutup", meeting.pk)).status_code == 403  # staff does not close
    assert client.get(url("berita-acara", meeting.pk)).status_code == 404
    signed_in(client, meetings.lurah())
    assert client.post(url("tutup", meeting.pk), {"minutes_number": ""}).status_code == 422
    client.post(url("tutup", meeting.pk), {"minutes_number": "12/BA/2026"})
    meeting.refresh_from_db()
    assert meeting.status == "diputuskan" and meeting.decided_by == meetings.lurah()
    page = client.get(url("change", meeting.pk)).content.decode()
    assert "12/BA/2026" in page and f"/pengumuman/musyawarah/{meeting.pk}/" in page
    paper = client.get(url("berita-acara", meeting.pk))
    assert paper["Content-Type"] == "application/pdf" and paper.content.startswith(b"%PDF")


def test_a_plan_is_changed_only_before_it_begins(client):
    meeting = meetings.planned()
    signed_in(client, meetings.staff())
    assert client.post(url("rencana", meeting.pk), PLAN | {"place": "Balai RW 008"}).status_code == 302
    meeting.refresh_from_db()
    assert meeting.place == "Balai RW 008" and meeting.region_id == people.KLENDER
    assert client.post(f"{LIST}add/", PLAN | {"quorum": "0"}).status_code == 200  # the form says it
    begun = meetings.begun(applications=[cases.verified()])
    assert client.post(url("rencana", begun.pk), PLAN | {"place": "Lain"}).url == url("change", begun.pk)
    begun.refresh_from_db()
    assert begun.place != "Lain"


def test_a_guest_is_uninvited_on_a_page_of_its_own(client):
    meeting, other = meetings.planned(), meetings.planned(place="Balai RW 008")
    guest = meeting.attendances.get(element="tokoh")
    own = url("batal-undang", meeting.pk, guest.pk)
    signed_in(client, meetings.staff())
    assert own in client.get(url("undangan", meeting.pk)).content.decode()
    assert client.get(url("batal-undang", other.pk, guest.pk)).status_code == 404
    assert "Suratnya belum dicetak" in client.get(own).content.decode()
    assert client.post(own, {"reason": "  "}).status_code == 422
    assert client.post(own, {"reason": "Pindah rumah."}).url == url("undangan", meeting.pk)
    for name in ("undangan", "change"):
        page = client.get(url(name, meeting.pk)).content.decode()
        assert "Undangan yang dibatalkan" in page and "Pindah rumah." in page and own not in page
    for who, status in ((people.budi(), 404), (people.dewi(), 403)):
        assert signed_in(client, who).post(own, {"reason": "Pindah rumah."}).status_code == status


def test_the_page_that_closes_says_what_is_in_the_way_and_where_to_mend_it(client):
    make.criteria()
    case = cases.verified(name="Agus", answers=cases.CLEAR)
    meeting = meetings.begun(applications=[case], came=3)
    signed_in(client, meetings.lurah())
    page = client.get(url("tutup", meeting.pk)).content.decode()
    assert "Belum diputuskan: 1 keluarga" in page and "hadir 3, perlu 4" in page and "minutes_number" not in page
    everyone = meeting.attendances.values_list("pk", flat=True)
    deliberations.record_attendance(deliberation=meeting, present=everyone, by=meetings.staff())
    meetings.agree(meeting)
    family = make.household(kk=case.kk, status="pindah")
    page = client.get(url("tutup", meeting.pk)).content.decode()
    assert "Yang menghalangi: 1 keluarga" in page and "tercatat pindah ke luar" in page
    assert f"/household/{family.pk}/change/" in page and f"/application/{case.pk}/change/" in page
    assert url("putuskan", meeting.pk, meeting.cases.get().pk) + "#keluar" in page and "minutes_number" not in page
    answer = client.post(url("tutup", meeting.pk), {"minutes_number": "9"})
    assert answer.status_code == 422 and "belum ada yang berlaku" in answer.content.decode()
    family.status = "aktif"
    family.save()
    assert "minutes_number" in client.get(url("tutup", meeting.pk)).content.decode()


def pages_of(meeting) -> list[str]:
    case = meeting.cases.get()
    names = ("change", "rencana", "undangan", "kasus", "tutup", "berita-acara")
    return [url(name, meeting.pk) for name in names] + [url("putuskan", meeting.pk, case.pk)]


def test_budi_next_door_sees_nothing_of_it(client):
    meeting = meetings.closed(applications=[cases.verified()])
    signed_in(client, people.user("lurah.sebelah", "lurah", people.PONDOK_KOPI))
    assert "Aula Kelurahan Klender" not in client.get(LIST).content.decode()
    for page in pages_of(meeting):
        assert client.get(page).status_code == 404, page
    for name in ("mulai", "hadir", "kasus", "undangan", "tutup"):
        assert client.post(url(name, meeting.pk)).status_code == 404
    region = client.post(f"{LIST}add/", PLAN).content.decode()
    assert "Pilih" in region and Deliberation.objects.count() == 1


def test_without_the_scope_budi_would_read_it(client, monkeypatch):
    meeting = meetings.closed(applications=[cases.verified()])
    monkeypatch.setattr(DeliberationQuerySet, "for_officer", lambda queryset, user: queryset)
    signed_in(client, people.budi())
    assert client.get(url("berita-acara", meeting.pk)).status_code == 200


def test_dewi_reads_and_changes_nothing(client):
    meeting = meetings.begun(applications=[cases.verified()])
    signed_in(client, people.dewi())
    assert "Sulastri" in client.get(url("change", meeting.pk)).content.decode()
    for name in ("rencana", "undangan", "kasus", "tutup"):
        assert client.get(url(name, meeting.pk)).status_code == 403
    for name in ("mulai", "hadir"):
        assert client.post(url(name, meeting.pk)).status_code == 403
    case = meeting.cases.get()
    for name in ("putuskan", "lepas"):
        assert client.post(url(name, meeting.pk, case.pk), {"decision": "layak"}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403


def test_a_refusal_is_said_on_the_page(client):
    meeting = meetings.planned()
    signed_in(client, meetings.staff())
    page = client.post(url("mulai", meeting.pk), follow=True).content.decode()
    assert "Pilih keluarga yang dibahas lebih dulu" in page
    page = client.post(url("hadir", meeting.pk), {"hadir": "1"}, follow=True).content.decode()
    assert "belum dimulai" in page


def test_a_case_leaves_the_list_of_its_own_meeting_only(client):
    meeting, other = meetings.begun(applications=[cases.verified()]), meetings.planned()
    signed_in(client, meetings.staff())
    case = meeting.cases.get()
    assert client.post(url("lepas", other.pk, case.pk)).status_code == 404
    assert "Tulis mengapa" in client.post(url("lepas", meeting.pk, case.pk), follow=True).content.decode()
    client.post(url("lepas", meeting.pk, case.pk), {"reason": "Suratnya menyusul."})
    assert not meeting.cases.exists()


def test_the_page_needs_few_queries(client, django_assert_max_num_queries):
    rows = [cases.verified(name=f"Warga {number}") for number in range(8)]
    meeting = meetings.begun(applications=rows)
    signed_in(client, meetings.staff())
    with django_assert_max_num_queries(14):
        client.get(url("change", meeting.pk))
    with django_assert_max_num_queries(14):
        client.get(LIST)


# --- keberatan


def test_the_kecamatan_takes_and_answers(client):
    row = objected()
    signed_in(client, people.kesra())
    assert str(row) in client.get("/admin/beneficiaries/appeal/").content.decode()
    client.post(about("proses", row))
    client.post(about("musyawarah", row))
    assert client.post(about("jawab", row), {"accepted": "ya"}).status_code == 422
    client.post(about("jawab", row), {"accepted": "ya", "answer": "Mobil itu milik majikan."})
    row.refresh_from_db()
    assert row.status == "diterima" and row.asks_meeting and row.decided_by.username == "kesra"
    assert row.application.status == Application.Status.VERIFIKASI_ADMINISTRASI
    page = client.post(about("jawab", row), {"accepted": "ya", "answer": "Lagi."})
    assert page.status_code == 422 and "sudah diproses" in page.content.decode()


def test_the_kelurahan_reads_and_does_not_answer(client):
    row = objected()
    signed_in(client, meetings.staff())
    page = client.get(about("change", row)).content.decode()
    assert "Itu mobil majikan." in page and "Mulai proses" not in page
    for name in ("proses", "musyawarah", "jawab"):
        assert client.post(about(name, row), {"accepted": "ya", "answer": "Ya."}).status_code == 403
    signed_in(client, people.budi())
    assert client.get(about("change", row)).status_code == 404
    assert str(row) not in client.get("/admin/beneficiaries/appeal/").content.decode()


def test_without_the_scope_budi_would_read_the_appeal(client, monkeypatch):
    row = objected()
    monkeypatch.setattr(AppealQuerySet, "for_officer", lambda queryset, user: queryset)
    assert signed_in(client, people.budi()).get(about("change", row)).status_code == 200


def test_a_neighbours_name_is_for_the_kecamatan_alone(client):
    row = by_neighbour(contact_name="Citra Lestari", contact_phone="081234567890", story="Tokonya dekat rumah saya.")
    for officer in (meetings.staff(), meetings.lurah(), people.dewi()):
        page = signed_in(client, officer).get(about("change", row)).content.decode()
        assert "Hanya terlihat oleh kecamatan" in page
        assert "Citra" not in page and "dekat rumah" not in page
        assert client.get(about("open_numbers", row)).status_code == 403
    page = signed_in(client, people.kesra()).get(about("change", row)).content.decode()
    assert "Citra Lestari" in page and "081234567890" not in page and "7890" in page
    shown = client.post(about("open_numbers", row), {"reason": "Menanyakan letak toko"}).content.decode()
    assert (
        "081234567890" in shown
        and DataAccess.objects.get(fields="contact_phone").subject == f"beneficiaries.appeal:{row.pk}"
    )


def test_late_appeals_stand_apart(client):
    row = objected()
    Appeal.objects.filter(pk=row.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    signed_in(client, people.kesra())
    late = client.get("/admin/beneficiaries/appeal/", {"antrean": "lewat"}).content.decode()
    done = client.get("/admin/beneficiaries/appeal/", {"antrean": "selesai"}).content.decode()
    assert str(row) in late and "lewat" in late and str(row) not in done
    assert "Lewat tenggat" in client.get(about("change", row)).content.decode()


# --- in a browser


@needs_browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1280, 360])
def test_the_desks_look_right(visit, width):
    make.criteria()
    row = appeals.ask_meeting(
        appeal=appeals.take(appeal=objected(name="Agus Wibowo"), by=people.kesra()), by=people.either("kesra", "kesra")
    )
    waiting = [cases.verified(name=name, answers=cases.CLEAR) for name in ("Wati Sumarni", "Joko Susilo")]
    cases.verified(name="Dedi Kurniawan")  # to be visited first
    stuck = make.scored_household(points=60, verdict="ditahan")
    plan = meetings.planned(held_on=timezone.localdate() + timedelta(days=7))
    page = visit(url("kasus", plan.pk), width=width, user=meetings.lurah())
    page.goto(url("kasus", plan.pk))
    look(page, f"musyawarah-kasus-{width}")
    meeting = meetings.begun(applications=waiting, households=[stuck], appeals=[row])
    case = meeting.cases.get(application=waiting[0])
    deliberations.decide(
        case=case, decision="layak", rank=1, objection="Ketua RW 008 ragu.", reason="", by=meetings.staff()
    )
    guest = meeting.attendances.get(element="tokoh")
    DeliberationAttendance.objects.filter(pk=guest.pk).update(present=False)
    make.household(kk=waiting[0].kk, status="pindah")  # stands in the way of closing
    pages = (
        ("change", ()), ("undangan", ()), ("tutup", ()), ("putuskan", (meeting.cases.last().pk,)),
        ("batal-undang", (guest.pk,)),
    )  # fmt: skip
    for name, numbers in pages:
        page.goto(url(name, meeting.pk, *numbers))
        look(page, f"musyawarah-{name}-{width}")
    page.goto(LIST)
    shot(page, f"musyawarah-daftar-{width}")
    meetings.agree(meeting)
    Household.objects.filter(kk_index=waiting[0].kk_index).update(status="aktif")
    deliberations.close(deliberation=meeting, minutes_number="12/BA-MUSKEL/2026", by=meetings.lurah())
    page.goto(url("change", meeting.pk))
    look(page, f"musyawarah-ditutup-{width}")
    page = visit(about("change", row), width=width, user=people.either("kesra", "kesra"))
    for name in ("change", "jawab"):
        page.goto(about(name, row))
        look(page, f"keberatan-{name}-{width}")


def look(page, name: str) -> None:
    """Axe on our part of the page, and a picture."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, context=".kartu").response["violations"]
    assert not found, [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found]
    shot(page, name)
