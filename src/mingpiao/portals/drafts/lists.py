"""草稿: an account's bills that are not issued yet, as a list."""

from collections.abc import Mapping
from typing import Any

from mingpiao.drafts.model import Draft
from mingpiao.drafts.service import list_drafts
from mingpiao.portals.issuing.rights import UNIT_ISSUE
from mingpiao.portals.kinds.naming import kind_name, kind_options_of_unit
from mingpiao.portals.list_columns import Column
from mingpiao.portals.list_filters import ChoiceFilter, Here, TextFilter
from mingpiao.portals.list_model import Button, Listing, RowAction
from mingpiao.storage.paging import Page


class _Row(Draft, frozen=True, kw_only=True):
    """A draft with the name of its kind."""

    kind_label: str


async def _fetch(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[_Row]:
    found = await list_drafts(
        here.connection, here.account, words=wanted["words"], kind=wanted["kind"], after=key, limit=limit
    )
    rows = tuple(_row(here, draft) for draft in found.items)
    return Page(items=rows, next_key=found.next_key)


def _row(here: Here, draft: Draft) -> _Row:
    members = {name: getattr(draft, name) for name in draft.__struct_fields__}
    return _Row(**members, kind_label=kind_name(here.catalog, draft.kind))


DRAFTS: Listing[_Row] = Listing(
    name="unit_drafts",
    address="/unit/drafts",
    title="草稿",
    crumbs=(("首页", "/unit"), ("开具票据", "/unit/issue")),
    filters=(
        TextFilter(name="words", label="缴款人或业务流水号"),
        ChoiceFilter(name="kind", label="票据种类", options=kind_options_of_unit, may_be_gone=True),
    ),
    columns=(
        Column(
            name="payer",
            label="缴款人",
            kind="wide",
            head=True,
            value=lambda row: row.payer or "（未填写）",
            link=lambda row: f"/unit/issue?draft={row.business_no}",
        ),
        Column(name="kind", label="票据种类", kind="wide", value=lambda row: row.kind_label),
        Column(name="amount", label="金额（元）", kind="money", value=lambda row: row.total),
        Column(name="items", label="项目数", kind="count", phone=False, value=lambda row: len(row.items)),
        Column(name="saved", label="保存时间", kind="moment", value=lambda row: row.saved_at),
        Column(
            name="business_no",
            label="业务流水号",
            kind="code",
            phone=False,
            value=lambda row: row.business_no,
        ),
    ),
    actions=(
        RowAction(
            label=lambda _row: "删除",
            spoken=lambda row: f"删除草稿：{row.payer or row.business_no}",
            address=lambda row: f"/unit/drafts/{row.business_no}/delete",
            right=UNIT_ISSUE,
        ),
    ),
    fetch=_fetch,
    empty=("没有草稿", "开具票据时填写的内容自动存为草稿，开具后消失；90天没有改动的自动清理。"),
    buttons=(Button(label="开具票据", address="/unit/issue", right=UNIT_ISSUE, primary=True),),
)
