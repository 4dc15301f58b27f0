"""/paper: a unit's program looks at the unit's paper bills, and reports sheets that are spoilt, lost or given back."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response.base import ASGIResponse
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.composition import GatewayServices
from mingpiao.gateway.authentication import ApiRequest
from mingpiao.gateway.contract import Parameter, SuccessAnswer, contract
from mingpiao.gateway.decoding import decode, read_body
from mingpiao.gateway.views import answer
from mingpiao.paper.model import PaperHolder, PaperHolding, PaperRange, PaperStep
from mingpiao.paper.service import (
    MAX_LINES,
    MAX_NOTE,
    common,
    get_step,
    holdings_of,
    read_ranges,
    report_loss,
    return_paper,
    void_sheets,
)

_TAG = "纸质票据"
_STATES = "transit 在途，stock 在库，used 已使用，void 已作废，lost 已遗失，listed 待销毁，destroyed 已销毁。"
_CODE = Meta(max_length=8, description="票据代码，8位数字。")


class SheetsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """一段连续的纸质票据。"""

    code: Annotated[str, _CODE]
    first_number: Annotated[str, Meta(max_length=10, description="起始号码，10位数字。")]
    last_number: Annotated[
        str, Meta(max_length=10, description="终止号码，10位数字；只有一张的与起始号码相同。")
    ]

    @property
    def line(self) -> str:
        """As a line of a form; what is no number stands as a question mark, which no line may have."""
        parts = (self.code, self.first_number, self.last_number)
        return " ".join(each if each.isascii() and each.isdigit() else "?" for each in parts)


class PaperBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """一次办理。"""

    request_no: Annotated[
        str, Meta(description="本单位的办理编号，1至64个字；同一编号、同样内容只办理一次。")
    ]
    sheets: Annotated[
        tuple[SheetsBody, ...], Meta(max_length=MAX_LINES, description=f"号段，1至{MAX_LINES}段。")
    ]
    note: Annotated[str, Meta(max_length=MAX_NOTE, description=f"原因或者经过，最多{MAX_NOTE}字。")]

    @property
    def lines(self) -> str:
        """The sheets as lines of a form."""
        return "\n".join(each.line for each in self.sheets)


class LossBody(PaperBody, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """一次遗失报告；note 写经过，只有财政部门能看到。"""

    lost_on: Annotated[date, Meta(description="遗失的日期，不晚于今天。")]
    notice: Annotated[
        str, Meta(description="公告内容，10至500字，任何人都能看到。单位名称和号码由平台附上。")
    ]


class SheetsView(msgspec.Struct, frozen=True, kw_only=True):
    """一段连续的号码。"""

    code: Annotated[str, Meta(description="票据代码，8位数字。")]
    first_number: Annotated[str, Meta(description="起始号码，10位数字。")]
    last_number: Annotated[str, Meta(description="终止号码，10位数字。")]
    quantity: Annotated[int, Meta(description="张数。")]


class PaperView(msgspec.Struct, frozen=True, kw_only=True):
    """本单位一处、一种状态的纸质票据。"""

    kind: Annotated[str, Meta(description="票据种类编码。")]
    purpose: Annotated[str, Meta(description="用途：exchange 换开专用，ordinary 传统纸质票据。")]
    purpose_name: Annotated[str, Meta(description="用途的名称。")]
    point: Annotated[str, Meta(description="开票点编码；本单位库存为空。")]
    state: Annotated[str, Meta(description=f"状态：{_STATES}")]
    state_name: Annotated[str, Meta(description="状态的名称。")]
    quantity: Annotated[int, Meta(description="张数。")]
    sheets: Annotated[tuple[SheetsView, ...], Meta(description="号段，按号码排列。")]


class PaperList(msgspec.Struct, frozen=True, kw_only=True):
    """本单位的纸质票据。"""

    paper: Annotated[
        tuple[PaperView, ...], Meta(description="按票据种类、用途、批次、开票点和状态分列；没有的为空。")
    ]


class PaperStepView(msgspec.Struct, frozen=True, kw_only=True):
    """一次办理的结果。"""

    step_id: Annotated[int, Meta(description="流转记录的编号。")]
    way: Annotated[str, Meta(description="办理：void 作废，lose 遗失，return 退回。")]
    way_name: Annotated[str, Meta(description="办理的名称。")]
    quantity: Annotated[int, Meta(description="张数。")]
    sheets: Annotated[tuple[SheetsView, ...], Meta(description="号段；相连的已合并。")]
    note: Annotated[str, Meta(description="原因或者经过。")]
    made_at: Annotated[datetime, Meta(description="办理时间，ISO 8601。")]


_KIND = Parameter(
    name="kind",
    place="query",
    description="只列出该票据种类；不传则全部列出。",
    schema={"type": "string", "maxLength": 4},
    example="0601",
)
_POINT = Parameter(
    name="point",
    place="query",
    description="只列出该开票点；不传则列出本单位库存和全部开票点。",
    schema={"type": "string", "maxLength": 40},
    example="MZ",
)
_RANGE = tuple(
    Parameter(
        name=name,
        place="query",
        description=f"{label}，{digits}位数字。",
        schema={"type": "string", "pattern": f"^[0-9]{{{digits}}}$"},
        example=example,
    )
    for name, label, digits, example in (
        ("code", "票据代码", 8, "15069126"),
        ("first", "起始号码", 10, "0000000001"),
        ("last", "终止号码", 10, "0000000100"),
    )
)
_RANGES = (
    "paper.ranges_missing",
    "paper.ranges_malformed",
    "paper.ranges_backwards",
    "paper.ranges_too_many",
)
_CHANGES = (
    "paper.form_invalid",
    *_RANGES,
    "paper.ranges_missing",
    "paper.ranges_overlap",
    "paper.not_held",
    "paper.request_no_used",
    "paper.taken_meanwhile",
)
_STEP = SuccessAnswer(
    status=200, description="办理的结果；同一编号再次提交，结果相同。", content=PaperStepView
)
_body, _loss = msgspec.json.Decoder(PaperBody), msgspec.json.Decoder(LossBody)


@get(
    "/paper",
    operation_id="getPaper",
    tags=[_TAG],
    summary="查询纸质票据库存",
    description="本单位的纸质票据，本单位库存和每个开票点的分开列，每种状态的号段和张数。",
    opt=contract(
        SuccessAnswer(status=200, description="纸质票据。", content=PaperList), parameters=(_KIND, _POINT),
        problems=("request.parameter_invalid",),
    ),
)  # fmt: skip
async def get_paper(
    request: ApiRequest,
    services: NamedDependency[GatewayServices],
    kind: Annotated[str, QueryParameter(max_length=4)] = "",
    point: Annotated[str | None, QueryParameter(max_length=40)] = None,
) -> ASGIResponse:
    """The unit's paper by place and state."""
    found = await _holdings(request, services)
    return answer(
        PaperList(
            paper=tuple(
                _paper_view(each, each.ranges)
                for each in found
                if kind in ("", each.kind_code) and point in (None, each.holder.point)
            )
        )
    )


