"""The demonstration's accounts, with random passwords from when the province was built."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from mingpiao.identity.model import ADMINISTRATORS
from mingpiao.storage.private import write_private


class DemoAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One login: `role` and `place` in Chinese (开票人, 某演示医院), `page` the path of its first page."""

    role: str
    place: str
    login: str
    password: str
    page: str = "/"

    @property
    def is_desk(self) -> bool:
        """Whether a person works with it, and it manages no site."""
        return self.page == "/login" and self.role not in {each.label for each in ADMINISTRATORS}


def write_accounts(file: Path, accounts: Sequence[DemoAccount]) -> None:
    """Write the accounts to a file that only the owner can read, one a line, separated by tabs."""
    lines = ["角色\t单位\t账号\t密码\t首页"]
    lines += ["\t".join((a.role, a.place, a.login, a.password, a.page)) for a in accounts]
    write_private(file, "\n".join(lines) + "\n")


def read_accounts(file: Path) -> list[DemoAccount]:
    """Read the accounts back from the file."""
    rows = (line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()[1:])
    return [DemoAccount(role=r, place=p, login=n, password=w, page=g) for r, p, n, w, g in rows]
