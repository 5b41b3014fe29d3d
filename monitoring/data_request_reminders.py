"""The 3 x 24 hours of a data subject's request, told to who answers it: when it comes, on its last day, and when late.

The clock does not stop for a weekend, so this runs every hour. No name stands in these sentences.
"""

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bansos import notifications
from bansos.models import Notification, Role, User
from bansos.notifications import Message
from bansos.scope import covers
from monitoring.models import DataRequest

Kind = Notification.Kind
LAST_DAY = timedelta(hours=24)
ANSWERS = "monitoring.answer_datarequest"
NEAR = {Role.STAF, Role.LURAH}  # the kelurahan's own; the kecamatan is told when it is late or nobody is there


def send() -> int:
    """Tells what is due to be told by now, each once. Returns how many messages there are, told before or not."""
    return notifications.tell(messages())


def messages() -> Iterator[Message]:
    """Yields what is due to be told about the open requests."""
    waiting = list(DataRequest.objects.open().select_related("region"))
    roles = [*NEAR, Role.KESRA]
    found = list(User.objects.filter(role__in=roles, is_active=True).select_related("region")) if waiting else []
    officers, now = [user for user in found if user.has_perm(ANSWERS)], timezone.now()
    for request in waiting:
        here = [user for user in officers if covers(user, request.region_id)]
        near, late = [user for user in here if user.role in NEAR], request.due_at < now
        kind = Kind.TERLAMBAT if late else Kind.HARI_INI if request.due_at < now + LAST_DAY else Kind.PENGINGAT
        yield from (_message(request, user, kind) for user in (here if late or not near else near))


def _message(request: DataRequest, user: User, kind: str) -> Message:
    sentence = _("Permintaan data %(code)s, %(place)s: jawab paling lambat %(at)s.")
    if kind == Kind.TERLAMBAT:
        sentence = _("Permintaan data %(code)s, %(place)s: lewat batas 3 x 24 jam, %(at)s. Jawab sekarang.")
    at = date_format(timezone.localtime(request.due_at), "j F Y H.i")
    return Message(
        recipient=user, kind=kind, sentence=sentence % {"code": request, "place": request.region.label, "at": at},
        subject="datarequest", subject_id=request.pk, occasion=str(request.due_at), region_id=request.region_id,
        link=reverse("admin:monitoring_datarequest_change", args=[request.pk]),
    )  # fmt: skip
