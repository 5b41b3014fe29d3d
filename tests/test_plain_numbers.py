"""No text that an officer writes tells a NIK, KK or telephone number: each verb says so, and the database holds it."""

import re
from datetime import date, timedelta
from functools import partial

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from bansos import bulk, plain_numbers, privacy
from bansos.models import Region
from beneficiaries import (
    appeals,
    applications,
    conflicts,
    corrections,
    deliberations,
    deputies,
    endings,
    family_events,
    field_visits,
    kinship,
    letters,
    offline,
    outside,
    person_conditions,
    register,
    verification,
)
from beneficiaries.models import Household, OutsideFact
from beneficiaries.register.columns import text
from distribution import handovers, holds
from feedback import complaints
from monitoring import data_requests, subject_access
from tests import cases, make, meetings, people
from tests.test_conflict_pages import conflict
from tests.test_dump import dumped
from tests.test_keberatan_pages import refused
from tests.test_letters import PURPOSE
from tests.test_offline import answer

pytestmark = pytest.mark.django_db
NUMBERS = ["Sesuai KTP 3175.0757.0580.9001", "Hubungi 0812-9000-9001 dulu", "Telepon +62 81290009001"]
RAW = ("3175.0757.0580.9001", "0812-9000-9001")
DAY = date(2026, 1, 5)


@pytest.mark.parametrize(
    ("words", "told"),
    [("HP 081290009001", True), ("0812 9000 9001", True), ("62812-9000-9001", True), ("+62 812.9000.9001", True),
     ("KK 3175075705809001", True), ("08-11-2026 10.30", False), ("surat 470/08/2026", False), ("(021) 8612345", False),
     ("RT 31.75.07.1003.008.003", False), ("Rp81.200.000", False), ("pukul 08.00-10.30", False)],
)  # fmt: skip
def test_python_and_the_database_tell_the_same(words, told):
    assert privacy.tells_number(words) is told
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s ~ %s", [words, plain_numbers.TOLD])
        assert cursor.fetchone() == (told,)
    assert (privacy.mask_numbers(words) != words) is told


