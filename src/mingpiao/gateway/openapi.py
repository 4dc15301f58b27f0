"""GET /openapi.json: the OpenAPI 3.1 document, made from the handlers and the values they use.

Litestar's own generator cannot see bodies that are decoded by hand, nor error codes. Here every handler has a
contract, and msgspec writes the schemas of exactly the types that are decoded.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from litestar.handlers import HTTPRouteHandler

from mingpiao import __version__
from mingpiao.gateway.authentication import (
    APP_HEADER,
    CLOCK_TOLERANCE_SECONDS,
    NONCE_HEADER,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
)
from mingpiao.gateway.contract import OPTION, Contract, Parameter, SuccessAnswer
from mingpiao.gateway.errors import ERROR_TYPES
from mingpiao.gateway.model import ProblemView
from mingpiao.gateway.problems import MEDIA_TYPE
from mingpiao.gateway.views import BASE_PATH
from mingpiao.gateway.wording import WORDING

#: Errors that any call may get.
COMMON_PROBLEMS = (
    "auth.header_invalid", "auth.clock_skew", "auth.signature_invalid", "auth.nonce_reused",
    "request.invalid", "unit.unknown", "catalog.empty", "crypto.master_key_wrong", "crypto.key_damaged",
    "service.unavailable", "service.file_trouble", "internal",
)  # fmt: skip
#: Errors that any call with a body may get.
BODY_PROBLEMS = (
    "request.malformed", "request.not_utf8", "request.wrong_type", "request.field_missing",
    "request.field_unknown", "request.value_invalid", "request.too_large", "request.too_slow",
    "service.crowded", "request.media_type", "request.encoding", "request.member_repeated",
)  # fmt: skip

_STATUS_NAMES = {
    400: "请求不正确", 401: "身份未通过验证", 404: "不存在", 405: "方法不支持", 408: "发送过慢", 409: "与现状冲突",
    413: "请求体过大", 415: "请求体类型不支持", 422: "内容不符合要求", 429: "请求过多",
    500: "系统内部错误", 503: "暂时不可用",
}  # fmt: skip
_REF = "#/components/schemas/{name}"
_DECIMAL = {
    "oneOf": [
        {"type": "string", "pattern": r"^[0-9]{1,12}(\.[0-9]{1,6})?$"},
        {"type": "number", "exclusiveMinimum": 0, "maximum": 999_999_999_999.99},
    ],
    "examples": ["12.50"],
}
_SIGNING = f"""每次调用带四个请求头：

- `{APP_HEADER}`：应用编号
- `{TIMESTAMP_HEADER}`：Unix 时间（秒），与平台相差不超过{CLOCK_TOLERANCE_SECONDS}秒
- `{NONCE_HEADER}`：随机数，16至64个字母、数字、下划线或连字符，每次调用都不同
- `{SIGNATURE_HEADER}`：签名，64位十六进制

签名为以应用密钥对下列五行（以换行符 `\\n` 连接，末尾没有换行）计算的 HMAC-SM3：
方法（大写）、带查询参数的路径（与实际发送的逐字节相同）、时间戳、随机数、请求体的 SM3（小写十六进制，没有请求体时为空串的 SM3）。"""
_DESCRIPTION = """供医院、学校等接口单位的业务系统开具和查询财政电子票据。

