"""The embedded PostgreSQL: as root in a namespace or as `nobody`, stopped cleanly, its role no superuser."""

import os
import stat
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import psycopg
import pytest

from bansos import embedded


@pytest.fixture
def folders():
    """Short paths: a socket's path ends at 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="b-") as root:
        os.chmod(root, 0o755)
        yield Path(root) / "data", Path(root) / "s"


def serve(folders) -> embedded.Postgres:
    return embedded.Postgres(data_dir=folders[0], socket_dir=folders[1])


def answers(folders) -> tuple:
    with psycopg.connect(host=str(folders[1]), user="bansos", dbname="bansos") as connection:
        return connection.execute("SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user").fetchone()


def test_it_starts_stops_and_keeps_its_data(folders):
    server = serve(folders).start()
    assert answers(folders) == (False, True)
    with psycopg.connect(host=str(folders[1]), user="bansos", dbname="bansos") as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    server.stop()
    assert not server.alive()
    again = serve(folders).start()
    with psycopg.connect(host=str(folders[1]), user="bansos", dbname="bansos") as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
    again.stop()


def test_a_second_start_uses_the_running_server_and_leaves_it(folders):
    first = serve(folders).start()
    second = serve(folders).start()
    second.stop()
    assert first.alive()
    first.stop()


if os.geteuid() == 0:  # nobody else needs another user

    def test_where_namespaces_are_refused_root_runs_it_as_nobody(folders, monkeypatch):
        monkeypatch.setattr(embedded, "_namespaces_allowed", lambda: False)
        server = serve(folders).start()
        owner = os.stat(folders[0] / "pg").st_uid
        assert owner != 0 and stat.S_IMODE(os.stat(folders[0] / "pg").st_mode) == 0o700
        assert answers(folders) == (False, True)
        server.stop()


def test_it_ends_with_a_parent_that_was_killed(folders):
    program = textwrap.dedent(f"""
        import os, signal
        from pathlib import Path
        from bansos.embedded import Postgres
        Postgres(Path({str(folders[0])!r}), Path({str(folders[1])!r})).start()
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    subprocess.run([sys.executable, "-c", program], cwd=embedded.BASE_DIR, check=False)
    server = serve(folders)
    for _ in range(300):
        if not server.alive():
            break
        subprocess.run(["sleep", "0.1"], check=True)
    assert not server.alive()
