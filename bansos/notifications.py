"""Verbs of notifications: tell officers or a family something once, and note that it was read."""

from collections.abc import Iterable
from dataclasses import dataclass

import pgtrigger
from django.db import transaction
from django.utils import timezone

from bansos.fields import ERASED_NAME
from bansos.models import Notification, User

BATCH = 500


@dataclass(frozen=True)
class Message:
    """What is told. `recipient` is None for the family of the case; `link` is a path of ours, for officers alone."""

    recipient: User | None
    kind: str
    sentence: str
    subject: str
    subject_id: int
    occasion: str
    region_id: str
    link: str = ""


@transaction.atomic
def tell(messages: Iterable[Message]) -> int:
    """Writes messages inside the caller's transaction; one that was told before stays as it is.

    Returns how many messages there were, told before or not.
    """
    rows = [Notification(**vars(message)) for message in messages]
    Notification.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    return len(rows)


def forget(*, subject: str, numbers: Iterable[int]) -> int:
    """Takes the words out of what was told about rows that no longer name anybody. Returns how many messages.

    What was told never changes otherwise: its guard is passed over for this statement alone.
    """
    rows = Notification.objects.filter(subject=subject, subject_id__in=list(numbers))
    with pgtrigger.ignore("bansos.Notification:told"):
        return rows.update(sentence=ERASED_NAME)


def unread(*, by: User):
    """Returns what the officer has not read, newest first."""
    return Notification.objects.filter(recipient=by).unread()


def read(*, numbers: Iterable[int], by: User) -> int:
    """Notes that `by` has read these messages of their own; returns how many were unread."""
    return unread(by=by).filter(pk__in=list(numbers)).update(read_at=timezone.now())
