"""Starts and stops the embedded servers of this checkout together."""

from contextlib import contextmanager

from bansos.embedded import Postgres, Valkey


@contextmanager
def running():
    """Runs PostgreSQL and Valkey while the block runs; servers of another process are used and left alone."""
    started = []
    try:
        for server in (Postgres(), Valkey()):
            started.append(server.start())
        yield
    finally:
        for server in reversed(started):
            server.stop()
