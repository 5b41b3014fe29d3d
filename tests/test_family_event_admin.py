"""Peristiwa keluarga in the admin: seen before it is done, done once, by the right people; and how it looks."""

import pghistory
import pytest
from django.urls import reverse

from beneficiaries.models import FamilyEvent, Household, Person
from tests import cases, make, people
from tests.browser import needs_browser, shot
from tests.test_family_events import DAY, PAPER, ani, family, names, who  # noqa: F401  a fixture

pytestmark = pytest.mark.django_db
DEATH = {"happened_on": "2 November 2026", "paper": PAPER}


def url(of, slug=None) -> str:
    if slug is None:
        return reverse("admin:beneficiaries_household_peristiwa", args=[of.pk])
    return reverse("admin:beneficiaries_household_catat", args=[of.pk, slug])


@pytest.fixture
def desk(client):
    client.force_login(ani())
    return client


def test_an_event_is_shown_before_it_is_done(desk, family):  # noqa: F811
    answers = DEATH | {"person": who(family, "Budi Santoso").pk, "new_head": who(family, "Siti Aminah").pk}
    page = desk.post(url(family, "meninggal"), answers).content.decode()
    assert "Yang akan berubah" in page and "Siti Aminah: Kepala Keluarga" in page
    assert "Budi Santoso: tidak lagi di keluarga ini" in page
    assert not FamilyEvent.objects.exists() and len(names(family)) == 3
    done = desk.post(url(family, "meninggal"), answers | {"catat": "ya"})
    assert done.url == url(family) and names(family) == {"Siti Aminah": "kepala", "Rina": "anak"}
    timeline = desk.get(url(family)).content.decode()
    assert "Kematian" in timeline and PAPER in timeline and "tanggal meninggal: - → 2 November 2026" in timeline


