"""The admin's first page: what waits for this officer, what runs, what is due, and the own region's figures."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from bansos import notifications, periods
from bansos.models import Holiday, Job, Region
from bansos.templatetags.look import number, rupiah
from beneficiaries import criteria_reviews, deliberations, field_visits
from beneficiaries.models import Appeal, Application, DuplicatePair, RegisterImport, VerificationEvent
from beneficiaries.models.application import OPEN_STATUSES
from distribution import reach
from distribution.models import Round
from feedback.models import Complaint
from monitoring import indicators, page_charts
from monitoring.definitions import BY_CODE
from monitoring.district_page import own_region
from monitoring.models import MonthlyReport
from monitoring.reports import place_name
from monitoring.suppression import Shown

KEY_FIGURES = ("households", "people", "received", "approved", "handed", "value_realised")
SOON = timedelta(days=3)
LONGEST_QUEUES = 12
LONGEST_INBOX = 8
DRAFTS = "?status__exact=draf"


@dataclass(frozen=True)
class Task:
    """Something that waits for this officer: how many, what, where to do it, and since when or until when."""

    count: int
    label: str
    link: str
    note: str = ""
    is_late: bool = False


def callback(request, context: dict) -> dict:
    """Adds the officer's tasks, jobs, deadlines, queue and figures to the page (Unfold's DASHBOARD_CALLBACK)."""
    user, today = request.user, timezone.localdate()
    region = own_region(user)
    found = indicators.at_a_glance(period=periods.of(today), region=region)
    return context | {
        "title": _("Beranda"),
        "tasks": [task for task in _tasks(user, today) if task.count],
        "notices": notifications.unread(by=user)[:LONGEST_INBOX],
        "jobs": list(Job.objects.for_officer(user).open().select_related("region")[:5]),
        "deadlines": _deadlines(user, today),
        "queue": _queue(found),
        "own_region": region,
        "own_place": place_name(region),
        "month": found["period"],
        "key_figures": _key_figures(found),
        "may_download": user.has_perm("monitoring.download_reports"),
    }


def _list(model: str, query: str = "") -> str:
    return reverse(f"admin:{model}_changelist") + query


def _tasks(user, today: date):
    """Yields what the officer's permissions let them do, the most pressing first."""
    if user.has_perm("beneficiaries.release_criteriaset"):
        yield _criteria(criteria_reviews.waiting(user=user), _("draf kriteria menunggu Anda periksa"))
    if user.has_perm("beneficiaries.change_criteriaset"):
        yield _criteria(criteria_reviews.sent_back(user=user), _("draf kriteria dikembalikan kepada Anda"))
    if user.has_perm("beneficiaries.decide_application"):
        yield from _applications(user, today)
    if user.has_perm("feedback.answer_complaint"):
        yield _complaints(user, today)
    if user.has_perm("beneficiaries.decide_appeal"):
        yield _appeals(user, today)
    if user.has_perm("beneficiaries.change_deliberation"):
        yield _unsigned(user, today)
    if user.has_perm("distribution.approve_round"):
        yield _rounds(user, Round.Status.DIKUNCI, _("putaran menunggu pengesahan"))
    if user.has_perm("distribution.change_round"):
        yield _rounds(user, Round.Status.DISUSUN, _("putaran siap dikunci"))
    if user.has_perm("beneficiaries.add_registerimport"):
        ready = RegisterImport.objects.for_officer(user).filter(status=RegisterImport.Status.SIAP)
        link = _list("beneficiaries_registerimport", "?status__exact=siap")
        yield Task(ready.count(), _("impor siap dimuat"), link)
    if user.has_perm("beneficiaries.change_duplicatepair"):
        pairs = DuplicatePair.objects.for_officer(user).open()
        link = _list("beneficiaries_duplicatepair", "?status__exact=terbuka")
        yield Task(pairs.count(), _("kemungkinan ganda perlu diputuskan"), link)
    if user.has_perm("distribution.propose_round"):
        waiting = reach.unreached(by=user).count()
        note = _("tidak menerima dari portal ini tiga bulan terakhir")
        yield Task(waiting, _("keluarga belum dibantu"), reverse("admin:distribution_belum_dibantu"), note)
    if user.has_perm("monitoring.build_reports"):
        yield _unfinished_reports(user, today)


def _criteria(drafts, label: str) -> Task:
    """Drafts between authors and reviewers: what was said of the first, and where to read it."""
    found = list(drafts[:2])
    if not found:
        return Task(0, label, "")
    last = criteria_reviews.newest(found[0])
    note = f"{last.by}: {Truncator(last.note).chars(80)}" if last and last.note else str(last.by if last else "")
    link = reverse("admin:beneficiaries_criteriaset_change", args=[found[0].pk])
    return Task(drafts.count(), label, link if len(found) == 1 else _list("beneficiaries_criteriaset", DRAFTS), note)


