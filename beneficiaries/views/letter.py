"""/surat/: anybody who holds a letter can check that it is genuine; the page tells no more than the paper does.

The file of a letter is made here too, for every page that hands one out.
"""

from functools import partial

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bansos import limits
from bansos.privacy import client_address, short_name
from bansos.views import wait
from beneficiaries import letter_pdf, letters
from beneficiaries.models import Letter


@never_cache
@require_safe
def check(request, code: str):
    """Genuine, revoked or unknown; of the person only "Siti R."."""
    if limits.hit("surat", client_address(request) or "", settings.LOOKUP_ATTEMPTS_PER_ADDRESS, 60):
        return wait(request, _("Banyak orang memakai jaringan ini. Tunggu satu menit, lalu coba lagi."))
    letter = letters.find(code)
    holder = short_name(letter.holder) if letter and letter.holder else ""
    context = {"letter": letter, "holder": holder}
    answer = render(request, "beneficiaries/surat/periksa.html", context, status=200 if letter else 404)
    answer["X-Robots-Tag"] = "noindex, noarchive"
    return answer


def check_address(request, letter: Letter) -> str:
    """Returns the address at which anybody can check the letter."""
    return request.build_absolute_uri(reverse("surat", args=[letter.code]))


def as_file(request, *found: Letter, name: str = "") -> HttpResponse:
    """Returns letters as one PDF; the file's name tells nothing about the person."""
    made = letter_pdf.render(*found, check_address=partial(check_address, request))
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name or "surat-" + found[0].code}.pdf"'
    return answer
