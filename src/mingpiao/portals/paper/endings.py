"""作废, 遗失 and 申请销毁 in both portals: forms that end the life of sheets."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.kernel.grammar import read_date
from mingpiao.paper.model import PaperState
from mingpiao.paper.service import report_loss, void_sheets
from mingpiao.portals.forms import FormField
from mingpiao.portals.gates import Right
from mingpiao.portals.paper.common import FINANCE_HOME
from mingpiao.portals.paper.destructions import asking_form
from mingpiao.portals.paper.sheets import RangeForm, reason_field, rest_of
from mingpiao.portals.session import PageCall


async def _void(
    connection: AsyncConnection, typed: Mapping[str, str], _catalog: Catalog, call: PageCall
) -> object:
    return await void_sheets(connection, typed.get("sheets", ""), **rest_of(typed), acting=call.acting)


async def _lose(
    connection: AsyncConnection, typed: Mapping[str, str], catalog: Catalog, call: PageCall
) -> object:
    return await report_loss(
        connection,
        typed.get("sheets", ""),
        read_date(typed.get("lost_on", "")),
        typed.get("notice", ""),
        catalog,
        **rest_of(typed),
        acting=call.acting,
    )


async def _loss_fields(_call: PageCall) -> tuple[tuple[FormField, ...], str]:
    return (
        FormField(name="lost_on", label="遗失日期", kind="date", required=True),
        FormField(
            name="notice",
            label="公告内容",
            kind="textarea",
            required=True,
            hint="任何人都能看到，10至500字，例如：本单位不慎遗失下列纸质票据，声明作废。单位名称和号码由平台附上。",
            attributes={"maxlength": 500, "rows": 3},
        ),
    ), ""


def ending_forms(home: str, move: Right, decide: Right) -> tuple[RangeForm, ...]:
    """The forms below a portal's pages of paper; `move` may void, `decide` report a loss and ask for destruction."""
    done = f"{home}/own" if home == FINANCE_HOME else home
    crumbs = (("纸质票据", home),)
    return (
        RangeForm(
            address=f"{home}/void",
            title="作废纸质票据",
            button="作废",
            right=move,
            states=(PaperState.STOCK,),
            carry_out=_void,
            crumbs=crumbs,
            done=done,
            note=reason_field("作废的原因", "例如：打印错位、污损、缺联。最多200字。"),
            sure=("作废的纸质票据不能再使用，也不能恢复。", "请保管好实物，等待销毁。"),
        ),
        RangeForm(
            address=f"{home}/lose",
            title="报告遗失",
            button="报告遗失并公告",
            right=decide,
            states=(PaperState.STOCK, PaperState.VOID),
            carry_out=_lose,
            crumbs=crumbs,
            done=done,
            fields=_loss_fields,
            note=reason_field("遗失的经过", "只有财政部门能看到。最多200字。"),
            sure=("遗失的纸质票据不能再使用，也不能恢复。", "公告立即公开，不能修改。", "财政部门收到消息。"),
        ),
        asking_form(home, decide),
    )
