"""Penugasan RT/RW: who has how much, what is late, and no rate from few cases."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bansos.models import Region
from beneficiaries import deputies, kinship, workload
from beneficiaries.models import Application, Verification
from tests import cases, people

pytestmark = pytest.mark.django_db
PAGE = "/admin/beneficiaries/application/penugasan/"


def of(code: str = people.KLENDER) -> dict:
    loads = workload.of(region=Region.objects.get(code=code))
    return {load.region.pk: load for kind in ("rt", "rw") for load in loads[kind]}


def test_waiting_late_and_oldest_stand_with_the_seat_whose_step_it_is():
    case, rt = cases.application(), people.rt()
    Application.objects.filter(pk=case.pk).update(
        due_on=timezone.localdate() - timedelta(days=1), submitted_at=timezone.now() - timedelta(days=9)
    )
    load = of()[people.RT]
    assert (load.waiting, load.late, load.oldest_days, load.done, load.heads) == (1, 1, 9, 0, ["Rt"])
    cases.find(case, by=rt)
    found = of()
    assert (found[people.RT].waiting, found[people.RT].done, found[people.RT].done_percent) == (0, 1, 100)
    assert found[people.RW].waiting == 1 and found[people.RW].needs_somebody  # no head of the RW has an account


def test_rates_and_the_median_need_five_findings():
    for number in range(5):
        if number == 4:
            assert of()[people.RT].worthy_percent is None and of()[people.RT].is_few
        case = cases.application()
        Application.objects.filter(pk=case.pk).update(submitted_at=timezone.now() - timedelta(days=number + 1))
        worthy = number < 4
        cases.find(
            case, by=cases.officer("rt", "rt", people.RT), result="layak" if worthy else "tidak_layak",
            reason="" if worthy else "Punya mobil.",
        )  # fmt: skip
    load = of()[people.RT]
    assert (load.worthy, load.unworthy, load.worthy_percent, load.few_decided) == (4, 1, 80, False)
    assert load.median_days == pytest.approx(3, abs=0.01)


def test_the_rw_s_wait_begins_with_the_rt_s_finding():
    case = cases.application()
    Application.objects.filter(pk=case.pk).update(submitted_at=timezone.now() - timedelta(days=9))
    cases.find(case, by=people.rt())
    cases.find(case, by=people.rw())
    assert of()[people.RW].median_days == pytest.approx(0, abs=0.01)
    assert of()[people.RT].median_days == pytest.approx(9, abs=0.01)


def test_a_relative_s_case_asks_for_a_deputy_until_one_is_named():
    case, rt, rw = cases.application(), people.rt(), people.rw()
    assert not of()[people.RT].needs_somebody
    kinship.declare(officer=rt, application=case, relation="saudara", by=rt)
    load = of()[people.RT]
    assert load.kin == 1 and load.needs_somebody
    neighbour = people.user("rt.sebelah", "rt", cases.NEXT_RT)
    day = timezone.localdate()
    deputies.name(region=case.region, deputy=neighbour, starts_on=day, ends_on=day, reason="Kerabat", by=rw)
    assert of()[people.RT].deputies == ["Rt.Sebelah"] and not of()[people.RT].needs_somebody


def test_the_own_household_counts_as_kin():
    case, rt = cases.application(), people.rt()
    rt.kk_index = bytes(case.kk_index)
    rt.save()
    assert of()[people.RT].kin == 1


def test_the_page_shows_the_own_region_and_leads_to_the_cases(client):
    case = cases.application()
    client.force_login(people.ani())
    page = client.get(PAGE).content.decode()
    address = f"?antrean=rt&amp;tempat={case.region_id}"
    assert address in page and f"kursi={case.region_id}" in page
    listed = client.get(f"/admin/beneficiaries/application/?antrean=rt&tempat={case.region_id}").content.decode()
    assert case.name in listed
    other = client.get(f"/admin/beneficiaries/application/?antrean=rt&tempat={cases.NEXT_RT}").content.decode()
    assert case.name not in other
    assert client.get(f"{PAGE}?tempat=31.75.07.1007").status_code == 404  # the kelurahan next door
    client.force_login(people.budi())
    assert case.region_id not in client.get(PAGE).content.decode()


def test_the_page_narrows_to_an_rw(client):
    cases.application()
    client.force_login(people.kesra())
    assert "RT 002/RW 008" in client.get(f"{PAGE}?tempat={people.RW}").content.decode()
    assert "RT 002/RW 008" not in client.get(f"{PAGE}?tempat=31.75.07.1003.009").content.decode()


def test_few_decisions_are_not_shown(client):
    case = cases.verified()
    client.force_login(people.ani())
    from beneficiaries import applications

    applications.decide(application=case, status="ditetapkan_layak", by=cases.officer("ani", "staf", people.KLENDER))
    page = client.get(PAGE).content.decode()
    assert "Kurang dari 5 keputusan" in page and "1 disetujui" not in page
    assert Verification.objects.count() == 3
