"""Reference data by spreadsheet: what comes in is a choice of formats, what goes out is logged and marked."""

from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportModelAdmin
from import_export.formats.base_formats import XLSX
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from bansos import exports
from bansos.admin_filters import in_words
from bansos.privacy import client_address

TAKEN = _("Mengunduh daftar acuan")


class ReferenceExports(ImportExportModelAdmin):
    """A ModelAdmin whose rows name no resident. The file is XLSX, since the mark must not stand among the rows."""

    export_formats = [XLSX]
    import_form_class, export_form_class = ImportForm, ExportForm
    opts: Any

    def get_export_data(self, file_format, request, queryset, **kwargs):
        body = super().get_export_data(file_format, request, queryset, **kwargs)
        told = {
            "rows": self.opts.verbose_name_plural,
            "filter": in_words(self.get_changelist_instance(request)),
        }
        stamp = exports.record_plain(
            by=request.user, subject=f"{self.opts.label_lower}:unduhan", fields="reference", rows=queryset.count(),
            what=_t("Daftar %(rows)s: %(filter)s") % told, reason=TAKEN, address=client_address(request),
        )  # fmt: skip
        return exports.marked(body, stamp)
