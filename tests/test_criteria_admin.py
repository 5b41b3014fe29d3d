"""Criteria, scores and runs in the admin: who sees, who edits, who releases, and that the pages can be read."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bansos.models import Job
from beneficiaries import criteria, facts, ready_sets, scoring, simulation
from beneficiaries.models import CriteriaSet, Criterion, Household, Score, ScoringRun
from distribution import catalogue
from tests import make, people
from tests.browser import assert_accessible, needs_browser, shot

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_(client):
    """Returns `as_(officer)`: a client signed in as that officer."""

    def sign_in(officer):
        client.force_login(officer)
        return client

    return sign_in


def change_url(criteria_set) -> str:
    return reverse("admin:beneficiaries_criteriaset_change", args=[criteria_set.pk])


def url_of(verb: str, criteria_set) -> str:
    return reverse(f"admin:beneficiaries_criteriaset_{verb}", args=[criteria_set.pk])


def form_data(criteria_set, **changes) -> dict:
    """What the draft's page sends when it is saved."""
    rules = list(criteria_set.criteria.all())
    data = {
        "name": criteria_set.name, "threshold": criteria_set.threshold, "legal_basis": criteria_set.legal_basis,
        "criteria-TOTAL_FORMS": len(rules), "criteria-INITIAL_FORMS": len(rules),
    }  # fmt: skip
    for place, rule in enumerate(rules):
        for name in ("id", "bit", "kind", "fact", "operator", "points", "reason_code", "question", "met", "unmet"):
            data[f"criteria-{place}-{name}"] = getattr(rule, name)
        data[f"criteria-{place}-value"] = facts.get(rule.fact).shown(rule.value)
        data[f"criteria-{place}-criteria_set"] = criteria_set.pk
    return data | changes


# --- reading
def test_staff_read_a_released_set_and_its_words(as_):
    page = as_(people.ani()).get(change_url(criteria.load_default()))
    text = page.content.decode()
    assert "Kepala keluarga tidak bekerja" in text
    assert "Salin jadi versi baru" not in text
    assert "Hitung skor sekarang" not in text


def test_field_officers_stay_outside(as_):
    assert as_(people.rt()).get(change_url(criteria.load_default())).status_code == 302


def test_a_released_set_has_no_fields_to_edit(as_):
    released = criteria.load_default()
    client = as_(people.kesra())
    assert 'name="threshold"' not in client.get(change_url(released)).content.decode()
    assert client.post(change_url(released), form_data(released, threshold=1)).status_code == 403
    released.refresh_from_db()
    assert released.threshold == 40


# --- drafts
def test_kesra_copies_and_edits_and_camat_releases(as_):
    client = as_(people.kesra())
    source = criteria.load_default()
    client.post(url_of("copy", source))
    draft = CriteriaSet.objects.get(status="draf")
    answer = client.post(change_url(draft), form_data(draft, threshold=45))
    assert answer.status_code == 302, answer.context["errors"]
    page = client.get(url_of("release", draft)).content.decode()
    assert "Bila versi ini berlaku hari ini" in page
    assert "Batas nilai: 40 menjadi 45." in page
    client = as_(people.camat())
    release = {"starts_on": timezone.localdate(), "seen": client.get(url_of("release", draft)).context["seen"]}
    client.post(url_of("release", draft), release)
    draft.refresh_from_db()
    assert (draft.status, draft.threshold, draft.released_by.username) == ("rilis", 45, "camat")
    assert draft.drafted_by.username == "kesra"
    assert Job.objects.get().kind == "scoring.run", "a release starts the scoring"
    values = [list(s.criteria.values_list("fact", "value")) for s in (source, draft)]
    assert values[0] == values[1], "what the form shows is read back as the same values"


