"""A query as it is typed into the form: names instead of codes, several in one field."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from mingpiao.inspections.addresses import query_from
from mingpiao.inspections.query import InspectionQuery
from mingpiao.inspections.texts import Names
from mingpiao.inspections.vocabulary import Vocabulary
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.grammar import read_date, read_decimal
from mingpiao.kernel.money import plain_number

#: Fields in which names stand that the vocabulary knows, with the member that a name must belong to.
_NAMED = {"regions": "地区", "units": "用票单位", "kinds": "票据种类", "items": "收款项目"}
_WORDS = ("unit_words", "item_words", "payer_words")
_CHOSEN = (
    "levels", "unit_types", "not_unit_types", "unit_modes", "states", "pay_modes", "not_pay_modes", "weekdays",
    "evidence", "evidence_claims", "severities", "standings",
)  # fmt: skip
_SINGLE = (
    "watched", "amount_over", "amount_least", "amount_under", "amount_most", "amount_multiple", "reversed_within_days",
    "payer_type", "days", "month_end_days", "flagged", "overridden",
)  # fmt: skip
_SAMPLE = ("method", "by", "share", "number", "each", "every")
_BETWEEN = re.compile(r"[、，,；;\n]+")
_BETWEEN_DAYS = re.compile(r"\s*(?:至|到|~|～|\.\.)\s*")


def typed_query(typed: Mapping[str, list[str]], vocabulary: Vocabulary) -> InspectionQuery:
    """The query of a form. Raises `Refusal` (`inspection.query_invalid`, 422) with every field that is not understood."""
    problems: list[Problem] = []
    members: dict[str, Any] = {}
    for base, label in _NAMED.items():
        for member in (base, f"not_{base}"):
            members[member] = _codes(_parts(typed, member), member, base, label, vocabulary, problems)
    members["rules"] = _rules(_parts(typed, "rules"), vocabulary, problems)
    for base in _WORDS:
        for member in (base, f"not_{base}"):
            members[member] = _parts(typed, member)
    for member in ("periods", "reversed_periods"):
        members[member] = _periods(_parts(typed, member), member, problems)
    members |= {member: [each for each in typed.get(member, []) if each] for member in _CHOSEN}
    members |= {member: _one(typed, member).replace(",", "") for member in _SINGLE if _one(typed, member)}
    members |= _hours(typed)
    members["sample"] = _sample(typed, problems)
    if problems:
        raise Refusal(*problems)
    return query_from(members)


def typed_of(query: InspectionQuery, names: Names) -> dict[str, list[str]]:
    """What the form shows for a query, so that sending it again gives the same one."""
    catalog = names.catalog
    known: dict[str, Mapping[str, str]] = {
        "regions": {code: each.name for code, each in catalog.regions.items()},
        "units": names.units,
        "kinds": {code: each.name for code, each in (catalog.categories | catalog.kinds).items()},
        "items": {},
    }
    shown: dict[str, list[str]] = {}
    for member, value in msgspec.to_builtins(query).items():
        base = member.removeprefix("not_")
        if member == "sample":
            shown |= {f"sample-{part}": [_shown_size(part, each)] for part, each in value.items()}
        elif member in ("periods", "reversed_periods"):
            shown[member] = ["、".join("至".join(period) for period in value)]
        elif member == "hours":
            shown |= {"hours_from": [str(value[0])], "hours_to": [str(value[1])]}
        elif base in known or base in _WORDS or member == "rules":
            shown[member] = ["、".join(known.get(base, {}).get(each, each) for each in value)]
        elif isinstance(value, list | tuple):
            shown[member] = [str(each) for each in value]
        else:
            shown[member] = [str(value).lower() if isinstance(value, bool) else str(value)]
    return shown


def _shown_size(part: str, value: Any) -> str:
    return plain_number((read_decimal(value) or Decimal(0)) * 100) if part == "share" else str(value)


def _one(typed: Mapping[str, list[str]], name: str) -> str:
    return next((each.strip() for each in typed.get(name, []) if each.strip()), "")


def _parts(typed: Mapping[str, list[str]], name: str) -> list[str]:
    return [each.strip() for text in typed.get(name, []) for each in _BETWEEN.split(text) if each.strip()]


def _wrong(field: str, message: str) -> Problem:
    return Problem(code="inspection.query_invalid", field=field, message=message, status=422)


def _codes(
    parts: list[str], field: str, member: str, label: str, vocabulary: Vocabulary, problems: list[Problem]
) -> list[str]:
    codes: list[str] = []
    for part in parts:
        term = vocabulary.terms.get(part)
        if term is not None and term.member == member:
            codes += term.values
        elif re.fullmatch(r"\d{6}", part) and member == "regions":
            codes.append(part)
        else:
            problems.append(_wrong(field, f"没有找到{label}“{part[:40]}”，请写全称，几个之间用顿号分开。"))
    return codes


def _rules(parts: list[str], vocabulary: Vocabulary, problems: list[Problem]) -> list[str]:
    for part in parts:
        if part not in vocabulary.rules:
            problems.append(_wrong("rules", f"没有找到监管规则“{part[:40]}”，请写规则的名称或代码。"))
    return [vocabulary.rules[part] for part in parts if part in vocabulary.rules]


def _periods(parts: list[str], field: str, problems: list[Problem]) -> list[list[str]]:
    periods = []
    for part in parts:
        days = _BETWEEN_DAYS.split(part)
        ends = [days[0], days[-1]]
        if len(days) > 2 or any(read_date(each) is None for each in ends):
            message = f"“{part[:40]}”不是期间，请写成“2026-07-01至2026-09-30”，几段之间用顿号分开。"
            problems.append(_wrong(field, message))
        else:
            periods.append(ends)
    return periods


def _hours(typed: Mapping[str, list[str]]) -> dict[str, Any]:
    first, last = _one(typed, "hours_from"), _one(typed, "hours_to")
    return {"hours": [first or "0", last or "24"]} if first or last else {}


def _sample(typed: Mapping[str, list[str]], problems: list[Problem]) -> dict[str, Any]:
    found: dict[str, Any] = {part: text for part in _SAMPLE if (text := _one(typed, f"sample-{part}"))}
    if "share" in found:
        number = found["share"].removesuffix("%").strip()
        if re.fullmatch(r"\d{1,3}(?:\.\d{1,4})?", number):
            whole, _, part = number.partition(".")
            digits = whole.zfill(3) + part
            found["share"] = f"{digits[: -2 - len(part)]}.{digits[-2 - len(part) :]}"
        else:
            problems.append(_wrong("sample.share", "抽样比例请写百分数，例如10。"))
    return found
