"""Decodes request bodies to values; mistakes in the bytes are reported with their field and in Chinese."""

import json
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
from litestar import Request

from mingpiao.gateway.errors import ERROR_TYPES
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.grammar import read_whole

T = TypeVar("T")

_JSON_TYPE = re.compile(rb"application/(?:[a-z0-9.+-]+\+)?json *(?:;.*)?", re.IGNORECASE)

_GZIP = b"\x1f\x8b"

#: Members that are numbers, by name, with their Chinese names.
NUMBER_LABELS = {
    "total": "合计金额",
    "quantity": "数量",
    "rate": "收费标准",
    "amount": "金额",
    "blue_amount": "蓝票金额",
    "red_amount": "红票金额",
}

# msgspec reports mistakes in fixed English sentences; a test pins each of them.
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
    """The request's body as the decoder's type. Raises what `read_body` and `decode` raise."""
    return decode(decoder, await read_body(request))


async def read_body(request: Request[Any, Any, Any]) -> bytes:
    """The bytes of a JSON body.

    Raises `Refusal`: `request.media_type`, `request.encoding` (415), `request.malformed`,
    `request.not_utf8` (400).
    """
    headers = request.scope["headers"]
    media_type = _header(headers, b"content-type")
    if media_type and _JSON_TYPE.fullmatch(media_type) is None:
        raise _refusal("request.media_type", "请求体应为 JSON，请把 Content-Type 设为 application/json。")
    data = await request.body()
    packed = _header(headers, b"content-encoding").strip().lower() not in (b"", b"identity")
    if packed or data.startswith(_GZIP):
        raise _refusal(
            "request.encoding", "请求体不能压缩（如 gzip），请发送未压缩的 JSON，并去掉 Content-Encoding。"
        )
    if data.startswith(BOM_UTF8):
        raise _refusal("request.malformed", "请求体以 UTF-8 的 BOM（EF BB BF）开头，请去掉这三个字节。")
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise _refusal("request.not_utf8", "请求体是 UTF-16 编码，请改用 UTF-8。")
    return data


def media_type_of_request(request: Request[Any, Any, Any]) -> str:
    """The body's media type from its header, without parameters and in lower case; "" without one."""
    return (
        _header(request.scope["headers"], b"content-type").decode("latin-1").partition(";")[0].strip().lower()
    )


