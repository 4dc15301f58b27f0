"""查验 for programs: the same answers and limits as on the page, as JSON."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast
from urllib.parse import parse_qsl

import msgspec
from litestar import Response, asgi
from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException, MethodNotAllowedException
from litestar.types import ExceptionHandlersMap, HTTPRequestEvent, Receive, Scope, Send

from mingpiao.gateway.service import handle
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.portals.session import PageRequest, services_of
from mingpiao.portals.verification.advice import writeoff_name
from mingpiao.sealing.model import Face
from mingpiao.verification.model import (
    Check,
    Depth,
    LegalState,
    SealSummary,
    VerificationResult,
    VerificationVerdict,
)
from mingpiao.verification.service import PuzzleReply, PuzzleWay, Verifier, read_face_query
from mingpiao.web import client_address
from mingpiao.writeoff.model import BillStanding

_MAX_BODY = 4096
_HEADERS = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
_encoder = msgspec.json.Encoder()


class VerifyRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The five values, or code, number and the SM3 of the sealed XML in hex (`sm3`).

    `puzzle_token` and `puzzle_answer` answer what `verification.puzzle_needed` asked; `puzzle_way` tells how
    to ask: by a picture, or in words with a wait.
    `issued_on` is like 2026-11-21, `amount` in 元.
    """

    code: str = ""
    number: str = ""
    check_code: str = ""
    issued_on: str = ""
    amount: str | int | float = ""
    sm3: str = ""
    puzzle_token: str = ""
    puzzle_answer: str = ""
    puzzle_way: PuzzleWay = PuzzleWay.PICTURE
    depth: Depth = Depth.SIMPLE


class RelatedBill(msgspec.Struct, frozen=True, omit_defaults=True):
    """The other bill of a reversal."""

    code: str
    number: str


class CheckedBill(msgspec.Struct, frozen=True, kw_only=True):
    """A genuine bill. `total` is in 元; `related` is its red bill, or the blue bill of a red one.

    `writeoff`, its name, `written_off` and its day come where the bill must be written off; with the simple depth
    only of bills that a department doubts.
    """

    code: str
    number: str
    kind_name: str
    total: Decimal
    issued_at: datetime
    state: LegalState
    state_name: str
    related: RelatedBill | None
    writeoff: BillStanding | msgspec.UnsetType = msgspec.UNSET
    writeoff_name: str | msgspec.UnsetType = msgspec.UNSET
    written_off: bool | msgspec.UnsetType = msgspec.UNSET
    written_off_on: date | msgspec.UnsetType = msgspec.UNSET


