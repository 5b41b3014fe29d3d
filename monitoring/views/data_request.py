"""`/hak-data/`: what is kept and who sees it, and a resident's requests about the own data with their 3 x 24 hours."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bansos import limits, passes
from bansos.privacy import client_address
from bansos.views import wait
from beneficiaries.models import Application, Person
from distribution.lookup import IdentityForm, TooManyGuesses
from monitoring import data_requests, retention
from monitoring.data_request_forms import CodeForm, RequestForm
from monitoring.data_requests import DataRequestError
from monitoring.models import DataRequest

PASS_SECONDS = 15 * 60  # long enough to write; renewed by every look
ROWS = {"person": ("person", "household"), "application": ("application",)}


@never_cache
@require_http_methods(["GET", "POST"])
def start(request):
    """The page, and the two forms by which a person is known. Whatever does not match gets the same answer."""
    by_identity = "nik" in request.POST
    form = CodeForm(None if by_identity else request.POST or None)
    identity = IdentityForm(request.POST if by_identity else None)
    sent = identity if by_identity else form
    context = {"code_form": form, "identity_form": identity, "form": sent, "by_identity": by_identity}
    context["rules"] = retention.in_force(timezone.localdate())
    page = "monitoring/hak_data/hak_data.html"
    if request.method != "POST":
        return render(request, page, context)
    if limits.hit("cek", client_address(request) or "", settings.LOOKUP_ATTEMPTS_PER_ADDRESS, 60):
        return wait(request, _("Banyak orang memakai jaringan ini. Tunggu satu menit, lalu coba lagi."))
    if not sent.is_valid():
        return render(request, page, context)
    try:
        found = sent.find()
    except TooManyGuesses:
        return wait(request, _("Terlalu banyak jawaban keliru. Tunggu satu jam, lalu coba lagi."))
    if found is None:
        context["identity_form"] = IdentityForm()  # NIK and KK are not written back
        return render(request, page, context | {"unmatched": True})
    return redirect("hak-data-permintaan", passes.issue("hak-data", found, PASS_SECONDS))


@never_cache
@require_http_methods(["GET", "POST"])
def requests(request, token: str):
    """The person's requests with what became of them, and the form for another."""
    found = passes.read("hak-data", token)
    if found is None:
        return render(request, "monitoring/hak_data/tutup.html", status=410)
    if request.POST.get("act") == "tutup":
        passes.revoke("hak-data", token)
        return redirect("hak-data")
    passes.issue("hak-data", found, PASS_SECONDS, token)
    subject = _subject(*found)
    form = RequestForm(request.POST or None, rows=ROWS[found[0]])
    if request.method == "POST" and form.is_valid():
        try:
            made = data_requests.submit(**subject, **form.cleaned_data)
        except DataRequestError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Permintaan kami terima. Nomor bukti Anda %(code)s.") % {"code": made})
            return redirect("hak-data-permintaan", token)
    rows = list(data_requests.of(**subject))
    context = {
        "form": form,
        "rows": rows,
        "open": DataRequest.Status.DITERIMA,
        "name": next(row for row in subject.values() if row).name,
    }
    return render(request, "monitoring/hak_data/permintaan.html", context)


def _subject(kind: str, number: int) -> dict:
    """Returns whom a pass is about, as the verbs take it."""
    person = Person.objects.select_related("household").get(pk=number) if kind == "person" else None
    application = Application.objects.get(pk=number) if kind == "application" else None
    return {"person": person, "application": application}
