"""The jobs of an import: inspected, confirmed, loaded once, and what happens when two work at once."""

import os
import signal
import subprocess
import sys
import threading

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, ProgrammingError, connection

from bansos import audit, reference
from bansos.crypto import blind_index
from bansos.jobs import JobError
from bansos.models import Job, User
from beneficiaries import duplicates, register
from beneficiaries.models import Application, DuplicatePair, Household, Person, RegisterImport, Score, ScoringRun
from beneficiaries.register import pace, second_reader, staging, turns, undoing, verbs
from tests import cases, make, people
from tests.at_once import until_somebody_waits
from tests.workbooks import SAMPLE, SAMPLE_KK, SAMPLE_NIK, household_row, person_row, workbook

pytestmark = pytest.mark.django_db


class Silent:
    def report(self, *args):
        pass


def received(body: bytes, by, name="register.xlsx") -> RegisterImport:
    return register.receive(file=ContentFile(body), filename=name, by=by)


def test_a_job_that_runs_again_loads_nothing_twice():
    ani = people.ani()
    made = received(workbook([household_row()], [person_row()]), ani)
    register.inspect(job=made.job, pulse=Silent())
    job = register.confirm(register_import=made, by=ani)
    first = register.load(job=job, pulse=Silent())
    assert register.load(job=job, pulse=Silent()) == first and Person.objects.count() == 1


def test_no_identity_outside_encrypted_columns():
    ani = people.ani()
    made = received(workbook([household_row()], [person_row(**{"Nama Lengkap": ""})]), ani)
    register.inspect(job=made.job, pulse=Silent())
    row = made.rows.get()
    assert SAMPLE_NIK in row.raw and SAMPLE_NIK not in row.value + row.sentence
    with connection.cursor() as cursor:
        for table in ("beneficiaries_importrow", "beneficiaries_registerimport", "bansos_job"):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            text = cursor.fetchone()[0]
            assert SAMPLE_NIK not in text and SAMPLE_KK not in text


def test_only_a_ready_import_is_confirmed_or_cancelled():
    ani = people.ani()
    made = received(workbook([household_row()]), ani)
    for verb in (register.confirm, register.cancel, register.retry):
        with pytest.raises(register.RegisterError, match="sudah diputuskan"):
            verb(register_import=made, by=ani)
    register.inspect(job=made.job, pulse=Silent())
    path = made.file.path
    register.cancel(register_import=made, by=ani)
    made.refresh_from_db()
    assert made.status == made.Status.BATAL and not made.file and not made.rows.exists()
    from pathlib import Path

    assert not Path(path).exists()
    with pytest.raises(register.RegisterError):
        register.confirm(register_import=made, by=ani)


def test_a_crash_in_the_middle_leaves_nothing_and_can_be_tried_again(monkeypatch):
    ani = people.ani()
    made = received(workbook([household_row()], [person_row()]), ani)
    register.inspect(job=made.job, pulse=Silent())
    job = register.confirm(register_import=made, by=ani)
    monkeypatch.setattr(verbs.duplicates, "find", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        register.load(job=job, pulse=Silent())
    assert not Household.objects.exists() and not Person.objects.exists()
    monkeypatch.undo()
    Job.objects.filter(pk=job.pk).update(state=Job.State.GAGAL)
    again = register.retry(register_import=made, by=ani)
    register.load(job=again, pulse=Silent())
    assert Person.objects.count() == 1


def test_a_family_entered_meanwhile_is_told_in_words(monkeypatch):
    ani = people.ani()
    made = received(workbook([household_row()], [person_row()]), ani)
    register.inspect(job=made.job, pulse=Silent())
    job = register.confirm(register_import=made, by=ani)
    write = verbs.writing.write

    def another_first(chunk):
        make.household(kk=SAMPLE_KK)
        write(chunk)

    monkeypatch.setattr(verbs.writing, "write", another_first)
    with pytest.raises(JobError, match="Tidak ada yang dimuat"):
        register.load(job=job, pulse=Silent())
    made.refresh_from_db()
    assert made.status == made.Status.SIAP and not Household.objects.exists()


# --- a worker that dies

_CHILD = """
import os, signal, sys
import django; django.setup()
from django.conf import settings
from bansos.models import Job, User
from beneficiaries import register
from beneficiaries.register import verbs
from tests.benchmarks import point_at
socket, database, settings.MEDIA_ROOT, job, chunk, dies_after = sys.argv[1:]
point_at(socket, database)
verbs.writing.CHUNK, left, write = int(chunk), int(dies_after), verbs.writing.write
def fatal_write(chunk):
    global left
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    write(chunk)
verbs.writing.write = fatal_write
class Silent:
    def report(self, *told): pass
register.load(job=Job.objects.get(pk=job), pulse=Silent())
"""


def _killed_while_loading(job: Job, *, chunk: int, after: int) -> None:
    place = connection.connection.info
    arguments = (place.host, place.dbname, settings.MEDIA_ROOT, job.pk, chunk, after)
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, *map(str, arguments)],
        cwd=settings.BASE_DIR, env=os.environ | {"DJANGO_SETTINGS_MODULE": "bansos.settings"}, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL


def _confirmed_sample(by) -> tuple[RegisterImport, Job]:
    made = received((SAMPLE / "register.xlsx").read_bytes(), by)
    register.inspect(job=made.job, pulse=Silent())
    Job.objects.filter(pk=made.job_id).update(state=Job.State.SELESAI)
    return made, register.confirm(register_import=made, by=by)


def _state(made: RegisterImport) -> dict:
    """The register, its history, the counts and the findings, apart from ids, times and ciphertext."""
    made.refresh_from_db()
    families = Household.objects.values_list("kk_index", "phone_index", "region_id", "address", *Household.FACTS)
    members = Person.objects.values_list("nik_index", "household__kk_index", "region_id", "name", "born_on", "income")
    return {
        "families": sorted(map(repr, families)),
        "people": sorted(map(repr, members)),
        "events": [
            model.pgh_event_model.objects.filter(pgh_context__metadata__source=verbs.source_of(made)).count()
            for model in (Household, Person)
        ],
        "outcome": made.outcome,
        "findings": list(made.rows.order_by("pk").values_list("sheet", "row", "column", "code", "sentence")),
        "pairs": DuplicatePair.objects.count(),
        "status": made.status,
    }


@pytest.mark.django_db(transaction=True)
def test_a_load_killed_halfway_ends_like_a_calm_one():
    reference.load()
    ani = people.ani()
    made, job = _confirmed_sample(ani)
    _killed_while_loading(job, chunk=1_000, after=4)
    assert Household.objects.count() == 1_988 and 0 < Person.objects.count() < 5_813  # what was committed
    assert "judged_person" in _staged()
    _until_tidied()
    assert _staged() == set()
    register.load(job=job, pulse=Silent())
    killed = _state(made)
    _forget_register()
    made, job = _confirmed_sample(ani)
    register.load(job=job, pulse=Silent())
    calm = _state(made)
    assert calm["status"] == made.Status.SELESAI and calm == killed


@pytest.mark.django_db(transaction=True)
def test_without_the_counts_kept_ahead_a_killed_load_tells_another_story():
    """The twin: were the counts made anew, they would say that half of the file was in the register already."""
    reference.load()
    made, job = _confirmed_sample(people.ani())
    _killed_while_loading(job, chunk=1_000, after=4)
    RegisterImport.objects.filter(pk=made.pk).update(outcome={})
    outcome = register.load(job=job, pulse=Silent())
    assert outcome["people"]["unchanged"] and outcome["households"]["new"] == 0


def _staged() -> set[str]:
    return set(connection.introspection.table_names()) & set(verbs.staging.TABLES)


def _until_tidied() -> None:
    """The server needs a moment to see that the killed one is gone."""
    for _try in range(1500):
        if register.tidy():
            return
        threading.Event().wait(0.02)
    pytest.fail("somebody still loads")


