"""Verbs of criteria sets: install the default one, copy a set as the next draft, release another person's draft.

A set gives a **local priority score**, never a DTSEN decile: that is counted by BPS alone (shared facts in
docs; Inpres 4/2025). Kepmensos 262/HUK/2022 gives the questions but no weights and no threshold. The weights and the
threshold below are this office's own, set on 25 November 2026 so that about 15 of 100 families of the sample register
stand at or above the threshold; a kecamatan changes them by releasing the next version.
"""

import hashlib
import json
from datetime import date
from itertools import pairwise

from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet
from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from beneficiaries import facts
from beneficiaries.models import CriteriaSet, Criterion

NO_CRITERIA = _("Kriteria ini belum berisi butir yang menambah nilai. Tambahkan paling sedikit satu butir.")
TOO_FEW_POINTS = _("Jumlah nilai semua butir hanya %(points)s, di bawah batas %(threshold)s. Turunkan batasnya.")
NO_THRESHOLD = _("Batas nilai masih 0, jadi semua keluarga akan lolos. Isi batas nilai.")
GATE_WITHOUT_POINTS = _("Butir %(bit)s langsung layak, tetapi nilainya di bawah batas. Naikkan nilainya.")
TOO_MANY_POINTS = _("Butir %(bit)s: nilai paling banyak %(most)s.")
SAME_PLACE = _(
    "Butir %(one)s menimbang jumlah dan memakai nomor %(one)s sampai %(to)s. Beri butir %(bit)s nomor %(free)s."
)
NO_ROOM = _("Butir %(bit)s tidak muat: nomor paling besar %(last)s. Hapus butir lain atau kurangi langkahnya.")
BAD_CRITERION = _("Butir %(bit)s: %(sentence)s")
NOT_A_DRAFT = _("Kriteria ini sudah pernah dirilis. Salin jadi versi baru untuk mengubahnya.")
NO_PERSON = _("Kriteria dirilis oleh orang yang bertanggung jawab. Masuk lebih dahulu.")
OWN_DRAFT = _("Anda ikut menyusun draf ini. Mintalah orang lain memeriksa dan merilisnya.")
PAST = _("Tanggal mulai sudah lewat. Pilih hari ini atau hari sesudahnya.")
CHANGED = _("Draf ini berubah sejak Anda membukanya. Periksa lagi yang berubah, lalu rilis.")
NOT_WAITING = _("Kriteria ini tidak sedang menunggu tanggal mulai. Muat ulang halaman.")
NOT_IN_FORCE = _("Kriteria ini tidak sedang berlaku. Muat ulang halaman.")
WAITS = _("Versi %(version)s sudah dirilis dan menunggu tanggal mulainya. Tarik dulu rilisnya, atau tunggu.")
OPEN_DRAFT = _("Draf versi %(version)s masih terbuka. Lanjutkan draf itu, atau rilis lebih dahulu.")
NONE_IN_FORCE = _("Belum ada kriteria “%(code)s” yang berlaku. Rilis satu versi lebih dahulu.")

K = Criterion.Kind
Op = Criterion.Operator
H = facts.Household

MOST_POINTS = 1000  # of one criterion
BITS = 63  # of a score
DEFAULT_CODE = "prioritas-lokal"
DEFAULT_SET = {
    "code": DEFAULT_CODE,
    "version": 1,
    "name": "Skor prioritas lokal (bukan desil)",
    "legal_basis": (
        "Kepmensos 262/HUK/2022; Kepgub DKI 1250/2020 (variabel khas daerah); Inpres 4/2025 (DTSEN). "
        "Bobot dan batas nilai ditetapkan kecamatan."
    ),
    "threshold": 40,
}
LOW_WALLS = [H.Wall.TANPA_PLESTER, H.Wall.PAPAN, H.Wall.SENG, H.Wall.BAMBU]
SHARED_TOILETS = [H.Toilet.BERSAMA, H.Toilet.UMUM, H.Toilet.TIDAK_ADA]

