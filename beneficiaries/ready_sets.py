"""Criteria that an office can begin with: each is installed as a draft, looked at, and released by somebody else.

"bps-14": the fourteen criteria of a poor household that BPS counted in 2005 (PSE05); poor when at least nine are met.
The register holds facts for ten of them, three only nearly (a well that may be protected, clothes bought at all, the
head's income without the kind of work). The other four are named in the set itself: a low count here is no proof of
wealth.

"pmt-contoh": a proxy means test: amounts with a weight for each step, capped, beside things that a family owns. Its
weights are an example, written here, estimated from nothing: an office that uses it first estimates its own from
Susenas. DTSEN's own model is unpublished.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from beneficiaries import criteria
from beneficiaries.criteria import CriteriaError
from beneficiaries.models import CriteriaSet, Criterion, Household

K, Op, H = Criterion.Kind, Criterion.Operator, Household
UNKNOWN = _("Contoh itu tidak ada. Pilih salah satu dari daftar.")
Row = tuple[str, str, str, object, int, str, str, str, str]


@dataclass(frozen=True)
class ReadySet:
    """One set to begin with; `notes` says in plain words what it can and cannot tell."""

    code: str
    name: str
    legal_basis: str
    threshold: int
    rows: tuple[Row, ...]
    notes: str


def _one(fact: str, operator: str, value, question: str, met: str, unmet: str) -> Row:
    return (K.POINTS, fact, operator, value, 1, "", question, met, unmet)


def _below(fact: str, step: int, most: int, points: int, what: str) -> Row:
    """A weight on an amount: `points` for each whole step that it lies below `most` steps."""
    asked = f"{what}: tiap {_money(step)} di bawah {_money(step * most)}"
    unmet = f"{what} {_money(step * (most - 1))} lebih, atau tidak tercatat."
    return (
        K.POINTS, fact, Op.BELOW, [step, most], points, "", asked, f"{what} di bawah {_money(step * most)}.", unmet,
    )  # fmt: skip


def _each(fact: str, most: int, points: int, what: str) -> Row:
    """A weight on a count: `points` for each one, at most `most` times."""
    asked = f"{what}: tiap orang, paling banyak {most}"
    return (K.POINTS, fact, Op.EACH, [1, most], points, "", asked, f"{what}.", f"{what}: tidak ada.")


def _money(amount: int) -> str:
    return f"Rp{amount:,}".replace(",", ".")


BPS_ROWS = (
    _one("floor_per_head", Op.LTE, 7, "Luas lantai kurang dari 8 m2 per orang",
         "Luas lantai kurang dari 8 m2 per orang.", "Luas lantai 8 m2 per orang atau lebih, atau tidak tercatat."),
    _one("floor", Op.IN, [H.Floor.TANAH, H.Floor.KAYU], "Lantai dari tanah, bambu, atau kayu",
         "Lantai dari tanah atau kayu.", "Lantai bukan tanah atau kayu."),
    _one("wall", Op.IN, criteria.LOW_WALLS, "Dinding dari bambu, papan, seng, atau tembok tanpa plester",
         "Dinding rumah bukan tembok berplester.", "Dinding rumah dari tembok berplester."),
    _one("toilet", Op.IN, criteria.SHARED_TOILETS, "Tidak punya jamban sendiri",
         "Keluarga tidak punya jamban sendiri.", "Keluarga punya jamban sendiri."),
    _one("electricity_va", Op.LTE, 0, "Rumah tanpa listrik", "Rumah tanpa listrik.", "Rumah memakai listrik."),
    _one("water", Op.EQ, H.Water.SUMUR, "Air minum dari sumur",
         "Air minum dari sumur.", "Air minum bukan dari sumur."),
    _one("fuel", Op.IN, [H.Fuel.KAYU, H.Fuel.MINYAK_TANAH], "Memasak dengan kayu, arang, atau minyak tanah",
         "Memasak dengan kayu, arang, atau minyak tanah.", "Memasak dengan gas atau listrik."),
    _one("bought_clothes", Op.EQ, False, "Tidak membeli pakaian dalam setahun terakhir",
         "Keluarga tidak membeli pakaian setahun terakhir.", "Keluarga membeli pakaian setahun terakhir."),
    _one("head_income", Op.LTE, 599_999, "Penghasilan kepala keluarga di bawah Rp600.000 sebulan",
         "Penghasilan kepala keluarga di bawah Rp600.000.", "Penghasilan kepala keluarga Rp600.000 atau lebih."),
    _one("head_at_most_primary", Op.EQ, True, "Pendidikan kepala keluarga paling tinggi SD",
         "Pendidikan kepala keluarga paling tinggi SD.", "Pendidikan kepala keluarga di atas SD atau tidak tercatat."),
)  # fmt: skip
PMT_ROWS = (
    _below("income_per_head", 500_000, 5, 6, "Penghasilan per orang"),
    _below("spending", 1_000_000, 4, 3, "Pengeluaran sebulan"),
    _each("small_children", 3, 4, "Anak 0 sampai 6 tahun"),
    _each("school_age_children", 3, 2, "Anak 7 sampai 18 tahun"),
    _each("elderly", 2, 5, "Anggota 60 tahun atau lebih"),
    _each("disabled", 2, 6, "Anggota dengan disabilitas"),
    (K.POINTS, "electricity_va", Op.LTE, 900, 4, "", "Listrik paling banyak 900 VA",
     "Listrik rumah paling banyak 900 VA.", "Daya listrik rumah lebih dari 900 VA."),
    (K.POINTS, "electricity_va", Op.LTE, 450, 4, "", "Listrik paling banyak 450 VA",
     "Listrik rumah paling banyak 450 VA.", "Daya listrik rumah lebih dari 450 VA."),
    (K.POINTS, "tenure", Op.IN, [H.Tenure.KONTRAK, H.Tenure.MENUMPANG, H.Tenure.TIDAK_ADA], 6, "",
     "Tidak punya rumah sendiri", "Keluarga tidak punya rumah sendiri.", "Keluarga punya rumah sendiri."),
    (K.POINTS, "has_fridge", Op.EQ, False, 4, "", "Tidak punya kulkas",
     "Keluarga tidak punya kulkas.", "Keluarga punya kulkas."),
    (K.POINTS, "has_motorcycle", Op.EQ, False, 4, "", "Tidak punya motor",
     "Keluarga tidak punya motor.", "Keluarga punya motor."),
)  # fmt: skip
_DEFAULT = criteria.DEFAULT_SET
READY = {
    ready.code: ready
    for ready in (
        ReadySet(
            "bps-14",
            "Kriteria rumah tangga miskin BPS",
            "BPS, Pendataan Sosial Ekonomi 2005. Empat dari 14 butir tidak ada di register: makan daging seminggu, "
            "kali makan sehari, biaya berobat, dan tabungan.",
            9,
            BPS_ROWS,
            "Miskin bila paling sedikit 9 dari 14 butir terpenuhi. Register hanya memuat 10 butir. "
            "Yang tidak dapat diukur: makan daging seminggu, kali makan sehari, biaya berobat, dan tabungan. "
            "Jadi nilai rendah bukan bukti bahwa keluarga itu mampu.",
        ),
        ReadySet(
            "pmt-contoh",
            "Perkiraan kemampuan dari jumlah dan barang",
            "Bobot contoh, belum dihitung dari data. Hitung bobot sendiri dari Susenas sebelum dipakai.",
            45,
            PMT_ROWS,
            "Nilai bertambah menurut jumlah: tiap langkah penghasilan, tiap anak, tiap lansia, dengan batas paling "
            "banyak. Bobotnya hanya contoh. Hitung bobot sendiri dari Susenas sebelum dipakai.",
        ),
        ReadySet(
            criteria.DEFAULT_CODE,
            str(_DEFAULT["name"]),
            str(_DEFAULT["legal_basis"]),
            40,
            criteria.DEFAULT_CRITERIA,
            "Pertanyaan Kepmensos 262/HUK/2022 dengan empat hal yang diperiksa di Jakarta.",
        ),
    )
}


@transaction.atomic
def install(*, code: str, by) -> CriteriaSet:
    """Installs a ready set as the next draft of its code, written by `by`.

    Raises CriteriaError for an unknown code, and when a draft of it is open already.
    """
    ready = READY.get(code)
    if ready is None:
        raise CriteriaError(UNKNOWN)
    made = CriteriaSet.objects.create(
        code=code,
        version=criteria.next_version(code=code),
        name=ready.name,
        legal_basis=ready.legal_basis,
        threshold=ready.threshold,
        drafted_by=by,
    )
    criteria.add(criteria_set=made, rows=ready.rows)
    return made
