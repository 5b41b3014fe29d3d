"""Permohonan in the admin: the kelurahan sees its own, decides with reasons, and never a whole identity number."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bansos.models import DataAccess
from beneficiaries import applications, checks
from beneficiaries.models import Application, DuplicatePair, Household
from beneficiaries.models.application import ApplicationQuerySet
from tests import cases, make, people
from tests.browser import needs_browser, shot

pytestmark = pytest.mark.django_db
S = Application.Status
LIST = "/admin/beneficiaries/application/"


def _url(name, case):
    return reverse(f"admin:beneficiaries_application_{name}", args=[case.pk])


def _as(client, user):
    client.force_login(user)
    return client


def test_ani_sees_her_kelurahan_and_budi_does_not(client):
    case = cases.verified(name="Siti Rahayu")
    assert "Siti Rahayu" in _as(client, people.ani()).get(LIST).content.decode()
    assert client.get(_url("change", case)).status_code == 200
    _as(client, people.budi())
    assert "Siti Rahayu" not in client.get(LIST).content.decode()
    for name in ("change", "decide"):
        assert client.get(_url(name, case)).status_code == 404
    assert client.post(_url("decide", case), {"status": "ditetapkan_layak"}).status_code == 404
    assert client.post(_url("complete", case)).status_code == 404
    case.refresh_from_db()
    assert case.status == S.VERIFIKASI_ADMINISTRASI


def test_without_the_scope_budi_would_read_but_still_not_decide(client, monkeypatch):
    case = cases.verified(name="Siti Rahayu")
    monkeypatch.setattr(ApplicationQuerySet, "for_officer", lambda queryset, user: queryset)
    _as(client, people.budi())
    assert "Siti Rahayu" in client.get(_url("change", case)).content.decode()
    page = client.post(_url("decide", case), {"status": "ditetapkan_layak"}).content.decode()
    assert "di luar wilayah Anda" in page
    case.refresh_from_db()
    assert case.status == S.VERIFIKASI_ADMINISTRASI


def test_dewi_reads_and_decides_nothing(client):
    case = cases.verified()
    _as(client, people.dewi())
    page = client.get(_url("change", case)).content.decode()
    assert "Ringkasan keluarga" in page and "Putuskan" not in page
    assert client.get(_url("decide", case)).status_code == 403
    assert client.post(_url("decide", case), {"status": "ditetapkan_layak"}).status_code == 403
    assert "Bantu warga mendaftar" not in client.get(LIST).content.decode()


@pytest.mark.parametrize("role", ["rt", "rw", "evaluator"])
def test_field_and_evaluation_roles_stay_outside(client, role):
    case = cases.verified()
    user = cases.officer(f"{role}.lain", role, people.KLENDER)
    assert _as(client, user).get(_url("change", case)).status_code == 302
    assert client.get(_url("decide", case)).status_code == 302


def test_the_list_filters_by_queue_and_finds_names_and_whole_niks(client):
    case, fresh = cases.verified(name="Siti Rahayu"), cases.application(name="Budi Santosa")
    Application.objects.filter(pk=fresh.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    _as(client, people.ani())
    for queue, shown, hidden in (
        ("putuskan", "Siti Rahayu", "Budi Santosa"),
        ("rt", "Budi Santosa", "Siti Rahayu"),
        ("lewat", "Budi Santosa", "Siti Rahayu"),
    ):
        page = client.get(LIST, {"antrean": queue}).content.decode()
        assert shown in page and hidden not in page, queue
    for term, shown in (("rahay", True), (case.nik[:10], False)):
        assert ("Siti Rahayu" in client.get(LIST, {"q": term}).content.decode()) is shown
    for number in (case.nik, f"{case.kk[:6]} {case.kk[6:]}"):
        assert client.post(LIST, {"q": number}).url == _url("change", case)  # the number leaves the address at once
    assert _as(client, people.budi()).get(LIST, {"q": case.nik}).url == LIST
    assert "Hari ini" in page and "Lewat tenggat (1)" in page


def test_the_list_needs_few_queries(client, django_assert_max_num_queries):
    for number in range(8):
        cases.application(name=f"Warga {number}")
    _as(client, people.ani())
    with django_assert_max_num_queries(14):
        client.get(LIST)


def test_the_page_shows_words_and_no_whole_number(client):
    case = cases.verified(phone="081234567890", needs="Pelatihan menjahit")
    page = _as(client, people.ani()).get(_url("change", case)).content.decode()
    for secret in (case.nik, case.kk, "081234567890"):
        assert secret not in page
    order = ["Status dan tindakan", "Ringkasan keluarga", "Hasil RT, RW", "Pemeriksaan register", "Riwayat"]
    assert sorted(order, key=page.index) == order
    assert "Tanah" in page and "450 VA" in page and "Pelatihan menjahit" in page
    assert "Rt, Ketua RT" in page and "Diajukan" in page


def test_ani_accepts_a_family(client):
    case, ani = cases.verified(), people.ani()
    assert _as(client, ani).post(_url("decide", case), {"status": "ditetapkan_layak"}).url == _url("change", case)
    case.refresh_from_db()
    assert case.status == S.DITETAPKAN_LAYAK and case.household == Household.objects.get()
    page = client.get(_url("change", case)).content.decode()
    assert "Ani, Staf kelurahan" in page and "Keputusan disimpan" in page and "Buka keluarga" in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "Pilih keputusannya."),
        ({"status": "ditolak", "reason_code": "R02"}, "Tulis alasannya."),
        ({"status": "ditolak", "reason": "Ada mobil."}, "Pilih sebab penolakan"),
        ({"status": "dibatalkan_pemohon", "reason": "x"}, "pilihan"),
    ],
)
def test_an_incomplete_decision_is_explained_and_kept(client, typed, sentence):
    case = cases.verified()
    response = _as(client, people.ani()).post(_url("decide", case), typed)
    page = response.content.decode()
    assert response.status_code == 422 and sentence in page and typed.get("reason", "") in page
    assert Application.objects.get().status == S.VERIFIKASI_ADMINISTRASI


def test_a_register_that_objects_is_explained(client):
    other = make.household()
    case = cases.verified(nik=other.people.get().nik)
    page = _as(client, people.ani()).post(_url("decide", case), {"status": "ditetapkan_layak"}).content.decode()
    assert "Kemungkinan ganda" in page and other.kk not in page


def test_missing_papers_are_asked_for_and_noted_as_come(client):
    case = cases.verified()
    _as(client, people.ani()).post(_url("decide", case), {"status": "perlu_perbaikan", "reason": "Bawa KK."})
    page = client.get(_url("change", case)).content.decode()
    assert "Berkas sudah lengkap" in page and "Bawa KK." in page
    assert client.get(_url("complete", case)).status_code == 405
    client.post(_url("complete", case))
    case.refresh_from_db()
    assert case.status == S.VERIFIKASI_ADMINISTRASI
    client.post(_url("complete", case))
    assert "tidak sedang menunggu" in client.get(_url("change", case)).content.decode()


def test_whole_numbers_are_shown_for_a_reason_and_leave_a_trace(client):
    case, ani = cases.verified(), people.ani()
    _as(client, ani)
    assert case.nik not in client.get(_url("open_numbers", case)).content.decode()
    refused = client.post(_url("open_numbers", case), {"reason": "x"})
    assert "lima huruf" in refused.content.decode() and not DataAccess.objects.exists()
    shown = client.post(_url("open_numbers", case), {"reason": "Mencocokkan KTP"}).content.decode()
    assert case.nik in shown and case.kk in shown
    assert DataAccess.objects.get().reason == "Mencocokkan KTP"
    assert _as(client, people.budi()).post(_url("open_numbers", case), {"reason": "Ingin tahu"}).status_code == 404
    assert _as(client, people.dewi()).post(_url("open_numbers", case), {"reason": "Ingin tahu"}).status_code == 403


def test_nothing_is_added_changed_or_deleted_past_the_verbs(client):
    case = cases.verified()
    _as(client, people.ani())
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{case.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(_url("change", case), {"status": "ditetapkan_layak"})
    assert Application.objects.get().status == S.VERIFIKASI_ADMINISTRASI
    assert client.get(f"{LIST}abc/change/").status_code == 404


# --- checks


def _words(case, by=None):
    return " ".join(f"{check.level}: {check.text}" for check in checks.of(case, by or people.ani()))


def test_checks_of_a_new_family():
    shown = _words(cases.application())
    assert "belum ada di register" in shown and "NIK tidak tercatat di keluarga lain" in shown
    assert "danger" not in shown and "warning" not in shown


def test_checks_name_what_the_verifiers_dispute():
    case = cases.application()
    cases.find(case, by=people.rt(), wrong_facts=["floor", "members"])
    assert "menandai data keliru: Jumlah anggota, Lantai." in _words(case)


def test_checks_of_a_known_family_with_aid_and_a_likely_double():
    family, other = make.household(receives_pkh=True), make.household()
    first, second = sorted([family.people.get(), other.people.get()], key=lambda person: person.pk)
    DuplicatePair.objects.create(first=first, second=second, region_id=people.KLENDER, likeness=0.9)
    shown = _words(cases.application(kk=family.kk, nik=family.people.get().nik))
    assert "pemohon adalah anggotanya" in shown and "sudah menerima PKH" in shown
    assert "kemungkinan ganda yang belum diputuskan" in shown


def test_checks_of_somebody_who_lives_elsewhere():
    near, far = make.household(), make.household(region="31.75.07.1007.001.001")
    ani = people.ani()
    assert "danger: NIK tercatat hidup di keluarga lain, RT 002" in _words(
        cases.application(nik=near.people.get().nik), ani
    )
    shown = _words(cases.application(nik=far.people.get().nik), ani)
    assert "kelurahan lain" in shown and "Pondok Kopi" not in shown


def test_checks_of_the_dead_of_odd_niks_and_of_two_applications():
    family = make.household()
    gone = family.people.get()
    gone.died_on = timezone.localdate()
    gone.save()
    cases.application(nik=gone.nik)
    case = cases.application(nik=gone.nik, sex="L")
    shown = _words(case)
    assert "tercatat meninggal" in shown and "berbeda dari angka NIK" in shown and "permohonan lain" in shown


# --- in the browser


def _assert_our_part_is_accessible(page):
    """Leaves out the two rules that Unfold's own frame breaks."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"rules": {name: {"enabled": False} for name in ("region", "landmark-one-main")}})
    assert not found.response["violations"], found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "scrolls sideways"


