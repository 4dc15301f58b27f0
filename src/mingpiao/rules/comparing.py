"""Two versions of a rule side by side."""

import msgspec

from mingpiao.catalog.model import Catalog
from mingpiao.kernel.errors import Refusal
from mingpiao.rules.checking import REQUEST_FIELDS
from mingpiao.rules.language.fields import field_table
from mingpiao.rules.language.reading import parse
from mingpiao.rules.language.telling import tell
from mingpiao.rules.model import Rule
from mingpiao.units.model import UnitType

#: Members of a rule with their Chinese names, in the order of forms, files and comparisons.
MEMBERS = {
    "code": "规则编码",
    "name": "规则名称",
    "basis": "法规依据",
    "stage": "环节",
    "severity": "处置",
    "mode": "运行方式",
    "regions": "适用地区",
    "kinds": "票据种类",
    "unit_types": "单位类型",
    "items": "收款项目",
    "effective_from": "生效日期",
    "effective_to": "失效日期",
    "field": "提示位置",
    "message": "提示语",
    "reasons": "常用理由",
    "condition": "条件",
}


class RuleDifference(msgspec.Struct, frozen=True, kw_only=True):
    """One member of a rule in two versions, in words for people."""

    member: str
    label: str
    before: str
    after: str

    @property
    def changed(self) -> bool:
        return self.before != self.after


def compare(before: Rule, after: Rule, catalog: Catalog) -> list[RuleDifference]:
    """All members of two versions, in the order of the form; `changed` marks those that differ."""
    old, new = described(before, catalog), described(after, catalog)
    return [
        RuleDifference(member=member, label=label, before=old[member], after=new[member])
        for member, label in MEMBERS.items()
    ]


def described(rule: Rule, catalog: Catalog) -> dict[str, str]:
    """The members of a rule in words for people: codes with their names, 全部 for an empty scope."""
    return {
        "code": rule.code,
        "name": rule.name,
        "basis": rule.basis,
        "stage": rule.stage.label,
        "severity": rule.severity.label,
        "mode": rule.mode.label,
        "regions": _listed(rule.regions, {code: region.name for code, region in catalog.regions.items()}),
        "kinds": _listed(rule.kinds, _kind_names(catalog)),
        "unit_types": _listed(
            rule.unit_types, {each.value: each.label for each in UnitType}, codes_shown=False
        ),
        "items": _listed(rule.items, {code: item.name for code, item in catalog.items.items()}),
        "effective_from": rule.effective_from.isoformat(),
        "effective_to": rule.effective_to.isoformat() if rule.effective_to else "长期",
        "field": REQUEST_FIELDS.get(rule.field, rule.field),
        "message": rule.message,
        "reasons": "；".join(rule.reasons) or "没有",
        "condition": rule.condition,
    }


def condition_words(rule: Rule, catalog: Catalog) -> str:
    """The condition as a Chinese sentence; empty if it can no longer be read, as when a field of it is gone."""
    table = field_table(catalog, rule.kinds, rule.stage)
    try:
        return tell(parse(rule.condition, table), table)
    except Refusal:
        return ""


def _kind_names(catalog: Catalog) -> dict[str, str]:
    categories = {code: category.name for code, category in catalog.categories.items()}
    return categories | {code: kind.name for code, kind in catalog.kinds.items()}


def _listed(codes: tuple[str, ...], names: dict[str, str], *, codes_shown: bool = True) -> str:
    shown = [
        f"{code} {names.get(code, '')}".strip() if codes_shown else names.get(code, code) for code in codes
    ]
    return "、".join(shown) if shown else "全部"
