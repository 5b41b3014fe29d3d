"""A resident asks with NIK and KK at /cek-status/ and reads the answer: two requests, through every middleware.

Ours: the pages as they are. Usual: the same pages without joins, each step with queries of its own. Limit: two views
that answer a redirect and the same bytes, through the same middleware, without a query.
"""

from itertools import count, cycle
from unittest import mock

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.test import Client
from django.test.utils import override_settings
from django.urls import path

from tests import make
from tests.benchmarks import Benchmark, IncorrectError
from tests.benchmarks.aid import approved_round

_bare = {"answer": b""}
urlpatterns = [
    path("cek-status/", lambda request: HttpResponseRedirect("/cek-status/hasil/sama/")),
    path("cek-status/hasil/sama/", lambda request: HttpResponse(_bare["answer"])),
]
_requests = count()


def build(*, small: bool) -> Benchmark:
    households, a_turn = (300, 5) if small else (100_000, 150)
    planned = approved_round(households=households, places=70)
    families = [make.household(region=region) for region in planned.entitlements.values_list("region", flat=True)[:20]]
    for family in families:
        make.score(household=family, points=60, criteria_set=planned.criteria_set)
    asked = cycle([(family.people.get().nik, family.kk) for family in families])
    _bare["answer"] = _check(*next(asked))
    return Benchmark(
        unit="jawaban/detik",
        ours=lambda: _turn(asked, a_turn),
        usual=lambda: _without_joins(asked, a_turn),
        limit=lambda: _with_bare_views(asked, a_turn),
        goal={"ours_over_usual": 1.0, "ours_over_limit": 0.25},
        repeats=2 if small else 5,
    )


def _ask(nik: str, kk: str) -> bytes:
    """Asks as one resident from an address of its own, as the limits on guesses count them."""
    number = next(_requests)
    client = Client(REMOTE_ADDR=f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}", HTTP_HOST="localhost")
    return client.post("/cek-status/", {"nik": nik, "kk": kk}, follow=True).content


def _turn(asked, times: int) -> int:
    for _time in range(times):
        _ask(*next(asked))
    return times


def _without_joins(asked, times: int) -> int:
    def as_it_was(queryset, *fields):
        return queryset

    with (
        mock.patch.object(QuerySet, "select_related", as_it_was),
        mock.patch.object(QuerySet, "prefetch_related", as_it_was),
    ):
        return _turn(asked, times)


def _with_bare_views(asked, times: int) -> int:
    with override_settings(ROOT_URLCONF=__name__):
        return _turn(asked, times)


def _check(nik: str, kk: str) -> bytes:
    """The right pair reads its own answer, a wrong one reads none, or IncorrectError."""
    answer = _ask(nik, kk)
    if b"sudah dinilai" not in answer or nik[-4:].encode() not in answer or nik.encode() in answer:
        raise IncorrectError("the right NIK and KK do not lead to their answer")
    if b"tidak cocok" not in _ask(nik, make.kk()):
        raise IncorrectError("a wrong KK leads somewhere")
    return answer
