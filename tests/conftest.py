"""The real PostgreSQL and Valkey, started once by the controller; reference data loaded once for all tests."""

import os

import pytest

from tests.browser import chromium, visit  # noqa: F401  fixtures
from tests.clean_tables import CleanTables


def pytest_configure(config):
    if hasattr(config, "workerinput") or "DATABASE_URL" in os.environ or config.option.collectonly:
        return
    from bansos import servers

    config.servers = servers.running()
    config.servers.__enter__()


def pytest_unconfigure(config):
    if hasattr(config, "servers"):
        config.servers.__exit__(None, None, None)


# Begun first, so that no process is left alone with one of them at the end.
LONGEST = {"test_benchmark_command", "test_manage", "test_field_measures", "test_offline_browser", "test_access"}


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.stem not in LONGEST)


@pytest.fixture(scope="session")
def django_db_setup(request, django_db_setup, django_db_blocker):
    from django.core.management import call_command
    from django.test import TransactionTestCase

    from bansos import reference

    with django_db_blocker.unblock():
        call_command("flush", verbosity=0, interactive=False)  # what a run that was cut off has left
        reference.load()
        tables = CleanTables()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _self: tables.restore())
        yield
    tables.close()


@pytest.fixture(autouse=True)
def _fresh_cache():
    yield
    from django.core.cache import cache

    cache.clear()


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")
