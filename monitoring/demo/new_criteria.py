"""Kesra has a draft of the next criteria open, so that its simulation has something to show."""

from bansos.models import User
from beneficiaries import criteria
from beneficiaries.models import CriteriaSet, Criterion

K, Op = Criterion.Kind, Criterion.Operator


def propose() -> CriteriaSet:
    """Drafts the version after the one in force: the elderly count, electricity counts more, the threshold rises."""
    made = criteria.draft(source=criteria.in_force(), by=User.objects.get(username="kesra"))
    made.threshold = 45
    made.save()
    made.criteria.filter(fact="electricity_va").update(points=10)
    free = max(made.criteria.values_list("bit", flat=True)) + 1
    Criterion.objects.create(
        criteria_set=made, bit=free, kind=K.POINTS, fact="elderly", operator=Op.GTE, value=1, points=10,
        question="Ada anggota berumur 60 tahun atau lebih", met="Ada anggota berumur 60 tahun atau lebih.",
        unmet="Tidak ada anggota berumur 60 tahun atau lebih.",
    )  # fmt: skip
    return made
