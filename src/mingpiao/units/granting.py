"""核定: which kinds and charge items a unit may use, and the numbers that it gets."""

from collections.abc import Sequence

from sqlalchemy import delete, distinct, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import differences, record
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import refuse
from mingpiao.kernel.text import unprintable
from mingpiao.messages.service import tell_unit
from mingpiao.numbering.model import Segment
from mingpiao.numbering.service import allot, kinds_of_unit, open_code, open_stock, withdraw_stock
from mingpiao.storage.notices import notify
from mingpiao.units.changes import MAX_REASON
from mingpiao.units.model import UnitMode
from mingpiao.units.store import CHANNEL, lock_managed, refuse_closed
from mingpiao.units.tables import unit_charge_items

#: The most numbers of one allotment by a page; a unit may have several.
MAX_ALLOTMENT = 1_000_000
#: Numbers that a unit gets where nobody says how many.
USUAL_ALLOTMENT = 10_000


async def allow_items(
    connection: AsyncConnection, unit_id: int, item_codes: Sequence[str], *, acting: Acting
) -> None:
    """Set the charge items that a unit may use; they replace those allowed before.

    Nothing is recorded where they are the same. Raises what `lock_managed` raises, `unit.closed` (409).
    """
    refuse_closed(await lock_managed(connection, unit_id, acting=acting))
    own = unit_charge_items.c.unit_id == unit_id
    before = set((await connection.execute(select(unit_charge_items.c.item_code).where(own))).scalars())
    wanted = set(item_codes)
    if before == wanted:
        return
    await connection.execute(delete(unit_charge_items).where(own))
    rows = [{"unit_id": unit_id, "item_code": code} for code in sorted(wanted)]
    if rows:
        await connection.execute(insert(unit_charge_items), rows)
    details = {"items": ",".join(sorted(wanted))}
    if taken := before - wanted:
        details["items_taken"] = ",".join(sorted(taken))
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="unit:allow_items",
            subject=f"unit:{unit_id}",
            unit_id=unit_id,
            details=details,
            changed=differences({"items": before}, {"items": wanted}),
        ),
    )
    await notify(connection, CHANNEL, str(unit_id))


async def count_units_with_items(connection: AsyncConnection, item_codes: Sequence[str]) -> int:
    """How many units within the connection's scope may use one of these items."""
    query = select(func.count(distinct(unit_charge_items.c.unit_id)))
    found: int | None = await connection.scalar(query.where(unit_charge_items.c.item_code.in_(item_codes)))
    return found or 0


async def grant_kinds(
    connection: AsyncConnection,
    unit_id: int,
    kind_codes: Sequence[str],
    catalog: Catalog,
    *,
    acting: Acting,
) -> None:
    """Let a unit issue further kinds, and open what they need: the pool of numbers and the unit's stock.

    Kinds that it has already are left as they are. Raises `Refusal`: `kind.unknown` (422), `unit.closed`
    (409), and what `lock_managed` raises.
    """
    refuse_closed(await lock_managed(connection, unit_id, acting=acting))
    for kind_code in sorted(set(kind_codes)):
        kind = catalog.kinds.get(kind_code)
        if kind is None or kind.retired:
            raise refuse("kind.unknown", "没有该票据种类或已停用，请重新选择。", field="kinds", status=422)
        await open_code(connection, catalog.bill_code(kind), kind.code)
        await open_stock(connection, unit_id, kind.code, acting=acting)
    await notify(connection, CHANNEL, str(unit_id))


async def withdraw_kind(
    connection: AsyncConnection,
    unit_id: int,
    kind_code: str,
    reason: str,
    catalog: Catalog,
    *,
    acting: Acting,
) -> int:
    """收回: a unit issues no further bill of a kind, and gives its unused numbers of it back; how many they are.

    The unit is told. Its bills of the kind can still be reversed, and `grant_kinds` gives the kind back.
    Raises `Refusal`: `unit.reason_missing` (422), `unit.kind_not_granted` (409), `unit.closed` (409), and what
    `lock_managed` raises.
    """
    refuse_closed(await lock_managed(connection, unit_id, acting=acting))
    if not reason.strip() or len(reason) > MAX_REASON or unprintable(reason):
        message = f"请填写收回的原因，不超过{MAX_REASON}个字，不含特殊符号。"
        raise refuse("unit.reason_missing", message, field="reason", status=422)
    count = await withdraw_stock(connection, unit_id, kind_code, reason.strip(), acting=acting)
    if count is None:
        raise refuse(
            "unit.kind_not_granted", "该单位没有这个票据种类，可能已被收回。", field="kind", status=409
        )
    name = catalog.kinds[kind_code].name if kind_code in catalog.kinds else kind_code
    await tell_unit(
        connection,
        unit_id,
        f"kind_withdrawn:{kind_code}:{now().isoformat()}",
        f"财政部门已收回票据种类“{name}”",
        f"原因：{reason.strip()}。本单位不能再开具“{name}”，未用的号码已退回{count:,}个；"
        "已开的票据仍然有效，可以查验、下载和冲红。如需继续使用，请联系同级财政部门。",
        urgent=True,
    )
    await notify(connection, CHANNEL, str(unit_id))
    return count


async def open_codes(connection: AsyncConnection, catalog: Catalog, kind_codes: Sequence[str]) -> None:
    """Open the present 票据代码 of kinds that changed, so that units which draw numbers as they issue go on."""
    for kind_code in sorted(kind_codes):
        await open_code(connection, catalog.bill_code(catalog.kinds[kind_code]), kind_code)


async def give_numbers(
    connection: AsyncConnection, unit_id: int, kind_code: str, count: int, catalog: Catalog, *, acting: Acting
) -> Segment:
    """Allot a segment of a kind to a unit, from the pool of the kind's present 票据代码.

    Raises `Refusal`: `numbering.online_unit` (409) for an online unit, which draws its numbers when it
    issues; `unit.kind_not_granted` (409); `numbering.count_invalid` beyond `MAX_ALLOTMENT`;
    `numbering.pool_empty`; `unit.closed` (409), and what `lock_managed` raises.
    """
    unit = await lock_managed(connection, unit_id, acting=acting)
    refuse_closed(unit)
    if unit.mode is UnitMode.ONLINE:
        raise refuse(
            "numbering.online_unit",
            "在线开票单位开票时自动领取号码，不需要发放。",
            field="kind",
            status=409,
        )
    if kind_code not in await kinds_of_unit(connection, unit_id) or kind_code not in catalog.kinds:
        raise refuse("unit.kind_not_granted", "请先核定该票据种类，再发放号码。", field="kind", status=409)
    if not 1 <= count <= MAX_ALLOTMENT:
        raise refuse(
            "numbering.count_invalid",
            f"每次发放1至{MAX_ALLOTMENT:,}个号码，请修改数量；需要更多时可分次发放。",
            field="count",
        )
    code = catalog.bill_code(catalog.kinds[kind_code])
    await open_code(connection, code, kind_code)
    return await allot(connection, unit_id, kind_code, code, count, acting=acting)