def verbs(path) -> dict:
    """Returns every verb that keeps an officer's words, ready to be called with them."""
    staff, kesra = meetings.staff(), cases.officer("kesra", "kesra", people.KECAMATAN)
    rt = cases.officer("rt", "rt", people.RT)
    make.criteria()
    family = make.household(head={"name": "Siti Rahayu"})
    person = family.people.get()
    round_ = make.approved_round(family)
    case, new, seen = cases.verified(), cases.application(), cases.verified()
    clear = cases.verified(answers=cases.CLEAR)
    meeting = meetings.begun(applications=[clear])
    guest = deliberations.invite(deliberation=meeting, name="Dedi Kurniawan", element="tokoh", by=staff)
    field_visits.order(application=seen, ground="lain", note="Lihat rumahnya.", by=staff)
    visitor = cases.officer("cici", "staf", people.KLENDER)
    objection = appeals.take(appeal=appeals.submit(application=refused(), ground="berubah", story="Sakit"), by=kesra)
    letter = letters.issue(application=case, kind="sktm", details=PURPOSE, by=staff)
    phones = cases.officer("rt.hp", "rt", people.RT)
    event = conflict(phones)
    complaint, _pin = complaints.submit(
        region=Region.objects.get(code=people.KLENDER), category="kualitas", story="Berasnya apek."
    )
    request = data_requests.submit(person=person, kind="salinan", story="Arsip")
    entitlement = round_.entitlements.get()
    path.write_text(f"No. KK,Desil,Tanggal\n{family.kk},2,2026-07-01\n")
    doubt = {"result": "tidak_layak", "wrong_facts": []}
    born = {"household": family, "name": "Adi", "sex": "L", "born_on": DAY, "nik": make.nik(DAY, "L"), "by": staff}
    seat = {"region": Region.objects.get(code=people.RT), "starts_on": timezone.localdate()}
    seat |= {"ends_on": timezone.localdate() + timedelta(days=3), "deputy": cases.officer("rw", "rw", people.RW)}
    stated = {"presence": "ditemukan", **doubt}
    return {
        "decide": lambda w: applications.decide(
            application=case, status="ditolak", reason=w, reason_code="R02", by=staff
        ),
        "cancel": lambda w: endings.cancel(application=case, reason=w, by=staff),
        "find": lambda w: verification.record(application=new, presence="ditemukan", reason=w, by=rt, **doubt),
        "send back": lambda w: verification.send_back(application=case, note=w, by=staff),
        "phone": lambda w: _kept(offline.receive(answer=answer(new, contents=stated | {"reason": w}), by=rt)),
        "phone, late": lambda w: _kept(
            offline.receive(answer=answer(new, base_version="lama", contents=stated | {"reason": w}), by=rt)
        ),
        "settle": lambda w: conflicts.settle(event=event, stands="server", note=w, by=staff),
        "comment": lambda w: conflicts.comment(event=event, text=w, by=phones),
        "deputy": lambda w: deputies.name(**seat, reason=w, by=staff),
        "kin": lambda w: kinship.declare(officer=staff, relation="ipar", application=new, note=w, by=staff),
        "answer": lambda w: appeals.answer(appeal=objection, accepted=False, answer=w, by=kesra),
        "meeting": lambda w: deliberations.decide(
            case=meeting.cases.get(), decision="tidak_layak", reason=w, by=staff
        ),
        "objection": lambda w: deliberations.decide(
            case=meeting.cases.get(), decision="layak", objection=w, by=staff
        ),
        "uninvite": lambda w: deliberations.uninvite(guest=guest, reason=w, by=staff),
        "event": lambda w: family_events.record_birth(**born, paper=w),
        "visit order": lambda w: field_visits.order(application=case, ground="lain", note=w, by=staff),
        "visit": lambda w: field_visits.record(application=seen, sight="sesuai", note=w, by=visitor),
        "revoke": lambda w: letters.revoke(letter=letter, reason=w, by=staff),
        "letter": lambda w: letters.issue(application=case, kind="sktm", details={"purpose": w}, by=staff),
        "list": lambda w: outside.import_list(kind="desil", path=path, source=w, region=people.KECAMATAN, by=kesra),
        "aid": lambda w: person_conditions.note_receiving(
            person=person, code="KLJ", source=w, since_on=DAY, by=staff
        ),
        "hold": lambda w: holds.hold(entitlement=entitlement, reason=w, by=kesra),
        "hand over": lambda w: handovers.record(
            entitlement=entitlement, recipient=person, identity_seen=True, note=w, by=staff
        ),
        "remedy": lambda w: complaints.answer(
            complaint=complaint, body="Terima kasih.", finding="terbukti", remedy=w, by=staff
        ),
        "data request": lambda w: data_requests.refuse(request=request, refusal="sudah_benar", answer=w, by=staff),
        "bulk": lambda w: bulk.preview(
            action="tahan", ids=[entitlement.pk], said={"why": "Periksa dulu"}, reason=w, by=kesra
        ),
    }  # fmt: skip


def _kept(receipt) -> None:
    if receipt.outcome == "ditolak":
        raise ValueError(receipt.sentence)


def test_no_verb_keeps_a_number_and_each_takes_other_words(tmp_path):
    asked = verbs(tmp_path / "daftar.csv")
    for verb in asked.values():
        for words in NUMBERS:
            with pytest.raises(ValueError, match=re.escape(str(privacy.PRIVATE))), transaction.atomic():
                verb(words)
        with transaction.atomic():  # what is asked here is otherwise in order
            verb("Sesuai surat 470/12/2026 dari ketua RW.")
            transaction.set_rollback(True)
    told = dumped()
    assert [name for name, text in told.items() if any(w.encode() in text for w in NUMBERS)] == []


NOT_BY_THE_DATABASE = {"letter", "bulk"}  # a letter's words lie in JSON; a bulk act's reason may tell where to call


