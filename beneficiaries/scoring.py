"""Verbs of scoring: one set-based statement gives every active household its points, breakdown and verdict.

`statements` compiles a criteria set; the statement here keeps only the rows that differ from the score they had, and
writes those. Filtering before the write matters: an upsert that changes nothing still locks and logs every row.

A household that is no longer active keeps the last score it had: history is not rewritten. So does one that asked that
its data rest (`limiting`).

A job scores a large register in chunks, one kelurahan each, and a helper on another worker takes chunks too. A chunk
and its mark are one transaction, so a run goes on where a killed worker left it.
"""

import time

from django.db import connection, transaction
from django.db.models import Case, QuerySet, Sum, Value, When
from django.db.models.functions import Left
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bansos import jobs
from bansos.models import Job
from beneficiaries import changes, criteria, statements
from beneficiaries.models import CriteriaSet, Household, Score, ScoringChunk, ScoringRun

DRAFT = gettext_lazy("Kriteria ini masih draf. Rilis lebih dahulu, atau coba hitung tanpa menyimpan.")
RETIRED = gettext_lazy("Kriteria ini tidak berlaku lagi. Pilih versi yang berlaku.")
WAITING = gettext_lazy("Kriteria ini belum mulai berlaku. Skornya dihitung pada tanggal mulainya.")
NOT_USABLE = {
    CriteriaSet.Status.DRAF: DRAFT,
    CriteriaSet.Status.SIAP: WAITING,
    CriteriaSet.Status.PENSIUN: RETIRED,
}
CHUNKS_FROM = 500_000  # families; below it one statement for all takes seconds, and chunks twice as long
KELURAHAN = 13  # letters of its code
_WRITE = """
    WITH scored AS ({scored}),
    fresh AS (
        SELECT scored.*, old.id AS old_id, coalesce(old.verdict, former.verdict) AS was
        FROM scored
        LEFT JOIN beneficiaries_score AS old
            ON old.criteria_set_id = {set_id} AND old.household_id = scored.household_id
        LEFT JOIN beneficiaries_score AS former
            ON former.criteria_set_id = {former_id} AND former.household_id = scored.household_id
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
        count(*) FILTER (WHERE verdict = {held}),
        (SELECT count(*) FROM fresh WHERE verdict = {eligible} AND was IS DISTINCT FROM {eligible}),
        (SELECT count(*) FROM fresh WHERE verdict <> {eligible} AND was = {eligible})
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


def run(*, criteria_set: CriteriaSet | None = None, household_ids=None, by=None) -> ScoringRun:
    """Scores all active households at once, or those of `household_ids`, and writes the scores that changed.

    Without a set, the default one in force is used. Raises ScoringError for a set that is not in force. Two runs of
    one set wait for each other.
    """
    reason = ScoringRun.Reason.DIMINTA if household_ids is None else ScoringRun.Reason.DATA
    with transaction.atomic():
        chosen = _usable(CriteriaSet.objects.select_for_update(no_key=True), criteria_set or criteria.in_force())
        made = ScoringRun.objects.create(criteria_set=chosen, by=by, reason=reason)
        return _finish(made, _write(made, chosen, _scored(chosen, household_ids)))


def follow(*, household_ids, by=None) -> None:
    """Scores these families anew, under every set in force, once the change of their facts has been committed.

    A scoring that fails then undoes no change: the nightly one makes up for it.
    """
    ids = frozenset(household_ids)
    transaction.on_commit(lambda: _refresh(ids, by), robust=True)


def _refresh(ids: frozenset[int], by) -> None:
    for chosen in CriteriaSet.objects.released():
        run(criteria_set=chosen, household_ids=ids, by=by)


def _usable(sets, criteria_set: CriteriaSet) -> CriteriaSet:
    """The set as it is now. Raises ScoringError when it is not in force."""
    chosen = sets.get(pk=criteria_set.pk)
    if chosen.status != CriteriaSet.Status.RILIS:
        raise ScoringError(NOT_USABLE[CriteriaSet.Status(chosen.status)])
    return chosen


def _scored(chosen: CriteriaSet, household_ids) -> statements.Statement:
    """The statement over all families, or over those of `household_ids`."""
    today = timezone.localdate()
    if household_ids is None:
        return statements.scored(statements.rules_of(chosen), on=today)
    return statements.scored_few(chosen, ids=household_ids, on=today)


def _write(made: ScoringRun, chosen: CriteriaSet, scored: statements.Statement) -> dict[str, int]:
    """Writes what differs from the scores of `chosen` that stand. Returns the counts."""
    ids = {"set_id": chosen.pk, "former_id": _former(chosen), "run_id": made.pk, "now": timezone.now()}
    write = statements.compose(_WRITE, scored=scored, **ids, **statements.VERDICTS)
    with statements.room() as cursor:
        # The history trigger keeps the plan of its first call in the session. Made for a run that changed nothing,
        # that plan takes minutes for thousands of rows; so it is made anew.
        cursor.execute("DISCARD PLANS")
        cursor.execute(*write)
        return dict(zip(ScoringRun.COUNTS, cursor.fetchone(), strict=True))


def _former(chosen: CriteriaSet) -> int:
    """The version before this one while families still pass from its scores to the new ones; else none (0)."""
    if ScoringRun.objects.whole().filter(criteria_set=chosen, finished_at__isnull=False, changed__gt=0).exists():
        return 0
    former = changes.before(chosen)
    return former.pk if former else 0


def is_complete(*, criteria_set: CriteriaSet) -> bool:
    """Whether all families have been scored under a set once: a list made before that leaves out whole places."""
    return ScoringRun.objects.whole().filter(criteria_set=criteria_set, finished_at__isnull=False).exists()


def told(*, household_id: int) -> Score | None:
    """Returns the score that a family is told, the same on every page and in every letter; None without one.

    It is that of the criteria by which aid is given (`settings.CRITERIA_SOURCE`), however often other criteria in force
    are tried. While their new version is being scored, and where a family asked that its data rest, it is the score
    under the version before it.
    """
    return scores_told().filter(household=household_id).first()


def scores_told() -> QuerySet[Score]:
    """Scores under codes in force, ordered so that of each family the one that it is told comes first."""
    codes = dict.fromkeys([*criteria.codes_in_use(), criteria.DEFAULT_CODE])
    places = [When(criteria_set__code=code, then=Value(place)) for place, code in enumerate(codes)]
    return (
        Score.objects.filter(criteria_set__code__in=CriteriaSet.objects.released().values("code"))
        .select_related("criteria_set")
        .order_by(Case(*places, default=Value(len(codes))), "criteria_set__code", "-criteria_set__version")
    )


def _finish(made: ScoringRun, counts: dict[str, int]) -> ScoringRun:
    for name, count in counts.items():
        setattr(made, name, count)
    made.finished_at = timezone.now()
    made.save()
    return made


# --- as a job
def request(*, criteria_set: CriteriaSet, by, reason: str = ScoringRun.Reason.DIMINTA) -> Job:
    """Returns the job that scores with a set in force, planned; the caller starts it. Raises ScoringError otherwise.

    A job that is open already is the same job, with the reason it was first asked for.
    """
    with transaction.atomic():
        chosen = _usable(CriteriaSet.objects, criteria_set)
        job = jobs.enqueue(kind="scoring.run", by=by, subject=chosen.pk)
        if not ScoringRun.objects.filter(job=job).exists():
            made = ScoringRun.objects.create(criteria_set=chosen, by=by, job=job, reason=reason)
            ScoringChunk.objects.bulk_create(ScoringChunk(run=made, place=place) for place in _places())
    return job


def request_all(*, by, reason: str) -> list[Job]:
    """Returns the planned jobs that score with every set in force; none when there is no such set."""
    return [request(criteria_set=each, by=by, reason=reason) for each in CriteriaSet.objects.released()]


def helper(*, job: Job) -> Job | None:
    """Returns the job that takes chunks of `job` on another worker; None when there is one chunk only."""
    if ScoringChunk.objects.filter(run__job=job).count() < 2:
        return None
    return jobs.enqueue(kind="scoring.help", by=job.created_by, subject=job.pk)


def _places() -> list[str]:
    """The places whose families are scored together."""
    if Household.objects.to_score().count() < CHUNKS_FROM:
        return [""]
    return sorted(_by_place().values_list("place", flat=True).distinct())


def run_job(*, job: Job, pulse) -> dict:
    """Runs a scoring job, or goes on with it; its result holds the run and the counts."""
    made = ScoringRun.objects.get(job=job)
    while take_chunk(made, pulse) or _waits(made):
        pass
    if made.finished_at is None:
        made = _finish(made, made.chunks.aggregate(**{name: Sum(name) for name in ScoringRun.COUNTS}))
    pulse.report(made.households, made.households, _("%(changed)s skor berubah") % {"changed": made.changed})
    return {"run": made.pk} | {name: getattr(made, name) for name in COUNTS}


def help_job(*, job: Job, pulse) -> dict:
    """Takes chunks of another scoring job until none is left."""
    made, taken = ScoringRun.objects.get(job=job.subject), 0
    while take_chunk(made, pulse):
        taken += 1
    return {"chunks": taken}


def take_chunk(made: ScoringRun, pulse) -> bool:
    """Scores one chunk that nobody has taken, and marks it done in the same transaction; False when none is free.

    Raises JobError when the set is no longer in force.
    """
    with transaction.atomic():
        chunk = made.chunks.select_for_update(skip_locked=True).filter(finished_at=None).order_by("place").first()
        if chunk is None:
            return False
        _share(made.criteria_set)
        try:
            chosen = _usable(CriteriaSet.objects, made.criteria_set)
        except ScoringError as error:
            raise jobs.JobError(str(error)) from error
        inside = statements.scored(
            statements.rules_of(chosen), households=_inside(chunk.place), on=timezone.localdate()
        )
        for name, count in _write(made, chosen, inside).items():
            setattr(chunk, name, count)
        chunk.finished_at = timezone.now()
        chunk.save()
    done, total = made.chunks.filter(finished_at__isnull=False).count(), made.chunks.count()
    pulse.report(done, total, _("%(done)s dari %(total)s bagian dihitung") % {"done": done, "total": total})
    return True


def _share(criteria_set: CriteriaSet) -> None:
    """Chunks of a set are scored side by side; a run of single families and a release wait for them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM beneficiaries_criteriaset WHERE id = %s FOR SHARE", [criteria_set.pk])


def _inside(place: str):
    return _by_place().filter(place=place) if place else None


def _by_place():
    return Household.objects.to_score().annotate(place=Left("region_id", KELURAHAN))


def _waits(made: ScoringRun) -> bool:
    """Waits a moment for chunks in other hands; False when all are done. One let go by its worker is free again."""
    if not made.chunks.filter(finished_at=None).exists():
        return False
    time.sleep(0.1)
    return True


def pending(*, criteria_set: CriteriaSet) -> dict[str, int]:
    """Returns the counts that a run would have now, and stores nothing. Raises CriteriaError as a release does."""
    criteria.check(criteria_set=criteria_set)
    rules = statements.rules_of(criteria_set)
    scored = statements.scored(rules, on=timezone.localdate())
    with statements.room() as cursor:
        cursor.execute(*statements.compose(_PENDING, scored=scored, set_id=criteria_set.pk, **statements.VERDICTS))
        return dict(zip(COUNTS, cursor.fetchone(), strict=True))
