"""Checks that a request must pass before it takes a number.

The checks are pure: the same request, profile and catalog give the same problems on the same day. They
find all problems at once, so that a person corrects them in one go and a program logs them all.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import msgspec

from mingpiao.catalog.model import (
    BillKind,
    Catalog,
    ChargeItem,
    ExtensionField,
    ExtensionType,
    Rate,
    RateKind,
)
from mingpiao.issuing.canonical import canonical, code_hints, tidy
from mingpiao.issuing.digests import request_digest
from mingpiao.issuing.glyphs import glyph_problem
from mingpiao.issuing.model import (
    MAX_AUX_ITEMS,
    MAX_CONFIRMATIONS,
    MAX_EVIDENCE,
    MAX_ITEMS,
    BillItem,
    IssueRequest,
    RequestItem,
)
from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import is_uscc, uscc_check_digit
from mingpiao.kernel.errors import Problem
from mingpiao.kernel.grammar import read_date, read_decimal, read_whole
from mingpiao.kernel.money import CENT, MAX_AMOUNT, fits_places, line_amount, plain, plain_number
from mingpiao.kernel.naming import RESIDENT_ID_WRONG, classify_code, resident_check_digit
from mingpiao.kernel.text import character_message, odd_space_place, unprintable_place
from mingpiao.rules.model import Hit
from mingpiao.rules.service import thin_reason
from mingpiao.units.model import UnitPoints, UnitProfile
from mingpiao.units.service import bound_by_ukey

#: A request may have thousands of problems; nobody reads more than these.
MAX_PROBLEMS = 50


class BillDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A request that passed every check, in its canonical form, with its items completed from the catalog.

    `sent` is the request as it came; `digest` is what it is known by when it comes again
    (`request_digest`). `hints` tell what the canonical form changed.
    """

    request: IssueRequest
    sent: IssueRequest
    kind: BillKind
    items: tuple[BillItem, ...]
    digest: bytes
    hints: tuple[Hit, ...] = ()


def examine(
    request: IssueRequest,
    profile: UnitProfile,
    catalog: Catalog,
    *,
    checker: str = "",
    account_id: int | None = None,
    by_ukey: str = "",
) -> BillDraft | tuple[Problem, ...]:
    """The draft of a request that the unit may issue, or all problems (`MAX_PROBLEMS` at most) that it has.

    `checker` is the name of who agreed to it; it takes the place of the request's own. `account_id` is the account of
    the person who asks; None for a program. `by_ukey` is the 开票点 of the UKey by which they signed in.
    """
    tidied = tidy(request)
    if checker:
        tidied = msgspec.structs.replace(tidied, checker=checker)
    problems = tuple(_first(MAX_PROBLEMS, _problems(tidied, profile, catalog, account_id, by_ukey)))
    if problems:
        return problems
    kind = catalog.kinds[request.kind]
    wanted = canonical(tidied, kind)
    return BillDraft(
        request=wanted,
        sent=request,
        kind=kind,
        items=tuple(_complete(item, catalog.items[item.code]) for item in wanted.items),
        digest=request_digest(request),
        hints=code_hints(request, wanted),
    )


def has_business_no(request: IssueRequest) -> bool:
    """Whether the request's business number is well formed, so that a bill may have been issued for it."""
    name, label, longest, required = _BUSINESS_NO
    return not check_text(name, label, request.business_no, longest, required=required)


def _first(limit: int, problems: Iterator[Problem]) -> Iterator[Problem]:
    for _, problem in zip(range(limit), problems, strict=False):
        yield problem


def _complete(item: RequestItem, charge: ChargeItem) -> BillItem:
    return BillItem(
        code=item.code,
        name=charge.name,
        quantity=item.quantity,
        unit=charge.measure_unit,
        rate=item.rate,
        amount=item.amount,
        remark=item.remark,
    )


def _problems(
    request: IssueRequest, profile: UnitProfile, catalog: Catalog, account_id: int | None, by_ukey: str
) -> Iterator[Problem]:
    yield from _text_problems(request)
    yield from point_problems(request.point, profile.points, account_id, by_ukey)
    kind = catalog.kinds.get(request.kind)
    if kind is None or kind.retired:
        yield _problem(
            "bill.kind_unknown", "kind", f"票据种类“{request.kind[:20]}”不存在或已停用，请重新选择。"
        )
        return
    if kind.code not in profile.kind_codes:
        yield _problem(
            "bill.kind_not_allowed", "kind", f"本单位未获准开具“{kind.name}”，请联系同级财政部门。"
        )
    yield from _payer_problems(request)
    if not 1 <= len(request.items) <= MAX_ITEMS:
        yield _problem("bill.items_count", "items", f"收款项目应为1至{MAX_ITEMS}项，请增减后重试。")
        return
    for index, item in enumerate(request.items):
        yield from _item_problems(f"items/{index}", item, kind, profile, catalog)
    yield from _total_problems(request)
    yield from _extension_problems(request, kind)
    yield from _aux_problems(request)
    yield from _evidence_problems(request, kind)
    yield from _confirmation_problems(request)


