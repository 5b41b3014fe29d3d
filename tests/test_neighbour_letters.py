"""A neighbour's appeal: the answer on paper, what its family is told, and that nothing tells who spoke."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from pypdf import PdfReader

from bansos import attachments, codes, passes
from beneficiaries import appeal_families, appeal_texts, appeals, deputies, kinship, letters
from beneficiaries.appeals import AppealError
from beneficiaries.deliberations import DeliberationError
from beneficiaries.letters import LetterError
from beneficiaries.models import Appeal, Application, Household, Kinship, Letter, Person
from distribution import status
from monitoring import retention, subject_access
from tests import cases, make, meetings, people, pictures
from tests.browser import assert_usable, needs_browser, shot
from tests.test_appeals import by_neighbour, camat, kesra, refused, taken
from tests.test_deliberation_admin import look

pytestmark = pytest.mark.django_db
SPEAKER = {"contact_name": "Lina Marlina", "contact_phone": "081298765432"}
WROTE = {"name": "Pak Toko Besar", "story": "Saya melihat mobilnya dari jendela rumah saya."}
ANSWER = "Sudah kami periksa, terima kasih telah menyampaikan."
NOTICE = "Rumah dan usaha keluarga dikunjungi. Bantuan diteruskan."


def spoken(**changed) -> Appeal:
    """A neighbour's appeal that the kecamatan works on."""
    return appeals.take(appeal=by_neighbour(**SPEAKER | WROTE | changed), by=kesra())


def named(family, **changed) -> Appeal:
    return appeals.name_family(appeal=spoken(**changed), family=family, by=kesra())


def answered(row: Appeal, *, by=None, **changed) -> Appeal:
    notice = NOTICE if row.kk_index else ""
    return appeals.answer(
        appeal=row, by=by or kesra(), **{"accepted": False, "answer": ANSWER, "notice": notice} | changed
    )


def family(**head):
    return make.household(head={"name": "Hendra Gunawan", "sex": "L"} | head)


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


# --- the neighbour


def test_a_neighbour_downloads_a_numbered_answer_with_the_number_alone(client):
    household = family()
    row = named(household)
    address = "/keberatan/jawaban/surat/"
    assert client.post(address, {"code": row.code}).url == "/keberatan/jawaban/", "not answered yet"
    answered(row)
    assert f'action="{address}"' in client.post("/keberatan/jawaban/", {"code": str(row).lower()}).content.decode()
    file = client.post(address, {"code": str(row)})
    letter = Letter.objects.get()
    words = text_of(file.content)
    assert letter.number.startswith("0001/SJK/Klender/") and letter.number in words
    assert str(row) in words and ANSWER in words and "Pak Toko Besar" in words and f"/surat/{letter.code}/" in words
    for secret in ("Hendra", str(household.kk)[-4:], household.address, NOTICE, "Lina", "5432", "jendela"):
        assert secret not in words, secret
    assert client.post(address, {"code": str(row)}).status_code == 200 and Letter.objects.count() == 1
    for wrong in ("", "0000000000", refused().code):
        assert client.post(address, {"code": wrong}).url == "/keberatan/jawaban/"
    page = client.get(f"/surat/{letter.code}/").content.decode()
    assert "Surat ini asli" in page and "Kecamatan Duren Sawit" in page and "Atas nama" not in page


# --- the family


def opened_by_family(client, token) -> bytes:
    """All that the family can open: its status page, each letter on it, their check, and the copy of its data."""
    found = client.get(f"/cek-status/hasil/{token}/").content
    for kind in ("keputusan", "jawaban", "beritahu"):
        answer = client.post(f"/cek-status/hasil/{token}/surat/", {"surat": kind})
        if answer.status_code == 200:
            found += answer.content + text_of(answer.content).encode()
    kind, number = passes.read("cek", token)
    of = {"person": Person, "application": Application}[kind].objects.get(pk=number)
    found += str([part.as_dicts() for part in subject_access.collect(**{"person": None, kind: of})]).encode()
    for letter in Letter.objects.filter(kind="beritahu"):
        found += client.get(f"/surat/{letter.code}/").content + str(letter.content).encode()
    return found


