"""What a scoring run moved and why: each score that it wrote beside the one before it, from the history of scores."""

from typing import NamedTuple

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from beneficiaries import changes
from beneficiaries.models import CriteriaSet, Criterion, Household, Score, ScoringRun
from beneficiaries.models.score import ScoreEvent

ENTERS, LEAVES, ALL = "masuk", "keluar", "semua"
K, V = Criterion.Kind, Score.Verdict


class Movement(NamedTuple):
    """One household whose score a run wrote. What it was is None when it was scored for the first time."""

    household: Household
    points_was: int | None
    points: int
    verdict_was: str
    verdict: str
    reasons: list[str]


def of_run(*, run: ScoringRun, user, way: str = ALL) -> QuerySet:
    """The events of a run in the officer's region, with `was_points`, `was_hits`, `was_verdict` of the score before.

    A first score under a new version is compared with the last one under the version before it.
    """
    older = ScoreEvent.objects.filter(pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lt=OuterRef("pgh_id"))
    former = Score.objects.filter(criteria_set=changes.before(run.criteria_set), household=OuterRef("household_id"))
    events = (
        ScoreEvent.objects.filter(run=run)
        .filter(_inside(user))
        .annotate(
            **{
                f"was_{name}": Coalesce(
                    Subquery(older.order_by("-pgh_id").values(name)[:1]), Subquery(former.values(name)[:1])
                )
                for name in ("points", "hits", "verdict")
            }
        )
    )
    enters = Q(verdict=V.LAYAK) & (Q(was_verdict=None) | ~Q(was_verdict=V.LAYAK))
    leaves = ~Q(verdict=V.LAYAK) & Q(was_verdict=V.LAYAK)
    chosen = {ENTERS: enters, LEAVES: leaves}.get(way, Q())
    return events.filter(chosen).order_by("region_id", "household_id", "pgh_id")


def _inside(user) -> Q:
    code = getattr(user, "region_id", None)
    if code:
        return Q(region_id=code) | Q(region__code__startswith=f"{code}.")
    return Q() if getattr(user, "is_superuser", False) else Q(pk__in=[])


def told(*, run: ScoringRun, events) -> list[Movement]:
    """Reads a page of `of_run` as households with the reasons, a sentence each."""
    rows = list(events)
    chosen = CriteriaSet.objects.prefetch_related("criteria").get(pk=run.criteria_set_id)
    former = changes.before(chosen)
    families = Household.objects.with_head_name().select_related("region").in_bulk([row.household_id for row in rows])
    compared = changes.Comparison(former, chosen) if former else None
    first = _first_events(rows)
    return [
        Movement(
            families[row.household_id],
            row.was_points,
            row.points,
            str(V(row.was_verdict).label) if row.was_verdict else "",
            str(V(row.verdict).label),
            _reasons(row, chosen, compared if row.pgh_id in first else None),
        )
        for row in rows
        if row.household_id in families
    ]


def _first_events(rows: list) -> set[int]:
    """Those events that gave a household its first score under the set."""
    return {row.pgh_id for row in rows if row.pgh_label == "insert"}


def _reasons(row, chosen: CriteriaSet, compared: changes.Comparison | None) -> list[str]:
    if row.was_hits is None:
        return [_("Dinilai untuk pertama kali.")]
    if compared:
        said = compared.reasons(hits_now=row.was_hits, hits=row.hits)
        return [_("Kriteria berganti versi."), *said] if said else [_("Kriteria berganti versi, nilainya sama.")]
    return [_became(rule, was=row.was_hits, now=row.hits) for rule in chosen.criteria.all() if _flipped(rule, row)] or [
        _("Keluarga pindah wilayah.")
    ]


def _flipped(rule: Criterion, row) -> bool:
    return rule.times(row.was_hits) != rule.times(row.hits)


def _became(rule: Criterion, *, was: int, now: int) -> str:
    """One criterion that turned: what holds now, and what that gives or takes."""
    before, after = rule.times(was), rule.times(now)
    text = rule.met if after else rule.unmet
    if rule.kind == K.HOLD:
        return text if after else _("{text} Tidak ditahan lagi.").format(text=text)
    sign = "+" if after > before else "−"
    return _("{text} Nilai {sign}{points}.").format(text=text, sign=sign, points=abs(after - before) * rule.points)
