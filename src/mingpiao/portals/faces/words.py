"""What pages call the sources of a face's values, and what else can be chosen."""

from mingpiao.catalog.model import BillKind

Choices = list[tuple[str, str]]

_SOURCES: Choices = [
    ("code", "票据代码"),
    ("number", "票据号码"),
    ("check_code", "校验码"),
    ("issue_date", "开票日期"),
    ("payer_name", "缴款人"),
    ("payer_code", "缴款人统一社会信用代码"),
    ("payer_account", "缴款人账号"),
    ("payer_bank", "缴款人开户行"),
    ("unit_name", "开票单位"),
    ("unit_code", "开票单位代码"),
    ("receiving_name", "收款人全称"),
    ("receiving_account", "收款人账号"),
    ("receiving_bank", "收款人开户行"),
    ("handler", "开票人"),
    ("checker", "复核人"),
    ("business_no", "业务流水号"),
    ("pay_mode", "付款方式"),
    ("currency", "币种"),
    ("total", "金额合计（小写）"),
    ("total_words", "金额合计（大写）"),
    ("remark", "备注"),
    ("supervisor_remark", "财政监管备注"),
    ("name", "票据名称"),
]
ITEM_SOURCES: Choices = [
    ("code", "项目编码"),
    ("name", "项目名称"),
    ("unit", "单位"),
    ("quantity", "数量"),
    ("quantity_unit", "数量/单位"),
    ("standard", "标准"),
    ("amount", "金额"),
    ("remark", "备注"),
]
LIST_SOURCES: Choices = [
    ("related_name", "所属项目"),
    ("related_code", "所属项目编码"),
    ("code", "编码"),
    ("name", "名称"),
    ("unit", "单位"),
    ("quantity", "数量"),
    ("standard", "标准"),
    ("amount", "金额"),
    ("remark", "备注"),
]
ALIGNS: Choices = [("left", "居左"), ("center", "居中"), ("right", "居右")]


def face_sources(kind: BillKind) -> Choices:
    """The values that a field of the face may show, with the members of 其他信息 of the kind."""
    extension = [(f"extension.{field.name}", f"其他信息：{field.label}") for field in kind.extension_fields]
    return [*_SOURCES, *extension]
