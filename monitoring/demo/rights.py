"""Residents who ask about their own data: one answered, one waiting, one late; who looked at a number; and how long
things are kept.
"""

from datetime import date

from bansos import exports, privacy
from bansos.models import User
from beneficiaries.models import Household, Person
from beneficiaries.resources import COLUMNS
from monitoring import data_requests, retention
from monitoring.demo import officers
from monitoring.demo.almanac import Almanac, at
from monitoring.models import DataRequest

K = DataRequest.Kind


def ask(almanac: Almanac) -> None:
    """Three people of Klender ask; the kelurahan answers the first within the day."""
    retention.load_default(on=date(almanac.this_month.year, 1, 1))
    staff = User.objects.get(username="staf.klender")
    people = list(Person.objects.living().inside(officers.KLENDER).order_by("pk")[:3])
    if len(people) < 3:
        return
    with at(almanac.ago(5), 9):
        first = data_requests.submit(
            person=people[0], kind=K.PERBAIKAN, datum="person.occupation", wanted="Pedagang kaki lima", by=staff
        )
    with at(almanac.ago(5), 14):
        privacy.reveal(obj=people[0], fields=["nik"], reason="Mencocokkan KTP di loket", by=staff)
        data_requests.verify(request=first, proof="ktp", by=staff)
        data_requests.fulfil(request=first, answer="Pekerjaan sudah diperbaiki sesuai KTP.", by=staff)
    with at(almanac.ago(4), 9):
        _take_out(User.objects.get(username="camat"))
    with at(almanac.ago(4), 10):
        data_requests.submit(person=people[1], kind=K.SALINAN, story="Untuk arsip keluarga.")
    with at(almanac.ago(1), 10):
        data_requests.submit(person=people[2], kind=K.PEMBATASAN, story="Saya pindah sementara ke Bekasi.")


def _take_out(camat: User) -> None:
    """The list of families as the camat gets it, without the addresses."""
    families = list(Household.objects.for_officer(camat).values_list("pk", flat=True))
    exports.record(
        by=camat, subject="beneficiaries.household:unduhan", columns=exports.columns_for(camat, COLUMNS),
        rows=len(families), what="Keluarga: semua", reason="Rapat koordinasi bulanan", families=families,
    )  # fmt: skip
