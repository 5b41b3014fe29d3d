"""Surat in the admin: the list, issuing one about an application, the file, and revoking."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from bansos.admin_base import NotesLists, ReadOnlyAdmin, ScopedAdmin
from bansos.privacy import note_page
from beneficiaries import letter_texts, letters
from beneficiaries.letters import ISSUE, LetterError
from beneficiaries.models import Application, Letter
from beneficiaries.models.letter import LetterKind
from beneficiaries.views.letter import as_file, check_address

FOLDER = "admin/beneficiaries/letter"


def details_form(kind: LetterKind) -> type[forms.Form]:
    """Returns the form that asks what a letter of this kind needs beyond the application."""
    widgets = {"statement": UnfoldAdminTextareaWidget({"rows": 4})}
    fields = {
        name: forms.CharField(
            label=question,
            max_length=letter_texts.LONGEST,
            widget=widgets.get(name) or UnfoldAdminTextInputWidget(),
            error_messages={"required": letter_texts.DETAIL_MISSING % {"question": question}},
        )
        for name, question in letter_texts.QUESTIONS[kind].items()
    }
    return type("DetailsForm", (forms.Form,), fields)


class RevokeForm(forms.Form):
    """Why a letter no longer counts."""

    reason = forms.CharField(
        label=_("Alasan dicabut"),
        help_text=_("Contoh: nama yang diberi kuasa keliru."),
        max_length=300,
        widget=UnfoldAdminTextInputWidget(),
        error_messages={"required": letters.REASON_MISSING},
    )


@admin.register(Letter)
class LetterAdmin(NotesLists, ReadOnlyAdmin, ScopedAdmin):
    list_display = ["number", "state", "kind", "holder", "region", "issued_at"]
    list_applications = ("application_id", "appeal.application_id")
    list_filter = ["kind", "year"]
    list_select_related = ["region", "appeal"]
    search_fields = ["number", "content__holder"]
    search_help_text = _("Cari nomor surat atau nama.")

    @display(description=_("Atas nama"), ordering="content__holder")
    def holder(self, letter):
        return letter.holder or "-"

    @display(description=_("Keadaan"), label={"berlaku": "success", "dicabut": "danger"})
    def state(self, letter):
        return ("dicabut", _("Dicabut")) if letter.revoked_at else ("berlaku", _("Berlaku"))

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path(
                "terbitkan/<int:application_pk>/<str:kind>/", view(self.issue_view), name="beneficiaries_letter_issue"
            ),
            path("<int:pk>/unduh/", view(self.download_view), name="beneficiaries_letter_download"),
            path("<int:pk>/cabut/", view(self.revoke_view), name="beneficiaries_letter_revoke"),
            *super().get_urls(),
        ]

    def _letter(self, request, pk: int, permission: str = "") -> Letter:
        """Returns a letter of the officer's region; 404 for any other."""
        if not self.has_view_permission(request) or (permission and not request.user.has_perm(permission)):
            raise PermissionDenied
        related = ("region", "application__region", "appeal__region", "guest", "issued_by", "revoked_by")
        return get_object_or_404(self.get_queryset(request).select_related(*related), pk=pk)

    def _page(self, request, name: str, **more):
        form = more.get("form")
        context = self.admin_site.each_context(request) | {"opts": self.opts, **more}
        return render(request, f"{FOLDER}/{name}.html", context, status=422 if form and form.errors else 200)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The page of one letter."""
        if not object_id.isdigit():
            raise Http404
        letter = self._letter(request, int(object_id))
        may_revoke = request.user.has_perm(ISSUE) and letter.revoked_at is None
        _note(request, letter)
        return self._page(
            request, "detail", letter=letter, title=letter.number, may_revoke=may_revoke,
            check_address=check_address(request, letter),
        )  # fmt: skip

    def issue_view(self, request, application_pk: int, kind: str):
        """Asks what the letter needs, then issues it."""
        if not request.user.has_perm(ISSUE):
            raise PermissionDenied
        if kind not in letter_texts.QUESTIONS:
            raise Http404
        rows = Application.objects.for_officer(request.user).select_related("region")
        case, kind = get_object_or_404(rows, pk=application_pk), LetterKind(kind)
        form = details_form(kind)(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                made = letters.issue(application=case, kind=kind, details=form.cleaned_data, by=request.user)
            except LetterError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Surat %(number)s terbit.") % {"number": made.number})
                return redirect("admin:beneficiaries_letter_change", made.pk)
        return self._page(request, "terbitkan", case=case, kind=kind, form=form, title=kind.label)

    def download_view(self, request, pk: int):
        """The letter as PDF."""
        letter = self._letter(request, pk)
        _note(request, letter)
        return as_file(request, letter)

    def revoke_view(self, request, pk: int):
        """Asks why, then revokes."""
        letter = self._letter(request, pk, ISSUE)
        form = RevokeForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                letters.revoke(letter=letter, by=request.user, **form.cleaned_data)
            except LetterError as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, _("Surat dicabut. Siapa pun yang memeriksanya membaca itu."))
                return redirect("admin:beneficiaries_letter_change", pk)
        return self._page(request, "cabut", letter=letter, form=form, title=letter.number)


def _note(request, letter: Letter) -> None:
    note_page(request, letter.application, letter.appeal, page="letter_page")
