"""消息 as a list, in each portal."""

from collections.abc import Mapping
from typing import Any

from mingpiao.identity.model import Account
from mingpiao.messages.model import Message
from mingpiao.messages.service import PAGE_SIZE, list_messages
from mingpiao.portals.list_columns import Badge, Column, Note, Parts
from mingpiao.portals.list_filters import Here
from mingpiao.portals.list_model import Listing, RowAction
from mingpiao.portals.messages.rights import MESSAGES
from mingpiao.portals.session import message_owner
from mingpiao.storage.paging import Page
from mingpiao.storage.scope import SYSTEM


async def _fetch(here: Here, _wanted: Mapping[str, Any], key: str, limit: int) -> Page[Message]:
    account = here.account
    return await list_messages(
        here.connection, account.account_id, message_owner(account), after=key, limit=limit
    )


def _marks(message: Message) -> Parts:
    unread = Note("已读") if message.read else Badge("未读", "orange")
    return Parts((unread, Badge("紧急", "red") if message.urgent else ""))


def _verb(message: Message) -> str:
    return "查看" if message.link else "标为已读"


def _listing(portal: str) -> Listing[Message]:
    base = f"/{portal}/messages"
    return Listing(
        name=f"{portal}_messages",
        address=base,
        title="消息",
        # Administrators have no first page in common.
        crumbs=(("首页", f"/{portal}"),) if portal != "admin" else (),
        key="before",
        page_size=PAGE_SIZE,
        # Whether a message is read depends on the account, which the portals' scopes do not know; the verb
        # restricts to the recipient.
        scope=lambda _account: SYSTEM,
        columns=(
            Column(name="mark", label="状态", value=_marks),
            Column(
                name="title",
                label="内容",
                kind="long",
                head=True,
                value=lambda message: Parts((message.title, Note(message.body))),
            ),
            Column(
                name="at", label="时间", kind="moment", phone=False, value=lambda message: message.created_at
            ),
        ),
        actions=(
            RowAction(
                label=_verb,
                spoken=lambda message: f"{_verb(message)}：{message.title}",
                address=lambda message: f"{base}/{message.message_id}/open",
                right=MESSAGES,
                offered=lambda message, _account: bool(message.link) or not message.read,
            ),
        ),
        fetch=_fetch,
        empty=("没有消息", "审核结果、到期提醒等会出现在这里。"),
        template="messages/messages.html",
    )


LISTS = {portal: _listing(portal) for portal in ("unit", "finance", "admin")}


def list_of(account: Account) -> Listing[Message]:
    """The list in the portal of an account."""
    if account.unit_id is not None:
        return LISTS["unit"]
    return LISTS["finance" if account.region_code is not None else "admin"]
