"""Verb of house photos: one photo beside what an RT or RW answered about a family."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from bansos import attachments
from bansos.attachments import Content
from bansos.models import Attachment
from beneficiaries.models import HousePhoto, Verification, VerificationEvent

TITLE = _("Foto rumah")
NOT_YOURS = _("Foto hanya dapat ditambah oleh yang menjawab.")
NOT_A_PHOTO = _("Ini bukan foto. Pilih foto rumahnya, atau kosongkan.")
MOST_BYTES, LONG_SIDE = 60_000, 1024  # as the page shrinks it on the phone; without JavaScript the original comes
ONE_PHOTO = _("Pilih satu foto saja.")


class PhotoError(ValueError):
    """The photo is not taken; its sentence says what to do."""


def add(*, about: Verification | VerificationEvent, content: Content, by) -> HousePhoto:
    """Keeps the photo of a house beside a finding, or beside an answer in conflict. Returns it.

    A photo sent again finds the first one, which stays. Only who answered may add it. Raises PhotoError.
    """
    for fine, sentence in ((about.by_id == by.pk, NOT_YOURS), (content.kind != Attachment.Kind.PDF, NOT_A_PHOTO)):
        if not fine:
            raise PhotoError(str(sentence))
    if isinstance(about, VerificationEvent):
        about = about.verification or about
    owner = {"verification" if isinstance(about, Verification) else "event": about}
    if before := HousePhoto.objects.filter(**owner).first():
        return before
    try:
        with transaction.atomic():
            small = attachments.within(content, most=MOST_BYTES, side=LONG_SIDE)
            (kept,) = attachments.keep(contents=[small], about=about.application, title=str(TITLE), by=by)
            return HousePhoto.objects.create(attachment=kept, **owner)
    except IntegrityError:  # the same photo on another connection; the file left behind is swept by retention
        return HousePhoto.objects.get(**owner)