def test_a_rule_without_a_number_gets_the_next_and_is_told_what_to_type(as_):
    draft = criteria.draft(source=criteria.load_default(), by=None)
    places = draft.criteria.count()
    new = {
        "bit": "", "kind": "nilai", "fact": "floor", "operator": "salah_satu", "value": "bukan pilihan", "points": "5",
        "reason_code": "", "question": "Lantai tanah saja", "met": "Lantai tanah.", "unmet": "Lantai bukan tanah.",
    }  # fmt: skip
    data = form_data(draft) | {f"criteria-{places}-{name}": value for name, value in new.items()}
    data["criteria-TOTAL_FORMS"] = places + 1
    client = as_(people.kesra())
    page = client.post(change_url(draft), data).content.decode()
    assert "Pilihan, dipisah koma" in page
    answer = client.post(change_url(draft), data | {f"criteria-{places}-value": str(Household.Floor.TANAH.label)})
    assert answer.status_code == 302, answer.context["errors"]
    assert draft.criteria.get(question="Lantai tanah saja").bit == places


def test_a_value_that_does_not_fit_is_explained(as_):
    draft = criteria.draft(source=criteria.load_default(), by=None)
    place = next(i for i, rule in enumerate(draft.criteria.all()) if rule.fact == "decile")
    answer = as_(people.kesra()).post(change_url(draft), form_data(draft, **{f"criteria-{place}-value": "empat"}))
    assert answer.status_code == 200
    assert "dibandingkan dengan angka bulat" in answer.content.decode()


def test_a_draft_that_cannot_be_scored_says_why(as_):
    draft = criteria.draft(source=criteria.load_default(), by=None)
    Criterion.objects.filter(criteria_set=draft).delete()
    answer = as_(people.kesra()).post(url_of("release", draft), {"starts_on": timezone.localdate()})
    assert "belum berisi butir" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.status == "draf"


def test_a_second_draft_is_refused_with_a_sentence(as_):
    draft = criteria.draft(source=criteria.load_default(), by=None)
    answer = as_(people.kesra()).post(url_of("copy", criteria.in_force()), follow=True)
    assert f"Draf versi {draft.version} masih terbuka" in answer.content.decode()


def test_a_draft_edited_under_the_reviewers_eyes_is_not_released(as_):
    draft = criteria.draft(source=criteria.load_default(), by=people.kesra())
    client = as_(people.camat())
    seen = client.get(url_of("release", draft)).context["seen"]
    draft.criteria.filter(fact="decile").update(points=90)
    answer = client.post(url_of("release", draft), {"starts_on": timezone.localdate(), "seen": seen})
    assert "Draf ini berubah sejak Anda membukanya" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.status == "draf"
    client.post(url_of("release", draft), {"starts_on": timezone.localdate(), "seen": answer.context["seen"]})
    draft.refresh_from_db()
    assert draft.status == "rilis"


def test_a_draft_edited_while_its_preview_is_made_is_not_released(as_, monkeypatch):
    draft = criteria.draft(source=criteria.load_default(), by=people.kesra())
    client, real = as_(people.camat()), simulation.simulate

    def edited(**asked):
        made = real(**asked)
        draft.criteria.filter(fact="decile").update(points=90)
        return made

    with monkeypatch.context() as patch:
        patch.setattr(simulation, "simulate", edited)
        seen = client.get(url_of("release", draft)).context["seen"]
    answer = client.post(url_of("release", draft), {"starts_on": timezone.localdate(), "seen": seen})
    assert "Draf ini berubah sejak Anda membukanya" in answer.content.decode()


def test_nobody_releases_a_draft_of_their_own(as_):
    draft = criteria.draft(source=criteria.load_default(), by=None)
    client = as_(people.kesra())
    client.post(change_url(draft), form_data(draft, threshold=45))
    page = client.get(url_of("release", draft)).content.decode()
    assert "Mintalah orang lain memeriksa" in page and 'name="starts_on"' not in page
    answer = client.post(url_of("release", draft), {"starts_on": timezone.localdate()})
    draft.refresh_from_db()
    assert answer.status_code == 200 and draft.status == "draf"


def test_camat_releases_and_does_not_edit(as_):
    draft = criteria.draft(source=criteria.load_default(), by=people.kesra())
    client = as_(people.camat())
    assert client.post(url_of("copy", criteria.in_force())).status_code == 403
    assert client.post(change_url(draft), form_data(draft, threshold=1)).status_code == 403


