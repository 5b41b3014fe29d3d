"""Invitations to a musyawarah kelurahan: a numbered page for each person invited, to be signed and handed out."""

import json
from pathlib import Path

import typst
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from beneficiaries.letters import ROMAN
from beneficiaries.minutes import fonts
from beneficiaries.models import Deliberation

TEMPLATE = Path(__file__).parent / "typst" / "undangan-musyawarah.typ"
NUMBER = "{meeting:03d}.{guest:02d}/UND-MUSKEL/{place}/{month}/{year}"


def render(deliberation: Deliberation, *, image: bool = False) -> bytes:
    """Returns the invitations as PDF, one page each; `image` gives the first page as PNG. Raises ValueError when
    nobody is invited.
    """
    data = content(deliberation)
    if not data["letters"]:
        raise ValueError(_("Isi daftar undangan lebih dulu."))
    inputs, used = {"data": json.dumps(data)}, fonts()
    if image:
        made = typst.compile(TEMPLATE, format="png", ppi=80, sys_inputs=inputs, font_paths=used)
        return made[0] if isinstance(made, list) else made
    return typst.compile(TEMPLATE, format="pdf", sys_inputs=inputs, font_paths=used)


def content(deliberation: Deliberation) -> dict:
    """Returns everything the template sets, written out. No family is named: what is said about it stays inside."""
    region = deliberation.region
    return {
        "office": settings.OFFICE | {"name": str(settings.OFFICE["name"]), "kelurahan": region.name},
        "title": _("Undangan musyawarah kelurahan"),
        "day": date_format(timezone.localdate(), "j F Y"),
        "letters": _letters(deliberation),
        "opening": _(
            "Dengan hormat, kami mengundang Bapak/Ibu menghadiri musyawarah kelurahan tentang calon penerima bantuan "
            "sosial di Kelurahan %(kelurahan)s:"
        )
        % {"kelurahan": region.name},
        "facts": [
            [_("Hari, tanggal"), date_format(deliberation.held_on, "l, j F Y")],
            [_("Pukul"), deliberation.hours],
            [_("Tempat"), deliberation.place],
            [_("Pimpinan"), deliberation.chair],
        ],
        "agenda": _agenda(deliberation),
        "closing": _(
            "Keputusan sah bila kuorum tercapai, jadi kehadiran Bapak/Ibu sangat berarti. Yang dibicarakan tentang "
            "setiap keluarga tidak dibawa ke luar musyawarah. Terima kasih."
        ),
        "signer": deliberation.chair,
        "words": {
            "number": _("Nomor"), "matter": _("Hal"), "to": _("Kepada Yth."), "place_of_to": _("di tempat"),
            "agenda": _("Acara:"), "signer": _("Pimpinan musyawarah"),
        },
    }  # fmt: skip


def _letters(deliberation: Deliberation) -> list[dict]:
    """One for each guest. Meetings and guests are only ever added, so a number stays what it was."""
    meeting = Deliberation.objects.filter(region=deliberation.region_id, pk__lte=deliberation.pk).count()
    on = deliberation.held_on
    return [
        {
            "number": NUMBER.format(
                meeting=meeting, guest=place, place=deliberation.region.name, month=ROMAN[on.month - 1], year=on.year
            ),
            "name": guest.name, "element": guest.get_element_display(),
        }
        for place, guest in enumerate(deliberation.attendances.all(), start=1)
    ]  # fmt: skip


def _agenda(deliberation: Deliberation) -> list[str]:
    cases = deliberation.cases
    counted = (
        (_("%(n)s permohonan"), cases.exclude(application=None).count()),
        (_("%(n)s keluarga yang ditahan"), cases.exclude(household=None).count()),
        (_("%(n)s keberatan"), cases.exclude(appeal=None).count()),
    )
    parts = ", ".join(words % {"n": count} for words, count in counted if count)
    return [
        _("Pembukaan, daftar hadir, dan pemeriksaan kuorum"),
        _("Pembahasan setiap keluarga: %(parts)s") % {"parts": parts} if parts else _("Pembahasan setiap keluarga"),
        _("Urutan yang disepakati dan keberatan peserta"),
        _("Pembacaan dan penandatanganan berita acara"),
    ]
