"""The form of 开具票据: the typed texts, their meaning, and the request that is made from them.

The form carries its whole state as text, so it works without JavaScript; a draft is that text.
"""

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext
from typing import Literal

import msgspec

from mingpiao.catalog.model import BillKind, Catalog, ChargeItem, ExtensionField, ExtensionType, RateKind
from mingpiao.drafts.model import Draft
from mingpiao.issuing.model import MAX_ITEMS, CheckingDemand, IssueRequest, Payer, RequestItem
from mingpiao.issuing.service import demands_met
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem
from mingpiao.kernel.grammar import read_typed_decimal, read_whole
from mingpiao.kernel.money import MAX_AMOUNT, in_words, line_amount, plain_number
from mingpiao.rules.model import Confirmation
from mingpiao.rules.service import joined_reason
from mingpiao.units.model import UnitProfile

PAY_MODES = ("转账", "现金", "POS刷卡", "微信支付", "支付宝", "其他")
#: How many items a search shows.
MAX_MATCHES = 12
#: Of a form, or of a row of a sheet: a row that was sent back is corrected in the form, too.
_BUSINESS_NO = re.compile(r"WEB\d{8}[0-9a-f]{16}|PL\d{8}-\d{5}")
_NOT_A_NUMBER = Decimal("NaN")
#: The prefix of the members that hold the reasons given for rules.
_REASON = "reason-"
_REASON_FIELD = "reason/"
#: The prefix of the members that hold a usual reason; an empty one stands for 其他.
USUAL_REASON = "usual-"


class ItemRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row as typed. `search` is a name, code or pinyin initials; `code` is that of the item that was
    found.
    """

    search: str = ""
    code: str = ""
    quantity: str = "1"
    rate: str = ""
    remark: str = ""

    @property
    def blank(self) -> bool:
        return not (self.search or self.code or self.rate or self.remark)


class IssueForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form as typed. `business_no` is made once with the form, so sending the form again issues no second
    bill.

    `version` is that of the draft that the form was made from, 0 before the first. `evidence` names uploaded
    files, `material` the file that a member's value was taken from. `reasons` maps rule codes to the reasons why
    the business complies. `appeal` is what the handler asks the department to consider.
    """

    business_no: str
    kind: str
    payer_type: Literal["1", "2"] = "1"
    payer_name: str = ""
    payer_code: str = ""
    payer_account: str = ""
    payer_bank: str = ""
    checker: str = ""
    pay_mode: str = ""
    remark: str = ""
    items: tuple[ItemRow, ...] = (ItemRow(),)
    extension: dict[str, str] = {}
    evidence: tuple[str, ...] = ()
    material: dict[str, str] = {}
    reasons: dict[str, str] = {}
    appeal: str = ""
    version: int = 0


class RowView(msgspec.Struct, frozen=True, kw_only=True):
    """A row with the meaning of its texts. `amount` is None while it cannot be computed."""

    row: ItemRow
    item: ChargeItem | None
    choices: tuple[ChargeItem, ...]
    amount: Decimal | None

    @property
    def fixed(self) -> bool:
        return self.item is not None and is_fixed(self.item)

    @property
    def rate_hint(self) -> str:
        return rate_hint(self.item) if self.item else ""


class FormView(msgspec.Struct, frozen=True, kw_only=True):
    """A form with its kind and the meaning of its rows; `total` in 元 is over the rows that have an amount.

    `demands` are those of the unit that are in force, whatever bill they concern.
    """

    form: IssueForm
    kind: BillKind
    rows: tuple[RowView, ...]
    total: Decimal
    demands: tuple[CheckingDemand, ...] = ()

    @property
    def words(self) -> str:
        return in_words(self.total) if self.total <= MAX_AMOUNT else ""


def new_business_no(today: date) -> str:
    """A business number for one form: WEB, the day, and 16 random hex digits."""
    return f"WEB{today:%Y%m%d}{secrets.token_hex(8)}"


def is_from_pages(business_no: str) -> bool:
    """Whether a form or a sheet gave a business number, so that the form may send it again."""
    return _BUSINESS_NO.fullmatch(business_no) is not None


def read_issue_form(members: Mapping[str, str], kind: BillKind, today: date) -> IssueForm:
    """The form from the browser's members; a business number that no page made is replaced."""
    business_no = members.get("business_no", "")
    return IssueForm(
        business_no=business_no if is_from_pages(business_no) else new_business_no(today),
        kind=kind.code,
        payer_type="2" if members.get("payer-type") == "2" else "1",
        payer_name=members.get("payer-name", ""),
        payer_code=members.get("payer-code", ""),
        payer_account=members.get("payer-account", ""),
        payer_bank=members.get("payer-bank", ""),
        checker=members.get("checker", ""),
        pay_mode=members.get("pay_mode", ""),
        remark=members.get("remark", ""),
        items=tuple(_read_rows(members)) or (ItemRow(),),
        extension={field.name: members.get(f"extension-{field.name}", "") for field in kind.extension_fields},
        evidence=tuple(dict.fromkeys(members.get("evidence", "").split())),
        material=_read_material(members.get("material", "")),
        reasons=_read_reasons(members),
        appeal=members.get("appeal", ""),
        version=read_whole(members.get("version", ""), digits=9) or 0,
    )


