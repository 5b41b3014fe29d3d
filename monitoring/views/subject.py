"""The officer gives a resident the copy of their data: asks why, records it, and answers with the file itself."""

from django import forms
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from bansos.privacy import client_address, refuse_number
from beneficiaries.models import Person
from monitoring import subject_access


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Siapa yang meminta, dan dengan bukti apa?"),
        help_text=_("Contoh: datang sendiri dengan KTP. Alasan Anda dicatat."),
        min_length=5,
        max_length=300,
        validators=[refuse_number],
        error_messages={
            "required": _("Tulis alasannya, paling sedikit lima huruf."),
            "min_length": _("Tulis alasannya, paling sedikit lima huruf."),
        },
    )


@login_required
@permission_required("beneficiaries.reveal_identity", raise_exception=True)
@never_cache
def give(request, person_id: int):
    """Shows the question; a POST with a reason answers with the ZIP."""
    person = get_object_or_404(Person.objects.for_officer(request.user).select_related("region"), pk=person_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        body = subject_access.package(
            person=person, reason=form.cleaned_data["reason"], by=request.user, address=client_address(request)
        )
        headers = {"Content-Disposition": f'attachment; filename="salinan-data-{person.pk}.zip"'}
        return HttpResponse(body, content_type="application/zip", headers=headers)
    return render(request, "monitoring/salinan_data.html", {"person": person, "form": form})
