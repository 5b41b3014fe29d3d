"""Handovers: find what a code stands for, and give it out once.

`record` locks the entitlement first and touches the fund last, by an addition in the database, so that desks wait
for each other only for the length of one statement. The first handover of a round moves the round before that.
"""

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from bansos import codes, refusals
from bansos.models import Region
from bansos.privacy import refuse_told
from beneficiaries import kinship
from beneficiaries.models import Household, Person
from distribution.models import Entitlement, Fund, FundEntry, Handover, Round
from distribution.models.round import HANDED_OVER

ALREADY = _("Bantuan ini sudah diserahkan %(when)s oleh %(office)s. Bantuan hanya diberikan satu kali.")
NOT_APPROVED = _("Putaran ini belum disahkan. Tunggu pengesahan camat.")
CLOSED = _("Putaran ini sudah ditutup. Bantuan bulan itu tidak dapat diserahkan lagi.")
HELD = _("Bantuan ini ditahan. Alasannya: %(reason)s. Hubungi Kasi Kesra kecamatan.")
NO_REASON = _("masih diperiksa")
IDENTITY = _("Lihat KTP dan KK asli lebih dulu, lalu beri tanda.")
NOT_LIVING = _("%(name)s tercatat meninggal. Anggota lain dalam KK ini boleh mengambil.")
GONE = _("Keluarga ini sudah pindah atau tidak ada lagi. Periksa riwayatnya di kelurahan.")
LEFT = _("%(name)s tercatat pindah ke luar. Anggota lain dalam KK ini boleh mengambil.")
NOBODY = _("Semua anggota KK ini tercatat meninggal atau pindah. Bantuan tidak dapat diserahkan.")
STRANGER = _("%(name)s bukan anggota KK ini. Pilih orang yang namanya ada di KK.")
APPROVER = _("Anda yang mengesahkan putaran ini. Minta petugas lain menyerahkan.")
OUTSIDE = _("Keluarga ini di luar wilayah Anda. Minta petugas kelurahannya menyerahkan.")

E = Entitlement.Status


class HandoverError(ValueError):
    """Why something is not handed over, as a sentence for the officer."""


def find(*, code: str, by) -> Entitlement | None:
    """Returns the entitlement behind a typed or scanned `code` in the officer's region, or None."""
    return (
        Entitlement.objects.for_officer(by)
        .select_related("round__programme", "household", "region", "handover__by__region")
        .filter(code=codes.normalise(code))
        .first()
    )


@transaction.atomic
def record(*, entitlement: Entitlement, recipient: Person, identity_seen: bool, note: str = "", by) -> Handover:
    """Hands `entitlement` to `recipient`, once and only once. Raises HandoverError."""
    Round.objects.filter(pk=entitlement.round_id, status=Round.Status.DISAHKAN).update(status=Round.Status.PENYALURAN)
    locked = _lock(entitlement.pk)
    check(entitlement=locked, by=by)
    if not identity_seen:
        raise HandoverError(IDENTITY)
    refuse_told(HandoverError, note)
    is_head = recipient.relation == Person.Relation.KEPALA
    made = _write(
        entitlement=locked,
        recipient=recipient,
        method=Handover.Method.SENDIRI if is_head else Handover.Method.PERWAKILAN,
        note=note.strip(),
        by=by,
    )
    locked.status = E.DISERAHKAN if is_head else E.DISERAHKAN_PERWAKILAN
    locked.save(update_fields=["status"])
    fund_id = locked.round.fund_id
    Fund.objects.filter(pk=fund_id).update(spent=F("spent") + locked.value)
    FundEntry.objects.create(
        fund_id=fund_id, kind=FundEntry.Kind.SALUR, amount=locked.value, round=locked.round, handover=made, by=by
    )
    return made


