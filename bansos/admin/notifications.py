"""The log of messages: to officers and to families. What waits for oneself stands on the first page."""

from django.contrib import admin
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import display

from bansos import notifications
from bansos.admin_base import ReadOnlyAdmin, ScopedAdmin
from bansos.models import Notification


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin, ScopedAdmin):
    list_display = ["created_at", "told_to", "kind", "sentence", "read_at"]
    list_filter = ["kind"]
    list_select_related = ["recipient"]
    fields = ["recipient", "kind", "sentence", "region", "created_at", "read_at"]

    @display(description=_("Untuk"), ordering="recipient")
    def told_to(self, row):
        return row.recipient or _("Pemohon")

    def get_urls(self):
        view = self.admin_site.admin_view(require_POST(self.read_view))
        return [path("baca/", view, name="bansos_notification_baca"), *super().get_urls()]

    def read_view(self, request):
        """Notes that the officer has read the messages of the first page."""
        numbers = [int(number) for number in request.POST.getlist("pesan") if number.isdigit()]
        notifications.read(numbers=numbers, by=request.user)
        return redirect("admin:index")
