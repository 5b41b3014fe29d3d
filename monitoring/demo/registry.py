"""What an office does with its register besides loading it: one person entered twice is merged, the history sealed."""

from bansos import seals
from bansos.models import User
from beneficiaries import merging
from beneficiaries.duplicates import DuplicateError
from beneficiaries.models import DuplicatePair
from monitoring.demo.almanac import Almanac, at


def tend(almanac: Almanac, say) -> None:
    """Kesra merges the likeliest pair that can be merged; the others wait for the kelurahan."""
    kesra = User.objects.get(username="kesra")
    with at(almanac.ago(3), 10):
        for pair in DuplicatePair.objects.open()[:20]:
            try:
                made = merging.merge(pair=pair, keep=pair.first, by=kesra)
            except DuplicateError:
                continue
            say(f"{made.person.name} tercatat dua kali, sekarang satu kali.")
            break
    seals.seal()
