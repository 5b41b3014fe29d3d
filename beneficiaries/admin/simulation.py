"""The pages that show what a criteria set would do before it is released. They store nothing in the register."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from unfold.widgets import UnfoldAdminTextInputWidget

from bansos import exports
from bansos.models import Region
from bansos.privacy import client_address, note_list, note_page
from bansos.snapshot import one_state
from beneficiaries import changes, criteria, simulation, simulation_map, simulation_tables, simulation_xlsx
from beneficiaries.explanation import Explanation, explain
from beneficiaries.models import CriteriaSet, Household, Person, Score
from beneficiaries.simulation import ENTERS, LEAVES

WAYS = {ENTERS: gettext_lazy("Yang akan masuk"), LEAVES: gettext_lazy("Yang akan keluar")}
MOST_FOUND = 20
MOST_CAUSES = 15
TRIED = "criteria_tried"  # in the session: the family that a draft was tried on last


class CostForm(forms.Form):
    """What one family gets and what there is to give, in rupiah; both or neither."""

    nilai = forms.IntegerField(
        label=gettext_lazy("Nilai bantuan tiap keluarga (Rp)"),
        min_value=1,
        max_value=10**9,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
    )
    anggaran = forms.IntegerField(
        label=gettext_lazy("Anggaran (Rp)"),
        min_value=1,
        max_value=10**13,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
    )


class SimulationPages:
    """Adds to the admin of criteria sets: simulation, its household list and download, and a trial on one family."""

    admin_site: Any
    opts: Any

    def simulation_urls(self) -> list:
        wrap = self.admin_site.admin_view
        name = "beneficiaries_criteriaset"
        return [
            path("<int:pk>/simulasi/", wrap(require_GET(self.simulate)), name=f"{name}_simulate"),
            path("<int:pk>/simulasi/keluarga/", wrap(require_GET(self.moves)), name=f"{name}_moves"),
            path("<int:pk>/simulasi/unduh/", wrap(require_POST(self.download)), name=f"{name}_download"),
            path("<int:pk>/coba/", wrap(require_GET(self.try_one)), name=f"{name}_try"),
        ]

    def simulate(self, request, pk: int):
        """Every table of a simulation for the officer's region, or a region inside it."""
        chosen, region = self._opened(request, pk)
        form = CostForm(request.GET if {"nilai", "anggaran"} & set(request.GET) else None)
        context: dict = {"form": form, "region": region, "above": _above(request.user, region)}
        context["columns"] = exports.offered(request.user, simulation_xlsx.FIELDS)
        own = _households(request.user, region)
        try:
            made = simulation.simulate(criteria_set=chosen, households=own, region=region.code if region else "")
        except criteria.CriteriaError as error:
            context["problem"] = str(error)
        else:
            unknown = simulation.unknown(criteria_set=chosen, households=own)
            context |= _tables(made) | {"unknown": unknown, "cost": _cost(made, form)}
        return self._page(request, "simulation", chosen, _("Coba hitung"), context)

    def moves(self, request, pk: int):
        """Who would enter or leave, household by household, with what made the difference."""
        chosen, region = self._opened(request, pk)
        _require(request, "beneficiaries.view_household")
        way = request.GET.get("arah", ENTERS)
        if way not in WAYS:
            raise Http404
        number = _positive(request.GET.get("halaman", "1"))
        context: dict = {"way": way, "ways": WAYS, "region": region, "number": number}
        try:
            found = simulation.moves(
                criteria_set=chosen, direction=way, households=_households(request.user, region), page=number
            )
        except criteria.CriteriaError as error:
            context["problem"] = str(error)
        else:
            families = [move.household.pk for move in found]
            note_list(request, subject=f"beneficiaries.criteriaset:{pk}", what=WAYS[way], families=families)
            context |= {"moves": found, "more": len(found) == simulation.PER_PAGE}
        return self._page(request, "moves", chosen, WAYS[way], context)

    def download(self, request, pk: int):
        """The whole household list as a spreadsheet; who took it is recorded."""
        chosen, region = self._opened(request, pk)
        _require(request, exports.EXPORT)
        own = _households(request.user, region)
        try:
            with one_state():  # what is saved or released meanwhile would make the sheets disagree
                made = simulation.simulate(criteria_set=chosen, households=own, region=region.code if region else "")
                unknown = simulation.unknown(criteria_set=chosen, households=own)
                sheets = [
                    (way, simulation.moves(criteria_set=chosen, direction=way, households=own, page=None))
                    for way in WAYS
                ]
        except criteria.CriteriaError as error:
            return self._page(request, "moves", chosen, WAYS[ENTERS], {"problem": str(error), "region": region})
        columns = exports.columns_for(request.user, simulation_xlsx.FIELDS)
        families = [move.household.pk for _way, moves in sheets for move in moves]
        try:
            stamp = exports.record(
                by=request.user, subject=f"beneficiaries.criteriaset:{chosen.pk}", columns=columns, rows=len(families),
                what=_("Coba hitung {name}").format(name=chosen), reason=exports.reason_of(request.POST),
                families=families, region=region, address=client_address(request),
            )  # fmt: skip
        except exports.ExportError as error:
            return self._page(request, "moves", chosen, WAYS[ENTERS], {"problem": str(error), "region": region})
        title = _("Coba hitung {name}").format(name=chosen)
        tables = _sheets(made, unknown=unknown, spent=_cost(made, CostForm(request.POST)))
        return _attachment(
            simulation_xlsx.render(sheets, fields=columns.taken, tables=tables, title=title, stamp=stamp),
            f"coba-hitung-{slugify(chosen.code)}-{chosen.version}.xlsx",
        )

    def try_one(self, request, pk: int):
        """One family, found by name, under this set and under the one in force."""
        chosen, _region = self._opened(request, pk)
        _require(request, "beneficiaries.view_household")
        query = request.GET.get("q", "").strip()
        context: dict = {"query": query}
        if picked := request.GET.get("keluarga", ""):
            household = get_object_or_404(_known(request.user), pk=_positive(picked))
            request.session[TRIED] = household.pk
            note_page(request, household, page="score_page")
            context |= {"household": household} | _trial(chosen, household)
        elif query:
            named = Person.objects.for_officer(request.user).named(query).values("household")
            found = list(_known(request.user).filter(pk__in=named).order_by("region", "pk")[:MOST_FOUND])
            families = [household.pk for household in found]
            told = _("Hasil mencari nama")
            note_list(request, subject="beneficiaries.criteriaset:coba", what=told, families=families)
            context["found"] = found
        return self._page(request, "try", chosen, _("Coba pada satu keluarga"), context)

    def tried(self, request, chosen: CriteriaSet) -> dict:
        """The family that this officer tried last, under a draft as it is now: shown while the draft is built."""
        picked = request.session.get(TRIED)
        household = _known(request.user).filter(pk=picked).first() if picked else None
        if household is None or not request.user.has_perm("beneficiaries.view_household"):
            return {}
        told = _trial(chosen, household)
        return {"household": household, "trial_problem": told.pop("problem", "")} | told

    def _opened(self, request, pk: int) -> tuple[CriteriaSet, Region | None]:
        """The set and the region of this page; the region lies in the officer's own, or there is no such page."""
        _require(request, "beneficiaries.view_criteriaset")
        chosen = get_object_or_404(CriteriaSet, pk=pk)
        code = request.GET.get("wilayah") or request.POST.get("wilayah") or request.user.region_id
        if code is None:
            return chosen, None
        return chosen, get_object_or_404(Region.objects.for_officer(request.user), code=code)

    def _page(self, request, template: str, chosen: CriteriaSet, title, context: dict) -> TemplateResponse:
        shared = self.admin_site.each_context(request) | {
            "title": title,
            "subtitle": str(chosen),
            "opts": self.opts,
            "chosen": chosen,
            "back": reverse("admin:beneficiaries_criteriaset_change", args=[chosen.pk]),
        }
        return TemplateResponse(request, f"admin/beneficiaries/criteriaset/{template}.html", shared | context)