def check(*, entitlement: Entitlement, by) -> None:
    """Raises HandoverError when `by` may not hand `entitlement` over now, whoever comes for it."""
    round = entitlement.round
    if entitlement.status in HANDED_OVER:
        raise HandoverError(_already(entitlement))
    if not Entitlement.objects.for_officer(by).filter(pk=entitlement.pk).exists():
        raise HandoverError(OUTSIDE)
    if round.status == Round.Status.DITUTUP or entitlement.status == E.GAGAL_SALUR:
        raise HandoverError(CLOSED)
    if not round.is_handing_over:
        raise HandoverError(NOT_APPROVED)
    if entitlement.household.status != Household.Status.AKTIF:
        raise HandoverError(GONE)
    if entitlement.status != E.DIALOKASIKAN:
        raise HandoverError(HELD % {"reason": entitlement.status_reason.rstrip(".") or NO_REASON})
    if round.approved_by_id == by.pk:
        raise HandoverError(APPROVER)
    if kinship.is_kin(by, entitlement.household.kk_index):
        raise HandoverError(kinship.OWN_FAMILY)


def members(*, entitlement: Entitlement) -> list[Person]:
    """Returns who may come for it: the living members of the family, the head first, then the oldest."""
    living = Person.objects.living().filter(household=entitlement.household_id)
    return sorted(living, key=lambda p: (p.relation != Person.Relation.KEPALA, p.born_on, p.pk))


def today(*, by) -> int:
    """Counts today's handovers in the officer's region."""
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return Handover.objects.for_officer(by).filter(at__gte=start).count()


def open_rounds(*, by):
    """Returns the rounds being handed over, each with `done` and `left` in the officer's region."""
    own = Entitlement.objects.for_officer(by).filter(round__in=Round.objects.handing_over())
    counts = {
        row["round"]: row
        for row in own.order_by()
        .values("round")
        .annotate(done=Count("pk", Q(status__in=HANDED_OVER)), left=Count("pk", Q(status=E.DIALOKASIKAN)))
    }
    rounds = list(Round.objects.handing_over().filter(pk__in=counts).select_related("programme"))
    for round in rounds:
        round.done, round.left = counts[round.pk]["done"], counts[round.pk]["left"]
    return rounds


def heads(*, entitlements: list[Entitlement]) -> list[Person | None]:
    """Returns the head of family of each entitlement, in their order; the one on the card, living or not."""
    families = [entitlement.household_id for entitlement in entitlements]
    by_family: dict[int, Person] = {}
    for person in Person.objects.heads().filter(household__in=families):
        by_family.setdefault(person.household_id, person)
    return [by_family.get(family) for family in families]


def by_rw(*, entitlements) -> list[tuple[Region, int]]:
    """Counts entitlements by RW: pairs of the RW and how many."""
    counted = entitlements.order_by().values("region__parent").annotate(count=Count("pk"))
    counts = {row["region__parent"]: row["count"] for row in counted}
    return [(region, counts[region.code]) for region in Region.objects.filter(code__in=counts)]


def _lock(pk: int) -> Entitlement:
    return (
        Entitlement.objects.select_for_update(of=("self",), no_key=True).select_related("round", "household").get(pk=pk)
    )


def _write(*, entitlement: Entitlement, recipient: Person, method: str, note: str, by) -> Handover:
    try:
        with transaction.atomic():
            return Handover.objects.create(
                entitlement=entitlement,
                region_id=entitlement.region_id,
                recipient=recipient,
                method=method,
                value=entitlement.value,
                identity_seen=True,
                note=note,
                by=by,
            )
    except IntegrityError as error:
        if refusals.constraint(error) != "recipient_lives_and_belongs":
            raise
        raise HandoverError(_wrong_recipient(entitlement, recipient)) from error


def _wrong_recipient(entitlement: Entitlement, recipient: Person) -> str:
    if recipient.household_id != entitlement.household_id:
        return str(STRANGER % {"name": recipient.name})
    if not members(entitlement=entitlement):
        return str(NOBODY)
    recipient.refresh_from_db(fields=["died_on", "left_on"])
    return str((LEFT if recipient.left_on else NOT_LIVING) % {"name": recipient.name})


def _already(entitlement: Entitlement) -> str:
    given = Handover.objects.select_related("by__region").get(entitlement=entitlement)
    when = date_format(timezone.localtime(given.at), r"j F Y \p\u\k\u\l H.i \W\I\B")
    return ALREADY % {"when": when, "office": office_of(given)}


def office_of(given: Handover) -> str:
    """Returns the office that handed something over: "Kelurahan Klender"."""
    region = given.by.region
    return f"{region.get_level_display()} {region.name}" if region else str(given.by)
