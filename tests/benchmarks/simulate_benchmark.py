"""What would change under another threshold, for a million families, storing nothing.

Ours: `simulation.simulate`, with every table of its page. Usual: load each family with its people and evaluate in
Python, on a subset. Limit: the same tables read once and the same expression aggregated, with as many processes as
PostgreSQL gives ours. Beside them: a rescoring that finds nothing changed.
"""

from collections import Counter

from django.utils import timezone

from beneficiaries import criteria, scoring, simulation
from beneficiaries.models import CriteriaSet, Score
from tests import plain_scoring
from tests.benchmarks import Benchmark, IncorrectError, register
from tests.benchmarks.score_benchmark import families, read_once, time_of_simulation


def build(*, small: bool) -> Benchmark:
    households, subset = (300, 300) if small else (1_000_000, 2_000)
    register.fill(households, history=False)
    draft = criteria.draft(source=criteria.load_default(), by=None)
    scoring.run()
    draft.threshold = 55
    draft.save()
    _check(draft, households if small else 5_000, households)
    return Benchmark(
        unit="keluarga/detik",
        ours=lambda: simulation.simulate(criteria_set=draft).whole.households,
        usual=lambda: sum(_plainly(draft, subset).values()),
        limit=lambda: read_once(processes=3),
        extra=lambda: {"ours_over_rescoring": 1 / time_of_simulation(draft)},
        goal={"ours_over_usual": 20.0, "ours_over_rescoring": 0.5},
        repeats=2 if small else 5,
    )


def _plainly(draft: CriteriaSet, count: int) -> Counter:
    chosen, today = CriteriaSet.objects.prefetch_related("criteria").get(pk=draft.pk), timezone.localdate()
    return Counter(plain_scoring.score(chosen, family, today)[2] for family in families(count))


def _check(draft: CriteriaSet, sample: int, households: int) -> None:
    """The counts of a whole register equal plain Python's where it is small, and the stored scores' always."""
    counts = simulation.simulate(criteria_set=draft).whole
    eligible = Score.objects.eligible()
    leaving = eligible.filter(points__lt=draft.threshold).count()
    if (counts.households, counts.leaves, counts.enters) != (households, leaving, 0):
        raise IncorrectError(f"simulation tells {counts.leaves} would leave, the scores tell {leaving}")
    if sample == households and counts.eligible != _plainly(draft, sample)["indikasi_layak"]:
        raise IncorrectError("simulation differs from plain Python")