def test_without_the_edge_the_database_refuses(tmp_path, monkeypatch):
    """The twin: a way in that forgot to ask."""
    asked = verbs(tmp_path / "daftar.csv")
    monkeypatch.setattr(privacy, "_TOLD", re.compile("(?!)"))
    for name, verb in asked.items():
        if name in NOT_BY_THE_DATABASE:
            continue
        with pytest.raises((IntegrityError, ValueError)) as refused, transaction.atomic():
            verb(NUMBERS[1])
        cause = refused.value if isinstance(refused.value, IntegrityError) else refused.value.__cause__
        assert "tells_no_number" in str(cause), name
    assert not any(NUMBERS[1].encode() in text for text in dumped().values())


def test_an_officer_may_tell_where_to_call_but_no_identity_number():
    staff = meetings.staff()
    complaint, _pin = complaints.submit(
        region=Region.objects.get(code=people.KLENDER), category="kualitas", story="Berasnya apek."
    )
    assert complaints.say(complaint=complaint, body="Hubungi posko 0812-9000-9001.", by=staff)
    with pytest.raises(complaints.ComplaintError, match="Jangan menulis NIK"):
        complaints.say(complaint=complaint, body=NUMBERS[0], by=staff)
    with pytest.raises(IntegrityError, match="reply_tells_no_identity_number"), transaction.atomic():
        complaint.replies.create(body=NUMBERS[0], by=staff)


def test_a_resident_s_own_words_are_kept_with_their_numbers_masked():
    """Nobody who asks for help is turned away for writing a NIK; it does not stay either."""
    words = f"{NUMBERS[0]}, hubungi 0812-9000-9001."
    kept = f"Sesuai KTP {'*' * 15}9001, hubungi {'•' * 10}9001."
    case, place = refused(needs=words), Region.objects.get(code=people.RT)
    complaint, _pin = complaints.submit(
        region=Region.objects.get(code=people.KLENDER), category="kualitas", story=words
    )
    told = appeals.submit_by_neighbour(
        region=place, name="Bambang", about="tidak_pantas", ground="mampu", same_kelurahan=True, story=words
    )
    assert case.needs == kept.replace("•", "*")
    written = [
        complaint.story, complaints.say(complaint=complaint, body=words).body, told.story,
        appeals.submit(application=case, ground="berubah", story=words).story,
    ]  # fmt: skip
    assert written == [kept] * len(written)


def test_no_other_way_keeps_a_number_in_words():
    """Where people write a number beside a name: in the name, the address, the reason, or the name of a file."""
    staff, told = meetings.staff(), f"Bu Siti, hubungi {RAW[1]}"
    make.criteria()
    family = make.household()
    person = family.people.get()
    case = cases.application(name=f"Siti {RAW[0]}", address=f"Gang Melati 4, HP {RAW[1]}")
    assert case.name.startswith("Siti ***") and case.address.startswith("Gang Melati 4, HP ***")
    place = Region.objects.get(code=people.RT)
    appeal = appeals.submit_by_neighbour(
        region=place, name=f"Bambang {RAW[1]}", about="tidak_pantas", ground="mampu", same_kelurahan=True
    )
    complaint, _pin = complaints.submit(
        region=Region.objects.get(code=people.KLENDER), category="kurang", story="Kurang", name=f"Adi {RAW[0]}"
    )
    made = register.receive(file=ContentFile(b"Nama\nSiti\n"), filename=f"KK {RAW[0]}.csv", by=staff)
    assert "***" in appeal.name and "***" in complaint.name
    assert made.filename.startswith("KK ***") and made.filename.endswith(".csv")
    refused = {
        "correct": lambda w: corrections.correct(row=person, name="occupation", value="Buruh", reason=w, by=staff),
        "corrected": lambda w: corrections.correct(
            row=family, name="address", value=w, reason="Sesuai KTP", by=staff
        ),
        "copy": lambda w: subject_access.package(person=person, reason=w, by=staff),
        "birth": lambda w: family_events.record_birth(
            household=family, name=w, sex="L", born_on=DAY, nik=make.nik(DAY, "L"), paper="AL-1", by=staff
        ),
        "move": lambda w: family_events.move_within(
            household=family, region=Region.objects.get(code=f"{people.RW}.003"), address=w, moved_on=DAY,
            paper="474/1", by=staff,
        ),
    }  # fmt: skip
    for name, verb in refused.items():
        with pytest.raises(ValueError, match="Jangan menulis NIK"):
            verb(told)
        assert not any(RAW[1].encode() in rows for rows in dumped().values()), name
    for clean in (text(200), text(50)):
        for words in (f"Gang Mawar HP {RAW[1]}", "081290009001", "+62 812 9000 9001 rumah"):
            with pytest.raises(ValueError, match="number_in_words"):
                clean(words)
        assert clean("Gang Mawar RT 008/RW 002 No. 62") == "Gang Mawar RT 008/RW 002 No. 62"
    kept = dumped()
    assert [name for name, rows in kept.items() if any(w.encode() in rows for w in RAW)] == []


