"""A million people loaded while the web answers: its pages are asked for all the time, by a process of their own.

Ours: a ZIP of 285,000 families as an officer uploads it: received, looked through for its preview, confirmed, loaded,
by the jobs of a worker. Usual and limit: as in `import`. Told besides: how long ours took, and what pages took during
it, against the same pages while nothing else runs.
"""

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.test import Client

from bansos.embedded import die_with_parent
from tests import people
from tests.benchmarks import Benchmark, IncorrectError, Speed, polling, uploading
from tests.benchmarks import import_benchmark as loading
from tests.benchmarks.register_files import RegisterFiles

PAGES = ("/cek-status/", "/admin/beneficiaries/household/", "/admin/beneficiaries/person/?q=siti")
IDLE_SECONDS = 20


def build(*, small: bool) -> Benchmark:
    folder = Path(tempfile.mkdtemp(prefix="bansos-million-", dir=Path(connection.settings_dict["HOST"]).parent))
    files = RegisterFiles(folder / "all", 300 if small else 285_000)
    subset = RegisterFiles(folder / "subset", 40 if small else 500)
    web = _Web()
    told: dict[str, float] = {}
    return Benchmark(
        unit="baris/detik",
        ours=lambda: _load(files, folder, web, told, idle=2 if small else IDLE_SECONDS),
        usual=lambda: loading.row_by_row(subset),
        limit=lambda: loading.copy_in(folder),
        before=loading.empty,
        extra=lambda: web.stop() or told,
        goal={},
        at_most={"seconds": 600.0, "pages_failed": 0, "page_p95_over_idle": 3.0},
        repeats=1,
    )


def _load(files: RegisterFiles, folder: Path, web: "_Web", told: dict[str, float], *, idle: float) -> Speed:
    """Loads the files while pages are asked for, and checks what is in the register then."""
    _zipped(files.folder)
    with web.asked():
        time.sleep(idle)  # the first pages of a server are slow
    with web.asked() as quiet:
        time.sleep(idle)
    if quiet.failed:
        raise IncorrectError("pages do not answer while nothing else runs")
    with web.asked() as busy:
        started = time.perf_counter()
        counts = uploading.load(_zipped(files.folder), officer=web.officer)
        seconds = time.perf_counter() - started
    loading.check(files, counts)
    loading.keep(folder)
    told |= {
        "seconds": seconds,
        "page_p95_ms_idle": 1000 * quiet.p95,
        "page_p95_ms": 1000 * busy.p95,
        "page_p95_over_idle": busy.p95 / quiet.p95,
        "pages_failed": busy.failed,
    }
    return Speed(loading.rows(counts) / seconds)


def _zipped(folder: Path) -> Path:
    path = folder / "register.zip"
    if not path.exists():
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
            for name in ("keluarga.csv", "anggota.csv"):
                file.write(folder / name, name)
    return path


class _Asked:
    """Pages asked for while the block runs."""

    def __init__(self, port: int, cookie: str):
        self._command = [sys.executable, polling.__file__, str(port), cookie, *PAGES]

    def __enter__(self) -> "_Asked":
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent
        )
        return self

    def __exit__(self, *raised) -> None:
        told = json.loads(self._process.communicate()[0])
        self.p95 = statistics.quantiles(told["seconds"], n=20)[-1]
        self.failed = told["failed"]


class _Web:
    """The portal as an office runs it, on the database of this benchmark, with a signed-in officer."""

    def __init__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        place = connection.settings_dict
        environment = os.environ | {
            "BENCHMARK_HOST": place["HOST"], "BENCHMARK_DATABASE": place["NAME"],
            "BENCHMARK_CACHE": settings.CACHES["default"]["LOCATION"], "PYTHONWARNINGS": "ignore",
        }  # fmt: skip
        server = ["granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "4", "--no-ws"]
        place_to_listen = ["--host", "127.0.0.1", "--port", str(self._port), "--log-level", "warning"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", *server, *place_to_listen, "tests.benchmark_web:application"],
            cwd=settings.BASE_DIR, env=environment, start_new_session=True, preexec_fn=die_with_parent,
        )  # fmt: skip
        client = Client(HTTP_HOST="localhost")
        self.officer = people.kesra()
        client.force_login(self.officer)
        self._cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        self._wait()

    def _wait(self) -> None:
        for _time in range(300):
            try:
                socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError("the web server does not answer")

    def asked(self) -> _Asked:
        return _Asked(self._port, self._cookie)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)
