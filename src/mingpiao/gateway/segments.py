"""GET /points, /segments and /returned-numbers, POST /returned-numbers: a unit's 开票点, its 号段 and who of it has them, and
what it gives back.
"""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response.base import ASGIResponse
from msgspec import Meta

from mingpiao.composition import GatewayServices
from mingpiao.gateway.authentication import ApiRequest
from mingpiao.gateway.contract import Parameter, SuccessAnswer, contract
from mingpiao.gateway.decoding import decode, read_body
from mingpiao.gateway.views import answer
from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.codes import is_code, is_number
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.kernel.grammar import read_whole
from mingpiao.kernel.text import unprintable
from mingpiao.numbering.model import HeldSegment, ReturnedFilter, ReturnedNumbers, SegmentFilter
from mingpiao.numbering.service import find_segment, list_returned, list_segments, numbers_of_points
from mingpiao.supply.service import MAX_RETURN_REASON, give_back_segment
from mingpiao.units.service import points_of_unit

MAX_SEGMENTS = 200
#: The word of an address that means the unit's common stock; no point is called so.
COMMON = "*"
_STATES = "in_stock 未使用，in_use 使用中，used 已用完，returned 已退回注销。"
_COMMON_STOCK = "单位公共库存"


class PointStockView(msgspec.Struct, frozen=True, kw_only=True):
    """开票点在一个票据种类自己的号码。"""

    kind: Annotated[str, Meta(description="票据种类编码。")]
    free: Annotated[int, Meta(description="剩余号码个数。")]


class PointView(msgspec.Struct, frozen=True, kw_only=True):
    """一个开票点。"""

    code: Annotated[str, Meta(description="代码，即开票和申领请求中的 point。")]
    name: Annotated[str, Meta(description="名称。")]
    address: Annotated[str, Meta(description="地址；没有登记的为空。")]
    active: Annotated[bool, Meta(description="是否在用；停用的不能开票和申领。")]
    stock: Annotated[
        tuple[PointStockView, ...],
        Meta(description="自己的号码，每个票据种类一项；没有自己的号码时为空，开票用单位公共库存。"),
    ]


class PointList(msgspec.Struct, frozen=True, kw_only=True):
    """本单位的开票点。"""

    points: Annotated[tuple[PointView, ...], Meta(description="按代码排列。")]


class SegmentView(msgspec.Struct, frozen=True, kw_only=True):
    """一个号段。"""

    kind: Annotated[str, Meta(description="票据种类编码。")]
    code: Annotated[str, Meta(description="票据代码，8位数字。")]
    first_number: Annotated[str, Meta(description="起始号码，10位数字；和票据代码一起认定一个号段。")]
    last_number: Annotated[str, Meta(description="终止号码，10位数字；号码调拨出去以后变小。")]
    next_number: Annotated[str, Meta(description="下一个号码，10位数字；没有剩余号码时为空。")]
    free: Annotated[int, Meta(description="剩余号码个数。")]
    point: Annotated[str, Meta(description=f"持有的开票点的代码；{_COMMON_STOCK}的为空。")]
    state: Annotated[str, Meta(description=_STATES)]
    state_name: Annotated[str, Meta(description="状态的名称。")]
    allotted_at: Annotated[datetime, Meta(description="领取时间，ISO 8601。")]


class SegmentList(msgspec.Struct, frozen=True, kw_only=True):
    """本单位的一页号段，新的在前。"""

    segments: Annotated[tuple[SegmentView, ...], Meta(description="号段。")]
    mark: Annotated[str, Meta(description="下一页的标记，作为 after 传入；没有下一页时为空。")]


class ReturnBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """退回一个号段没有使用的号码。"""

    code: Annotated[str, Meta(description="号段的票据代码，8位数字。")]
    first_number: Annotated[str, Meta(description="号段的起始号码，10位数字。")]
    reason: Annotated[str, Meta(description=f"原因，2至{MAX_RETURN_REASON}字。")]


