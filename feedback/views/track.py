"""A resident follows a complaint at /pengaduan/lacak/ with the code and the PIN."""

from dataclasses import dataclass, replace
from datetime import date

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bansos import limits, passes
from bansos.privacy import client_address
from bansos.views import wait
from feedback import complaints, deadlines
from feedback.complaints import ComplaintError
from feedback.forms import MessageForm, ReopenForm, TrackForm
from feedback.models import Complaint
from feedback.models.complaint import OPEN, ComplaintStatus

PASS_SECONDS = 30 * 60  # long enough to write a message; renewed by every look
S = ComplaintStatus


@never_cache
@require_http_methods(["GET", "POST"])
def track(request):
    """The form for code and PIN. Whatever is wrong, the answer is the same."""
    form = TrackForm(request.POST or None)
    if request.method != "POST":
        return render(request, "feedback/lacak.html", {"form": form})
    address = client_address(request) or ""
    if limits.hit("lacak", address, settings.LOOKUP_ATTEMPTS_PER_ADDRESS, 60):
        return wait(request, _("Banyak orang memakai jaringan ini. Tunggu satu menit, lalu coba lagi."))
    if not form.is_valid():
        return render(request, "feedback/lacak.html", {"form": form})
    try:
        found = complaints.find(**form.cleaned_data)
    except complaints.TooManyGuesses as error:
        return wait(request, str(error))
    if found is None:
        return render(request, "feedback/lacak.html", {"form": form, "unmatched": True})
    return redirect("pengaduan-hasil", passes.issue("lacak", found.pk, PASS_SECONDS))


@never_cache
@require_http_methods(["GET", "POST"])
def complaint(request, token: str):
    """The complaint as the resident sees it, and what the resident may do."""
    number = passes.read("lacak", token)
    if number is None:
        return render(request, "feedback/tutup.html", status=410)
    passes.issue("lacak", number, PASS_SECONDS, token)
    row = Complaint.objects.select_related("region").get(pk=number)
    if request.method == "POST":
        return _act(request, row, token)
    return _show(request, row)


def _act(request, row: Complaint, token: str):
    """Does what the pressed button says, then shows the page anew."""
    act = request.POST.get("act")
    if act == "tutup":
        passes.revoke("lacak", token)
        return redirect("pengaduan-lacak")
    try:
        if act == "selesai":
            complaints.confirm(complaint=row)
        elif act == "pesan":
            form = _message_form(request.POST)
            if not form.is_valid():
                return _show(request, row, pesan=form)
            complaints.say(complaint=row, body=form.cleaned_data["body"])
        elif act == "buka":
            again = _reopen_form(request.POST)
            if not again.is_valid():
                return _show(request, row, buka=again)
            complaints.reopen(complaint=row, body=again.cleaned_data["body"])
    except ComplaintError as error:
        messages.error(request, str(error))
    return redirect("pengaduan-hasil", token)


def _message_form(data=None) -> MessageForm:
    return MessageForm(data, auto_id="pesan_%s")


def _reopen_form(data=None) -> ReopenForm:
    return ReopenForm(data, auto_id="buka_%s")


def _show(request, row: Complaint, pesan: MessageForm | None = None, buka: ReopenForm | None = None):
    until = complaints.reopen_until(row)
    context = {
        "complaint": row,
        "meaning": _meaning(row),
        "form": pesan or buka,
        "message_form": (pesan or _message_form()) if row.status in OPEN else None,
        "reopen_form": (buka or _reopen_form()) if until and until >= timezone.localdate() else None,
        "reopen_until": until,
        "may_confirm": row.status == S.TANGGAPAN_DIKIRIM,
        "talk": _talk(row),
        "decided_by": _decided_by(row),
        "deadline": deadlines.of(row),
        "steps": _steps(row),
    }
    return render(request, "feedback/hasil.html", context)


def _meaning(row: Complaint) -> str:
    """One sentence for the status, with what comes next."""
    if row.status in {S.DITERIMA, S.DIBUKA_KEMBALI}:
        day = complaints.verify_by(row)
        return _("Kami memeriksa laporan Anda paling lambat %(day)s.") % {"day": date_format(day)}
    if row.status == S.PROSES:
        return _("Petugas sedang memeriksa. Jawaban datang paling lambat %(day)s.") % {"day": date_format(row.due_on)}
    if row.status == S.BUKAN_WEWENANG:
        return _("Kantor lain yang menangani masalah ini. Baca pesan kami di bawah.")
    found: dict[str, str] = {
        Complaint.Finding.TERBUKTI: _("Laporan Anda terbukti."),
        Complaint.Finding.SEBAGIAN: _("Sebagian laporan Anda terbukti."),
        Complaint.Finding.TIDAK_TERBUKTI: _("Laporan Anda tidak terbukti."),
    }
    return found.get(row.finding, _("Kami sudah menjawab Anda."))


def _talk(row: Complaint) -> list[dict]:
    """The story and the messages in order; officers by office and role, never by name."""
    found = [{"who": _("Anda"), "us": False, "at": row.submitted_at, "body": row.full_story}]
    for reply in row.replies.select_related("by__region"):
        who = complaints.office_of(reply.by) if reply.by else _("Anda")
        found.append({"who": who, "us": bool(reply.by), "at": reply.at, "body": reply.full_body})
    return found


def _decided_by(row: Complaint) -> str:
    if row.answered_at is None:
        return ""
    last = row.replies.exclude(by=None).select_related("by__region").last()
    return complaints.office_of(last.by) if last else ""


@dataclass(frozen=True)
class Step:
    name: str
    on: date | None
    state: str


def _steps(row: Complaint) -> list[Step]:
    """The way so far with its days, and what is still to come."""
    spoke = list(row.replies.exclude(by=None).values_list("at", flat=True))
    walked = [(S.DITERIMA, row.submitted_at)]
    if row.reopened_at:
        before = [at for at in spoke if at < row.reopened_at]
        walked += _work(before[:-1]) + [(S.TANGGAPAN_DIKIRIM, before[-1])] if before else []
        walked += [(S.DIBUKA_KEMBALI, row.reopened_at)]
        spoke = [at for at in spoke if at > row.reopened_at]
    walked += _work([at for at in spoke if row.answered_at is None or at < row.answered_at])
    if row.answered_at and row.status in {S.TANGGAPAN_DIKIRIM, S.SELESAI}:
        walked.append((S.TANGGAPAN_DIKIRIM, row.answered_at))
    if row.closed_at:
        walked.append((S(row.status), row.closed_at))
    found = [Step(str(status.label), timezone.localdate(at), "done") for status, at in walked]
    found[-1] = replace(found[-1], state="now")
    return found + _ahead(row)


def _work(spoke: list) -> list[tuple]:
    """An officer's first word is the day on which the work began."""
    return [(S.PROSES, spoke[0])] if spoke else []


def _ahead(row: Complaint) -> list[Step]:
    to_come = {
        S.DITERIMA: [S.PROSES, S.TANGGAPAN_DIKIRIM, S.SELESAI],
        S.DIBUKA_KEMBALI: [S.PROSES, S.TANGGAPAN_DIKIRIM, S.SELESAI],
        S.PROSES: [S.TANGGAPAN_DIKIRIM, S.SELESAI],
        S.TANGGAPAN_DIKIRIM: [S.SELESAI],
    }.get(S(row.status), [])
    return [Step(str(s.label), row.due_on if s == S.TANGGAPAN_DIKIRIM else None, "wait") for s in to_come]
