"""Kesra has a draft of the next criteria open and asks for a review: its simulation and the camat have work to do."""

from bansos.models import User
from beneficiaries import criteria, criteria_reviews
from beneficiaries.models import CriteriaSet, Criterion

K, Op = Criterion.Kind, Criterion.Operator


def propose() -> CriteriaSet:
    """Drafts the version after the one in force: the elderly count, electricity counts more, the threshold rises."""
    kesra = User.objects.get(username="kesra")
    made = criteria.draft(source=criteria.in_force(), by=kesra)
    made.threshold = 45
    made.save()
    made.criteria.filter(fact="electricity_va").update(points=10)
    free = max(made.criteria.values_list("bit", flat=True)) + 1
    Criterion.objects.create(
        criteria_set=made, bit=free, kind=K.POINTS, fact="elderly", operator=Op.GTE, value=1, points=10,
        question="Ada anggota berumur 60 tahun atau lebih", met="Ada anggota berumur 60 tahun atau lebih.",
        unmet="Tidak ada anggota berumur 60 tahun atau lebih.",
    )  # fmt: skip
    criteria_reviews.ask(
        criteria_set=made, note="Lansia ditambahkan sesuai hasil musyawarah. Mohon periksa batas nilainya.", by=kesra
    )
    return made
