"""The lists of issued bills: a unit's own, and those of a department's region."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from markupsafe import Markup

from mingpiao.evidence.service import is_digest
from mingpiao.identity.model import Account
from mingpiao.issuing.model import Bill, BillFilter, BillState, BillSums, Color
from mingpiao.issuing.service import MOST_LOOKED_THROUGH, list_bills, sum_bills
from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.codes import is_code, is_number, region_covers
from mingpiao.kernel.money import plain_number
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.bills.details import STANDING_COLOURS, bill_keys
from mingpiao.portals.bills.files import packed_bill
from mingpiao.portals.bills.standing_filter import StandingFilter
from mingpiao.portals.gates import FINANCE_VIEW, UNIT_EXPORT
from mingpiao.portals.issuing.rights import UNIT_ISSUE
from mingpiao.portals.kinds.naming import kind_name, kind_options, kind_options_of_unit
from mingpiao.portals.list_columns import Badge, Column, Parts
from mingpiao.portals.list_filters import (
    AmountsFilter,
    CarriedFilter,
    ChoiceFilter,
    DaysFilter,
    DigitsFilter,
    Here,
    Options,
    RegionFilter,
    TextFilter,
    UnitFilter,
    usual_start,
)
from mingpiao.portals.list_model import Batch, Button, ExportFile, Listing, Pack, RowAction
from mingpiao.portals.rendering import money
from mingpiao.storage.paging import Page
from mingpiao.units.service import names_of
from mingpiao.writeoff.model import BillWriteOff
from mingpiao.writeoff.service import standings_of


class BillRow(msgspec.Struct, frozen=True, kw_only=True):
    """A bill with the names that a list shows for it."""

    bill: Bill
    kind: str
    kind_whole: str
    unit: str
    region: str
    writeoff: BillWriteOff


async def _rows(here: Here, found: Page[Bill]) -> Page[BillRow]:
    names = await names_of(here.connection, {bill.unit_id for bill in found.items})
    standings = await standings_of(here.connection, bill_keys(found.items))
    rows = tuple(
        BillRow(
            bill=bill,
            kind=kind_name(here.catalog, bill.kind),
            kind_whole=here.catalog.kinds[bill.kind].name,
            unit=names.get(bill.unit_id, ""),
            region=here.catalog.region_path(bill.region_code, to_shanghai(bill.issued_at).date()),
            writeoff=standings[bill.bill_id],
        )
        for bill in found.items
    )
    return Page(items=rows, next_key=found.next_key)


def _wanted(wanted: Mapping[str, Any], **more: Any) -> BillFilter:
    """The filter from an address, with the limits of the portal."""
    same = (
        "kind",
        "payer",
        "amount_from",
        "amount_to",
        "state",
        "color",
        "code",
        "evidence",
        "item",
        "handler",
        "pay_mode",
        "standing",
    )
    number = wanted["number"]
    return BillFilter(
        issued_from=wanted["from"],
        issued_to=wanted["to"],
        number=number if is_number(number) else "",
        number_part="" if is_number(number) else number,
        **{name: wanted[name] for name in same},
        **more,
    )


def _own(here: Here, wanted: Mapping[str, Any]) -> BillFilter:
    return _wanted(wanted, unit_id=unit_of(here.account), business_no=wanted["business_no"])


def _of_region(_here: Here, wanted: Mapping[str, Any]) -> BillFilter:
    return _wanted(wanted, unit_id=wanted["unit_id"], region_code=wanted["region"])


async def _own_bills(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[BillRow]:
    asked = _own(here, wanted)
    return await _rows(here, await list_bills(here.connection, asked, after=key, limit=limit))


async def _bills_of_region(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[BillRow]:
    asked = _of_region(here, wanted)
    below = [code for code in sorted(here.catalog.regions) if region_covers(wanted["region"], code)]
    found = await list_bills(here.connection, asked, after=key, limit=limit, region_codes=below)
    return await _rows(here, found)


async def _sums_of_own(here: Here, wanted: Mapping[str, Any]) -> Sequence[tuple[str, str]] | str:
    return _told(await sum_bills(here.connection, _own(here, wanted)), "缩短日期范围")


async def _sums_of_region(here: Here, wanted: Mapping[str, Any]) -> Sequence[tuple[str, str]] | str:
    found = await sum_bills(here.connection, _of_region(here, wanted))
    return _told(found, "选择用票单位、地区或缩短日期范围")


def _told(sums: BillSums | None, narrower: str) -> Sequence[tuple[str, str]] | str:
    """The figures above the table; without them the sentence that says how to get them."""
    if sums is None:
        return f"所选日期内的票据超过{MOST_LOOKED_THROUGH // 10_000}万份，按这些条件不计算合计；请{narrower}后查看。"
    return (
        ("票据", f"{sums.count:,} 份"),
        ("蓝字", f"{sums.blue_count:,} 份 {money(sums.blue_amount)} 元"),
        ("红字", f"{sums.red_count:,} 份 {money(-sums.red_amount)} 元"),
        ("净额", f"{money(sums.net)} 元"),
    )


async def _items_of_unit(here: Here) -> Options:
    """The charge items that a unit may use."""
    if here.account.unit_id is None:
        return ()
    known = here.catalog.items
    codes = (await here.units.profile(here.account.unit_id)).item_codes
    return [(code, f"{code} {known[code].name}") for code in sorted(codes) if code in known]


async def _all_items(here: Here) -> Options:
    return [(code, f"{code} {item.name}") for code, item in sorted(here.catalog.items.items())]


def _usual(_account: Account, values: dict[str, str]) -> dict[str, str]:
    """Without any filter, the last thirty days; with a bill's number, that bill of any day."""
    if not any(values.values()):
        return values | {"from": usual_start()}
    # A person who searches by number wants that bill, whatever dates are in the form.
    return values | {"from": "", "to": ""} if is_number(values["number"]) else values


