"""Checks whether a rule may be saved: each member against the base data and the rule language. Pure: no
database, no clock.
"""

import re
from collections.abc import Iterable, Iterator

import msgspec

from mingpiao.catalog.model import Catalog
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.text import unprintable
from mingpiao.rules.language import FUNCTIONS, FieldTable, field_table, parse
from mingpiao.rules.language.placeholders import Placeholder, placeholders, stray_brace
from mingpiao.rules.language.tree import SourcePlace
from mingpiao.rules.model import Rule, Severity, Stage
from mingpiao.rules.reasons import thin_reason
from mingpiao.units.model import UnitType

MAX_NAME = 100
MAX_BASIS = 1_000
MAX_MESSAGE = 500
#: A scope with more members than this is a mistake; a rule for so many should have no scope at all.
MAX_SCOPE = 500
MAX_DAYS = 366
_BILL_AGGREGATES = {each.name for each in FUNCTIONS if each.history and not each.of_item}
#: Usual reasons of a rule, and the length of one: with a few words more it still fits what a bill may have.
MAX_REASONS, MAX_REASON = 8, 100
_CODE = re.compile(r"[A-Z][A-Z0-9-]{1,39}")
_LOCAL_CODE = re.compile(r"L(\d{6})-[A-Z0-9-]+")

#: The fields of the request at which a hit may be shown, with their Chinese names.
REQUEST_FIELDS = {
    "": "整张票据",
    "payer/name": "缴款人名称",
    "payer/code": "缴款人代码",
    "payer/account": "缴款人账号",
    "payer/bank": "缴款人开户行",
    "payer/type": "缴款人类型",
    "items": "收款项目",
    "total": "合计金额",
    "remark": "备注",
    "pay_mode": "交款方式",
    "handler": "开票人",
    "checker": "复核人",
    "business_no": "业务流水号",
    "aux_items": "收费明细",
    "evidence": "佐证材料",
}
_EXTENSION = "extension/"


def check_rule(rule: Rule, owner_region: str, catalog: Catalog) -> list[Problem]:
    """All problems of a department's rule, in the order of the form; empty if it may be saved.

    The code of a local rule begins with `L<region>-`, and its regions lie within its owner's area, so it only
    adds hits there. Problem codes are `rule.*`; those of `rule.condition_*` contain the place in the text.
    """
    return [
        *_code_problems(rule, owner_region, catalog),
        *_text_problems(rule),
        *_reason_problems(rule),
        *_scope_problems(rule, owner_region, catalog),
        *retired_scope(rule, catalog),
        *_date_problems(rule),
        *_language_problems(rule, catalog),
        *_monitoring_problems(rule, catalog),
    ]


def is_rule_code(code: str) -> bool:
    """Whether a text has the form of a rule's code."""
    return _CODE.fullmatch(code) is not None


def is_province(region_code: str, catalog: Catalog) -> bool:
    """Whether a department is the province's own."""
    return not catalog.regions[region_code].parent


def _problem(code: str, field: str, message: str, **facts: object) -> Problem:
    return Problem(code=code, field=field, message=message, status=422, facts=dict(facts))


def _code_problems(rule: Rule, owner_region: str, catalog: Catalog) -> Iterator[Problem]:
    if not is_rule_code(rule.code):
        message = "规则编码应为2至40位大写字母、数字或连字符，以字母开头，请修改。"
        yield _problem("rule.code_invalid", "code", message)
        return
    local = _LOCAL_CODE.fullmatch(rule.code)
    if is_province(owner_region, catalog):
        if local:
            message = "以“L行政区划代码-”开头的编码留给盟市、旗县的规则，请换一个编码。"
            yield _problem("rule.code_reserved", "code", message)
    elif local is None or local[1] != owner_region:
        message = f"本地区规则的编码应以“L{owner_region}-”开头，请修改。"
        yield _problem("rule.code_not_local", "code", message, prefix=f"L{owner_region}-")


_TEXTS = (
    ("name", "规则名称", MAX_NAME),
    ("basis", "法规依据", MAX_BASIS),
    ("message", "提示语", MAX_MESSAGE),
)


