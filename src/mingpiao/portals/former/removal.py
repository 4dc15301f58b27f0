"""Deleting former bills that were imported wrongly: one, or all of an import; with a page of consequences before."""

from collections.abc import Sequence

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.former.model import FormerBill
from mingpiao.former.service import get_former, get_former_import
from mingpiao.identity.model import Account
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.portals.bills.access import bill_id_of
from mingpiao.portals.consequences import Consequences, consequences_page, is_confirmed
from mingpiao.portals.former.lists import import_id_of
from mingpiao.portals.former.parts import FINANCE, UNIT, Portal
from mingpiao.portals.former.rights import FORMER_IMPORT, FORMER_IMPORT_FOR_UNITS
from mingpiao.portals.forms import read_form
from mingpiao.portals.gates import Right, allowed
from mingpiao.portals.rendering import money
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.units.service import names_of
from mingpiao.writeoff.service import delete_former_bill, delete_former_import, is_removable, removal_sums


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a person can delete a bill, or why not: it came from somebody else, or its month was submitted."""

    offered: bool = False
    foreign: bool = False
    kept: bool = False


async def removal_of(
    connection: AsyncConnection, account: Account, portal: Portal, bill: FormerBill
) -> Removal:
    """What the page of a bill says about deleting it, to those who import bills."""
    if not allowed(account.role, FORMER_IMPORT if portal is UNIT else FORMER_IMPORT_FOR_UNITS):
        return Removal()
    if not await _is_own(connection, account, bill.import_id):
        return Removal(foreign=True)
    removable = await is_removable(connection, bill)
    return Removal(offered=removable, kept=not removable)


async def _is_own(connection: AsyncConnection, account: Account, import_id: int) -> bool:
    try:
        found = await get_former_import(connection, import_id)
    except Refusal:
        # A department's own import, which no unit sees.
        return False
    return (found.unit_id, found.region_code) == (account.unit_id, account.region_code)


async def _ask_bill(
    call: PageCall, portal: Portal, bill: FormerBill, problems: tuple[Problem, ...] = ()
) -> Response[str]:
    async with call.reads() as connection:
        units = await names_of(connection, {bill.unit_id})
    month = f"{bill.month:%Y年%-m月}"
    shown = Consequences(
        title=f"删除历史票据 {bill.identity.number}",
        facts=[
            ("票据代码", bill.identity.code),
            ("票据号码", bill.identity.number),
            ("开票单位", units.get(bill.unit_id, "")),
            ("缴款人", bill.payer_name),
            ("开票日期", f"{bill.issued_on:%Y-%m-%d}"),
            ("合计金额", f"{money(bill.total)} 元"),
        ],
        told=(
            f"这张票据从历史票据中删除，{month}的份数和金额随即减少。",
            "更正后可以重新导入同一号码的票据。",
            "删除的内容不能找回，操作留有记录。",
        ),
        address=f"{portal.bill(bill)}/delete",
        button="确认删除",
        back=portal.bill(bill),
    )
    return consequences_page(call.request, shown, crumbs=portal.crumbs, problems=problems)


async def _ask_import(
    call: PageCall, portal: Portal, import_id: int, problems: tuple[Problem, ...] = ()
) -> Response[str]:
    async with call.reads() as connection:
        found = await get_former_import(connection, import_id)
        sums = await removal_sums(connection, import_id)
    at = f"{portal.imports}/{import_id}"
    stay = f"已提交核销的月份和已认定违规的{sums.staying:,}份保留。" if sums.staying else ""
    shown = Consequences(
        title="删除这次导入的票据",
        facts=[
            ("文件", found.file_name),
            ("可以删除", f"{sums.bills:,} 份，{money(sums.amount)} 元"),
            ("保留", f"{sums.staying:,} 份"),
        ],
        told=(
            f"这次导入的{sums.bills:,}份票据从历史票据中删除，所在月份的份数和金额随即减少。{stay}",
            "更正后可以重新上传文件，再导入同样的号码。",
            "删除的内容不能找回，操作留有记录。",
        ),
        address=f"{at}/delete",
        button="确认删除",
        back=at,
        hindered=()
        if sums.bills or problems
        else ("没有可以删除的票据：已经删除，或所在月份已提交核销，或已认定违规。",),
    )
    return consequences_page(
        call.request, shown, crumbs=[*portal.crumbs, ("导入", portal.imports)], problems=problems
    )


def _handlers(portal: Portal, right: Right) -> Sequence[ControllerRouterHandler]:
    guards = [require_right(right)]

    @post("/former/bills/{code:str}/{number:str}/delete", guards=guards, status_code=200)
    async def delete_bill(
        call: NamedDependency[PageCall], code: FromPath[str], number: FromPath[str]
    ) -> Response[str] | Response[bytes]:
        """Delete a bill, once its consequences were seen."""
        bill_id = bill_id_of(code, number)
        async with call.reads() as connection:
            bill = await get_former(connection, bill_id)
        if not is_confirmed(await read_form(call.request)):
            return await _ask_bill(call, portal, bill)
        try:
            async with call.services.database.system() as connection:  # system: a verb writes
                await delete_former_bill(connection, bill_id, acting=call.acting)
        except Refusal as refusal:
            if refusal.status in (403, 404):
                raise
            return await _ask_bill(call, portal, bill, refusal.problems)
        return redirect(call.request, f"{portal.imports}/{bill.import_id}")

    @post("/former/imports/{import_id:str}/delete", guards=guards, status_code=200)
    async def delete_import(
        call: NamedDependency[PageCall], import_id: FromPath[str]
    ) -> Response[str] | Response[bytes]:
        """Delete what can be deleted of an import, once its consequences were seen."""
        number = import_id_of(import_id)
        async with call.reads() as connection:
            await get_former_import(connection, number)
        if not is_confirmed(await read_form(call.request)):
            return await _ask_import(call, portal, number)
        try:
            async with call.services.database.system() as connection:  # system: a verb writes
                await delete_former_import(connection, number, acting=call.acting)
        except Refusal as refusal:
            if refusal.status in (403, 404):
                raise
            return await _ask_import(call, portal, number, refusal.problems)
        return redirect(call.request, f"{portal.imports}/{number}")

    return [delete_bill, delete_import]


UNIT_HANDLERS = _handlers(UNIT, FORMER_IMPORT)
FINANCE_HANDLERS = _handlers(FINANCE, FORMER_IMPORT_FOR_UNITS)