def _problem(code: str, field: str, message: str) -> Problem:
    return Problem(code=code, field=field, message=message, status=422)


# -- texts ---------------------------------------------------------------------------------------

#: Texts by which people and bills are known: no blank but U+0020 may stand in them.
_KNOWN_BY = frozenset({"business_no", "handler", "checker", "payer/name"})
#: Field, label, longest, required.
_BUSINESS_NO = ("business_no", "业务流水号", 50, True)
_TEXTS = (
    _BUSINESS_NO,
    ("handler", "开票人", 30, True),
    ("checker", "复核人", 30, False),
    ("pay_mode", "交款方式", 30, False),
    ("remark", "备注", 200, False),
)
_PAYER_TEXTS = (
    ("name", "缴款人名称", 100, True),
    ("code", "缴款人代码", 20, False),
    ("account", "缴款人账号", 40, False),
    ("bank", "缴款人开户行", 60, False),
)


def _text_problems(request: IssueRequest) -> Iterator[Problem]:
    for name, label, longest, required in _TEXTS:
        yield from check_text(name, label, getattr(request, name), longest, required=required)
    for name, label, longest, required in _PAYER_TEXTS:
        yield from check_text(
            f"payer/{name}", label, getattr(request.payer, name), longest, required=required
        )


def check_text(
    field: str, label: str, text: str, longest: int, *, required: bool = False
) -> tuple[Problem, ...]:
    """Problems of one text on a face: it is empty, too long, padded, or has characters that no face can show."""
    if not text:
        return (_problem("text.required", field, f"{label}不能为空，请填写。"),) if required else ()
    if len(text) > longest:
        message = f"{label}最多{longest}个字，现有{len(text)}个，请缩短。"
        return (_problem("text.too_long", field, message),)
    place = unprintable_place(text)
    if place is None and field in _KNOWN_BY:
        place = odd_space_place(text)
    if place is not None:
        return (_problem("text.bad_character", field, character_message(label, text, place)),)
    unshown = glyph_problem(field, label, text)
    if unshown is not None:
        return (unshown,)
    if text != text.strip():
        return (_problem("text.padded", field, f"{label}首尾不能有空格，请删除。"),)
    return ()


def point_problems(
    given: str, points: UnitPoints, account_id: int | None, by_ukey: str = ""
) -> Iterator[Problem]:
    """What is wrong with the 开票点 that a request names (by code; empty: none) for a person, who may have signed in by
    the UKey of one.
    """
    if by_ukey and given not in ("", by_ukey):
        yield bound_by_ukey(by_ukey)
        return
    code = given or by_ukey
    if code and code not in points.codes:
        yield _problem(
            "point.not_of_unit",
            "point",
            f"“{code[:20]}”不是本单位在用的开票点，请核对开票点代码，不区分开票点的留空。",
        )
    elif code and not points.may_act(account_id, code):
        yield Problem(
            code="point.not_yours",
            field="point",
            message="您不是这个开票点的人员，请选择自己的开票点，或请票据管理员在“开票点”中添加。",
            status=403,
        )


def _payer_problems(request: IssueRequest) -> Iterator[Problem]:
    payer = request.payer
    if payer.type == "2" and payer.code and not is_uscc(payer.code):
        yield _problem("payer.uscc_invalid", "payer/code", _uscc_message(payer.code))
    if payer.type == "1" and classify_code(payer.code) == RESIDENT_ID_WRONG:
        yield _problem("payer.resident_id_invalid", "payer/code", _resident_message(payer.code))


def _uscc_message(code: str) -> str:
    if len(code) == 15 and code.isascii() and code.isdigit():
        return (
            "缴款单位的代码是15位的旧注册号，请填写18位统一社会信用代码；没有统一社会信用代码的单位请留空。"
        )
    try:
        last = uscc_check_digit(code[:17]) if len(code) == 18 else ""
    except ValueError:
        last = ""
    told = f"末位校验码应为{last}，现为{code[-1]}，" if last else ""
    return f"缴款单位的统一社会信用代码不正确，{told}请核对18位代码；没有代码的单位（如境外单位）请留空。"