@pytest.mark.parametrize(
    ("slug", "answers", "sentence"),
    [
        ("meninggal", {}, "Tulis tanggalnya"),
        ("meninggal", DEATH | {"happened_on": "31/02/2026"}, "Tanggal ini tidak ada"),
        ("pindah", DEATH | {"kelurahan": people.KLENDER, "rw": "8", "rt": "99", "address": "A"}, "RT itu tidak ada"),
        ("pindah", DEATH | {"kelurahan": people.KLENDER, "rw": "8", "rt": "2", "address": "A"}, "sudah tercatat di RT"),
        ("pisah", DEATH | {"kk": make.kk(), "kind": "pisah"}, "Pilih siapa"),
        ("gabung", DEATH | {"kk": "3175070101209998"}, "tidak ada di wilayah Anda"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost(desk, family, slug, answers, sentence):  # noqa: F811
    answer = desk.post(url(family, slug), answers)
    text = answer.content.decode()
    assert answer.status_code == 422 and sentence in text and (not answers or PAPER in text)
    assert not FamilyEvent.objects.exists()


def test_a_split_shows_the_family_to_be(desk, family):  # noqa: F811
    child = make.person(household=family, name="Dewi", born_on=DAY.replace(year=2000))
    answers = DEATH | {"people": [child.pk], "head": child.pk, "kk": make.kk(), "kind": "kawin"}
    assert "Keluarga baru" in desk.post(url(family, "pisah"), answers).content.decode()
    assert Household.objects.count() == 1
    desk.post(url(family, "pisah"), answers | {"catat": "ya"})
    assert Household.objects.count() == 2 and Person.objects.get(name="Dewi").relation == "kepala"


@pytest.mark.parametrize(
    ("slug", "answers"),
    [
        ("lahir", {"name": "Adi", "sex": "L", "nik": make.nik(DAY, "L")}),
        (
            "masuk",
            {
                "nik": make.nik(DAY, "P"),
                "name": "Dewi",
                "sex": "P",
                "born_on": "2/11/2026",
                "relation": "lainnya",
                "marital": "belum",
            },
        ),
        ("pindah", {"kelurahan": people.KLENDER, "rw": "RW 08", "rt": "RT.3", "address": "Gang Baru"}),
    ],
)
def test_each_page_records_its_event(desk, family, slug, answers):  # noqa: F811
    desk.post(url(family, slug), DEATH | answers | {"catat": "ya"})
    assert FamilyEvent.objects.get().kind == slug


def test_all_or_some_of_a_family_leave(desk, family):  # noqa: F811
    everybody = [person.pk for person in family.people.order_by("pk")]
    assert desk.get(url(family, "keluar")).context["form"].initial["people"] == everybody
    child = who(family, "Rina").pk
    assert "Rina: tidak lagi" in desk.post(url(family, "keluar"), DEATH | {"people": [child]}).content.decode()
    desk.post(url(family, "keluar"), DEATH | {"people": [child], "catat": "ya"})
    assert "Rina" not in names(family) and Household.objects.active().get() == family


def test_a_recorded_event_is_corrected(desk, family):  # noqa: F811
    everybody = [person.pk for person in family.people.all()]
    desk.post(url(family, "keluar"), DEATH | {"people": everybody, "catat": "ya"})
    event = FamilyEvent.objects.get()
    page = reverse("admin:beneficiaries_familyevent_koreksi", args=[event.pk])
    assert desk.post(page, {}).status_code == 422
    assert desk.post(page, {"reason": "Salah keluarga"}).url == url(family)
    assert Household.objects.active().get() == family and "Sudah dikoreksi" in desk.get(url(family)).content.decode()


def test_what_hangs_on_the_family_is_shown_before(desk, family):  # noqa: F811
    case = cases.application(kk=family.kk, nik=who(family, "Siti Aminah").nik)
    moved = DEATH | {"kelurahan": people.KLENDER, "rw": "008", "rt": "003", "address": "Gang Baru"}
    page = desk.post(url(family, "pindah"), moved).content.decode()
    assert f"Permohonan {case}: RT 002/RW 008 Klender" in page and f"Permohonan {case}: RT 003/RW 008 Klender" in page
    everybody = [person.pk for person in family.people.all()]
    page = desk.post(url(family, "keluar"), DEATH | {"people": everybody}).content.decode()
    assert "Status: Pindah" in page and "Putuskan di halaman permohonannya" in page
    widow = {"person": who(family, "Budi Santoso").pk, "new_head": who(family, "Siti Aminah").pk}
    page = desk.post(url(family, "meninggal"), DEATH | widow).content.decode()
    assert "Siti Aminah: Istri, kawin" in page and "Siti Aminah: Kepala Keluarga, cerai mati" in page


def test_two_of_one_name_are_told_apart_before(desk, family):  # noqa: F811
    make.person(household=family, name="Rina", relation="anak", born_on=DAY.replace(year=2018), marital="belum")
    first = family.people.filter(name="Rina").first()
    page = desk.post(url(family, "meninggal"), DEATH | {"person": first.pk}).content.decode()
    assert page.count("Rina: tidak lagi di keluarga ini") == 1


def test_the_timeline_names_the_other_family_and_the_source(desk, family):  # noqa: F811
    there = Household.objects.create(
        kk=make.kk(), region_id="31.75.07.1007.001.001", address="-", tenure="milik", floor="kayu", wall="bambu",
        toilet="umum", water="sumur", fuel="kayu",
    )  # fmt: skip
    FamilyEvent.objects.create(
        kind="gabung",
        household=family,
        other=there,
        region_id=people.RT,
        happened_on=DAY,
        paper=PAPER,
        recorded_by=ani(),
    )
    with pghistory.context(user=ani().pk, source="register_import:7"):
        Household.objects.filter(pk=family.pk).update(electricity_va=450)
    page = desk.get(url(family)).content.decode()
    assert f"ke {there}" in page and url(there) not in page  # outside the own region: named, not opened
    assert "Impor register, Ani" in page
    client_there = desk
    client_there.force_login(cases.officer("budi", "staf", people.PONDOK_KOPI))
    assert f"dari {family}" in client_there.get(url(there)).content.decode()


def test_what_a_verifier_found_leads_to_the_page_that_records_it(desk, client, family):  # noqa: F811
    case = cases.application(kk=family.kk, nik=who(family, "Siti Aminah").nik)
    cases.find(case, by=people.rt(), presence="meninggal", result="tidak_layak", reason="Dimakamkan hari Jumat")
    page = desk.get(reverse("admin:beneficiaries_application_change", args=[case.pk])).content.decode()
    finding = case.verifications.get()
    address = f"{url(family, 'meninggal')}?temuan={finding.pk}"
    assert f'href="{address}"' in page and "Catat pindah ke luar" not in page
    answer = desk.get(address)
    assert answer.context["form"].initial["person"] == who(family, "Siti Aminah").pk
    assert "Dimakamkan hari Jumat" in answer.content.decode()
    assert "Dimakamkan hari Jumat" in desk.get(url(family)).content.decode()
    strange = cases.find(cases.application(), by=cases.officer("rt", "rt", people.RT), presence="pindah",
                         result="tidak_layak", reason="Rahasia tetangga")  # fmt: skip
    assert "Rahasia" not in desk.get(f"{url(family, 'keluar')}?temuan={strange.pk}").content.decode()
    client.force_login(people.dewi())
    page = client.get(reverse("admin:beneficiaries_application_change", args=[case.pk])).content.decode()
    assert "Dimakamkan" in page and address not in page


def test_a_person_s_page_leads_to_the_death_of_that_person(desk, family):  # noqa: F811
    child = who(family, "Rina")
    opened = desk.get(reverse("admin:beneficiaries_person_record_death", args=[child.pk]))
    assert desk.get(opened.url).context["form"].initial == {"person": child.pk}
    other = make.household().people.get()
    assert desk.get(f"{url(family, 'meninggal')}?orang={other.pk}").context["form"].initial == {"person": None}


def test_the_office_that_lost_a_family_is_told_so(desk, family):  # noqa: F811
    desk.post(url(family, "pindah"), DEATH | {"kelurahan": people.PONDOK_KOPI, "rw": "1", "rt": "1", "address": "A",
                                              "catat": "ya"})  # fmt: skip
    event = FamilyEvent.objects.get()
    page = desk.get(reverse("admin:beneficiaries_familyevent_change", args=[event.pk]), follow=True)
    assert page.status_code == 200 and "luar wilayah Anda" in page.content.decode()


def test_the_wrong_person_sees_or_records_nothing(client, family):  # noqa: F811
    client.force_login(cases.officer("budi", "staf", people.PONDOK_KOPI))
    assert client.get(url(family)).status_code == client.get(url(family, "keluar")).status_code == 404
    client.force_login(people.dewi())
    page = client.get(url(family))
    assert page.status_code == 200 and "Catat kelahiran" not in page.content.decode()
    assert client.post(url(family, "keluar"), DEATH | {"catat": "ya"}).status_code == 403
    assert not FamilyEvent.objects.exists()


@needs_browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_the_pages_on_any_screen(visit, width, family):  # noqa: F811
    page = visit(url(family, "meninggal"), width=width, user=ani())
    page.fill("[name=happened_on]", "2/11/2026")
    page.fill("[name=paper]", PAPER)
    page.select_option("[name=person]", label="Budi Santoso (Kepala Keluarga)")
    page.select_option("[name=new_head]", label="Siti Aminah (Istri)")
    page.click("text=Lihat akibatnya")
    shot(page, f"peristiwa-akibat-{width}")
    page.click("text=Ya, catat")
    assert "Kematian" in page.content()
    shot(page, f"peristiwa-riwayat-{width}")
    page.goto(url(family, "pisah"))
    shot(page, f"peristiwa-pisah-{width}")
