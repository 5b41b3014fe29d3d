"""Photos and scans: what is taken, what is left out of it, who may open it, and that it can be erased."""

import io
import os
import struct
import zlib
from pathlib import Path

import pytest
import typst
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, transaction
from PIL import Image

from bansos import attachments, erasure
from bansos.attachments import AttachmentError, Kind, read
from bansos.models import Attachment, DataAccess
from beneficiaries.models import Household
from tests import make, people, pictures

pytestmark = pytest.mark.django_db


def kept(*, by=None, permission="", region=people.RT) -> Attachment:
    family = make.household(region=region)
    contents = [read(pictures.photo())]
    return attachments.keep(contents=contents, about=family, title="Foto rumah", by=by, permission=permission)[0]


def test_a_photo_is_drawn_anew_without_place_or_camera():
    sent = pictures.photo(turned=True)
    assert dict(Image.open(sent).getexif().get_ifd(pictures.GPS))
    sent.seek(0)
    made = read(sent)
    seen = Image.open(io.BytesIO(made.body))
    assert made.kind == Kind.JPEG and seen.size == (1200, 1600)  # upright, its long side 1600
    assert not dict(seen.getexif()) and b"HP Rahasia" not in made.body


@pytest.mark.parametrize("mode", ["RGBA", "LA", "L", "P", "RGB", "1"])
def test_a_drawing_is_taken_whatever_its_colours(mode):
    made = read(pictures.png(mode=mode))
    assert made.kind == Kind.PNG and Image.open(io.BytesIO(made.body)).mode == "RGB"


def test_a_kind_is_told_by_the_bytes():
    with pytest.raises(AttachmentError, match="bukan foto atau PDF"):
        read(pictures.text())
    assert read(pictures.pdf(name="foto.jpg")).kind == Kind.PDF
    with pytest.raises(AttachmentError, match="kosong"):
        read(SimpleUploadedFile("a.jpg", b""))