@get(
    "/paper/sheets",
    operation_id="getPaperSheets",
    tags=[_TAG],
    summary="查询一段纸质票据的状态",
    description="一段号码里本单位的纸质票据，各在哪里、是什么状态。不是本单位的不列出。",
    opt=contract(
        SuccessAnswer(status=200, description="纸质票据。", content=PaperList),
        parameters=_RANGE,
        problems=("request.parameter_invalid", *_RANGES),
    ),
)
async def get_sheets(
    request: ApiRequest,
    services: NamedDependency[GatewayServices],
    code: Annotated[str, QueryParameter(max_length=8)] = "",
    first: Annotated[str, QueryParameter(max_length=10)] = "",
    last: Annotated[str, QueryParameter(max_length=10)] = "",
) -> ASGIResponse:
    """Those of a range that the unit has, by place and state."""
    wanted = read_ranges(SheetsBody(code=code, first_number=first, last_number=last).line, field="")
    found = [(each, common(each.ranges, wanted)) for each in await _holdings(request, services)]
    return answer(PaperList(paper=tuple(_paper_view(each, ranges) for each, ranges in found if ranges)))


async def _holdings(request: ApiRequest, services: GatewayServices) -> list[PaperHolding]:
    caller = request.auth
    async with services.database.scoped(caller.scope) as connection:
        return await holdings_of(connection, PaperHolder(unit_id=caller.unit_id))


