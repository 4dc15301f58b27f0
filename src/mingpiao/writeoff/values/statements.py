"""Bank statements: their columns, and files as they are read and imported."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

#: What columns may be: name, label, and how banks call them; the first word that fits wins.
STATEMENT_FIELDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "day": (
        "到账日期",
        (
            "交易日期",
            "记账日期",
            "入账日期",
            "到账日期",
            "记帐日期",
            "交易时间",
            "入账时间",
            "到账时间",
            "支付时间",
            "日期",
        ),
    ),
    "credit": (
        "收入金额",
        ("贷方发生额", "贷方金额", "收入金额", "转入金额", "存入金额", "贷方", "收入", "贷"),
    ),
    "debit": (
        "支出金额",
        ("借方发生额", "借方金额", "支出金额", "转出金额", "支取金额", "借方", "支出", "借"),
    ),
    "amount": ("金额", ("交易金额", "发生额", "到账金额", "入账金额", "实收金额", "金额")),
    "direction": ("收支方向", ("借贷标志", "借贷方向", "收支标志", "收支方向", "收/支", "借贷", "收支")),
    "payer_name": (
        "付款人名称",
        (
            "付款人名称",
            "付款人户名",
            "付款方名称",
            "付款方户名",
            "对方户名",
            "对方名称",
            "对方账户名称",
            "对方单位",
            "交易对方",
            "付款人",
            "付款方",
            "缴款人",
            "对方",
        ),
    ),
    "payer_account": ("付款人账号", ("付款人账号", "付款方账号", "对方账号", "对方帐号", "对方账户")),
    "serial": (
        "银行流水号",
        ("交易流水号", "银行流水号", "流水号", "交易号", "交易订单号", "凭证号", "回单编号", "交易单号"),
    ),
    "business_no": ("业务流水号", ("业务流水号", "商户订单号", "业务编号", "订单号")),
    "payment_code": ("缴款码", ("缴款码", "缴款识别码", "缴费码")),
    "memo": ("摘要", ("附言", "用途", "摘要", "备注", "交易摘要", "商品")),
    "channel": ("渠道", ("交易渠道", "支付方式", "支付渠道", "渠道")),
    "account": ("本方账号", ("本方账号", "本方帐号", "收款人账号", "收款账号", "账号", "帐号")),
}


class StatementColumns(msgspec.Struct, frozen=True, kw_only=True):
    """Where the heading is (rows count from 1), and the columns (from 0) by the names of `STATEMENT_FIELDS`.

    Columns of the same meaning (附言, 用途, 摘要) are one field. With `outgoing`, money that went out counts as
    paid back; else it is left out. `channel` is that of the lines that name none; empty stands for the bank's.
    """

    heading: int
    columns: dict[str, tuple[int, ...]]
    outgoing: bool = False
    channel: str = ""

    @property
    def is_enough(self) -> bool:
        return "day" in self.columns and ("amount" in self.columns or "credit" in self.columns)


class OddRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that is not taken, and why, in Chinese."""

    row: int
    why: str


class StatementState(StrEnum):
    """读取中 → 待指定列 or 待导入 → 导入中 → 已导入; 读取失败."""

    READING = "reading"
    UNMAPPED = "unmapped"
    CHECKED = "checked"
    IMPORTING = "importing"
    IMPORTED = "imported"
    FAILED = "failed"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def moving(self) -> bool:
        """Whether a worker is at it."""
        return self in (StatementState.READING, StatementState.IMPORTING)


_LABELS = {
    StatementState.READING: "读取中",
    StatementState.UNMAPPED: "待指定列",
    StatementState.CHECKED: "待导入",
    StatementState.IMPORTING: "导入中",
    StatementState.IMPORTED: "已导入",
    StatementState.FAILED: "不能读取",
}


class BankStatement(msgspec.Struct, frozen=True, kw_only=True):
    """A file and what is in it: `fresh` of its `lines` are new, with `fresh_amount` 元 in all.

    `doubt` says in Chinese why it may be another unit's; `told` has the first odd rows, `shown` the first rows.
    """

    statement_id: int
    unit_id: int
    file_name: str
    state: StatementState
    run: int
    columns: StatementColumns | None
    shown: list[list[str]]
    account: str
    holder: str
    doubt: str
    lines: int
    fresh: int
    fresh_amount: Decimal
    totals: int
    outgoing: int
    odd: int
    told: tuple[OddRow, ...]
    done: int
    failure: str
    uploaded_by_name: str
    uploaded_at: datetime
    finished_at: datetime | None

    @property
    def known(self) -> int:
        return self.lines - self.fresh
