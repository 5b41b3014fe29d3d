"""Regions and holidays: reference data that the office keeps, also by spreadsheet."""

from django.contrib import admin
from unfold.admin import ModelAdmin

from bansos.admin_base import ScopedAdmin
from bansos.admin_exports import ReferenceExports
from bansos.models import Holiday, Region
from bansos.resources import HolidayResource


@admin.register(Region)
class RegionAdmin(ScopedAdmin):
    list_display = ["code", "label", "level", "postal_code"]
    list_filter = ["level"]
    search_fields = ["code", "name"]
    autocomplete_fields = ["parent"]
    ordering = ["code"]

    def get_readonly_fields(self, request, obj=None):
        return ["code", "parent", "level"] if obj else []

    def has_delete_permission(self, request, obj=None):
        return False  # rows hang on it; the database would refuse


@admin.register(Holiday)
class HolidayAdmin(ModelAdmin, ReferenceExports):
    resource_classes = [HolidayResource]
    list_display = ["on", "name"]
    search_fields = ["name"]
