"""What pages about months share: months in addresses, and the way back to the form of 开具票据."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

import msgspec

from mingpiao.kernel.errors import refuse
from mingpiao.kernel.grammar import read_month, read_whole
from mingpiao.portals.issuing.drafting import draft_of
from mingpiao.portals.issuing.form import is_from_pages
from mingpiao.portals.issuing.window import ADDRESS as FORM
from mingpiao.portals.session import PageCall

ADDRESS = "/unit/writeoff"
CRUMBS = [("首页", "/unit"), ("核销", ADDRESS)]


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """The form of 开具票据 from which somebody came: its business number, and its kind in case it was not saved."""

    draft: str = ""
    kind: str = ""

    @property
    def members(self) -> dict[str, str]:
        return {name: value for name, value in msgspec.structs.asdict(self).items() if value}

    async def address(self, call: PageCall) -> str:
        """Where the form is shown again; an empty text where nobody came from one."""
        if self.draft and await draft_of(call, self.draft) is not None:
            return f"{FORM}?draft={self.draft}"
        return f"{FORM}?kind={self.kind}" if self.kind else ""


def waiting_of(members: Mapping[str, str]) -> Waiting:
    """The form that an address or a form names; what is malformed is left out."""
    draft, kind = members.get("draft", ""), members.get("kind", "")
    return Waiting(
        draft=draft if is_from_pages(draft) else "",
        kind=kind if len(kind) == 4 and read_whole(kind) is not None else "",
    )


def month_from(text: str) -> date:
    """The month of an address, 2027-01. Raises `Refusal` (`http.404`, 404) for any other text."""
    month = read_month(text)
    if month is None:
        raise refuse("http.404", "没有这个月份，请从核销页面选择。", status=404)
    return month


def month_address(month: date, waiting: Waiting | None = None, part: str = "") -> str:
    """The page of a month, or a part of it, that remembers the form to go back to."""
    path = f"{ADDRESS}/{month:%Y-%m}{part}"
    query = urlencode(waiting.members) if waiting else ""
    return f"{path}?{query}" if query else path
