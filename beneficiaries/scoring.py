"""Verbs of scoring: one set-based statement gives every active household its points, breakdown and verdict.

The ORM compiles a criteria set to the bits that a household meets (`hits`); the statement around it turns bits into
points and verdict, keeps only the rows that differ from the score they had, and writes those. Values are parameters
throughout. Filtering before the write matters: an upsert that changes nothing still locks and logs every row.

A household that is no longer active keeps the last score it had: history is not rewritten.
"""

from datetime import date
from functools import reduce
from operator import add, or_
from string import Formatter
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import BigIntegerField, Case, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bansos import jobs
from bansos.models import Job, Region
from beneficiaries import criteria, facts
from beneficiaries.models import CriteriaSet, Criterion, Household, Score, ScoringRun

K = Criterion.Kind
V = Score.Verdict
DRAFT = gettext_lazy("Kriteria ini masih draf. Rilis lebih dahulu, atau coba hitung tanpa menyimpan.")
RETIRED = gettext_lazy("Kriteria ini tidak berlaku lagi. Pilih versi yang berlaku.")
KELURAHAN_LENGTH = 13  # "31.75.07.1003", the same everywhere in Indonesia


class ScoringError(ValueError):
    """A scoring cannot be done; its sentence says how to mend it."""


class Statement(NamedTuple):
    """SQL text with its parameters, in their order."""

    text: str
    params: tuple


def _compose(template: str, **parts) -> Statement:
    """Fills a template: a Statement with its text and parameters, anything else as one parameter."""
    text: list[str] = []
    params: list = []
    for literal, name, _spec, _conversion in Formatter().parse(template):
        text.append(literal)
        if name is not None:
            part = parts[name] if isinstance(parts[name], Statement) else Statement("%s", (parts[name],))
            text.append(part.text)
            params.extend(part.params)
    return Statement("".join(text), tuple(params))


def _hits(rules: list[Criterion], *fields: str, on: date, household_ids=None) -> Statement:
    """The active households with `fields` and the bits of `rules` that they meet on a day.

    A fact that is unknown meets no rule.
    """
    households = Household.objects.active().order_by()
    if household_ids is not None:
        households = households.filter(pk__in=list(household_ids))
    hits = reduce(add, map(_bit, rules), Value(0, output_field=BigIntegerField()))
    counted = facts.with_counted(households.values(*fields), {rule.fact for rule in rules}, on)
    query = counted.annotate(hits=hits).values_list(*fields, "hits").query
    return Statement(*query.get_compiler(connection=connection, elide_empty=False).as_sql())


def _bit(rule: Criterion) -> Case:
    condition = facts.get(rule.fact).condition(rule.operator, rule.value)
    return Case(When(condition, then=Value(1 << rule.bit)), default=Value(0), output_field=BigIntegerField())


# Facts of the home and facts counted from people are two queries, joined: grouping the home's columns costs more.
_HOME = "SELECT household_id, region_id, hits FROM ({home}) AS home (household_id, region_id, hits)"
_HOME_AND_PEOPLE = """
    SELECT household_id, region_id, home.hits | people.hits AS hits
    FROM ({home}) AS home (household_id, region_id, hits)
    JOIN ({people}) AS people (household_id, hits) USING (household_id)
"""
# `OFFSET 0` keeps the planner from working out the bits anew for points and for verdict.
_SCORED = """
    SELECT household_id, region_id, hits, points,
        CASE
            WHEN hits & {gates} <> 0 THEN {eligible}
            WHEN hits & {holds} <> 0 THEN {held}
            WHEN points >= {threshold} THEN {eligible}
            ELSE {below}
        END AS verdict
    FROM (
        SELECT household_id, region_id, hits,
            (CASE WHEN hits & {gates} <> 0 THEN {gate_points} ELSE {points} END)::integer AS points
        FROM ({hits} OFFSET 0) AS met
    ) AS counted
"""
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
_SIMULATE = """
    SELECT left(scored.region_id, {length}),
        count(*),
        count(*) FILTER (WHERE scored.verdict = {eligible}),
        count(*) FILTER (WHERE scored.verdict = {held}),
        count(*) FILTER (WHERE (old.points, old.verdict) IS DISTINCT FROM (scored.points, scored.verdict)),
        count(*) FILTER (WHERE scored.verdict = {eligible} AND old.verdict IS DISTINCT FROM {eligible}),
        count(*) FILTER (WHERE scored.verdict <> {eligible} AND old.verdict = {eligible})
    FROM ({scored}) AS scored
    LEFT JOIN beneficiaries_score AS old
        ON old.criteria_set_id = {in_force} AND old.household_id = scored.household_id
    GROUP BY 1 ORDER BY 1
"""
COUNTS = ("households", "eligible", "held", "changed", "would_enter", "would_leave")
VERDICTS = {"eligible": V.LAYAK.value, "held": V.DITAHAN.value, "below": V.TIDAK_LAYAK.value}


