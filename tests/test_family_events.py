"""What happens to families: each event with its paper and day, its refusals, its wrong person, and its correction."""

from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from bansos import audit, row_history
from bansos.models import Region
from beneficiaries import applications, checks, corrections, facts_at, family_events
from beneficiaries.family_events import FamilyEventError
from beneficiaries.models import FamilyEvent, Household, Person
from distribution import handovers, rounds
from tests import cases, make, people
from tests.at_once import at_once

pytestmark = pytest.mark.django_db
PAPER = "474.3/12/2026"
DAY = date(2026, 11, 2)
NEXT_RT = "31.75.07.1003.008.003"


def ani():
    return cases.officer("ani", "staf", people.KLENDER)


@pytest.fixture
def family():
    """A head, a wife and a child."""
    made = make.household(head={"name": "Budi Santoso", "sex": "L"}, feared_hunger=True, receives_pkh=True)
    make.person(household=made, name="Siti Aminah", relation="istri")
    make.person(household=made, name="Rina", relation="anak", born_on=date(2015, 3, 1), marital="belum")
    return made


def who(family, name) -> Person:
    return Person.objects.get(household=family, name=name)


def names(family) -> dict:
    return dict(family.people.living().values_list("name", "relation"))


def told(**values) -> dict:
    return {"paper": PAPER, "by": ani()} | values


def reasons(*rows) -> set[str]:
    """Why these rows were changed or made last, as their history tells."""
    return {row_history.of(row)[-1].reason for row in rows}


def test_the_history_of_each_row_says_what_happened_and_never_the_paper(family):
    wife, place = who(family, "Siti Aminah"), Region.objects.get(code=NEXT_RT)
    child = family_events.record_birth(household=family, name="Adi", sex="L", born_on=DAY, nik=make.nik(DAY), **told())
    assert reasons(child) == {"Kelahiran, 2 November 2026"}
    family_events.move_within(household=family, region=place, address="Gang Baru 1", moved_on=DAY, **told())
    assert reasons(family, wife) == {"Pindah rumah dalam kecamatan, 2 November 2026"}
    assert "RT/RW: RT 002/RW 008 Klender → RT 003/RW 008 Klender" in row_history.of(wife)[-1].change
    made = family_events.split(
        household=family, people=[wife], kk=make.kk(), head=wife, happened_on=DAY, kind="cerai", **told()
    )
    assert reasons(made, wife, who(family, "Budi Santoso")) == {"Perceraian, 2 November 2026"}
    event = family_events.record_death(person=child, died_on=DAY, **told())
    assert reasons(child) == {"Kematian, 2 November 2026"}
    family_events.correct(event=event, reason="Salah orang", by=ani())
    assert next(iter(reasons(child))).startswith("Koreksi catatan keliru, ")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pghistory_context WHERE metadata::text LIKE %s", [f"%{PAPER}%"])
        assert cursor.fetchone() == (0,)


# --- births and deaths


def test_a_child_is_born(family):
    nik = make.nik(DAY, "L")
    child = family_events.record_birth(household=family, name=" Adi  Putra ", sex="L", born_on=DAY, nik=nik, **told())
    assert (child.name, child.relation, child.region_id, child.nik) == ("Adi Putra", "anak", family.region_id, nik)
    event = FamilyEvent.objects.get()
    assert (event.kind, event.paper, event.recorded_by, event.people.get().person) == ("lahir", PAPER, ani(), child)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": " "}, "Tulis namanya"),
        ({"sex": "X"}, "jenis kelamin"),
        ({"nik": "123"}, "harus 16 angka"),
        ({"paper": " "}, "nomor suratnya"),
        ({"born_on": date(2999, 1, 1)}, "belum terjadi"),
    ],
)
def test_a_birth_that_cannot_be_is_refused(family, change, sentence):
    values = {"name": "Adi", "sex": "L", "born_on": DAY, "nik": make.nik(DAY, "L")}
    with pytest.raises(FamilyEventError, match=sentence):
        family_events.record_birth(household=family, **told(**values | change))
    assert family.people.count() == 3 and not FamilyEvent.objects.exists()


