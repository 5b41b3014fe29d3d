"""What every admin page of ours shares: Unfold's look and the region scope."""

from typing import Any

from unfold.admin import ModelAdmin

from bansos.fields import RupiahField
from bansos.privacy import note_page
from bansos.templatetags.look import rupiah


class ShowsRupiah:
    """A mixin that shows each RupiahField as Rp60.000.000 wherever it cannot be edited."""

    opts: Any

    @property
    def readonly_preprocess_fields(self) -> dict:
        return {field.name: _in_rupiah for field in self.opts.fields if isinstance(field, RupiahField)}


def _in_rupiah(contents: str) -> str:
    """Unfold hands over the figure as text, or the sign for an empty one."""
    return rupiah(int(contents)) if contents.lstrip("-").isdigit() else contents


class ScopedAdmin(ShowsRupiah, ModelAdmin):
    """Shows an officer only the rows of the own region (`for_officer`)."""

    compressed_fields = True
    list_fullwidth = True
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request):
        return super().get_queryset(request).for_officer(request.user)


class NotesLooks:
    """A mixin of ModelAdmin for rows that tell of a person: who opens the page of one is on record."""

    look_page = "page"  # of `DataAccess.LABELS`

    def told_of(self, obj) -> tuple:
        """Returns the rows whose data the page shows."""
        return (obj,)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj:
            note_page(request, *self.told_of(obj), page=self.look_page)
        return super().render_change_form(request, context, add, change, form_url, obj)


class ReadOnlyAdmin:
    """A mixin for rows that only verbs write."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
