"""POST /bills/batch: many bills in one call, each with its own result, in order."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import assert_never

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.response.base import ASGIResponse

from mingpiao.applications.model import Pending, Submitted
from mingpiao.composition import GatewayServices
from mingpiao.gateway.application_views import application_view
from mingpiao.gateway.authentication import ApiRequest, Caller
from mingpiao.gateway.bills import ISSUE_PROBLEMS, repeat_or_refusal
from mingpiao.gateway.contract import SuccessAnswer, contract
from mingpiao.gateway.decoding import decode_with_tree, read_body, repeated_member
from mingpiao.gateway.errors import ERROR_TYPES
from mingpiao.gateway.incoming import read_request
from mingpiao.gateway.model import MAX_BATCH, BatchBody, BatchCounts, BatchRequest, BatchResult, BatchView
from mingpiao.gateway.problems import problem_view
from mingpiao.gateway.views import bill_view, confirmation_problems
from mingpiao.issuing.model import (
    Issued,
    IssueRequest,
    NeedsConfirmation,
    Refused,
    Unresolved,
)
from mingpiao.kernel.errors import Problem, Refusal, refuse

MAX_BYTES = 40 * 1024 * 1024
#: After so many bills other tasks of the event loop get a turn.
_CHUNK = 200

_batch_decoder = msgspec.json.Decoder(BatchRequest)
_encoder = msgspec.json.Encoder(order="deterministic")


@post(
    "/bills/batch",
    operation_id="issueBatch",
    tags=["开票"],
    summary="批量开具票据",
    description=(
        f"一次最多{MAX_BATCH:,}张，请求体不超过40 MB。逐张处理、按原顺序逐张应答：一张有错（甚至无法解析）不影响其他各张。"
        "整个批量的状态码为200，各张的结果见 results。重试整个批量是安全的：已开的票原样返回。"
    ),
    request_max_body_size=MAX_BYTES,
    opt=contract(
        SuccessAnswer(status=200, description="逐张的结果。", content=BatchView),
        body=BatchBody,
        problems=("batch.count", *ISSUE_PROBLEMS),
    ),
)
async def issue_batch(request: ApiRequest, services: NamedDependency[GatewayServices]) -> ASGIResponse:
    """Issue up to `MAX_BATCH` bills."""
    batch = _read_batch(await read_body(request))
    if not 1 <= len(batch.bills) <= MAX_BATCH:
        raise refuse(
            "batch.count",
            f"批量应为1至{MAX_BATCH}张，现有{len(batch.bills)}张，请拆分后重试。",
            field="bills",
            status=ERROR_TYPES["batch.count"].status,
        )
    outcomes = await _issue_all(batch.bills, request, services)
    return ASGIResponse(body=await _encode(outcomes, services.settings.site_url()))


def _read_batch(data: bytes) -> BatchRequest:
    """The bills of a batch, not decoded yet. Raises `Refusal`, also for a second member `bills`."""
    batch, _ = decode_with_tree(_batch_decoder, data, whole=False)
    # Each bill is checked when it is decoded; there is little around them.
    place, around = 0, []
    for raw in batch.bills:
        start = data.index(raw, place)
        around.append(data[place:start])
        place = start + len(bytes(raw))
    around.append(data[place:])
    if b"".join(around).count(b"[") > 1:
        raise repeated_member("bills")
    return batch


async def _issue_all(
    bills: Sequence[msgspec.Raw], request: ApiRequest, services: GatewayServices
) -> Sequence[Submitted]:
    """A result for each bill: those that cannot be decoded are refused here, the rest is issued together."""
    outcomes: list[Submitted | None] = []
    readable: list[IssueRequest] = []
    for index, raw in enumerate(bills):
        if index % _CHUNK == _CHUNK - 1:
            await asyncio.sleep(0)
        try:
            incoming = read_request(raw)
        except Refusal as refusal:
            outcomes.append(Refused(problems=refusal.problems))
            continue
        if incoming.problems:
            outcomes.append(await repeat_or_refusal(services, request.auth.unit_id, incoming))
            continue
        readable.append(incoming.request)
        outcomes.append(None)
    issued = iter(await _submit_all(readable, request.auth, services) if readable else [])
    return [next(issued) if outcome is None else outcome for outcome in outcomes]


async def _submit_all(
    readable: Sequence[IssueRequest], caller: Caller, services: GatewayServices
) -> Sequence[Submitted]:
    """Issue most bills together; those with files or reasons go one by one, as they may belong to
    applications.
    """
    plain = [wanted for wanted in readable if not (wanted.evidence or wanted.confirmations)]
    together = await services.applications.submit_plain(caller.unit_id, plain, acting=caller.acting)
    issued = iter(together)
    outcomes: list[Submitted] = []
    for wanted in readable:
        if wanted.evidence or wanted.confirmations:
            outcomes.append(await services.applications.submit(caller.unit_id, wanted, acting=caller.acting))
            continue
        outcomes.append(next(issued))
    return outcomes


async def _encode(outcomes: Sequence[Submitted], site_url: str) -> bytes:
    """The answer, written in chunks so that other calls get a turn."""
    counts: Counter[str] = Counter()
    pieces: list[bytes] = []
    for start in range(0, len(outcomes), _CHUNK):
        chunk = outcomes[start : start + _CHUNK]
        counts.update(map(_count_of, chunk))
        results = [_result(start + offset, outcome, site_url) for offset, outcome in enumerate(chunk)]
        pieces.append(_encoder.encode(results)[1:-1])
        await asyncio.sleep(0)
    total = BatchCounts(
        issued=counts["issued"],
        repeated=counts["repeated"],
        refused=counts["refused"],
        needs_confirmation=counts["needs_confirmation"],
        pending=counts["pending"],
        unresolved=counts["unresolved"],
    )
    return b'{"counts":' + _encoder.encode(total) + b',"results":[' + b",".join(pieces) + b"]}"


def _count_of(outcome: Submitted) -> str:
    match outcome:
        case Issued(repeated=repeated):
            return "repeated" if repeated else "issued"
        case Refused():
            return "refused"
        case NeedsConfirmation():
            return "needs_confirmation"
        case Pending():
            return "pending"
        case Unresolved():
            return "unresolved"
        case _:
            assert_never(outcome)


def _result(index: int, outcome: Submitted, site_url: str) -> BatchResult:
    match outcome:
        case Issued(bill=bill, repeated=repeated, warnings=warnings):
            view = bill_view(bill, site_url, warnings)
            return BatchResult(index=index, status=200 if repeated else 201, bill=view)
        case NeedsConfirmation():
            return _failure(index, confirmation_problems(outcome))
        case Pending(application=application):
            return BatchResult(index=index, status=202, application=application_view(application))
        case Refused() | Unresolved():
            return _failure(index, outcome.problems)
        case _:
            assert_never(outcome)


def _failure(index: int, problems: Sequence[Problem]) -> BatchResult:
    return BatchResult(index=index, status=problems[0].status, problem=problem_view(problems))
