"""GET /stock and GET /catalog/…: the numbers that the caller's unit has in stock, and the base data that it
may use.
"""

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response.base import ASGIResponse

from mingpiao.catalog.model import BillKind, Catalog, ChargeItem, DatedRate, ExtensionField
from mingpiao.composition import GatewayServices
from mingpiao.gateway.authentication import ApiRequest
from mingpiao.gateway.contract import Parameter, SuccessAnswer, contract
from mingpiao.gateway.model import (
    ChargeItemList,
    ChargeItemView,
    ComingRateView,
    ExtensionView,
    KindList,
    KindView,
    StockList,
    StockView,
)
from mingpiao.gateway.views import answer
from mingpiao.kernel.clock import today
from mingpiao.kernel.money import plain_number
from mingpiao.numbering.model import StockLevel
from mingpiao.numbering.service import stock_levels

_KIND = Parameter(
    name="kind",
    place="query",
    description="只列出可用于该票据种类的项目；不传则全部列出。",
    schema={"type": "string", "maxLength": 4},
    example="0601",
)


@get(
    "/stock",
    operation_id="getStock",
    tags=["库存与目录"],
    summary="查询票据库存",
    description="本单位各票据种类剩余和已用的号码个数，以及是否被停止开票。",
    opt=contract(SuccessAnswer(status=200, description="库存。", content=StockList)),
)
async def get_stock(request: ApiRequest, services: NamedDependency[GatewayServices]) -> ASGIResponse:
    """The unit's numbers by kind."""
    caller = request.auth
    async with services.database.scoped(caller.scope) as connection:
        levels = await stock_levels(connection, caller.unit_id)
    catalog = await services.catalog.get()
    return answer(StockList(levels=tuple(_stock_view(level, catalog) for level in levels)))


def _stock_view(level: StockLevel, catalog: Catalog) -> StockView:
    return StockView(
        kind=level.kind_code,
        name=catalog.kinds[level.kind_code].name,
        free=level.free,
        used=level.used,
        locks=level.locks,
        valid_until=level.valid_until,
    )


@get(
    "/catalog/kinds",
    operation_id="listKinds",
    tags=["库存与目录"],
    summary="查询可开具的票据种类",
    description="本单位获准开具的票据种类，及各自的其他信息定义。",
    opt=contract(SuccessAnswer(status=200, description="票据种类。", content=KindList)),
)
async def list_kinds(request: ApiRequest, services: NamedDependency[GatewayServices]) -> ASGIResponse:
    """The kinds that the unit may issue."""
    catalog = await services.catalog.get()
    profile = await services.units.profile(request.auth.unit_id)
    kinds = [kind for code, kind in sorted(catalog.kinds.items()) if code in profile.kind_codes]
    return answer(KindList(kinds=tuple(_kind_view(kind, catalog) for kind in kinds if not kind.retired)))


def _kind_view(kind: BillKind, catalog: Catalog) -> KindView:
    return KindView(
        code=kind.code,
        name=kind.name,
        bill_code=catalog.bill_code(kind),
        extension=tuple(map(_extension_view, kind.extension_fields)),
    )


def _extension_view(field: ExtensionField) -> ExtensionView:
    return ExtensionView(
        name=field.name,
        label=field.label,
        type=field.type,
        required=field.required,
        max_length=field.max_length,
        choices=field.choices,
        minimum=None if field.minimum is None else f"{field.minimum:f}",
        maximum=None if field.maximum is None else f"{field.maximum:f}",
    )


@get(
    "/catalog/items",
    operation_id="listItems",
    tags=["库存与目录"],
    summary="查询可使用的收款项目",
    description="财政部门批准本单位使用的收款项目及收费标准；开票时不能使用其他项目。",
    opt=contract(
        SuccessAnswer(status=200, description="收款项目。", content=ChargeItemList),
        parameters=(_KIND,),
        problems=("request.parameter_invalid",),
    ),
)
async def list_items(
    request: ApiRequest,
    services: NamedDependency[GatewayServices],
    kind: Annotated[str, QueryParameter(max_length=4)] = "",
) -> ASGIResponse:
    """The charge items that the unit may use, optionally those of one kind."""
    catalog = await services.catalog.get()
    profile = await services.units.profile(request.auth.unit_id)
    wanted = profile.kind_codes & {kind} if kind else profile.kind_codes
    items = (catalog.items[code] for code in sorted(profile.item_codes))
    usable = [
        item for item in items if not wanted.isdisjoint(item.kinds) and profile.may_charge(item, today())
    ]
    return answer(ChargeItemList(items=tuple(_item_view(item, profile.kind_codes) for item in usable)))


def _item_view(item: ChargeItem, allowed: frozenset[str]) -> ChargeItemView:
    rate = item.rate_on(today())
    return ChargeItemView(
        code=item.code,
        name=item.name,
        measure_unit=item.measure_unit,
        rate_kind=rate.kind,
        rate_minimum=plain_number(rate.minimum),
        rate_maximum=plain_number(rate.maximum),
        coming_rates=tuple(_coming_view(each) for each in item.later_rates if each.since > today()),
        kinds=tuple(kind for kind in item.kinds if kind in allowed),
        basis=item.basis,
    )


def _coming_view(coming: DatedRate) -> ComingRateView:
    return ComingRateView(
        since=coming.since.isoformat(),
        rate_kind=coming.rate.kind,
        rate_minimum=plain_number(coming.rate.minimum),
        rate_maximum=plain_number(coming.rate.maximum),
    )
