"""The one place where every error becomes an RFC 9457 problem document."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, InternalServerException
from litestar.response.base import ASGIResponse

from mingpiao.gateway.errors import ERROR_TYPES
from mingpiao.gateway.model import ErrorView, ProblemView
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.web import problem_of_failure

MEDIA_TYPE = "application/problem+json"
#: Where the error codes are explained; the `type` of a problem is its place there.
REFERENCE = "/api/v1/docs"
RETRY_SECONDS = 1
#: Litestar's message when the client closes the connection during a request; a test pins it.
HUNG_UP = "client disconnected prematurely"

_encoder = msgspec.json.Encoder()


def problem_view(problems: Sequence[Problem]) -> ProblemView:
    """One problem document for several problems; the first one determines code, title and status."""
    first = problems[0]
    known = ERROR_TYPES.get(first.code)
    return ProblemView(
        type=f"{REFERENCE}#{first.code}",
        title=known.title if known else "请求被拒绝",
        status=first.status,
        code=first.code,
        detail=first.message,
        field=first.field,
        errors=tuple(
            ErrorView(code=p.code, field=p.field, message=p.message, facts=p.facts) for p in problems
        ),
        facts=first.facts,
    )


def problem_response(problems: Sequence[Problem]) -> ASGIResponse:
    """A response of the first problem's status."""
    return ASGIResponse(
        body=_encoder.encode(problem_view(problems)),
        status_code=problems[0].status,
        media_type=MEDIA_TYPE,
        headers=_headers(problems[0].status),
    )


def _headers(status: int) -> dict[str, str]:
    if status == 401:
        return {"WWW-Authenticate": "Mingpiao-HMAC-SM3"}
    return {"Retry-After": str(RETRY_SECONDS)} if status == 503 else {}


def handle(request: Request[Any, Any, Any], exception: Exception) -> Response[bytes]:
    """Litestar's exception handler for the whole interface, unknown paths included."""
    problems = _problems_of(request, exception)
    headers = dict(getattr(exception, "headers", None) or {})
    return Response(
        content=_encoder.encode(problem_view(problems)),
        status_code=problems[0].status,
        media_type=MEDIA_TYPE,
        headers=headers | _headers(problems[0].status),
    )


def _problems_of(request: Request[Any, Any, Any], exception: Exception) -> Sequence[Problem]:
    if isinstance(exception, Refusal):
        return exception.problems
    if isinstance(exception, HTTPException) and exception.status_code < 500:
        return [_of_http(request, exception)]
    if isinstance(exception, InternalServerException) and exception.detail == HUNG_UP:
        return [_problem("request.invalid", "请求没有收完，连接就断开了，请重新发送。")]
    return [problem_of_failure(request, exception)]


def _problem(code: str, message: str, *, field: str = "") -> Problem:
    return Problem(code=code, message=message, field=field, status=ERROR_TYPES[code].status)


def _of_http(request: Request[Any, Any, Any], exception: HTTPException) -> Problem:
    match exception.status_code:
        case 404:
            return _problem("request.path_unknown", f"没有这个接口：{request.url.path[:200]}，请核对地址。")
        case 405:
            allowed = (exception.headers or {}).get("allow", "")
            return _problem(
                "request.method_not_allowed", f"该接口不支持 {request.method} 方法，可用的方法：{allowed}。"
            )
        case 413:
            return _problem(
                "request.too_large",
                "请求体过大：单个请求不超过1 MB，佐证材料不超过20 MB，批量开票不超过40 MB，请拆分后重试。",
            )
        case 400 if isinstance(exception.extra, list) and exception.extra:
            name = str(exception.extra[0].get("key", ""))
            return _problem(
                "request.parameter_invalid", f"参数 {name} 不正确，请按接口文档修改。", field=name
            )
        case _:
            return _problem("request.invalid", "请求不正确，请按接口文档修改。")
