"""A company's gift to the poorest few, who get cash in the same month too: neither wrong nor to be overlooked."""

from distribution import catalogue
from distribution.models import Fund, Programme
from monitoring.demo import aid
from monitoring.demo.almanac import Almanac

VALUE, QUOTA = 150_000, 4  # families in each kelurahan


def this_month(almanac: Almanac, fund: Fund, say) -> None:
    """Takes one round from plan to close within the month."""
    Programme.objects.create(
        code="paket-gizi", name="Paket gizi keluarga", kind=Programme.Kind.BARANG,
        summary="Telur, susu, dan kacang hijau dari perusahaan mitra untuk keluarga dengan nilai tertinggi.",
        contents="Telur 2 kg, susu bubuk 800 gram, kacang hijau 1 kg", unit_value=VALUE,
        frequency="Satu kali, dari dana CSR", who=catalogue.WHO, papers=catalogue.PAPERS, steps=catalogue.STEPS,
        criteria_code=catalogue.CRITERIA, legal_basis=catalogue.LAW, is_open=False, order=4,
    )  # fmt: skip
    gift = aid.plan(
        code="paket-gizi", fund=fund, period=almanac.this_month, budget=30 * VALUE, quota=QUOTA,
        on=almanac.ago(12), hands_over_on=almanac.ago(8),
    )  # fmt: skip
    gift = aid.approve(round=gift, freeze_on=almanac.ago(11), approve_on=almanac.ago(10))
    given = aid.hand_over(round=gift, days=[almanac.ago(8), almanac.ago(7)], share=1)
    aid.close(round=gift, on=almanac.ago(5))
    say(f"Paket gizi dari perusahaan: {given} keluarga menerima.")
