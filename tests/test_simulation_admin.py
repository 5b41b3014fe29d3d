"""The pages of a simulation: who sees whom, what a file leaves behind, and that they can be read."""

import io

import openpyxl
import pytest
from django.urls import reverse

from bansos.models import DataAccess
from beneficiaries import criteria, scoring, simulation, simulation_tables
from beneficiaries.models import Household, Score
from tests import make, people
from tests.browser import assert_accessible, needs_browser, shot

pytestmark = pytest.mark.django_db
ELSEWHERE = "31.75.07.1007.001.001"


@pytest.fixture
def draft():
    """A draft under which those with a decile of 5 enter and those who feared hunger leave."""
    made = criteria.draft(source=criteria.load_default(), by=people.either("kesra", "kesra"))
    made.criteria.filter(fact="decile", value=4).update(value=5, points=25)
    made.criteria.filter(fact="feared_hunger").update(points=0)
    made.criteria.filter(fact="food_over_half").update(points=25)
    return made


def families() -> tuple[Household, Household]:
    """One that enters and one that leaves, in Klender."""
    enters = make.household(decile=5, head={"name": "Siti Masuk"})
    leaves = make.household(decile=9, feared_hunger=True, floor="tanah", head={"name": "Dewi Keluar"})
    return enters, leaves


def url(verb: str, draft) -> str:
    return reverse(f"admin:beneficiaries_criteriaset_{verb}", args=[draft.pk])


def page(client, officer, address: str, **query) -> str:
    client.force_login(officer)
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


# --- the page
def test_kesra_sees_who_enters_and_leaves_and_what_changed(client, draft):
    families()
    text = page(client, people.either("kesra", "kesra"), url("simulate", draft))
    assert "+1</dd>" in text and "−1</dd>" in text
    assert "Pernah khawatir tidak makan dalam setahun terakhir: 15 menjadi 0." in text
    assert "Klender" in text and "Menurut desil DTSEN" in text


def test_a_broken_draft_shows_its_sentence_and_counts_nobody(client, draft):
    families()
    draft.threshold = 0
    draft.save()
    text = page(client, people.either("kesra", "kesra"), url("simulate", draft))
    assert "semua keluarga akan lolos" in text and "Tidak ada keluarga yang dihitung masuk" in text
    assert "Siapa masuk, siapa keluar" not in text


def test_the_page_stores_nothing(client, draft):
    families()
    page(client, people.either("kesra", "kesra"), url("simulate", draft))
    assert not Score.objects.exists()


def test_a_place_can_be_opened_down_to_the_rt(client, draft):
    families()
    kesra = people.either("kesra", "kesra")
    for place, below in ((people.KECAMATAN, people.KLENDER), (people.KLENDER, people.RW), (people.RW, people.RT)):
        assert f"?wilayah={below}" in page(client, kesra, url("simulate", draft), wilayah=place) or place == people.RW
    assert "RT 002/RW 008 Klender" in page(client, kesra, url("simulate", draft), wilayah=people.RW)


@pytest.mark.parametrize("verb", ["simulate", "moves"])
def test_another_kelurahan_is_no_page(client, draft, verb):
    client.force_login(people.budi())
    assert client.get(url(verb, draft), {"wilayah": people.KLENDER}).status_code == 404
    assert client.get(url(verb, draft), {"wilayah": people.KECAMATAN}).status_code == 404


# --- the list
def test_ani_reads_her_families_with_reasons_and_budi_does_not(client, draft):
    families()
    text = page(client, people.ani(), url("moves", draft), arah="masuk")
    assert "Siti Masuk" in text and "Dewi Keluar" not in text
    assert "0 menjadi 25." in text and "Klender" in text
    assert "Dewi Keluar" in page(client, people.either("ani", "staf"), url("moves", draft), arah="keluar")
    assert "Siti Masuk" not in page(client, people.budi(), url("moves", draft), arah="masuk")


def test_the_list_shows_no_identity_number(client, draft):
    enters, _leaves = families()
    text = page(client, people.ani(), url("moves", draft))
    assert enters.kk not in text and enters.people.get().nik not in text


def test_the_list_is_paged(client, draft, monkeypatch):
    monkeypatch.setattr(simulation, "PER_PAGE", 2)
    for number in range(3):
        make.household(decile=5, head={"name": f"Warga {number}"})
    texts = [page(client, people.either("ani", "staf"), url("moves", draft), halaman=n) for n in (1, 2, 3)]
    assert ["Warga 0" in texts[0], "Warga 2" in texts[0], "Warga 2" in texts[1]] == [True, False, True]
    assert "Berikutnya" in texts[0] and "Berikutnya" not in texts[1]
    assert "Tidak ada lagi keluarga" in texts[2]


