"""Invitations to a musyawarah kelurahan: a letter for each person invited, to be signed and handed out."""

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bansos.scope import covers
from beneficiaries import letterhead, letters
from beneficiaries.letters import ISSUE, LetterError
from beneficiaries.models import Deliberation, DeliberationAttendance, Letter
from beneficiaries.models.letter import LetterKind


def issue(*, deliberation: Deliberation, by) -> list[Letter]:
    """Returns the invitation of everybody invited, in their order; who has none gets one with the next number.

    Raises LetterError when nobody is invited.
    """
    if not by.has_perm(ISSUE):
        raise LetterError(str(letters.MAY_NOT))
    if not covers(by, deliberation.region_id):
        raise LetterError(_("Musyawarah ini di luar wilayah Anda."))
    with transaction.atomic():
        meeting = Deliberation.objects.select_for_update(of=["self"]).select_related("region").get(pk=deliberation.pk)
        guests = list(meeting.attendances.standing())
        if not guests:
            raise LetterError(_("Isi daftar undangan lebih dulu."))
        held = {letter.guest_id: letter for letter in _standing(meeting)}
        return [
            held.get(guest.pk)
            or letters.number(
                kind=LetterKind.UNDANGAN, place=meeting.region, content=content(meeting, guest), guest=guest, by=by
            )
            for guest in guests
        ]


def withdraw(*, deliberation: Deliberation, reason: str, by, guest: DeliberationAttendance | None = None) -> int:
    """Revokes the invitations of a meeting, or that of one guest alone, and returns how many there were."""
    standing = _standing(deliberation)
    found = list(standing.filter(guest=guest) if guest else standing)
    for letter in found:
        letters.revoke(letter=letter, reason=reason, by=by)
    return len(found)


def _standing(deliberation: Deliberation):
    return Letter.objects.filter(guest__deliberation=deliberation, revoked_at=None)


def content(deliberation: Deliberation, guest: DeliberationAttendance) -> dict:
    """Returns the words of an invitation. No family is named: what is said about it stays inside."""
    region = deliberation.region
    base = letterhead.sheet(
        title=str(LetterKind.UNDANGAN.label), office=letterhead.of_kelurahan(region), holder=guest.name, facts=[]
    )
    opening = _(
        "Dengan hormat, kami mengundang Bapak/Ibu menghadiri musyawarah kelurahan tentang calon penerima bantuan "
        "sosial di Kelurahan %(kelurahan)s:"
    )
    return base | {
        "to": [
            _("Kepada Yth."),
            guest.name,
            _("Unsur %(element)s") % {"element": guest.get_element_display()},
            _("di tempat"),
        ],
        "opening": opening % {"kelurahan": region.name},
        "facts": [
            [_("Hari, tanggal"), date_format(deliberation.held_on, "l, j F Y")],
            [_("Pukul"), deliberation.hours],
            [_("Tempat"), deliberation.place],
            [_("Pimpinan"), deliberation.chair],
        ],
        "lists": [{"title": _("Acara"), "lines": _agenda(deliberation)}],
        "paragraphs": [],
        "closing": _(
            "Keputusan sah bila kuorum tercapai, jadi kehadiran Bapak/Ibu sangat berarti. Yang dibicarakan tentang "
            "setiap keluarga tidak dibawa ke luar musyawarah. Terima kasih."
        ),
        "signers": [[_("Pimpinan musyawarah"), deliberation.chair]],
    }


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