def _resident_message(code: str) -> str:
    last = resident_check_digit(code)
    told = f"末位校验码应为{last}，现为{code[-1]}" if last != code[-1] else "地区或出生日期不对"
    return f"缴款人的身份证（或外国人永久居留身份证）号码不正确：{told}，请核对；没有号码的请留空。"


# -- amounts -------------------------------------------------------------------------------------


#: Told to whoever sends a line of zero or less; docs/api.md shows each with an example.
_ABOUT_ZERO = (
    "请修改：抹零、优惠和免费的项目不另列零或负数的行，部分退费先整张冲红、再按应收金额开具"
    "（见接口文档“抹零、优惠、免费和部分退费”）。"
)


def _number_problems(field: str, label: str, number: Decimal, decimals: int) -> tuple[Problem, ...]:
    """A positive, finite number within N(14,2) and with no more decimals than may be written."""
    if not number.is_finite():
        return (_problem("amount.not_finite", field, f"{label}不是有效的数字，请重新填写。"),)
    if number <= 0:
        about = _ABOUT_ZERO if field.endswith("/amount") else "请修改。"
        return (_problem("amount.not_positive", field, f"{label}必须大于零，{about}"),)
    if number > MAX_AMOUNT:
        return (_problem("amount.too_large", field, f"{label}超过{MAX_AMOUNT}，请核对。"),)
    if not fits_places(number, decimals):
        return (_problem("amount.too_precise", field, f"{label}最多{decimals}位小数，请修改。"),)
    return ()


def _item_problems(
    path: str, item: RequestItem, kind: BillKind, profile: UnitProfile, catalog: Catalog
) -> Iterator[Problem]:
    yield from check_text(f"{path}/remark", "项目备注", item.remark, 100)
    numbers = [
        *_number_problems(f"{path}/quantity", "数量", item.quantity, 6),
        *_number_problems(f"{path}/rate", "收费标准", item.rate, 6),
        *_number_problems(f"{path}/amount", "金额", item.amount, 2),
    ]
    yield from numbers
    charge = catalog.items.get(item.code)
    if charge is None or charge.retired:
        yield _problem(
            "item.unknown", f"{path}/code", f"收款项目“{item.code[:30]}”不存在或已停用，请从目录中选取。"
        )
        return
    yield from _permission_problems(path, charge, kind, profile)
    if numbers:
        return
    rate = charge.rate_on(today())
    if not rate.allows(item.rate):
        yield _problem("item.rate_out_of_bounds", f"{path}/rate", _bounds_message(charge.name, rate))
    expected = line_amount(item.quantity, item.rate)
    if expected != item.amount:
        yield _problem(
            "item.amount_mismatch",
            f"{path}/amount",
            f"“{charge.name}”的金额应为数量乘以标准，即{plain(expected)}元，请核对。",
        )


def _permission_problems(
    path: str, charge: ChargeItem, kind: BillKind, profile: UnitProfile
) -> Iterator[Problem]:
    """Whether the unit may charge the item today on a bill of this kind."""
    if kind.code not in charge.kinds:
        yield _problem(
            "item.not_for_kind",
            f"{path}/code",
            f"“{charge.name}”不能在“{kind.name}”上使用，请更换项目或票种。",
        )
    if charge.code not in profile.item_codes:
        yield _problem(
            "item.not_allowed", f"{path}/code", f"本单位未获准收取“{charge.name}”，请联系同级财政部门。"
        )
    unit = profile.unit
    if not charge.open_on(today()):
        yield _problem("item.not_open", f"{path}/code", _closed_message(charge))
    if not charge.for_type(unit.unit_type.value):
        yield _problem(
            "item.not_for_unit_type",
            f"{path}/code",
            f"“{charge.name}”不适用于{unit.unit_type.label}，请更换项目。",
        )
    if not charge.for_region(unit.region_code):
        yield _problem(
            "item.not_for_region", f"{path}/code", f"“{charge.name}”不适用于本单位所在地区，请更换项目。"
        )


def _closed_message(charge: ChargeItem) -> str:
    if charge.valid_from is not None and today() < charge.valid_from:
        return f"“{charge.name}”自{charge.valid_from}起才能收取，请更换项目。"
    return f"“{charge.name}”已于{charge.valid_until}停止收取，请更换项目。"


