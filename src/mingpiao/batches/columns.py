"""The columns of a sheet of bills of one kind. A row is a bill with up to four items, and rows of one 单据序号 are a
bill with more.

A column is named by the path under which the issuing desk speaks of it (`payer/name`, `items/0/rate`), so that a
problem is told at its column.
"""

from collections.abc import Sequence

import msgspec

from mingpiao.batches.examples import example_row
from mingpiao.catalog.model import BillKind, Catalog, ChargeItem, ExtensionField, ExtensionType, RateKind
from mingpiao.kernel.clock import today
from mingpiao.units.model import UnitProfile

#: Items that a row of a file has place for. A bill with more takes several rows.
ITEM_PLACES = 4
#: The name of the column by which several rows become one bill.
SLIP = "slip"
#: The column with a row's number in its batch, in files for correction.
ROW_NUMBER = "批内行号"
#: The column that tells problems, in files for correction.
PROBLEMS = "问题"
PAYER_TYPES = {"个人": "1", "单位": "2"}
_SORTS = {ExtensionType.DATE: "date", ExtensionType.YEAR: "year"}


class SheetColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column: its name in rows, its heading, what a cell may hold, and a note that explains it.

    `sort` is text, number or date; with `choices` the sheet offers a list, and other texts are refused unless
    `free`.
    """

    name: str
    label: str
    note: str
    required: bool = False
    sort: str = "text"
    choices: tuple[str, ...] = ()
    free: bool = False
    example: str = ""


def items_of_kind(profile: UnitProfile, kind: BillKind, catalog: Catalog) -> list[ChargeItem]:
    """The items that a unit may put on a bill of a kind today, by code, each with the rate of today."""
    return [
        item.as_on(today())
        for code, item in sorted(catalog.items.items())
        if code in profile.item_codes and kind.code in item.kinds and profile.may_charge(item, today())
    ]


def item_label(item: ChargeItem, items: Sequence[ChargeItem]) -> str:
    """How a sheet names an item: by its name, and by its code before it where another one has the same name."""
    same = sum(other.name == item.name for other in items)
    return item.name if same == 1 else f"{item.code} {item.name}"


def fixed_rate(item: ChargeItem) -> bool:
    """Whether an item has only one rate."""
    return item.rate.kind is RateKind.FIXED or item.rate.minimum == item.rate.maximum


def columns_of(
    kind: BillKind,
    items: Sequence[ChargeItem],
    *,
    pay_modes: Sequence[str] = (),
    checkers: Sequence[str] = (),
) -> tuple[SheetColumn, ...]:
    """The columns of a kind, in their order in the file. No two have the same heading."""
    labels = {item.code: item_label(item, items) for item in items}
    examples = example_row(kind, items, labels, today()) | dict(zip(("pay_mode",), pay_modes, strict=False))
    columns = _with_own_headings(
        SheetColumn(
            name=SLIP,
            label="单据序号",
            note=f"一行一张票据的不填。一张票据超过{ITEM_PLACES}个收款项目的，分几行填写，各行填相同的序号"
            "（如1、2、3）；缴款人等只填首行，以下各行只填项目。序号不印在票面上。",
        ),
        *_payer_columns(),
        *(column for place in range(ITEM_PLACES) for column in _item_columns(place, items)),
        SheetColumn(
            name="total",
            label="合计金额",
            sort="number",
            note="可不填。填写后与各项金额之和核对，不一致时提示。",
        ),
        *(_extension_column(field) for field in kind.extension_fields),
        SheetColumn(
            name="pay_mode",
            label="交款方式",
            choices=tuple(pay_modes),
            free=True,
            note="可不填，最多30个字。",
        ),
        SheetColumn(
            name="checker", label="复核人", choices=tuple(checkers), free=True, note="可不填，印在票面上。"
        ),
        SheetColumn(name="remark", label="备注", note="可不填，最多200个字，印在票面上。"),
        SheetColumn(
            name="business_no",
            label="业务流水号",
            note="可不填，不填时由平台按批次和行号编制。填写本单位的编号后，同一编号不会开出第二张票据。",
        ),
        SheetColumn(
            name="reason",
            label="核实说明",
            note="可不填。监管规则对该行提出疑问时，以此说明该项业务为何符合规定；也可以上传后在页面上填写。",
        ),
    )
    return tuple(msgspec.structs.replace(each, example=examples.get(each.name, "")) for each in columns)


def with_places(columns: Sequence[SheetColumn], places: int) -> tuple[SheetColumn, ...]:
    """The columns of a sheet with place for so many items, at least as many as they have."""
    last = [column for column in columns if column.name.startswith(f"items/{ITEM_PLACES - 1}/")]
    more = [
        msgspec.structs.replace(
            column,
            name=column.name.replace(f"/{ITEM_PLACES - 1}/", f"/{place}/"),
            label=f"{column.label.removesuffix(str(ITEM_PLACES))}{place + 1}",
        )
        for place in range(ITEM_PLACES, places)
        for column in last
    ]
    stop = max(columns.index(column) for column in last) + 1
    return (*columns[:stop], *more, *columns[stop:])


def _with_own_headings(*columns: SheetColumn) -> tuple[SheetColumn, ...]:
    """The columns; a field of 其他信息 that is called like another column says that it is one."""
    common = {column.label for column in columns if not column.name.startswith("extension/")}
    return tuple(
        msgspec.structs.replace(column, label=f"{column.label}（其他信息）")
        if column.name.startswith("extension/") and column.label in common
        else column
        for column in columns
    )


def _payer_columns() -> tuple[SheetColumn, ...]:
    return (
        SheetColumn(
            name="payer/type",
            label="缴款人类型",
            required=True,
            choices=tuple(PAYER_TYPES),
            note="选择“个人”或“单位”。",
        ),
        SheetColumn(
            name="payer/name",
            label="缴款人名称",
            required=True,
            note="个人姓名或单位全称，最多100个字。",
        ),
        SheetColumn(
            name="payer/code",
            label="缴款人代码",
            note="单位填写18位统一社会信用代码，个人填写身份证号码，没有的留空。按文本填写，避免变成科学计数。",
        ),
        SheetColumn(name="payer/account", label="缴款人账号", note="可不填，单位缴款时填写。"),
        SheetColumn(name="payer/bank", label="缴款人开户行", note="可不填，单位缴款时填写。"),
    )


def _item_columns(place: int, items: Sequence[ChargeItem]) -> tuple[SheetColumn, ...]:
    number = place + 1
    needed = "至少填写一个项目。" if place == 0 else "没有更多项目时留空。"
    return (
        SheetColumn(
            name=f"items/{place}/code",
            label=f"收款项目{number}",
            required=place == 0,
            choices=tuple(item_label(item, items) for item in items),
            note=f"从列表中选择，也可以填写项目编码。{needed}",
        ),
        SheetColumn(
            name=f"items/{place}/quantity",
            label=f"数量{number}",
            sort="number",
            note="大于零，最多6位小数；不填为1。",
        ),
        SheetColumn(
            name=f"items/{place}/rate",
            label=f"标准{number}",
            sort="number",
            note="收费标准（元），标准固定的项目可不填。金额按数量乘以标准计算。",
        ),
    )


def _extension_column(field: ExtensionField) -> SheetColumn:
    note = "必填。" if field.required else "可不填。"
    sort = "text"
    if field.writing:
        sort = _SORTS.get(field.type, "number")
        note += f"{field.writing}。" + (f"{field.bounds}。" if field.bounds else "")
    elif field.choices:
        note += "从列表中选择。"
    else:
        note += f"最多{field.max_length}个字。"
    return SheetColumn(
        name=f"extension/{field.name}",
        label=field.label,
        required=field.required,
        sort=sort,
        choices=field.choices,
        note=note,
    )
