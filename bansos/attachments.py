"""Attachments: photos and scans that belong to a row of the portal, kept privately under the media root.

What a file is, is told by its bytes, never by its name. A photo is drawn anew, so that the place, the camera and
whatever else hides in it stay outside. A PDF that could act (scripts, programs, files inside) is refused, and every
download goes through `bansos.views.attachment`, which shows it as a thing to save, in a sandbox.
"""

import hashlib
import io
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pghistory
from django import forms
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from bansos import erasure
from bansos.models import Attachment, DataAccess
from bansos.models.attachment import FOLDER
from bansos.scope import covers

Kind = Attachment.Kind
LONG_SIDE = 1600  # pixels; a page of A4 stays readable
MAX_PIXELS = 60_000_000  # what a phone makes; more is a flood
MAX_BYTES = {Kind.PDF: 10_000_000, Kind.JPEG: 20_000_000, Kind.PNG: 20_000_000}
MAX_FILES = 6
MAX_UNPACKED = 50_000_000  # bytes of a PDF's packed objects that are looked through
ACCEPT = "image/jpeg,image/png,application/pdf"
TYPES = {Kind.PDF: "application/pdf", Kind.JPEG: "image/jpeg", Kind.PNG: "image/png"}
_SIGNATURES = ((b"%PDF-", Kind.PDF), (b"\xff\xd8\xff", Kind.JPEG), (b"\x89PNG\r\n\x1a\n", Kind.PNG))

NOT_OURS = _("Berkas ini bukan foto atau PDF. Kirim foto JPEG, gambar PNG, atau PDF.")
MISSING = _("Pilih berkasnya: foto atau PDF.")
EMPTY = _("Berkas ini kosong. Pilih berkas lain.")
TOO_BIG = _("Berkas terlalu besar. PDF paling besar 10 MB, foto paling besar 20 MB.")
UNREADABLE = _("Foto ini tidak dapat dibuka. Foto lagi, lalu unggah lagi.")
TOO_MANY_PIXELS = _("Foto ini terlalu besar. Foto lagi dengan ukuran biasa.")
BROKEN_PDF = _("PDF ini rusak. Simpan lagi sebagai PDF, lalu unggah lagi.")
LOCKED_PDF = _("PDF ini terkunci. Unggah PDF tanpa kata sandi.")
ACTIVE_PDF = _("PDF ini berisi program atau berkas lain. Cetak ke PDF lagi, atau kirim fotonya.")
TOO_MANY = _("Paling banyak %(most)s berkas sekali kirim.")


class AttachmentError(ValueError):
    """The file is not taken; its sentence says how to mend it."""


@dataclass(frozen=True)
class Content:
    """A file that was looked through: what it is, and the bytes to keep."""

    kind: Kind
    body: bytes


# --- looking through a file


def read(upload: UploadedFile) -> Content:
    """Returns what an uploaded file holds, a photo without its hidden data. Raises AttachmentError."""
    head = upload.read(8)
    upload.seek(0)
    kind = next((kind for signature, kind in _SIGNATURES if head.startswith(signature)), None)
    for fine, sentence in (
        (upload.size, EMPTY),
        (kind, NOT_OURS),
        (kind is None or (upload.size or 0) <= MAX_BYTES[kind], TOO_BIG),
    ):
        if not fine:
            raise AttachmentError(str(sentence))
    assert kind is not None
    body = upload.read()
    if kind == Kind.PDF:
        _check_pdf(body)
        return Content(kind, body)
    return Content(kind, _drawn_anew(body, kind))


