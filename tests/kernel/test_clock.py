"""One clock for the whole house, which a test can stop and move."""

import ast
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mingpiao.kernel import clock as clock_module
from mingpiao.kernel.clock import SHANGHAI, StoppedClock, now, set_to, today

_ROOT = Path(__file__).parents[2]
#: Calls that read the machine's clock. `time.monotonic` and `time.perf_counter` measure spans and may stay.
_READINGS = {
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "localtime"),
    ("time", "gmtime"),
}
_MAY_READ = re.compile(rf"\.\s*(?:{'|'.join({name for _, name in _READINGS})})\b")


def test_a_set_clock_stands_until_it_is_moved() -> None:
    moment = datetime(2026, 2, 28, 16, 30, tzinfo=UTC)
    with set_to(moment) as stopped:
        assert now() == moment
        assert now().tzinfo is SHANGHAI
        # Half past midnight in Shanghai.
        assert today().isoformat() == "2026-03-01"
        stopped.move(days=1, hours=-1)
        assert now() == moment + timedelta(hours=23)
        with set_to(moment) as inner:
            inner.set(moment + timedelta(seconds=1))
            assert now() == moment + timedelta(seconds=1)
        assert now() == moment + timedelta(hours=23)
    assert abs(now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_the_clock_goes_on_after_a_failure() -> None:
    with pytest.raises(RuntimeError), set_to(datetime(2026, 1, 1, tzinfo=UTC)):
        raise RuntimeError
    assert today() > datetime(2026, 1, 1, tzinfo=UTC).date()


def test_a_moment_without_a_time_zone_is_refused(clock: StoppedClock) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - refused for this
    with pytest.raises(ValueError, match="naive"), set_to(naive):
        pass
    with pytest.raises(ValueError, match="naive"):
        clock.set(naive)


def test_nobody_else_reads_the_machines_clock() -> None:
    allowed = {Path(clock_module.__file__).resolve(), Path(__file__).resolve()}
    files = [
        path for folder in ("src", "tests", "bench", "scripts") for path in (_ROOT / folder).rglob("*.py")
    ]
    # Reading a text is quick, its tree is not.
    texts = {path: path.read_text(encoding="utf-8") for path in files if path.resolve() not in allowed}
    found = [
        f"{path.relative_to(_ROOT)}:{line}"
        for path, text in texts.items()
        if _MAY_READ.search(text)
        for line in _readings(ast.parse(text))
    ]
    assert found == [], "ask mingpiao.kernel.clock for the time"


def _readings(tree: ast.Module) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and (_last_name(node.value), node.attr) in _READINGS
    ]


def _last_name(node: ast.expr) -> str:
    """`datetime` of both `datetime` and `datetime.datetime`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
