"""Verification without a network: what an RT or RW takes along, and the answers the phone sends later.

An answer is an event with its own id. The server adds it or says why not; it never overwrites. When the family
changed after the phone took it along, the answer is kept as a conflict and a person decides (shared/ux.md 6).
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from bansos.privacy import PRIVATE, tells_number
from bansos.refusals import constraint
from beneficiaries import conflicts, places, verification
from beneficiaries.answers import in_words
from beneficiaries.models import Application, VerificationEvent
from beneficiaries.verification import TURNS, VerificationError

# Each version of the three questions, and the day a newer one took its place (None: in use).
FORM_VERSIONS: dict[int, date | None] = {1: None}
FORM_VERSION = max(FORM_VERSIONS)
OLD_FORMS_FOR = timedelta(days=90)
REFUSED = "ditolak"
TAGS = {"ulang": _("Ulang"), "konflik": _("Konflik")}
Outcome = VerificationEvent.Outcome

OLD_FORM = _("Pertanyaan di HP ini sudah lama diganti. Buka daftar tugas saat ada jaringan, lalu jawab ulang.")
OTHER_CONTENTS = _("Kami sudah menerima jawaban lain dengan nomor ini. Jawab ulang rumah ini.")
CONFLICT = _("Data keluarga ini berubah sejak Anda membawanya. Kelurahan membandingkan keduanya.")


@dataclass(frozen=True)
class Answer:
    """One event of a phone. `contents`: presence, result, reason and wrong_facts, as `verification.record` takes."""

    uuid: UUID
    application_id: int
    base_version: str
    form_version: int
    contents: dict
    phone_time: datetime | None
    place: str = ""  # as `places.read` takes it


@dataclass(frozen=True)
class Receipt:
    """What became of an answer: diterima, sudah_ada, konflik or ditolak, and a sentence where there is one to say."""

    outcome: str
    sentence: str = ""
    event: VerificationEvent | None = None


def version_of(case: Application) -> str:
    """Returns the fingerprint of what a verifier sees of a family; another one means that it changed."""
    seen = [case.status, case.name, case.address, case.members, case.answers, case.needs]
    if turn := len(case.handbacks.all()):
        seen.append(turn)
    return hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()[:12]


def accepts_form(version: int, today: date) -> bool:
    """Tells whether answers to this version of the questions still count: 90 days after it was replaced."""
    if version not in FORM_VERSIONS:
        return False
    replaced_on = FORM_VERSIONS[version]
    return replaced_on is None or today <= replaced_on + OLD_FORMS_FOR


def pack(*, by) -> dict:
    """Returns what the RT or RW takes along: the families that wait for them, without a full NIK, KK or phone."""
    waiting = verification.with_tag(verification.tasks_for(by)).select_related("region")
    waiting = waiting.prefetch_related("verifications", "handbacks")
    today = timezone.localdate()
    return {
        "petugas": by.pk,
        "siapa": f"{by.get_role_display()}, {by.region.label}" if by.region else by.get_role_display(),
        "waktu": clock(timezone.now()),
        "selesai": verification.done_this_month(by).count(),
        "label": verification.fact_labels(),
        "rumah": [_house(case, today, by) for case in waiting],
    }


def clock(moment: datetime) -> str:
    """Returns the server's time as people read it; the phone shows this one, not its own."""
    return date_format(timezone.localtime(moment), "j F, H.i")


def _house(case: Application, today: date, by) -> dict:
    labels = verification.fact_labels()
    return {
        "id": case.pk,
        "versi": version_of(case),
        "nama": case.name,
        "alamat": case.address,
        "rt": case.region.label,
        "rt_lain": "" if case.region_id == by.region_id else case.region.label,
        "anggota": case.members,
        "nik": case.nik[-4:],
        "tenggat": date_format(case.due_on, "j F Y") if case.due_on else "",
        "terlambat": bool(case.due_on and case.due_on < today),
        "tanda": str(TAGS.get(getattr(case, "tag", ""), "")),
        "catatan": " ".join(back.note for back in list(case.handbacks.all())[-1:]),
        "jawaban": {question.name: word for question, word in in_words(case.answers)},
        "kebutuhan": case.needs,
        "temuan": [
            {
                "langkah": found.get_step_display(),
                "tanggal": date_format(timezone.localtime(found.at), "j F Y"),
                "kata": " ".join(
                    f"{part}."
                    for part in (found.get_presence_display(), found.get_result_display(), found.reason)
                    if part
                ),
                "keliru": ", ".join(labels.get(name, name) for name in found.wrong_facts),
            }
            for found in case.verifications.all()
        ],
    }


def receive(*, answer: Answer, by) -> Receipt:
    """Takes one answer of a phone, in a transaction of its own, at most once.

    Returns its receipt. A refused answer is not kept here: it stays on the phone, with the sentence.
    """
    receipt = _receive(answer, by)
    if receipt.outcome == REFUSED and (known := _known(answer, by)):
        return Receipt(Outcome.SUDAH_ADA, str(CONFLICT) if known.outcome == Outcome.KONFLIK else "", known)
    return receipt


def _receive(answer: Answer, by) -> Receipt:
    if by.role not in TURNS:
        return Receipt(REFUSED, str(verification.NOT_A_VERIFIER))
    if not accepts_form(answer.form_version, timezone.localdate()):
        return Receipt(REFUSED, str(OLD_FORM))
    if tells_number(answer.contents["reason"]):
        return Receipt(REFUSED, str(PRIVATE))
    try:
        with transaction.atomic():
            case = verification.in_reach(by).select_for_update(of=["self"]).filter(pk=answer.application_id).first()
            return _add(answer, case, by) if case else Receipt(REFUSED, str(verification.OUTSIDE))
    except VerificationError as error:
        return Receipt(REFUSED, str(error))
    except IntegrityError as error:
        if constraint(error) != "verification_event_once":
            raise
        return Receipt(REFUSED, str(OTHER_CONTENTS))


def _add(answer: Answer, case: Application, by) -> Receipt:
    """Records the finding and its event; only the event where the family changed meanwhile.

    An answer sent twice comes here twice; the unique uuid then takes the second one back.
    """
    outcome, finding = Outcome.KONFLIK, None
    if version_of(case) == answer.base_version:
        outcome, finding = Outcome.DITERIMA, verification.record(application=case, by=by, **answer.contents)
    elif own := case.verifications.filter(by=by, **answer.contents).last():
        outcome, finding = Outcome.SUDAH_ADA, own
    event = VerificationEvent.objects.create(
        uuid=answer.uuid, application=case, region_id=case.region_id, base_version=answer.base_version,
        form_version=answer.form_version, contents=answer.contents, phone_time=answer.phone_time, by=by,
        outcome=outcome, verification=finding,
    )  # fmt: skip
    if outcome != Outcome.SUDAH_ADA:
        places.note(application=case, stated=answer.place, by=by)
    if finding is None:
        conflicts.tell(event)
    return Receipt(outcome, str(CONFLICT) if finding is None else "", event)


def _known(answer: Answer, by) -> VerificationEvent | None:
    """Returns the event that this very answer made earlier, whose receipt the phone never saw."""
    return VerificationEvent.objects.filter(
        uuid=answer.uuid, by=by, application_id=answer.application_id, contents=answer.contents
    ).first()
