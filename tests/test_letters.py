"""Letters: numbered without a gap, words as issued, revoked once, checked by anybody, opened by the right people."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from bansos import codes, passes
from beneficiaries import appeals, applications, letter_pdf, letter_texts, letters
from beneficiaries.letters import LetterError
from beneficiaries.models import Letter
from beneficiaries.models.letter import LetterKind
from tests import cases, make, people
from tests.at_once import at_once
from tests.browser import assert_usable, needs_browser, shot

pytestmark = pytest.mark.django_db
REASON = {"reason": "Ada mobil di halaman rumah.", "reason_code": "R02"}
POWER = {"deputy": "Dewi Lestari", "relation": "anak", "aid": "Paket sembako November 2026"}
PURPOSE = {"purpose": "keringanan biaya sekolah"}


def ani():
    return cases.officer("ani", "staf", people.KLENDER)


def decided(status="ditolak", **reason):
    reason = REASON if status == "ditolak" else reason
    lurah = cases.officer("lurah", "lurah", people.KLENDER)
    return applications.decide(application=cases.verified(), status=status, by=lurah, **reason)


def issued(case=None, kind=LetterKind.SKTM, details=PURPOSE) -> Letter:
    return letters.issue(application=case or cases.application(), kind=kind, details=details, by=ani())


def answered(accepted=False):
    """A refused family whose appeal the kecamatan answered."""
    case = decided()
    row = appeals.submit(application=case, ground="data_keliru", story="Itu mobil majikan.")
    kesra = people.either("kesra", "kesra")
    appeals.answer(
        appeal=appeals.take(appeal=row, by=kesra), accepted=accepted, answer="Mobil itu milik sendiri.", by=kesra
    )
    case.refresh_from_db()
    return case


# --- words and numbers


def test_a_decision_letter_says_why_and_until_when_to_object():
    case = decided()
    words = str(issued(case, LetterKind.KEPUTUSAN, {}).content)
    until = timezone.localdate() + timedelta(days=appeals.OBJECTION_DAYS)
    assert "belum disetujui" in words and "Keluarga memiliki mobil" in words and REASON["reason"] in words
    assert f"{until.day} " in words and str(until.year) in words
    assert case.nik not in words and case.kk not in words and case.nik[-4:] in words


def test_the_points_in_a_decision_letter_sum_to_the_score():
    make.criteria()
    case = decided("ditetapkan_layak")
    make.score(household=case.household, points=30)
    points = issued(case, LetterKind.KEPUTUSAN, {}).content["lists"][1]
    assert points["title"].startswith("Nilai keluarga 30 dari 55, batas 50")
    added = [line.rsplit("+", 1) for line in points["lines"] if "+" in line]
    assert sum(int(number) for _text, number in added) == 30 and "Jumlah nilai: 30" in points["lines"]


def test_a_refusal_tells_the_points_of_the_own_family_and_that_they_are_not_its_reason():
    make.criteria()
    case = decided()
    family = make.household(kk=case.kk, head={"name": "Orang lain"})
    make.score(household=family, points=30)
    assert "Nilai keluarga" not in str(issued(case, LetterKind.KEPUTUSAN, {}).content), "of a neighbour's family"
    make.person(household=family, nik=case.nik, born_on=case.born_on, relation="istri")
    letters.revoke(letter=Letter.objects.get(kind=LetterKind.KEPUTUSAN), reason="Salah cetak", by=ani())
    words = issued(case, LetterKind.KEPUTUSAN, {}).content["lists"]
    points = next(part for part in words if part["title"].startswith("Nilai keluarga 30"))
    assert points["lines"][-1] == "Nilai ini bukan alasan keputusan. Alasannya tertulis di atas."
    assert words[0]["title"] == "Alasan"


def test_each_kind_has_its_own_words_and_a_page_of_its_own():
    case = answered()
    told = {
        LetterKind.KEPUTUSAN: {}, LetterKind.SKTM: PURPOSE, LetterKind.KUASA: POWER,
        LetterKind.SPTJM: {"statement": "Keluarga ini pindah dan diganti oleh tetangga yang belum pernah dibantu."},
        LetterKind.JAWABAN: {},
    }  # fmt: skip
    assert set(told) == set(letter_texts.QUESTIONS)
    for kind, details in told.items():
        made = issued(case, kind, details)
        words = str(made.content)
        assert all(detail in words for detail in details.values())
        assert letters.digest(made.content) == made.digest
        assert letter_pdf.render(made, check_address=lambda one: f"https://contoh.id/surat/{one.code}/")[:4] == b"%PDF"


@pytest.mark.parametrize(
    ("kind", "details"),
    [(LetterKind.SKTM, {}), (LetterKind.KUASA, POWER | {"deputy": " "}), (LetterKind.SPTJM, {"statement": "x" * 301})],
)
def test_a_letter_without_its_details_is_not_issued(kind, details):
    with pytest.raises(LetterError, match="Isi dulu"):
        issued(kind=kind, details=details)
    assert not Letter.objects.exists()


def test_an_undecided_application_has_no_decision_letter():
    with pytest.raises(LetterError, match="belum diputuskan"):
        issued(kind=LetterKind.KEPUTUSAN, details={})


def test_numbers_run_by_kelurahan_and_kind_without_a_gap():
    first, second = issued(), issued()
    other = issued(kind=LetterKind.KUASA, details=POWER)
    assert [first.serial, second.serial, other.serial] == [1, 2, 1]
    assert first.number.startswith("0001/SKTM/Klender/")


def test_the_database_refuses_a_gap_and_a_number_twice():
    row = issued()
    for serial in (1, 3):
        row.pk, row.code, row.serial = None, codes.new(), serial
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save(force_insert=True)


def test_without_the_trigger_a_number_is_left_out():
    row = issued()
    make.without_trigger("beneficiaries_letter", "numbered_without_a_gap")
    row.pk, row.code, row.serial = None, codes.new(), 3
    row.save(force_insert=True)
    assert sorted(Letter.objects.values_list("serial", flat=True)) == [1, 3]


@pytest.mark.django_db(transaction=True)
def test_letters_issued_at_once_get_numbers_in_a_row():
    case, staff = cases.application(), ani()
    at_once(lambda _n: letters.issue(application=case, kind="sktm", details=PURPOSE, by=staff), list(range(6)))
    assert sorted(Letter.objects.values_list("serial", flat=True)) == [1, 2, 3, 4, 5, 6]


@pytest.mark.django_db(transaction=True)
def test_one_decision_has_one_letter_however_often_it_is_asked_for():
    case = decided()
    made = at_once(lambda _n: letters.own_decision(application=case).pk, list(range(4)))
    assert len(set(made)) == 1 and Letter.objects.count() == 1


# --- kept as issued


@pytest.mark.parametrize("change", [{"content": {}}, {"number": "1"}, {"serial": 9}, {"digest": "0" * 64}])
def test_the_words_of_a_letter_never_change(change):
    row = issued()
    with pytest.raises(DatabaseError), transaction.atomic():
        Letter.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM beneficiaries_letter")


def test_a_letter_is_revoked_once_with_a_reason():
    row = issued()
    with pytest.raises(LetterError, match="lima huruf"):
        letters.revoke(letter=row, reason=" x ", by=ani())
    revoked = letters.revoke(letter=row, reason="Nama keliru ditulis", by=ani())
    assert revoked.revoked_by == ani()
    with pytest.raises(LetterError, match="sudah dicabut"):
        letters.revoke(letter=row, reason="Nama keliru ditulis", by=ani())
    with pytest.raises(DatabaseError), transaction.atomic():
        Letter.objects.filter(pk=row.pk).update(revoked_reason="lain")


def test_a_revoked_decision_letter_makes_room_for_a_new_one():
    case = decided()
    first = letters.own_decision(application=case)
    letters.revoke(letter=first, reason="Cetakan keliru", by=ani())
    assert letters.own_decision(application=case).serial == 2


@pytest.mark.parametrize("who", [people.budi, people.dewi, people.rt])
def test_the_wrong_person_neither_issues_nor_revokes(who):
    row, wrong = issued(), who() if who is not people.rt else cases.officer("rt9", "rt", people.RT)
    with pytest.raises(LetterError):
        letters.issue(application=row.application, kind="sktm", details=PURPOSE, by=wrong)
    with pytest.raises(LetterError):
        letters.revoke(letter=row, reason="Alasan panjang", by=wrong)


# --- anybody checks


def test_anybody_can_check_a_letter_and_reads_no_more_than_the_paper_says(client):
    row = issued()
    page = client.get(reverse("surat", args=[row.code.lower()]))
    text = page.content.decode()
    assert page.status_code == 200 and "Surat ini asli" in text and row.number in text
    assert "Siti R." in text and "Rahayu" not in text and row.application.address not in text
    assert page["X-Robots-Tag"] == "noindex, noarchive"
    letters.revoke(letter=row, reason="Nama keliru ditulis", by=ani())
    assert "sudah dicabut" in client.get(reverse("surat", args=[row.code])).content.decode()
    unknown = client.get(reverse("surat", args=["0" * 10]))
    assert unknown.status_code == 404 and "tidak dikenal" in unknown.content.decode()


def test_a_resident_downloads_the_decision_letter_behind_the_pass_alone(client):
    case = decided()
    token = passes.issue("cek", ("application", case.pk), 300)
    assert "Unduh surat keputusan" in client.get(reverse("cek-status-hasil", args=[token])).content.decode()
    answer = client.post(reverse("cek-status-surat", args=[token]))
    assert answer["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    assert case.name not in answer["Content-Disposition"]
    assert client.post(reverse("cek-status-surat", args=["salah"])).status_code == 410
    waiting = passes.issue("cek", ("application", cases.application().pk), 300)
    assert "Unduh surat keputusan" not in client.get(reverse("cek-status-hasil", args=[waiting])).content.decode()
    assert client.post(reverse("cek-status-surat", args=[waiting])).status_code == 404


def test_the_answer_to_an_appeal_is_a_numbered_letter_for_the_family(client):
    case = answered()
    token = passes.issue("cek", ("application", case.pk), 300)
    assert "Unduh surat jawaban" in client.get(reverse("cek-status-hasil", args=[token])).content.decode()
    file = client.post(reverse("cek-status-surat", args=[token]), {"surat": "jawaban"})
    row = Letter.objects.get()
    assert file.content.startswith(b"%PDF") and row.number.startswith("0001/SJK/Klender/")
    words = str(row.content)
    assert "tidak diterima" in words and "Mobil itu milik sendiri." in words and case.nik not in words
    assert "Itu mobil majikan" not in words
    assert letters.own_answer(application=case) == row
    assert row.number in client.get(reverse("surat", args=[row.code])).content.decode()


def test_an_accepted_appeal_keeps_its_letter_beside_the_new_decision():
    case = answered(accepted=True)
    words = str(letters.own_answer(application=case).content)
    assert "Keberatan ini diterima" in words and "orang lain daripada pemutus pertama" in words
    with pytest.raises(LetterError, match="belum diputuskan"):
        letters.own_decision(application=case)


def test_an_open_appeal_and_a_neighbours_have_no_letter(client):
    case = decided()
    appeals.submit(application=case, ground="data_keliru")
    with pytest.raises(LetterError, match="belum dijawab"):
        letters.own_answer(application=case)
    token = passes.issue("cek", ("application", case.pk), 300)
    assert client.post(reverse("cek-status-surat", args=[token]), {"surat": "jawaban"}).status_code == 404
    assert not Letter.objects.exists()


# --- the admin


def test_staff_print_the_answer_from_the_appeal(client):
    case = answered()
    client.force_login(ani())
    page = client.get(reverse("admin:beneficiaries_appeal_change", args=[case.appeals.get().pk])).content.decode()
    issue = reverse("admin:beneficiaries_appeal_surat", args=[case.appeals.get().pk])
    assert issue in page
    assert client.post(issue, {"jenis": "jawaban"}).status_code == 302 and Letter.objects.get().issued_by == ani()


def test_staff_issue_download_and_revoke_in_the_admin(client):
    case = decided()
    client.force_login(ani())
    page = client.get(reverse("admin:beneficiaries_application_change", args=[case.pk])).content.decode()
    issue = reverse("admin:beneficiaries_letter_issue", args=[case.pk, "kuasa"])
    assert issue in page
    empty = client.post(issue, {})
    assert empty.status_code == 422 and "Isi dulu: Nama yang diberi kuasa" in empty.content.decode()
    made = client.post(issue, POWER)
    row = Letter.objects.get()
    assert made.url == reverse("admin:beneficiaries_letter_change", args=[row.pk]) and row.issued_by == ani()
    file = client.get(reverse("admin:beneficiaries_letter_download", args=[row.pk]))
    assert file.content.startswith(b"%PDF")
    client.post(reverse("admin:beneficiaries_letter_revoke", args=[row.pk]), {"reason": "Nama keliru"})
    row.refresh_from_db()
    assert row.revoked_at and "Dicabut" in client.get(made.url).content.decode()


def test_letters_of_another_kelurahan_do_not_exist_for_an_officer(client):
    row = issued()
    client.force_login(people.budi())
    for name in ("change", "download", "revoke"):
        assert client.get(reverse(f"admin:beneficiaries_letter_{name}", args=[row.pk])).status_code == 404
    assert client.get(reverse("admin:beneficiaries_letter_issue", args=[row.application_id, "sktm"])).status_code == 404
    client.force_login(people.dewi())
    assert client.get(reverse("admin:beneficiaries_letter_download", args=[row.pk])).status_code == 200
    assert client.get(reverse("admin:beneficiaries_letter_revoke", args=[row.pk])).status_code == 403


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_the_pages_of_letters_are_accessible(visit):
    row = issued()
    for name, code in (("asli", row.code), ("tidak-dikenal", "0" * 10)):
        page = visit(reverse("surat", args=[code]))
        assert_usable(page)
        shot(page, f"surat-{name}-360")
