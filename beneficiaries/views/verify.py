"""/verifikasi/: an RT or RW goes from house to house with a phone; five taps a house.

Each answer is a submit button of a GET form, so every page stands on its own and the back button works; what was
answered travels in the address as words about the house, never as an identity number. Only "Kirim" writes.
"""

from functools import wraps
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Min, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bansos import notifications, privacy
from beneficiaries import conflicts, kinship, missed_visits, offline, photos, places, verification
from beneficiaries.answers import in_words
from beneficiaries.forms import PhotoForm, ReasonForm
from beneficiaries.models import Application, MissedVisit, Verification
from beneficiaries.verification import TURNS, VerificationError

Presence, Result = Verification.Presence, Verification.Result
HOUSES_PER_PAGE = 50
TASKS = _("Daftar tugas verifikasi")
# Why a family is not found to live there, and what that means for the kelurahan.
ABSENCES = {
    Presence.PINDAH: Result.TIDAK_LAYAK,
    Presence.MENINGGAL: Result.RAGU,
    Presence.TIDAK_DITEMUKAN: Result.RAGU,
    Presence.GANDA: Result.TIDAK_LAYAK,
    Presence.MENOLAK: Result.RAGU,
    Presence.TIDAK_TAHU: Result.RAGU,
}
OFFERED = tuple(presence for presence in ABSENCES if presence != Presence.TIDAK_TAHU)  # that one has its own button


def verifier_only(view):
    """Lets RT and RW in; staff are shown the way to the admin, others are refused."""

    @login_required
    @never_cache
    @wraps(view)
    def page(request, *args, **kwargs):
        user = request.user
        if user.role in TURNS and user.has_perm("beneficiaries.verify_application"):
            return view(request, *args, **kwargs)
        if user.is_staff:
            return render(request, "beneficiaries/verifikasi/untuk-rt-rw.html", status=403)
        raise PermissionDenied

    return page


def house_page(view):
    """Gives a page its application: 404 outside the own region, a way on when it is not this verifier's turn."""

    @verifier_only
    @wraps(view)
    def page(request, pk: int):
        case = get_object_or_404(verification.in_reach(request.user).select_related("region"), pk=pk)
        if verification.tasks_for(request.user).filter(pk=pk).exists():
            return view(request, case)
        if case.verifications.filter(by=request.user).exists():
            return redirect("verifikasi-terkirim", pk)
        privacy.note_page(request, case, page="visit_page")
        kin = kinship.is_kin(request.user, case.kk_index)
        context = {"case": case, "kin": kinship.OWN_FAMILY if kin else "", "conflict": _conflict(request, case)}
        return render(request, "beneficiaries/verifikasi/bukan-giliran.html", context, status=409)

    return page


def _conflict(request, case):
    """The newest open conflict about this family, if the officer may read it."""
    return conflicts.in_reach(request.user).unsettled().filter(application=case).first()


@require_GET
@verifier_only
def tasks(request):
    """The houses to visit, by RT, and how far this month's and today's work is."""
    mine = verification.tasks_for(request.user)
    waiting = verification.with_tag(mine).select_related("region")
    done = verification.done_this_month(request.user)
    counted = mine.order_by().aggregate(open=Count("pk"), first_due=Min("due_on"))
    counts = done.order_by().aggregate(month=Count("pk"), today=Count("pk", filter=Q(at__date=timezone.localdate())))
    open_count, done_count = counted["open"], counts["month"]
    name = request.GET.get("cari", "").strip()
    pages = Paginator(waiting.filter(name__icontains=name) if name else waiting, HOUSES_PER_PAGE)
    if not name:
        pages.count = open_count
    page, sent = pages.get_page(request.GET.get("halaman")), list(done[:HOUSES_PER_PAGE])
    told = list(conflicts.in_reach(request.user).unsettled().select_related("application")[:HOUSES_PER_PAGE])
    named = {case.pk for case in page} | {found.application_id for found in [*sent, *told]}
    privacy.note_list(request, subject="beneficiaries.application:tugas", what=TASKS, applications=named)
    context = {
        "page": page,
        "done": sent, "done_count": done_count, "open_count": open_count,
        "done_today": counts["today"],
        "unread": notifications.unread(by=request.user).count(), "own": request.user.stands_in.active(),
        "total": open_count + done_count, "cari": name, "later": _came(request, mine), "today": timezone.localdate(),
        "conflicts": told,
        "first_due": counted["first_due"],
    }  # fmt: skip
    return render(request, "beneficiaries/verifikasi/tugas.html", context)


def _came(request, mine) -> dict | None:
    """Returns what the list says after a visit in vain (`?nanti=` holds the house): whose, and what comes next."""
    asked = request.GET.get("nanti", "")
    case = mine.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 19 else None
    if case is None:
        return None
    days = verification.days_in_vain(case)
    return {"case": case, "days": len(days), "early": verification.why_not_absent(case)} if days else None


def _page(request, case, name: str, **more):
    privacy.note_page(request, case, page="visit_page")
    context = {"case": case, "findings": _findings(case)} | more
    return render(request, f"beneficiaries/verifikasi/{name}.html", context)


