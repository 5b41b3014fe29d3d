"""What the register already knows about an application, for the person who decides. Flags only; people decide."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from bansos.scope import covers
from beneficiaries import nik
from beneficiaries.models import Application, DuplicatePair, Household, Person
from beneficiaries.verification import fact_labels

GOOD, WARN, BAD, INFO = "success", "warning", "danger", "info"
ICONS = {GOOD: "check_circle", WARN: "warning", BAD: "error", INFO: "info"}
WORDS = {GOOD: "Sesuai", WARN: "Periksa", BAD: "Masalah", INFO: "Catatan"}


@dataclass(frozen=True)
class Check:
    """One finding: how serious, and its sentence."""

    level: str
    text: str

    @property
    def icon(self) -> str:
        return ICONS[self.level]

    @property
    def word(self) -> str:
        return WORDS[self.level]


def of(application: Application, by) -> list[Check]:
    """Returns the checks of an application, as far as `by` may know them."""
    household = Household.objects.filter(kk_index=application.kk_index).select_related("region").first()
    same_nik = Person.objects.filter(nik_index=application.nik_index).select_related("household__region")
    living = next((p for p in same_nik if p.died_on is None and p.left_on is None and not p.merged_into_id), None)
    return [
        _card(household, living),
        _elsewhere(household, living, by),
        *_dead(same_nik, living),
        _pairs(household, living),
        _aid(household),
        *_paper(application),
    ]


def _card(household, living) -> Check:
    if household is None:
        return Check(INFO, _("Nomor KK belum ada di register. Keputusan layak membuat keluarga baru."))
    if household.status == Household.Status.PINDAH:
        return Check(BAD, _("Keluarga ini tercatat pindah ke luar. Periksa riwayat keluarganya."))
    if living and living.household_id == household.pk:
        return Check(GOOD, _("Nomor KK ada di register dan pemohon adalah anggotanya."))
    return Check(WARN, _("Nomor KK ada di register, tetapi pemohon belum tercatat di dalamnya. Cocokkan dengan KK."))


def _elsewhere(household, living, by) -> Check:
    if living is None or (household and living.household_id == household.pk):
        return Check(GOOD, _("NIK tidak tercatat di keluarga lain."))
    where = living.region.label if covers(by, living.region_id) else _("kelurahan lain")
    return Check(BAD, _("NIK tercatat hidup di keluarga lain, %(where)s. Selesaikan dulu.") % {"where": where})


def _dead(same_nik, living) -> list[Check]:
    dead = living is None and any(person.died_on for person in same_nik)
    if living is None and any(person.left_on for person in same_nik):
        return [Check(BAD, _("Pemilik NIK ini tercatat pindah ke luar. Bila sudah kembali, catat pindah masuknya."))]
    return [Check(BAD, _("Pemilik NIK ini tercatat meninggal."))] if dead else []


def _pairs(household, living) -> Check:
    people = set(household.people.values_list("pk", flat=True)) if household else set()
    people |= {living.pk} if living else set()
    if DuplicatePair.objects.open().filter(Q(first__in=people) | Q(second__in=people)).exists():
        return Check(WARN, _("Ada kemungkinan ganda yang belum diputuskan pada keluarga ini."))
    return Check(GOOD, _("Tidak ada kemungkinan ganda yang terbuka."))


def _aid(household) -> Check:
    received = [
        name
        for name, gets in (
            ("PKH", household and household.receives_pkh),
            ("Sembako", household and household.receives_sembako),
        )
        if gets
    ]
    if received:
        return Check(WARN, _("Menurut register keluarga ini sudah menerima %(aid)s.") % {"aid": ", ".join(received)})
    if household is None:
        return Check(INFO, _("Penerimaan bantuan lain belum diketahui, karena keluarga belum ada di register."))
    return Check(GOOD, _("Menurut register keluarga ini tidak menerima PKH atau Sembako."))


def _paper(application: Application) -> list[Check]:
    found, labels = [], fact_labels()
    if not nik.agrees(str(application.nik), application.born_on, application.sex):
        found.append(Check(WARN, _("Tanggal lahir atau jenis kelamin berbeda dari angka NIK. Cocokkan dengan KTP.")))
    if disputed := sorted(labels.get(name, name) for name in application.disputed_facts()):
        words = {"facts": ", ".join(disputed)}
        found.append(Check(WARN, _("RT atau RW menandai data keliru: %(facts)s. Perbaiki di register.") % words))
    others = Application.objects.open().filter(nik_index=application.nik_index).exclude(pk=application.pk)
    if others.exists():
        found.append(Check(WARN, _("NIK ini punya permohonan lain yang berjalan dengan nomor KK berbeda.")))
    return found