def traces(seen: bytes, row: Appeal) -> list[str]:
    """What of the neighbour is in what the family opened: name, phone, number, words, the name for the family."""
    known = [
        *SPEAKER["contact_name"].split(), SPEAKER["contact_phone"], SPEAKER["contact_phone"][-4:], row.code,
        codes.pretty(row.code), WROTE["name"], "Toko", WROTE["story"], "jendela", "/lampiran/", ANSWER,
    ]  # fmt: skip
    return [word for word in known if word.lower().encode() in seen.lower()]


def pass_of(person) -> str:
    return passes.issue("cek", ("person", person.pk), 300)


def test_a_family_of_the_register_learns_that_and_what_but_never_who(client):
    household = family()
    token = pass_of(household.people.get())
    row = spoken(evidence=[attachments.read(pictures.photo())])
    assert b"warga tentang keluarga" not in opened_by_family(client, token), "nobody has named the family yet"
    row = appeals.name_family(appeal=row, family=household, by=kesra())
    seen = opened_by_family(client, token)
    assert b"Ada keberatan warga tentang keluarga Anda" in seen and b"Keluarga itu sudah mampu" in seen
    assert traces(seen, row) == [] and not Letter.objects.exists()
    row = answered(row)
    seen = opened_by_family(client, token)
    letter = Letter.objects.get()
    assert NOTICE.encode() in seen and b"tidak diterima" in seen and letter.number.startswith("0001/SPB/Klender/")
    words = str(letter.content)
    assert "Hendra Gunawan" in words and str(household.kk)[-4:] in words and str(household.kk) not in words
    assert traces(seen, row) == []


def test_without_the_two_guards_the_neighbour_would_show(client, monkeypatch):
    """The twin: the kecamatan's words are not looked through, and the family reads the story, not the choices."""
    household = family()
    monkeypatch.setattr(appeal_families, "_tells", lambda appeal, notice: False)
    row = named(household)
    row = answered(row, notice=f"Menurut Lina, keberatan {row.code}, keluarga ini mampu.")
    monkeypatch.setattr(appeal_texts, "held_against", lambda appeal: [appeal.story])
    found = traces(opened_by_family(client, pass_of(household.people.get())), row)
    assert {"Lina", row.code, "jendela"} <= set(found)


def test_a_family_that_applied_and_is_not_in_the_register_is_told_too(client):
    case = refused(name="Hendra Gunawan")
    row = answered(named(case, about="terlewat", ground="kesulitan"), accepted=True)
    shown = status.of(case).spoken
    assert (
        shown.answer == NOTICE and "diterima" in shown.meaning and shown.said[0] == "Keluarga ini seharusnya dibantu."
    )
    seen = opened_by_family(client, passes.issue("cek", ("application", case.pk), 300))
    assert b"%PDF" in seen and NOTICE.encode() in seen and traces(seen, row) == []


def test_whoever_applied_with_a_neighbours_card_learns_nothing():
    household = family()
    stranger = cases.application(kk=str(household.kk))
    named(household)
    assert status.of(stranger).spoken is None
    own = cases.application(kk=make.kk())
    Appeal.objects.update(kk_index=None)
    assert status.of(own).spoken is None, "an appeal about nobody yet is about no family"


# --- naming the family


def test_families_are_offered_by_the_name_and_the_own_rt_first():
    far = make.household(region=cases.NEXT_RT, head={"name": "Hendra Wijaya"})
    near = family()
    make.household(head={"name": "Sulastri"})
    make.household(region="31.75.07.1007.001.001", head={"name": "Hendra Luar"})
    case = refused(name="Hendra Saputra")
    found = appeal_families.alike(by_neighbour(name="Pak Hendra"))
    assert found.households == [near, far] and found.cases == [case] and found.by_name
    others = appeal_families.alike(by_neighbour(name="Si Bos"))
    assert near in others.households and far not in others.households, "where nobody is called so it is the whole RT"
    assert not others.by_name


@pytest.mark.parametrize(
    ("which", "sentence"),
    [("own", "keluarga itu sendiri"), ("elsewhere", "kelurahan lain"), ("kin", "kerabat"), ("done", "sudah dijawab")],
)
def test_a_family_that_cannot_be_is_not_named(which, sentence):
    household = family() if which != "elsewhere" else make.household(region="31.75.07.1007.001.001")
    row = taken() if which == "own" else spoken()
    if which == "kin":
        kinship_of(kesra(), household)
    if which == "done":
        answered(row)
    with pytest.raises(AppealError, match=sentence):
        appeals.name_family(appeal=row, family=household, by=kesra())