def test_a_nik_of_somebody_living_is_refused(family):
    taken = who(family, "Rina").nik
    with pytest.raises(FamilyEventError, match="sudah dipakai"):
        family_events.record_birth(household=family, name="Adi", sex="L", born_on=DAY, nik=taken, **told())


@pytest.mark.parametrize("way", ["birth", "move_in", "correction"])
def test_nobody_takes_the_nik_of_somebody_who_died(family, way):
    gone = who(family, "Rina")
    family_events.record_death(person=gone, died_on=DAY, **told())
    child = {"household": family, "name": "Rina", "sex": "P", "born_on": gone.born_on, "nik": gone.nik}
    come = {"relation": "anak", "marital": "belum", "moved_on": DAY}
    with pytest.raises((FamilyEventError, corrections.CorrectionError), match="tercatat meninggal"):
        if way == "birth":
            family_events.record_birth(**told(**child))
        elif way == "move_in":
            family_events.move_in(**told(**child, **come))
        else:
            head = who(family, "Budi Santoso")
            corrections.correct(row=head, name="nik", value=gone.nik, reason="Salah tulis", by=ani())
    assert Person.objects.filter(nik_index=gone.nik_index).count() == 1


def test_who_died_is_not_accepted_anew_until_the_death_is_corrected(family):
    gone = who(family, "Rina")
    death = family_events.record_death(person=gone, died_on=DAY, **told())
    case = cases.verified(nik=gone.nik, kk=family.kk, born_on=gone.born_on)
    with pytest.raises(applications.ApplicationError, match="tercatat meninggal"):
        applications.decide(application=case, status="ditetapkan_layak", by=ani())
    family_events.correct(event=death, reason="Salah orang", by=ani())
    applications.decide(application=case, status="ditetapkan_layak", by=ani())
    assert Person.objects.filter(nik_index=gone.nik_index).count() == 1


def test_a_number_that_a_spreadsheet_spoiled_is_refused(family):
    with pytest.raises(FamilyEventError, match="berakhir 0000"):
        family_events.record_birth(household=family, **told(name="Adi", sex="L", born_on=DAY, nik="3175070211260000"))


def test_a_member_dies(family):
    family_events.record_death(person=who(family, "Rina"), died_on=DAY, **told())
    assert names(family) == {"Budi Santoso": "kepala", "Siti Aminah": "istri"}


def test_a_head_who_dies_leaves_the_family_to_another_adult(family):
    head = who(family, "Budi Santoso")
    for heir, sentence in ((None, "Kepala keluarga berganti"), (who(family, "Rina"), "harus dewasa")):
        with pytest.raises(FamilyEventError, match=sentence):
            family_events.record_death(person=head, died_on=DAY, new_head=heir, **told())
    family_events.record_death(person=head, died_on=DAY, new_head=who(family, "Siti Aminah"), **told())
    assert names(family) == {"Siti Aminah": "kepala", "Rina": "anak"}


def test_a_family_without_anybody_ends():
    alone = make.household()
    family_events.record_death(person=alone.people.get(), died_on=DAY, **told())
    alone.refresh_from_db()
    assert alone.status == Household.Status.BUBAR


def test_nobody_dies_before_birth_or_twice(family):
    child = who(family, "Rina")
    with pytest.raises(FamilyEventError, match="sebelum Rina lahir"):
        family_events.record_death(person=child, died_on=date(2015, 2, 28), **told())
    family_events.record_death(person=child, died_on=DAY, **told())
    with pytest.raises(FamilyEventError, match="anggota yang hidup"):
        family_events.record_death(person=child, died_on=DAY, **told())


# --- moves