class ReturnedView(msgspec.Struct, frozen=True, kw_only=True):
    """退回注销的号码，不再发放。"""

    kind: Annotated[str, Meta(description="票据种类编码。")]
    code: Annotated[str, Meta(description="票据代码，8位数字。")]
    first_number: Annotated[str, Meta(description="起始号码，10位数字。")]
    last_number: Annotated[str, Meta(description="终止号码，10位数字。")]
    quantity: Annotated[int, Meta(description="号码个数。")]
    way: Annotated[
        str, Meta(description="unit 单位退回，withdraw 收回票据种类，close 单位注销；以前的为空。")
    ]
    reason: Annotated[str, Meta(description="原因；没有记录的为空。")]
    made_by: Annotated[str, Meta(description="经办人的姓名，或者接口应用的名称。")]
    returned_at: Annotated[datetime, Meta(description="注销时间，ISO 8601。")]


class ReturnedList(msgspec.Struct, frozen=True, kw_only=True):
    """本单位退回注销的一页号码，新的在前。"""

    returned: Annotated[tuple[ReturnedView, ...], Meta(description="退回注销的号码。")]
    mark: Annotated[str, Meta(description="下一页的标记，作为 after 传入；没有下一页时为空。")]


_AFTER = Parameter(
    name="after",
    place="query",
    description="上次应答中的 mark；第一页不传。",
    schema={"type": "string", "maxLength": 100},
    example="",
)
_LIMIT = Parameter(
    name="limit",
    place="query",
    description="最多返回的项数。",
    schema={"type": "integer", "minimum": 1, "maximum": MAX_SEGMENTS, "default": MAX_SEGMENTS},
    example="100",
)
_KIND = Parameter(
    name="kind",
    place="query",
    description="只列出该票据种类的；不传则全部列出。",
    schema={"type": "string", "maxLength": 4},
    example="0601",
)
_STATE = Parameter(
    name="state",
    place="query",
    description="只列出该状态的：" + _STATES,
    schema={"type": "string", "maxLength": 20},
    example="in_use",
)
_POINT = Parameter(
    name="point",
    place="query",
    description=f"只列出该开票点持有的，填它的代码；{COMMON} 为{_COMMON_STOCK}。",
    schema={"type": "string", "maxLength": 20},
    example="MZ",
)
_decoder = msgspec.json.Decoder(ReturnBody)


@get(
    "/points",
    operation_id="listPoints",
    tags=["库存与目录"],
    summary="查询开票点",
    description="本单位登记的开票点，以及划给各开票点自己的号码还剩多少。",
    opt=contract(SuccessAnswer(status=200, description="开票点。", content=PointList)),
)
async def get_points(request: ApiRequest, services: NamedDependency[GatewayServices]) -> ASGIResponse:
    """The unit's points with their own numbers."""
    caller = request.auth
    async with services.database.scoped(caller.scope) as connection:
        points = await points_of_unit(connection, caller.unit_id)
        free = await numbers_of_points(connection, caller.unit_id)
    views = (
        PointView(
            code=point.code,
            name=point.name,
            address=point.address,
            active=point.active,
            stock=tuple(
                PointStockView(kind=kind, free=count)
                for kind, count in sorted(free.get(point.code, {}).items())
            ),
        )
        for point in points
    )
    return answer(PointList(points=tuple(views)))


@get(
    "/segments",
    operation_id="listSegments",
    tags=["库存与目录"],
    summary="查询号段",
    description="本单位的号段：起止、剩余、由哪个开票点持有，新的在前。",
    opt=contract(
        SuccessAnswer(status=200, description="一页号段。", content=SegmentList),
        parameters=(_KIND, _STATE, _POINT, _AFTER, _LIMIT),
        problems=("list.key_malformed", "request.parameter_invalid"),
    ),
)
async def get_segments(
    request: ApiRequest,
    services: NamedDependency[GatewayServices],
    kind: Annotated[str, QueryParameter(max_length=4)] = "",
    # `state` itself is a reserved name of the framework.
    standing: Annotated[str, QueryParameter(name="state", max_length=20)] = "",
    point: Annotated[str, QueryParameter(max_length=20)] = "",
    after: Annotated[str, QueryParameter(max_length=100)] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_SEGMENTS)] = MAX_SEGMENTS,
) -> ASGIResponse:
    """The unit's segments, newest first."""
    caller = request.auth
    if any(map(unprintable, (kind, standing, point))):
        return answer(SegmentList(segments=(), mark=""))
    wanted = SegmentFilter(
        unit_id=caller.unit_id,
        kind_code=kind,
        state=standing,
        point_code={"": None, COMMON: ""}.get(point, point),
    )
    async with services.database.scoped(caller.scope) as connection:
        found = await list_segments(connection, wanted, after=after, limit=limit)
    return answer(SegmentList(segments=tuple(map(_segment_view, found.items)), mark=found.next_key or ""))


