"""What every admin page of ours shares: Unfold's look and the region scope."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from bansos.fields import RupiahField
from bansos.privacy import note_list, note_page
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


class NotesLists:
    """A mixin of ModelAdmin whose list names people: who was shown which family or application is on record.

    The two say where a row holds the number of a family and of an application ("household_id").
    """

    list_families: tuple[str, ...] = ()
    list_applications: tuple[str, ...] = ()
    opts: Any

    def changelist_view(self, request, extra_context=None):
        answer = super().changelist_view(request, extra_context)
        if shown := (getattr(answer, "context_data", None) or {}).get("cl"):
            words = _("Daftar %(rows)s") % {"rows": self.opts.verbose_name_plural}
            named = self.named_by(list(shown.result_list))
            note_list(request, subject=f"{self.opts.label_lower}:daftar", what=words, **named)
        return answer

    def named_by(self, rows: list) -> dict[str, set[int]]:
        """Returns the numbers of the families and of the applications that these rows of the list name."""
        return {
            "families": numbers_at(rows, *self.list_families),
            "applications": numbers_at(rows, *self.list_applications),
        }


def numbers_at(rows: Iterable, *paths: str) -> set[int]:
    """Returns the numbers that stand at these places of the rows ("appeal.application_id"), where any do."""
    rows = list(rows)
    return {number for path in paths for row in rows if (number := _at(row, path))}


def _at(row, path: str) -> int | None:
    """Returns what stands at "person.household_id" of a row; None where there is no person."""
    for name in path.split("."):
        row = row and getattr(row, name)
    return row


class ReadOnlyAdmin:
    """A mixin for rows that only verbs write."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
