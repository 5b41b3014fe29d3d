"""A neighbour of the demo objects about a family of the register; it is told, and both get a letter."""

from bansos.models import Region, User
from beneficiaries import appeals, letters
from beneficiaries.models import Appeal, Household
from monitoring.demo import officers
from monitoring.demo.almanac import Almanac, at

RT = f"{officers.KLENDER}.008.002"
ANSWER = "Petugas sudah datang dan melihat sendiri. Terima kasih sudah menyampaikan."
NOTICE = "Rumah dikunjungi petugas kecamatan. Usaha keluarga kecil dan tidak tetap, jadi bantuan diteruskan."


def last_month(almanac: Almanac) -> None:
    """An objection about a family is looked into and answered; the letters are printed the same day."""
    family = Household.objects.active().inside(RT).with_head_name().exclude(head_name=None).order_by("pk").last()
    if family is None:
        return
    kesra = User.objects.get(username="kesra")
    with at(almanac.last(9), 20, 5):
        made = appeals.submit_by_neighbour(
            region=Region.objects.get(code=RT), name=f"Pak {family.head_name.split()[0]}", same_kelurahan=True,
            about=Appeal.About.TIDAK_PANTAS, ground=Appeal.Ground.MAMPU, story="Warungnya ramai setiap hari.",
            contact_name="Ibu Marni", contact_phone="081200009888",
        )  # fmt: skip
    with at(almanac.last(10), 9):
        appeals.take(appeal=made, by=kesra)
        appeals.name_family(appeal=made, family=family, by=kesra)
    with at(almanac.last(18), 15):
        row = appeals.answer(appeal=made, accepted=False, answer=ANSWER, notice=NOTICE, by=kesra)
        letters.issue_about(appeal=row, kind="jawaban", by=kesra)
        letters.issue_about(appeal=row, kind="beritahu", by=kesra)