def test_a_ready_set_is_installed_as_a_draft(as_):
    client = as_(people.kesra())
    listed = reverse("admin:beneficiaries_criteriaset_changelist")
    assert "Register hanya memuat 10 butir" in client.get(listed).content.decode()
    client.post(reverse("admin:beneficiaries_criteriaset_install"), {"contoh": "bps-14"})
    made = CriteriaSet.objects.get()
    assert (made.code, made.status, made.drafted_by.username) == ("bps-14", "draf", "kesra")
    again = client.post(reverse("admin:beneficiaries_criteriaset_install"), {"contoh": "bps-14"}, follow=True)
    assert "Draf versi 1 masih terbuka" in again.content.decode()
    answer = client.post(reverse("admin:beneficiaries_criteriaset_install"), {"contoh": "lain"}, follow=True)
    assert "Contoh itu tidak ada" in answer.content.decode()


@pytest.mark.parametrize("who", ["ani", "lurah", "camat", "dewi"])
def test_others_do_not_install(as_, who):
    client = as_(getattr(people, who)())
    assert client.post(reverse("admin:beneficiaries_criteriaset_install"), {"contoh": "bps-14"}).status_code == 403


@pytest.mark.parametrize("who", ["ani", "lurah", "dewi"])
def test_others_neither_copy_nor_release_nor_score(as_, who):
    draft = criteria.draft(source=criteria.load_default(), by=None)
    client = as_(getattr(people, who)())
    assert client.post(url_of("copy", criteria.in_force())).status_code == 403
    assert client.get(url_of("release", draft)).status_code == 403
    assert client.post(url_of("release", draft), {"starts_on": timezone.localdate()}).status_code == 403
    assert client.post(reverse("admin:beneficiaries_scoringrun_start")).status_code == 403
    assert not Job.objects.exists()


def test_copying_wants_a_post(as_):
    assert as_(people.kesra()).get(url_of("copy", criteria.load_default())).status_code == 405


# --- scoring
def test_the_button_starts_the_job(as_, django_capture_on_commit_callbacks):
    criteria.load_default()
    make.household()
    with django_capture_on_commit_callbacks(execute=True):
        as_(people.kesra()).post(reverse("admin:beneficiaries_scoringrun_start"), {"criteria": "prioritas-lokal"})
    assert ScoringRun.objects.get().by.username == "kesra"
    assert Job.objects.get().state == Job.State.SELESAI


def test_without_criteria_in_force_the_button_says_so(as_):
    answer = as_(people.kesra()).post(reverse("admin:beneficiaries_scoringrun_start"), follow=True)
    assert "Rilis satu versi lebih dahulu" in answer.content.decode()


# --- one household's score
def test_a_score_explains_itself_to_its_own_office_only(as_):
    criteria.load_default()
    family = make.household(has_car=True)
    scoring.run()
    of_household = reverse("admin:beneficiaries_score_household", args=[family.pk])
    page = as_(people.ani()).get(of_household, follow=True).content.decode()
    assert "Kepala keluarga tidak bekerja." in page
    assert "Keluarga tercatat punya mobil" in page
    assert "Citra Lestari" in page
    client = as_(people.budi())
    assert client.get(of_household).status_code == 404
    score = reverse("admin:beneficiaries_score_change", args=[Score.objects.get().pk])
    assert "Citra" not in client.get(score, follow=True).content.decode()
    assert "Citra" not in client.get(reverse("admin:beneficiaries_score_changelist")).content.decode()


def test_a_households_page_leads_to_its_explanation(as_):
    criteria.load_default()
    family = make.household()
    scoring.run()
    page = as_(people.ani()).get(reverse("admin:beneficiaries_household_change", args=[family.pk])).content.decode()
    assert reverse("admin:beneficiaries_score_change", args=[Score.objects.get().pk]) in page
    assert "Mengapa skor ini" in page


