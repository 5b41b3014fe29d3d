"""The admin of distribution: who sees what, and the steps of a round and of a course."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bansos.models import Region
from distribution import catalogue, handovers, rounds, training
from distribution.models import Course, Entitlement, Fund, Handover, Programme, Quota, Round
from distribution.resources import FundResource, ProgrammeResource
from tests import make, people
from tests.browser import needs_browser, shot

pytestmark = pytest.mark.django_db

NEXT_DOOR = "31.75.07.1007.001.001"


def page(client, obj, name: str = "change", *more) -> str:
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_{name}", args=[obj.pk, *more])


def step(client, obj, name: str):
    return client.post(page(client, obj, "langkah", name), follow=True)


@pytest.fixture
def families(db):
    make.criteria()
    here = make.scored_household(points=70, head={"name": "Siti Rahayu"})
    there = make.scored_household(points=60, region=NEXT_DOOR, head={"name": "Ujang Saputra"})
    return here, there


def planned(**fields) -> Round:
    programme = catalogue.load_default()[0]
    values = {
        "programme": programme,
        "fund": Fund.objects.create(name="APBD Kecamatan 2026", source="apbd", year=2026, amount=10**7),
        "period": date(2026, 11, 1),
        "region": Region.objects.get(code=people.KECAMATAN),
        "budget": 10**6,
        "quotas": {people.KLENDER: 3, people.PONDOK_KOPI: 3},
        "by": None,
    }
    return rounds.plan(**values | fields)


# --- a round, step by step


def test_a_round_from_proposal_to_close(client, families):
    round = planned()
    client.force_login(people.kesra())
    assert "Susun daftar" in client.get(page(client, round)).text
    assert "Daftar lama, bila ada, diganti" in client.get(page(client, round, "langkah", "susun")).text
    assert "Daftar sudah disusun" in step(client, round, "susun").text
    text = client.get(page(client, round)).text
    assert "Siti Rahayu" in text and "Batas daftar" in text and "Kunci daftar" in text
    assert "Daftar sudah dikunci" in step(client, round, "kunci").text
    assert "langkah/sahkan" not in client.get(page(client, round)).text
    assert step(client, round, "sahkan").status_code == 403
    client.force_login(people.camat())
    assert "langkah/sahkan" in client.get(page(client, round)).text
    assert "Putaran sudah disahkan" in step(client, round, "sahkan").text
    assert step(client, round, "tutup").status_code == 403
    client.force_login(people.user("kesra2", "kesra", people.KECAMATAN))
    assert "Putaran sudah ditutup" in step(client, round, "tutup").text
    assert Round.objects.get().status == "ditutup"


def test_a_refusal_is_a_sentence(client, families):
    round = planned()
    client.force_login(people.kesra())
    assert "Susun daftar lebih dulu" in step(client, round, "kunci").text
    assert client.get(page(client, round, "langkah", "entah")).status_code == 404
    assert client.get(page(client, round, "langkah", "kunci")).status_code == 200
    assert Round.objects.get().status == "rencana"


def test_looking_changes_nothing(client, families):
    round = planned()
    client.force_login(people.kesra())
    client.get(page(client, round, "langkah", "susun"))
    assert not Entitlement.objects.exists()


def test_a_kelurahan_sees_its_own_part_of_the_round(client, families):
    round = planned()
    rounds.propose(round=round, by=people.kesra())
    client.force_login(people.budi())
    assert "Paket sembako" in client.get(reverse("admin:distribution_round_changelist")).text
    for address in ("", f"?kelurahan={people.KLENDER}"):
        text = client.get(page(client, round) + address).text
        assert "Ujang Saputra" in text and "Siti Rahayu" not in text and "langkah/" not in text
    client.force_login(people.lurah())  # may propose, but not for the whole kecamatan
    assert step(client, round, "kunci").status_code == 403


def test_the_line_shows_who_comes_next(client, families):
    make.scored_household(points=55, head={"name": "Yanti Wulandari"})
    round = planned(quotas={people.KLENDER: 1})
    client.force_login(people.kesra())
    step(client, round, "susun")
    text = client.get(page(client, round)).text
    assert text.index("Siti Rahayu") < text.index("Batas daftar") < text.index("Yanti Wulandari")


def test_quotas_are_changed_before_the_freeze_only(client, families):
    round = planned()
    client.force_login(people.kesra())
    assert 'name="quotas-0-households"' in client.get(page(client, round)).text
    for name in ("susun", "kunci"):
        step(client, round, name)
    assert 'name="quotas-0-households"' not in client.get(page(client, round)).text
    assert client.post(page(client, round), {"budget": 1}).status_code == 403


def test_money_that_cannot_be_edited_is_written_as_rupiah(client, families):
    made = planned()
    client.force_login(people.lurah())
    text = client.get(page(client, made)).text
    assert "Rp1.000.000" in text and ">1000000<" not in text
    family = families[0]
    family.__class__.objects.filter(pk=family.pk).update(spending=2_500_000)
    client.force_login(people.dewi())
    assert "Rp2.500.000" in client.get(page(client, family)).text
    assert "Rp0" in client.get(page(client, family.people.get())).text


def test_a_round_is_planned_in_the_admin(client, families):
    fund = planned().fund
    client.force_login(people.kesra())
    address = reverse("admin:distribution_round_add")
    assert client.get(address).text.count(f'value="{people.KLENDER}" selected') == 1
    values = {
        "programme": Programme.objects.get(code="blt").pk, "fund": fund.pk, "period": "15/11/2026",
        "region": people.KECAMATAN, "budget": 900_000, "unit_value": "", "place": "", "hands_over_on": "", "hours": "",
        "quotas-TOTAL_FORMS": 2, "quotas-INITIAL_FORMS": 0, "quotas-0-region": people.KLENDER,
        "quotas-0-households": 3, "quotas-1-region": people.PONDOK_KOPI, "quotas-1-households": "",
    }  # fmt: skip
    refused = client.post(address, values | {"budget": 0})
    assert "lebih dari nol" in refused.text
    assert "di luar wilayah" in client.post(address, values | {"region": people.PONDOK_KOPI}).text
    answer = client.post(address, values)
    assert answer.status_code == 302, answer.context
    made = Round.objects.get(programme__code="blt")
    assert (made.unit_value, made.period, made.budget) == (300_000, date(2026, 11, 1), 900_000)
    assert list(Quota.objects.filter(round=made).values_list("region", "households")) == [(people.KLENDER, 3)]
    assert "sudah punya putaran" in client.post(address, values).text


# --- lists


def test_entitlements_and_handovers_of_the_own_region(client, families):
    round = make.approved_round(*families)
    entitlement = round.entitlements.get(household=families[0])
    ani = people.ani()
    given = handovers.record(
        entitlement=entitlement, recipient=families[0].people.get(), identity_seen=True, by=ani
    )  # fmt: skip
    client.force_login(ani)
    text = client.get(reverse("admin:distribution_entitlement_changelist")).text
    assert "Siti Rahayu" in text and "Ujang Saputra" not in text
    assert given.number in client.get(reverse("admin:distribution_handover_changelist")).text
    assert client.get(page(client, entitlement)).status_code == 200
    assert families[0].kk not in client.get(page(client, entitlement)).text
    assert client.post(page(client, entitlement), {"points": 1}).status_code == 403
    client.force_login(people.budi())
    assert given.number not in client.get(reverse("admin:distribution_handover_changelist")).text
    assert client.get(page(client, given)).status_code == 302  # not found, back to the start
    assert Handover.objects.count() == 1


def test_an_entitlement_is_held_and_let_go(client, families):
    entitlement = make.approved_round(*families).entitlements.get(household=families[0])
    client.force_login(people.ani())
    assert step(client, entitlement, "tahan").status_code == 403
    client.force_login(people.lurah())
    assert "paling sedikit lima huruf" in step(client, entitlement, "tahan").text
    answer = client.post(page(client, entitlement, "langkah", "tahan"), {"reason": "Ada pengaduan"}, follow=True)
    assert "Bantuan sudah ditahan" in answer.text and "Lepas" in answer.text
    kesra, recipient = people.either("kesra", "kesra"), families[0].people.get()
    with pytest.raises(handovers.HandoverError, match="Alasannya: Ada pengaduan"):
        handovers.record(entitlement=entitlement, recipient=recipient, identity_seen=True, by=kesra)
    assert "Bantuan sudah dilepas" in step(client, entitlement, "lepas").text
    entitlement.refresh_from_db()
    assert (entitlement.status, entitlement.status_reason) == ("dialokasikan", "")
    assert "tidak sedang ditahan" in step(client, entitlement, "lepas").text


def test_a_fund_does_not_shrink_below_what_is_bound(client, families):
    fund = make.approved_round(*families).fund
    client.force_login(people.kesra())
    values = {"name": fund.name, "source": "apbd", "partner": "", "year": 2026, "amount": 499_999}
    assert "sudah terikat, Rp500.000" in client.post(page(client, fund), values).text
    assert client.post(page(client, fund), values | {"amount": 500_000}).status_code == 302
    fund.refresh_from_db()
    assert fund.remaining == 0


def test_the_fund_shows_its_ledger_to_those_who_may_see_money(client, families):
    round = make.approved_round(*families)
    client.force_login(people.kesra())
    text = client.get(page(client, round.fund)).text
    assert "Diikat oleh putaran" in text and "Rp500.000" in text
    assert client.get(reverse("admin:distribution_fund_changelist")).status_code == 200
    client.force_login(people.ani())
    assert client.get(page(client, round.fund)).status_code == 403
    assert "Sisa dana" not in client.get(page(client, round)).text


def test_programmes_and_funds_go_out_and_come_back():
    catalogue.load_default()
    Fund.objects.create(name="CSR", source="csr", year=2026, amount=5_000_000)
    for resource, model, key in ((ProgrammeResource(), Programme, "blt"), (FundResource(), Fund, "CSR")):
        table = resource.export()
        assert key in table.csv
        before = model.objects.count()
        result = resource.import_data(table, dry_run=False)
        assert not result.has_errors() and not result.has_validation_errors()
        assert model.objects.count() == before


def test_who_may_export(client):
    catalogue.load_default()
    client.force_login(people.kesra())
    assert client.get(reverse("admin:distribution_programme_export")).status_code == 200
    assert client.get(reverse("admin:distribution_fund_import")).status_code == 200
    client.force_login(people.ani())
    assert client.get(reverse("admin:distribution_programme_export")).status_code == 403
    assert client.get(reverse("admin:distribution_programme_changelist")).status_code == 200


# --- training


def course(**fields) -> Course:
    today = timezone.localdate()
    values = {
        "programme": catalogue.load_default()[2], "region_id": people.KECAMATAN, "name": "Angkatan 1",
        "place": "RPTRA Klender", "starts_on": today - timedelta(days=1), "ends_on": today, "capacity": 20,
    }  # fmt: skip
    made = Course.objects.create(**values | fields)
    for days in (1, 0):
        made.meetings.create(on=today - timedelta(days=days), topic=f"Pola dasar {2 - days}")
    return made


def test_a_course_from_enrolment_to_result(client, families):
    made = course()
    client.force_login(people.kesra())
    assert "Peserta sudah dipilih" in step(client, made, "peserta").text
    text = client.get(page(client, made)).text
    assert "Siti Rahayu" in text and "Isi daftar hadir" in text and "0 dari 2" in text
    first = made.enrolments.get(household=families[0])
    for meeting in made.meetings.all():
        address = page(client, made, "hadir", meeting.pk)
        assert "Siti Rahayu" in client.get(address).text
        answer = client.post(address, {"present": [first.pk]}, follow=True)
        assert "Daftar hadir sudah disimpan" in answer.text
    assert "Ada peserta dari angkatan lain" in client.post(address, {"present": [999_999]}).text
    assert "Hasil sudah ditetapkan" in step(client, made, "hasil").text
    assert list(made.enrolments.order_by("-points").values_list("status", flat=True)) == ["lulus", "tidak_lulus"]


def test_a_participant_withdraws(client, families):
    made = course()
    training.enrol(course=made, by=people.kesra())
    enrolment = made.enrolments.get(household=families[0])
    client.force_login(people.lurah())
    assert step(client, enrolment, "mundur").status_code == 403
    client.force_login(people.either("kesra", "kesra"))
    assert "Pengunduran diri sudah dicatat" in step(client, enrolment, "mundur").text
    enrolment.refresh_from_db()
    assert enrolment.status == "mengundurkan_diri"


def test_a_kelurahan_sees_its_participants_and_keeps_its_own_courses(client, families):
    wide, own = course(), course(name="Angkatan Klender", region_id=people.KLENDER)
    training.enrol(course=wide, by=people.kesra())
    client.force_login(people.ani())
    text = client.get(page(client, wide)).text
    assert "Siti Rahayu" in text and "Ujang Saputra" not in text
    assert client.get(page(client, wide, "hadir", wide.meetings.first().pk)).status_code == 403
    assert step(client, wide, "hasil").status_code == 403
    assert client.get(page(client, own, "hadir", own.meetings.first().pk)).status_code == 200
    assert client.get(page(client, own, "hadir", wide.meetings.first().pk)).status_code == 404


# --- in a browser


@needs_browser
@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("width", [360, 1280])
def test_rounds_and_courses_in_a_browser(visit, width):
    make.criteria()
    names = ["Siti Rahayu", "Wati Suryani", "Endang Lestari", "Nur Aini", "Sri Wahyuni"]
    for number, name in enumerate(names):
        make.scored_household(points=90 - number * 7, head={"name": name})
    round, kesra = planned(quotas={people.KLENDER: 3, people.PONDOK_KOPI: 2}), people.kesra()
    view = visit(f"/admin/distribution/round/{round.pk}/change/", width=width, user=kesra)
    view.click("a:has-text('Susun daftar')")
    view.wait_for_url("**/langkah/susun/")
    shot(view, f"admin-langkah-{width}")
    view.click("button:has-text('Susun daftar')")
    view.wait_for_selector("text=Batas daftar")
    shot(view, f"admin-putaran-{width}")
    made = course()
    training.enrol(course=made, by=kesra)
    for path, name in (
        ("/admin/distribution/round/add/", "putaran-baru"),
        ("/admin/distribution/round/", "putaran-daftar"),
        (f"/admin/distribution/fund/{round.fund_id}/change/", "dana"),
        (f"/admin/distribution/course/{made.pk}/change/", "angkatan"),
        (f"/admin/distribution/course/{made.pk}/hadir/{made.meetings.first().pk}/", "hadir"),
        ("/admin/distribution/entitlement/", "hak"),
    ):
        assert view.goto(path).ok
        assert view.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
        shot(view, f"admin-{name}-{width}")