# kind, fact, operator, value, points, reason code, question, met, unmet
DEFAULT_CRITERIA = (
    (K.GATE, "tenure", Op.EQ, H.Tenure.TIDAK_ADA, 100, "", "Tidak punya tempat tinggal sehari-hari",
     "Keluarga tidak punya tempat tinggal.", "Keluarga punya tempat tinggal."),
    (K.POINTS, "head_not_working", Op.EQ, True, 15, "", "Kepala keluarga tidak bekerja",
     "Kepala keluarga tidak bekerja.", "Kepala keluarga bekerja atau pensiun."),
    (K.POINTS, "feared_hunger", Op.EQ, True, 15, "", "Pernah khawatir tidak makan dalam setahun terakhir",
     "Keluarga pernah khawatir tidak makan.", "Keluarga tidak pernah khawatir soal makan."),
    (K.POINTS, "food_over_half", Op.EQ, True, 10, "", "Lebih dari setengah pengeluaran untuk makan",
     "Lebih dari setengah pengeluaran dipakai untuk makan.",
     "Pengeluaran makan tidak lebih dari setengah."),
    (K.POINTS, "bought_clothes", Op.EQ, False, 5, "", "Tidak membeli pakaian dalam setahun terakhir",
     "Keluarga tidak membeli pakaian setahun terakhir.", "Keluarga membeli pakaian setahun terakhir."),
    (K.POINTS, "floor", Op.IN, [H.Floor.TANAH, H.Floor.PLESTER], 10, "", "Lantai rumah dari tanah atau plester",
     "Lantai rumah dari tanah atau plester.", "Lantai rumah bukan tanah atau plester."),
    (K.POINTS, "wall", Op.IN, LOW_WALLS, 10, "", "Dinding dari bambu, papan, seng, atau tembok tanpa plester",
     "Dinding rumah bukan tembok berplester.", "Dinding rumah dari tembok berplester."),
    (K.POINTS, "toilet", Op.IN, SHARED_TOILETS, 5, "", "Tidak punya jamban sendiri",
     "Keluarga tidak punya jamban sendiri.", "Keluarga punya jamban sendiri."),
    (K.POINTS, "electricity_va", Op.LTE, 450, 5, "", "Listrik 450 VA atau tanpa listrik",
     "Listrik rumah 450 VA atau tidak ada.", "Daya listrik rumah lebih dari 450 VA."),
    (K.POINTS, "decile", Op.LTE, 4, 15, "", "Desil DTSEN 1 sampai 4",
     "Desil DTSEN keluarga 1 sampai 4.", "Desil DTSEN keluarga di atas 4 atau belum ada."),
    (K.POINTS, "decile", Op.LTE, 2, 10, "", "Tambahan untuk desil DTSEN 1 dan 2",
     "Desil DTSEN keluarga 1 atau 2.", "Desil DTSEN keluarga bukan 1 atau 2."),
    (K.HOLD, "civil_servant", Op.EQ, True, 0, "R01", "Ada anggota ASN, TNI, Polri, atau pegawai tetap BUMN",
     "Ada anggota ASN, TNI, Polri, atau BUMN. Perlu diperiksa.", "Tidak ada anggota ASN, TNI, Polri, atau BUMN."),
    (K.HOLD, "has_car", Op.EQ, True, 0, "R02", "Punya mobil",
     "Keluarga tercatat punya mobil. Perlu diperiksa.", "Keluarga tidak punya mobil."),
    (K.HOLD, "njop_over_1b", Op.EQ, True, 0, "R03", "Tanah dan bangunan bernilai di atas Rp1 miliar (NJOP)",
     "Nilai tanah dan bangunan di atas Rp1 miliar. Perlu diperiksa.",
     "Nilai tanah dan bangunan tidak di atas Rp1 miliar."),
    (K.HOLD, "branded_water", Op.EQ, True, 0, "R04", "Air minum utama air kemasan bermerek",
     "Air minum utama air kemasan bermerek. Perlu diperiksa.", "Air minum utama bukan air kemasan bermerek."),
)  # fmt: skip
_COLUMNS = ("kind", "fact", "operator", "value", "points", "reason_code", "question", "met", "unmet")


