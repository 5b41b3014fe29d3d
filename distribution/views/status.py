"""A resident asks at /cek-status/ and reads the answer at an address that lives five minutes."""

import base64
import hashlib
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.csp import CSP
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_http_methods, require_POST

from bansos import limits, passes
from bansos.privacy import client_address
from bansos.views import wait
from beneficiaries import appeals, letter_pdf, letters
from beneficiaries.models import Application, Person
from beneficiaries.models.letter import LetterKind
from distribution import status
from distribution.lookup import CodeForm, IdentityForm, TooManyGuesses

PASS_SECONDS = 5 * 60
# Each page is one request, so that a slow network is waited for once: its style stands in it, allowed by its hash.
LOOK = (settings.BASE_DIR / "static" / "look.css").read_text()
_HASH = base64.b64encode(hashlib.sha256(LOOK.encode()).digest()).decode()
LOOK_CSP: dict[str, Any] = settings.SECURE_CSP | {"style-src": [CSP.SELF, f"'sha256-{_HASH}'"]}


@csp_override(LOOK_CSP)
@never_cache
@require_http_methods(["GET", "POST"])
def ask(request):
    """The two forms. Whatever does not match gets the same answer."""
    by_identity = "nik" in request.POST
    form = CodeForm(None if by_identity else request.POST or None)
    identity = IdentityForm(request.POST if by_identity else None)
    sent = identity if by_identity else form
    context = {"code_form": form, "identity_form": identity, "form": sent, "by_identity": by_identity}
    context["look"] = LOOK
    if request.method != "POST":
        return render(request, "distribution/cek_status/cek.html", context)
    if limits.hit("cek", client_address(request) or "", settings.LOOKUP_ATTEMPTS_PER_ADDRESS, 60):
        return wait(request, _("Banyak orang memakai jaringan ini. Tunggu satu menit, lalu coba lagi."))
    if not sent.is_valid():
        return render(request, "distribution/cek_status/cek.html", context)
    try:
        found = sent.find()
    except TooManyGuesses:
        return wait(request, _("Terlalu banyak jawaban keliru. Tunggu satu jam, lalu coba lagi."))
    if found is None:
        context["identity_form"] = IdentityForm()  # NIK and KK are not written back
        return render(request, "distribution/cek_status/cek.html", context | {"unmatched": True})
    return redirect("cek-status-hasil", passes.issue("cek", found, PASS_SECONDS))


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
    kind, number = found
    if kind == "application":
        application = Application.objects.select_related("household", "submitted_by").get(pk=number)
        case, has_letter = status.of(application), letters.is_decided(application)
        has_answer = appeals.answered(application) is not None
    else:
        case, has_letter = status.of_person(Person.objects.select_related("household").get(pk=number)), False
        has_answer = False
    context = {"case": case, "look": LOOK, "letter": has_letter and token, "answer_letter": has_answer and token}
    return render(request, "distribution/cek_status/hasil.html", context)


@never_cache
@require_POST
def letter(request, token: str):
    """The decision letter of the case behind a pass, or with `surat=jawaban` the answer to its appeal, as PDF."""
    found = passes.read("cek", token)
    if found is None or found[0] != "application":
        return render(request, "distribution/cek_status/tutup.html", {"look": LOOK}, status=410)
    try:
        own = letters.own_answer if request.POST.get("surat") == LetterKind.JAWABAN else letters.own_decision
        made = own(application=Application.objects.get(pk=found[1]))
    except letters.LetterError:
        raise Http404 from None
    address = request.build_absolute_uri(reverse("surat", args=[made.code]))
    answer = HttpResponse(letter_pdf.render(made, check_address=address), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="surat-{made.code}.pdf"'
    return answer
