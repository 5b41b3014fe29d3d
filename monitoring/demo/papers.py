"""Drawn stand-ins for what people scan and photograph: signed minutes and a house. No real person or place."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFilter

from bansos import attachments
from bansos.attachments import Content
from beneficiaries import minutes
from beneficiaries.models import Deliberation

INK = "#1d2f6f"


def signed(meeting: Deliberation) -> list[Content]:
    """Returns the first page of the minutes as a phone would photograph it: signed, a little askew."""
    page = Image.open(io.BytesIO(minutes.render(meeting, image=True))).convert("RGB")
    pen = ImageDraw.Draw(page)
    y = int(page.height * 0.5)
    for x in (int(page.width * 0.24), int(page.width * 0.68)):
        points = [(x + 6 * n, y + (18 if n % 2 else -14) - n) for n in range(14)]
        pen.line(points, fill=INK, width=2, joint="curve")
    turned = page.rotate(1.2, expand=True, fillcolor="#b9b2a6", resample=Image.Resampling.BICUBIC)
    return [_kept(turned.filter(ImageFilter.GaussianBlur(0.4)))]


def house() -> list[Content]:
    """Returns a picture of a small house with a car before it."""
    picture = Image.new("RGB", (1200, 900), "#bcd3e0")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 620, 1200, 900), fill="#8b8f86")
    pen.rectangle((250, 340, 800, 660), fill="#d9c7a3")
    pen.polygon([(210, 350), (525, 160), (840, 350)], fill="#8a4b32")
    pen.rectangle((470, 460, 580, 660), fill="#5b3d28")
    pen.rectangle((310, 440, 410, 530), fill="#7f9aa8")
    pen.rounded_rectangle((740, 600, 1120, 730), 40, fill="#a23a34")
    pen.rounded_rectangle((820, 530, 1040, 630), 40, fill="#a23a34")
    for x in (830, 1030):
        pen.ellipse((x - 45, 690, x + 45, 780), fill="#22262a")
    return [_kept(picture)]


def _kept(picture: Image.Image) -> Content:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return attachments.read(SimpleUploadedFile("foto.jpg", out.getvalue()))
