"""Cari siapa saja: one box on every page of the admin, by name as it is typed, or by a full NIK or KK.

Everything is posted, so that no number stands in an address or a log; who looks up a number leaves a trace at what it
led to, and who looks up a name at each family in the answer.
"""

from dataclasses import dataclass

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Q, Subquery
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from bansos import attachments, codes
from bansos.crypto import blind_index
from bansos.models import DataAccess
from bansos.privacy import client_address, note_list
from beneficiaries import nik
from beneficiaries.models import Application, Household, Person

SHORTEST = 2  # letters, before names are looked up
SHOWN = 10
SHOWN_ON_PAGE = 50


@dataclass(frozen=True)
class Hit:
    """One line of the answer: who or what it is, where it is, its page, and the page of the family."""

    title: str
    about: str
    link: str
    family: str = ""


@never_cache
@require_POST
def search(request):
    """Answers with a list to choose from, or with a page for those without JavaScript."""
    if not request.user.has_perm("beneficiaries.view_person"):
        raise PermissionDenied
    text = " ".join(request.POST.get("cari", "").split())
    typed = "cepat" in request.POST
    hits = find(request, text, SHOWN if typed else SHOWN_ON_PAGE)
    context = {"hits": hits, "text": "" if digits(text) else text, "too_short": len(text) < SHORTEST}
    if typed:
        return render(request, "admin/search_hits.html", context)
    return render(request, "admin/search.html", admin.site.each_context(request) | context | {"title": _("Cari")})


def find(request, text: str, most: int) -> list[Hit]:
    """Returns people by name, people and applications by NIK or KK, an application by its code.

    All are of the officer's region.
    """
    head = Household.objects.filter(pk=OuterRef("household")).with_head_name().values("head_name")
    people = Person.objects.for_officer(request.user).annotate(head_name=Subquery(head))
    people = people.select_related("region", "household")
    cases = Application.objects.for_officer(request.user).select_related("region")
    if number := digits(text):
        nik_index, kk_index = blind_index(number, "nik"), blind_index(number, "kk")
        found = people.filter(Q(nik_index=nik_index) | Q(household__kk_index=kk_index)).order_by("pk")[:most]
        asked = cases.filter(Q(nik_index=nik_index) | Q(kk_index=kk_index)).order_by("-pk")[:most]
        of_family = (person.household for person in found if person.household.kk_index == kk_index)
        note_lookup(request, [*of_family, *(person for person in found if person.nik_index == nik_index), *asked])
        return [*map(_person, found), *map(_application, asked)]
    if len(text) < SHORTEST:
        return []
    code = codes.normalise(text)
    if len(code) == codes.CODE_LENGTH and (coded := list(cases.filter(code=code))):
        pks = [case.pk for case in coded]
        note_list(request, subject="beneficiaries.person:cari-nama", what=_("Hasil mencari kode"), applications=pks)
        return [_application(case) for case in coded]
    found = list(people.named(text)[:most])
    families = [person.household_id for person in found]
    note_list(request, subject="beneficiaries.person:cari-nama", what=_("Hasil mencari nama"), families=families)
    return [_person(person) for person in found]


def digits(text: str) -> str | None:
    """Returns a full NIK or KK as 16 digits, or None for any other text."""
    try:
        return nik.clean(text)
    except nik.NumberError:
        return None


def note_lookup(request, found) -> None:
    """A number looked up leaves a trace at each row it led to, or at none; the number itself does not."""
    subjects = {attachments.subject_of(row): row.region_id for row in found}
    DataAccess.objects.bulk_create(
        DataAccess(
            user=request.user, region_id=region, subject=subject, fields="nik, kk",
            reason=_("Mencari dengan nomor lengkap"), address=client_address(request),
        )
        for subject, region in (subjects or {"beneficiaries.person:cari": request.user.region_id}).items()
    )  # fmt: skip


def _person(person) -> Hit:
    facts = [str(person.get_relation_display())]
    if person.head_name and person.relation != Person.Relation.KEPALA:
        facts.append(_("keluarga %(head)s") % {"head": person.head_name})
    facts += [person.region.label, _("lahir %(year)s") % {"year": person.born_on.year}]
    if person.died_on:
        facts.append(_("meninggal"))
    if person.left_on:
        facts.append(_("pindah"))
    if person.merged_into_id:
        facts.append(_("digabung"))
    if person.household.status != person.household.Status.AKTIF:
        facts.append(str(person.household.get_status_display()).lower())
    family = reverse("admin:beneficiaries_household_change", args=[person.household_id])
    link = reverse("admin:beneficiaries_person_change", args=[person.pk])
    return Hit(person.name, ", ".join(facts), link, family)


def _application(case: Application) -> Hit:
    about = f"{_('Permohonan')} {case}, {case.get_status_display()}, {case.region.label}"
    return Hit(case.name, about, reverse("admin:beneficiaries_application_change", args=[case.pk]))
