"""The register in the admin: the whole path of an import, who may do what, and how the pages look."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from beneficiaries.models import Household, Person, RegisterImport
from tests import people
from tests.workbooks import SAMPLE

pytestmark = pytest.mark.django_db
URL = "/admin/beneficiaries/registerimport/"


@pytest.fixture
def ani(client):
    user = people.ani()
    client.force_login(user)
    return user


def upload(client, body: bytes, name: str = "register.xlsx", callbacks=None):
    with callbacks(execute=True):
        return client.post(f"{URL}add/", {"file": SimpleUploadedFile(name, body)})


def test_staff_upload_look_and_load(client, ani, django_capture_on_commit_callbacks):
    answer = upload(client, (SAMPLE / "register.xlsx").read_bytes(), callbacks=django_capture_on_commit_callbacks)
    made = RegisterImport.objects.get()
    assert answer.url == f"{URL}{made.pk}/change/"
    page = client.get(answer.url).content.decode()
    assert Household.objects.count() == 0
    for words in ("1.988", "5.813", "Pratinjau", "NIK harus 16 angka", "20 pasang", "Muat yang benar", "************"):
        assert words in page
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{URL}{made.pk}/muat/")
    assert (Household.objects.count(), Person.objects.count()) == (1988, 5813)
    page = client.get(answer.url).content.decode()
    assert "Selesai dimuat" in page and "Unduh baris yang ditolak" in page and "Muat yang benar" not in page
    made.refresh_from_db()
    assert not made.file and made.preview == made.outcome