def test_only_the_kecamatan_names_the_family():
    row, household = spoken(), family()
    for by in (meetings.staff(), people.dewi(), people.budi()):
        with pytest.raises(AppealError, match="Kecamatan yang menjawab"):
            appeals.name_family(appeal=row, family=household, by=by)


@pytest.mark.parametrize(
    "notice", ["Menurut Ibu Lina, tidak.", "Hubungi 0812-9876-5432.", "Hubungi +62 81298765432.", "Lihat {code}."]
)
def test_a_notice_that_tells_who_spoke_is_refused(notice):
    row = named(family())
    with pytest.raises(AppealError, match="nama.*nomor|nomor HP"):
        answered(row, notice=notice.format(code=str(row)))
    row.refresh_from_db()
    assert row.status == Appeal.Status.DIPROSES


def test_the_notice_is_asked_for_where_there_is_a_family_and_only_there():
    with pytest.raises(AppealError, match="Tulis kabar"):
        answered(named(family()), notice=" ")
    with pytest.raises(AppealError, match="Tunjuk keluarganya"):
        answered(spoken(), notice=NOTICE)
    row = answered(spoken())
    with pytest.raises(LetterError, match="tidak ditunjuk"):
        letters.to_family(appeal=row)


def test_the_database_lets_only_a_neighbours_appeal_name_a_family():
    row = taken()
    with pytest.raises(IntegrityError, match="appeal_only_a_neighbours_names_a_family"), transaction.atomic():
        Appeal.objects.filter(pk=row.pk).update(kk_index=b"1" * 32)


# --- letters


def test_letters_about_an_appeal_are_handed_out_by_the_right_people():
    row = answered(named(family()))
    for kind, by, fine in (
        ("jawaban", kesra(), True), ("beritahu", camat(), True), ("beritahu", meetings.staff(), True),
        ("jawaban", meetings.staff(), False), ("beritahu", people.budi(), False), ("beritahu", people.dewi(), False),
    ):  # fmt: skip
        if fine:
            assert letters.issue_about(appeal=row, kind=kind, by=by).appeal == row
        else:
            with pytest.raises(LetterError, match="tidak boleh"):
                letters.issue_about(appeal=row, kind=kind, by=by)
    assert Letter.objects.count() == 2, "one of each kind, whoever asks"


def test_the_database_keeps_one_letter_of_a_kind_about_an_appeal():
    row = letters.to_neighbour(appeal=answered(spoken()))
    row.pk, row.code, row.serial = None, codes.new(), 2
    with pytest.raises(IntegrityError, match="letter_one_per_decision"), transaction.atomic():
        row.save(force_insert=True)
    with connection.cursor() as cursor:  # the twin
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DROP INDEX letter_one_per_decision")
    row.save(force_insert=True)
    assert row.appeal.letters.count() == 2


@pytest.mark.parametrize("late", [False, True])
def test_the_answer_bears_the_kecamatans_letterhead_and_the_camats_name_when_the_camat_answers(late):
    row = taken()
    with time_machine.travel(timezone.now() + timedelta(days=15 if late else 1), tick=True):
        by = camat() if late else kesra()
        appeals.answer(appeal=row, accepted=False, answer="Mobil itu milik sendiri.", by=by)
        letter = letters.own_answer(application=row.application)
    office, words = letter.content["office"], str(letter.content)
    assert (office["issuer"], office["place"]) == ("Kecamatan Duren Sawit", "Duren Sawit")
    assert "kelurahan" not in office and letter.issuer == "Kecamatan Duren Sawit"
    signer = letter.content["signers"][0][0]
    assert signer == "Camat Duren Sawit" if late else signer.startswith("a.n. Camat Duren Sawit")
    assert ("camat sendiri yang menjawab" in words) == late
    decision = letters.own_decision(application=row.application)
    assert decision.issuer == "Kelurahan Klender" and decision.content["office"]["place"] == "Klender"


def test_the_letters_go_when_the_appeal_is_erased():
    row = answered(named(family()))
    letters.to_neighbour(appeal=row), letters.to_family(appeal=row)
    retention.load_default(on=timezone.localdate())
    with time_machine.travel(timezone.now() + timedelta(days=366 * 12), tick=True):
        retention.run(today=timezone.localdate())
    assert [letter.holder for letter in Letter.objects.filter(kind="beritahu")] == ["Data dihapus"]
    assert not Letter.objects.filter(content__icontains="Hendra").exists()
    assert Appeal.objects.get(pk=row.pk).kk_index is None


