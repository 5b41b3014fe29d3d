"""Three lists: whom no aid has reached, who got several, whose score contradicts the decile. To see, to filter, to take
out.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bansos import exports, periods
from bansos.models import Region
from bansos.privacy import client_address, note_list
from bansos.scope import covers
from bansos.templatetags.look import month
from distribution import reach, reach_file, reach_people

PAGE = 50
LONGEST = 60  # months that may be asked for
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SEE = ("beneficiaries.view_household", "beneficiaries.view_person", "distribution.view_entitlement")
LISTS: dict[str, Any] = {"keluarga": reach, "orang": reach_people}
NOUNS = {"keluarga": _("keluarga"), "orang": _("orang")}
UNREACHED = {
    "keluarga": _("Keluarga {among}, {central}. Tidak menerima bantuan dari portal ini"),
    "orang": _(
        "Anggota keluarga {among}, {central}. Keluarganya tidak menerima bantuan dari portal ini, "
        "ia sendiri tidak mengambil bantuan dan tidak lulus pelatihan"
    ),
}
CONTRARY = _(
    "Layak menurut kriteria, tetapi desilnya 6 atau lebih; atau di bawah batas nilai, tetapi desilnya 1 atau 2. "
    "Salah satunya keliru. Kunjungi, lalu perbaiki data atau usulkan pemutakhiran desil."
)
FILES = {"belum": "belum-dibantu", "ganda": "menerima-ganda", "beda": "beda-desil"}
AMONG = {
    reach.Among.SEMUA: _("desil 1 sampai 4 atau indikasi layak"),
    reach.Among.MISKIN: _("desil 1 sampai 4"),
    reach.Among.LAYAK: _("indikasi layak"),
}
CENTRAL = {
    reach.Central.SEMUA: _("dengan atau tanpa PKH dan Sembako"),
    reach.Central.TANPA: _("tanpa PKH dan Sembako"),
    reach.Central.DENGAN: _("dengan PKH atau Sembako"),
}
BESIDE_CENTRAL = {
    "keluarga": _("Keluarga ini menerima PKH atau Sembako dari pusat, dan juga bantuan dari portal ini, bulan"),
    "orang": _("Keluarganya menerima PKH atau Sembako dari pusat, dan ia mengambil bantuan dari portal ini, bulan"),
}
SEVERAL = {
    "keluarga": _("Tidak selalu keliru. Keluarga ini menerima lebih dari satu bantuan dari portal ini, bulan"),
    "orang": _("Tidak selalu keliru. Orang ini mengambil lebih dari satu bantuan dengan NIK-nya, bulan"),
}


class FilterForm(forms.Form):
    """What the address says: of whom, how long, which place, which decile. What cannot be read counts as not said."""

    per = forms.ChoiceField(required=False, choices=[("keluarga", _("Keluarga (KK)")), ("orang", _("Orang (NIK)"))])
    siapa = forms.ChoiceField(required=False, choices=reach.Among.choices)
    pusat = forms.ChoiceField(required=False, choices=reach.Central.choices)
    bulan = forms.IntegerField(required=False, min_value=1, max_value=LONGEST)
    desil = forms.TypedChoiceField(
        coerce=int, required=False, choices=[("", _("Semua"))] + [(n, str(n)) for n in range(1, 11)], empty_value=None
    )
    periode = forms.CharField(required=False)
    wilayah = forms.CharField(required=False)


@dataclass(frozen=True)
class Asked:
    """The filter as it holds for this officer."""

    per: str
    among: reach.Among
    central: reach.Central
    place: Region
    months: int
    decile: int | None
    period: date

    def query(self, **changed) -> str:
        """Returns the address's query for this filter, with `changed` in place of what it says."""
        values = {"per": self.per, "siapa": self.among, "pusat": self.central, "bulan": self.months}
        values |= {"desil": self.decile or "", "periode": f"{self.period:%Y-%m}"}
        return "?" + "&".join(f"{k}={v}" for k, v in (values | {"wilayah": self.place.code} | changed).items())


