"""What differs between two criteria sets, in words; and what of it made one household's score differ."""

import json
from datetime import date
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from beneficiaries import facts
from beneficiaries.explanation import contributions
from beneficiaries.models import CriteriaSet, Criterion

K = Criterion.Kind
Pair = tuple[Criterion | None, Criterion | None]


def before(criteria_set: CriteriaSet) -> CriteriaSet | None:
    """The set that `criteria_set` replaces: before its start the one in force, else the version released before it."""
    versions = CriteriaSet.objects.filter(code=criteria_set.code).exclude(pk=criteria_set.pk)
    if criteria_set.status in (CriteriaSet.Status.DRAF, CriteriaSet.Status.SIAP):
        return versions.released().first()
    return versions.filter(version__lt=criteria_set.version).order_by("-version").first()


class Chapter(NamedTuple):
    """One released version in the history of a code: when it held, and what it changed."""

    criteria_set: CriteriaSet
    until: date | None  # the first day on which it did not hold; None while nothing is said of an end
    changes: list[str]
    stopped: bool = False  # it ended without another version that day


def history() -> list[list[Chapter]]:
    """The released versions of every code, the newest first, each with what changed from the one before it."""
    books: dict[str, list[CriteriaSet]] = {}
    for version in (
        CriteriaSet.objects.exclude(status=CriteriaSet.Status.DRAF)
        .order_by("code", "-version")
        .prefetch_related("criteria")
    ):
        books.setdefault(version.code, []).append(version)
    told = []
    for versions in books.values():
        older = [*versions[1:], None]
        newer = [None, *versions[:-1]]
        told.append([_chapter(*three) for three in zip(versions, older, newer, strict=True)])
    return told


def _chapter(one: CriteriaSet, before: CriteriaSet | None, after: CriteriaSet | None) -> Chapter:
    follows = after.starts_on if after else None
    ended = _ended_on(one)
    if ended and (follows is None or ended < follows):
        return Chapter(one, ended, differences(before, one), stopped=True)
    return Chapter(one, follows, differences(before, one))


def _ended_on(criteria_set: CriteriaSet) -> date | None:
    """The day on which a set ceased to hold, from its history; None while it holds."""
    history = CriteriaSet.pgh_event_model.objects.filter(pgh_obj_id=criteria_set.pk)  # type: ignore[attr-defined]
    end = history.filter(status=CriteriaSet.Status.PENSIUN).order_by("pgh_id").first()
    return timezone.localdate(end.pgh_created_at) if end else None


def pairs(old: CriteriaSet | None, new: CriteriaSet) -> list[Pair]:
    """Each criterion of `old` with the one of `new` that continues it; what has no counterpart stands alone.

    A criterion continues when it asks for the same fact under the same number, or has the same words, or compares the
    same fact with the same value.
    """
    left = list(old.criteria.all()) if old else []
    found: dict[int, Criterion] = {}
    for same in (
        lambda rule: (rule.bit, rule.fact),
        lambda rule: rule.question,
        lambda rule: (rule.fact, rule.operator, json.dumps(rule.value)),
    ):
        for rule in new.criteria.all():
            match = next((one for one in left if rule.pk not in found and same(one) == same(rule)), None)
            if match:
                found[rule.pk] = match
                left.remove(match)
    kept: list[Pair] = [(found.get(rule.pk), rule) for rule in new.criteria.all()]
    return kept + [(gone, None) for gone in left]


def differences(old: CriteriaSet | None, new: CriteriaSet) -> list[str]:
    """The sentences of what changed from `old` to `new`; empty when they ask and give the same."""
    if old is None:
        return [_("Kriteria pertama; belum ada versi sebelumnya.")]
    heads = [
        (_("Nama"), old.name, new.name),
        (_("Batas nilai"), old.threshold, new.threshold),
        (_("Dasar hukum"), old.legal_basis, new.legal_basis),
    ]
    said = [_became(label, was, now) for label, was, now in heads if was != now]
    for one, other in pairs(old, new):
        said += _changed(one, other)
    return said


def _became(label, was, now) -> str:
    return _("{label}: {was} menjadi {now}.").format(label=label, was=was, now=now)


