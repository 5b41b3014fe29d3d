"""What a resident reads about a case: application, score and aid in six public words (shared/ux.md, section 2).

The six are steps of one way: Diterima, Diverifikasi, Dinilai, Disetujui, Belum disetujui, Disalurkan. Three flags stand
beside them for what is no step: Perlu dilengkapi while the family must act, and, where nobody judged the family,
Dibatalkan (it took its application back) and Ditutup (its time to complete it passed, or it has another).
"Belum disetujui" is said of a decision alone.
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Case, When
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from bansos import crypto, privacy
from bansos.models import Region, Role
from bansos.models.region import kelurahan_of
from beneficiaries import appeal_families, appeals, applications, endings, explanation, scoring
from beneficiaries.models import Application, CriteriaSet, Household, Person, Score, Verification
from beneficiaries.models.application import OPEN_STATUSES, ApplicationStatus
from distribution import objections
from distribution.models import Entitlement, Round
from distribution.models.round import HANDED_OVER, EntitlementStatus, Quota

A, E, Sight = ApplicationStatus, EntitlementStatus, Verification.Result
MOST_MESSAGES = 5


@dataclass(frozen=True)
class Step:
    """One of the steps of a case; `state` is "done", "now" or "wait"."""

    name: str
    on: date | None
    state: str = "wait"
    icon: str = "check"
    planned: bool = False  # a plan rather than a deadline


@dataclass(frozen=True)
class Pickup:
    """Where and when aid waits."""

    on: date | None
    hours: str
    place: str
    contents: str


@dataclass(frozen=True)
class CaseStatus:
    """Everything the page `/cek-status/hasil/` shows about one case."""

    word: str
    meaning: str
    next_title: str
    next: str
    steps: list[Step]
    name: str
    nik: str
    kelurahan: str
    next_on: date | None = None
    code: str = ""
    pickup: Pickup | None = None
    reason_title: str = ""
    reason: str = ""
    points: int | None = None
    limit: str = ""
    explanation: object | None = None
    decided: str = ""
    todo: list[str] = field(default_factory=list)
    object_until: date | None = None
    objection: objections.Objection | None = None
    spoken: objections.Spoken | None = None  # a neighbour's objection about this family
    again: bool = False  # ended without a decision, so the family may apply again today
    helper: str = ""  # who filled in the application for the family
    messages: list = field(default_factory=list)  # Notification, newest first
    as_of: datetime = field(default_factory=timezone.now)

    @property
    def place(self) -> int:
        """The number of the step reached last."""
        return max((n for n, step in enumerate(self.steps, 1) if step.state != "wait"), default=1)


@dataclass(frozen=True)
class _Facts:
    """What the register and the rounds know about the household of a case."""

    score: Score | None = None
    entitlement: Entitlement | None = None  # what waits to be fetched, else the newest, else what is only planned
    also_waiting: list[Entitlement] = field(default_factory=list)


def find_person(*, nik: str, kk: str) -> Person | None:
    """Returns the living person with this NIK in the household with this KK, or None; both must match."""
    found = Person.objects.living().filter(
        nik_index=crypto.blind_index(nik, "nik"), household__kk_index=crypto.blind_index(kk, "kk")
    )
    return found.select_related("household").first()


def of(application: Application) -> CaseStatus:
    """Returns the status of an application, with its household's score and aid if the applicant belongs to it."""
    facts = _facts(_own_household(application), since=application.submitted_at)
    case = _words(application, facts)
    helper = application.submitted_by
    asked = f"{helper}, {helper.get_role_display()}" if helper else ""
    case = replace(case, code=application.code, helper=asked, steps=_application_steps(application, facts, case.word))
    told = list(applications.messages_for(application)[:MOST_MESSAGES])
    return replace(_with_objection(_with_aid(case, facts), application), messages=told, spoken=_spoken(application))


