"""The minutes (berita acara) of a closed deliberation as a PDF: typst sets the page, all text comes as data.

Names and RT/RW stand in it, identity numbers never (shared/domain.md 1.4).
"""

import json
from collections.abc import Collection
from functools import cache
from pathlib import Path

import typst
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bansos import exports
from bansos.models import Region
from bansos.models.region import place_label
from beneficiaries import letterhead
from beneficiaries.forms import REASONS
from beneficiaries.models import Deliberation, DeliberationCase, Verification

TEMPLATE = Path(__file__).parent / "typst" / "berita-acara.typ"
Decision, Presence, Result = DeliberationCase.Decision, Verification.Presence, Verification.Result
FIELDS = ("minutes", "address", "why")  # as `bansos.exports` knows what they hold
RICH = REASONS[Result.TIDAK_LAYAK][0]  # a family that lives there and no longer needs aid is found with this reason


@cache
def fonts() -> typst.Fonts:
    """The fonts that typst carries, so that minutes look the same on every machine."""
    return typst.Fonts(include_system_fonts=False)


def render(
    deliberation: Deliberation, *, stamp: exports.Stamp | None = None, image: bool = False,
    left_out: Collection[str] = (),
) -> bytes:  # fmt: skip
    """Returns the minutes as PDF, marked with who took them out; `image` gives the first page as PNG instead.

    `left_out` are those of FIELDS that are not for who takes them: a copy has a dash in their place, and says so.
    Raises ValueError for a meeting that is not closed: only a number makes it minutes.
    """
    if deliberation.status != Deliberation.Status.DIPUTUSKAN:
        raise ValueError(_("Berita acara ada setelah musyawarah ditutup dengan nomornya."))
    data = json.dumps(content(deliberation, left_out=left_out) | {"mark": exports.pdf_mark(stamp)})
    inputs, used = {"data": data}, fonts()
    if image:
        made = typst.compile(TEMPLATE, format="png", ppi=80, sys_inputs=inputs, font_paths=used)
        return made[0] if isinstance(made, list) else made
    return typst.compile(TEMPLATE, format="pdf", sys_inputs=inputs, font_paths=used)


def content(deliberation: Deliberation, *, left_out: Collection[str] = ()) -> dict:
    """Returns everything the template sets, written out."""
    region = deliberation.region
    cases = list(deliberation.cases.select_related("region", "application", "household", "appeal__application"))
    counts = [[str(word), str(sum(case.decision == value for case in cases))] for value, word in Decision.choices]
    return {
        "office": letterhead.of_kelurahan(region),
        "title": _("Berita Acara Musyawarah Kelurahan"),
        "number": deliberation.minutes_number,
        "opening": _opening(deliberation),
        "facts": [
            [_("Pimpinan"), deliberation.chair],
            [_("Notulis"), deliberation.note_taker],
            [_("Kuorum"), _("%(n)s orang") % {"n": deliberation.quorum}],
            [_("Hadir"), _("%(n)s orang") % {"n": deliberation.present}],
            [_("Hadir menurut unsur"), _by_element(deliberation)],
            [_("Dibahas"), _("%(n)s keluarga") % {"n": len(cases)}],
        ],
        "counts": counts,
        "found": _found(deliberation, cases),
        "ranked": [
            [str(case.rank), case.name, case.region.label]
            for case in sorted((c for c in cases if c.rank), key=lambda case: case.rank or 0)
        ],
        "objections": [
            [case.name, case.region.label, "–" if "why" in left_out else case.objection]
            for case in cases
            if case.objection
        ],
        "attendance": [[a.name, a.get_element_display(), a.present] for a in deliberation.attendances.standing()],
        "annexes": _annexes(cases, region, left_out),
        "closing": _closing(deliberation),
        "signers": [[_("Notulis"), deliberation.note_taker], [_("Pimpinan musyawarah"), deliberation.chair]],
        "words": _words(),
    }


def _found(deliberation: Deliberation, cases: list[DeliberationCase]) -> list[list[str]]:
    """Returns what the field found of the families before the meeting (shared/domain.md 1.4), a row for each count.

    What counts is what was found in the field, in the last turn before the meeting was closed; where a family was found
    or not, what was seen last.
    """
    numbers = {number for case in cases if (number := _application_of(case))}
    rows = Verification.objects.filter(application__in=numbers, at__lte=deliberation.decided_at)
    seen: dict[int, list[Verification]] = {}
    for row in rows.exclude(step=Verification.Step.KELURAHAN).order_by("turn", "at"):
        before = [one for one in seen.get(row.application_id, []) if one.turn == row.turn]
        seen[row.application_id] = [*before, row]
    last = [found[-1].presence for found in seen.values()]
    said = [(word, last.count(value)) for value, word in Presence.choices if value != Presence.MAMPU]
    counts = [
        (_("Keluarga di daftar awal"), len(cases)),
        *said,
        (Presence.MAMPU.label, sum(any(_is_rich(row) for row in found) for found in seen.values())),
        (_("Datanya perlu diperbaiki"), sum(any(row.wrong_facts for row in found) for found in seen.values())),
        (_("Belum diperiksa di lapangan"), sum(_application_of(case) not in seen for case in cases)),
        (_("Usulan baru"), sum(case.application_id is not None for case in cases)),
    ]
    return [[str(word), str(count)] for word, count in counts]


