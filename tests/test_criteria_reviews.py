"""A draft of criteria is sent for review by its author, and sent back with a reason by somebody else."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from beneficiaries import criteria, criteria_reviews
from beneficiaries.criteria import CriteriaError
from beneficiaries.models import CriteriaReview, CriteriaSet
from tests import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> CriteriaSet:
    return criteria.draft(source=criteria.load_default(), by=people.kesra())


def page(verb: str, draft: CriteriaSet) -> str:
    return reverse(f"admin:beneficiaries_criteriaset_{verb}", args=[draft.pk])


def test_an_author_asks_a_reviewer_sends_back_and_the_author_reads_why(draft, client):
    kesra, camat = draft.drafted_by, people.camat()
    client.force_login(kesra)
    assert "Minta diperiksa" in client.get(page("change", draft)).text
    private = client.post(page("ask", draft), {"note": "Tanya 081290009001"})
    assert private.status_code == 422 and "081290009001" in private.text
    assert client.post(page("ask", draft), {"note": "Batasnya naik lima."}).url == page("change", draft)
    assert "Menunggu pemeriksa" in client.get(page("change", draft)).text
    assert "menunggu Anda periksa" not in client.get("/admin/").text

    client.force_login(camat)
    home = client.get("/admin/").text
    assert "draf kriteria menunggu Anda periksa" in home and "Batasnya naik lima." in home
    shown = client.get(page("release", draft)).text
    assert "Batasnya naik lima." in shown and page("send_back", draft) in shown
    assert client.post(page("send_back", draft), {"reason": " "}).status_code == 422
    assert client.post(page("send_back", draft), {"reason": "Batas 50 terlalu tinggi."}).status_code == 302
    assert "menunggu Anda periksa" not in client.get("/admin/").text

    client.force_login(kesra)
    home, own = client.get("/admin/").text, client.get(page("change", draft)).text
    assert "draf kriteria dikembalikan kepada Anda" in home and "Batas 50 terlalu tinggi." in home
    assert "Perlu diperbaiki" in own and "Batas 50 terlalu tinggi." in own and "Minta diperiksa" in own
    criteria_reviews.ask(criteria_set=draft, note="", by=kesra)
    assert list(criteria_reviews.waiting(user=camat)) == [draft]
    assert [(row.kind, row.by) for row in draft.reviews.all()] == [
        ("minta", kesra),
        ("kembali", camat),
        ("minta", kesra),
    ]


def test_each_side_makes_its_own_move_in_its_turn(draft):
    kesra, camat, other = draft.drafted_by, people.camat(), people.user("kesra2", "kesra", people.KECAMATAN)
    staff = people.ani()
    ask, back = criteria_reviews.ask, criteria_reviews.send_back
    for verb, words, by, sentence in (
        (ask, {"note": ""}, staff, "tidak boleh menyusun"),
        (ask, {"note": ""}, other, "tidak ikut menyusun"),
        (back, {"reason": "Belum"}, camat, "tidak sedang menunggu"),
        (back, {"reason": "Belum"}, staff, "tidak boleh memeriksa"),
    ):
        with pytest.raises(CriteriaError, match=sentence):
            verb(criteria_set=draft, by=by, **words)
    ask(criteria_set=draft, note="", by=kesra)
    for verb, words, by, sentence in (
        (ask, {"note": ""}, kesra, "sudah diminta"),
        (back, {"reason": "Belum"}, kesra, "ikut menyusun"),
        (back, {"reason": ""}, camat, "Tulis apa yang perlu"),
    ):
        with pytest.raises(CriteriaError, match=sentence):
            verb(criteria_set=draft, by=by, **words)
    criteria.release(criteria_set=draft, by=camat, starts_on=timezone.localdate())
    with pytest.raises(CriteriaError, match="sudah pernah dirilis"):
        back(criteria_set=draft, reason="Belum", by=other)
    assert not criteria_reviews.waiting(user=other).exists()


def test_a_draft_that_cannot_be_scored_is_not_sent_for_review(draft):
    draft.criteria.filter(kind__in=["nilai", "gerbang"]).delete()
    with pytest.raises(CriteriaError, match="belum berisi"):
        criteria_reviews.ask(criteria_set=draft, note="", by=draft.drafted_by)


def test_the_database_holds_turns_sides_and_what_was_said(draft):
    kesra, camat = draft.drafted_by, people.camat()
    row = criteria_reviews.ask(criteria_set=draft, note="Lihat batasnya", by=kesra)
    for kind, by, note in (("minta", kesra, ""), ("kembali", kesra, "x"), ("kembali", camat, "")):
        with pytest.raises(IntegrityError), transaction.atomic():
            CriteriaReview.objects.create(criteria_set=draft, kind=kind, by=by, note=note)
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        CriteriaReview.objects.filter(pk=row.pk).update(note="lain")
    criteria.discard(criteria_set=draft, by=kesra)  # the rows outlive the draft
    assert CriteriaReview.objects.get().note == "Lihat batasnya"
    assert not criteria_reviews.waiting(user=camat).exists()