def of_person(person: Person) -> CaseStatus:
    """Returns the status of a household that stands in the register without an application."""
    facts = _facts(person.household)
    base = {"steps": _register_steps(person.household, facts), **_who(person)}
    case = _after_register(facts, base) or CaseStatus(
        word=_("Diterima"),
        meaning=_("Keluarga Anda tercatat di register, tetapi belum dinilai."),
        next_title=_("Berikutnya: penilaian"),
        next=_("Kecamatan menilai semua keluarga setiap bulan."),
        **base,
    )
    todo = [_("Keluarga Anda belum punya permohonan. Ingin mendaftar? Buka halaman Daftar.")]
    return _with_aid(replace(case, todo=[*case.todo, *todo], spoken=_spoken(person)), facts)


def _own_household(application: Application) -> Household | None:
    """Returns the application's household only when the applicant lives in it.

    Whoever applies with a neighbour's KK number must not read the neighbour's score.
    """
    household = application.household
    if household and household.people.living().filter(nik_index=application.nik_index).exists():
        return household
    return None


def _facts(household: Household | None, since: datetime | None = None) -> _Facts:
    """Reads score and aid; aid that was over before `since` belongs to an earlier case."""
    if household is None:
        return _Facts()
    aid = household.entitlements.exclude(status=E.DIBATALKAN).exclude(round__status="dibatalkan")
    if since:
        aid = aid.exclude(status__in=[*HANDED_OVER, E.GAGAL_SALUR], round__approved_at__lt=since)
    waiting = Case(When(status__in=[E.DIALOKASIKAN, E.DITAHAN], then=0), When(status=E.DIRENCANAKAN, then=2), default=1)
    aid = aid.select_related("round__programme", "criteria_set").order_by(waiting, "-round__period", "-pk")
    newest = list(aid[:5])
    return _Facts(
        scoring.told(household_id=household.pk),
        newest[0] if newest else None,
        [other for other in newest[1:] if other.status == E.DIALOKASIKAN],
    )


def _who(row: Application | Person) -> dict:
    code = kelurahan_of(row.region_id)
    region = Region.objects.filter(code=code).first()
    return {
        "name": privacy.short_name(row.name),
        "nik": privacy.mask(str(row.nik)),
        "kelurahan": region.name if region else "",
    }


def _words(application: Application, facts: _Facts) -> CaseStatus:
    base = {"steps": [], "next_on": application.due_on, **_who(application)}
    if application.status in OPEN_STATUSES:
        return CaseStatus(**_open_words(application), **base)
    if application.status == A.DITETAPKAN_LAYAK:
        return _after_register(facts, base) or CaseStatus(
            word=_("Diverifikasi"),
            meaning=_("Kelurahan menetapkan keluarga Anda layak dipertimbangkan."),
            next_title=_("Berikutnya: penilaian"),
            next=_("Kecamatan menilai keluarga Anda dengan kriteria yang sama untuk semua."),
            **base,
        )
    return CaseStatus(**_ended_words(application), **base | {"next_on": None})


