"""Small real files for tests: photos as a phone makes them, and PDFs as an office scans them."""

import io
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

GPS = 0x8825


def photo(width: int = 2400, height: int = 1800, *, name: str = "rumah-ibu-siti.jpg", turned: bool = False):
    """A JPEG with a maker, a place and, where `turned`, the note that the phone was held upright."""
    picture = Image.effect_noise((width, height), 40).convert("RGB")
    hidden = Image.Exif()
    hidden[0x010F] = "HP Rahasia"
    hidden[0x0112] = 6 if turned else 1
    hidden.get_ifd(GPS)[2] = (6.0, 13.0, 37.2)
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=hidden, quality=70)
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


def png(width: int = 300, height: int = 200, mode: str = "RGBA"):
    out = io.BytesIO()
    Image.new(mode, (width, height)).save(out, "PNG")
    return SimpleUploadedFile("gambar.png", out.getvalue(), "image/png")


def pdf(inside: bytes = b"", *, packed: bytes = b"", name: str = "pindaian.pdf"):
    """A PDF of one empty page; `inside` goes into its catalogue, `packed` into an object stream."""
    parts = [b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R" + inside + b">>\nendobj\n"]
    parts.append(b"2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n")
    parts.append(b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>\nendobj\n")
    if packed:
        body = zlib.compress(packed)
        head = b"4 0 obj\n<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>\nstream\n" % len(body)
        parts.append(head + body + b"\nendstream\nendobj\n")
    parts.append(b"trailer\n<</Root 1 0 R/Size 5>>\nstartxref\n0\n%%EOF\n")
    return SimpleUploadedFile(name, b"".join(parts), "application/pdf")


def text(name: str = "foto.jpg"):
    """Something else under the name of a photo."""
    return SimpleUploadedFile(name, b"<script>alert(1)</script>", "image/jpeg")
