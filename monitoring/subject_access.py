"""A person's own copy of what the office holds about them (UU 27/2022, articles 30 to 32): the data, what was decided
with it, who looked at it and who changed it.

Numbers are in full, since they are the person's own. Of others in the family only name and relation are told; of
verifiers only role and place, so that a neighbour who verified is not exposed. Of a family the person no longer
belongs to nothing is told but what happened to the person alone.
"""

import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from bansos import attachments, row_history
from bansos.exports import Stamp
from bansos.models import Attachment, DataAccess, Role, User
from bansos.privacy import refuse_told
from bansos.row_history import moment
from bansos.scope import covers
from bansos.templatetags.look import rupiah
from beneficiaries import appeal_families, appeal_texts, past_scores
from beneficiaries.answers import in_words
from beneficiaries.explanation import explain
from beneficiaries.models import (
    Appeal,
    Application,
    FamilyEvent,
    Household,
    HousePlace,
    OutsideFact,
    Person,
    PersonAid,
    Score,
)
from distribution.models import Enrolment, Entitlement, Handover
from monitoring import subject_case, subject_pdf
from monitoring.models import DataRequest
from monitoring.subject_case import role

OUTSIDE = _("Warga ini tinggal di luar wilayah Anda. Minta kelurahannya memberikan salinan.")
NO_REASON = _("Tulis alasannya, paling sedikit lima huruf.")
HIDDEN = {
    "answers",  # a section of their own
    "id",
    "spelt",
    "nik_index",
    "kk_index",
    "phone_index",
    "account_index",
    "household",
    "merged_into",
    "submitted_by",
    "decided_by",
}


class SubjectAccessError(ValueError):
    """The copy cannot be given; its sentence says why."""


