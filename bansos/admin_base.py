"""What every admin page of ours shares: Unfold's look and the region scope."""

from unfold.admin import ModelAdmin


class ScopedAdmin(ModelAdmin):
    """Shows an officer only the rows of the own region (`for_officer`)."""

    compressed_fields = True
    list_fullwidth = True
    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request):
        return super().get_queryset(request).for_officer(request.user)


class ReadOnlyAdmin:
    """A mixin for rows that only verbs write."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