@post(
    "/paper/voids",
    operation_id="voidPaper",
    tags=[_TAG],
    summary="作废纸质票据",
    status_code=200,
    description="把在库的纸质票据作废，例如打印错位、污损，开票点的也可以。作废以后在本单位库存等待销毁，不能再用。",
    opt=contract(_STEP, body=PaperBody, problems=_CHANGES),
)
async def void_paper(request: ApiRequest, services: NamedDependency[GatewayServices]) -> ASGIResponse:
    """Report sheets that are spoilt."""
    body = decode(_body, await read_body(request))

    async def void(connection: AsyncConnection, _catalog: Catalog) -> int:
        return await void_sheets(
            connection, body.lines, request_no=body.request_no, note=body.note, acting=request.auth.acting
        )

    return await _carried_out(request, services, void)


@post(
    "/paper/losses",
    operation_id="reportLostPaper",
    tags=[_TAG],
    summary="报告纸质票据遗失",
    status_code=200,
    description="在库和已作废的可以报告遗失。这些号码从此不能使用，公告立即在“纸质票据遗失公告”中公开，并告知财政部门。",
    opt=contract(_STEP, body=LossBody, problems=_CHANGES),
)
async def lose_paper(request: ApiRequest, services: NamedDependency[GatewayServices]) -> ASGIResponse:
    """Report sheets that are lost."""
    body = decode(_loss, await read_body(request))

    async def lose(connection: AsyncConnection, catalog: Catalog) -> int:
        return await report_loss(
            connection,
            body.lines,
            body.lost_on,
            body.notice,
            catalog,
            request_no=body.request_no,
            note=body.note,
            acting=request.auth.acting,
        )

    return await _carried_out(request, services, lose)


@post(
    "/paper/returns",
    operation_id="returnPaper",
    tags=[_TAG],
    summary="退回纸质票据",
    status_code=200,
    description="把本单位库存的纸质票据退回同级财政部门，签收以前是在途。开票点的先收回本单位库存。",
    opt=contract(_STEP, body=PaperBody, problems=_CHANGES),
)
async def return_sheets(request: ApiRequest, services: NamedDependency[GatewayServices]) -> ASGIResponse:
    """Give sheets back to the department."""
    body = decode(_body, await read_body(request))

    async def back(connection: AsyncConnection, catalog: Catalog) -> int:
        return await return_paper(
            connection,
            body.lines,
            catalog,
            request_no=body.request_no,
            note=body.note,
            acting=request.auth.acting,
        )

    return await _carried_out(request, services, back)


async def _carried_out(
    request: ApiRequest,
    services: GatewayServices,
    verb: Callable[[AsyncConnection, Catalog], Awaitable[int]],
) -> ASGIResponse:
    """Call the verb, and answer with the step that it made."""
    catalog = await services.catalog.get()
    async with services.database.system() as connection:  # system: a verb writes
        step = await get_step(connection, await verb(connection, catalog))
    return answer(_step_view(step))


def _step_view(step: PaperStep) -> PaperStepView:
    return PaperStepView(
        step_id=step.step_id,
        way=step.way.value,
        way_name=step.way.label,
        quantity=step.count,
        sheets=tuple(map(_sheets_view, step.ranges)),
        note=step.note,
        made_at=step.made_at,
    )


def _paper_view(holding: PaperHolding, ranges: tuple[PaperRange, ...]) -> PaperView:
    return PaperView(
        kind=holding.kind_code,
        purpose=holding.purpose.value,
        purpose_name=holding.purpose.label,
        point=holding.holder.point,
        state=holding.state.value,
        state_name=holding.state.label,
        quantity=sum(each.count for each in ranges),
        sheets=tuple(map(_sheets_view, ranges)),
    )


def _sheets_view(sheets: PaperRange) -> SheetsView:
    return SheetsView(
        code=sheets.code,
        first_number=sheets.first_number,
        last_number=sheets.last_number,
        quantity=sheets.count,
    )
