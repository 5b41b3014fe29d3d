"""The monthly report: three files with the same figures, replaced while provisional, fixed when final."""

import copy
import csv
import hashlib
from io import BytesIO, StringIO
from pathlib import Path

import pgtrigger
import pytest
from django.core.exceptions import ValidationError
from django.db import ProgrammingError, transaction
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from bansos import jobs, periods
from bansos.models import Job, Region
from monitoring import indicators, report_csv, report_pdf, report_tables, report_xlsx, reports
from monitoring.definitions import INDICATORS
from monitoring.models import MonthlyReport
from tests import busy_month, people

pytestmark = pytest.mark.django_db
PERIOD = busy_month.PERIOD
THIS_MONTH = periods.of(timezone.localdate())


def district() -> Region:
    return Region.objects.get(pk=people.KECAMATAN)


def klender() -> Region:
    return Region.objects.get(pk=people.KLENDER)


@pytest.fixture
def built():
    made = busy_month.fill(11)
    return reports.build(period=PERIOD, region=district(), by=made["officer"])


def content(report: MonthlyReport, kind: str) -> bytes:
    with getattr(report, kind).open("rb") as file:
        return file.read()


def sheets(report: MonthlyReport) -> dict[str, list[tuple]]:
    book = load_workbook(BytesIO(content(report, "xlsx")))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def lines(report: MonthlyReport) -> list[dict]:
    return list(csv.DictReader(StringIO(content(report, "csv").decode("utf-8-sig"))))


def text(report: MonthlyReport) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content(report, "pdf"))).pages)


