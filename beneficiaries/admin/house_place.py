"""Where an answer was given: that it was noted is seen by many, the place itself only with a reason."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from bansos.admin_base import NotesLists, NotesLooks, ReadOnlyAdmin, ScopedAdmin
from beneficiaries.admin.reveal import RevealAdmin
from beneficiaries.models import HousePlace


@admin.register(HousePlace)
class HousePlaceAdmin(NotesLists, RevealAdmin, NotesLooks, ReadOnlyAdmin, ScopedAdmin):
    look_page = "place_page"
    list_display = ["application", "region", "accuracy", "by", "at"]
    list_applications = ("application_id",)
    list_select_related = ["application", "region", "by"]
    search_fields = ["application__name"]
    search_help_text = _("Cari nama pemohon")
    fields = ["application", "region", "accuracy", "by", "at"]
    secret_fields = {"place": _("Lintang dan bujur, dibulatkan 10 meter")}

    def told_of(self, obj):
        return (obj.application,)