@pytest.mark.django_db(transaction=True)
def test_a_load_killed_halfway_can_be_undone():
    reference.load()
    ani = people.ani()
    made, job = _confirmed_sample(ani)
    _killed_while_loading(job, chunk=1_000, after=4)
    made.refresh_from_db()
    path = made.file.path
    with pytest.raises(register.UndoError, match="sudah dimuat"):
        register.request_undo(register_import=made, by=ani)  # its job is open: it would be gone on with
    Job.objects.filter(pk=job.pk).update(state=Job.State.GAGAL)
    done = register.undo(register_import=made, by=ani)
    assert done.removed["keluarga"] == 1_988 and done.removed["warga"]
    assert not Household.objects.exists() and not Person.objects.exists() and not os.path.exists(path)
    made.refresh_from_db()
    assert made.status == made.Status.DIURUNGKAN and not made.file
    assert register.load(job=job, pulse=Silent()) and not Household.objects.exists()  # a late worker finds it decided


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_tidying_leaves_a_load_that_is_under_way_alone(tmp_path, monkeypatch, guarded):
    """Who tidies asks for the turn. The twin, which takes it unasked, drops what the load is about to write."""
    if not guarded:
        monkeypatch.setattr(turns, "try_lock", lambda: True)
        monkeypatch.setattr(turns, "unlock", lambda: None)
    path = tmp_path / "register.xlsx"
    path.write_bytes(workbook([household_row()], [person_row()]))
    tidied, chunks = [], verbs.writing.chunks

    def tidy():
        try:
            tidied.append(register.tidy())
        finally:
            connection.close()

    def meanwhile():
        thread = threading.Thread(target=tidy)
        thread.start(), thread.join(20)
        return chunks()

    monkeypatch.setattr(verbs.writing, "chunks", meanwhile)
    if guarded:
        register.import_file(path=path)
        assert tidied == [False] and Person.objects.count() == 1
    else:
        with pytest.raises(ProgrammingError, match="judged_household"):
            register.import_file(path=path)


def _forget_register() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE beneficiaries_household, beneficiaries_person, beneficiaries_householdevent,"
            " beneficiaries_personevent CASCADE"
        )


# --- two at once


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_two_loads_at_once(tmp_path, monkeypatch, guarded):
    """The lock lets one through after the other. Its twin, without the lock, sees the second one fail."""
    path = tmp_path / "register.xlsx"
    path.write_bytes(workbook([household_row()], [person_row()]))
    inside, go_on, outcomes = threading.Event(), threading.Event(), {}
    write, judge = verbs.writing.write, verbs.checks.judge
    if not guarded:
        monkeypatch.setattr(turns, "lock", lambda: None)
        monkeypatch.setattr(verbs.staging, "SHARED", verbs.staging.OWN)  # else they would not even come so far

    def slow_write(chunk):
        if threading.current_thread().name == "first":
            inside.set()
            go_on.wait(30)
        write(chunk)

    def telling_judge(**options):
        counts = judge(**options)
        if threading.current_thread().name == "second":
            go_on.set()  # both have judged an empty register
        return counts

    monkeypatch.setattr(verbs.writing, "write", slow_write)
    monkeypatch.setattr(verbs.checks, "judge", telling_judge)

    def run():
        try:
            outcomes[threading.current_thread().name] = register.import_file(path=path)[0]["people"]
        except register.RegisterError as error:
            outcomes[threading.current_thread().name] = error.__cause__
        finally:
            connection.close()

    first = threading.Thread(target=run, name="first")
    first.start()
    assert inside.wait(30)
    second = threading.Thread(target=run, name="second")
    second.start()
    if guarded:
        until_somebody_waits()
        go_on.set()
    first.join(30), second.join(30)
    assert Person.objects.count() == 1
    if guarded:
        assert outcomes["first"]["new"] == outcomes["second"]["unchanged"] == 1
    else:
        assert sum(isinstance(outcome, IntegrityError) for outcome in outcomes.values()) == 1


# --- undone


def _ani() -> User:
    return User.objects.filter(username="ani").first() or people.ani()