def _scored(criteria_set: CriteriaSet, *, on: date, household_ids=None) -> Statement:
    """The statement that scores: household, region, bits, points, verdict."""
    rules = list(criteria_set.criteria.all())
    gates = [rule for rule in rules if rule.kind == K.GATE]
    return _compose(
        _SCORED,
        hits=_met(rules, on=on, household_ids=household_ids),
        gates=_mask(gates),
        holds=_mask([rule for rule in rules if rule.kind == K.HOLD]),
        gate_points=_join("greatest(", ", ", ")", gates),
        points=_join("(", " + ", ")", [rule for rule in rules if rule.kind == K.POINTS]),
        threshold=criteria_set.threshold,
        **VERDICTS,
    )


def _met(rules: list[Criterion], **scope) -> Statement:
    """The statement for household, region and bits; people are counted only when a rule asks for it."""
    of_people = [rule for rule in rules if facts.get(rule.fact).counted]
    home = _hits([rule for rule in rules if rule not in of_people], "pk", "region_id", **scope)
    if not of_people:
        return _compose(_HOME, home=home)
    return _compose(_HOME_AND_PEOPLE, home=home, people=_hits(of_people, "pk", **scope))


def _mask(rules: list[Criterion]) -> int:
    return reduce(or_, (1 << rule.bit for rule in rules), 0)


def _join(opening: str, glue: str, closing: str, rules: list[Criterion]) -> Statement:
    terms = [_compose("((hits >> {bit}) & 1) * {points}", bit=rule.bit, points=rule.points) for rule in rules]
    text = opening + glue.join(["0", *(term.text for term in terms)]) + closing
    return Statement(text, tuple(param for term in terms for param in term.params))


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
        scored = _scored(chosen, on=timezone.localdate(), household_ids=household_ids)
        write = _compose(_WRITE, scored=scored, set_id=chosen.pk, run_id=made.pk, now=made.started_at, **VERDICTS)
        with connection.cursor() as cursor:
            # The history trigger joins the old rows with the new by a plan that the session keeps from its first call.
            # Made for a run that changed nothing, that plan takes minutes for thousands of rows; so it is made anew.
            cursor.execute("DISCARD PLANS")
            cursor.execute(*write)
            made.households, made.changed, made.eligible, made.held = cursor.fetchone()
        made.finished_at = timezone.now()
        made.save()
    return made


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
    counts = {name: getattr(made, name) for name in ("households", "changed", "eligible", "held")}
    return {"run": made.pk} | counts


def simulate(*, criteria_set: CriteriaSet) -> dict:
    """Scores with any set, draft or not, and stores nothing.

    Returns the counts of `COUNTS`, and the same by kelurahan. What changes (points or verdict), who would enter and who
    would leave is told against the scores of the version of the same set that is in force.
    Raises CriteriaError when the set cannot be scored with.
    """
    for criterion in criteria_set.criteria.all():
        criteria.check_criterion(criterion)
    in_force = CriteriaSet.objects.released().filter(code=criteria_set.code).first()
    statement = _compose(
        _SIMULATE,
        scored=_scored(criteria_set, on=timezone.localdate()),
        in_force=in_force.pk if in_force else 0,
        length=KELURAHAN_LENGTH,
        **VERDICTS,
    )
    with connection.cursor() as cursor:
        cursor.execute(*statement)
        rows = [(code, dict(zip(COUNTS, counts, strict=True))) for code, *counts in cursor.fetchall()]
    names = dict(Region.objects.filter(code__in=[code for code, _counts in rows]).values_list("code", "name"))
    whole = {name: sum(counts[name] for _code, counts in rows) for name in COUNTS}
    by_kelurahan = [{"code": code, "name": names[code]} | counts for code, counts in rows]
    return whole | {"by_kelurahan": by_kelurahan}