def test_a_family_moves_to_another_rt(family):
    region = Region.objects.get(code=NEXT_RT)
    event = family_events.move_within(household=family, region=region, address="Gang Baru 1", moved_on=DAY, **told())
    family.refresh_from_db()
    assert (family.region_id, family.address, event.region_id, event.to_region_id) == (
        NEXT_RT, "Gang Baru 1", people.RT, NEXT_RT,
    )  # fmt: skip
    assert set(family.people.values_list("region", flat=True)) == {NEXT_RT}


def test_a_move_to_another_kelurahan_leaves_the_officer_s_sight(family):
    region = Region.objects.filter(level="rt", code__startswith=people.PONDOK_KOPI).first()
    family_events.move_within(household=family, region=region, address="", moved_on=DAY, **told())
    assert not Household.objects.for_officer(ani()).exists()
    assert Household.objects.for_officer(cases.officer("budi", "staf", people.PONDOK_KOPI)).get() == family
    with pytest.raises(FamilyEventError, match="di luar wilayah"):
        family_events.move_out(household=family, moved_on=DAY, **told())


def test_a_move_needs_another_rt(family):
    for code, sentence in ((people.RT, "sudah tercatat di RT itu"), (people.RW, "Pilih RT")):
        with pytest.raises(FamilyEventError, match=sentence):
            family_events.move_within(
                household=family, region=Region.objects.get(code=code), address="", moved_on=DAY, **told()
            )


def test_a_family_leaves_and_comes_back(family):
    here = Region.objects.get(code=people.RT)
    with pytest.raises(FamilyEventError, match="masih aktif"):
        family_events.move_back(household=family, region=here, address="", moved_on=DAY, **told())
    family_events.move_out(household=family, moved_on=DAY, to="Bekasi", **told())
    assert Household.objects.active().count() == 0
    with pytest.raises(FamilyEventError, match="tidak aktif"):
        family_events.record_death(person=who(family, "Rina"), died_on=DAY, **told())
    family_events.move_back(household=family, region=here, address="Gang Baru 2", moved_on=DAY, **told())
    assert Household.objects.active().get().address == "Gang Baru 2"


def test_one_of_a_family_leaves_and_comes_back_to_another(family):
    head, wife, child = (who(family, n) for n in ("Budi Santoso", "Siti Aminah", "Rina"))
    leave = {"household": family, "moved_on": DAY, "to": "Bekasi"}
    with pytest.raises(FamilyEventError, match="Kepala keluarga berganti"):
        family_events.move_out(**leave, people=[head], **told())
    event = family_events.move_out(**leave, people=[head], new_head=wife, **told())
    assert names(family) == {"Siti Aminah": "kepala", "Rina": "anak"} and event.names == "Budi Santoso"
    assert Household.objects.active().with_head_name().get().head_name == wife.name
    other = make.household()
    back = {
        "household": other, "nik": head.nik, "name": "Budi", "sex": "L", "born_on": head.born_on,
        "relation": "suami", "marital": "kawin", "moved_on": DAY,
    }  # fmt: skip
    with pytest.raises(FamilyEventError, match="warga lain yang pernah pindah"):
        family_events.move_in(**back | {"born_on": date(1999, 1, 1)}, **told())
    assert family_events.move_in(**back, **told()) == head
    assert names(other) == {"Citra Lestari": "kepala", "Budi Santoso": "suami"}
    with pytest.raises(FamilyEventError, match="yang terbaru dulu"):  # he lives elsewhere by now
        family_events.correct(event=event, reason="Keliru", by=ani())
    assert audit.verify().changed == [] and child in Person.objects.living()


def test_who_left_is_put_back_by_a_correction(family):
    event = family_events.move_out(
        household=family,
        people=[who(family, "Budi Santoso")],
        new_head=who(family, "Siti Aminah"),
        moved_on=DAY,
        **told(),
    )
    family_events.correct(event=event, reason="Tidak jadi pindah", by=ani())
    assert names(family) == {"Budi Santoso": "kepala", "Siti Aminah": "istri", "Rina": "anak"}


