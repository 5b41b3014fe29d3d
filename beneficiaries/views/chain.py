"""/verifikasi/, beside the three questions: messages, help, deputies, sending back, the own family, conflicts."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bansos import notifications
from bansos.models import Notification, Region
from beneficiaries import conflicts, deputies, kinship, verification
from beneficiaries.chain_forms import CommentForm, DeputyForm, NoteForm, RelationForm
from beneficiaries.conflicts import ConflictError
from beneficiaries.deputies import DeputyError
from beneficiaries.kinship import KinshipError
from beneficiaries.models import Deputy, Settlement
from beneficiaries.models.deputy import seat
from beneficiaries.verification import VerificationError
from beneficiaries.views.verify import house_page, verifier_only

SHOWN = 50
PAGES = "beneficiaries/verifikasi"


@require_http_methods(["GET", "POST"])
@verifier_only
def inbox(request):
    """The officer's messages, newest first; a button notes them all as read."""
    if request.method == "POST":
        numbers = [int(number) for number in request.POST.getlist("pesan") if number.isdigit()]
        notifications.read(numbers=numbers, by=request.user)
        return redirect("verifikasi-pesan")
    rows = list(Notification.objects.filter(recipient=request.user)[:SHOWN])
    return render(request, f"{PAGES}/pesan.html", {"rows": rows, "unread": [row for row in rows if not row.read_at]})


@require_http_methods(["GET", "POST"])
@house_page
def send_back(request, case):
    """The RW sends a family back to the RT with a note."""
    if not verification.may_send_back(application=case, by=request.user):
        raise PermissionDenied
    form = NoteForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            verification.send_back(application=case, by=request.user, **form.cleaned_data)
        except VerificationError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("{name} dikembalikan ke RT.").format(name=case.name))
            return redirect("verifikasi")
    return render(request, f"{PAGES}/kembalikan.html", {"case": case, "form": form})


@require_http_methods(["GET", "POST"])
@house_page
def relative(request, case):
    """The officer says that this is the own or a relative's family; somebody else takes it."""
    form = RelationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            kinship.declare(officer=request.user, application=case, by=request.user, **form.cleaned_data)
        except KinshipError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Terima kasih. Petugas lain mengurus keluarga ini."))
            return redirect("verifikasi")
    return render(request, f"{PAGES}/kerabat.html", {"case": case, "form": form})


@require_GET
@verifier_only
def help_page(request):
    """Six pictures and a telephone number; the phone keeps a copy for where there is no network."""
    return render(request, f"{PAGES}/bantuan.html")


@require_http_methods(["GET", "POST"])
@verifier_only
def conflict(request, pk: int):
    """Two answers side by side. An RT or RW may comment; the kelurahan decides."""
    found = conflicts.in_reach(request.user).select_related("application__region", "by")
    event = get_object_or_404(found, pk=pk)
    settled = Settlement.objects.filter(event=event).select_related("by").first()
    form = CommentForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            conflicts.comment(event=event, by=request.user, **form.cleaned_data)
        except ConflictError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Komentar terkirim ke kelurahan."))
            return redirect("verifikasi-beda-jawaban", pk)
    known = list(event.application.verifications.select_related("by"))
    context = {
        "event": event, "case": event.application, "known": known, "lines": conflicts.compare(event, known),
        "settled": settled, "comments": event.comments.select_related("by"), "form": form,
    }  # fmt: skip
    return render(request, f"{PAGES}/beda-jawaban.html", context)


def _seats(user):
    """The own seat, and for an RW those of its RTs."""
    places = Region.objects.for_officer(user).filter(level__in=["rt", "rw"]).order_by("-level", "code")
    return [place for place in places if deputies.may_name(user, place)]


@require_http_methods(["GET", "POST"])
@verifier_only
def stand_in(request):
    """Who stands in for the own seat (an RW: for its RTs too), and a form to name somebody."""
    places = _seats(request.user)
    wanted = request.POST.get("kursi") or request.GET.get("kursi") or request.user.region_id
    place = next((place for place in places if place.pk == wanted), None)
    if place is None:
        raise Http404
    form = DeputyForm(request.POST if request.method == "POST" else None, region=place)
    if form.is_valid():
        try:
            made = deputies.name(region=place, by=request.user, **form.cleaned_data)
        except DeputyError as error:
            form.add_error(None, str(error))
        else:
            told = _("{who} menggantikan {seat}.").format(who=made.deputy.name, seat=made.seat)
            messages.success(request, told)
            return redirect("verifikasi-pengganti")
    current = Deputy.objects.filter(region__in=places, ended_at=None).select_related("deputy", "region")
    context = {
        "form": form, "place": place, "seat": seat(place), "places": [(one, seat(one)) for one in places],
        "current": [row for row in current[:SHOWN] if row.is_open], "own": request.user.stands_in.active(),
    }  # fmt: skip
    return render(request, f"{PAGES}/pengganti.html", context)


@require_POST
@verifier_only
def end_stand_in(request, pk: int):
    """Ends an appointment early."""
    row = get_object_or_404(Deputy.objects.for_officer(request.user), pk=pk)
    try:
        deputies.end(deputy=row, by=request.user)
    except DeputyError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Penunjukan diakhiri."))
    return redirect(reverse("verifikasi-pengganti"))