def _open_words(application: Application) -> dict:
    """Word, meaning and next step of an application that somebody must still act on."""
    words: dict[str, dict[str, Any]] = {
        A.DIAJUKAN: {
            "word": _("Diterima"),
            "meaning": _("Permohonan Anda sudah kami terima."),
            "next_title": _("Berikutnya: kunjungan RT"),
            "next": _("Ketua RT memeriksa rumah dan data keluarga Anda."),
        },
        A.VERIFIKASI_LAPANGAN: {
            "word": _("Diverifikasi"),
            "meaning": _("Ketua RT sudah memeriksa data keluarga Anda."),
            "next_title": _("Berikutnya: pemeriksaan RW"),
            "next": _("Ketua RW memeriksa hasil dari RT."),
        },
        A.VERIFIKASI_ADMINISTRASI: {
            "word": _("Diverifikasi"),
            "meaning": _("Ketua RT dan RW sudah memeriksa data keluarga Anda."),
            "next_title": _("Berikutnya: keputusan kelurahan"),
            "next": _("Kelurahan memutuskan permohonan Anda."),
        },
        A.KUNJUNGAN: {
            "word": _("Diverifikasi"),
            "meaning": _("Kelurahan ingin melihat rumah Anda lebih dulu."),
            "next_title": _("Berikutnya: kunjungan petugas kelurahan"),
            "next": _("Petugas kelurahan datang ke rumah Anda. Ia menunjukkan tanda pengenal. Kunjungan ini gratis."),
            "todo": [_("Siapkan KTP dan Kartu Keluarga (KK) di rumah.")],
        },
        A.MUSYAWARAH: {
            "word": _("Diverifikasi"),
            "meaning": _("Ketua RT dan RW sudah memeriksa data keluarga Anda."),
            "next_title": _("Berikutnya: musyawarah kelurahan"),
            "next": _("Warga dan kelurahan membahas permohonan Anda bersama-sama. Anda tidak perlu datang."),
        },
        A.PERLU_PERBAIKAN: {
            "word": _("Perlu dilengkapi"),
            "meaning": _("Ada yang kurang. Lengkapi supaya permohonan berlanjut."),
            "next_title": _("Berikutnya: lengkapi permohonan"),
            "next": _("Datang ke kantor kelurahan dengan KTP dan Kartu Keluarga (KK) asli."),
            "reason_title": _("Yang perlu dilengkapi"),
            "reason": application.reason,
            "todo": [_("Bawa berkas yang kurang ke kantor kelurahan.")],
        },
    }
    found = words[application.status]
    visit = _visit(application)
    if visit and application.status in {A.VERIFIKASI_ADMINISTRASI, A.MUSYAWARAH}:
        found["meaning"] = str(SEEN[Sight(visit.result)])
        if visit.result == Sight.TIDAK_ADA:
            found["todo"] = [_("Masih tinggal di alamat ini? Telepon atau datang ke kantor kelurahan.")]
    return found


# What a field visit saw, in words for the family; the visitor's note stays in the office.
SEEN = {
    Sight.SESUAI: _lazy("Petugas kelurahan sudah berkunjung: keadaannya sesuai yang tertulis."),
    Sight.BERBEDA: _lazy("Petugas kelurahan sudah berkunjung: keadaannya berbeda dari yang tertulis."),
    Sight.TIDAK_ADA: _lazy("Petugas kelurahan sudah berkunjung, tetapi tidak bertemu keluarga Anda."),
}


def _visit(application: Application) -> Verification | None:
    """What the newest visit of the present turn found; None without one."""
    step, turn = Verification.Step.KUNJUNGAN, application.handbacks.count()
    return application.verifications.filter(step=step, turn=turn).last()


# How a family that ended without a decision applies again.
AGAIN = {
    A.KEDALUWARSA: _lazy("Siapkan yang belum lengkap, lalu buka halaman Daftar. Anda boleh mendaftar lagi hari ini."),
    A.DIBATALKAN: _lazy("Berubah pikiran? Buka halaman Daftar. Anda boleh mendaftar lagi kapan saja."),
}


# The word of what ended without aid; its last step is called so too.
ENDS = {
    A.DITOLAK: _lazy("Belum disetujui"),
    A.DUPLIKAT: _lazy("Ditutup"),
    A.DIBATALKAN: _lazy("Dibatalkan"),
    A.KEDALUWARSA: _lazy("Ditutup"),
}