def test_everybody_who_leaves_takes_the_family_along(family):
    family_events.move_out(household=family, people=list(family.people.all()), moved_on=DAY, **told())
    family.refresh_from_db()
    assert family.status == Household.Status.PINDAH and len(names(family)) == 3


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"relation": "kepala"}, "diganti di halaman lain"),
        ({"marital": "x"}, "status kawin"),
        ({"nik": "1"}, "harus 16 angka"),
        ({"name": " "}, "Tulis namanya"),
        ({"born_on": DAY + timedelta(days=1)}, "sebelum Dewi lahir"),
        ({"paper": ""}, "nomor suratnya"),
    ],
)
def test_somebody_moves_in_from_outside(family, change, sentence):
    values = {
        "household": family, "nik": make.nik(date(1999, 5, 6)), "name": "Dewi", "sex": "P", "born_on": date(1999, 5, 6),
        "relation": "lainnya", "marital": "kawin", "moved_on": DAY,
    }  # fmt: skip
    with pytest.raises(FamilyEventError, match=sentence):
        family_events.move_in(**told(**values | change))
    assert not FamilyEvent.objects.exists() and len(names(family)) == 3
    made = family_events.move_in(**told(**values))
    assert names(family)["Dewi"] == "lainnya" and FamilyEvent.objects.get().people.get().person == made
    with pytest.raises(FamilyEventError, match="sudah dipakai"):
        family_events.move_in(**told(**values))
    with pytest.raises(FamilyEventError, match="Perbaiki datanya"):
        family_events.correct(event=FamilyEvent.objects.get(), reason="Keliru", by=ani())


def test_who_left_gets_no_aid_and_no_application(family):
    wife = who(family, "Siti Aminah")
    case = cases.verified(kk=family.kk, nik=wife.nik)
    family_events.move_out(household=family, people=[wife], moved_on=DAY, **told())
    assert "Pemilik NIK ini tercatat pindah" in " ".join(str(check.text) for check in checks.of(case, ani()))
    with pytest.raises(applications.ApplicationError, match="Pemohon tercatat pindah"):
        applications.decide(application=case, status="ditetapkan_layak", by=ani())
    entitlement = make.approved_round(family).entitlements.get()
    giver = people.user("penyerah", "staf", people.KLENDER)
    with pytest.raises(handovers.HandoverError, match="Siti Aminah tercatat pindah"):
        handovers.record(entitlement=entitlement, recipient=wife, identity_seen=True, by=giver)
    assert wife not in handovers.members(entitlement=entitlement)


# --- cards


def test_a_child_marries_and_forms_a_family(family):
    child = make.person(household=family, name="Dewi", born_on=date(2000, 1, 1), marital="kawin")
    kk = make.kk()
    made = family_events.split(household=family, people=[child], kk=kk, head=child, happened_on=DAY, kind="kawin",
                               **told())  # fmt: skip
    assert names(made) == {"Dewi": "kepala"} and "Dewi" not in names(family)
    assert (made.kk, made.region_id, made.feared_hunger, made.receives_pkh) == (kk, family.region_id, True, False)
    event = FamilyEvent.objects.get()
    assert (event.household, event.other, event.kind) == (family, made, "kawin")


def test_a_head_who_leaves_names_a_new_one(family):
    head, wife = who(family, "Budi Santoso"), who(family, "Siti Aminah")
    with pytest.raises(FamilyEventError, match="Kepala keluarga berganti"):
        family_events.split(household=family, people=[head], kk=make.kk(), head=head, happened_on=DAY, **told())
    family_events.split(
        household=family, people=[head], kk=make.kk(), head=head, happened_on=DAY, kind="cerai", new_head=wife, **told()
    )
    assert names(family) == {"Siti Aminah": "kepala", "Rina": "anak"}


