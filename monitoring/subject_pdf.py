"""A person's copy of their data on paper: the same tables as in the JSON."""

import json
from pathlib import Path

import typst
from django.conf import settings
from django.utils.translation import gettext as _

from bansos import exports

TEMPLATE = Path(__file__).parent / "typst" / "salinan.typ"


def render(name: str, made_at: str, sections, stamp: exports.Stamp) -> bytes:
    """Returns the PDF of the sections of `subject_access.collect`, marked with who gave it."""
    data = {
        "office": settings.OFFICE,
        "mark": exports.pdf_mark(stamp),
        "title": _("Salinan data pribadi"),
        "name": name,
        "made": _("Dibuat {moment}").format(moment=made_at),
        "law": _("Diberikan atas permintaan yang bersangkutan (UU 27/2022). Simpan baik-baik, nomornya lengkap."),
        "nothing": _("Tidak ada catatan."),
        "page": _("Halaman"),
        "of": _("dari"),
        "sections": [{"title": s.title, "heads": s.columns, "rows": s.rows} for s in sections],
    }
    fonts = typst.Fonts(include_system_fonts=False)
    return typst.compile(TEMPLATE, format="pdf", sys_inputs={"data": json.dumps(data)}, font_paths=fonts)
