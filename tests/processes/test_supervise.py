"""Children start, are watched, and end with us."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.waiting import wait_until

from mingpiao.processes.supervise import (
    Child,
    PortError,
    ProcessError,
    endings_as_interrupts,
    fetch_status,
    require_free_port,
    wait_until_healthy,
    watch,
)

pytestmark = pytest.mark.whole

SLEEPER = "import time; print('ready', flush=True); time.sleep(600)"


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], Child]]:
    children: list[Child] = []

    def start(program: str) -> Child:
        child = Child(
            "试验进程", [sys.executable, "-c", program], os.environ, tmp_path / f"{len(children)}.log"
        )
        children.append(child)
        return child

    yield start
    for child in children:
        child.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_child_is_stopped_politely(start: Callable[[str], Child]) -> None:
    child = start(
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: (print('bye', flush=True), sys.exit(0)))\n"
        "print('ready', flush=True); time.sleep(600)"
    )
    # The whole line: an unbuffered child writes a word and its line end in two steps.
    wait_until(lambda: child.log.read_text() == "ready\n")
    child.stop()
    assert child.ended()
    assert child.log.read_text() == "ready\nbye\n"


def test_a_deaf_child_is_ended_with_all_that_it_started(
    start: Callable[[str], Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mingpiao.processes.supervise._STOP_SECONDS", 0.3)
    child = start(
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "inner = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(inner.pid, flush=True); time.sleep(600)"
    )
    wait_until(lambda: child.log.read_text().strip().isdigit())
    inner = int(child.log.read_text())
    child.stop()
    assert child.ended()
    wait_until(lambda: not is_running(inner))


def test_a_child_that_ends_by_itself_is_reported_with_its_last_words(start: Callable[[str], Child]) -> None:
    child = start("raise SystemExit('no such table')")
    with pytest.raises(ProcessError, match=r"(?s)试验进程意外退出（返回码 1）.*no such table"):
        watch([start(SLEEPER), child])


def test_children_end_when_their_parent_is_killed(tmp_path: Path) -> None:
    program = (
        "import os, sys, time; from pathlib import Path; from mingpiao.processes.supervise import Child\n"
        f"child = Child('c', [sys.executable, '-c', {SLEEPER!r}], os.environ, Path(sys.argv[1]))\n"
        "print(child.pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert is_running(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not is_running(child))


def test_waiting_for_health_ends_at_200_or_with_the_childs_complaint(start: Callable[[str], Child]) -> None:
    port = free_port()
    server = start(
        "import http.server\n"
        "class H(http.server.BaseHTTPRequestHandler):\n"
        "    def do_GET(self):\n"
        "        self.send_response(200 if self.path == '/healthz' else 503); self.end_headers()\n"
        f"http.server.HTTPServer(('127.0.0.1', {port}), H).serve_forever()"
    )
    wait_until_healthy(f"http://127.0.0.1:{port}/healthz", [server])
    assert fetch_status(f"http://127.0.0.1:{port}/other") == 503
    with pytest.raises(ProcessError, match="没有就绪（503）"):
        wait_until_healthy(f"http://127.0.0.1:{port}/other", [server], seconds=0.2)
    server.stop()
    assert fetch_status(f"http://127.0.0.1:{port}/healthz") == 0
    with pytest.raises(ProcessError, match="意外退出"):
        wait_until_healthy(f"http://127.0.0.1:{port}/healthz", [server])


def test_a_taken_port_is_named_with_a_way_out() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortError, match=rf"127\.0\.0\.1:{port} 不能使用.*make demo PORT="):
            require_free_port("127.0.0.1", port)
    require_free_port("127.0.0.1", port)


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_ending_interrupts_and_later_ones_do_not_disturb(ending: signal.Signals) -> None:
    before = signal.getsignal(ending)
    calm = False
    with endings_as_interrupts():
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(ending)
        os.kill(os.getpid(), ending)
        os.kill(os.getpid(), signal.SIGTERM)
        calm = True
    assert calm
    assert signal.getsignal(ending) == before