def test_the_familys_letter_goes_with_the_family():
    household = family()
    row = answered(named(household))
    letters.to_neighbour(appeal=row), letters.to_family(appeal=row)
    retention.load_default(on=timezone.localdate())
    Household.objects.filter(pk=household.pk).update(status="bubar")
    retention._erase("keluarga", [household.pk], reason="Masa simpan", by=None)
    kept = {letter.kind: letter.content for letter in Letter.objects.all()}
    assert kept["beritahu"] == {"holder": "Data dihapus"} and "Pak Toko Besar" in str(kept["jawaban"])


# --- who may not answer


def kinship_of(officer, family) -> Kinship:
    """The officer declares that this family is a relative's."""
    return Kinship.objects.create(
        officer=officer, kk_index=bytes(family.kk_index), relation="saudara", declared_by=officer
    )


def by_hand(row, by) -> None:
    values = {"status": "ditolak", "decided_by": by, "decided_at": timezone.now(), "answer": "Tetap."}
    with transaction.atomic():
        Appeal.objects.filter(pk=row.pk).update(**values)


def own_appeal():
    row = taken()
    return row, row.application


def neighbours_appeal():
    household = family()
    return named(household), household


BOTH = pytest.mark.parametrize("appeal", [own_appeal, neighbours_appeal], ids=["own", "neighbour's"])


@BOTH
def test_a_declared_relative_does_not_answer_even_by_hand_until_it_is_withdrawn(appeal):
    row, household = appeal()
    declared = kinship_of(kesra(), household)
    assert "kerabat" in appeals.barred(row, kesra())
    with pytest.raises(AppealError, match="Rekan lain di kecamatan"):
        answered(row)
    with pytest.raises(IntegrityError, match="relative"):
        by_hand(row, kesra())
    assert appeals.refusal(row, camat()) == ""
    kinship.withdraw(kinship=declared, by=staff_above(kesra()))
    by_hand(row, kesra())
    assert Appeal.objects.get(pk=row.pk).decided_by == kesra()


def staff_above(officer):
    """Somebody who may withdraw the officer's declaration."""
    return cases.officer("staf.kecamatan", "staf", officer.region_id)


@BOTH
def test_without_the_trigger_a_declared_relative_answers(appeal):
    row, household = appeal()
    kinship_of(kesra(), household)
    make.without_trigger("beneficiaries_appeal", "answerer_is_no_relative")
    by_hand(row, kesra())
    assert Appeal.objects.get(pk=row.pk).decided_by == kesra()


def deputy_of_the_lurah():
    today = timezone.localdate()
    deputies.name(
        region=meetings.lurah().region, deputy=meetings.staff(), starts_on=today, ends_on=today, reason="Sakit",
        by=meetings.lurah(),
    )  # fmt: skip
    return meetings.staff()


def test_a_deputy_answers_no_appeal_and_stays_a_relative_in_the_seat():
    row, case = own_appeal()
    deputy = deputy_of_the_lurah()
    with pytest.raises(AppealError, match="Kecamatan yang menjawab"):
        answered(row, by=deputy)
    Appeal.objects.filter(pk=row.pk).update(decision_by=None)  # the deputy decided the case; that has a rule of its own
    kinship_of(deputy, case)
    with pytest.raises(IntegrityError, match="relative"):
        by_hand(row, deputy)
    make.without_trigger("beneficiaries_appeal", "answerer_is_no_relative")  # the twin
    by_hand(row, deputy)
    assert Appeal.objects.get(pk=row.pk).decided_by == deputy


def test_a_late_appeal_of_the_camats_relative_goes_back_to_the_section():
    row, household = neighbours_appeal()
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=True):
        camat()
        assert "camat yang menjawab" in appeals.refusal(row, kesra())
        kinship_of(camat(), household)
        assert appeals.bars_the_camat(row) and "kerabat" in appeals.refusal(row, camat())
        assert answered(row).decided_by == kesra()


