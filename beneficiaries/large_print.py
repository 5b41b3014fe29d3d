"""The receipt of an application in large print: one page of A4, no letter under 18 points, with the code as QR."""

import io
import json
from datetime import date
from pathlib import Path

import segno
import typst
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bansos.codes import pretty
from bansos.models import Role
from bansos.privacy import mask
from beneficiaries import deadlines
from beneficiaries.minutes import fonts
from beneficiaries.models import Application
from beneficiaries.models.application import ApplicationStatus as S

TEMPLATE = Path(__file__).parent / "typst" / "bukti-besar.typ"


def steps(case: Application) -> list[tuple[str, date]]:
    """Returns what happens to an application after it was sent, each with the day until which it does."""
    sent_on = timezone.localdate(case.submitted_at)
    by_rt = case.submitted_by is not None and case.submitted_by.role == Role.RT  # the RT's own visit is done
    found = [] if by_rt else [(_("Ketua RT berkunjung"), _until(S.DIAJUKAN, sent_on))]
    rw_by = _until(S.VERIFIKASI_LAPANGAN, found[0][1] if found else sent_on)
    office_by = _until(S.VERIFIKASI_ADMINISTRASI, rw_by)
    return [*found, (_("Ketua RW memeriksa"), rw_by), (_("Kelurahan memutuskan"), office_by)]


def _until(step: str, start: date) -> date:
    on = deadlines.due_on(step, start)
    assert on, "an open step has a last day"
    return on


def render(case: Application, *, address: str, image: bool = False) -> bytes:
    """Returns the receipt as PDF, or as PNG; `address` is where the case can be looked up."""
    inputs, used = {"data": json.dumps(content(case, address))}, fonts()
    if image:
        made = typst.compile(TEMPLATE, format="png", ppi=80, sys_inputs=inputs, font_paths=used)
        return made[0] if isinstance(made, list) else made
    return typst.compile(TEMPLATE, format="pdf", sys_inputs=inputs, font_paths=used)


def content(case: Application, address: str) -> dict:
    """Returns everything the template sets, written out."""
    facts = [
        [_("Nama"), case.name],
        [_("NIK"), mask(case.nik)],
        [_("Alamat"), f"{case.address}, {case.region.label}"],
        [_("Dikirim"), date_format(timezone.localtime(case.submitted_at), "j F Y, H.i") + " WIB"],
    ]
    if case.submitted_by:
        facts.append([_("Dibantu oleh"), f"{case.submitted_by}, {case.submitted_by.get_role_display()}"])
        agreed = str(case.get_consent_display())
        facts.append([_("Persetujuan"), f"{agreed}: {case.witness}" if case.witness else agreed])
    drawn = io.BytesIO()
    segno.make(pretty(case.code), error="m", micro=False).save(drawn, kind="svg", border=1)
    return {
        "office": settings.OFFICE | {"name": str(settings.OFFICE["name"])},
        "title": _("Permohonan diterima"),
        "code": pretty(case.code),
        "qr": drawn.getvalue().decode(),
        "facts": facts,
        "steps": [f"{name}, {date_format(on, 'j F Y')}" for name, on in steps(case)],
        "closing": [
            _("Lihat kabar: %(address)s") % {"address": address},
            _("Semua gratis. Telepon %(phone)s") % {"phone": settings.OFFICE["phone"]},
        ],
        "words": {
            "code": _("Kode permohonan"), "keep": _("Simpan kertas ini."), "next": _("Berikutnya, paling lambat"),
        },
    }  # fmt: skip


def file_name(case: Application) -> str:
    """Returns a name that tells nothing about the person."""
    return f"bukti-{case.code}.pdf"