@pytest.mark.parametrize("query", [{"arah": "miring"}, {"halaman": "0"}, {"halaman": "dua"}])
def test_a_list_that_does_not_exist_is_no_page(client, draft, query):
    client.force_login(people.ani())
    assert client.get(url("moves", draft), query).status_code == 404


@pytest.mark.parametrize("verb", ["simulate", "moves", "try"])
def test_field_officers_and_evaluators_stay_outside(client, draft, verb):
    for officer in (people.rt(), people.user("nilai", "evaluator", people.KECAMATAN)):
        client.force_login(officer)
        assert client.get(url(verb, draft)).status_code in (302, 403)


# --- the file
def test_the_file_holds_names_without_numbers_and_is_on_record(client, draft):
    enters, _leaves = families()
    make.household(decile=5, region=ELSEWHERE, head={"name": "Orang Lain"})
    client.force_login(people.ani())
    assert client.post(url("download", draft))["Content-Type"].startswith("text/html")
    answer = client.post(url("download", draft), {"reason": "Rapat kriteria"})
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    cells = [str(cell) for sheet in book for row in sheet.values for cell in row if cell is not None]
    assert "Siti Masuk" in cells and "Dewi Keluar" in cells and "Orang Lain" not in cells
    assert not any(enters.kk in cell or enters.people.get().nik in cell for cell in cells)
    trace = DataAccess.objects.get()
    assert (trace.user.username, trace.region_id) == ("ani", people.KLENDER)
    assert trace.rows == 2 and trace.subject == f"beneficiaries.criteriaset:{draft.pk}"


def test_the_file_holds_every_table_and_adds_up(client, draft):
    families()
    client.force_login(people.either("kesra", "kesra"))
    content = client.post(url("download", draft), {"reason": "Rapat kriteria"}).content
    book = openpyxl.load_workbook(io.BytesIO(content))
    told = {sheet.title: [row for row in sheet.iter_rows(min_row=4, values_only=True) if row[0]] for sheet in book}
    assert ("Akan masuk", None, 1) in told["Ringkasan"] and ("Akan keluar", None, 1) in told["Ringkasan"]
    for place in ("Kelurahan", "RW", "RT"):
        assert [(row[1], row[4], row[5]) for row in told[place]] == [(2, 1, 1)], place
    assert told["Kelurahan"][0][0] == "Klender"
    hunger = "Pernah khawatir tidak makan dalam setahun terakhir: 15 menjadi 0."
    assert (hunger, 0, 1) in told["Sebab"] and any(row[1:] == (1, 0) for row in told["Sebab"])
    assert {"Desil", "Keadaan keluarga", "Batas nilai", "Pembanding", "Akan masuk", "Akan keluar"} <= set(told)


def test_a_name_that_reads_like_a_formula_stays_a_name(client, draft):
    make.household(decile=5, head={"name": "=1+1"})
    client.force_login(people.ani())
    book = openpyxl.load_workbook(io.BytesIO(client.post(url("download", draft), {"reason": "Rapat kriteria"}).content))
    cell = book["Akan masuk"].cell(4, 1)
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_who_may_not_export_gets_no_file(client, draft):
    client.force_login(people.user("teknis", "admin", people.KECAMATAN))
    assert client.post(url("download", draft)).status_code == 403
    assert not DataAccess.objects.exists()


def test_the_file_wants_a_post(client, draft):
    client.force_login(people.ani())
    assert client.get(url("download", draft)).status_code == 405


# --- one family
def test_a_draft_is_tried_on_one_family(client, draft):
    enters, _leaves = families()
    ani = people.ani()
    assert "Siti Masuk" in page(client, ani, url("try", draft), q="siti masuk")
    text = page(client, ani, url("try", draft), keluarga=enters.pk)
    assert "Versi ini: versi 2" in text and "Yang berlaku sekarang: versi 1" in text
    assert "Desil DTSEN 1 sampai 4: 0 menjadi 25." in text
    assert "Keluarga tidak pernah khawatir soal makan." in text
    assert not Score.objects.exists()


def test_the_trial_finds_only_ones_own_families(client, draft):
    enters, _leaves = families()
    client.force_login(people.budi())
    assert "Tidak ada keluarga dengan nama itu" in client.get(url("try", draft), {"q": "siti"}).content.decode()
    assert client.get(url("try", draft), {"keluarga": enters.pk}).status_code == 404
    assert client.get(url("try", draft), {"keluarga": "x"}).status_code == 404


