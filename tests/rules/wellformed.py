"""Facts of a well-formed bill of each kind, the same with some changed, and rules ready to judge them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from mingpiao.catalog.model import Catalog, ExtensionType
from mingpiao.demo.charge_items import charge_items, demo_items
from mingpiao.demo.kinds import CATEGORIES, KINDS
from mingpiao.demo.regions import departments, province_regions
from mingpiao.kernel.money import line_amount
from mingpiao.kernel.naming import classify_code, classify_name
from mingpiao.rules.library import overlap_of
from mingpiao.rules.model import LoadedRule, Rule
from mingpiao.rules.service import (
    Condition,
    compile_condition,
    field_table,
    parse,
    watch_columns,
    writeoff_columns,
)

ON = date(2026, 3, 12)
_KINDS = {kind.code: kind for kind in KINDS}
_ITEMS = {entry.item.code: entry.item for entry in demo_items()}
#: The unit type that issues a kind, and the item, rate and quantity of its ordinary bill.
_USUAL: dict[str, tuple[str, str, str, str]] = {
    "0101": ("office", "011101", "20", "1"),
    "0102": ("office", "011301", "80", "1"),
    "0103": ("court", "012101", "2300", "1"),
    "0104": ("office", "013101", "200", "1"),
    "0105": ("school", "011601", "4000", "1"),
    "0201": ("school", "020102", "20000", "1"),
    "0301": ("charity", "030101", "5000", "1"),
    "0401": ("association", "040105", "100", "1"),
    "0501": ("office", "050101", "60", "88.5"),
    "0502": ("office", "050201", "400", "2"),
    "0503": ("office", "050301", "1200.5", "1"),
    "0601": ("hospital", "060001", "30", "1"),
    "0602": ("hospital", "060201", "50", "4"),
    "9901": ("office", "011301", "80", "1"),
}
_EXTENSIONS: dict[str, dict[str, Any]] = {
    "0102": {"BusinessDate": ON},
    "0103": {"Custom1": "（2026）内0102民初123号"},
    "0104": {"Custom1": "演罚决字〔2026〕第00012号", "BusinessDate": ON},
    "0105": {"School": "演示单位", "StudentID": "202600000001"},
    "0201": {"Custom1": "暂收款项", "Custom2": "演合〔2026〕0012号"},
    "0301": {"Custom1": "草原生态保护", "Custom2": "货币"},
    "0401": {"Custom2": 2026},
    "0501": {"Custom1": "演示花园1号楼", "Custom2": Decimal("88.5")},
    "0502": {"Custom1": "2026年度"},
    "0503": {"Custom1": "2026年03月"},
    "0601": {"PatientNumber": "0000000001", "MedicalDate": ON},
    "0602": {
        "HospitalizationNumber": "0000000001",
        "DepartmentName": "内科",
        "InHospitalDate": date(2026, 3, 6),
        "OutHospitalDate": date(2026, 3, 10),
    },
    "9901": {"PayCode": "15010026000000000001"},
}
_CONTAINERS = {
    ExtensionType.TEXT: "extension",
    ExtensionType.CHOICE: "extension",
    ExtensionType.MONEY: "extension_numbers",
    ExtensionType.NUMBER: "extension_numbers",
    ExtensionType.YEAR: "extension_numbers",
    ExtensionType.DATE: "extension_dates",
}


def facts_of(kind: str, changes: Mapping[str, Any], condition: Condition) -> dict[str, Any]:
    """The facts of a bill of a kind with some fields changed, and all history that a condition needs.

    What follows from other fields (sums, classes of names and codes, who pays) follows from the changed ones.
    """
    unit_type = _USUAL[kind][0]
    items = [_item(kind, each, condition) for each in changes.get("items", [{}])]
    plain = {path: _value(value) for path, value in changes.items() if path not in ("items", "kind")}
    total = sum((item["amount"] for item in items), Decimal(0))
    facts: dict[str, Any] = {
        "kind": kind,
        "category": kind[:2],
        "total": total,
        "remark": "",
        "pay_mode": "银行转账",
        "handler": "白春梅",
        "checker": "云志强",
        "business_no": "YS-1",
        "aux_count": Decimal(3 if kind == "0602" else 0),
        "payer_type": "1",
        "payer_name": "王芳",
        "payer_code": "",
        "payer_account": "",
        "payer_bank": "",
        "unit_id": Decimal(1),
        "unit_name": "演示单位",
        "unit_code": "12150000DEM0000013",
        "unit_type": unit_type,
        "unit_region": "150100",
        "unit_mode": "ONLINE",
        "unit_watched": False,
        "unit_account": "0000000000000000001",
        "items_count": Decimal(len(items)),
        "items_sum": total,
        "items": items,
    }
    facts |= {f"evidence_{name}": "agree" for name in _CLAIMS} | {"evidence_count": Decimal(1)}
    facts |= dict.fromkeys(writeoff_columns(), False)
    facts |= dict.fromkeys(watch_columns(), Decimal(0)) | _QUIET_HOUR
    facts |= {history.column: Decimal(0) for history in condition.history}
    facts |= {
        _column(path): value
        for path, value in plain.items()
        if not path.startswith(("extension.", "issued."))
    }
    return facts | _derived(facts) | _issued(plain) | _extension(kind, plain, facts["total"])


#: A working morning of a unit in which it issues what it usually does.
_QUIET_HOUR = {
    "watch_bills": Decimal(10),
    "watch_amount": Decimal(1000),
    "watch_largest": Decimal(200),
    "watch_usual_bills": Decimal(10),
    "watch_usual_amount": Decimal(1000),
    "watch_hour": Decimal(10),
    "watch_weekday": Decimal(3),
    "watch_workday": True,
}
_CLAIMS = (
    "payer",
    "payee",
    "amount",
    "words",
    "date",
    "purpose",
    "usage",
    "account",
    "seal",
    "status",
    "hidden",
)


def _column(path: str) -> str:
    """`payer.name` → `payer_name`, `twin_count(1)` → `twin_count_1`."""
    return path.replace(".", "_").replace("(", "_").replace(")", "")


def _value(value: Any) -> Any:
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _derived(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "payer_name_class": classify_name(facts["payer_name"]),
        "payer_code_class": classify_code(facts["payer_code"]),
    }


def _issued(plain: Mapping[str, Any]) -> dict[str, Any]:
    on: date = plain.get("issued.date", ON)
    weekday = Decimal(on.isoweekday())
    found = {
        "issued.date": on,
        "issued.hour": Decimal(10),
        "issued.weekday": weekday,
        "issued.workday": weekday < 6,
        "issued.year": Decimal(on.year),
    } | {path: value for path, value in plain.items() if path.startswith("issued.")}
    return {_column(path): value for path, value in found.items()}


def _item(kind: str, changes: Mapping[str, Any], condition: Condition) -> dict[str, Any]:
    _, usual_code, usual_rate, usual_quantity = _USUAL[kind]
    given = {name: _value(value) for name, value in changes.items()}
    charge = _ITEMS[given.pop("code", usual_code)]
    quantity = given.pop("quantity", Decimal(usual_quantity))
    rate = given.pop("rate", Decimal(usual_rate))
    line = line_amount(quantity, rate)
    item: dict[str, Any] = {
        "code": charge.code,
        "name": charge.name,
        "class": charge.code[:2],
        "quantity": quantity,
        "rate": rate,
        "amount": line,
        "line": line,
        "remark": "",
        "listed": True,
        "allowed": True,
        "rate_minimum": charge.rate.minimum,
        "rate_maximum": charge.rate.maximum,
        "rate_kind": charge.rate.kind.value,
    }
    history = {found.column: None for found in condition.item_history}
    return item | history | {_column(name): value for name, value in given.items()}


def _extension(kind: str, plain: Mapping[str, Any], total: Decimal) -> dict[str, Any]:
    found = {name: _value(value) for name, value in _EXTENSIONS.get(kind, {}).items()}
    if kind.startswith("06"):
        found |= _payment(kind, total)
    prefix = "extension."
    found |= {path.removeprefix(prefix): value for path, value in plain.items() if path.startswith(prefix)}
    maps: dict[str, dict[str, Any]] = {name: {} for name in _CONTAINERS.values()}
    for field in _KINDS[kind].extension_fields:
        if found.get(field.name) is not None:
            maps[_CONTAINERS[field.type]][field.name] = found[field.name]
    return maps


def _payment(kind: str, total: Decimal) -> dict[str, Any]:
    zero = Decimal(0)
    deposit = {"PrepayAmount": total, "RechargeAmount": zero, "RefundAmount": zero} if kind == "0602" else {}
    return deposit | {
        "Gender": "女",
        "MedicalInsuranceType": "全自费",
        "FundPayAmount": zero,
        "OtherPayAmount": zero,
        "AccountPayAmount": zero,
        "OwnPayAmount": total,
        "SelfpaymentAmount": zero,
        "SelfpaymentCost": total,
    }


@cache
def catalog() -> Catalog:
    return Catalog(
        province="15",
        regions={region.code: region for region in province_regions()},
        departments={department.region_code: department for department in departments()},
        categories={category.code: category for category in CATEGORIES},
        kinds={kind.code: kind for kind in KINDS},
        items={item.code: item for item in charge_items()},
    )


@cache
def condition_of(rule: Rule) -> Condition:
    return parse(rule.condition, field_table(catalog(), rule.kinds, rule.stage))


@cache
def loaded(rule: Rule) -> LoadedRule:
    condition = condition_of(rule)
    return LoadedRule(
        rule=rule,
        region_code="150000",
        version=1,
        predicate=compile_condition(condition),
        history=condition.history,
        item_history=condition.item_history,
        overlap=overlap_of(rule),
    )


def covers(rule: Rule, kind: str) -> bool:
    return not rule.kinds or kind in rule.kinds or kind[:2] in rule.kinds
