"""What each letter says. Returns plain data that the page sets; NIK masked, words from the case as it stands today."""

from datetime import timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bansos.codes import pretty
from bansos.models import Region
from bansos.models.region import kelurahan_of
from bansos.privacy import mask
from beneficiaries import appeal_texts, appeals, explanation, letterhead, scoring
from beneficiaries.answers import in_words
from beneficiaries.models import Application, Person
from beneficiaries.models.letter import LetterKind
from beneficiaries.reasons import REASONS

# Letters about an application. What the office must tell for each beyond it: the name of each detail and its question.
QUESTIONS: dict[str, dict] = {
    LetterKind.KEPUTUSAN: {},
    LetterKind.SKTM: {"purpose": gettext_lazy("Untuk keperluan apa?")},
    LetterKind.KUASA: {
        "deputy": gettext_lazy("Nama yang diberi kuasa"),
        "relation": gettext_lazy("Hubungan keluarga"),
        "aid": gettext_lazy("Bantuan yang diambil"),
    },
    LetterKind.SPTJM: {"statement": gettext_lazy("Apa yang dinyatakan?")},
    LetterKind.JAWABAN: {},
}
DETAIL_MISSING = gettext_lazy("Isi dulu: %(question)s")
LONGEST = 300


class DetailError(ValueError):
    """A detail of the letter is missing or too long; the sentence names it."""


def content(*, application: Application, kind: LetterKind, details: dict[str, str]) -> dict:
    """Returns a letter's words: title, facts, paragraphs, lists, closing and signers. Raises DetailError."""
    told = _checked(kind, details)
    kelurahan = Region.objects.get(code=kelurahan_of(application.region_id))
    base = letterhead.sheet(
        title=str(kind.label), office=letterhead.of_kelurahan(kelurahan), holder=application.name,
        facts=_facts(application),
    )  # fmt: skip
    return base | _WORDS[kind](application, told, kelurahan)


def _checked(kind: LetterKind, details: dict[str, str]) -> dict[str, str]:
    told = {}
    for name, question in QUESTIONS[kind].items():
        told[name] = " ".join(details.get(name, "").split())
        if not told[name] or len(told[name]) > LONGEST:
            raise DetailError(DETAIL_MISSING % {"question": question})
    return told


def _facts(application: Application) -> list[list[str]]:
    return [
        [_("Nama"), application.name],
        [_("NIK"), mask(str(application.nik))],
        [_("Nomor KK"), mask(str(application.kk))],
        [_("Alamat"), f"{application.address}, {application.region.label}"],
        [_("Kode permohonan"), pretty(application.code)],
        *_helper(application),
    ]


def _helper(application: Application) -> list[list[str]]:
    helper = application.submitted_by
    return [[_("Dibantu oleh"), f"{helper}, {helper.get_role_display()}"]] if helper else []


def _decision(application: Application, told: dict, kelurahan: Region) -> dict:
    granted = application.status == Application.Status.DITETAPKAN_LAYAK
    day = date_format(timezone.localdate(application.decided_at), "j F Y")
    if granted:
        first = _(
            "Pada %(day)s permohonan ini ditetapkan layak. Keluarga masuk register dan ikut dinilai. Layak belum "
            "berarti menerima: penerima ditetapkan menurut nilai dan jumlah bantuan."
        )
    else:
        first = _("Pada %(day)s permohonan ini belum disetujui.")
    paragraphs = [first % {"day": day}]
    lists = [_checks(application)]
    if not granted:
        cause = str(REASONS.get(application.reason_code, ""))
        lists.insert(0, {"title": _("Alasan"), "lines": [line for line in (cause, application.reason) if line]})
    if points := _points(application):
        lists.append(points)
    paragraphs += _ahead(application, granted)
    return {
        "paragraphs": paragraphs,
        "lists": lists,
        "closing": _("Surat ini gratis. Tidak ada biaya apa pun untuk mendaftar atau menerima bantuan."),
        "signers": [[_("Lurah %(name)s") % {"name": kelurahan.name}, ""]],
    }


def _checks(application: Application) -> dict:
    """Who looked at the case and when: offices, not names."""
    lines = [
        _("%(step)s: %(result)s, %(day)s")
        % {
            "step": finding.get_step_display(),
            "result": finding.get_result_display().lower(),
            "day": date_format(timezone.localdate(finding.at), "j F Y"),
        }
        for finding in application.verifications.all()
    ]
    return {"title": _("Yang memeriksa"), "lines": lines}


