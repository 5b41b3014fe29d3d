"""What the phone of an RT sends late: an answer given without a network, from before the family moved on."""

from datetime import date
from uuid import uuid4

from beneficiaries import offline
from beneficiaries.models import Application, Verification
from monitoring.demo import officers
from monitoring.demo.almanac import at


def late_answer(*, application: Application, on: date) -> None:
    """Lets the RT's phone send what it kept, though the RT has answered on another device since: a conflict."""
    application.refresh_from_db()
    with at(on, 18, 40):
        offline.receive(
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
