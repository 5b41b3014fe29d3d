"""Rounds: plan, propose from the scores, freeze, approve by a second person, close.

Locks are taken in the order round, entitlement, fund; `approve` alone takes the fund before the round, and nobody
who holds a round that is not yet approved ever waits for a fund.
"""

from datetime import date

from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bansos import periods, refusals
from bansos.models import Region
from bansos.templatetags.look import month, rupiah
from beneficiaries import scoring
from beneficiaries.models import DuplicatePair, Household
from distribution import allocation
from distribution.models import Entitlement, Fund, FundEntry, Programme, Quota, Round

TRAINING = _("Pelatihan dijalankan sebagai angkatan. Buat di menu Pelatihan.")
NOT_POSITIVE = _("Nilai per keluarga dan anggaran harus lebih dari nol.")
TWICE = _("%(programme)s sudah punya putaran untuk %(period)s. Buka putaran itu.")
OUTSIDE = _("Kuota %(region)s di luar wilayah putaran ini. Hapus kuota itu.")
NOT_A_KELURAHAN = _("Kuota dibagi per kelurahan. %(region)s bukan kelurahan.")
NO_QUOTA = _("Isi kuota paling sedikit satu kelurahan, lalu susun lagi.")
NO_CRITERIA = _("Kriteria program ini belum dirilis. Rilis kriterianya, lalu susun lagi.")
NOT_SCORED = _("Belum semua keluarga dinilai dengan kriteria ini. Jalankan penilaian sampai selesai, lalu susun lagi.")
NO_SCORES = _("Tidak ada keluarga dengan indikasi layak. Jalankan penilaian, lalu susun lagi.")
NOT_OPEN = _("Daftar ini sudah dikunci. Daftar tidak dapat disusun lagi.")
NOT_PROPOSED = _("Daftar belum disusun. Susun daftar lebih dulu.")
EMPTY = _("Daftar ini kosong. Susun daftar lebih dulu.")
OVER_BUDGET = _("Daftar melebihi anggaran sebanyak %(missing)s. Susun daftar lagi.")
CHANGED_CRITERIA = _("Kriteria berganti sesudah daftar disusun. Susun daftar lagi menurut kriteria yang berlaku.")
CHANGED_VALUE = _("Nilai per keluarga berubah sesudah daftar disusun. Susun daftar lagi.")
OVER_QUOTA = _("Kuota %(region)s berubah sesudah daftar disusun. Susun daftar lagi.")
DOUBTFUL = _("%(count)s keluarga di daftar masih mungkin ganda. Putuskan dulu, lalu susun lagi.")
GONE = _("%(count)s keluarga di daftar sudah pindah atau tidak ada lagi. Susun daftar lagi.")
LIMITED = _("%(count)s keluarga di daftar minta datanya dibatasi. Susun daftar lagi.")
NOT_FROZEN = _("Hanya daftar yang dikunci yang dapat disahkan. Kunci daftar lebih dulu.")
SAME_PERSON = _("Anda yang menyusun atau mengunci daftar ini. Minta orang lain mengesahkan.")
TAMPERED = _("Isi daftar berbeda dari saat dikunci. Batalkan putaran ini dan hubungi admin sistem.")
FUND_SHORT = _("%(fund)s kurang %(missing)s. Tambah pagu dana atau kecilkan anggaran putaran.")
TOO_LATE_TO_CANCEL = _("Putaran ini sudah disahkan. Tutup putaran bila penyaluran selesai.")
NOT_RUNNING = _("Hanya putaran yang sudah disahkan yang dapat ditutup.")
NOT_COLLECTED = _("Tidak diambil sampai putaran ditutup")

S = Round.Status


class RoundError(ValueError):
    """Why a round cannot go on, as a sentence for the officer."""


@transaction.atomic
def plan(
    *,
    programme: Programme,
    fund: Fund,
    period: date,
    region: Region,
    budget: int,
    quotas: dict[str, int],
    unit_value: int | None = None,
    place: str = "",
    hands_over_on: date | None = None,
    hours: str = "",
    by,
) -> Round:
    """Makes a round with its quotas by kelurahan code. Raises RoundError."""
    value = programme.unit_value if unit_value is None else unit_value
    check_plan(programme=programme, unit_value=value, budget=budget)
    planned = Round(
        programme=programme, fund=fund, period=periods.of(period), region=region, unit_value=value, budget=budget,
        place=place, hands_over_on=hands_over_on, hours=hours,
    )  # fmt: skip
    try:
        with transaction.atomic():
            planned.save()
    except IntegrityError as error:
        if refusals.constraint(error) != "round_one_per_programme_and_period":
            raise
        sentence = TWICE % {"programme": programme, "period": month(planned.period)}
        raise RoundError(sentence) from error
    found = Region.objects.in_bulk(quotas)
    for code in quotas:
        check_quota(round_region=region.code, region=found.get(code), code=code)
    Quota.objects.bulk_create(Quota(round=planned, region_id=c, households=n) for c, n in quotas.items())
    return planned