def test_a_score_that_the_decile_contradicts_says_so(as_):
    criteria.load_default()
    family = make.household(decile=8, feared_hunger=True, food_over_half=True)
    plain = make.household(decile=5, feared_hunger=True, food_over_half=True)
    scoring.run()
    client = as_(people.ani())
    pages = [
        client.get(reverse("admin:beneficiaries_score_household", args=[one.pk]), follow=True).content.decode()
        for one in (family, plain)
    ]
    assert "Skor lokal menunjuk layak, tetapi desil DTSEN 8." in pages[0]
    assert "tetapi desil" not in pages[1]
    listed = client.get(reverse("admin:beneficiaries_score_changelist"), {"desil": "beda"}).context["cl"].queryset
    assert [score.household_id for score in listed] == [family.pk]


def test_a_household_without_a_score_is_not_found(as_):
    family = make.household()
    assert as_(people.ani()).get(reverse("admin:beneficiaries_score_household", args=[family.pk])).status_code == 404


def test_scores_and_runs_are_written_by_verbs_only(as_):
    criteria.load_default()
    make.household()
    scoring.run()
    client = as_(people.kesra())
    for name, row in (("score", Score.objects.get()), ("scoringrun", ScoringRun.objects.get())):
        assert client.get(reverse(f"admin:beneficiaries_{name}_add")).status_code == 403
        assert client.post(reverse(f"admin:beneficiaries_{name}_delete", args=[row.pk])).status_code == 403


def test_the_list_of_scores_asks_few_questions(as_, django_assert_max_num_queries):
    criteria.load_default()
    for _ in range(12):
        make.household()
    scoring.run()
    client = as_(people.ani())
    with django_assert_max_num_queries(14):
        client.get(reverse("admin:beneficiaries_score_changelist"))


# --- in a real browser
@needs_browser
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_in_a_browser(visit, width):
    kesra = people.kesra()
    draft = criteria.draft(source=criteria.load_default(), by=kesra)
    make.household(has_car=True, decile=1)
    make.household(decile=2, feared_hunger=True)
    scoring.run(by=kesra)
    score = Score.objects.order_by("pk").first()
    page = visit("/admin/beneficiaries/criteriaset/", width=width, user=kesra)
    shot(page, f"kriteria-{width}")
    for name, path in {
        "kriteria-berlaku": change_url(criteria.in_force()),
        "kriteria-draf": change_url(draft),
        "kriteria-rilis": url_of("release", draft),
        "kriteria-simulasi": url_of("simulate", draft) + "?nilai=300000&anggaran=1000000",
        "skor": f"/admin/beneficiaries/score/{score.pk}/change/",
        "skor-daftar": "/admin/beneficiaries/score/",
        "penilaian": "/admin/beneficiaries/scoringrun/",
    }.items():
        page.goto(path)
        shot(page, f"{name}-{width}")
        assert page.locator("#content, main").first.is_visible()
    for path in (f"/admin/beneficiaries/score/{score.pk}/change/", change_url(criteria.in_force())):
        page.goto(path)
        assert_accessible(page)
    page.goto("/admin/beneficiaries/scoringrun/")
    page.get_by_role("button", name="Hitung skor sekarang").click()
    page.get_by_text("Penilaian dimulai").wait_for()
    assert ScoringRun.objects.count() == 2


def test_a_family_tried_once_is_shown_while_the_draft_is_built(as_):
    draft = criteria.draft(source=criteria.load_default(), by=None)
    family = make.household(decile=1, head={"name": "Siti Coba"})
    client = as_(people.kesra())
    assert "Hasil untuk satu keluarga" not in client.get(change_url(draft)).content.decode()
    client.get(url_of("try", draft), {"keluarga": family.pk})
    assert client.get(change_url(draft)).context["sides"][0]["points"] == 50
    draft.criteria.filter(fact="decile", value=4).update(points=25)
    page = client.get(change_url(draft))
    assert [side["points"] for side in page.context["sides"]] == [60, 50]
    assert "Siti Coba" in page.content.decode()


