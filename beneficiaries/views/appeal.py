"""/keberatan/: a family objects to the decision about it, one question a page; a neighbour speaks about another.

The right code and birth date open a pass of a quarter of an hour that keeps the answers; nothing is stored before
the last page is sent.
"""

import uuid
from functools import wraps

from django.conf import settings
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from bansos import attachments, limits, passes
from bansos.privacy import client_address, short_name
from beneficiaries import appeals, letters
from beneficiaries.appeal_forms import AnswerForm, EvidenceForm, GroundForm, NeighbourForm, StartForm, StoryForm
from beneficiaries.models import Appeal, Application
from beneficiaries.views.letter import as_file

PASS_SECONDS = 15 * 60
HOUR = 3600
SENT_PER_ADDRESS = 30  # neighbours' appeals an hour; a carrier puts many people behind one address
FOLDER = "beneficiaries/keberatan"


def _wait(request, sentence: str):
    return render(request, "bansos/tunggu.html", {"sentence": sentence}, status=429)


@never_cache
@require_http_methods(["GET", "POST"])
def start(request):
    """The form for code and birth date. Whatever does not match gets the same answer."""
    form = StartForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return render(request, f"{FOLDER}/mulai.html", {"form": form})
    if limits.hit("keberatan", client_address(request) or "", settings.LOOKUP_ATTEMPTS_PER_ADDRESS, 60):
        return _wait(request, _("Banyak orang memakai jaringan ini. Tunggu satu menit, lalu coba lagi."))
    if not form.is_valid():
        return render(request, f"{FOLDER}/mulai.html", {"form": form})
    # One count with /cek-status/: the same pair is guessed at either door.
    if limits.hit("cek-kode", form.cleaned_data["code"], settings.LOOKUP_ATTEMPTS_PER_CODE, HOUR):
        return _wait(request, _("Terlalu banyak jawaban keliru. Tunggu satu jam, lalu coba lagi."))
    found = form.find()
    if found is None:
        return render(request, f"{FOLDER}/mulai.html", {"form": form, "unmatched": True})
    limits.forget("cek-kode", form.cleaned_data["code"])
    if appeals.open_to(found) is None:
        return render(request, f"{FOLDER}/tidak-bisa.html", {"sentence": appeals.why_not(found)})
    held = {"application": found.pk, "form_key": uuid.uuid4()}
    return redirect("keberatan-alasan", passes.issue("keberatan", held, PASS_SECONDS))


def with_case(view):
    """Gives a page what the pass holds and its application; the pass lives on with every page."""

    @never_cache
    @require_http_methods(["GET", "POST"])
    @wraps(view)
    def page(request, token: str):
        held = passes.read("keberatan", token)
        if held is None:
            return render(request, f"{FOLDER}/tutup.html", status=410)
        case = Application.objects.select_related("region", "household").get(pk=held["application"])
        return view(request, token, held, case)

    return page


def _keep(token: str, held: dict, **answers) -> None:
    passes.issue("keberatan", held | answers, PASS_SECONDS, token)


def _page(request, name: str, token: str, case: Application, **more):
    context = {"token": token, "case": case, "who": short_name(case.name), "decision": appeals.contested(case)}
    return render(request, f"{FOLDER}/{name}.html", context | more)


@with_case
def ground(request, token: str, held: dict, case: Application):
    """Question 1: why."""
    form = GroundForm(request.POST if request.method == "POST" else None, initial=held)
    if form.is_valid():
        _keep(token, held, **form.cleaned_data)
        return redirect("keberatan-cerita", token)
    return _page(request, "alasan", token, case, form=form)


@with_case
def story(request, token: str, held: dict, case: Application):
    """Question 2: the story, which may stay empty."""
    if "ground" not in held:
        return redirect("keberatan-alasan", token)
    form = StoryForm(request.POST if request.method == "POST" else None, initial=held)
    if form.is_valid():
        _keep(token, held, **form.cleaned_data)
        return redirect("keberatan-periksa", token)
    return _page(request, "cerita", token, case, form=form)