def check_plan(*, programme: Programme, unit_value: int, budget: int) -> None:
    """Raises RoundError when a round with these figures cannot be."""
    if programme.kind == Programme.Kind.PELATIHAN:
        raise RoundError(TRAINING)
    if unit_value <= 0 or budget <= 0:
        raise RoundError(NOT_POSITIVE)


def check_quota(*, round_region: str, region: Region | None, code: str) -> None:
    """Raises RoundError unless `region` is a kelurahan inside the round's region."""
    if region is None or region.level != Region.Level.KELURAHAN:
        raise RoundError(NOT_A_KELURAHAN % {"region": region or code})
    if not region.code.startswith(f"{round_region}."):
        raise RoundError(OUTSIDE % {"region": region})


@transaction.atomic
def propose(*, round: Round, by) -> Round:
    """Makes the list from the scores in force, replacing an earlier proposal. Raises RoundError."""
    locked = _lock(round)
    if locked.status not in {S.RENCANA, S.DISUSUN}:
        raise RoundError(NOT_OPEN)
    if not locked.quotas.filter(households__gt=0).exists():
        raise RoundError(NO_QUOTA)
    criteria_set = locked.programme.criteria_in_force()
    if criteria_set is None:
        raise RoundError(NO_CRITERIA)
    if not scoring.is_complete(criteria_set=criteria_set):
        raise RoundError(NOT_SCORED)
    locked.entitlements.all().delete()
    if not allocation.fill(round=locked, criteria_set_id=criteria_set.pk):
        raise RoundError(NO_SCORES)
    locked.status, locked.criteria_set = S.DISUSUN, criteria_set
    locked.cutoff = locked.entitlements.order_by("points").values_list("points", flat=True).first()
    locked.proposed_by, locked.proposed_at = by, timezone.now()
    locked.save(update_fields=["status", "criteria_set", "cutoff", "proposed_by", "proposed_at"])
    return _refreshed(round)


@transaction.atomic
def freeze(*, round: Round, by) -> Round:
    """Fixes the list with its SHA-256. Raises RoundError for an empty, costly, outdated or doubtful list."""
    locked = _lock(round)
    if locked.status != S.DISUSUN:
        raise RoundError(NOT_PROPOSED if locked.status == S.RENCANA else NOT_OPEN)
    _check_list(locked)
    locked.status, locked.list_hash = S.DIKUNCI, hash_of(round=locked)
    locked.frozen_by, locked.frozen_at = by, timezone.now()
    locked.save(update_fields=["status", "list_hash", "frozen_by", "frozen_at"])
    return _refreshed(round)


@transaction.atomic
def approve(*, round: Round, by) -> Round:
    """Approves a frozen list and binds its money in the fund, all or nothing. Raises RoundError."""
    fund = Fund.objects.select_for_update(no_key=True).get(rounds=round.pk)
    locked = _lock(round)
    if locked.status != S.DIKUNCI:
        raise RoundError(NOT_FROZEN)
    if by.pk in {locked.proposed_by_id, locked.frozen_by_id}:
        raise RoundError(SAME_PERSON)
    if hash_of(round=locked) != locked.list_hash:
        raise RoundError(TAMPERED)
    total = _cost(locked)
    if total > fund.remaining:
        raise RoundError(FUND_SHORT % {"fund": fund, "missing": rupiah(total - fund.remaining)})
    Fund.objects.filter(pk=fund.pk).update(committed=F("committed") + total)
    FundEntry.objects.create(fund=fund, kind=FundEntry.Kind.KOMITMEN, amount=total, round=locked, by=by)
    locked.status, locked.approved_by, locked.approved_at = S.DISAHKAN, by, timezone.now()
    locked.save(update_fields=["status", "approved_by", "approved_at"])
    locked.entitlements.update(status=Entitlement.Status.DIALOKASIKAN)
    return _refreshed(round)


