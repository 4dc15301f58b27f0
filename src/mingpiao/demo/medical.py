"""Outpatients' and inpatients' bills: the fees of a visit or a stay, and the parties that pay them."""

from datetime import timedelta
from decimal import Decimal
from random import Random

from mingpiao.demo.charge_items import DemoItem
from mingpiao.demo.drafts import ZERO, DemoDraft, Occasion, digits, draw_line, total_of
from mingpiao.demo.kinds import INSURANCE_TYPES
from mingpiao.kernel.money import plain, round_yuan

_UNINSURED = INSURANCE_TYPES[-1]


def outpatient(occasion: Occasion) -> DemoDraft:
    """One visit, dated the day of issue."""
    rng = occasion.rng
    visit = rng.choice([visit for visit in _VISITS if set(visit) <= _codes(occasion)])
    lines = tuple(draw_line(rng, _entry(occasion, code)) for code in visit)
    extension = {
        "PatientNumber": digits(rng, 10),
        "MedicalDate": occasion.on.isoformat(),
    }
    return DemoDraft(
        lines=lines,
        extension=extension | _patient(occasion) | _split(rng, total_of(lines), rng.random() < 0.2),
    )


#: Items that occur together in one visit, by code.
_VISITS = (
    ("060101", "060001"),
    ("060101", "060001", "060007"),
    ("060001", "060003", "060007", "060008"),
    ("060001", "060002", "060007"),
    ("060001", "060002", "060003", "060004", "060006", "060007"),
    ("060001", "060009", "060011"),
    ("060010", "060007"),
    ("060010", "060007", "060008"),
    ("060001", "060005", "060006", "060007", "060012"),
    ("060002",),
    ("060003",),
    ("060007",),
    ("060102",),
    ("060103",),
    ("060004", "060104"),
)


def inpatient(occasion: Occasion) -> DemoDraft:
    """One stay in hospital, ended on the day of issue."""
    rng = occasion.rng
    days = rng.randrange(2, 19)
    left = occasion.on
    codes = [*_STAY, *_SURGERY] if rng.random() < 0.4 else [*_STAY]
    codes += [code for code in _SOMETIMES if rng.random() < 0.4]
    lines = tuple(
        draw_line(rng, _entry(occasion, code), Decimal(days) if code in _DAILY else None) for code in codes
    )
    extension = {
        "CaseNumber": digits(rng, 8),
        "HospitalizationNumber": digits(rng, 10),
        "DepartmentName": rng.choice(_WARDS),
        "InHospitalDate": (left - timedelta(days=days)).isoformat(),
        "OutHospitalDate": left.isoformat(),
    }
    split = _split(rng, total_of(lines), rng.random() < 0.1)
    prepaid = _deposit(rng, Decimal(split["OwnPayAmount"]))
    return DemoDraft(lines=lines, extension=extension | prepaid | _patient(occasion) | split)


_STAY = ("060201", "060001", "060002", "060003", "060004", "060006", "060007", "060012")
_SURGERY = ("060005", "060204")
_SOMETIMES = ("060008", "060009", "060202", "060203", "060205")
_DAILY = frozenset({"060201", "060012"})
_WARDS = (
    "内科",
    "外科",
    "骨科",
    "妇产科",
    "儿科",
    "心血管内科",
    "神经内科",
    "肿瘤科",
    "蒙医科",
    "呼吸与危重症医学科",
)


def _deposit(rng: Random, own: Decimal) -> dict[str, str]:
    """Prepaid + paid at the end - refunded = what the patient pays in cash."""
    prepaid = Decimal(rng.randrange(1, 21) * 500)
    return {
        "PrepayAmount": plain(prepaid),
        "RechargeAmount": plain(max(own - prepaid, ZERO)),
        "RefundAmount": plain(max(prepaid - own, ZERO)),
    }


def _patient(occasion: Occasion) -> dict[str, str]:
    return {
        "OrgType": _organisation_type(occasion.unit.unit.name),
        "Gender": occasion.rng.choice(("男", "女")),
    }


def _organisation_type(name: str) -> str:
    for ending in ("社区卫生服务中心", "卫生院"):
        if name.endswith(ending):
            return ending
    return "综合医院"


def _split(rng: Random, total: Decimal, uninsured: bool) -> dict[str, str]:
    """The parties that pay a medical bill: fund + other + account + cash = total.

    At the same time fund + other + 个人自付 + 个人自费 = total, as on the national form.
    """
    if uninsured:
        return _amounts(own=total, own_expense=total) | {"MedicalInsuranceType": _UNINSURED}
    insurance = rng.choice(INSURANCE_TYPES[:2])
    own_expense = _part(total, rng, 0, 20)
    fund = _part(total - own_expense, rng, 45, 85)
    other = _part(total - own_expense - fund, rng, 0, 40) if rng.random() < 0.15 else ZERO
    left = total - fund - other
    account = _part(left, rng, 0, 100) if insurance == INSURANCE_TYPES[0] else ZERO
    amounts = _amounts(
        fund=fund,
        other=other,
        account=account,
        own=left - account,
        share=left - own_expense,
        own_expense=own_expense,
    )
    return amounts | {"MedicalInsuranceType": insurance, "MedicalInsuranceID": f"YB{digits(rng, 12)}"}


def _part(amount: Decimal, rng: Random, low: int, high: int) -> Decimal:
    return round_yuan(amount * rng.randint(low, high) / 100)


def _amounts(
    *,
    fund: Decimal = ZERO,
    other: Decimal = ZERO,
    account: Decimal = ZERO,
    own: Decimal,
    share: Decimal = ZERO,
    own_expense: Decimal,
) -> dict[str, str]:
    return {
        "FundPayAmount": plain(fund),
        "OtherPayAmount": plain(other),
        "AccountPayAmount": plain(account),
        "OwnPayAmount": plain(own),
        "SelfpaymentAmount": plain(share),
        "SelfpaymentCost": plain(own_expense),
    }


def _codes(occasion: Occasion) -> set[str]:
    return {entry.item.code for entry in occasion.items}


def _entry(occasion: Occasion, code: str) -> DemoItem:
    return next(entry for entry in occasion.items if entry.item.code == code)