def test_a_split_that_cannot_be_is_refused(family):
    wife, child = who(family, "Siti Aminah"), who(family, "Rina")
    everybody, stranger = list(family.people.all()), make.household().people.get()
    for chosen, head, kk, sentence in (
        ([], wife, make.kk(), "Pilih siapa"),
        (everybody, wife, make.kk(), "Semua anggota"),
        ([wife, stranger], wife, make.kk(), "anggota yang hidup"),
        ([wife], child, make.kk(), "Kepala keluarga berganti"),
        ([wife], wife, family.kk, "sudah ada di register"),
        ([wife, child], child, make.kk(), "harus dewasa"),
    ):
        with pytest.raises(FamilyEventError, match=sentence):
            family_events.split(household=family, people=chosen, kk=kk, head=head, happened_on=DAY, **told())
    assert Household.objects.count() == 2 and not FamilyEvent.objects.exists()


def test_people_join_another_family_and_an_empty_one_ends(family):
    grandmother = make.household(head={"name": "Nenek", "born_on": date(1950, 1, 1)})
    joined = grandmother.people.get()
    family_events.join(people=[joined], into=family, relation="orang_tua", happened_on=DAY, **told())
    grandmother.refresh_from_db()
    assert names(family)["Nenek"] == "orang_tua" and grandmother.status == Household.Status.BUBAR
    with pytest.raises(FamilyEventError, match="keluarga lain"):
        family_events.join(people=[joined], into=family, relation="anak", happened_on=DAY, **told())


def test_a_family_changes_its_head(family):
    wife = who(family, "Siti Aminah")
    family_events.change_head(household=family, head=wife, happened_on=DAY, **told())
    assert names(family) == {"Siti Aminah": "kepala", "Budi Santoso": "lainnya", "Rina": "anak"}
    with pytest.raises(FamilyEventError, match="sudah kepala"):
        family_events.change_head(household=family, head=wife, happened_on=DAY, **told())


# --- husband and wife


def marital(*names_) -> dict:
    return dict(Person.objects.filter(name__in=names_).values_list("name", "marital"))


@pytest.mark.parametrize(("dies", "widowed"), [("Budi Santoso", "Siti Aminah"), ("Siti Aminah", "Budi Santoso")])
def test_who_loses_husband_or_wife_is_widowed(family, dies, widowed):
    heir = who(family, "Siti Aminah") if dies == "Budi Santoso" else None
    event = family_events.record_death(person=who(family, dies), died_on=DAY, new_head=heir, **told())
    assert marital(widowed, "Rina") == {widowed: "cerai_mati", "Rina": "belum"}
    rows = dict(event.people.values_list("person__name", "subject"))
    assert rows == {dies: True, widowed: False} and event.names == dies


def test_a_head_with_another_wife_stays_married(family):
    make.person(household=family, name="Sri", relation="istri")
    family_events.record_death(person=who(family, "Siti Aminah"), died_on=DAY, **told())
    assert marital("Budi Santoso", "Sri") == {"Budi Santoso": "kawin", "Sri": "kawin"}


def test_a_divorce_parts_both_and_a_marriage_weds(family):
    wife, child = who(family, "Siti Aminah"), who(family, "Rina")
    made = family_events.split(
        household=family, people=[wife, child], kk=make.kk(), head=wife, happened_on=DAY, kind="cerai", **told()
    )
    assert marital("Siti Aminah", "Budi Santoso", "Rina") == {
        "Siti Aminah": "cerai_hidup", "Budi Santoso": "cerai_hidup", "Rina": "belum",
    }  # fmt: skip
    bride = make.household(head={"name": "Dewi", "marital": "belum", "born_on": date(2000, 1, 1)}).people.get()
    family_events.join(people=[bride], into=family, relation="istri", happened_on=DAY, kind="kawin", **told())
    assert marital("Dewi") == {"Dewi": "kawin"} and names(made)["Siti Aminah"] == "kepala"


# --- what hangs on a family