def _bounds_message(name: str, rate: Rate) -> str:
    low, high = plain_number(rate.minimum), plain_number(rate.maximum)
    if rate.kind is RateKind.FIXED:
        return f"“{name}”的收费标准为{low}元，请按标准收取。"
    return f"“{name}”的收费标准应在{low}元至{high}元之间，请核对。"


def _can_be_added(amount: Decimal) -> bool:
    """Whether a sum with this amount stays exact. An amount that fails has a problem of its own already."""
    return amount.is_finite() and -MAX_AMOUNT <= amount <= MAX_AMOUNT and fits_places(amount, 6)


def _total_problems(request: IssueRequest) -> Iterator[Problem]:
    wrong = list(_number_problems("total", "合计金额", request.total, 2))
    yield from wrong
    amounts = [item.amount for item in request.items]
    if wrong or not all(_can_be_added(amount) for amount in amounts):
        return
    expected = sum(amounts, Decimal(0))
    if expected != request.total:
        yield _problem("bill.total_mismatch", "total", f"合计金额应等于各项金额之和{expected:f}元，请核对。")


# -- 其他信息 ------------------------------------------------------------------------------------


def _extension_problems(request: IssueRequest, kind: BillKind) -> Iterator[Problem]:
    known = {field.name: field for field in kind.extension_fields}
    for name in request.extension:
        if name not in known:
            yield _problem(
                "extension.unknown",
                f"extension/{name[:40]}",
                f"“{kind.name}”没有名为“{name[:40]}”的其他信息，请删除。",
            )
    for name, field in known.items():
        yield from _extension_field_problems(field, request.extension.get(name, ""))
    yield from _sum_problems(request, kind)


def _extension_field_problems(field: ExtensionField, value: str) -> Iterator[Problem]:
    path = f"extension/{field.name}"
    wrong = check_text(path, field.label, value, field.max_length, required=field.required)
    yield from wrong
    if wrong or not value:
        return
    if field.choices and value not in field.choices:
        yield _problem(
            "extension.not_a_choice", path, f"{field.label}应为{'、'.join(field.choices)}之一，请重新选择。"
        )
    elif field.type is ExtensionType.DATE and not _is_past_date(value):
        yield _problem(
            "extension.bad_date",
            path,
            f"{field.label}应为不晚于今天的日期，写成“年-月-日”（如2026-01-31），请修改。",
        )
    elif field.is_numeric:
        yield from _field_number_problems(field, path, _number_of(field, value))


def _field_number_problems(field: ExtensionField, path: str, number: Decimal | None) -> Iterator[Problem]:
    if number is None:
        yield _problem(
            "extension.bad_number",
            path,
            f"{field.label}应为{_NUMBER_WANTED[field.type]}，请修改。",
        )
    elif (field.minimum is not None and number < field.minimum) or (
        field.maximum is not None and number > field.maximum
    ):
        yield _problem("extension.out_of_range", path, f"{field.label}{field.bounds}，请修改。")


_NUMBER_WANTED = {
    ExtensionType.MONEY: "不小于零的金额，只用数字和小数点（如12.50），最多两位小数",
    ExtensionType.NUMBER: "不小于零的数字，只用数字和小数点（如12.5），最多六位小数",
    ExtensionType.YEAR: "四位年份，只填数字（如2026）",
}
_FIRST_YEAR, _LAST_YEAR = 1900, 2099


def _number_of(field: ExtensionField, value: str) -> Decimal | None:
    if field.type is not ExtensionType.YEAR:
        return _plain_amount(value, field.places)
    year = read_decimal(value) if read_whole(value, digits=4) is not None else None
    return year if year is not None and _FIRST_YEAR <= year <= _LAST_YEAR else None


def _is_past_date(value: str) -> bool:
    day = read_date(value)
    return day is not None and date(1900, 1, 1) <= day <= today()


def _plain_amount(value: str, places: int) -> Decimal | None:
    amount = None if value.startswith("-") else read_decimal(value)
    if amount is None or amount > MAX_AMOUNT:
        return None
    return amount if fits_places(amount, places) else None


def _sum_problems(request: IssueRequest, kind: BillKind) -> Iterator[Problem]:
    if not request.total.is_finite():
        return
    for rule in kind.sum_rules:
        amounts = [_plain_amount(request.extension.get(name) or "0", 2) for name in rule.fields]
        valid = [amount for amount in amounts if amount is not None]
        if len(valid) == len(amounts) and sum(valid, Decimal(0)) != request.total:
            yield _problem("extension.sum_mismatch", f"extension/{rule.fields[0]}", rule.message)