def _ended_words(application: Application) -> dict:
    """Word, meaning and next step of an application that ended without aid: who ended it, why and when."""
    status, on = A(application.status), _ended_on(application)
    by_family = status == A.DIBATALKAN and endings.by_the_family(application)
    meaning, reason_title, decided = {
        A.DITOLAK: (
            _("Permohonan Anda belum disetujui."), _("Mengapa belum disetujui"), _("Diputuskan Kelurahan, %(day)s."),
        ),
        A.DUPLIKAT: (
            _("Keluarga Anda sudah punya permohonan lain."), _("Mengapa ditutup"), _("Ditutup Kelurahan, %(day)s."),
        ),
        A.DIBATALKAN: (
            _("Anda membatalkan permohonan ini."), _("Alasan Anda"), _("Anda membatalkannya %(day)s."),
        ) if by_family else (
            _("Kantor kelurahan mencatat bahwa Anda membatalkan permohonan ini."), _("Alasan yang dicatat"),
            _("Dicatat Kelurahan, %(day)s."),
        ),
        A.KEDALUWARSA: (
            _("Permohonan ini ditutup: berkasnya belum lengkap sampai batas waktu."), _("Yang belum dilengkapi"),
            _("Ditutup otomatis, %(day)s."),
        ),
    }[status]  # fmt: skip
    unasked = status == A.DIBATALKAN and not by_family
    return {
        "word": str(ENDS[status]),
        "meaning": meaning,
        "next_title": _("Berikutnya: pilihan Anda"),
        "next": AGAIN.get(status, _("Anda boleh mendaftar lagi bila keadaan keluarga berubah.")),
        "reason_title": reason_title if application.reason else "",
        "reason": application.reason,
        "decided": decided % {"day": date_format(on)} if on else "",
        "todo": [_("Tidak merasa membatalkan? Hubungi kantor kelurahan.")] if unasked else [],
        "again": status in AGAIN,
    }


def _ended_on(application: Application) -> date | None:
    """The day a finished application ended: of its decision, or of what the history says where nobody decided."""
    return _day(application.decided_at or endings.ended_at(application))


def _after_register(facts: _Facts, base: dict) -> CaseStatus | None:
    """The words once the household stands in the register and is scored; None before that."""
    base = base | {"next_on": None}
    if facts.entitlement and facts.entitlement.status != E.DIRENCANAKAN:
        return _entitled(facts.entitlement, base)
    if facts.score is None:
        return None
    planned = facts.entitlement is not None
    held = facts.score.verdict == Score.Verdict.DITAHAN
    below = facts.score.verdict == Score.Verdict.TIDAK_LAYAK
    return CaseStatus(
        word=_("Dinilai"),
        meaning=_("Keluarga Anda dinilai, tetapi ada yang perlu diperiksa.")
        if held
        else _("Keluarga Anda sudah dinilai."),
        next_title=_("Berikutnya: pemeriksaan") if held else _("Berikutnya: penetapan penerima"),
        next=_next_after_score(planned, held, below),
        reason_title=_("Bagaimana nilainya"),
        limit=_threshold(facts.score.criteria_set),
        todo=[] if facts.score.verdict == Score.Verdict.LAYAK else _may_do(facts.score),
        **base,
    )


def _may_do(score: Score) -> list[str]:
    """What a family can do that the criteria do not find eligible."""
    told = [_("Periksa kalimat tentang keluarga Anda di atas. Ada yang keliru? Laporkan di halaman ini.")]
    if score.household.decile is None and score.criteria_set.criteria.filter(fact="decile").exists():
        told.append(_("Desil DTSEN keluarga Anda belum tercatat. Tanyakan ke kantor kelurahan."))
    return told


def _threshold(criteria_set: CriteriaSet) -> str:
    """The threshold of a score; of one under an earlier version also that the new one is not counted yet."""
    words = _("Batas nilai %(n)s.") % {"n": criteria_set.threshold}
    if criteria_set.status == CriteriaSet.Status.RILIS:
        return words
    return words + " " + _("Nilai ini memakai kriteria lama. Nilai menurut kriteria baru belum dihitung.")


def _next_after_score(planned: bool, held: bool, below: bool) -> str:
    if planned:
        return _("Daftar bulan ini menunggu pengesahan Camat. Lihat lagi beberapa hari lagi.")
    if held:
        return _("Petugas kelurahan memeriksa data keluarga Anda lebih dulu.")
    if below:
        return _("Nilai ini di bawah batas. Laporkan bila ada data yang keliru.")
    return _("Setiap bulan dipilih keluarga dengan nilai tertinggi, sesuai jumlah bantuan.")