class CriteriaError(ValueError):
    """What a person asked of a criteria set cannot be done; its sentence says how to mend it."""


def in_force(*, code: str = DEFAULT_CODE) -> CriteriaSet:
    """Returns the released version of a set. Raises CriteriaError when there is none."""
    found = CriteriaSet.objects.released().filter(code=code).first()
    if found is None:
        raise CriteriaError(NONE_IN_FORCE % {"code": code})
    return found


def codes_in_use() -> list[str]:
    """Returns the codes of the criteria by which aid is given, the first one first (`settings.CRITERIA_SOURCE`).

    While no programme is open they are those that came with the portal.
    """
    return import_string(settings.CRITERIA_SOURCE)() or [DEFAULT_CODE]


def in_use() -> list[int]:
    """Returns the keys of the sets in force by which aid is given. Others in force are only tried and move nobody."""
    return list(CriteriaSet.objects.released().filter(code__in=codes_in_use()).values_list("pk", flat=True))


@transaction.atomic
def load_default(*, by=None) -> CriteriaSet:
    """Installs and releases "prioritas-lokal" version 1 once; later calls return the version in force."""
    if found := CriteriaSet.objects.released().filter(code=DEFAULT_CODE).first():
        return found
    first, new = CriteriaSet.objects.get_or_create(
        code=DEFAULT_CODE, version=1, defaults={key: DEFAULT_SET[key] for key in ("name", "legal_basis", "threshold")}
    )
    if new:
        add(criteria_set=first, rows=DEFAULT_CRITERIA)
    return _release(first, by=by, starts_on=timezone.localdate())


def add(*, criteria_set: CriteriaSet, rows) -> None:
    """Adds criteria to a draft, numbered in their order; a row holds the values of `_COLUMNS`."""
    made = list(criteria_set.criteria.all())
    for row in rows:
        fields = dict(zip(_COLUMNS, row, strict=True))
        made.append(Criterion.objects.create(criteria_set=criteria_set, bit=next_bit(made), **fields))


@transaction.atomic
def draft(*, source: CriteriaSet, by) -> CriteriaSet:
    """Copies a set as its next version, a draft. Raises CriteriaError when a draft of it is open already.

    `by` is its author, who may not release it.
    """
    copy = CriteriaSet.objects.create(
        code=source.code,
        version=next_version(code=source.code),
        name=source.name,
        legal_basis=source.legal_basis,
        threshold=source.threshold,
        drafted_by=by,
    )
    for criterion in source.criteria.all():
        fields = model_to_dict(criterion, exclude=["id", "criteria_set"])
        Criterion.objects.create(criteria_set=copy, **fields)
    return copy


def next_version(*, code: str) -> int:
    """Returns the number of the next draft of a code. Raises CriteriaError when a draft of it is open already."""
    versions = CriteriaSet.objects.select_for_update().filter(code=code)
    list(versions)  # two people who copy at once wait for each other
    if open_draft := versions.filter(status=CriteriaSet.Status.DRAF).first():
        raise CriteriaError(OPEN_DRAFT % {"version": open_draft.version})
    if waits := versions.waiting().first():
        raise CriteriaError(WAITS % {"version": waits.version})
    return (versions.aggregate(last=Max("version"))["last"] or 0) + 1


def edited(*, criteria_set: CriteriaSet, by) -> CriteriaSet:
    """Notes who wrote a draft last. Whoever ever did is one of its authors, and releases it no more."""
    criteria_set.drafted_by = by
    criteria_set.save(update_fields=["drafted_by"])
    return criteria_set


