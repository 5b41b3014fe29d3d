"""A letter as a page of A4: typst sets the words as they were issued, with a QR code that leads to the check."""

import io
import json
from pathlib import Path

import segno
import typst
from django.utils.translation import gettext as _

from bansos.codes import pretty
from beneficiaries.minutes import fonts
from beneficiaries.models import Letter

TEMPLATE = Path(__file__).parent / "typst" / "surat.typ"


def render(letter: Letter, *, check_address: str, image: bool = False) -> bytes:
    """Returns the letter as PDF, or its first page as PNG; `check_address` is where anybody can check it."""
    data = letter.content | {
        "number": letter.number,
        "code": pretty(letter.code),
        "check_address": check_address,
        "qr": _qr(check_address),
        "revoked": _("DICABUT") if letter.revoked_at else "",
        "words": {
            "number": _("Nomor"),
            "check": _("Periksa keaslian surat ini:"),
            "code": _("Kode"),
            "masked": _("NIK dan KK ditutup sebagian untuk melindungi pemiliknya."),
        },
    }
    inputs, used = {"data": json.dumps(data)}, fonts()
    if image:
        made = typst.compile(TEMPLATE, format="png", ppi=80, sys_inputs=inputs, font_paths=used)
        return made[0] if isinstance(made, list) else made
    return typst.compile(TEMPLATE, format="pdf", sys_inputs=inputs, font_paths=used)


def _qr(address: str) -> str:
    drawn = io.BytesIO()
    segno.make_qr(address, error="m").save(drawn, kind="svg", border=2)
    return drawn.getvalue().decode()
