"""A resident asks at /cek-status/ and reads the answer at an address that lives five minutes."""

import base64
import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.csp import CSP
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.cache import never_cache
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_http_methods, require_POST

from bansos import codes, limits, passes
from bansos.privacy import client_address, short_name
from bansos.views import wait
from beneficiaries import appeal_families, appeals, endings, letters
from beneficiaries.applications import ApplicationError
from beneficiaries.models import Application, Letter, Person
from beneficiaries.models.application import OPEN_STATUSES
from beneficiaries.models.letter import LetterKind
from beneficiaries.views.letter import as_file
from distribution import status
from distribution.lookup import CodeForm, IdentityForm, TooManyGuesses
from distribution.taking_back import WhyForm

PASS_SECONDS = 5 * 60
# What a family downloads here: the button of each letter.
LETTERS: dict[str, Any] = {
    LetterKind.KEPUTUSAN: _l("Unduh surat keputusan"),
    LetterKind.JAWABAN: _l("Unduh surat jawaban keberatan"),
    LetterKind.PEMBERITAHUAN: _l("Unduh surat pemberitahuan"),
}
# Each page is one request, so that a slow network is waited for once: its style stands in it, allowed by its hash.
LOOK = (settings.BASE_DIR / "static" / "look.css").read_text()
_HASH = base64.b64encode(hashlib.sha256(LOOK.encode()).digest()).decode()
LOOK_CSP: dict[str, Any] = settings.SECURE_CSP | {"style-src": [CSP.SELF, f"'sha256-{_HASH}'"]}


@csp_override(LOOK_CSP)
@never_cache
@require_http_methods(["GET", "POST"])
def ask(request):
    """The two forms. Whatever does not match gets the same answer."""
    context = _asked(request)
    if request.method != "POST":
        return render(request, "distribution/cek_status/cek.html", context)
    found = _found(request, context["form"])
    if isinstance(found, HttpResponse):
        return found
    if not context["form"].is_valid():
        return render(request, "distribution/cek_status/cek.html", context)
    if found is None:
        context["identity_form"] = IdentityForm()  # NIK and KK are not written back
        return render(request, "distribution/cek_status/cek.html", context | {"unmatched": True})
    return redirect("cek-status-hasil", passes.issue("cek", found, PASS_SECONDS))


def _asked(request, code: str = "") -> dict[str, Any]:
    """Returns the two forms, the one that was sent and which that is; `code` stands in the first until it is sent."""
    by_identity = "nik" in request.POST
    sent = by_identity or "kode" in request.POST
    bound = request.method == "POST" and not by_identity and (sent or not code)
    code_form = CodeForm(request.POST if bound else None, initial={"kode": codes.pretty(code)})
    identity = IdentityForm(request.POST if by_identity else None)
    return {
        "code_form": code_form, "identity_form": identity, "form": identity if by_identity else code_form,
        "by_identity": by_identity, "look": LOOK, "sent": sent,
    }  # fmt: skip


def _found(request, form) -> tuple[str, int] | HttpResponse | None:
    """Returns what the answers of one of the two forms belong to, or None; or the page that asks to wait."""
    if limits.hit("cek", client_address(request) or "", settings.LOOKUP_ATTEMPTS_PER_ADDRESS, 60):
        return wait(request, _("Banyak orang memakai jaringan ini. Tunggu satu menit, lalu coba lagi."))
    try:
        return form.find() if form.is_valid() else None
    except TooManyGuesses:
        return wait(request, _("Terlalu banyak jawaban keliru. Tunggu satu jam, lalu coba lagi."))


@csp_override(LOOK_CSP)
@never_cache
@require_http_methods(["GET", "POST"])
def result(request, token: str):
    """The answer, until five minutes are over or the person presses "Selesai"."""
    if request.method == "POST":
        passes.revoke("cek", token)
        return redirect("cek-status")
    found = passes.read("cek", token)
    if found is None:
        return render(request, "distribution/cek_status/tutup.html", {"look": LOOK}, status=410)
    of = _case(found)
    case = status.of(of) if isinstance(of, Application) else status.of_person(of)
    ready = [(kind, LETTERS[kind]) for kind in _letters(of)]
    context = {"case": case, "look": LOOK, "token": token, "letters": ready} | _take_back(of)
    return render(request, "distribution/cek_status/hasil.html", context)


def _take_back(case: Application | Person) -> dict[str, Any]:
    """Says whether the family may take its application back here, or why not while it is open."""
    if not isinstance(case, Application) or case.status not in OPEN_STATUSES:
        return {}
    why_not = endings.why_not_take_back(case)
    return {"may_take_back": not why_not, "why_not_take_back": why_not}


@csp_override(LOOK_CSP)
@never_cache
@require_http_methods(["GET", "POST"])
def take_back(request, token: str):
    """Two steps: why, and then once more code and birth date, or NIK and KK. The pass alone takes nothing back."""
    found = passes.read("cek", token)
    if found is None:
        return render(request, "distribution/cek_status/tutup.html", {"look": LOOK}, status=410)
    case = _case(found)
    if not isinstance(case, Application):
        raise Http404
    if endings.why_not_take_back(case):
        return redirect("cek-status-hasil", token)
    why = WhyForm(request.POST if request.method == "POST" else None)
    context = _asked(request, case.code) | {"why": why, "token": token, "who": short_name(case.name)}
    if not why.is_valid():
        return render(request, "distribution/cek_status/batal.html", context)
    passes.issue("cek", found, PASS_SECONDS, token)  # time to find the paper or the KK
    if not context["sent"]:
        return render(request, "distribution/cek_status/batal-pasti.html", context)
    again = _found(request, context["form"])
    if isinstance(again, HttpResponse):
        return again
    if again != found:
        if context["form"].is_valid():
            context |= {"identity_form": IdentityForm(), "unmatched": True}
        return render(request, "distribution/cek_status/batal-pasti.html", context)
    try:
        endings.take_back(application=case, why=why.cleaned_data["why"])
    except ApplicationError:
        pass  # it has moved on meanwhile: the result says where
    return redirect("cek-status-hasil", token)


def _case(found: tuple[str, int]) -> Application | Person:
    """Returns the application or the person behind a pass."""
    kind, number = found
    if kind == "application":
        return Application.objects.select_related("household", "submitted_by").get(pk=number)
    return Person.objects.select_related("household").get(pk=number)


def _letters(case: Application | Person) -> dict[str, Callable[[], Letter]]:
    """Returns the kinds of letters that wait for the family of this case, each with the verb that gives it."""
    ready: dict[str, Callable[[], Letter]] = {}
    if isinstance(case, Application):
        if letters.is_decided(case):
            ready[LetterKind.KEPUTUSAN] = partial(letters.own_decision, application=case)
        if appeals.answered(case):
            ready[LetterKind.JAWABAN] = partial(letters.own_answer, application=case)
    if spoken := appeal_families.answered_about(case):
        ready[LetterKind.PEMBERITAHUAN] = partial(letters.to_family, appeal=spoken)
    return ready


@never_cache
@require_POST
def letter(request, token: str):
    """A letter for the family behind a pass, as PDF: its decision, the answer to its appeal, or the news of one."""
    found = passes.read("cek", token)
    if found is None:
        return render(request, "distribution/cek_status/tutup.html", {"look": LOOK}, status=410)
    issue = _letters(_case(found)).get(request.POST.get("surat", LetterKind.KEPUTUSAN))
    if issue is None:
        raise Http404
    return as_file(request, issue())
