"""The whole way of a number: opened with its code, granted to a unit, taken by a bill, reversed, or given back."""

from datetime import datetime

import msgspec
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.codes import NUMBER_SPACE, BillIdentity
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.numbering.model import MoveWay, NumberHolder, NumberPlace, NumberStage, NumberTransfer
from mingpiao.numbering.service import find_number
from mingpiao.supply.tables import requisitions
from mingpiao.units.service import names_of

_BILL = text("""
SELECT bill.color, bill.state, bill.issued_at, bill.related_bill_id, related.issued_at AS related_at
FROM registered_bills AS bill
LEFT JOIN registered_bills AS related
    ON related.unit_id = bill.unit_id AND related.bill_id = bill.related_bill_id
WHERE bill.unit_id = :unit_id AND bill.bill_id = :bill_id
""")
_HOLDERS = {
    NumberHolder.POOL: "省级号码池",
    NumberHolder.DEPARTMENT: "财政部门库存",
    NumberHolder.STOCK: "用票单位库存",
    NumberHolder.TAKEN: "已开具的票据",
    NumberHolder.RETURNED: "已退回注销，不再发放",
}


class NumberStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a number's way; `at` None: it is so now, without a moment of its own."""

    what: str
    at: datetime | None = None


class NumberTrace(msgspec.Struct, frozen=True, kw_only=True):
    """A number's way, oldest step first, and who holds it now. `unit` and `kind` are names, empty where there is none."""

    identity: BillIdentity
    holder: str
    kind: str
    unit: str
    unit_id: int | None
    has_bill: bool
    steps: tuple[NumberStep, ...]


async def trace_number(connection: AsyncConnection, code: str, number: str, catalog: Catalog) -> NumberTrace:
    """The way of a number within the scope.

    Raises `Refusal`: `number.malformed` (422, by field) for what is no code or number, and `number.unknown` (404) for
    a number that no code has or that belongs to a unit outside the scope.
    """
    identity = _identity(code, number)
    place = await find_number(connection, code, identity.bill_id % NUMBER_SPACE)
    if place is None:
        message = "没有找到该号码：票据代码没有启用，或者号码不属于本地区的单位，请核对后重新查询。"
        raise refuse("number.unknown", message, status=404)
    unit = (
        "" if place.unit_id is None else (await names_of(connection, {place.unit_id})).get(place.unit_id, "")
    )
    bill = await _bill_steps(connection, place, identity)
    return NumberTrace(
        identity=identity,
        holder=_holder(place, catalog),
        kind=catalog.kinds[place.kind_code].name if place.kind_code in catalog.kinds else place.kind_code,
        unit=unit,
        unit_id=place.unit_id,
        has_bill=bool(bill),
        steps=(
            *(_stage_step(each, catalog) for each in place.stages),
            *await _grant_steps(connection, place, identity, unit),
            *map(_transfer_step, place.transfers),
            *bill,
            *_return_steps(place),
        ),
    )


def _holder(place: NumberPlace, catalog: Catalog) -> str:
    if place.region_code:
        return f"{department_name(catalog, place.region_code)}的库存"
    at_point = place.holder is NumberHolder.STOCK and place.point_code
    return f"用票单位库存（开票点{place.point_code}）" if at_point else _HOLDERS[place.holder]


def _stage_step(stage: NumberStage, catalog: Catalog) -> NumberStep:
    giver, taker = (department_name(catalog, each) for each in (stage.from_region, stage.to_region))
    how = {MoveWay.ALLOT: "下发给", MoveWay.RETURN: "退回", MoveWay.REFORM: "随区划调整划转给"}[stage.way]
    return NumberStep(what=f"随号段{stage.first:010d}至{stage.last:010d}由{giver}{how}{taker}", at=stage.at)


def _transfer_step(transfer: NumberTransfer) -> NumberStep:
    giver, taker = (
        f"开票点{each}" if each else "单位公共库存" for each in (transfer.from_point, transfer.to_point)
    )
    what = (
        f"随号段{transfer.first:010d}至{transfer.last:010d}由{giver}调拨给{taker}（{transfer.made_by_name}）"
    )
    return NumberStep(what=what, at=transfer.made_at)


def department_name(catalog: Catalog, region_code: str) -> str:
    """The name of a region's department, or the region's code where there is none."""
    found = catalog.departments.get(region_code)
    return found.name if found else region_code


def _identity(code: str, number: str) -> BillIdentity:
    identity = BillIdentity(code=code, number=number)
    problems = []
    try:
        _ = BillIdentity(code=code, number="0" * 10).bill_id
    except ValueError:
        problems.append(_malformed("code", "票据代码是8位数字。"))
    try:
        _ = BillIdentity(code="0" * 8, number=number).bill_id
    except ValueError:
        problems.append(_malformed("number", "票据号码是10位数字，前面的0也要填写。"))
    if problems:
        raise Refusal(*problems)
    return identity


def _malformed(field: str, message: str) -> Problem:
    return Problem(code="number.malformed", field=field, message=message, status=422)


async def _grant_steps(
    connection: AsyncConnection, place: NumberPlace, identity: BillIdentity, unit: str
) -> list[NumberStep]:
    if place.holder is NumberHolder.DEPARTMENT:
        return []
    if place.first is None or place.last is None:
        return [NumberStep(what="在省级号码池中，还没有发放给用票单位")]
    number = identity.bill_id % NUMBER_SPACE
    made = (
        await connection.execute(
            select(requisitions.c.request_no).where(
                requisitions.c.unit_id == place.unit_id,
                requisitions.c.code == identity.code,
                requisitions.c.first <= number,
                requisitions.c.last >= number,
            )
        )
    ).scalar_one_or_none()
    how = f"，申请编号{made}" if made else ""
    span = f"{place.first:010d}至{place.last:010d}"
    return [NumberStep(what=f"随号段{span}发放给{unit}{how}", at=place.allotted_at)]


async def _bill_steps(
    connection: AsyncConnection, place: NumberPlace, identity: BillIdentity
) -> list[NumberStep]:
    given = {"unit_id": place.unit_id, "bill_id": identity.bill_id}
    row = (await connection.execute(_BILL, given)).one_or_none()
    if row is None:
        return []
    red = row.color == "red"
    related = BillIdentity.from_bill_id(row.related_bill_id).number if row.related_bill_id else ""
    issued = f"开具红字票据，冲红{related}" if red else "开具票据"
    steps = [NumberStep(what=issued, at=to_shanghai(row.issued_at))]
    if not red and row.related_at is not None:
        steps.append(NumberStep(what=f"被红字票据{related}冲红", at=to_shanghai(row.related_at)))
    return steps


def _return_steps(place: NumberPlace) -> list[NumberStep]:
    if place.holder is not NumberHolder.RETURNED:
        return []
    way, reason = place.returned_why
    why = f"（{way.label}{f'：{reason}' if reason else ''}）"
    return [NumberStep(what=f"未使用，退回注销{why}，不再发放", at=place.returned_at)]
