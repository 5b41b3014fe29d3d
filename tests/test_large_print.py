"""The receipt in large print, the consent paper beside it, and the marks of PDFs that hold personal data."""

import io

import pytest
from pypdf import PdfReader

from bansos import attachments, exports
from bansos.models import DataAccess
from beneficiaries import drafts, large_print, minutes
from beneficiaries.models import Application
from tests import cases, meetings, people, pictures

pytestmark = pytest.mark.django_db


def helped(**changed) -> Application:
    rt = cases.officer("rt", "rt", people.RT)
    return cases.application(by=rt, consent="tertulis", consent_text="v1", **changed)


def sizes(pdf: bytes) -> set[float]:
    """The sizes of all letters of a PDF, in points."""
    found = set()
    for page in PdfReader(io.BytesIO(pdf)).pages:
        page.extract_text(visitor_text=lambda text, cm, tm, font, size: text.strip() and found.add(abs(size * tm[3])))
    return found


@pytest.mark.parametrize("name", ["Siti Rahayu", "Raden Ajeng Siti Rahayu Kusumawardhani Sastroatmodjo Hadiningrat"])
def test_it_is_one_page_and_no_letter_is_small(name):
    case = helped(name=name, address="Jalan Kejaksaan Raya Gang Haji Mustofa Nomor 124 A, belakang musala, pagar hijau")
    made = large_print.render(case, address="bansos.example/cek-status/")
    pages = PdfReader(io.BytesIO(made)).pages
    text = " ".join(pages[0].extract_text().split())
    assert len(pages) == 1 and min(sizes(made)) >= 18
    box = pages[0].mediabox
    assert (round(float(box.width)), round(float(box.height))) == (595, 842)
    assert case.nik not in text and "Dibantu oleh" in text and "Rt, Ketua RT" in text and str(case) in text


def test_the_office_hands_it_over_and_strangers_do_not(client):
    case = helped()
    address = f"/admin/beneficiaries/application/{case.pk}/cetak-besar/"
    client.force_login(meetings.staff())
    answer = client.get(address)
    assert (
        answer.headers["Content-Type"] == "application/pdf" and case.name not in answer.headers["Content-Disposition"]
    )
    client.force_login(people.budi())
    assert client.get(address).status_code == 404
    client.logout()
    assert client.get("/daftar/bukti/cetak-besar/").url == "/daftar/"


def sent_here(client, case) -> None:
    """Makes this browser the one that has sent `case`."""
    session = client.session
    drafts.Draft(session).end(case.code)
    session.save()


def test_whoever_sent_it_prints_it_and_the_helper_keeps_the_consent(client):
    case = helped()
    client.force_login(case.submitted_by)
    sent_here(client, case)
    page = client.get("/daftar/bukti/").content.decode()
    assert "/daftar/bukti/cetak-besar/" in page and "Surat persetujuan" in page
    assert client.get("/daftar/bukti/cetak-besar/").content.startswith(b"%PDF")
    client.post("/daftar/bukti/persetujuan/", {"papers": [pictures.text()]})
    assert not attachments.of(case) and "bukan foto" in client.get("/daftar/bukti/").content.decode()
    client.post("/daftar/bukti/persetujuan/", {"papers": [pictures.photo()]})
    assert attachments.of(case).get().uploaded_by == case.submitted_by
    assert "1 berkas tersimpan" in client.get("/daftar/bukti/").content.decode()


def test_a_resident_alone_is_not_asked_for_it(client):
    case = cases.application()
    sent_here(client, case)
    assert "Surat persetujuan" not in client.get("/daftar/bukti/").content.decode()
    client.post("/daftar/bukti/persetujuan/", {"papers": [pictures.photo()]})
    assert not attachments.of(case)


def test_minutes_taken_out_are_marked_and_recorded(client):
    case = cases.verified()
    meeting = meetings.closed(applications=[case])
    client.force_login(meetings.staff())
    answer = client.get(f"/admin/beneficiaries/deliberation/{meeting.pk}/berita-acara/")
    look = DataAccess.objects.get()
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages]
    assert all(f"U-{look.pk:06d} · Ani (ani)" in page and "jangan disebarkan" in page for page in pages)
    assert (look.subject, look.rows) == (f"beneficiaries.deliberation:{meeting.pk}", 1)
    plain = PdfReader(io.BytesIO(minutes.render(meeting))).pages[0].extract_text()
    assert "U-0" not in plain and exports.pdf_mark(None) == {"across": "", "foot": ""}
