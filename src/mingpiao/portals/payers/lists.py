"""缴款人名录 as a list."""

from collections.abc import Mapping
from typing import Any

from mingpiao.drafts.model import KnownPayer
from mingpiao.drafts.service import list_payers
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.list_columns import Badge, Column
from mingpiao.portals.list_filters import ChoiceFilter, Here, TextFilter
from mingpiao.portals.list_model import Button, ExportFile, Listing
from mingpiao.portals.payers.rights import UNIT_PAYERS
from mingpiao.storage.paging import Page

TYPES = (("1", "个人"), ("2", "单位"))


async def _fetch(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[KnownPayer]:
    hidden = {"yes": True, "no": False}.get(wanted["hidden"])
    unit_id = unit_of(here.account)
    return await list_payers(
        here.connection, unit_id, words=wanted["words"], hidden=hidden, after=key, limit=limit
    )


def _state(payer: KnownPayer) -> Badge:
    return Badge("已隐藏", "secondary") if payer.hidden else Badge("使用中", "green")


PAYERS: Listing[KnownPayer] = Listing(
    name="unit_payers",
    address="/unit/payers",
    title="缴款人名录",
    crumbs=(("首页", "/unit"),),
    filters=(
        TextFilter(name="words", label="名称、拼音首字母、代码、账号或手机号"),
        ChoiceFilter(name="hidden", label="状态", options=(("no", "使用中"), ("yes", "已隐藏"))),
    ),
    columns=(
        Column(
            name="name",
            label="名称",
            kind="wide",
            head=True,
            value=lambda payer: payer.name,
            link=lambda payer: f"/unit/payers/{payer.payer_id}",
        ),
        Column(name="type", label="类型", value=lambda payer: dict(TYPES)[payer.type]),
        Column(name="code", label="统一社会信用代码", kind="code", value=lambda payer: payer.code),
        Column(name="account", label="账号", kind="code", phone=False, value=lambda payer: payer.account),
        Column(name="bank", label="开户行", phone=False, value=lambda payer: payer.bank),
        Column(name="mobile", label="手机号", kind="code", phone=False, value=lambda payer: payer.mobile),
        Column(name="uses", label="开票次数", kind="count", phone=False, value=lambda payer: payer.uses),
        Column(name="state", label="状态", value=_state, text=lambda payer: _state(payer).text),
    ),
    fetch=_fetch,
    empty=("名录中没有符合条件的缴款人", "打开“开具票据”时，开过票的缴款人自动进入名录；也可以从文件导入。"),
    buttons=(Button(label="导入", address="/unit/payers/import", right=UNIT_PAYERS),),
    export=ExportFile(
        action="payer:export",
        file="payers",
        right=UNIT_PAYERS,
        columns=("type", "name", "code", "account", "bank", "mobile", "uses", "state"),
    ),
)
