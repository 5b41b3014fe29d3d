"""A resident complains at /pengaduan/ and keeps the receipt: code, PIN, deadline."""

import uuid

from django.conf import settings
from django.shortcuts import redirect, render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bansos import limits, passes
from bansos.privacy import client_address
from feedback import complaints
from feedback.forms import ComplaintForm
from feedback.models import Complaint

RECEIPT_SECONDS = 15 * 60  # time to write it down or print it; afterwards nobody can see the PIN again


@never_cache
@require_http_methods(["GET", "POST"])
def submit(request):
    """The form; after it the receipt, also for a second press of the button."""
    asked = request.GET.get("jenis", "")
    initial = {"category": asked} if asked in Complaint.Category.values else {}
    form = ComplaintForm(request.POST or None, initial=initial)
    if request.method != "POST" or not form.is_valid():
        return render(request, "feedback/pengaduan.html", {"form": form})
    if limits.hit("pengaduan-baru", client_address(request) or "", settings.COMPLAINTS_PER_ADDRESS, 3600):
        form.add_error(None, _("Terlalu banyak laporan dari jaringan ini. Coba lagi satu jam lagi."))
        return render(request, "feedback/pengaduan.html", {"form": form}, status=429)
    values = form.cleaned_data | {"form_key": form.cleaned_data["form_key"] or uuid.uuid4()}
    complaint, pin = complaints.submit(**values)
    token = salted_hmac("feedback.receipt", values["form_key"].hex, algorithm="sha256").hexdigest()[:32]
    passes.issue("bukti", (complaint.pk, pin), RECEIPT_SECONDS, token)
    return redirect("pengaduan-bukti", token)


@never_cache
@require_http_methods(["GET", "POST"])
def receipt(request, token: str):
    """The code and the PIN, for a quarter of an hour or until "Selesai"."""
    if request.method == "POST":
        passes.revoke("bukti", token)
        return redirect("pengaduan-lacak")
    held = passes.read("bukti", token)
    if held is None:
        return render(request, "feedback/tutup.html", status=410)
    complaint = Complaint.objects.select_related("region").get(pk=held[0])
    verified_on = complaints.verify_by(complaint)
    context = {"complaint": complaint, "pin": held[1], "verified_on": verified_on}
    return render(request, "feedback/bukti.html", context)
