"""`build_reports`: what it makes, what it answers, what it refuses."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from bansos.models import Job
from monitoring import reports
from monitoring.models import MonthlyReport
from tests import busy_month, people

pytestmark = pytest.mark.django_db
MONTH = f"{busy_month.PERIOD:%Y-%m}"


def run(*args) -> str:
    out = StringIO()
    call_command("build_reports", *args, stdout=out)
    return out.getvalue()


def test_builds_every_report_and_answers_json():
    busy_month.fill(21, size=12)
    answer = json.loads(run("--period", MONTH, "--json"))
    assert set(answer) == {"period", "reports", "seconds"} and answer["period"] == MONTH
    assert len(answer["reports"]) == 8 == MonthlyReport.objects.count()
    received = {r.region_id: r.figures["totals"]["received"] for r in MonthlyReport.objects.all()}
    assert received.pop(people.KECAMATAN) == sum(received.values()) == 12
    for row in answer["reports"]:
        report = MonthlyReport.objects.get(region_id=row["region"])
        assert row["status"] == "selesai" and row["files"] == report.hashes and len(row["files"]["pdf"]) == 64
    assert set(Job.objects.values_list("state", flat=True)) == {"selesai"}


def test_builds_one_region_and_says_so_in_words():
    printed = run("--period", MONTH, "--region", people.KLENDER)
    assert "Klender" in printed and "1 laporan" in printed
    assert MonthlyReport.objects.get().region_id == people.KLENDER


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["--period", "November"], "TAHUN-BULAN"),
        (["--period", "2026-13"], "TAHUN-BULAN"),
        (["--period", "2999-01"], "belum mulai"),
        (["--period", MONTH, "--region", "99"], "tidak ada"),
        (["--period", MONTH, "--region", people.RT], "kelurahannya"),
    ],
)
def test_refuses_with_a_sentence(args, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(*args)
    assert not Job.objects.exists()


def test_a_failed_report_is_no_success(monkeypatch):
    def refuse(**_kwargs):
        raise reports.ReportError("Tidak bisa.")

    monkeypatch.setattr(reports, "build", refuse)
    with pytest.raises(CommandError, match="Tidak bisa"):
        run("--period", MONTH, "--region", people.KLENDER)
    assert Job.objects.get().state == "gagal"


def test_a_final_report_is_left_alone():
    run("--period", MONTH, "--region", people.KLENDER)
    final = reports.finalise(report=MonthlyReport.objects.get(), by=people.kesra())
    with pytest.raises(CommandError, match="sudah final"):
        run("--period", MONTH, "--region", people.KLENDER)
    answer = json.loads(run("--period", MONTH, "--json"))
    states = {row["region"]: row["status"] for row in answer["reports"]}
    assert states.pop(people.KLENDER) == "final" and set(states.values()) == {"selesai"} and len(states) == 7
    hashes = final.hashes
    final.refresh_from_db()
    assert (final.status, final.hashes) == ("final", hashes)
