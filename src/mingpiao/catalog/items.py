"""Changes of charge items, which take effect when a second person approves them."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.approvals.service import propose, stale
from mingpiao.catalog.model import Catalog, ChargeItem
from mingpiao.catalog.store import BASE_DATA, check_items, load, pinyin_initials, save_items
from mingpiao.catalog.wording import changed_rows, item_members
from mingpiao.house.model import ChangedRow, ProposalKind
from mingpiao.identity.model import Acting
from mingpiao.kernel.errors import refuse


class ItemChange(msgspec.Struct, frozen=True, kw_only=True):
    """A charge item as it was when the change was proposed (None for a new one), and as it is to become."""

    before: ChargeItem | None
    after: ChargeItem


class ItemChanges(msgspec.Struct, frozen=True, kw_only=True):
    """The payload of a proposal: items that change together."""

    items: tuple[ItemChange, ...]


async def propose_items(
    connection: AsyncConnection, values: Sequence[ChargeItem], *, reason: str, acting: Acting
) -> int:
    """Put new contents of charge items down for a second person of the province, and return the proposal's id.

    Raises `Refusal` (`catalog.not_province`, 403) for anybody but the province's department, and what
    `check_items` and `approvals.service.propose` raise.
    """
    catalog = await load(connection)
    require_province(catalog, acting=acting)
    check_items(values)
    changes = ItemChanges(
        items=tuple(
            ItemChange(before=catalog.items.get(value.code), after=_completed(value))
            for value in sorted(values, key=lambda each: each.code)
        )
    )
    codes = [each.after.code for each in changes.items]
    first = changes.items[0].after
    named = f"{first.code} {first.name}"
    return await propose(
        connection,
        ITEM_PROPOSAL,
        codes[0] if len(codes) == 1 else f"{codes[0]}+{len(codes) - 1}",
        msgspec.to_builtins(changes),
        title=named if len(codes) == 1 else f"{named}等{len(codes)}项",
        reason=reason,
        affects=codes,
        acting=acting,
    )


def require_province(catalog: Catalog, *, acting: Acting) -> None:
    """Raise `Refusal` (`catalog.not_province`, 403) unless a person of the province's department acts."""
    if acting.region_code != f"{catalog.province}0000":
        raise refuse("catalog.not_province", "基础数据由省级财政部门维护，您只能查看。", status=403)


def _completed(item: ChargeItem) -> ChargeItem:
    return msgspec.structs.replace(item, pinyin=item.pinyin or pinyin_initials(item.name))


async def _describe(connection: AsyncConnection, payload: Mapping[str, Any]) -> Sequence[ChangedRow]:
    """What the change does; raises `Refusal` (`proposal.stale`) when one of the items changed meanwhile."""
    catalog = await load(connection)
    return [
        row
        for change in _fitting(payload, catalog)
        for row in changed_rows(
            item_members(change.before, catalog) if change.before else (),
            item_members(change.after, catalog),
            f"{change.after.code} {change.after.name}",
        )
    ]


async def _apply(connection: AsyncConnection, payload: Mapping[str, Any], *, acting: Acting) -> None:
    await connection.execute(BASE_DATA.clause)
    changes = _fitting(payload, await load(connection))
    await save_items(connection, [each.after for each in changes], acting=acting)


def _fitting(payload: Mapping[str, Any], catalog: Catalog) -> Sequence[ItemChange]:
    """The changes, if each item still is what it was."""
    changes = msgspec.convert(payload, ItemChanges, strict=False).items
    for each in changes:
        if catalog.items.get(each.after.code) != each.before:
            raise stale(f"收款项目{each.after.code}")
    return changes


ITEM_PROPOSAL = ProposalKind(kind="charge_item", label="收款项目", describe=_describe, apply=_apply)
