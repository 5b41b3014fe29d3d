"""Verbs of reviewing a draft of criteria: its author asks for it, a second person sends it back with a reason.

Releasing it (`criteria.release`) is the other answer.
"""

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from bansos.privacy import refuse_told
from bansos.refusals import constraint
from beneficiaries import criteria
from beneficiaries.criteria import CriteriaError
from beneficiaries.models import CriteriaReview, CriteriaSet

WRITE, RELEASE = "beneficiaries.change_criteriaset", "beneficiaries.release_criteriaset"
MAY_NOT_ASK = _("Akun Anda tidak boleh menyusun kriteria. Minta Kasi Kesra kecamatan.")
MAY_NOT_SEND_BACK = _("Akun Anda tidak boleh memeriksa kriteria. Minta Kasi Kesra atau camat.")
REASON_MISSING = _("Tulis apa yang perlu diperbaiki. Penyusun membacanya.")
ASKED = _("Draf ini sudah diminta diperiksa. Tunggu jawaban pemeriksa.")
NOT_ASKED = _("Draf ini tidak sedang menunggu pemeriksa. Muat ulang halaman.")
NOT_AN_AUTHOR = _("Anda tidak ikut menyusun draf ini. Penyusunnya yang meminta pemeriksaan.")

Kind = CriteriaReview.Kind


def ask(*, criteria_set: CriteriaSet, note: str, by) -> CriteriaReview:
    """Lets an author say that a draft is ready to be looked at, with a note if there is something to say.

    Raises CriteriaError, also for a draft that cannot be scored with.
    """
    if not by.has_perm(WRITE):
        raise CriteriaError(str(MAY_NOT_ASK))
    criteria.check(criteria_set=criteria_set)
    return _note(criteria_set, Kind.MINTA, note, by)


def send_back(*, criteria_set: CriteriaSet, reason: str, by) -> CriteriaReview:
    """Sends a draft that waits for a reviewer back to its authors. Raises CriteriaError."""
    if not by.has_perm(RELEASE):
        raise CriteriaError(str(MAY_NOT_SEND_BACK))
    if not reason.strip():
        raise CriteriaError(str(REASON_MISSING))
    return _note(criteria_set, Kind.KEMBALI, reason, by)


def _note(criteria_set: CriteriaSet, kind: str, words: str, by) -> CriteriaReview:
    """Adds a row; whose turn it is, and which side moves, the database decides."""
    words = " ".join(words.split())
    refuse_told(CriteriaError, words)
    asks = kind == Kind.MINTA
    refusals = {
        "criteria_review_of_a_draft": criteria.NOT_A_DRAFT,
        "criteria_review_in_turn": ASKED if asks else NOT_ASKED,
        "criteria_review_by_the_right_side": NOT_AN_AUTHOR if asks else criteria.OWN_DRAFT,
    }
    try:
        with transaction.atomic():
            return CriteriaReview.objects.create(criteria_set=criteria_set, kind=kind, note=words, by=by)
    except IntegrityError as error:
        if constraint(error) not in refusals:
            raise
        raise CriteriaError(str(refusals[constraint(error)])) from error


def newest(criteria_set: CriteriaSet) -> CriteriaReview | None:
    """Returns the last move about a draft; None while nobody asked, or once it is no draft any more."""
    if criteria_set.status != CriteriaSet.Status.DRAF:
        return None
    return criteria_set.reviews.select_related("by").last()


def waiting(*, user) -> QuerySet[CriteriaSet]:
    """Returns the drafts that wait for somebody's review: asked for, and not written by them."""
    return criteria.to_review(user=user).filter(pk__in=_with_newest(Kind.MINTA))


def sent_back(*, user) -> QuerySet[CriteriaSet]:
    """Returns the drafts that came back to somebody who wrote in them."""
    drafts = CriteriaSet.objects.filter(status=CriteriaSet.Status.DRAF, pk__in=_with_newest(Kind.KEMBALI))
    return drafts.exclude(pk__in=criteria.to_review(user=user).values("pk"))


def _with_newest(kind: str) -> QuerySet:
    rows = CriteriaReview.objects.filter(criteria_set=OuterRef("criteria_set")).order_by("-pk")
    last = CriteriaReview.objects.order_by().filter(pk=Subquery(rows.values("pk")[:1]), kind=kind)
    return last.values("criteria_set")
