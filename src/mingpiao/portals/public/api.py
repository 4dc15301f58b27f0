"""查验 for programs: the same answers and limits as the page, as JSON."""

from datetime import datetime
from decimal import Decimal

import msgspec
from litestar import Response, get, post
from litestar.response.base import ASGIResponse
from litestar.types import ExceptionHandlersMap

from mingpiao.composition import Services
from mingpiao.gateway.service import handle
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.portals.session import PageRequest, services_of
from mingpiao.sealing.model import Face
from mingpiao.verification.model import Check, Depth, SealSummary, Standing, Verdict, VerificationResult
from mingpiao.verification.service import read_face_query
from mingpiao.web import client_address

_MAX_BODY = 4096
_encoder = msgspec.json.Encoder()


class VerifyRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The five facts, or code, number and the SM3 of the sealed XML in hex (`sm3`).

    `issued_on` is like 2026-11-21, `amount` in 元.
    """

    code: str = ""
    number: str = ""
    check_code: str = ""
    issued_on: str = ""
    amount: str | int | float = ""
    sm3: str = ""
    depth: Depth = Depth.SIMPLE


class RelatedBill(msgspec.Struct, frozen=True, omit_defaults=True):
    """The other half of a reversal."""

    code: str
    number: str


class BillView(msgspec.Struct, frozen=True, kw_only=True):
    """A genuine bill. `total` is in 元; `related` is its red bill, or the blue bill of a red one."""

    code: str
    number: str
    kind_name: str
    total: Decimal
    issued_at: datetime
    state: Standing
    state_name: str
    related: RelatedBill | None


class FinanceCheck(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """The members of DA/T 95-2022 FinanceCheck that this platform answers for."""

    result: str
    is_reversal: bool
    reversal_invoice_code: str
    reversal_invoice_number: str


class VerifyAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a check found; what the depth does not ask for is left out."""

    verdict: Verdict
    verdict_name: str
    message: str
    checked_at: datetime
    bill: BillView | None = None
    times_checked: int = 0
    last_checked_at: datetime | None = None
    finance_check: FinanceCheck | None = None
    seals: tuple[SealSummary, ...] = ()
    face: Face | None = None
    checks: tuple[Check, ...] = ()


_MESSAGES = {
    Verdict.GENUINE: "票据真实。",
    Verdict.ALTERED: "票据内容与登记不一致，请勿使用。",
    Verdict.UNKNOWN: "票据信息有误，或查无此票，请核对后重试。",
}


def _refused(request: PageRequest, refusal: Refusal) -> Response[bytes]:
    response = handle(request, refusal)
    if wait := refusal.problems[0].facts.get("retry_after"):
        response.headers["Retry-After"] = str(wait)
    return response


_PROBLEMS: ExceptionHandlersMap = {Refusal: _refused, Exception: handle}


@get("/api/public/verify", exception_handlers=_PROBLEMS)
async def verify_by_query(request: PageRequest) -> ASGIResponse:
    """Check a bill by the members of the address's query."""
    try:
        asked = msgspec.convert(dict(request.query_params), VerifyRequest, strict=False)
    except msgspec.ValidationError as error:
        raise _malformed() from error
    return await _answer(request, asked)


@post("/api/public/verify", status_code=200, request_max_body_size=_MAX_BODY, exception_handlers=_PROBLEMS)
async def verify_by_body(request: PageRequest) -> ASGIResponse:
    """Check a bill by a JSON body."""
    try:
        asked = msgspec.json.decode(await request.body(), type=VerifyRequest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _malformed() from error
    return await _answer(request, asked)


async def _answer(request: PageRequest, asked: VerifyRequest) -> ASGIResponse:
    # Thousands a second: neither dependency injection nor a response that is converted once more.
    result = await _verified(services_of(request), asked, client_address(request))
    return ASGIResponse(
        body=_encoder.encode(_view(result, asked.depth)),
        media_type="application/json",
        headers={"cache-control": "no-store"},
    )


async def _verified(services: Services, asked: VerifyRequest, address: str) -> VerificationResult:
    if asked.sm3:
        return await services.verifier.by_link(
            asked.code, asked.number, asked.sm3, address=address, depth=asked.depth
        )
    query = read_face_query(asked.code, asked.number, asked.check_code, asked.issued_on, str(asked.amount))
    return await services.verifier.by_face(query, address=address, depth=asked.depth)


def _view(result: VerificationResult, depth: Depth) -> VerifyAnswer:
    return VerifyAnswer(
        verdict=result.verdict,
        verdict_name=result.verdict.label,
        message=_MESSAGES[result.verdict],
        checked_at=result.checked_at,
        bill=_bill(result),
        times_checked=result.times_checked,
        last_checked_at=result.last_checked_at,
        finance_check=_finance_check(result),
        seals=result.seals,
        face=None if depth is Depth.SIMPLE else result.face,
        checks=result.checks if depth is Depth.DIAGNOSTIC else (),
    )


def _bill(result: VerificationResult) -> BillView | None:
    if result.identity is None or result.total is None or result.issued_at is None or result.standing is None:
        return None
    related = result.related
    return BillView(
        code=result.identity.code,
        number=result.identity.number,
        kind_name=result.kind_name,
        total=result.total,
        issued_at=result.issued_at,
        state=result.standing,
        state_name=result.standing.label,
        related=RelatedBill(related.code, related.number) if related else None,
    )


def _finance_check(result: VerificationResult) -> FinanceCheck | None:
    if result.standing is None:
        return None
    reversal = result.related if result.standing is Standing.REVERSED else None
    return FinanceCheck(
        result="真" if result.verdict is Verdict.GENUINE else "伪",
        is_reversal=reversal is not None,
        reversal_invoice_code=reversal.code if reversal else "",
        reversal_invoice_number=reversal.number if reversal else "",
    )


def _malformed() -> Refusal:
    return refuse(
        "request.malformed",
        "请求应为一个 JSON 对象（或查询参数），成员为 code、number、check_code、issued_on、amount、depth，"
        "或 code、number、sm3、depth，请按接口文档修改。",
    )
