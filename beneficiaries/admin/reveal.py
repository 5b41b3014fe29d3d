"""A page that shows the full numbers of one row once: asks why, checks who, and leaves the trace."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from bansos import privacy


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Untuk apa?"),
        help_text=_("Contoh: mencocokkan KTP di loket. Alasan Anda dicatat."),
        min_length=5,
        max_length=300,
        validators=[privacy.refuse_number],
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Tulis alasannya, paling sedikit lima huruf."),
            "min_length": _("Tulis alasannya, paling sedikit lima huruf."),
        },
    )


class RevealAdmin:
    """A mixin of ScopedAdmin; `secret_fields` maps the encrypted fields to their labels."""

    secret_fields: dict = {}
    actions_detail = ["open_numbers"]

    def has_reveal_permission(self, request, object_id=None) -> bool:
        return request.user.has_perm("beneficiaries.reveal_identity")

    @action(
        description=_("Buka nomor lengkap"),
        url_path="buka",
        icon="visibility",
        permissions=["reveal"],
    )
    def open_numbers(self, request, object_id):
        """Asks for the reason, then shows the numbers in the answer itself: a reload asks anew."""
        if not self.has_reveal_permission(request):
            raise PermissionDenied
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        form = ReasonForm(request.POST if request.method == "POST" else None)
        shown = []
        if form.is_valid():
            found = privacy.reveal(
                obj=row,
                fields=list(self.secret_fields),
                reason=form.cleaned_data["reason"],
                by=request.user,
                address=privacy.client_address(request),
            )
            shown = [(label, found[field] or "-") for field, label in self.secret_fields.items()]
        return never_cache(TemplateResponse)(
            request,
            "admin/beneficiaries/reveal.html",
            {
                **self.admin_site.each_context(request),
                "title": _("Buka nomor lengkap"),
                "opts": self.opts,
                "row": row,
                "form": form,
                "shown": shown,
                "back": reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk]),
            },
        )
