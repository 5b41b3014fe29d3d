"""/surat/: anybody who holds a letter can check that it is genuine; the page tells no more than the paper does."""

from django.conf import settings
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bansos import limits
from bansos.privacy import client_address, short_name
from bansos.views import wait
from beneficiaries import letters


@never_cache
@require_safe
def check(request, code: str):
    """Genuine, revoked or unknown; of the person only "Siti R."."""
    if limits.hit("surat", client_address(request) or "", settings.LOOKUP_ATTEMPTS_PER_ADDRESS, 60):
        return wait(request, _("Banyak orang memakai jaringan ini. Tunggu satu menit, lalu coba lagi."))
    letter = letters.find(code)
    holder = short_name(letter.content["holder"]) if letter else ""
    context = {"letter": letter, "holder": holder}
    answer = render(request, "beneficiaries/surat/periksa.html", context, status=200 if letter else 404)
    answer["X-Robots-Tag"] = "noindex, noarchive"
    return answer