async def _note_of_unit(_here: Here, values: Mapping[str, str]) -> Markup:
    return _note(f"/unit/evidence/{values['evidence']}")


async def _note_of_region(here: Here, values: Mapping[str, str]) -> Markup:
    """Several units may have the same file, so only one unit's can be shown."""
    unit_id = (await UnitFilter().read(here, values)).wanted.get("unit_id")
    return _note(f"/finance/evidence/{unit_id}/{values['evidence']}" if unit_id else "")


def _note(address: str) -> Markup:
    file = Markup('<a href="{}">这份佐证材料</a>').format(address) if address else "这份佐证材料"
    return Markup("只列出使用{}开具的票据。").format(file)


def _row_id(row: BillRow) -> str:
    return f"{row.bill.code}-{row.bill.number}"


def _is_row_id(text: str) -> bool:
    code, _, number = text.partition("-")
    return is_code(code) and is_number(number)


def _state(row: BillRow) -> Parts:
    red = Badge("红票", "red") if row.bill.color is Color.RED else ""
    return Parts(
        (red, Badge(row.bill.state.label, "green" if row.bill.state is BillState.NORMAL else "orange"))
    )


def _standing(row: BillRow) -> Badge | None:
    if not row.writeoff.is_told:
        return None
    standing = row.writeoff.standing
    return Badge(standing.label, STANDING_COLOURS[standing])


def _items(row: BillRow) -> str:
    return "；".join(f"{item.name}×{plain_number(item.quantity)}" for item in row.bill.items)


def _columns(base: str, units: str = "") -> tuple[Column[BillRow], ...]:
    """Columns of a list whose bills are at addresses below `base`; units are at addresses below `units`."""
    return (
        Column(name="issued", label="开票时间", kind="moment", value=lambda row: row.bill.issued_at),
        # A unit's bills of a kind and year all have the same code.
        Column(
            name="code",
            label="票据代码",
            kind="code",
            shown=bool(units),
            phone=False,
            value=lambda row: row.bill.code,
        ),
        Column(
            name="number",
            label="票据号码",
            kind="code",
            head=True,
            value=lambda row: row.bill.number,
            link=lambda row: f"{base}/{row.bill.code}/{row.bill.number}",
        ),
        Column(
            name="kind",
            label="票据种类",
            kind="wide",
            phone=False,
            value=lambda row: row.kind,
            text=lambda row: row.kind_whole,
        ),
        Column(
            name="unit",
            label="用票单位",
            kind="wide",
            phone=False,
            shown=bool(units),
            value=lambda row: row.unit,
            link=lambda row: f"{units}/{row.bill.unit_id}" if units else "",
        ),
        Column(name="region", label="地区", shown=False, value=lambda row: row.region),
        Column(name="payer", label="缴款人", kind="wide", card="name", value=lambda row: row.bill.payer.name),
        Column(name="amount", label="金额（元）", kind="money", value=lambda row: row.bill.total),
        Column(name="state", label="状态", value=_state, text=lambda row: row.bill.state.label),
        Column(name="writeoff", label="核销状态", phone=False, value=_standing),
        Column(
            name="business_no",
            label="业务流水号",
            kind="code",
            shown=not units,
            phone=False,
            value=lambda row: row.bill.business_no,
        ),
        Column(name="check", label="校验码", kind="code", shown=False, value=lambda row: row.bill.check_code),
        Column(name="color", label="票据类型", shown=False, value=lambda row: row.bill.color.label),
        Column(
            name="payer_code",
            label="缴款人代码",
            kind="code",
            shown=False,
            value=lambda row: row.bill.payer.code,
        ),
        Column(name="items", label="收款项目", kind="long", shown=False, value=_items),
        Column(name="handler", label="开票人", shown=False, value=lambda row: row.bill.handler),
        Column(name="point", label="开票点", kind="code", shown=False, value=lambda row: row.bill.point),
        Column(name="pay_mode", label="交款方式", shown=False, value=lambda row: row.bill.pay_mode),
        Column(
            name="related_code",
            label="相关票据代码",
            kind="code",
            shown=False,
            value=lambda row: row.bill.related.code if row.bill.related else "",
        ),
        Column(
            name="related_number",
            label="相关票据号码",
            kind="code",
            shown=False,
            value=lambda row: row.bill.related.number if row.bill.related else "",
        ),
        Column(name="reason", label="冲红原因", kind="long", shown=False, value=lambda row: row.bill.reason),
    )


