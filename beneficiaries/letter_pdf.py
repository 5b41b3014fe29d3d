"""Letters as pages of A4: typst sets the words as they were issued, with a QR code that leads to the check."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import segno
import typst
from django.utils.translation import gettext as _

from bansos.codes import pretty
from beneficiaries.minutes import fonts
from beneficiaries.models import Letter

TEMPLATE = Path(__file__).parent / "typst" / "surat.typ"


def render(*letters: Letter, check_address: Callable[[Letter], str], image: bool = False) -> bytes:
    """Returns letters as one PDF, each from the top of a page, or the first page as PNG.

    `check_address` gives the address at which anybody can check a letter.
    """
    data = {
        "letters": [_sheet(letter, check_address(letter)) for letter in letters],
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


def _sheet(letter: Letter, address: str) -> dict:
    return letter.content | {
        "number": letter.number,
        "code": pretty(letter.code),
        "check_address": address,
        "qr": _qr(address),
        "masked": letter.names_a_family,
        "revoked": _("DICABUT") if letter.revoked_at else "",
    }


def _qr(address: str) -> str:
    drawn = io.BytesIO()
    segno.make_qr(address, error="m").save(drawn, kind="svg", border=2)
    return drawn.getvalue().decode()
