"""Penugasan RT/RW: who has how much, what is late, what conflicts, and handing a seat's tasks to a deputy."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from bansos.models import Region
from beneficiaries import deputies, workload
from beneficiaries.models.application import ApplicationStatus

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
        if place is None:
            raise Http404
        inside = Region.Level.RW if place.kelurahan_code else Region.Level.KELURAHAN
        shown = workload.of(region=place)
        names = deputies.NAME
        context = self.admin_site.each_context(request) | {
            "opts": self.opts, "title": _("Penugasan RT dan RW"), "place": place, "few": workload.FEW,
            "places": own.filter(level__in=["kelurahan", "rw"], code__startswith=_root(place, top)).order_by("code")
            if top else [],
            "inside": inside, "tables": [(_("Ketua RT"), "rt", shown["rt"]), (_("Ketua RW"), "rw", shown["rw"])],
            "totals": _totals(shown), "may_name": request.user.has_perm(names), "window": workload.WINDOW.days,
            "cases": reverse("admin:beneficiaries_application_changelist"),
            "conflicts": reverse("admin:beneficiaries_verificationevent_changelist") + "?outcome__exact=konflik",
            "statuses": {"rt": ApplicationStatus.DIAJUKAN.value, "rw": ApplicationStatus.VERIFIKASI_LAPANGAN.value},
        }  # fmt: skip
        return render(request, "admin/beneficiaries/application/penugasan.html", context)


def _root(place: Region, top: Region) -> str:
    """Returns the code under which the other places of the list lie: all kelurahan, or the RWs of one."""
    return place.kelurahan_code or top.pk


def _totals(shown) -> list[tuple]:
    loads = [*shown["rt"], *shown["rw"]]
    return [
        (_("rumah menunggu"), sum(load.waiting for load in loads)),
        (_("lewat tenggat"), sum(load.late for load in loads)),
        (_("beda jawaban"), sum(load.conflicts for load in loads)),
        (_("tempat perlu pengganti"), sum(load.needs_somebody for load in loads)),
    ]