def _findings(case):
    labels = verification.fact_labels()
    found = list(case.verifications.select_related("by"))
    for finding in found:
        finding.wrong_labels = [labels.get(name, name) for name in finding.wrong_facts]
    return found


@require_GET
@house_page
def home(request, case):
    """Question 1: does the family live here?"""
    may_send_back = verification.may_send_back(application=case, by=request.user)
    return _page(
        request,
        case,
        "rumah",
        back=case.handbacks.last(),
        may_send_back=may_send_back,
        conflict=_conflict(request, case),
        history=missed_visits.history(case),
    )


@require_POST
@house_page
def phone(request, case):
    """Shows the applicant's phone number to who must find the house; the look leaves its trace."""
    shown = privacy.reveal(
        obj=case,
        fields=["phone"],
        reason="Menghubungi pemohon untuk verifikasi rumah",
        by=request.user,
        address=privacy.client_address(request),
    )
    return _page(request, case, "telepon", phone=shown["phone"])


@require_GET
@house_page
def absent(request, case):
    """Question 1, continued: why not?"""
    early = verification.why_not_absent(case)
    return _page(request, case, "tidak-di-sini", absences=OFFERED, early=early)


@require_http_methods(["GET", "POST"])
@house_page
def missed(request, case):
    """Nobody was met: the visit is noted, with the reason if the RT gives one, and the house goes on waiting."""
    refused = ""
    if request.method == "POST":
        try:
            missed_visits.record(application=case, why=request.POST.get("sebab", ""), by=request.user)
        except VerificationError as error:
            refused = str(error)
        else:
            return redirect(reverse("verifikasi") + "?" + urlencode({"nanti": case.pk}))
    days = verification.days_in_vain(case)
    return _page(request, case, "tidak-bertemu", reasons=MissedVisit.Why, days=days, refused=refused)


@require_GET
@house_page
def facts(request, case):
    """Question 2: is what the family stated true?"""
    name, address, *paper = [(name, label, getattr(case, name)) for name, label in verification.PAPER_FACTS.items()]
    rows = paper + [(question.name, question.label, word) for question, word in in_words(case.answers)]
    return _page(request, case, "data", card=(name, address), rows=rows, nothing="kosong" in request.GET)


@require_GET
@house_page
def judge(request, case):
    """Question 3: is the family eligible?"""
    wrong = request.GET.getlist("salah") if request.GET.get("data") != "benar" else []
    if request.GET.get("data") == "salah" and not wrong:
        return redirect(reverse("verifikasi-data", args=[case.pk]) + "?" + urlencode({"kosong": 1}))
    return _page(request, case, "penilaian", wrong=wrong)


@require_http_methods(["GET", "POST"])
@house_page
def send(request, case):
    """What will be sent, the reason if one is needed, and "Kirim"."""
    stated = request.POST or request.GET
    presence, wrong = stated.get("hadir", Presence.DITEMUKAN), stated.getlist("salah")
    result = ABSENCES.get(presence) or stated.get("hasil")
    if presence not in Presence.values or result not in Verification.JUDGEMENTS:
        return redirect("verifikasi-rumah", case.pk)
    if request.method == "GET" and presence == Presence.TIDAK_DITEMUKAN and verification.why_not_absent(case):
        return redirect("verifikasi-tidak-di-sini", case.pk)
    posted = request.POST if request.method == "POST" else None
    form = ReasonForm(posted, presence=presence, result=result)
    photo = PhotoForm(posted, request.FILES if posted is not None else None)
    refused = ""
    if form.is_valid() and photo.is_valid():
        try:
            with transaction.atomic():
                found = verification.record(
                    application=case, presence=presence, result=result, reason=form.reason, wrong_facts=wrong,
                    by=request.user,
                )  # fmt: skip
                places.note(application=case, stated=request.POST.get("tempat", ""), by=request.user)
                if content := photo.cleaned_data["foto"]:
                    photos.add(about=found, content=content, by=request.user)
            return redirect("verifikasi-terkirim", case.pk)
        except VerificationError as error:
            refused = str(error)
    labels = verification.fact_labels()
    return _page(
        request, case, "kirim", form=form, photo=photo, refused=refused, presence=Presence(presence),
        result=Result(result), wrong=wrong, wrong_labels=[labels.get(name, name) for name in wrong],
        version=offline.version_of(case), form_version=offline.FORM_VERSION,
    )  # fmt: skip


@require_GET
@verifier_only
def sent(request, pk: int):
    """The server's receipt, and the next house."""
    case = get_object_or_404(Application.objects.select_related("region"), pk=pk, verifications__by=request.user)
    finding = case.verifications.filter(by=request.user).select_related("photo__attachment").last()
    privacy.note_page(request, case, page="visit_page")
    waiting = verification.tasks_for(request.user)
    context = {"case": case, "finding": finding, "following": waiting.first(), "open_count": waiting.count()}
    return render(request, "beneficiaries/verifikasi/terkirim.html", context)