@pytest.mark.parametrize("page", ["buka", "change"])
def test_no_reason_on_a_page_tells_a_telephone(client, page):
    person = make.household().people.get()
    client.force_login(people.ani())
    values = {"name": person.name, "birth_place": "Jakarta", "born_on": "17-05-1980", "sex": "P", "occupation": "Guru"}
    answer = client.post(
        f"/admin/beneficiaries/person/{person.pk}/{page}/", values | {"reason": "Ditelepon dari 081290009001"}
    )
    assert "Jangan menulis NIK, nomor KK, atau nomor HP" in answer.content.decode()
    assert not any(b"081290009001" in rows for rows in dumped().values())


# Texts that no officer writes about a family: the portal's own, names and addresses of the register (checked when a
# file is loaded or a form is sent), a resident's own words, the catalogue of aids, and names of things.
OTHER = {
    "code", "sha256", "subject", "title", "permission", "kind", "message", "action", "label", "table", "rule", "link",
    "occasion", "list", "query", "password", "username", "name", "address", "birth_place", "education", "occupation",
    "needs", "consent_text", "witness", "reason_code", "decision", "story", "legal_basis", "fact", "question", "met",
    "unmet", "hours", "place", "chair", "note_taker", "minutes_number", "base_version", "number", "digest", "word",
    "filename", "refusal", "fingerprint", "sheet", "column", "value", "sentence", "summary", "contents", "frequency",
    "who", "papers", "steps", "criteria_code", "list_hash", "topic", "pin_hash", "pin", "datum", "fields", "left_out",
    "postal_code",
}  # fmt: skip
OTHERWISE = {"bansos.BulkRow.note", "bansos.Erasure.reason", "beneficiaries.StepDeadline.source"}


def test_no_text_of_an_officer_was_forgotten():
    """Every text column of our tables is under such a constraint, or named above with why it is not."""
    open_ones = set()
    for model in apps.get_models():
        ours = model._meta.app_label in {"bansos", "beneficiaries", "distribution", "feedback", "monitoring"}
        if not ours or hasattr(model, "pgh_tracked_model"):
            continue
        held = " ".join(str(c.condition) for c in model._meta.constraints if isinstance(c, models.CheckConstraint))
        for field in model._meta.local_concrete_fields:
            plain = type(field) in {models.CharField, models.TextField} and not field.choices
            if plain and field.name not in OTHER and f"{field.name}__regex" not in held:
                open_ones.add(f"{model._meta.label}.{field.name}")
    assert open_ones - OTHERWISE == set()


# --- a decile of a day that has not come


def test_a_decile_of_a_day_ahead_is_refused_by_the_database():
    family = make.household(decile=2)
    today = timezone.localdate()
    ahead = partial(Household.objects.filter(pk=family.pk).update, decile_on=today + timedelta(days=2))
    with pytest.raises(IntegrityError, match="decile of a day ahead") as told, transaction.atomic():
        ahead()
    assert told.value.__cause__.diag.constraint_name == "household_decile_does_not_lie_ahead"
    Household.objects.filter(pk=family.pk).update(decile_on=today)
    fact = {"household": family, "kind": "desil", "value": 2, "source": "SIKS-NG"}
    with pytest.raises(IntegrityError, match="outside_fact_does_not_lie_ahead"), transaction.atomic():
        OutsideFact.objects.create(**fact, as_of=today + timedelta(days=2))
    OutsideFact.objects.create(**fact, as_of=today)
    make.without_trigger("beneficiaries_household", "decile_of_no_day_ahead")  # the twin
    assert ahead() == 1