def _changed(one: Criterion | None, other: Criterion | None) -> list[str]:
    if one is None or other is None:
        words = _("Kriteria baru: {rule}.") if one is None else _("Dihapus: {rule}.")
        return [words.format(rule=_whole(rule)) for rule in (one, other) if rule]
    said = []
    if one.question != other.question:
        said.append(_("Kalimat syarat: “{was}” menjadi “{now}”.").format(was=one.question, now=other.question))
    if one.points != other.points:
        said.append(_became(other.question, one.points, other.points))
    checks = check(one), check(other)
    if checks[0] != checks[1]:
        said.append(_("{rule}: cara memeriksa “{was}” menjadi “{now}”.").format(
            rule=other.question, was=checks[0], now=checks[1]
        ))  # fmt: skip
    if one.kind != other.kind:
        said.append(_became(other.question, one.get_kind_display(), other.get_kind_display()))
    if (one.met, one.unmet, one.reason_code) != (other.met, other.unmet, other.reason_code):
        said.append(_("{rule}: kalimat penjelasannya diperbarui.").format(rule=other.question))
    return said


def check(rule: Criterion) -> str:
    """Returns the comparison in words. One of a draft that does not fit its fact stands in its own words."""
    try:
        return facts.get(rule.fact).words(rule.operator, rule.value)
    except facts.FactError:
        return f"{rule.fact}: {rule.value}"


def _whole(rule: Criterion) -> str:
    if rule.graded:
        words = _("{question} (nilai {points} tiap langkah, paling banyak {most} kali)")
        return words.format(question=rule.question, points=rule.points, most=rule.most)
    if rule.kind == K.POINTS:
        return _("{question} (nilai {points})").format(question=rule.question, points=rule.points)
    return f"{rule.question} ({rule.get_kind_display().lower()})"


class Comparison:
    """Two sets, `old` in force (or none) and `new`, paired once so that many households can be explained."""

    def __init__(self, old: CriteriaSet | None, new: CriteriaSet):
        self.old, self.new = old, new
        self.criteria = (list(old.criteria.all()) if old else [], list(new.criteria.all()))
        self.pairs = pairs(old, new)

    def reasons(self, *, hits_now: int, hits: int) -> list[str]:
        """Why one household's result differs: its bits under `old` (`hits_now`) and under `new` (`hits`)."""
        return [text for text, _way in self.pushes(hits_now=hits_now, hits=hits)]

    def pushes(self, *, hits_now: int, hits: int) -> list[tuple[str, int]]:
        """The same reasons, each with its way: above 0 when it pushes towards eligible, below 0 when away from it."""
        said = self.moved(hits_now=hits_now, hits=hits)
        for one, other in self.pairs:
            was = one is not None and one.kind == K.HOLD and hits_now >> one.bit & 1
            now = other is not None and other.kind == K.HOLD and hits >> other.bit & 1
            if one is not None and was and not now:
                said.append((_("Tidak lagi menahan: {rule}.").format(rule=one.question), 1))
            if other is not None and now and not was:
                said.append((_("Sekarang menahan: {rule}.").format(rule=other.question), -1))
        if self.old is not None and self.old.threshold != self.new.threshold:
            limits = self.old.threshold, self.new.threshold
            said.append((_became(_("Batas nilai"), *limits), limits[0] - limits[1]))
        return said

    def moved(self, *, hits_now: int, hits: int) -> list[tuple[str, int]]:
        """The criteria that give other points than before, each as a sentence with its difference.

        The differences sum to that of the two scores.
        """
        given_before = contributions(hits=hits_now, criteria=self.criteria[0])
        given = contributions(hits=hits, criteria=self.criteria[1])
        said = []
        for one, other in self.pairs:
            was = given_before.get(one.bit, 0) if one else 0
            now = given.get(other.bit, 0) if other else 0
            named = other or one
            if named and was != now:
                text = _became(named.question, was, now)
                if one and other and check(one) != check(other):
                    text += " " + _("Cara memeriksanya berubah.")
                said.append((text, now - was))
        return said