def _require(request, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


def _households(user, region: Region | None):
    own = Household.objects.for_officer(user)
    return own.inside(region.code) if region else own


def _known(user):
    return Household.objects.for_officer(user).to_score().with_head_name().select_related("region")


def _above(user, region: Region | None) -> Region | None:
    """The region one step up, when it is still the officer's."""
    if region is None or region.parent_id is None:
        return None
    return Region.objects.for_officer(user).filter(code=region.parent_id).first()


def _positive(text: str) -> int:
    """A number from an address; anything else is no page."""
    if not text.isdecimal() or len(text) > 9 or int(text) == 0:
        raise Http404
    return int(text)


def _attachment(content: bytes, name: str) -> HttpResponse:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return HttpResponse(content, kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _tables(made: simulation.Simulation) -> dict:
    codes = [*made.by["place"], *made.by["rt"]]
    names = {region.code: region.label for region in Region.objects.filter(code__in=codes)}
    marks = simulation_tables.curve(made)
    places = simulation_tables.by_place(made, names)
    return {
        "made": made,
        "changes": changes.differences(made.in_force, made.criteria_set),
        "places": places,
        "causes": simulation_tables.causes(made)[:MOST_CAUSES],
        "map": simulation_map.draw(made),
        "widest": max([max(row.counts.enters, row.counts.leaves) for row in places], default=0) or 1,
        "can_descend": any(len(row.code) < simulation.RT_LENGTH for row in places),
        "kinds": simulation_tables.by_kind(made),
        "deciles": simulation_tables.by_decile(made),
        "errors": simulation_tables.errors(made),
        "fair": simulation_tables.fairness(made, names),
        "smallest": simulation_tables.SMALLEST,
        "marks": marks,
        "drawing": simulation_tables.draw(marks, made.criteria_set.threshold),
    }


def _cost(made: simulation.Simulation, form: CostForm) -> simulation_tables.Cost | None:
    """What the set would cost, when both figures are given."""
    if not form.is_valid():
        return None
    return simulation_tables.cost(made, value=form.cleaned_data["nilai"], budget=form.cleaned_data["anggaran"])


def _sheets(made: simulation.Simulation, **told) -> list[simulation_tables.Sheet]:
    codes = {str(code)[:length] for code in made.by["rt"] for length, _label in simulation_tables.PLACES}
    names = {region.code: region.label for region in Region.objects.filter(code__in=codes)}
    return simulation_tables.sheets(made, names, **told)


def _trial(chosen: CriteriaSet, household: Household) -> dict:
    try:
        trial = simulation.try_one(criteria_set=chosen, household=household)
    except criteria.CriteriaError as error:
        return {"problem": str(error)}
    if trial is None:
        raise Http404
    in_force = CriteriaSet.objects.released().filter(code=chosen.code).first()
    sides = [(_("Versi ini"), chosen, trial.points, trial.verdict, trial.hits)]
    if in_force:
        sides.append((_("Yang berlaku sekarang"), in_force, trial.points_now, trial.verdict_now, trial.hits_now))
    reasons = changes.Comparison(in_force, chosen).reasons(hits_now=trial.hits_now, hits=trial.hits)
    return {"sides": [_side(*side) for side in sides], "reasons": reasons if in_force else []}


def _side(label: str, criteria_set: CriteriaSet, points: int, verdict: str, hits: int) -> dict:
    why: Explanation = explain(hits=hits, criteria_set=criteria_set)
    shown = {"label": label, "set": criteria_set, "points": points, "why": why}
    return shown | {"verdict": Score.Verdict(verdict).label}