def _entitled(entitlement: Entitlement, base: dict) -> CaseStatus:
    """The words of a household that is on an approved list."""
    round_, programme = entitlement.round, entitlement.round.programme
    aid = {"aid": programme.name, "month": date_format(round_.period, "F Y")}
    approved: dict[str, Any] = {
        "reason_title": _("Mengapa disetujui"),
        "limit": _limit(entitlement),
        "decided": _("Disahkan Camat, %(day)s.") % {"day": date_format(timezone.localdate(round_.approved_at))}
        if round_.approved_at
        else "",
    }
    if entitlement.status in HANDED_OVER:
        word, meaning = _("Disalurkan"), _("Keluarga Anda sudah menerima %(aid)s untuk %(month)s.") % aid
        title, text = (
            _("Berikutnya: penilaian bulan depan"),
            _("Kami menilai lagi setiap bulan dengan kriteria yang sama."),
        )
    elif entitlement.status == E.DIALOKASIKAN:
        word, meaning = _("Disetujui"), _("Keluarga Anda mendapat %(aid)s untuk %(month)s.") % aid
        title, text = _("Berikutnya: ambil bantuan"), ""
    elif entitlement.status == E.DITAHAN:
        word, meaning = _("Disetujui"), _("Bantuan Anda ditahan sementara untuk pemeriksaan.")
        title, text = _("Berikutnya: hubungi kelurahan"), entitlement.status_reason
    else:
        word, meaning = _("Disetujui"), _("%(aid)s untuk %(month)s belum diambil sampai batas waktu.") % aid
        title, text = _("Berikutnya: hubungi kelurahan"), entitlement.status_reason
    return CaseStatus(word=word, meaning=meaning, next_title=title, next=text, **approved, **base)


def _limit(entitlement: Entitlement) -> str:
    """Why this household and not another: the lowest points that still got aid, and how many could."""
    cutoff = entitlement.round.cutoff
    kelurahan = kelurahan_of(entitlement.region_id)
    quota = Quota.objects.filter(round=entitlement.round, region_id=kelurahan).select_related("region").first()
    if cutoff is None:
        return ""
    if quota is None:
        return _("Nilai terendah yang masuk bulan ini %(n)s.") % {"n": cutoff}
    words = _("Nilai terendah yang masuk bulan ini %(n)s. Bantuan cukup untuk %(families)s keluarga di %(place)s.")
    return words % {"n": cutoff, "families": quota.households, "place": quota.region.name}


def _also(round_: Round) -> str:
    """One line for each further aid that waits."""
    when = f", {date_format(round_.hands_over_on)}" if round_.hands_over_on else ""
    where = f", {round_.place}" if round_.place else ""
    return _("Ambil juga %(aid)s%(when)s%(where)s.") % {"aid": round_.programme.name, "when": when, "where": where}


def _with_aid(case: CaseStatus, facts: _Facts) -> CaseStatus:
    """Adds the waiting aid and the explanation of the points."""
    aid = facts.entitlement
    shown: dict[str, Any] = {}
    if aid and aid.status == E.DIALOKASIKAN:
        round_ = aid.round
        shown["pickup"] = Pickup(round_.hands_over_on, round_.hours, round_.place, round_.programme.contents)
        shown["todo"] = [
            _("Bawa KTP asli dan Kartu Keluarga (KK) asli."),
            _("Berhalangan? Anggota KK yang sama boleh mewakili."),
            *(_also(other.round) for other in facts.also_waiting),
            *case.todo,
        ]
    source = aid if aid and aid.status != E.DIRENCANAKAN else facts.score
    if source and case.word in {_("Dinilai"), _("Disetujui"), _("Disalurkan")}:
        shown["points"] = source.points
        shown["explanation"] = explanation.explain(hits=source.hits, criteria_set=source.criteria_set)
    return replace(case, **shown)


def _with_objection(case: CaseStatus, application: Application) -> CaseStatus:
    """Adds until when the family may object, and what became of its newest objection."""
    open_to = appeals.open_to(application)
    newest = application.appeals.order_by("-submitted_at").first()
    return replace(
        case, object_until=open_to.until if open_to else None, objection=objections.tell(newest) if newest else None
    )


