"""Handing over: by code, once and only once, into living hands of the right family."""

from datetime import date
from threading import Barrier

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from bansos import codes
from beneficiaries.models import Household, Person
from distribution import handovers, rounds
from distribution.models import Entitlement, Fund, FundEntry, Handover, Round
from tests import make, people
from tests.at_once import at_once

VALUE = 250_000


@pytest.fixture
def family(db):
    made = make.household()
    make.person(household=made, name="Dimas Lestari", sex="L", born_on=date(2001, 3, 2))
    return made


@pytest.fixture
def entitlement(family):
    return make.approved_round(family).entitlements.get()


def head(family):
    return family.people.get(relation="kepala")


def child(family):
    return family.people.get(relation="anak")


def give(entitlement, recipient, by, **fields):
    return handovers.record(
        **{"entitlement": entitlement, "recipient": recipient, "identity_seen": True, "by": by} | fields
    )


# --- find


def test_a_code_is_found_as_people_write_it(entitlement):
    ani = people.ani()
    typed = codes.pretty(entitlement.code).lower()
    assert handovers.find(code=f" {typed} ", by=ani) == entitlement
    assert handovers.find(code="0000000000", by=ani) is None


def test_a_code_of_another_region_is_unknown(entitlement):
    assert handovers.find(code=entitlement.code, by=people.budi()) is None
    assert handovers.find(code=entitlement.code, by=people.kesra()) == entitlement


# --- record


def test_the_head_takes_it(entitlement, family):
    ani = people.ani()
    given = give(entitlement, head(family), ani, note=" Sehat ")
    entitlement.refresh_from_db()
    assert (entitlement.status, given.method, given.value) == ("diserahkan", "sendiri", VALUE)
    assert (given.by, given.note, given.region_id) == (ani, "Sehat", family.region_id)
    assert given.number.startswith("BAST-") and given.number.endswith(f"{given.pk:06d}")
    assert Round.objects.get().status == "penyaluran"
    fund = Fund.objects.get()
    assert (fund.committed, fund.spent) == (VALUE, VALUE)
    entry = FundEntry.objects.get(kind="salur")
    assert (entry.amount, entry.handover, entry.by) == (VALUE, given, ani)


def test_another_member_takes_it(entitlement, family):
    given = give(entitlement, child(family), people.ani())
    entitlement.refresh_from_db()
    assert (entitlement.status, given.method) == ("diserahkan_perwakilan", "perwakilan")


def test_a_second_time_is_refused_with_when_and_where(entitlement, family):
    give(entitlement, head(family), people.ani())
    with pytest.raises(handovers.HandoverError, match="sudah diserahkan .* pukul .* oleh Kelurahan Klender"):
        give(entitlement, child(family), people.lurah())
    assert Handover.objects.count() == 1 and Fund.objects.get().spent == VALUE


def test_identity_must_be_seen(entitlement, family):
    ani = people.ani()
    with pytest.raises(handovers.HandoverError, match="Lihat KTP dan KK asli"):
        give(entitlement, head(family), ani, identity_seen=False)
    with pytest.raises(IntegrityError, match="handover_needs_identity_seen"), transaction.atomic():
        Handover.objects.create(
            entitlement=entitlement, region_id=entitlement.region_id, recipient=head(family), method="sendiri",
            value=VALUE, identity_seen=False, by=ani,
        )  # fmt: skip
    assert Round.objects.get().status == "disahkan"


def test_a_death_after_the_list_was_made(entitlement, family):
    ani, dead = people.ani(), head(family)
    Person.objects.filter(pk=dead.pk).update(died_on=date(2026, 11, 20))
    with pytest.raises(handovers.HandoverError, match="tercatat meninggal. Anggota lain dalam KK ini boleh"):
        give(entitlement, dead, ani)
    assert handovers.members(entitlement=entitlement) == [child(family)]
    give(entitlement, child(family), ani)
    assert Handover.objects.get().method == "perwakilan"


def test_a_family_that_left_takes_nothing_and_the_database_refuses_too(entitlement, family):
    Household.objects.filter(pk=family.pk).update(status="pindah")
    with pytest.raises(handovers.HandoverError, match="sudah pindah"):
        give(entitlement, head(family), people.ani())
    with pytest.raises(IntegrityError, match="of another household"), transaction.atomic():
        Handover.objects.create(
            entitlement=entitlement, region_id=entitlement.region_id, recipient=head(family), method="sendiri",
            value=entitlement.value, identity_seen=True, by=people.kesra(),
        )  # fmt: skip


def test_nobody_left(entitlement, family):
    dead = head(family)
    family.people.update(died_on=date(2026, 11, 20))
    with pytest.raises(handovers.HandoverError, match="Semua anggota KK"):
        give(entitlement, dead, people.ani())


def test_somebody_of_another_family(entitlement):
    stranger = make.household().people.get()
    with pytest.raises(handovers.HandoverError, match="bukan anggota KK ini"):
        give(entitlement, stranger, people.ani())


def test_an_officer_of_another_region(entitlement, family):
    with pytest.raises(handovers.HandoverError, match="di luar wilayah"):
        give(entitlement, head(family), people.budi())


