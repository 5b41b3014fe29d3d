"""What a resident's copy tells of the way of their case: visits, hand-backs, meetings, letters, and the search for
people who are in the register twice.

Verifiers are named by role and place; what others said at a meeting is not told, and of a likely twin not who it is.
"""

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from bansos.row_history import moment
from beneficiaries.models import (
    Appeal,
    DeliberationCase,
    DuplicatePair,
    FieldVisit,
    Handback,
    Letter,
    MissedVisit,
)

Part = tuple[str, list[str], list[list[str]]]  # a title, the columns, the rows


def parts(rows, households, applications) -> list[Part]:
    """Returns the tables about these rows of one person, the family and the applications."""
    return [
        _visits(applications),
        _missed(applications),
        _handbacks(applications),
        _meetings(households, applications),
        _letters(households, applications),
        _pairs(rows),
    ]


def role(user, region) -> str:
    """Names a verifier so that a neighbour is not exposed."""
    return f"{user.get_role_display()}, {region}" if region else str(user.get_role_display())


def _visits(applications) -> Part:
    found = FieldVisit.objects.filter(application__in=applications).select_related("application", "by__region")
    told = [
        [str(v.application), str(v.get_ground_display()), v.note, role(v.by, v.by.region), moment(v.at)]
        for v in found.order_by("at")
    ]
    return _("Kunjungan lapangan yang diminta"), ["Permohonan", "Sebab", "Yang dilihat", "Oleh", "Waktu"], told


def _missed(applications) -> Part:
    found = MissedVisit.objects.filter(application__in=applications).select_related("application", "by", "region")
    told = [
        [str(v.application), date_format(v.visited_on, "j F Y"), str(v), role(v.by, v.region)]
        for v in found.order_by("visited_on", "pk")
    ]
    return _("Kunjungan yang tidak bertemu"), ["Permohonan", "Tanggal", "Sebab", "Oleh"], told


def _handbacks(applications) -> Part:
    found = Handback.objects.filter(application__in=applications).select_related("application", "by__region")
    told = [[str(h.application), h.note, role(h.by, h.by.region), moment(h.at)] for h in found.order_by("at")]
    return _("Pengembalian ke RT"), ["Permohonan", "Catatan", "Oleh", "Waktu"], told


def _meetings(households, applications) -> Part:
    own = Appeal.objects.filter(application__in=applications)
    about = Q(household__in=households) | Q(application__in=applications) | Q(appeal__in=own)
    found = DeliberationCase.objects.filter(about).select_related("deliberation__region")
    told = [
        [
            str(c.deliberation.region),
            date_format(c.deliberation.held_on, "j F Y"),
            c.deliberation.minutes_number or "-",
            str(c.get_decision_display()) or "-",
            c.reason or "-",
        ]
        for c in found.order_by("deliberation__held_on", "pk")
    ]
    return _("Musyawarah kelurahan"), ["Kelurahan", "Tanggal", "Berita acara", "Keputusan", "Alasan"], told


def _letters(households, applications) -> Part:
    about = Q(application__in=applications)
    about |= Q(kind=Letter.Kind.PEMBERITAHUAN, appeal__kk_index__in=[h.kk_index for h in households])
    found = Letter.objects.filter(about).order_by("issued_at", "pk")
    told = [
        [v.number, str(v.get_kind_display()), moment(v.issued_at), v.revoked_reason or "-"]
        for v in found.defer("content")
    ]
    return _("Surat"), ["Nomor", "Jenis", "Diterbitkan", "Alasan dicabut"], told


def _pairs(rows) -> Part:
    found = DuplicatePair.objects.filter(Q(first__in=rows) | Q(second__in=rows)).order_by("pk")
    told = [[f"{p.likeness * 100:.0f}%", str(p.get_status_display()), moment(p.settled_at)] for p in found]
    return _("Pencocokan data ganda"), ["Kemiripan", "Hasil", "Diputuskan"], told