def to_review(*, user) -> QuerySet[CriteriaSet]:
    """Returns the drafts that somebody may review and release: those of which they wrote nothing."""
    history = CriteriaSet.pgh_event_model.objects.filter(drafted_by=user.pk)  # type: ignore[attr-defined]
    return CriteriaSet.objects.filter(status=CriteriaSet.Status.DRAF).exclude(pk__in=history.values("pgh_obj_id"))


def is_author(*, criteria_set: CriteriaSet, user) -> bool:
    """Whether somebody wrote any of a set: a colleague who saved it later makes nobody a stranger to it."""
    history = CriteriaSet.pgh_event_model.objects  # type: ignore[attr-defined]
    return history.filter(pgh_obj_id=criteria_set.pk, drafted_by=user.pk).exists()


def fingerprint(*, criteria_set: CriteriaSet) -> str:
    """Returns a short text that differs when anything of a set differs: what a reviewer has seen."""
    rules = [model_to_dict(rule) for rule in Criterion.objects.filter(criteria_set=criteria_set).order_by("bit")]
    heads = [criteria_set.name, criteria_set.threshold, criteria_set.legal_basis]
    return hashlib.sha256(json.dumps([heads, rules], sort_keys=True).encode()).hexdigest()


def release(*, criteria_set: CriteriaSet, by, starts_on: date, seen: str | None = None) -> CriteriaSet:
    """Puts a draft in force from `starts_on` and retires the version before it; for a later day it waits for `begin`.

    `seen` is the fingerprint of what `by` looked at; a draft edited since then is refused.

    Raises CriteriaError for a draft that cannot be scored with, for a set that is no draft, for a day that is over,
    without a person, and for whoever wrote any of the draft.
    """
    if by is None:
        raise CriteriaError(NO_PERSON)
    if starts_on < timezone.localdate():
        raise CriteriaError(PAST)
    return _release(criteria_set, by=by, starts_on=starts_on, seen=seen)


def _release(criteria_set: CriteriaSet, *, by, starts_on: date, seen: str | None = None) -> CriteriaSet:
    with transaction.atomic():
        chosen = CriteriaSet.objects.select_for_update().get(pk=criteria_set.pk)
        if chosen.status != CriteriaSet.Status.DRAF:
            raise CriteriaError(NOT_A_DRAFT)
        if by is not None and is_author(criteria_set=chosen, user=by):
            raise CriteriaError(OWN_DRAFT)
        if seen is not None and seen != fingerprint(criteria_set=chosen):
            raise CriteriaError(CHANGED)
        check(criteria_set=chosen)
        chosen.status, chosen.starts_on = CriteriaSet.Status.SIAP, starts_on
        chosen.released_by, chosen.released_at = by, timezone.now()
        chosen.save()
        return _begin(chosen) if starts_on <= timezone.localdate() else chosen


def begin() -> list[CriteriaSet]:
    """Puts in force what was released for a day that has come, and returns it; the version before each is retired.

    Twice is harmless. The caller starts the scoring.
    """
    with transaction.atomic():
        due = CriteriaSet.objects.select_for_update().waiting().filter(starts_on__lte=timezone.localdate())
        return [_begin(each) for each in due.order_by("pk")]


def _begin(chosen: CriteriaSet) -> CriteriaSet:
    CriteriaSet.objects.released().filter(code=chosen.code).update(status=CriteriaSet.Status.PENSIUN)
    chosen.status = CriteriaSet.Status.RILIS
    chosen.save(update_fields=["status"])
    return chosen


