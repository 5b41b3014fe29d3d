"""The demo's two months, lived with a few families: every step leaves what its page shows, and the record is whole."""

import pytest
from django.utils import timezone

from bansos import audit
from bansos.models import User
from beneficiaries.models import Application, Household, Score
from distribution import reach
from distribution.models import Enrolment, Entitlement, Fund, Handover, Round
from feedback.models import Complaint
from monitoring import indicators
from monitoring.demo import life, officers
from monitoring.models import MonthlyReport

pytestmark = pytest.mark.django_db


def test_two_months_of_life():
    assert not life.exists()
    life.live(households=150, say=lambda message: None)
    assert life.exists()

    assert User.objects.filter(username__in=[o.username for o in officers.LOGINS]).count() == len(officers.LOGINS) == 11
    assert {a.status for a in Application.objects.all()} >= {
        "diajukan",
        "ditetapkan_layak",
        "ditolak",
        "perlu_perbaikan",
    }
    assert Score.objects.count() == Household.objects.active().count() > 140
    assert {(r.programme.code, r.status) for r in Round.objects.select_related("programme")} == {
        ("paket-sembako", "ditutup"), ("blt", "penyaluran"), ("paket-sembako", "disahkan"),
        ("paket-sembako", "daftar_disusun"), ("paket-gizi", "ditutup"),
    }  # fmt: skip
    given = Entitlement.objects.filter(status__startswith="diserahkan")
    assert given.count() == Handover.objects.count() > 20
    assert sum(Fund.objects.values_list("spent", flat=True)) == sum(given.values_list("value", flat=True))
    assert {e.status for e in Enrolment.objects.all()} >= {"lulus", "mengikuti"}
    assert {c.status for c in Complaint.objects.all()} >= {"diterima", "tanggapan_dikirim", "selesai"}

    kesra = User.objects.get(username="kesra")
    assert reach.several(by=kesra, period=life.Almanac(timezone.localdate()).this_month).count() > 2
    assert {score.verdict for score in Score.objects.far_from_decile()} == {"indikasi_layak", "indikasi_tidak_layak"}
    assert reach.contrary(by=kesra).inside(officers.KLENDER).count() > 2

    reports = MonthlyReport.objects.all()
    assert (reports.count(), reports.filter(status="final").count()) == (16, 8)
    for report in reports.filter(status="sementara"):
        now = indicators.of(period=report.period, region_code=report.region_id)
        assert report.figures["totals"] == now["totals"], report
    assert audit.verify().whole