def test_an_open_application_follows_a_move_and_comes_back_with_it(family):
    case = cases.application(kk=family.kk, nik=who(family, "Siti Aminah").nik)
    other = cases.application()
    region = Region.objects.get(code=NEXT_RT)
    event = family_events.move_within(household=family, region=region, address="Gang Baru 1", moved_on=DAY, **told())
    case.refresh_from_db(), other.refresh_from_db()
    assert (case.region_id, case.address, other.region_id) == (NEXT_RT, "Gang Baru 1", people.RT)
    family_events.correct(event=event, reason="Salah keluarga", by=ani())
    case.refresh_from_db()
    assert (case.region_id, case.address) == (people.RT, "Gang Melati Nomor 4")


def test_a_family_that_left_is_not_taken_in_by_an_application(family):
    case = cases.verified(kk=family.kk, nik=who(family, "Siti Aminah").nik)
    family_events.move_out(household=family, moved_on=DAY, **told())
    assert "tercatat pindah ke luar" in " ".join(str(check.text) for check in checks.of(case, ani()))
    decide = {"application": case, "status": "ditetapkan_layak", "by": ani()}
    with pytest.raises(applications.ApplicationError, match="pindah masuk kembali"):
        applications.decide(**decide)
    here = Region.objects.get(code=people.RT)
    family_events.move_back(household=family, region=here, address="", moved_on=DAY, **told())
    assert applications.decide(**decide).household == family


def test_a_list_is_not_frozen_with_a_family_that_left(family):
    planned = make.plan_round(family, make.household())
    family_events.move_out(household=family, moved_on=DAY, **told())
    proposer = people.either("penyusun", "kesra")
    with pytest.raises(rounds.RoundError, match="1 keluarga di daftar sudah pindah"):
        rounds.freeze(round=planned, by=proposer)
    rounds.propose(round=planned, by=proposer)
    assert rounds.freeze(round=planned, by=proposer).entitlements.count() == 1


def test_a_list_is_not_frozen_with_a_family_that_nobody_lives_in(family):
    planned = make.plan_round(family, alone := make.household())
    alone.people.update(died_on=DAY)  # by whatever way
    with pytest.raises(rounds.RoundError, match="tidak ada lagi"):
        rounds.freeze(round=planned, by=people.either("penyusun", "kesra"))


def test_the_receiving_office_sees_the_move(family):
    region = Region.objects.filter(level="rt", code__startswith=people.PONDOK_KOPI).first()
    event = family_events.move_within(household=family, region=region, address="", moved_on=DAY, **told())
    budi, lain = (cases.officer(n, "staf", r) for n, r in (("budi", people.PONDOK_KOPI), ("lain", "31.75.07.1001")))
    assert [FamilyEvent.objects.for_officer(by).first() for by in (ani(), budi, lain)] == [event, event, None]


@pytest.mark.parametrize("wrong", ["3175075705809001", "KK 3175 0757 0580 9001", "3175.0757.0580.9001 akta"])
def test_no_identity_number_stands_in_a_paper(family, wrong):
    with pytest.raises(FamilyEventError, match="Jangan menulis NIK"):
        family_events.move_out(household=family, moved_on=DAY, **told(paper=wrong))
    with pytest.raises(FamilyEventError, match="Jangan menulis NIK"):
        family_events.move_out(household=family, moved_on=DAY, to=wrong, **told())
    event = family_events.move_out(household=family, moved_on=DAY, **told(paper="SKPWNI/3175/02112026/0012"))
    with pytest.raises(FamilyEventError, match="Jangan menulis NIK"):
        family_events.correct(event=event, reason=wrong, by=ani())


# --- the wrong person, two at once


