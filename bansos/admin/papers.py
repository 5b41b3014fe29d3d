"""A page that adds photos or scans to one row, for any admin of ours."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from bansos import attachments

HINT = _("Foto atau PDF, paling banyak 6 berkas. Beberapa lembar boleh difoto satu per satu.")


class PapersForm(forms.Form):
    papers = attachments.FilesField(label=_("Pilih atau seret berkas ke kotak ini"), help_text=HINT, css="drop-file")


class PapersPages:
    """A mixin of ScopedAdmin: `keep_papers` is the row's own verb, `may_add_papers` says who sees the page."""

    opts: Any
    papers_title: Any = _("Tambah lampiran")

    def may_add_papers(self, request, row) -> bool:
        raise NotImplementedError

    def keep_papers(self, *, row, papers: list[attachments.Content], by) -> None:
        """Keeps them; raises a ValueError with one sentence when that cannot be."""
        raise NotImplementedError

    def papers_back(self, row) -> str:
        """Returns the page to go back to: the row's own."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])

    def papers_urls(self) -> list:
        page: Any = self.papers_view
        name = f"{self.opts.app_label}_{self.opts.model_name}_lampiran"
        return [path("<int:pk>/lampiran/", self.admin_site.admin_view(page), name=name)]  # type: ignore[attr-defined]

    def papers_view(self, request, pk: int):
        admin: Any = self
        if not admin.has_view_permission(request):
            raise PermissionDenied
        row = get_object_or_404(admin.get_queryset(request), pk=pk)
        if not self.may_add_papers(request, row):
            raise PermissionDenied
        form = PapersForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
        if form.is_valid():
            try:
                self.keep_papers(row=row, papers=form.cleaned_data["papers"], by=request.user)
            except ValueError as error:
                form.add_error("papers", str(error))
            else:
                messages.success(request, _("Lampiran disimpan."))
                return redirect(self.papers_back(row))
        context = admin.admin_site.each_context(request) | {
            "opts": self.opts, "row": row, "form": form, "title": self.papers_title, "back": self.papers_back(row),
            "papers": attachments.of(row).select_related("uploaded_by"),
        }  # fmt: skip
        return render(request, "admin/bansos/papers.html", context, status=422 if form.errors else 200)
