"""Starts and stops the embedded servers of this checkout together."""

from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.core.management import call_command
from django.db import connections

from bansos.embedded import Postgres, Valkey

DJANGO_COMMANDS = {"migrate", "shell", "dbshell", "createsuperuser", "changepassword", "clearsessions", "runserver"}
DATA_COMMANDS = {
    "load_reference", "import_register", "rescore", "build_reports", "verify_audit", "seal_audit", "rotate_keys",
    "subject_access", "anonymise", "import_outside",
}  # fmt: skip


@contextmanager
def running() -> Iterator[None]:
    """Runs PostgreSQL and Valkey while the block runs; servers of another process are used and left alone."""
    started: list[Postgres | Valkey] = []
    try:
        for server in (Postgres(), Valkey()):
            started.append(server.start())
        yield
    finally:
        for server in reversed(started):
            server.stop()


@contextmanager
def for_command(name: str) -> Iterator[None]:
    """Runs the servers for a command that asks the database; our own also find its tables and regions made."""
    if name not in DJANGO_COMMANDS | DATA_COMMANDS:
        yield
        return
    with running():
        try:
            if name in DATA_COMMANDS:
                _prepare()
            yield
        finally:
            connections.close_all()


def _prepare() -> None:
    django.setup()
    from bansos import reference

    call_command("migrate", verbosity=0)
    reference.load()
