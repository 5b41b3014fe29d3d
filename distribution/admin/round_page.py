"""What a round's page shows around its form: where it stands, its money, and the list with the line under it."""

from django.core.paginator import Paginator
from django.db.models import Count, Min, OuterRef, Q, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from bansos.privacy import note_list
from beneficiaries.models import Household, Score
from distribution import allocation, handovers
from distribution.admin.catalogue import percent
from distribution.models import Entitlement, Quota, Round
from distribution.models.round import HANDED_OVER

S = Round.Status
E = Entitlement.Status
PAGE = 50
WAITING = 5
NEXT = {
    S.RENCANA: _("Isi kuota tiap kelurahan, lalu susun daftar."),
    S.DISUSUN: _("Periksa daftar di bawah, lalu kunci."),
    S.DIKUNCI: _("Menunggu camat mengesahkan. Yang menyusun tidak boleh mengesahkan."),
    S.DISAHKAN: _("Cetak undangan, lalu serahkan di meja penyaluran."),
    S.PENYALURAN: _("Serahkan sampai selesai, lalu tutup putaran."),
    S.DITUTUP: _("Putaran selesai."),
    S.DIBATALKAN: _("Putaran ini tidak berlaku."),
}


def context(*, request, round: Round) -> dict:
    """Returns the context of the panel and of the list for what this officer may see."""
    own = Entitlement.objects.for_officer(request.user).filter(round=round)
    criteria_set = round.criteria_set or round.programme.criteria_in_force()
    table = kelurahan(round=round, own=own, criteria_set=criteria_set, user=request.user)
    codes = [row["quota"].region_id for row in table]
    asked = request.GET.get("kelurahan", "")
    chosen = asked if asked in codes else next(iter(codes), "")
    found = page_of(own=own, chosen=chosen, number=request.GET.get("hal"))
    below = waiting(round=round, criteria_set=criteria_set, chosen=chosen)
    note_list(
        request, subject=f"distribution.round:{round.pk}", what=_("Daftar putaran %(round)s") % {"round": round},
        families={row.household_id for row in [*(found or ()), *below]},
    )  # fmt: skip
    return {
        "round": round,
        "next_action": NEXT[S(round.status)],
        "money": money(round=round, user=request.user),
        "counts": counts(own),
        "kelurahan": table,
        "chosen": chosen,
        "list_page": found,
        "waiting": below,
    }


def money(*, round: Round, user) -> list[tuple]:
    """Returns bars of the round's budget, and of its fund for those who may see it."""
    listed = round.entitlements.exclude(status__in=[E.DIBATALKAN]).aggregate(total=Sum("value"))["total"] or 0
    rows: list[tuple] = [
        (_("Dipakai daftar"), listed, percent(listed, round.budget)),
        (_("Sisa anggaran putaran"), round.budget - listed, percent(round.budget - listed, round.budget)),
    ]
    if user.has_perm("distribution.view_fund"):
        fund = round.fund
        rows.append((_("Sisa dana %(fund)s") % {"fund": fund}, fund.remaining, percent(fund.remaining, fund.amount)))
    return rows


def counts(own) -> dict[str, int]:
    return own.aggregate(
        listed=Count("pk"),
        given=Count("pk", Q(status__in=HANDED_OVER)),
        left=Count("pk", Q(status__in=[E.DIALOKASIKAN, E.DITAHAN])),
        failed=Count("pk", Q(status=E.GAGAL_SALUR)),
    )


def kelurahan(*, round: Round, own, criteria_set, user) -> list[dict]:
    """Returns a row for each quota in the officer's region: places, taken, lowest points, and who waits or is held."""
    quotas = Quota.objects.filter(round=round).select_related("region")
    taken = {
        row["region__parent__parent"]: row
        for row in own.order_by().values("region__parent__parent").annotate(count=Count("pk"), lowest=Min("points"))
    }
    found = {}
    if criteria_set and round.status in {S.RENCANA, S.DISUSUN}:
        counted = allocation.candidates(round=round, criteria_set_id=criteria_set.pk)
        found = {row.kelurahan: row for row in counted}
    rows = []
    for quota in quotas:
        if user.region_id and not f"{quota.region_id}.".startswith(f"{user.region_id}."):
            continue
        mine = taken.get(quota.region_id, {"count": 0, "lowest": None})
        rows.append({"quota": quota, "candidates": found.get(quota.region_id), **mine})
    return rows


def page_of(*, own, chosen: str, number):
    """Returns a page of the list of one kelurahan, each row with `head`; None when there is nothing."""
    if not chosen:
        return None
    rows = own.inside(chosen).select_related("household", "region").order_by("-points", "household")
    page = Paginator(rows, PAGE).get_page(number)
    page.object_list = list(page.object_list)
    for row, head in zip(page.object_list, handovers.heads(entitlements=page.object_list), strict=True):
        row.head = head
    return page


def waiting(*, round: Round, criteria_set, chosen: str) -> list[Score]:
    """Returns the scores just below the line, while the list can still change."""
    if not (chosen and criteria_set and round.status == S.DISUSUN):
        return []
    ids = allocation.waiting(round=round, criteria_set_id=criteria_set.pk, kelurahan=chosen, limit=WAITING)
    head = Household.objects.filter(pk=OuterRef("household")).with_head_name().values("head_name")
    scores = Score.objects.filter(criteria_set=criteria_set, household__in=ids).annotate(head_name=Subquery(head))
    return sorted(scores.select_related("region"), key=lambda score: ids.index(score.household_id))
