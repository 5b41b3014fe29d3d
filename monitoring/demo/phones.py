"""What the phone of an RT sends late: an answer given without a network, from before the family moved on."""

import io
from datetime import date
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from bansos import attachments
from beneficiaries import conflicts, missed_visits, offline, photos, places
from beneficiaries.models import Application, MissedVisit, Verification
from monitoring.demo import officers
from monitoring.demo.almanac import at


def late_answer(*, application: Application, on: date) -> None:
    """Lets the RT's phone send what it kept, though the RT has answered on another device since: a conflict."""
    application.refresh_from_db()
    with at(on, 18, 40):
        receipt = offline.receive(
            answer=offline.Answer(
                uuid=uuid4(), application_id=application.pk, base_version="sebelumnya",
                form_version=offline.FORM_VERSION, phone_time=None,
                contents={
                    "presence": Verification.Presence.PINDAH, "result": Verification.Result.TIDAK_LAYAK,
                    "reason": "Sudah pindah: kata tetangga sejak awal bulan", "wrong_facts": ["address"],
                },
            ),
            by=officers.head_of(application.region),
        )  # fmt: skip
        if receipt.event and receipt.outcome == "konflik":
            conflicts.comment(
                event=receipt.event, by=receipt.event.by,
                text="Kata tetangga mereka pindah awal bulan. Saat saya datang lagi, ibunya ada di rumah.",
            )  # fmt: skip
    photo_and_place(application=application, on=on)


def in_vain(*, application: Application, on: date) -> None:
    """Lets the RT come to a house that waits, and meet nobody."""
    with at(on, 17, 20):
        missed_visits.record(
            application=application, why=MissedVisit.Why.BEKERJA, by=officers.head_of(application.region)
        )


def photo_and_place(*, application: Application, on: date) -> None:
    """Adds to the first finding of a family a drawn "photo" of its house and where the RT stood."""
    found = application.verifications.first()
    if found is None:
        return
    with at(on, 18, 45):
        content = attachments.read(SimpleUploadedFile("rumah.jpg", drawn_house(), "image/jpeg"))
        photos.add(about=found, content=content, by=found.by)
        places.note(application=application, stated="-6.2186,106.9003,14", by=found.by)


def drawn_house() -> bytes:
    """Returns a JPEG of a drawn house; the demo shows no real person's."""
    picture = Image.new("RGB", (1024, 768), "#cfe3ea")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 560, 1024, 768), fill="#8a9a6b")
    pen.rectangle((260, 330, 780, 620), fill="#e8dcc3", outline="#5b4a33", width=6)
    pen.polygon([(210, 340), (520, 150), (830, 340)], fill="#a4512f", outline="#5b2c18")
    pen.rectangle((470, 430, 580, 620), fill="#6b4a2b")
    for left in (310, 640):
        pen.rectangle((left, 410, left + 100, 500), fill="#9fc4d3", outline="#5b4a33", width=5)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()