def _loaded(by, families: list, members: list) -> RegisterImport:
    made = received(workbook(families, members), by)
    register.inspect(job=made.job, pulse=Silent())
    Job.objects.filter(pk=made.job_id).update(state=Job.State.SELESAI)
    job = register.confirm(register_import=made, by=by)
    register.load(job=job, pulse=Silent())
    Job.objects.filter(pk=job.pk).update(state=Job.State.SELESAI)
    made.refresh_from_db()
    return made


SECOND_KK, RINA = "3175070101209002", {"NIK": "3175075705809002", "Nama Lengkap": "Rina"}


def test_undoing_takes_out_what_is_new_and_gives_back_what_changed():
    ani = _ani()
    first = _loaded(ani, [household_row()], [person_row(), person_row(**RINA)])
    before = [list(model.objects.order_by("pk").values()) for model in (Household, Person)]
    moved = {"Alamat": "Gang Mawar No. 9", "RT": "001", "Nomor HP": "081200009555"}
    twin = {"NIK": "3175075705809003", "Nama Lengkap": "Citra Lestary", "Nomor KK": SECOND_KK}
    made = _loaded(
        ani,
        [household_row(**moved), household_row(**{"Nomor KK": SECOND_KK})],
        [person_row(**RINA | {"Nomor KK": SECOND_KK}), person_row(**twin)],
    )
    assert made.outcome["duplicates"] == DuplicatePair.objects.count() == 1
    make.criteria()
    make.score(household=Household.objects.get(kk_index=blind_index(SECOND_KK, "kk")), points=50)

    plan = register.plan_undo(made)
    assert plan.removed == {"keluarga": 1, "warga": 1} and plan.restored == {"keluarga": 1, "warga": 2}
    assert Household.objects.count() == 2 and not plan.refusal  # a look changes nothing

    job = register.request_undo(register_import=made, by=ani)
    told = register.undo_job(job=job, pulse=Silent())
    assert told["removed"] == plan.removed and register.undo_job(job=job, pulse=Silent()) == job.result
    after = [list(model.objects.order_by("pk").values()) for model in (Household, Person)]
    for rows in (*before, *after):
        for row in rows:
            del row["updated_at"]
    assert after == before
    assert not DuplicatePair.objects.exists() and not Score.objects.exists()
    rescoring = ScoringRun.objects.get(reason=ScoringRun.Reason.DATA)
    assert rescoring.job.state == Job.State.ANTRE and rescoring.by == ani
    made.refresh_from_db()
    assert made.status == made.Status.DIURUNGKAN
    gone = Household.pgh_event_model.objects.get(pgh_label="delete")
    assert gone.kk == SECOND_KK
    assert gone.pgh_context.metadata == {"user": ani.pk, "source": f"register_undo:{made.pk}"}
    assert audit.verify().changed == []
    register.undo(register_import=first, by=ani)
    assert not Household.objects.exists() and not Person.objects.exists() and audit.verify().changed == []


def _apply(made):
    case = cases.application()
    Application.objects.filter(pk=case.pk).update(household=Household.objects.get())


def _edit(made):
    Household.objects.update(address="Gang Lain")


def _join(made):
    make.person(household=Household.objects.get())


def _settle(made):
    other = make.person(household=make.household())
    first, second = sorted([Person.objects.get(name="Citra Lestari", household__kk_index=KK_INDEX), other], key=_pk)
    pair = DuplicatePair.objects.create(first=first, second=second, region_id=people.RT, likeness=1)
    duplicates.tell_apart(pair=pair, by=_ani())


def _pk(row):
    return row.pk


KK_INDEX = blind_index(SAMPLE_KK, "kk")


@pytest.mark.django_db(transaction=True)  # an import's name in the history lasts as long as its transaction
@pytest.mark.parametrize(
    ("use", "told"),
    [
        (_edit, "1 keluarga yang diubah sesudahnya"),
        (_join, "1 warga"),
        (_settle, "1 kemungkinan ganda"),
        (lambda made: Person.objects.update(income=1), "1 warga yang diubah sesudahnya"),
        (_apply, "1 permohonan"),
    ],
)
def test_what_is_used_is_not_undone(use, told):
    made = _loaded(_ani(), [household_row()], [person_row()])
    use(made)
    for verb in (register.undo, register.request_undo):
        with pytest.raises(register.UndoError, match=told):
            verb(register_import=made, by=_ani())
    assert Household.objects.filter(kk_index=KK_INDEX).exists()
    made.refresh_from_db()
    assert made.status == made.Status.SELESAI