def _is_rich(row: Verification) -> bool:
    return row.presence == Presence.MAMPU or row.reason.startswith(str(RICH))


def _application_of(case: DeliberationCase) -> int | None:
    return case.application_id or (case.appeal.application_id if case.appeal else None)


def address_of(case: DeliberationCase) -> str:
    """Returns where the family lives now, for two of one name in an RT; a neighbour's appeal knows no more than the RT.

    Closing keeps it with the case; minutes of meetings closed before that was done ask for it here.
    """
    appeal = case.appeal
    known = case.application or case.household or (appeal.application if appeal else None)
    return known.address if known and known.address else "–"


def _by_element(deliberation: Deliberation) -> str:
    """Returns how many came for each part of the community: "RT 2 dari 3, RW 1 dari 1"."""
    came: dict[str, list[bool]] = {}
    for one in deliberation.attendances.standing():
        came.setdefault(one.get_element_display(), []).append(one.present)
    words = _("%(element)s %(came)s dari %(invited)s")
    return ", ".join(
        words % {"element": element, "came": sum(present), "invited": len(present)} for element, present in came.items()
    )


def _opening(deliberation: Deliberation) -> str:
    words = _(
        "Pada hari %(day)s, pukul %(hours)s, bertempat di %(place)s, telah diadakan musyawarah Kelurahan %(kelurahan)s "
        "untuk membahas kelayakan keluarga calon penerima bantuan sosial."
    )
    return words % {
        "day": date_format(deliberation.held_on, "l, j F Y"),
        "hours": deliberation.hours,
        "place": deliberation.place,
        "kelurahan": deliberation.region.name,
    }


def _closing(deliberation: Deliberation) -> str:
    words = _(
        "Berita acara ini ditutup pada %(day)s dan berlaku sejak bernomor. Keputusan setiap keluarga ada di lampiran."
    )
    return words % {"day": date_format(timezone.localtime(deliberation.decided_at), "j F Y, H.i") + " WIB"}


def _annexes(cases: list[DeliberationCase], kelurahan: Region, left_out: Collection[str] = ()) -> list[dict]:
    """Returns one annex for each RW, in order, with a row for each family."""
    by_rw: dict[str, list[DeliberationCase]] = {}
    for case in cases:
        by_rw.setdefault(".".join(case.region_id.split(".")[:5]), []).append(case)
    return [
        {
            "title": place_label(code, kelurahan.name),
            "rows": [
                [
                    str(number), case.name, "–" if "address" in left_out else case.address or address_of(case),
                    _rt(case), case.kind, case.get_decision_display(), str(case.rank or "–"),
                    "–" if "why" in left_out else case.reason or "–",
                ]
                for number, case in enumerate(found, start=1)
            ],
        }
        for code, found in sorted(by_rw.items())
    ]  # fmt: skip


def _rt(case: DeliberationCase) -> str:
    parts = case.region_id.split(".")
    return parts[5] if len(parts) > 5 else "–"


def _words() -> dict:
    return {
        "number": _("Nomor"),
        "facts": _("Jalannya musyawarah"),
        "result": _("Hasil"),
        "found": _("Keberadaan dan status data menurut pemeriksaan lapangan"),
        "found_heads": [_("Temuan"), _("Keluarga")],
        "decision": _("Keputusan"),
        "families": _("Keluarga"),
        "ranked": _("Urutan yang disepakati"),
        "ranked_heads": [_("Urutan"), _("Nama"), _("RT/RW")],
        "objections": _("Keberatan peserta"),
        "objections_heads": [_("Nama keluarga"), _("RT/RW"), _("Keberatan")],
        "no_objection": _("Tidak ada keberatan yang dicatat."),
        "attendance": _("Daftar hadir"),
        "attendance_heads": [_("No."), _("Nama"), _("Unsur"), _("Hadir"), _("Tanda tangan")],
        "yes": _("Hadir"),
        "no": _("Tidak hadir"),
        "annex": _("Lampiran"),
        "annex_heads": [_("No."), _("Nama"), _("Alamat"), _("RT"), _("Asal"), _("Keputusan"), _("Urutan"), _("Alasan")],
        "basis": _(
            "Dasar: Undang-Undang Nomor 13 Tahun 2011 tentang Penanganan Fakir Miskin, Peraturan Menteri Sosial Nomor "
            "3 Tahun 2025, dan Keputusan Menteri Sosial Nomor 245/HUK/2025. Nama ditulis tanpa NIK."
        ),
        "page": _("Halaman"),
        "of": _("dari"),
    }