def test_a_photo_cut_off_on_its_way_is_refused():
    body = pictures.photo().read()
    with pytest.raises(AttachmentError, match="tidak dapat dibuka"):
        read(SimpleUploadedFile("a.jpg", body[: len(body) // 2]))


def test_a_flood_of_pixels_is_refused_by_its_header():
    """Ten kilobytes that would unpack to 900 million pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    for side in (9000, 30_000):
        head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
        body = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 9_000_000))
        assert len(body) < 20_000
        with pytest.raises(AttachmentError, match="terlalu besar"):
            read(SimpleUploadedFile("a.png", body + chunk(b"IEND", b"")))


def test_a_file_over_its_size_is_refused(monkeypatch):
    monkeypatch.setitem(attachments.MAX_BYTES, Kind.PDF, 100)
    with pytest.raises(AttachmentError, match="10 MB"):
        read(pictures.pdf())


@pytest.mark.parametrize(
    ("inside", "sentence"),
    [
        (b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>", "program"),
        (b"/OpenAction<</S/J#61vaScript/JS(app.alert(1))>>", "program"),
        (b"/AA<</WC<</S/Launch/F(cmd.exe)>>>>", "program"),
        (b"/Names<</EmbeddedFiles 9 0 R>>", "program"),
        (b"/AcroForm<</XFA 9 0 R>>", "program"),
        (b"/Encrypt 9 0 R", "terkunci"),
    ],
)
def test_a_pdf_that_could_act_is_refused(inside, sentence):
    with pytest.raises(AttachmentError, match=sentence):
        read(pictures.pdf(inside))
    with pytest.raises(AttachmentError, match=sentence):
        read(pictures.pdf(packed=b"5 0 <<" + inside + b">>"))


def test_a_pdf_that_only_shows_is_taken_as_it_is():
    for sent in (pictures.pdf(), pictures.pdf(b"/OpenAction[3 0 R/XYZ null null 0]"), pictures.pdf(packed=b"5 0 <<>>")):
        body = sent.read()
        sent.seek(0)
        assert read(sent) == attachments.Content(Kind.PDF, body)
    ours = typst.compile(b"= Berita acara", format="pdf")
    assert read(SimpleUploadedFile("a.pdf", ours)).kind == Kind.PDF


def test_a_pdf_cut_off_or_packed_without_end_is_refused():
    with pytest.raises(AttachmentError, match="rusak"):
        read(SimpleUploadedFile("a.pdf", pictures.pdf().read()[:-10]))
    with pytest.raises(AttachmentError, match="rusak"):
        read(pictures.pdf(packed=b"\0" * (attachments.MAX_UNPACKED + 1)))


def test_what_is_kept_never_changes():
    one = kept(by=people.ani())
    assert one.size == len(attachments.body_of(one)) and one.subject.startswith("beneficiaries.household:")
    assert "siti" not in one.file.name and Path(one.file.path).stat().st_mode & 0o077 == 0
    for act in (lambda: one.save(), lambda: one.delete()):
        with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
            act()


def test_it_opens_to_its_permission_and_region_and_every_look_is_noted(client):
    one = kept()
    address = f"/lampiran/{one.pk}/"
    assert client.get(address).status_code == 302
    client.force_login(people.budi())  # staff next door
    assert client.get(address).status_code == 404
    assert not DataAccess.objects.exists()
    ani = people.ani()
    client.force_login(ani)
    answer = client.get(address)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and "no-store" in answer.headers["Cache-Control"]
    assert answer.content == attachments.body_of(one)
    look = DataAccess.objects.get()
    assert (look.user, look.subject, look.fields) == (ani, one.subject, "Foto rumah")


def test_a_permission_of_its_own_is_asked_for_instead(client):
    one = kept(permission="beneficiaries.decide_appeal")
    client.force_login(people.ani())
    assert client.get(f"/lampiran/{one.pk}/").status_code == 404
    client.force_login(people.user("kesra", "kesra", people.KECAMATAN))
    assert client.get(f"/lampiran/{one.pk}/").status_code == 200


def test_a_verifier_opens_the_own_photo_alone(client):
    rt = people.user("rt", "rt", people.RT)
    mine, other = kept(by=rt), kept()
    client.force_login(rt)
    assert client.get(f"/lampiran/{mine.pk}/").status_code == 200
    assert client.get(f"/lampiran/{other.pk}/").status_code == 404


def test_a_pdf_is_saved_and_never_shown_in_our_pages(client):
    family = make.household()
    one = attachments.keep(contents=[read(pictures.pdf())], about=family, title="Kartu Keluarga", by=None)[0]
    client.force_login(people.ani())
    answer = client.get(f"/lampiran/{one.pk}/")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="lampiran-{one.pk}.pdf"'


def test_erased_it_is_gone_from_the_disk_and_from_its_history(client, django_capture_on_commit_callbacks):
    one = kept()
    path = Path(one.file.path)
    with django_capture_on_commit_callbacks(execute=True):
        pk = int(one.subject.split(":")[1])
        assert attachments.erase(model=Household, pks=[pk], rule="keluarga", reason="Masa simpan habis") == 1
    one.refresh_from_db()
    assert not path.exists() and not one.file and len(one.sha256) == 64
    assert {event.file.name for event in erasure.event_of(Attachment).objects.all()} == {""}
    client.force_login(people.ani())
    assert client.get(f"/lampiran/{one.pk}/").status_code == 404


def test_a_file_whose_row_was_undone_is_swept_a_day_later():
    kept()
    with pytest.raises(RuntimeError), transaction.atomic():
        lost = Path(kept().file.path)
        raise RuntimeError
    assert lost.exists() and attachments.sweep() == 0
    os.utime(lost, (0, 0))
    assert attachments.sweep() == 1 and not lost.exists()
    assert Path(Attachment.objects.get().file.path).exists()