def _points(application: Application) -> dict | None:
    """The household's points, a sentence a criterion, summing to the score; None while it has no score.

    A refusal tells them too, and that they are not its reason: people refuse, not points (UU 27/2022, article 34).
    """
    granted = application.status == Application.Status.DITETAPKAN_LAYAK
    family = application.household_id if granted else _family_of_applicant(application)
    score = scoring.told(household_id=family) if family else None
    if score is None:
        return None
    found = explanation.explain(hits=score.hits, criteria_set=score.criteria_set)
    lines = [f"{line.text}: +{line.points}" for line in found.added]
    lines.append(_("Jumlah nilai: %(total)s") % {"total": found.total})
    lines += [_("Tidak menambah: %(text)s") % {"text": line.text} for line in found.not_added]
    lines += [_("Perlu diperiksa: %(text)s") % {"text": line.text} for line in found.holds]
    if not granted:
        lines.append(_("Nilai ini bukan alasan keputusan. Alasannya tertulis di atas."))
    title = _("Nilai keluarga %(total)s dari %(most)s, batas %(threshold)s") % {
        "total": found.total,
        "most": found.most,
        "threshold": found.threshold,
    }
    return {"title": title, "lines": lines}


def _family_of_applicant(application: Application) -> int | None:
    """The family of this KK in the register, when the applicant lives in it: nobody reads a neighbour's points."""
    own = Person.objects.living().filter(nik_index=application.nik_index, household__kk_index=application.kk_index)
    return own.values_list("household", flat=True).first()


def _ahead(application: Application, granted: bool) -> list[str]:
    if granted:
        return [_("Kabar berikutnya ada di halaman Cek status dengan kode permohonan di atas.")]
    until = timezone.localdate(application.decided_at) + timedelta(days=appeals.OBJECTION_DAYS)
    words = _(
        "Tidak setuju? Ajukan keberatan sampai %(until)s di halaman Keberatan atau di kantor kelurahan. Keberatan "
        "dijawab dalam %(days)s hari oleh orang lain daripada yang memutuskan."
    )
    return [words % {"until": date_format(until, "j F Y"), "days": appeals.OBJECTION_DAYS}]


def _sktm(application: Application, told: dict, kelurahan: Region) -> dict:
    facts = [f"{question.label}: {word}" for question, word in in_words(application.answers)]
    return {
        "paragraphs": [
            _("Kepada Lurah %(name)s. Saya memohon surat keterangan tidak mampu untuk keperluan: %(purpose)s.")
            % (told | {"name": kelurahan.name}),
            _("Keadaan rumah saya di atas benar. Saya bersedia dikunjungi."),
        ],
        "lists": [{"title": _("Keadaan rumah"), "lines": facts}],
        "closing": _("Bawa KTP dan Kartu Keluarga (KK) asli ke kelurahan bersama surat ini."),
        "signers": [
            [_("Ketua RT"), ""],
            [_("Ketua RW"), ""],
            [_("Pemohon"), application.name],
        ],
    }


def _power(application: Application, told: dict, kelurahan: Region) -> dict:
    return {
        "paragraphs": [
            _("Saya berhalangan hadir. Saya memberi kuasa kepada %(deputy)s (%(relation)s) untuk mengambil:") % told,
            told["aid"],
            _("Kuasa ini hanya untuk sekali pengambilan dan tidak dapat dipindahkan ke orang lain."),
        ],
        "closing": _(
            "Yang diberi kuasa membawa surat ini, KTP aslinya, serta KTP dan Kartu Keluarga (KK) asli pemberi kuasa."
        ),
        "signers": [[_("Yang diberi kuasa"), told["deputy"]], [_("Pemberi kuasa"), application.name]],
    }


def _statement(application: Application, told: dict, kelurahan: Region) -> dict:
    return {
        "paragraphs": [
            _("Kami yang bertanda tangan di bawah ini menyatakan dengan sebenarnya tentang keluarga tersebut:"),
            told["statement"],
            _(
                "Kami bertanggung jawab penuh atas kebenaran pernyataan ini dan bersedia dimintai keterangan bila "
                "ternyata tidak benar."
            ),
        ],
        "closing": _("Dibuat tanpa paksaan, untuk dipakai dalam penyaluran bantuan sosial."),
        "signers": [[_("Ketua RT"), ""], [_("Ketua RW"), ""]],
    }


def _answer(application: Application, told: dict, kelurahan: Region) -> dict:
    appeal = appeals.answered(application)
    assert appeal is not None
    return appeal_texts.to_applicant(appeal)


_WORDS = {
    LetterKind.KEPUTUSAN: _decision,
    LetterKind.SKTM: _sktm,
    LetterKind.KUASA: _power,
    LetterKind.SPTJM: _statement,
    LetterKind.JAWABAN: _answer,
}