def test_who_approved_hands_nothing_over(entitlement, family):
    camat = Round.objects.get().approved_by
    with pytest.raises(handovers.HandoverError, match="Minta petugas lain"):
        give(entitlement, head(family), camat)
    with pytest.raises(IntegrityError, match="hands nothing over"), transaction.atomic():
        handovers._write(entitlement=entitlement, recipient=head(family), method="sendiri", note="", by=camat)
    assert not Handover.objects.exists()


def test_held_closed_and_not_yet_approved(entitlement, family):
    ani, round = people.ani(), Round.objects.get()
    Entitlement.objects.update(status="ditahan", status_reason="Ada pengaduan.")
    with pytest.raises(handovers.HandoverError, match="Alasannya: Ada pengaduan. Hubungi"):
        give(entitlement, head(family), ani)
    rounds.close(round=round, by=people.kesra())
    with pytest.raises(handovers.HandoverError, match="sudah ditutup"):
        give(entitlement, head(family), ani)
    waiting = rounds.plan(
        programme=round.programme, fund=round.fund, period=date(2026, 12, 1), region=round.region, budget=VALUE,
        quotas={people.KLENDER: 1}, by=None,
    )  # fmt: skip
    rounds.propose(round=waiting, by=people.either("penyusun", "kesra"))
    with pytest.raises(handovers.HandoverError, match="belum disahkan"):
        give(waiting.entitlements.get(), head(family), ani)


def test_a_handover_stays_as_it_was_written(entitlement, family):
    given = give(entitlement, head(family), people.ani())
    for change in (given.delete, lambda: Handover.objects.update(note="x"), lambda: FundEntry.objects.all().delete()):
        with pytest.raises(DatabaseError, match="Cannot|protected"), transaction.atomic():
            change()
    with pytest.raises(DatabaseError, match="Invalid transition"), transaction.atomic():
        Entitlement.objects.update(status="dialokasikan")
    assert Handover.objects.get().note == ""


def test_what_the_desk_counts(entitlement, family):
    other = make.scored_household(points=60, region="31.75.07.1007.001.001")
    make.approved_round(family, other, period=date(2026, 12, 1))
    ani = people.ani()
    assert [(r.done, r.left) for r in handovers.open_rounds(by=ani)] == [(0, 1), (0, 1)]
    assert [(r.done, r.left) for r in handovers.open_rounds(by=people.kesra())] == [(0, 2), (0, 1)]
    give(entitlement, head(family), ani)
    assert [(r.done, r.left) for r in handovers.open_rounds(by=ani)] == [(0, 1), (1, 0)]
    assert handovers.today(by=ani) == 1 and handovers.today(by=people.budi()) == 0


# --- eight desks at once


def race(entitlement, recipient, officers) -> list[str]:
    """Hands the same thing over from as many threads as there are officers; returns what each was told."""

    def desk(officer) -> str:
        give(Entitlement.objects.get(pk=entitlement.pk), recipient, officer)
        return "diserahkan"

    return at_once(desk, officers)


def officers() -> list:
    return [people.user(f"meja{n}", "staf", people.KLENDER) for n in range(8)]


def setup_race():
    family = make.household()
    made = make.approved_round(family, make.household(), make.household())
    return made.entitlements.get(household=family), head(family)


@pytest.mark.usefixtures("transactional_db")
def test_eight_desks_one_handover():
    entitlement, recipient = setup_race()
    told = race(entitlement, recipient, officers())
    assert told.count("diserahkan") == 1
    assert sum("sudah diserahkan" in words for words in told) == 7
    assert Handover.objects.count() == 1 and Fund.objects.get().spent == VALUE


@pytest.mark.usefixtures("transactional_db")
def test_twin_without_the_guards_it_is_handed_over_twice(monkeypatch):
    entitlement, recipient = setup_race()
    seen = Barrier(2)

    def unlocked(pk):
        found = Entitlement.objects.select_related("round").get(pk=pk)
        seen.wait(timeout=20)
        return found

    monkeypatch.setattr(handovers, "_lock", unlocked)
    Round.objects.update(status="penyaluran")  # the first handover's own update would let only one in at a time
    with guards_removed():
        told = race(entitlement, recipient, officers()[:2])
        assert told == ["diserahkan", "diserahkan"]
        assert Handover.objects.count() == 2 and Fund.objects.get().spent == 2 * VALUE


class guards_removed:
    """Takes the uniqueness of a handover and the entitlement's transitions away, and puts them back."""

    def __enter__(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conname FROM pg_constraint WHERE conrelid = 'distribution_handover'::regclass"
                " AND contype = 'u' AND conname LIKE '%entitlement%'"
            )
            (self.unique,) = cursor.fetchone()
            cursor.execute(f'ALTER TABLE distribution_handover DROP CONSTRAINT "{self.unique}"')
            cursor.execute("ALTER TABLE distribution_entitlement DISABLE TRIGGER USER")

    def __exit__(self, *error):
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE distribution_handover CASCADE")
            cursor.execute("ALTER TABLE distribution_entitlement ENABLE TRIGGER USER")
            cursor.execute(f'ALTER TABLE distribution_handover ADD CONSTRAINT "{self.unique}" UNIQUE (entitlement_id)')