def _read_reasons(members: Mapping[str, str]) -> dict[str, str]:
    """The reason for each rule: a usual one that was chosen, what was typed, or both."""
    typed = {name.removeprefix(_REASON): value for name, value in members.items() if name.startswith(_REASON)}
    return {
        rule: joined_reason(members.get(USUAL_REASON + rule, ""), reason) for rule, reason in typed.items()
    }


def _read_material(text: str) -> dict[str, str]:
    """The files that values were taken from, as `form_members` writes them."""
    pairs = [pair.partition("=") for pair in text.split()]
    return {name: digest for name, _, digest in pairs}


def _read_rows(members: Mapping[str, str]) -> Iterator[ItemRow]:
    for index in range(MAX_ITEMS):
        prefix = f"items-{index}-"
        if prefix + "search" not in members:
            return
        yield ItemRow(
            search=members[prefix + "search"],
            code=members.get(prefix + "code", ""),
            quantity=members.get(prefix + "quantity", ""),
            rate=members.get(prefix + "rate", ""),
            remark=members.get(prefix + "remark", ""),
        )


def form_members(form: IssueForm) -> dict[str, str]:
    """The form as members of a posted form, for the next page."""
    members = {
        "business_no": form.business_no,
        "kind": form.kind,
        "payer-type": form.payer_type,
        "payer-name": form.payer_name,
        "payer-code": form.payer_code,
        "payer-account": form.payer_account,
        "payer-bank": form.payer_bank,
        "checker": form.checker,
        "pay_mode": form.pay_mode,
        "remark": form.remark,
        "evidence": " ".join(form.evidence),
        "material": " ".join(f"{name}={digest}" for name, digest in form.material.items()),
        "version": str(form.version),
    }
    members |= {f"extension-{name}": value for name, value in form.extension.items()}
    for index, row in enumerate(form.items):
        members |= {f"items-{index}-{name}": value for name, value in msgspec.structs.asdict(row).items()}
    return members


def draft_members(form: IssueForm) -> dict[str, str]:
    """All that was typed, as a draft has it: with reasons and appeal, without the version."""
    members = form_members(form) | {_REASON + rule: reason for rule, reason in form.reasons.items()}
    del members["version"]
    return members | {"appeal": form.appeal}


def read_draft(draft: Draft, kind: BillKind, today: date) -> IssueForm:
    """The form of a draft."""
    form = read_issue_form(draft.members, kind, today)
    return msgspec.structs.replace(form, business_no=draft.business_no, version=draft.version)


def with_row(form: IssueForm) -> IssueForm:
    """The form with one more row, unless it has as many as a bill may have."""
    if len(form.items) >= MAX_ITEMS:
        return form
    return msgspec.structs.replace(form, items=(*form.items, ItemRow()))


def with_files(form: IssueForm, digests: Sequence[str]) -> IssueForm:
    """The form with further files, without duplicates."""
    return msgspec.structs.replace(form, evidence=tuple(dict.fromkeys((*form.evidence, *digests))))


def without_file(form: IssueForm, digest: str) -> IssueForm:
    """The form without a file."""
    return msgspec.structs.replace(form, evidence=tuple(each for each in form.evidence if each != digest))


def without_row(form: IssueForm, index: int) -> IssueForm:
    """The form without one row; at least one empty row remains."""
    rows = form.items[:index] + form.items[index + 1 :]
    return msgspec.structs.replace(form, items=rows or (ItemRow(),))


def with_item(form: IssueForm, index: int, item: ChargeItem) -> IssueForm:
    """The form with an item chosen for a row."""
    if index >= len(form.items):
        return form
    chosen = msgspec.structs.replace(form.items[index], search=item.name, code=item.code, rate="")
    return msgspec.structs.replace(form, items=(*form.items[:index], chosen, *form.items[index + 1 :]))


# -- items -----------------------------------------------------------------------------------------


def items_for(profile: UnitProfile, kind: BillKind, catalog: Catalog) -> list[ChargeItem]:
    """The items that a unit may put on a bill of a kind today, by code, each with the rate of today."""
    return [
        item.as_on(today())
        for code, item in sorted(catalog.items.items())
        if code in profile.item_codes and kind.code in item.kinds and profile.may_charge(item, today())
    ]