def _header(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> bytes:
    for name, value in headers:
        if name == wanted:
            return value
    return b""


def decode(decoder: "msgspec.json.Decoder[T]", data: "bytes | msgspec.Raw") -> T:
    """Decode JSON bytes to the decoder's type; null counts as absent for a member that may be absent.

    Raises `Refusal` with a `request.…` or `extension.…` code, also for a member that occurs twice.
    """
    return decode_with_tree(decoder, data)[0]


def decode_with_tree(
    decoder: "msgspec.json.Decoder[T]", data: "bytes | msgspec.Raw", *, whole: bool = True
) -> tuple[T, Any]:
    """Do the same as `decode`, and also return the JSON as plain values, whose numbers are float or Decimal.

    Without `whole`, duplicate members are not looked for, and the plain values are None.
    """
    try:
        value = decoder.decode(data)
    except msgspec.ValidationError as error:
        return _look_again(decoder, bytes(data), str(error))
    except UnicodeDecodeError as error:
        raise _refusal("request.not_utf8", "请求体不是正确的 UTF-8 编码，请转换编码后重试。") from error
    except RecursionError as error:
        raise _refusal("request.malformed", "请求体嵌套过深，请按接口文档组织。") from error
    except msgspec.DecodeError as error:
        raise _refusal("request.malformed", f"请求体不是正确的 JSON{_byte(str(error))}，请检查。") from error
    return value, _tree(data, _quick) if whole else None


# -- duplicate members, nulls ----------------------------------------------------------------------


class _Repeated(Exception):
    """An object has two members of one name."""


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        raise _Repeated(next(name for name in names if names.count(name) > 1))
    return members


# msgspec silently keeps the last of two members of one name; the standard library shows all of them.
_quick = json.JSONDecoder(object_pairs_hook=_members, parse_int=float)
_exact = json.JSONDecoder(
    object_pairs_hook=_members,
    parse_float=Decimal,
    parse_int=lambda written: int(written) if len(written) < 19 else Decimal(written),
)
#: Duplicate members are not looked for in bodies longer than this.
_LONGEST_SECOND_LOOK = 1024 * 1024


def _tree(data: "bytes | msgspec.Raw", reader: json.JSONDecoder) -> Any:
    try:
        return reader.decode(bytes(data).decode())
    except _Repeated as error:
        raise repeated_member(str(error)) from error


def repeated_member(name: str) -> Refusal:
    """The refusal of a body in which one object has two members of one name."""
    return _refusal("request.member_repeated", f"成员“{name[:60]}”在同一对象中重复，请只写一次。")


def _look_again(decoder: "msgspec.json.Decoder[T]", data: bytes, message: str) -> tuple[T, Any]:
    """Decode again without nulls that may be absent; or raise the mistake with the member's name."""
    if len(data) > _LONGEST_SECOND_LOOK:
        raise explain(message)
    try:
        tree = _tree(data, _exact)
    except (ValueError, RecursionError, ArithmeticError):
        # The mistake is before the place that the standard library cannot read.
        raise explain(message) from None
    if not message.partition(" - at ")[0].endswith("got `null`"):
        raise explain(message, tree)
    tree = _without_nulls(tree, msgspec.inspect.type_info(decoder.type))
    try:
        return msgspec.convert(tree, decoder.type), tree
    except msgspec.ValidationError as error:
        raise explain(str(error), tree) from error


def _without_nulls(value: Any, kind: msgspec.inspect.Type) -> Any:
    """The same value without members that are null and may be absent."""
    match kind:
        case msgspec.inspect.StructType() if isinstance(value, dict):
            optional = {field.encode_name for field in kind.fields if not field.required}
            types = {field.encode_name: field.type for field in kind.fields}
            return {
                name: _without_nulls(member, types[name]) if name in types else member
                for name, member in value.items()
                if member is not None or name not in optional
            }
        case msgspec.inspect.VarTupleType() if isinstance(value, list):
            return [_without_nulls(member, kind.item_type) for member in value]
        case msgspec.inspect.DictType() if isinstance(value, dict):
            return {name: member for name, member in value.items() if member is not None}
    return value


# -- mistakes in Chinese ---------------------------------------------------------------------------


def explain(message: str, tree: Any = None) -> Refusal:
    """A validation message of msgspec as a refusal with the field's path.

    With the body as plain values, a member of a map is named too.
    """
    place = _PLACE.fullmatch(message)
    sentence, path = (place["sentence"], place["path"] or "$") if place else (message, "$")
    if sentence == "Invalid decimal string":
        return Refusal(number_problem(field_path(path)))
    for pattern, code in _SENTENCES:
        found = pattern.fullmatch(sentence)
        if found is None:
            continue
        if code == "request.wrong_type":
            return _wrong_type(path, found["wanted"], found["found"], tree)
        field = _join(field_path(path), found["name"][:60])
        verb = "缺少必填字段" if code == "request.field_missing" else "没有定义字段"
        advice = "请补充" if code == "request.field_missing" else "请删除或核对拼写"
        return _refusal(code, f"{verb} {field}，{advice}。", field)
    field = field_path(path)
    return _refusal("request.value_invalid", f"{_name(field)}的取值不正确，请按接口文档修改。", field)


def number_problem(field: str) -> Problem:
    """The message about a text that is no number by the grammar."""
    label = NUMBER_LABELS.get(field.rpartition("/")[2], "数值")
    return Problem(
        code="amount.not_finite",
        field=field,
        message=f"{label}不是有效的数字：只用数字和小数点，如 10.00，不带正号、空格、逗号、指数和多余的零，请修改。",
        status=422,
    )


def field_path(path: str) -> str:
    """msgspec's `$.items[0].amount` as `items/0/amount`; msgspec does not name members of maps."""
    return re.sub(r"\.|\[", "/", path.removeprefix("$").replace("[...]", "").replace("]", "")).strip("/")


def _wrong_type(path: str, wanted: str, found: str, tree: Any) -> Refusal:
    field = field_path(path)
    members = _wrong_members(path, tree)
    if field.rpartition("/")[2] == "extension" and members:
        return Refusal(*(_extension_problem(f"{field}/{name[:40]}", name) for name in members))
    field = _join(field, members[0][:60]) if members else field
    expected = "或".join(_TYPE_NAMES.get(name, name) for name in wanted.split(" | "))
    actual = _TYPE_NAMES.get(found, found)
    return _refusal("request.wrong_type", f"{_name(field)}应为{expected}，现为{actual}，请修改。", field)


def _extension_problem(field: str, name: str) -> Problem:
    return Problem(
        code="extension.wrong_type",
        field=field,
        message=f'其他信息 {name[:40]} 应写成字符串，数字也一样（如 "{name[:40]}": "0.00"），请加上引号。',
        status=ERROR_TYPES["extension.wrong_type"].status,
    )


def _wrong_members(path: str, tree: Any) -> list[str]:
    """Members of the map at a path `…[...]` that are no texts; msgspec does not name them."""
    if not path.endswith("[...]"):
        return []
    for step in field_path(path).split("/"):
        tree = _step(tree, step)
    if not isinstance(tree, dict):
        return []
    return [name for name, member in tree.items() if not isinstance(member, str)]


def _step(tree: Any, step: str) -> Any:
    if isinstance(tree, dict):
        return tree.get(step)
    index = read_whole(step)
    return tree[index] if isinstance(tree, list) and index is not None and index < len(tree) else None


def _byte(message: str) -> str:
    found = re.search(r"\(byte (\d+)\)", message)
    return f"（第{int(found[1]) + 1}字节处）" if found else ""


def _name(field: str) -> str:
    return f"字段 {field} " if field else "请求体"


def _join(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name


def _refusal(code: str, message: str, field: str = "") -> Refusal:
    return refuse(code, message, field=field, status=ERROR_TYPES[code].status)