# -- 佐证材料, 核实说明 ---------------------------------------------------------------------------


def _evidence_problems(request: IssueRequest, kind: BillKind) -> Iterator[Problem]:
    files = request.evidence
    if kind.needs_evidence and not files:
        yield _problem(
            "evidence.required",
            "evidence",
            f"开具“{kind.name}”须上传合同、政策文件、协议或转账凭证等佐证材料，请上传后再提交。",
        )
    if len(files) > MAX_EVIDENCE:
        yield _problem("evidence.too_many", "evidence", f"一张票据最多附{MAX_EVIDENCE}份佐证材料，请删减。")
        return
    for index, digest in enumerate(files):
        if not _is_digest(digest):
            yield _problem(
                "evidence.unknown", f"evidence/{index}", "佐证材料编号不正确，请使用上传后返回的编号。"
            )
        elif digest in files[:index]:
            yield _problem("evidence.duplicate", f"evidence/{index}", "同一份佐证材料重复列出，请删除一份。")


def _is_digest(text: str) -> bool:
    return len(text) == 64 and set(text) <= _HEX_DIGITS


_HEX_DIGITS = frozenset("0123456789abcdef")


def _confirmation_problems(request: IssueRequest) -> Iterator[Problem]:
    if len(request.confirmations) > MAX_CONFIRMATIONS:
        yield _problem(
            "bill.confirmations_count",
            "confirmations",
            f"核实说明最多{MAX_CONFIRMATIONS}条，请删减。",
        )
        return
    for index, confirmation in enumerate(request.confirmations):
        path = f"confirmations/{index}"
        yield from check_text(f"{path}/rule", "监管规则编码", confirmation.rule, 40, required=True)
        unfit = check_text(f"{path}/reason", "核实说明", confirmation.reason, 200, required=True)
        yield from unfit
        thin = "" if unfit else thin_reason(confirmation.reason, "核实说明")
        if thin:
            yield _problem("bill.reason_thin", f"{path}/reason", thin)


# -- 清单 ----------------------------------------------------------------------------------------

_AUX_TEXTS = (
    ("name", "明细名称", 100),
    ("code", "明细编码", 50),
    ("unit", "单位", 20),
    ("standard", "规格标准", 50),
    ("remark", "明细备注", 100),
)


def _aux_problems(request: IssueRequest) -> Iterator[Problem]:
    if len(request.aux_items) > MAX_AUX_ITEMS:
        yield _problem("bill.aux_items_count", "aux_items", f"清单明细最多{MAX_AUX_ITEMS}项，请删减。")
        return
    codes = {item.code for item in request.items}
    for index, item in enumerate(request.aux_items):
        path = f"aux_items/{index}"
        for name, label, longest in _AUX_TEXTS:
            yield from check_text(
                f"{path}/{name}", label, getattr(item, name), longest, required=name == "name"
            )
        yield from _number_problems(f"{path}/quantity", "数量", item.quantity, 6)
        yield from _number_problems(f"{path}/amount", "金额", item.amount, 2)
        if item.related_code not in codes:
            yield _problem(
                "aux_item.unrelated", f"{path}/related_code", "清单明细所属的收款项目不在本票上，请核对。"
            )
    yield from _aux_sum_problems(request)


def _aux_sum_problems(request: IssueRequest) -> Iterator[Problem]:
    """Detailed lines that add up to more than the item they belong to, beyond a cent of rounding for each."""
    amounts = [*(item.amount for item in request.items), *(line.amount for line in request.aux_items)]
    if not all(map(_can_be_added, amounts)):
        return
    room: dict[str, Decimal] = {}
    for item in request.items:
        room[item.code] = room.get(item.code, Decimal(0)) + item.amount
    listed: dict[str, list[Decimal]] = {}
    last: dict[str, int] = {}
    for index, line in enumerate(request.aux_items):
        listed.setdefault(line.related_code, []).append(line.amount)
        last[line.related_code] = index
    for code, lines in listed.items():
        total = sum(lines, Decimal(0))
        if code in room and total > room[code] + CENT * len(lines):
            yield _problem(
                "aux_item.sum_exceeds",
                f"aux_items/{last[code]}/amount",
                f"收款项目{code}的清单明细合计{plain(total)}元，超过该项目的金额{plain(room[code])}元，请核对。",
            )
