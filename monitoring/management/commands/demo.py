import os
import signal
import subprocess
import sys
import time
import urllib.request

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connections

from bansos import reference

COMMAND = [sys.executable, "-m"]


class Command(BaseCommand):
    help = "Menyalakan semuanya dengan data contoh; Ctrl-C menghentikannya."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--households", type=int, default=2000, help="Jumlah keluarga contoh, paling banyak 2000.")
        parser.add_argument("--reset", action="store_true", help="Buang data demo dan mulai dari awal.")

    def handle(self, *, port: int, households: int, reset: bool, **options):
        if not settings.EMBEDDED:
            raise CommandError("DATABASE_URL terisi. Demo hanya berjalan di server bawaannya sendiri.")
        from bansos import embedded, servers

        self.started = time.monotonic()
        signal.signal(signal.SIGTERM, _interrupt)
        signal.signal(signal.SIGINT, _interrupt)
        try:
            if reset:
                self._reset(embedded)
            with servers.running():
                self.say("PostgreSQL dan Valkey menyala.")
                self._run(embedded, port, households)
        except KeyboardInterrupt:
            self.say("Berhenti dengan tertib.")

    def _run(self, embedded, port: int, households: int) -> None:
        """Prepares the data, then keeps worker, beat and web going; they end before the servers do."""
        processes: list[subprocess.Popen] = []
        try:
            self._prepare(households)
            processes = self._start(embedded, port)
            self._wait_until_ready(processes, port)
            self._welcome(port)
            while all(process.poll() is None for process in processes):
                time.sleep(0.5)
            raise CommandError("Salah satu proses berhenti. Lihat pesan di atas.")
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            _stop(processes)
            connections.close_all()

    def say(self, message: str) -> None:
        self.stdout.write(f"[{time.monotonic() - self.started:5.1f} detik] {message}")
        self.stdout.flush()

    def _reset(self, embedded) -> None:
        try:
            embedded.reset()
        except RuntimeError as error:
            raise CommandError(str(error)) from error
        self.say("Data demo dibuang.")

    def _prepare(self, households: int) -> None:
        call_command("migrate", verbosity=0)
        reference.load()
        from monitoring.demo import life

        if life.exists():
            self.say("Data contoh sudah ada dan dipakai lagi (--reset untuk mulai baru).")
            return
        life.live(households=households, say=self.say)
        self.say("Data contoh selesai.")

    def _start(self, embedded, port: int) -> list[subprocess.Popen]:
        celery = [*COMMAND, "celery", "-q", "-A", "bansos"]
        commands = [
            [*celery, "worker", "-l", "warning", "-c", "2", "--without-gossip", "--without-mingle"],
            [*celery, "beat", "-l", "warning", "-s", str(embedded.DATA_DIR / "beat")],
            [*COMMAND, "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "4"]
            + ["--backpressure", "16", "--no-ws", "--host", "127.0.0.1", "--port", str(port)]
            + ["--log-level", "warning", "bansos.wsgi:application"],
        ]
        environment = os.environ | {"C_FORCE_ROOT": "1", "PYTHONWARNINGS": "ignore"}
        return [
            subprocess.Popen(
                command, cwd=settings.BASE_DIR, env=environment, start_new_session=True,
                preexec_fn=embedded.die_with_parent,
            )
            for command in commands
        ]  # fmt: skip

    def _wait_until_ready(self, processes, port: int) -> None:
        for _ in range(300):
            if any(process.poll() is not None for process in processes):
                raise CommandError(f"Tidak dapat menyala. Mungkin port {port} sedang dipakai; coba --port lain.")
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1)
                return
            except OSError:
                time.sleep(0.1)
        raise CommandError("Server web tidak menjawab.")

    def _welcome(self, port: int) -> None:
        from monitoring.demo.officers import LOGINS, PASSWORD

        base = f"http://localhost:{port}"
        self.say("Siap.")
        self.stdout.write(f"\n  Warga      {base}/\n  Petugas    {base}/masuk/\n  Laporan    {base}/laporan/\n")
        self.stdout.write(f"  Kata sandi semua akun demo: {PASSWORD}\n")
        for officer in LOGINS:
            self.stdout.write(f"    {officer.username:<22} {officer.name}, {officer.task}")
        self.stdout.write("\n  Ctrl-C untuk berhenti.\n")
        self.stdout.flush()


def _interrupt(*args) -> None:
    raise KeyboardInterrupt


def _stop(processes: list[subprocess.Popen]) -> None:
    """Ends web, beat and worker in the reverse order of their start."""
    for process in reversed(processes):
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
