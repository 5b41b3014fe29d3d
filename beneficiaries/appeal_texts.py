"""What the kecamatan's letters about an appeal say: to the family that objected, to a neighbour, to whom it was about.

The letter to a neighbour names nobody but whom the neighbour wrote of. The letter to that family says what was held
against it and what came of it; nothing in it comes from the neighbour but the choices of a form.
"""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bansos.codes import pretty
from bansos.models import Role
from bansos.privacy import mask
from beneficiaries import appeal_families, letterhead
from beneficiaries.models import Appeal, Application, Household
from beneficiaries.models.letter import LetterKind

FREE = gettext_lazy("Surat ini gratis. Tidak ada biaya apa pun untuk mengajukan keberatan.")


def to_applicant(appeal: Appeal) -> dict:
    """Returns the words of the answer to a family's own appeal."""
    paragraphs = [_was_answered(appeal)]
    if appeal.status == Appeal.Status.DITERIMA and appeal.about == Appeal.About.DITOLAK:
        paragraphs.append(
            _("Permohonan diperiksa lagi oleh kelurahan dan diputuskan oleh orang lain daripada pemutus pertama.")
        )
    paragraphs.append(_("Kabar berikutnya ada di halaman Cek status dengan kode permohonan di atas."))
    return _from_kecamatan(appeal) | {
        "paragraphs": paragraphs,
        "lists": [
            {"title": _("Yang dipersoalkan"), "lines": [appeal.decision, str(appeal.get_ground_display())]},
            {"title": _("Jawaban dan alasannya"), "lines": [appeal.answer]},
        ],
    }


def to_neighbour(appeal: Appeal) -> dict:
    """Returns the whole letter that answers a neighbour's appeal."""
    facts = [
        [_("Nomor keberatan"), pretty(appeal.code)],
        [_("Tentang"), str(appeal.get_about_display())],
        [_("Keluarga"), f"{appeal.name}, {appeal.region.label}"],
    ]
    return _sheet(LetterKind.JAWABAN, appeal, holder="", facts=facts) | {
        "paragraphs": [
            _was_answered(appeal),
            _("Nama pengaju tidak ditulis di surat ini dan tidak diberitahukan kepada keluarga itu."),
        ],
        "lists": [
            {"title": _("Alasan yang disampaikan"), "lines": [str(appeal.get_ground_display())]},
            {"title": _("Jawaban dan alasannya"), "lines": [appeal.answer]},
        ],
    }


def to_family(appeal: Appeal, family: Household | Application) -> dict:
    """Returns the whole letter to the family that a neighbour's appeal was about, without a hint of who spoke.

    The neighbour's number, words and the day on which they came stay out of it.
    """
    name = appeal_families.name_of(family)
    facts = [
        [_("Keluarga"), name],
        [_("Nomor KK"), mask(str(family.kk))],
        [_("Alamat"), f"{family.address}, {family.region.label}"],
    ]
    words = _(
        "Kecamatan menerima keberatan seorang warga tentang keluarga ini dan menjawabnya pada %(day)s. %(outcome)s"
    )
    return _sheet(LetterKind.PEMBERITAHUAN, appeal, holder=name, facts=facts) | {
        "paragraphs": [
            words % {"day": _day(appeal.decided_at), "outcome": outcome(appeal)},
            _(
                "Siapa yang menyampaikannya tidak diberitahukan kepada siapa pun. Tidak sependapat? Sampaikan kepada "
                "kecamatan lewat halaman Pengaduan atau datang ke kantor."
            ),
        ],
        "lists": [
            {"title": _("Yang disampaikan"), "lines": held_against(appeal)},
            {"title": _("Jawaban kecamatan dan alasannya"), "lines": [appeal.notice]},
        ],
    }


def held_against(appeal: Appeal) -> list[str]:
    """Returns what a neighbour chose in the form about a family, a sentence each: the claim and its ground."""
    return [f"{appeal.get_about_display()}.", _("Alasannya: %(ground)s.") % {"ground": appeal.get_ground_display()}]


def outcome(appeal: Appeal) -> str:
    """Returns the sentence that says whether an answered appeal was accepted."""
    accepted = appeal.status == Appeal.Status.DITERIMA
    return _("Keberatan ini diterima.") if accepted else _("Keberatan ini tidak diterima.")


def _was_answered(appeal: Appeal) -> str:
    words = _("Keberatan nomor %(code)s diajukan pada %(submitted)s dan dijawab pada %(answered)s. %(outcome)s")
    told = words % {
        "code": pretty(appeal.code),
        "submitted": _day(appeal.submitted_at),
        "answered": _day(appeal.decided_at),
        "outcome": outcome(appeal),
    }
    if _by_camat(appeal) and timezone.localdate(appeal.decided_at) > appeal.due_on:
        told += " " + _("Tenggat jawabannya terlewati, sehingga camat sendiri yang menjawab.")
    return told


def _day(at) -> str:
    return date_format(timezone.localdate(at), "j F Y")


def _by_camat(appeal: Appeal) -> bool:
    return appeal.decided_by is not None and appeal.decided_by.role == Role.CAMAT


def _from_kecamatan(appeal: Appeal) -> dict:
    """The kecamatan's letterhead, closing and signature: the camat's own, or for the camat."""
    office = letterhead.of_kecamatan()
    camat = _("Camat %(place)s") % {"place": office["place"]}
    signer = camat if _by_camat(appeal) else _("a.n. %(camat)s\nKasi Kesejahteraan Rakyat") % {"camat": camat}
    return {"office": office, "closing": str(FREE), "signers": [[signer, ""]]}


def _sheet(kind: LetterKind, appeal: Appeal, *, holder: str, facts: list[list[str]]) -> dict:
    words = _from_kecamatan(appeal)
    return letterhead.sheet(title=str(kind.label), office=words["office"], holder=holder, facts=facts) | words