def dotted(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def test_the_three_files_the_row_and_the_database_agree(built):
    totals = built.figures["totals"]
    assert totals == indicators.of(period=PERIOD, region_code=people.KECAMATAN)["totals"]
    assert totals["handed"] > 0 and totals["value_realised"] > 0
    book, table, printed = sheets(built), lines(built), text(built)
    summary = {row[0]: row[1] for row in book["Ringkasan"] if row[0]}
    header = next(row for row in book["Per wilayah"] if row[0] == "Kode")
    places = {row[0]: row for row in book["Per wilayah"] if row[0] and str(row[0]).startswith("31.")}
    total_row = next(row for row in book["Per wilayah"] if row[1] == "Jumlah")
    for indicator in INDICATORS:
        label, value = str(indicator.label), totals[indicator.code]
        assert summary[label] == value
        assert total_row[header.index(label)] == value
        [line] = [r for r in table if r["bagian"] == "jumlah" and r["kode"] == indicator.code]
        assert int(line["nilai"]) == value
        money = "Rp" if indicator.unit == "rupiah" else ""
        assert f"{label} {money}{dotted(value)}" in printed.replace("\n", " ")
        for place in built.figures["places"]:
            assert places[place["code"]][header.index(label)] == place[indicator.code]
            [cell] = [
                r for r in table
                if r["bagian"] == "wilayah" and r["kode_wilayah"] == place["code"] and r["kode"] == indicator.code
            ]  # fmt: skip
            assert int(cell["nilai"]) == place[indicator.code]


def test_a_report_built_before_an_indicator_was_added_is_still_written(built):
    old = copy.deepcopy(built.figures)
    for counts in (old["totals"], old["previous"]["totals"], *old["places"]):
        del counts["births"]
    assert "Kelahiran" not in {row[0] for row in report_tables.summary(old).rows}
    assert len(report_tables.places(old).rows[0]) == len(report_tables.places(built.figures).rows[0]) - 1
    for render in (report_csv.render, report_xlsx.render, report_pdf.render):
        assert render(old, "final")


def test_programmes_funds_and_complaints_are_in_every_file(built):
    book, table, printed = sheets(built), lines(built), text(built)
    for programme in built.figures["programmes"]:
        row = next(r for r in book["Program"] if r[0] == programme["name"])
        assert list(row[1:]) == [
            programme[code]
            for code in (
                "planned",
                "handed_self",
                "handed_other",
                "handed",
                "failed",
                "value_planned",
                "value_realised",
            )
        ]
        [line] = [r for r in table if r["butir"] == programme["name"] and r["kode"] == "value_realised"]
        assert int(line["nilai"]) == programme["value_realised"]
        assert f"Rp{dotted(programme['value_realised'])}" in printed
    [fund] = built.figures["funds"]
    assert any(r[0] == fund["name"] and r[4] == fund["remaining"] for r in book["Program"])
    assert f"Rp{dotted(fund['remaining'])}" in printed
    for row in built.figures["complaints"]:
        assert next(r for r in book["Pengaduan"] if r[0] == row["label"])[1] == row["complaints"]


def test_the_workbook_has_numbers_formats_frozen_headers_and_no_formula(built):
    book = load_workbook(BytesIO(content(built, "xlsx")))
    assert book.sheetnames == ["Ringkasan", "Per wilayah", "Program", "Pengaduan", "Keterangan"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    money = [cell for cell in cells if cell.number_format == '"Rp"#,##0' and cell.value is not None]
    assert money and all(isinstance(cell.value, int) for cell in money)
    assert all(sheet.freeze_panes for sheet in book)


def test_text_that_looks_like_a_formula_is_harmless():
    made = busy_month.fill(12, size=12)
    programme = made["programmes"][0]
    programme.name = '=HYPERLINK("http://jahat","klik")'
    programme.save()
    report = reports.build(period=PERIOD, region=district(), by=made["officer"])
    cells = [c for row in load_workbook(BytesIO(content(report, "xlsx")))["Program"].iter_rows() for c in row]
    [cell] = [c for c in cells if c.value == programme.name]
    assert cell.data_type == "s"
    assert all(row["butir"].startswith("'=") for row in lines(report) if "HYPERLINK" in row["butir"])
    assert "HYPERLINK" in text(report)
    assert report_csv.safe("Beras") == "Beras"


def test_a_provisional_report_says_so_and_holds_no_person(built):
    printed = text(built)
    assert "SEMENTARA" in printed and "Kasi Kesejahteraan Rakyat" in printed
    everything = printed + content(built, "csv").decode() + str(sheets(built))
    assert "Citra Lestari" not in everything and "Siti Aminah" not in everything


def test_hashes_are_those_of_the_files_and_names_cannot_be_guessed(built):
    for kind in ("xlsx", "pdf", "csv"):
        assert built.hashes[kind] == hashlib.sha256(content(built, kind)).hexdigest()
        assert len(getattr(built, kind).name.rsplit("/", 1)[-1]) > 30
    assert len({getattr(built, kind).name.rsplit(".", 1)[0] for kind in built.hashes}) == 3


def test_building_again_replaces_row_and_files(built, django_capture_on_commit_callbacks):
    old = {kind: getattr(built, kind).name for kind in built.hashes}
    storage = built.xlsx.storage
    busy_month.application(people.RT, when=busy_month.at(9))
    with django_capture_on_commit_callbacks(execute=True):
        again = reports.build(period=PERIOD, region=district(), by=built.built_by)
        assert all(storage.exists(name) for name in old.values())
    assert again.pk == built.pk and MonthlyReport.objects.count() == 1
    assert again.figures["totals"]["received"] == built.figures["totals"]["received"] + 1
    assert not any(storage.exists(name) for name in old.values())
    assert all(storage.exists(getattr(again, kind).name) for kind in old)


def test_files_of_a_build_that_fails_are_not_left_behind(built, monkeypatch, settings):
    before = sorted(path for path in _stored(settings))

    def broken(self, *args, **kwargs):
        raise RuntimeError("disk")

    monkeypatch.setattr(MonthlyReport, "save", broken)
    with pytest.raises(RuntimeError):
        reports.build(period=PERIOD, region=district(), by=built.built_by)
    assert sorted(_stored(settings)) == before and len(before) == 3


def _stored(settings):
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_final_keeps_the_figures_and_drops_the_watermark(built):
    busy_month.application(people.RT, when=busy_month.at(9))
    figures = built.figures
    final = reports.finalise(report=built, by=built.built_by)
    final.refresh_from_db()
    assert final.status == "final" and final.figures == figures
    assert "SEMENTARA" not in text(final) and "Final" in text(final)
    with pytest.raises(reports.ReportError, match="sudah final"):
        reports.build(period=PERIOD, region=district(), by=built.built_by)
    with pytest.raises(reports.ReportError, match="sudah final"):
        reports.finalise(report=final, by=built.built_by)
    with pytest.raises(reports.ReportError, match="sudah final"):
        reports.request(period=PERIOD, region=district(), by=built.built_by)
    assert len(reports.request(period=PERIOD, by=built.built_by)) == 7


def test_the_database_refuses_to_change_or_delete_a_final_report(built):
    final = reports.finalise(report=built, by=built.built_by)
    for change in (lambda rows: rows.update(figures={}), lambda rows: rows.delete()):
        with pytest.raises(ProgrammingError, match="pgtrigger"), transaction.atomic():
            change(MonthlyReport.objects.filter(pk=final.pk))


def test_without_the_trigger_a_final_report_could_be_rewritten(built):
    final = reports.finalise(report=built, by=built.built_by)
    with pgtrigger.ignore("monitoring.MonthlyReport:final_is_fixed"):
        MonthlyReport.objects.filter(pk=final.pk).update(figures={"totals": {"handed": 999}})
    final.refresh_from_db()
    assert final.figures["totals"]["handed"] == 999


def test_a_month_that_runs_cannot_be_final():
    kesra = people.kesra()
    report = reports.build(period=THIS_MONTH, region=klender(), by=kesra)
    with pytest.raises(reports.ReportError, match="belum berakhir"):
        reports.finalise(report=report, by=kesra)
    report.refresh_from_db()
    assert report.status == "sementara"


def test_nothing_is_final_before_it_is_built():
    kesra = people.kesra()
    empty = MonthlyReport.objects.create(period=PERIOD, region=klender())
    with pytest.raises(reports.ReportError, match="belum ada"):
        reports.finalise(report=empty, by=kesra)


def test_wrong_month_and_wrong_region_are_refused():
    kesra = people.kesra()
    with pytest.raises(reports.ReportError, match="belum mulai"):
        reports.request(period=periods.following(THIS_MONTH), by=kesra)
    for code in (people.RT, "31.75"):
        with pytest.raises(reports.ReportError, match="kelurahannya"):
            reports.build(period=PERIOD, region=Region.objects.get(pk=code), by=kesra)
    assert not Job.objects.exists() and not MonthlyReport.objects.exists()


def test_request_makes_one_open_job_a_region(built):
    first = reports.request(period=PERIOD, by=built.built_by)
    again = reports.request(period=PERIOD, by=built.built_by)
    assert [job.pk for job in first] == [job.pk for job in again]
    assert {job.region_id for job in first} == {region.pk for region in reports.regions()} and len(first) == 8


def test_a_job_builds_and_says_what_it_made():
    busy_month.fill(13, size=12)
    [job] = reports.request(period=PERIOD, region=klender(), by=None)
    done = jobs.run(job_id=job.pk)
    report = MonthlyReport.objects.get()
    assert (done.state, done.result) == ("selesai", {"report": report.pk, "files": report.hashes})
    assert report.job_id == job.pk and report.region_id == people.KLENDER


def test_a_job_for_a_final_report_fails_with_the_sentence(built):
    [job] = reports.request(period=PERIOD, region=district(), by=built.built_by)
    reports.finalise(report=built, by=built.built_by)
    done = jobs.run(job_id=job.pk)
    assert done.state == "gagal" and "sudah final" in done.message


def test_one_report_per_month_and_region(built):
    with pytest.raises(ValidationError):
        MonthlyReport(period=PERIOD, region=district()).validate_constraints()


def test_a_report_made_final_while_another_build_counts_stays(built, monkeypatch, settings):
    real = reports._rendered

    def meanwhile(figures, status, pulse=None):
        if status == "sementara":
            reports.finalise(report=built, by=built.built_by)
        return real(figures, status, pulse)

    monkeypatch.setattr(reports, "_rendered", meanwhile)
    with pytest.raises(reports.ReportError, match="sudah final"):
        reports.build(period=PERIOD, region=district(), by=built.built_by)
    kept = MonthlyReport.objects.get()
    assert kept.status == "final" and kept.hashes["pdf"] == hashlib.sha256(content(kept, "pdf")).hexdigest()
