"""The real PostgreSQL and Valkey, started once by the controller; reference data loaded once for all tests."""

import os

import pytest

from tests.browser import chromium, visit  # noqa: F401  fixtures


def pytest_configure(config):
    if hasattr(config, "workerinput") or "DATABASE_URL" in os.environ or config.option.collectonly:
        return
    from bansos import servers

    config.servers = servers.running()
    config.servers.__enter__()


def pytest_unconfigure(config):
    if hasattr(config, "servers"):
        config.servers.__exit__(None, None, None)


@pytest.fixture(scope="session")
def django_db_setup(request, django_db_setup, django_db_blocker):
    request.config.unblock = django_db_blocker.unblock
    _load_reference(request.config)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item):
    """A transactional test leaves empty tables behind; the next one finds its regions again."""
    answer = yield
    marker = item.get_closest_marker("django_db")
    asked = marker is not None and marker.kwargs.get("transaction", False)
    if asked or {"transactional_db", "live_server"} & set(item.fixturenames):
        _load_reference(item.config)
    return answer


def _load_reference(config) -> None:
    from bansos import reference

    with config.unblock():
        reference.load()


@pytest.fixture(autouse=True)
def _fresh_cache():
    yield
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")