def test_who_notes_the_meetings_advice_is_no_relative_of_the_named_family():
    row, household = neighbours_appeal()
    meeting = meetings.begun(appeals=[appeals.ask_meeting(appeal=row, by=kesra())])
    kinship_of(meetings.staff(), household)
    with pytest.raises(DeliberationError, match="kerabat"):
        meetings.agree(meeting)
    make.without_trigger("beneficiaries_deliberationcase", "noted_by_no_relative")  # the twin
    meetings.agree(meeting)
    assert meeting.cases.get().noted_by == meetings.staff()


# --- the admin


def page_of(client, row, by) -> str:
    client.force_login(by)
    return client.get(f"/admin/beneficiaries/appeal/{row.pk}/change/").content.decode()


def test_who_may_not_answer_reads_why_and_has_no_button(client):
    row, household = neighbours_appeal()
    assert f"/{row.pk}/jawab/" in page_of(client, row, kesra())
    declares = f"/admin/beneficiaries/appeal/{row.pk}/kerabat/"
    assert declares in page_of(client, row, kesra()) and client.post(declares, {}).status_code == 422
    client.post(declares, {"relation": "ipar"})
    assert kinship.is_kin(kesra(), household.kk_index)
    page = page_of(client, row, kesra())
    assert "Rekan lain di kecamatan yang menjawab." in page
    assert f"/{row.pk}/jawab/" not in page and "Minta musyawarah" not in page and declares not in page
    shown = client.get(f"/admin/beneficiaries/appeal/{row.pk}/jawab/", follow=True).content.decode()
    assert "Rekan lain di kecamatan yang menjawab." in shown and "Simpan jawaban" not in shown
    assert f"/{row.pk}/jawab/" in page_of(client, row, camat())


def test_the_kecamatan_names_the_family_answers_and_prints_both_letters(client):
    household, row = family(), spoken(name="Pak Hendra")
    assert "Belum ditunjuk" in page_of(client, row, kesra())
    address = f"/admin/beneficiaries/appeal/{row.pk}/"
    assert "Hendra Gunawan" in client.get(f"{address}keluarga/").content.decode()
    assert client.post(f"{address}keluarga/", {}).status_code == 422
    client.post(f"{address}keluarga/", {"family": f"keluarga-{household.pk}"})
    told = {"accepted": "tidak", "answer": ANSWER}
    assert client.post(f"{address}jawab/", told).status_code == 422
    client.post(f"{address}jawab/", told | {"notice": NOTICE})
    for kind, place in (("jawaban", 0), ("beritahu", 1)):
        page = client.post(f"{address}surat/", {"jenis": kind}, follow=True).content.decode()
        assert ("Kecamatan Duren Sawit" in page) and Letter.objects.count() == place + 1
    assert "Hendra Gunawan" in client.get("/admin/beneficiaries/letter/?q=Hendra").content.decode()
    page = page_of(client, row, meetings.staff())
    assert "Cetak surat pemberitahuan" in page and "Cetak surat jawaban" not in page and "Lina" not in page
    assert client.post(f"{address}surat/", {"jenis": "jawaban"}).status_code == 302 and Letter.objects.count() == 2
    client.force_login(people.budi())
    assert client.post(f"{address}surat/", {"jenis": "beritahu"}).status_code == 404
    assert client.get(f"{address}keluarga/").status_code == 403


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_the_pages_are_accessible(visit):
    row = spoken(name="Pak Hendra")
    household = family()
    page = visit("/", user=kesra())
    for name in ("keluarga", "change"):
        page.goto(f"/admin/beneficiaries/appeal/{row.pk}/{name}/")
        look(page, f"keberatan-warga-{name}-360")
    row = appeals.name_family(appeal=row, family=household, by=kesra())
    for name in ("jawab", "kerabat"):
        page.goto(f"/admin/beneficiaries/appeal/{row.pk}/{name}/")
        look(page, f"keberatan-warga-{name}-360")
    page.goto(f"/cek-status/hasil/{pass_of(household.people.get())}/")
    assert "Ada keberatan warga" in page.inner_text("main")
    assert_usable(page)
    answered(row)
    page.goto(f"/cek-status/hasil/{pass_of(household.people.get())}/")
    assert_usable(page)
    shot(page, "cek-status-keberatan-warga-360")
    page.goto("/keberatan/jawaban/")
    page.fill("[name=code]", row.code)
    page.click("text=Lihat jawaban")
    assert_usable(page)