@pytest.mark.parametrize(
    ("role", "region", "sentence"),
    [("staf", people.PONDOK_KOPI, "di luar wilayah"), ("rt", people.RT, "tidak boleh"),
     ("auditor", people.KECAMATAN, "tidak boleh")],
)  # fmt: skip
def test_the_wrong_person_records_nothing(family, role, region, sentence):
    with pytest.raises(FamilyEventError, match=sentence):
        family_events.move_out(household=family, moved_on=DAY, paper=PAPER, by=cases.officer("salah", role, region))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_split_one_family_at_once_one_is_told(family):
    child = make.person(household=family, name="Dewi", born_on=date(2000, 1, 1))
    staff, numbers = ani(), [make.kk(), make.kk()]

    def work(kk):
        return family_events.split(
            household=family, people=[child], kk=kk, head=child, happened_on=DAY, paper=PAPER, by=staff
        ).pk

    results = at_once(work, numbers)
    assert sorted(isinstance(found, int) for found in results) == [False, True], results
    assert Household.objects.count() == 2 and FamilyEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_looking_again_a_family_is_founded_twice(family, monkeypatch):
    child = make.person(household=family, name="Dewi", born_on=date(2000, 1, 1))
    staff, numbers = ani(), [make.kk(), make.kk()]
    monkeypatch.setattr(family_events, "_members", lambda *_args: [Person.objects.get(pk=child.pk)])

    def work(kk):
        return family_events.split(
            household=family, people=[child], kk=kk, head=child, happened_on=DAY, paper=PAPER, by=staff
        ).pk

    at_once(work, numbers)
    assert Household.objects.count() == 3  # one of the two new families is empty


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_family_is_founded_twice(family, monkeypatch):
    """Both look before either has written: the lock is what makes the second one look afterwards."""
    child = make.person(household=family, name="Dewi", born_on=date(2000, 1, 1))
    staff, numbers, both_looked = ani(), [make.kk(), make.kk()], Barrier(2)
    look = family_events._members

    def looked(*values):
        found = look(*values)
        both_looked.wait(timeout=20)
        return found

    monkeypatch.setattr(family_events, "_locked", lambda household, *_args, **_more: household)
    monkeypatch.setattr(family_events, "_members", looked)

    def work(kk):
        return family_events.split(
            household=family, people=[child], kk=kk, head=child, happened_on=DAY, paper=PAPER, by=staff
        ).pk

    assert all(isinstance(found, int) for found in at_once(work, numbers))
    assert sum(not each.people.exists() for each in Household.objects.all()) == 1  # one of the two cards is empty


# --- the record


