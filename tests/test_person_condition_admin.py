"""The pages of KLJ, KPDJ and KAJ: whom they point to, who receives, and their rules as staff write them."""

from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from bansos.models import DataAccess
from beneficiaries import person_conditions
from beneficiaries.models import Person, PersonAid, PersonCondition
from tests import make, people

pytestmark = pytest.mark.django_db
ELSEWHERE = "31.75.07.1007.001.001"


@pytest.fixture
def klj():
    person_conditions.load_default()
    return PersonCondition.objects.get(code="KLJ")


def _old(region=people.RT, name="Mbah Sumi", **facts) -> Person:
    family = make.household(region=region, **facts)
    Person.objects.filter(household=family).update(born_on="1950-01-01", name=name)
    return family.people.get()


def test_the_list_of_whom_a_condition_points_to(klj, client):
    _old(), _old(name="Mbah Karso", has_car=True), _old(region=ELSEWHERE, name="Mbah Jauh")
    client.force_login(people.ani())
    page = reverse("admin:beneficiaries_personcondition_people", args=[klj.pk])
    body = client.get(page).content.decode()
    assert "Mbah Sumi" in body and "Mbah Karso" in body and "Mbah Jauh" not in body
    assert "Keluarganya tercatat punya mobil." in body
    held = client.get(page, {"keadaan": "periksa"}).content.decode()
    assert "Mbah Karso" in held and "Mbah Sumi" not in held
    assert client.get(page, {"wilayah": ELSEWHERE}).status_code == 404


def test_the_download_holds_no_number_and_leaves_a_trace(klj, client):
    person = _old()
    client.force_login(people.ani())
    answer = client.post(
        reverse("admin:beneficiaries_personcondition_download", args=[klj.pk]), {"reason": "Usulan KLJ"}
    )
    cells = [str(cell) for row in load_workbook(BytesIO(answer.content)).active.values for cell in row if cell]
    assert "Mbah Sumi" in cells and not any(person.nik in cell for cell in cells)
    look = DataAccess.objects.get()
    assert (look.reason, look.what, look.rows) == ("Usulan KLJ", "Warga yang mungkin berhak KLJ", 1)
    assert DataAccess.objects.about(subjects=[], families=[person.household_id]).exists()
    client.force_login(people.user("teknis", "admin", people.KECAMATAN))
    assert client.post(reverse("admin:beneficiaries_personcondition_download", args=[klj.pk])).status_code == 403


def test_who_receives_is_noted_on_the_persons_page(klj, client):
    person = _old()
    client.force_login(people.ani())
    shown = client.get(reverse("admin:beneficiaries_person_change", args=[person.pk])).content.decode()
    assert "KLJ: Mungkin berhak" in shown and "Berumur 60 tahun atau lebih." in shown
    note = reverse("admin:beneficiaries_personcondition_receiving", args=[klj.pk, person.pk])
    assert "dari mana" in client.post(note, {"source": ""}, follow=True).content.decode()
    assert "Contoh: 17-08-2026" in client.post(note, {"source": "x", "since_on": "besok"}, follow=True).content.decode()
    shown = client.post(note, {"source": "Kartu KLJ", "since_on": "17-08-2026"}, follow=True).content.decode()
    assert "KLJ: Sudah menerima" in shown
    assert str(PersonAid.objects.get().since_on) == "2026-08-17"
    assert "KLJ: Mungkin berhak" in client.post(note, {"berhenti": "1"}, follow=True).content.decode()
    family = client.get(reverse("admin:beneficiaries_household_change", args=[person.household_id])).content.decode()
    assert "KLJ: Mungkin berhak" in family


def test_nobody_notes_for_another_region_or_without_the_right(klj, client):
    person = _old(region=ELSEWHERE)
    note = reverse("admin:beneficiaries_personcondition_receiving", args=[klj.pk, person.pk])
    client.force_login(people.ani())
    assert client.post(note, {"source": "Kartu"}).status_code == 404
    client.force_login(people.dewi())
    assert client.post(note, {"source": "Kartu"}).status_code == 403
    assert not PersonAid.objects.exists()


def test_a_condition_is_written_in_the_admin_without_code(klj, client):
    client.force_login(people.kesra())
    change = reverse("admin:beneficiaries_personcondition_change", args=[klj.pk])
    form = client.get(change).context["inline_admin_formsets"][0].formset
    data = {"code": "KLJ", "name": "Kartu Lansia Jakarta", "amount": "300000", "legal_basis": "Uji",
            "starts_on": "01-01-2023", "ends_on": "", "rules-TOTAL_FORMS": len(form.forms),
            "rules-INITIAL_FORMS": len(form.forms), "rules-MIN_NUM_FORMS": 0, "rules-MAX_NUM_FORMS": 1000}  # fmt: skip
    for n, one in enumerate(form.forms):
        for name in ("id", "condition", "bit", "kind", "fact", "operator", "value", "met"):
            data[f"rules-{n}-{name}"] = one.initial.get(name, one.instance.pk if name == "id" else klj.pk)
    data["rules-0-value"] = "70"
    assert client.post(change, data).status_code == 302
    assert klj.rules.get(bit=0).value == 70
    data["rules-0-DELETE"] = "on"
    assert "paling sedikit satu" in client.post(change, data).content.decode()
    assert klj.rules.count() == 8
    client.force_login(people.ani())
    assert client.post(change, data).status_code == 403


def test_an_office_installs_the_first_three_once(client):
    client.force_login(people.kesra())
    listed = reverse("admin:beneficiaries_personcondition_changelist")
    install = reverse("admin:beneficiaries_personcondition_install")
    assert install in client.get(listed).content.decode()
    assert "KLJ, KPDJ, KAJ dipasang" in client.post(install, follow=True).content.decode()
    assert PersonCondition.objects.count() == 3
    assert install not in client.get(listed).content.decode()
    client.force_login(people.ani())
    assert client.post(install).status_code == 403
