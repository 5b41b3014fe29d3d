"""The demo's musyawarah in Klender, one closed and one planned, and two objections."""

from datetime import timedelta

from bansos import notifications
from bansos.models import Region, User
from beneficiaries import appeal_reminders, appeals, deliberations, invitations
from beneficiaries.models import Appeal, Application, Deliberation, DeliberationAttendance, DeliberationCase
from monitoring.demo import neighbours, officers, papers
from monitoring.demo.almanac import Almanac, at

E, D = DeliberationAttendance.Element, DeliberationCase.Decision
INVITED = [
    ("Ani Wulandari", E.LURAH), ("Mulyadi", E.RW), ("Sri Handayani", E.RT), ("Bambang Irawan", E.RT),
    ("Hj. Fatimah", E.PKK), ("Yanti Kusuma", E.PKK), ("H. Mahmud", E.TOKOH), ("Slamet Riyadi", E.LMK),
    ("Dian Puspita", E.PSM), ("Rudi Setiawan", E.PENDAMSOS),
]  # fmt: skip
ABSENT = {"Bambang Irawan", "Slamet Riyadi"}
CASES = 12
VERDICTS = [D.LAYAK, D.LAYAK, D.LAYAK, D.TIDAK_LAYAK, D.LAYAK, D.PERLU_VERIFIKASI]
REASONS = {
    D.LAYAK: "Kendaraan itu milik majikan. Warga sekitar membenarkan.",
    D.TIDAK_LAYAK: "Punya rumah kontrakan lain di RW yang sama.",
    D.PERLU_VERIFIKASI: "Pindah kontrakan bulan lalu. Perlu dilihat lagi.",
}


def _user(name: str) -> User:
    return User.objects.get(username=name)


def _plan(held_on, place: str) -> Deliberation:
    staff = _user("staf.klender")
    made = deliberations.plan(
        region=Region.objects.get(code=officers.KLENDER), held_on=held_on, hours="09.00 sampai 11.30", place=place,
        chair="Sulastri", note_taker="Ani Wulandari", by=staff,
    )  # fmt: skip
    for name, element in INVITED:
        deliberations.invite(deliberation=made, name=name, element=element, by=staff)
    return made


def last_month(almanac: Almanac) -> None:
    """A dozen held families are judged by those who know them; a refused family objects and is answered."""
    with at(almanac.last(16), 9):
        meeting = _plan(almanac.last(20), "Aula Kelurahan Klender")
        held = list(deliberations.held_households(meeting.region)[:CASES])
        deliberations.add_cases(deliberation=meeting, households=[one.pk for one in held], by=_user("staf.klender"))
    if held:
        _hold(meeting, almanac)
    _objection(almanac)
    neighbours.last_month(almanac)


def _hold(meeting: Deliberation, almanac: Almanac) -> None:
    staff = _user("staf.klender")
    with at(almanac.last(20), 9, 5):
        deliberations.start(deliberation=meeting, by=staff)
        came = meeting.attendances.exclude(name__in=ABSENT).values_list("pk", flat=True)
        deliberations.record_attendance(deliberation=meeting, present=came, by=staff)
    rank = 0
    for place, case in enumerate(meeting.cases.all()):
        decision = VERDICTS[place % len(VERDICTS)]
        rank += decision == D.LAYAK
        with at(almanac.last(20), 9, 10 + place * 4):
            deliberations.decide(
                case=case, decision=decision, rank=rank if decision == D.LAYAK else None, reason=REASONS[decision],
                objection="Ketua RT 003 belum yakin tentang penghasilannya." if place == 1 else "", by=staff,
            )  # fmt: skip
    with at(almanac.last(20), 11, 40):
        number = f"12/BA-MUSKEL/KLD/{almanac.last_month:%m}/{almanac.last_month.year}"
        meeting = deliberations.close(deliberation=meeting, minutes_number=number, by=_user("lurah.klender"))
    with at(almanac.last(21), 9):
        deliberations.attach_signed(deliberation=meeting, papers=papers.signed(meeting), by=staff)


def _objection(almanac: Almanac) -> None:
    """The family that was refused for its car objects; the camat answers."""
    refused = Application.objects.inside(officers.KLENDER).filter(status=Application.Status.DITOLAK).first()
    if refused is None:
        return
    with at(almanac.last(14), 20, 15):
        made = appeals.submit(
            application=refused,
            ground=Appeal.Ground.DATA_KELIRU,
            story="Mobil di rumah kami milik kakak saya.",
            evidence=papers.house(),
        )
    with at(almanac.last(17), 9):
        appeals.take(appeal=made, by=_user("kesra"))
    with at(almanac.last(22), 14):
        answer = "Mobil tercatat atas nama suami Anda. Keputusan tetap. Anda boleh mendaftar lagi bila keadaan berubah."
        appeals.answer(appeal=made, accepted=False, answer=answer, by=_user("camat"))


def _overdue(almanac: Almanac) -> None:
    """A neighbour's objection of seventeen days ago: nobody answered, so it has gone on to the camat."""
    with at(almanac.today - timedelta(days=17), 18, 10):
        appeals.submit_by_neighbour(
            region=Region.objects.get(code=f"{officers.KLENDER}.008.003"), name="Pak Hendra", same_kelurahan=True,
            about=Appeal.About.TIDAK_PANTAS, ground=Appeal.Ground.MAMPU,
            story="Keluarga ini punya mobil dan dua kontrakan.", contact_name="Bapak Yusuf", evidence=papers.house(),
        )  # fmt: skip
    for days in (3, 2):
        with at(almanac.ago(days), 4, 30):
            notifications.tell(appeal_reminders.messages(almanac.ago(days)))


def this_month(almanac: Almanac) -> None:
    """A neighbour speaks for a forgotten family; next week's meeting will hear about it. Another waits too long."""
    _overdue(almanac)
    with at(almanac.ago(4), 19, 30):
        made = appeals.submit_by_neighbour(
            region=Region.objects.get(code=f"{officers.KLENDER}.008.002"), name="Mbah Parti", same_kelurahan=True,
            about=Appeal.About.TERLEWAT, ground=Appeal.Ground.KESULITAN,
            story="Beliau janda tua, tinggal sendiri, dan belum pernah didata.", contact_name="Ibu Lina",
        )  # fmt: skip
    with at(almanac.ago(2), 9):
        row = appeals.take(appeal=made, by=_user("kesra"))
        appeals.ask_meeting(appeal=row, by=_user("kesra"))
    with at(almanac.ago(1), 10):
        meeting = _plan(almanac.today + timedelta(days=7), "Balai Warga RW 008")
        waiting = deliberations.waiting_applications(meeting.region).exclude(verifications__presence="pindah")
        deliberations.add_cases(
            deliberation=meeting, applications=[one.pk for one in waiting], appeals=[made.pk], by=_user("staf.klender")
        )
        invitations.issue(deliberation=meeting, by=_user("staf.klender"))
    with at(almanac.ago(1), 14):
        away = meeting.attendances.get(name="Slamet Riyadi")
        deliberations.uninvite(guest=away, reason="Bertugas di luar kota pada hari itu.", by=_user("staf.klender"))
