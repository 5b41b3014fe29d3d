"""What a public page costs a phone (U8, U10, B3): bytes of a first and a repeat visit, and whether it stands still.

Every public address is opened in its fullest state; one that is missing in `addresses` fails the file.
"""

import gzip
import re

import pytest
from django.urls import resolve, reverse

from bansos import passes
from beneficiaries import appeals
from distribution import catalogue
from monitoring import data_requests
from tests import busy_month, cases, make, meetings, people
from tests.browser import needs_browser
from tests.test_access import EVERYONE, PATHS, rule
from tests.test_complaints import answered, made
from tests.test_daftar_pages import PAGES, _fill, _url
from tests.test_keberatan_pages import opened, refused
from tests.test_letters import issued

FIRST, REPEAT = 30_000, 8_000  # bytes
ALONE, ONE_WINDOW = ("cek-status", "cek-status-hasil", "cek-status-batal"), 14_000  # one request with all that it needs
# Code for the worker, the admin's own, files, what only a locked phone sees, and what only answers a POST.
NO_PAGES = r"sw\.js|admin/|masuk/pin/|daftar/(bukti/.+|selesai/)|(cek-status/hasil/.*|keberatan/jawaban)/surat/"
WATCH_SHIFTS = """window.shifted = 0; new PerformanceObserver((list) => {
  for (const one of list.getEntries()) window.shifted += one.value;
}).observe({type: "layout-shift", buffered: true});"""
TWO_PICTURES = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
REFERENCES = r'<(?:link|script|img|source|use|iframe)\b[^>]*?\b(?:href|src|srcset)="([^"]+)"'


def addresses(client) -> dict[str, str]:
    """Returns the public pages by name, with data behind each; the client's session holds a sent application."""
    catalogue.load_default()
    make.criteria()
    for place in busy_month.neighbourhoods():
        case = cases.verified(region=place)
        busy_month.complaint(place[:13], when=busy_month.at(2))
    first = refused(name="Agus Wibowo")
    objection = opened(client, first)
    token = objection.rstrip("/").split("/")[-1]
    client.post(objection, {"ground": "data_keliru"})
    client.post(reverse("keberatan-cerita", args=[token]), {"story": "Itu mobil majikan. " * 20})
    objected = appeals.submit(application=refused(name="Wati Sumarni"), ground="berubah")
    clear = [cases.verified(name=name, answers=cases.CLEAR) for name in ("Siti Rahayu", "Budi Santosa")]
    meeting = meetings.closed(applications=clear)
    complaint, pin = made("pungli", name="Citra Lestari")
    answered(complaint, people.camat())
    person = make.household(head={"name": "Siti Rahayu"}).people.get()
    for kind in ("salinan", "perbaikan"):
        data_requests.submit(person=person, kind=kind, datum="person.name", wanted="Siti Rahayuningsih", story="Keliru")
    _fill(client)
    draft = dict(client.session)
    client.post("/daftar/periksa/")
    session = client.session  # both: the questions still open, and the receipt
    session.update(draft)
    session.save()
    pages = {
        "keberatan-alasan": objection,
        "keberatan-cerita": reverse("keberatan-cerita", args=[token]),
        "keberatan-periksa": reverse("keberatan-periksa", args=[token]),
        "keberatan-bukti": _passed("keberatan-bukti", objected.pk),
        "pengaduan-bukti": _passed("pengaduan-bukti", (complaint.pk, pin), kind="bukti"),
        "pengaduan-hasil": _passed("pengaduan-hasil", complaint.pk, kind="lacak"),
        "cek-status-hasil": _passed("cek-status-hasil", ("application", case.pk), kind="cek"),
        "cek-status-batal": _passed("cek-status-batal", ("application", case.pk), kind="cek"),
        "hak-data-permintaan": _passed("hak-data-permintaan", ("person", person.pk), kind="hak-data"),
        "pengumuman-musyawarah": reverse("pengumuman-musyawarah", args=[meeting.pk]),
        "surat": reverse("surat", args=[issued().code]),
        "bantuan-program": reverse("bantuan-program", args=["paket-sembako"]),
        "404": "/tidak-ada/",
    }
    simple = [
        "beranda", "transparansi", "bantuan", "bantuan-kriteria", "cek-status", "daftar", "daftar-periksa",
        "daftar-bukti", "keberatan", "keberatan-warga-lain", "keberatan-jawaban", "pengaduan", "pengaduan-lacak",
        "hak-data", "masuk",
    ]  # fmt: skip
    return pages | {name: reverse(name) for name in simple} | {f"daftar {slug}": _url(slug) for slug, _ in PAGES}


def _passed(name: str, value, kind: str = "") -> str:
    return reverse(name, args=[passes.issue(kind or name, value, 600)])


def sent(client, path: str, **headers) -> tuple[bytes, str]:
    """Returns the bytes of an answer as the portal sends them, and when the file was last changed."""
    response = client.get(path, headers={"accept-encoding": "gzip"} | headers)
    assert response.status_code in {200, 304, 404}, (path, response.status_code)
    return b"".join(response), response.headers.get("Last-Modified", "")


def weight(client, path: str) -> tuple[int, int, int]:
    """Returns the requests and bytes of a first visit, and the bytes when the browser asks for its files again."""
    page, _never = sent(client, path)
    files = {one for one in re.findall(REFERENCES, gzip.decompress(page).decode()) if not one.startswith("data:")}
    first, again = len(page), len(page)
    for one in files:
        assert one.startswith("/static/") and not one.endswith(("woff", "woff2")), (path, one)
        body, changed_at = sent(client, one)
        first += len(body)
        again += len(sent(client, one, **{"if-modified-since": changed_at})[0])
    return 1 + len(files), first, again


@pytest.mark.django_db
def test_every_public_page_keeps_to_its_bytes(client):
    pages = addresses(client)
    routes = {resolve(path).route for name, path in pages.items() if name != "404"}
    public = {path for path in PATHS if rule(path) is EVERYONE and not re.match(NO_PAGES, path)}
    assert public <= routes, public - routes
    found = {name: weight(client, path) for name, path in pages.items()}
    alone = {name: found.pop(name) for name in ALONE}
    assert {name: cost for name, cost in alone.items() if cost[0] > 1 or cost[1] > ONE_WINDOW} == {}
    assert {name: cost for name, cost in found.items() if cost[1] > FIRST or cost[2] > REPEAT} == {}


@needs_browser
@pytest.mark.django_db(transaction=True)
def test_every_public_page_stands_still_without_fonts_or_third_parties(visit, client):
    pages = addresses(client)
    page = visit("/")
    page.context.add_cookies([{"name": "sessionid", "value": client.session.session_key, "url": page.url}])
    asked, moved = [], {}
    page.on("request", lambda request: asked.append((request.resource_type, request.url)))
    page.add_init_script(WATCH_SHIFTS)
    for name, path in pages.items():
        page.goto(path)
        page.evaluate(TWO_PICTURES)
        if shift := page.evaluate("window.shifted"):
            moved[name] = shift
    assert moved == {}
    page.evaluate("document.querySelector('main').prepend(Object.assign(document.createElement('h1'), {innerText: 1}))")
    page.evaluate(TWO_PICTURES)
    assert page.evaluate("window.shifted") > 0  # so a shift would have been seen
    home = page.url.split("/")[2]
    assert [one for one in asked if one[0] == "font" or not one[1].startswith(("data:", f"http://{home}/"))] == []
