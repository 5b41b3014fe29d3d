"""The public catalogue at /bantuan/: each kind of aid, for whom, and by which criteria."""

from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from beneficiaries import changes
from beneficiaries.models import CriteriaSet, Criterion
from distribution.models import Programme


@require_GET
def index(request):
    programmes = list(Programme.objects.filter(is_open=True))
    codes = {programme.criteria_code for programme in programmes}
    sets = CriteriaSet.objects.released().filter(code__in=codes).prefetch_related("criteria")
    return render(
        request,
        "distribution/bantuan.html",
        {"programmes": programmes, "criteria": [grouped(found) for found in sets]},
    )


@require_GET
def programme(request, code: str):
    found = get_object_or_404(Programme, code=code, is_open=True)
    criteria_set = found.criteria_in_force()
    return render(
        request,
        "distribution/bantuan_program.html",
        {"programme": found, "criteria": grouped(criteria_set) if criteria_set else None},
    )


@require_GET
def history(request):
    """Every version of the criteria that has been in force, and what each changed."""
    given: dict[str, list[str]] = {}
    for found in Programme.objects.filter(is_open=True):
        given.setdefault(found.criteria_code, []).append(found.name)
    books = [(book, given.get(book[0].criteria_set.code, [])) for book in changes.history()]
    return render(request, "distribution/bantuan_kriteria.html", {"books": books})


def grouped(criteria_set: CriteriaSet) -> dict:
    """Returns a set with its criteria apart: what decides at once, what adds points, what is looked at first.

    With the set that follows it on a day already known, if there is one.
    """
    kind = Criterion.Kind
    by_kind: dict[str, list[Criterion]] = {kind.GATE: [], kind.POINTS: [], kind.HOLD: []}
    for criterion in criteria_set.criteria.all():
        by_kind[criterion.kind].append(criterion)
    return {
        "set": criteria_set,
        "next": CriteriaSet.objects.waiting().filter(code=criteria_set.code).first(),
        "gates": by_kind[kind.GATE],
        "points": sorted(by_kind[kind.POINTS], key=lambda c: -c.points),
        "holds": by_kind[kind.HOLD],
    }
