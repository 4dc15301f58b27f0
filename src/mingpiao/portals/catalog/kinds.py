"""票据种类 as texts, and their pages; the head of the province also marks kinds that need evidence in the list."""

import msgspec

from mingpiao.catalog.model import BillKind, Catalog, ExtensionField, ExtensionType, SumRule
from mingpiao.catalog.service import EXTENSION_TYPES, KINDS
from mingpiao.kernel.clock import today
from mingpiao.portals.catalog.fields import (
    STATES,
    YES_NO,
    DataField,
    FieldReader,
    Texts,
    choices,
    row_texts,
)
from mingpiao.portals.catalog.pages import DataPage, DataRow, listing_of
from mingpiao.portals.kinds.rights import KINDS_MARK, may_mark
from mingpiao.portals.list_filters import Options
from mingpiao.portals.list_model import Listing, RowAction

_TYPES = tuple((kind.value, label) for kind, label in EXTENSION_TYPES.items())


def _lists(catalog: Catalog) -> Options:
    return [
        (each.code, f"{each.code} {each.name}") for each in catalog.code_lists.values() if not each.retired
    ]


_EXTENSION = DataField(
    name="extension_fields",
    label="其他信息",
    kind="rows",
    shown=False,
    hint="票面上的其他信息，清空一行即删除。选项用顿号分开，或从代码表选取；最小值和最大值只用于金额、数字和年份。",
    example="Gender|性别|选项|是|100|男、女|||",
    columns=(
        DataField(name="name", label="字段名"),
        DataField(name="label", label="显示名称"),
        DataField(name="type", label="类型", kind="select", options=choices(*_TYPES)),
        DataField(name="required", label="必填", kind="select", options=choices(*YES_NO)),
        DataField(name="max_length", label="最多字数"),
        DataField(name="choices", label="选项"),
        DataField(
            name="code_list", label="代码表", kind="select", options=_lists, empty="不使用", fixed=True
        ),
        DataField(name="minimum", label="最小值"),
        DataField(name="maximum", label="最大值"),
    ),
)
_SUMS = DataField(
    name="sum_rules",
    label="求和规则",
    kind="rows",
    shown=False,
    hint="几个金额字段之和应等于合计金额，例如现金、账户、统筹三项之和。",
    example="CashPay、AccountPay|三项支付之和应等于合计金额，请核对。",
    columns=(
        DataField(name="fields", label="相加的字段名"),
        DataField(name="message", label="不相等时的提示"),
    ),
)
_FIELDS = (
    DataField(name="code", label="编码", required=True, example="0601", hint="四位数字，前两位是票据分类；建立后不能修改"),
    DataField(name="name", label="名称", required=True, example="内蒙古自治区医疗门诊收费票据（电子）", hint="票面上的标题"),
    DataField(name="template", label="票面模板", required=True, shown=False, example="outpatient"),
    DataField(
        name="template_year", label="模板年份", required=True, example="2025",
        hint="票据代码的最后两位；改变后按新的票据代码发放号码",
    ),
    DataField(name="template_version", label="模板版本", shown=False, example="01", hint="两位数字"),
    DataField(
        name="needs_evidence", label="须附佐证材料", kind="select", options=choices(*YES_NO), phone=True,
        example="否",
    ),
    _EXTENSION,
    _SUMS,
    DataField(name="state", label="状态", kind="select", options=choices(*STATES), example=STATES[0][1]),
)  # fmt: skip


def _texts(kind: BillKind) -> dict[str, str]:
    fields = [
        {
            "name": field.name,
            "label": field.label,
            "type": field.type.value,
            "required": _yes(field.required),
            "max_length": str(field.max_length),
            "choices": "" if field.code_list else "、".join(field.choices),
            "code_list": field.code_list,
            "minimum": "" if field.minimum is None else f"{field.minimum:f}",
            "maximum": "" if field.maximum is None else f"{field.maximum:f}",
        }
        for field in kind.extension_fields
    ]
    sums = [{"fields": "、".join(rule.fields), "message": rule.message} for rule in kind.sum_rules]
    return {
        "code": kind.code,
        "name": kind.name,
        "template": kind.template,
        "template_year": str(kind.template_year),
        "template_version": kind.template_version,
        "needs_evidence": _yes(kind.needs_evidence),
        "state": "retired" if kind.retired else "live",
        **row_texts("extension_fields", fields),
        **row_texts("sum_rules", sums),
    }


def _yes(wanted: bool) -> str:
    return "yes" if wanted else "no"


def _read(texts: Texts, before: BillKind | None, catalog: Catalog) -> BillKind:
    reader = FieldReader(texts, (*_FIELDS, *_EXTENSION.columns, *_SUMS.columns))
    code = reader.text("code")
    kind = BillKind(
        code=code,
        name=reader.text("name"),
        category_code=code[:2],
        template=reader.text("template"),
        template_year=reader.whole("template_year", today().year),
        template_version=reader.text("template_version") or "01",
        extension_fields=tuple(
            _read_field(reader, place, row, catalog) for place, row in reader.rows(_EXTENSION)
        ),
        sum_rules=tuple(
            SumRule(
                fields=reader.codes(f"sum_rules/{place}/fields"),
                message=reader.text(f"sum_rules/{place}/message"),
            )
            for place, _ in reader.rows(_SUMS)
        ),
        needs_evidence=reader.chosen("needs_evidence", YES_NO, "no") == "yes",
        retired=reader.chosen("state", STATES, "live") == "retired",
    )
    reader.done()
    return kind


def _read_field(reader: FieldReader, place: int, row: Texts, catalog: Catalog) -> ExtensionField:
    path = f"extension_fields/{place}"
    code_list = row.get("code_list", "")
    return ExtensionField(
        name=row.get("name", ""),
        label=row.get("label", ""),
        type=ExtensionType(reader.chosen(f"{path}/type", _TYPES, ExtensionType.TEXT.value)),
        required=reader.chosen(f"{path}/required", YES_NO, "no") == "yes",
        max_length=reader.whole(f"{path}/max_length", 100),
        choices=() if code_list else reader.codes(f"{path}/choices"),
        code_list=code_list,
        minimum=reader.number(f"{path}/minimum"),
        maximum=reader.number(f"{path}/maximum"),
    )


KIND_PAGES: DataPage[BillKind] = DataPage(
    data=KINDS,
    name="finance_kinds",
    address="/finance/kinds",
    noun="个票据种类",
    hint="票据种类决定票面标题和要填写的内容，新建和修改由一人提交、另一人审核后生效。标记为“须附佐证材料”的票种，"
    "开具时至少上传一份合同、政策文件、协议或转账凭证等（PDF、OFD 或照片），由平台识别并与票面比对；由省级财政部门负责人直接设置。",
    fields=_FIELDS,
    texts=_texts,
    read=_read,
    max_rows=200,
)


def _needs(row: DataRow) -> bool:
    return row.cells["needs_evidence"] == "是"


KIND_LIST: Listing[DataRow] = msgspec.structs.replace(
    listing_of(KIND_PAGES),
    actions=(
        RowAction(
            label=lambda row: "改为可不附" if _needs(row) else "改为须附",
            spoken=lambda row: f"{row.cells['name']}：{'改为可不附' if _needs(row) else '改为须附佐证材料'}",
            address=lambda row: f"/finance/kinds/{row.code}/evidence",
            right=KINDS_MARK,
            offered=lambda _row, account: may_mark(account),
            members=lambda row: {"needed": "0" if _needs(row) else "1"},
        ),
    ),
)