def _drawn_anew(body: bytes, kind: Kind) -> bytes:
    """Returns the picture upright, at most `LONG_SIDE` pixels long, with nothing beside its pixels."""
    name = "JPEG" if kind == Kind.JPEG else "PNG"
    out = io.BytesIO()
    try:
        with Image.open(io.BytesIO(body), formats=[name]) as found:
            if found.width * found.height > MAX_PIXELS:  # told by the header, before anything is unpacked
                raise AttachmentError(str(TOO_MANY_PIXELS))
            found.draft("RGB", (LONG_SIDE, LONG_SIDE))
            picture: Image.Image = ImageOps.exif_transpose(found)
            picture.thumbnail((LONG_SIDE, LONG_SIDE))
            clean = Image.new("RGB", picture.size, "white")
            picture = picture.convert("RGBA") if picture.mode in {"P", "LA", "PA"} else picture
            clean.paste(picture, mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
            clean.save(out, name, **({"quality": 82, "optimize": True} if kind == Kind.JPEG else {}))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise AttachmentError(str(TOO_MANY_PIXELS)) from error
    except AttachmentError:
        raise
    except (OSError, SyntaxError, ValueError, zlib.error) as error:
        raise AttachmentError(str(UNREADABLE)) from error
    return out.getvalue()


def within(content: Content, *, most: int, side: int) -> Content:
    """Returns a read picture as a JPEG of at most `most` bytes and `side` pixels: rougher first, then smaller."""
    with Image.open(io.BytesIO(content.body)) as found:
        picture = found.convert("RGB")
    while True:
        picture.thumbnail((side, side))
        for quality in (80, 65, 50, 35):
            out = io.BytesIO()
            picture.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= most:
                return Content(Kind.JPEG, out.getvalue())
        side = side * 3 // 4


# A destination under /OpenAction is harmless and written by LibreOffice; an action under it is one of these. The names
# are long enough that no picture holds one by chance.
_ACTIVE = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|XFA)(?![A-Za-z0-9])")
_ENCRYPT = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")


def _check_pdf(body: bytes) -> None:
    """Raises AttachmentError for a PDF that is cut off, locked or could act when opened.

    What hides from this still meets a reader in a sandbox: see the view.
    """
    if b"%%EOF" not in body[-2048:]:
        raise AttachmentError(str(BROKEN_PDF))
    for part in (body, *_unpacked(body)):
        plain = _plain(part)
        if _ENCRYPT.search(plain):
            raise AttachmentError(str(LOCKED_PDF))
        if _ACTIVE.search(plain):
            raise AttachmentError(str(ACTIVE_PDF))


def _unpacked(body: bytes) -> Iterator[bytes]:
    """Yields the packed objects of a PDF (object streams), in which a newer PDF keeps most of what it is."""
    left = MAX_UNPACKED
    for found in re.finditer(rb"(?<!end)stream\r?\n", body):
        dictionary = body[max(body.rfind(b"obj", 0, found.start()), 0) : found.start()]
        if b"/ObjStm" not in _plain(dictionary):
            continue
        try:
            objects = zlib.decompressobj().decompress(body[found.end() :], left + 1)
        except zlib.error as error:  # packed in a way we do not look into
            raise AttachmentError(str(BROKEN_PDF)) from error
        left -= len(objects)
        if left < 0:
            raise AttachmentError(str(BROKEN_PDF))
        yield objects


def _plain(text: bytes) -> bytes:
    """Returns names as they read: "/J#61vaScript" is "/JavaScript"."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), text)


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more photos or PDFs; its value is a list of `Content`, empty when none was sent."""

    def __init__(self, *, css: str = "", **kwargs):
        messages = {"required": MISSING, "empty": EMPTY, "invalid": MISSING, "missing": MISSING}
        super().__init__(
            widget=FilesInput({"accept": ACCEPT} | ({"class": css} if css else {})), error_messages=messages, **kwargs
        )

    def clean(self, value, initial=None) -> list[Content]:
        uploads = [one for one in value if one] if isinstance(value, (list, tuple)) else [value] if value else []
        if not uploads:
            super().clean(None)  # says that it is missing, where it must be there
        if len(uploads) > MAX_FILES:
            raise forms.ValidationError(TOO_MANY % {"most": MAX_FILES})
        try:
            return [read(super(FilesField, self).clean(one)) for one in uploads]
        except AttachmentError as error:
            raise forms.ValidationError(str(error)) from error


# --- keeping and showing