@transaction.atomic
def cancel(*, round: Round, by) -> Round:
    """Gives a round up before it is approved. Raises RoundError afterwards."""
    locked = _lock(round)
    if locked.status not in {S.RENCANA, S.DISUSUN, S.DIKUNCI}:
        raise RoundError(TOO_LATE_TO_CANCEL)
    locked.entitlements.update(status=Entitlement.Status.DIBATALKAN)
    locked.status = S.DIBATALKAN
    locked.save(update_fields=["status"])
    return _refreshed(round)


@transaction.atomic
def close(*, round: Round, by) -> Round:
    """Ends a round: what nobody took fails, and its money returns to the fund. Raises RoundError."""
    locked = _lock(round)
    if not locked.is_handing_over:
        raise RoundError(NOT_RUNNING)
    open_ones = locked.entitlements.filter(status__in=[Entitlement.Status.DIALOKASIKAN, Entitlement.Status.DITAHAN])
    open_ones.update(status=Entitlement.Status.GAGAL_SALUR, status_reason=NOT_COLLECTED)
    failed = locked.entitlements.filter(status=Entitlement.Status.GAGAL_SALUR)
    if released := failed.aggregate(total=Sum("value"))["total"]:
        Fund.objects.filter(pk=locked.fund_id).update(committed=F("committed") - released)
        FundEntry.objects.create(
            fund_id=locked.fund_id, kind=FundEntry.Kind.PELEPASAN, amount=released, round=locked, by=by
        )
    locked.status, locked.closed_at = S.DITUTUP, timezone.now()
    locked.save(update_fields=["status", "closed_at"])
    return _refreshed(round)


def hash_of(*, round: Round) -> str:
    """Returns the SHA-256 of the list: one line "household,value,points" each, most points first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT encode(sha256(convert_to(coalesce(string_agg(
                format('%%s,%%s,%%s', household_id, value, points), E'\n' ORDER BY points DESC, household_id
            ), ''), 'UTF8')), 'hex') FROM distribution_entitlement WHERE round_id = %s
            """,
            [round.pk],
        )
        return cursor.fetchone()[0]


def doubtful(*, round: Round):
    """Returns the entitlements of `round` whose family has somebody in an open duplicate pair."""
    pairs = DuplicatePair.objects.open()
    first, second = pairs.values("first__household"), pairs.values("second__household")
    return round.entitlements.filter(Q(household__in=first) | Q(household__in=second))


def _check_list(locked: Round) -> None:
    if locked.criteria_set != locked.programme.criteria_in_force():
        raise RoundError(CHANGED_CRITERIA)
    total = _cost(locked)
    if not total:
        raise RoundError(EMPTY)
    if total > locked.budget:
        raise RoundError(OVER_BUDGET % {"missing": rupiah(total - locked.budget)})
    if locked.entitlements.exclude(value=locked.unit_value).exists():
        raise RoundError(CHANGED_VALUE)
    if over := _over_quota(locked):
        raise RoundError(OVER_QUOTA % {"region": Region.objects.get(code=over)})
    if count := doubtful(round=locked).count():
        raise RoundError(DOUBTFUL % {"count": count})
    if count := locked.entitlements.exclude(household__in=Household.objects.lived_in()).count():
        raise RoundError(GONE % {"count": count})
    if count := locked.entitlements.filter(household__limited_at__isnull=False).count():
        raise RoundError(LIMITED % {"count": count})


def _over_quota(locked: Round) -> str | None:
    """Returns a kelurahan that has more places on the list than its quota says now."""
    quotas = dict(locked.quotas.values_list("region_id", "households"))
    taken = by_kelurahan(locked.entitlements.all())
    return next((code for code, count in taken.items() if count > quotas.get(code, 0)), None)


def by_kelurahan(entitlements) -> dict[str, int]:
    """Counts entitlements by the kelurahan in which they lie."""
    counted = entitlements.order_by().values(kelurahan=F("region__parent__parent")).annotate(count=Count("pk"))
    return {row["kelurahan"]: row["count"] for row in counted}


def _cost(locked: Round) -> int:
    return locked.entitlements.aggregate(total=Sum("value"))["total"] or 0


def _lock(round: Round) -> Round:
    return Round.objects.select_for_update(of=("self",), no_key=True).select_related("programme").get(pk=round.pk)


def _refreshed(round: Round) -> Round:
    round.refresh_from_db()
    return round