def asked(request, months: int) -> Asked:
    """Reads the filter; a place outside the officer's region is the officer's own."""
    form = FilterForm(request.GET)
    form.is_valid()
    said = form.cleaned_data
    own = request.user.region_id or settings.KECAMATAN
    code = said.get("wilayah") or own
    place = Region.objects.filter(code=code).first() if covers(request.user, code) else None
    try:
        period = periods.parse(said.get("periode") or "")
    except ValueError:
        period = periods.of(timezone.localdate())
    place = place if place and len(place.code) in reach.CODE_LENGTHS else Region.objects.get(code=own)
    per, among = said.get("per") or "keluarga", reach.Among(said.get("siapa") or reach.Among.SEMUA)
    central = reach.Central(said.get("pusat") or reach.Central.SEMUA)
    return Asked(per, among, central, place, said.get("bulan") or months, said.get("desil"), period)


class ReachPages:
    """A mixin of a ModelAdmin that adds the three pages and their downloads."""

    admin_site: Any
    opts: Any

    def get_urls(self):
        views = {
            "belum-dibantu": (self.unreached_view, "distribution_belum_dibantu"),
            "menerima-ganda": (self.several_view, "distribution_menerima_ganda"),
            "beda-desil": (self.contrary_view, "distribution_beda_desil"),
        }
        own = [path(f"{slug}/", self.admin_site.admin_view(view), name=name) for slug, (view, name) in views.items()]
        return [*own, *super().get_urls()]

    def unreached_view(self, request):
        """Families or people who are poor or eligible and got nothing for some months."""
        _check(request)
        said = asked(request, reach.MONTHS)
        found = LISTS[said.per].unreached(by=request.user, months=said.months, among=said.among, central=said.central)
        since = reach.months_before(timezone.localdate(), said.months)
        words = {
            "title": _("Belum pernah dibantu"),
            "lead": UNREACHED[said.per].format(among=AMONG[said.among], central=CENTRAL[said.central]),
            "span": gettext("sejak {day}").format(day=reach_file.day(since)),
            "kind": "belum",
        }
        return self._page(request, said, found, words)

    def several_view(self, request):
        """Families or people who got more than one thing."""
        _check(request)
        said = asked(request, 1)
        asks = {"period": said.period, "months": said.months, "central": said.central}
        found = LISTS[said.per].several(by=request.user, **asks)
        span = month(said.period)
        if said.months > 1:
            span = f"{month(reach.months_before(said.period, said.months - 1))} sampai {span}"
        words = {
            "title": _("Menerima ganda"),
            "lead": (BESIDE_CENTRAL if said.central == reach.Central.DENGAN else SEVERAL)[said.per],
            "span": span,
            "kind": "ganda",
        }
        return self._page(request, said, found, words)

    def contrary_view(self, request):
        """Families whose score says the contrary of their decile, to be visited."""
        _check(request)
        said = replace(asked(request, 1), per="keluarga")
        words = {
            "title": _("Beda dengan desil"),
            "lead": CONTRARY,
            "span": gettext("Data per {day}").format(day=reach_file.day(timezone.localdate())),
            "kind": "beda",
        }
        return self._page(request, said, reach.contrary(by=request.user), words)

    def _page(self, request, said: Asked, found, words: dict):
        found = found.inside(said.place.code)
        if said.decile:
            found = found.filter(**{reach.decile_of(found): said.decile})
        if request.method == "POST":
            return _download(request, said, found, words)
        page = Paginator(LISTS[said.per].shown(found), PAGE).get_page(request.GET.get("hal"))
        families = [row.pk if said.per == "keluarga" else row.household_id for row in page]
        slug = f"{FILES[words['kind']]}-{said.per}"
        note_list(request, subject=f"distribution.entitlement:{slug}", what=words["title"], families=families)
        context = words | {
            "opts": self.opts,
            "said": said,
            "page": page,
            "places": _places(found, said, words["kind"]),
            "above": _above(request, said),
            "noun": NOUNS[said.per],
            "choices": FilterForm.base_fields,
            "longest": LONGEST,
            "periods": _last_year(),
            "deciles": () if words["kind"] == "beda" else reach.POOREST,
            "query": said.query(),
            "columns": exports.offered(request.user, reach_file.FIELDS[said.per, words["kind"]]),
        }
        template = "admin/distribution/reach/list.html"
        return TemplateResponse(request, template, self.admin_site.each_context(request) | context)


