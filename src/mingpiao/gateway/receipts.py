"""POST /writeoff/months/{month}/receipts: what arrived, as a unit's own system knows it."""

import asyncio
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from msgspec import Meta

from mingpiao.composition import GatewayServices
from mingpiao.gateway.authentication import ApiRequest
from mingpiao.gateway.contract import SuccessAnswer, contract
from mingpiao.gateway.decoding import decode_with_tree, read_body
from mingpiao.gateway.incoming import misspelt_lines
from mingpiao.gateway.months import MONTH, SIGNED, month_from
from mingpiao.gateway.totals import MAX_TOTALS_BYTES
from mingpiao.gateway.views import answer
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.grammar import read_date
from mingpiao.kernel.money import plain
from mingpiao.writeoff.service import MAX_RECEIPTS, ReportedReceipt, received_of, report_receipts

_MOST_PROBLEMS = 50
_NO_DAY = date.min


class ReceiptBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """一笔到账，或一个渠道的合计。"""

    entry_key: Annotated[
        str, Meta(description="贵系统中这笔到账的流水号，1至100字；同一流水号只记一次。", min_length=1)
    ]
    received_on: Annotated[str, Meta(description="到账日期，写成“年-月-日”。")]
    amount: Annotated[Decimal, SIGNED, Meta(description="金额，单位元，不能为零；退款填负数。")]
    channel: Annotated[str, Meta(description="渠道，如银行转账、POS、微信、支付宝、现金，至多30字。")] = ""
    payer_name: Annotated[str, Meta(description="付款人，至多100字。")] = ""
    payer_account: Annotated[str, Meta(description="付款账号，至多40字。")] = ""
    payment_code: Annotated[str, Meta(description="缴款码，至多50字。")] = ""
    business_no: Annotated[str, Meta(description="所付票据的业务流水号，至多50字；填了便于逐张匹配。")] = ""
    memo: Annotated[str, Meta(description="摘要，至多200字。")] = ""


class ReceiptsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """报送到账。"""

    receipts: Annotated[
        list[ReceiptBody], Meta(description="到账，逐笔或各渠道合计。", min_length=1, max_length=MAX_RECEIPTS)
    ]


class ReceiptsView(msgspec.Struct, frozen=True, kw_only=True):
    """报送到账的结果。"""

    month: Annotated[str, Meta(description="月份，写成“年-月”。")]
    added: Annotated[int, Meta(description="新记的笔数。")]
    known: Annotated[int, Meta(description="此前已经记过的笔数。")]
    received: Annotated[str, Meta(description="该月各来源到账的合计，单位元，2位小数。")]


_decoder = msgspec.json.Decoder(ReceiptsBody)


@post(
    "/writeoff/months/{month:str}/receipts",
    operation_id="postReceipts",
    tags=["核销"],
    summary="报送到账",
    status_code=200,
    description=(
        "报送该月的到账，逐笔或各渠道的合计；本月也可以随时报送。全部记下或全部不记。同一流水号、同样内容只记一次，"
        f"因此可以放心重试；内容不同的返回 409。一次至多{MAX_RECEIPTS:,}笔。"
    ),
    request_max_body_size=MAX_TOTALS_BYTES,
    opt=contract(
        SuccessAnswer(status=200, description="已记下。", content=ReceiptsView),
        parameters=(MONTH,),
        body=ReceiptsBody,
        problems=(
            "request.parameter_invalid",
            "amount.not_finite",
            "writeoff.month_ahead",
            "writeoff.before_unit",
            "writeoff.not_in_force",
            "writeoff.receipt_invalid",
            "writeoff.receipt_conflict",
            "writeoff.month_settled",
        ),
    ),
)
async def post_receipts(
    request: ApiRequest, services: NamedDependency[GatewayServices], month: FromPath[str]
) -> ASGIResponse:
    """Put down what arrived for a month."""
    data = await read_body(request)
    # Megabytes take a while to read; others go on meanwhile.
    body, tree = await asyncio.to_thread(decode_with_tree, _decoder, data)
    wanted, caller = month_from(month), request.auth
    reported = _reported(body, misspelt_lines(tree, "receipts", ("amount",)))
    async with services.database.system() as connection:  # system: a verb writes
        added = await report_receipts(connection, caller.unit_id, wanted, reported, acting=caller.acting)
        received = await received_of(connection, caller.unit_id, wanted)
    return answer(
        ReceiptsView(
            month=f"{wanted:%Y-%m}",
            added=added,
            known=len(reported) - added,
            received=plain(sum(received.values(), Decimal(0))),
        )
    )


def _reported(body: ReceiptsBody, problems: Sequence[Problem]) -> list[ReportedReceipt]:
    """The entries as values. Raises `Refusal` for days and numbers that are none."""
    days = [read_date(each.received_on) for each in body.receipts]
    wrong = [
        Problem(
            code="writeoff.receipt_invalid",
            field=f"receipts/{index}/received_on",
            message="到账日期应写作 2027-01-31。",
            status=422,
        )
        for index, day in enumerate(days)
        if day is None
    ]
    found = [*problems, *wrong][:_MOST_PROBLEMS]
    if found:
        raise Refusal(*found)
    return [
        ReportedReceipt(**(msgspec.structs.asdict(each) | {"received_on": day or _NO_DAY}))
        for day, each in zip(days, body.receipts, strict=True)
    ]
