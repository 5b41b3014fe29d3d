"""What about an application asks for a field visit, and whether one has answered it: flags and doubts, told by queries.

A flag never decides; it asks that somebody looks (shared/domain.md 1.3: flags, hold, visit, then a person decides).
"""

from datetime import UTC, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from beneficiaries import criteria
from beneficiaries.answers import QUESTIONS
from beneficiaries.models import (
    Application,
    Criterion,
    Deliberation,
    DeliberationCase,
    FieldVisit,
    Handback,
    Household,
    Score,
    Verification,
    VerificationEvent,
)
from beneficiaries.models.score import FAR_ABOVE, FAR_BELOW

Ground, Op, Result = FieldVisit.Ground, Criterion.Operator, Verification.Result
_LOOKUPS = {Op.EQ: "", Op.IN: "__in", Op.LTE: "__lte", Op.GTE: "__gte"}
_NEVER = Value(datetime(1970, 1, 1, tzinfo=UTC))
# The statuses in which the kelurahan's desk can act on a doubt.
AT_THE_DESK = (Application.Status.VERIFIKASI_ADMINISTRASI, Application.Status.MUSYAWARAH)


def with_grounds(cases: QuerySet[Application]) -> QuerySet:
    """Adds to applications `asks_tahan`, `asks_desil`, … for each ground: true while no visit has answered it.

    A flag of the criteria, the decile or the verifiers is answered by a visit of the present turn; a conflict and a
    word of the musyawarah by a later visit (the musyawarah's also by sending the case back to the RT).
    """
    visits = Verification.objects.filter(application=OuterRef("pk"), step=Verification.Step.KUNJUNGAN)
    returns = Handback.objects.filter(application=OuterRef("pk")).order_by("-turn")
    cases = cases.alias(
        turn_now=Coalesce(Subquery(returns.values("turn")[:1]), 0),
        returned_at=Coalesce(Subquery(returns.values("at")[:1]), _NEVER),
        visited_at=Coalesce(Subquery(visits.order_by("-at").values("at")[:1]), _NEVER),
    ).alias(visited=Exists(visits.filter(turn=OuterRef("turn_now"))))
    return cases.annotate(
        asks_tahan=_once(_held()),
        asks_desil=_once(_against_decile()),
        asks_ragu=_once(_doubted()),
        asks_konflik=_conflict(),
        asks_musyawarah=_meeting(),
    )


def asking(cases: QuerySet[Application]) -> QuerySet:
    """The applications at the kelurahan's desk that ask for a field visit."""
    marks = with_grounds(cases.filter(status__in=AT_THE_DESK))
    return marks.filter(
        Q(asks_tahan=True) | Q(asks_desil=True) | Q(asks_ragu=True) | Q(asks_konflik=True) | Q(asks_musyawarah=True)
    )


def of(application: Application) -> list[FieldVisit.Ground]:
    """Returns what asks for a visit to this family now, in the order of `FieldVisit.Ground`."""
    found = with_grounds(Application.objects.filter(pk=application.pk, status__in=AT_THE_DESK)).first()
    return [ground for ground in Ground if getattr(found, f"asks_{ground.value}", False)]


def _once(condition: Q) -> Q:
    return Q(condition, visited=False)


def _held() -> Q:
    """The criteria in force hold the family in the register, or would by what it states itself."""
    sets = criteria.in_use()
    score = Score.objects.filter(
        household__kk_index=OuterRef("kk_index"), verdict=Score.Verdict.DITAHAN, criteria_set__in=sets
    )
    holds = Criterion.objects.filter(criteria_set__in=sets, kind=Criterion.Kind.HOLD, fact__in=QUESTIONS)
    stated = Q(Exists(score))
    for fact, operator, value in holds.values_list("fact", "operator", "value").distinct():
        stated |= Q(**{f"answers__{fact}{_LOOKUPS[Op(operator)]}": value})
    return stated


def _found(*results: str):
    return Exists(
        Verification.objects.filter(application=OuterRef("pk"), turn=OuterRef("turn_now"), result__in=results)
        .exclude(step=Verification.Step.KELURAHAN)
        .order_by()
    )


def _against_decile() -> Q:
    """RT or RW say worthy of a family in the upper half, or unworthy of one of the two poorest tenths."""
    family = Household.objects.filter(kk_index=OuterRef("kk_index"))
    return Q(Exists(family.filter(decile__gte=FAR_ABOVE)), _found(Result.LAYAK)) | Q(
        Exists(family.filter(decile__lte=FAR_BELOW)), _found(Result.TIDAK_LAYAK)
    )


def _doubted() -> Q:
    return Q(_found(Result.RAGU)) | Q(_found(Result.LAYAK), _found(Result.TIDAK_LAYAK))


def _conflict():
    events = VerificationEvent.objects.unsettled().filter(application=OuterRef("pk"))
    return Exists(events.filter(received_at__gt=OuterRef("visited_at")))


def _meeting():
    said = DeliberationCase.objects.filter(
        application=OuterRef("pk"),
        decision=DeliberationCase.Decision.PERLU_VERIFIKASI,
        deliberation__status=Deliberation.Status.DIPUTUSKAN,
    )
    later = {"deliberation__decided_at__gt": OuterRef("visited_at")}
    return Exists(said.filter(**later, deliberation__decided_at__gte=OuterRef("returned_at")))
