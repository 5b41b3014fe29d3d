"""What is told about an appeal's deadline: to who answers it, and once it has passed to the camat and to the family.

No name stands in these sentences: the number and the place are enough to find an appeal, and a neighbour's stays
unnamed.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bansos.codes import pretty
from bansos.models import Notification, Role, User
from bansos.notifications import Message
from bansos.scope import covers
from beneficiaries import appeals
from beneficiaries.models import Appeal

Kind = Notification.Kind
REMIND_DAYS = 3  # days before its deadline that an appeal is brought to mind


def messages(today: date) -> Iterator[Message]:
    """Yields what is due to be told on `today`; who has told it before tells it again in the same words."""
    due = list(Appeal.objects.open().filter(due_on__lte=today + timedelta(days=REMIND_DAYS)).select_related(*_RELATED))
    found = list(User.objects.filter(role__in=[Role.KESRA, Role.CAMAT], is_active=True)) if due else []
    for appeal in due:
        officers = [user for user in found if covers(user, appeal.region_id)]
        if appeals.is_late(appeal, today):
            yield from _late(appeal, officers)
        else:
            kind = Kind.HARI_INI if appeal.due_on == today else Kind.PENGINGAT
            sentence = _("Keberatan %(code)s, %(place)s: jawab paling lambat %(on)s.")
            yield from (_message(appeal, user, kind, sentence) for user in officers if user.role == Role.KESRA)


_RELATED = ("region", "application", "decision_by")


def _late(appeal: Appeal, officers: list[User]) -> Iterator[Message]:
    sentence = _("Keberatan %(code)s, %(place)s: lewat tenggat %(on)s. Camat yang menjawab.")
    if appeals.bars_the_camat(appeal):
        sentence = _("Keberatan %(code)s, %(place)s: lewat tenggat %(on)s. Jawab segera.")
    for user in officers:
        yield _message(appeal, user, Kind.TERLAMBAT, sentence)
    if appeal.application:
        words = _("Maaf, keberatan Anda belum dijawab sampai %(on)s. Kami teruskan kepada camat.")
        if appeals.bars_the_camat(appeal):
            words = _("Maaf, keberatan Anda belum dijawab sampai %(on)s. Petugas kecamatan kami ingatkan lagi.")
        yield Message(
            recipient=None, kind=Kind.TERLAMBAT, sentence=words % {"on": date_format(appeal.due_on)},
            subject="application", subject_id=appeal.application.pk, occasion=f"keberatan {appeal.pk} {appeal.due_on}",
            region_id=appeal.region_id,
        )  # fmt: skip


def _message(appeal: Appeal, user: User, kind: str, sentence: str) -> Message:
    words = {"code": pretty(appeal.code), "place": appeal.region.label, "on": date_format(appeal.due_on)}
    return Message(
        recipient=user, kind=kind, sentence=sentence % words, subject="appeal", subject_id=appeal.pk,
        occasion=str(appeal.due_on), region_id=appeal.region_id,
        link=f"/admin/beneficiaries/appeal/{appeal.pk}/change/",
    )  # fmt: skip