def matching(items: Sequence[ChargeItem], words: str) -> list[ChargeItem]:
    """Items whose name contains the words, or whose code or pinyin begins with or contains them.

    First come those that are called so, then those that begin with the words, then those of whose name a part
    does, as in 会费（会长单位）. Without words, all match.
    """
    wanted = words.strip().casefold()
    ranked = [(_rank(item, wanted), item) for item in items]
    return [item for rank, item in sorted(ranked, key=lambda pair: pair[0] or 0) if rank is not None]


def _rank(item: ChargeItem, wanted: str) -> int | None:
    texts = (item.name.casefold(), item.code.casefold(), item.pinyin.casefold())
    if wanted in texts:
        return 0
    if any(text.startswith(wanted) for text in texts):
        return 1
    if _begins_a_part(texts[0], wanted):
        return 2
    return 3 if wanted in texts[0] or wanted in texts[2] else None


def _begins_a_part(name: str, wanted: str) -> bool:
    """Whether the words stand in a name behind a sign, such as a bracket."""
    place = name.find(wanted, 1)
    while place > 0 and name[place - 1].isalnum():
        place = name.find(wanted, place + 1)
    return place > 0


def is_fixed(item: ChargeItem) -> bool:
    """Whether an item has only one rate."""
    return item.rate.kind is RateKind.FIXED or item.rate.minimum == item.rate.maximum


def rate_hint(item: ChargeItem) -> str:
    """The rates that an item allows, in words."""
    low, high = plain_number(item.rate.minimum), plain_number(item.rate.maximum)
    if is_fixed(item):
        return f"固定标准 {low} 元/{item.measure_unit}"
    if item.rate.kind is RateKind.BOUNDED:
        return f"{low} 至 {high} 元/{item.measure_unit}"
    return f"按实际填写，元/{item.measure_unit}"


def understand(form: IssueForm, profile: UnitProfile, kind: BillKind, catalog: Catalog) -> FormView:
    """Find the item of each row, fill in fixed rates, and compute amounts and total."""
    items = items_for(profile, kind, catalog)
    rows = tuple(_understand_row(row, items) for row in form.items)
    amounts = [row.amount for row in rows if row.amount is not None]
    return FormView(
        form=msgspec.structs.replace(form, items=tuple(view.row for view in rows)),
        kind=kind,
        rows=rows,
        total=sum(amounts, Decimal(0)),
    )


def _understand_row(row: ItemRow, items: Sequence[ChargeItem]) -> RowView:
    item, choices = _find_item(row, items)
    if item is not None:
        rate = plain_number(item.rate.minimum) if is_fixed(item) else row.rate
        row = msgspec.structs.replace(row, code=item.code, search=item.name, rate=rate)
    else:
        row = msgspec.structs.replace(row, code="")
    amount = _amount(read_typed_decimal(row.quantity), read_typed_decimal(row.rate)) if item else None
    return RowView(row=row, item=item, choices=choices, amount=amount)


def _find_item(row: ItemRow, items: Sequence[ChargeItem]) -> tuple[ChargeItem | None, tuple[ChargeItem, ...]]:
    """The one item that a row means, or the items that it may mean."""
    chosen = next((item for item in items if item.code == row.code), None)
    # A code is valid only for the name it was chosen with: without JavaScript the name may have changed since.
    if chosen is not None and row.search in (chosen.name, chosen.code):
        return chosen, ()
    if not row.search:
        return None, ()
    found = matching(items, row.search)
    exact = [item for item in found if _rank(item, row.search.casefold()) == 0]
    if len(exact) == 1 or len(found) == 1:
        return (exact or found)[0], ()
    return None, tuple(found[:MAX_MATCHES])


def _amount(quantity: Decimal | None, rate: Decimal | None) -> Decimal | None:
    if quantity is None or rate is None:
        return None
    with localcontext() as context:
        context.prec = 80  # The product of two numbers of 30 digits is exact.
        amount = line_amount(quantity, rate)
    return amount if 0 < amount <= MAX_AMOUNT else None


# -- the request and its problems ------------------------------------------------------------------


def as_request(view: FormView, handler: str) -> IssueRequest:
    """The request that a form makes. A text that is no number becomes NaN, which the desk's checks report.

    Of a bill that must be checked, the 复核人 is left out: it is whoever agrees.
    """
    form = view.form
    is_unit = form.payer_type == "2"
    request = IssueRequest(
        business_no=form.business_no,
        kind=form.kind,
        payer=Payer(
            type=form.payer_type,
            name=form.payer_name,
            code=form.payer_code if is_unit else "",
            account=form.payer_account if is_unit else "",
            bank=form.payer_bank if is_unit else "",
        ),
        items=tuple(_request_item(row) for row in view.rows),
        total=view.total,
        handler=handler,
        checker=form.checker,
        pay_mode=form.pay_mode,
        remark=form.remark,
        extension={name: value for name, value in form.extension.items() if value},
        evidence=form.evidence,
        confirmations=tuple(
            Confirmation(rule=rule, reason=reason) for rule, reason in form.reasons.items() if reason
        ),
    )
    return msgspec.structs.replace(request, checker="") if demands_met(view.demands, request) else request


