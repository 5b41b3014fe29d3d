"""Background work in view: running, failed with the reason, done."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from bansos.admin_base import ReadOnlyAdmin, ScopedAdmin
from bansos.models import Job


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin, ScopedAdmin):
    list_display = ["what", "state_label", "done", "message", "created_by", "created_at", "finished_at"]
    list_filter = ["state", "kind"]
    list_select_related = ["region", "created_by"]
    fields = ["what", "region", "period", "state", "done", "message", "attempts", "created_by", "created_at",
              "started_at", "heartbeat_at", "finished_at"]  # fmt: skip
    readonly_fields = fields

    @display(description=_("Pekerjaan"))
    def what(self, job: Job) -> str:
        return job.label

    @display(description=_("Keadaan"), label={"Berjalan": "info", "Selesai": "success", "Gagal": "danger"})
    def state_label(self, job: Job) -> str:
        return job.get_state_display()

    @display(description=_("Kemajuan"))
    def done(self, job: Job) -> str:
        return f"{job.percent}%"