def _spoken(case: Application | Person) -> objections.Spoken | None:
    newest = appeal_families.about(case).first()
    return objections.tell_about(newest) if newest else None


def _marked(steps: list[tuple[str, date | None, bool]]) -> list[Step]:
    """Turns (name, day, reached) into steps; the last one reached is the present one."""
    last = max((n for n, step in enumerate(steps) if step[2]), default=0)
    states = ["done"] * last + ["now"] + ["wait"] * (len(steps) - last - 1)
    return [
        Step(name, on, state, planned=name == _("Disalurkan"))
        for (name, on, _reached), state in zip(steps, states, strict=True)
    ]


def _day(at: datetime | None) -> date | None:
    return timezone.localdate(at) if at else None


def _application_steps(application: Application, facts: _Facts, word: str) -> list[Step]:
    """The six steps of an application with their days."""
    turn = application.handbacks.count()  # what was found before it was sent back is done anew
    seen = {v.step: v.at for v in application.verifications.all() if v.turn == turn}
    settled = application.status == A.DITETAPKAN_LAYAK
    due = application.due_on
    helper = application.submitted_by
    by_rt = helper is not None and helper.role == Role.RT  # what the RT proposes, the RT does not verify
    found = [
        (_("Diterima"), _day(application.submitted_at), True),
        *(
            []
            if by_rt and application.status != A.DIAJUKAN and "rt" not in seen
            else [
                (
                    _("Diverifikasi RT"),
                    _day(seen.get("rt")) or (due if application.status == A.DIAJUKAN else None),
                    "rt" in seen,
                )
            ]
        ),
        (
            _("Diverifikasi RW"),
            _day(seen.get("rw")) or (due if application.status == A.VERIFIKASI_LAPANGAN else None),
            "rw" in seen,
        ),
        *_visit_and_meeting(application, _day(seen.get("kunjungan"))),
    ]
    if application.status in ENDS:
        reached = [step for step in found if step[2]]
        steps = _marked([*reached, (word, _ended_on(application), True)])
        return [replace(step, icon="x") if step.state == "now" else step for step in steps]
    return _marked(found + (_later(facts) if settled else _later(_Facts())))


def _visit_and_meeting(application: Application, visited_on: date | None) -> list[tuple[str, date | None, bool]]:
    """The two steps that only some cases take: a visit that was ordered, and a musyawarah that waits."""
    found = []
    if visited_on or application.status == A.KUNJUNGAN:
        waits = application.status == A.KUNJUNGAN
        found.append((_("Dikunjungi petugas"), application.due_on if waits else visited_on, not waits))
    if application.status == A.MUSYAWARAH:
        found.append((_("Musyawarah kelurahan"), application.due_on, False))
    return found


def _register_steps(household: Household, facts: _Facts) -> list[Step]:
    return _marked([(_("Tercatat di register"), _day(household.created_at), True), *_later(facts)])


def _later(facts: _Facts) -> list[tuple[str, date | None, bool]]:
    """The steps after verification: scored, approved, handed over."""
    aid = facts.entitlement if facts.entitlement and facts.entitlement.status != E.DIRENCANAKAN else None
    handed = aid is not None and aid.status in HANDED_OVER
    handover = getattr(aid, "handover", None) if handed else None
    handed_on = _day(handover.at) if handover else None
    return [
        (_("Dinilai"), _scored_on(facts.score, aid), bool(facts.score or aid)),
        (_("Disetujui"), _day(aid.round.approved_at) if aid else None, aid is not None),
        (_("Disalurkan"), handed_on or (aid.round.hands_over_on if aid else None), handed),
    ]


def _scored_on(score: Score | None, aid: Entitlement | None) -> date | None:
    """The day of the score; when it was renewed after the list, the day on which the list was made from it."""
    if aid and aid.round.approved_at and (score is None or score.scored_at > aid.round.approved_at):
        return _day(aid.round.proposed_at)
    return _day(score.scored_at) if score else None
