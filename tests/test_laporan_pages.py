"""`/laporan/`: who sees which region, downloads that leave a trace, and the way from the click to the file."""

import pytest
from django.utils import timezone

from bansos import periods
from bansos.models import DataAccess, Job, Region, Role
from monitoring import indicators, reports
from monitoring.models import MonthlyReport
from tests import busy_month, people
from tests.browser import assert_accessible, needs_browser, shot

pytestmark = pytest.mark.django_db
PERIOD = busy_month.PERIOD
MONTH = f"{PERIOD:%Y-%m}"
THIS_MONTH = periods.of(timezone.localdate())


def report(code: str = people.KLENDER, period=PERIOD) -> MonthlyReport:
    return reports.build(period=period, region=Region.objects.get(pk=code))


def evaluator():
    return people.user("evaluator", Role.EVALUATOR, people.KECAMATAN)


def address(made: MonthlyReport, kind: str = "xlsx") -> str:
    return f"/laporan/{made.pk}/{kind}/"


@pytest.mark.parametrize("kind", ["xlsx", "pdf", "csv"])
def test_kesra_downloads_a_file_with_a_speaking_name_and_leaves_a_trace(client, kind):
    made, kesra = report(), people.kesra()
    client.force_login(kesra)
    answer = client.get(address(made, kind), REMOTE_ADDR="10.1.2.3")
    body = b"".join(answer.streaming_content)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="laporan-{MONTH}-klender.{kind}"'
    assert len(body) > 500 and answer.headers["Cache-Control"]
    trace = DataAccess.objects.get()
    assert (trace.user, trace.region_id, trace.fields, trace.address) == (kesra, people.KLENDER, "report", "10.1.2.3")
    assert trace.what == f"laporan-{MONTH}-klender.{kind}" and not trace.families
    assert trace.subject == f"monitoring.monthlyreport:{made.pk}"


def test_no_one_else_downloads(client):
    klender, district = report(), report(people.KECAMATAN)
    answer = client.get(address(klender))
    assert answer.status_code == 302 and answer.headers["Location"].startswith("/masuk/")
    for officer in (people.ani(), people.budi(), people.rt(), people.rw()):
        client.force_login(officer)
        assert client.get(address(klender)).status_code == 403, officer
        assert client.get("/laporan/").status_code == 403, officer
    client.force_login(people.user("lurah2", Role.LURAH, people.PONDOK_KOPI))
    assert client.get(address(klender)).status_code == 404
    client.force_login(people.lurah())
    assert client.get(address(district)).status_code == 404
    assert client.get(address(klender, "figures")).status_code == 404
    assert not DataAccess.objects.exists()


def test_without_the_region_check_the_neighbour_could_download(client, monkeypatch):
    made = report()
    client.force_login(people.user("lurah2", Role.LURAH, people.PONDOK_KOPI))
    monkeypatch.setattr("bansos.scope.ScopedQuerySet.for_officer", lambda self, user: self.all(), raising=False)
    assert b"".join(client.get(address(made)).streaming_content)


def test_a_report_without_file_is_not_found(client):
    empty = MonthlyReport.objects.create(period=PERIOD, region_id=people.KLENDER)
    client.force_login(people.kesra())
    assert client.get(address(empty)).status_code == 404


@pytest.mark.parametrize("make", [people.kesra, people.camat, people.dewi, evaluator])
def test_the_district_sees_eight_regions(client, make):
    client.force_login(make())
    page = client.get("/laporan/", {"bulan": MONTH})
    assert len(page.context["reports"]) == 8
    assert page.context["reports"][0]["region"].pk == people.KECAMATAN


def test_a_lurah_sees_the_own_kelurahan(client):
    report(), report(people.PONDOK_KOPI)
    client.force_login(people.lurah())
    page = client.get("/laporan/", {"bulan": MONTH})
    assert [row["region"].pk for row in page.context["reports"]] == [people.KLENDER]
    assert page.context["figures"]["region"]["code"] == people.KLENDER
    body = page.content.decode()
    assert "Pondok Kopi" not in body and "Buat laporan" not in body and "Jadikan final" not in body


def test_the_page_shows_the_figures_of_the_report(client):
    busy_month.fill(31)
    client.force_login(people.User.objects.get(username="kesra"))
    totals = indicators.of(period=PERIOD, region_code=people.KECAMATAN)["totals"]
    page = client.get("/laporan/", {"bulan": MONTH})
    headline = {row["label"]: row["text"] for row in page.context["headline"]}
    assert headline["permohonan masuk"] == str(totals["received"])
    assert headline["tersalur"] == f"Rp{totals['value_realised']:,}".replace(",", ".")
    assert page.context["table_total"]["cells"][3][1] == str(totals["handed"])
    assert "naik" in page.content.decode()


