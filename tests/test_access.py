"""Who may open which address. Every address of the portal falls under a rule, or this file fails."""

import re

import pytest
from django.urls import URLResolver, get_resolver

from bansos.models import Role
from tests import people

pytestmark = pytest.mark.django_db

EVERYONE = {None, *Role}
DESK = {Role.ADMIN, Role.CAMAT, Role.KESRA, Role.LURAH, Role.STAF, Role.AUDITOR}
SIGNED_IN = set(Role)
# The first pattern that matches decides. What is open to everyone shows nothing without a code of its own.
RULES = [
    (r"(masuk|hak-data|transparansi|bantuan|cek-status|pengaduan|daftar|keberatan|pengumuman|surat)/", EVERYONE),
    (r"$", EVERYONE),
    (r"(keluar|setelah-masuk|pekerjaan)/", SIGNED_IN),
    (r"lampiran/", SIGNED_IN),  # each opens to its own permission and region
    (r"sw\.js", EVERYONE),  # the field pages' service worker: code alone
    (r"verifikasi/", {Role.RT, Role.RW}),
    (r"dibantu/", {Role.RT, Role.KADER, Role.STAF, Role.LURAH}),
    (r"penyaluran/", {Role.STAF, Role.LURAH, Role.KESRA}),
    (r"salinan-data/", {Role.STAF, Role.LURAH, Role.KESRA}),
    (r"laporan/", {Role.CAMAT, Role.KESRA, Role.LURAH, Role.EVALUATOR, Role.AUDITOR}),
    (r"admin/(login|logout|jsi18n)/", EVERYONE),
    (r"admin/", DESK),
]
OURS = "bansos|beneficiaries|distribution|feedback|monitoring"
OPEN, SHUT = {200, 404, 405, 410}, {302, 403, 404, 405}
SAMPLE = {"int": "999999", "slug": "x", "str": "x", "path": "999999"}


def addresses(resolver=None, prefix=""):
    for pattern in (resolver or get_resolver()).url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, path)
        else:
            yield path


def filled(path: str) -> str:
    if "(?P<" in path:  # the admin's catch-all patterns
        path = re.sub(r"\(\?P<app_label>([a-z]+).*?\)", r"\1", path).replace("^", "").replace("$", "")
        path = re.sub(r"\(\?P<url>.*", "x", path)
    return "/" + re.sub(r"<(?:(\w+):)?\w+>", lambda m: SAMPLE[m[1] or "str"], path)


def rule(path: str) -> set:
    for pattern, roles in RULES:
        if re.match(pattern, path):
            return roles
    raise AssertionError(f"no rule for {path}: add one to RULES")


PATHS = sorted(set(addresses()))


def officers() -> dict:
    regions = {
        Role.RT: people.RT,
        Role.KADER: people.RT,
        Role.RW: people.RW,
        Role.STAF: people.KLENDER,
        Role.LURAH: people.KLENDER,
    }
    return {role: people.user(f"orang.{role}", role, regions.get(role, people.KECAMATAN)) for role in Role}


def test_every_address_has_a_rule():
    assert len(PATHS) > 60
    for path in PATHS:
        rule(path)


@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: str(role or "tanpa akun"))
def test_no_address_opens_to_the_wrong_person(client, role):
    if role:
        client.force_login(officers()[role])
    wrong = []
    for path in PATHS:
        allowed = role in rule(path)
        status = client.get(filled(path)).status_code
        if status not in (OPEN | SHUT if allowed else SHUT):
            wrong.append((path, status))
    assert wrong == []


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_a_list_in_the_admin_opens_exactly_to_those_who_may_see_it(client, role):
    officer = officers()[role]
    client.force_login(officer)
    for path in PATHS:
        match = re.fullmatch(rf"admin/({OURS})/(\w+)/", path)
        if match:
            may = officer.is_staff and officer.has_perm(f"{match[1]}.view_{match[2]}")
            answer = client.get(filled(path), follow=True)  # a list may add its usual filter
            shown = answer.status_code == 200 and answer.request["PATH_INFO"] == filled(path)
            assert shown == may, (path, answer.status_code)
