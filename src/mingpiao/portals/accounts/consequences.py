"""What follows when an account is closed or gets a new password, in sentences with the numbers of the moment."""

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.applications.model import ApplicationState, ReviewFilter
from mingpiao.applications.service import list_reviews
from mingpiao.drafts.service import count_drafts
from mingpiao.identity.model import Account
from mingpiao.identity.service import count_colleagues, count_sessions
from mingpiao.kernel.errors import refuse
from mingpiao.portals.consequences import Consequences
from mingpiao.portals.gates import DEPARTMENT_ROLES, UNIT_ROLES
from mingpiao.portals.session import PageCall

#: More applications than this are not counted.
_MOST = 100


async def of_closing(
    call: PageCall, account: Account, place: str, *, address: str, back: str, members: Mapping[str, str]
) -> Consequences:
    """The page before an account is closed. `place` is the name of its unit or department.

    Raises `Refusal` (`account.is_own`, 409) for the person's own account.
    """

    async def told(connection: AsyncConnection) -> list[str]:
        return [
            "停用后不能登录；以前办理的业务和留痕都保留，随时可以重新启用。",
            *await _left_behind(connection, account),
            await _colleagues(connection, account),
        ]

    words = _Words("停用账户", "确认停用", told)
    return await _page(call, account, place, words, address=address, back=back, members=members)


async def of_new_password(
    call: PageCall, account: Account, place: str, *, address: str, back: str, members: Mapping[str, str]
) -> Consequences:
    """The page before an account gets a new password. `place` is the name of its unit or department.

    Raises as `of_closing`.
    """

    async def told(_connection: AsyncConnection) -> list[str]:
        return [
            "原密码随即失效。新密码由系统随机生成，只显示一次，由您当面或用可靠方式交给本人。",
            "本人首次登录时必须修改；输错密码造成的锁定一并解除。",
        ]

    words = _Words("重置密码", "确认重置密码", told)
    return await _page(call, account, place, words, address=address, back=back, members=members)


async def of_factor_reset(
    call: PageCall, account: Account, place: str, *, address: str, back: str, members: Mapping[str, str]
) -> Consequences:
    """The page before an account's second factor is taken away. Raises as `of_closing`."""

    async def told(_connection: AsyncConnection) -> list[str]:
        return [
            "原来的动态口令和恢复码随即失效；本人会收到消息，下次登录后重新设置。",
            "请先当面或用可靠方式核实是本人要求：手机丢失、恢复码也找不到时才需要重置。",
        ]

    words = _Words("重置动态口令", "确认重置动态口令", told)
    return await _page(call, account, place, words, address=address, back=back, members=members)


class _Words(NamedTuple):
    """What is done, the button that does it, and what follows besides sessions that end."""

    title: str
    button: str
    told: Callable[[AsyncConnection], Awaitable[list[str]]]


async def _page(
    call: PageCall,
    account: Account,
    place: str,
    words: _Words,
    *,
    address: str,
    back: str,
    members: Mapping[str, str],
) -> Consequences:
    _refuse_own(call, account)
    # system: no scope reads accounts and sessions, and a draft is its account's alone
    async with call.services.database.system() as connection:
        told = [await _sessions(connection, account), *await words.told(connection)]
    return Consequences(
        title=f"{words.title}：{account.username}",
        facts=_facts(account, place),
        told=told,
        address=address,
        button=words.button,
        back=back,
        members=members,
    )


def _refuse_own(call: PageCall, account: Account) -> None:
    if account.account_id == call.session.account.account_id:
        message = "这是您自己的账户：请由其他管理员停用，密码在“修改密码”中更改。"
        raise refuse("account.is_own", message, status=409)


def _facts(account: Account, place: str) -> list[tuple[str, str]]:
    return [
        ("姓名", account.display_name),
        ("用户名", account.username),
        ("角色", account.role.label),
        ("单位或部门", place),
    ]


async def _sessions(connection: AsyncConnection, account: Account) -> str:
    count = await count_sessions(connection, account.account_id)
    if not count:
        return f"{account.display_name}现在没有登录。"
    return f"{account.display_name}现在有 {count} 处登录，立即退出；没有保存的内容会丢失。"


async def _left_behind(connection: AsyncConnection, account: Account) -> list[str]:
    """What an account would leave behind that somebody else must take over."""
    told = []
    if account.role in UNIT_ROLES and (drafts := await count_drafts(connection, account)):
        told.append(f"该账户有 {drafts:,} 份草稿，停用期间没有人能打开。")
    if account.role in DEPARTMENT_ROLES:
        wanted = ReviewFilter(state=ApplicationState.IN_REVIEW.value, reviewer_id=account.account_id)
        found = await list_reviews(connection, wanted, limit=_MOST)
        if found.items:
            count = f"{len(found.items)} 件{'以上' if found.next_key else ''}"
            told.append(f"有 {count}待复核的申请交由该账户办理，请改由其他人员办理。")
    return told


async def _colleagues(connection: AsyncConnection, account: Account) -> str:
    count = await count_colleagues(connection, account)
    place = "本单位" if account.unit_id else "该部门" if account.region_code else "平台"
    if count:
        return f"{place}另有 {count} 个可以登录的{account.role.label}账户。"
    return f"停用后，{place}没有其他可以登录的{account.role.label}账户。"
