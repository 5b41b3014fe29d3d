"""Acts on many rows: shown, done once on exactly these rows, as a job when large, taken back within ten minutes."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from bansos import bulk, jobs
from bansos.bulk import BulkError
from bansos.models import BulkAction, BulkRow
from beneficiaries.bulk import CorrectPlace
from beneficiaries.models import Household, Score
from tests import cases, make, people
from tests.at_once import at_once
from tests.browser import needs_browser, shot

pytestmark = pytest.mark.django_db
NEXT_RT = "31.75.07.1003.008.003"
PLACE = {"kelurahan": "klender", "rw": "RW 08", "rt": "3"}
WHY = "RT lama dimekarkan"
LIST = "/admin/beneficiaries/household/"


def ani():
    return cases.officer("ani", "staf", people.KLENDER)


def shown(*households, by=None, said=PLACE, reason=WHY) -> BulkAction:
    return bulk.preview(action="rt", ids=[h.pk for h in households], said=said, reason=reason, by=by or ani())


def places(*households) -> list[str]:
    return [Household.objects.get(pk=h.pk).region_id for h in households]


def states(made) -> list[str]:
    return list(made.rows.values_list("state", flat=True))


def test_what_is_shown_is_what_is_done():
    one, two, there = make.household(), make.household(), make.household(region=NEXT_RT)
    made = shown(one, two, there)
    assert states(made) == ["menunggu", "menunggu", "tidak"] and places(one, two) == [people.RT, people.RT]
    assert made.rows.last().note == "Keluarga ini sudah di RT itu."
    done = bulk.confirm(bulk=made, by=ani())
    assert places(one, two, there) == [NEXT_RT] * 3 and states(done) == ["selesai", "selesai", "tidak"]
    assert one.people.get().region_id == NEXT_RT


def test_what_is_open_about_a_family_goes_along_and_back_and_its_score_follows(django_capture_on_commit_callbacks):
    make.criteria()
    one = make.household()
    case = cases.application(kk=one.kk, nik=one.people.get().nik)
    made = shown(one)
    for verb, place in ((bulk.confirm, NEXT_RT), (bulk.undo, people.RT)):
        with django_capture_on_commit_callbacks(execute=True):
            made = verb(bulk=made, by=ani())
        case.refresh_from_db()
        assert case.region_id == place == Score.objects.get(household=one).region_id
        assert case.address == cases.values()["address"]


def test_the_page_names_the_families_and_the_act_keeps_no_name(client):
    one = make.household(head={"name": "Wulan Baris"})
    made = shown(one)
    client.force_login(made.by)
    address = f"/admin/bansos/bulkaction/{made.pk}/change/"
    page = client.get(address).content.decode()
    assert "Wulan Baris" in page and made.rows.get().label == ""
    assert "permohonannya yang berjalan dicatat di RT 003/RW 008 Klender" in page, "it says what it will do"
    Household.objects.filter(pk=one.pk).update(region=f"{people.PONDOK_KOPI}.001.001")
    page = client.get(address).content.decode()
    assert "Wulan Baris" not in page and f"Nomor {one.pk}" in page


def test_rows_chosen_later_or_changed_since_are_not_touched():
    one, other, later = make.household(), make.household(), make.household()
    made = shown(one, other)
    Household.objects.filter(pk=other.pk).update(status="pindah")
    bulk.confirm(bulk=made, by=ani())
    assert places(one, other, later) == [NEXT_RT, people.RT, people.RT]
    assert made.rows.last().note == "Keluarga ini tidak aktif." and made.rows.last().state == "dilewati"


def test_a_second_confirm_changes_nothing():
    one = make.household()
    made = shown(one)
    bulk.confirm(bulk=made, by=ani())
    Household.objects.filter(pk=one.pk).update(region=people.RT)
    bulk.confirm(bulk=made, by=ani())
    assert places(one) == [people.RT]


@pytest.mark.django_db(transaction=True)
def test_two_confirms_at_once_act_once():
    one, staff = make.household(), ani()
    made = shown(one)
    at_once(lambda _n: bulk.confirm(bulk=made, by=staff).pk, [1, 2, 3])
    assert Household.pgh_event_model.objects.filter(pgh_obj_id=one.pk).count() == 2


@pytest.mark.parametrize(
    ("said", "reason", "sentence"),
    [(PLACE, " x ", "Tulis alasannya"), (PLACE | {"rt": "99"}, WHY, "tidak ada di wilayah"),
     (PLACE | {"kelurahan": "Pondok Kopi"}, WHY, "tidak ada di wilayah")],
)  # fmt: skip
def test_what_is_not_said_well_is_refused(said, reason, sentence):
    with pytest.raises(BulkError, match=sentence):
        shown(make.household(), said=said, reason=reason)
    assert not BulkAction.objects.exists()


def test_nothing_or_only_others_rows_is_refused():
    elsewhere = make.household(region=f"{people.PONDOK_KOPI}.001.001")
    for chosen in ([], [elsewhere]):
        with pytest.raises(BulkError, match="Pilih barisnya"):
            shown(*chosen)


def test_the_wrong_person_neither_shows_does_nor_takes_back():
    one = make.household()
    with pytest.raises(BulkError, match="tidak boleh"):
        shown(one, by=people.dewi())
    made = shown(one)
    with pytest.raises(BulkError, match="yang menyiapkannya"):
        bulk.confirm(bulk=made, by=people.lurah())
    bulk.confirm(bulk=made, by=ani())
    with pytest.raises(BulkError, match="atau lurah"):
        bulk.undo(bulk=made, by=cases.officer("rekan", "staf", people.KLENDER))
    bulk.undo(bulk=made, by=cases.officer("lurah", "lurah", people.KLENDER))
    assert places(one) == [people.RT]


def test_who_may_no_longer_do_it_does_not_confirm():
    staff, one = ani(), make.household()
    made = shown(one, by=staff)
    staff.role = "auditor"
    staff.save()
    with pytest.raises(BulkError, match="tidak boleh"):
        bulk.confirm(bulk=made, by=type(staff).objects.get(pk=staff.pk))
    assert places(one) == [people.RT]


def test_an_old_preview_is_not_done():
    made = shown(make.household())
    BulkAction.objects.filter(pk=made.pk).update(made_at=timezone.now() - timedelta(hours=2))
    with pytest.raises(BulkError, match="lebih dari satu jam"):
        bulk.confirm(bulk=made, by=ani())


def test_an_act_is_taken_back_but_not_what_was_changed_since():
    one, two = make.household(), make.household()
    made = bulk.confirm(bulk=shown(one, two), by=ani())
    Household.objects.filter(pk=two.pk).update(region="31.75.07.1003.008.004")
    back = bulk.undo(bulk=made, by=ani())
    assert places(one, two) == [people.RT, "31.75.07.1003.008.004"]
    assert states(back) == ["kembali", "selesai"] and "sudah diubah lagi" in back.rows.last().note
    assert (back.state, back.undone_by) == ("kembali", ani())
    with pytest.raises(BulkError, match="sepuluh menit"):
        bulk.undo(bulk=back, by=ani())


def test_after_ten_minutes_it_stays():
    made = bulk.confirm(bulk=shown(make.household()), by=ani())
    BulkAction.objects.filter(pk=made.pk).update(done_at=timezone.now() - timedelta(minutes=11))
    with pytest.raises(BulkError, match="sepuluh menit"):
        bulk.undo(bulk=made, by=ani())


def test_many_rows_become_a_job_that_goes_on_where_it_was_left(monkeypatch):
    monkeypatch.setattr(bulk, "AT_ONCE", 1), monkeypatch.setattr(bulk, "CHUNK", 1)
    families = [make.household() for _n in range(3)]
    made = bulk.confirm(bulk=shown(*families), by=ani())
    assert made.job and made.state == "jalan" and places(*families) == [people.RT] * 3
    first = BulkRow.objects.filter(bulk=made).first()
    BulkRow.objects.filter(pk=first.pk).update(state="selesai")  # a worker that died had come so far
    jobs.run(job_id=made.job_id)
    assert places(*families) == [people.RT, NEXT_RT, NEXT_RT]
    made.refresh_from_db()
    assert made.state == "selesai"


def test_taking_many_back_is_a_job_that_goes_on_where_it_was_left(monkeypatch):
    families = [make.household() for _n in range(4)]
    made = bulk.confirm(bulk=shown(*families), by=ani())
    monkeypatch.setattr(bulk, "AT_ONCE", 1), monkeypatch.setattr(bulk, "CHUNK", 1)
    Household.objects.filter(pk=families[3].pk).update(region="31.75.07.1003.008.004")
    back = bulk.undo(bulk=made, by=ani())
    assert (back.state, back.job.kind) == ("mundur", "bulk.undo") and places(*families)[:3] == [NEXT_RT] * 3
    with pytest.raises(BulkError, match="sepuluh menit"):
        bulk.undo(bulk=made, by=ani())
    first = made.rows.first()
    BulkRow.objects.filter(pk=first.pk).update(state="kembali")  # a worker that died had come so far
    jobs.run(job_id=back.job_id)
    assert places(*families) == [NEXT_RT, people.RT, people.RT, "31.75.07.1003.008.004"]
    back.refresh_from_db()
    assert back.state == "kembali" and states(back) == ["kembali"] * 3 + ["selesai"]
    assert "sudah diubah lagi" in back.rows.last().note
    event = Household.pgh_event_model.objects.filter(pgh_obj_id=families[1].pk).latest("pgh_id")
    assert (
        event.pgh_context.metadata["user"] == ani().pk
        and event.pgh_context.metadata["reason"] == f"Dikembalikan: {made.reason}"
    )


def stopped(made, monkeypatch, verb) -> BulkAction:
    """An act whose job has failed at the second row."""
    households, act = [row.row for row in made.rows.all()], getattr(CorrectPlace, verb)

    def breaks(self, row, *rest):
        if row.pk == households[1]:
            raise RuntimeError
        return act(self, row, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(CorrectPlace, verb, breaks)
        with pytest.raises(RuntimeError):
            jobs.run(job_id=made.job_id)
    return BulkAction.objects.select_related("job").get(pk=made.pk)


def test_an_undo_that_failed_says_so_and_goes_on_when_tried_again(monkeypatch):
    families = [make.household() for _n in range(3)]
    made = bulk.confirm(bulk=shown(*families), by=ani())
    monkeypatch.setattr(bulk, "AT_ONCE", 1), monkeypatch.setattr(bulk, "CHUNK", 1)
    back = bulk.undo(bulk=made, by=ani())
    assert not back.halted and not BulkAction.objects.halted().exists()
    back = stopped(back, monkeypatch, "undo")
    assert (back.told, BulkAction.objects.halted().get()) == ("Terhenti saat dikembalikan", made)
    assert places(*families) == [people.RT, NEXT_RT, NEXT_RT]
    BulkAction.objects.filter(pk=made.pk).update(done_at=timezone.now() - timedelta(hours=1))  # asked in time
    again = bulk.retry(bulk=back, by=ani())
    assert (again.job.kind, again.halted, again.job == back.job) == ("bulk.undo", False, False)
    with pytest.raises(BulkError, match="tidak terhenti"):
        bulk.retry(bulk=back, by=ani())
    jobs.run(job_id=again.job_id)
    again.refresh_from_db()
    assert places(*families) == [people.RT] * 3 and (again.state, again.told) == ("kembali", "Dikembalikan")


def test_who_may_try_a_halted_act_again(monkeypatch):
    families = [make.household() for _n in range(2)]
    monkeypatch.setattr(bulk, "AT_ONCE", 1), monkeypatch.setattr(bulk, "CHUNK", 1)
    made = bulk.confirm(bulk=shown(*families), by=ani())
    with pytest.raises(BulkError, match="tidak terhenti"):
        bulk.retry(bulk=made, by=ani())
    made = stopped(made, monkeypatch, "do")
    assert made.told == "Terhenti"
    for stranger in (cases.officer("rekan", "staf", people.KLENDER), people.budi()):
        with pytest.raises(BulkError, match="atau lurah"):
            bulk.retry(bulk=made, by=stranger)
    again = bulk.retry(bulk=made, by=cases.officer("lurah", "lurah", people.KLENDER))
    jobs.run(job_id=again.job_id)
    assert places(*families) == [NEXT_RT] * 2


def test_a_small_act_that_breaks_off_leaves_nothing(monkeypatch):
    """A server that stops in the middle of the request takes all of it along: it can be confirmed again."""
    one, two = make.household(), make.household()
    made, do = shown(one, two), CorrectPlace.do

    def breaks(self, row, *rest):
        if row.pk == two.pk:
            raise RuntimeError
        return do(self, row, *rest)

    monkeypatch.setattr(CorrectPlace, "do", breaks)
    with pytest.raises(RuntimeError):
        bulk.confirm(bulk=made, by=ani())
    made.refresh_from_db()
    assert made.state == "pratinjau" and places(one, two) == [people.RT] * 2
    monkeypatch.undo()
    bulk.confirm(bulk=made, by=ani())
    assert places(one, two) == [NEXT_RT] * 2


def test_aid_is_held_and_let_go_again():
    entitlement = make.approved_round(make.household()).entitlements.get()
    lurah = people.lurah()
    made = bulk.preview(action="tahan", ids=[entitlement.pk], said={"why": "Periksa alamat"}, reason=WHY, by=lurah)
    made = bulk.confirm(bulk=made, by=lurah)
    entitlement.refresh_from_db()
    assert (entitlement.status, entitlement.status_reason) == ("ditahan", "Periksa alamat")
    bulk.undo(bulk=made, by=lurah)
    entitlement.refresh_from_db()
    assert entitlement.status == "dialokasikan"
    again = bulk.preview(action="lepas", ids=[entitlement.pk], said={}, reason=WHY, by=lurah)
    assert states(again) == ["tidak"]


def test_the_database_wants_a_reason():
    with pytest.raises(IntegrityError), transaction.atomic():
        BulkAction.objects.create(action="rt", reason="", by=ani())


# --- the admin


def test_all_results_of_a_filter_are_chosen_shown_and_done(client):
    families = [make.household(decile=2) for _n in range(3)]
    make.household(decile=5)
    client.force_login(ani())
    chosen = {"action": "bulk_rt", "_selected_action": [families[0].pk], "select_across": "1", "index": "0"}
    page = client.post(f"{LIST}?decile=2", chosen)
    assert "3 baris dipilih" in page.content.decode()
    assert client.post(f"{LIST}?decile=2", chosen | {"reason": ""} | PLACE).status_code == 422
    answer = client.post(f"{LIST}?decile=2", chosen | {"reason": WHY} | PLACE)
    made = BulkAction.objects.get()
    shown_page = client.get(answer.url).content.decode()
    assert "3 dari 3 baris" in shown_page and "Jalankan untuk 3 baris" in shown_page
    client.post(f"/admin/bansos/bulkaction/{made.pk}/jalankan/")
    assert places(*families) == [NEXT_RT] * 3
    assert "Kembalikan semuanya" in client.get(answer.url).content.decode()
    client.post(f"/admin/bansos/bulkaction/{made.pk}/kembalikan/")
    assert places(*families) == [people.RT] * 3


def test_a_halted_act_is_found_and_tried_again_on_its_page(client, monkeypatch, django_capture_on_commit_callbacks):
    families = [make.household() for _n in range(2)]
    monkeypatch.setattr(bulk, "AT_ONCE", 1), monkeypatch.setattr(bulk, "CHUNK", 1)
    made = stopped(bulk.confirm(bulk=shown(*families), by=ani()), monkeypatch, "do")
    client.force_login(ani())
    assert "Terhenti" in client.get("/admin/bansos/bulkaction/?terhenti=ya").content.decode()
    page = client.get(f"/admin/bansos/bulkaction/{made.pk}/change/").content.decode()
    assert "Coba lagi" in page and "kesalahan program" in page and "data-job" not in page
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/admin/bansos/bulkaction/{made.pk}/ulang/")
    assert places(*families) == [NEXT_RT] * 2
    assert "Coba lagi" not in client.get(f"/admin/bansos/bulkaction/{made.pk}/change/").content.decode()
    client.force_login(people.budi())
    assert client.post(f"/admin/bansos/bulkaction/{made.pk}/ulang/").status_code == 404


def test_another_office_does_not_see_it(client):
    made = shown(make.household())
    client.force_login(people.budi())
    assert client.get(f"/admin/bansos/bulkaction/{made.pk}/change/").status_code == 404
    client.force_login(people.dewi())
    assert "bulk_rt" not in client.get(LIST).content.decode()


@needs_browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_on_any_screen(visit, width):
    made = shown(make.household(), make.household(region=NEXT_RT))
    page = visit(f"/admin/bansos/bulkaction/{made.pk}/change/", width=width, user=ani())
    shot(page, f"massal-{width}")
    page.click("text=Jalankan untuk 1 baris")
    assert "Kembalikan semuanya" in page.content()
    shot(page, f"massal-hasil-{width}")