@needs_browser
@pytest.mark.parametrize("width", [360, 1280])
def test_ani_decides_in_the_browser(visit, width):
    case = cases.verified(name="Siti Rahayu", phone="081234567890", needs="Pelatihan menjahit")
    cases.application(name="Budi Santosa")
    ani = people.ani()
    waiting = cases.verified(name="Sumarni")
    applications.decide(application=waiting, status=S.PERLU_PERBAIKAN, reason="Bawa KK asli.", by=ani)
    page = visit(LIST, user=ani, width=width)
    shot(page, f"permohonan-daftar-{width}")
    page.goto(_url("change", case))
    shot(page, f"permohonan-rinci-{width}")
    _assert_our_part_is_accessible(page)
    page.get_by_role("link", name="Putuskan", exact=True).click()
    page.get_by_text("Belum disetujui", exact=True).click()
    page.get_by_role("button", name="Simpan keputusan").click()
    page.get_by_role("alert").wait_for()
    shot(page, f"permohonan-putuskan-{width}")
    _assert_our_part_is_accessible(page)
    page.select_option("[name=reason_code]", "R02")
    page.fill("[name=reason]", "Ada mobil di garasi.")
    page.get_by_role("button", name="Simpan keputusan").click()
    page.wait_for_url(f"**{_url('change', case)}")
    shot(page, f"permohonan-diputuskan-{width}")
    case.refresh_from_db()
    assert case.status == S.DITOLAK
