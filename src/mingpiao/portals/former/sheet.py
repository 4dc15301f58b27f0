"""The table in which former bills come that have no XML: a row for each charge item of a bill."""

from mingpiao.former.service import FORMER_COLUMNS, MOST_ENTRIES
from mingpiao.portals.imports import ImportColumn, SheetForm

MAX_FORMER_FILE = 64 * 1024 * 1024
_MAX_UNPACKED = 640 * 1024 * 1024

SHEET = SheetForm(
    noun="历史票据",
    file_name="former-bills",
    max_rows=MOST_ENTRIES,
    max_bytes=MAX_FORMER_FILE,
    max_unpacked=_MAX_UNPACKED,
    columns=(
        ImportColumn(
            name="unit_code",
            label=FORMER_COLUMNS["unit_code"],
            example="12150000460029043U",
            hint="统一社会信用代码；用票单位自己导入时可不填。",
        ),
        ImportColumn(
            name="code", label=FORMER_COLUMNS["code"], required=True, example="15060123", hint="8位数字。"
        ),
        ImportColumn(
            name="number",
            label=FORMER_COLUMNS["number"],
            required=True,
            example="0000012345",
            hint="10位数字。",
        ),
        ImportColumn(
            name="check_code",
            label=FORMER_COLUMNS["check_code"],
            required=True,
            example="c748a8",
            hint="票面上的校验码，原样填写，最多20个字。",
        ),
        ImportColumn(
            name="kind",
            label=FORMER_COLUMNS["kind"],
            example="0601",
            hint="4位编码，与票据代码第3至6位一致；可不填。",
        ),
        ImportColumn(
            name="color",
            label=FORMER_COLUMNS["color"],
            example="蓝票",
            hint="蓝票或红票；可不填，按合计金额的正负判断。",
        ),
        ImportColumn(
            name="issued_on",
            label=FORMER_COLUMNS["issued_on"],
            required=True,
            example="2023-05-06",
            hint="年-月-日，2021-01-01以后。",
        ),
        ImportColumn(name="payer", label=FORMER_COLUMNS["payer"], required=True, example="张三"),
        ImportColumn(
            name="item_code",
            label=FORMER_COLUMNS["item_code"],
            example="060001",
            hint="不填时按项目名称查找。",
        ),
        ImportColumn(
            name="item_name",
            label=FORMER_COLUMNS["item_name"],
            required=True,
            example="诊察费",
            hint="一张票据有几个项目就填几行，票据代码和号码相同，票据的其他各列相同或留空。",
        ),
        ImportColumn(name="quantity", label=FORMER_COLUMNS["quantity"], example="1", hint="不填为1。"),
        ImportColumn(
            name="rate",
            label=FORMER_COLUMNS["rate"],
            example="12.00",
            hint="单价，元；不填时按金额和数量计算。",
        ),
        ImportColumn(
            name="amount",
            label=FORMER_COLUMNS["amount"],
            required=True,
            example="12.00",
            hint="该项目的金额，元；红票为负数。",
        ),
        ImportColumn(
            name="total",
            label=FORMER_COLUMNS["total"],
            required=True,
            example="12.00",
            hint="整张票据的金额，元；红票为负数。同一票据填在第一行即可。",
        ),
        ImportColumn(
            name="handler",
            label=FORMER_COLUMNS["handler"],
            required=True,
            example="李四",
            hint="同一票据填在第一行即可。",
        ),
        ImportColumn(
            name="related_code", label=FORMER_COLUMNS["related_code"], hint="红票必填：所冲蓝票的8位代码。"
        ),
        ImportColumn(
            name="related_number",
            label=FORMER_COLUMNS["related_number"],
            hint="红票必填：所冲蓝票的10位号码。",
        ),
    ),
)