def _segment_view(segment: HeldSegment) -> SegmentView:
    return SegmentView(
        kind=segment.kind_code,
        code=segment.code,
        first_number=f"{segment.first:010d}",
        last_number=f"{segment.last:010d}",
        next_number=f"{segment.next:010d}" if segment.free else "",
        free=segment.free,
        point=segment.point_code,
        state=segment.state.value,
        state_name=segment.state.label,
        allotted_at=segment.allotted_at,
    )


@post(
    "/returned-numbers",
    operation_id="returnNumbers",
    tags=["库存与目录"],
    summary="退回号码",
    status_code=200,
    description=(
        "退回本单位一个号段没有使用的号码，包括开票点持有的。退回的号码立即注销，不再发放给任何单位，不能恢复；已经开具的票据"
        "不受影响。没有收到应答时再发一次：已经退回的返回 supply.segment_spent，可以在退回注销的号码中查到。"
    ),
    opt=contract(
        SuccessAnswer(status=200, description="退回注销的号码。", content=ReturnedView),
        body=ReturnBody,
        problems=("supply.return_invalid", "supply.segment_spent", "supply.segment_unknown"),
    ),
)
async def post_returned_numbers(
    request: ApiRequest, services: NamedDependency[GatewayServices]
) -> ASGIResponse:
    """Give the rest of a segment back."""
    body, caller = decode(_decoder, await read_body(request)), request.auth
    async with services.database.system() as connection:  # system: a verb writes
        segment_id = await find_segment(connection, caller.unit_id, *_place(body))
        if segment_id is None:
            raise _unknown()
        await give_back_segment(connection, caller.unit_id, segment_id, body.reason, acting=caller.acting)
        wanted = ReturnedFilter(unit_id=caller.unit_id, segment_id=segment_id)
        (made,) = (await list_returned(connection, wanted, limit=1)).items
    return answer(_returned_view(made))


def _place(body: ReturnBody) -> tuple[str, int]:
    first = read_whole(body.first_number) if is_number(body.first_number) else None
    if first is None or not is_code(body.code):
        raise _unknown()
    return body.code, first


def _unknown() -> Refusal:
    message = "本单位没有这个号段，请核对票据代码和起始号码。"
    return refuse("supply.segment_unknown", message, field="first_number", status=404)


@get(
    "/returned-numbers",
    operation_id="listReturnedNumbers",
    tags=["库存与目录"],
    summary="查询退回注销的号码",
    description="本单位退回、被收回票据种类时注销的号码，新的在前。",
    opt=contract(
        SuccessAnswer(status=200, description="一页退回注销的号码。", content=ReturnedList),
        parameters=(_KIND, _AFTER, _LIMIT),
        problems=("list.key_malformed", "request.parameter_invalid"),
    ),
)
async def get_returned_numbers(
    request: ApiRequest,
    services: NamedDependency[GatewayServices],
    kind: Annotated[str, QueryParameter(max_length=4)] = "",
    after: Annotated[str, QueryParameter(max_length=100)] = "",
    limit: Annotated[int, QueryParameter(ge=1, le=MAX_SEGMENTS)] = MAX_SEGMENTS,
) -> ASGIResponse:
    """What the unit gave back, newest first."""
    caller = request.auth
    if unprintable(kind):
        return answer(ReturnedList(returned=(), mark=""))
    wanted = ReturnedFilter(unit_id=caller.unit_id, kind_code=kind)
    async with services.database.scoped(caller.scope) as connection:
        found = await list_returned(connection, wanted, after=after, limit=limit)
    return answer(ReturnedList(returned=tuple(map(_returned_view, found.items)), mark=found.next_key or ""))


def _returned_view(made: ReturnedNumbers) -> ReturnedView:
    return ReturnedView(
        kind=made.kind_code,
        code=made.code,
        first_number=f"{made.first:010d}",
        last_number=f"{made.last:010d}",
        quantity=made.last - made.first + 1,
        way=made.way.value,
        reason=made.reason,
        made_by=made.made_by_name,
        returned_at=to_shanghai(made.returned_at),
    )