def _request_item(view: RowView) -> RequestItem:
    return RequestItem(
        code=view.row.code,
        quantity=_number(view.row.quantity),
        rate=_number(view.row.rate),
        amount=view.amount if view.amount is not None else _NOT_A_NUMBER,
        remark=view.row.remark,
    )


def _number(text: str) -> Decimal:
    number = read_typed_decimal(text)
    return _NOT_A_NUMBER if number is None else number


def without_blank_rows(form: IssueForm) -> IssueForm:
    """The form with only the rows that are not empty; at least one row remains."""
    rows = tuple(row for row in form.items if not row.blank)
    return msgspec.structs.replace(form, items=rows or (ItemRow(),))


def for_people(problems: Iterable[Problem], view: FormView) -> tuple[Problem, ...]:
    """The desk's problems in a form on which a person at this page can act.

    Amounts and total are computed here, so their problems come from quantity, rate or item, which are named
    instead. An empty field is asked for.
    """
    kept: list[Problem] = []
    told = list(problems)
    rows_in_trouble = {_row_of(problem) for problem in told if not problem.field.endswith("/amount")}
    for problem in told:
        row = _row_of(problem)
        if problem.code == "rule.violation":
            kept.append(problem)
            continue
        if problem.field == "total" and any(p.field.startswith("items/") for p in told):
            continue
        if problem.field.endswith("/amount") and row in rows_in_trouble:
            continue
        kept.append(_reworded(problem, view.rows[row] if row is not None and row < len(view.rows) else None))
    return tuple(_with_basis(problem) for problem in kept)


def reason_problems(problems: Sequence[Problem], form: IssueForm) -> tuple[Problem, ...]:
    """The desk's problems at the reasons that they are about; empty unless all are about reasons."""
    rules = [rule for rule, reason in form.reasons.items() if reason]
    places = [problem.field.split("/") for problem in problems]
    if not all(len(place) == 3 and place[0] == "confirmations" for place in places):
        return ()
    return tuple(
        msgspec.structs.replace(problem, field=_REASON_FIELD + rules[int(place[1])])
        for problem, place in zip(problems, places, strict=True)
    )


def _with_basis(problem: Problem) -> Problem:
    """The message with the legal basis, if a rule says the same or refuses."""
    if "basis" not in problem.facts:
        return problem
    return msgspec.structs.replace(problem, message=f"{problem.message}（依据：{problem.facts['basis']}）")


def _row_of(problem: Problem) -> int | None:
    parts = problem.field.split("/")
    return read_whole(parts[1]) if len(parts) == 3 and parts[0] == "items" else None


def _reworded(problem: Problem, view: RowView | None) -> Problem:
    if view is None:
        return problem
    name = problem.field.rpartition("/")[2]
    if name == "code" and view.item is None:
        return msgspec.structs.replace(problem, message=_item_message(view))
    if name == "quantity" and not view.row.quantity:
        return msgspec.structs.replace(problem, message="请填写数量。")
    if name == "rate" and not view.row.rate:
        return msgspec.structs.replace(problem, message="请填写收费标准。")
    if name == "amount":
        # A product that is zero or too large for a bill is not shown as an amount.
        return msgspec.structs.replace(problem, message="数量乘以标准的金额不在票据允许的范围内，请核对。")
    return problem


def _item_message(view: RowView) -> str:
    if view.choices:
        return f"有多个项目符合“{view.row.search[:30]}”，请从下面选择一个。"
    if view.row.search:
        return f"没有符合“{view.row.search[:30]}”的收款项目，请换用名称、编码或拼音首字母查找。"
    return "请选择收款项目。"


# -- 其他信息 --------------------------------------------------------------------------------------

_INPUT_TYPES = {ExtensionType.DATE: "date"}


def input_type(field: ExtensionField) -> str:
    """The type of the HTML input for a field."""
    return _INPUT_TYPES.get(field.type, "text")


def input_hint(field: ExtensionField) -> str:
    """What a number is like, where that is not plain from the label: a year, or one with bounds."""
    told = [field.writing] if field.type is ExtensionType.YEAR else []
    return "，".join(told + ([field.bounds] if field.bounds else []))


def input_attributes(field: ExtensionField) -> dict[str, str | int]:
    """Further attributes of a field's input."""
    if field.is_numeric:
        return {"inputmode": "decimal" if field.places else "numeric"}
    if field.type is ExtensionType.DATE:
        return {"min": "1900-01-01"}
    return {"maxlength": field.max_length}