def _text_problems(rule: Rule) -> Iterator[Problem]:
    for member, label, longest in _TEXTS:
        value = getattr(rule, member)
        if not value.strip():
            yield _problem("rule.member_missing", member, f"请填写{label}。")
        elif len(value) > longest:
            yield _problem("rule.member_too_long", member, f"{label}最多{longest}个字，请精简。")
        elif (banned := unprintable(value.replace("\n", ""))) is not None:
            yield _problem(
                "rule.member_unprintable", member, f"{label}中有不能使用的字符“{banned}”，请删除。"
            )
    if rule.field not in REQUEST_FIELDS and not rule.field.startswith(_EXTENSION):
        yield _problem("rule.field_unknown", "field", "没有这个提示位置，请从列表中选择。")


def _reason_problems(rule: Rule) -> Iterator[Problem]:
    """A usual reason is held to what every reason is held to: it will stand in the records of many bills."""
    if len(rule.reasons) > MAX_REASONS:
        message = f"常用理由最多{MAX_REASONS}条，请删去少用的。"
        yield _problem("rule.reasons_too_many", "reasons", message)
    for reason in rule.reasons:
        if len(reason) > MAX_REASON or unprintable(reason) is not None:
            message = f"常用理由“{reason[:20]}”超过{MAX_REASON}个字或有不能使用的字符，请修改。"
            yield _problem("rule.reason_invalid", "reasons", message)
        elif thin := thin_reason(reason, f"常用理由“{reason}”"):
            yield _problem("rule.reason_thin", "reasons", thin)


def _scope_problems(rule: Rule, owner_region: str, catalog: Catalog) -> Iterator[Problem]:
    types = {unit_type.value for unit_type in UnitType}
    kinds = catalog.kinds.keys() | catalog.categories.keys()
    yield from _members("regions", "适用地区", rule.regions, catalog.regions.keys())
    yield from _members("kinds", "票据种类", rule.kinds, kinds)
    yield from _members("unit_types", "单位类型", rule.unit_types, types)
    yield from _members("items", "收款项目", rule.items, catalog.items.keys())
    outside = [
        code
        for code in rule.regions
        if code in catalog.regions and owner_region not in catalog.regions_upwards(code)
    ]
    if outside:
        names = "、".join(catalog.region_path(code) or catalog.regions[code].name for code in outside[:5])
        message = f"适用地区应在本地区以内，{names}不在其中，请去掉。"
        yield _problem("rule.region_outside", "regions", message, codes=outside)
    missing = rule.field.removeprefix(_EXTENSION)
    if rule.field.startswith(_EXTENSION) and not _defined_everywhere(missing, rule, catalog):
        message = f"不是每个适用的票据种类都有其他信息“{missing[:40]}”，请另选提示位置。"
        yield _problem("rule.field_unknown", "field", message)


def _members(member: str, label: str, codes: tuple[str, ...], known: Iterable[str]) -> Iterator[Problem]:
    if len(codes) > MAX_SCOPE:
        yield _problem("rule.scope_too_long", member, f"{label}最多列{MAX_SCOPE}个，请精简。")
        return
    if len(set(codes)) < len(codes):
        yield _problem("rule.scope_repeated", member, f"{label}中有重复，请去掉。")
    found = set(known)
    unknown = [code for code in codes if code not in found]
    if unknown:
        named = "、".join(code[:20] for code in unknown[:5])
        yield _problem(
            "rule.scope_unknown", member, f"{label}中没有{named}，请核对编码。", codes=unknown[:50]
        )


def _defined_everywhere(name: str, rule: Rule, catalog: Catalog) -> bool:
    kinds = [
        kind for kind in catalog.kinds.values() if kind.code in rule.kinds or kind.category_code in rule.kinds
    ]
    return bool(kinds) and all(any(each.name == name for each in kind.extension_fields) for kind in kinds)