def subject_of(row: models.Model) -> str:
    """Returns how a row is named: "beneficiaries.appeal:17"."""
    return f"{row._meta.label_lower}:{row.pk}"


def keep(*, contents: Iterable[Content], about, title: str, by, permission: str = "") -> list[Attachment]:
    """Keeps files that belong to the row `about`, which has a region, and returns them.

    `by` is None for a resident without an account. `permission` opens them; without one, what opens the row's own
    kind does. The verb that calls has checked who may add papers to this row.
    """
    opens = permission or f"{about._meta.app_label}.view_{about._meta.model_name}"
    made = []
    with transaction.atomic(), pghistory.context(user=by and by.pk):
        for content in contents:
            row = Attachment(
                subject=subject_of(about), title=title[:120], region_id=about.region_id, permission=opens,
                kind=content.kind, size=len(content.body), sha256=hashlib.sha256(content.body).hexdigest(),
                uploaded_by=by,
            )  # fmt: skip
            row.file = ContentFile(content.body, name="lampiran")
            row.save()
            made.append(row)
    return made


def of(row: models.Model):
    """The attachments of a row whose files are still kept, in the order they came."""
    return Attachment.objects.filter(subject=subject_of(row)).kept()


def body_of(attachment: Attachment) -> bytes:
    """Returns the bytes of a kept attachment, at most a few megabytes."""
    with attachment.file.open("rb") as file:
        return file.read()


def of_many(rows: Iterable[models.Model]) -> dict[str, list[Attachment]]:
    """Returns the kept attachments of several rows, by the row's name (`subject_of`)."""
    found: dict[str, list[Attachment]] = {}
    for one in Attachment.objects.kept().filter(subject__in=[subject_of(row) for row in rows]):
        found.setdefault(one.subject, []).append(one)
    return found


def may_open(user, attachment: Attachment) -> bool:
    """Tells whether `user` may open it: its permission inside its region, or whoever uploaded it."""
    mine = attachment.uploaded_by_id is not None and attachment.uploaded_by_id == user.pk
    return mine or (user.has_perm(attachment.permission) and covers(user, attachment.region_id))


def record_look(*, attachment: Attachment, by, address: str | None) -> None:
    """Notes that somebody opened it; it shows a person's house, face or papers."""
    DataAccess.objects.create(
        user=by, region_id=attachment.region_id, subject=attachment.subject, fields=attachment.title,
        reason=str(_("Membuka lampiran nomor %(pk)s") % {"pk": attachment.pk}), address=address,
    )  # fmt: skip


def without(rows):
    """The rows of a queryset that have no kept attachment."""
    name = Concat(Value(f"{rows.model._meta.label_lower}:"), Cast(OuterRef("pk"), models.CharField()))
    return rows.exclude(Exists(Attachment.objects.kept().filter(subject=name)))


def erase(*, model: type[models.Model], pks: Iterable[int], rule: str, reason: str, by=None) -> int:
    """Takes the files of these rows of `model` away for good and returns how many; that they were there stays."""
    label = model._meta.label_lower
    with transaction.atomic():
        rows = Attachment.objects.filter(subject__in=[f"{label}:{pk}" for pk in pks]).kept()
        files = [(row.pk, row.file.storage, row.file.name) for row in rows]
        erasure.erase(model=Attachment, pks=[pk for pk, _s, _n in files], rule=rule, reason=reason, by=by)
        for _pk, storage, name in files:
            transaction.on_commit(partial(storage.delete, name))
    return len(files)


def sweep() -> int:
    """Takes files from the disk whose transaction was undone after they were written; returns how many."""
    storage = Attachment._meta.get_field("file").storage
    if not storage.exists(FOLDER):
        return 0
    known, day = set(Attachment.objects.kept().values_list("file", flat=True)), timezone.now() - timedelta(days=1)
    names = [f"{FOLDER}/{name}" for name in storage.listdir(FOLDER)[1]]
    lost = [name for name in names if name not in known and storage.get_modified_time(name) < day]
    for name in lost:
        storage.delete(name)
    return len(lost)
