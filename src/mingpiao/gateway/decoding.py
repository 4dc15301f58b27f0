"""From bytes to values; whatever is wrong with the bytes is told by field and in Chinese."""

import re
from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec
from litestar import Request

from mingpiao.gateway.errors import ERROR_TYPES
from mingpiao.kernel.errors import Refusal, refuse

T = TypeVar("T")

_JSON_TYPE = re.compile(rb"application/(?:[a-z0-9.+-]+\+)?json *(?:;.*)?", re.IGNORECASE)

# msgspec tells what is wrong in fixed English sentences; a test pins each of them.
_PLACE = re.compile(r"(?P<sentence>.*?)(?: - at `(?P<path>\$[^`]*)`)?", re.DOTALL)
_SENTENCES = (
    (re.compile(r"Object missing required field `(?P<name>.*)`", re.DOTALL), "request.field_missing"),
    (re.compile(r"Object contains unknown field `(?P<name>.*)`", re.DOTALL), "request.field_unknown"),
    (re.compile(r"Expected `(?P<wanted>.*?)`, got `(?P<found>.*?)`"), "request.wrong_type"),
)
_TYPE_NAMES = {
    "object": "对象", "array": "数组", "str": "字符串", "int": "整数", "float": "数字", "bool": "布尔值",
    "null": "null", "decimal": "数字或数字字符串",
}  # fmt: skip


async def read_json(request: Request[Any, Any, Any], decoder: "msgspec.json.Decoder[T]") -> T:
    """The request's body as the decoder's type.

    Raises `Refusal`: `request.media_type` (415), or what `decode` raises.
    """
    media_type = _content_type(request.scope["headers"])
    if media_type and _JSON_TYPE.fullmatch(media_type) is None:
        raise _refusal("request.media_type", "请求体应为 JSON，请把 Content-Type 设为 application/json。")
    return decode(decoder, await request.body())


def media_type_of_request(request: Request[Any, Any, Any]) -> str:
    """The body's media type as told, without parameters and in lower case; "" when none is told."""
    return _content_type(request.scope["headers"]).decode("latin-1").partition(";")[0].strip().lower()


def _content_type(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    for name, value in headers:
        if name == b"content-type":
            return value
    return b""


def decode(decoder: "msgspec.json.Decoder[T]", data: "bytes | msgspec.Raw") -> T:
    """JSON bytes as the decoder's type; raises `Refusal` (400) with a `request.…` code."""
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        raise explain(str(error)) from error
    except UnicodeDecodeError as error:
        raise _refusal("request.not_utf8", "请求体不是正确的 UTF-8 编码，请转换编码后重试。") from error
    except RecursionError as error:
        raise _refusal("request.malformed", "请求体嵌套过深，请按接口文档组织。") from error
    except msgspec.DecodeError as error:
        raise _refusal("request.malformed", f"请求体不是正确的 JSON{_byte(str(error))}，请检查。") from error


def explain(message: str) -> Refusal:
    """A validation message of msgspec as a refusal with the field's path."""
    place = _PLACE.fullmatch(message)
    sentence, path = (place["sentence"], place["path"] or "$") if place else (message, "$")
    for pattern, code in _SENTENCES:
        found = pattern.fullmatch(sentence)
        if found is None:
            continue
        if code == "request.wrong_type":
            return _wrong_type(field_path(path), found["wanted"], found["found"])
        field = _join(field_path(path), found["name"][:60])
        verb = "缺少必填字段" if code == "request.field_missing" else "没有定义字段"
        advice = "请补充" if code == "request.field_missing" else "请删除或核对拼写"
        return _refusal(code, f"{verb} {field}，{advice}。", field)
    field = field_path(path)
    return _refusal("request.value_invalid", f"{_name(field)}的取值不正确，请按接口文档修改。", field)


def field_path(path: str) -> str:
    """msgspec's `$.items[0].amount` as `items/0/amount`; a member of a map is not named by msgspec."""
    return re.sub(r"\.|\[", "/", path.removeprefix("$").replace("[...]", "").replace("]", "")).strip("/")


def _wrong_type(field: str, wanted: str, found: str) -> Refusal:
    expected = "或".join(_TYPE_NAMES.get(name, name) for name in wanted.split(" | "))
    actual = _TYPE_NAMES.get(found, found)
    return _refusal("request.wrong_type", f"{_name(field)}应为{expected}，现为{actual}，请修改。", field)


def _byte(message: str) -> str:
    found = re.search(r"\(byte (\d+)\)", message)
    return f"（第{int(found[1]) + 1}字节处）" if found else ""


def _name(field: str) -> str:
    return f"字段 {field} " if field else "请求体"


def _join(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def _refusal(code: str, message: str, field: str = "") -> Refusal:
    return refuse(code, message, field=field, status=ERROR_TYPES[code].status)
