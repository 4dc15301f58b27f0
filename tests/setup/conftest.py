"""A province set up from an empty database, as somebody does it at a terminal."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mingpiao.cli import main
from mingpiao.founding.service import Distribution
from mingpiao.setup import terminal

PLAN = """
[database]
url = "{url}"
[province]
code = "150000"
name = "内蒙古自治区"
[key]
file = "{key}"
holders = ["张三", "李四", "王五"]
conductor = "赵六"
witness = "钱七"
[starter]
categories = ["01", "06"]
template_year = 2026
[[administrators]]
duty = "system"
username = "xitong"
name = "孙八"
[[administrators]]
duty = "security"
username = "anquan"
name = "周九"
[[administrators]]
duty = "audit"
username = "shenji"
name = "吴十"
[settings]
public_url = "http://127.0.0.1:8000"
"""


class Table:
    """The terminal of a setup: a folder with plan and key, and the shares that were shown."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.plan = folder / "province.toml"
        self.key = folder / "secrets" / "master.key"
        self.shares: list[str] = []
        self.complaints: list[str] = []
        self.change(lambda text: text)

    def change(self, how: Callable[[str], str]) -> None:
        """Write the plan anew, changed."""
        self.plan.write_text(how(PLAN.format(url=self.url, key=self.key)), "utf-8")

    def call(self, *arguments: str, typed: str | None = None) -> Result:
        data = ["--data-dir", str(self.folder)] if arguments[:2] != ("key", "restore") else []
        return CliRunner().invoke(main, [*arguments, *data], input=typed)

    def setup(self) -> Result:
        """Set up by the plan."""
        return self.call("setup", "--file", str(self.plan))

    def show(self, distribution: Distribution) -> str:
        share = distribution.next_share
        assert share is not None
        self.shares.append(share.line())
        return share.line()[-4:]


@pytest.fixture
def table(empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Table:
    for name in list(os.environ):
        if name.startswith("MINGPIAO_") or name == "PORT":
            monkeypatch.delenv(name)
    made = Table(empty_database_url, tmp_path)
    monkeypatch.setattr(terminal.TerminalHall, "show", lambda _, distribution: made.show(distribution))
    monkeypatch.setattr(terminal.TerminalHall, "complain", lambda _, message: made.complaints.append(message))
    return made