def withdraw(*, criteria_set: CriteriaSet, by) -> CriteriaSet:
    """Makes a set that waits for its day a draft again. Raises CriteriaError for another set, or nobody."""
    if by is None:
        raise CriteriaError(NO_PERSON)
    with transaction.atomic():
        chosen = CriteriaSet.objects.select_for_update().get(pk=criteria_set.pk)
        if chosen.status != CriteriaSet.Status.SIAP:
            raise CriteriaError(NOT_WAITING)
        chosen.status = CriteriaSet.Status.DRAF
        chosen.starts_on = chosen.released_by = chosen.released_at = None
        chosen.save()
    return chosen


def discard(*, criteria_set: CriteriaSet, by) -> None:
    """Throws a draft away, with its criteria; the history keeps it. Raises CriteriaError for another set, or nobody."""
    if by is None:
        raise CriteriaError(NO_PERSON)
    with transaction.atomic():
        chosen = CriteriaSet.objects.select_for_update().get(pk=criteria_set.pk)
        if chosen.status != CriteriaSet.Status.DRAF:
            raise CriteriaError(NOT_A_DRAFT)
        chosen.criteria.all().delete()
        chosen.delete()


def retire(*, criteria_set: CriteriaSet, by) -> CriteriaSet:
    """Ends a set in force without one after it; its scores stay. Raises CriteriaError for another set, or nobody."""
    if by is None:
        raise CriteriaError(NO_PERSON)
    with transaction.atomic():
        chosen = CriteriaSet.objects.select_for_update().get(pk=criteria_set.pk)
        if chosen.status != CriteriaSet.Status.RILIS:
            raise CriteriaError(NOT_IN_FORCE)
        chosen.status = CriteriaSet.Status.PENSIUN
        chosen.save(update_fields=["status"])
    return chosen


def check(*, criteria_set: CriteriaSet) -> None:
    """Raises CriteriaError with the first reason why a set cannot be scored with."""
    criteria = list(criteria_set.criteria.all())
    for criterion in criteria:
        check_criterion(criterion)
    _check_places(criteria)
    if not any(c.kind in (K.POINTS, K.GATE) and c.points for c in criteria):
        raise CriteriaError(NO_CRITERIA)
    if criteria_set.threshold == 0:
        raise CriteriaError(NO_THRESHOLD)
    for gate in criteria:
        if gate.kind == K.GATE and gate.points < criteria_set.threshold:
            raise CriteriaError(GATE_WITHOUT_POINTS % {"bit": gate.bit})
    most = sum(c.points * c.most for c in criteria if c.kind == K.POINTS)
    if any(c.kind == K.POINTS for c in criteria) and most < criteria_set.threshold:
        raise CriteriaError(TOO_FEW_POINTS % {"points": most, "threshold": criteria_set.threshold})


def check_criterion(criterion: Criterion) -> None:
    """Raises CriteriaError when a criterion names an unknown fact, or compares it with what it cannot be."""
    try:
        facts.get(criterion.fact).check(criterion.operator, criterion.value)
    except facts.FactError as error:
        raise CriteriaError(BAD_CRITERION % {"bit": criterion.bit, "sentence": error}) from error
    if criterion.points * criterion.most > MOST_POINTS:
        raise CriteriaError(TOO_MANY_POINTS % {"bit": criterion.bit, "most": MOST_POINTS})


def next_bit(criteria: list[Criterion]) -> int:
    """Returns the first number behind all of these criteria."""
    return max((c.bit + c.width for c in criteria), default=0)


def _check_places(criteria: list[Criterion]) -> None:
    """Raises CriteriaError when two criteria share a place in a score, or one has no room in it."""
    ordered = sorted(criteria, key=lambda c: c.bit)
    for one, other in pairwise(ordered):
        if one.bit + one.width > other.bit:
            raise CriteriaError(
                SAME_PLACE
                % {"bit": other.bit, "one": one.bit, "to": one.bit + one.width - 1, "free": next_bit(ordered)}
            )
    if next_bit(ordered) > BITS:
        raise CriteriaError(NO_ROOM % {"bit": ordered[-1].bit, "last": BITS - 1})