def _check(request) -> None:
    if not all(request.user.has_perm(permission) for permission in SEE):
        raise PermissionDenied


def _places(found, said: Asked, kind: str) -> dict:
    """Returns the sums of the places inside the chosen one, each with its link, and their total."""
    counted = reach.by_place(found, parent=said.place.code)
    names = Region.objects.in_bulk([code for code, _counts in counted])
    rows: list[dict] = [
        {"name": names[code], "counts": counts, "link": said.query(wilayah=code)} for code, counts in counted
    ]
    if kind == "beda":  # which deciles differ is what the list says
        rows = [row | {"counts": {"all": row["counts"]["all"]}} for row in rows]
    for row in rows:
        if len(row["counts"]) > 1:
            every, *poorest = row["counts"].values()
            row["counts"]["other"] = every - sum(poorest)
    total = {key: sum(row["counts"][key] for row in rows) for key in (rows[0]["counts"] if rows else ())}
    return {"rows": rows, "total": total, "deepest": said.place.level == Region.Level.RT}


def _above(request, said: Asked) -> dict | None:
    """Returns the link to the place around the chosen one, if the officer may see it."""
    parent = said.place.parent
    if parent is None or not covers(request.user, parent.code):
        return None
    return {"name": parent, "link": said.query(wilayah=parent.code)}


def _last_year() -> list[date]:
    found = [periods.of(timezone.localdate())]
    while len(found) < 12:
        found.append(periods.preceding(found[-1]))
    return found


def _asked_for(said: Asked, words: dict) -> str:
    """Says which list with which filter a file holds, for whoever reads it without the page, and for its record."""
    told = [f"{words['title']}: {said.place.label}", words["span"]]
    if words["kind"] == "belum":
        told.append(str(AMONG[said.among]))
    if words["kind"] != "beda" and said.central != reach.Central.SEMUA:
        told.append(str(CENTRAL[said.central]))
    if said.decile:
        told.append(gettext("hanya desil {decile}").format(decile=said.decile))
    return ", ".join(told)


def _download(request, said: Asked, found, words: dict) -> HttpResponse:
    """Gives the whole list as XLSX and leaves a trace of who took how many rows out."""
    if not request.user.has_perm(exports.EXPORT):
        raise PermissionDenied
    columns = exports.columns_for(request.user, reach_file.FIELDS[said.per, words["kind"]])
    heading = _asked_for(said, words)
    rows = list(found.order_by().values_list("pk", flat=True))
    families = rows if said.per == "keluarga" else list(found.order_by().values_list("household_id", flat=True))
    try:
        stamp = exports.record(
            by=request.user, subject=f"{found.model._meta.label_lower}:unduhan", columns=columns, rows=len(rows),
            what=heading, reason=exports.reason_of(request.POST),
            families=families, address=client_address(request),
        )  # fmt: skip
    except exports.ExportError as error:
        messages.error(request, str(error))
        return redirect(request.get_full_path())
    body = reach_file.render(
        LISTS[said.per].shown(found), per=said.per, fields=columns.taken, heading=heading, stamp=stamp
    )
    name = f"{FILES[words['kind']]}-{said.per}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(body, content_type=XLSX, headers=headers)