def test_only_a_loaded_import_is_undone_and_only_once():
    ani = _ani()
    made = received(workbook([household_row()]), ani)
    with pytest.raises(register.UndoError, match="sudah dimuat"):
        register.undo(register_import=made, by=ani)
    made = _loaded(ani, [household_row()], [])
    register.undo(register_import=made, by=ani)
    with pytest.raises(register.UndoError, match="sudah dimuat"):
        register.undo(register_import=made, by=ani)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [True, False])
def test_a_change_while_it_is_undone(monkeypatch, guarded):
    """Rows are locked before they are counted. The twin, without the lock, loses somebody's change."""
    made = _loaded(_ani(), [household_row()], [person_row()])
    _loaded(_ani(), [household_row(**{"Alamat": "Gang Mawar No. 9"})], [])
    later = RegisterImport.objects.latest("pk")
    if not guarded:
        monkeypatch.setattr(undoing, "LOCK", "SELECT 1")
    take_out, changed = undoing._take_out, threading.Event()

    def change():
        Household.objects.update(address="Gang Lain")
        changed.set()
        connection.close()

    other = threading.Thread(target=change)

    def slow(source):
        other.start()
        changed.wait(1 if guarded else 30)  # guarded it waits for the row
        take_out(source)

    monkeypatch.setattr(undoing, "_take_out", slow)
    register.undo(register_import=later, by=_ani())
    other.join(30)
    assert made.status == made.Status.SELESAI
    assert (Household.objects.get().address == "Gang Lain") is guarded


# --- a second reader


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", [SAMPLE, SAMPLE / "register.xlsx"], ids=["csv", "xlsx"])
def test_a_second_reader_reads_what_one_would(monkeypatch, path):
    alone = register.import_file(path=path, dry_run=True)
    monkeypatch.setattr(second_reader, "WORTH_IT", 0)
    own, fill = [], staging.fill
    monkeypatch.setattr(staging, "fill", lambda *given, **how: own.append(next(how["only"](1))) or fill(*given, **how))
    assert register.import_file(path=path, dry_run=True) == alone and own == [True]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("start", ["raise SystemExit(3)", "import sys; sys.stdin.close()"])
def test_a_second_reader_that_fails_stops_the_load(monkeypatch, start):
    """Its twin ends without reading and without a fault: then half of the rows are missing."""
    monkeypatch.setattr(second_reader, "WORTH_IT", 0)
    monkeypatch.setattr(second_reader, "START", "import sys; sys.stdin.read()\n" + start)
    if "SystemExit" in start:
        with pytest.raises(RuntimeError, match="ended with 3"):
            register.import_file(path=SAMPLE, dry_run=True)
    else:
        counts, _findings = register.import_file(path=SAMPLE, dry_run=True)
        assert 0 < counts["people"]["new"] < 5_000


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("cores", "hands", "processes"), [(2, 1, "0"), (8, 2, None)])
def test_a_job_leaves_a_core_to_the_pages(monkeypatch, cores, hands, processes):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    reference.load()
    usual, seen = _processes_of_a_statement(), []
    judge = verbs.checks.judge
    monkeypatch.setattr(
        verbs.checks, "judge", lambda **how: seen.append((pace.hands(), _processes_of_a_statement())) or judge(**how)
    )
    ani = people.ani()
    made = received(workbook([household_row()], [person_row()]), ani)
    register.inspect(job=made.job, pulse=Silent())
    register.load(job=register.confirm(register_import=made, by=ani), pulse=Silent())
    assert seen[1] == (hands, processes or usual)
    assert (pace.hands(), _processes_of_a_statement()) == (2, usual)


def _processes_of_a_statement() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW max_parallel_workers_per_gather")
        return cursor.fetchone()[0]
