"""缴款人名录: the list, one payer to change or hide, and the search of the form of 开具票据."""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.drafts.model import KnownPayer
from mingpiao.drafts.service import change_payer, get_payer, search_payers
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form, read_query
from mingpiao.portals.issuing.rights import UNIT_ISSUE
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.payers.lists import PAYERS, TYPES
from mingpiao.portals.payers.rights import UNIT_PAYERS
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, PageRequest, redirect, require_right

_GUARDS = [require_right(UNIT_PAYERS)]
_SHOWN = (("no", "使用中，开票时可以选到"), ("yes", "隐藏，开票时不再列出"))


def _form(payer_id: int) -> PageForm:
    return PageForm(
        address=f"{PAYERS.address}/{payer_id}",
        fields=(
            FormField(name="type", label="类型", kind="radios", options=TYPES),
            FormField(name="name", label="名称", required=True, attributes={"maxlength": 100}),
            FormField(name="code", label="统一社会信用代码", attributes={"maxlength": 18}),
            FormField(name="account", label="账号", attributes={"maxlength": 40, "inputmode": "numeric"}),
            FormField(name="bank", label="开户行", attributes={"maxlength": 60}),
            FormField(name="mobile", label="手机号", attributes={"maxlength": 20, "inputmode": "tel"}),
            FormField(name="hidden", label="状态", kind="radios", options=_SHOWN),
        ),
        button="保存",
        cancel=PAYERS.address,
    )


def _page(
    request: PageRequest, payer_id: int, values: dict[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    crumbs = [*PAYERS.crumbs, (PAYERS.title, PAYERS.address)]
    return form_page(request, _form(payer_id), values, problems, title="修改缴款人", crumbs=crumbs)


def _values(payer: KnownPayer) -> dict[str, str]:
    texts = ("type", "name", "code", "account", "bank", "mobile")
    return {name: getattr(payer, name) for name in texts} | {"hidden": "yes" if payer.hidden else "no"}


@get("/payers/{payer_id:int}", guards=_GUARDS)
async def show(call: NamedDependency[PageCall], payer_id: FromPath[int]) -> Response[str]:
    """One payer, to be changed."""
    async with call.reads() as connection:
        payer = await get_payer(connection, unit_of(call.session.account), payer_id)
    return _page(call.request, payer_id, _values(payer))


@post("/payers/{payer_id:int}", guards=_GUARDS, status_code=200)
async def change(call: NamedDependency[PageCall], payer_id: FromPath[int]) -> Response[str] | Response[bytes]:
    """Change or hide a payer."""
    typed = await read_form(call.request)
    unit_id = unit_of(call.session.account)
    async with call.reads() as connection:
        known = await get_payer(connection, unit_id, payer_id)
    changes: dict[str, Any] = {name: typed.get(name, "") for name in _values(known)}
    changes |= {"type": "2" if changes["type"] == "2" else "1", "hidden": changes["hidden"] == "yes"}
    payer = msgspec.structs.replace(known, **changes)
    try:
        async with call.services.database.system() as connection:  # system: the unit's own book is written
            await change_payer(connection, unit_id, payer, acting=call.acting)
    except Refusal as refusal:
        return _page(call.request, payer_id, typed, refusal.problems)
    return redirect(call.request, PAYERS.address)


@get("/payers/found", guards=[require_right(UNIT_ISSUE)])
async def found(call: NamedDependency[PageCall]) -> Response[str]:
    """Payers by a few letters, as the options of a list box."""
    words = read_query(call.request).get("q", "")
    async with call.reads() as connection:
        payers = await search_payers(connection, unit_of(call.session.account), words)
    return page(call.request, "payers/_found.html", payers=payers, words=words.strip())


HANDLERS = [*list_handlers(PAYERS, guards=_GUARDS), show, change, found]
