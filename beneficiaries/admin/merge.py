"""The page on which an officer makes one person of two: every difference side by side, one choice for each."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bansos.privacy import mask_apart, note_page
from bansos.scope import covers
from bansos.templatetags.look import number
from beneficiaries import merging
from beneficiaries.duplicates import DuplicateError
from beneficiaries.models import DuplicatePair, Person

SIDES = ("pertama", "kedua")


def may_settle(user) -> bool:
    """Tells whether the officer may decide on likely duplicates."""
    return user.has_perm("beneficiaries.change_duplicatepair")


def may_merge(user, pair: DuplicatePair) -> bool:
    """Tells whether both people live in the officer's region; who settles sees the other's illness and income."""
    return all(covers(user, person.region_id) for person in (pair.first, pair.second))


class MergePages:
    """A mixin of the pairs' ModelAdmin with `<id>/gabung/`."""

    def get_urls(self):
        view = self.admin_site.admin_view(self.merge_view)
        return [path("<int:pk>/gabung/", view, name="beneficiaries_duplicatepair_gabung"), *super().get_urls()]

    def merge_view(self, request, pk):
        """Shows the choices; a POST merges and tells what moved."""
        pair = self.get_object(request, str(pk))
        if pair is None:
            raise Http404
        if not may_settle(request.user):
            raise PermissionDenied
        back = reverse("admin:beneficiaries_duplicatepair_change", args=[pk])
        if request.method == "POST":
            return redirect(self._merge(request, pair) or back)
        if pair.status != DuplicatePair.Status.TERBUKA:
            return redirect(back)
        if not may_merge(request.user, pair):
            messages.error(request, str(merging.ELSEWHERE))
            return redirect(back)
        note_page(request, pair.first, pair.second, page="pair_page")
        context = {
            "title": _("Gabungkan menjadi satu orang"),
            "opts": self.opts,
            "pair": pair,
            "families": _families(pair),
            "lines": _lines(pair),
            "back": back,
        }
        template = "admin/beneficiaries/duplicatepair/merge.html"
        return TemplateResponse(request, template, self.admin_site.each_context(request) | context)

    def _merge(self, request, pair: DuplicatePair) -> str | None:
        """Merges as chosen and returns where to go, or None when it was refused."""
        people = dict(zip(SIDES, (pair.first, pair.second), strict=True))
        side = request.POST.get("tetap")
        if side not in people:
            messages.error(request, gettext("Pilih keluarga tempat orang ini tetap tercatat."))
            return None
        take = {name for name in merging.FIELDS if request.POST.get(name, side) not in {side, ""}}
        try:
            made = merging.merge(pair=pair, keep=people[side], take=take, by=request.user)
        except DuplicateError as error:
            messages.error(request, str(error))
            return None
        messages.success(request, told(made))
        return reverse("admin:beneficiaries_person_change", args=[made.person.pk])


def told(made: merging.Merged) -> str:
    """Returns what came of a merge, in sentences."""
    parts = [gettext("{name} sekarang tercatat satu kali.").format(name=made.person.name)]
    for label, count in made.moved.items():
        parts.append(gettext("{count} {label} ikut dipindahkan.").format(count=count, label=label))
    for label, count in made.left.items():
        parts.append(gettext("{count} {label} tetap pada catatan lama.").format(count=count, label=label))
    if made.ended:
        parts.append(gettext("Keluarga lamanya tidak punya anggota lagi dan ditandai tidak ada lagi."))
    return " ".join(parts)


def _families(pair: DuplicatePair) -> list[dict]:
    """Returns both families as the officer compares them."""
    cards = mask_apart(*(str(person.household.kk) for person in (pair.first, pair.second)))
    return [
        {
            "side": side,
            "person": person,
            "family": person.household,
            "kk": kk,
            "members": [member.name for member in others_at_home(person)],
        }
        for side, person, kk in zip(SIDES, (pair.first, pair.second), cards, strict=True)
    ]


def others_at_home(person: Person) -> QuerySet[Person]:
    """Returns who else lives in the person's family, in the order of the card."""
    return person.household.people.living().exclude(pk=person.pk).order_by("pk")


def _lines(pair: DuplicatePair) -> list[dict]:
    """Returns each field with both values; where they differ one is chosen, a filled one first."""
    lines = []
    for name in merging.FIELDS:
        first, second = (_written(person, name) for person in (pair.first, pair.second))
        if name == "nik":
            first, second = mask_apart(str(pair.first.nik), str(pair.second.nik))
        agree = getattr(pair.first, name) == getattr(pair.second, name)
        chosen = SIDES[1] if first == "-" != second else SIDES[0]
        label = cast(models.Field, Person._meta.get_field(name)).verbose_name
        lines.append({"name": name, "label": label, "values": [first, second], "agree": agree, "chosen": chosen})
    return lines


def _written(person: Person, name: str) -> str:
    value = getattr(person, name)
    if name == "born_on":
        return f"{value:%d-%m-%Y}"
    if name == "income":
        return number(value)
    if isinstance(value, bool):
        return gettext("Ya") if value else gettext("Tidak")
    shown = getattr(person, f"get_{name}_display", None)
    return str(shown() if shown else value) or "-"
