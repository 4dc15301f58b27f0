"""A failure is printed when it happens, once, and the end of the run keeps one line of it."""

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]

FAILING = """
import pytest

@pytest.fixture
def breaking():
    yield
    raise RuntimeError("broke while tidying up")

def test_passes(): pass

def test_fails():
    print("said before it failed")
    wanted = 2
    assert 1 + 2 == wanted

def test_breaks_afterwards(breaking): pass

def test_passes_later(): pass
"""


def run(directory: Path, content: str, *options: str) -> str:
    """What a run of a file prints with the plugin, without this project's settings."""
    (directory / "pytest.ini").write_text("[pytest]\n")
    (directory / "test_it.py").write_text(content)
    command = [sys.executable, "-m", "pytest", "-p", "tests.support.failures", "-ra", *options]
    with subprocess.Popen(
        [*command, str(directory)], cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as started:
        assert started.stdout is not None
        return started.stdout.read()


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["one process", "a worker"])
def test_a_failure_is_printed_at_once_and_not_again(options: tuple[str, ...], tmp_path: Path) -> None:
    at_once, _, end = run(tmp_path, FAILING, *options).partition("short test summary info")
    assert "FAILURES" not in at_once
    assert "ERRORS" not in at_once
    failed, broke, last = (
        at_once.index(words)
        for words in ("assert (1 + 2) == 2", 'RuntimeError("broke while tidying up")', "[100%]")
    )
    assert failed < broke < last
    assert "test_it.py::test_fails (call)" in at_once
    assert "test_it.py::test_breaks_afterwards (teardown)" in at_once
    assert at_once.count("said before it failed\n") == 1
    assert "FAILED" in end
    assert "ERROR" in end
    assert "2 passed" not in end
    assert "said before it failed" not in end


def test_a_file_that_cannot_be_collected_is_printed_too(tmp_path: Path) -> None:
    at_once, _, end = run(tmp_path, "import nowhere_to_be_found").partition("short test summary info")
    assert "test_it.py (collection)" in at_once
    assert at_once.count("No module named 'nowhere_to_be_found'") == 1
    assert "1 error" in end


def test_no_traceback_is_printed_when_none_is_wanted(tmp_path: Path) -> None:
    printed = run(tmp_path, FAILING, "--tb=no")
    assert "assert (1 + 2) == 2" not in printed.partition("short test summary info")[0]
