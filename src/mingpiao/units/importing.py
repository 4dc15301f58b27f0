"""Registers thousands of units from rows of a file, with their kinds and items, in a few statements."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record_all
from mingpiao.kernel.errors import Problem
from mingpiao.numbering.service import open_code, open_stocks
from mingpiao.storage.notices import notify
from mingpiao.units.model import Unit
from mingpiao.units.registration import Registered, register_many, unit_problems
from mingpiao.units.store import CHANNEL, may_manage
from mingpiao.units.tables import unit_charge_items

#: In the place of item codes: all items that the unit's kinds may carry.
ALL_ITEMS = "全部"


class UnitWish(msgspec.Struct, frozen=True, kw_only=True):
    """A unit as a row states it, with the codes of its kinds and items. `items` may be `(ALL_ITEMS,)`."""

    unit: Unit
    kinds: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


#: What becomes of a row: the unit and whether it is new, or all reasons why it cannot be registered.
Imported = tuple[Unit, bool] | list[Problem]


async def import_units(
    connection: AsyncConnection,
    wishes: Sequence[UnitWish],
    catalog: Catalog,
    *,
    dry_run: bool,
    acting: Acting,
) -> list[Imported]:
    """Register units of different codes, and grant new ones their kinds and items; an answer each.

    A unit that is registered already with the same data stays as it is, with its kinds and items. With
    `dry_run` nothing is written. Raises `Refusal` (`access.denied`, 403) for who works for no department.
    """
    found = [_problems(wish, catalog, acting=acting) for wish in wishes]
    good = [wish for wish, problems in zip(wishes, found, strict=True) if not problems]
    units = [wish.unit for wish in good]
    answers = await register_many(connection, units, dry_run=dry_run, acting=acting) if units else []
    if not dry_run:
        await _grant(connection, good, answers, catalog, acting=acting)
    left = iter(answers)
    return [problems or _settled(next(left)) for problems in found]


def _settled(answer: Registered) -> Imported:
    return [answer] if isinstance(answer, Problem) else answer


def _problems(wish: UnitWish, catalog: Catalog, *, acting: Acting) -> list[Problem]:
    problems = list(unit_problems(wish.unit))
    region = wish.unit.region_code
    ended = region in catalog.regions and catalog.regions[region].ended_on is not None
    if region not in catalog.regions or ended or not may_manage(region, acting=acting):
        problems.append(_wrong("region_code", "所属地区应是本部门所辖地区的六位区划代码，请修改。"))
    kinds = {code for code, kind in catalog.kinds.items() if not kind.retired}
    if unknown := [code for code in wish.kinds if code not in kinds]:
        problems.append(_wrong("kinds", f"没有票据种类{unknown[0][:20]}或已停用，请修改。"))
    elif unknown := [code for code in _items(wish, catalog) if not _fits(code, wish, catalog)]:
        problems.append(_wrong("items", f"收款项目{unknown[0][:20]}不存在、已停用或不属于所列种类，请修改。"))
    return problems


def _wrong(field: str, message: str) -> Problem:
    return Problem(code=f"unit.{field}_invalid", field=field, message=message, status=422)


def _fits(code: str, wish: UnitWish, catalog: Catalog) -> bool:
    item = catalog.items.get(code)
    return item is not None and not item.retired and not set(item.kinds).isdisjoint(wish.kinds)


def _items(wish: UnitWish, catalog: Catalog) -> list[str]:
    if wish.items != (ALL_ITEMS,):
        return sorted(set(wish.items))
    return sorted(code for code in catalog.items if _fits(code, wish, catalog))


async def _grant(
    connection: AsyncConnection,
    wishes: Sequence[UnitWish],
    answers: Sequence[Registered],
    catalog: Catalog,
    *,
    acting: Acting,
) -> None:
    fresh = [
        (answer[0].unit_id, wish)
        for wish, answer in zip(wishes, answers, strict=True)
        if not isinstance(answer, Problem) and answer[1]
    ]
    for kind in sorted({code for _, wish in fresh for code in wish.kinds}):
        await open_code(connection, catalog.bill_code(catalog.kinds[kind]), kind)
    pairs = [(unit_id, kind) for unit_id, wish in fresh for kind in sorted(set(wish.kinds))]
    await open_stocks(connection, pairs, acting=acting)
    items = {unit_id: found for unit_id, wish in fresh if (found := _items(wish, catalog))}
    if items:
        rows = [{"unit_id": unit_id, "item_code": code} for unit_id, found in items.items() for code in found]
        await connection.execute(insert(unit_charge_items), rows)
        await record_all(
            connection, [_told(unit_id, found, acting=acting) for unit_id, found in items.items()]
        )
    if fresh:
        await notify(connection, CHANNEL)


def _told(unit_id: int, codes: Sequence[str], *, acting: Acting) -> AuditEntry:
    return AuditEntry(
        acting=acting,
        action="unit:allow_items",
        subject=f"unit:{unit_id}",
        unit_id=unit_id,
        details={"items": ",".join(codes)},
    )
