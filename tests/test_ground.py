"""The ground everybody stands on: regions, scope, encrypted fields, codes, working days."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from bansos import bulk, codes, privacy, workdays
from bansos.bulk import BulkError
from bansos.models import DataAccess, Region
from beneficiaries import corrections
from beneficiaries.corrections import CorrectionError
from beneficiaries.models import Household, Person
from tests import make, people

pytestmark = pytest.mark.django_db


def test_regions_of_duren_sawit():
    levels = dict.fromkeys(["kelurahan", "rw", "rt"])
    for level in levels:
        levels[level] = Region.objects.filter(level=level).count()
    assert levels == {"kelurahan": 7, "rw": 95, "rt": 1101}
    assert str(Region.objects.get(code=people.RT)) == "RT 002/RW 008 Klender"


def test_scope_shows_only_the_own_region():
    here, there = make.household(), make.household(region="31.75.07.1007.001.001")
    assert list(Household.objects.for_officer(people.ani())) == [here]
    assert list(Household.objects.for_officer(people.budi())) == [there]
    assert Household.objects.for_officer(people.kesra()).count() == 2


def test_identity_is_encrypted_and_found_by_its_index():
    family = make.household(phone="081234567890")
    person = family.people.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT nik, nik_index FROM beneficiaries_person WHERE id = %s", [person.pk])
        stored, index = map(bytes, cursor.fetchone())
    assert person.nik.encode() not in stored
    assert Person.objects.get(nik_index=index).nik == person.nik
    assert Household.objects.get(pk=family.pk).phone == "081234567890"


def test_two_living_people_cannot_share_a_nik():
    family = make.household()
    with pytest.raises(IntegrityError, match="person_one_living_per_nik"):
        make.person(household=family, nik=family.people.get().nik)


def test_history_keeps_what_a_raw_update_changed():
    family = make.household()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE beneficiaries_household SET address = 'Jalan Baru' WHERE id = %s", [family.pk])
    events = Household.pgh_event_model.objects.filter(pgh_obj_id=family.pk).order_by("pgh_id")
    assert [e.address for e in events] == ["Gang Melati Nomor 4", "Jalan Baru"]
    assert events[0].kk == family.kk


def test_showing_a_nik_leaves_a_trace_and_wants_a_reason():
    person, ani = make.household().people.get(), people.ani()
    shown = privacy.reveal(obj=person, fields=["nik"], reason="Mencocokkan KTP di loket", by=ani)
    assert shown == {"nik": person.nik}
    assert DataAccess.objects.get().subject == f"beneficiaries.person:{person.pk}"
    with pytest.raises(IntegrityError, match="data_access_has_a_reason"):
        privacy.reveal(obj=person, fields=["nik"], reason="", by=ani)


@pytest.mark.parametrize(
    ("words", "holds"),
    [("NIK 3175075705809001", True), ("3175.0757.0580.9001", True), ("3175 0757 0580 9001 sudah", True),
     ("081290009001 3175075705809001", True), ("RT 31.75.07.1003.008.003", False), ("HP 081290009001", False),
     ("surat 470/12/2026 tanggal 25-11-2026", False)],
)  # fmt: skip
def test_an_identity_number_is_told_by_python_and_by_the_database(words, holds):
    ani = people.ani()
    assert privacy.holds_number(words) is holds

    def look():
        with transaction.atomic():
            DataAccess.objects.create(user=ani, subject="x:1", fields="nik", reason=f"Cocok: {words}")

    if not holds:
        return look()
    with pytest.raises(IntegrityError, match="data_access_tells_no_number"):
        look()


def test_reasons_take_no_identity_number(client):
    family, ani = make.household(), people.ani()
    person, why = family.people.get(), "Mencocokkan 3175 0757 0580 9001"
    client.force_login(ani)
    page = client.post(f"/admin/beneficiaries/person/{person.pk}/buka/", {"reason": why}).content.decode()
    assert "Jangan menulis NIK" in page and person.nik not in page
    with pytest.raises(BulkError, match="Jangan menulis NIK"):
        bulk.preview(action="rt", ids=[family.pk], said={}, reason=why, by=ani)
    for name, value, reason in (("address", "Gang Baru", why), ("address", "3175075705809001", "Salah ketik")):
        with pytest.raises(CorrectionError, match="Jangan menulis NIK"):
            corrections.correct(row=family, name=name, value=value, reason=reason, by=ani)


def test_codes_forgive_what_people_confuse():
    assert codes.normalise(" 7k2m-9qx4 pd ") == "7K2M9QX4PD"
    assert codes.normalise("oi") == "01"
    assert codes.pretty("7K2M9QX4PD") == "7K2M-9QX4-PD"


def test_working_days_skip_weekends_and_holidays():
    assert workdays.add(date(2026, 12, 22), 3) == date(2026, 12, 29)
    assert workdays.add(date(2026, 11, 24), 14) == date(2026, 12, 14)
    assert workdays.between(date(2026, 12, 22), date(2026, 12, 29)) == 3
