"""Which family a neighbour's appeal is about, and what it may learn of it: never who spoke.

A neighbour writes a name and an RT. The kecamatan finds the family, in the register or among those who applied; only
then the family reads that there is an objection, and later what came of it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from bansos.models import Region
from bansos.models.region import kelurahan_of
from beneficiaries import kinship, names
from beneficiaries.models import Appeal, Application, Household, Person
from beneficiaries.models.appeal import ANSWERED, OPEN_APPEALS

MOST = 20  # families offered for one name
IN_AN_RT = 200  # families of an RT, which has 80 to 160 (shared/domain.md 1.5)
CALLED = {"pak", "bapak", "bpk", "bu", "ibu", "mas", "mbak", "mbah", "bang", "kak", "om", "tante", "nenek", "kakek"}

OWN = _("Keberatan ini dari keluarga itu sendiri.")
CLOSED = _("Keberatan ini sudah dijawab. Keluarganya tidak dapat diganti.")
ELSEWHERE = _("Keluarga ini di kelurahan lain daripada yang ditulis pengaju. Pilih keluarga lain.")
NOTICE_MISSING = _("Tulis kabar untuk keluarga itu, tanpa menyebut pengaju.")
NOTICE_FOR_NOBODY = _("Tunjuk keluarganya dulu, atau kosongkan kabar untuk keluarga.")
NOTICE_TELLS = _("Kabar untuk keluarga memuat nama, nomor HP, atau nomor keberatan pengaju. Hapus dulu.")


class FamilyError(ValueError):
    """This family cannot be named, or not told like this; the sentence says what to do."""


def check(row: Appeal, family: Household | Application, by) -> None:
    """Raises FamilyError unless `by` may note that the locked appeal is about this family."""
    for fine, sentence in (
        (not row.is_own, OWN),
        (row.status in OPEN_APPEALS, CLOSED),
        (kelurahan_of(family.region_id) == kelurahan_of(row.region_id), ELSEWHERE),
        (not kinship.is_kin(by, family.kk_index), kinship.OWN_FAMILY),
    ):
        if not fine:
            raise FamilyError(str(sentence))


def named(appeal: Appeal) -> Household | Application | None:
    """Returns the family that a neighbour's appeal was found to be about: from the register, else its application."""
    if appeal.kk_index is None:
        return None
    index = bytes(appeal.kk_index)
    household = Household.objects.filter(kk_index=index).select_related("region").first()
    return household or Application.objects.filter(kk_index=index).select_related("region").first()


def numbers(appeals: Sequence[Appeal]) -> dict[str, set[int]]:
    """Returns the numbers of the families and of the applications that these neighbours' appeals are about."""
    indexes = [bytes(row.kk_index) for row in appeals if row.kk_index is not None]
    if not indexes:
        return {"families": set(), "applications": set()}
    households = Household.objects.filter(kk_index__in=indexes)
    cases = Application.objects.filter(kk_index__in=indexes)
    return {
        "families": set(households.values_list("pk", flat=True)),
        "applications": set(cases.values_list("pk", flat=True)),
    }


def name_of(family: Household | Application) -> str:
    """Returns the name of the head of a family, or of who applied for it."""
    if isinstance(family, Application):
        return family.name
    head = getattr(family, "head_name", None) or family.people.heads().values_list("name", flat=True).first()
    return head or str(_("Keluarga tanpa kepala"))


@dataclass(frozen=True)
class Alike:
    """The families that a neighbour may mean; `by_name` is false where nobody is called so and these are the RT's."""

    households: list[Household]
    cases: list[Application]
    by_name: bool


def alike(appeal: Appeal, text: str = "") -> Alike:
    """Returns the families whose people are called like `text` (what the neighbour wrote), the RT's own first.

    Where nobody is called so, it is the families of the RT. Of those who applied, only who is not in the register.
    """
    text = text or _bare(appeal.name)
    place = Region.objects.get(code=appeal.region.kelurahan_code)
    people = Person.objects.inside(place.pk).living().named(text)
    found = list(dict.fromkeys(people.values_list("household", flat=True)[: 3 * MOST]))[:MOST]
    rows = Household.objects.active().with_head_name().select_related("region")
    households = list(rows.filter(pk__in=found))
    known = Household.objects.filter(kk_index=OuterRef("kk_index"))
    cases = Application.objects.inside(place.pk).filter(~Exists(known)).select_related("region").order_by("name", "pk")
    words = set(names.words_of(text))
    applied = [case for case in cases if words & set(names.words_of(case.name))][:MOST]
    by_name = bool(households or applied)
    if not by_name:
        households = list(rows.inside(appeal.region_id).order_by("head_name", "pk")[:IN_AN_RT])
    households.sort(key=lambda row: (row.region_id != appeal.region_id, row.head_name or ""))
    return Alike(households, applied, by_name)


def _bare(text: str) -> str:
    """Returns a name without what neighbours put before it: "Pak Hendra" as "Hendra"."""
    return " ".join(word for word in text.split() if word.strip(".").lower() not in CALLED) or text


# --- what the family learns


def about(case: Application | Person):
    """Returns the neighbours' appeals about the family behind a status page, the newest first.

    Whoever applied with a neighbour's KK number is not of that family.
    """
    index = case.household.kk_index if isinstance(case, Person) else case.kk_index
    found = Appeal.objects.filter(application=None, kk_index=bytes(index)).order_by("-submitted_at", "-pk")
    if isinstance(case, Person):
        return found
    registered = Household.objects.filter(kk_index=OuterRef("kk_index"))
    own = Person.objects.living().filter(nik_index=case.nik_index, household__kk_index=OuterRef("kk_index"))
    return found.filter(Exists(own) | ~Exists(registered))


def answered_about(case: Application | Person) -> Appeal | None:
    """Returns the neighbour's appeal about this family that was answered last."""
    return about(case).filter(status__in=ANSWERED).order_by("-decided_at").first()


def checked_notice(appeal: Appeal, notice: str) -> str:
    """Returns what the family will read with the answer, one line. Raises FamilyError when it tells who spoke."""
    notice = " ".join(notice.split())
    known = appeal.kk_index is not None
    for fine, sentence in (
        (known or not notice, NOTICE_FOR_NOBODY),
        (notice or not known, NOTICE_MISSING),
        (not _tells(appeal, notice), NOTICE_TELLS),
    ):
        if not fine:
            raise FamilyError(str(sentence))
    return notice


def _tells(appeal: Appeal, notice: str) -> bool:
    """Whether a text holds a word of the neighbour's name, the phone number or the number of the appeal."""
    words = set(_words(notice)) & set(_words(appeal.contact_name or "")) - CALLED
    phone = re.sub(r"\D", "", str(appeal.contact_phone or "")).removeprefix("62").lstrip("0")
    squeezed = re.sub(r"\W", "", notice).upper()
    return bool(words or (phone and phone in squeezed) or appeal.code in squeezed)


def _words(text: str) -> list[str]:
    return [word for word in re.findall(r"\w+", text.lower()) if len(word) > 2]  # noqa: PLR2004  initials say little
