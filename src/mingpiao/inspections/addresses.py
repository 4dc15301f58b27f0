"""A query as the parameters of an address, so that a link shows the same question to somebody else."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from mingpiao.inspections.query import InspectionQuery
from mingpiao.kernel.errors import refuse

_SAMPLE = "sample."
_TO = ".."
_LISTS = frozenset(
    name for name in InspectionQuery.__struct_fields__ if getattr(InspectionQuery(), name) == ()
)
_PERIODS = ("periods", "reversed_periods")
_FLAGS = ("watched", "flagged", "overridden")


def pairs_of(query: InspectionQuery) -> list[tuple[str, str]]:
    """The parameters of a query: a list has one for each member."""
    found: list[tuple[str, str]] = []
    for name, value in msgspec.to_builtins(query, str_keys=True).items():
        if name == "sample":
            found += [(_SAMPLE + part, str(each)) for part, each in value.items()]
        elif name in _PERIODS:
            found += [(name, _TO.join(period)) for period in value]
        elif name == "hours":
            found.append((name, _TO.join(map(str, value))))
        elif isinstance(value, list | tuple):
            found += [(name, str(each)) for each in value]
        else:
            found.append((name, str(value).lower() if name in _FLAGS else str(value)))
    return found


def query_of(pairs: Iterable[tuple[str, str]]) -> InspectionQuery:
    """The query of an address; empty parameters count as none.

    Raises `Refusal` (`inspection.query_invalid`, 422) for what is no query.
    """
    members: dict[str, Any] = {}
    for name, text in pairs:
        if text:
            _put(members, name, text)
    return query_from(members)


def query_from(members: Mapping[str, Any]) -> InspectionQuery:
    """The query of stored or typed members. Raises `Refusal` (`inspection.query_invalid`, 422)."""
    try:
        return msgspec.convert(members, InspectionQuery, strict=False)
    except msgspec.ValidationError as error:
        field = str(error).rpartition("$.")[2].split("[")[0].rstrip("`") if "$." in str(error) else ""
        message = "检查条件里有无法识别的内容，请在表单里重新选择。"
        raise refuse("inspection.query_invalid", message, field=field, status=422) from error


def _put(members: dict[str, Any], name: str, text: str) -> None:
    if name.startswith(_SAMPLE):
        members.setdefault("sample", {})[name.removeprefix(_SAMPLE)] = text
    elif name in _PERIODS:
        members.setdefault(name, []).append(text.split(_TO))
    elif name == "hours":
        members[name] = text.split(_TO)
    elif name in _LISTS:
        members.setdefault(name, []).append(text)
    else:
        members[name] = text
