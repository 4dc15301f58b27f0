"""The form of a rule: the typed texts, the rule made from them, and the options that the page shows."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from mingpiao.catalog.model import Catalog
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem
from mingpiao.kernel.grammar import read_whole
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.session import PageRequest
from mingpiao.rules.model import Rule, RuleMode, Severity, Stage
from mingpiao.rules.service import MEMBERS, REQUEST_FIELDS, rule_from_members
from mingpiao.units.model import UnitType

_LISTS = ("regions", "kinds", "unit_types", "items")
#: The usual reasons are one text with a line for each.
_TEXTS = tuple(name for name in MEMBERS if name not in _LISTS)
#: A condition has 4,000 characters at most; one that is far longer is refused by its length, not cut.
_LONGEST_TEXT = 20_000
_LONGEST_LIST = 1_000


class RuleForm(msgspec.Struct, frozen=True, kw_only=True):
    """The content of the form, as text; `revision` is that of the version that the person opened."""

    texts: dict[str, str]
    lists: dict[str, list[str]]
    note: str = ""
    revision: int = 0

    def rule(self) -> Rule:
        """The rule that was typed. Raises `Refusal` naming each member that is missing or malformed."""
        optional = {"field", "effective_to", "mode"}
        texts = {name: text for name, text in self.texts.items() if text or name not in optional}
        lists = {name: tuple(codes) for name, codes in self.lists.items()}
        reasons = tuple(line for line in texts.pop("reasons").splitlines() if line.strip())
        return rule_from_members(texts | lists | {"reasons": reasons})

    def text(self, name: str) -> str:
        return self.texts[name]

    def chosen(self, name: str) -> list[str]:
        return self.lists[name]


async def read_rule_form(request: PageRequest, *, code: str = "") -> RuleForm:
    """The posted form; the `code` of an existing rule does not come from the form."""
    pairs = [(name, value) for name, value in (await request.form()).multi_items() if isinstance(value, str)]
    last = {name: value.replace("\x00", "")[:_LONGEST_TEXT] for name, value in pairs}
    if code:
        last["code"] = code
    return RuleForm(
        texts={name: last.get(name, "").strip() for name in _TEXTS},
        lists={
            name: [value for given, value in pairs if given == name and value][:_LONGEST_LIST]
            for name in _LISTS
        },
        note=last.get("note", ""),
        revision=read_revision(last),
    )


def read_revision(values: Mapping[str, str]) -> int:
    """The revision in a form; without one it is 0, which no version has."""
    text = values.get("revision", "")
    return read_whole(text, digits=9) or 0


def form_of(rule: Rule, *, note: str = "", revision: int = 0) -> RuleForm:
    """A rule as the content of the form."""
    plain: dict[str, Any] = msgspec.to_builtins(rule)
    return RuleForm(
        texts={name: plain[name] or "" for name in _TEXTS} | {"reasons": "\n".join(rule.reasons)},
        lists={name: list(plain[name]) for name in _LISTS},
        note=note,
        revision=revision,
    )


def empty_form(code: str = "") -> RuleForm:
    """The form of a new rule: an ask at the face stage, from today."""
    texts = dict.fromkeys(_TEXTS, "") | {
        "code": code,
        "stage": Stage.FACE.value,
        "severity": Severity.ASK.value,
        "mode": RuleMode.ACTING.value,
        "effective_from": today().isoformat(),
    }
    return RuleForm(texts=texts, lists={name: [] for name in _LISTS})


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """An option with a tick box; `retired` ones are shown only if they were chosen before."""

    code: str
    name: str
    retired: bool = False


def scope_choices(catalog: Catalog, own_region: str, form: RuleForm) -> dict[str, list[Choice]]:
    """What a rule of a department can be restricted to, and what the form contains beyond that."""
    regions = [
        Choice(code=code, name=catalog.region_path(code) or region.name)
        for code, region in sorted(catalog.regions.items())
        if own_region in catalog.regions_upwards(code) and code != own_region
    ]
    kinds = [Choice(code=code, name=category.name) for code, category in catalog.categories.items()]
    kinds += [
        Choice(code=code, name=kind_name(catalog, code), retired=kind.retired)
        for code, kind in catalog.kinds.items()
    ]
    items = [Choice(code=code, name=item.name, retired=item.retired) for code, item in catalog.items.items()]
    found = {
        "regions": regions,
        "kinds": sorted(kinds, key=lambda each: each.code),
        "unit_types": [Choice(code=each.value, name=each.label) for each in UnitType],
        "items": items,
    }
    return {name: _offered(choices, form.lists[name]) for name, choices in found.items()}


def _offered(choices: Sequence[Choice], chosen: Sequence[str]) -> list[Choice]:
    known = {choice.code for choice in choices}
    offered = [choice for choice in choices if not choice.retired or choice.code in chosen]
    return offered + [Choice(code=code, name="", retired=True) for code in chosen if code not in known]


def field_options(catalog: Catalog, codes: Sequence[str], present: str) -> list[tuple[str, str]]:
    """The fields of the request at which a hit may be shown, for kinds or categories; 其他信息 only if all of
    them have it.

    The form's `present` field is offered in any case, so that it can be seen.
    """
    kinds = [kind for kind in catalog.kinds.values() if kind.code in codes or kind.category_code in codes]
    labels = {field.name: field.label for kind in kinds for field in kind.extension_fields}
    shared = [name for name in labels if all(any(f.name == name for f in k.extension_fields) for k in kinds)]
    options = list(REQUEST_FIELDS.items())[1:] + [(f"extension/{name}", labels[name]) for name in shared]
    known = {value for value, _ in options}
    return options if not present or present in known else [*options, (present, present)]


class Marked(msgspec.Struct, frozen=True, kw_only=True):
    """A condition's text in three parts: before the mistake, the mistake, and after it."""

    before: str
    wrong: str
    after: str


def marked(text: str, problems: Sequence[Problem]) -> Marked | None:
    """The text with the first problem's place marked, or None if no problem has a place."""
    for problem in problems:
        facts = problem.facts
        if problem.field == "condition" and {"line", "column", "length"} <= facts.keys():
            lines = text.split("\n")
            start = sum(len(line) + 1 for line in lines[: facts["line"] - 1]) + facts["column"] - 1
            end = start + facts["length"]
            return Marked(before=text[:start], wrong=text[start:end] or " ", after=text[end:])
    return None