def test_another_officer_does_not_see_the_family_tried(as_):
    draft = criteria.draft(source=criteria.load_default(), by=None)
    family = make.household(region="31.75.07.1007.001.001")
    client = as_(people.ani())
    assert client.get(url_of("try", draft), {"keluarga": family.pk}).status_code == 404
    session = client.session
    session["criteria_tried"] = family.pk
    session.save()
    assert "Hasil untuk satu keluarga" not in client.get(change_url(draft)).content.decode()


def test_a_release_for_a_later_day_is_told_and_withdrawn(as_):
    draft = criteria.draft(source=criteria.load_default(), by=people.kesra())
    later = timezone.localdate() + timedelta(days=7)
    camat = as_(people.camat())
    release = {"starts_on": later.isoformat(), "seen": camat.get(url_of("release", draft)).context["seen"]}
    answer = camat.post(url_of("release", draft), release, follow=True).content.decode()
    assert "berlaku mulai" in answer and "Tarik rilis" in answer and not Job.objects.exists()
    catalogue.load_default()
    resident = Client()
    assert "Kriteria ini berubah mulai" in resident.get("/bantuan/").content.decode()
    assert "belum berlaku" in resident.get("/bantuan/kriteria/").content.decode()
    assert as_(people.user("lain", "staf", people.KLENDER)).post(url_of("withdraw", draft)).status_code == 403
    assert (
        "menjadi draf lagi"
        in as_(people.either("camat", "camat")).post(url_of("withdraw", draft), follow=True).content.decode()
    )
    draft.refresh_from_db()
    assert draft.status == "draf"


def test_the_reviewer_reads_every_rule_with_its_weight_and_the_legal_basis(as_):
    """A first version differs from nothing, so the changes alone show no weight."""
    made = ready_sets.install(code="pmt-contoh", by=people.kesra())
    client = as_(people.camat())
    for page in (url_of("release", made), change_url(made)):
        text = client.get(page).content.decode()
        assert made.legal_basis in text, page
        assert "1–5 × 6" in text and "penghasilan per orang (Rp): tiap 500.000 di bawah 2.500.000" in text, page


def test_a_draft_is_thrown_away_by_who_may_edit(as_):
    draft = criteria.draft(source=criteria.load_default(), by=people.kesra())
    assert as_(people.camat()).post(url_of("discard", draft)).status_code == 403
    client = as_(people.either("kesra", "kesra"))
    assert client.get(url_of("discard", draft)).status_code == 405
    page = client.get(change_url(draft)).content.decode()
    assert "Buang draf" in page and "Pernah khawatir tidak makan dalam setahun terakhir (nilai 15)" in page
    assert "dibuang" in client.post(url_of("discard", draft), follow=True).content.decode()
    assert CriteriaSet.objects.get() == criteria.in_force()
    refused = client.post(url_of("discard", criteria.in_force()), follow=True).content.decode()
    assert "sudah pernah dirilis" in refused and "Buang draf" not in refused


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": "tahan", "points": 5}, "Butir yang menahan tidak memberi nilai"),
        ({"bit": 63}, "Nomor butir paling besar 62"),
        ({"bit": 0}, "Nomor ini sudah dipakai butir lain"),
        ({"reason_code": "ZZ"}, "Masukkan pilihan yang valid"),
    ],
)
def test_what_the_database_would_refuse_is_told_in_the_offices_words(as_, change, sentence):
    draft = criteria.draft(source=criteria.load_default(), by=None)
    data = form_data(draft) | {f"criteria-1-{name}": value for name, value in change.items()}
    page = as_(people.kesra()).post(change_url(draft), data).content.decode()
    assert sentence in page and "dilanggar" not in page and "ini tidak ada" not in page


def test_who_may_release_may_retire(as_):
    chosen = criteria.load_default()
    assert as_(people.ani()).post(url_of("retire", chosen)).status_code == 403
    as_(people.camat()).post(url_of("retire", chosen))
    chosen.refresh_from_db()
    assert chosen.status == "pensiun"
