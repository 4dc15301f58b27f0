"""`mingpiao demo` from outside: one command up, any ending down, data kept, nothing left behind.

Schema, province and web site are stand-ins here; database, processes and signals are real.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.waiting import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.whole

DRIVER = """
import sys, types
# In place of the real one, whose imports alone take longer than all the rest.
sys.modules["mingpiao.storage.migrate"] = types.SimpleNamespace(upgrade=lambda url: None)
from mingpiao import settings
from mingpiao.demo import site
from mingpiao.demo.accounts import DemoAccount

WEB = '''
import http.server, os
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *a): pass
http.server.HTTPServer(("127.0.0.1", int(os.environ["MINGPIAO_PORT"])), H).serve_forever()
'''

def build(settings, console):
    assert settings.demo and settings.master_key().hex()
    print("BUILDING", flush=True)
    return [DemoAccount(role="开票人", place="演示医院", login="kaipiao", password="geheim[b]-7")]

site._build = build
site._command = lambda name: [sys.executable, "-c", WEB if name == "serve" else "import time; time.sleep(600)"]
try:
    site.run(settings.load())
except Exception as error:
    sys.exit(str(error))
"""


class Demo:
    def __init__(self, home: Path, port: int, *, stdin: int = subprocess.DEVNULL) -> None:
        environment = os.environ | {
            "MINGPIAO_DATA_DIR": str(home),
            "MINGPIAO_PORT": str(port),
            "COLUMNS": "200",
        }
        self.output = home / "output.txt"
        home.mkdir(exist_ok=True)
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", DRIVER], stdin=stdin, stdout=output, stderr=output, env=environment
            )

    def wait_for(self, words: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while words not in self.said():
            if self.process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(self.said())
            time.sleep(0.05)

    def said(self) -> str:
        return self.output.read_text()

    def end(self, ending: signal.Signals) -> int:
        self.process.send_signal(ending)
        return self.process.wait(PATIENCE_SECONDS)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found: int = probe.getsockname()[1]
        return found


@pytest.fixture
def start(tmp_path: Path, port: int) -> Iterator[Callable[[], Demo]]:
    running: list[Demo] = []

    def start() -> Demo:
        running.append(Demo(tmp_path / "var", port))
        return running[-1]

    yield start
    for demo in running:
        demo.process.kill()
        demo.process.wait()


def left_behind(home: Path) -> list[int]:
    """Processes that know of this demonstration by their environment or work in its directory."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and entry.name != str(os.getpid()):
            try:
                knows = f"MINGPIAO_DATA_DIR={home}".encode() in (entry / "environ").read_bytes()
                works = (entry / "cwd").readlink().is_relative_to(home)
            except OSError:
                continue  # ended meanwhile
            if knows or works:
                found.append(int(entry.name))
    return found


def test_first_start_builds_second_keeps_and_nothing_is_left(
    start: Callable[[], Demo], tmp_path: Path, port: int
) -> None:
    first = start()
    first.wait_for("按 Ctrl-C 停止")
    assert first.said().count("BUILDING") == 1
    for words in ("geheim[b]-7", "kaipiao", f"http://127.0.0.1:{port}/api/v1/docs"):
        assert words in first.said()
    assert first.end(signal.SIGINT) == 0
    assert "已停止" in first.said()
    assert left_behind(tmp_path / "var") == []

    second = start()
    second.wait_for("按 Ctrl-C 停止")
    assert "BUILDING" not in second.said()
    assert "geheim[b]-7" in second.said()
    assert second.end(signal.SIGTERM) == 0
    assert left_behind(tmp_path / "var") == []
    secrets = [tmp_path / "var/demo/accounts.txt", tmp_path / "var/demo/secrets/master.key"]
    assert [file.stat().st_mode & 0o777 for file in secrets] == [0o600, 0o600]


def test_a_killed_database_is_noticed_and_said(start: Callable[[], Demo], tmp_path: Path) -> None:
    demo = start()
    demo.wait_for("按 Ctrl-C 停止")
    postmaster = tmp_path / "var/demo/postgres/cluster/postmaster.pid"
    os.kill(int(postmaster.read_text().split()[0]), signal.SIGKILL)
    assert demo.process.wait(PATIENCE_SECONDS) != 0
    assert "数据库意外退出" in demo.said()
    assert left_behind(tmp_path / "var") == []


def test_a_closed_terminal_and_even_kill_9_leave_nothing(start: Callable[[], Demo], tmp_path: Path) -> None:
    demo = start()
    demo.wait_for("按 Ctrl-C 停止")
    assert demo.end(signal.SIGHUP) == 0
    assert left_behind(tmp_path / "var") == []
    demo = start()
    demo.wait_for("按 Ctrl-C 停止")
    demo.end(signal.SIGKILL)
    wait_until(lambda: left_behind(tmp_path / "var") == [])


def test_a_terminal_that_is_gone_ends_it_even_without_a_signal(tmp_path: Path, port: int) -> None:
    ours, theirs = os.openpty()
    demo = Demo(tmp_path / "var", port, stdin=theirs)
    try:
        os.close(theirs)
        demo.wait_for("按 Ctrl-C 停止")
        os.close(ours)
        assert demo.process.wait(PATIENCE_SECONDS) == 0
        assert left_behind(tmp_path / "var") == []
    finally:
        demo.process.kill()
        demo.process.wait()


def test_a_taken_port_is_told_before_any_work(start: Callable[[], Demo], tmp_path: Path, port: int) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        demo = start()
        assert demo.process.wait(PATIENCE_SECONDS) == 1
    assert "make demo PORT=" in demo.said()
    assert not (tmp_path / "var" / "demo").exists()


def test_reset_is_refused_while_it_runs_and_then_starts_over(
    start: Callable[[], Demo], tmp_path: Path
) -> None:
    reset = [sys.executable, "-m", "mingpiao", "demo-reset", "--data-dir", str(tmp_path / "var")]
    demo = start()
    demo.wait_for("按 Ctrl-C 停止")
    refused = subprocess.run(reset, capture_output=True, text=True)
    assert (refused.returncode, "演示正在运行" in refused.stderr) == (1, True)
    assert (tmp_path / "var/demo/accounts.txt").exists()
    demo.end(signal.SIGINT)
    done = subprocess.run(reset, capture_output=True, text=True)
    assert (done.returncode, "演示数据已删除" in done.stdout) == (0, True)
    assert not (tmp_path / "var/demo").exists()
