"""Penugasan RT/RW: who has how much, what is late, what conflicts, and handing a seat's tasks to a deputy."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from bansos.models import Region
from beneficiaries import deputies, workload

BROADEST = ("kecamatan", "kelurahan", "rw")


class AssignmentPages:
    """A mixin of the applications' ModelAdmin with `penugasan/`."""

    def get_urls(self):
        page = path("penugasan/", self.admin_site.admin_view(self.assignments), name="beneficiaries_penugasan")
        return [page, *super().get_urls()]

    def assignments(self, request):
        """The work of each RW and RT inside the officer's region, or inside the chosen part of it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        own = Region.objects.for_officer(request.user)
        top = own.filter(level__in=BROADEST).order_by("code").first()
        place = own.filter(code=request.GET.get("tempat") or (top.pk if top else "")).first()
        if top is None or place is None:
            raise Http404
        shown = workload.of(region=place)
        context = self.admin_site.each_context(request) | {
            "opts": self.opts, "title": _("Penugasan RT dan RW"), "place": place, "few": workload.FEW,
            "places": _choices(own, top, place), "totals": _totals(shown), "window": workload.WINDOW.days,
            "tables": [(_("Ketua RT"), "rt", shown["rt"]), (_("Ketua RW"), "rw", shown["rw"])],
            "may_name": request.user.has_perm(deputies.NAME),
            "cases": reverse("admin:beneficiaries_application_changelist"),
            "conflicts": reverse("admin:beneficiaries_verificationevent_changelist") + "?penyelesaian=belum",
        }  # fmt: skip
        return render(request, "admin/beneficiaries/application/penugasan.html", context)


def _choices(own, top: Region, place: Region) -> list[Region]:
    """Returns the places the page can narrow to: every kelurahan, and the RWs of the chosen one."""
    kelurahan = place.kelurahan_code or ""
    narrower = own.filter(level="kelurahan") | own.filter(level="rw", parent=kelurahan)
    return [top, *narrower.exclude(code=top.pk).order_by("code")]


def _totals(shown) -> list[tuple]:
    loads = [*shown["rt"], *shown["rw"]]
    return [
        (_("rumah menunggu"), sum(load.waiting for load in loads)),
        (_("lewat tenggat"), sum(load.late for load in loads)),
        (_("beda jawaban"), sum(load.conflicts for load in loads)),
        (_("tempat perlu pengganti"), sum(load.needs_somebody for load in loads)),
    ]