def test_an_event_never_changes(family):
    family_events.move_out(household=family, moved_on=DAY, **told())
    for statement in ("UPDATE beneficiaries_familyevent SET paper = 'x'", "DELETE FROM beneficiaries_familyevent"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.parametrize("wrong", [{"paper": ""}, {"happened_on": date(2999, 1, 1)}, {"kind": "koreksi"}])
def test_the_database_refuses_an_event_without_its_paper_or_day(family, wrong):
    values = {"kind": "keluar", "happened_on": DAY, "paper": PAPER, "recorded_by": ani()} | wrong
    with pytest.raises(IntegrityError), transaction.atomic():
        FamilyEvent.objects.create(household=family, region_id=family.region_id, **values)


def test_what_happened_is_taken_back_by_a_correction(family):
    wife = who(family, "Siti Aminah")
    death = family_events.record_death(person=who(family, "Budi Santoso"), died_on=DAY, new_head=wife, **told())
    region = Region.objects.get(code=NEXT_RT)
    move = family_events.move_within(household=family, region=region, address="Baru", moved_on=DAY, **told())
    with pytest.raises(FamilyEventError, match="yang terbaru dulu"):
        family_events.correct(event=death, reason="Salah orang", by=ani())
    family_events.correct(event=move, reason="Salah RT", by=ani())
    family_events.correct(event=death, reason="Salah orang", by=ani())
    family.refresh_from_db()
    assert (family.region_id, family.address) == (people.RT, "Gang Melati Nomor 4")
    assert names(family) == {"Budi Santoso": "kepala", "Siti Aminah": "istri", "Rina": "anak"}
    assert marital("Siti Aminah") == {"Siti Aminah": "kawin"}
    with pytest.raises(FamilyEventError, match="sudah dikoreksi"):
        family_events.correct(event=death, reason="Lagi", by=ani())


def test_a_split_is_taken_back_and_done_again_with_the_same_card(family):
    wife, child, kk = who(family, "Siti Aminah"), who(family, "Rina"), make.kk()
    made = family_events.split(
        household=family, people=[wife, child], kk=kk, head=wife, happened_on=DAY, kind="cerai", **told()
    )
    event = FamilyEvent.objects.get()
    death = family_events.record_death(person=who(made, "Rina"), died_on=DAY, **told())
    with pytest.raises(FamilyEventError, match="yang terbaru dulu"):
        family_events.correct(event=event, reason="Salah anak", by=ani())
    family_events.correct(event=death, reason="Salah anak", by=ani())
    family_events.correct(event=event, reason="Salah anak", by=ani())
    assert names(family) == {"Budi Santoso": "kepala", "Siti Aminah": "istri", "Rina": "anak"}
    assert set(marital("Budi Santoso", "Siti Aminah").values()) == {"kawin"}
    made.refresh_from_db()
    assert made.status == Household.Status.BUBAR
    again = family_events.split(
        household=family, people=[who(family, "Siti Aminah")], kk=kk, head=wife, happened_on=DAY, **told()
    )
    assert again == made and again.status == Household.Status.AKTIF and names(again) == {"Siti Aminah": "kepala"}
    assert audit.verify().changed == []


def test_a_join_is_taken_back_to_a_family_that_had_ended(family):
    grandmother = make.household(head={"name": "Nenek", "born_on": date(1950, 1, 1)})
    event = family_events.join(
        people=[grandmother.people.get()], into=family, relation="orang_tua", happened_on=DAY, **told()
    )
    family_events.correct(event=event, reason="Tidak jadi", by=ani())
    grandmother.refresh_from_db()
    assert names(grandmother) == {"Nenek": "kepala"} and grandmother.status == Household.Status.AKTIF
    assert "Nenek" not in names(family)


def test_a_return_is_taken_back(family):
    family_events.move_out(household=family, moved_on=DAY, **told())
    here = Region.objects.get(code=NEXT_RT)
    event = family_events.move_back(household=family, region=here, address="Baru", moved_on=DAY, **told())
    family_events.correct(event=event, reason="Belum pulang", by=ani())
    family.refresh_from_db()
    assert (family.status, family.region_id, family.address) == ("pindah", people.RT, "Gang Melati Nomor 4")


def test_a_birth_is_not_taken_back_so(family):
    family_events.record_birth(household=family, name="Adi", sex="L", born_on=DAY, nik=make.nik(DAY, "L"), **told())
    with pytest.raises(FamilyEventError, match="Perbaiki datanya"):
        family_events.correct(event=FamilyEvent.objects.get(), reason="Keliru", by=ani())


@pytest.mark.django_db(transaction=True)
def test_the_family_of_a_past_day_can_be_read_and_the_audit_is_whole(family):
    before = timezone.now()
    child = who(family, "Rina")
    family_events.record_death(person=child, died_on=DAY, **told())
    with connection.cursor() as cursor:  # the register knew the family for a month
        for table in ("household", "person"):
            cursor.execute(f"ALTER TABLE beneficiaries_{table}event DISABLE TRIGGER USER")
            cursor.execute(
                f"UPDATE beneficiaries_{table}event SET pgh_created_at = pgh_created_at - interval '30 days' "
                "WHERE pgh_created_at < %s", [before],
            )  # fmt: skip
            cursor.execute(f"ALTER TABLE beneficiaries_{table}event ENABLE TRIGGER USER")
    today = timezone.localdate()
    then, now, long_ago = (
        {m.name for m in facts_at.members(household_id=family.pk, at=facts_at.end_of(day))}
        for day in (today - timedelta(days=10), today, today - timedelta(days=60))
    )
    assert then == {"Budi Santoso", "Siti Aminah", "Rina"} and now == {"Budi Santoso", "Siti Aminah"}
    assert not long_ago and audit.verify().whole