def test_a_final_report_is_shown_as_it_was_frozen(client):
    made = busy_month.fill(32, size=12)
    final = reports.finalise(report=report(people.KECAMATAN), by=made["officer"])
    busy_month.application(people.RT, when=busy_month.at(9))
    client.force_login(made["officer"])
    page = client.get("/laporan/", {"bulan": MONTH})
    assert page.context["figures"] == final.figures
    assert page.context["figures"]["totals"]["received"] == 12


def test_kesra_asks_for_reports_and_jobs_build_them(client, django_capture_on_commit_callbacks):
    client.force_login(people.kesra())
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/laporan/buat/", {"bulan": MONTH})
    assert answer.status_code == 302 and answer.headers["Location"] == f"/laporan/?bulan={MONTH}"
    assert MonthlyReport.objects.filter(period=PERIOD).count() == 8
    assert set(Job.objects.values_list("state", flat=True)) == {"selesai"}
    assert MonthlyReport.objects.first().built_by.username == "kesra"
    page = client.get("/laporan/", {"bulan": MONTH}).content.decode()
    assert page.count("Sementara") == 8 and page.count("sidik") == 24


def test_waiting_and_failed_jobs_are_drawn_by_the_server(client):
    kesra = people.kesra()
    first, second, *_rest = reports.request(period=PERIOD, by=kesra)
    Job.objects.filter(pk=second.pk).update(state="gagal", message="Cakram penuh.")
    client.force_login(kesra)
    page = client.get("/laporan/", {"bulan": MONTH}).content.decode()
    assert page.count("<progress") == 7 and f'data-job="/pekerjaan/{first.pk}/"' in page
    assert "Cakram penuh." in page


def test_only_those_who_may_build_and_finish(client):
    made = report()
    for officer in (people.lurah(), people.dewi(), people.camat(), evaluator()):
        client.force_login(officer)
        assert client.post("/laporan/buat/", {"bulan": MONTH}).status_code == 403
        assert client.post(f"/laporan/{made.pk}/final/").status_code == 403
    client.force_login(people.kesra())
    assert client.get("/laporan/buat/").status_code == 405
    assert not Job.objects.exists()
    assert client.post(f"/laporan/{made.pk}/final/").status_code == 302
    made.refresh_from_db()
    assert made.status == "final"


def test_finishing_too_early_says_when(client):
    made = report(period=THIS_MONTH)
    client.force_login(people.kesra())
    page = client.post(f"/laporan/{made.pk}/final/", follow=True).content.decode()
    assert "belum berakhir" in page and "Jadikan final</button>" not in page


def test_all_final_means_nothing_to_build(client):
    figures = indicators.of(period=PERIOD, region_code=people.KECAMATAN)
    for region in reports.regions():
        MonthlyReport.objects.create(period=PERIOD, region=region, figures=figures, status="final")
    client.force_login(people.kesra())
    page = client.post("/laporan/buat/", {"bulan": MONTH}, follow=True).content.decode()
    assert "sudah final" in page and not Job.objects.exists()


def test_the_admin_list_is_read_only_and_scoped(rf):
    from django.contrib import admin

    report(), report(people.PONDOK_KOPI)
    page = admin.site.get_model_admin(MonthlyReport)
    request = rf.get("/")
    request.user = people.lurah()
    assert [row.region_id for row in page.get_queryset(request)] == [people.KLENDER]
    assert "/xlsx/" in page.downloads(MonthlyReport.objects.filter(region=people.KLENDER).get())
    assert not page.has_add_permission(request) and not page.has_delete_permission(request)
    request.user = people.ani()
    assert "downloads" not in page.get_list_display(request)


@needs_browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_kesra_builds_finishes_and_downloads(visit, width):
    made = busy_month.fill(33, size=60)
    page = visit(f"/laporan/?bulan={MONTH}", width=width, user=made["officer"])
    assert page.locator(".empty").count() == 0
    page.set_default_timeout(60_000)  # in tests the eight reports are built inside the request
    page.click("text=Buat laporan")
    page.wait_for_selector("text=8 laporan sedang dibuat")
    assert page.locator("text=Sementara").count() == 8
    assert_accessible(page)
    shot(page, f"laporan-{width}")
    page.locator("button", has_text="Jadikan final").first.click()
    page.wait_for_selector("text=sudah final")
    with page.expect_download() as got:
        page.locator("a.btn", has_text="PDF").first.click()
    assert got.value.suggested_filename == f"laporan-{MONTH}-kecamatan-duren-sawit.pdf"
    assert DataAccess.objects.get().what == f"laporan-{MONTH}-kecamatan-duren-sawit.pdf"


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_the_page_of_a_lurah_on_a_phone_and_without_script(visit):
    busy_month.fill(34, size=60)
    report()
    reports.request(period=PERIOD, region=Region.objects.get(pk=people.KLENDER), by=None)
    page = visit(f"/laporan/?bulan={MONTH}", user=people.lurah())
    assert page.locator("progress").count() == 1
    assert_accessible(page)
    shot(page, "laporan-lurah-360")
