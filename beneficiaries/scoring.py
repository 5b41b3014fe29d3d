"""Verbs of scoring: one set-based statement gives every active household its points, breakdown and verdict.

`statements` compiles a criteria set; the statement here keeps only the rows that differ from the score they had, and
writes those. Filtering before the write matters: an upsert that changes nothing still locks and logs every row.

A household that is no longer active keeps the last score it had: history is not rewritten.
"""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bansos import jobs
from bansos.models import Job
from beneficiaries import criteria, statements
from beneficiaries.models import CriteriaSet, Household, ScoringRun

DRAFT = gettext_lazy("Kriteria ini masih draf. Rilis lebih dahulu, atau coba hitung tanpa menyimpan.")
RETIRED = gettext_lazy("Kriteria ini tidak berlaku lagi. Pilih versi yang berlaku.")
_WRITE = """
    WITH scored AS ({scored}),
    fresh AS (
        SELECT scored.*, old.id AS old_id
        FROM scored LEFT JOIN beneficiaries_score AS old
            ON old.criteria_set_id = {set_id} AND old.household_id = scored.household_id
        WHERE (old.hits, old.points, old.verdict, old.region_id)
            IS DISTINCT FROM (scored.hits, scored.points, scored.verdict, scored.region_id)
    ),
    updated AS (
        UPDATE beneficiaries_score AS kept
        SET hits = fresh.hits, points = fresh.points, verdict = fresh.verdict, region_id = fresh.region_id,
            run_id = {run_id}, scored_at = {now}
        FROM fresh WHERE kept.id = fresh.old_id
        RETURNING 1
    ),
    inserted AS (
        INSERT INTO beneficiaries_score
            (household_id, criteria_set_id, run_id, region_id, points, hits, verdict, scored_at)
        SELECT household_id, {set_id}, {run_id}, region_id, points, hits, verdict, {now}
        FROM fresh WHERE old_id IS NULL
        RETURNING 1
    )
    SELECT count(*),
        (SELECT count(*) FROM updated) + (SELECT count(*) FROM inserted),
        count(*) FILTER (WHERE verdict = {eligible}),
        count(*) FILTER (WHERE verdict = {held})
    FROM scored
"""


_PENDING = """
    SELECT count(*),
        count(*) FILTER (WHERE (old.points, old.verdict) IS DISTINCT FROM (scored.points, scored.verdict)),
        count(*) FILTER (WHERE scored.verdict = {eligible}),
        count(*) FILTER (WHERE scored.verdict = {held})
    FROM ({scored}) AS scored
    LEFT JOIN beneficiaries_score AS old
        ON old.criteria_set_id = {set_id} AND old.household_id = scored.household_id
"""
COUNTS = ("households", "changed", "eligible", "held")


class ScoringError(ValueError):
    """A scoring cannot be done; its sentence says how to mend it."""


def run(*, criteria_set: CriteriaSet | None = None, household_ids=None, by=None, job: Job | None = None) -> ScoringRun:
    """Scores all active households, or those of `household_ids`, and writes the scores that changed.

    Without a set, the default one in force is used. Raises ScoringError for a set that is not in force. Two runs of
    one set wait for each other.
    """
    chosen = criteria_set or criteria.in_force()
    with transaction.atomic():
        chosen = CriteriaSet.objects.select_for_update(no_key=True).get(pk=chosen.pk)
        if chosen.status != CriteriaSet.Status.RILIS:
            raise ScoringError(DRAFT if chosen.status == CriteriaSet.Status.DRAF else RETIRED)
        made = ScoringRun.objects.create(criteria_set=chosen, by=by, job=job)
        rules = statements.rules_of(chosen)
        scored = statements.scored(rules, households=_households(household_ids), on=timezone.localdate())
        ids = {"set_id": chosen.pk, "run_id": made.pk, "now": made.started_at}
        write = statements.compose(_WRITE, scored=scored, **ids, **statements.VERDICTS)
        with statements.room() as cursor:
            # The history trigger joins the old rows with the new by a plan that the session keeps from its first call.
            # Made for a run that changed nothing, that plan takes minutes for thousands of rows; so it is made anew.
            cursor.execute("DISCARD PLANS")
            cursor.execute(*write)
            made.households, made.changed, made.eligible, made.held = cursor.fetchone()
        made.finished_at = timezone.now()
        made.save()
    return made


def _households(household_ids):
    return None if household_ids is None else Household.objects.active().filter(pk__in=list(household_ids))


def request(*, criteria_set: CriteriaSet, by) -> Job:
    """Returns the job that scores with a set in force; the caller starts it. Raises ScoringError otherwise."""
    if criteria_set.status != CriteriaSet.Status.RILIS:
        raise ScoringError(DRAFT if criteria_set.status == CriteriaSet.Status.DRAF else RETIRED)
    return jobs.enqueue(kind="scoring.run", by=by, subject=criteria_set.pk)


def run_job(*, job: Job, pulse) -> dict:
    """Runs a scoring job; its result holds the run and the counts."""
    total = Household.objects.active().count()
    pulse.report(0, total, _("Menghitung skor %(total)s keluarga") % {"total": total})
    try:
        made = run(criteria_set=CriteriaSet.objects.get(pk=job.subject or 0), by=job.created_by, job=job)
    except (ScoringError, criteria.CriteriaError) as error:
        raise jobs.JobError(str(error)) from error
    pulse.report(total, total, _("%(changed)s skor berubah") % {"changed": made.changed})
    return {"run": made.pk} | {name: getattr(made, name) for name in COUNTS}


def pending(*, criteria_set: CriteriaSet) -> dict[str, int]:
    """Returns the counts that a run would have now, and stores nothing. Raises CriteriaError as a release does."""
    criteria.check(criteria_set=criteria_set)
    rules = statements.rules_of(criteria_set)
    scored = statements.scored(rules, on=timezone.localdate())
    with statements.room() as cursor:
        cursor.execute(*statements.compose(_PENDING, scored=scored, set_id=criteria_set.pk, **statements.VERDICTS))
        return dict(zip(COUNTS, cursor.fetchone(), strict=True))
