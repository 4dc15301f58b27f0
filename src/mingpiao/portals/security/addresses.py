"""访问地址: from which networks people of a department, or administrators, may work."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency

from mingpiao.identity.service import ADMIN, address_list, place_of_account, set_address_list
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.grammar import read_whole
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form
from mingpiao.portals.gates import SECURE
from mingpiao.portals.kept import use_kept_members
from mingpiao.portals.navigation import home_of
from mingpiao.portals.proof import Sensitive, sensitive
from mingpiao.portals.security.rights import ACCESS_ADDRESSES
from mingpiao.portals.session import PageCall, redirect, require_right

_MARK = sensitive(Sensitive.ADDRESSES)


def _address(call: PageCall) -> str:
    portal = "admin" if call.session.account.region_code is None else "finance"
    return f"/{portal}/addresses"


async def _page(
    call: PageCall, typed: Mapping[str, str] | None = None, problems: tuple[Problem, ...] = ()
) -> Response[str]:
    place = place_of_account(call.session.account) or ADMIN
    async with call.services.database.system() as connection:  # system: no scope reads lists of addresses
        found = await address_list(connection, place)
    values: Mapping[str, Any] = typed or {"networks": "\n".join(found.networks)}
    form = PageForm(
        address=_address(call),
        fields=(
            FormField(
                name="networks",
                label="允许的网段",
                kind="textarea",
                hint="每行一个，例如 10.1.0.0/16 或 2001:db8::/48。不填写时，从任何网络都可以登录。",
                attributes={"rows": 6, "spellcheck": "false"},
            ),
        ),
        note="保存后立即生效：从其他网络登录的人员不能再继续操作。",
        button="保存访问地址",
        cancel=home_of(call.session),
    )
    return form_page(
        call.request,
        form,
        values,
        problems,
        template="security/addresses.html",
        title="访问地址",
        crumbs=[("首页", home_of(call.session))],
        found=found,
        here=call.acting.address,
        whom="系统、安全和审计管理员" if place == ADMIN else "本部门的财政经办和财政负责人",
    )


async def _set(call: PageCall) -> Response[str] | Response[bytes]:
    typed = await read_form(call.request)
    revision = read_whole(typed.get("revision", ""), digits=9) or 0
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            lines = typed.get("networks", "").splitlines()
            await set_address_list(connection, lines, revision=revision, acting=call.acting)
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        return await _page(call, typed, refusal.problems)
    return redirect(call.request, _address(call))


@get("/addresses", guards=[require_right(ACCESS_ADDRESSES)])
async def department_addresses(call: NamedDependency[PageCall]) -> Response[str]:
    """The networks of the head's own department."""
    return await _page(call, use_kept_members(call.request))


@post("/addresses", guards=[require_right(ACCESS_ADDRESSES)], status_code=200, opt=_MARK)
async def set_department_addresses(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Set the networks of the head's own department."""
    return await _set(call)


@get("/addresses", guards=[require_right(SECURE)])
async def admin_addresses(call: NamedDependency[PageCall]) -> Response[str]:
    """The networks of administrators."""
    return await _page(call, use_kept_members(call.request))


@post("/addresses", guards=[require_right(SECURE)], status_code=200, opt=_MARK)
async def set_admin_addresses(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Set the networks of administrators."""
    return await _set(call)


FINANCE_HANDLERS = [department_addresses, set_department_addresses]
ADMIN_HANDLERS = [admin_addresses, set_admin_addresses]