_EXPORTED = (
    "code", "number", "check", "kind", "color", "state", "issued", "payer", "payer_code", "items", "amount",
    "handler", "pay_mode", "business_no", "related_code", "related_number", "reason", "writeoff",
)  # fmt: skip
_DAYS = DaysFilter(label="开票日期")
_STATES = (
    AmountsFilter(label="金额"),
    ChoiceFilter(name="state", label="票据状态", options=[(each.value, each.label) for each in BillState]),
    ChoiceFilter(name="color", label="票据类型", options=[(each.value, each.label) for each in Color]),
)
_OTHERS = (
    TextFilter(name="payer", label="缴款人"),
    DigitsFilter(name="code", label="票据代码", least=8, most=8),
    DigitsFilter(name="number", label="票据号码", least=4, most=10, hint="完整号码，或开头、末尾至少4位"),
    TextFilter(name="handler", label="开票人"),
    TextFilter(name="pay_mode", label="交款方式"),
)
#: Documents in one ZIP: some minutes of a worker, and a file that a desk computer opens.
_MOST_PACKED = 2_000
_EMPTY = "没有符合条件的票据"

UNIT_BILLS: Listing[BillRow] = Listing(
    name="unit_bills",
    address="/unit/bills",
    title="已开票据",
    crumbs=(("首页", "/unit"),),
    filters=(
        _DAYS,
        ChoiceFilter(
            name="kind",
            label="票据种类",
            width="col-12 col-lg-6",
            options=kind_options_of_unit,
            may_be_gone=True,
        ),
        *_STATES,
        StandingFilter(asked=_own, narrower="缩短日期范围"),
        *_OTHERS,
        TextFilter(name="business_no", label="业务流水号"),
        ChoiceFilter(
            name="item", label="收款项目", width="col-12 col-lg-6", options=_items_of_unit, may_be_gone=True
        ),
        CarriedFilter(name="evidence", label="佐证材料", valid=is_digest, note=_note_of_unit),
    ),
    usual=_usual,
    columns=_columns("/unit/bills"),
    fetch=_own_bills,
    sum_up=_sums_of_own,
    empty=(_EMPTY, "请放宽查询条件，例如扩大日期范围。"),
    buttons=(Button(label="开具票据", address="/unit/issue", right=UNIT_ISSUE, primary=True),),
    actions=(
        RowAction(
            label=lambda _row: "复制开具",
            spoken=lambda row: f"复制开具：{row.bill.number}",
            address=lambda row: f"/unit/issue/copy/{row.bill.code}/{row.bill.number}",
            right=UNIT_ISSUE,
            offered=lambda row, _account: row.bill.color is Color.BLUE,
        ),
    ),
    export=ExportFile(action="bill:export", file="bills", right=UNIT_EXPORT, columns=_EXPORTED),
    batch=Batch(
        address="/unit/bills/print",
        template="bills/_batch.html",
        noun="票据",
        right=UNIT_EXPORT,
        row_id=_row_id,
    ),
    pack=Pack(
        file="bills",
        endings=("ofd", "pdf"),
        most=_MOST_PACKED,
        row_id=_row_id,
        is_row_id=_is_row_id,
        document=packed_bill,
    ),
)
FINANCE_BILLS: Listing[BillRow] = Listing(
    name="finance_bills",
    address="/finance/bills",
    title="票据查询",
    filters=(
        _DAYS,
        ChoiceFilter(name="kind", label="票据种类", width="col-12 col-lg-6", options=kind_options),
        *_STATES,
        StandingFilter(asked=_of_region, narrower="选择用票单位、地区，或缩短日期范围"),
        *_OTHERS,
        ChoiceFilter(
            name="item", label="收款项目", width="col-12 col-lg-6", options=_all_items, may_be_gone=True
        ),
        UnitFilter(),
        RegionFilter(width="col-12 col-lg-6"),
        CarriedFilter(name="evidence", label="佐证材料", valid=is_digest, note=_note_of_region),
    ),
    usual=_usual,
    columns=_columns("/finance/bills", "/finance/units"),
    fetch=_bills_of_region,
    sum_up=_sums_of_region,
    empty=(_EMPTY, "请修改日期、单位或其他条件后重新查询。"),
    export=ExportFile(
        action="bill:export", file="bills", right=FINANCE_VIEW, columns=("unit", "region", *_EXPORTED)
    ),
)