def retired_scope(rule: Rule, catalog: Catalog) -> list[Problem]:
    """Problems about kinds and charge items of a rule's scope that were retired since, one for each member."""
    found = []
    items = [code for code in rule.items if code in catalog.items and catalog.items[code].retired]
    kinds = [code for code in rule.kinds if code in catalog.kinds and catalog.kinds[code].retired]
    if kinds:
        named = "、".join(f"{code}{catalog.kinds[code].name}" for code in kinds[:5])
        message = f"票据种类{named}已停用，请从适用范围中去掉。"
        found.append(_problem("rule.kind_retired", "kinds", message, codes=kinds))
    if items:
        named = "、".join(f"{code}{catalog.items[code].name}" for code in items[:5])
        message = f"收款项目{named}已停用，请从适用范围中去掉。"
        found.append(_problem("rule.item_retired", "items", message, codes=items))
    return found


def _date_problems(rule: Rule) -> Iterator[Problem]:
    if not 2000 <= rule.effective_from.year < 2100:
        yield _problem("rule.date_invalid", "effective_from", "生效日期不正确，请填写2000年以后的日期。")
    if rule.effective_to is not None and rule.effective_to < rule.effective_from:
        yield _problem("rule.dates_reversed", "effective_to", "失效日期早于生效日期，请调整。")


def _language_problems(rule: Rule, catalog: Catalog) -> Iterator[Problem]:
    try:
        table = field_table(catalog, rule.kinds, rule.stage)
    except Refusal as refusal:
        yield from refusal.problems
        return
    yield from _condition_problems(rule, table)
    yield from _message_problems(rule.message, table)


def _condition_problems(rule: Rule, table: FieldTable) -> Iterator[Problem]:
    try:
        parse(rule.condition, table)
    except Refusal as refusal:
        yield from refusal.problems


def _monitoring_problems(rule: Rule, catalog: Catalog) -> Iterator[Problem]:
    """A rule of monitoring judges a unit's hour, of all kinds together, when its bills are issued already."""
    if rule.stage is not Stage.MONITORING:
        return
    for member, label in (("kinds", "票据种类"), ("items", "收款项目")):
        if getattr(rule, member):
            message = f"“{rule.stage.label}”的规则判断单位的一个小时，不能限定{label}，请清空。"
            yield _problem("rule.monitoring_scope", member, message)
    if rule.severity is Severity.BLOCK:
        message = f"“{rule.stage.label}”的规则在开票以后判断，不能拦截，请选择“核实”或“提示”。"
        yield _problem("rule.monitoring_severity", "severity", message)
    try:
        condition = parse(rule.condition, field_table(catalog, rule.kinds, rule.stage))
    except Refusal:
        return
    if condition.history or condition.item_history:
        message = f"“{rule.stage.label}”的规则不能用历史统计函数，请改用“通常”的字段，如 watch.usual_bills。"
        yield _problem("rule.monitoring_history", "condition", message)


def _message_problems(message: str, table: FieldTable) -> Iterator[Problem]:
    place = stray_brace(message)
    if place is not None:
        hint = "提示语中的花括号应成对出现，如{payer.name}，请改正。"
        yield _problem("rule.placeholder_invalid", "message", hint, column=place + 1)
    for each in placeholders(message):
        fault = _placeholder_fault(each, table)
        if fault:
            hint = f"提示语中的{{{each.text[:40]}}}{fault}"
            yield _problem("rule.placeholder_unknown", "message", hint, column=each.place + 1)


def _placeholder_fault(each: Placeholder, table: FieldTable) -> str:
    """Problems of the field at which a hit is shown: it must name a value of the bill as a whole."""
    history = each.history
    if history is not None and history.name in _BILL_AGGREGATES:
        return "" if 1 <= history.days <= MAX_DAYS else f"的天数应为1至{MAX_DAYS}的整数，请改正。"
    field = table.fields.get(each.text)
    if field is None:
        return "不是可用的字段，请从字段表中选择。"
    return "每个项目各不相同，请改用整张票据的字段。" if field.place is SourcePlace.ITEM else ""


def tidy(rule: Rule) -> Rule:
    """The rule with normalised texts: no outer spaces, lines that end with a line feed, and each usual
    reason once, on one line. All else is unchanged.
    """
    texts = {
        name: _tidy(getattr(rule, name))
        for name in ("code", "name", "basis", "message", "condition", "field")
    }
    reasons = dict.fromkeys(" ".join(each.split()) for each in rule.reasons)
    return msgspec.structs.replace(rule, **texts, reasons=tuple(each for each in reasons if each))


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()