@dataclass(frozen=True)
class Section:
    """One table of the copy."""

    title: str
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)

    def as_dicts(self) -> list[dict[str, str]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def package(
    *, person: Person | None = None, application: Application | None = None, reason: str, by, address: str | None = None
) -> bytes:
    """Returns a ZIP with the copy as JSON and PDF, and records who gave it and why.

    Without a `person` of the register it is about an application alone. Raises SubjectAccessError for somebody outside
    `by`'s region or without a reason.
    """
    subject = person or application
    assert subject is not None, "a copy is of somebody"
    if not covers(by, subject.region_id):
        raise SubjectAccessError(str(OUTSIDE))
    refuse_told(SubjectAccessError, reason)
    try:
        with transaction.atomic():
            look = DataAccess.objects.create(
                user=by,
                region_id=subject.region_id,
                subject=f"{subject._meta.label_lower}:{subject.pk}",
                fields=str(_("salinan semua data")),
                reason=reason.strip(),
                address=address,
            )
    except IntegrityError as error:
        raise SubjectAccessError(str(NO_REASON)) from error
    stamp = Stamp(f"U-{look.pk:06d}", f"{by.name} ({by.username})", look.at)
    made_at = moment(timezone.now())
    sections = collect(person=person, application=application)
    content = {"dibuat": made_at, "warga": subject.name} | {part.title: part.as_dicts() for part in sections}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as folder:
        folder.writestr("salinan-data.json", json.dumps(content, ensure_ascii=False, indent=2))
        folder.writestr("salinan-data.pdf", subject_pdf.render(subject.name, made_at, sections, stamp))
    return out.getvalue()


def collect(*, person: Person | None, application: Application | None = None) -> list[Section]:
    """Returns everything held about `person`, rows that were merged into it included; or about `application` alone."""
    rows, households = _own(person) if person else ([], [])
    asked = [application.pk] if application else []
    found = _applied(rows, households) if person else Application.objects.filter(pk__in=asked)
    applications = list(found.prefetch_related("verifications__by", "verifications__region").order_by("submitted_at"))
    return [
        *[_facts(_title(each, person), each) for each in rows],
        *[_facts(_("Data keluarga"), each) for each in households],
        *[_facts(_("Isi permohonan"), each) for each in (applications if not person else [])],
        _family(rows, households),
        _events(rows, households),
        _applications(applications),
        _answers(applications),
        _appeals(applications),
        _spoken(person or application),
        _verifications(applications),
        _places(applications),
        *[Section(*part) for part in subject_case.parts(rows, households, applications)],
        _outside(households),
        _scores(households),
        _entitlements(households),
        _aids(rows),
        _handovers(rows, households),
        _courses(rows),
        _papers(rows, households, applications),
        _requests(rows, applications),
        _looks(rows, households, applications),
        _changes(rows, households, applications),
    ]


def _own(person: Person) -> tuple[list[Person], list[Household]]:
    """Returns a person's rows, and the family: the one the person belongs to now, if any.

    A row that was merged stays in the family it stood in, and so does who left: it is no longer theirs.
    """
    rows = [person, *Person.objects.filter(merged_into=person).order_by("pk")]
    return rows, [] if person.left_on or person.merged_into_id else [person.household]


def _applied(rows, households):
    """Returns the applications these people made, and those of the families."""
    return Application.objects.filter(Q(nik_index__in=[p.nik_index for p in rows]) | Q(household__in=households))


def _title(row: Person, person: Person | None) -> str:
    """Says which row it is, so that in the JSON none stands in the place of another."""
    if row == person:
        return _t("Data diri")
    return _t("Data diri, catatan nomor %(number)s yang sudah digabung") % {"number": row.pk}


def _facts(title, row) -> Section:
    """Returns every field of a row with its label, as an office writes it."""
    fields = [f for f in row._meta.local_concrete_fields if f.name not in HIDDEN]
    return Section(str(title), ["Data", "Isi"], [[str(capfirst(f.verbose_name)), _written(row, f)] for f in fields])


def _written(row, each) -> str:
    return row_history.plain(each, getattr(row, each.name))


def _family(rows, households) -> Section:
    others = Person.objects.living().filter(household__in=households).exclude(pk__in=[p.pk for p in rows])
    told = [[p.name, p.get_relation_display()] for p in others.order_by("pk")]
    return Section("Anggota keluarga lain", ["Nama", "Hubungan"], told)


def _happened(rows, households):
    """Returns what happened to the families, and what happened to these people in any other."""
    about = Q(household__in=households) | Q(other__in=households) | Q(people__person__in=rows)
    return FamilyEvent.objects.filter(about).distinct().order_by("happened_on", "pk")


def _events(rows, households) -> Section:
    """Of an event in another family only the person is named."""
    own, told = {h.pk for h in households}, []
    for event in _happened(rows, households).prefetch_related("people__person"):
        names = event.names
        if not own & {event.household_id, event.other_id}:
            names = ", ".join(each.person.name for each in event.people.all() if each.person in rows)
        happened = str(event.get_kind_display()), date_format(event.happened_on, "j F Y")
        told.append([*happened, names, event.paper, event.note or "-", moment(event.recorded_at)])
    return Section("Peristiwa keluarga", ["Peristiwa", "Tanggal", "Tentang", "Surat", "Catatan", "Dicatat"], told)


def _applications(applications) -> Section:
    rows = [
        [
            str(a),
            moment(a.submitted_at),
            a.get_status_display(),
            a.needs or "-",
            a.reason or "-",
            moment(a.decided_at),
        ]
        for a in applications
    ]
    return Section("Permohonan", ["Kode", "Diajukan", "Status", "Kebutuhan", "Alasan", "Diputuskan"], rows)


def _answers(applications) -> Section:
    rows = [[str(a), str(question.label), word] for a in applications for question, word in in_words(a.answers)]
    return Section("Jawaban di formulir", ["Permohonan", "Pertanyaan", "Jawaban"], rows)


def _appeals(applications) -> Section:
    """The family's own objections. What a neighbour said about it would tell who the neighbour is."""
    rows = [
        [
            str(appeal),
            moment(appeal.submitted_at),
            appeal.get_ground_display(),
            appeal.full_story or "-",
            appeal.get_status_display(),
            appeal.answer or "-",
            moment(appeal.decided_at),
        ]
        for appeal in Appeal.objects.filter(application__in=applications).order_by("pk")
    ]
    columns = ["Nomor", "Diajukan", "Alasan", "Cerita", "Status", "Jawaban", "Dijawab"]
    return Section("Keberatan", columns, rows)


def _spoken(case: Person | Application | None) -> Section:
    """What neighbours hold against the family, as it reads it on its status page: never who spoke, when or how."""
    rows = [
        [
            " ".join(appeal_texts.held_against(each)),
            each.get_status_display(),
            each.notice or "-",
            moment(each.decided_at),
        ]
        for each in (appeal_families.about(case) if case else ())
    ]
    return Section("Keberatan warga lain", ["Yang disampaikan", "Status", "Kabar", "Dijawab"], rows)


def _verifications(applications) -> Section:
    rows = [
        [
            str(a),
            v.get_step_display(),
            role(v.by, v.region),
            v.get_presence_display(),
            v.get_result_display(),
            v.reason or "-",
            moment(v.at),
        ]
        for a in applications
        for v in a.verifications.all()
    ]
    return Section("Verifikasi", ["Permohonan", "Langkah", "Oleh", "Keberadaan", "Penilaian", "Alasan", "Waktu"], rows)


def _places(applications) -> Section:
    found = HousePlace.objects.filter(application__in=applications).select_related("application", "by", "region")
    told = [
        [str(p.application), p.place or "-", f"{p.accuracy} meter", role(p.by, p.region), moment(p.at)]
        for p in found.order_by("pk")
    ]
    return Section("Tempat rumah", ["Permohonan", "Lintang, bujur", "Ketelitian", "Oleh", "Waktu"], told)


def _outside(households) -> Section:
    """What lists of other offices say of the family."""
    told = []
    for fact in OutsideFact.objects.filter(household__in=households).order_by("as_of", "pk"):
        value = fact.value if fact.kind == OutsideFact.Kind.DESIL else bool(fact.value)
        day = date_format(fact.as_of, "j F Y")
        said = row_history.plain(fact._meta.get_field("value"), value)
        told.append([str(fact.get_kind_display()), said, day, fact.source, moment(fact.imported_at)])
    return Section("Data dari luar", ["Data", "Isi", "Tanggal acuan", "Sumber", "Dimuat"], told)


def _aids(rows) -> Section:
    """The aids of other offices which the person receives, as an officer was told."""
    told = [
        [a.code, date_format(a.since_on, "j F Y"), date_format(a.ended_on, "j F Y") if a.ended_on else "-", a.source]
        for a in PersonAid.objects.filter(person__in=rows).order_by("since_on", "pk")
    ]
    return Section("Bantuan perorangan", ["Bantuan", "Sejak", "Sampai", "Sumber keterangan"], told)


def _scores(households) -> Section:
    found = Score.objects.filter(household__in=households).select_related("criteria_set")
    found = found.prefetch_related("criteria_set__criteria").order_by("scored_at")
    rows = [[str(s.criteria_set), str(s.points), s.get_verdict_display(), _why(s), moment(s.scored_at)] for s in found]
    return Section("Nilai dan penjelasannya", ["Kriteria", "Nilai", "Hasil", "Penjelasan", "Dinilai"], rows)


def _why(score: Score) -> str:
    told = explain(hits=score.hits, criteria_set=score.criteria_set)
    return "; ".join(f"{line.text} ({line.points})" for line in told.added) or "-"


def _entitlements(households) -> Section:
    found = Entitlement.objects.filter(household__in=households).select_related("round__programme")
    rows = [
        [str(e.round), str(e), e.get_status_display(), rupiah(e.value), e.status_reason or "-"]
        for e in found.order_by("round__period", "pk")
    ]
    return Section("Hak bantuan", ["Putaran", "Kode ambil", "Status", "Nilai", "Alasan"], rows)


def _handovers(rows, households) -> Section:
    found = Handover.objects.filter(Q(recipient__in=rows) | Q(entitlement__household__in=households))
    found = found.select_related("entitlement__round__programme", "recipient").order_by("at")
    told = [
        [h.number, str(h.entitlement.round), h.recipient.name, h.get_method_display(), rupiah(h.value), moment(h.at)]
        for h in found
    ]
    return Section("Penyerahan", ["Nomor", "Putaran", "Diterima oleh", "Cara", "Nilai", "Waktu"], told)


def _courses(rows) -> Section:
    found = Enrolment.objects.filter(person__in=rows).select_related("course").order_by("enrolled_at")
    told = [[str(e.course), e.get_status_display(), moment(e.enrolled_at)] for e in found]
    return Section("Pelatihan", ["Angkatan", "Status", "Didaftarkan"], told)


def _requests(rows, applications) -> Section:
    found = DataRequest.objects.filter(Q(person__in=rows) | Q(application__in=applications)).order_by("asked_at")
    told = [[str(r), r.get_kind_display(), moment(r.asked_at), r.get_status_display(), r.answer or "-"] for r in found]
    return Section("Permintaan data pribadi", ["Nomor", "Permintaan", "Diterima", "Status", "Jawaban"], told)


def _papers(rows, households, applications) -> Section:
    found = Attachment.objects.kept().filter(subject__in=subjects(rows, households, applications))
    told = [[paper.title, paper.get_kind_display(), moment(paper.uploaded_at)] for paper in found]
    return Section("Foto dan surat yang disimpan", ["Lampiran", "Jenis", "Diunggah"], told)


def subjects(rows, households, applications) -> list[str]:
    """Returns how `DataAccess.subject` names these rows, the family's own objections and what happened to it too."""
    appeals = Appeal.objects.filter(application__in=applications).order_by("pk")
    told = (*rows, *households, *applications, *appeals, *_happened(rows, households))
    return [attachments.subject_of(each) for each in told]


def looks(rows, households, applications):
    """Returns who looked at these rows, and who saw or exported a list that held one of these families.

    An export that held a family which the person has left counts too: its list may have named the person.
    """
    names = subjects(rows, households, applications)
    found = DataAccess.objects.about(
        subjects=names, families=sorted({h.pk for h in households} | {p.household_id for p in rows}),
        applications=[application.pk for application in applications],
    )  # fmt: skip
    return found.select_related("user").defer("families", "applications").order_by("at", "pk")


@dataclass(frozen=True)
class Line:
    """One look, or those at one list that an officer opened day after day in a month: the last of them."""

    look: DataAccess
    times: int

    @property
    def what(self) -> str:
        if self.look.fields in DataAccess.LISTS:
            return f"{self.look.what} ({self.look.told})"
        return self.look.what or self.look.told

    @property
    def when(self) -> str:
        if self.times == 1:
            return moment(self.look.at)
        return _t("%(times)d kali bulan itu, terakhir %(at)s") % {"times": self.times, "at": moment(self.look.at)}


def lines(found: Iterable[DataAccess]) -> list[Line]:
    """Returns looks as people read them, the oldest first; of a list one line a month for each officer."""
    told: dict[tuple, Line] = {}
    for number, look in enumerate(found):
        same: tuple = (number,)
        if look.fields in DataAccess.LISTS:
            same = f"{timezone.localtime(look.at):%Y-%m}", look.user_id, look.what, look.reason
        former = told.pop(same, None)  # a line stands where its last time is
        told[same] = Line(look, former.times + 1 if former else 1)
    return list(told.values())


def around(row: Person | Household):
    """Returns the rows that speak of a person, or of a family: people, families, applications."""
    if isinstance(row, Household):
        members = row.people.filter(left_on=None, merged_into=None)
        rows, households = list(members.order_by("pk")), [row]
    else:
        rows, households = _own(row)
    return rows, households, list(_applied(rows, households).order_by("submitted_at"))


def _looks(rows, households, applications) -> Section:
    found = lines(looks(rows, households, applications))
    told = [[line.when, _officer(line.look.user), line.what, line.look.reason] for line in found]
    return Section("Siapa yang melihat", ["Waktu", "Oleh", "Data", "Alasan"], told)


def _changes(rows, households, applications) -> Section:
    decided = [
        *Appeal.objects.filter(application__in=applications).order_by("pk"),
        *Entitlement.objects.filter(household__in=households).order_by("pk"),
    ]
    told_of = (*rows, *households, *applications, *decided)
    found = [change for each in told_of for change in row_history.of(each)]
    users = User.objects.in_bulk({change.user_id for change in found if change.user_id})
    told = [
        [
            moment(c.at),
            _officer(users.get(c.user_id), c.login),
            c.what,
            c.change,
            c.reason or past_scores.source_words(c.source) or "-",
        ]
        for c in sorted(found, key=lambda c: c.at)
    ]
    return Section("Siapa yang mengubah", ["Waktu", "Oleh", "Catatan", "Perubahan", "Alasan"], told)


def _officer(user: User | None, login: str = "") -> str:
    """Names who did it; a neighbour's name is not told. `login` is of whoever wrote past the portal."""
    if user and user.role in {Role.RT, Role.RW, Role.KADER}:
        return user.get_role_display()
    if user:
        return f"{user.name}, {user.get_role_display()}"
    return row_history.past_the_portal(login) or "Sistem atau pemohon"