def test_a_broken_draft_is_not_tried(client, draft):
    enters, _leaves = families()
    draft.criteria.all().delete()
    assert "belum berisi butir" in page(client, people.ani(), url("try", draft), keluarga=enters.pk)


# --- tables
def test_cost_against_a_budget(client, draft):
    for decile in (5, 5, 3, 9):
        make.household(decile=decile, floor="keramik")
    made = simulation.simulate(criteria_set=draft)
    cost = simulation_tables.cost(made, value=100, budget=250)
    assert (made.whole.eligible, cost.then, cost.short, cost.served) == (3, 300, 50, 2)
    assert cost.enough_at == 41, "all three have forty points"
    assert made.eligible_at(cost.enough_at) * 100 <= 250
    text = page(client, people.either("kesra", "kesra"), url("simulate", draft), nilai="100", anggaran="250")
    assert "Anggaran kurang" in text and "batas nilainya 41 atau lebih" in text
    text = page(client, people.either("kesra", "kesra"), url("simulate", draft), nilai="0", anggaran="banyak")
    assert text.count('class="err"') == 2


def test_errors_against_the_decile(draft):
    make.household(decile=5)
    make.household(decile=1)
    make.household(decile=2, floor="keramik", head={"occupation": "Sopir"})
    made = simulation.simulate(criteria_set=draft)
    by_decile, _by_meeting, by_people = simulation_tables.errors(made)
    assert (by_decile.compared, by_decile.included, by_decile.excluded) == (3, 50.0, 50.0)
    assert (by_people.compared, by_people.included, by_people.excluded) == (0, None, None)


def test_small_rt_are_not_shown():
    criteria.load_default()
    draft = criteria.draft(source=criteria.in_force(), by=None)
    for region, count in ((people.RT, 10), (ELSEWHERE, 10), ("31.75.07.1003.008.003", 9)):
        for _ in range(count):
            make.household(region=region)
    fair = simulation_tables.fairness(simulation.simulate(criteria_set=draft), {})
    assert {row.code for row in (*fair.lowest, *fair.highest)} == {people.RT, ELSEWHERE}
    assert fair.hidden == 1


def test_the_curve_falls_and_is_short():
    criteria.load_default()
    draft = criteria.draft(source=criteria.in_force(), by=None)
    for decile in (1, 4, 9):
        make.household(decile=decile)
    marks = simulation_tables.curve(simulation.simulate(criteria_set=draft))
    falling = [mark.eligible for mark in marks]
    assert falling == sorted(falling, reverse=True) and (falling[0], falling[-1]) == (3, 0)
    assert len(marks) <= simulation_tables.MOST_MARKS + 1


# --- in a real browser
def life(kesra) -> None:
    """A register with something to see in several places."""
    for number in range(36):
        region = (people.RT, ELSEWHERE, "31.75.07.1003.008.003")[number % 3]
        make.household(
            region=region, decile=number % 10 + 1, feared_hunger=number % 3 == 0, has_car=number % 11 == 0,
            food_over_half=number % 4 == 0, floor=("tanah", "keramik")[number % 2],
            head={"sex": "LP"[number % 2], "disability": number % 9 == 0, "name": f"Warga Contoh {number}"},
        )  # fmt: skip
    scoring.run(by=kesra)


@needs_browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_in_a_browser(visit, width, draft):
    kesra = people.either("kesra", "kesra")
    life(kesra)
    family = Household.objects.order_by("pk")[4]
    view = visit(url("simulate", draft) + "?nilai=300000&anggaran=2000000", width=width, user=kesra)
    pages = {
        "simulasi": None,
        "simulasi-keluarga": url("moves", draft),
        "coba-satu": url("try", draft) + f"?keluarga={family.pk}",
        "skor-beda-desil": "/admin/beneficiaries/score/?desil=beda",
        "kriteria-contoh": "/admin/beneficiaries/criteriaset/",
        "kriteria-draf-beda": reverse("admin:beneficiaries_criteriaset_change", args=[draft.pk]),
        "riwayat-kriteria": "/bantuan/kriteria/",
    }
    for name, address in pages.items():
        if address:
            view.goto(address)
        if name == "kriteria-contoh":
            view.get_by_text("Mulai dari contoh").click()
        shot(view, f"{name}-{width}")
        if name.startswith(("simulasi", "coba", "riwayat")):
            assert_accessible(view)