def _applications(user, today: date):
    waits = Q(status=Application.Status.VERIFIKASI_ADMINISTRASI)
    is_late = Q(status__in=OPEN_STATUSES, due_on__lt=today)
    counted = Application.objects.for_officer(user).aggregate(
        waiting=Count("pk", filter=waits), oldest=Min("submitted_at", filter=waits),
        late=Count("pk", filter=is_late), first=Min("due_on", filter=is_late),
    )  # fmt: skip
    oldest, first = counted["oldest"], counted["first"]
    note = _("tertua {days} hari").format(days=(today - timezone.localdate(oldest)).days) if oldest else ""
    link = _list("beneficiaries_application", "?status__exact=verifikasi_administrasi")
    yield Task(counted["waiting"], _("permohonan menunggu keputusan"), link, note)
    visits = field_visits.tasks_for(user).count()
    yield Task(visits, _("rumah dapat Anda kunjungi"), _list("beneficiaries_application", "?antrean=kunjungan"))
    conflicts = VerificationEvent.objects.for_officer(user).unsettled()
    link = _list("beneficiaries_verificationevent", "?penyelesaian=belum")
    yield Task(conflicts.count(), _("beda jawaban dari HP"), link, _("bandingkan dan pilih satu"))
    note = _("paling lama {days} hari").format(days=(today - first).days) if first else ""
    link = _list("beneficiaries_application", f"?due_on__lt={today}&status__in={','.join(OPEN_STATUSES)}")
    yield Task(counted["late"], _("permohonan lewat tenggat"), link, note, is_late=True)


def _counted(queryset, today: date) -> tuple[int, int]:
    """Returns how many there are, and how many of them are late."""
    found = queryset.aggregate(all=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today)))
    return found["all"], found["late"]


def _complaints(user, today: date) -> Task:
    due, late = _counted(Complaint.objects.for_officer(user).open().filter(due_on__lte=today + SOON), today)
    note = _("{late} sudah lewat batas").format(late=late) if late else _("batasnya dalam tiga hari")
    link = _list("feedback_complaint", f"?due_on__lte={today + SOON}&answered_at__isnull=True")
    return Task(due, _("pengaduan harus dijawab"), link, note, is_late=bool(late))


def _appeals(user, today: date) -> Task:
    waiting, late = _counted(Appeal.objects.for_officer(user).open(), today)
    note = _("{late} lewat 14 hari, camat yang menjawab").format(late=late) if late else ""
    link = _list("beneficiaries_appeal", "?antrean=lewat" if late else "?antrean=terbuka")
    return Task(waiting, _("keberatan menunggu jawaban"), link, note, is_late=bool(late))


def _unsigned(user, today: date) -> Task:
    waiting = list(deliberations.unsigned(user))
    late = sum(deliberations.signed_by(meeting) < today for meeting in waiting)
    note = _("{late} sudah lewat batas").format(late=late) if late else _("unggah pindaiannya")
    link = _list("beneficiaries_deliberation", "?tanda_tangan=belum")
    return Task(len(waiting), _("berita acara belum bertanda tangan"), link, note, is_late=bool(late))


def _rounds(user, status: str, label: str) -> Task:
    code = user.region_id or settings.KECAMATAN
    waiting = Round.objects.filter(status=status).filter(Q(region=code) | Q(region__code__startswith=f"{code}."))
    return Task(waiting.count(), label, _list("distribution_round", f"?status__exact={status}"))


def _unfinished_reports(user, today: date) -> Task:
    last = periods.preceding(periods.of(today))
    final = MonthlyReport.objects.for_officer(user).filter(period=last, status=MonthlyReport.Status.FINAL).count()
    own = Region.objects.for_officer(user).filter(level__in=["kelurahan", "kecamatan"]).count()
    link = f"{reverse('laporan')}?bulan={last:%Y-%m}"
    return Task(own - final, _("laporan bulan lalu belum final"), link)


def _deadlines(user, today: date) -> list[dict]:
    """Returns what falls due until the end of this month, the earliest first."""
    end = periods.following(periods.of(today)) - timedelta(days=1)
    code = user.region_id or settings.KECAMATAN
    touching = Q(region__code__startswith=code) | Q(region__in=[code[:n] for n in (2, 5, 8) if n <= len(code)])
    ahead = Round.objects.filter(
        touching, hands_over_on__range=(today, end), status__in=[Round.Status.DISAHKAN, Round.Status.PENYALURAN]
    )
    items: list[dict[str, Any]] = [
        {"on": each.hands_over_on, "text": _("Penyerahan {programme}").format(programme=each.programme)}
        for each in ahead.select_related("programme")
    ]
    items += _due(Application.objects.for_officer(user).open(), today, end, _("{n} permohonan jatuh tempo"))
    items += _due(Complaint.objects.for_officer(user).open(), today, end, _("{n} pengaduan harus dijawab"))
    closed = Holiday.objects.filter(on__range=(today, end))
    items += [{"on": day.on, "text": _("Kantor tutup: {name}").format(name=day.name)} for day in closed]
    return sorted(items, key=lambda item: item["on"])[:8]


def _due(queryset, today: date, end: date, words: str) -> list[dict]:
    dates = list(queryset.filter(due_on__range=(today, end)).order_by().values_list("due_on", flat=True))
    return [{"on": on, "text": words.format(n=dates.count(on))} for on in sorted(set(dates))]


def _queue(found: dict) -> dict:
    """Returns the places where applications wait, the longest queue first, as bars and as rows of a table."""
    rows = [(place["name"], place["waiting"]) for place in found["places"] if place["waiting"]]
    rows = sorted(rows, key=lambda row: -row[1])[:LONGEST_QUEUES]
    return {"rows": rows, "bars": page_charts.bars([(name, Shown(count, count)) for name, count in rows])}


def _key_figures(found: dict) -> list[dict]:
    """Returns the figures of the own region, the same as in its report."""
    rows = [{"label": BY_CODE[code].label, "text": _text(code, found["totals"][code])} for code in KEY_FIGURES]
    if found["funds"] is not None:
        rows.append({"label": _("Sisa pagu"), "text": rupiah(indicators.fund_totals(found)["remaining"])})
    return rows


def _text(code: str, value: int) -> str:
    return rupiah(value) if BY_CODE[code].unit == "rupiah" else number(value)