- 请求与应答均为 UTF-8 编码的 JSON；金额单位为元，以字符串表示。
- 错误应答符合 RFC 9457（application/problem+json），`code` 是稳定的错误代码，`field` 指明字段，`detail` 是中文说明。
- 应用只能操作所属单位的票据。
- 以后可能增加字段和错误代码，请忽略不认识的字段；不会删除或改变已有的。"""


def document(handlers: Iterable[HTTPRouteHandler]) -> dict[str, Any]:
    """The document for handlers with a contract."""
    operations = [(handler, _contract(handler)) for handler in handlers]
    paths: dict[str, dict[str, Any]] = {}
    for handler, contract in operations:
        (path,) = handler.paths
        (method,) = handler.http_methods
        paths.setdefault(_template(path), {})[method.lower()] = _operation(handler, contract)
    return {
        "openapi": "3.1.0",
        "info": {"title": "明票 · 财政电子票据接口", "version": __version__, "description": _DESCRIPTION},
        "servers": [{"url": BASE_PATH}],
        "security": [{"signature": []}],
        "tags": [{"name": name} for name in dict.fromkeys(tag for handler, _ in operations for tag in handler.tags or ())],
        "paths": paths,
        "components": {
            "schemas": _schemas([contract for _, contract in operations]),
            "securitySchemes": {
                "signature": {
                    "type": "apiKey", "in": "header", "name": SIGNATURE_HEADER, "description": _SIGNING,
                }
            },
        },
    }  # fmt: skip


def _contract(handler: HTTPRouteHandler) -> Contract:
    contract: Contract = handler.opt[OPTION]
    return contract


def _template(path: str) -> str:
    """Litestar's `/bills/{code:str}` as OpenAPI's `/bills/{code}`."""
    return "/" + "/".join(
        part.split(":")[0] + "}" if part.startswith("{") else part for part in path.strip("/").split("/")
    )


def _operation(handler: HTTPRouteHandler, contract: Contract) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": handler.operation_id,
        "summary": handler.summary,
        "description": handler.description,
        "tags": list(handler.tags or ()),
        "parameters": [_parameter(parameter) for parameter in contract.parameters],
        "responses": {str(answer.status): _response(answer) for answer in contract.answers}
        | _problem_responses(problems_of(contract)),
    }
    if contract.body is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _ref(contract.body)}},
        }
    elif contract.upload:
        operation["requestBody"] = {
            "required": True,
            "content": {contract.upload: {"schema": {"type": "string", "format": "binary"}}},
        }
    return operation


def problems_of(contract: Contract) -> list[str]:
    """All error codes that a call may get, each once."""
    body = BODY_PROBLEMS if contract.body is not None else ()
    return list(dict.fromkeys((*COMMON_PROBLEMS, *body, *contract.problems)))


def _parameter(parameter: Parameter) -> dict[str, Any]:
    described = {
        "name": parameter.name,
        "in": parameter.place,
        "required": parameter.place == "path",
        "description": parameter.description,
        "schema": parameter.schema,
    }
    return described | ({"example": parameter.example} if parameter.example else {})


def _response(answer: SuccessAnswer) -> dict[str, Any]:
    if isinstance(answer.content, str):
        return {
            "description": answer.description,
            "content": {answer.content: {"schema": {"type": "string", "format": "binary"}}},
        }
    return {
        "description": answer.description,
        "content": {"application/json": {"schema": _ref(answer.content)}},
    }


def _problem_responses(codes: Sequence[str]) -> dict[str, Any]:
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(ERROR_TYPES[code].status, []).append(code)
    return {
        str(status): {
            "description": f"{_STATUS_NAMES[status]}\n\n"
            + "\n".join(f"- `{code}`：{ERROR_TYPES[code].title}" for code in listed),
            "content": {MEDIA_TYPE: {"schema": _ref(ProblemView)}},
        }
        for status, listed in sorted(by_status.items())
    }


def _ref(kind: type) -> dict[str, str]:
    return {"$ref": _REF.format(name=kind.__name__)}


def _schemas(contracts: Sequence[Contract]) -> dict[str, Any]:
    kinds = [contract.body for contract in contracts if contract.body is not None]
    kinds += [
        answer.content
        for contract in contracts
        for answer in contract.answers
        if not isinstance(answer.content, str)
    ]
    unique = list(dict.fromkeys([*kinds, ProblemView]))
    _, schemas = msgspec.json.schema_components(unique, ref_template=_REF)
    for name, schema in schemas.items():
        schema.pop("title", None)
        _describe(schema, WORDING.get(name, {}))
    return schemas


def _describe(schema: dict[str, Any], wording: dict[str, dict[str, Any]]) -> None:
    schema.update(wording.get("", {}))
    for name, member in schema["properties"].items():
        if member.get("format") == "decimal":
            own = {key: member[key] for key in ("description", "oneOf") if key in member}
            member.clear()
            member.update(_DECIMAL | own)
        if "$ref" in member and name in wording:
            # In OpenAPI 3.1 the members beside $ref count as well.
            member.update(wording[name])
        elif name in wording:
            member.update(wording[name])
