"""Health checks: the machine room asks by address, without a host name and without HTTPS."""

import pytest
from redis.exceptions import ConnectionError as Unreachable

pytestmark = pytest.mark.django_db
MACHINE_ROOM = {"HTTP_HOST": "10.0.0.9:8000"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_check_is_answered_to_any_host_without_https(client, settings, path):
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["bansos.example.go.id"], True
    answer = client.get(path, **MACHINE_ROOM)
    assert (answer.status_code, answer.content) == (200, b"ok")


def test_every_other_page_wants_https_and_our_name(client, settings):
    settings.ALLOWED_HOSTS, settings.SECURE_SSL_REDIRECT = ["bansos.example.go.id"], True
    assert client.get("/", HTTP_HOST="bansos.example.go.id").status_code == 301
    assert client.get("/", **MACHINE_ROOM).status_code == 400


def test_not_ready_without_the_cache(client, monkeypatch):
    def gone(*args, **kwargs):
        raise Unreachable

    monkeypatch.setattr("django.core.cache.backends.redis.RedisCache.set", gone)
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