class FinanceCheck(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """The members of DA/T 95-2022 FinanceCheck that this platform fills in."""

    result: str
    is_reversal: bool
    reversal_invoice_code: str
    reversal_invoice_number: str


class VerifyAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The result of a check; what the depth of the check does not include is left out."""

    verdict: VerificationVerdict
    verdict_name: str
    message: str
    checked_at: datetime
    bill: CheckedBill | None = None
    times_checked: int = 0
    last_checked_at: datetime | None = None
    finance_check: FinanceCheck | None = None
    seals: tuple[SealSummary, ...] = ()
    face: Face | None = None
    checks: tuple[Check, ...] = ()


_MESSAGES = {
    VerificationVerdict.GENUINE: "票据真实。",
    VerificationVerdict.CHANGED: "票据原文真实，文件在生成之后有过改动。",
    VerificationVerdict.FOREIGN_LOOK: "票据原文真实，但文件的版面不是平台生成的，请勿使用。",
    VerificationVerdict.ALTERED: "票据内容与登记不一致，请勿使用。",
    VerificationVerdict.TRAINING: "这是演练环境开具的票据，不是真票，没有法律效力，请勿使用。",
    VerificationVerdict.UNKNOWN: "票据信息有误，或查无此票，请核对后重试。",
}


def _refused(request: PageRequest, refusal: Refusal) -> Response[bytes]:
    response = handle(request, refusal)
    if wait := refusal.problems[0].facts.get("retry_after"):
        response.headers["Retry-After"] = str(wait)
    return response


_PROBLEMS: ExceptionHandlersMap = {Refusal: _refused, Exception: handle}


@asgi("/api/public/verify", exception_handlers=_PROBLEMS, copy_scope=False)
async def verify_for_programs(scope: Scope, receive: Receive, send: Send) -> None:
    """Check a bill by the members of the address's query (GET) or by a JSON body (POST).

    Bare ASGI: there are thousands of these checks a second, and the framework's objects for reading and
    answering would cost as much again as the check itself.
    """
    asked = await _asked(scope, receive)
    connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
    result = await _verified(services_of(connection).own["verifier"], asked, client_address(connection))
    body = _encoder.encode(_view(result, asked.depth))
    headers = [*_HEADERS, (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _asked(scope: Scope, receive: Receive) -> VerifyRequest:
    method = scope.get("method")
    try:
        if method == "GET":
            members = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
            return msgspec.convert(members, VerifyRequest, strict=False)
        if method == "POST":
            return msgspec.json.decode(await _body(receive), type=VerifyRequest)
    except (msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
        raise _malformed() from error
    raise MethodNotAllowedException(headers={"allow": "GET, POST"})


async def _body(receive: Receive) -> bytes:
    """The request's body. Raises HTTP 413 as soon as it is too long."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return body
        body += cast(HTTPRequestEvent, message)["body"]
        if len(body) > _MAX_BODY:
            raise HTTPException(status_code=413)
        if not cast(HTTPRequestEvent, message)["more_body"]:
            return body


async def _verified(verifier: Verifier, asked: VerifyRequest, address: str) -> VerificationResult:
    if asked.sm3:
        return await verifier.by_link(asked.code, asked.number, asked.sm3, address=address, depth=asked.depth)
    query = read_face_query(asked.code, asked.number, asked.check_code, asked.issued_on, str(asked.amount))
    reply = PuzzleReply(asked.puzzle_token, asked.puzzle_answer, asked.puzzle_way)
    return await verifier.by_face(query, address=address, depth=asked.depth, reply=reply)


def _view(result: VerificationResult, depth: Depth) -> VerifyAnswer:
    return VerifyAnswer(
        verdict=result.verdict,
        verdict_name=result.verdict.label,
        message=_message(result),
        checked_at=result.checked_at,
        bill=_bill(result),
        times_checked=result.times_checked,
        last_checked_at=result.last_checked_at,
        finance_check=_finance_check(result),
        seals=result.seals,
        face=None if depth is Depth.SIMPLE else result.face,
        checks=result.checks if depth is Depth.DIAGNOSTIC else (),
    )


def _message(result: VerificationResult) -> str:
    said = _MESSAGES[result.verdict]
    if not result.is_questioned or result.verdict is VerificationVerdict.FOREIGN_LOOK:
        return said
    return f"{said}{writeoff_name(result)}，请暂缓报销和入账。"


def _bill(result: VerificationResult) -> CheckedBill | None:
    if (
        result.identity is None
        or result.total is None
        or result.issued_at is None
        or result.legal_state is None
    ):
        return None
    related, told = result.related, result.writeoff
    return CheckedBill(
        code=result.identity.code,
        number=result.identity.number,
        kind_name=result.kind_name,
        total=result.total,
        issued_at=result.issued_at,
        state=result.legal_state,
        state_name=result.legal_state.label,
        related=RelatedBill(related.code, related.number) if related else None,
        writeoff=result.writeoff or msgspec.UNSET,
        writeoff_name=writeoff_name(result) or msgspec.UNSET,
        written_off=msgspec.UNSET if told is None else told is BillStanding.WRITTEN_OFF,
        written_off_on=result.written_off_on or msgspec.UNSET,
    )


def _finance_check(result: VerificationResult) -> FinanceCheck | None:
    if result.legal_state is None:
        return None
    reversal = result.related if result.legal_state is LegalState.REVERSED else None
    return FinanceCheck(
        result="真" if result.verdict is VerificationVerdict.GENUINE else "伪",
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
