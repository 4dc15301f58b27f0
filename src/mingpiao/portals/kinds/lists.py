"""The list of 票据种类, and who may mark those that need evidence files."""

from collections.abc import Mapping
from typing import Any

import msgspec
from markupsafe import Markup

from mingpiao.catalog.model import BillKind, Catalog
from mingpiao.identity.model import Account
from mingpiao.portals.gates import allowed
from mingpiao.portals.kinds.rights import KINDS_MARK
from mingpiao.portals.list_columns import Badge, Column, Parts
from mingpiao.portals.list_filters import Here
from mingpiao.portals.list_model import Listing, RowAction
from mingpiao.storage.paging import Page


class KindRow(msgspec.Struct, frozen=True, kw_only=True):
    """A kind with the name of its category; `markable` says whether the reader may mark it."""

    kind: BillKind
    category: str
    markable: bool


def may_mark(account: Account, catalog: Catalog) -> bool:
    """Whether an account is the head of the province's department."""
    return allowed(account.role, KINDS_MARK) and account.region_code == f"{catalog.province}0000"


async def _fetch(here: Here, _wanted: Mapping[str, Any], _key: str, _limit: int) -> Page[KindRow]:
    """The catalog is in memory, so one page has all kinds."""
    markable = may_mark(here.account, here.catalog)
    names = {category.code: category.name for category in here.catalog.categories.values()}
    rows = tuple(
        KindRow(kind=kind, category=names.get(kind.category_code, ""), markable=markable)
        for kind in here.catalog.kinds.values()
    )
    return Page(items=rows)


def _needs(row: KindRow) -> Badge | Markup:
    if row.kind.needs_evidence:
        return Badge("须附佐证材料", "orange")
    return Markup('<span class="text-secondary">可不附</span>')


KINDS: Listing[KindRow] = Listing(
    name="finance_kinds",
    address="/finance/kinds",
    title="票据种类",
    columns=(
        Column(name="code", label="编码", kind="code", value=lambda row: row.kind.code),
        Column(
            name="name",
            label="名称",
            head=True,
            value=lambda row: Parts(
                (row.kind.name, Badge("已停用", "secondary") if row.kind.retired else "")
            ),
        ),
        Column(name="category", label="分类", phone=False, value=lambda row: row.category),
        Column(name="evidence", label="佐证材料", value=_needs),
    ),
    fetch=_fetch,
    empty=("没有票据种类", "票据种类由系统管理员维护。"),
    actions=(
        RowAction(
            label=lambda row: "改为可不附" if row.kind.needs_evidence else "改为须附",
            spoken=lambda row: (
                f"{row.kind.name}：{'改为可不附' if row.kind.needs_evidence else '改为须附佐证材料'}"
            ),
            address=lambda row: f"/finance/kinds/{row.kind.code}/evidence",
            right=KINDS_MARK,
            offered=lambda row, _account: row.markable,
            members=lambda row: {"needed": "0" if row.kind.needs_evidence else "1"},
        ),
    ),
    template="kinds/kinds.html",
)