@with_case
def check(request, token: str, held: dict, case: Application):
    """The answers once more, with room for a photo or a paper; sent from here."""
    if "story" not in held:
        return redirect("keberatan-cerita", token)
    answers = {"ground": held["ground"], "story": held["story"]}
    form = EvidenceForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid():
        try:
            made = appeals.submit(application=case, form_key=held["form_key"], **answers | form.cleaned_data)
        except appeals.AppealError as error:
            return render(request, f"{FOLDER}/tidak-bisa.html", {"sentence": str(error)})
        return _receipt_of(made)
    shown = answers | {"ground": Appeal.Ground(held["ground"]).label, "form": form}
    return _page(request, "periksa", token, case, **shown)


def _receipt_of(made: Appeal):
    return redirect("keberatan-bukti", passes.issue("keberatan-bukti", made.pk, PASS_SECONDS))


@never_cache
@require_http_methods(["GET", "POST"])
def receipt(request, token: str):
    """The number of the appeal and the day of the answer, for a quarter of an hour or until "Selesai"."""
    if request.method == "POST":
        passes.revoke("keberatan-bukti", token)
        return redirect("beranda")
    number = passes.read("keberatan-bukti", token)
    if number is None:
        return render(request, f"{FOLDER}/tutup.html", status=410)
    made = Appeal.objects.select_related("region").get(pk=number)
    return render(request, f"{FOLDER}/bukti.html", {"appeal": made, "papers": attachments.of(made).count()})


@never_cache
@require_http_methods(["GET", "POST"])
def neighbour(request):
    """A neighbour of the same kelurahan about another family: one page, then the receipt."""
    form = NeighbourForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid():
        if limits.hit("keberatan-warga", client_address(request) or "", SENT_PER_ADDRESS, HOUR):
            return _wait(request, _("Terlalu banyak keberatan dari jaringan ini. Coba lagi satu jam lagi."))
        try:
            return _receipt_of(form.appeal())
        except appeals.AppealError as error:
            form.add_error(None, str(error))
    return render(request, f"{FOLDER}/warga-lain.html", {"form": form})


@never_cache
@require_http_methods(["GET", "POST"])
def answer(request):
    """What the kecamatan has answered to a neighbour, by the number of the appeal; it names nobody."""
    form = AnswerForm(request.POST if request.method == "POST" else None)
    found = None
    if form.is_valid():
        if limits.hit("keberatan", client_address(request) or "", settings.LOOKUP_ATTEMPTS_PER_ADDRESS, 60):
            return _wait(request, _("Banyak orang memakai jaringan ini. Tunggu satu menit, lalu coba lagi."))
        found = appeals.answered_to_neighbour(form.cleaned_data["code"])
        if found is None:
            form.add_error("code", _("Nomor ini tidak kami kenal. Periksa lagi, atau datang ke kantor kecamatan."))
    late = found is not None and appeals.is_late(found, timezone.localdate())
    return render(request, f"{FOLDER}/jawaban.html", {"form": form, "appeal": found, "late": late})


@never_cache
@require_POST
def answer_letter(request):
    """The letter that answers a neighbour, by the number of the appeal; a number without one leads to the question."""
    form = AnswerForm(request.POST)
    if limits.hit("keberatan", client_address(request) or "", settings.LOOKUP_ATTEMPTS_PER_ADDRESS, 60):
        return _wait(request, _("Banyak orang memakai jaringan ini. Tunggu satu menit, lalu coba lagi."))
    found = appeals.answered_to_neighbour(form.cleaned_data["code"]) if form.is_valid() else None
    try:
        return as_file(request, letters.to_neighbour(appeal=found)) if found else redirect("keberatan-jawaban")
    except letters.LetterError:
        return redirect("keberatan-jawaban")
