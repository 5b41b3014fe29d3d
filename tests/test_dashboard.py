"""The admin's first page: each role finds what it can do, in its own region, and the report's figures."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bansos import periods
from bansos.models import Region, Role
from beneficiaries import appeals
from beneficiaries.models import Appeal, DuplicatePair, RegisterImport
from distribution.models import Round
from monitoring import dashboard, indicators, reports
from tests import busy_month, make, people
from tests.browser import needs_browser, shot

pytestmark = pytest.mark.django_db
THIS_MONTH = periods.of(timezone.localdate())


class _Request:
    def __init__(self, user):
        self.user = user


def page(user) -> dict:
    return dashboard.callback(_Request(user), {"site": "kept"})


def tasks(user) -> dict[str, int]:
    return {task.label: task.count for task in page(user)["tasks"]}


def work() -> None:
    """Leaves something to do for everybody, in Klender and next door."""
    now, today = timezone.now(), timezone.localdate()
    for region in (people.RT, people.RT, f"{people.PONDOK_KOPI}.001.001"):
        busy_month.application(region, when=now - timedelta(days=12), status="verifikasi_administrasi")
    busy_month.application(people.RT, when=now - timedelta(days=20), due_on=today - timedelta(days=6))
    busy_month.complaint(people.KLENDER, when=now - timedelta(days=20), due_on=today - timedelta(days=1))
    busy_month.complaint(people.KLENDER, when=now, due_on=today + timedelta(days=30))
    busy_month.complaint(people.KLENDER, when=now, due_on=today, serious=True, category="pungli")
    pair = sorted((make.household().people.get(), make.household().people.get()), key=lambda person: person.pk)
    DuplicatePair.objects.create(first=pair[0], second=pair[1], region_id=people.RT, likeness=0.9)


def round(status: str = "daftar_disusun", **fields) -> Round:
    values = {
        "programme": busy_month.programme(f"p-{status}"), "period": THIS_MONTH, "region_id": people.KECAMATAN,
        "unit_value": 1, "budget": 1,
    }  # fmt: skip
    return Round.objects.create(status=status, **values | fields)


def test_the_first_page_asks_few_questions_and_shows_the_report_s_figures(django_assert_max_num_queries):
    work()
    for user, code in ((people.ani(), people.KLENDER), (people.kesra(), people.KECAMATAN)):
        with django_assert_max_num_queries(31):
            shown = page(user)
        region = Region.objects.get(code=code)
        glance, report = (
            indicators.at_a_glance(period=THIS_MONTH, region=region),
            indicators.of(period=THIS_MONTH, region_code=code),
        )
        assert {name: report[name] for name in glance} == glance and shown["key_figures"]


def test_a_lurah_finds_decisions_late_ones_complaints_and_duplicates():
    work()
    lurah = people.lurah()
    RegisterImport.objects.create(
        region_id=people.KLENDER, file="x", filename="register.xlsx", status="siap", uploaded_by=lurah
    )
    assert tasks(lurah) == {
        "permohonan menunggu keputusan": 2,
        "permohonan lewat tenggat": 1,
        "pengaduan harus dijawab": 1,
        "impor siap dimuat": 1,
        "kemungkinan ganda perlu diputuskan": 1,
        "keluarga belum dibantu": 2,
    }
    found = {task.label: task for task in page(lurah)["tasks"]}
    assert found["permohonan menunggu keputusan"].note == "tertua 12 hari"
    assert found["permohonan lewat tenggat"].note == "paling lama 6 hari" and found["permohonan lewat tenggat"].is_late


def test_staff_next_door_see_only_their_own():
    work()
    assert tasks(people.budi()) == {"permohonan menunggu keputusan": 1}


def test_kesra_and_camat_find_rounds_serious_complaints_and_reports():
    work()
    fund = busy_month.fund()
    round(fund=fund)
    now, kesra, camat = timezone.now(), people.kesra(), people.camat()
    round("daftar_dikunci", fund=fund, frozen_by=kesra, frozen_at=now)
    assert tasks(kesra) == {
        "pengaduan harus dijawab": 2, "putaran siap dikunci": 1, "kemungkinan ganda perlu diputuskan": 1,
        "keluarga belum dibantu": 2, "laporan bulan lalu belum final": 8,
    }  # fmt: skip
    assert tasks(camat) == {"pengaduan harus dijawab": 2, "putaran menunggu pengesahan": 1}


def test_auditor_and_admin_have_nothing_to_do_but_see_figures():
    work()
    for officer in (people.dewi(), people.user("sistem", Role.ADMIN, people.KECAMATAN)):
        found = page(officer)
        assert found["tasks"] == [] and found["key_figures"] and found["site"] == "kept"


def test_figures_are_those_of_the_report():
    busy_month.fill(41, period=THIS_MONTH, size=20)
    lurah = people.lurah()
    totals = indicators.of(period=THIS_MONTH, region_code=people.KLENDER)["totals"]
    shown = {str(row["label"]): row["text"] for row in page(lurah)["key_figures"]}
    assert shown["Keluarga terdaftar"] == str(totals["households"])
    assert shown["Nilai tersalur"] == f"Rp{totals['value_realised']:,}".replace(",", ".")
    assert "Sisa pagu" not in shown
    assert dict(page(lurah)["queue"]["rows"])["RW 008"] > 0
    assert "Sisa pagu" in {str(row["label"]) for row in page(people.User.objects.get(username="kesra"))["key_figures"]}


def test_deadlines_and_jobs_of_the_own_region():
    today = timezone.localdate()
    busy_month.complaint(people.KLENDER, when=timezone.now(), due_on=today)
    busy_month.complaint(people.PONDOK_KOPI, when=timezone.now(), due_on=today)
    reports.request(period=THIS_MONTH, by=None)
    found = page(people.lurah())
    assert [item["text"] for item in found["deadlines"] if item["on"] == today] == ["1 pengaduan harus dijawab"]
    assert [job.region_id for job in found["jobs"]] == [people.KLENDER]
    assert len(page(people.kesra())["jobs"]) == 5


def test_links_lead_to_lists_that_open(client):
    work()
    lurah = people.lurah()
    client.force_login(lurah)
    for task in page(lurah)["tasks"]:
        answer = client.get(task.link)
        assert answer.status_code == 200, (task.link, answer.status_code, answer.headers.get("Location"))


def _assert_accessible_inside(opened) -> None:
    """Axe on our part of the page; the frame around it is Unfold's."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(opened, context=".bn").response["violations"]
    assert not found, [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found]
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth"), "scrolls sideways"


@needs_browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_the_first_page_in_the_browser(visit, width):
    busy_month.fill(42, period=THIS_MONTH, size=40)
    work()
    reports.request(period=THIS_MONTH, by=None)
    opened = visit("/admin/", width=width, user=people.lurah())
    assert opened.locator("h2", has_text="Perlu tindakan Anda").count() == 1
    shot(opened, f"admin-beranda-{width}")
    _assert_accessible_inside(opened)
    opened.click("text=Lihat dan unduh laporan")
    opened.wait_for_selector("h1:has-text('Laporan')")


def test_an_objection_waits_for_the_kecamatan():
    appeals.submit_by_neighbour(
        region=Region.objects.get(code=people.RT), name="Bambang", about=Appeal.About.TIDAK_PANTAS,
        ground=Appeal.Ground.MAMPU, same_kelurahan=True,
    )  # fmt: skip
    assert tasks(people.kesra())["keberatan menunggu jawaban"] == 1
    assert "keberatan menunggu jawaban" not in tasks(people.ani())
